/* Intervals of a rate on (effective, real-valued) counts. */
#ifndef TR_SCORE_INTERVAL_H
#define TR_SCORE_INTERVAL_H

struct tr_interval {
    double lower, upper;
};

/* Beta quantiles: lower = B(delta; k, n - k + 1), 0 for k = 0; n, k real. Clopper-Pearson (1934) for whole numbers.
 * One-sided at level delta. NaN for n <= 0. */
double tr_rate_lower(double k, double n, double delta);
double tr_rate_upper(double k, double n, double delta);
/* Two-sided at 1 - alpha: both bounds at alpha / 2. */
struct tr_interval tr_rate_interval(double k, double n, double alpha);
/* Wilson (1927) score interval, two-sided at 1 - alpha. */
struct tr_interval tr_rate_wilson(double k, double n, double alpha);
/* P(rate <= pi | k of n) as a one-sided p-value against rate > pi: I_pi(k, n - k + 1); 1 for k = 0. */
double tr_rate_p_value(double k, double n, double pi);

#endif
