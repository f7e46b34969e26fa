/* How alike two markets move: what an account asks before it takes the same risk twice. */
#ifndef TR_BACKTEST_CORRELATION_H
#define TR_BACKTEST_CORRELATION_H

#include "engine/market/bars.h"

/* Pearson's correlation of log returns between neighbouring closes, over the newest `most` bars that both have (by
 * stamp) among those closed by `until`: m bars give m - 1 returns. NaN with fewer than 3 such bars, or where one market
 * does not move. a, b: one timeframe. Cost: O(log n + bars looked at). */
double tr_correlation_of_returns(const struct tr_bars *a, const struct tr_bars *b, tr_time_ms until, size_t most);

#endif
