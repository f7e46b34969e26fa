/* Instants as int64 milliseconds since 1970-01-01T00:00:00Z. No clock is read here; app/ passes the time in. */
#ifndef TR_BASE_TIME_H
#define TR_BASE_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t tr_time_ms;

#define TR_SECOND_MS INT64_C(1000)
#define TR_MINUTE_MS (60 * TR_SECOND_MS)
#define TR_HOUR_MS (60 * TR_MINUTE_MS)
#define TR_DAY_MS (24 * TR_HOUR_MS)

#define TR_TIME_TEXT 32

struct tr_civil {
    int year, month, day, hour, minute, second, millisecond;
};

/* Proleptic Gregorian calendar, UTC. Correct for years 0000 to 9999, negative times included. */
struct tr_civil tr_civil_from_time(tr_time_ms time);
tr_time_ms tr_time_from_civil(const struct tr_civil *civil);

/* floor(time / unit) * unit, also for negative times. */
tr_time_ms tr_time_floor(tr_time_ms time, int64_t unit_ms);

/* Monday 0 ... Sunday 6. */
int tr_time_weekday(tr_time_ms time);

/* "2024-10-28T16:00:00Z", with ".123" before the Z only where milliseconds are not 0. */
void tr_time_format(tr_time_ms time, char out[TR_TIME_TEXT]);

/* Reads "2024-10-28", "2024-10-28 16:00", "2024-10-28T16:00:00[.123456][Z|+hh:mm]", "20241028", or epoch seconds
 * (10 digits), milliseconds (13), microseconds (16). Without zone: UTC. false where text is none of these or the date
 * does not exist. */
bool tr_time_parse(const char *text, size_t len, tr_time_ms *out);

#endif
