#include "app/view/account_bounds.h"

#include <stdio.h>

struct tr_backtest_bound tr_view_chosen_bound(const struct tr_backtest *b)
{
    const struct tr_backtest_measures *m = &b->measures;

    return (struct tr_backtest_bound){.trades = m->closed,
                                      .ambiguous = m->ambiguous,
                                      .net_usd = tr_money_usd(m->net),
                                      .total_return = m->total_return.value,
                                      .max_drawdown = m->max_drawdown.value,
                                      .win_rate = m->win_rate.value,
                                      .profit_factor = m->profit_factor.value,
                                      .hit_rate_tp1 = m->hit_rate[0].value};
}

const char *tr_view_bound_name(int row)
{
    static const char *const names[TR_VIEW_BOUND_ROWS] = {"Trades",           "Profit USD",      "Total profit",
                                                          "Max drawdown",     "Win rate",        "Profit factor",
                                                          "Target 1 reached", "Ambiguous trades"};

    return names[row];
}

struct tr_figure tr_view_bound_figure(const struct tr_backtest_bound *bound, int row)
{
    const struct tr_figure figures[TR_VIEW_BOUND_ROWS] = {tr_figure_number((double)bound->trades, 0),
                                                          tr_figure_signed(bound->net_usd, 2),
                                                          tr_figure_signed_percent(bound->total_return, 2),
                                                          tr_figure_percent(bound->max_drawdown, 2),
                                                          tr_figure_percent(bound->win_rate, 1),
                                                          tr_figure_number(bound->profit_factor, 2),
                                                          tr_figure_percent(bound->hit_rate_tp1, 1),
                                                          tr_figure_number((double)bound->ambiguous, 0)};

    return figures[row];
}

void tr_view_ambiguity(const struct tr_backtest *b, char out[TR_VIEW_LINE_TEXT])
{
    const struct tr_backtest_measures *m = &b->measures;

    snprintf(
        out, TR_VIEW_LINE_TEXT,
        "%zu of %zu closed trades met a bar that can be read another way; in %zu of them stop and target lie in one "
        "bar, and the readings differ. The others reach target 1 and touch the entry: the stop moves from the next "
        "bar on in every reading. Finer bars decided %zu bars.",
        m->ambiguous, m->closed, m->order_unclear, m->resolved);
}
