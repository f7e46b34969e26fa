#include "app/usecase/drift.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct tr_drift_options tr_drift_defaults(void)
{
    return (struct tr_drift_options){
        .rule = TR_DRIFT_NOISE, .psi = 0.15, .ks = 0.1, .importance_share = 0.3, .min_days = 30, .min_bars = 400};
}

const char *tr_drift_rule_name(enum tr_drift_rule rule)
{
    return rule == TR_DRIFT_SEED ? "seed" : "noise";
}

const char *tr_drift_verdict_name(enum tr_drift_verdict verdict)
{
    static const char *const names[] = {"stable", "drift", "insufficient_data"};
    return names[verdict];
}

/* What the rule lets a figure reach; own NaN: nothing is known of the window's own blocks. */
static double allowed(double threshold, double own, enum tr_drift_rule rule)
{
    return rule == TR_DRIFT_NOISE && own > threshold ? own : threshold;
}

double tr_drift_excess(const struct tr_drift_figure *f, const struct tr_drift_options *options, enum tr_drift_rule rule)
{
    double psi = f->psi / allowed(options->psi, f->own_psi, rule);
    double ks = f->ks / allowed(options->ks, f->own_ks, rule);
    double most = psi > 0.0 ? psi : 0.0;
    return ks > most ? ks : most;
}

/* The newest ready rows, ascending: as many as the wanted length holds, none older than twice that length. */
static enum tr_status current_rows(const struct tr_study *study, const struct tr_drift_options *options,
                                   struct tr_sample *out, struct tr_error *err)
{
    const struct tr_bars *bars = &study->bars;
    double bar_ms = (double)tr_timeframe_ms(bars->timeframe);
    double days = ceil(options->min_days * (double)TR_DAY_MS / bar_ms);
    size_t wanted = days > (double)options->min_bars ? (size_t)days : options->min_bars;
    tr_time_ms end = bars->n ? bars->time[bars->n - 1] : 0;
    *out = (struct tr_sample){.row = tr_alloc(wanted < bars->n ? wanted : bars->n, sizeof *out->row)};
    if (!out->row)
        return tr_error_nomem(err);
    for (size_t t = bars->n; t-- > 0 && out->n < wanted;) {
        if ((double)(end - bars->time[t]) >= 2.0 * (double)wanted * bar_ms)
            break;
        if (study->set.ready[t])
            out->row[out->n++] = t;
    }
    for (size_t i = 0; i < out->n / 2; i++) {
        size_t other = out->row[out->n - 1 - i];
        out->row[out->n - 1 - i] = out->row[i];
        out->row[i] = other;
    }
    return TR_OK;
}

static enum tr_status fill_figure(const struct tr_drift_shape *shape, size_t n, const double *values,
                                  const struct tr_drift_options *options, struct tr_drift_figure *out,
                                  struct tr_error *err)
{
    enum tr_status status = tr_drift_shape_compare(shape, n, values, &out->psi, &out->ks, err);
    size_t missing = 0;
    if (status != TR_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        missing += isnan(values[i]) ? 1 : 0;
    out->missing = (double)missing / (double)n;
    out->reference_missing = (double)shape->missing / (double)shape->rows;
    out->own_psi = shape->own_psi;
    out->own_ks = shape->own_ks;
    for (int rule = 0; rule < TR_DRIFT_RULES; rule++)
        out->drifted[rule] = out->psi > allowed(options->psi, out->own_psi, (enum tr_drift_rule)rule) ||
                             out->ks > allowed(options->ks, out->own_ks, (enum tr_drift_rule)rule);
    return TR_OK;
}

static enum tr_status compare_inputs(const struct tr_study *study, const struct tr_drift_reference *reference,
                                     const struct tr_sample *now, double *values, struct tr_drift *out,
                                     struct tr_error *err)
{
    enum tr_status status = TR_OK;
    for (size_t i = 0; i < reference->inputs && status == TR_OK; i++) {
        struct tr_drift_column *column = &out->column[out->columns++];
        const double *x = tr_matrix_column(&study->set.inputs, reference->input[i].input);
        column->input = reference->input[i].input;
        for (size_t k = 0; k < now->n; k++)
            values[k] = x[now->row[k]];
        status = fill_figure(&reference->input[i].shape, now->n, values, &out->options, &column->figure, err);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            column->importance[side] = reference->head[side].importance[column->input];
            for (int rule = 0; rule < TR_DRIFT_RULES; rule++)
                out->head[side].share[rule] += column->figure.drifted[rule] ? column->importance[side] : 0.0;
        }
    }
    return status;
}

static enum tr_status compare_scores(const struct tr_study *study, const struct tr_drift_reference *reference,
                                     const struct tr_ensemble *ensemble, const struct tr_sample *now, double *values,
                                     struct tr_drift *out, struct tr_error *err)
{
    enum tr_status status = TR_OK;
    for (int side = 0; side < TR_SIDE_COUNT && status == TR_OK; side++) {
        const struct tr_drift_shape *shape = &reference->head[side].score;
        struct tr_drift_head *head = &out->head[side];
        head->judged = head->trained && shape->rows >= TR_DRIFT_SCORE_ROWS && ensemble[side].n > 0;
        if (!head->judged)
            continue;
        status = tr_ensemble_predict(&ensemble[side], &study->set.inputs, now->n, now->row, values, NULL, err);
        if (status == TR_OK)
            status = fill_figure(shape, now->n, values, &out->options, &head->score, err);
    }
    return status;
}

static void judge(struct tr_drift *out)
{
    for (int rule = 0; rule < TR_DRIFT_RULES; rule++) {
        out->verdict[rule] = TR_DRIFT_STABLE;
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            const struct tr_drift_head *head = &out->head[side];
            if (head->share[rule] >= out->options.importance_share || head->score.drifted[rule])
                out->verdict[rule] = TR_DRIFT_FOUND;
        }
    }
    out->share = fmax(out->head[TR_LONG].share[out->options.rule], out->head[TR_SHORT].share[out->options.rule]);
}

static void explain_too_few(struct tr_drift *out)
{
    if (out->rows < out->options.min_bars)
        snprintf(out->reason, sizeof out->reason, "only %zu of the newest bars are past their warm-up, %zu are needed",
                 out->rows, out->options.min_bars);
    else
        snprintf(out->reason, sizeof out->reason, "the training window holds only %zu rows, %zu are needed",
                 out->reference_rows, out->options.min_bars);
}

/* The column that has drifted furthest among those the head makes use of. */
static const char *worst_name(const struct tr_drift *drift, int side)
{
    const char *name = "";
    double most = 0.0;
    for (size_t i = 0; i < drift->columns; i++) {
        const struct tr_drift_column *c = &drift->column[i];
        double excess = tr_drift_excess(&c->figure, &drift->options, drift->options.rule);
        if (c->importance[side] > 0.0 && excess > most) {
            most = excess;
            name = tr_feature_info(TR_FEATURE_OVERLAYS + c->input)->name;
        }
    }
    return name;
}

/* A head has too few reference scores for them to be compared. */
static bool scores_untold(const struct tr_drift *drift)
{
    bool untold = false;
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        untold = untold || (drift->head[side].trained && !drift->head[side].judged);
    return untold;
}

static void explain(struct tr_drift *out)
{
    enum tr_drift_rule rule = out->options.rule;
    size_t len = 0;
    if (out->verdict[rule] == TR_DRIFT_STABLE)
        snprintf(out->reason, sizeof out->reason,
                 "at most %.1f %% of a head's importance has drifted (drift from %.0f %% on)%s", 100.0 * out->share,
                 100.0 * out->options.importance_share,
                 scores_untold(out) ? "; not all scores could be compared" : "; no scores have drifted");
    if (out->verdict[rule] != TR_DRIFT_FOUND)
        return;
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_drift_head *head = &out->head[side];
        const char *name = tr_side_name((enum tr_side)side), *between = len ? "; " : "";
        if (head->share[rule] >= out->options.importance_share)
            snprintf(out->reason + len, sizeof out->reason - len,
                     "%s%s: %.1f %% of the importance has drifted, furthest %s", between, name,
                     100.0 * head->share[rule], worst_name(out, side));
        len = strlen(out->reason);
        between = len ? "; " : "";
        if (head->score.drifted[rule])
            snprintf(out->reason + len, sizeof out->reason - len, "%s%s: the scores have drifted", between, name);
        len = strlen(out->reason);
    }
}

static void describe(const struct tr_study *study, const struct tr_drift_reference *reference,
                     const struct tr_sample *now, struct tr_drift *out)
{
    out->train_from = reference->from;
    out->train_to = reference->to;
    out->reference_rows = reference->rows;
    out->rows = now->n;
    out->share = (double)NAN;
    for (size_t i = 0; i < now->n; i++) {
        tr_time_ms time = study->bars.time[now->row[i]];
        out->from = i ? out->from : time;
        out->to = time;
        out->rows_trained_on += time >= reference->from && time < reference->to;
    }
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        out->head[side].trained = reference->head[side].trained;
        out->head[side].reference_rows = reference->head[side].score.rows;
    }
}

enum tr_status tr_drift_compare(const struct tr_study *study, const struct tr_drift_reference *reference,
                                const struct tr_ensemble *ensemble, const struct tr_drift_options *options,
                                struct tr_drift *out, struct tr_error *err)
{
    struct tr_sample now;
    double *values = NULL;
    enum tr_status status = current_rows(study, options, &now, err);
    *out = (struct tr_drift){.options = *options};
    if (status != TR_OK)
        return status;
    describe(study, reference, &now, out);
    if (now.n < options->min_bars || reference->rows < options->min_bars) {
        out->verdict[TR_DRIFT_NOISE] = out->verdict[TR_DRIFT_SEED] = TR_DRIFT_TOO_FEW;
        explain_too_few(out);
        goto out;
    }
    values = tr_alloc(now.n, sizeof *values);
    if (!values) {
        status = tr_error_nomem(err);
        goto out;
    }
    status = compare_inputs(study, reference, &now, values, out, err);
    if (status == TR_OK)
        status = compare_scores(study, reference, ensemble, &now, values, out, err);
    judge(out);
    explain(out);
out:
    tr_free(values);
    tr_sample_finish(&now);
    return status;
}

void tr_drift_order(const struct tr_drift *drift, size_t *order)
{
    double excess[TR_FEATURE_INPUTS];
    for (size_t i = 0; i < drift->columns; i++) {
        size_t at = i;
        excess[i] = tr_drift_excess(&drift->column[i].figure, &drift->options, drift->options.rule);
        while (at > 0 && excess[order[at - 1]] < excess[i]) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}
