/* What `traderai backtest` writes as CSV, read again by plain means: money as whole hundred-millionths of a dollar. */
#ifndef TEST_CLI_BACKTEST_H
#define TEST_CLI_BACKTEST_H

#include "cli/child.h"

struct trade_row {
    char symbol[40], side[8], reason[16];
    int64_t entry_time, exit_time;
    double entry, exit, quantity;
    int64_t gross, fees, slippage, funding, net;
    double net_pct;
    size_t bars;
    bool hit[3], ambiguous;
    double mae, mfe;
};

/* Rows of a file of --trades-csv, its header checked. Each is checked by itself: net = gross - fees - slippage -
 * funding to the last digit, times in their order, mae <= 0 <= mfe, targets in their order. The caller frees with
 * tr_free. */
struct trade_row *trades_of(const struct world *world, const char *name, size_t *n);
/* The same out of a text. */
struct trade_row *trades_in(const char *text, size_t *n);

struct equity_row {
    int64_t time;
    double equity, drawdown;
};
/* Rows of a file of --equity-csv: times rise, and each drawdown is what the equity above it makes it. */
struct equity_row *equity_of(const struct world *world, const char *name, size_t *n);

/* Decimals, as exact as they are written. */
int64_t money_of(const char *text);
/* A file's text, with 0 at its end; the caller frees with tr_free. */
char *text_of(const struct world *world, const char *name);
/* assert_string_equal that does not print two files where they differ, but the first line that does. */
void same_text(const char *what, const char *a, const char *b);

#endif
