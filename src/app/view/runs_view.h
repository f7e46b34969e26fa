/* Kept backtests: the list of them, and several side by side. JSON: members of the open object. */
#ifndef TR_VIEW_RUNS_VIEW_H
#define TR_VIEW_RUNS_VIEW_H

#include "app/usecase/backtest_compare.h"
#include "base/buf.h"
#include "base/json.h"

void tr_view_runs_json(const struct tr_backtest_row *rows, size_t n, struct tr_json *json);
void tr_view_runs_text(const struct tr_backtest_row *rows, size_t n, struct tr_buf *out);
void tr_view_runs_csv(const struct tr_backtest_row *rows, size_t n, struct tr_buf *out);

void tr_view_comparison_json(const struct tr_backtest_comparison *comparison, struct tr_json *json);
void tr_view_comparison_text(const struct tr_backtest_comparison *comparison, struct tr_buf *out);

#endif
