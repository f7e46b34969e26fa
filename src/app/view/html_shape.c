#include "app/view/html_shape.h"

#include "app/view/figure.h"

#include <math.h>

#define BODY 0.7 /* of a candle's place that its body fills */

static void add(struct tr_buf *out, char command, double value)
{
    char text[TR_FIGURE_PX];

    tr_buf_char(out, command);
    tr_figure_px(value, text);
    tr_buf_text(out, text);
}

static void add_pair(struct tr_buf *out, char command, double x, double y)
{
    add(out, command, x);
    add(out, ' ', y);
}

static bool drawable(const struct tr_candles *c, size_t i)
{
    return isfinite(c->from[i]) && isfinite(c->to[i]) && isfinite(c->open[i]) && isfinite(c->high[i]) &&
           isfinite(c->low[i]) && isfinite(c->close[i]);
}

static void add_candle(const struct tr_chart *chart, const struct tr_candles *c, size_t i)
{
    struct tr_buf *out = chart->page->out;
    double left = tr_chart_x(chart, c->from[i]), right = tr_chart_x(chart, c->to[i]), middle = (left + right) / 2;
    double top = tr_chart_y(chart, fmax(c->open[i], c->close[i]));
    double bottom = tr_chart_y(chart, fmin(c->open[i], c->close[i]));
    double width = fmax(1, BODY * (right - left));

    if (c->high[i] > fmax(c->open[i], c->close[i])) {
        add_pair(out, 'M', middle, tr_chart_y(chart, c->high[i]));
        add(out, 'V', top);
    }
    add_pair(out, 'M', middle - width / 2, top);
    add(out, 'h', width);
    if (bottom - top >= 0.05) {
        add(out, 'V', bottom);
        add(out, 'h', -width);
        tr_buf_char(out, 'z');
    }
    if (c->low[i] < fmin(c->open[i], c->close[i])) {
        add_pair(out, 'M', middle, bottom);
        add(out, 'V', tr_chart_y(chart, c->low[i]));
    }
}

/* One drawing of all that rise and one of all that fall: a path for each candle would be thrice the bytes. */
void tr_chart_candles(struct tr_chart *chart, const struct tr_candles *candles)
{
    for (int falling = 0; falling < 2; falling++) {
        bool any = false;

        for (size_t i = 0; i < candles->n; i++) {
            if (!drawable(candles, i) || (candles->close[i] < candles->open[i]) != (falling == 1))
                continue;
            if (!any)
                tr_buf_text(chart->page->out, falling ? "<path class=\"fall\" d=\"" : "<path class=\"rise\" d=\"");
            any = true;
            add_candle(chart, candles, i);
        }
        if (any)
            tr_buf_text(chart->page->out, "\"/>\n");
    }
}

static bool has_place(const double *x, const double *low, const double *high, size_t i)
{
    return isfinite(x[i]) && isfinite(low[i]) && isfinite(high[i]);
}

/* Along the high side and back along the low one. */
static void add_piece(const struct tr_chart *chart, size_t from, size_t to, const double *x, const double *low,
                      const double *high)
{
    for (size_t i = from; i < to; i++)
        add_pair(chart->page->out, i == from ? 'M' : 'L', tr_chart_x(chart, x[i]), tr_chart_y(chart, high[i]));
    for (size_t i = to; i-- > from;)
        add_pair(chart->page->out, 'L', tr_chart_x(chart, x[i]), tr_chart_y(chart, low[i]));
    tr_buf_char(chart->page->out, 'z');
}

void tr_chart_area(struct tr_chart *chart, enum tr_mark mark, size_t n, const double *x, const double *low,
                   const double *high)
{
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        size_t from = i;

        while (i < n && has_place(x, low, high, i))
            i++;
        if (i == from)
            continue;
        if (!any)
            tr_buf_text(chart->page->out,
                        mark == TR_MARK_AREA_INNER ? "<path class=\"area2\" d=\"" : "<path class=\"area\" d=\"");
        any = true;
        add_piece(chart, from, i, x, low, high);
    }
    if (any)
        tr_buf_text(chart->page->out, "\"/>\n");
}

void tr_chart_steps(struct tr_chart *chart, enum tr_mark mark, size_t n, const double *x, const double *y)
{
    struct tr_buf *out = chart->page->out;
    bool open = false, any = false;

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i]) || !isfinite(x[i + 1]) || !isfinite(y[i])) {
            open = false;
            continue;
        }
        if (!any)
            tr_buf_text(out, mark == TR_MARK_STEP    ? "<path class=\"step\" d=\""
                             : mark == TR_MARK_GUIDE ? "<path class=\"guide\" d=\""
                                                     : "<path class=\"line\" d=\"");
        if (!open)
            add_pair(out, 'M', tr_chart_x(chart, x[i]), tr_chart_y(chart, y[i]));
        else if (y[i] < y[i - 1] || y[i] > y[i - 1])
            add(out, 'V', tr_chart_y(chart, y[i]));
        add(out, 'H', tr_chart_x(chart, x[i + 1]));
        open = any = true;
    }
    if (any)
        tr_buf_text(out, "\"/>\n");
}

struct tr_axis tr_axis_times(tr_time_ms from, tr_time_ms to, size_t ticks)
{
    static const int minutes[] = {1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440};
    size_t i = 0, last = sizeof minutes / sizeof *minutes - 1;
    struct tr_axis axis = {.kind = TR_AXIS_DATE, .days = true, .minutes = true};
    int64_t step;

    if (to <= from || to - from > 6 * TR_DAY_MS)
        return tr_axis_dates(from, to, ticks);
    ticks = ticks < 2 ? 2 : ticks > TR_AXIS_TICKS / 2 ? TR_AXIS_TICKS / 2 : ticks;
    while (i < last && (to - from) / (minutes[i] * TR_MINUTE_MS) >= (int64_t)ticks)
        i++;
    step = minutes[i] * TR_MINUTE_MS;
    axis.from = (double)from;
    axis.to = (double)to;
    for (tr_time_ms t = tr_time_floor(from + step - 1, step); t <= to && axis.n < TR_AXIS_TICKS; t += step)
        axis.tick[axis.n++] = (double)t;
    return axis;
}
