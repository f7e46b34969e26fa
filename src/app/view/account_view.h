/* A backtest: what was assumed, what was checked, what came of it, and how much of that may be luck. Same backtest,
 * same bytes: no clock is read. */
#ifndef TR_VIEW_ACCOUNT_VIEW_H
#define TR_VIEW_ACCOUNT_VIEW_H

#include "app/usecase/backtest.h"
#include "base/buf.h"
#include "base/json.h"

/* Assumptions, checks and entries first, then tables in freqtrade's order; at most 100 columns wide. Without a trade it
 * says why and ends there. */
void tr_view_account_text(const struct tr_backtest *backtest, struct tr_buf *out);

/* Members of the open object: id, config, label, timeframe, from, to, days, assumptions, checks, entries, summary,
 * bounds, costs, series, sides, exit_reasons, months, luck, trades, daily (columns), risk_notice. _pct is percent, _usd
 * money, _frac a fraction; what is not defined is null. */
void tr_view_account_json(const struct tr_backtest *backtest, struct tr_json *json);
/* Those of them that lists are long: trades (an array) and daily (an object of arrays). */
void tr_view_account_trades_json(const struct tr_backtest *backtest, struct tr_json *json);
void tr_view_account_daily_json(const struct tr_backtest *backtest, struct tr_json *json);

/* One row a trade, by entry; times in epoch milliseconds. Money is exact: gross - fees - slippage - funding = net to
 * the last digit. entry and exit_avg with slippage; net_pct of the size; mae, mfe as fractions of the undisturbed entry
 * price; tp1 to tp3 and ambiguous 0 or 1. */
void tr_view_account_trades_csv(const struct tr_backtest *backtest, struct tr_buf *out);
/* One row a point: time,equity_usd,drawdown_frac (of the highest equity so far). */
void tr_view_account_equity_csv(const struct tr_backtest *backtest, struct tr_buf *out);

#endif
