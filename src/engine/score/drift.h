/* Have values moved away from a reference? PSI over bins that were frozen with the reference, and the
 * Kolmogorov-Smirnov statistic, also against a sketch of the reference small enough to travel with a model.
 *
 * "Sorted" means ascending with every NaN last, as tr_sort_doubles leaves values; NaN is a bin of its own to PSI and is
 * left out of KS. Both measures assume independent rows: autocorrelated ones inflate them by 10 to 100 times, and with
 * 200 rows a side KS exceeds 0.1 in one of five comparisons of equal distributions. */
#ifndef TR_SCORE_DRIFT_H
#define TR_SCORE_DRIFT_H

#include <stddef.h>

#define TR_PSI_EDGES 9
#define TR_PSI_BINS (TR_PSI_EDGES + 2) /* and one of NaN */

struct tr_psi_bins {
    size_t edges;              /* 0 .. 9 */
    double edge[TR_PSI_EDGES]; /* ascending, all different: bin of x = how many edges are <= x */
    double share[TR_PSI_BINS]; /* of the reference's rows in the bins 0 .. edges, then of NaN at [edges + 1] */
};

/* Bins at the reference's quantiles 0.1 .. 0.9 by linear interpolation; equal edges merge, which leaves fewer bins.
 * sorted [n]; all shares are NaN for n = 0. An edge between an infinite and a finite value is left out. */
void tr_psi_bins_init(size_t n, const double *sorted, struct tr_psi_bins *out);

/* Population stability index: sum over bins of (c - r) ln(c / r), r and c = shares of reference and current, each at
 * least 1e-4, not scaled to 1 again. x [n] in any order. NaN for n = 0 or an empty reference. Cost: O(n).
 * Without drift about (bins - 1) (1 / n_reference + 1 / n). Source: Jeffreys (1946), the divergence; Siddiqi (2006),
 * the index and its usual limits 0.1 and 0.25. */
double tr_psi(const struct tr_psi_bins *bins, size_t n, const double *x);
/* The same value from sorted x. Cost: O(edges log n). */
double tr_psi_sorted(const struct tr_psi_bins *bins, size_t n, const double *sorted);

/* Largest gap between the distribution functions of a [n] and b [m], both sorted; exact (an integer over n m), ties
 * within and between the samples included. NaN where a side has no number. n m < 2^63.
 * Cost: O(n + m), mostly far less: blocks that cannot hold the largest gap are passed over. Source: Smirnov (1939). */
double tr_ks_statistic(size_t n, const double *a, size_t m, const double *b);

/* P(statistic >= d) where both samples come from one distribution: tr_kolmogorov_tail at round(n m / (n + m)), ties to
 * even, as SciPy's asymptotic method; n, m count numbers only. NaN for n or m = 0. Conservative with ties.
 * tr_kolmogorov_stephens(n m / (n + m), d) is the older form. Source: Hodges (1957). */
double tr_ks_p_value(size_t n, size_t m, double d);

#define TR_SKETCH_QUANTILES 513

/* A reference in 4 KiB: its order statistics at 513 evenly spaced positions. */
struct tr_quantile_sketch {
    size_t n;                          /* numbers of the reference */
    double value[TR_SKETCH_QUANTILES]; /* [i] = sorted[floor(i (n - 1) / 512)]; NaN for n = 0 */
};

/* sorted [n]: NaN are left out. */
void tr_quantile_sketch_init(size_t n, const double *sorted, struct tr_quantile_sketch *out);

/* KS statistic of b [m], sorted, against the sketched reference: within 1/1024 of tr_ks_statistic's, and equal to it up
 * to rounding for references of up to 513 numbers. Between two neighbouring values of the sketch the reference's
 * distribution function is taken as halfway between its bounds there, which are at most 1/512 apart. */
double tr_ks_sketch(const struct tr_quantile_sketch *sketch, size_t m, const double *b);

#endif
