#include "app/view/figure.h"
#include "app/view/html_chart.h"
#include "app/view/report_section.h"
#include "app/view/walkforward_view.h"
#include "base/alloc.h"

#include <math.h>
#include <stdio.h>

static double days(int64_t ms)
{
    return (double)ms / (double)TR_DAY_MS;
}

const char *tr_report_side(enum tr_side side)
{
    return side == TR_LONG ? "Long" : "Short";
}

/* Dots of many folds would touch in half a row. */
double tr_report_width(size_t folds)
{
    return folds > 16 ? TR_CHART_FULL : TR_CHART_HALF;
}

static void draw_span(struct tr_chart *chart, enum tr_mark mark, size_t row, tr_time_ms from, tr_time_ms to,
                      const char *what)
{
    const double x[2] = {(double)from, (double)to}, y[2] = {(double)row + 0.12, (double)row + 0.88};
    char first[TR_TIME_TEXT], last[TR_TIME_TEXT], tip[128];

    if (to <= from)
        return;
    tr_view_date(from, first);
    tr_view_date(to, last);
    snprintf(tip, sizeof tip, "fold %zu, %s: %s to %s", row + 1, what, first, last);
    tr_chart_bar(chart, mark, x, y, tip);
}

/* Rows become flat where there are many, and then not each is named. */
static void draw_timeline(const struct tr_walkforward *wf, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_PALE, TR_MARK_HATCHED, TR_MARK_OUTLINED, TR_MARK_BAR};
    static const char *const texts[] = {"fitted", "reference: only scored", "left out, so that no label reaches over",
                                        "tested"};
    double height = wf->n_folds <= 12 ? 24 : fmax(5, 420 / (double)wf->n_folds);
    struct tr_chart_frame frame = {"Time line of the folds",
                                   "One row a fold, time to the right: what was fitted, then a gap, then the reference "
                                   "part, then a gap, then the test block. The table below gives the dates.",
                                   TR_CHART_FULL, 40 + height * (double)wf->n_folds, 70};
    struct tr_axis x = tr_axis_dates(wf->folds[0].train_from, wf->folds[wf->n_folds - 1].test_to, 9);
    struct tr_axis y = tr_axis_rows(wf->n_folds);
    struct tr_chart chart;
    size_t step = (size_t)ceil(15 / height);

    tr_chart_begin(&chart, page, &frame, &x, &y);
    for (size_t k = 0; k < wf->n_folds; k++) {
        const struct tr_fold *fold = &wf->folds[k];
        char name[32];

        snprintf(name, sizeof name, "fold %zu", k + 1);
        if (k % step == 0)
            tr_chart_row(&chart, k, name);
        draw_span(&chart, TR_MARK_PALE, k, fold->train_from, fold->fit_to, "fitted");
        draw_span(&chart, TR_MARK_OUTLINED, k, fold->fit_to, fold->reference_from, "left out");
        draw_span(&chart, TR_MARK_HATCHED, k, fold->reference_from, fold->train_to, "reference");
        draw_span(&chart, TR_MARK_OUTLINED, k, fold->train_to, fold->test_from, "left out");
        draw_span(&chart, TR_MARK_BAR, k, fold->test_from, fold->test_to, "tested");
    }
    tr_chart_end(&chart);
    tr_chart_keys(page, 4, marks, texts);
    tr_html_close(page, "figure");
}

static void date_cell(struct tr_html *page, tr_time_ms time)
{
    char date[TR_TIME_TEXT];

    tr_view_date(time, date);
    tr_html_cell(page, "%s", date);
}

static void fit_cells(struct tr_html *page, const struct tr_run *run, size_t k)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_walk_fit *fit = &run->wf.walk.fit[side][k];

        if (!run->recipe.side[side])
            tr_html_cell(page, "not run");
        else if (fit->trained)
            tr_html_cell(page, "%zu rows, worth %s", fit->fit_rows, tr_figure_number(fit->fit_n, 0).text);
        else
            tr_html_cell(page, "no model: %s", fit->reason);
    }
}

static void plan_text(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_walkforward *wf = &run->wf;

    tr_html_element(page, "p",
                    "Each model learns from %.4g days, then %.4g days are left out, then it is tested on the next %.4g "
                    "days, which no part of it has seen; the next fold starts %.4g days later.",
                    days(wf->train_ms), days(wf->gap_ms), run->recipe.plan.test_days, run->recipe.plan.advance_days);
    if (wf->gap_lengthened)
        tr_html_element(page, "p.note",
                        "The gap is longer than purge plus embargo as set, because labels reach further ahead here.");
    if (wf->train_lengthened)
        tr_html_element(page, "p.note",
                        "The training window is longer than set, to hold %zu bars (walkforward.exact_days keeps it).",
                        run->recipe.plan.min_train_bars);
}

void tr_report_folds(const struct tr_run *run, struct tr_html *page)
{
    const struct tr_walkforward *wf = &run->wf;

    plan_text(run, page);
    if (!wf->n_folds) {
        tr_html_element(page, "p", "The series is too short for a single fold: nothing was tested.");
        return;
    }
    draw_timeline(wf, page);
    tr_html_table(page, "Windows of the folds, and the rows each model was fitted on",
                  "<fold|<fit from|<fit to|<reference from|<reference to|<test from|<test to|<long|<short");
    for (size_t k = 0; k < wf->n_folds; k++) {
        const struct tr_fold *fold = &wf->folds[k];
        const tr_time_ms times[] = {fold->train_from, fold->fit_to,    fold->reference_from,
                                    fold->train_to,   fold->test_from, fold->test_to};

        tr_html_cell(page, "%zu", k + 1);
        for (size_t i = 0; i < sizeof times / sizeof *times; i++)
            date_cell(page, times[i]);
        fit_cells(page, run, k);
    }
    tr_html_table_end(page);
}

static struct tr_figure hits(const struct tr_head_score *s)
{
    struct tr_figure text = {"-"};

    if (s->signals_closed)
        snprintf(text.text, sizeof text.text, "%zu of %zu", s->signals_tp1, s->signals_closed);
    return text;
}

static void score_cells(struct tr_html *page, const struct tr_head_score *s)
{
    tr_html_cell(page, "%zu", s->rows);
    tr_html_cell(page, "%s", tr_figure_number(s->n, 0).text);
    tr_html_cell(page, "%s", tr_figure_percent(s->base_rate, 1).text);
    tr_html_cell(page, "%s", tr_figure_number(s->auc.auc, 3).text);
    tr_html_cell(page, "%s", tr_figure_interval(s->auc.interval, 3).text);
    tr_html_cell(page, "%s", tr_figure_number(s->log_loss, 4).text);
    tr_html_cell(page, "%s", tr_figure_number(s->base_log_loss, 4).text);
    tr_html_cell(page, "%s", tr_figure_number(s->brier, 4).text);
    tr_html_cell(page, "%s", tr_figure_percent(s->calibration_error, 1).text);
    tr_html_cell(page, "%s", tr_figure_rate(s->top_rate, s->top_interval, 1).text);
    tr_html_cell(page, "%zu", s->signals);
    tr_html_cell(page, "%s", hits(s).text);
}

static double middle(const struct tr_fold *fold)
{
    return ((double)fold->test_from + (double)fold->test_to) / 2;
}

static void widen(struct tr_interval *range, double value)
{
    if (isfinite(value))
        *range = (struct tr_interval){fmin(range->lower, value), fmax(range->upper, value)};
}

/* One measure over the test blocks: [n_folds] values with intervals, what it is held against, and the same of all
 * folds together. */
struct measure {
    const char *title, *description, *label;
    enum tr_axis_kind kind;
    int digits;
    const double *value, *against;
    const struct tr_interval *interval;
    struct tr_interval total;
    const char *key[3]; /* of the dots, of what they are held against, of the band */
    enum tr_mark against_mark;
};

static struct tr_axis measure_axis(const struct measure *m, size_t n)
{
    struct tr_interval range = {(double)INFINITY, -(double)INFINITY};
    struct tr_axis axis;

    for (size_t k = 0; k < n; k++) {
        widen(&range, m->value[k]);
        widen(&range, m->against[k]);
        widen(&range, m->interval[k].lower);
        widen(&range, m->interval[k].upper);
    }
    widen(&range, m->total.lower);
    widen(&range, m->total.upper);
    axis = tr_axis_nice(m->kind, range.lower, range.upper, 5);
    axis.label = m->label;
    return axis;
}

static struct tr_figure measure_figure(const struct measure *m, double value, struct tr_interval interval)
{
    struct tr_figure text;

    if (m->kind == TR_AXIS_PERCENT)
        return tr_figure_rate(value, interval, m->digits);
    snprintf(text.text, sizeof text.text, "%.40s %.80s", tr_figure_number(value, m->digits).text,
             tr_figure_interval(interval, m->digits).text);
    return text;
}

static void draw_measure(const struct tr_walkforward *wf, const struct measure *m, struct tr_html *page)
{
    const enum tr_mark marks[] = {TR_MARK_DOT, m->against_mark, TR_MARK_PALE};
    struct tr_chart_frame frame = {m->title, m->description, tr_report_width(wf->n_folds), 250, 0};
    struct tr_axis x = tr_axis_dates(wf->folds[0].test_from, wf->folds[wf->n_folds - 1].test_to, 4);
    struct tr_axis y = measure_axis(m, wf->n_folds);
    const double wide[2] = {x.from, x.to}, band[2] = {m->total.lower, m->total.upper};
    const double level[2] = {m->against[0], m->against[0]};
    struct tr_chart chart;

    tr_chart_begin(&chart, page, &frame, &x, &y);
    tr_chart_bar(&chart, TR_MARK_PALE, wide, band, NULL);
    if (m->against_mark == TR_MARK_GUIDE)
        tr_chart_line(&chart, TR_MARK_GUIDE, 2, wide, level);
    for (size_t k = 0; k < wf->n_folds; k++) {
        double at = middle(&wf->folds[k]);
        char date[TR_TIME_TEXT], tip[256];

        tr_view_date(wf->folds[k].test_from, date);
        snprintf(tip, sizeof tip, "from %s: %.160s", date, measure_figure(m, m->value[k], m->interval[k]).text);
        tr_chart_whisker(&chart, at, m->interval[k].lower, m->interval[k].upper);
        if (m->against_mark != TR_MARK_GUIDE && isfinite(m->value[k]))
            tr_chart_point(&chart, m->against_mark, at, m->against[k], NULL);
        tr_chart_point(&chart, TR_MARK_DOT, at, m->value[k], tip);
    }
    tr_chart_end(&chart);
    tr_chart_keys(page, 3, marks, m->key);
    tr_html_close(page, "figure");
}

/* One side's AUC, block by block. numbers [2 n] and intervals [n] are scratch. */
static void draw_auc(const struct tr_walkforward *wf, enum tr_side side, struct tr_html *page, double *numbers,
                     struct tr_interval *intervals)
{
    size_t n = wf->n_folds;
    char title[96];
    struct measure auc = {.title = title,
                          .description = "A dot with its 95 % interval for each test block.",
                          .label = "AUC",
                          .kind = TR_AXIS_NUMBER,
                          .digits = 3,
                          .value = numbers,
                          .against = numbers + n,
                          .interval = intervals,
                          .total = wf->total[side].auc.interval,
                          .key = {"AUC, 95 % interval", "0.5: nothing known", "all blocks together"},
                          .against_mark = TR_MARK_GUIDE};

    snprintf(title, sizeof title, "%s: area under the ROC curve", tr_report_side(side));
    for (size_t k = 0; k < n; k++) {
        numbers[k] = wf->score[side][k].auc.auc;
        numbers[n + k] = 0.5;
        intervals[k] = wf->score[side][k].auc.interval;
    }
    draw_measure(wf, &auc, page);
}

/* How the top fifth of ranks fared against all bars; scratch as above. */
static void draw_top(const struct tr_walkforward *wf, enum tr_side side, struct tr_html *page, double *numbers,
                     struct tr_interval *intervals)
{
    size_t n = wf->n_folds;
    char title[96];
    struct measure top = {
        .title = title,
        .description = "A dot with its 95 % interval for each test block, and a stroke for the rate of all bars.",
        .label = "target 1 before the stop",
        .kind = TR_AXIS_PERCENT,
        .digits = 1,
        .value = numbers,
        .against = numbers + n,
        .interval = intervals,
        .total = wf->total[side].top_interval,
        .key = {"top fifth, 95 % interval", "b: all bars", "top fifth, all blocks"},
        .against_mark = TR_MARK_DASH};

    snprintf(title, sizeof title, "%s: the top fifth of ranks against all bars", tr_report_side(side));
    for (size_t k = 0; k < n; k++) {
        numbers[k] = wf->score[side][k].top_rate;
        numbers[n + k] = wf->score[side][k].rows ? wf->score[side][k].base_rate : (double)NAN;
        intervals[k] = wf->score[side][k].top_interval;
    }
    draw_measure(wf, &top, page);
}

static void draw_scores(const struct tr_run *run, enum tr_side side, struct tr_html *page)
{
    double *numbers = tr_alloc(2 * run->wf.n_folds, sizeof *numbers);
    struct tr_interval *intervals = tr_alloc(run->wf.n_folds, sizeof *intervals);

    tr_html_open(page, tr_report_width(run->wf.n_folds) > TR_CHART_HALF ? "div" : "div.row");
    if (numbers && intervals) {
        draw_auc(&run->wf, side, page, numbers, intervals);
        draw_top(&run->wf, side, page, numbers, intervals);
    } else {
        page->out->failed = true;
    }
    tr_html_close(page, "div");
    tr_free(numbers);
    tr_free(intervals);
}

static void verdict(const struct tr_head_score *s, struct tr_html *page)
{
    if (isnan(s->auc.p_value)) {
        tr_html_element(page, "p", "No judgement is possible: too little was tested.");
        return;
    }
    tr_html_element(page, "p",
                    "%s AUC above 0.5: one-sided p-value %s. Gross gain added per unit of rank: %s ATR, 90 %% interval "
                    "%s. A claim needs a p-value under 0.05 and that interval above 0.",
                    tr_head_score_claims_edge(s) ? "An edge is claimed." : "No edge is shown.",
                    tr_figure_p_value(s->auc.p_value).text, tr_figure_signed(s->gain_slope, 2).text,
                    isnan(s->gain_interval.lower) ? "not known (too little time)"
                                                  : tr_figure_interval(s->gain_interval, 2).text);
    if (s->log_loss > s->base_log_loss)
        tr_html_element(page, "p.note",
                        "As a number p did worse than plain b: log loss %s against %s. Only the order of the ranks can "
                        "tell something here.",
                        tr_figure_number(s->log_loss, 4).text, tr_figure_number(s->base_log_loss, 4).text);
}

static void members_table(const struct tr_walkforward *wf, enum tr_side side, struct tr_html *page)
{
    char caption[96];

    if (!wf->members)
        return;
    snprintf(caption, sizeof caption, "%s: the members beside the ensemble, on the label they learn",
             tr_report_side(side));
    tr_html_table(page, caption, "<member|rows|AUC|log loss|trees");
    for (size_t m = 0; m < wf->members; m++) {
        const struct tr_member_score *score = &wf->member[side][m];
        double trees = m + 1 < wf->members ? score->mean_trees : (double)NAN; /* the last is the ensemble */

        tr_html_cell(page, "%s", score->name);
        tr_html_cell(page, "%zu", score->rows);
        tr_html_cell(page, "%s", tr_figure_number(score->auc, 3).text);
        tr_html_cell(page, "%s", tr_figure_number(score->log_loss, 4).text);
        tr_html_cell(page, "%s", tr_figure_number(trees, 0).text);
    }
    tr_html_table_end(page);
}

static void report_side(const struct tr_run *run, enum tr_side side, struct tr_html *page)
{
    const struct tr_walkforward *wf = &run->wf;
    char caption[80], date[TR_TIME_TEXT];

    tr_html_element(page, "h3", "%s", tr_report_side(side));
    verdict(&wf->total[side], page);
    snprintf(caption, sizeof caption, "%s: scores out of sample, one row a test block", tr_report_side(side));
    tr_html_table(
        page, caption,
        "<test from|rows|eff. n|b|AUC|95 % interval|log loss|of b|Brier|calib. error|top fifth|signals|target 1");
    for (size_t k = 0; k < wf->n_folds; k++) {
        tr_view_date(wf->folds[k].test_from, date);
        tr_html_cell(page, "%s%s", date, wf->walk.fit[side][k].trained ? "" : " no model");
        score_cells(page, &wf->score[side][k]);
    }
    tr_html_cell(page, "all");
    score_cells(page, &wf->total[side]);
    tr_html_table_end(page);
    members_table(wf, side, page);
    draw_scores(run, side, page);
}

void tr_report_scores(const struct tr_run *run, struct tr_html *page)
{
    if (!run->wf.n_folds) {
        tr_html_element(page, "p", "No fold, no score: nothing can be said about out-of-sample results.");
        return;
    }
    tr_html_element(
        page, "p",
        "The event is target 1 (%.3g ATR) before the stop (%.3g ATR) within the ladder's horizon; b is its "
        "rate among all bars, what a random entry has. The log loss beats that of b only where p knows more "
        "than b. \"target 1\" counts the closed signals that reached it.",
        run->recipe.gate.ladder.target_atr[0], run->recipe.gate.ladder.stop_atr);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (run->recipe.side[side])
            report_side(run, (enum tr_side)side, page);
    }
}
