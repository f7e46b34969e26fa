#include "app/usecase/parity.h"

#include "app/usecase/backtest_series.h"
#include "base/alloc.h"
#include "engine/backtest/account.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one signal is played with: any size will do, as results are fractions of it. */
#define POSITION_USD 100.0
#define CAPITAL_USD 1e6

struct field {
    const char *name;
    enum tr_parity_kind kind;
    size_t offset; /* in struct tr_stored_signal; of sizes in struct tr_size */
};

#define FIELD(name, kind, member)                                                                                      \
    {                                                                                                                  \
        name, TR_PARITY_##kind, offsetof(struct tr_stored_signal, member)                                              \
    }

/* What there is even where no levels can be drawn. */
static const struct field of_bar[] = {
    FIELD("decided", TIME, signal.decided),
    FIELD("expires", TIME, signal.expires),
    FIELD("entry", NUMBER, signal.levels.entry),
    FIELD("atr", NUMBER, signal.levels.atr),
    FIELD("stop_loss", NUMBER, signal.levels.stop),
    FIELD("tp1", NUMBER, signal.levels.target[0]),
    FIELD("tp2", NUMBER, signal.levels.target[1]),
    FIELD("tp3", NUMBER, signal.levels.target[2]),
    FIELD("trail_distance", NUMBER, signal.levels.trail_distance),
};

static const struct field of_levels[] = {
    FIELD("expected_gross_frac", NUMBER, signal.gross_frac),
    FIELD("cost_entry_frac", NUMBER, signal.cost.entry_frac),
    FIELD("cost_exit_frac", NUMBER, signal.cost.exit_frac),
    FIELD("cost_funding_frac", NUMBER, signal.cost.funding_frac),
    FIELD("cost_total_frac", NUMBER, signal.cost.total_frac),
    FIELD("expected_net_frac", NUMBER, signal.net_frac),
    FIELD("passed_profit_filter", FLAG, signal.passed_profit_filter),
    FIELD("expected_value_frac", NUMBER, signal.expected_value_frac),
    FIELD("expected_value_lower_frac", NUMBER, signal.expected_value_lower),
    FIELD("expected_value_upper_frac", NUMBER, signal.expected_value_upper),
    FIELD("funding_rate_per_hour", NUMBER, signal.funding_rate_per_hour),
    FIELD("funding_assumed", FLAG, signal.funding_assumed),
};

static const struct field of_size[] = {
    {"risk_usd", TR_PARITY_NUMBER, offsetof(struct tr_size, risk_usd)},
    {"sl_distance_frac", TR_PARITY_NUMBER, offsetof(struct tr_size, sl_distance_frac)},
    {"position_size_usd", TR_PARITY_NUMBER, offsetof(struct tr_size, position_usd)},
    {"quantity", TR_PARITY_NUMBER, offsetof(struct tr_size, quantity)},
    {"leverage", TR_PARITY_NUMBER, offsetof(struct tr_size, leverage)},
    {"margin_usd", TR_PARITY_NUMBER, offsetof(struct tr_size, margin_usd)},
    {"liquidation_price", TR_PARITY_NUMBER, offsetof(struct tr_size, liquidation_price)},
    {"capped", TR_PARITY_FLAG, offsetof(struct tr_size, capped)},
    {"too_small", TR_PARITY_FLAG, offsetof(struct tr_size, too_small)},
    {"liquidation_inside_stop", TR_PARITY_FLAG, offsetof(struct tr_size, liquidation_inside_stop)},
};

static const struct field of_outcome[] = {
    FIELD("status", WORD, status),
    FIELD("exit_reason", WORD, exit_reason),
    FIELD("closed", TIME, closed),
    FIELD("net_frac", NUMBER, net_frac),
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const open_status[] = {"active", "tp1", "tp2"};

struct desk {
    const struct tr_recipe *recipe;
    const struct tr_backtest_series *series; /* of the signal at hand */
    struct tr_parity *out;
};

/* A signal made again, and its outcome. */
struct replay {
    struct tr_stored_signal record;
    bool drawn;   /* it has levels, and so an outcome */
    bool entered; /* there was a trade; else too few bars, or it expired */
    struct tr_outcome outcome;
};

/* --- made again from the bars --- */

static void make_signal(const struct desk *desk, size_t row, const struct tr_stored_signal *stored,
                        struct replay *replay)
{
    const struct tr_recipe *recipe = desk->recipe;
    const struct tr_gate_options *gate = &recipe->gate;
    const struct tr_bars *bars = &desk->series->bars;
    struct tr_signal *signal = &replay->record.signal;
    int64_t bar_ms = tr_timeframe_ms(bars->timeframe);
    int assumed = 0;

    replay->record = (struct tr_stored_signal){.series = stored->series, .origin = stored->origin};
    signal->time = stored->signal.time;
    signal->side = stored->signal.side;
    signal->decided = signal->time + bar_ms;
    signal->expires = signal->decided + (int64_t)tr_ladder_horizon_bars(&gate->ladder, bars->timeframe) * bar_ms;
    replay->drawn = tr_levels_make(&gate->ladder, signal->side, bars->close[row], desk->series->atr[row],
                                   &recipe->limits, &signal->levels, NULL) == TR_OK;
    if (!replay->drawn) {
        double none = (double)NAN;
        signal->levels =
            (struct tr_levels){signal->side, bars->close[row], desk->series->atr[row], none, {none, none, none}, none};
        return;
    }
    signal->gross_frac = tr_profit_gross_frac(&gate->ladder, &signal->levels);
    signal->funding_rate_per_hour = tr_funding_rate_per_hour(&desk->series->funding, signal->decided, &assumed);
    signal->funding_assumed = assumed;
    signal->cost = tr_cost_expected(&gate->cost, signal->side, signal->funding_rate_per_hour);
    signal->net_frac = signal->gross_frac - signal->cost.total_frac;
    signal->passed_profit_filter = signal->net_frac >= fmax(gate->min_net_frac, TR_GATE_NET_FLOOR);
    for (int p = 0; p < TR_PROFILE_COUNT; p++)
        tr_size_compute(&gate->size, (enum tr_risk_profile)p, &signal->levels, &recipe->limits, &signal->size[p]);
    signal->evidence = stored->signal.evidence;
    tr_gate_expect(gate, signal);
}

/* --- played through an account of its own --- */

/* The bars of the signal's life: from its own to the first that opens when time is up. */
static struct tr_bars life_of(const struct tr_bars *bars, size_t row, tr_time_ms expires)
{
    size_t end = tr_bars_find(bars, expires);

    return tr_bars_slice(bars, row, (end < bars->n ? end + 1 : bars->n) - row);
}

static void read_trade(const struct tr_account_trade *trade, const struct tr_bars *life, struct replay *replay)
{
    struct tr_stored_signal *record = &replay->record;
    size_t hit = trade->outcome.targets_hit;

    replay->entered = true;
    replay->outcome = trade->outcome;
    if (trade->open) {
        snprintf(record->status, sizeof record->status, "%s",
                 open_status[hit < COUNT(open_status) ? hit : COUNT(open_status) - 1]);
        return;
    }
    snprintf(record->status, sizeof record->status, "closed");
    snprintf(record->exit_reason, sizeof record->exit_reason, "%s", tr_exit_reason_name(trade->outcome.reason));
    record->closed = life->time[trade->outcome.bars] + tr_timeframe_ms(life->timeframe);
    record->net_frac = trade->money.net_frac;
}

/* A record knows no liquidation: the margin is the whole position, and a maintenance margin so far below 0 that no
 * price reaches the end of it. */
static struct tr_account_options account_options(const struct tr_recipe *recipe, const struct tr_bars *life,
                                                 const struct tr_signal *signal)
{
    struct tr_account_options options = {
        .size = recipe->gate.size,
        .leverage = 1.0,
        .cost = recipe->gate.cost,
        .horizon_bars = tr_ladder_horizon_bars(&recipe->gate.ladder, life->timeframe),
        .intrabar = TR_INTRABAR_PESSIMISTIC,
        .entry = TR_ENTRY_MARKET,
        .from = signal->decided,
        .to = life->time[life->n - 1] + tr_timeframe_ms(life->timeframe),
    };

    options.size.capital_usd = CAPITAL_USD;
    options.size.maintenance_frac = -1e6;
    return options;
}

static enum tr_status play(const struct desk *desk, size_t row, struct replay *replay, struct tr_error *err)
{
    const struct tr_recipe *recipe = desk->recipe;
    const struct tr_signal *signal = &replay->record.signal;
    struct tr_bars life = life_of(&desk->series->bars, row, signal->expires);
    struct tr_account_series series = {.bars = &life, .funding = &desk->series->funding};
    struct tr_account_options options = account_options(recipe, &life, signal);
    struct tr_account_entry entry = {
        .levels = signal->levels, .targets = TR_TARGETS, .quantity = POSITION_USD / signal->levels.entry};
    struct tr_account account;

    memcpy(entry.fraction, recipe->gate.ladder.fraction, sizeof entry.fraction);
    replay->record.net_frac = (double)NAN;
    enum tr_status status = tr_account_run(&options, &series, 1, &entry, 1, &account, err);
    if (status == TR_OK && account.n_trades == 1)
        read_trade(&account.trades[0], &life, replay);
    else if (status == TR_OK && account.refusal[0] == TR_REFUSAL_EXPIRED)
        snprintf(replay->record.status, sizeof replay->record.status, "expired");
    else if (status == TR_OK && account.refusal[0] == TR_REFUSAL_NO_BAR)
        snprintf(replay->record.status, sizeof replay->record.status, "%s", open_status[0]);
    else if (status == TR_OK)
        status = tr_error_set(err, TR_INTERNAL, "the account refused a signal that stands alone: %s",
                              tr_refusal_name(account.refusal[0]));
    tr_account_finish(&account);
    return status;
}

/* --- compared --- */

static enum tr_status grow(void **list, size_t n, size_t *capacity, size_t size, struct tr_error *err)
{
    if (n < *capacity)
        return TR_OK;
    size_t more = *capacity ? 2 * *capacity : 64;
    void *grown = tr_alloc_grow(*list, n * size, more, size);
    if (!grown)
        return tr_error_nomem(err);
    *list = grown;
    *capacity = more;
    return TR_OK;
}

static enum tr_status add_difference(struct tr_parity *out, const struct tr_parity_difference *difference,
                                     struct tr_error *err)
{
    void *list = out->differences;
    enum tr_status status = grow(&list, out->n_differences, &out->difference_capacity, sizeof *difference, err);

    out->differences = list;
    if (status == TR_OK)
        out->differences[out->n_differences++] = *difference;
    return status;
}

static enum tr_status add_behind(struct tr_parity *out, size_t signal, const char *now, struct tr_error *err)
{
    void *list = out->behind;
    enum tr_status status = grow(&list, out->n_behind, &out->behind_capacity, sizeof *out->behind, err);

    out->behind = list;
    if (status != TR_OK)
        return status;
    struct tr_parity_behind *behind = &out->behind[out->n_behind++];
    behind->signal = signal;
    snprintf(behind->replayed, sizeof behind->replayed, "%s", now);
    return TR_OK;
}

static struct tr_parity_value value_of(enum tr_parity_kind kind, const char *member)
{
    struct tr_parity_value value = {0};
    bool flag;

    switch (kind) {
    case TR_PARITY_NUMBER:
        memcpy(&value.number, member, sizeof value.number);
        break;
    case TR_PARITY_FLAG:
        memcpy(&flag, member, sizeof flag);
        value.number = flag;
        break;
    case TR_PARITY_TIME:
        memcpy(&value.time, member, sizeof value.time);
        break;
    case TR_PARITY_WORD:
        memcpy(value.word, member, sizeof value.word);
        break;
    case TR_PARITY_NO_BAR:
        break;
    }
    return value;
}

static bool same_value(const struct tr_parity_value *a, const struct tr_parity_value *b)
{
    bool number = a->number == b->number || (isnan(a->number) && isnan(b->number));

    return number && a->time == b->time && strncmp(a->word, b->word, sizeof a->word) == 0;
}

/* prefix: "" or what the names begin with. */
static enum tr_status compare(struct tr_parity *out, size_t signal, const struct field *fields, size_t n,
                              const char *prefix, const void *stored, const void *replayed, struct tr_error *err)
{
    enum tr_status status = TR_OK;

    for (size_t i = 0; i < n && status == TR_OK; i++) {
        struct tr_parity_difference difference = {
            .signal = signal,
            .kind = fields[i].kind,
            .stored = value_of(fields[i].kind, (const char *)stored + fields[i].offset),
            .replayed = value_of(fields[i].kind, (const char *)replayed + fields[i].offset),
        };

        out->values++;
        if (same_value(&difference.stored, &difference.replayed))
            continue;
        snprintf(difference.field, sizeof difference.field, "%s%s%s", prefix, prefix[0] ? "." : "", fields[i].name);
        status = add_difference(out, &difference, err);
    }
    return status;
}

static size_t hits_within(const struct tr_outcome *outcome, size_t bars)
{
    size_t hits = 0;

    for (size_t k = 0; k < TR_TARGETS; k++)
        hits += outcome->target_bar[k] > 0 && outcome->target_bar[k] <= bars;
    return hits;
}

/* The record is that of an open position, at a stage the replay went through before it came to where it is now. */
static bool is_behind(const struct tr_stored_signal *stored, const struct replay *replay)
{
    const struct tr_outcome *outcome = &replay->outcome;
    bool closed = replay->entered && outcome->reason != TR_EXIT_OPEN;
    size_t stage = 0;

    while (stage < COUNT(open_status) && strcmp(stored->status, open_status[stage]) != 0)
        stage++;
    if (stage == COUNT(open_status) || stored->exit_reason[0] || stored->closed || !isnan(stored->net_frac) ||
        strcmp(stored->status, replay->record.status) == 0)
        return false;
    if (!replay->entered)
        return stage == 0;
    for (size_t bars = 0; bars < outcome->bars + !closed; bars++) {
        if (hits_within(outcome, bars) == stage)
            return true;
    }
    return false;
}

static enum tr_status compare_sizes(struct tr_parity *out, size_t i, const struct tr_stored_signal *replayed,
                                    struct tr_error *err)
{
    enum tr_status status = TR_OK;

    for (int p = 0; p < TR_PROFILE_COUNT && status == TR_OK; p++)
        status = compare(out, i, of_size, COUNT(of_size), tr_profile_name((enum tr_risk_profile)p),
                         &out->signals[i].signal.size[p], &replayed->signal.size[p], err);
    return status;
}

static enum tr_status compare_signal(const struct desk *desk, size_t i, size_t row, struct tr_error *err)
{
    struct tr_parity *out = desk->out;
    const struct tr_stored_signal *stored = &out->signals[i];
    struct replay replay = {.entered = false};
    enum tr_status status;

    make_signal(desk, row, stored, &replay);
    out->compared++;
    status = compare(out, i, of_bar, COUNT(of_bar), "", stored, &replay.record, err);
    if (status != TR_OK || !replay.drawn)
        return status;
    status = compare(out, i, of_levels, COUNT(of_levels), "", stored, &replay.record, err);
    if (status == TR_OK)
        status = compare_sizes(out, i, &replay.record, err);
    if (status == TR_OK)
        status = play(desk, row, &replay, err);
    if (status != TR_OK)
        return status;
    if (is_behind(stored, &replay))
        return add_behind(out, i, replay.record.status, err);
    return compare(out, i, of_outcome, COUNT(of_outcome), "", stored, &replay.record, err);
}

/* --- one series after the other --- */

static enum tr_status one_signal(const struct desk *desk, size_t i, struct tr_error *err)
{
    struct tr_parity *out = desk->out;
    const struct tr_bars *bars = &desk->series->bars;
    size_t before = out->n_differences, row = bars->n ? tr_bars_find(bars, out->signals[i].signal.time) : 0;
    enum tr_status status;

    if (row < bars->n && bars->time[row] == out->signals[i].signal.time) {
        status = compare_signal(desk, i, row, err);
    } else {
        struct tr_parity_difference difference = {.signal = i, .kind = TR_PARITY_NO_BAR, .field = "bar"};
        difference.stored.time = out->signals[i].signal.time;
        status = add_difference(out, &difference, err);
    }
    out->differing += out->n_differences > before;
    return status;
}

static bool same_series(const struct tr_series_key *a, const struct tr_series_key *b)
{
    return a->timeframe == b->timeframe && strcmp(a->exchange, b->exchange) == 0 && strcmp(a->symbol, b->symbol) == 0;
}

/* Signals first .. end - 1 are of one series. */
static enum tr_status one_series(struct tr_store *store, const struct tr_recipe *recipe, size_t first, size_t end,
                                 const struct tr_progress *progress, struct tr_parity *out, struct tr_error *err)
{
    struct tr_backtest_series series;
    struct desk desk = {recipe, &series, out};
    enum tr_status status =
        tr_backtest_series_load(store, &out->signals[first].series, &recipe->funding, 0, &series, err);

    if (status == TR_NOT_FOUND) /* all its bars are gone: each signal says so */
        status = TR_OK;
    for (size_t i = first; i < end && status == TR_OK; i++) {
        status = one_signal(&desk, i, err);
        if (status == TR_OK && !tr_progress_tell(progress, "parity", i + 1, out->n_signals, "signals"))
            status = tr_error_set(err, TR_CANCELLED, "stopped after %zu of %zu signals", i + 1, out->n_signals);
    }
    tr_backtest_series_finish(&series);
    return status;
}

static int in_order(const void *a, const void *b)
{
    const struct tr_stored_signal *x = a, *y = b;
    int order = strcmp(x->series.exchange, y->series.exchange);

    if (!order)
        order = strcmp(x->series.symbol, y->series.symbol);
    if (!order)
        order = (x->series.timeframe > y->series.timeframe) - (x->series.timeframe < y->series.timeframe);
    if (!order)
        order = (x->signal.time > y->signal.time) - (x->signal.time < y->signal.time);
    if (!order)
        order = (x->signal.side > y->signal.side) - (x->signal.side < y->signal.side);
    return order ? order : (x->origin > y->origin) - (x->origin < y->origin);
}

enum tr_status tr_parity_run(struct tr_store *store, const struct tr_parity_options *options,
                             const struct tr_recipe *recipe, const struct tr_progress *progress, struct tr_parity *out,
                             struct tr_error *err)
{
    struct tr_signal_query query = {.series = options->series,
                                    .any_timeframe = !options->series,
                                    .any_origin = options->any_origin,
                                    .origin = options->origin,
                                    .limit = SIZE_MAX};
    enum tr_status status;

    *out = (struct tr_parity){.any_origin = options->any_origin, .origin = options->origin};
    status = tr_store_signals_get(store, &query, &out->signals, &out->n_signals, err);
    if (status == TR_OK && out->n_signals)
        qsort(out->signals, out->n_signals, sizeof *out->signals, in_order);
    for (size_t first = 0, end; first < out->n_signals && status == TR_OK; first = end) {
        end = first + 1;
        while (end < out->n_signals && same_series(&out->signals[first].series, &out->signals[end].series))
            end++;
        out->n_series++;
        status = one_series(store, recipe, first, end, progress, out, err);
    }
    return status;
}

void tr_parity_finish(struct tr_parity *parity)
{
    tr_free(parity->signals);
    tr_free(parity->differences);
    tr_free(parity->behind);
    *parity = (struct tr_parity){0};
}
