/* The chart of one trade: its candles, its levels, the stop as it moved, and where it was entered and left. */
#ifndef TR_VIEW_ACCOUNT_TRADE_CHART_H
#define TR_VIEW_ACCOUNT_TRADE_CHART_H

#include "app/usecase/backtest.h"
#include "app/view/html.h"

#define TR_TRADE_BARS_BEFORE ((size_t)24)
#define TR_TRADE_BARS_AFTER ((size_t)12)
#define TR_TRADE_CANDLES ((size_t)160) /* at most; of more bars each candle is several */

/* A figure; trade: which of the account's. Keys are left to the caller, who shows many. */
void tr_trade_chart_write(const struct tr_backtest *backtest, size_t trade, struct tr_html *page);

/* The stop at the start of bar `bar` of the trade (1 = the first after the decision): as given until target 1 is hit,
 * from the bar after that max(entry, best - trail) for a long, by the kernel's rule. Where finer bars decided the bar
 * in which a limit order was filled, its best is what that bar alone makes certain. */
double tr_trade_stop_at(const struct tr_backtest *backtest, size_t trade, size_t bar);

#endif
