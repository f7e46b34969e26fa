/* Which column of a candle file means what, told from its first line. */
#ifndef TR_FORMAT_HEADER_H
#define TR_FORMAT_HEADER_H

#include "base/error.h"
#include "io/format/bars_file.h"

enum tr_format_column {
    TR_FORMAT_TIME,
    TR_FORMAT_OPEN,
    TR_FORMAT_HIGH,
    TR_FORMAT_LOW,
    TR_FORMAT_CLOSE,
    TR_FORMAT_VOLUME,
    TR_FORMAT_DATE, /* a second, readable form of the time */
    TR_FORMAT_SYMBOL,
    TR_FORMAT_COLUMN_COUNT /* in `meaning`: of no use here */
};

struct tr_format_field {
    const char *begin, *end; /* without blanks and quotes; both NULL where the line has no such column */
};

struct tr_format_columns {
    enum tr_format_layout layout;
    char separator;     /* , ; tab or | */
    bool first_is_data; /* there was no header: the line is a row */
    bool plain;         /* time, open, high, low, close, volume are columns 0 to 5 */
    size_t last;        /* the last column that means something */
    bool has[TR_FORMAT_COLUMN_COUNT];
    unsigned char meaning[TR_FORMAT_MAX_COLUMNS]; /* enum tr_format_column */
};

/* line [begin, end): the header, or the first row of a file without one. after_banner: a line with an address stood
 * above. Errors: TR_INVALID (not a header we know; names what is missing), TR_UNSUPPORTED (funding and book files). */
enum tr_status tr_format_header_read(const char *begin, const char *end, bool after_banner,
                                     struct tr_format_columns *columns, struct tr_error *err) TR_MUST_CHECK;

/* Which of , ; tab and | stands most often in the line; the comma where there is none. */
char tr_format_separator(const char *begin, const char *end);

#define TR_FORMAT_NAME 48

/* A column's name to compare by: lower case, every run of other characters than letters and digits one underscore,
 * none at the ends; cut at TR_FORMAT_NAME - 1. */
void tr_format_name_normalise(struct tr_format_field field, char name[TR_FORMAT_NAME]);

/* The field at *cursor, which then stands behind its separator, or is NULL behind the last field. */
struct tr_format_field tr_format_field_next(const char **cursor, const char *end, char separator);

/* Fields by meaning; those the line does not have stay NULL. */
void tr_format_fields_find(const struct tr_format_columns *columns, const char *begin, const char *end,
                           struct tr_format_field fields[TR_FORMAT_COLUMN_COUNT]);

#endif
