#include "app/usecase/run.h"

#include "app/usecase/identity.h"
#include "app/usecase/record.h"
#include "app/usecase/resume.h"
#include "base/alloc.h"
#include "engine/market/gaps.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void describe(struct tr_run *out, const struct tr_bars *bars)
{
    out->synthetic = strcmp(out->key.exchange, "synthetic") == 0;
    out->bars = bars->n;
    out->gaps = tr_gaps_count(bars, &out->missing_bars, &out->longest_gap);
    out->first = bars->time[0];
    out->last = bars->time[bars->n - 1];
}

static enum tr_status store_replayed(const struct tr_run *run, struct tr_store *store, struct tr_error *err)
{
    const struct tr_replay *replay = &run->wf.replay;
    struct tr_outcome_rules rules = tr_outcome_rules_ladder(&run->recipe.gate.ladder, run->key.timeframe);
    struct tr_stored_signal *record = tr_alloc_zero(replay->n_signals, sizeof *record);
    enum tr_status status;

    if (!record)
        return tr_error_nomem(err);
    for (size_t i = 0; i < replay->n_signals; i++) {
        const struct tr_replay_signal *s = &replay->signals[i];

        record[i].series = run->key;
        record[i].origin = TR_ORIGIN_WALKFORWARD;
        record[i].signal = s->signal;
        record[i].net_frac = (double)NAN;
        tr_record_outcome(&run->recipe, &rules, &run->study.bars, s->row, &s->outcome, &record[i]);
    }
    status = tr_store_signals_replace(store, &run->key, TR_ORIGIN_WALKFORWARD, record, replay->n_signals, err);
    tr_free(record);
    return status;
}

static enum tr_status store_newest(const struct tr_run *run, struct tr_store *store, struct tr_error *err)
{
    struct tr_rejection refused[TR_SIDE_COUNT];
    size_t n = 0;
    enum tr_status status = TR_OK;

    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_decision *d = &run->newest.decision[side];

        if (!run->recipe.side[side])
            continue;
        if (d->stage == TR_STAGE_SIGNAL && run->follow.kept[side])
            continue;
        if (d->stage == TR_STAGE_SIGNAL) {
            struct tr_stored_signal record = {.series = run->key,
                                              .origin = TR_ORIGIN_NEWEST,
                                              .signal = d->signal,
                                              .status = "active",
                                              .net_frac = (double)NAN};
            status = tr_store_signals_put(store, &record, 1, err);
        } else {
            refused[n++] = (struct tr_rejection){run->key, run->newest.time, (enum tr_side)side, d->stage,
                                                 d->value, d->threshold,     d->margin};
        }
        if (status != TR_OK)
            return status;
    }
    return tr_store_rejections_put(store, refused, n, err);
}

/* What the walk-forward came to, and the trial it was: entered wherever there is a ledger. */
static enum tr_status judge(struct tr_run *out, const struct tr_world *world, struct tr_error *err)
{
    enum tr_status status = tr_identity_recipe(&out->recipe, out->config, err);

    if (status == TR_OK)
        status = tr_luck_measure(&out->wf, &out->study.bars, &out->luck, err);
    if (status == TR_OK && world->store && out->wf.n_folds)
        status = tr_luck_enter(&out->luck, world->store, &out->key, out->config, "walk-forward", world->now, err);
    return status;
}

static enum tr_status keep_signals(const struct tr_run *run, struct tr_store *store, struct tr_error *err)
{
    enum tr_status status = store_replayed(run, store, err);

    if (status == TR_OK)
        status = tr_follow_write(&run->follow, store, err);
    return status == TR_OK ? store_newest(run, store, err) : status;
}

enum tr_status tr_run_prepare(const struct tr_series_key *key, const struct tr_bars *bars,
                              const struct tr_recipe *recipe, struct tr_run *out, struct tr_error *err)
{
    enum tr_status status;

    memset(out, 0, sizeof *out);
    out->key = *key;
    if (!bars->n)
        return tr_error_set(err, TR_NOT_FOUND, "%s %s: no bars are stored", key->symbol,
                            tr_timeframe_name(key->timeframe));
    describe(out, bars);
    tr_recipe_copy(&out->recipe, recipe);
    tr_recipe_fit_to(&out->recipe, key->timeframe);
    status = tr_recipe_check(&out->recipe, err);
    return status == TR_OK ? tr_study_init(&out->study, &out->recipe, bars, err) : status;
}

/* Only now: what is stopped in the replay or at the newest model is to find its fits again. */
static void forget_steps(const struct tr_run *run, const struct tr_world *world)
{
    struct tr_resume resume;
    struct tr_error ignored;

    if (world->store && !world->keep_steps && run->wf.n_folds &&
        tr_resume_init(&resume, world, &run->study.bars, &run->recipe, run->wf.folds, &ignored) == TR_OK)
        tr_resume_done(&resume);
}

enum tr_status tr_run_series(const struct tr_series_key *key, const struct tr_bars *bars,
                             const struct tr_recipe *recipe, const struct tr_world *world, struct tr_run *out,
                             struct tr_error *err)
{
    static const struct tr_world alone = {0};
    struct tr_world keeping;
    enum tr_status status = tr_run_prepare(key, bars, recipe, out, err);

    world = world ? world : &alone;
    keeping = *world;
    keeping.keep_steps = true;
    if (status == TR_OK)
        status = tr_walkforward_run(&out->study, &out->recipe, &keeping, &out->wf, err);
    if (status == TR_OK)
        status = judge(out, world, err);
    if (status == TR_OK)
        status = tr_follow_read(world->keep_signals ? world->store : NULL, key, bars, &out->recipe, &out->follow, err);
    if (status == TR_OK)
        status = tr_newest_decide(&out->study, &out->recipe, &out->wf, out->follow.active, world, &out->newest, err);
    if (status == TR_OK && world->store && world->keep_signals)
        status = keep_signals(out, world->store, err);
    if (status == TR_OK)
        forget_steps(out, world);
    return status;
}

void tr_run_finish(struct tr_run *run)
{
    tr_newest_finish(&run->newest);
    tr_follow_finish(&run->follow);
    tr_luck_finish(&run->luck);
    tr_walkforward_finish(&run->wf);
    tr_study_finish(&run->study);
}
