/* Exponential averages of all indicators, several chains per pass: one chain alone waits for its own additions, eight
 * side by side cost about the same. Every chain is e += weight * (x - e), seeded with a plain mean (TA-Lib's way):
 * EMA n has weight 2/(n+1), Wilder's average 1/n.
 * Source: TA-Lib's conventions; J. W. Wilder, New Concepts in Technical Trading Systems (1978). */
#ifndef TR_FEATURE_SMOOTH_H
#define TR_FEATURE_SMOOTH_H

#include "engine/feature/block.h"

#define tr_smooth_averages TR_ISA(tr_smooth_averages)
#define tr_smooth_adx TR_ISA(tr_smooth_adx)

#define TR_SMOOTH_CHAINS 16

/* The chains' newest levels; before a chain's seed row, the sum of its inputs so far. All zero before row 0. */
struct tr_smooth {
    double level[TR_SMOOTH_CHAINS];
    double adx;
};

/* Of the closes: EMA 9, 21, 50, 200, MACD's fast 12 (seeded on row 25 with closes 14..25) and slow 26, the three EMA 15
 * of TRIX, each of the one before. MACD's signal (EMA 9 of the line, seeded with rows 25..33). Of the moves: Wilder
 * means over 14 of gains, losses and true range (seeded with rows 1..14), and of true range, +DM and -DM as +DI and -DI
 * use them (TA-Lib's sums over 14, divided by 14: seeded with the 13 rows 1..13). Reads CLOSE and UP .. MINUS_DM,
 * writes MACD and EMA_9 .. TRIX_3. */
void tr_smooth_averages(const struct tr_block *block);

/* ADX: Wilder mean over 14 of dx [n], seeded with rows 14..27, into adx [n]. dx is NaN where both DI are 0: such a row
 * counts as 0 in the seed and leaves the ADX as it is afterwards (TA-Lib). */
void tr_smooth_adx(const struct tr_block *block, const double *dx, double *restrict adx);

#endif
