#include "engine/score/performance.h"

#include "engine/score/sharpe.h"

#include <math.h>
#include <stdbool.h>

static bool all_finite(size_t n, const double *r)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(r[i]))
            return false;
    return true;
}

static void follow_equity(size_t n, const double *r, struct tr_performance *out)
{
    double equity = 1.0, highest = 1.0;
    size_t highest_at = 0;
    out->max_drawdown = 0.0;
    for (size_t i = 0; i < n; i++) {
        equity *= 1.0 + r[i];
        if (equity > highest) {
            highest = equity;
            highest_at = i + 1;
        }
        double drawdown = (highest - equity) / highest;
        if (drawdown > out->max_drawdown) {
            out->max_drawdown = drawdown;
            out->peak = highest_at;
            out->trough = i + 1;
        }
    }
    out->final_equity = equity;
    out->total_return = equity - 1.0;
}

static void count_gains(size_t n, const double *r, double periods_per_year, struct tr_performance *out)
{
    double gains = 0.0, losses = 0.0, squared_losses = 0.0;
    size_t wins = 0;
    for (size_t i = 0; i < n; i++) {
        if (r[i] > 0.0) {
            gains += r[i];
            wins++;
        } else {
            losses -= r[i];
            squared_losses += r[i] * r[i];
        }
    }
    out->win_rate = (double)wins / (double)n;
    if (losses > 0.0) {
        out->profit_factor = gains / losses;
        out->sortino = out->mean / sqrt(squared_losses / (double)n) * sqrt(periods_per_year);
    }
}

void tr_performance_measure(size_t n, const double *r, double periods_per_year, struct tr_performance *out)
{
    const double unknown = (double)NAN;
    *out = (struct tr_performance){.n = n,
                                   .mean = unknown,
                                   .sd = unknown,
                                   .final_equity = unknown,
                                   .total_return = unknown,
                                   .annual_return = unknown,
                                   .sharpe = unknown,
                                   .sortino = unknown,
                                   .calmar = unknown,
                                   .max_drawdown = unknown,
                                   .profit_factor = unknown,
                                   .win_rate = unknown};
    if (n == 0 || !all_finite(n, r))
        return;
    struct tr_sharpe moments;
    tr_sharpe_measure(n, r, &moments);
    out->mean = moments.mean;
    out->sd = moments.sd;
    out->sharpe = tr_sharpe_annualise(moments.ratio, periods_per_year, 0, NULL);
    follow_equity(n, r, out);
    count_gains(n, r, periods_per_year, out);
    bool left = out->final_equity > 0.0;
    out->annual_return = left ? pow(out->final_equity, periods_per_year / (double)n) - 1.0 : -1.0;
    if (out->max_drawdown > 0.0)
        out->calmar = out->annual_return / out->max_drawdown;
}
