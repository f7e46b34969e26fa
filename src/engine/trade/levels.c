#include "engine/trade/levels.h"

#include <math.h>

const char *tr_side_name(enum tr_side side)
{
    return side == TR_LONG ? "long" : "short";
}

struct tr_ladder tr_ladder_defaults(void)
{
    return (struct tr_ladder){.stop_atr = 1.5,
                              .target_atr = {1.0, 2.0, 3.0},
                              .fraction = {0.3, 0.4, 0.3},
                              .trail_atr = 1.5,
                              .horizon_hours = 48.0};
}

/* Longer horizons would not fit the 16-bit bar counts of labels at 1m. */
static const double max_horizon_hours = 1000.0;

/* The comparisons are written so that NaN fails them. */
enum tr_status tr_ladder_check(const struct tr_ladder *ladder, struct tr_error *err)
{
    if (!(ladder->stop_atr > 0.0 && ladder->stop_atr <= 100.0))
        return tr_error_set(err, TR_INVALID, "stop_atr is %g: must be above 0 and at most 100", ladder->stop_atr);
    double last = 0.0, sum = 0.0;
    for (int k = 0; k < TR_TARGETS; k++) {
        if (!(ladder->target_atr[k] > last && ladder->target_atr[k] <= 100.0))
            return tr_error_set(err, TR_INVALID, "target_atr[%d] is %g: targets must rise from above 0 to at most 100",
                                k, ladder->target_atr[k]);
        if (!(ladder->fraction[k] > 0.0 && ladder->fraction[k] < 1.0))
            return tr_error_set(err, TR_INVALID, "fraction[%d] is %g: must lie between 0 and 1", k,
                                ladder->fraction[k]);
        last = ladder->target_atr[k];
        sum += ladder->fraction[k];
    }
    if (!(fabs(sum - 1.0) <= 1e-9))
        return tr_error_set(err, TR_INVALID, "the fractions add up to %.12g: must be 1", sum);
    if (!(ladder->trail_atr >= 0.0 && ladder->trail_atr <= 100.0))
        return tr_error_set(err, TR_INVALID, "trail_atr is %g: must lie in 0 .. 100", ladder->trail_atr);
    if (!(ladder->horizon_hours > 0.0 && ladder->horizon_hours <= max_horizon_hours))
        return tr_error_set(err, TR_INVALID, "horizon_hours is %g: must be above 0 and at most %g",
                            ladder->horizon_hours, max_horizon_hours);
    return TR_OK;
}

size_t tr_ladder_horizon_bars(const struct tr_ladder *ladder, enum tr_timeframe timeframe)
{
    double bars = floor(ladder->horizon_hours * (double)TR_HOUR_MS / (double)tr_timeframe_ms(timeframe));
    return bars < 1.0 ? 1 : (size_t)bars;
}

/* price / step, moved onto the whole number that it misses by rounding errors only (0.3 / 0.1 is not 3). */
static double ticks_of(double price, double step)
{
    double ticks = price / step, whole = rint(ticks);
    return fabs(ticks - whole) <= 1e-12 * fabs(ticks) ? whole : ticks;
}

/* Decimal steps divide by the whole 1/step, which gives the double nearest to the decimal price. */
static double price_of(double ticks, double step)
{
    double per_unit = rint(1.0 / step);
    if (per_unit >= 1.0 && fabs(per_unit * step - 1.0) <= 1e-12)
        return ticks / per_unit;
    return ticks * step;
}

/* The step at or next to price on the side of entry, or the last one before entry where that would reach it. */
static double round_towards(double price, double entry, double step)
{
    double ticks = ticks_of(price, step), barrier = ticks_of(entry, step);
    if (price < entry)
        return price_of(fmin(ceil(ticks), ceil(barrier) - 1.0), step);
    return price_of(fmax(floor(ticks), floor(barrier) + 1.0), step);
}

static bool usable(double price)
{
    return price > 0.0 && isfinite(price);
}

void tr_levels_round(struct tr_levels *levels, const struct tr_market_limits *limits)
{
    double step = limits ? limits->price_step : 0.0;
    if (!(step > 0.0))
        return;
    levels->stop = round_towards(levels->stop, levels->entry, step);
    for (int k = 0; k < TR_TARGETS; k++)
        levels->target[k] = round_towards(levels->target[k], levels->entry, step);
}

enum tr_status tr_levels_make(const struct tr_ladder *ladder, enum tr_side side, double entry, double atr,
                              const struct tr_market_limits *limits, struct tr_levels *out, struct tr_error *err)
{
    if (!usable(entry) || !usable(atr))
        return tr_error_set(err, TR_INVALID, "entry %g and ATR %g must be positive", entry, atr);
    double sign = tr_side_sign(side);
    out->side = side;
    out->entry = entry;
    out->atr = atr;
    out->trail_distance = ladder->trail_atr * atr;
    out->stop = entry - sign * (ladder->stop_atr * atr);
    for (int k = 0; k < TR_TARGETS; k++)
        out->target[k] = entry + sign * (ladder->target_atr[k] * atr);
    tr_levels_round(out, limits);
    bool positive = usable(out->stop);
    for (int k = 0; k < TR_TARGETS; k++)
        positive = positive && usable(out->target[k]);
    if (!positive)
        return tr_error_set(err, TR_INVALID, "a %s from %g with ATR %g would have a level at or below 0",
                            tr_side_name(side), entry, atr);
    return TR_OK;
}
