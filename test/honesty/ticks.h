/* Markets on which an account's true figures are known: prices go up or down by whole ticks, each a fair bet. */
#ifndef TEST_HONESTY_TICKS_H
#define TEST_HONESTY_TICKS_H

#include "support/test.h"

#include "engine/backtest/measure.h"

#define TICKS_SERIES 20                    /* at most */
#define TICKS_START INT64_C(1704067200000) /* 2024-01-01 */

struct ticks_spec {
    size_t series, bars; /* hourly */
    double shared;       /* chance that a tick has the sign that all series share: their correlation */
    double tick;         /* a step as a fraction of the price */
    size_t calm, wild;   /* ticks an hour in the two regimes (of five days on average), at most 60 */
    size_t nearer;       /* levels lie so many times nearer than those of the ladder; 0 = 1 */
    bool fine;           /* minutes too: one tick each, so that no bar of them can be read two ways */
};

/* Prices are 100 (1 + tick)^k, and k goes up with chance 1 / (2 + tick): the price is a martingale. Levels lie on the
 * grid (a billionth inside of it), so that none is ever jumped over: what a trade earns before costs is 0 on average
 * whatever it does, as long as the reading of the bars is the truth. With one tick an hour it is. */
struct ticks {
    struct ticks_spec spec;
    struct tr_bar_list hours[TICKS_SERIES], minutes[TICKS_SERIES];
    struct tr_bars bars[TICKS_SERIES], fine[TICKS_SERIES];
    int *at[TICKS_SERIES];  /* k at each hour's close */
    int *atr[TICKS_SERIES]; /* half the mean range of 14 bars, in ticks, over `nearer`, at least 2 */
    struct tr_detail detail[TICKS_SERIES];
    struct tr_account_series account[TICKS_SERIES];
    struct tr_funding funding;
};

void ticks_make(struct ticks *t, const struct ticks_spec *spec, uint64_t seed);
void ticks_free(struct ticks *t);

/* When random entries come: at each hour and series with a chance, long or short alike; or at one time into all series
 * on one side; or every so many hours, so that none meets the position before it. */
struct ticks_entries {
    double chance;
    bool together;
    size_t apart;
};

/* *entries: owned by the caller, free with tr_free. Stops 3 half ATR away, targets 2, 4 and 6; 30, 40 and 30 % leave.
 */
size_t ticks_enter(const struct ticks *t, const struct ticks_entries *how, uint64_t seed,
                   struct tr_account_entry **entries);

/* Over so many hours from TICKS_START: the defaults of a backtest but a risk of 0.25 % a trade, so that five at a time
 * find room; with or without costs. */
struct tr_account_options ticks_options(size_t bars, bool costs);

#endif
