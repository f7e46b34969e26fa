#include "app/usecase/study.h"

#include "base/alloc.h"
#include "engine/feature/feature.h"
#include "engine/feature/realized.h"

#include <math.h>
#include <string.h>

static enum tr_status alloc_labels(struct tr_study *study, enum tr_side side, size_t n, struct tr_error *err)
{
    struct tr_barrier_labels *barrier = &study->barrier[side];
    struct tr_ladder_labels *ladder = &study->ladder[side];
    struct tr_target *target = &study->target[side];

    barrier->hit = tr_alloc(n, sizeof *barrier->hit);
    barrier->bars = tr_alloc(n, sizeof *barrier->bars);
    barrier->return_frac = tr_alloc(n, sizeof *barrier->return_frac);
    ladder->tp1 = tr_alloc(n, sizeof *ladder->tp1);
    ladder->tp1_bars = tr_alloc(n, sizeof *ladder->tp1_bars);
    ladder->exit_bars = tr_alloc(n, sizeof *ladder->exit_bars);
    ladder->gain_atr = tr_alloc(n, sizeof *ladder->gain_atr);
    target->y = tr_alloc(n, sizeof *target->y);
    target->span = tr_alloc(n, sizeof *target->span);
    if (!barrier->hit || !barrier->bars || !barrier->return_frac || !ladder->tp1 || !ladder->tp1_bars ||
        !ladder->exit_bars || !ladder->gain_atr || !target->y || !target->span)
        return tr_error_nomem(err);
    return TR_OK;
}

static void label_side(struct tr_study *study, const struct tr_recipe *recipe, enum tr_side side)
{
    size_t n = study->bars.n;
    struct tr_target *target = &study->target[side];

    tr_barrier_label(&study->bars, &recipe->barrier, side, &study->barrier[side]);
    tr_ladder_label(&study->bars, study->atr, &recipe->gate.ladder, side, &study->ladder[side]);
    if (recipe->label_kind == TR_LABEL_LADDER)
        tr_target_from_ladder(n, &study->ladder[side], target->y, target->span);
    else
        tr_target_from_barrier(n, &study->barrier[side], target->y, target->span);
}

static enum tr_status find_regimes(struct tr_study *study, struct tr_error *err)
{
    const double *regime = tr_matrix_column(&study->features, tr_feature_find("vol_regime"));

    study->regime = tr_alloc(study->bars.n, sizeof *study->regime);
    if (!study->regime)
        return tr_error_nomem(err);
    for (size_t i = 0; i < study->bars.n; i++)
        study->regime[i] = isnan(regime[i]) ? TR_RECIPE_REGIMES - 1 : (uint8_t)regime[i];
    return TR_OK;
}

/* How volatile a bar must be for the profit filter to be passable at all, and how often this series is. */
static void measure_filter(struct tr_study *study, const struct tr_recipe *recipe)
{
    double rate = recipe->funding.default_rate / ((double)recipe->funding.default_step_ms / (double)TR_HOUR_MS);
    struct tr_cost cost = tr_cost_expected(&recipe->gate.cost, TR_LONG, rate);
    size_t ready = 0, above = 0;

    study->min_atr_frac = tr_profit_min_atr_frac(&recipe->gate.ladder, &cost, recipe->gate.min_net_frac);
    for (size_t i = 0; i < study->bars.n; i++) {
        if (!study->set.ready[i])
            continue;
        ready++;
        above += study->atr[i] / study->bars.close[i] >= study->min_atr_frac;
    }
    study->share_above_min_atr = ready ? (double)above / (double)ready : 0.0;
}

enum tr_status tr_study_init(struct tr_study *study, const struct tr_recipe *recipe, const struct tr_bars *bars,
                             struct tr_error *err)
{
    enum tr_status status;

    memset(study, 0, sizeof *study);
    study->bars = *bars;
    status = tr_matrix_init(&study->features, bars->n, TR_FEATURE_COLUMNS, err);
    if (status == TR_OK)
        status = tr_feature_compute(&study->bars, &study->features, err);
    if (status == TR_OK)
        status = tr_realized_vol(&study->bars, &recipe->fine,
                                 tr_matrix_column(&study->features, tr_feature_find("realized_vol")), err);
    if (status == TR_OK)
        status = tr_dataset_init(&study->set, &study->bars, &study->features, err);
    if (status == TR_OK)
        status = find_regimes(study, err);
    for (int side = 0; side < TR_SIDE_COUNT && status == TR_OK; side++)
        status = alloc_labels(study, (enum tr_side)side, bars->n, err);
    if (status != TR_OK)
        return status;
    study->atr = tr_matrix_column(&study->features, tr_feature_find("atr_14"));
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        label_side(study, recipe, (enum tr_side)side);
    measure_filter(study, recipe);
    return TR_OK;
}

tr_time_ms tr_study_first_ready(const struct tr_study *study)
{
    for (size_t i = 0; i < study->bars.n; i++) {
        if (study->set.ready[i])
            return study->bars.time[i];
    }
    return study->bars.n ? study->bars.time[study->bars.n - 1] : 0;
}

void tr_study_finish(struct tr_study *study)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        tr_free(study->barrier[side].hit);
        tr_free(study->barrier[side].bars);
        tr_free(study->barrier[side].return_frac);
        tr_free(study->ladder[side].tp1);
        tr_free(study->ladder[side].tp1_bars);
        tr_free(study->ladder[side].exit_bars);
        tr_free(study->ladder[side].gain_atr);
        tr_free(study->target[side].y);
        tr_free(study->target[side].span);
    }
    tr_free(study->regime);
    tr_dataset_finish(&study->set);
    tr_matrix_finish(&study->features);
    memset(study, 0, sizeof *study);
}
