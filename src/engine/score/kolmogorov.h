/* How surprising a largest gap between distribution functions is, where the two are in truth the same. */
#ifndef TR_SCORE_KOLMOGOROV_H
#define TR_SCORE_KOLMOGOROV_H

#include <stddef.h>

/* P(D_n >= d) of Kolmogorov's two-sided one-sample statistic at finite n >= 1. 1 for d <= 0, 0 for d >= 1, NaN for NaN.
 * n <= 140 and n d^2 < 4: exact, by powers of Durbin's matrix; else, below n d^2 = 2.2: the expansion of Pelz and Good,
 * absolute error below 0.06 / n^2; above: twice the one-sided tail, exact for d >= 1/2, relative error near exp(-6 n
 * d^2) else (2e-6 at 2.2, 1e-8 at 3.1). These are SciPy's limits, too. All measured against a count of all paths. Cost:
 * O(n) in the tail, O(1) elsewhere. Source: Simard and L'Ecuyer (2011) for the choice; Marsaglia, Tsang and Wang
 * (2003); Pelz and Good (1976); Birnbaum and Tingey (1951) for the one-sided tail. */
double tr_kolmogorov_tail(size_t n, double d);

/* The same in the limit of large n, with the correction of Stephens (1970) for small ones; n may be a fraction:
 *   2 sum over j >= 1 of (-1)^(j - 1) exp(-2 j^2 l^2), l = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) d;  1 for l < 0.2.
 * NaN for NaN. Source: Stephens (1970). */
double tr_kolmogorov_stephens(double n, double d);

#endif
