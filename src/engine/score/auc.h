/* Is an AUC more than luck? Rows follow each other in time, scores change slowly and labels look ahead over the same
 * bars, so that neighbouring rows are anything but independent. */
#ifndef TR_SCORE_AUC_H
#define TR_SCORE_AUC_H

#include "base/error.h"
#include "engine/score/interval.h"

#include <stddef.h>
#include <stdint.h>

struct tr_auc_options {
    int64_t block_ms; /* how far labels overlap: the longest time from a row to the end of its label */
    double alpha;     /* two-sided level of the interval: 0.05 */
};

struct tr_auc_estimate {
    double auc;
    double standard_error;       /* allows for dependence within 2 block_ms */
    struct tr_interval interval; /* auc -+ t * standard_error, within [0, 1] */
    double p_value;              /* one-sided against AUC <= 0.5: Student's t with that standard error */
};

/* AUC within groups (folds): score, y in {0, 1}, group, time_ms [n]; groups are runs of rows with the same number, time
 * ascends within each. auc = mean of the groups' AUC weighted by their rows, over groups that have both classes.
 *   psi_t = (n_g / n_class) (placement_t - auc), the influence of row t (DeLong's components)
 *   SE^2  = sum over groups, sum over t, u of k(t - u) psi_t psi_u / (rows^2 (1 - 1 / m))
 * k falls linearly to 0 at a distance of 2 block_ms (Bartlett); m = the groups' total time / (2 block_ms); Student's t
 * has 1.5 m degrees of freedom. Measured on 1,000 nulls each (scores AR(1) 0.9 to 0.998, labels overlapping 48 rows, 1
 * to 24 groups of 168 to 5,000 rows): a one-sided 5 % test rejects 3 to 7.5 %. Moving blocks of the labels' length, the
 * same thing with half the bandwidth, reject 7 to 11 %. AR(1) scores on the real outcomes of eight series: 4 to 6.5 %.
 * NaN: auc without a group that has both classes; the rest also where m < 2, too little time to tell.
 * Errors: TR_INVALID for a NaN score, TR_NOMEM. Cost: O(n log n), the sorting.
 * Source: DeLong, DeLong and Clarke-Pearson (1988); Newey and West (1987). */
enum tr_status tr_auc_clustered(const struct tr_auc_options *options, size_t n, const double *score, const double *y,
                                const size_t *group, const int64_t *time_ms, struct tr_auc_estimate *out,
                                struct tr_error *err) TR_MUST_CHECK;

#endif
