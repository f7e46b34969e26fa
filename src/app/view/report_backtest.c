#include "app/view/backtest_view.h"
#include "app/view/figure.h"
#include "app/view/html_chart.h"
#include "app/view/report_section.h"
#include "app/view/signal_view.h"
#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void assumptions(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_cost_options *cost = &run->recipe.gate.cost;

    tr_html_element(
        page, "p",
        "Assumed: entry at the next bar's open at market; inside a bar the stop before the targets; maker %s, "
        "taker %s, slippage %s where filled at market; funding %s; one position at a time, results in percent "
        "of its size.",
        tr_figure_percent(cost->maker_frac, 3).text, tr_figure_percent(cost->taker_frac, 3).text,
        tr_figure_percent(cost->slippage_frac, 3).text,
        run->recipe.funding.n ? "as recorded (else the default)" : "at the default rate, since none is recorded");
}

static void rate_cell(struct tr_html *page, double rate, struct tr_interval interval)
{
    tr_html_cell(page, "%s", tr_figure_rate(rate, interval, 1).text);
}

static void rate_rows(const struct tr_run *run, const struct tr_sequence_summary *const columns[2],
                      struct tr_html *page)
{
    for (size_t i = 0; i < TR_TARGETS; i++) {
        tr_html_cell(page, "Target %zu reached", i + 1);
        for (int c = 0; c < 2; c++)
            rate_cell(page, columns[c]->hit_rate[i], columns[c]->hit_rate_interval[i]);
        if (i > 0)
            continue;
        tr_html_cell(page, "Target 1 reached by random entries");
        for (int c = 0; c < 2; c++)
            tr_html_cell(page, "%s", tr_figure_percent(tr_view_random_rate(run, columns[c]), 1).text);
    }
    tr_html_cell(page, "Win rate, after costs");
    for (int c = 0; c < 2; c++)
        rate_cell(page, columns[c]->win_rate, columns[c]->win_rate_interval);
}

static void money_rows(const struct tr_sequence_summary *const columns[2], struct tr_html *page)
{
    tr_html_cell(page, "Average net profit a trade (expectancy)");
    for (int c = 0; c < 2; c++)
        tr_html_cell(page, "%s",
                     tr_figure_signed_rate(columns[c]->average_net_frac, columns[c]->average_net_interval, 2).text);
    tr_html_cell(page, "Average gross profit a trade");
    for (int c = 0; c < 2; c++)
        tr_html_cell(page, "%s", tr_figure_signed_percent(columns[c]->average_gross_frac, 2).text);
    tr_html_cell(page, "Average fees / slippage / funding");
    for (int c = 0; c < 2; c++)
        tr_html_cell(page, "%s / %s / %s", tr_figure_percent(columns[c]->fees_frac, 2).text,
                     tr_figure_percent(columns[c]->slippage_frac, 2).text,
                     tr_figure_percent(columns[c]->funding_frac, 2).text);
    tr_html_cell(page, "Profit factor");
    for (int c = 0; c < 2; c++)
        tr_html_cell(page, "%s", tr_figure_number(columns[c]->profit_factor, 2).text);
    tr_html_cell(page, "Largest drawdown (all equity in each trade, 1x)");
    for (int c = 0; c < 2; c++)
        tr_html_cell(page, "%s", tr_figure_percent(tr_view_drawdown(columns[c]), 1).text);
    tr_html_cell(page, "Average bars held");
    for (int c = 0; c < 2; c++)
        tr_html_cell(page, "%s", tr_figure_number(columns[c]->average_bars, 1).text);
}

static void summary_table(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_sequence_summary *const columns[2] = {&run->wf.backtest, &run->wf.backtest_proven};

    tr_html_table(page, "Rates and averages with their 95 % intervals", "<|all signals|proven only");
    tr_html_cell(page, "Signals / trades / passed by / expired / unfinished");
    for (int c = 0; c < 2; c++)
        tr_html_cell(page, "%zu / %zu / %zu / %zu / %zu", columns[c]->offered, columns[c]->closed,
                     columns[c]->passed_by, columns[c]->expired, columns[c]->unfinished);
    rate_rows(run, columns, page);
    money_rows(columns, page);
    tr_html_cell(page, "Ended at target 3 / stop / trailing stop / time");
    for (int c = 0; c < 2; c++)
        tr_html_cell(page, "%zu / %zu / %zu / %zu", columns[c]->reasons[TR_EXIT_TARGET],
                     columns[c]->reasons[TR_EXIT_STOP], columns[c]->reasons[TR_EXIT_TRAILING],
                     columns[c]->reasons[TR_EXIT_TIME]);
    tr_html_cell(page, "Trades with an ambiguous bar");
    for (int c = 0; c < 2; c++)
        tr_html_cell(page, "%zu", columns[c]->ambiguous);
    tr_html_table_end(page);
}

static void draw_rates(const struct tr_run *run, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_DOT, TR_MARK_RING};
    static const char *const texts[] = {"signals, 95 % interval", "random entries"};
    static const char *const names[] = {"target 1", "target 2", "target 3", "win rate"};
    const struct tr_sequence_summary *s = &run->wf.backtest;
    struct tr_chart_frame frame = {"Hit rates and win rate of all signals",
                                   "A dot with its 95 % interval for each of the three targets and for the win rate; a "
                                   "square for the rate of random entries at target 1.",
                                   TR_CHART_HALF, 200, 76};
    struct tr_axis x = tr_axis_nice(TR_AXIS_PERCENT, 0, 1, 5), y = tr_axis_rows(4);
    struct tr_chart chart;

    tr_chart_begin(&chart, page, &frame, &x, &y);
    for (size_t i = 0; i < 4; i++) {
        double rate = i < TR_TARGETS ? s->hit_rate[i] : s->win_rate, row = (double)i + 0.5;
        struct tr_interval interval = i < TR_TARGETS ? s->hit_rate_interval[i] : s->win_rate_interval;

        tr_chart_row(&chart, i, names[i]);
        tr_chart_whisker_level(&chart, row, interval.lower, interval.upper);
        tr_chart_point(&chart, TR_MARK_DOT, rate, row, tr_figure_rate(rate, interval, 1).text);
    }
    tr_chart_point(&chart, TR_MARK_RING, tr_view_random_rate(run, s), 0.78, "random entries");
    tr_chart_end(&chart);
    tr_chart_keys(page, 2, marks, texts);
    tr_html_close(page, "figure");
}

static void draw_costs(const struct tr_run *run, struct tr_html *page)
{
    static const char *const names[] = {"gross", "fees", "slippage", "funding", "net"};
    const struct tr_sequence_summary *s = &run->wf.backtest;
    const double values[] = {s->average_gross_frac, -s->fees_frac, -s->slippage_frac, -s->funding_frac,
                             s->average_net_frac};
    struct tr_interval net = s->average_net_interval;
    struct tr_chart_frame frame = {"From gross to net: averages a trade",
                                   "Level bars: the average gross profit of a trade, each kind of cost, and the net "
                                   "profit with its 95 % interval. The table has the numbers.",
                                   TR_CHART_HALF, 200, 76};
    double low = isfinite(net.lower) ? fmin(0, net.lower) : 0, high = isfinite(net.upper) ? fmax(0, net.upper) : 0;
    struct tr_axis x, y = tr_axis_rows(5);
    struct tr_chart chart;

    for (size_t i = 0; i < 5; i++) {
        low = fmin(low, values[i]);
        high = fmax(high, values[i]);
    }
    x = tr_axis_nice(TR_AXIS_PERCENT, low, high, 5);
    tr_chart_begin(&chart, page, &frame, &x, &y);
    for (size_t i = 0; i < 5; i++) {
        const double across[2] = {0, values[i]}, down[2] = {(double)i + 0.2, (double)i + 0.8};

        tr_chart_row(&chart, i, names[i]);
        tr_chart_bar(&chart, i == 0 || i == 4 ? TR_MARK_PALE : TR_MARK_HATCHED, across, down,
                     tr_figure_signed_percent(values[i], 2).text);
    }
    tr_chart_whisker_level(&chart, 4.5, net.lower, net.upper);
    tr_chart_line(&chart, TR_MARK_GUIDE, 2, (const double[]){0, 0}, (const double[]){0, 5});
    tr_chart_end(&chart);
    tr_html_element(page, "p.note", "Solid: profit. Hatched: costs. The line over \"net\" is its 95 %% interval.");
    tr_html_close(page, "figure");
}

/* From each entry to its exit, level in between; the same sum as the largest drawdown is taken from. Returns the number
 * of points; x, y [2 taken]. */
static size_t equity_points(const struct tr_run *run, double *x, double *y)
{
    double equity = 1;
    size_t n = 0;

    for (size_t i = 0; i < run->wf.backtest.taken; i++) {
        const struct tr_trade *trade = &run->wf.trades[i];

        if (trade->outcome.reason == TR_EXIT_OPEN)
            continue;
        x[n] = (double)trade->entry_time;
        y[n++] = equity - 1;
        equity *= fmax(0, 1 + trade->money.net_frac);
        x[n] = (double)trade->exit_time;
        y[n++] = equity - 1;
    }
    return n;
}

static void draw_equity(const struct tr_run *run, size_t n, const double *x, const double *y, struct tr_html *page)
{
    struct tr_chart_frame frame = {"Equity: the trades one after the other, compounded",
                                   "A line that rises and falls with each trade's net result, in percent of the start.",
                                   TR_CHART_FULL, 280, 0};
    struct tr_axis across, up;
    struct tr_chart chart;
    double low = 0, high = 0;

    for (size_t i = 0; i < n; i++) {
        low = fmin(low, y[i]);
        high = fmax(high, y[i]);
    }
    across = tr_axis_dates((tr_time_ms)x[0], (tr_time_ms)x[n - 1], 8);
    up = tr_axis_nice(TR_AXIS_PERCENT, low, high, 6);
    up.label = "change since the start";
    tr_chart_begin(&chart, page, &frame, &across, &up);
    tr_chart_line(&chart, TR_MARK_GUIDE, 2, (const double[]){across.from, across.to}, (const double[]){0, 0});
    tr_chart_line(&chart, TR_MARK_LINE, n, x, y);
    tr_chart_end(&chart);
    tr_html_element(
        page, "p.note",
        "The whole equity in every trade at 1x, after all costs: %s in the end, %s at the deepest from a peak. "
        "The market moved %s over the tested time. It is one course of events, no forecast.",
        tr_figure_signed_percent(y[n - 1], 1).text, tr_figure_percent(tr_view_drawdown(&run->wf.backtest), 1).text,
        tr_figure_signed_percent(run->wf.backtest.market_change_frac, 1).text);
    tr_html_close(page, "figure");
}

static void report_equity(const struct tr_run *run, struct tr_html *page)
{
    double *points = tr_alloc(4 * run->wf.backtest.taken, sizeof *points);
    double *y = points ? points + 2 * run->wf.backtest.taken : NULL;

    if (points)
        draw_equity(run, equity_points(run, points, y), points, y, page);
    else
        page->out->failed = true;
    tr_free(points);
}

void tr_report_backtest(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_sequence_summary *s = &run->wf.backtest;

    assumptions(run, page);
    if (!s->closed) {
        tr_html_element(page, "p", "No trades: %zu signals%s.", s->offered,
                        s->offered ? ", none of which is closed" : "");
        return;
    }
    summary_table(run, page);
    tr_html_open(page, "div.row");
    draw_rates(run, page);
    draw_costs(run, page);
    tr_html_close(page, "div");
    report_equity(run, page);
}

static void time_cell(struct tr_html *page, tr_time_ms time)
{
    char text[TR_TIME_TEXT];

    tr_time_format(time, text);
    text[10] = ' ';
    tr_html_cell(page, "%.16s", text);
}

static void price_cell(struct tr_html *page, double price)
{
    char text[TR_VIEW_PRICE];

    if (isfinite(price))
        tr_view_price(price, text);
    else
        snprintf(text, sizeof text, "-");
    tr_html_cell(page, "%s", text);
}

static void trade_row(struct tr_html *page, size_t number, const struct tr_trade *t)
{
    bool closed = t->outcome.reason != TR_EXIT_OPEN;

    tr_html_cell(page, "%zu", number);
    tr_html_cell(page, "%s", tr_side_name(t->entry.levels.side));
    time_cell(page, t->entry_time);
    price_cell(page, t->money.entry_price);
    if (closed)
        time_cell(page, t->exit_time);
    else
        tr_html_cell(page, "-");
    price_cell(page, closed ? t->money.exit_price : (double)NAN);
    tr_html_cell(page, "%s", tr_exit_reason_name(t->outcome.reason));
    tr_html_cell(page, "%zu", t->outcome.targets_hit);
    tr_html_cell(page, "%s", tr_figure_signed_percent(t->money.gross_frac, 2).text);
    tr_html_cell(page, "%s",
                 tr_figure_percent(t->money.fees_frac + t->money.slippage_frac + t->money.funding_frac, 2).text);
    tr_html_cell(page, "%s", tr_figure_signed_percent(t->money.net_frac, 2).text);
    tr_html_cell(page, "%zu", t->outcome.bars);
    tr_html_cell(page, "%s", t->entry.proven ? "yes" : "no");
    tr_html_cell(page, "%s", t->outcome.ambiguous ? "yes" : "no");
}

void tr_report_trades(const struct tr_run *run, struct tr_html *page)
{
    size_t n = run->wf.backtest.taken, left_out = n > 2 * TR_REPORT_TRADES ? n - 2 * TR_REPORT_TRADES : 0;

    if (!n) {
        tr_html_element(page, "p", "There are none.");
        return;
    }
    if (left_out)
        tr_html_element(page, "p.note", "The first and the last %d of %zu trades; run --json lists all of them.",
                        TR_REPORT_TRADES, n);
    tr_html_table(page, "Trades in order of time (UTC); results in percent of the position's size",
                  "<no.|<side|<entry time|entry|<exit time|exit|<ended by|targets|gross|costs|net|bars|<proven|"
                  "<ambiguous");
    for (size_t i = 0; i < n; i++) {
        if (left_out && i == TR_REPORT_TRADES) {
            tr_html_wide_row(page, "%zu trades are left out here", left_out);
            i += left_out;
        }
        trade_row(page, i + 1, &run->wf.trades[i]);
    }
    tr_html_table_end(page);
}
