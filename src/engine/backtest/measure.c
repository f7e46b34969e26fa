#include "engine/backtest/measure.h"

#include "base/alloc.h"
#include "engine/backtest/measure_days.h"
#include "engine/backtest/measure_trades.h"

#include <math.h>

/* Steps of a tenth. */
#define STEPS_A_FACTOR 10.0

static double break_even_of(double earned, double costs)
{
    double factor = earned / costs;
    if (costs == 0.0)
        return (double)NAN;
    return costs < 0.0 && factor < 0.0 ? (double)INFINITY : factor;
}

/* What leaves a position is worth its size and what the price moved, so that turnover needs no fills. */
static void measure_money(const struct tr_account *account, struct tr_backtest_measures *out)
{
    double sizes = 0.0;
    for (size_t i = 0; i < account->n_trades; i++) {
        const struct tr_account_trade *trade = &account->trades[i];
        out->gross += trade->gross;
        out->fees += trade->fees;
        out->slippage += trade->slippage;
        out->funding += trade->funding;
        out->net += trade->net;
        out->funding_assumed += trade->money.funding_assumed;
        out->resolved += trade->outcome.resolved;
        out->turnover_usd += 2.0 * trade->size_usd + tr_side_sign(trade->side) * tr_money_usd(trade->gross);
        sizes += trade->size_usd;
    }
    double earned = tr_money_usd(out->gross - out->funding), costs = tr_money_usd(out->fees + out->slippage);
    for (size_t k = 0; k < TR_COST_STEPS; k++) {
        out->cost_factor[k] = (double)k / STEPS_A_FACTOR;
        out->cost_net_usd[k] = earned - out->cost_factor[k] * costs;
    }
    out->break_even_factor = break_even_of(earned, costs);
    out->cost_frac = sizes > 0.0 ? costs / sizes : (double)NAN;
    out->break_even_frac = sizes > 0.0 ? earned / sizes : (double)NAN;
}

enum tr_status tr_backtest_measure(const struct tr_account *account, const struct tr_account_entry *entries,
                                   size_t n_series, size_t draws, uint64_t seed, struct tr_backtest_measures *out,
                                   struct tr_error *err)
{
    *out = (struct tr_backtest_measures){0};
    measure_money(account, out);
    enum tr_status status = tr_measure_trades(account, entries, n_series, draws, seed, out, err);
    /* Seeds of their own: trades, days and the fan are drawn apart. */
    return status == TR_OK ? tr_measure_days(account, draws, seed + 1, out, err) : status;
}

void tr_measures_finish(struct tr_backtest_measures *measures)
{
    tr_free(measures->series);
    tr_free(measures->day);
    tr_free(measures->month);
    tr_fan_finish(&measures->fan);
    measures->series = NULL;
    measures->day = NULL;
    measures->month = NULL;
    measures->n_series = measures->n_days = measures->n_months = 0;
}
