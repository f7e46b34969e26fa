#include "engine/label/barrier.h"

#include "engine/label/barrier_scan.h"

#include <math.h>
#include <string.h>

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
    int64_t step_ms;
    double floor_factor, ceiling_factor, sign;
    bool stop_is_floor;
    uint8_t hits[2]; /* at the ceiling, at the floor */
};

static struct shape shape_of(const struct tr_bars *bars, const struct tr_barrier_options *options, enum tr_side side)
{
    double sign = tr_side_sign(side);
    double take = 1.0 + sign * options->take_profit_frac, stop = 1.0 - sign * options->stop_frac;
    bool is_long = side == TR_LONG;
    return (struct shape){.horizon = options->horizon_bars,
                          .step_ms = tr_timeframe_ms(bars->timeframe),
                          .floor_factor = is_long ? stop : take,
                          .ceiling_factor = is_long ? take : stop,
                          .sign = sign,
                          .stop_is_floor = is_long,
                          .hits = {is_long ? TR_HIT_TP : TR_HIT_SL, is_long ? TR_HIT_SL : TR_HIT_TP}};
}

/* What the touch in `row` was: the open first, then the stop, then the take-profit. Returns the exit price. Chosen by
 * index instead of by jumps: which barrier it was is as good as random, and a wrong guess costs more than both answers.
 */
static inline double resolve(const struct tr_bars *bars, const struct shape *shape, size_t row, double bottom,
                             double top, uint8_t *hit)
{
    double open = bars->open[row];
    bool floor_touched = bars->low[row] <= bottom, ceiling_touched = bars->high[row] >= top;
    bool both_to_floor = (open <= bottom) | (shape->stop_is_floor & (open < top));
    bool at_floor = floor_touched & (!ceiling_touched | both_to_floor);
    const double exits[2] = {open > top ? open : top, open < bottom ? open : bottom};
    *hit = shape->hits[at_floor];
    return exits[at_floor];
}

/* Times ascend on a grid: the k-th next bar is there in time exactly when none before it is missing. */
static bool consecutive(const struct tr_bars *bars, const struct shape *shape, size_t t, size_t k)
{
    return bars->time[t + k] - bars->time[t] == (int64_t)k * shape->step_ms;
}

/* Rows first .. first + TR_BARRIER_BLOCK - 1, all of which have horizon rows after them. */
static void label_block(const struct tr_bars *bars, const struct shape *shape, tr_barrier_scan_fn scan, size_t first,
                        const struct tr_barrier_labels *out)
{
    double bottom[TR_BARRIER_BLOCK], top[TR_BARRIER_BLOCK], exit[TR_BARRIER_BLOCK];
    struct tr_barrier_touch touch[TR_BARRIER_BLOCK];
    const struct tr_bars block = tr_bars_slice(bars, first, bars->n - first);
    uint8_t *restrict hit = out->hit + first, *restrict hit_bars = out->bars + first;
    double *restrict return_frac = out->return_frac + first;
    const double sign = shape->sign;
    for (size_t i = 0; i < TR_BARRIER_BLOCK; i++) {
        bottom[i] = block.close[i] * shape->floor_factor;
        top[i] = block.close[i] * shape->ceiling_factor;
    }
    memcpy(exit, block.close + shape->horizon, sizeof exit);
    memset(hit, TR_HIT_TIME, TR_BARRIER_BLOCK);
    memset(hit_bars, (int)shape->horizon, TR_BARRIER_BLOCK);
    size_t touches = scan(shape->horizon, block.low, block.high, bottom, top, touch);
    for (size_t k = 0; k < touches; k++) {
        size_t i = touch[k].row, j = touch[k].bars;
        hit_bars[i] = (uint8_t)j;
        exit[i] = resolve(&block, shape, i + j, bottom[i], top[i], &hit[i]);
    }
    for (size_t i = 0; i < TR_BARRIER_BLOCK; i++)
        return_frac[i] = sign * (exit[i] - block.close[i]) / block.close[i];
    if (consecutive(&block, shape, 0, TR_BARRIER_BLOCK - 1 + shape->horizon))
        return;
    const tr_time_ms *time = block.time, *end = block.time + shape->horizon;
    const int64_t span_ms = (int64_t)shape->horizon * shape->step_ms;
    for (size_t i = 0; i < TR_BARRIER_BLOCK; i++) {
        bool whole = end[i] - time[i] == span_ms;
        hit[i] = whole ? hit[i] : TR_HIT_NONE;
        hit_bars[i] = whole ? hit_bars[i] : 0;
        return_frac[i] = whole ? return_frac[i] : (double)NAN;
    }
}

/* One row by itself: the end of a series, shorter than a block. */
static void label_row(const struct tr_bars *bars, const struct shape *shape, size_t t,
                      const struct tr_barrier_labels *out)
{
    if (!consecutive(bars, shape, t, shape->horizon)) {
        no_labels(t, t + 1, out);
        return;
    }
    double entry = bars->close[t], bottom = entry * shape->floor_factor, top = entry * shape->ceiling_factor;
    size_t row = t + 1, last = t + shape->horizon;
    while (row < last && bars->low[row] > bottom && bars->high[row] < top)
        row++;
    bool quiet = bars->low[row] > bottom && bars->high[row] < top;
    out->hit[t] = TR_HIT_TIME;
    out->bars[t] = (uint8_t)(row - t);
    double exit = quiet ? bars->close[row] : resolve(bars, shape, row, bottom, top, &out->hit[t]);
    out->return_frac[t] = shape->sign * (exit - entry) / entry;
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
