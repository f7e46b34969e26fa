/* The parts of a backtest's text that follow its assumptions and checks; used by account_view.c. */
#ifndef TR_VIEW_ACCOUNT_TEXT_H
#define TR_VIEW_ACCOUNT_TEXT_H

#include "app/usecase/backtest.h"
#include "base/buf.h"

/* Words of text in lines of at most 100 columns, all but the first indented; that one begins at column `indent`
 * already. Ends the line. */
void tr_view_wrapped(const char *text, size_t indent, struct tr_buf *out);

#define TR_VIEW_DURATION 48
/* "0:45", "14:30", "2d 06:00" out of hours; "-" for NaN. */
void tr_view_duration(double hours, char out[TR_VIEW_DURATION]);

#define TR_VIEW_SERIES_NAME TR_SYMBOL_TEXT
/* "BTC/USDT:USDT", cut to fit a table: without the coin it settles in, at last with "...". */
void tr_view_series_name(const struct tr_backtest *backtest, size_t number, char out[TR_VIEW_SERIES_NAME]);

/* Why signals gave no entry at all: "there is no proven signal in the tested span". */
const char *tr_view_no_signal_text(const struct tr_backtest *backtest);

/* BACKTESTING REPORT, LEFT OPEN TRADES, EXIT REASONS. */
void tr_view_account_report_text(const struct tr_backtest *backtest, struct tr_buf *out);
/* SUMMARY METRICS. */
void tr_view_account_summary_text(const struct tr_backtest *backtest, struct tr_buf *out);
/* TARGETS, BOUNDS, COSTS, MONTHS, LUCK. */
void tr_view_account_judgement_text(const struct tr_backtest *backtest, struct tr_buf *out);

#endif
