/* Funding settlements of a perpetual swap. A positive rate: longs pay shorts. */
#ifndef TR_MARKET_FUNDING_H
#define TR_MARKET_FUNDING_H

#include "base/time.h"

#include <stddef.h>

/* Settled rates, ascending, stamps rounded to the second: time [n], rate [n] as a fraction per settlement. */
struct tr_funding {
    size_t n;
    const tr_time_ms *time;
    const double *rate;
    double default_rate;     /* charged where nothing is recorded: 0.0001 */
    int64_t default_step_ms; /* ... at every multiple of this: 8 h */
};

struct tr_funding_sum {
    double paid;     /* sum of positive rates: what a long pays */
    double received; /* sum of the negative rates' magnitudes: what a long receives */
    size_t assumed;  /* settlements for which the default stood in */
};

/* Why a record is refused; the order is the order of the checks. */
enum tr_funding_defect {
    TR_FUNDING_FINE,
    TR_FUNDING_NOT_FINITE,   /* the rate is NaN or infinite */
    TR_FUNDING_TOO_LARGE,    /* more than 5 % at one settlement, either way: exchanges cap theirs below that */
    TR_FUNDING_TIME_OUTSIDE, /* outside the years 1970 to 2262 */
    TR_FUNDING_OFF_SECOND,   /* not rounded to the second */
    TR_FUNDING_DEFECT_COUNT
};

enum tr_funding_defect tr_funding_check(tr_time_ms time, double rate);
const char *tr_funding_defect_name(enum tr_funding_defect defect); /* "too_large", ...: the key in reports */
const char *tr_funding_defect_text(enum tr_funding_defect defect); /* in words */

/* No records: the default everywhere. */
struct tr_funding tr_funding_none(void);

/* Settlements with from < stamp <= to. A default settlement is assumed at each multiple of default_step that lies
 * before the first record, at or after the last record's stamp plus its step, or inside a hole between two records:
 * more than 1.5 steps wide, and again at or after the record's stamp plus its step. The step at a record is the shorter
 * one of the step that led to it and the step behind the next record (whichever exists; a single record: default_step),
 * so that a hole does not hide itself and a change of the interval is none. Cost: O(log n + settlements). */
struct tr_funding_sum tr_funding_between(const struct tr_funding *funding, tr_time_ms from, tr_time_ms to);

/* The newest settled rate at `instant`, per hour (rate / its interval in hours), or the default's where none is younger
 * than 1.5 intervals; *assumed says which. The interval of a record is the shorter one of the two steps that led to it
 * (a step that begins before the first record: default_step): a hole in the records is not taken for an interval, and
 * nothing after `instant` is looked at. Where the exchange lengthens its interval, the first rate after that is divided
 * by the old one, and a daily interval is known from the third record on. */
double tr_funding_rate_per_hour(const struct tr_funding *funding, tr_time_ms instant, int *assumed);

#endif
