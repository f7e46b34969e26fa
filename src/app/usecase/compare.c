#include "app/usecase/compare.h"

#include "app/usecase/study.h"
#include "base/alloc.h"
#include "engine/calibrate/rank.h"
#include "engine/score/classify.h"

#include <math.h>
#include <string.h>

#define DRAWS 1000
#define ALPHA 0.1
#define TOP_RANK 0.8

/* What is worked on: one side's rows with labels, and both models' scores. */
struct rows {
    size_t n;
    size_t *row;
    double *y, *p[2], *loss[2];
    int64_t *time;
};

static enum tr_status rows_init(struct rows *r, size_t n, struct tr_error *err)
{
    memset(r, 0, sizeof *r);
    r->row = tr_alloc(n, sizeof *r->row);
    r->y = tr_alloc(n, sizeof *r->y);
    r->time = tr_alloc(n, sizeof *r->time);
    for (int m = 0; m < 2; m++) {
        r->p[m] = tr_alloc(n, sizeof *r->p[m]);
        r->loss[m] = tr_alloc(n, sizeof *r->loss[m]);
    }
    if (!r->row || !r->y || !r->time || !r->p[0] || !r->p[1] || !r->loss[0] || !r->loss[1])
        return tr_error_nomem(err);
    return TR_OK;
}

static void rows_finish(struct rows *r)
{
    tr_free(r->row);
    tr_free(r->y);
    tr_free(r->time);
    for (int m = 0; m < 2; m++) {
        tr_free(r->p[m]);
        tr_free(r->loss[m]);
    }
}

static void gather(const struct tr_study *study, enum tr_side side, tr_time_ms from, struct rows *r)
{
    for (size_t row = tr_bars_find(&study->bars, from); row < study->bars.n; row++) {
        int8_t label = study->target[side].y[row];

        if (label < 0 || !study->set.ready[row])
            continue;
        r->row[r->n] = row;
        r->time[r->n] = study->bars.time[row];
        r->y[r->n++] = label;
    }
}

/* Log loss of one row, p clipped as tr_log_loss does. */
static double loss_of(double p, double y)
{
    return tr_log_loss(1, &p, &y, NULL);
}

/* Bars in the model's own upper fifth and what their ladder outcomes gained. */
static void measure_top(const struct tr_study *study, enum tr_side side, const struct tr_manifest_head *head,
                        const struct rows *r, const double *p, size_t *count, double *gain)
{
    const struct tr_ladder_labels *ladder = &study->ladder[side];
    double sum = 0.0;

    *count = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (ladder->tp1[r->row[i]] < 0 || tr_rank(head->reference_rows, head->reference, p[i]) < TOP_RANK)
            continue;
        sum += ladder->gain_atr[r->row[i]];
        ++*count;
    }
    *gain = *count ? sum / (double)*count : (double)NAN;
}

static enum tr_status compare_rows(const struct tr_registered model[2], const struct tr_study *study,
                                   const struct tr_recipe *recipe, enum tr_side side, struct rows *r,
                                   struct tr_compare_side *out, struct tr_error *err)
{
    int64_t label_ms = (int64_t)recipe->plan.label_bars * recipe->plan.bar_ms;
    struct tr_bootstrap_options bootstrap = {label_ms > recipe->plan.horizon_ms ? label_ms : recipe->plan.horizon_ms,
                                             DRAWS, recipe->seed, ALPHA};
    enum tr_status status = TR_OK;

    for (int m = 0; m < 2 && status == TR_OK; m++) {
        status = tr_ensemble_predict(&model[m].ensemble[side], &study->set.inputs, r->n, r->row, r->p[m], NULL, err);
        for (size_t i = 0; i < r->n && status == TR_OK; i++)
            r->loss[m][i] = loss_of(r->p[m][i], r->y[i]);
    }
    if (status == TR_OK)
        status = tr_paired_compare(&bootstrap, r->n, r->loss[0], r->loss[1], r->time, &out->loss, err);
    if (status == TR_OK)
        status = tr_auc(r->n, r->p[0], r->y, NULL, &out->auc_a, err);
    if (status == TR_OK)
        status = tr_auc(r->n, r->p[1], r->y, NULL, &out->auc_b, err);
    if (status != TR_OK)
        return status;
    measure_top(study, side, &model[0].manifest.head[side], r, r->p[0], &out->top_rows_a, &out->top_gain_a);
    measure_top(study, side, &model[1].manifest.head[side], r, r->p[1], &out->top_rows_b, &out->top_gain_b);
    return TR_OK;
}

static enum tr_status compare_side(const struct tr_registered model[2], const struct tr_study *study,
                                   const struct tr_recipe *recipe, enum tr_side side, struct tr_compare *out,
                                   struct tr_error *err)
{
    struct tr_compare_side *result = &out->side[side];
    struct rows rows;
    enum tr_status status;

    if (!model[0].ensemble[side].n || !model[1].ensemble[side].n)
        return TR_OK;
    status = rows_init(&rows, study->bars.n, err);
    if (status == TR_OK)
        gather(study, side, out->from, &rows);
    result->rows = rows.n;
    result->possible = rows.n > 0;
    if (status == TR_OK && rows.n)
        status = compare_rows(model, study, recipe, side, &rows, result, err);
    rows_finish(&rows);
    return status;
}

static enum tr_status check(const struct tr_model_record *a, const struct tr_model_record *b, struct tr_error *err)
{
    if (strcmp(a->series.symbol, b->series.symbol) != 0 || strcmp(a->series.exchange, b->series.exchange) != 0 ||
        a->series.timeframe != b->series.timeframe)
        return tr_error_set(err, TR_INVALID, "models %s and %s belong to different series: %s %s and %s %s", a->id,
                            b->id, a->series.symbol, tr_timeframe_name(a->series.timeframe), b->series.symbol,
                            tr_timeframe_name(b->series.timeframe));
    return TR_OK;
}

/* A loss of one label says nothing about a model of another. */
static enum tr_status check_labels(const struct tr_registered model[2], const struct tr_recipe *recipe,
                                   struct tr_compare *out, struct tr_error *err)
{
    const char *a = model[0].manifest.label, *b = model[1].manifest.label;
    char own[TR_MANIFEST_LABEL];

    tr_manifest_label(recipe, own);
    if (strcmp(a, b) != 0)
        return tr_error_set(err, TR_INVALID, "the models learnt different labels (%s; %s): their losses do not compare",
                            a, b);
    if (strcmp(a, own) != 0)
        return tr_error_set(err, TR_INVALID, "the models learnt \"%s\", the settings say \"%s\": set label.* to theirs",
                            a, own);
    memcpy(out->label, own, sizeof own);
    out->imported_a = model[0].manifest.imported;
    out->imported_b = model[1].manifest.imported;
    out->same_data = out->same_data && !out->imported_a && !out->imported_b;
    out->same_recipe = out->same_recipe && !out->imported_a && !out->imported_b;
    return TR_OK;
}

enum tr_status tr_compare_models(struct tr_store *store, const struct tr_model_record *a,
                                 const struct tr_model_record *b, const struct tr_bars *bars,
                                 const struct tr_recipe *recipe, struct tr_compare *out, struct tr_error *err)
{
    struct tr_registered model[2] = {0};
    struct tr_recipe own;
    struct tr_study study = {0};
    enum tr_status status = check(a, b, err);

    memset(out, 0, sizeof *out);
    out->a = *a;
    out->b = *b;
    out->same_data = strcmp(a->data_hash, b->data_hash) == 0;
    out->same_recipe = strcmp(a->recipe_hash, b->recipe_hash) == 0;
    tr_recipe_copy(&own, recipe);
    tr_recipe_fit_to(&own, a->series.timeframe);
    out->from = (a->train_to > b->train_to ? a->train_to : b->train_to) + tr_plan_gap_ms(&own.plan);
    out->to = bars->n ? bars->time[bars->n - 1] + own.plan.bar_ms : 0;
    if (status == TR_OK)
        status = tr_registry_load(store, a, &model[0], err);
    if (status == TR_OK)
        status = tr_registry_load(store, b, &model[1], err);
    if (status == TR_OK)
        status = check_labels(model, &own, out, err);
    if (status == TR_OK)
        status = tr_study_init(&study, &own, bars, err);
    for (int side = 0; side < TR_SIDE_COUNT && status == TR_OK; side++)
        status = compare_side(model, &study, &own, (enum tr_side)side, out, err);
    tr_study_finish(&study);
    tr_registered_finish(&model[1]);
    tr_registered_finish(&model[0]);
    return status;
}
