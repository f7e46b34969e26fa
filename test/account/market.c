#include "account/market.h"

#include <math.h>
#include <string.h>

struct shape {
    enum tr_timeframe coarse, fine;
    size_t fine_bars; /* in a coarse one */
};

static const struct shape SHAPES[] = {
    {TR_TIMEFRAME_1H, TR_TIMEFRAME_15M, 4}, {TR_TIMEFRAME_4H, TR_TIMEFRAME_1H, 4},
    {TR_TIMEFRAME_30M, TR_TIMEFRAME_5M, 6}, {TR_TIMEFRAME_1D, TR_TIMEFRAME_6H, 4},
    {TR_TIMEFRAME_1H, TR_TIMEFRAME_30M, 2}, {TR_TIMEFRAME_2H, TR_TIMEFRAME_30M, 4},
};
#define N_SHAPES (sizeof SHAPES / sizeof *SHAPES)
#define LOWEST 150

static bool chance(struct tr_rng *rng, double p)
{
    return tr_rng_uniform(rng) < p;
}

static double between(struct tr_rng *rng, double low, double high)
{
    return low + (high - low) * tr_rng_uniform(rng);
}

static int64_t whole(struct tr_rng *rng, int64_t low, int64_t high)
{
    return low + (int64_t)tr_rng_below(rng, (uint64_t)(high - low + 1));
}

static void put(struct market_columns *c, struct tr_bars *view, tr_time_ms time, const int64_t price[4], double tick)
{
    size_t i = view->n++;

    c->bar[i] = (struct ref_bar){time, (double)price[0] * tick, (double)price[1] * tick, (double)price[2] * tick,
                                 (double)price[3] * tick};
    c->time[i] = time;
    c->open[i] = c->bar[i].open;
    c->high[i] = c->bar[i].high;
    c->low[i] = c->bar[i].low;
    c->close[i] = c->bar[i].close;
    c->volume[i] = 1;
}

static struct tr_bars view_of(const struct market_columns *c, enum tr_timeframe timeframe)
{
    return (struct tr_bars){0, timeframe, c->time, c->open, c->high, c->low, c->close, c->volume};
}

/* One move of the walk; correlated series share `common`. */
static int64_t move(struct tr_rng *rng, struct tr_rng *common, double share, int64_t most)
{
    int64_t shared = whole(common, -most, most), alone = whole(rng, -most, most);

    return chance(rng, share) ? shared : alone;
}

struct walk {
    struct tr_rng *rng, common;
    double share; /* of the moves that are the common ones */
    double wicks;
    int64_t price, moves;
};

/* The finer bars of one coarse bar, open high low close each; a flat one stands still. */
static void walk_bar(struct walk *w, size_t n, bool flat, int64_t fine[][4])
{
    for (size_t k = 0; k < n; k++) {
        int64_t *p = fine[k], step = move(w->rng, &w->common, w->share, w->moves), wick = flat ? 0 : w->moves / 2;

        if (k && !flat && chance(w->rng, 0.05))
            w->price += whole(w->rng, -w->moves, w->moves);
        if (w->price < LOWEST)
            w->price = LOWEST + whole(w->rng, 0, w->moves);
        p[0] = w->price;
        p[3] = flat ? p[0] : p[0] + step;
        if (p[3] < LOWEST)
            p[3] = LOWEST;
        p[1] = (p[0] > p[3] ? p[0] : p[3]) + (chance(w->rng, w->wicks) ? whole(w->rng, 0, wick) : 0);
        p[2] = (p[0] < p[3] ? p[0] : p[3]) - (chance(w->rng, w->wicks) ? whole(w->rng, 0, wick) : 0);
        w->price = p[3];
    }
}

static void join(size_t n, int64_t fine[][4], int64_t out[4])
{
    out[0] = fine[0][0];
    out[1] = fine[0][1];
    out[2] = fine[0][2];
    for (size_t k = 1; k < n; k++) {
        out[1] = fine[k][1] > out[1] ? fine[k][1] : out[1];
        out[2] = fine[k][2] < out[2] ? fine[k][2] : out[2];
    }
    out[3] = fine[n - 1][3];
}

/* What was recorded of the finer bars: now and then one is missing, or they lack the extremes. */
static void record_fine(struct market_series *s, struct tr_rng *rng, const struct shape *shape, tr_time_ms time,
                        int64_t fine[][4])
{
    bool lacks = chance(rng, 0.1), dull = chance(rng, 0.05);
    size_t lacking = (size_t)tr_rng_below(rng, shape->fine_bars);

    for (size_t k = 0; k < shape->fine_bars; k++) {
        int64_t *p = fine[k];
        if (dull) {
            p[1] = p[0] > p[3] ? p[0] : p[3];
            p[2] = p[0] < p[3] ? p[0] : p[3];
        }
        if (!lacks || k != lacking)
            put(&s->fine, &s->fine_bars, time + (tr_time_ms)k * tr_timeframe_ms(shape->fine), p, s->tick);
    }
}

static void make_bars(struct market_series *s, struct tr_rng *rng, const struct shape *shape, tr_time_ms first,
                      size_t n, uint64_t common, double share)
{
    struct walk w = {.rng = rng, .share = share, .wicks = between(rng, 0.2, 1), .price = whole(rng, 200, 1500)};
    int64_t fine[8][4] = {{0}}, coarse[4], step = tr_timeframe_ms(shape->coarse);
    double jumps = between(rng, 0, 0.3), slides = chance(rng, 0.4) ? between(rng, 0, 0.8) : 0,
           holes = chance(rng, 0.4) ? 0 : between(rng, 0, 0.04), flats = between(rng, 0, 0.1);

    tr_rng_init(&w.common, common, 1);
    s->tick = pow(10, between(rng, -6, 5)) / (double)w.price;
    s->moves = (unsigned)whole(rng, 1, 24);
    w.moves = s->moves;
    s->bars = view_of(&s->coarse, shape->coarse);
    s->fine_bars = view_of(&s->fine, shape->fine);
    for (tr_time_ms time = first; s->bars.n < n; time += step) {
        if (chance(rng, jumps))
            w.price += whole(rng, -4 * w.moves, 4 * w.moves);
        if (chance(rng, slides))
            w.price += whole(rng, -w.moves / 2, w.moves / 2);
        if (chance(rng, 0.01))
            w.price += whole(rng, -w.price / 4, w.price / 4);
        walk_bar(&w, shape->fine_bars, chance(rng, flats), fine);
        join(shape->fine_bars, fine, coarse);
        put(&s->coarse, &s->bars, time, coarse, s->tick);
        record_fine(s, rng, shape, time, fine);
        if (chance(rng, holes))
            time += step * whole(rng, 1, chance(rng, 0.2) ? 60 : 5);
    }
}

static enum tr_status read_fine(void *context, tr_time_ms from, tr_time_ms to, struct tr_bars *out,
                                struct tr_error *err)
{
    const struct market_series *s = context;
    size_t first = tr_bars_find(&s->fine_bars, from);

    (void)err;
    *out = tr_bars_slice(&s->fine_bars, first, tr_bars_find(&s->fine_bars, to) - first);
    return TR_OK;
}

/* Rates at steps of 8 hours (or others), with holes in the records and now and then a change of the step. */
static void make_funding(struct market_series *s, struct tr_rng *rng)
{
    static const int64_t STEPS[] = {8, 8, 4, 1, 24};
    int64_t step = STEPS[tr_rng_below(rng, 5)] * TR_HOUR_MS, shift = chance(rng, 0.2) ? whole(rng, 1, 3000) * 1000 : 0;
    tr_time_ms first = s->coarse.time[0] - whole(rng, -40, 40) * TR_HOUR_MS, time = tr_time_floor(first, step) + shift,
               end = s->coarse.time[s->bars.n - 1] + whole(rng, -60, 40) * TR_HOUR_MS;
    double holes = between(rng, 0, 0.1), size = chance(rng, 0.5) ? 0.0005 : 0.004;
    struct tr_funding *f = &s->funding;

    *f = (struct tr_funding){0, s->rate_time, s->rate, between(rng, -0.0005, 0.001), chance(rng, 0.7) ? 8 : 4};
    f->default_step_ms *= TR_HOUR_MS;
    for (; time <= end && f->n < MARKET_RATES && chance(rng, 0.998); time += step) {
        if (chance(rng, holes)) {
            time += step * whole(rng, 0, 5);
            continue;
        }
        if (chance(rng, 0.01))
            step = STEPS[tr_rng_below(rng, 4)] * TR_HOUR_MS;
        s->rate_time[f->n] = time;
        s->rate[f->n] = between(rng, -size, size);
        s->ref_rate[f->n] = (struct ref_rate){time, s->rate[f->n]};
        f->n++;
    }
}

static void make_limits(struct market_series *s, struct tr_rng *rng, double capital)
{
    double price = s->coarse.close[0];

    s->limits =
        (struct tr_market_limits){.size_step = chance(rng, 0.7) ? capital * between(rng, 0.0001, 0.1) / price : 0,
                                  .min_size = chance(rng, 0.3) ? capital * between(rng, 0, 0.2) / price : 0,
                                  .min_notional_usd = chance(rng, 0.3) ? capital * between(rng, 0, 0.3) : 0,
                                  .max_leverage = chance(rng, 0.3) ? between(rng, 1, 10) : 0};
}

static void make_series(struct market *m, struct tr_rng *rng, uint64_t seed)
{
    const struct shape *shape = &SHAPES[tr_rng_below(rng, N_SHAPES)];
    int64_t step = tr_timeframe_ms(shape->coarse);
    tr_time_ms first = tr_time_floor(19000 * TR_DAY_MS, step) + whole(rng, 0, 500) * step;
    double share = chance(rng, 0.3) ? 0 : between(rng, 0.3, 1);
    size_t n = (size_t)whole(rng, 50, MARKET_BARS);

    m->n_series = 1 + (size_t)tr_rng_below(rng, MARKET_SERIES);
    for (size_t k = 0; k < m->n_series; k++) {
        struct market_series *s = &m->own[k];
        bool detail = chance(rng, 0.5), limits = chance(rng, 0.4);
        size_t own = chance(rng, 0.3) ? (size_t)whole(rng, 50, (int64_t)n) : n;

        make_bars(s, rng, shape, chance(rng, 0.8) ? first : first + whole(rng, 0, 40) * step, own, seed, share);
        make_funding(s, rng);
        make_limits(s, rng, m->options.size.capital_usd);
        s->detail = (struct tr_detail){read_fine, s};
        m->series[k] =
            (struct tr_account_series){&s->bars, &s->funding, limits ? &s->limits : NULL, detail ? &s->detail : NULL};
        m->ref_series[k] =
            (struct ref_series){.bars = {s->bars.n, step, s->coarse.bar},
                                .fine = {detail ? s->fine_bars.n : 0, tr_timeframe_ms(shape->fine), s->fine.bar},
                                .rates = s->funding.n,
                                .rate = s->ref_rate,
                                .default_rate = s->funding.default_rate,
                                .default_step = s->funding.default_step_ms};
        if (limits) {
            m->ref_series[k].size_step = s->limits.size_step;
            m->ref_series[k].min_size = s->limits.min_size;
            m->ref_series[k].min_notional = s->limits.min_notional_usd;
            m->ref_series[k].max_leverage = s->limits.max_leverage;
        }
    }
}

static void make_fees(struct tr_account_options *o, struct tr_rng *rng)
{
    double volume = 0;

    o->fees.n = chance(rng, 0.5) ? 0 : 1 + (size_t)tr_rng_below(rng, REF_TIERS);
    for (size_t k = 0; k < o->fees.n; k++) {
        volume += o->size.capital_usd * between(rng, 0.1, 8);
        o->fees.tier[k] = (struct tr_fee_tier){volume, between(rng, -0.0001, 0.0002), between(rng, 0.0002, 0.0006)};
    }
}

static void make_options(struct tr_account_options *o, struct tr_rng *rng)
{
    *o = (struct tr_account_options){.size = tr_size_defaults(),
                                     .profile = (enum tr_risk_profile)tr_rng_below(rng, TR_PROFILE_COUNT),
                                     .compound = chance(rng, 0.5),
                                     .leverage = chance(rng, 0.6) ? between(rng, 0.5, 20) : 0,
                                     .max_open = chance(rng, 0.3) ? 1 + (size_t)tr_rng_below(rng, 2) : 0,
                                     .max_side_exposure = chance(rng, 0.3) ? between(rng, 0.2, 3) : 0,
                                     .max_correlated_exposure = chance(rng, 0.5) ? between(rng, 0.2, 3) : 0,
                                     .correlation = between(rng, 0.3, 0.9),
                                     .correlation_bars = (size_t)whole(rng, 2, chance(rng, 0.5) ? 20 : 168),
                                     .cost = tr_cost_defaults(),
                                     .horizon_bars = (size_t)whole(rng, 1, chance(rng, 0.3) ? 4 : 48),
                                     .intrabar = chance(rng, 0.5) ? TR_INTRABAR_PESSIMISTIC : TR_INTRABAR_OPTIMISTIC,
                                     .entry = chance(rng, 0.5) ? TR_ENTRY_MARKET : TR_ENTRY_LIMIT};
    o->size.capital_usd = pow(10, between(rng, 2, 6));
    o->size.risk_frac[o->profile] = between(rng, 0.002, 0.06);
    o->size.max_leverage[o->profile] = between(rng, 1, 12);
    o->size.maintenance_frac = chance(rng, 0.2) ? 0 : between(rng, 0, 0.03);
    o->cost.maker_frac = chance(rng, 0.2) ? 0 : between(rng, -0.0002, 0.0005);
    o->cost.taker_frac = between(rng, 0, 0.001);
    o->cost.slippage_frac = chance(rng, 0.2) ? 0 : between(rng, 0, 0.002);
    o->cost.slippage_model = chance(rng, 0.4) ? TR_SLIPPAGE_RANGE : TR_SLIPPAGE_FRACTION;
    o->cost.slippage_range = chance(rng, 0.1) ? between(rng, 1, 100) : between(rng, 0, 0.3);
    make_fees(o, rng);
}

static void convert_options(const struct tr_account_options *o, struct ref_options *out)
{
    *out = (struct ref_options){.capital = o->size.capital_usd,
                                .risk = o->size.risk_frac[o->profile],
                                .max_leverage = o->size.max_leverage[o->profile],
                                .maintenance = o->size.maintenance_frac,
                                .compound = o->compound,
                                .leverage = o->leverage,
                                .max_open = o->max_open,
                                .max_side = o->max_side_exposure,
                                .max_correlated = o->max_correlated_exposure,
                                .correlation = o->correlation,
                                .correlation_bars = o->correlation_bars,
                                .maker = o->cost.maker_frac,
                                .taker = o->cost.taker_frac,
                                .slippage = o->cost.slippage_frac,
                                .slippage_range = o->cost.slippage_range,
                                .by_range = o->cost.slippage_model == TR_SLIPPAGE_RANGE,
                                .tiers = o->fees.n,
                                .horizon = o->horizon_bars,
                                .optimistic = o->intrabar == TR_INTRABAR_OPTIMISTIC,
                                .limit = o->entry == TR_ENTRY_LIMIT,
                                .from = o->from,
                                .to = o->to};
    for (size_t k = 0; k < o->fees.n; k++) {
        out->tier_volume[k] = o->fees.tier[k].volume_usd;
        out->tier_maker[k] = o->fees.tier[k].maker_frac;
        out->tier_taker[k] = o->fees.tier[k].taker_frac;
    }
}

/* Levels on the ticks: at the decision's close, stop up to some bars' moves away, targets behind one another. */
static void make_levels(const struct market_series *s, struct tr_rng *rng, struct tr_account_entry *e)
{
    static const double PARTS[][TR_TARGETS] = {{1}, {0.5, 0.5}, {0.3, 0.4, 0.3}, {0.25, 0.5, 0.25}, {0.7, 0.3}};
    static const size_t TARGETS[] = {1, 2, 3, 3, 2};
    int64_t close = llround(s->coarse.close[e->row] / s->tick), far = (int64_t)s->moves * 4 + 2, at = 0;
    size_t kind = (size_t)tr_rng_below(rng, 5);
    struct tr_levels *l = &e->levels;

    *l = (struct tr_levels){.side = chance(rng, 0.5) ? TR_LONG : TR_SHORT, .entry = s->coarse.close[e->row]};
    int64_t sign = l->side == TR_LONG ? 1 : -1, stop = whole(rng, 1, chance(rng, 0.1) ? close / 2 : far);
    stop = stop < close ? stop : close - 1;
    l->atr = (double)far * s->tick;
    l->stop = (double)(close - sign * stop) * s->tick;
    e->targets = TARGETS[kind];
    for (size_t k = 0; k < TR_TARGETS; k++) {
        at += whole(rng, 1, far / 2);
        at = at < close - 4 ? at : close - 4 + (int64_t)k;
        l->target[k] = (double)(close + sign * at) * s->tick;
        e->fraction[k] = PARTS[kind][k];
    }
    l->trail_distance = chance(rng, 0.2) ? 0 : (double)whole(rng, 1, far) * s->tick;
}

static tr_time_ms decided_at(const struct market *m, const struct tr_account_entry *e)
{
    const struct tr_bars *bars = m->series[e->series].bars;

    return bars->time[e->row] + tr_timeframe_ms(bars->timeframe);
}

static void make_entry(const struct market *m, struct tr_rng *rng, struct tr_account_entry *e)
{
    e->series = (size_t)tr_rng_below(rng, m->n_series);
    const struct market_series *s = &m->own[e->series];
    e->row = (size_t)tr_rng_below(rng, s->bars.n);
    make_levels(s, rng, e);
    e->quantity = 0;
    if (chance(rng, 0.4)) {
        e->quantity = m->options.size.capital_usd * between(rng, 0, chance(rng, 0.8) ? 1 : 4) / e->levels.entry;
        if (m->series[e->series].limits && s->limits.size_step > 0 && chance(rng, 0.3))
            e->quantity = s->limits.size_step * (double)whole(rng, 1, 12);
    }
}

static void convert_entry(const struct tr_account_entry *e, struct ref_entry *out)
{
    *out = (struct ref_entry){.series = e->series,
                              .row = e->row,
                              .sign = e->levels.side == TR_LONG ? 1 : -1,
                              .price = e->levels.entry,
                              .stop = e->levels.stop,
                              .trail = e->levels.trail_distance,
                              .targets = e->targets,
                              .quantity = e->quantity};
    memcpy(out->target, e->levels.target, sizeof out->target);
    memcpy(out->fraction, e->fraction, sizeof out->fraction);
}

static void make_entries(struct market *m, struct tr_rng *rng)
{
    m->n = (size_t)whole(rng, 1, MARKET_ENTRIES);
    for (size_t k = 0; k < m->n; k++) {
        struct tr_account_entry e = {.source = k};
        size_t at = k;

        make_entry(m, rng, &e);
        for (; at > 0 && decided_at(m, &m->entry[at - 1]) > decided_at(m, &e); at--)
            m->entry[at] = m->entry[at - 1];
        m->entry[at] = e;
    }
    for (size_t k = 0; k < m->n; k++)
        convert_entry(&m->entry[k], &m->ref_entry[k]);
}

void market_make(struct market *m, uint64_t seed)
{
    struct tr_rng rng;

    tr_rng_init(&rng, seed, 0);
    make_options(&m->options, &rng);
    for (size_t k = 0; k < MARKET_SERIES; k++)
        m->own[k].bars.n = 0;
    make_series(m, &rng, seed);
    make_entries(m, &rng);
    tr_time_ms last = 0, first = decided_at(m, &m->entry[0]);
    for (size_t k = 0; k < m->n_series; k++) {
        const struct tr_bars *bars = &m->own[k].bars;
        tr_time_ms end = bars->time[bars->n - 1] + tr_timeframe_ms(bars->timeframe);
        last = end > last ? end : last;
    }
    m->options.from = chance(&rng, 0.3) ? first : first - whole(&rng, 0, 30) * TR_HOUR_MS;
    m->options.to = last;
    if (chance(&rng, 0.2))
        m->options.to = decided_at(m, &m->entry[m->n - 1]) + whole(&rng, 0, 90) * TR_HOUR_MS;
    convert_options(&m->options, &m->ref_options);
}
