/* Block bootstrap over dependent rows in order of time: of weighted means by moving blocks, of any figure by stationary
 * ones. Fixed seed: same rows, same interval.
 * Source: Kuensch (1989); Politis and Romano (1992) for the circle, (1994) for the stationary bootstrap. */
#ifndef TR_SCORE_BOOTSTRAP_H
#define TR_SCORE_BOOTSTRAP_H

#include "base/error.h"
#include "base/rng.h"
#include "engine/score/interval.h"

#include <stddef.h>
#include <stdint.h>

struct tr_bootstrap_options {
    int64_t block_ms; /* length of a block on the time axis */
    size_t draws;
    uint64_t seed;
    double alpha; /* two-sided level of the interval: 0.05 */
};

/* Interval of sum(w x) / sum(w): x, weight (NULL = 1), time_ms [n] ascending. Blocks are runs of rows that lie within
 * block_ms of their first row, the rows forming a circle so that each is drawn equally often; draws add blocks until n
 * rows are reached (the last one cut). Percentile interval. NaN for no draws, under 15 rows, or rows that span
 * less than 15 blocks: too little to tell. Cost: O(n + draws * blocks). */
enum tr_status tr_bootstrap_mean(const struct tr_bootstrap_options *options, size_t n, const double *x,
                                 const double *weight, const int64_t *time_ms, struct tr_interval *out,
                                 struct tr_error *err) TR_MUST_CHECK;

/* The same for callers who allow for few blocks themselves: at least `least` rows, spanning at least `least` blocks;
 * each row stands for a mean step of time here, so that n steps count, not n - 1. */
enum tr_status tr_bootstrap_mean_few(const struct tr_bootstrap_options *options, size_t least, size_t n,
                                     const double *x, const double *weight, const int64_t *time_ms,
                                     struct tr_interval *out, struct tr_error *err) TR_MUST_CHECK;

/* A figure of the rows row [n] (positions, repetitions among them) of the caller's data: profit factor, drawdown ... */
typedef double (*tr_statistic_fn)(size_t n, const size_t *row, const void *data);

struct tr_stationary_options {
    double block_rows; /* mean length of a block, >= 1 */
    size_t draws;
    uint64_t seed;
    double alpha; /* two-sided level of the interval: 0.05 */
};

/* Percentile interval of statistic over n evenly spaced rows: each draw starts anywhere, goes on to the next row (round
 * the circle) with probability 1 - 1 / block_rows, and else anywhere again, which makes the drawn series stationary.
 * Draws whose figure is NaN are left out, infinite ones count. NaN for no draws, under 15 rows, or fewer than 15
 * blocks. Cost: O(draws * (n + the statistic's)). */
enum tr_status tr_bootstrap_stationary(const struct tr_stationary_options *options, size_t n, tr_statistic_fn statistic,
                                       const void *data, struct tr_interval *out, struct tr_error *err) TR_MUST_CHECK;

/* Several figures of the same draws: figure [k], for which out [k] is the interval. */
typedef void (*tr_statistics_fn)(size_t n, const size_t *row, const void *data, double *figure);
enum tr_status tr_bootstrap_stationary_all(const struct tr_stationary_options *options, size_t n, size_t figures,
                                           tr_statistics_fn statistics, const void *data, struct tr_interval *out,
                                           struct tr_error *err) TR_MUST_CHECK;

/* Percentiles of few blocks lie too close together, since each draw spreads around its own sample's mean as if that
 * were known. The level below alpha at which to take them instead: 2 Phi(-sqrt(b / (b - 1)) t), b blocks, t Student's
 * 1 - alpha / 2 quantile with b - 1 degrees of freedom; NaN unless b > 1. No bound leaves the range of the figure.
 * Source: the expanded percentile interval of Hesterberg (2015), with blocks in place of rows. */
double tr_bootstrap_level(double blocks, double alpha);

/* The rows of one draw: row [n], n >= 1, block_rows >= 1. */
void tr_stationary_rows(size_t n, double block_rows, struct tr_rng *rng, size_t *row);

#endif
