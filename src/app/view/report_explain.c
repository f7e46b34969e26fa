#include "app/view/figure.h"
#include "app/view/html_chart.h"
#include "app/view/report_section.h"

#include <math.h>
#include <stdio.h>

#define SHOWN 10

static void draw_input(struct tr_chart *chart, size_t row, const char *name, double phi, double value)
{
    const double x[2] = {0, phi}, y[2] = {(double)row + 0.2, (double)row + 0.8};
    char text[128];

    tr_chart_row(chart, row, name);
    tr_chart_bar(chart, phi < 0 ? TR_MARK_HATCHED : TR_MARK_BAR, x, y, NULL);
    if (isnan(value))
        snprintf(text, sizeof text, "%.20s (missing)", tr_figure_signed(phi, 2).text);
    else
        snprintf(text, sizeof text, "%.20s (%.4g)", tr_figure_signed(phi, 2).text, value);
    tr_chart_text(chart, phi, (double)row + 0.5, phi < 0 ? -6 : 6, text);
}

void tr_report_explanation(const struct tr_explanation *explanation, enum tr_side side, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_BAR, TR_MARK_HATCHED};
    static const char *const texts[] = {"raises the score", "lowers the score"};
    size_t order[TR_FEATURE_INPUTS], n = tr_explanation_order(explanation, order);
    char title[80];
    struct tr_chart_frame frame = {title,
                                   "The inputs that moved the score most, each with what it added to the margin in "
                                   "log odds and, in brackets, its value at this bar.",
                                   TR_CHART_FULL, 0, 190};
    struct tr_axis x, y;
    struct tr_chart chart;
    double most;

    if (!explanation->members || !n)
        return;
    n = n < SHOWN ? n : SHOWN;
    most = 1.5 * fabs(explanation->phi[order[0]]); /* room for the words */
    snprintf(title, sizeof title, "%s: what moved the score of the newest bar", tr_report_side(side));
    frame.height = 60 + 24 * (double)n;
    x = tr_axis_nice(TR_AXIS_NUMBER, -most, most, 6);
    x.label = "added to the margin, log odds";
    y = tr_axis_rows(n);
    tr_chart_begin(&chart, page, &frame, &x, &y);
    for (size_t i = 0; i < n; i++)
        draw_input(&chart, i, tr_feature_info(TR_FEATURE_OVERLAYS + order[i])->name, explanation->phi[order[i]],
                   explanation->value[order[i]]);
    tr_chart_line(&chart, TR_MARK_GUIDE, 2, (const double[]){0, 0}, (const double[]){0, (double)n});
    tr_chart_end(&chart);
    tr_chart_keys(page, 2, marks, texts);
    tr_html_close(page, "figure");
}
