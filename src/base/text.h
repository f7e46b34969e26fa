/* Numbers to and from text, exactly; characters. Independent of the locale. */
#ifndef TR_BASE_TEXT_H
#define TR_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TR_NUMBER_TEXT 32

/* Correctly rounded decimal -> double of the whole range [begin, end): optional sign, digits, point, exponent.
 * No blanks, no hex, no inf or nan; false for anything else and where the value overflows. Fast path by Clinger
 * (1990): up to 19 digits and a power of ten up to 22; anything else goes to strtod. */
bool tr_text_to_double(const char *begin, const char *end, double *out);

/* A prefix form for scanners: reads the longest number at *cursor (bounded by end) and moves *cursor behind it. */
bool tr_text_scan_double(const char **cursor, const char *end, double *out);

/* Whole range as a decimal integer with optional sign; false on overflow or any other character. */
bool tr_text_to_int64(const char *begin, const char *end, int64_t *out);

/* The shortest of %.15g, %.16g, %.17g that reads back as the same double. Returns the length. Non-finite values are
 * written as "nan", "inf", "-inf". */
size_t tr_text_from_double(double value, char out[TR_NUMBER_TEXT]);

/* %.17g: what CSV columns carry. */
size_t tr_text_from_double17(double value, char out[TR_NUMBER_TEXT]);

/* Length of the well-formed UTF-8 sequence at text (Unicode 15, table 3-7), or 0; then *bad bytes form one broken one.
 * The terminating 0 is no continuation byte, so nothing is read past it. */
size_t tr_text_utf8_length(const char *text, size_t *bad);

/* %.<digits>g, 1 to 17 digits: what other programs' files carry. */
size_t tr_text_from_double_digits(double value, int digits, char out[TR_NUMBER_TEXT]);

/* ASCII case-insensitive comparison of two strings. */
bool tr_text_equal_nocase(const char *a, const char *b);

#endif
