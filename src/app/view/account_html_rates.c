#include "app/usecase/backtest_report.h"
#include "app/view/account_bounds.h"
#include "app/view/account_section.h"
#include "app/view/account_text.h"
#include "app/view/account_words.h"
#include "app/view/figure.h"
#include "app/view/html_chart.h"
#include "app/view/report_section.h"

#include <math.h>
#include <stdio.h>

#define RATES (TR_TARGETS + 1)

static const char *const rate_name[RATES] = {"Target 1 reached", "Target 2 reached", "Target 3 reached", "Win rate"};

static const struct tr_measured *rate_of(const struct tr_backtest_measures *m, size_t i)
{
    return i < TR_TARGETS ? &m->hit_rate[i] : &m->win_rate;
}

static double random_rate(const struct tr_backtest_measures *m, size_t i)
{
    return i < TR_TARGETS ? m->random_hit_rate[i] : (double)NAN;
}

/* What the interval says about entries at random. */
static const char *against_random(const struct tr_measured *rate, double by_chance)
{
    if (isnan(rate->value) || isnan(by_chance) || isnan(rate->interval.lower))
        return "-";
    return rate->interval.lower > by_chance   ? "more often"
           : rate->interval.upper < by_chance ? "less often"
                                              : "cannot be told apart";
}

static void rate_table(const struct tr_backtest_measures *m, struct tr_html *page)
{
    tr_html_open(page, "div.fold");
    tr_html_table(page, "Of the closed trades, with 95 % intervals (Wilson)",
                  "<|reached by|random entries|<against random");
    for (size_t i = 0; i < RATES; i++) {
        const struct tr_measured *rate = rate_of(m, i);
        double by_chance = random_rate(m, i);

        tr_html_cell(page, "%s", rate_name[i]);
        tr_html_cell(page, "%s", tr_figure_rate(rate->value, rate->interval, 1).text);
        tr_html_cell(page, "%s", tr_figure_percent(by_chance, 1).text);
        tr_html_cell(page, "%s", against_random(rate, by_chance));
    }
    tr_html_cell(page, "Target 1 reached, proven entries only");
    tr_html_cell(page, "%s", tr_figure_rate(m->proven_hit_rate.value, m->proven_hit_rate.interval, 1).text);
    tr_html_cell(page, "-");
    tr_html_cell(page, "-");
    tr_html_table_end(page);
    tr_html_close(page, "div");
}

static void draw_rates(const struct tr_backtest_measures *m, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_DOT, TR_MARK_RING};
    static const char *const texts[] = {"these trades, 95 % interval", "random entries"};
    static const char *const names[RATES] = {"target 1", "target 2", "target 3", "win rate"};
    struct tr_chart_frame frame = {"Targets reached and win rate, beside random entries",
                                   "A dot with its 95 % interval for each of the three targets and for the win rate; a "
                                   "square for the rate of random entries with the same stops and targets.",
                                   TR_CHART_FULL, 210, 76};
    struct tr_axis x = tr_axis_nice(TR_AXIS_PERCENT, 0, 1, 5), y = tr_axis_rows(RATES);
    struct tr_chart chart;

    tr_chart_begin(&chart, page, &frame, &x, &y);
    for (size_t i = 0; i < RATES; i++) {
        const struct tr_measured *rate = rate_of(m, i);
        double middle = (double)i + 0.6;

        tr_chart_row(&chart, i, names[i]);
        tr_chart_whisker_level(&chart, middle, rate->interval.lower, rate->interval.upper);
        tr_chart_point(&chart, TR_MARK_DOT, rate->value, middle, tr_figure_rate(rate->value, rate->interval, 1).text);
        tr_chart_point(&chart, TR_MARK_RING, random_rate(m, i), (double)i + 0.25,
                       tr_figure_percent(random_rate(m, i), 1).text);
    }
    tr_chart_end(&chart);
    tr_chart_keys(page, 2, marks, texts);
    tr_html_close(page, "figure");
}

void tr_report_account_rates(const struct tr_backtest *b, struct tr_html *page)
{
    if (!b->measures.closed) {
        tr_html_element(page, "p", "No closed trades: no rates.");
        return;
    }
    rate_table(&b->measures, page);
    draw_rates(&b->measures, page);
    tr_html_element(page, "p.note",
                    "Random entries: the same sides, stops and targets put on bars drawn at random from the same time "
                    "and series, played by the same rules. Only what lies above their rate speaks for the entries.");
}

static void row(struct tr_html *page, const char *name, const char *value)
{
    tr_html_cell(page, "%s", name);
    tr_html_cell(page, "%s", value);
    tr_html_cell(page, "%s", "");
}

static void number_row(struct tr_html *page, const char *name, double value)
{
    row(page, name, tr_figure_number(value, 2).text);
}

static void measured_row(struct tr_html *page, const char *name, const struct tr_measured *m, double scale, int digits)
{
    struct tr_interval interval = {m->interval.lower * scale, m->interval.upper * scale};

    tr_html_cell(page, "%s", name);
    tr_html_cell(page, "%s", tr_figure_number(m->value * scale, digits).text);
    if (isfinite(interval.lower) && isinf(interval.upper))
        tr_html_cell(page, "[%s, unbounded]", tr_figure_number(interval.lower, digits).text);
    else if (isfinite(interval.lower) && isfinite(interval.upper))
        tr_html_cell(page, "%s", tr_figure_interval(interval, digits).text);
    else
        tr_html_cell(page, isfinite(m->value) ? "not known" : "");
}

static void time_row(struct tr_html *page, const char *name, tr_time_ms time, bool known)
{
    char text[TR_TIME_TEXT];

    tr_time_format(time, text);
    text[10] = ' ';
    text[16] = '\0';
    row(page, name, known ? text : "-");
}

static void counts_row(struct tr_html *page, const char *name, size_t n, const size_t *count)
{
    char text[96];
    int len = 0;

    for (size_t i = 0; i < n; i++)
        len += snprintf(text + len, sizeof text - (size_t)len, i ? " / %zu" : "%zu", count[i]);
    row(page, name, text);
}

static void balance_rows(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    char text[96];

    time_row(page, "Backtesting from", b->from, true);
    time_row(page, "Backtesting to", b->to, true);
    snprintf(text, sizeof text, "%zu / %.40s", m->closed, tr_figure_number((double)m->closed / m->days, 2).text);
    row(page, "Trades / a day", text);
    number_row(page, "Starting balance USD", tr_money_usd(b->account.capital));
    number_row(page, "Final balance USD", tr_money_usd(b->account.final_equity));
    row(page, "Absolute profit USD", tr_figure_signed(tr_money_usd(m->net), 2).text);
    measured_row(page, "Total profit %", &m->total_return, 100, 2);
    measured_row(page, "CAGR %", &m->annual_return, 100, 2);
    measured_row(page, "Sortino", &m->sortino, 1, 2);
    measured_row(page, "Sharpe", &m->sharpe, 1, 2);
    measured_row(page, "Calmar", &m->calmar, 1, 2);
    measured_row(page, "Profit factor", &m->profit_factor, 1, 2);
    measured_row(page, "Expectancy USD a trade", &m->expectancy_usd, 1, 2);
    measured_row(page, "Avg net profit a trade, % of size", &m->average_net_frac, 100, 3);
    measured_row(page, "Avg gross profit a trade, % of size", &m->average_gross_frac, 100, 3);
    measured_row(page, "Win rate %", &m->win_rate, 100, 1);
}

static void stake_rows(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    double margin = 0, size = 0, n = (double)b->account.n_trades;
    char text[96];

    for (size_t i = 0; i < b->account.n_trades; i++) {
        margin += b->account.trades[i].margin_usd;
        size += b->account.trades[i].size_usd;
    }
    number_row(page, "Avg stake (margin) USD", margin / n);
    number_row(page, "Avg size USD", size / n);
    number_row(page, "Total trade volume USD", m->turnover_usd);
    counts_row(page, "Long / short trades", 2, (const size_t[]){m->side[TR_LONG].trades, m->side[TR_SHORT].trades});
    snprintf(text, sizeof text, "%.40s / %.40s", tr_figure_signed(tr_money_usd(m->side[TR_LONG].net), 2).text,
             tr_figure_signed(tr_money_usd(m->side[TR_SHORT].net), 2).text);
    row(page, "Long / short profit USD", text);
}

static void trade_net_row(const struct tr_backtest *b, const char *name, size_t i, struct tr_html *page)
{
    char series[TR_VIEW_SERIES_NAME];

    tr_html_cell(page, "%s", name);
    if (i < b->account.n_trades) {
        tr_view_series_name(b, b->account.trades[i].series, series);
        tr_html_cell(page, "%s %s %% (no. %zu)", series,
                     tr_figure_signed(tr_view_trade_net_pct(&b->account.trades[i]), 2).text, i + 1);
    } else {
        tr_html_cell(page, "-");
    }
    tr_html_cell(page, "%s", "");
}

/* The series whose closed trades made most (sign 1) or least (-1). */
static void series_net_row(const struct tr_backtest *b, const char *name, int sign, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    size_t found = m->n_series;
    char text[TR_VIEW_SERIES_NAME + 64] = "-", series[TR_VIEW_SERIES_NAME];

    for (size_t i = 0; i < m->n_series; i++) {
        if (m->series[i].trades && (found == m->n_series || (sign > 0 ? m->series[i].net > m->series[found].net
                                                                      : m->series[i].net < m->series[found].net)))
            found = i;
    }
    if (found < m->n_series) {
        tr_view_series_name(b, found, series);
        snprintf(text, sizeof text, "%s %.40s %%", series,
                 tr_figure_signed(100 * m->series[found].net_capital_frac, 2).text);
    }
    row(page, name, text);
}

static void best_rows(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    char duration[TR_VIEW_DURATION];

    series_net_row(b, "Best series", 1, page);
    series_net_row(b, "Worst series", -1, page);
    trade_net_row(b, "Best trade", m->best, page);
    trade_net_row(b, "Worst trade", m->worst, page);
    row(page, "Best day", tr_figure_signed_percent(m->best_day, 2).text);
    row(page, "Worst day", tr_figure_signed_percent(m->worst_day, 2).text);
    counts_row(page, "Days win / draw / lose", 3, (const size_t[]){m->days_won, m->days_drawn, m->days_lost});
    tr_view_duration(m->winner_hours, duration);
    row(page, "Avg duration of winners", duration);
    tr_view_duration(m->loser_hours, duration);
    row(page, "Avg duration of losers", duration);
    counts_row(page, "Max consecutive wins / losses", 2, (const size_t[]){m->wins_in_row, m->losses_in_row});
    counts_row(page, "Rejected entries", 1, (const size_t[]){b->n_entries - b->account.n_trades});
}

static void drawdown_rows(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    bool any = m->max_drawdown.value > 0;

    number_row(page, "Min balance USD", m->min_equity);
    number_row(page, "Max balance USD", m->max_equity);
    measured_row(page, "Max % of account underwater", &m->max_drawdown, 100, 2);
    number_row(page, "Absolute drawdown USD", m->max_drawdown_usd);
    time_row(page, "Drawdown start", m->drawdown_from, any);
    time_row(page, "Drawdown end", m->drawdown_to, any);
    row(page, "Time with a position", tr_figure_percent(m->time_in_market, 1).text);
    row(page, "Avg open sizes / equity", tr_figure_percent(m->average_exposure, 1).text);
    row(page, "Market change", tr_figure_signed_percent(b->market_change, 2).text);
}

static void group_row(struct tr_html *page, const char *name, const struct tr_trade_group *g)
{
    char duration[TR_VIEW_DURATION];

    tr_view_duration(g->average_hours, duration);
    tr_html_cell(page, "%s", name);
    tr_html_cell(page, "%zu", g->trades);
    tr_html_cell(page, "%s", tr_figure_signed(100 * g->average_net_frac, 2).text);
    tr_html_cell(page, "%s", tr_figure_signed(tr_money_usd(g->net), 2).text);
    tr_html_cell(page, "%s", tr_figure_signed(100 * g->net_capital_frac, 2).text);
    tr_html_cell(page, "%s", duration);
    tr_html_cell(page, "%zu", g->wins);
    tr_html_cell(page, "%zu", g->draws);
    tr_html_cell(page, "%zu", g->losses);
    tr_html_cell(page, "%s",
                 tr_figure_number(g->trades ? 100 * (double)g->wins / (double)g->trades : (double)NAN, 1).text);
}

#define GROUP_COLUMNS "|Trades|Avg profit %|Tot profit USD|Tot %|Duration|Win|Draw|Loss|Win %"

static void group_table(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    char name[TR_VIEW_SERIES_NAME];

    tr_html_table(page, "Closed trades, net of all costs; Avg in % of the size, Tot in % of the capital",
                  "<Series" GROUP_COLUMNS);
    for (size_t s = 0; s < m->n_series; s++) {
        tr_view_series_name(b, s, name);
        group_row(page, name, &m->series[s]);
    }
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        group_row(page, tr_report_side((enum tr_side)side), &m->side[side]);
    group_row(page, "Proven entries", &m->proven);
    group_row(page, "TOTAL", &m->all);
    tr_html_table_end(page);
}

void tr_report_account_exits(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;

    if (!m->closed) {
        tr_html_element(page, "p", "No closed trades.");
        return;
    }
    tr_html_table(page, "Closed trades by what left last: tp3 = the last target it had", "<Exit reason" GROUP_COLUMNS);
    for (int r = 0; r < TR_EXIT_REASONS; r++) {
        if (m->reason[r].trades)
            group_row(page, tr_exit_reason_name((enum tr_exit_reason)r), &m->reason[r]);
    }
    group_row(page, "TOTAL", &m->all);
    tr_html_table_end(page);
}

void tr_report_account_metrics(const struct tr_backtest *b, struct tr_html *page)
{
    if (!b->account.n_trades) {
        tr_html_element(page, "p", "No trades: no metrics.");
        return;
    }
    group_table(b, page);
    tr_html_open(page, "div.fold");
    tr_html_table(page,
                  "Summary metrics; 95 % intervals by stationary block bootstrap, of the win rate Wilson's; not known: "
                  "under 59 closed trades, or days, there is too little to tell",
                  "<Metric|Value|95 % interval");
    balance_rows(b, page);
    stake_rows(b, page);
    best_rows(b, page);
    drawdown_rows(b, page);
    tr_html_table_end(page);
    tr_html_close(page, "div");
}

void tr_report_account_bounds(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_bound chosen = tr_view_chosen_bound(b);
    char text[TR_VIEW_LINE_TEXT];
    bool detail = b->options.intrabar == TR_BACKTEST_DETAIL;

    tr_html_element(page, "p",
                    "Bars do not say what came first inside them. Where that decides a trade, the pessimistic reading "
                    "takes the stop before the targets, the optimistic one the targets before the stop. The figures of "
                    "this report are of the reading \"%s\".",
                    tr_backtest_intrabar_name(b->options.intrabar));
    tr_html_table(page, "Bars that hold stop and target read against the trade, and for it",
                  detail ? "<Reading|pessimistic|finer bars (chosen)|optimistic" : "<Reading|pessimistic|optimistic");
    for (int i = 0; i < TR_VIEW_BOUND_ROWS; i++) {
        tr_html_cell(page, "%s", tr_view_bound_name(i));
        tr_html_cell(page, "%s", tr_view_bound_figure(&b->pessimistic, i).text);
        if (detail)
            tr_html_cell(page, "%s", tr_view_bound_figure(&chosen, i).text);
        tr_html_cell(page, "%s", tr_view_bound_figure(&b->optimistic, i).text);
    }
    tr_html_table_end(page);
    tr_view_ambiguity(b, text);
    tr_html_element(page, "p.note", "%s", text);
}
