/* Realised volatility out of a finer series of the same market: the one joined input that bars alone can give. */
#ifndef TR_FEATURE_REALIZED_H
#define TR_FEATURE_REALIZED_H

#include "base/error.h"
#include "engine/market/bars.h"

/* Column realized_vol over bars: out [bars->n], fraction per hour.
 *   sqrt(sum of r^2) over the returns of the 60 minutes up to the bar's close instant, r = ln(C/C[t-1]) of `fine`
 * fine: 1m (60 returns, 61 closes) or 5m (12 returns); any other timeframe, or no bars, gives NaN throughout.
 * NaN: where one of those closes is missing. Nothing that closes after the bar is looked at. The sum runs from the
 * oldest return to the newest, so that one bar alone gives the same bits. Errors: TR_NOMEM. Cost: O(n * returns +
 * fine->n). */
enum tr_status tr_realized_vol(const struct tr_bars *bars, const struct tr_bars *fine, double *out,
                               struct tr_error *err) TR_MUST_CHECK;

#endif
