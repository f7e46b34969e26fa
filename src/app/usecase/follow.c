#include "app/usecase/follow.h"

#include "app/usecase/record.h"
#include "base/alloc.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The stages of a signal that is not over, in their order. */
static const char *const open_status[] = {"active", "tp1", "tp2"};
enum { OPEN_STAGES = sizeof open_status / sizeof *open_status };

/* OPEN_STAGES: it is over. */
static size_t stage_of(const struct tr_stored_signal *record)
{
    size_t stage = 0;

    while (stage < OPEN_STAGES && strcmp(record->status, open_status[stage]) != 0)
        stage++;
    return stage;
}

static struct tr_outcome_rules rules_of(const struct tr_signal *signal, const struct tr_ladder *ladder,
                                        enum tr_timeframe timeframe)
{
    struct tr_outcome_rules rules = tr_outcome_rules_ladder(ladder, timeframe);
    int64_t horizon_bars = (signal->expires - signal->decided) / tr_timeframe_ms(timeframe);

    if (horizon_bars >= 1)
        rules.horizon_bars = (size_t)horizon_bars;
    return rules;
}

/* Runs one signal from its row. Returns true where its record changed. */
static bool advance(struct tr_stored_signal *record, const struct tr_bars *bars, size_t row,
                    const struct tr_recipe *recipe)
{
    const struct tr_signal *signal = &record->signal;
    struct tr_outcome_rules rules = rules_of(signal, &recipe->gate.ladder, bars->timeframe);
    size_t stage = stage_of(record);
    struct tr_outcome outcome;

    tr_outcome_run(&rules, &signal->levels, bars, row, &outcome);
    if (outcome.reason == TR_EXIT_OPEN && outcome.targets_hit <= stage)
        return false;
    tr_record_outcome(recipe, &rules, bars, row, &outcome, record);
    return true;
}

static void follow_one(struct tr_stored_signal *record, const struct tr_bars *bars, const struct tr_recipe *recipe,
                       struct tr_follow *out)
{
    tr_time_ms newest = bars->time[bars->n - 1], now = newest + tr_timeframe_ms(bars->timeframe);
    const struct tr_signal *signal = &record->signal;
    size_t row = tr_bars_find(bars, signal->time);

    if (signal->time > newest)
        return;
    if (signal->time == newest) {
        out->kept[signal->side] = stage_of(record) > 0;
        return;
    }
    if (stage_of(record) == OPEN_STAGES)
        return;
    if (bars->time[row] != signal->time) {
        out->active[signal->side] |= now < signal->expires;
        return;
    }
    bool changed = advance(record, bars, row, recipe);
    out->active[signal->side] |= stage_of(record) < OPEN_STAGES;
    if (changed)
        out->changed[out->n_changed++] = *record;
}

enum tr_status tr_follow_read(struct tr_store *store, const struct tr_series_key *key, const struct tr_bars *bars,
                              const struct tr_recipe *recipe, struct tr_follow *out, struct tr_error *err)
{
    struct tr_signal_query query = {.series = key, .origin = TR_ORIGIN_NEWEST, .limit = SIZE_MAX};
    size_t n = 0;
    enum tr_status status;

    memset(out, 0, sizeof *out);
    if (!store || !bars->n)
        return TR_OK;
    status = tr_store_signals_get(store, &query, &out->changed, &n, err);
    if (status != TR_OK)
        return status;
    for (size_t i = 0; i < n; i++) { /* those that changed move to the front of the list that was read */
        struct tr_stored_signal record = out->changed[i];

        follow_one(&record, bars, recipe, out);
    }
    return TR_OK;
}

enum tr_status tr_follow_write(const struct tr_follow *follow, struct tr_store *store, struct tr_error *err)
{
    return tr_store_signals_put(store, follow->changed, follow->n_changed, err);
}

void tr_follow_finish(struct tr_follow *follow)
{
    tr_free(follow->changed);
    memset(follow, 0, sizeof *follow);
}
