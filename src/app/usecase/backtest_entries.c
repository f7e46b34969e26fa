#include "app/usecase/backtest_entries.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct collector {
    struct tr_backtest *backtest;
    struct tr_entries_options file;
    size_t capacity;
};

static tr_time_ms decided_at(const struct tr_backtest *backtest, const struct tr_account_entry *entry)
{
    const struct tr_bars *bars = &backtest->series[entry->series].bars;

    return bars->time[entry->row] + tr_timeframe_ms(bars->timeframe);
}

static enum tr_status add(struct collector *c, const struct tr_account_entry *entry, struct tr_error *err)
{
    struct tr_backtest *backtest = c->backtest;

    if (backtest->n_entries == c->capacity) {
        size_t capacity = c->capacity ? c->capacity * 2 : 256;
        struct tr_account_entry *grown =
            tr_alloc_grow(backtest->entries, c->capacity * sizeof *grown, capacity, sizeof *grown);
        if (!grown)
            return tr_error_nomem(err);
        backtest->entries = grown;
        c->capacity = capacity;
    }
    backtest->entries[backtest->n_entries++] = *entry;
    backtest->series[entry->series].entries++;
    return TR_OK;
}

static bool in_span(const struct tr_backtest *backtest, tr_time_ms time)
{
    return time >= backtest->from && time < backtest->to;
}

static struct tr_account_entry by_ladder(const struct tr_backtest *backtest, size_t series, size_t row, size_t source)
{
    const struct tr_ladder *ladder = &backtest->recipe.gate.ladder;
    struct tr_account_entry entry = {.series = series, .row = row, .targets = TR_TARGETS, .source = source};

    for (size_t k = 0; k < TR_TARGETS; k++)
        entry.fraction[k] = ladder->fraction[k];
    return entry;
}

static enum tr_status from_walkforward(struct collector *c, size_t s, struct tr_error *err)
{
    struct tr_backtest *backtest = c->backtest;
    const struct tr_replay *replay = &backtest->series[s].run->wf.replay;
    enum tr_status status = TR_OK;

    for (size_t i = 0; i < replay->n_signals && status == TR_OK; i++) {
        const struct tr_replay_signal *signal = &replay->signals[i];
        struct tr_account_entry entry = by_ladder(backtest, s, signal->row, i + 1);

        entry.levels = signal->signal.levels;
        entry.proven = signal->signal.evidence.proven;
        if (in_span(backtest, signal->signal.time) && (entry.proven || !backtest->options.proven_only))
            status = add(c, &entry, err);
    }
    return status;
}

static enum tr_status from_store(struct collector *c, struct tr_store *store, size_t s, struct tr_error *err)
{
    struct tr_backtest *backtest = c->backtest;
    const struct tr_bars *bars = &backtest->series[s].bars;
    struct tr_signal_query query = {.series = &backtest->series[s].key,
                                    .origin = backtest->options.origin,
                                    .proven_only = backtest->options.proven_only,
                                    .limit = SIZE_MAX};
    struct tr_stored_signal *list = NULL;
    size_t n = 0;
    enum tr_status status = tr_store_signals_get(store, &query, &list, &n, err);

    for (size_t i = n; i-- > 0 && status == TR_OK;) { /* stored newest first */
        const struct tr_signal *signal = &list[i].signal;
        size_t row = tr_bars_find(bars, signal->time);
        struct tr_account_entry entry = by_ladder(backtest, s, row, n - i);

        backtest->file.rows++;
        if (row == bars->n || bars->time[row] != signal->time || !in_span(backtest, signal->time)) {
            char time[TR_TIME_TEXT];

            tr_time_format(signal->time, time);
            status =
                tr_entries_refuse(&c->file, &backtest->file, n - i, TR_ENTRIES_OUTSIDE, err,
                                  "its bar %s of %s is not among those tested", time, backtest->series[s].key.symbol);
            continue;
        }
        entry.levels = signal->levels;
        entry.proven = signal->evidence.proven;
        status = add(c, &entry, err);
    }
    tr_free(list);
    return status;
}

/* The bar a time belongs to: stamped with it, or under way at it; n where there is none. */
static size_t row_of(const struct tr_bars *bars, tr_time_ms time)
{
    size_t after = tr_bars_find(bars, time + 1);

    if (after == 0 || time >= bars->time[after - 1] + tr_timeframe_ms(bars->timeframe))
        return bars->n;
    return after - 1;
}

/* The series a row names; n_series where it is not among those tested. */
static size_t series_of(const struct tr_backtest *backtest, const char *symbol)
{
    size_t s = 0;

    while (s < backtest->n_series && strcmp(backtest->series[s].key.symbol, symbol) != 0)
        s++;
    return s;
}

/* The swap among the tested series whose spot market the symbol is; NULL where there is none. */
static const char *swap_of(const struct tr_backtest *backtest, const char *symbol)
{
    size_t len = strlen(symbol);

    for (size_t s = 0; s < backtest->n_series; s++) {
        const char *tested = backtest->series[s].key.symbol;

        if (strncmp(tested, symbol, len) == 0 && tested[len] == ':')
            return tested;
    }
    return NULL;
}

static enum tr_status refuse_symbol(struct collector *c, const struct tr_entries_row *row, struct tr_error *err)
{
    const char *swap = swap_of(c->backtest, row->symbol);

    return tr_entries_refuse(&c->file, &c->backtest->file, row->line, TR_ENTRIES_UNKNOWN_SYMBOL, err,
                             "%s is not among the series tested%s%s", row->symbol, swap ? "; another market is: " : "",
                             swap ? swap : "");
}

/* Targets of the row, or the ladder's. A row's own last target takes what is left. */
static void set_targets(const struct tr_ladder *ladder, const struct tr_entries_row *row, double sign,
                        struct tr_account_entry *entry)
{
    double left = 1.0;

    entry->targets = 0;
    while (entry->targets < TR_TARGETS && !isnan(row->target[entry->targets]))
        entry->targets++;
    if (!entry->targets) {
        entry->targets = TR_TARGETS;
        for (size_t k = 0; k < TR_TARGETS; k++)
            entry->levels.target[k] = entry->levels.entry + sign * (ladder->target_atr[k] * entry->levels.atr);
        return;
    }
    for (size_t k = 0; k < TR_TARGETS; k++) {
        bool last = k + 1 == entry->targets;

        entry->levels.target[k] = k < entry->targets ? row->target[k] : entry->levels.target[entry->targets - 1];
        entry->fraction[k] = k >= entry->targets ? 0.0 : last ? left : ladder->fraction[k];
        left -= entry->fraction[k];
    }
    if (entry->targets == TR_TARGETS)
        entry->fraction[TR_TARGETS - 1] = ladder->fraction[TR_TARGETS - 1];
}

static bool on_their_sides(const struct tr_account_entry *entry, double sign)
{
    const struct tr_levels *levels = &entry->levels;
    double last = sign * levels->entry;

    if (!(sign * levels->stop < last && levels->stop > 0.0))
        return false;
    for (size_t k = 0; k < entry->targets; k++) {
        if (!(sign * levels->target[k] > last && levels->target[k] > 0.0 && isfinite(levels->target[k])))
            return false;
        last = sign * levels->target[k];
    }
    return true;
}

/* Levels as the row gives them, by the ladder where it does not. The ATR is the row's, the bar's, or what makes the
 * row's stop the ladder's; NaN where none of these is known. */
static bool set_levels(const struct tr_backtest *backtest, const struct tr_entries_row *row,
                       struct tr_account_entry *entry)
{
    const struct tr_backtest_series *series = &backtest->series[entry->series];
    const struct tr_ladder *ladder = &backtest->recipe.gate.ladder;
    struct tr_levels *levels = &entry->levels;
    double sign = row->is_short ? -1.0 : 1.0, close = series->bars.close[entry->row];
    double atr = isnan(row->atr) ? series->atr[entry->row] : row->atr;

    if (!(atr > 0.0) && !isnan(row->stop))
        atr = fabs(close - row->stop) / ladder->stop_atr;
    *levels = (struct tr_levels){.side = row->is_short ? TR_SHORT : TR_LONG,
                                 .entry = close,
                                 .atr = atr,
                                 .stop = isnan(row->stop) ? close - sign * (ladder->stop_atr * atr) : row->stop,
                                 .trail_distance = ladder->trail_atr * atr};
    set_targets(ladder, row, sign, entry);
    return atr > 0.0;
}

static void set_quantity(const struct tr_entries_row *row, struct tr_account_entry *entry)
{
    if (!isnan(row->quantity))
        entry->quantity = row->quantity;
    else if (!isnan(row->size_usd))
        entry->quantity = row->size_usd / entry->levels.entry;
}

/* Whether the row's bar and side were named before: entries of one series lie close together in time. */
static bool is_repeated(const struct tr_backtest *backtest, const struct tr_account_entry *entry)
{
    tr_time_ms decided = decided_at(backtest, entry);

    for (size_t i = backtest->n_entries; i-- > 0;) {
        const struct tr_account_entry *other = &backtest->entries[i];

        if (decided_at(backtest, other) < decided)
            return false;
        if (other->series == entry->series && other->row == entry->row && other->levels.side == entry->levels.side)
            return true;
    }
    return false;
}

/* The row meets the bars: its series, its bar, its levels. TR_OK with *placed false: refused and counted. */
static enum tr_status meet_bars(struct collector *c, const struct tr_entries_row *row, struct tr_account_entry *entry,
                                bool *placed, struct tr_error *err)
{
    const struct tr_backtest *backtest = c->backtest;
    struct tr_entries_report *report = &c->backtest->file;
    const char *timeframe = tr_timeframe_name(backtest->timeframe);
    size_t s = series_of(backtest, row->symbol);
    const struct tr_bars *bars;

    *placed = false;
    if (s == backtest->n_series)
        return refuse_symbol(c, row, err);
    if (row->timeframe[0] && strcmp(row->timeframe, timeframe) != 0)
        return tr_entries_refuse(&c->file, report, row->line, TR_ENTRIES_OTHER_TIMEFRAME, err,
                                 "timeframe %s, and the test is on %s", row->timeframe, timeframe);
    bars = &backtest->series[s].bars;
    *entry = by_ladder(backtest, s, row_of(bars, row->time), row->line);
    if (entry->row == bars->n || !in_span(backtest, bars->time[entry->row])) {
        char time[TR_TIME_TEXT];

        tr_time_format(row->time, time);
        return tr_entries_refuse(&c->file, report, row->line, TR_ENTRIES_OUTSIDE, err,
                                 "%s: no bar of the tested time is there", time);
    }
    *placed = true;
    return TR_OK;
}

static enum tr_status place(struct collector *c, const struct tr_entries_row *row, struct tr_error *err)
{
    struct tr_entries_report *report = &c->backtest->file;
    struct tr_account_entry entry;
    bool placed;
    enum tr_status status = meet_bars(c, row, &entry, &placed, err);

    if (status != TR_OK || !placed)
        return status;
    if (!set_levels(c->backtest, row, &entry))
        return tr_entries_refuse(&c->file, report, row->line, TR_ENTRIES_NO_ATR, err,
                                 "no ATR is known there yet (14 bars are needed): give sl, or a later bar");
    if (!on_their_sides(&entry, tr_side_sign(entry.levels.side)))
        return tr_entries_refuse(&c->file, report, row->line, TR_ENTRIES_WRONG_SIDE, err,
                                 "%s: stop and targets do not lie in order around the close %.10g",
                                 tr_side_name(entry.levels.side), entry.levels.entry);
    if (is_repeated(c->backtest, &entry))
        return tr_entries_refuse(&c->file, report, row->line, TR_ENTRIES_DUPLICATE, err,
                                 "the %s of that bar of %s is named before", tr_side_name(entry.levels.side),
                                 row->symbol);
    set_quantity(row, &entry);
    tr_levels_round(&entry.levels, &c->backtest->recipe.limits);
    return add(c, &entry, err);
}

static void hash_row(struct tr_hash *hash, const struct tr_entries_row *row)
{
    const double numbers[] = {row->stop, row->quantity, row->size_usd, row->atr};

    tr_hash_text(hash, row->symbol);
    tr_hash_u64(hash, (uint64_t)row->time);
    tr_hash_u64(hash, row->is_short);
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        tr_hash_double(hash, numbers[k]);
    for (size_t k = 0; k < TR_TARGETS; k++)
        tr_hash_double(hash, row->target[k]);
}

static enum tr_status from_file(struct collector *c, struct tr_error *err)
{
    struct tr_entries_row *rows = NULL;
    struct tr_hash hash;
    size_t n = 0;
    enum tr_status status = tr_entries_read(&c->file, &rows, &n, &c->backtest->file, err);

    tr_hash_init(&hash);
    for (size_t i = 0; i < n && status == TR_OK; i++) {
        hash_row(&hash, &rows[i]);
        status = place(c, &rows[i], err);
    }
    tr_hash_end(&hash, c->backtest->sourced);
    tr_free(rows);
    return status;
}

struct placed {
    tr_time_ms decided;
    size_t place; /* keeps the order of equals */
    struct tr_account_entry entry;
};

static int by_decision(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    if (x->decided != y->decided)
        return x->decided < y->decided ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Series by series they were found; by time they are decided. */
static enum tr_status sort(struct tr_backtest *backtest, struct tr_error *err)
{
    struct placed *list = tr_alloc(backtest->n_entries, sizeof *list);

    if (!list)
        return tr_error_nomem(err);
    for (size_t i = 0; i < backtest->n_entries; i++)
        list[i] = (struct placed){decided_at(backtest, &backtest->entries[i]), i, backtest->entries[i]};
    if (backtest->n_entries)
        qsort(list, backtest->n_entries, sizeof *list, by_decision);
    for (size_t i = 0; i < backtest->n_entries; i++)
        backtest->entries[i] = list[i].entry;
    tr_free(list);
    return TR_OK;
}

enum tr_status tr_backtest_entries(struct tr_backtest *backtest, const struct tr_world *world, struct tr_error *err)
{
    const struct tr_backtest_options *options = &backtest->options;
    struct collector c = {.backtest = backtest, .file = {options->entries, options->strict}};
    enum tr_status status = TR_OK;

    if (options->source == TR_BACKTEST_FILE)
        status = from_file(&c, err);
    else if (options->source == TR_BACKTEST_STORED)
        c.file.path = "stored signals";
    for (size_t s = 0; s < backtest->n_series && status == TR_OK && options->source != TR_BACKTEST_FILE; s++)
        status =
            options->source == TR_BACKTEST_STORED ? from_store(&c, world->store, s, err) : from_walkforward(&c, s, err);
    backtest->file.accepted = backtest->n_entries;
    return status == TR_OK ? sort(backtest, err) : status;
}
