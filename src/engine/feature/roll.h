/* Kernels over rolling windows. The value of a row is a fixed expression of the rows in its window and of nothing else:
 * it does not depend on where a block starts, on n, or on the instruction set.
 * Shapes: x [n] with window - 1 readable rows before x[0]; out [n], out[i] belongs to the window that ends at x[i].
 * n <= TR_BLOCK, window <= TR_PAST. Warm-up and NaN: a NaN in a window makes its sum or mean NaN; extremes over NaN are
 * unspecified. No errors. */
#ifndef TR_FEATURE_ROLL_H
#define TR_FEATURE_ROLL_H

#include "engine/feature/isa.h"

#include <stdbool.h>
#include <stddef.h>

#define tr_roll_sum TR_ISA(tr_roll_sum)
#define tr_roll_variance TR_ISA(tr_roll_variance)
#define tr_roll_abs_deviation TR_ISA(tr_roll_abs_deviation)
#define tr_roll_extremes TR_ISA(tr_roll_extremes)
#define tr_roll_rank TR_ISA(tr_roll_rank)

/* x[i-window+1] + ... + x[i], as sums of sums over 1, 2, 4, ... rows. Cost: O(n log window). */
void tr_roll_sum(size_t n, const double *x, size_t window, double *restrict out);

/* mean [n], and variance [n]: the mean of the squared distances from it. Two passes, the second corrects the first:
 * with d = x - (rounded mean), mean += mean(d) and variance = mean(d^2) - mean(d)^2, so that a constant window gives
 * exactly its value and 0. Source: Chan, Golub and LeVeque, Algorithms for Computing the Sample Variance (1983). Cost:
 * O(n window). */
void tr_roll_variance(size_t n, const double *x, size_t window, double *restrict mean, double *restrict variance);

/* off [n] = x - mean, exactly 0 on a constant window, and deviation [n]: the mean of the absolute distances from the
 * mean. Cost: O(n window). */
void tr_roll_abs_deviation(size_t n, const double *x, size_t window, double *restrict off, double *restrict deviation);

/* Highest (or, with low, lowest) value over each of `count` windows, ascending, each to its own out[k] [n]. Extremes
 * over 1, 2, 4, ... rows; a window is the better of two that overlap. Source: the sparse table of Bender and
 * Farach-Colton (2000). Cost: O(n log window). */
void tr_roll_extremes(size_t n, const double *x, bool low, size_t count, const size_t *window, double *const *out);

/* Twice the number of values below x[i] plus the number equal to it, among the `window` rows before i (x[i] is not in
 * it; window readable rows before x[0]). Cost: O(n window). */
void tr_roll_rank(size_t n, const double *x, size_t window, double *restrict out);

#endif
