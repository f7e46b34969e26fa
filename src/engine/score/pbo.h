/* Probability of backtest overfitting: how often the variant that looks best on one half of the time is no better than
 * the middle one on the other half. */
#ifndef TR_SCORE_PBO_H
#define TR_SCORE_PBO_H

#include "base/error.h"
#include "base/matrix.h"

#define TR_PBO_BLOCKS 16      /* 12,870 choices of halves */
#define TR_PBO_MOST_BLOCKS 20 /* 184,756 */
#define TR_PBO_BLOCK_ROWS 4   /* the fewest rows in a block */

struct tr_pbo {
    size_t blocks, block_rows; /* S, and rows of each */
    size_t choices;            /* C(S, S / 2) */
    double pbo;                /* share of choices with lambda <= 0 */
    double median_lambda;
    double slope; /* least squares, out-of-sample on in-sample ratio of the chosen; NaN where all chosen are alike */
    double loss_share; /* of choices in which the chosen one's out-of-sample ratio is below 0 */
};

/* Combinatorially symmetric cross-validation. m [T rows x N variants]: returns per period, rows in order of time, all
 * finite. The first T mod S rows are dropped, the others cut into S even blocks; each choice of S / 2 blocks is the
 * sample once, the rest the test. n* = variant with the highest Sharpe ratio in the sample (the first of equal ones),
 * w = its rank among the N ratios in the test / (N + 1), rank 1 the worst, ties averaged; lambda = ln(w / (1 - w)).
 * About 0.5 for noise (a little more or less with few variants: exactly the middle rank counts as overfit), near 0
 * where one variant is truly better.
 * blocks: even, 2 .. TR_PBO_MOST_BLOCKS; taken down to the largest even number that leaves TR_PBO_BLOCK_ROWS rows each.
 * A ratio with a standard deviation of 0 (below 1e-6 of the root mean square) is 0 where the mean is 0, as of a variant
 * that never traded, else infinite with the mean's sign; choices with an infinite ratio stay out of the slope.
 * Errors: TR_INVALID for N < 2, T < 2 TR_PBO_BLOCK_ROWS, blocks out of range, values that are not finite; TR_NOMEM.
 * Cost: O(T N + choices * S * N).
 * Source: Bailey, Borwein, Lopez de Prado and Zhu (2015), "The probability of backtest overfitting". */
enum tr_status tr_pbo_estimate(const struct tr_matrix *m, size_t blocks, struct tr_pbo *out,
                               struct tr_error *err) TR_MUST_CHECK;

#endif
