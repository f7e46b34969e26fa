#include "app/view/account_section.h"
#include "app/view/figure.h"
#include "app/view/html_cell.h"
#include "app/view/html_shape.h"
#include "app/view/thin.h"
#include "base/alloc.h"

#include <math.h>
#include <stdio.h>

#define POINTS ((size_t)1000)       /* of a line: as many as it has pixels */
#define LOOKED_AT ((size_t)2000000) /* closes that buying and holding is valued at, over all series */

struct curve {
    size_t n;
    double x[POINTS], y[POINTS];
};

static void thin(size_t n, const tr_time_ms *time, size_t stride, size_t last, const double *y, struct curve *out)
{
    size_t row[POINTS];

    out->n = tr_thin(n, y, POINTS, row);
    for (size_t i = 0; i < out->n; i++) {
        size_t at = row[i] * stride;

        out->x[i] = (double)time[at < last ? at : last];
        out->y[i] = y[row[i]];
    }
}

/* Adds what 1 dollar in that series is worth at each of the instants. False where the series has no bars in the span.
 */
static bool add_held(const struct tr_backtest *b, const struct tr_bars *bars, size_t n, size_t stride, double *sum)
{
    size_t row = tr_bars_find(bars, b->from), last = b->account.points - 1;
    int64_t length = tr_timeframe_ms(bars->timeframe);
    double start, price;

    if (row == bars->n || bars->time[row] >= b->to)
        return false;
    start = price = bars->open[row];
    for (size_t k = 0; k < n; k++) {
        size_t at = k * stride;
        tr_time_ms now = b->account.time[at < last ? at : last];

        while (row < bars->n && bars->time[row] + length <= now)
            price = bars->close[row++];
        sum[k] += price / start;
    }
    return true;
}

/* The capital in equal parts in all series from the start on, nothing ever sold. Nothing where there are no bars. */
static void hold(const struct tr_backtest *b, struct tr_html *page, struct curve *out)
{
    size_t points = b->account.points, stride = 1 + points / (LOOKED_AT / b->n_series);
    size_t n = (points - 1 + stride - 1) / stride + 1, held = 0;
    double *sum = tr_alloc_zero(n, sizeof *sum), capital = tr_money_usd(b->account.capital);

    out->n = 0;
    if (!sum) {
        page->out->failed = true;
        return;
    }
    for (size_t s = 0; s < b->n_series; s++)
        held += add_held(b, &b->series[s].bars, n, stride, sum);
    for (size_t k = 0; held && k < n; k++)
        sum[k] *= capital / (double)held;
    if (held)
        thin(n, b->account.time, stride, points - 1, sum, out);
    tr_free(sum);
}

static void widen(const struct curve *curve, double *low, double *high)
{
    for (size_t i = 0; i < curve->n; i++) {
        *low = fmin(*low, curve->y[i]);
        *high = fmax(*high, curve->y[i]);
    }
}

static void draw_equity(const struct tr_backtest *b, struct tr_html *page, const struct curve *equity,
                        const struct curve *held)
{
    static const enum tr_mark marks[] = {TR_MARK_LINE, TR_MARK_GUIDE};
    static const char *const texts[] = {"equity of the account", "buying and holding"};
    struct tr_chart_frame frame = {"Equity beside buying and holding",
                                   "A solid line for the account's equity at each close, a dashed one for the capital "
                                   "put into all series in equal parts at the start and left there.",
                                   TR_CHART_FULL, 320, 0};
    double low = tr_money_usd(b->account.capital), high = low;
    struct tr_axis across = tr_axis_dates(b->account.time[0], b->account.time[b->account.points - 1], 8), up;
    struct tr_chart chart;

    widen(equity, &low, &high);
    widen(held, &low, &high);
    up = tr_axis_nice(TR_AXIS_NUMBER, low, high, 6);
    up.label = "USD";
    tr_chart_begin(&chart, page, &frame, &across, &up);
    tr_chart_line(&chart, TR_MARK_GUIDE, held->n, held->x, held->y);
    tr_chart_line(&chart, TR_MARK_LINE, equity->n, equity->x, equity->y);
    tr_chart_end(&chart);
    tr_chart_keys(page, held->n ? 2 : 1, marks, texts);
    tr_html_element(page, "p.note",
                    "From %s to %s USD: %s. Buying and holding: %s. Open positions count at their last closes, before "
                    "the costs of leaving. It is one course of events, no forecast.",
                    tr_figure_number(tr_money_usd(b->account.capital), 2).text,
                    tr_figure_number(tr_money_usd(b->account.final_equity), 2).text,
                    tr_figure_signed_percent(b->measures.total_return.value, 2).text,
                    tr_figure_signed_percent(b->market_change, 2).text);
    tr_html_close(page, "figure");
}

void tr_report_account_equity(const struct tr_backtest *b, struct tr_html *page)
{
    struct curve equity, held;

    if (!b->account.points) {
        tr_html_element(page, "p", "No bar closes in the tested time.");
        return;
    }
    thin(b->account.points, b->account.time, 1, b->account.points - 1, b->account.equity, &equity);
    hold(b, page, &held);
    draw_equity(b, page, &equity, &held);
}

struct under {
    double deepest;
    size_t at;           /* of the deepest */
    tr_time_ms from, to; /* of the longest time below a peak */
    bool over;           /* it ended */
};

/* depth [points]: share of the highest equity so far that is missing, 0 or below. */
static struct under measure_depth(const struct tr_account *a, double *depth)
{
    struct under u = {.over = true};
    double peak = a->equity[0];
    tr_time_ms since = a->time[0];

    for (size_t i = 0; i < a->points; i++) {
        bool above = a->equity[i] >= peak;

        if (a->time[i] - since > u.to - u.from && (!above || depth[i - 1] < 0)) {
            u.from = since;
            u.to = a->time[i];
            u.over = above;
        }
        if (above) {
            peak = a->equity[i];
            since = a->time[i];
        }
        depth[i] = peak > 0 ? a->equity[i] / peak - 1 : 0;
        if (depth[i] < u.deepest) {
            u.deepest = depth[i];
            u.at = i;
        }
    }
    return u;
}

static void drawdown_note(const struct tr_backtest *b, struct tr_html *page, const struct under *u)
{
    const struct tr_backtest_measures *m = &b->measures;
    char from[TR_TIME_TEXT], to[TR_TIME_TEXT];

    tr_html_open(page, "p.note");
    tr_time_format(m->drawdown_from, from);
    tr_time_format(m->drawdown_to, to);
    tr_html_text(page, "The deepest: %s or %s USD, peak %.10s, trough %.10s. ",
                 tr_figure_rate(m->max_drawdown.value, m->max_drawdown.interval, 1).text,
                 tr_figure_number(m->max_drawdown_usd, 2).text, from, to);
    tr_time_format(u->from, from);
    tr_time_format(u->to, to);
    tr_html_text(page, "The longest time below a peak: %s days, %.10s to %.10s%s.",
                 tr_figure_number((double)(u->to - u->from) / (double)TR_DAY_MS, 1).text, from, to,
                 u->over ? "" : ", and it had not ended");
    tr_html_close(page, "p");
}

static void draw_depth(const struct tr_backtest *b, struct tr_html *page, const double *depth, const struct under *u)
{
    struct tr_chart_frame frame = {"Below the peak: how much of the highest equity so far was missing",
                                   "An area that hangs from zero: the deeper, the more of the highest equity so far "
                                   "was lost. A triangle marks the deepest place.",
                                   TR_CHART_FULL, 200, 0};
    static const double zero[POINTS];
    const struct tr_account *a = &b->account;
    struct tr_axis across = tr_axis_dates(a->time[0], a->time[a->points - 1], 8);
    struct tr_axis up = tr_axis_nice(TR_AXIS_PERCENT, u->deepest, 0, 4);
    struct tr_chart chart;
    struct curve curve;

    thin(a->points, a->time, 1, a->points - 1, depth, &curve);
    up.label = "drawdown";
    tr_chart_begin(&chart, page, &frame, &across, &up);
    tr_chart_area(&chart, TR_MARK_AREA_INNER, curve.n, curve.x, curve.y, zero);
    tr_chart_line(&chart, TR_MARK_LINE, curve.n, curve.x, curve.y);
    tr_chart_point(&chart, TR_MARK_UP_HOLLOW, (double)a->time[u->at], u->deepest,
                   tr_figure_percent(u->deepest, 2).text);
    tr_chart_end(&chart);
    drawdown_note(b, page, u);
    tr_html_close(page, "figure");
}

void tr_report_account_drawdown(const struct tr_backtest *b, struct tr_html *page)
{
    double *depth = tr_alloc(b->account.points, sizeof *depth);
    struct under under = {0};

    if (!depth)
        page->out->failed = true;
    else if (b->account.points)
        under = measure_depth(&b->account, depth);
    if (depth && under.deepest < 0)
        draw_depth(b, page, depth, &under);
    else if (depth)
        tr_html_element(page, "p", "The equity was never below its peak.");
    tr_free(depth);
}

/* The fuller the ground, the larger the return; gains have a solid edge, losses a dotted one, and every number its
 * sign. */
static void return_cell(struct tr_html *page, double frac)
{
    char class[8] = "";

    if (isfinite(frac) && (frac >= 0.00005 || frac <= -0.00005))
        snprintf(class, sizeof class, "%s%d", frac > 0 ? "gain" : "loss",
                 fabs(frac) < 0.01   ? 1
                 : fabs(frac) < 0.05 ? 2
                                     : 3);
    tr_html_cell_open(page, class);
    if (isfinite(frac))
        tr_html_text(page, "%s", tr_figure_signed_percent(frac, 2).text);
    tr_html_cell_close(page);
}

/* One row from month *next on; *next becomes the first month of a later year. */
static void year_row(const struct tr_backtest_measures *m, size_t *next, struct tr_html *page)
{
    int year = m->month[*next].year;
    double growth = 1;
    bool any = false;

    tr_html_cell(page, "%d", year);
    for (int month = 1; month <= 12; month++) {
        double frac = (double)NAN;

        if (*next < m->n_months && m->month[*next].year == year && m->month[*next].month == month)
            frac = m->month[(*next)++].return_frac;
        if (isfinite(frac)) {
            growth *= 1 + frac;
            any = true;
        }
        return_cell(page, frac);
    }
    return_cell(page, any ? growth - 1 : (double)NAN);
}

void tr_report_account_months(const struct tr_backtest *b, struct tr_html *page)
{
    const struct tr_backtest_measures *m = &b->measures;
    size_t next = 0;

    if (!m->n_months) {
        tr_html_element(page, "p", "No month was tested.");
        return;
    }
    tr_html_open(page, "div.months");
    tr_html_table(page, "Return of the equity in each month (UTC), and compounded over the year",
                  "<year|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|total");
    while (next < m->n_months)
        year_row(m, &next, page);
    tr_html_table_end(page);
    tr_html_close(page, "div");
    tr_html_element(page, "p.note",
                    "The first and the last month may be cut by the tested time. Fuller grounds are "
                    "larger returns: under 1 %%, under 5 %%, and more.");
}
