/* A backtest made by hand, for the tests of what shows one: no account ran, so its authors need not be there. */
#ifndef TEST_SUPPORT_BACKTEST_H
#define TEST_SUPPORT_BACKTEST_H

#include "app/usecase/backtest.h"

#define TEST_BACKTEST_SERIES 3
#define TEST_BACKTEST_TRADES 10
#define TEST_BACKTEST_ENTRIES 16
#define TEST_BACKTEST_BARS ((size_t)1440) /* 60 days of hours a series */

/* Entries out of a file over three series (the third is never entered), 3 March to 29 April 2024 at 1h, ambiguous bars
 * decided by 5m bars. Ten trades, one of every exit reason at least, the last of them open; every refusal but "taken"
 * at most twice; 4 rows of the file refused. Trades, their money, equity, days, months, groups and rates agree with one
 * another to the last digit. Fills lie where the trades' table has them, not where the bars would; intervals, ratios,
 * bounds, fan and luck are plausible inventions. Finish with test_backtest_finish. */
void test_backtest_make(struct tr_backtest *out);
/* The same where each of the entries was refused: no trade, the equity is the capital throughout. */
void test_backtest_make_empty(struct tr_backtest *out);
void test_backtest_finish(struct tr_backtest *backtest);

/* The groups, sums and rates of `measures` over again, after a test has changed the trades. */
void test_backtest_measure(struct tr_backtest *backtest);

#endif
