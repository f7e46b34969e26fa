/* Charts of a report as inline SVG: intervals, bars, lines. Each has a title and a description for those who do not see
 * it, and says everything by shape, place or pattern as well as by colour. Marks with a coordinate that is not finite
 * are left out. */
#ifndef TR_VIEW_HTML_CHART_H
#define TR_VIEW_HTML_CHART_H

#include "app/view/html.h"
#include "base/time.h"

#define TR_CHART_FULL 1036.0 /* widths in px: of a whole row of the page, of half of one */
#define TR_CHART_HALF 500.0
#define TR_AXIS_TICKS 24

enum tr_axis_kind { TR_AXIS_NUMBER, TR_AXIS_PERCENT, TR_AXIS_DATE, TR_AXIS_ROWS };

/* A range of values and the ticks in it. Percent: values are fractions. Dates: instants in ms. Rows: row r fills
 * [r, r + 1], counted from the top, no ticks. */
struct tr_axis {
    enum tr_axis_kind kind;
    double from, to;
    size_t n;
    double tick[TR_AXIS_TICKS];
    int digits;        /* decimals of the ticks' numbers (of percent) */
    bool days;         /* date ticks name the day, else the month */
    const char *label; /* NULL = none; set by the caller */
    bool minutes;      /* date ticks name day and minute */
};

/* The smallest range between steps of 1, 2 or 5 times a power of ten that holds [low, high], with at most about `ticks`
 * of them. Bounds that are equal, out of order or not finite are widened to something that can be shown. */
struct tr_axis tr_axis_nice(enum tr_axis_kind kind, double low, double high, size_t ticks);
/* Exactly [from, to]; ticks at the starts of months, or of days where the time is short. */
struct tr_axis tr_axis_dates(tr_time_ms from, tr_time_ms to, size_t ticks);
struct tr_axis tr_axis_rows(size_t n);

struct tr_chart {
    struct tr_html *page;
    struct tr_axis x, y;
    double left, right, top, bottom; /* the plot's edges, px */
};

struct tr_chart_frame {
    const char *title, *description;
    double width, height; /* of the whole drawing, px */
    double margin;        /* px at the left, for row labels; 0 = as numbers need */
};

/* Opens <figure> and <svg>, writes the title, draws the axes. Close with tr_chart_end. */
void tr_chart_begin(struct tr_chart *chart, struct tr_html *page, const struct tr_chart_frame *frame,
                    const struct tr_axis *x, const struct tr_axis *y);
/* Closes the drawing; keys may follow, and text in the figure; then tr_html_close "figure". */
void tr_chart_end(struct tr_chart *chart);

enum tr_mark {
    TR_MARK_DOT,
    TR_MARK_RING,
    TR_MARK_DASH,
    TR_MARK_LINE,
    TR_MARK_GUIDE,
    TR_MARK_BAR,
    TR_MARK_HATCHED,
    TR_MARK_OUTLINED,
    TR_MARK_PALE,
    TR_MARK_UP, /* triangles that point up or down, solid or hollow */
    TR_MARK_UP_HOLLOW,
    TR_MARK_DOWN,
    TR_MARK_DOWN_HOLLOW,
    TR_MARK_STEP,
    TR_MARK_AREA,
    TR_MARK_AREA_INNER,
    TR_MARK_CANDLE_UP,
    TR_MARK_CANDLE_DOWN
};

/* Where a value of an axis lies, px; not finite where the value is not. */
double tr_chart_x(const struct tr_chart *chart, double value);
double tr_chart_y(const struct tr_chart *chart, double value);

/* tip: what a pointer over the mark shows; NULL = nothing. Dot, ring, dash and the triangles. */
void tr_chart_point(struct tr_chart *chart, enum tr_mark mark, double x, double y, const char *tip);
/* A line with end strokes: upright at x from low to high, or level at y. */
void tr_chart_whisker(struct tr_chart *chart, double x, double low, double high);
void tr_chart_whisker_level(struct tr_chart *chart, double y, double low, double high);
/* A rectangle; corners in any order. Bar, hatched, outlined and pale. */
void tr_chart_bar(struct tr_chart *chart, enum tr_mark mark, const double x[2], const double y[2], const char *tip);
/* Straight pieces through x, y [n]; line, guide and step. */
void tr_chart_line(struct tr_chart *chart, enum tr_mark mark, size_t n, const double *x, const double *y);
/* Text beside a place, shift px to its right (left of it where negative), centred on its height. */
void tr_chart_text(struct tr_chart *chart, double x, double y, double shift, const char *text);
/* The name of a row, left of the plot. */
void tr_chart_row(struct tr_chart *chart, size_t row, const char *text);

/* What a mark means: a row of keys below the drawing. marks [n], texts [n]. */
void tr_chart_keys(struct tr_html *page, size_t n, const enum tr_mark *marks, const char *const *texts);

#endif
