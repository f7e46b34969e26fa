#include "app/view/account_section.h"
#include "app/view/account_text.h"
#include "app/view/account_trade_chart.h"
#include "app/view/account_words.h"
#include "app/view/figure.h"
#include "app/view/html_cell.h"
#include "app/view/html_chart.h"
#include "app/view/report_section.h"
#include "app/view/signal_view.h"
#include "app/view/thin.h"

#include <math.h>
#include <stdio.h>

#define MARKS ((size_t)2000)  /* entries on the overview, dots on a scatter */
#define POINTS ((size_t)1000) /* of the line of prices */

/* Which trades are listed: all, or so many from each end. */
struct listing {
    size_t n, left_out;
};

static struct listing listing_of(const struct tr_backtest *b)
{
    size_t n = b->account.n_trades, most = 2 * TR_REPORT_TRADES;

    return (struct listing){n < most ? n : most, n > most ? n - most : 0};
}

static size_t listed(const struct listing *l, size_t k)
{
    return k < TR_REPORT_TRADES ? k : k + l->left_out;
}

/* Every stride-th trade, so that no more than MARKS are drawn. */
static size_t stride_of(const struct tr_backtest *b)
{
    return 1 + b->account.n_trades / MARKS;
}

static void trade_tip(const struct tr_backtest *b, size_t i, char *tip, size_t size)
{
    const struct tr_account_trade *t = &b->account.trades[i];

    snprintf(tip, size, "trade %zu: %s, net %.20s %%", i + 1, tr_side_name(t->side),
             tr_figure_signed(tr_view_trade_net_pct(t), 2).text);
}

static void price_line(const struct tr_bars *bars, struct tr_chart *chart, size_t first, size_t n)
{
    size_t row[POINTS], kept = tr_thin(n, bars->close + first, POINTS, row);
    double x[POINTS], y[POINTS];

    for (size_t i = 0; i < kept; i++) {
        x[i] = (double)(bars->time[first + row[i]] + tr_timeframe_ms(bars->timeframe));
        y[i] = bars->close[first + row[i]];
    }
    tr_chart_line(chart, TR_MARK_LINE, kept, x, y);
}

static void draw_prices(const struct tr_backtest *b, struct tr_html *page)
{
    struct tr_chart_frame frame = {"All entries on the price",
                                   "A line for the closes of the series; a triangle at each entry, pointing up "
                                   "for longs and down for shorts, solid where the trade won and hollow where it did "
                                   "not.",
                                   TR_CHART_FULL, 340, 0};
    const struct tr_bars *bars = &b->series[0].bars;
    size_t first = tr_bars_find(bars, b->from), n = tr_bars_find(bars, b->to) - first;
    double low = (double)NAN, high = (double)NAN;
    struct tr_axis x = tr_axis_dates(b->from, b->to, 8), y;
    struct tr_chart chart;
    char tip[80];

    for (size_t i = first; i < first + n; i++) {
        low = fmin(low, bars->low[i]);
        high = fmax(high, bars->high[i]);
    }
    y = tr_axis_nice(TR_AXIS_NUMBER, low, high, 6);
    tr_chart_begin(&chart, page, &frame, &x, &y);
    price_line(bars, &chart, first, n);
    for (size_t i = 0; i < b->account.n_trades; i += stride_of(b)) {
        const struct tr_account_trade *t = &b->account.trades[i];
        enum tr_mark solid = t->side == TR_LONG ? TR_MARK_UP : TR_MARK_DOWN;
        enum tr_mark hollow = t->side == TR_LONG ? TR_MARK_UP_HOLLOW : TR_MARK_DOWN_HOLLOW;

        trade_tip(b, i, tip, sizeof tip);
        tr_chart_point(&chart, t->net > 0 ? solid : hollow, (double)t->entry_time, t->outcome.entry_price, tip);
    }
    tr_chart_end(&chart);
    tr_html_close(page, "figure");
}

static void draw_lanes(const struct tr_backtest *b, struct tr_html *page)
{
    struct tr_chart_frame frame = {"All entries, a row for each series",
                                   "A triangle at each entry, pointing up for longs and down for shorts, solid where "
                                   "the trade won and hollow where it did not; a bar for how long it was held.",
                                   TR_CHART_FULL, 60 + 30 * (double)b->n_series, 130};
    struct tr_axis x = tr_axis_dates(b->from, b->to, 8), y = tr_axis_rows(b->n_series);
    struct tr_chart chart;
    char tip[80], name[TR_VIEW_SERIES_NAME];

    tr_chart_begin(&chart, page, &frame, &x, &y);
    for (size_t s = 0; s < b->n_series; s++) {
        tr_view_series_name(b, s, name);
        tr_chart_row(&chart, s, name);
    }
    for (size_t i = 0; i < b->account.n_trades; i += stride_of(b)) {
        const struct tr_account_trade *t = &b->account.trades[i];
        double row = (double)t->series;
        const double held[2] = {(double)t->entry_time, (double)t->exit_time}, down[2] = {row + 0.42, row + 0.58};

        tr_chart_bar(&chart, TR_MARK_PALE, held, down, NULL);
    }
    for (size_t i = 0; i < b->account.n_trades; i += stride_of(b)) {
        const struct tr_account_trade *t = &b->account.trades[i];
        enum tr_mark solid = t->side == TR_LONG ? TR_MARK_UP : TR_MARK_DOWN;
        enum tr_mark hollow = t->side == TR_LONG ? TR_MARK_UP_HOLLOW : TR_MARK_DOWN_HOLLOW;

        trade_tip(b, i, tip, sizeof tip);
        tr_chart_point(&chart, t->net > 0 ? solid : hollow, (double)t->entry_time, (double)t->series + 0.5, tip);
    }
    tr_chart_end(&chart);
    tr_html_close(page, "figure");
}

static void jump(struct tr_html *page, const char *id, size_t number, const char *format)
{
    char target[40], text[64];

    snprintf(target, sizeof target, "%s-%zu", id, number);
    snprintf(text, sizeof text, "%s %zu", format, number);
    tr_html_link(page, target, text);
}

static void trade_panel(const struct tr_backtest *b, const struct listing *l, size_t k, struct tr_html *page)
{
    size_t i = listed(l, k);

    tr_buf_printf(page->out, "<div class=\"trade-chart\" id=\"trade-%zu\">\n", i + 1);
    tr_html_open(page, "p.jump");
    if (k > 0)
        jump(page, "trade", listed(l, k - 1) + 1, "Previous: trade");
    if (k + 1 < l->n)
        jump(page, "trade", listed(l, k + 1) + 1, "Next: trade");
    jump(page, "row", i + 1, "Back to row");
    tr_html_link(page, "overview", "All entries");
    tr_html_close(page, "p");
    tr_trade_chart_write(b, i, page);
    tr_html_close(page, "div");
}

static void panel(const struct tr_backtest *b, const struct listing *l, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_UP,        TR_MARK_DOWN,        TR_MARK_UP_HOLLOW, TR_MARK_LINE,
                                         TR_MARK_CANDLE_UP, TR_MARK_CANDLE_DOWN, TR_MARK_STEP,      TR_MARK_GUIDE,
                                         TR_MARK_DOT,       TR_MARK_RING};
    static const char *const texts[] = {
        "long entry", "short entry", "hollow: it did not win", "close; entry price", "candle up", "candle down",
        "stop",       "target",      "target filled",          "rest left"};

    for (size_t k = 0; k < l->n; k++)
        trade_panel(b, l, k, page);
    tr_buf_text(page->out, "<div class=\"overview\" id=\"overview\">\n");
    if (b->n_series == 1)
        draw_prices(b, page);
    else
        draw_lanes(b, page);
    if (stride_of(b) > 1)
        tr_html_element(page, "p.note", "Every %zuth of %zu trades is drawn.", stride_of(b), b->account.n_trades);
    tr_html_close(page, "div");
    tr_chart_keys(page, sizeof marks / sizeof *marks, marks, texts);
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

    tr_view_price(price, text);
    tr_html_cell(page, "%s", text);
}

static void number_cell(struct tr_html *page, size_t number)
{
    tr_html_cell_open(page, "");
    tr_buf_printf(page->out, "<a id=\"row-%zu\" href=\"#trade-%zu\">%zu</a>", number, number, number);
    tr_html_cell_close(page);
}

#define COLUMNS "<side|<entry time|entry|<exit time|exit|<ended by|targets|size USD|costs %|net %|net USD|MAE %|MFE %|<"

static void trade_row(const struct tr_backtest *b, size_t i, struct tr_html *page)
{
    const struct tr_account_trade *t = &b->account.trades[i];
    char series[TR_VIEW_SERIES_NAME];
    double costs = tr_money_usd(t->fees + t->slippage + t->funding) / t->size_usd;

    number_cell(page, i + 1);
    if (b->n_series > 1) {
        tr_view_series_name(b, t->series, series);
        tr_html_cell(page, "%s", series);
    }
    tr_html_cell(page, "%s", tr_side_name(t->side));
    time_cell(page, t->entry_time);
    price_cell(page, t->money.entry_price);
    time_cell(page, t->exit_time);
    price_cell(page, t->money.exit_price);
    tr_html_cell(page, "%s", tr_exit_reason_name(t->outcome.reason));
    tr_html_cell(page, "%zu/%zu", t->outcome.targets_hit, b->entries[t->entry].targets);
    tr_html_cell(page, "%s", tr_figure_number(t->size_usd, 0).text);
    tr_html_cell(page, "%s", tr_figure_number(100 * costs, 2).text);
    tr_html_cell(page, "%s", tr_figure_signed(tr_view_trade_net_pct(t), 2).text);
    tr_html_cell(page, "%s", tr_figure_signed(tr_money_usd(t->net), 2).text);
    tr_html_cell(page, "%s", tr_figure_number(100 * tr_view_trade_mae(t), 2).text);
    tr_html_cell(page, "%s", tr_figure_number(100 * tr_view_trade_mfe(t), 2).text);
    tr_html_cell(page, "%s%s", b->entries[t->entry].proven ? "P" : "", t->outcome.ambiguous ? "A" : "");
}

void tr_report_account_trades(const struct tr_backtest *b, struct tr_html *page)
{
    struct listing l = listing_of(b);

    if (!l.n) {
        tr_html_element(page, "p", "There are none.");
        return;
    }
    tr_html_element(page, "p.note", "The number of a trade shows its chart in place of the one below; %s.",
                    l.left_out ? "the first and the last hundred are listed, the trades' CSV has all of them"
                               : "all of them are listed");
    panel(b, &l, page);
    tr_html_open(page, "div.tight");
    tr_html_table(page,
                  "Trades in order of time (UTC); prices with slippage; costs and net in percent of the size, MAE and "
                  "MFE of the entry price; P: a proven entry, A: a bar of it could be read another way",
                  b->n_series > 1 ? "<no.|<series|" COLUMNS : "<no.|" COLUMNS);
    for (size_t k = 0; k < l.n; k++) {
        if (l.left_out && k == TR_REPORT_TRADES)
            tr_html_wide_row(page, "%zu trades are left out here", l.left_out);
        trade_row(b, listed(&l, k), page);
    }
    tr_html_table_end(page);
    tr_html_close(page, "div");
}

/* y: net or MFE of each trade. */
static void draw_scatter(const struct tr_backtest *b, const struct tr_chart_frame *frame, bool favour,
                         struct tr_html *page)
{
    double most_against = 0, low = 0, high = 0;
    struct tr_axis x, y;
    struct tr_chart chart;
    char tip[80];

    for (size_t i = 0; i < b->account.n_trades; i++) {
        const struct tr_account_trade *t = &b->account.trades[i];
        double value = favour ? tr_view_trade_mfe(t) : tr_view_trade_net_pct(t) / 100;

        most_against = fmin(most_against, tr_view_trade_mae(t));
        low = fmin(low, value);
        high = fmax(high, value);
    }
    x = tr_axis_nice(TR_AXIS_PERCENT, most_against, 0, 5);
    y = tr_axis_nice(TR_AXIS_PERCENT, low, high, 6);
    x.label = "MAE, of the entry price";
    y.label = favour ? "MFE" : "net, of the size";
    tr_chart_begin(&chart, page, frame, &x, &y);
    tr_chart_line(&chart, TR_MARK_GUIDE, 2, (const double[]){x.from, x.to}, (const double[]){0, 0});
    for (size_t i = 0; i < b->account.n_trades; i += stride_of(b)) {
        const struct tr_account_trade *t = &b->account.trades[i];

        trade_tip(b, i, tip, sizeof tip);
        tr_chart_point(&chart, t->net > 0 ? TR_MARK_DOT : TR_MARK_RING, tr_view_trade_mae(t),
                       favour ? tr_view_trade_mfe(t) : tr_view_trade_net_pct(t) / 100, tip);
    }
    tr_chart_end(&chart);
    tr_html_close(page, "figure");
}

void tr_report_account_excursions(const struct tr_backtest *b, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_DOT, TR_MARK_RING};
    static const char *const texts[] = {"won", "did not win"};
    static const struct tr_chart_frame net = {"MAE and net",
                                              "A dot for each trade that won, a square for each that did not: how far "
                                              "the market went against it, and what it came to.",
                                              TR_CHART_HALF, 300, 0};
    static const struct tr_chart_frame mfe = {"MAE and MFE",
                                              "A dot for each trade that won, a square for each that did not: how far "
                                              "the market went against it, and how far in its favour.",
                                              TR_CHART_HALF, 300, 0};

    if (!b->account.n_trades) {
        tr_html_element(page, "p", "No trades.");
        return;
    }
    tr_html_element(page, "p",
                    "MAE and MFE are the furthest the market went against and in favour of a trade while it lasted. "
                    "Winners that first went far against were near the stop; losers that first went far in favour gave "
                    "a profit back.");
    tr_html_open(page, "div.row");
    draw_scatter(b, &net, false, page);
    draw_scatter(b, &mfe, true, page);
    tr_html_close(page, "div");
    tr_chart_keys(page, 2, marks, texts);
}
