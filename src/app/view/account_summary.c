#include "app/view/account_text.h"

#include "app/view/figure.h"
#include "app/view/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Three cells: what it is, its value, no interval. */
static void row(struct tr_table *table, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void row(struct tr_table *table, const char *name, const char *format, ...)
{
    char text[160];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tr_table_cell(table, "%s", name);
    tr_table_cell(table, "%s", text);
    tr_table_cell(table, "%s", "");
}

/* Draws without a loss have no upper bound of a ratio over losses. */
static void interval_cell(struct tr_table *table, const struct tr_measured *m, double scale, int digits)
{
    struct tr_interval interval = {m->interval.lower * scale, m->interval.upper * scale};

    if (isfinite(interval.lower) && isinf(interval.upper))
        tr_table_cell(table, "[%s, unbounded]", tr_figure_number(interval.lower, digits).text);
    else if (isfinite(interval.lower) && isfinite(interval.upper))
        tr_table_cell(table, "%s", tr_figure_interval(interval, digits).text);
    else
        tr_table_cell(table, isfinite(m->value) ? "not known" : "");
}

static void measured_row(struct tr_table *table, const char *name, const struct tr_measured *m, double scale,
                         int digits)
{
    tr_table_cell(table, "%s", name);
    tr_table_number(table, m->value * scale, digits);
    interval_cell(table, m, scale, digits);
}

static void number_row(struct tr_table *table, const char *name, double value, int digits)
{
    row(table, name, "%s", tr_figure_number(value, digits).text);
}

static void time_row(struct tr_table *table, const char *name, tr_time_ms time, bool known)
{
    char text[TR_TIME_TEXT];

    tr_time_format(time, text);
    text[10] = ' ';
    text[16] = '\0';
    row(table, name, "%s", known ? text : "-");
}

static void balance_rows(const struct tr_backtest *b, struct tr_table *table)
{
    const struct tr_backtest_measures *m = &b->measures;

    time_row(table, "Backtesting from", b->from, true);
    time_row(table, "Backtesting to", b->to, true);
    row(table, "Trades / a day", "%zu / %s", m->closed, tr_figure_number((double)m->closed / m->days, 2).text);
    number_row(table, "Starting balance USD", tr_money_usd(b->account.capital), 2);
    number_row(table, "Final balance USD", tr_money_usd(b->account.final_equity), 2);
    row(table, "Absolute profit USD", "%s", tr_figure_signed(tr_money_usd(m->net), 2).text);
    measured_row(table, "Total profit %", &m->total_return, 100, 2);
    measured_row(table, "CAGR %", &m->annual_return, 100, 2);
    measured_row(table, "Sortino", &m->sortino, 1, 2);
    measured_row(table, "Sharpe", &m->sharpe, 1, 2);
    measured_row(table, "Calmar", &m->calmar, 1, 2);
    measured_row(table, "Profit factor", &m->profit_factor, 1, 2);
    measured_row(table, "Expectancy USD a trade", &m->expectancy_usd, 1, 2);
    measured_row(table, "Avg net profit a trade, % of size", &m->average_net_frac, 100, 3);
    measured_row(table, "Avg gross profit a trade, % of size", &m->average_gross_frac, 100, 3);
    measured_row(table, "Win rate %", &m->win_rate, 100, 1);
}

static void stake_rows(const struct tr_backtest *b, struct tr_table *table)
{
    const struct tr_backtest_measures *m = &b->measures;
    double margin = 0, size = 0, n = (double)b->account.n_trades;

    for (size_t i = 0; i < b->account.n_trades; i++) {
        margin += b->account.trades[i].margin_usd;
        size += b->account.trades[i].size_usd;
    }
    number_row(table, "Avg stake (margin) USD", margin / n, 2);
    number_row(table, "Avg size USD", size / n, 2);
    number_row(table, "Total trade volume USD", m->turnover_usd, 2);
    row(table, "Long / short trades", "%zu / %zu", m->side[TR_LONG].trades, m->side[TR_SHORT].trades);
    row(table, "Long / short profit USD", "%s / %s", tr_figure_signed(tr_money_usd(m->side[TR_LONG].net), 2).text,
        tr_figure_signed(tr_money_usd(m->side[TR_SHORT].net), 2).text);
}

static void series_row(const struct tr_backtest *b, struct tr_table *table, const char *name, int sign)
{
    const struct tr_backtest_measures *m = &b->measures;
    size_t found = m->n_series;
    char series[TR_VIEW_SERIES_NAME];

    for (size_t i = 0; i < m->n_series; i++) {
        if (m->series[i].trades && (found == m->n_series || (sign > 0 ? m->series[i].net > m->series[found].net
                                                                      : m->series[i].net < m->series[found].net)))
            found = i;
    }
    if (found == m->n_series) {
        row(table, name, "-");
        return;
    }
    tr_view_series_name(b, found, series);
    row(table, name, "%s %s %%", series, tr_figure_signed(100 * m->series[found].net_capital_frac, 2).text);
}

static void trade_row(const struct tr_backtest *b, struct tr_table *table, const char *name, size_t number)
{
    char series[TR_VIEW_SERIES_NAME];
    const struct tr_account_trade *t;

    if (number >= b->account.n_trades) {
        row(table, name, "-");
        return;
    }
    t = &b->account.trades[number];
    tr_view_series_name(b, t->series, series);
    row(table, name, "%s %s %%", series, tr_figure_signed(100 * tr_money_usd(t->net) / t->size_usd, 2).text);
}

static void best_rows(const struct tr_backtest *b, struct tr_table *table)
{
    const struct tr_backtest_measures *m = &b->measures;
    char duration[TR_VIEW_DURATION];

    series_row(b, table, "Best series", 1);
    series_row(b, table, "Worst series", -1);
    trade_row(b, table, "Best trade", m->best);
    trade_row(b, table, "Worst trade", m->worst);
    row(table, "Best day", "%s", tr_figure_signed_percent(m->best_day, 2).text);
    row(table, "Worst day", "%s", tr_figure_signed_percent(m->worst_day, 2).text);
    row(table, "Days win / draw / lose", "%zu / %zu / %zu", m->days_won, m->days_drawn, m->days_lost);
    tr_view_duration(m->winner_hours, duration);
    row(table, "Avg duration of winners", "%s", duration);
    tr_view_duration(m->loser_hours, duration);
    row(table, "Avg duration of losers", "%s", duration);
    row(table, "Max consecutive wins / losses", "%zu / %zu", m->wins_in_row, m->losses_in_row);
    row(table, "Rejected entries", "%zu", b->n_entries - b->account.n_trades);
}

static void drawdown_rows(const struct tr_backtest *b, struct tr_table *table)
{
    const struct tr_backtest_measures *m = &b->measures;
    bool any = m->max_drawdown.value > 0;

    number_row(table, "Min balance USD", m->min_equity, 2);
    number_row(table, "Max balance USD", m->max_equity, 2);
    measured_row(table, "Max % of account underwater", &m->max_drawdown, 100, 2);
    number_row(table, "Absolute drawdown USD", m->max_drawdown_usd, 2);
    time_row(table, "Drawdown start", m->drawdown_from, any);
    time_row(table, "Drawdown end", m->drawdown_to, any);
    row(table, "Time with a position", "%s", tr_figure_percent(m->time_in_market, 1).text);
    row(table, "Avg open sizes / equity", "%s", tr_figure_percent(m->average_exposure, 1).text);
    row(table, "Market change", "%s", tr_figure_signed_percent(b->market_change, 2).text);
}

/* Rows without an interval would end in blanks. */
static void print_trimmed(const struct tr_table *table, struct tr_buf *out)
{
    struct tr_buf page;
    const char *line;

    tr_buf_init(&page);
    tr_table_print(table, &page);
    out->failed = out->failed || page.failed;
    for (line = tr_buf_string(&page); *line;) {
        size_t len = strcspn(line, "\n"), kept = len;

        while (kept > 0 && line[kept - 1] == ' ')
            kept--;
        tr_buf_add(out, line, kept);
        tr_buf_char(out, '\n');
        line += len + 1;
    }
    tr_buf_finish(&page);
}

void tr_view_account_summary_text(const struct tr_backtest *b, struct tr_buf *out)
{
    const struct tr_backtest_measures *m = &b->measures;
    struct tr_table *table = tr_table_create("<Metric|Value|95 % interval");

    tr_buf_text(out, "SUMMARY METRICS\n");
    balance_rows(b, table);
    stake_rows(b, table);
    best_rows(b, table);
    drawdown_rows(b, table);
    print_trimmed(table, out);
    if ((isfinite(m->expectancy_usd.value) && isnan(m->expectancy_usd.interval.lower)) ||
        (isfinite(m->sharpe.value) && isnan(m->sharpe.interval.lower)))
        tr_buf_text(out, "not known: under 59 closed trades, or days, there is too little to tell.\n");
    tr_table_destroy(table);
    tr_buf_text(out, "\n");
}
