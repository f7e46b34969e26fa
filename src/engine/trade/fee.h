/* An exchange's fee schedule: maker and taker rates by what the account turned over in the last 30 days. */
#ifndef TR_TRADE_FEE_H
#define TR_TRADE_FEE_H

#include "base/error.h"

#include <stddef.h>

#define TR_FEE_TIERS 16

struct tr_fee_tier {
    double volume_usd; /* from this turnover on */
    double maker_frac, taker_frac;
};

/* Ascending by volume. n = 0: the plain rates at any volume. */
struct tr_fee_schedule {
    size_t n;
    struct tr_fee_tier tier[TR_FEE_TIERS];
};

/* "5000000:0.00016/0.0005, 10000000:0.00014/0.0004" (volume in USD from which on : maker / taker as fractions); "" is
 * no schedule. TR_INVALID says which tier is wrong and why: not a number, rates outside -0.01 .. 0.05, volumes not
 * rising, more than TR_FEE_TIERS. */
enum tr_status tr_fee_schedule_parse(const char *text, struct tr_fee_schedule *out, struct tr_error *err) TR_MUST_CHECK;
/* The tier that a turnover of `volume_usd` has reached; NULL below the first: the plain rates hold. */
const struct tr_fee_tier *tr_fee_tier_at(const struct tr_fee_schedule *schedule, double volume_usd);

#endif
