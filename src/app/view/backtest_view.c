#include "app/view/backtest_view.h"

#include "app/view/figure.h"
#include "app/view/table.h"
#include "app/view/walkforward_view.h"

#include <math.h>

static double pct(double frac)
{
    return frac * 100;
}

double tr_view_drawdown(const struct tr_sequence_summary *s)
{
    return s->closed ? s->max_drawdown_frac : (double)NAN;
}

static void json_assumptions(const struct tr_run *run, struct tr_json *json)
{
    const struct tr_cost_options *cost = &run->recipe.gate.cost;

    tr_json_object(json, "assumptions");
    tr_json_string(json, "entries", "walk-forward signals; at the open of the next bar, at market");
    tr_json_string(json, "intrabar", "pessimistic: the stop comes before the targets");
    tr_json_string(json, "account", "one position at a time; results are in percent of the position's size");
    tr_json_number(json, "maker_fee_pct", pct(cost->maker_frac));
    tr_json_number(json, "taker_fee_pct", pct(cost->taker_frac));
    tr_json_number(json, "slippage_pct", pct(cost->slippage_frac));
    tr_json_number(json, "funding_default_pct", pct(run->recipe.funding.default_rate));
    tr_json_number(json, "funding_default_hours", (double)run->recipe.funding.default_step_ms / (double)TR_HOUR_MS);
    tr_json_int(json, "funding_records", (int64_t)run->recipe.funding.n);
    tr_json_object_end(json);
}

double tr_view_random_rate(const struct tr_run *run, const struct tr_sequence_summary *s)
{
    double sum = 0;

    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (s->closed_by_side[side])
            sum += (double)s->closed_by_side[side] * run->wf.total[side].base_rate;
    }
    return s->closed ? sum / (double)s->closed : (double)NAN;
}

static void json_reasons(const struct tr_sequence_summary *s, struct tr_json *json)
{
    tr_json_object(json, "exit_reasons");
    for (int r = TR_EXIT_TARGET; r <= TR_EXIT_TIME; r++)
        tr_json_int(json, tr_exit_reason_name((enum tr_exit_reason)r), (int64_t)s->reasons[r]);
    tr_json_object_end(json);
}

static void json_costs(const struct tr_sequence_summary *s, struct tr_json *json)
{
    tr_json_number(json, "avg_gross_profit_pct", pct(s->average_gross_frac));
    tr_json_number(json, "avg_fees_pct", pct(s->fees_frac));
    tr_json_number(json, "avg_slippage_pct", pct(s->slippage_frac));
    tr_json_number(json, "avg_funding_pct", pct(s->funding_frac));
    tr_json_int(json, "funding_assumed", (int64_t)s->funding_assumed);
}

static void json_summary(const struct tr_run *run, const struct tr_sequence_summary *s, struct tr_json *json)
{
    static const char *const hit[TR_TARGETS] = {"hit_rate_tp1", "hit_rate_tp2", "hit_rate_tp3"};
    static const char *const interval[TR_TARGETS] = {"hit_rate_tp1_interval", "hit_rate_tp2_interval",
                                                     "hit_rate_tp3_interval"};
    struct tr_interval net = {pct(s->average_net_interval.lower), pct(s->average_net_interval.upper)};

    tr_json_int(json, "signals", (int64_t)s->offered);
    tr_json_int(json, "passed_by", (int64_t)s->passed_by);
    tr_json_int(json, "expired", (int64_t)s->expired);
    tr_json_int(json, "unfinished", (int64_t)s->unfinished);
    tr_json_int(json, "trades", (int64_t)s->closed);
    for (int i = 0; i < TR_TARGETS; i++) {
        tr_json_number(json, hit[i], s->hit_rate[i]);
        tr_view_interval_json(interval[i], &s->hit_rate_interval[i], json);
    }
    tr_json_number(json, "hit_rate_tp1_random_entries", tr_view_random_rate(run, s));
    tr_json_number(json, "win_rate", s->win_rate);
    tr_view_interval_json("win_rate_interval", &s->win_rate_interval, json);
    tr_json_number(json, "profit_factor", s->profit_factor);
    tr_json_number(json, "avg_net_profit_pct", pct(s->average_net_frac));
    tr_view_interval_json("avg_net_profit_interval_pct", &net, json);
    tr_json_number(json, "sum_net_profit_pct", pct(s->sum_net_frac));
    json_costs(s, json);
    tr_json_number(json, "max_drawdown_pct", pct(tr_view_drawdown(s)));
    tr_json_number(json, "avg_bars", s->average_bars);
    tr_json_int(json, "ambiguous", (int64_t)s->ambiguous);
    json_reasons(s, json);
}

static void json_trade(const struct tr_trade *t, struct tr_json *json)
{
    bool closed = t->outcome.reason != TR_EXIT_OPEN;

    tr_json_object(json, NULL);
    tr_json_string(json, "side", tr_side_name(t->entry.levels.side));
    tr_json_bool(json, "proven", t->entry.proven);
    tr_json_time(json, "entry_time", t->entry_time);
    tr_json_number(json, "entry", t->money.entry_price);
    tr_json_string(json, "exit_reason", tr_exit_reason_name(t->outcome.reason));
    if (closed) {
        tr_json_time(json, "exit_time", t->exit_time);
        tr_json_number(json, "exit_avg", t->money.exit_price);
        tr_json_number(json, "gross_pct", pct(t->money.gross_frac));
        tr_json_number(json, "fees_pct", pct(t->money.fees_frac));
        tr_json_number(json, "slippage_pct", pct(t->money.slippage_frac));
        tr_json_number(json, "funding_pct", pct(t->money.funding_frac));
        tr_json_number(json, "net_pct", pct(t->money.net_frac));
        tr_json_int(json, "bars", (int64_t)t->outcome.bars);
    }
    tr_json_bool(json, "tp1", t->outcome.targets_hit >= 1);
    tr_json_bool(json, "tp2", t->outcome.targets_hit >= 2);
    tr_json_bool(json, "tp3", t->outcome.targets_hit >= 3);
    tr_json_bool(json, "ambiguous", t->outcome.ambiguous);
    tr_json_object_end(json);
}

void tr_view_backtest_json(const struct tr_run *run, struct tr_json *json)
{
    tr_json_object(json, "backtest");
    json_assumptions(run, json);
    json_summary(run, &run->wf.backtest, json);
    tr_json_number(json, "market_change_pct", pct(run->wf.backtest.market_change_frac));
    tr_json_object(json, "proven_only");
    json_summary(run, &run->wf.backtest_proven, json);
    tr_json_object_end(json);
    tr_json_array(json, "trade_list");
    for (size_t i = 0; i < run->wf.backtest.taken; i++)
        json_trade(&run->wf.trades[i], json);
    tr_json_array_end(json);
    tr_json_object_end(json);
}

static void net_cells(struct tr_table *table, const struct tr_sequence_summary *s)
{
    tr_table_cell(table, "%s", tr_figure_signed_rate(s->average_net_frac, s->average_net_interval, 2).text);
}

static void text_rows(struct tr_table *table, const struct tr_sequence_summary *all,
                      const struct tr_sequence_summary *proven)
{
    static const char *const hit[TR_TARGETS] = {"Target 1 reached", "Target 2 reached", "Target 3 reached"};
    const struct tr_sequence_summary *columns[2] = {all, proven};

    tr_table_cell(table, "Signals / trades / passed by / expired / unfinished");
    for (int c = 0; c < 2; c++)
        tr_table_cell(table, "%zu / %zu / %zu / %zu / %zu", columns[c]->offered, columns[c]->closed,
                      columns[c]->passed_by, columns[c]->expired, columns[c]->unfinished);
    for (int i = 0; i < TR_TARGETS; i++) {
        tr_table_cell(table, "%s", hit[i]);
        for (int c = 0; c < 2; c++)
            tr_table_cell(table, "%s",
                          tr_figure_rate(columns[c]->hit_rate[i], columns[c]->hit_rate_interval[i], 1).text);
    }
    tr_table_cell(table, "Win rate");
    for (int c = 0; c < 2; c++)
        tr_table_cell(table, "%s", tr_figure_rate(columns[c]->win_rate, columns[c]->win_rate_interval, 1).text);
    tr_table_cell(table, "Average net profit a trade");
    for (int c = 0; c < 2; c++)
        net_cells(table, columns[c]);
    tr_table_cell(table, "Average gross profit a trade");
    for (int c = 0; c < 2; c++)
        tr_table_percent(table, columns[c]->average_gross_frac, 2);
    tr_table_cell(table, "Average fees + slippage + funding");
    for (int c = 0; c < 2; c++)
        tr_table_percent(table, columns[c]->fees_frac + columns[c]->slippage_frac + columns[c]->funding_frac, 2);
    tr_table_cell(table, "Profit factor");
    for (int c = 0; c < 2; c++)
        tr_table_number(table, columns[c]->profit_factor, 2);
    tr_table_cell(table, "Largest drawdown (all equity in each trade, 1x)");
    for (int c = 0; c < 2; c++)
        tr_table_percent(table, tr_view_drawdown(columns[c]), 1);
    tr_table_cell(table, "Average bars held");
    for (int c = 0; c < 2; c++)
        tr_table_number(table, columns[c]->average_bars, 1);
    tr_table_cell(table, "Trades with an ambiguous bar");
    for (int c = 0; c < 2; c++)
        tr_table_cell(table, "%zu", columns[c]->ambiguous);
}

void tr_view_backtest_text(const struct tr_run *run, struct tr_buf *out)
{
    const struct tr_cost_options *cost = &run->recipe.gate.cost;
    struct tr_table *table;

    tr_buf_printf(
        out,
        "BACKTEST of the walk-forward signals. Assumed: entry at the next bar's open at market; inside a bar the\n"
        "stop before the targets; maker %.3g %%, taker %.3g %%, slippage %.3g %% where filled at market;\n"
        "funding %s; one position at a time, results in percent of its size.\n",
        pct(cost->maker_frac), pct(cost->taker_frac), pct(cost->slippage_frac),
        run->recipe.funding.n ? "as recorded (else the default)" : "at the default rate, since none is recorded");
    if (!run->wf.backtest.closed) {
        tr_buf_printf(out, "No trades: %zu signals%s.\n\n", run->wf.backtest.offered,
                      run->wf.backtest.offered ? ", none of which is closed" : "");
        return;
    }
    table = tr_table_create("<|all signals|proven only");
    text_rows(table, &run->wf.backtest, &run->wf.backtest_proven);
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_printf(out, "Random entries reach target 1 in %.1f %%. The market moved %+.1f %% over the tested time.\n\n",
                  pct(tr_view_random_rate(run, &run->wf.backtest)), pct(run->wf.backtest.market_change_frac));
}
