/* How good probabilities of a yes/no event are. weight may be NULL (1 each). NaN where undefined. */
#ifndef TR_SCORE_CLASSIFY_H
#define TR_SCORE_CLASSIFY_H

#include "base/error.h"
#include "engine/score/interval.h"

#include <stddef.h>

/* Area under the ROC curve, ties count half. NaN where one class is missing. O(n log n). */
enum tr_status tr_auc(size_t n, const double *p, const double *y, const double *weight, double *out,
                      struct tr_error *err) TR_MUST_CHECK;
/* Natural log, p clipped to [2^-52, 1 - 2^-52]. */
double tr_log_loss(size_t n, const double *p, const double *y, const double *weight);
double tr_brier(size_t n, const double *p, const double *y, const double *weight);

/* Reliability: rows in ten bins of equal count by p (ties stay together). */
#define TR_RELIABILITY_BINS 10

struct tr_reliability_bin {
    size_t rows;
    double n, k;                 /* effective: sum w, sum w y */
    double mean_p;               /* weighted */
    double rate;                 /* k / n */
    struct tr_interval interval; /* two-sided 95 % on n, k */
};

struct tr_reliability {
    size_t bins; /* filled ones */
    struct tr_reliability_bin bin[TR_RELIABILITY_BINS];
    double error; /* expected calibration error: sum of n_i |mean_p - rate| / sum of n_i */
};

enum tr_status tr_reliability_table(size_t n, const double *p, const double *y, const double *weight,
                                    struct tr_reliability *out, struct tr_error *err) TR_MUST_CHECK;

#endif
