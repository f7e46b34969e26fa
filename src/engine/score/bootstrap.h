/* Moving-block bootstrap of weighted means over dependent rows in order of time.
 * Source: Kuensch (1989); Politis and Romano (1992) for the circle. Fixed seed: same rows, same interval. */
#ifndef TR_SCORE_BOOTSTRAP_H
#define TR_SCORE_BOOTSTRAP_H

#include "base/error.h"
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

#endif
