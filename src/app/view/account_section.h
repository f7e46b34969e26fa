/* The parts of the report of a backtest over one account, one function each: they write the body of an open section.
 * account_html.h puts them together. */
#ifndef TR_VIEW_ACCOUNT_SECTION_H
#define TR_VIEW_ACCOUNT_SECTION_H

#include "app/usecase/backtest.h"
#include "app/view/html.h"

/* What came out, in plain words, and what speaks against believing it. */
void tr_report_account_summary(const struct tr_backtest *backtest, struct tr_html *page);
/* What was taken for granted: entries, fills, costs, sizes. */
void tr_report_account_assumptions(const struct tr_backtest *backtest, struct tr_html *page);
/* What was looked into before the figures: look-ahead, recursion, refused rows and entries, the sums. */
void tr_report_account_checks(const struct tr_backtest *backtest, struct tr_html *page);
/* The equity beside buying and holding. */
void tr_report_account_equity(const struct tr_backtest *backtest, struct tr_html *page);
/* How far the equity was below its peak, over time. */
void tr_report_account_drawdown(const struct tr_backtest *backtest, struct tr_html *page);
/* Years by months. */
void tr_report_account_months(const struct tr_backtest *backtest, struct tr_html *page);
/* Targets reached and wins, beside random entries. */
void tr_report_account_rates(const struct tr_backtest *backtest, struct tr_html *page);
void tr_report_account_metrics(const struct tr_backtest *backtest, struct tr_html *page);
/* The two readings of ambiguous bars. */
void tr_report_account_bounds(const struct tr_backtest *backtest, struct tr_html *page);
/* All entries on one chart, a chart of each listed trade, and the list. */
void tr_report_account_trades(const struct tr_backtest *backtest, struct tr_html *page);
/* How far each trade went against and in favour of the position. */
void tr_report_account_excursions(const struct tr_backtest *backtest, struct tr_html *page);
/* From gross to net, and the net at other costs. */
void tr_report_account_costs(const struct tr_backtest *backtest, struct tr_html *page);
/* What else the same days might have come to. */
void tr_report_account_fan(const struct tr_backtest *backtest, struct tr_html *page);
void tr_report_account_exits(const struct tr_backtest *backtest, struct tr_html *page);
void tr_report_account_luck(const struct tr_backtest *backtest, struct tr_html *page);

#endif
