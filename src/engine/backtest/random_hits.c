#include "engine/backtest/measure.h"

#include "base/rng.h"

#include <math.h>

enum { MIN_DRAWS = 10, ALL_DRAWS = 10000, TRIES = 100 };

/* One closed trade whose shape is put on other rows of its series. */
struct shape {
    const struct tr_account_series *series;
    const double *atr; /* of the series; NULL: none */
    const struct tr_levels *levels;
    double own_atr;
    struct tr_outcome_rules rules;
    size_t first, end; /* rows it may be put on */
};

struct counts {
    size_t drawn[TR_TARGETS], hit[TR_TARGETS];
};

/* Rows decided inside [from, to) whose horizon ends inside the bars: as these are neighbours, choosing among them is
 * what drawing over again would come to. */
static void find_rows(const struct tr_account_options *options, struct shape *shape)
{
    const struct tr_bars *bars = shape->series->bars;
    int64_t bar_ms = tr_timeframe_ms(bars->timeframe);
    shape->first = shape->end = 0;
    if (bars->n == 0)
        return;
    tr_time_ms last = bars->time[bars->n - 1] - (tr_time_ms)options->horizon_bars * bar_ms;
    tr_time_ms end = last < options->to - bar_ms ? last + 1 : options->to - bar_ms;
    shape->first = tr_bars_find(bars, options->from - bar_ms);
    shape->end = tr_bars_find(bars, end);
}

static struct shape make_shape(const struct tr_account_options *options, const struct tr_account_series *series,
                               const double *const *atr, const struct tr_account_trade *trade,
                               const struct tr_account_entry *entry)
{
    struct shape shape = {.series = &series[entry->series], .atr = atr[entry->series], .levels = &entry->levels};
    shape.own_atr = shape.atr ? shape.atr[entry->row] : (double)NAN;
    shape.rules = (struct tr_outcome_rules){.targets = entry->targets,
                                            .horizon_bars = options->horizon_bars,
                                            .intrabar = options->intrabar,
                                            .entry = options->entry,
                                            .margin_frac = 1.0 / fmax(1.0, trade->leverage),
                                            .maintenance_frac = options->size.maintenance_frac};
    for (size_t k = 0; k < TR_TARGETS; k++)
        shape.rules.fraction[k] = entry->fraction[k];
    find_rows(options, &shape);
    return shape;
}

/* The trade's distances on another row, in its ATR where both are known. false: a level is not a price. */
static bool move_levels(const struct shape *shape, size_t row, struct tr_levels *out)
{
    const struct tr_levels *own = shape->levels;
    double close = shape->series->bars->close[row], atr = shape->atr ? shape->atr[row] : (double)NAN;
    double scale = shape->own_atr > 0.0 && atr > 0.0 ? atr / shape->own_atr : close / own->entry;
    *out = (struct tr_levels){.side = own->side,
                              .entry = close,
                              .atr = own->atr * scale,
                              .stop = close + (own->stop - own->entry) * scale,
                              .trail_distance = own->trail_distance * scale};
    bool fine = out->stop > 0.0 && isfinite(scale);
    for (size_t k = 0; k < shape->rules.targets; k++) {
        out->target[k] = close + (own->target[k] - own->entry) * scale;
        fine = fine && out->target[k] > 0.0;
    }
    return fine;
}

/* One random entry; *hits: targets it reached, or TR_TARGETS + 1 where none could be made. */
static enum tr_status play_one(const struct shape *shape, struct tr_rng *rng, size_t *hits, struct tr_error *err)
{
    *hits = TR_TARGETS + 1;
    for (int attempt = 0; attempt < TRIES; attempt++) {
        size_t row = shape->first + (size_t)tr_rng_below(rng, shape->end - shape->first);
        struct tr_levels levels;
        struct tr_outcome outcome;
        if (!move_levels(shape, row, &levels))
            continue;
        enum tr_status status = tr_outcome_run_detail(&shape->rules, &levels, shape->series->bars, row,
                                                      shape->series->detail, &outcome, err);
        if (status != TR_OK)
            return status;
        if (outcome.reason == TR_EXIT_UNFILLED || outcome.reason == TR_EXIT_OPEN || tr_outcome_expired(&outcome))
            continue;
        *hits = outcome.targets_hit;
        break;
    }
    return TR_OK;
}

static enum tr_status play_shape(const struct shape *shape, size_t draws, struct tr_rng *rng, struct counts *counts,
                                 struct tr_error *err)
{
    for (size_t d = 0; d < draws && shape->first < shape->end; d++) {
        size_t hits;
        enum tr_status status = play_one(shape, rng, &hits, err);
        if (status != TR_OK)
            return status;
        if (hits > TR_TARGETS)
            break; /* nor would the next hundred tries */
        for (size_t k = 0; k < shape->rules.targets; k++) {
            counts->drawn[k]++;
            counts->hit[k] += hits > k;
        }
    }
    return TR_OK;
}

enum tr_status tr_random_hits(const struct tr_account *account, const struct tr_account_options *options,
                              const struct tr_account_series *series, const struct tr_account_entry *entries,
                              const double *const *atr, uint64_t seed, double rate[TR_TARGETS], struct tr_error *err)
{
    struct counts counts = {{0}, {0}};
    size_t closed = 0;
    for (size_t i = 0; i < account->n_trades; i++)
        closed += !account->trades[i].open;
    for (size_t k = 0; k < TR_TARGETS; k++)
        rate[k] = (double)NAN;
    if (closed == 0)
        return TR_OK;
    size_t draws = ALL_DRAWS / closed > MIN_DRAWS ? ALL_DRAWS / closed : MIN_DRAWS;
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < account->n_trades; i++) {
        const struct tr_account_trade *trade = &account->trades[i];
        if (trade->open)
            continue;
        struct shape shape = make_shape(options, series, atr, trade, &entries[trade->entry]);
        enum tr_status status = play_shape(&shape, draws, &rng, &counts, err);
        if (status != TR_OK)
            return status;
    }
    for (size_t k = 0; k < TR_TARGETS; k++)
        if (counts.drawn[k] > 0)
            rate[k] = (double)counts.hit[k] / (double)counts.drawn[k];
    return TR_OK;
}
