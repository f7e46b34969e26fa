#include "engine/trade/size.h"

#include <math.h>

const char *tr_profile_name(enum tr_risk_profile profile)
{
    static const char *const names[TR_PROFILE_COUNT] = {"conservative", "moderate", "aggressive"};
    return (unsigned)profile < TR_PROFILE_COUNT ? names[profile] : "unknown";
}

struct tr_size_options tr_size_defaults(void)
{
    return (struct tr_size_options){.capital_usd = 10000.0,
                                    .risk_frac = {0.01, 0.02, 0.03},
                                    .max_leverage = {3.0, 5.0, 10.0},
                                    .maintenance_frac = 0.005};
}

double tr_size_round_down(double quantity, double step)
{
    if (!(step > 0.0))
        return quantity;
    double steps = floor(quantity / step + 1e-9);
    while (steps > 0.0 && steps * step > quantity * (1.0 + 1e-15))
        steps -= 1.0;
    return fmin(steps * step, quantity);
}

/* Isolated margin: the loss that leaves only the maintenance margin. Under leverage 1 the margin is the whole size. */
static double liquidation_price(enum tr_side side, double entry, double leverage, double maintenance_frac)
{
    double margin_frac = 1.0 / fmax(1.0, leverage);
    return fmax(0.0, entry * (1.0 - tr_side_sign(side) * (margin_frac - maintenance_frac)));
}

void tr_size_compute(const struct tr_size_options *options, enum tr_risk_profile profile,
                     const struct tr_levels *levels, const struct tr_market_limits *limits, struct tr_size *out)
{
    const struct tr_market_limits none = {0};
    const struct tr_market_limits *market = limits ? limits : &none;
    double cap = options->max_leverage[profile];
    if (market->max_leverage > 0.0)
        cap = fmin(cap, market->max_leverage);

    out->risk_usd = options->capital_usd * options->risk_frac[profile];
    out->sl_distance_frac = fabs(levels->entry - levels->stop) / levels->entry;
    out->position_usd = out->risk_usd / out->sl_distance_frac;
    out->capped = out->position_usd > options->capital_usd * cap;
    if (out->capped)
        out->position_usd = options->capital_usd * cap;
    out->quantity = out->position_usd / levels->entry;
    if (market->size_step > 0.0) {
        out->quantity = tr_size_round_down(out->quantity, market->size_step);
        out->position_usd = fmin(out->position_usd, out->quantity * levels->entry);
    }
    out->too_small =
        !(out->quantity > 0.0) || out->quantity < market->min_size || out->position_usd < market->min_notional_usd;
    out->leverage = fmin(out->position_usd / options->capital_usd, cap);
    out->margin_usd = out->position_usd / fmax(1.0, out->leverage);
    out->liquidation_price = liquidation_price(levels->side, levels->entry, out->leverage, options->maintenance_frac);
    double sign = tr_side_sign(levels->side);
    out->liquidation_inside_stop = out->liquidation_price > 0.0 && sign * out->liquidation_price >= sign * levels->stop;
}
