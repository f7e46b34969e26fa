/* The part of tr_backtest_measure that looks at trades: groups, rates, streaks, and intervals over closed trades. */
#ifndef TR_BACKTEST_MEASURE_TRADES_H
#define TR_BACKTEST_MEASURE_TRADES_H

#include "engine/backtest/measure.h"

/* Fills all that speaks of trades, from `closed` to `worst`, but the sums of money. out: zero, series too; what it
 * allocates belongs to out. Errors: TR_NOMEM. */
enum tr_status tr_measure_trades(const struct tr_account *account, const struct tr_account_entry *entries,
                                 size_t n_series, size_t draws, uint64_t seed, struct tr_backtest_measures *out,
                                 struct tr_error *err) TR_MUST_CHECK;

#endif
