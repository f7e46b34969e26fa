#include "app/view/html_chart.h"

#include "app/view/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TOP 26.0 /* room for the name of the upright axis */
#define BOTTOM 24.0
#define LABEL 20.0
#define RIGHT 14.0

static void add_tick(struct tr_axis *axis, double value)
{
    if (axis->n < TR_AXIS_TICKS)
        axis->tick[axis->n++] = value;
}

struct tr_axis tr_axis_nice(enum tr_axis_kind kind, double low, double high, size_t ticks)
{
    static const double steps[] = {1, 2, 5, 10};
    struct tr_axis axis = {.kind = kind};
    double rough, power, step = 1, first;
    size_t i = 0;

    if (!isfinite(low) || !isfinite(high) || !isfinite(high - low))
        low = 0, high = 1;
    if (low > high)
        rough = low, low = high, high = rough;
    if (high - low <= 1e-9 * fmax(fabs(low), fabs(high)))
        low -= fabs(low) > 0 ? fabs(low) / 2 : 0.5, high += fabs(high) > 0 ? fabs(high) / 2 : 0.5;
    ticks = ticks < 2 ? 2 : ticks > TR_AXIS_TICKS - 2 ? TR_AXIS_TICKS - 2 : ticks;
    rough = (high - low) / (double)ticks;
    power = floor(log10(rough));
    while (i < 3 && steps[i] * pow(10, power) < rough * (1 - 1e-12))
        i++;
    step = steps[i] * pow(10, power);
    first = floor(low / step + 1e-9);
    axis.from = first * step;
    axis.to = ceil(high / step - 1e-9) * step;
    for (size_t k = 0; k < TR_AXIS_TICKS && (first + (double)k) * step <= axis.to + step / 2; k++)
        add_tick(&axis, (first + (double)k) * step);
    axis.digits = (int)fmax(0, -(power + (i == 3)) - (kind == TR_AXIS_PERCENT ? 2 : 0));
    return axis;
}

/* The first of the month that comes `months` after the one of time's month; floor of it with 0. */
static tr_time_ms month_start(tr_time_ms time, int months)
{
    struct tr_civil civil = tr_civil_from_time(time);
    int month = civil.year * 12 + civil.month - 1 + months;

    civil = (struct tr_civil){.year = month / 12, .month = month % 12 + 1, .day = 1};
    return tr_time_from_civil(&civil);
}

static void day_ticks(struct tr_axis *axis, tr_time_ms from, tr_time_ms to, size_t ticks)
{
    static const int steps[] = {1, 2, 5, 7, 10, 14, 21, 30};
    int64_t days = (to - from) / TR_DAY_MS;
    size_t i = 0;

    while (i + 1 < sizeof steps / sizeof *steps && days / steps[i] >= (int64_t)ticks)
        i++;
    axis->days = true;
    for (tr_time_ms t = tr_time_floor(from + TR_DAY_MS - 1, TR_DAY_MS); t <= to; t += steps[i] * TR_DAY_MS)
        add_tick(axis, (double)t);
}

/* Steps divide the year or are whole years, so that ticks fall on its start. */
static void month_ticks(struct tr_axis *axis, tr_time_ms from, tr_time_ms to, size_t ticks)
{
    static const int steps[] = {1, 2, 3, 4, 6, 12, 24, 60, 120, 240, 600};
    int64_t months = (to - from) / (30 * TR_DAY_MS);
    size_t i = 0;
    tr_time_ms t;

    while (i + 1 < sizeof steps / sizeof *steps && months / steps[i] >= (int64_t)ticks)
        i++;
    t = month_start(from, -((tr_civil_from_time(from).month - 1) % (steps[i] < 12 ? steps[i] : 12)));
    for (; t <= to && axis->n < TR_AXIS_TICKS; t = month_start(t, steps[i])) {
        if (t >= from)
            add_tick(axis, (double)t);
    }
}

struct tr_axis tr_axis_dates(tr_time_ms from, tr_time_ms to, size_t ticks)
{
    struct tr_axis axis = {.kind = TR_AXIS_DATE};

    if (to <= from)
        to = from + TR_DAY_MS;
    ticks = ticks < 2 ? 2 : ticks > TR_AXIS_TICKS / 2 ? TR_AXIS_TICKS / 2 : ticks;
    axis.from = (double)from;
    axis.to = (double)to;
    if (to - from < 90 * TR_DAY_MS)
        day_ticks(&axis, from, to, ticks);
    else
        month_ticks(&axis, from, to, ticks);
    return axis;
}

struct tr_axis tr_axis_rows(size_t n)
{
    return (struct tr_axis){.kind = TR_AXIS_ROWS, .to = n ? (double)n : 1};
}

double tr_chart_x(const struct tr_chart *chart, double value)
{
    return chart->left + (value - chart->x.from) / (chart->x.to - chart->x.from) * (chart->right - chart->left);
}

double tr_chart_y(const struct tr_chart *chart, double value)
{
    double share = (value - chart->y.from) / (chart->y.to - chart->y.from);

    return chart->y.kind == TR_AXIS_ROWS ? chart->top + share * (chart->bottom - chart->top)
                                         : chart->bottom - share * (chart->bottom - chart->top);
}

/* ` name="12.3"` */
static void attribute(struct tr_buf *out, const char *name, double px)
{
    char text[TR_FIGURE_PX];

    tr_figure_px(px, text);
    tr_buf_char(out, ' ');
    tr_buf_text(out, name);
    tr_buf_text(out, "=\"");
    tr_buf_text(out, text);
    tr_buf_char(out, '"');
}

static void segment(struct tr_buf *out, const char *class, double x1, double y1, double x2, double y2)
{
    tr_buf_printf(out, "<line class=\"%s\"", class);
    attribute(out, "x1", x1);
    attribute(out, "y1", y1);
    attribute(out, "x2", x2);
    attribute(out, "y2", y2);
    tr_buf_text(out, "/>\n");
}

static void words(struct tr_buf *out, const char *class, const char *anchor, double x, double y, const char *text)
{
    tr_buf_printf(out, "<text class=\"%s\" text-anchor=\"%s\"", class, anchor);
    attribute(out, "x", x);
    attribute(out, "y", y);
    tr_buf_char(out, '>');
    tr_html_escape(out, text);
    tr_buf_text(out, "</text>\n");
}

static struct tr_figure tick_text(const struct tr_axis *axis, double value)
{
    struct tr_figure text;
    char time[TR_TIME_TEXT];

    if (axis->kind == TR_AXIS_PERCENT)
        return tr_figure_percent(value, axis->digits);
    if (axis->kind != TR_AXIS_DATE)
        return tr_figure_number(value, axis->digits);
    tr_time_format((tr_time_ms)value, time);
    if (axis->minutes)
        snprintf(text.text, sizeof text.text, "%.5s %.5s", time + 5, time + 11);
    else
        snprintf(text.text, sizeof text.text, "%.*s", axis->days ? 10 : 7, time);
    return text;
}

static void draw_axes(struct tr_chart *chart)
{
    struct tr_buf *out = chart->page->out;

    for (size_t i = 0; i < chart->y.n; i++) {
        double y = tr_chart_y(chart, chart->y.tick[i]);

        segment(out, "grid", chart->left, y, chart->right, y);
        words(out, "tick", "end", chart->left - 6, y + 4, tick_text(&chart->y, chart->y.tick[i]).text);
    }
    for (size_t i = 0; i < chart->x.n; i++) {
        double x = tr_chart_x(chart, chart->x.tick[i]);

        segment(out, "grid", x, chart->top, x, chart->bottom + 4);
        words(out, "tick", "middle", x, chart->bottom + 18, tick_text(&chart->x, chart->x.tick[i]).text);
    }
    segment(out, "base", chart->left, chart->bottom, chart->right, chart->bottom);
    if (chart->y.label)
        words(out, "tick", "start", 0, 13, chart->y.label);
    if (chart->x.label)
        words(out, "tick", "middle", (chart->left + chart->right) / 2, chart->bottom + BOTTOM + 13, chart->x.label);
}

/* Room for the longest number of an upright axis. */
static double number_margin(const struct tr_axis *y)
{
    size_t longest = 0;

    for (size_t i = 0; i < y->n; i++) {
        size_t len = strlen(tick_text(y, y->tick[i]).text);

        longest = len > longest ? len : longest;
    }
    return fmax(54, 14 + 7.2 * (double)(longest < 24 ? longest : 24));
}

void tr_chart_begin(struct tr_chart *chart, struct tr_html *page, const struct tr_chart_frame *frame,
                    const struct tr_axis *x, const struct tr_axis *y)
{
    struct tr_buf *out = page->out;
    size_t id = ++page->figures;

    *chart = (struct tr_chart){.page = page, .x = *x, .y = *y};
    chart->left = frame->margin > 0 ? frame->margin : number_margin(y);
    chart->right = frame->width - (x->kind == TR_AXIS_DATE ? 2 : 1) * RIGHT - RIGHT;
    chart->top = y->label ? TOP : 8;
    chart->bottom = frame->height - BOTTOM - (x->label ? LABEL : 0);
    tr_buf_text(out, "<figure>\n");
    tr_html_element(page, "figcaption", "%s", frame->title);
    tr_html_open_scroll(page, frame->title);
    tr_buf_printf(out, "<svg role=\"img\" aria-labelledby=\"chart-%zu chart-%zu-text\" viewBox=\"0 0 %s %s\"", id, id,
                  tr_figure_number(frame->width, 0).text, tr_figure_number(frame->height, 0).text);
    attribute(out, "width", frame->width);
    attribute(out, "height", frame->height);
    tr_buf_printf(out, " style=\"min-width:%spx\">\n", tr_figure_number(0.75 * frame->width, 0).text);
    tr_buf_printf(out, "<title id=\"chart-%zu\">", id);
    tr_html_escape(out, frame->title);
    tr_buf_printf(out, "</title>\n<desc id=\"chart-%zu-text\">", id);
    tr_html_escape(out, frame->description);
    tr_buf_text(out, "</desc>\n");
    draw_axes(chart);
}

void tr_chart_end(struct tr_chart *chart)
{
    tr_buf_text(chart->page->out, "</svg>\n");
    tr_html_close(chart->page, "div");
}

static void finish_mark(struct tr_buf *out, const char *element, const char *tip)
{
    if (!tip) {
        tr_buf_text(out, "/>\n");
        return;
    }
    tr_buf_text(out, "><title>");
    tr_html_escape(out, tip);
    tr_buf_printf(out, "</title></%s>\n", element);
}

/* "M12.5 30" */
static void add_point(struct tr_buf *out, char command, double x, double y)
{
    char text[TR_FIGURE_PX];

    tr_buf_char(out, command);
    tr_figure_px(x, text);
    tr_buf_text(out, text);
    tr_buf_char(out, ' ');
    tr_figure_px(y, text);
    tr_buf_text(out, text);
}

static void draw_point(struct tr_buf *out, enum tr_mark mark, double x, double y, const char *tip)
{
    if (mark == TR_MARK_DOT) {
        tr_buf_text(out, "<circle class=\"dot\" r=\"4.5\"");
        attribute(out, "cx", x);
        attribute(out, "cy", y);
        finish_mark(out, "circle", tip);
    } else if (mark == TR_MARK_RING) {
        tr_buf_text(out, "<rect class=\"ring\" width=\"7\" height=\"7\"");
        attribute(out, "x", x - 3.5);
        attribute(out, "y", y - 3.5);
        finish_mark(out, "rect", tip);
    } else if (mark == TR_MARK_DASH) {
        tr_buf_text(out, "<path class=\"mark\" d=\"");
        add_point(out, 'M', x - 6, y);
        tr_buf_text(out, "h12\"");
        finish_mark(out, "path", tip);
    } else {
        bool up = mark == TR_MARK_UP || mark == TR_MARK_UP_HOLLOW, solid = mark == TR_MARK_UP || mark == TR_MARK_DOWN;

        tr_buf_text(out, solid ? "<path class=\"tri\" d=\"" : "<path class=\"tri2\" d=\"");
        add_point(out, 'M', x - 5, up ? y + 4 : y - 4);
        tr_buf_text(out, up ? "h10l-5-9z\"" : "h10l-5 9z\"");
        finish_mark(out, "path", tip);
    }
}

void tr_chart_point(struct tr_chart *chart, enum tr_mark mark, double x, double y, const char *tip)
{
    if (isfinite(x) && isfinite(y))
        draw_point(chart->page->out, mark, tr_chart_x(chart, x), tr_chart_y(chart, y), tip);
}

void tr_chart_whisker(struct tr_chart *chart, double x, double low, double high)
{
    double at = tr_chart_x(chart, x), a = tr_chart_y(chart, low), b = tr_chart_y(chart, high);

    if (!isfinite(at) || !isfinite(a) || !isfinite(b))
        return;
    segment(chart->page->out, "whisker", at, a, at, b);
    segment(chart->page->out, "whisker", at - 3, a, at + 3, a);
    segment(chart->page->out, "whisker", at - 3, b, at + 3, b);
}

void tr_chart_whisker_level(struct tr_chart *chart, double y, double low, double high)
{
    double at = tr_chart_y(chart, y), a = tr_chart_x(chart, low), b = tr_chart_x(chart, high);

    if (!isfinite(at) || !isfinite(a) || !isfinite(b))
        return;
    segment(chart->page->out, "whisker", a, at, b, at);
    segment(chart->page->out, "whisker", a, at - 3, a, at + 3);
    segment(chart->page->out, "whisker", b, at - 3, b, at + 3);
}

static const char *bar_class(enum tr_mark mark)
{
    return mark == TR_MARK_HATCHED ? "bar2" : mark == TR_MARK_OUTLINED ? "bar3" : mark == TR_MARK_PALE ? "bar4" : "bar";
}

static void draw_bar(struct tr_buf *out, enum tr_mark mark, double x, double y, double width, double height,
                     const char *tip)
{
    tr_buf_printf(out, "<rect class=\"%s\"", bar_class(mark));
    attribute(out, "x", x);
    attribute(out, "y", y);
    attribute(out, "width", width);
    attribute(out, "height", height);
    finish_mark(out, "rect", tip);
}

void tr_chart_bar(struct tr_chart *chart, enum tr_mark mark, const double x[2], const double y[2], const char *tip)
{
    double x0 = tr_chart_x(chart, x[0]), x1 = tr_chart_x(chart, x[1]), y0 = tr_chart_y(chart, y[0]),
           y1 = tr_chart_y(chart, y[1]);

    if (isfinite(x0) && isfinite(x1) && isfinite(y0) && isfinite(y1))
        draw_bar(chart->page->out, mark, fmin(x0, x1), fmin(y0, y1), fabs(x1 - x0), fabs(y1 - y0), tip);
}

static const char *line_class(enum tr_mark mark)
{
    return mark == TR_MARK_GUIDE ? "guide" : mark == TR_MARK_STEP ? "step" : "line";
}

void tr_chart_line(struct tr_chart *chart, enum tr_mark mark, size_t n, const double *x, const double *y)
{
    struct tr_buf *out = chart->page->out;
    bool open = false, any = false;

    for (size_t i = 0; i < n; i++) {
        double px = tr_chart_x(chart, x[i]), py = tr_chart_y(chart, y[i]);

        if (!isfinite(px) || !isfinite(py)) {
            open = false;
            continue;
        }
        if (!any)
            tr_buf_printf(out, "<path class=\"%s\" d=\"", line_class(mark));
        add_point(out, open ? 'L' : 'M', px, py);
        open = any = true;
    }
    if (any)
        tr_buf_text(out, "\"/>\n");
}

void tr_chart_text(struct tr_chart *chart, double x, double y, double shift, const char *text)
{
    double px = tr_chart_x(chart, x), py = tr_chart_y(chart, y);

    if (isfinite(px) && isfinite(py))
        words(chart->page->out, "word", shift < 0 ? "end" : "start", px + shift, py + 4, text);
}

void tr_chart_row(struct tr_chart *chart, size_t row, const char *text)
{
    words(chart->page->out, "word", "end", chart->left - 8, tr_chart_y(chart, (double)row + 0.5) + 4, text);
}

static void draw_key(struct tr_buf *out, enum tr_mark mark)
{
    tr_buf_text(out, "<svg width=\"22\" height=\"14\" aria-hidden=\"true\">");
    if (mark == TR_MARK_LINE || mark == TR_MARK_GUIDE || mark == TR_MARK_STEP)
        tr_buf_printf(out, "<path class=\"%s\" d=\"M1 7h20\"/>", line_class(mark));
    else if (mark == TR_MARK_AREA || mark == TR_MARK_AREA_INNER)
        tr_buf_printf(out, "<path class=\"%s\" d=\"M1 2h20v10h-20z\"/>", mark == TR_MARK_AREA ? "area" : "area2");
    else if (mark == TR_MARK_CANDLE_UP || mark == TR_MARK_CANDLE_DOWN)
        tr_buf_printf(out, "<path class=\"%s\" d=\"M11 0v3M7 3h8v8h-8zM11 11v3\"/>",
                      mark == TR_MARK_CANDLE_UP ? "rise" : "fall");
    else if (mark >= TR_MARK_BAR && mark <= TR_MARK_PALE)
        draw_bar(out, mark, 1, 2, 20, 10, NULL);
    else
        draw_point(out, mark, 11, 7, NULL);
    tr_buf_text(out, "</svg>");
}

void tr_chart_keys(struct tr_html *page, size_t n, const enum tr_mark *marks, const char *const *texts)
{
    tr_html_open(page, "p.key");
    for (size_t i = 0; i < n; i++) {
        tr_buf_text(page->out, "<span>");
        draw_key(page->out, marks[i]);
        tr_html_escape(page->out, texts[i]);
        tr_buf_text(page->out, "</span>\n");
    }
    tr_html_close(page, "p");
}
