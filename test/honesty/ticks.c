#include "honesty/ticks.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <math.h>
#include <string.h>

enum { RANGE_BARS = 14, HORIZON = 48, MINUTES = 60 };

#define REGIME_HOURS 120.0
#define INSIDE 1e-9
#define RISK 0.0025

static double price_of(const struct ticks *t, int k)
{
    return 100.0 * pow(1.0 + t->spec.tick, (double)k);
}

static void add_bar(struct tr_bar_list *list, tr_time_ms time, const struct ticks *t, const int k[4])
{
    struct tr_error err;
    const struct tr_bar bar = {.time = time,
                               .open = price_of(t, k[0]),
                               .high = price_of(t, k[1]),
                               .low = price_of(t, k[2]),
                               .close = price_of(t, k[3]),
                               .volume = 1.0};

    assert_ok(tr_bar_list_add(list, &bar, &err), &err);
}

/* One hour of one series; `common` holds the signs that all series share. */
static void walk_hour(struct ticks *t, size_t s, size_t row, size_t steps, const bool *common, struct tr_rng *rng)
{
    double up = 1.0 / (2.0 + t->spec.tick);
    tr_time_ms time = TICKS_START + (tr_time_ms)row * TR_HOUR_MS;
    int k = row ? t->at[s][row - 1] : 0, hour[4] = {k, k, k, k};

    for (size_t i = 0; i < (t->spec.fine ? MINUTES : steps); i++) {
        int minute[4] = {k, k, k, k};

        if (i < steps) {
            bool rises = tr_rng_uniform(rng) < t->spec.shared ? common[i] : tr_rng_uniform(rng) < up;

            k += rises ? 1 : -1;
        }
        minute[1] = k > minute[0] ? k : minute[0];
        minute[2] = k < minute[0] ? k : minute[0];
        minute[3] = k;
        hour[1] = k > hour[1] ? k : hour[1];
        hour[2] = k < hour[2] ? k : hour[2];
        if (t->spec.fine)
            add_bar(&t->minutes[s], time + (tr_time_ms)i * (TR_HOUR_MS / MINUTES), t, minute);
    }
    hour[3] = k;
    t->at[s][row] = k;
    t->atr[s][row] = hour[1] - hour[2]; /* until find_ranges */
    add_bar(&t->hours[s], time, t, hour);
}

/* From the last row on, so that the ranges before it still stand. */
static void find_ranges(struct ticks *t, size_t s)
{
    for (size_t row = t->spec.bars; row-- > 0;) {
        size_t n = row + 1 < RANGE_BARS ? row + 1 : RANGE_BARS;
        double sum = 0.0;

        for (size_t i = 0; i < n; i++)
            sum += t->atr[s][row - i];
        t->atr[s][row] = (int)fmax(2.0, rint(sum / (2.0 * (double)n * fmax(1.0, (double)t->spec.nearer))));
    }
}

static enum tr_status find_minutes(void *context, tr_time_ms from, tr_time_ms to, struct tr_bars *out,
                                   struct tr_error *err)
{
    const struct tr_bars *fine = context;
    size_t first = tr_bars_find(fine, from);

    (void)err;
    *out = tr_bars_slice(fine, first, tr_bars_find(fine, to) - first);
    return TR_OK;
}

void ticks_make(struct ticks *t, const struct ticks_spec *spec, uint64_t seed)
{
    struct tr_rng rng;
    bool wild, common[MINUTES];

    memset(t, 0, sizeof *t);
    t->spec = *spec;
    t->funding = tr_funding_none();
    for (size_t s = 0; s < spec->series; s++) {
        tr_bar_list_init(&t->hours[s], TR_TIMEFRAME_1H);
        tr_bar_list_init(&t->minutes[s], TR_TIMEFRAME_1M);
        t->at[s] = tr_alloc(spec->bars, sizeof *t->at[s]);
        t->atr[s] = tr_alloc(spec->bars, sizeof *t->atr[s]);
        assert_true(t->at[s] && t->atr[s]);
    }
    tr_rng_init(&rng, seed, 0);
    wild = tr_rng_below(&rng, 2);
    for (size_t row = 0; row < spec->bars; row++) {
        if (tr_rng_uniform(&rng) * REGIME_HOURS < 1.0)
            wild = !wild;
        size_t steps = wild ? spec->wild : spec->calm;

        for (size_t i = 0; i < steps; i++)
            common[i] = tr_rng_uniform(&rng) < 1.0 / (2.0 + spec->tick);
        for (size_t s = 0; s < spec->series; s++)
            walk_hour(t, s, row, steps, common, &rng);
    }
    for (size_t s = 0; s < spec->series; s++) {
        find_ranges(t, s);
        t->bars[s] = tr_bar_list_view(&t->hours[s]);
        t->fine[s] = tr_bar_list_view(&t->minutes[s]);
        t->detail[s] = (struct tr_detail){find_minutes, &t->fine[s]};
        t->account[s] = (struct tr_account_series){.bars = &t->bars[s], .funding = &t->funding};
    }
}

void ticks_free(struct ticks *t)
{
    for (size_t s = 0; s < t->spec.series; s++) {
        tr_bar_list_finish(&t->hours[s]);
        tr_bar_list_finish(&t->minutes[s]);
        tr_free(t->at[s]);
        tr_free(t->atr[s]);
    }
}

/* The price `ticks` from the entry's in the position's favour, a hair nearer to it than the grid. */
static double level(const struct ticks *t, int entry, double sign, int ticks)
{
    double from = price_of(t, entry), to = price_of(t, entry + (sign > 0.0 ? ticks : -ticks));

    return to + (from - to) * INSIDE;
}

static struct tr_account_entry make_entry(const struct ticks *t, size_t s, size_t row, enum tr_side side)
{
    double sign = tr_side_sign(side);
    int k = t->at[s][row], half = t->atr[s][row];
    struct tr_account_entry entry = {.series = s,
                                     .row = row,
                                     .targets = TR_TARGETS,
                                     .fraction = {0.3, 0.4, 0.3},
                                     .levels = {.side = side, .entry = price_of(t, k)}};

    entry.levels.atr = entry.levels.entry * t->spec.tick * 2.0 * half;
    entry.levels.stop = level(t, k, sign, -3 * half);
    for (int i = 0; i < TR_TARGETS; i++)
        entry.levels.target[i] = level(t, k, sign, 2 * half * (i + 1));
    /* Farther than any target: after target 1 the stop stands at the entry, on the grid. */
    entry.levels.trail_distance = 2.0 * fabs(entry.levels.target[TR_TARGETS - 1] - entry.levels.entry);
    return entry;
}

size_t ticks_enter(const struct ticks *t, const struct ticks_entries *how, uint64_t seed,
                   struct tr_account_entry **entries)
{
    struct tr_rng rng;
    size_t n = 0;

    *entries = tr_alloc(t->spec.series * t->spec.bars, sizeof **entries);
    assert_non_null(*entries);
    tr_rng_init(&rng, seed, 1);
    for (size_t row = RANGE_BARS; row + 1 < t->spec.bars; row++) {
        bool all = tr_rng_uniform(&rng) < how->chance;
        enum tr_side side = tr_rng_below(&rng, 2) ? TR_LONG : TR_SHORT;

        for (size_t s = 0; s < t->spec.series; s++) {
            bool enters = how->together ? all : tr_rng_uniform(&rng) < how->chance;

            if (!how->together)
                side = tr_rng_below(&rng, 2) ? TR_LONG : TR_SHORT;
            if (how->apart ? row % how->apart == 0 : enters)
                (*entries)[n++] = make_entry(t, s, row, side);
        }
    }
    return n;
}

struct tr_account_options ticks_options(size_t bars, bool costs)
{
    struct tr_account_options options = {.size = tr_size_defaults(),
                                         .profile = TR_MODERATE,
                                         .compound = true,
                                         .correlation = 0.7,
                                         .correlation_bars = 168,
                                         .cost = tr_cost_defaults(),
                                         .horizon_bars = HORIZON,
                                         .from = TICKS_START,
                                         .to = TICKS_START + (tr_time_ms)bars * TR_HOUR_MS};

    options.size.risk_frac[TR_MODERATE] = RISK;
    if (!costs)
        options.cost.maker_frac = options.cost.taker_frac = options.cost.slippage_frac = 0.0;
    return options;
}
