/* Special functions behind every interval of the program. */
#ifndef TR_BASE_SPECIAL_H
#define TR_BASE_SPECIAL_H

#define TR_PI 3.14159265358979323846

/* Regularised incomplete beta function I_x(a, b), a, b > 0, 0 <= x <= 1; relative error below 1e-12 for a, b from
 * 0.01 to 1e6. NaN for x = NaN. Source: continued fraction DLMF 8.17.22 by Lentz's method (Press et al., Numerical
 * Recipes 3rd ed. 6.4 describes it), and Loader (2000) for the factor in front. */
double tr_beta_inc(double a, double b, double x);

/* x with I_x(a, b) = p: the Beta quantile. p <= 0 gives 0, p >= 1 gives 1. */
double tr_beta_quantile(double p, double a, double b);

/* P(k successes of n) at success rate p: C(n, k) p^k (1 - p)^(n - k), whole 0 <= k <= n, 0 <= p <= 1; relative error
 * below 1e-12 for n up to 1e6. Source: Loader (2000), the saddle-point form. */
double tr_binomial_pmf(double k, double n, double p);

/* Standard normal distribution function and its inverse (Wichura 1988, AS 241, relative error 1e-15). */
double tr_normal_cdf(double z);
double tr_normal_quantile(double p);

#endif
