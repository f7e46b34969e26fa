/* One position's prices: entry, stop, three targets, from the ATR at the decision (the "ladder"). */
#ifndef TR_TRADE_LEVELS_H
#define TR_TRADE_LEVELS_H

#include "base/error.h"
#include "engine/market/timeframe.h"

#include <stdbool.h>
#include <stddef.h>

enum tr_side { TR_LONG, TR_SHORT, TR_SIDE_COUNT };

static inline double tr_side_sign(enum tr_side side)
{
    return side == TR_LONG ? 1.0 : -1.0;
}
const char *tr_side_name(enum tr_side side); /* "long", "short" */

#define TR_TARGETS 3

/* Distances in ATR(14) at the decision, exits as fractions of the position. */
struct tr_ladder {
    double stop_atr;               /* 1.5 */
    double target_atr[TR_TARGETS]; /* 1, 2, 3: rising */
    double fraction[TR_TARGETS];   /* 0.3, 0.4, 0.3: sum 1 */
    double trail_atr;              /* 1.5; 0 = the stop never moves */
    double horizon_hours;          /* 48 */
};

struct tr_ladder tr_ladder_defaults(void);
/* TR_INVALID names the member that is out of range. */
enum tr_status tr_ladder_check(const struct tr_ladder *ladder, struct tr_error *err) TR_MUST_CHECK;
/* floor(horizon / timeframe), at least 1. */
size_t tr_ladder_horizon_bars(const struct tr_ladder *ladder, enum tr_timeframe timeframe);

/* What an exchange allows; 0 = no such step or limit (a plain file has none). */
struct tr_market_limits {
    double price_step, size_step; /* size in base coin */
    double min_size;              /* base coin */
    double min_notional_usd;
    double max_leverage;
};

struct tr_levels {
    enum tr_side side;
    double entry; /* the decision bar's close; levels stay anchored to it whatever the fill */
    double atr;
    double stop;
    double target[TR_TARGETS];
    double trail_distance; /* price units; 0 = none */
};

/* Stop and targets rounded to price_step, never up in risk: towards the entry. Where that would reach the entry, the
 * last step before it stands instead (a farther stop then: the size shrinks with it, so the risk does not grow). limits
 * may be NULL. */
void tr_levels_round(struct tr_levels *levels, const struct tr_market_limits *limits);

/* By the ladder, rounded as above. The ladder is one that tr_ladder_check accepts.
 * limits may be NULL. TR_INVALID: entry or atr is not a positive finite number, or a level would not be positive. */
enum tr_status tr_levels_make(const struct tr_ladder *ladder, enum tr_side side, double entry, double atr,
                              const struct tr_market_limits *limits, struct tr_levels *out,
                              struct tr_error *err) TR_MUST_CHECK;

#endif
