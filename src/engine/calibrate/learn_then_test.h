/* Learn-then-Test: the lowest score threshold above which the event's rate is proven to beat a target.
 * Source: Angelopoulos, Bates, Candes, Jordan, Lei, "Learn then Test" (2021); fixed-sequence testing. */
#ifndef TR_CALIBRATE_LEARN_THEN_TEST_H
#define TR_CALIBRATE_LEARN_THEN_TEST_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct tr_ltt_options {
    double target; /* the rate to beat: max(0.55, b) */
    double delta;  /* error level: 0.1 */
    double min_n;  /* effective rows a threshold needs to enter the sequence: 50 */
};

#define TR_LTT_STEPS 20 /* top 5, 10, ... 100 % of the rows by count, ties included */

struct tr_ltt_step {
    double threshold; /* the rows with score >= threshold */
    size_t rows;
    double n, k;    /* effective: n = sum of weights, k = n * plain share of y = 1 */
    double p_value; /* I_target(k, n - k + 1); 1 for k = 0; NaN where not tested */
};

struct tr_ltt {
    struct tr_ltt_step step[TR_LTT_STEPS];
    bool proven;
    double threshold; /* the lowest proven; +inf where none */
    size_t tested;    /* steps that entered the sequence */
    int first, last;  /* step numbers: first that entered, last proven; -1 = none */
};

/* score, y, weight [n], any order; weight = average uniqueness. n = 0 is legal: nothing proven. Step i takes the
 * ceil(n (i + 1) / 20) highest scores and whatever equals the lowest of them. Errors: TR_INVALID for a NaN score,
 * TR_NOMEM. */
enum tr_status tr_ltt_run(const struct tr_ltt_options *options, size_t n, const double *score, const double *y,
                          const double *weight, struct tr_ltt *out, struct tr_error *err) TR_MUST_CHECK;

#endif
