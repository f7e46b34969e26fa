#include "engine/trade/cost.h"

#include <math.h>

struct tr_cost_options tr_cost_defaults(void)
{
    return (struct tr_cost_options){.maker_frac = 0.0002,
                                    .taker_frac = 0.0006,
                                    .slippage_frac = 0.0005,
                                    .exit_model = TR_EXIT_PER_EXIT_FULL,
                                    .credit_funding = false,
                                    .holding_hours = 24.0,
                                    .slippage_model = TR_SLIPPAGE_FRACTION,
                                    .slippage_range = 0.1};
}

static struct tr_cost cost_with_exits(const struct tr_cost_options *options, enum tr_side side, double rate_per_hour,
                                      double exits)
{
    double funding = tr_side_sign(side) * rate_per_hour * options->holding_hours;
    struct tr_cost cost = {.entry_frac = options->maker_frac + options->slippage_frac / 2.0,
                           .exit_frac = (options->taker_frac + options->slippage_frac) * exits,
                           .funding_frac = options->credit_funding ? funding : fmax(0.0, funding)};
    cost.total_frac = cost.entry_frac + cost.exit_frac + cost.funding_frac;
    return cost;
}

struct tr_cost tr_cost_expected(const struct tr_cost_options *options, enum tr_side side, double rate_per_hour)
{
    double exits = options->exit_model == TR_EXIT_WEIGHTED ? 1.0 : (double)TR_TARGETS;
    return cost_with_exits(options, side, rate_per_hour, exits);
}

struct tr_cost tr_cost_weighted(const struct tr_cost_options *options, enum tr_side side, double rate_per_hour)
{
    return cost_with_exits(options, side, rate_per_hour, 1.0);
}

double tr_profit_gross_frac(const struct tr_ladder *ladder, const struct tr_levels *levels)
{
    double average = 0.0;
    for (int k = 0; k < TR_TARGETS; k++)
        average += ladder->fraction[k] * levels->target[k];
    return tr_side_sign(levels->side) * (average - levels->entry) / levels->entry;
}

double tr_profit_min_atr_frac(const struct tr_ladder *ladder, const struct tr_cost *cost, double min_net_frac)
{
    double average_atr = 0.0;
    for (int k = 0; k < TR_TARGETS; k++)
        average_atr += ladder->fraction[k] * ladder->target_atr[k];
    return (min_net_frac + cost->total_frac) / average_atr;
}
