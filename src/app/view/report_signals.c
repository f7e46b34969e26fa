#include "app/view/figure.h"
#include "app/view/html_chart.h"
#include "app/view/report_section.h"
#include "app/view/signal_view.h"

#include <math.h>
#include <stdio.h>

static const struct {
    const char *name, *refuses;
} stages[TR_STAGE_COUNT] = {
    [TR_STAGE_NO_MODEL] = {"no model", "no model, or under 50 independent rows to calibrate it on"},
    [TR_STAGE_STALE_DATA] = {"stale data", "the newest bar is older than allowed (live only)"},
    [TR_STAGE_DRIFT_LOCK] = {"drift lock", "the market has drifted and the retrain is overdue"},
    [TR_STAGE_CONFIDENCE] = {"confidence", "p is under the smallest confidence"},
    [TR_STAGE_NET_PROFIT] = {"net profit", "what remains after all costs, if all targets fill, is too little"},
    [TR_STAGE_EXPECTED_VALUE] = {"expected value",
                                 "what such candidates really returned is too little (off by default)"},
    [TR_STAGE_RISK] = {"risk", "the size is under the market's minimum, or liquidation comes before the stop"},
    [TR_STAGE_CONFLICT] = {"conflict", "the other side passes as well and has the larger edge"},
    [TR_STAGE_DUPLICATE] = {"duplicate", "a signal of that side is still open"},
};

/* Candidates of one side that all stages before this one let through. */
static size_t reached(const struct tr_funnel *funnel, int side, int stage)
{
    size_t n = funnel->signals[side];

    for (int s = stage; s < TR_STAGE_COUNT; s++)
        n += funnel->refused[side][s];
    return n;
}

static void draw_row(struct tr_chart *chart, size_t row, const char *name, const size_t left[TR_SIDE_COUNT])
{
    static const enum tr_mark marks[TR_SIDE_COUNT] = {TR_MARK_BAR, TR_MARK_HATCHED};
    char text[64];

    tr_chart_row(chart, row, name);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const double x[2] = {0, (double)left[side]};
        const double y[2] = {(double)row + 0.1 + 0.4 * side, (double)row + 0.5 + 0.4 * side};

        snprintf(text, sizeof text, "%zu", left[side]);
        tr_chart_bar(chart, marks[side], x, y, NULL);
        tr_chart_text(chart, x[1], (y[0] + y[1]) / 2, 6, text);
    }
}

static void draw_funnel(const struct tr_funnel *funnel, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_BAR, TR_MARK_HATCHED};
    static const char *const texts[] = {"long", "short"};
    struct tr_chart_frame frame = {"The funnel: how many candidates are left",
                                   "Two bars a row, long and short: all candidates, those left after each stage that "
                                   "refused any, and the proven ones. The table below has the numbers.",
                                   TR_CHART_FULL, 0, 190};
    size_t all[TR_SIDE_COUNT], left[TR_SIDE_COUNT], rows = 2, row = 0;
    struct tr_axis x, y;
    struct tr_chart chart;
    char name[48];

    for (int side = 0; side < TR_SIDE_COUNT; side++)
        all[side] = reached(funnel, side, 0);
    for (int stage = 0; stage < TR_STAGE_COUNT; stage++)
        rows += funnel->refused[TR_LONG][stage] + funnel->refused[TR_SHORT][stage] > 0;
    frame.height = 32 + 36 * (double)rows;
    x = (struct tr_axis){.to = 1.1 * fmax(1, fmax((double)all[TR_LONG], (double)all[TR_SHORT]))};
    y = tr_axis_rows(rows);
    tr_chart_begin(&chart, page, &frame, &x, &y);
    draw_row(&chart, row++, "candidates", all);
    for (int stage = 0; stage < TR_STAGE_COUNT; stage++) {
        if (!(funnel->refused[TR_LONG][stage] + funnel->refused[TR_SHORT][stage]))
            continue;
        for (int side = 0; side < TR_SIDE_COUNT; side++)
            left[side] = reached(funnel, side, stage + 1);
        snprintf(name, sizeof name, "after %s", stages[stage].name);
        draw_row(&chart, row++, name, left);
    }
    draw_row(&chart, row, "of the signals: proven", funnel->proven);
    tr_chart_end(&chart);
    tr_chart_keys(page, 2, marks, texts);
    tr_html_close(page, "figure");
}

static void funnel_row(struct tr_html *page, const char *name, const char *meaning, const size_t n[TR_SIDE_COUNT])
{
    tr_html_cell(page, "%s", name);
    tr_html_cell(page, "%s", meaning);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        tr_html_cell(page, "%zu", n[side]);
}

void tr_report_funnel(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_funnel *funnel = &run->wf.replay.funnel;

    if (!funnel->bars) {
        tr_html_element(page, "p", "No bar was decided out of sample.");
        return;
    }
    tr_html_element(page, "p",
                    "Every bar of the test blocks was decided again as it would have been live: %zu bars, %zu "
                    "candidates (one a bar and side). The stages are passed in the order of the table; the first that "
                    "refuses a candidate counts it.",
                    funnel->bars, funnel->candidates);
    draw_funnel(funnel, page);
    tr_html_table(page, "Candidates refused by each stage, and what came out", "<stage|<refuses where|long|short");
    for (int stage = 0; stage < TR_STAGE_COUNT; stage++) {
        const size_t n[] = {funnel->refused[TR_LONG][stage], funnel->refused[TR_SHORT][stage]};

        funnel_row(page, stages[stage].name, stages[stage].refuses, n);
    }
    funnel_row(page, "signals", "nothing: these passed", funnel->signals);
    funnel_row(page, "of these proven", "", funnel->proven);
    tr_html_table_end(page);
}

static void signal_text(const struct tr_run *run, struct tr_html *page)
{
    struct tr_buf text;

    tr_buf_init(&text);
    tr_view_signal_text(&run->key, &run->newest.decision[run->newest.signal].signal, &run->recipe.gate.ladder,
                        run->recipe.gate.profile, &text);
    page->out->failed = page->out->failed || text.failed;
    tr_html_open_scroll(page, "The signal");
    tr_html_element(page, "pre", "%s", tr_buf_string(&text));
    tr_html_close(page, "div");
    tr_buf_finish(&text);
}

void tr_report_newest(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_newest *newest = &run->newest;
    char time[TR_TIME_TEXT], text[160];

    tr_time_format(newest->time + run->recipe.plan.bar_ms, time);
    tr_html_element(page, "p", "The newest bar closed at %s. %s", time,
                    newest->signal >= 0 ? "It gives a signal." : "It gives no signal:");
    if (newest->signal >= 0)
        signal_text(run, page);
    tr_html_open(page, "ul.points");
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (!run->recipe.side[side] || newest->decision[side].stage == TR_STAGE_SIGNAL)
            continue;
        tr_newest_side_reason(newest, (enum tr_side)side, text, sizeof text);
        tr_html_element(page, "li", "%s: %s", tr_report_side((enum tr_side)side), text);
    }
    tr_html_close(page, "ul");
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (run->recipe.side[side])
            tr_report_explanation(&newest->explanation[side], (enum tr_side)side, page);
    }
}
