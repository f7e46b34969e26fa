/* Is a Sharpe ratio more than luck? Every ratio here is per observation unless a name says annual: feeding annualised
 * ones, or excess kurtosis, into these formulas is the usual way to get them wrong. */
#ifndef TR_SCORE_SHARPE_H
#define TR_SCORE_SHARPE_H

#include <stddef.h>

struct tr_sharpe {
    size_t n;
    double mean, sd; /* sd: sample (n - 1) */
    double ratio;    /* mean / sd, no risk-free rate */
    double skewness; /* m3 / m2^1.5 of the sample's own moments (divided by n) */
    double kurtosis; /* raw: m4 / m2^2, 3 for a normal distribution */
};

/* x [n], returns as fractions, finite. sd and what follows are NaN for n < 2, ratio and the last two also where all
 * values are equal (sd is 0 then); mean is NaN for n = 0. A NaN among the values makes all NaN.
 * Cost: O(n), two passes. Source: Sharpe (1994). */
void tr_sharpe_measure(size_t n, const double *x, struct tr_sharpe *out);

/* Probabilistic Sharpe ratio: P(true ratio > benchmark)
 *   = Phi((SR - benchmark) sqrt(n - 1) / sqrt(1 - skewness SR + (kurtosis - 1) / 4 SR^2)).
 * NaN for n < 2, or where the root's argument is not above 0 (a large ratio with a large positive skewness).
 * Source: Bailey and Lopez de Prado (2012). */
double tr_psr(const struct tr_sharpe *sharpe, double benchmark);

/* SR0, the ratio that the best of `trials` strategies without skill is expected to show:
 *   sqrt(V) ((1 - g) Phi^-1(1 - 1 / N) + g Phi^-1(1 - 1 / (N e))), g = Euler's constant
 * variance: of the trials' ratios; trials: independent ones (correlated ones count as fewer; a fraction is legal).
 * 0 for trials <= 1 and never below 0; NaN for a negative or NaN variance, or NaN trials.
 * Source: Bailey and Lopez de Prado (2014). */
double tr_sharpe_expected_max(double variance, double trials);

/* Deflated Sharpe ratio: tr_psr against SR0. Source: Bailey and Lopez de Prado (2014). */
double tr_dsr(const struct tr_sharpe *sharpe, double variance, double trials);

/* Minimum track record length: how many observations make the ratio exceed the benchmark at one-sided level alpha,
 *   1 + (1 - skewness SR + (kurtosis - 1) / 4 SR^2) (z_(1 - alpha) / (SR - benchmark))^2.
 * +infinity where SR <= benchmark: no record is long enough. NaN as in tr_psr.
 * Source: Bailey and Lopez de Prado (2012). */
double tr_min_track_record(const struct tr_sharpe *sharpe, double benchmark, double alpha);

/* Ratio per year: ratio sqrt(q) sqrt(q / (q + 2 sum over k <= lags of (q - k) rho[k - 1])), q = periods a year (365
 * for days: crypto never closes). rho [lags] = autocorrelations at lags 1, 2 ...; lags = 0 takes the observations as
 * independent, which overlapping trades are not. NaN where the sum leaves nothing positive. Source: Lo (2002). */
double tr_sharpe_annualise(double ratio, double periods_per_year, size_t lags, const double *rho);

#endif
