#include "engine/label/barrier.h"

#include "engine/label/barrier_scan.h"

#include <math.h>

struct tr_barrier_options tr_barrier_defaults(void)
{
    return (struct tr_barrier_options){.take_profit_frac = 0.02, .stop_frac = 0.01, .horizon_bars = 24};
}

/* The comparisons are written so that NaN fails them. */
enum tr_status tr_barrier_check(const struct tr_barrier_options *options, struct tr_error *err)
{
    if (!(options->take_profit_frac > 0.0 && options->take_profit_frac < 1.0))
        return tr_error_set(err, TR_INVALID, "take_profit_frac is %g: must lie between 0 and 1",
                            options->take_profit_frac);
    if (!(options->stop_frac > 0.0 && options->stop_frac < 1.0))
        return tr_error_set(err, TR_INVALID, "stop_frac is %g: must lie between 0 and 1", options->stop_frac);
    if (options->horizon_bars < 1 || options->horizon_bars > 255)
        return tr_error_set(err, TR_INVALID, "horizon_bars is %zu: must lie in 1 .. 255", options->horizon_bars);
    return TR_OK;
}

const char *tr_barrier_hit_name(enum tr_barrier_hit hit)
{
    static const char *const names[] = {"", "tp", "sl", "time"};
    return (unsigned)hit < sizeof names / sizeof names[0] ? names[hit] : "";
}

static void no_labels(size_t from, size_t to, const struct tr_barrier_labels *out)
{
    for (size_t t = from; t < to; t++) {
        out->hit[t] = TR_HIT_NONE;
        out->bars[t] = 0;
        out->return_frac[t] = (double)NAN;
    }
}

/* What the barriers are multiples of close of: stop below and take-profit above for a long, the reverse for a short. */
struct shape {
    size_t horizon;
    int64_t span_ms;
    double floor_factor, ceiling_factor, sign;
    uint8_t at_floor, at_ceiling;
};

static struct shape shape_of(const struct tr_bars *bars, const struct tr_barrier_options *options, enum tr_side side)
{
    double sign = tr_side_sign(side);
    double take = 1.0 + sign * options->take_profit_frac, stop = 1.0 - sign * options->stop_frac;
    bool is_long = side == TR_LONG;
    return (struct shape){.horizon = options->horizon_bars,
                          .span_ms = (int64_t)options->horizon_bars * tr_timeframe_ms(bars->timeframe),
                          .floor_factor = is_long ? stop : take,
                          .ceiling_factor = is_long ? take : stop,
                          .sign = sign,
                          .at_floor = is_long ? TR_HIT_SL : TR_HIT_TP,
                          .at_ceiling = is_long ? TR_HIT_TP : TR_HIT_SL};
}

/* From the number of quiet bars to the label: open first, then the stop, then the take-profit. */
static void resolve(const struct tr_bars *bars, const struct shape *shape, size_t t, double bottom, double top,
                    size_t quiet, const struct tr_barrier_labels *out)
{
    bool timed_out = quiet == shape->horizon;
    size_t hit_bars = timed_out ? quiet : quiet + 1, row = t + hit_bars;
    double open = bars->open[row];
    bool floor_hit = bars->low[row] <= bottom, ceiling_hit = bars->high[row] >= top;
    bool both_to_floor = open <= bottom || (shape->at_floor == TR_HIT_SL && !(open >= top));
    bool at_floor = floor_hit && (!ceiling_hit || both_to_floor);
    double low_exit = open < bottom ? open : bottom, high_exit = open > top ? open : top;
    double exit = at_floor ? low_exit : high_exit;
    uint8_t hit = at_floor ? shape->at_floor : shape->at_ceiling;
    double entry = bars->close[t];
    out->hit[t] = timed_out ? TR_HIT_TIME : hit;
    out->bars[t] = (uint8_t)hit_bars;
    out->return_frac[t] = shape->sign * ((timed_out ? bars->close[row] : exit) - entry) / entry;
}

/* Times ascend on a grid: the horizon-th next bar is there in time exactly when none before it is missing. */
static bool followed(const struct tr_bars *bars, const struct shape *shape, size_t t)
{
    return bars->time[t + shape->horizon] - bars->time[t] == shape->span_ms;
}

/* Rows first .. first + TR_BARRIER_BLOCK - 1, all of which have horizon rows after them. */
static void label_block(const struct tr_bars *bars, const struct shape *shape, tr_barrier_scan_fn scan, size_t first,
                        const struct tr_barrier_labels *out)
{
    double bottom[TR_BARRIER_BLOCK], top[TR_BARRIER_BLOCK];
    int64_t quiet[TR_BARRIER_BLOCK];
    for (size_t i = 0; i < TR_BARRIER_BLOCK; i++) {
        bottom[i] = bars->close[first + i] * shape->floor_factor;
        top[i] = bars->close[first + i] * shape->ceiling_factor;
    }
    scan(shape->horizon, bars->low + first, bars->high + first, bottom, top, quiet);
    for (size_t i = 0; i < TR_BARRIER_BLOCK; i++) {
        if (followed(bars, shape, first + i))
            resolve(bars, shape, first + i, bottom[i], top[i], (size_t)quiet[i], out);
        else
            no_labels(first + i, first + i + 1, out);
    }
}

/* One row by itself: the end of a series, shorter than a block. */
static void label_row(const struct tr_bars *bars, const struct shape *shape, size_t t,
                      const struct tr_barrier_labels *out)
{
    if (!followed(bars, shape, t)) {
        no_labels(t, t + 1, out);
        return;
    }
    double bottom = bars->close[t] * shape->floor_factor, top = bars->close[t] * shape->ceiling_factor;
    size_t quiet = 0;
    while (quiet < shape->horizon && bars->low[t + quiet + 1] > bottom && bars->high[t + quiet + 1] < top)
        quiet++;
    resolve(bars, shape, t, bottom, top, quiet, out);
}

static tr_barrier_scan_fn choose_scan(void)
{
    size_t k = 0;
    while (!tr_barrier_variants[k].supported())
        k++;
    return tr_barrier_variants[k].scan;
}

void tr_barrier_label(const struct tr_bars *bars, const struct tr_barrier_options *options, enum tr_side side,
                      const struct tr_barrier_labels *out)
{
    struct shape shape = shape_of(bars, options, side);
    size_t horizon = shape.horizon, usable = bars->n > horizon ? bars->n - horizon : 0;
    tr_barrier_scan_fn scan = choose_scan();
    size_t t = 0;
    for (; t + TR_BARRIER_BLOCK <= usable; t += TR_BARRIER_BLOCK)
        label_block(bars, &shape, scan, t, out);
    for (; t < usable; t++)
        label_row(bars, &shape, t, out);
    no_labels(usable, bars->n, out);
}
