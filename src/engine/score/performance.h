/* What a series of per-period returns (days of an account, mostly) amounts to. */
#ifndef TR_SCORE_PERFORMANCE_H
#define TR_SCORE_PERFORMANCE_H

#include <stddef.h>

struct tr_performance {
    size_t n;
    double mean, sd;      /* per period; sd: sample (n - 1) */
    double final_equity;  /* of a start at 1: product of 1 + r */
    double total_return;  /* final_equity - 1 */
    double annual_return; /* compound: final_equity^(periods_per_year / n) - 1; -1 where nothing is left */
    double sharpe;        /* mean / sd * sqrt(periods per year), no risk-free rate */
    double sortino;       /* mean / sqrt(mean of min(r, 0)^2) * sqrt(periods per year); NaN without a loss */
    double calmar;        /* annual_return / max_drawdown; NaN without a drawdown */
    double max_drawdown;  /* largest (peak - equity) / peak, a fraction of the peak */
    size_t peak, trough;  /* its places in the equity, where 0 is the start and i the state after return i - 1; the
                             first trough with that drawdown, the first bar at the peak before it; both 0 without one */
    double profit_factor; /* sum of gains / |sum of losses|; NaN without a loss */
    double win_rate;      /* share of r > 0 */
};

/* r [n], returns as fractions of the equity before the period; periods_per_year 365 for days of a market that never
 * closes. Everything is NaN for n = 0 or where a return is not finite; sd, sharpe are NaN for n < 2, sharpe also where
 * all returns are equal. Cost: O(n).
 * Source: Sharpe (1994); Sortino and Price (1994), target 0; Young (1991) for calmar, here over all periods. */
void tr_performance_measure(size_t n, const double *r, double periods_per_year, struct tr_performance *out);

#endif
