/* Shapes for charts of prices and of ranges: candles, areas, steps; and an axis of hours and minutes. As in
 * html_chart.h, what is not finite is left out and nothing is told by colour alone: rising candles are hollow, falling
 * ones filled. */
#ifndef TR_VIEW_HTML_SHAPE_H
#define TR_VIEW_HTML_SHAPE_H

#include "app/view/html_chart.h"

/* Each array [n], borrowed. from, to: where each candle begins and ends on the level axis. */
struct tr_candles {
    size_t n;
    const double *from, *to;
    const double *open, *high, *low, *close;
};

void tr_chart_candles(struct tr_chart *chart, const struct tr_candles *candles);
/* What lies between low and high [n] at x [n]; a place that is not finite parts it. TR_MARK_AREA or _INNER. */
void tr_chart_area(struct tr_chart *chart, enum tr_mark mark, size_t n, const double *x, const double *low,
                   const double *high);
/* y [n] each hold from x[i] to x[i + 1]: x [n + 1]. Marks as of tr_chart_line. */
void tr_chart_steps(struct tr_chart *chart, enum tr_mark mark, size_t n, const double *x, const double *y);

/* As tr_axis_dates, but a short time gets ticks at round hours or minutes, about `ticks` of them. */
struct tr_axis tr_axis_times(tr_time_ms from, tr_time_ms to, size_t ticks);

#endif
