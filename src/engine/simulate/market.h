/* A synthetic market from a seed: for tests, demonstrations and honesty checks. Everything made here is to be labelled
 * as synthetic wherever it is shown.
 * Log returns are Student-t times a volatility that switches between regimes (a Markov chain) and has the daily shape
 * switched off: by default there is nothing in it to predict. Inside each bar a finer random walk (substeps) makes
 * open, high and low consistent with a continuous path. Optionally an edge is planted: in a share of the time a hidden
 * trend episode runs whose sign is announced by a burst of volume and a persistent small drift beforehand, so that
 * features of the past do predict. */
#ifndef TR_SIMULATE_MARKET_H
#define TR_SIMULATE_MARKET_H

#include "engine/market/bars.h"

#include <stdint.h>

struct tr_simulate_options {
    uint64_t seed;
    enum tr_timeframe timeframe;
    tr_time_ms start;    /* rounded down to the grid */
    size_t n;            /* bars */
    double price;        /* of the first open */
    double volatility;   /* standard deviation of one hour's log return in the calm regime: 0.006 */
    double regime_ratio; /* volatility of the wild regime over the calm one: 2.5 */
    double regime_hours; /* mean length of a regime: 120 */
    double tail_degrees; /* Student t degrees of freedom of a substep: 4 */
    double edge;         /* 0 = random walk; 1 = strong: the drift per bar inside a trend episode is edge * 0.5 of that
                            bar's standard deviation */
    int substeps;        /* inner steps a bar: 12 */
};

struct tr_simulate_options tr_simulate_defaults(void);

/* list: initialised; emptied, its timeframe set, filled with n bars, all accepted by tr_bar_check.
 * Prices are rounded to 8 significant digits, volumes to 6. Errors: TR_NOMEM, TR_INVALID (an option out of range). */
enum tr_status tr_simulate_market(const struct tr_simulate_options *options, struct tr_bar_list *list,
                                  struct tr_error *err) TR_MUST_CHECK;

#endif
