#include "app/view/account_section.h"
#include "app/view/figure.h"
#include "app/view/html_shape.h"

#include <math.h>
#include <stdio.h>

#define BPS 1e4
#define STEPS 5

static void cost_table(const struct tr_backtest *b, const double *usd, struct tr_html *page)
{
    const char *const names[STEPS] = {"Gross profit", "- fees", "- slippage",
                                      usd[3] > 0 ? "+ funding received" : "- funding paid", "Net profit"};
    double sizes = 0;

    for (size_t i = 0; i < b->account.n_trades; i++)
        sizes += b->account.trades[i].size_usd;
    tr_html_table(page, "All trades, open ones too", "<Costs|USD|% of sizes|of the gross");
    for (size_t i = 0; i < STEPS; i++) {
        tr_html_cell(page, "%s", names[i]);
        tr_html_cell(page, "%s", tr_figure_signed(usd[i], 2).text);
        tr_html_cell(page, "%s", tr_figure_signed(100 * usd[i] / sizes, 4).text);
        tr_html_cell(page, "%s", tr_figure_signed_percent(usd[0] > 0 ? usd[i] / usd[0] : (double)NAN, 1).text);
    }
    tr_html_table_end(page);
}

/* Each cost begins where the one before it ended. */
static void draw_waterfall(const char *const *names, const double *usd, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_PALE, TR_MARK_HATCHED};
    static const char *const texts[] = {"gross and net", "what is taken (or given) on the way"};
    struct tr_chart_frame frame = {"From gross to net",
                                   "Level bars one below the other: the gross profit from zero, then fees, slippage "
                                   "and funding, each from where the one above it ended, then the net profit from "
                                   "zero. The table has the numbers.",
                                   TR_CHART_FULL, 220, 76};
    double from[STEPS] = {0}, to[STEPS], low = 0, high = 0;
    struct tr_axis x, y = tr_axis_rows(STEPS);
    struct tr_chart chart;

    for (size_t i = 0; i < STEPS; i++) {
        from[i] = i && i + 1 < STEPS ? to[i - 1] : 0;
        to[i] = from[i] + usd[i];
        low = fmin(low, to[i]);
        high = fmax(high, to[i]);
    }
    x = tr_axis_nice(TR_AXIS_NUMBER, low, high, 6);
    x.label = "USD";
    tr_chart_begin(&chart, page, &frame, &x, &y);
    for (size_t i = 0; i < STEPS; i++) {
        const double across[2] = {from[i], to[i]}, down[2] = {(double)i + 0.2, (double)i + 0.8};

        tr_chart_row(&chart, i, names[i]);
        tr_chart_bar(&chart, i == 0 || i + 1 == STEPS ? TR_MARK_PALE : TR_MARK_HATCHED, across, down,
                     tr_figure_signed(usd[i], 2).text);
        if (i + 1 < STEPS)
            tr_chart_line(&chart, TR_MARK_GUIDE, 2, (const double[]){to[i], to[i]},
                          (const double[]){(double)i + 0.8, (double)i + 1.2});
    }
    tr_chart_line(&chart, TR_MARK_GUIDE, 2, (const double[]){0, 0}, (const double[]){0, STEPS});
    tr_chart_end(&chart);
    tr_chart_keys(page, 2, marks, texts);
    tr_html_close(page, "figure");
}

static void break_even_note(const struct tr_backtest_measures *m, struct tr_html *page)
{
    tr_html_open(page, "p.note");
    tr_html_text(page, "A round trip cost %s bps in fees and slippage; ", tr_figure_number(m->cost_frac * BPS, 1).text);
    if (m->break_even_frac > 0)
        tr_html_text(page, "the net would be 0 at %s bps, %s times what was paid.",
                     tr_figure_number(m->break_even_frac * BPS, 1).text,
                     tr_figure_number(m->break_even_factor, 2).text);
    else
        tr_html_text(page, "these trades lose without any, too.");
    tr_html_text(page, " Funding stays as it was.");
    tr_html_close(page, "p");
}

static void draw_sensitivity(const struct tr_backtest_measures *m, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_LINE, TR_MARK_DOT, TR_MARK_RING};
    static const char *const texts[] = {"net at these costs", "as paid", "break-even"};
    struct tr_chart_frame frame = {"Net profit at other costs",
                                   "A falling line: the net profit of the same trades over what fees and slippage of "
                                   "a round trip come to, from none to three times what was paid. A dot marks what "
                                   "was paid, a square where nothing would be left.",
                                   TR_CHART_FULL, 260, 0};
    double bps[TR_COST_STEPS], most = m->cost_factor[TR_COST_STEPS - 1] * m->cost_frac * BPS;
    double low = fmin(0, m->cost_net_usd[TR_COST_STEPS - 1]), high = fmax(0, m->cost_net_usd[0]);
    bool marked = m->break_even_frac > 0 && m->break_even_frac * BPS <= most;
    struct tr_axis x = tr_axis_nice(TR_AXIS_NUMBER, 0, most, 8), y = tr_axis_nice(TR_AXIS_NUMBER, low, high, 5);
    struct tr_chart chart;

    for (size_t i = 0; i < TR_COST_STEPS; i++)
        bps[i] = m->cost_factor[i] * m->cost_frac * BPS;
    x.label = "fees and slippage a round trip, bps";
    y.label = "net, USD";
    tr_chart_begin(&chart, page, &frame, &x, &y);
    tr_chart_line(&chart, TR_MARK_GUIDE, 2, (const double[]){x.from, x.to}, (const double[]){0, 0});
    tr_chart_line(&chart, TR_MARK_LINE, TR_COST_STEPS, bps, m->cost_net_usd);
    tr_chart_point(&chart, TR_MARK_DOT, m->cost_frac * BPS, tr_money_usd(m->net), "as paid");
    if (marked)
        tr_chart_point(&chart, TR_MARK_RING, m->break_even_frac * BPS, 0, "break-even");
    tr_chart_end(&chart);
    tr_chart_keys(page, marked ? 3 : 2, marks, texts);
    break_even_note(m, page);
    tr_html_close(page, "figure");
}

void tr_report_account_costs(const struct tr_backtest *b, struct tr_html *page)
{
    static const char *const names[STEPS] = {"gross", "fees", "slippage", "funding", "net"};
    const struct tr_backtest_measures *m = &b->measures;
    const double usd[STEPS] = {tr_money_usd(m->gross), -tr_money_usd(m->fees), -tr_money_usd(m->slippage),
                               -tr_money_usd(m->funding), tr_money_usd(m->net)};

    if (!b->account.n_trades) {
        tr_html_element(page, "p", "No trades: no costs.");
        return;
    }
    cost_table(b, usd, page);
    draw_waterfall(names, usd, page);
    if (m->cost_frac > 0)
        draw_sensitivity(m, page);
    else
        tr_html_element(page, "p", "Neither fees nor slippage were paid, so there is nothing to vary.");
}

static void fan_lines(const struct tr_fan *fan, size_t n, struct tr_chart *chart, const double *x, const double *actual)
{
    tr_chart_area(chart, TR_MARK_AREA, n, x, fan->value[0], fan->value[TR_FAN_QUANTILES - 1]);
    tr_chart_area(chart, TR_MARK_AREA_INNER, n, x, fan->value[1], fan->value[TR_FAN_QUANTILES - 2]);
    tr_chart_line(chart, TR_MARK_GUIDE, n, x, fan->value[TR_FAN_QUANTILES / 2]);
    tr_chart_line(chart, TR_MARK_LINE, n, x, actual);
}

#define FAN_PLACES ((size_t)512)

/* Where the fan stands in time, and the account there, both as multiples of the capital. */
static size_t fan_places(const struct tr_backtest *b, double *x, double *actual, double *low, double *high)
{
    const struct tr_backtest_measures *m = &b->measures;
    size_t n = m->fan.steps < FAN_PLACES ? m->fan.steps : FAN_PLACES;

    for (size_t i = 0; i < n; i++) {
        size_t days = m->fan.row[i] < m->n_days ? m->fan.row[i] : m->n_days;

        x[i] = days ? (double)(m->day[days - 1].day + TR_DAY_MS) : (double)m->day[0].day;
        actual[i] = days ? m->day[days - 1].equity / tr_money_usd(b->account.capital) : 1;
        *low = fmin(*low, fmin(actual[i], m->fan.value[0][i]));
        *high = fmax(*high, fmax(actual[i], m->fan.value[TR_FAN_QUANTILES - 1][i]));
    }
    return n;
}

static void draw_fan(const struct tr_backtest *b, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_LINE, TR_MARK_GUIDE, TR_MARK_AREA_INNER, TR_MARK_AREA};
    static const char *const texts[] = {"what was", "median of the paths", "25 to 75 %", "5 to 95 %"};
    struct tr_chart_frame frame = {"What else the same days might have come to",
                                   "A fan over time: between which values the middle half and the middle nine tenths "
                                   "of the drawn paths lie, their median, and the account as it was.",
                                   TR_CHART_FULL, 320, 0};
    double x[FAN_PLACES], actual[FAN_PLACES], low = 1, high = 1;
    size_t n = fan_places(b, x, actual, &low, &high);
    struct tr_axis across = tr_axis_dates((tr_time_ms)x[0], (tr_time_ms)x[n - 1], 8);
    struct tr_axis up = tr_axis_nice(TR_AXIS_NUMBER, low, high, 6);
    struct tr_chart chart;

    up.label = "equity, multiples of the start";
    tr_chart_begin(&chart, page, &frame, &across, &up);
    fan_lines(&b->measures.fan, n, &chart, x, actual);
    tr_chart_end(&chart);
    tr_chart_keys(page, 4, marks, texts);
    tr_html_close(page, "figure");
}

void tr_report_account_fan(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_fan *fan = &b->measures.fan;

    if (!fan->steps || !b->measures.n_days) {
        tr_html_element(page, "p", "Under 15 days were tested: too few to draw other paths from.");
        return;
    }
    tr_html_element(page, "p",
                    "The same days drawn anew in blocks, in another order and some of them more than once: a loss in "
                    "%s of the paths; largest drawdown %s in the middle one, over %s in one of twenty.",
                    tr_figure_chance(fan->loss_chance).text, tr_figure_percent(fan->drawdown_median, 1).text,
                    tr_figure_percent(fan->drawdown_95, 1).text);
    draw_fan(b, page);
    tr_html_element(page, "p.note",
                    "The paths know only days that were: what never happened in the tested time is in "
                    "none of them.");
}
