/* Support and resistance of the last 100 bars: swing high and low, Fibonacci levels of the leg between them, and the
 * place in the Donchian channel of 20 bars. Each function computes one block. */
#ifndef TR_FEATURE_SWING_H
#define TR_FEATURE_SWING_H

#include "engine/feature/block.h"

#define tr_swing_levels TR_ISA(tr_swing_levels)
#define tr_swing_inputs TR_ISA(tr_swing_inputs)
#define tr_swing_donchian TR_ISA(tr_swing_donchian)

/* How many rows before the newest one the latest highest high and lowest low of 100 bars lie. Zero before row 0. */
struct tr_swing {
    size_t high_age, low_age;
};

/* fib_382, fib_500, fib_618. */
void tr_swing_levels(const struct tr_block *block);
/* fib_*_dist, swing_*_dist: measured in ATR. */
void tr_swing_inputs(const struct tr_block *block);
/* donchian_20_pos. */
void tr_swing_donchian(const struct tr_block *block);

#endif
