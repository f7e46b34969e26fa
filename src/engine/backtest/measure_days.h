/* The part of tr_backtest_measure that looks at the equity: its points, UTC days and months, ratios, intervals, fan. */
#ifndef TR_BACKTEST_MEASURE_DAYS_H
#define TR_BACKTEST_MEASURE_DAYS_H

#include "engine/backtest/measure.h"

/* Fills all that speaks of equity, days and months. out: zero; what it allocates belongs to out. Errors: TR_NOMEM. */
enum tr_status tr_measure_days(const struct tr_account *account, size_t draws, uint64_t seed,
                               struct tr_backtest_measures *out, struct tr_error *err) TR_MUST_CHECK;

#endif
