#include "app/view/walkforward_view.h"

#include "app/view/conformal_view.h"
#include "app/view/figure.h"
#include "app/view/luck_view.h"
#include "app/view/table.h"

#include <math.h>
#include <stdio.h>

static double days(int64_t ms)
{
    return (double)ms / (double)TR_DAY_MS;
}

void tr_view_date(tr_time_ms time, char out[TR_TIME_TEXT])
{
    tr_time_format(time, out);
    out[10] = '\0';
}

void tr_view_interval_json(const char *key, const struct tr_interval *interval, struct tr_json *json)
{
    tr_json_object(json, key);
    tr_json_number(json, "lower", interval->lower);
    tr_json_number(json, "upper", interval->upper);
    tr_json_object_end(json);
}

static void json_plan(const struct tr_run *run, struct tr_json *json)
{
    const struct tr_walkforward *wf = &run->wf;

    tr_json_object(json, "plan");
    tr_json_number(json, "train_days", days(wf->train_ms));
    tr_json_number(json, "purge_days", days(wf->purge_ms));
    tr_json_number(json, "gap_days", days(wf->gap_ms));
    tr_json_number(json, "test_days", run->recipe.plan.test_days);
    tr_json_number(json, "advance_days", run->recipe.plan.advance_days);
    tr_json_bool(json, "gap_lengthened", wf->gap_lengthened);
    tr_json_bool(json, "train_lengthened", wf->train_lengthened);
    tr_json_object_end(json);
}

static void json_score(const struct tr_head_score *s, struct tr_json *json)
{
    tr_json_int(json, "rows", (int64_t)s->rows);
    tr_json_number(json, "effective_n", s->n);
    tr_json_number(json, "base_rate", s->base_rate);
    tr_view_interval_json("base_rate_interval", &s->base_interval, json);
    tr_json_number(json, "auc", s->auc.auc);
    tr_view_interval_json("auc_interval", &s->auc.interval, json);
    tr_json_number(json, "auc_standard_error", s->auc.standard_error);
    tr_json_number(json, "auc_p_value", s->auc.p_value);
    tr_json_number(json, "gain_slope_atr", s->gain_slope);
    tr_view_interval_json("gain_slope_interval_90", &s->gain_interval, json);
    tr_json_number(json, "label_auc", s->label_auc);
    tr_json_number(json, "log_loss", s->log_loss);
    tr_json_number(json, "base_log_loss", s->base_log_loss);
    tr_json_number(json, "brier", s->brier);
    tr_json_number(json, "calibration_error", s->calibration_error);
    tr_json_object(json, "top_fifth");
    tr_json_int(json, "rows", (int64_t)s->top_rows);
    tr_json_number(json, "effective_n", s->top_n);
    tr_json_number(json, "rate", s->top_rate);
    tr_view_interval_json("rate_interval", &s->top_interval, json);
    tr_json_object_end(json);
    tr_json_int(json, "signals", (int64_t)s->signals);
    tr_json_int(json, "signals_closed", (int64_t)s->signals_closed);
    tr_json_int(json, "signals_tp1", (int64_t)s->signals_tp1);
}

static void json_fit(const struct tr_walk_fit *fit, struct tr_json *json)
{
    tr_json_bool(json, "trained", fit->trained);
    tr_json_string(json, "reason", fit->trained ? NULL : fit->reason);
    tr_json_int(json, "fit_rows", (int64_t)fit->fit_rows);
    tr_json_number(json, "fit_effective_n", fit->fit_n);
    tr_json_number(json, "fit_positive", fit->fit_positive);
    tr_json_int(json, "reference_rows", (int64_t)fit->reference_rows);
    tr_json_int(json, "test_rows", (int64_t)fit->test_rows);
    tr_json_int(json, "inputs_used", (int64_t)fit->cols);
    tr_json_int(json, "inputs_dropped", (int64_t)fit->dropped);
}

static void json_fold(const struct tr_run *run, size_t k, struct tr_json *json)
{
    const struct tr_fold *fold = &run->wf.folds[k];

    tr_json_object(json, NULL);
    tr_json_int(json, "number", (int64_t)k + 1);
    tr_json_time(json, "train_from", fold->train_from);
    tr_json_time(json, "fit_to", fold->fit_to);
    tr_json_time(json, "reference_from", fold->reference_from);
    tr_json_time(json, "train_to", fold->train_to);
    tr_json_time(json, "test_from", fold->test_from);
    tr_json_time(json, "test_to", fold->test_to);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (!run->recipe.side[side])
            continue;
        tr_json_object(json, tr_side_name((enum tr_side)side));
        json_fit(&run->wf.walk.fit[side][k], json);
        json_score(&run->wf.score[side][k], json);
        tr_json_object_end(json);
    }
    tr_json_object_end(json);
}

void tr_view_walkforward_json(const struct tr_run *run, struct tr_json *json)
{
    tr_json_object(json, "walkforward");
    json_plan(run, json);
    tr_json_array(json, "folds");
    for (size_t k = 0; k < run->wf.n_folds; k++)
        json_fold(run, k, json);
    tr_json_array_end(json);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (!run->recipe.side[side])
            continue;
        tr_json_object(json, tr_side_name((enum tr_side)side));
        json_score(&run->wf.total[side], json);
        tr_json_bool(json, "claims_edge", run->wf.claims_edge[side]);
        tr_view_members_json(&run->wf, (enum tr_side)side, json);
        tr_json_object_end(json);
    }
    tr_json_object_end(json);
}

static void text_score(struct tr_table *table, const struct tr_head_score *s)
{
    tr_table_cell(table, "%zu", s->rows);
    tr_table_number(table, s->n, 0);
    tr_table_percent(table, s->base_rate, 1);
    tr_table_number(table, s->auc.auc, 3);
    if (isnan(s->auc.interval.lower))
        tr_table_cell(table, "-");
    else
        tr_table_cell(table, "[%.3f, %.3f]", s->auc.interval.lower, s->auc.interval.upper);
    tr_table_number(table, s->log_loss, 4);
    tr_table_number(table, s->base_log_loss, 4);
    tr_table_percent(table, s->top_rate, 1);
    tr_table_cell(table, "%zu", s->signals);
}

/* "+0.12 ATR, 90 % interval [-0.03, +0.27]" */
static void text_gain(const struct tr_head_score *s, struct tr_buf *out)
{
    tr_buf_printf(out, "%s ATR, 90 %% interval ", tr_figure_signed(s->gain_slope, 2).text);
    if (isnan(s->gain_interval.lower))
        tr_buf_text(out, "not known (too little time)");
    else
        tr_buf_printf(out, "[%+.2f, %+.2f]", s->gain_interval.lower, s->gain_interval.upper);
}

static void text_verdict(const struct tr_head_score *s, enum tr_side side, struct tr_buf *out)
{
    bool claims;

    if (isnan(s->auc.p_value)) {
        tr_buf_printf(out, "%s: no judgement possible.\n\n", tr_side_name(side));
        return;
    }
    claims = tr_head_score_claims_edge(s);
    tr_buf_printf(out, "%s: %s", tr_side_name(side), claims ? "an edge is claimed" : "no edge is shown");
    if (claims && s->log_loss > s->base_log_loss)
        tr_buf_printf(out,
                      ", yet p did worse than plain b (log loss %.4f against %.4f):\n"
                      "the order of the ranks tells something, p as a number does not",
                      s->log_loss, s->base_log_loss);
    tr_buf_printf(out,
                  ".\nAUC above 0.5: p-value %.3f, one-sided.\nGross gain added per unit of rank: ", s->auc.p_value);
    text_gain(s, out);
    tr_buf_text(out, ".\nA claim needs a p-value under 0.05 and that interval above 0;\n"
                     "of twenty such lines without any edge one or so will claim it.\n\n");
}

static void text_side(const struct tr_run *run, enum tr_side side, struct tr_buf *out)
{
    char header[160], date[TR_TIME_TEXT];
    const struct tr_walkforward *wf = &run->wf;
    struct tr_table *table;

    snprintf(header, sizeof header, "<%s: test from|rows|eff. n|b|AUC|95 %% interval|log loss|of b|top fifth|signals",
             side == TR_LONG ? "LONG" : "SHORT");
    table = tr_table_create(header);
    for (size_t k = 0; k < wf->n_folds; k++) {
        tr_view_date(wf->folds[k].test_from, date);
        tr_table_cell(table, "%s%s", date, wf->walk.fit[side][k].trained ? "" : " no model");
        text_score(table, &wf->score[side][k]);
    }
    tr_table_cell(table, "all");
    text_score(table, &wf->total[side]);
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_view_members_text(wf, side, out);
    text_verdict(&wf->total[side], side, out);
}

void tr_view_walkforward_text(const struct tr_run *run, struct tr_buf *out)
{
    const struct tr_walkforward *wf = &run->wf;

    tr_buf_printf(out, "WALK-FORWARD: train %.4g d | gap %.4g d | test %.4g d, advance %.4g d; %zu folds\n",
                  days(wf->train_ms), days(wf->gap_ms), run->recipe.plan.test_days, run->recipe.plan.advance_days,
                  wf->n_folds);
    if (wf->gap_lengthened)
        tr_buf_text(out,
                    "The gap is longer than purge plus embargo as set, because labels reach further ahead here.\n");
    if (wf->train_lengthened)
        tr_buf_printf(out,
                      "The training window is longer than set, to hold %zu bars (walkforward.exact_days keeps it).\n",
                      run->recipe.plan.min_train_bars);
    if (!wf->n_folds) {
        tr_buf_text(out,
                    "The series is too short for a single fold: nothing can be said about out-of-sample results.\n\n");
        return;
    }
    tr_buf_text(
        out, "Event: target 1 (1 ATR) before the stop (1.5 ATR) within the ladder's horizon. b: its rate among all\n"
             "bars, what a random entry has. eff. n: overlapping outcomes counted once. top fifth: the event's rate\n"
             "among the bars the model ranked highest. log loss beats \"of b\" only where p knows more than b.\n\n");
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (run->recipe.side[side])
            text_side(run, (enum tr_side)side, out);
    }
}

static void json_steps(const struct tr_ltt *ltt, struct tr_json *json)
{
    tr_json_array(json, "learn_then_test");
    for (size_t i = 0; i < TR_LTT_STEPS; i++) {
        tr_json_object(json, NULL);
        tr_json_number(json, "threshold", ltt->step[i].threshold);
        tr_json_int(json, "rows", (int64_t)ltt->step[i].rows);
        tr_json_number(json, "effective_n", ltt->step[i].n);
        tr_json_number(json, "effective_k", ltt->step[i].k);
        tr_json_number(json, "p_value", ltt->step[i].p_value);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void json_reliability(const struct tr_reliability *table, struct tr_json *json)
{
    tr_json_array(json, "reliability");
    for (size_t i = 0; i < table->bins; i++) {
        tr_json_object(json, NULL);
        tr_json_int(json, "rows", (int64_t)table->bin[i].rows);
        tr_json_number(json, "effective_n", table->bin[i].n);
        tr_json_number(json, "mean_confidence", table->bin[i].mean_p);
        tr_json_number(json, "rate", table->bin[i].rate);
        tr_view_interval_json("rate_interval", &table->bin[i].interval, json);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

void tr_view_calibration_json(const struct tr_run *run, struct tr_json *json)
{
    tr_json_object(json, "calibration");
    tr_json_int(json, "renewals", (int64_t)run->wf.replay.calibrations);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_calibration_facts *f = &run->newest.calibration[side];
        struct tr_interval interval = {f->base_lower, f->base_upper};

        if (!run->newest.calibrated[side]) {
            tr_json_null(json, tr_side_name((enum tr_side)side));
            continue;
        }
        tr_json_object(json, tr_side_name((enum tr_side)side));
        tr_json_string(json, "pool", run->newest.from_reference[side] ? "reference" : "walkforward");
        tr_json_int(json, "rows", (int64_t)f->rows);
        tr_json_number(json, "effective_n", f->n);
        tr_json_number(json, "base_rate", f->base_rate);
        tr_view_interval_json("base_rate_interval", &interval, json);
        tr_json_bool(json, "enough", f->enough);
        tr_json_bool(json, "proven_any", f->proven_any);
        tr_json_number(json, "proven_threshold", f->proven_threshold);
        tr_json_int(json, "renewals", (int64_t)run->wf.replay.calibrations_by_side[side]);
        tr_json_int(json, "renewals_proven", (int64_t)run->wf.replay.calibrations_proven[side]);
        tr_json_number(json, "calibration_error", run->wf.total[side].calibration_error);
        json_steps(&f->ltt, json);
        json_reliability(&run->wf.reliability[side], json);
        tr_view_conformal_json(run, (enum tr_side)side, json);
        tr_json_object_end(json);
    }
    tr_json_object_end(json);
}

static void text_reliability(const struct tr_run *run, enum tr_side side, struct tr_buf *out)
{
    const struct tr_reliability *r = &run->wf.reliability[side];
    struct tr_table *table = tr_table_create("<   said p|happened|95 % interval|eff. n");

    for (size_t i = 0; i < r->bins; i++) {
        tr_table_cell(table, "   %.1f %%", r->bin[i].mean_p * 100);
        tr_table_percent(table, r->bin[i].rate, 1);
        tr_table_cell(table, "[%.1f, %.1f]", r->bin[i].interval.lower * 100, r->bin[i].interval.upper * 100);
        tr_table_number(table, r->bin[i].n, 0);
    }
    if (r->bins)
        tr_table_print(table, out);
    tr_table_destroy(table);
}

void tr_view_calibration_text(const struct tr_run *run, struct tr_buf *out)
{
    if (!run->newest.calibrated[TR_LONG] && !run->newest.calibrated[TR_SHORT]) {
        tr_buf_text(out, "CALIBRATION: nothing to calibrate on, since no model could be trained\n\n");
        return;
    }
    tr_buf_text(out, "CALIBRATION: what p said out of sample, and what happened\n");
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_calibration_facts *f = &run->newest.calibration[side];

        if (!run->newest.calibrated[side])
            continue;
        tr_buf_printf(out, "%s: %zu rows from %s, worth %.0f independent ones;\n  b = %.1f %% [%.1f, %.1f]; ",
                      tr_side_name((enum tr_side)side), f->rows,
                      run->newest.from_reference[side] ? "the model's own reference part" : "earlier test blocks", f->n,
                      f->base_rate * 100, f->base_lower * 100, f->base_upper * 100);
        if (f->proven_any)
            tr_buf_printf(out, "proven from rank %.3f up\n", f->proven_threshold);
        else
            tr_buf_text(out, "no threshold is proven\n");
        text_reliability(run, (enum tr_side)side, out);
        tr_view_conformal_text(run, (enum tr_side)side, out);
    }
    tr_view_conformal_note(run, out);
    tr_buf_text(out, "\n");
}
