/* A fan of what else the same returns might have come to: paths drawn by stationary blocks, their quantiles over time.
 * Source: Politis and Romano (1994). */
#ifndef TR_SCORE_FAN_H
#define TR_SCORE_FAN_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define TR_FAN_QUANTILES 5 /* 5, 25, 50, 75, 95 % */

struct tr_fan {
    size_t steps; /* places in time at which the quantiles stand, at most `most`; 0 where there is too little */
    size_t *row;  /* [steps] after so many returns; the first is 0, the last n; owned */
    double *value[TR_FAN_QUANTILES];     /* [steps] of the equity of a start at 1; owned */
    double loss_chance;                  /* share of paths that end below 1 */
    double drawdown_median, drawdown_95; /* of the paths' largest drawdowns, as fractions */
};

extern const double tr_fan_level[TR_FAN_QUANTILES];

/* r [n]: returns per period, -1 or above. block_rows: mean block, >= 1; most >= 2. Fewer than 15 returns or no paths:
 * steps 0, the rest NaN. Equity is the running product of 1 + r, 0 for good after a -1. Rows are evenly spaced, rounded
 * to whole returns. Finish with tr_fan_finish, also after an error. Errors: TR_NOMEM. Cost: O(paths * n). */
enum tr_status tr_fan_draw(size_t n, const double *r, double block_rows, size_t paths, uint64_t seed, size_t most,
                           struct tr_fan *out, struct tr_error *err) TR_MUST_CHECK;
void tr_fan_finish(struct tr_fan *fan);

#endif
