/* Instants as candle files write them. */
#ifndef TR_FORMAT_STAMP_H
#define TR_FORMAT_STAMP_H

#include "base/time.h"

#include <stdbool.h>

enum tr_format_unit {
    TR_FORMAT_SECONDS,
    TR_FORMAT_MILLISECONDS,
    TR_FORMAT_MICROSECONDS,
    TR_FORMAT_CALENDAR, /* a date in text */
    TR_FORMAT_UNIT_COUNT
};

#define TR_FORMAT_SHAPE 24

/* The field [begin, end), blanks and quotes already removed: a number whose size tells the unit (seconds 1e8 .. 1e11,
 * milliseconds .. 1e14, microseconds .. 1e17; a fraction such as "1502942400.0" and an exponent are read), or what
 * tr_format_date_read accepts. false for anything else, and where it is no whole number of milliseconds. */
bool tr_format_stamp_read(const char *begin, const char *end, tr_time_ms *time, enum tr_format_unit *unit);

/* What tr_time_parse reads as calendar text, and "2019-04-02 09-PM". *whole_day: no time of day was written. */
bool tr_format_date_read(const char *begin, const char *end, tr_time_ms *time, bool *whole_day);

/* The look of a date: digits become 9, letters A, what does not fit is left off. */
void tr_format_date_shape(const char *begin, const char *end, char shape[TR_FORMAT_SHAPE]);

#endif
