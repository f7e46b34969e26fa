#include "app/view/account_view.h"

#include "app/usecase/backtest_report.h"
#include "app/view/account_bounds.h"
#include "app/view/account_words.h"
#include "app/view/run_view.h"
#include "app/view/walkforward_view.h"

#include <math.h>
#include <stdio.h>

#define BPS 1e4

static double pct(double frac)
{
    return frac * 100;
}

/* name + suffix, and name + "_interval" + suffix. */
static void measured(struct tr_json *json, const char *name, const char *suffix, double scale,
                     const struct tr_measured *m)
{
    struct tr_interval interval = {m->interval.lower * scale, m->interval.upper * scale};
    char key[80];

    snprintf(key, sizeof key, "%s%s", name, suffix);
    tr_json_number(json, key, m->value * scale);
    snprintf(key, sizeof key, "%s_interval%s", name, suffix);
    tr_view_interval_json(key, &interval, json);
}

static void count(struct tr_json *json, const char *key, size_t n)
{
    tr_json_int(json, key, (int64_t)n);
}

static void money(struct tr_json *json, const char *key, tr_money amount)
{
    tr_json_number(json, key, tr_money_usd(amount));
}

static void time_or_null(struct tr_json *json, const char *key, tr_time_ms time, bool known)
{
    char stamp[80];

    if (known) {
        tr_json_time(json, key, time);
        return;
    }
    snprintf(stamp, sizeof stamp, "%s_timestamp", key);
    tr_json_null(json, key);
    tr_json_null(json, stamp);
}

static void json_assumed_costs(const struct tr_backtest *b, struct tr_json *json)
{
    const struct tr_cost_options *c = &b->options.account.cost;
    const struct tr_fee_schedule *fees = &b->options.account.fees;
    struct tr_funding funding = b->n_series ? b->series[0].funding : tr_funding_none();
    size_t records = 0;

    for (size_t i = 0; i < b->n_series; i++)
        records += b->series[i].funding.n;
    tr_json_number(json, "maker_fee_pct", pct(c->maker_frac));
    tr_json_number(json, "taker_fee_pct", pct(c->taker_frac));
    tr_json_array(json, "fee_tiers");
    for (size_t i = 0; i < fees->n; i++) {
        tr_json_object(json, NULL);
        tr_json_number(json, "volume_usd", fees->tier[i].volume_usd);
        tr_json_number(json, "maker_fee_pct", pct(fees->tier[i].maker_frac));
        tr_json_number(json, "taker_fee_pct", pct(fees->tier[i].taker_frac));
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_string(json, "slippage_model", c->slippage_model == TR_SLIPPAGE_RANGE ? "range" : "fraction");
    tr_json_number(json, "slippage_pct", pct(c->slippage_frac));
    tr_json_number(json, "slippage_range_frac", c->slippage_range);
    count(json, "funding_records", records);
    count(json, "funding_assumed", b->measures.funding_assumed);
    tr_json_number(json, "funding_default_pct", pct(funding.default_rate));
    tr_json_number(json, "funding_default_hours", (double)funding.default_step_ms / (double)TR_HOUR_MS);
}

static void json_assumed_account(const struct tr_backtest *b, struct tr_json *json)
{
    const struct tr_account_options *a = &b->options.account;
    const struct tr_market_limits *m = &b->recipe.limits;

    tr_json_string(json, "margin", "isolated");
    tr_json_number(json, "leverage", a->leverage > 0 ? a->leverage : (double)NAN);
    tr_json_number(json, "max_leverage", a->size.max_leverage[a->profile]);
    tr_json_number(json, "maintenance_pct", pct(a->size.maintenance_frac));
    tr_json_number(json, "capital_usd", a->size.capital_usd);
    tr_json_string(json, "risk_profile", tr_profile_name(a->profile));
    tr_json_number(json, "risk_pct", pct(a->size.risk_frac[a->profile]));
    tr_json_bool(json, "compound", a->compound);
    count(json, "max_open", a->max_open);
    tr_json_number(json, "max_side_exposure", a->max_side_exposure);
    tr_json_number(json, "max_correlated_exposure", a->max_correlated_exposure);
    tr_json_number(json, "correlation", a->correlation);
    count(json, "correlation_bars", a->correlation_bars);
    tr_json_object(json, "market");
    tr_json_number(json, "price_step", m->price_step);
    tr_json_number(json, "size_step", m->size_step);
    tr_json_number(json, "min_size", m->min_size);
    tr_json_number(json, "min_notional_usd", m->min_notional_usd);
    tr_json_number(json, "max_leverage", m->max_leverage);
    tr_json_object_end(json);
}

static void json_ladder(const struct tr_ladder *l, struct tr_json *json)
{
    tr_json_object(json, "ladder");
    tr_json_number(json, "stop_atr", l->stop_atr);
    tr_json_array(json, "target_atr");
    for (int i = 0; i < TR_TARGETS; i++)
        tr_json_number(json, NULL, l->target_atr[i]);
    tr_json_array_end(json);
    tr_json_array(json, "exit_fractions");
    for (int i = 0; i < TR_TARGETS; i++)
        tr_json_number(json, NULL, l->fraction[i]);
    tr_json_array_end(json);
    tr_json_number(json, "trail_atr", l->trail_atr);
    tr_json_number(json, "horizon_hours", l->horizon_hours);
    tr_json_object_end(json);
}

static void json_assumptions(const struct tr_backtest *b, struct tr_json *json)
{
    struct tr_view_line line[TR_VIEW_ASSUMPTIONS];
    size_t n = tr_view_account_assumptions(b, line), asked = 0, lacking = 0;
    bool stored = b->options.source == TR_BACKTEST_STORED;

    for (size_t i = 0; i < b->n_series; i++) {
        asked += b->series[i].detail_asked;
        lacking += b->series[i].detail_lacking;
    }
    tr_json_object(json, "assumptions");
    tr_json_string(json, "entries", tr_backtest_source_name(b->options.source));
    tr_json_string(json, "entries_file", b->options.source == TR_BACKTEST_FILE ? b->options.entries : NULL);
    tr_json_string(json, "origin",
                   !stored                                      ? NULL
                   : b->options.origin == TR_ORIGIN_WALKFORWARD ? "walkforward"
                                                                : "newest");
    tr_json_bool(json, "proven_only", b->options.proven_only);
    tr_json_string(json, "entry_order", b->options.account.entry == TR_ENTRY_LIMIT ? "limit" : "market");
    tr_json_string(json, "intrabar", tr_backtest_intrabar_name(b->options.intrabar));
    count(json, "detail_asked", asked);
    count(json, "detail_lacking", lacking);
    count(json, "horizon_bars", tr_ladder_horizon_bars(&b->recipe.gate.ladder, b->timeframe));
    json_ladder(&b->recipe.gate.ladder, json);
    json_assumed_costs(b, json);
    json_assumed_account(b, json);
    tr_json_int(json, "days_a_year", 365);
    tr_json_number(json, "interval_level_pct", 95);
    count(json, "bootstrap_draws", b->options.draws);
    tr_json_array(json, "in_words");
    for (size_t i = 0; i < n; i++) {
        tr_json_object(json, NULL);
        tr_json_string(json, "name", line[i].name);
        tr_json_string(json, "text", line[i].text);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_object_end(json);
}

static void json_lookahead(const struct tr_backtest_series *s, size_t checked, struct tr_json *json)
{
    const struct tr_lookahead *l = &s->lookahead;

    tr_json_object(json, "lookahead");
    count(json, "columns", checked);
    count(json, "truncation_points", l->rows);
    count(json, "bad", l->bad);
    tr_json_array(json, "bad_columns");
    for (size_t c = 0; c < l->columns; c++) {
        const struct tr_lookahead_column *column = &l->column[c];

        if (column->verdict == TR_CAUSAL)
            continue;
        tr_json_object(json, NULL);
        tr_json_string(json, "column", tr_view_column_name(c));
        tr_json_string(json, "verdict", tr_causal_verdict_name(column->verdict));
        count(json, "rows", column->rows_bad);
        time_or_null(json, "first", column->first_bad < s->bars.n ? s->bars.time[column->first_bad] : 0,
                     column->first_bad < s->bars.n);
        tr_json_number(json, "cut", column->stream);
        tr_json_number(json, "whole", column->batch);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_object_end(json);
}

/* Bars of history until every column is within each level; null where that is in none of the bars looked at. */
static void json_recursive(const struct tr_recursive *r, struct tr_json *json)
{
    static const char *const key[TR_RECURSIVE_LEVELS] = {"bars_within_1_pct", "bars_within_01_pct", "bars_within_1e_6",
                                                         "bars_same_bits"};
    double error = (double)NAN;

    tr_json_object(json, "warmup");
    count(json, "trials", r->trials);
    count(json, "longest", r->longest);
    for (int level = 0; level < TR_RECURSIVE_LEVELS; level++) {
        size_t need = 0;

        for (size_t c = 0; c < r->columns; c++)
            need = r->column[c].bars[level] > need ? r->column[c].bars[level] : need;
        if (!r->trials || need == SIZE_MAX)
            tr_json_null(json, key[level]);
        else
            count(json, key[level], need);
    }
    for (size_t c = 0; r->trials && c < r->columns; c++)
        error = fmax(error, r->column[c].error_at_warmup);
    tr_json_number(json, "largest_difference_pct", pct(error));
    tr_json_object_end(json);
}

static void json_key(const struct tr_series_key *key, struct tr_json *json)
{
    tr_json_string(json, "exchange", key->exchange);
    tr_json_string(json, "symbol", key->symbol);
    tr_json_string(json, "timeframe", tr_timeframe_name(key->timeframe));
}

static void json_checks(const struct tr_backtest *b, struct tr_json *json)
{
    size_t bad = 0;

    for (size_t i = 0; i < b->n_series; i++)
        bad += b->series[i].lookahead.bad;
    tr_json_object(json, "checks");
    tr_json_bool(json, "lookahead_free", bad == 0);
    tr_json_array(json, "series");
    for (size_t i = 0; i < b->n_series; i++) {
        tr_json_object(json, NULL);
        json_key(&b->series[i].key, json);
        json_lookahead(&b->series[i], tr_view_columns_checked(b), json);
        json_recursive(&b->series[i].recursive, json);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_object_end(json);
}

static void json_read(const struct tr_entries_report *read, struct tr_json *json)
{
    size_t refused = 0;

    for (int d = 0; d < TR_ENTRIES_DEFECT_COUNT; d++)
        refused += read->refused[d];
    tr_json_object(json, "read");
    count(json, "rows", read->rows);
    count(json, "accepted", read->accepted);
    count(json, "refused", refused);
    tr_json_object(json, "refused_by");
    for (int d = 0; d < TR_ENTRIES_DEFECT_COUNT; d++)
        count(json, tr_entries_defect_name((enum tr_entries_defect)d), read->refused[d]);
    tr_json_object_end(json);
    tr_json_bool(json, "newest_first", read->newest_first);
    tr_json_array(json, "columns_passed_over");
    for (size_t i = 0; i < read->others && i < TR_ENTRIES_OTHER; i++)
        tr_json_string(json, NULL, read->other[i]);
    tr_json_array_end(json);
    tr_json_array(json, "examples");
    for (size_t i = 0; i < read->examples; i++) {
        tr_json_object(json, NULL);
        tr_json_int(json, "line", (int64_t)read->example[i].line);
        tr_json_string(json, "defect", tr_entries_defect_name(read->example[i].defect));
        tr_json_string(json, "reason", read->example[i].reason);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_object_end(json);
}

static void json_entries(const struct tr_backtest *b, struct tr_json *json)
{
    tr_json_object(json, "entries");
    if (b->options.source == TR_BACKTEST_WALKFORWARD)
        tr_json_null(json, "read");
    else
        json_read(&b->file, json);
    count(json, "entries", b->n_entries);
    count(json, "taken", b->account.n_trades);
    count(json, "refused", b->n_entries - b->account.n_trades);
    tr_json_object(json, "refused_by");
    for (int r = TR_REFUSAL_NONE + 1; r < TR_REFUSALS; r++)
        count(json, tr_refusal_name((enum tr_refusal)r), b->account.refused[r]);
    tr_json_object_end(json);
    tr_json_object_end(json);
}

static void json_group(const struct tr_trade_group *g, struct tr_json *json)
{
    count(json, "trades", g->trades);
    tr_json_number(json, "avg_net_profit_pct", pct(g->average_net_frac));
    money(json, "net_usd", g->net);
    tr_json_number(json, "total_profit_pct", pct(g->net_capital_frac));
    tr_json_number(json, "avg_hours", g->average_hours);
    count(json, "wins", g->wins);
    count(json, "draws", g->draws);
    count(json, "losses", g->losses);
    tr_json_number(json, "win_rate", g->trades ? (double)g->wins / (double)g->trades : (double)NAN);
}

static void json_groups(const struct tr_backtest *b, struct tr_json *json)
{
    const struct tr_backtest_measures *m = &b->measures;

    tr_json_array(json, "series");
    for (size_t i = 0; i < b->n_series && i < m->n_series; i++) {
        tr_json_object(json, NULL);
        json_key(&b->series[i].key, json);
        count(json, "bars", b->series[i].bars.n);
        count(json, "entries", b->series[i].entries);
        tr_json_number(json, "market_change_pct", pct(b->series[i].market_change));
        json_group(&m->series[i], json);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
    tr_json_object(json, "sides");
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        tr_json_object(json, tr_side_name((enum tr_side)side));
        json_group(&m->side[side], json);
        tr_json_object_end(json);
    }
    tr_json_object_end(json);
    tr_json_object(json, "exit_reasons");
    for (int r = TR_EXIT_TARGET; r <= TR_EXIT_LIQUIDATION; r++) {
        tr_json_object(json, tr_exit_reason_name((enum tr_exit_reason)r));
        json_group(&m->reason[r], json);
        tr_json_object_end(json);
    }
    tr_json_object_end(json);
}

static void json_rates(const struct tr_backtest_measures *m, struct tr_json *json)
{
    for (int i = 0; i < TR_TARGETS; i++) {
        char key[32];

        snprintf(key, sizeof key, "hit_rate_tp%d", i + 1);
        measured(json, key, "", 1, &m->hit_rate[i]);
        snprintf(key, sizeof key, "hit_rate_tp%d_random", i + 1);
        tr_json_number(json, key, m->random_hit_rate[i]);
    }
    count(json, "proven_trades", m->proven.trades);
    measured(json, "proven_hit_rate_tp1", "", 1, &m->proven_hit_rate);
    measured(json, "win_rate", "", 1, &m->win_rate);
    measured(json, "profit_factor", "", 1, &m->profit_factor);
    measured(json, "expectancy", "_usd", 1, &m->expectancy_usd);
    measured(json, "avg_net_profit", "_pct", 100, &m->average_net_frac);
    measured(json, "avg_gross_profit", "_pct", 100, &m->average_gross_frac);
    measured(json, "total_profit", "_pct", 100, &m->total_return);
    measured(json, "cagr", "_pct", 100, &m->annual_return);
    measured(json, "max_drawdown", "_pct", 100, &m->max_drawdown);
    measured(json, "sharpe_ratio", "", 1, &m->sharpe);
    measured(json, "sortino_ratio", "", 1, &m->sortino);
    measured(json, "calmar_ratio", "", 1, &m->calmar);
}

static void json_extremes(const struct tr_backtest *b, struct tr_json *json)
{
    const struct tr_backtest_measures *m = &b->measures;
    size_t n = b->account.n_trades;

    tr_json_number(json, "best_trade_pct",
                   m->best < n ? tr_view_trade_net_pct(&b->account.trades[m->best]) : (double)NAN);
    tr_json_number(json, "worst_trade_pct",
                   m->worst < n ? tr_view_trade_net_pct(&b->account.trades[m->worst]) : (double)NAN);
    tr_json_number(json, "best_day_pct", pct(m->best_day));
    tr_json_number(json, "worst_day_pct", pct(m->worst_day));
    count(json, "days_won", m->days_won);
    count(json, "days_drawn", m->days_drawn);
    count(json, "days_lost", m->days_lost);
    tr_json_number(json, "avg_winner_hours", m->winner_hours);
    tr_json_number(json, "avg_loser_hours", m->loser_hours);
    count(json, "max_wins_in_row", m->wins_in_row);
    count(json, "max_losses_in_row", m->losses_in_row);
    tr_json_number(json, "min_balance_usd", m->min_equity);
    tr_json_number(json, "max_balance_usd", m->max_equity);
    tr_json_number(json, "max_drawdown_usd", m->max_drawdown_usd);
    time_or_null(json, "drawdown_start", m->drawdown_from, m->max_drawdown.value > 0);
    time_or_null(json, "drawdown_end", m->drawdown_to, m->max_drawdown.value > 0);
}

static void json_summary(const struct tr_backtest *b, struct tr_json *json)
{
    const struct tr_backtest_measures *m = &b->measures;
    double margin = 0, size = 0, n = (double)b->account.n_trades;

    for (size_t i = 0; i < b->account.n_trades; i++) {
        margin += b->account.trades[i].margin_usd;
        size += b->account.trades[i].size_usd;
    }
    tr_json_object(json, "summary");
    count(json, "trades", m->closed);
    count(json, "open_trades", m->open);
    tr_json_number(json, "trades_a_day", (double)m->closed / m->days);
    money(json, "starting_balance_usd", b->account.capital);
    money(json, "final_balance_usd", b->account.final_equity);
    money(json, "net_usd", m->net);
    json_rates(m, json);
    tr_json_number(json, "avg_stake_usd", margin / n);
    tr_json_number(json, "avg_size_usd", size / n);
    tr_json_number(json, "turnover_usd", m->turnover_usd);
    json_extremes(b, json);
    count(json, "rejected_entries", b->n_entries - b->account.n_trades);
    tr_json_number(json, "time_in_market_frac", m->time_in_market);
    tr_json_number(json, "avg_exposure_frac", m->average_exposure);
    count(json, "ambiguous_trades", m->ambiguous);
    count(json, "order_unclear_trades", m->order_unclear);
    count(json, "resolved_bars", m->resolved);
    tr_json_number(json, "market_change_pct", pct(b->market_change));
    tr_json_object_end(json);
}

static void json_bound(const char *key, const struct tr_backtest_bound *bound, struct tr_json *json)
{
    tr_json_object(json, key);
    count(json, "trades", bound->trades);
    count(json, "ambiguous_trades", bound->ambiguous);
    tr_json_number(json, "net_usd", bound->net_usd);
    tr_json_number(json, "total_profit_pct", pct(bound->total_return));
    tr_json_number(json, "max_drawdown_pct", pct(bound->max_drawdown));
    tr_json_number(json, "win_rate", bound->win_rate);
    tr_json_number(json, "profit_factor", bound->profit_factor);
    tr_json_number(json, "hit_rate_tp1", bound->hit_rate_tp1);
    tr_json_object_end(json);
}

static void json_bounds(const struct tr_backtest *b, struct tr_json *json)
{
    struct tr_backtest_bound chosen = tr_view_chosen_bound(b);

    tr_json_object(json, "bounds");
    json_bound("pessimistic", &b->pessimistic, json);
    json_bound("chosen", &chosen, json);
    json_bound("optimistic", &b->optimistic, json);
    tr_json_object_end(json);
}

static void json_costs(const struct tr_backtest *b, struct tr_json *json)
{
    const struct tr_backtest_measures *m = &b->measures;
    const struct {
        const char *name;
        tr_money amount;
    } kinds[] = {
        {"gross", m->gross}, {"fees", m->fees}, {"slippage", m->slippage}, {"funding", m->funding}, {"net", m->net}};
    double sizes = 0;

    for (size_t i = 0; i < b->account.n_trades; i++)
        sizes += b->account.trades[i].size_usd;
    tr_json_object(json, "costs");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        char key[32];

        snprintf(key, sizeof key, "%s_usd", kinds[k].name);
        money(json, key, kinds[k].amount);
        snprintf(key, sizeof key, "%s_pct", kinds[k].name);
        tr_json_number(json, key, sizes > 0 ? pct(tr_money_usd(kinds[k].amount) / sizes) : (double)NAN);
    }
    count(json, "funding_assumed", m->funding_assumed);
    tr_json_number(json, "round_trip_bps", m->cost_frac * BPS);
    tr_json_number(json, "break_even_bps", m->break_even_frac * BPS);
    tr_json_number(json, "break_even_factor", m->break_even_factor);
    tr_json_object(json, "curve");
    tr_json_array(json, "factor");
    for (size_t i = 0; i < TR_COST_STEPS; i++)
        tr_json_number(json, NULL, m->cost_factor[i]);
    tr_json_array_end(json);
    tr_json_array(json, "net_usd");
    for (size_t i = 0; i < TR_COST_STEPS; i++)
        tr_json_number(json, NULL, m->cost_net_usd[i]);
    tr_json_array_end(json);
    tr_json_object_end(json);
    tr_json_object_end(json);
}

static void json_months(const struct tr_backtest_measures *m, struct tr_json *json)
{
    tr_json_array(json, "months");
    for (size_t i = 0; i < m->n_months; i++) {
        char month[32];

        snprintf(month, sizeof month, "%04d-%02d", m->month[i].year, m->month[i].month);
        tr_json_object(json, NULL);
        tr_json_string(json, "month", month);
        count(json, "trades", m->month[i].trades);
        money(json, "net_usd", m->month[i].net);
        tr_json_number(json, "return_pct", pct(m->month[i].return_frac));
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void json_fan(const struct tr_fan *fan, struct tr_json *json)
{
    static const char *const key[TR_FAN_QUANTILES] = {"q05", "q25", "q50", "q75", "q95"};

    if (!fan->steps) {
        tr_json_null(json, "fan");
        return;
    }
    tr_json_object(json, "fan");
    tr_json_number(json, "loss_chance", fan->loss_chance);
    tr_json_number(json, "drawdown_median_pct", pct(fan->drawdown_median));
    tr_json_number(json, "drawdown_95_pct", pct(fan->drawdown_95));
    tr_json_array(json, "days");
    for (size_t k = 0; k < fan->steps; k++)
        count(json, NULL, fan->row[k]);
    tr_json_array_end(json);
    for (size_t q = 0; q < TR_FAN_QUANTILES; q++) {
        tr_json_array(json, key[q]);
        for (size_t k = 0; k < fan->steps; k++)
            tr_json_number(json, NULL, fan->value[q][k]);
        tr_json_array_end(json);
    }
    tr_json_object_end(json);
}

static void json_luck(const struct tr_backtest *b, struct tr_json *json)
{
    const struct tr_backtest_measures *m = &b->measures;

    tr_json_object(json, "luck");
    count(json, "days", m->n_days);
    tr_json_number(json, "sharpe_daily", m->daily.ratio);
    tr_json_number(json, "skewness", m->daily.skewness);
    tr_json_number(json, "kurtosis", m->daily.kurtosis);
    tr_json_number(json, "psr", m->psr);
    tr_json_string(json, "psr_unknown", tr_view_psr_unknown(b));
    if (b->counted)
        count(json, "trials", b->trials);
    else
        tr_json_null(json, "trials");
    tr_json_number(json, "expected_max_sharpe_daily", b->counted ? b->expected_max : (double)NAN);
    tr_json_number(json, "deflated_sharpe", b->counted ? b->deflated : (double)NAN);
    tr_json_string(json, "deflated_sharpe_unknown", tr_view_deflated_unknown(b));
    count(json, "variants", b->variants);
    count(json, "variants_passed_over", b->passed_over);
    count(json, "pbo_days", b->pbo_days);
    tr_json_number(json, "pbo", b->pbo);
    tr_json_string(json, "pbo_unknown", tr_view_pbo_unknown(b));
    json_fan(&m->fan, json);
    tr_json_object_end(json);
}

void tr_view_account_json(const struct tr_backtest *b, struct tr_json *json)
{
    tr_json_string(json, "id", b->id);
    tr_json_string(json, "config", b->config);
    tr_json_string(json, "label", b->options.label ? b->options.label : "");
    tr_json_string(json, "timeframe", tr_timeframe_name(b->timeframe));
    tr_json_time(json, "from", b->from);
    tr_json_time(json, "to", b->to);
    tr_json_number(json, "days", b->measures.days);
    json_assumptions(b, json);
    json_checks(b, json);
    json_entries(b, json);
    json_summary(b, json);
    json_bounds(b, json);
    json_costs(b, json);
    json_groups(b, json);
    json_months(&b->measures, json);
    json_luck(b, json);
    tr_view_account_trades_json(b, json);
    tr_view_account_daily_json(b, json);
    tr_json_string(json, "risk_notice", TR_VIEW_RISK_NOTICE);
}
