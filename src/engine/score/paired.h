/* Which of two models is better on the same rows? The rows' own difficulty, a calm or a wild month, enters both losses
 * alike and cancels in their difference d = loss_a - loss_b: its mean is known many times better than either mean loss,
 * and two overlapping intervals of the means may well hide a clear difference. */
#ifndef TR_SCORE_PAIRED_H
#define TR_SCORE_PAIRED_H

#include "base/error.h"
#include "engine/score/bootstrap.h"

#include <stdbool.h>

/* The fewest blocks of time that give a verdict. */
#define TR_PAIRED_MIN_BLOCKS 5

enum tr_paired_verdict {
    TR_PAIRED_UNKNOWN,   /* too few rows or too little time */
    TR_PAIRED_WORSE,     /* a loses more than b: the interval lies above 0 */
    TR_PAIRED_UNDECIDED, /* it contains 0 */
    TR_PAIRED_BETTER     /* it lies below 0 */
};

struct tr_paired {
    size_t rows;
    double mean_a, mean_b;
    double difference;           /* mean of loss_a - loss_b; below 0 speaks for a */
    double blocks;               /* how often block_ms fits into the rows' time */
    struct tr_interval interval; /* of the difference, two-sided 1 - alpha */
    enum tr_paired_verdict verdict;
};

/* loss_a, loss_b [n]: the lower the better, same rows, finite (else TR_INVALID); time_ms [n] ascending. For a gain pass
 * its negative. options: alpha 0.1 for promotions; block_ms = the longest label horizon.
 * The interval is that of tr_bootstrap_mean_few, stretched about the mean by
 *   t_(1 - alpha/2)(blocks - 1) / z_(1 - alpha/2) * sqrt(3/2 * blocks / (blocks - 1)):
 * percentiles of few blocks lie too close, and blocks as long as labels overlap see two thirds of the variance only.
 * Of fully overlapping rows, 90 % intervals covered 68 % unstretched with 5 blocks, 79 % with 15, 81 % with 60;
 * stretched, 87 to 91 %. Where overlap matters less they are a little too wide, up to 95 %.
 * Equal losses in every row give [0, 0], undecided. Errors: TR_INVALID, TR_NOMEM.
 * Source: Kuensch (1989); Diebold and Mariano (1995) for the difference of losses. */
enum tr_status tr_paired_compare(const struct tr_bootstrap_options *options, size_t n, const double *loss_a,
                                 const double *loss_b, const int64_t *time_ms, struct tr_paired *out,
                                 struct tr_error *err) TR_MUST_CHECK;

/* Better or undecided: a verdict was possible, and it does not speak against a. */
static inline bool tr_paired_not_worse(const struct tr_paired *paired)
{
    return paired->verdict == TR_PAIRED_BETTER || paired->verdict == TR_PAIRED_UNDECIDED;
}

#endif
