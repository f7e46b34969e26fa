#include "app/usecase/newest.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum tr_status fit_newest(const struct tr_study *study, const struct tr_recipe *recipe,
                                 const struct tr_world *world, struct tr_newest *out, struct tr_error *err)
{
    struct tr_walk_input input = {
        .set = &study->set,
        .folds = &out->fold,
        .n_folds = 1,
        .plan = &recipe->ensemble,
        .tail = recipe->tail,
        .seed = recipe->seed,
        .min_share = recipe->min_share,
        .min_fit_rows = recipe->min_fit_rows,
        .keep_models = true,
        .importance = recipe->importance,
        .pool = world->pool,
        .progress = world->progress,
    };

    out->fold = tr_plan_newest(&recipe->plan, tr_study_first_ready(study), out->time);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (recipe->side[side])
            input.target[side] = study->target[side];
    }
    return tr_walk_run(&input, &out->walk, err);
}

/* The side's evidence about the newest bar, from the newest matured rows (or the model's own reference part). */
static enum tr_status weigh(const struct tr_study *study, const struct tr_recipe *recipe,
                            const struct tr_walkforward *wf, enum tr_side side, struct tr_newest *out,
                            struct tr_evidence *evidence, struct tr_error *err)
{
    const struct tr_ladder_labels *ladder = &study->ladder[side];
    struct tr_rolling_outcomes outcomes = {ladder->tp1, ladder->tp1_bars, ladder->gain_atr};
    struct tr_calibration *calibration = NULL;
    size_t row = study->bars.n - 1;
    tr_time_ms closed = out->time + recipe->plan.bar_ms;
    struct tr_rolling_query query = {&study->bars, &wf->walk,    side, &outcomes, wf->n_folds, &out->walk.fit[side][0],
                                     closed,       study->regime};
    enum tr_status status;

    status = tr_rolling_calibration(&recipe->rolling, &query, &calibration, &out->from_reference[side], err);
    if (status != TR_OK)
        return status;
    out->calibrated[side] = true;
    out->calibration[side] = *tr_calibration_facts(calibration);
    status =
        tr_replay_evidence(calibration, out->walk.score[side][row], out->walk.rank[side][row], true, evidence, err);
    out->set[side] = tr_calibration_set(calibration, out->walk.rank[side][row], study->regime[row]);
    tr_calibration_destroy(calibration);
    return status;
}

/* A signal of the replay that is still open at the newest bar blocks another one of its side. */
static void find_active(const struct tr_walkforward *wf, size_t row, bool active[TR_SIDE_COUNT])
{
    for (size_t i = 0; i < wf->replay.n_signals; i++) {
        const struct tr_replay_signal *s = &wf->replay.signals[i];

        if (s->row < row && s->outcome.reason == TR_EXIT_OPEN)
            active[s->signal.side] = true;
    }
}

enum tr_status tr_newest_decide(const struct tr_study *study, const struct tr_recipe *recipe,
                                const struct tr_walkforward *wf, const bool active[TR_SIDE_COUNT],
                                const struct tr_world *world, struct tr_newest *out, struct tr_error *err)
{
    struct tr_candidate candidate[TR_SIDE_COUNT];
    bool blocked[TR_SIDE_COUNT];
    size_t row = study->bars.n - 1;
    enum tr_status status;

    memset(out, 0, sizeof *out);
    out->signal = -1;
    memcpy(out->side, recipe->side, sizeof out->side);
    if (!study->bars.n)
        return tr_error_set(err, TR_NOT_FOUND, "no bars to decide on");
    out->time = study->bars.time[row];
    status = fit_newest(study, recipe, world, out, err);
    for (int side = 0; side < TR_SIDE_COUNT && status == TR_OK; side++) {
        bool trained = recipe->side[side] && out->walk.fit[side][0].trained;
        struct tr_evidence evidence;

        if (trained)
            status = weigh(study, recipe, wf, (enum tr_side)side, out, &evidence, err);
        else
            status = tr_replay_evidence(NULL, (double)NAN, (double)NAN, false, &evidence, err);
        if (status == TR_OK && trained && study->set.ready[row])
            status = tr_explain(&out->walk.fit[side][0].model, &study->set.inputs, row, &out->explanation[side], err);
        if (status == TR_OK)
            candidate[side] = tr_replay_candidate(study, recipe, row, (enum tr_side)side, &evidence, trained);
    }
    if (status != TR_OK)
        return status;
    memcpy(blocked, active, sizeof blocked);
    find_active(wf, row, blocked);
    tr_gate_decide(&recipe->gate, candidate, &recipe->limits, blocked, out->decision);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (out->decision[side].stage == TR_STAGE_SIGNAL)
            out->signal = side;
    }
    return TR_OK;
}

void tr_newest_finish(struct tr_newest *newest)
{
    tr_walk_finish(&newest->walk);
    memset(newest, 0, sizeof *newest);
}

void tr_newest_side_reason(const struct tr_newest *newest, enum tr_side side, char *out, size_t size)
{
    const struct tr_walk_fit *fit = &newest->walk.fit[side][0];

    if (newest->decision[side].stage == TR_STAGE_NO_MODEL && !fit->trained)
        snprintf(out, size, "no model: %s", fit->reason);
    else
        tr_decision_text(&newest->decision[side], out, size);
}

void tr_newest_reason(const struct tr_newest *newest, char *out, size_t size)
{
    out[0] = '\0';
    if (newest->signal >= 0)
        return;
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        char text[160];
        size_t len = strlen(out);

        if (!newest->side[side])
            continue;
        tr_newest_side_reason(newest, (enum tr_side)side, text, sizeof text);
        snprintf(out + len, size - len, "%s%s: %s", len ? "; " : "", tr_side_name((enum tr_side)side), text);
    }
}
