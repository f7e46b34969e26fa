/* What a position is expected to earn and to cost, as fractions of its size. */
#ifndef TR_TRADE_COST_H
#define TR_TRADE_COST_H

#include "engine/trade/levels.h"

enum tr_exit_model {
    TR_EXIT_PER_EXIT_FULL, /* three exits, each charged on the whole position (the cautious default) */
    TR_EXIT_WEIGHTED       /* each exit charged on its own fraction */
};

enum tr_slippage_model {
    TR_SLIPPAGE_FRACTION, /* slippage_frac of the price */
    TR_SLIPPAGE_RANGE     /* slippage_range of the high - low of the bar it fills in, at most half the price */
};

struct tr_cost_options {
    double maker_frac, taker_frac, slippage_frac; /* 0.0002, 0.0006, 0.0005 */
    enum tr_exit_model exit_model;
    bool credit_funding;                   /* count funding that would be received */
    double holding_hours;                  /* expected holding time: 24 */
    enum tr_slippage_model slippage_model; /* of fills; what is expected of a signal always takes slippage_frac */
    double slippage_range;                 /* 0.1 */
};

struct tr_cost_options tr_cost_defaults(void);

struct tr_cost {
    double entry_frac;   /* maker + slippage / 2 */
    double exit_frac;    /* (taker + slippage) * 3, or * 1 when weighted */
    double funding_frac; /* rate per hour * holding hours, signed by side; never below 0 unless credit_funding */
    double total_frac;
};

/* rate_per_hour: funding as in engine/market/funding.h; positive = longs pay. */
struct tr_cost tr_cost_expected(const struct tr_cost_options *options, enum tr_side side, double rate_per_hour);
/* The same with each exit on its own fraction, whatever exit_model says: what expected_value is reduced by. */
struct tr_cost tr_cost_weighted(const struct tr_cost_options *options, enum tr_side side, double rate_per_hour);

/* sign * (sum of fraction * target - entry) / entry: gross profit if all three targets fill. */
double tr_profit_gross_frac(const struct tr_ladder *ladder, const struct tr_levels *levels);

/* The smallest ATR / close at which gross - costs reaches min_net_frac. */
double tr_profit_min_atr_frac(const struct tr_ladder *ladder, const struct tr_cost *cost, double min_net_frac);

#endif
