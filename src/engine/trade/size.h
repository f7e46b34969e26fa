/* How large a position may be: risk per trade, leverage, margin, liquidation price. */
#ifndef TR_TRADE_SIZE_H
#define TR_TRADE_SIZE_H

#include "engine/trade/levels.h"

enum tr_risk_profile { TR_CONSERVATIVE, TR_MODERATE, TR_AGGRESSIVE, TR_PROFILE_COUNT };

const char *tr_profile_name(enum tr_risk_profile profile); /* "conservative", ... */

struct tr_size_options {
    double capital_usd;                    /* 10,000 */
    double risk_frac[TR_PROFILE_COUNT];    /* 0.01, 0.02, 0.03 of the capital */
    double max_leverage[TR_PROFILE_COUNT]; /* 3, 5, 10 */
    double maintenance_frac;               /* 0.005 of the position */
};

struct tr_size_options tr_size_defaults(void);

struct tr_size {
    double risk_usd;          /* capital * risk_frac: what the stop may cost before fees */
    double sl_distance_frac;  /* |entry - stop| / entry */
    double position_usd;      /* risk_usd / sl_distance, or capital * max_leverage when the cap binds; with a size step
                                 what the rounded quantity is worth at entry */
    double quantity;          /* base coin, rounded down to the size step */
    double leverage;          /* min(position / capital, max) */
    double margin_usd;        /* position / max(1, leverage) */
    double liquidation_price; /* entry (1 -+ 1/max(1, leverage) +- maintenance); 0 = cannot be liquidated */
    bool capped;              /* the leverage cap bound */
    bool too_small;           /* under the market's minimum */
    bool liquidation_inside_stop; /* liquidation would come before the stop */
};

/* The largest multiple of step (0: any quantity will do) that does not exceed quantity; a miss by rounding errors only
 * counts as reached, but the result is never above quantity. */
double tr_size_round_down(double quantity, double step);

/* limits may be NULL. Options in range is the caller's promise. */
void tr_size_compute(const struct tr_size_options *options, enum tr_risk_profile profile,
                     const struct tr_levels *levels, const struct tr_market_limits *limits, struct tr_size *out);

#endif
