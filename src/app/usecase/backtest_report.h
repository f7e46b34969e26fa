/* Stored backtests as they are read again: the JSON report of one run, and what several of them say together. */
#ifndef TR_USECASE_BACKTEST_REPORT_H
#define TR_USECASE_BACKTEST_REPORT_H

#include "app/usecase/backtest.h"
#include "base/buf.h"

/* What a report says, as far as runs are compared by it. */
struct tr_backtest_report {
    char id[TR_RUN_ID];
    char series[256], entries[32], label[96];
    char config[TR_HASH_TEXT], intrabar[16];
    double cost[4]; /* maker, taker, slippage, its share of the range */
    tr_time_ms from, to;
    size_t trades;
    struct tr_measured total_return, max_drawdown, sharpe, profit_factor, win_rate, hit_rate_tp1, average_net_frac;
    double net_usd, capital_usd, fees_usd, slippage_usd, funding_usd;
    size_t n_days;
    tr_time_ms *day; /* [n_days] starts of UTC days, ascending; owned */
    double *daily;   /* [n_days] return; owned */
};

/* name: what errors call it. TR_INVALID: not a report of `traderai backtest --json`, or one that contradicts itself.
 * Finish with tr_backtest_report_finish, also after an error. */
enum tr_status tr_backtest_report_read(const char *name, const void *bytes, size_t n, struct tr_backtest_report *out,
                                       struct tr_error *err) TR_MUST_CHECK;
void tr_backtest_report_finish(struct tr_backtest_report *report);

/* Stores report and row: what `backtest list`, `show` and `compare` work on. report: the JSON as --json prints it. */
enum tr_status tr_backtest_keep(const struct tr_backtest *backtest, const struct tr_buf *report,
                                const struct tr_world *world, struct tr_error *err) TR_MUST_CHECK;

/* Fills variants, passed_over, pbo_days and pbo: of the kept runs of the same series text and kind of entries the
 * newest ones, one a configuration, that are charged and read alike and have nine tenths of this run's days; on the
 * days that all of them share. Costs, readings and short windows are assumptions, not variants: the others are passed
 * over, and counted. A run whose report is missing or unreadable is none. */
enum tr_status tr_backtest_variants(struct tr_backtest *backtest, struct tr_store *store,
                                    struct tr_error *err) TR_MUST_CHECK;

/* "BTC/USDT:USDT 1h (binance), ETH/USDT:USDT 1h (okx)", what does not fit cut with "..." and a hash of all;
 * "walk-forward", "stored signals", "file". */
void tr_backtest_series_text(const struct tr_backtest *backtest, char out[256]);
const char *tr_backtest_source_name(enum tr_backtest_source source);
/* "pessimistic", "optimistic", "detail" */
const char *tr_backtest_intrabar_name(enum tr_backtest_intrabar intrabar);

#endif
