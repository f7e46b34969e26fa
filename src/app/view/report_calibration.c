#include "app/view/conformal_view.h"
#include "app/view/figure.h"
#include "app/view/html_chart.h"
#include "app/view/report_section.h"
#include "app/view/walkforward_view.h"

#include <math.h>
#include <stdio.h>

static void facts_text(const struct tr_run *run, enum tr_side side, struct tr_html *page)
{
    const struct tr_calibration_facts *f = &run->newest.calibration[side];
    const struct tr_interval base = {f->base_lower, f->base_upper};

    if (!run->newest.calibrated[side]) {
        tr_html_element(page, "p", "Nothing to calibrate on, since no model could be trained.");
        return;
    }
    tr_html_element(page, "p", "The newest decision rests on %zu rows from %s, worth %s independent ones: b = %s.",
                    f->rows,
                    run->newest.from_reference[side] ? "the model's own reference part" : "earlier test blocks",
                    tr_figure_number(f->n, 0).text, tr_figure_rate(f->base_rate, base, 1).text);
    if (f->proven_any)
        tr_html_element(page, "p", "Proven from rank %s up.", tr_figure_number(f->proven_threshold, 3).text);
    else
        tr_html_element(page, "p", "No threshold is proven.");
}

/* The same range on both axes, so that the diagonal is one. */
static struct tr_axis diagonal_axis(const struct tr_reliability *r, double base_rate)
{
    double low = isfinite(base_rate) ? base_rate : 0.5, high = low;

    for (size_t i = 0; i < r->bins; i++) {
        low = fmin(low, fmin(r->bin[i].mean_p, r->bin[i].interval.lower));
        high = fmax(high, fmax(r->bin[i].mean_p, r->bin[i].interval.upper));
    }
    return tr_axis_nice(TR_AXIS_PERCENT, low, high, 5);
}

static void draw_reliability(const struct tr_run *run, enum tr_side side, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_DOT, TR_MARK_GUIDE};
    static const char *const texts[] = {"a tenth of the bars, 95 % interval", "as said, so it happened"};
    const struct tr_reliability *r = &run->wf.reliability[side];
    struct tr_axis x = diagonal_axis(r, run->wf.total[side].base_rate), y = x;
    const double ends[2] = {x.from, x.to};
    char title[64], tip[160];
    struct tr_chart_frame frame = {title,
                                   "What p said against how often it happened, a dot with its 95 % interval for "
                                   "each tenth of the bars. The table beside it has the numbers.",
                                   TR_CHART_HALF, 420, 0};
    struct tr_chart chart;

    snprintf(title, sizeof title, "%s: reliability of p", tr_report_side(side));
    x.label = "what p said";
    y.label = "what happened";
    tr_chart_begin(&chart, page, &frame, &x, &y);
    tr_chart_line(&chart, TR_MARK_GUIDE, 2, ends, ends);
    for (size_t i = 0; i < r->bins; i++) {
        const struct tr_reliability_bin *bin = &r->bin[i];

        snprintf(tip, sizeof tip, "said %.20s, happened %.60s", tr_figure_percent(bin->mean_p, 1).text,
                 tr_figure_rate(bin->rate, bin->interval, 1).text);
        tr_chart_whisker(&chart, bin->mean_p, bin->interval.lower, bin->interval.upper);
        tr_chart_point(&chart, TR_MARK_DOT, bin->mean_p, bin->rate, tip);
    }
    tr_chart_end(&chart);
    tr_chart_keys(page, 2, marks, texts);
    tr_html_close(page, "figure");
}

static void reliability_table(const struct tr_run *run, enum tr_side side, struct tr_html *page)
{
    const struct tr_reliability *r = &run->wf.reliability[side];
    char caption[80];

    snprintf(caption, sizeof caption, "%s, out of sample, by tenths of the bars", tr_report_side(side));
    tr_html_table(page, caption, "<said p|happened|95 % interval|eff. n");
    for (size_t i = 0; i < r->bins; i++) {
        const struct tr_reliability_bin *bin = &r->bin[i];
        const struct tr_interval percent = {bin->interval.lower * 100, bin->interval.upper * 100};

        tr_html_cell(page, "%s", tr_figure_percent(bin->mean_p, 1).text);
        tr_html_cell(page, "%s", tr_figure_percent(bin->rate, 1).text);
        tr_html_cell(page, "%s", tr_figure_interval(percent, 1).text);
        tr_html_cell(page, "%s", tr_figure_number(bin->n, 0).text);
    }
    tr_html_table_end(page);
}

/* One test block: the mean of p, of b, and the event's rate, over the rows whose p was known at the time. */
struct block {
    size_t rows;
    double said, base, happened;
    struct tr_interval interval;
};

static struct block measure_block(const struct tr_run *run, enum tr_side side, size_t fold)
{
    const struct tr_walkforward *wf = &run->wf;
    const struct tr_head_score *score = &wf->score[side][fold];
    struct block block = {0};
    double n;

    for (size_t row = 0; row < run->study.bars.n; row++) {
        double p = wf->replay.confidence[side][row];

        if (wf->walk.fold[row] != (int)fold || isnan(p) || run->study.ladder[side].tp1[row] < 0)
            continue;
        block.rows++;
        block.said += p;
        block.base += wf->replay.base_rate[side][row];
        block.happened += run->study.ladder[side].tp1[row];
    }
    n = (double)block.rows;
    block.said /= n;
    block.base /= n;
    block.happened /= n;
    if (block.rows) /* its share of the fold's effective count */
        n *= score->n / (double)score->rows;
    block.interval = tr_rate_interval(block.happened * n, n, 0.05);
    return block;
}

static struct tr_axis blocks_axis(const struct tr_run *run, enum tr_side side)
{
    double low = (double)INFINITY, high = -(double)INFINITY;

    for (size_t k = 0; k < run->wf.n_folds; k++) {
        struct block block = measure_block(run, side, k);

        if (!block.rows)
            continue;
        low = fmin(low, fmin(block.interval.lower, block.said));
        high = fmax(high, fmax(block.interval.upper, block.said));
    }
    return tr_axis_nice(TR_AXIS_PERCENT, low, high, 5);
}

static void draw_over_time(const struct tr_run *run, enum tr_side side, struct tr_html *page)
{
    static const enum tr_mark marks[] = {TR_MARK_DOT, TR_MARK_RING, TR_MARK_DASH};
    static const char *const texts[] = {"happened, 95 % interval", "p said, on average", "b, as known then"};
    const struct tr_walkforward *wf = &run->wf;
    char title[80], date[TR_TIME_TEXT], tip[192];
    struct tr_chart_frame frame = {title,
                                   "For each test block how often target 1 came before the stop, with its 95 % "
                                   "interval, beside the mean of p and of b.",
                                   tr_report_width(wf->n_folds), 250, 0};
    struct tr_axis x = tr_axis_dates(wf->folds[0].test_from, wf->folds[wf->n_folds - 1].test_to, 4);
    struct tr_axis y = blocks_axis(run, side);
    struct tr_chart chart;

    snprintf(title, sizeof title, "%s: calibration over time", tr_report_side(side));
    y.label = "target 1 before the stop";
    tr_chart_begin(&chart, page, &frame, &x, &y);
    for (size_t k = 0; k < wf->n_folds; k++) {
        const struct tr_fold *fold = &wf->folds[k];
        struct block block = measure_block(run, side, k);
        double length = (double)(fold->test_to - fold->test_from), at = (double)fold->test_from + length / 2;

        if (!block.rows)
            continue;
        tr_view_date(fold->test_from, date);
        snprintf(tip, sizeof tip, "from %s: happened %.60s, p said %.20s, b %.20s", date,
                 tr_figure_rate(block.happened, block.interval, 1).text, tr_figure_percent(block.said, 1).text,
                 tr_figure_percent(block.base, 1).text);
        tr_chart_whisker(&chart, at, block.interval.lower, block.interval.upper);
        tr_chart_point(&chart, TR_MARK_DASH, at, block.base, NULL);
        tr_chart_point(&chart, TR_MARK_DOT, at, block.happened, tip);
        tr_chart_point(&chart, TR_MARK_RING, at + length / 4, block.said, tip);
    }
    tr_chart_end(&chart);
    tr_chart_keys(page, 3, marks, texts);
    tr_html_close(page, "figure");
}

static void conformal_row(const char *name, struct tr_coverage_rate rate, struct tr_html *page)
{
    const struct tr_interval percent = {rate.interval.lower * 100, rate.interval.upper * 100};

    if (!rate.rows)
        return;
    tr_html_cell(page, "%s", name);
    tr_html_cell(page, "%zu", rate.rows);
    tr_html_cell(page, "%s", tr_figure_percent(rate.rate, 1).text);
    tr_html_cell(page, "%s", tr_figure_interval(percent, 1).text);
}

static void conformal_table(const struct tr_run *run, enum tr_side side, struct tr_html *page)
{
    const struct tr_coverage *c = &run->wf.replay.coverage[side];
    double u = tr_view_uniqueness(run, side);
    char text[96];

    snprintf(text, sizeof text, "%s: conformal sets by %s, meant to hold %.4g %% of outcomes", tr_report_side(side),
             tr_view_set_kind(run->recipe.rolling.calibration.sets),
             100 * (1 - run->recipe.rolling.calibration.miscoverage));
    tr_html_table(page, text, "<bars|with outcome|in the set|95 % interval");
    conformal_row("all", tr_coverage_overall(c, u), page);
    conformal_row("target 1 reached", tr_coverage_of_outcome(c, true, u), page);
    conformal_row("target 1 not reached", tr_coverage_of_outcome(c, false, u), page);
    for (size_t regime = 0; regime < TR_RECIPE_REGIMES; regime++) {
        snprintf(text, sizeof text, "volatility %s", tr_view_regime(regime));
        conformal_row(text, tr_coverage_of_regime(c, regime, u), page);
    }
    tr_html_table_end(page);
}

static void conformal_facts(const struct tr_run *run, enum tr_side side, struct tr_html *page)
{
    const struct tr_coverage *c = &run->wf.replay.coverage[side];
    double u = tr_view_uniqueness(run, side);
    struct tr_coverage_rate alone = tr_coverage_tp1(c, TR_SET_TP1, u);
    char newest[96];

    if (!tr_coverage_overall(c, u).rows)
        return;
    conformal_table(run, side, page);
    tr_html_element(page, "p",
                    "Both outcomes in %zu sets, neither in %zu, only no target 1 in %zu, only target 1 in %zu.",
                    tr_coverage_sets(c, TR_SET_BOTH), tr_coverage_sets(c, TR_SET_EMPTY),
                    tr_coverage_sets(c, TR_SET_NOT_TP1), tr_coverage_sets(c, TR_SET_TP1));
    if (alone.rows)
        tr_html_element(
            page, "p",
            "Where a set held only target 1 it was reached in %s, of all bars in %s. The share that is meant "
            "is one of all sets together: it says nothing of those that hold only target 1.",
            tr_figure_rate(alone.rate, alone.interval, 1).text,
            tr_figure_percent(tr_coverage_tp1(c, TR_SET_COUNT, u).rate, 1).text);
    tr_view_set_text(run, side, newest, sizeof newest);
    if (newest[0])
        tr_html_element(page, "p", "The newest bar's %s.", newest);
}

static void report_side(const struct tr_run *run, enum tr_side side, struct tr_html *page)
{
    tr_html_element(page, "h3", "%s", tr_report_side(side));
    facts_text(run, side, page);
    if (!run->wf.reliability[side].bins)
        return;
    tr_html_open(page, "div.row");
    draw_reliability(run, side, page);
    tr_html_open(page, "div");
    reliability_table(run, side, page);
    tr_html_close(page, "div");
    tr_html_close(page, "div");
    draw_over_time(run, side, page);
    conformal_facts(run, side, page);
}

void tr_report_calibration(const struct tr_run *run, struct tr_html *page)
{
    tr_html_element(page, "p",
                    "p is good as a number where the dots lie on the diagonal, and useful where they also spread along "
                    "it. An interval that meets the diagonal does not contradict p.");
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (run->recipe.side[side])
            report_side(run, (enum tr_side)side, page);
    }
}
