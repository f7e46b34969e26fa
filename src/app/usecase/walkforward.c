#include "app/usecase/walkforward.h"

#include "app/usecase/resume.h"
#include "base/alloc.h"

#include <string.h>

enum tr_status tr_walkforward_plan(const struct tr_study *study, const struct tr_recipe *recipe,
                                   struct tr_walkforward *out, struct tr_error *err)
{
    const struct tr_plan_options *plan = &recipe->plan;
    size_t n = study->bars.n;
    tr_time_ms end = n ? study->bars.time[n - 1] + plan->bar_ms : 0;
    enum tr_status status;

    memset(out, 0, sizeof *out);
    out->gap_ms = tr_plan_gap_ms(plan);
    out->purge_ms = tr_plan_purge_ms(plan);
    out->train_ms = tr_plan_train_ms(plan);
    out->gap_lengthened = (double)out->gap_ms > (plan->purge_days + plan->embargo_days) * (double)TR_DAY_MS;
    out->train_lengthened = (double)out->train_ms > plan->train_days * (double)TR_DAY_MS;
    if (!recipe->folds)
        return TR_OK;
    status = tr_plan_walk_forward(plan, tr_study_first_ready(study), end, &out->folds, &out->n_folds, err);
    if (status == TR_OK && recipe->max_folds && out->n_folds > recipe->max_folds) {
        memmove(out->folds, out->folds + (out->n_folds - recipe->max_folds), recipe->max_folds * sizeof *out->folds);
        out->n_folds = recipe->max_folds;
    }
    return status;
}

enum tr_status tr_walkforward_fit(const struct tr_study *study, const struct tr_recipe *recipe,
                                  const struct tr_ensemble_plan *const *plan_of, const struct tr_world *world,
                                  struct tr_walkforward *out, struct tr_error *err)
{
    struct tr_walk_input input = {
        .set = &study->set,
        .folds = out->folds,
        .n_folds = out->n_folds,
        .plan = &recipe->ensemble,
        .plan_of = plan_of,
        .tail = recipe->tail,
        .seed = recipe->seed,
        .min_share = recipe->min_share,
        .min_fit_rows = recipe->min_fit_rows,
        .pool = world->pool,
        .progress = world->progress,
    };
    struct tr_resume resume;
    enum tr_status status = TR_OK;

    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        if (recipe->side[side])
            input.target[side] = study->target[side];
    }
    if (world->store && out->n_folds) {
        status = tr_resume_init(&resume, world, &study->bars, recipe, out->folds, err);
        input.cache = &resume.cache;
    }
    if (status == TR_OK)
        status = tr_walk_run(&input, &out->walk, err);
    if (status == TR_OK && input.cache && !world->keep_steps)
        tr_resume_done(&resume);
    return status;
}

static enum tr_status score_heads(const struct tr_study *study, const struct tr_recipe *recipe,
                                  struct tr_walkforward *out, struct tr_error *err)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        struct tr_fold_score_input input = {study, recipe, &out->walk, &out->replay, (enum tr_side)side};
        enum tr_status status;

        out->score[side] = tr_alloc_zero(out->n_folds, sizeof **out->score);
        if (!out->score[side])
            return tr_error_nomem(err);
        if (!recipe->side[side])
            continue;
        status = tr_fold_score(&input, out->score[side], &out->total[side], &out->reliability[side], err);
        if (status != TR_OK)
            return status;
        status = tr_member_scores(study, recipe, &out->walk, (enum tr_side)side, out->member[side], &out->members, err);
        if (status != TR_OK)
            return status;
        out->claims_edge[side] = tr_head_score_claims_edge(&out->total[side]);
    }
    return TR_OK;
}

static size_t first_tested(const struct tr_study *study, const struct tr_walkforward *wf)
{
    return wf->n_folds ? tr_bars_find(&study->bars, wf->folds[0].test_from) : 0;
}

static enum tr_status trade(const struct tr_study *study, const struct tr_recipe *recipe, struct tr_walkforward *out,
                            struct tr_error *err)
{
    struct tr_sequence_options options = {.ladder = recipe->gate.ladder,
                                          .cost = recipe->gate.cost,
                                          .funding = &recipe->funding,
                                          .seed = recipe->seed,
                                          .first_row = first_tested(study, out)};
    struct tr_entry *entries = tr_alloc(out->replay.n_signals, sizeof *entries);
    struct tr_trade *proven_trades = NULL;
    size_t n = out->replay.n_signals, proven = 0;
    enum tr_status status;

    if (!entries)
        return tr_error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const struct tr_replay_signal *s = &out->replay.signals[i];
        entries[i] = (struct tr_entry){s->row, s->signal.levels, s->signal.evidence.proven};
    }
    status = tr_sequence_run(&options, &study->bars, entries, n, &out->trades, &out->backtest, err);
    for (size_t i = 0; i < n; i++) {
        if (entries[i].proven)
            entries[proven++] = entries[i];
    }
    if (status == TR_OK)
        status = tr_sequence_run(&options, &study->bars, entries, proven, &proven_trades, &out->backtest_proven, err);
    tr_free(proven_trades);
    tr_free(entries);
    return status;
}

enum tr_status tr_walkforward_judge(const struct tr_study *study, const struct tr_recipe *recipe,
                                    const struct tr_world *world, struct tr_walkforward *out, struct tr_error *err)
{
    enum tr_status status = tr_replay_run(study, recipe, &out->walk, world->progress, &out->replay, err);

    if (status == TR_OK)
        status = score_heads(study, recipe, out, err);
    if (status == TR_OK)
        status = trade(study, recipe, out, err);
    return status;
}

enum tr_status tr_walkforward_run(const struct tr_study *study, const struct tr_recipe *recipe,
                                  const struct tr_world *world, struct tr_walkforward *out, struct tr_error *err)
{
    enum tr_status status = tr_walkforward_plan(study, recipe, out, err);

    if (status == TR_OK)
        status = tr_walkforward_fit(study, recipe, NULL, world, out, err);
    if (status == TR_OK)
        status = tr_walkforward_judge(study, recipe, world, out, err);
    return status;
}

void tr_walkforward_finish(struct tr_walkforward *wf)
{
    tr_free(wf->trades);
    tr_replay_finish(&wf->replay);
    tr_walk_finish(&wf->walk);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        tr_free(wf->score[side]);
    tr_free(wf->folds);
    memset(wf, 0, sizeof *wf);
}
