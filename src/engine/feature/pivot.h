/* Classic pivot points of the previous UTC day: the day before that of the bar's open, where at least 90 % of its bars
 * are stored; else NaN. */
#ifndef TR_FEATURE_PIVOT_H
#define TR_FEATURE_PIVOT_H

#include "engine/feature/block.h"

#define tr_pivot_levels TR_ISA(tr_pivot_levels)
#define tr_pivot_inputs TR_ISA(tr_pivot_inputs)

#define TR_PIVOT_LEVELS 5

/* The day being collected and the levels of the day before. */
struct tr_pivot {
    int64_t day; /* days since 1970; -1 before the first bar */
    size_t bars, bars_a_day;
    double high, low, close;
    double level[TR_PIVOT_LEVELS]; /* p, r1, s1, r2, s2 */
};

/* pivot_*. */
void tr_pivot_levels(const struct tr_block *block);
/* pivot_*_dist: measured in ATR. */
void tr_pivot_inputs(const struct tr_block *block);

#endif
