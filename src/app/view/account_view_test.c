#include "support/test.h"

#include "app/view/account_view.h"
#include "app/view/run_view.h"
#include "base/alloc.h"
#include "support/backtest.h"
#include "support/lines.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tr_backtest backtest;

static int set_up(void **state)
{
    (void)state;
    test_backtest_make(&backtest);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_backtest_finish(&backtest);
    return 0;
}

static char *text_of(const struct tr_backtest *b, bool flat)
{
    struct tr_buf out;
    char *copy;

    tr_buf_init(&out);
    tr_view_account_text(b, &out);
    assert_false(out.failed);
    copy = flat ? test_flat(tr_buf_string(&out)) : tr_alloc_string(tr_buf_string(&out));
    tr_buf_finish(&out);
    assert_non_null(copy);
    return copy;
}

static void the_parts_come_in_their_order(void **state)
{
    (void)state;
    static const char *const parts[] = {"BACKTEST ",
                                        "\nASSUMPTIONS\n",
                                        "\nCHECK\n",
                                        "\nENTRIES\n",
                                        "\nBACKTESTING REPORT",
                                        "\nLEFT OPEN TRADES",
                                        "\nEXIT REASONS",
                                        "\nSUMMARY METRICS\n",
                                        "\nTARGETS",
                                        "\nBOUNDS",
                                        "\nCOSTS",
                                        "\nMONTHS",
                                        "\nLUCK\n",
                                        "\nThese are statistics about the past"};
    char *text = text_of(&backtest, false);
    const char *at = text;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *found = strstr(at, parts[i]);

        if (!found)
            fail_msg("\"%s\" is missing, or not behind the part before it", parts[i]);
        else
            at = found;
    }
    tr_free(text);
    text = text_of(&backtest, true);
    assert_string_equal(strstr(text, TR_VIEW_RISK_NOTICE), TR_VIEW_RISK_NOTICE " ");
    tr_free(text);
}

static void no_line_is_wider_than_a_screen(void **state)
{
    (void)state;
    char *text = text_of(&backtest, false);

    test_narrow(text);
    tr_free(text);
}

/* Long names, large sums and every assumption at its wordiest. */
static void nor_where_names_and_sums_are_long(void **state)
{
    (void)state;
    struct tr_account_options *a = &backtest.options.account;
    char *text;

    for (size_t i = 0; i < backtest.n_series; i++) {
        snprintf(backtest.series[i].key.symbol, TR_SYMBOL_TEXT, "1000000MOGCAT%zu/USDT:USDT", i);
        snprintf(backtest.series[i].key.exchange, sizeof backtest.series[i].key.exchange, "an-exchange-of-long-name");
    }
    a->entry = TR_ENTRY_LIMIT;
    a->leverage = 2.5;
    a->max_correlated_exposure = 1.5;
    a->cost.slippage_model = TR_SLIPPAGE_RANGE;
    a->fees.n = TR_FEE_TIERS;
    for (size_t i = 0; i < TR_FEE_TIERS; i++)
        a->fees.tier[i] = (struct tr_fee_tier){1e6 * (double)(i + 1), 0.000123, 0.000456};
    backtest.recipe.limits = (struct tr_market_limits){0.01, 0.001, 0.001, 5, 100};
    for (size_t i = 0; i < backtest.account.n_trades; i++) {
        struct tr_account_trade *t = &backtest.account.trades[i];

        t->gross *= 1000;
        t->fees *= 1000;
        t->net = t->gross - t->fees - t->slippage - t->funding;
    }
    test_backtest_measure(&backtest);
    text = text_of(&backtest, false);
    test_narrow(text);
    tr_free(text);
}

static void what_was_assumed_is_said_first(void **state)
{
    (void)state;
    char *text = text_of(&backtest, true);

    test_says(text, "BACKTEST 0123456789abcdef, 1h, 2024-03-03 to 2024-04-30 UTC (58.0 days): first try");
    test_says(text, "BTC/USDT:USDT (sandbox), ETH/USDT:USDT (sandbox), SOL/USDT:USDT (sandbox)");
    test_says(text, "the file entries.csv");
    test_says(text, "entered at market at the next bar's open, with slippage");
    test_says(text, "decided by 5m bars: asked for 5, of which 1 lacked whole finer bars");
    test_says(text, "maker 0.02 % (targets, limit orders filled inside a bar), taker 0.06 % (all else); 0.016 / 0.05 % "
                    "from 5000000 USD "
                    "turned over in the 30 days before");
    test_says(text, "0.05 % of the price, on all that fills at market");
    test_says(text, "3 recorded rates (1 of 3 series); where none is recorded 0.01 % every 8 h is assumed: so for ");
    test_says(text, "maintenance 0.5 % of the size; a liquidation loses the whole margin");
    test_says(text,
              "10000 USD; moderate profile: 2 % of the capital at the stop, size at most 5 times it; no compound");
    test_says(text, "one at a time in a series, at most 3 in all; sizes of one side 4 times the capital, of "
                    "correlated series without limit");
    test_says(text, "no steps of price or size, no minimum");
    test_says(text, "valued at the last close");
    test_says(text, "365 days a year; 95 % intervals: Wilson on effective counts for rates, stationary block bootstrap "
                    "for the rest (1000 "
                    "draws)");
    tr_free(text);
}

static void other_assumptions_read_otherwise(void **state)
{
    (void)state;
    struct tr_account_options *a = &backtest.options.account;
    char *text;

    backtest.options.source = TR_BACKTEST_STORED;
    backtest.options.origin = TR_ORIGIN_NEWEST;
    backtest.options.proven_only = true;
    backtest.options.intrabar = TR_BACKTEST_PESSIMISTIC;
    a->entry = TR_ENTRY_LIMIT;
    a->compound = true;
    a->leverage = 3;
    a->max_open = 0;
    a->max_correlated_exposure = 1.5;
    a->fees.n = 0;
    a->cost.slippage_model = TR_SLIPPAGE_RANGE;
    backtest.recipe.limits.size_step = 0.001;
    text = text_of(&backtest, true);
    test_says(text, "signals in the store, as issued on the newest bar; proven ones only");
    test_says(text, "a limit order at that close lives for the next bar");
    test_says(text, "pessimistic: the stop comes before the targets");
    test_says(text, "0.1 of the high - low of the bar it fills in");
    test_says(text, "the same at any volume");
    test_says(text, "leverage 3; a size by risk");
    test_says(text, "2 % of the equity at the stop");
    test_says(text, "any number in all");
    test_says(text, "of correlated series 1.5 times the equity (correlation from 0.7 on over 168 bars)");
    test_says(text, "size step 0.001");
    test_says(text, "what is left after 48 bars leaves at the close");
    test_says(text, " 20 signals read 4 signals refused ");
    test_says_not(text, "finer bars (chosen)");
    backtest.options.source = TR_BACKTEST_WALKFORWARD;
    backtest.options.intrabar = TR_BACKTEST_OPTIMISTIC;
    tr_free(text);
    text = text_of(&backtest, true);
    test_says(text, "walk-forward models, none of which saw the bar");
    test_says(text, "optimistic: the targets come before the stop");
    test_says_not(text, "signals read");
    tr_free(text);
}

static void every_truncation_point_is_counted(void **state)
{
    (void)state;
    char *text = text_of(&backtest, true);

    test_says(text,
              "Look-ahead 1 column (the ATR, which sets levels) at every one of 4320 truncation points: none changes");
    test_says(text, "every column is within 0.1 % of what the whole history makes it");
    test_says_not(text, "***");
    tr_free(text);
    backtest.options.source = TR_BACKTEST_WALKFORWARD;
    text = text_of(&backtest, true);
    test_says(text, "Look-ahead 71 columns (the models' inputs and the ATR) at every one of 4320 truncation points");
    tr_free(text);
}

static void a_column_that_knows_the_future_is_named_loudly(void **state)
{
    (void)state;
    struct tr_lookahead *l = &backtest.series[1].lookahead;
    char *text;

    l->bad = 1;
    l->column[30] = (struct tr_lookahead_column){TR_CAUSAL_AHEAD, 17, 24, 1.5, -2.25};
    text = text_of(&backtest, true);
    test_says(text, "*** FAILED: columns that do not stand at every one of 4320 truncation points: 1; ");
    test_says(text, "nothing below is to be believed");
    test_says(text, "*** ETH/USDT:USDT ");
    test_says(text, ": look_ahead, 17 rows, the first at 2024-03-02T00:00:00Z (1.500000, but -2.250000 with all bars)");
    tr_free(text);
}

static void what_was_not_checked_is_not_called_checked(void **state)
{
    (void)state;
    char *text;

    for (size_t i = 0; i < backtest.n_series; i++)
        backtest.series[i].lookahead.columns = backtest.series[i].lookahead.rows = backtest.series[i].recursive.trials =
            0;
    text = text_of(&backtest, true);
    test_says(text, "nothing was checked");
    test_says(text, "Warm-up not measured: too few bars");
    test_says_not(text, "truncation points");
    tr_free(text);
}

static void a_memory_that_never_fades_is_told(void **state)
{
    (void)state;
    char *text;

    backtest.series[0].recursive.column[3].bars[1] = SIZE_MAX;
    text = text_of(&backtest, true);
    test_says(text, "is not within 0.1 % of what the whole history makes it in any of the bars looked at");
    tr_free(text);
}

static void refusals_are_counted_by_kind_with_examples(void **state)
{
    (void)state;
    char *text = text_of(&backtest, true);

    test_says(text, " 20 rows read 4 rows refused 1 no time that can be read 3 no bar at its time in the tested span");
    test_says(text, "line 7: \"yesterday\" is no time");
    test_says(text, "line 19: 2024-05-02T00:00:00Z lies after the last bar");
    test_says(text, "1 column passed over, the first of them \"comment\"");
    test_says(text, " 16 entries in the tested span 10 became positions");
    test_says(text, " 2 refused: a position of its series was open");
    test_says_not(text, "limit order was not touched");
    tr_free(text);
}

static void a_row_a_series_and_the_total(void **state)
{
    (void)state;
    char *text = text_of(&backtest, false), *row = test_row(text, "TOTAL");
    size_t trades, wins, draws, losses;
    double average, total, total_pct, share;
    char duration[32];

    assert_int_equal(sscanf(row, "TOTAL %zu %lf %lf %lf %31s %zu %zu %zu %lf", &trades, &average, &total, &total_pct,
                            duration, &wins, &draws, &losses, &share),
                     9);
    assert_int_equal(trades, 9);
    assert_int_equal(wins + draws + losses, 9);
    assert_near(total, tr_money_usd(backtest.measures.all.net), 0.0051);
    assert_near(total_pct, total / 100, 0.0051);
    assert_near(share, 100.0 * (double)wins / 9, 0.051);
    assert_near(average, 100 * backtest.measures.all.average_net_frac, 0.0051);
    tr_free(row);
    test_row_says(text, "BTC/USDT:USDT", " 5 ");
    test_row_says(text, "ETH/USDT:USDT", " 4 ");
    row = test_row(text, "SOL/USDT:USDT");
    assert_int_equal(sscanf(row, "SOL/USDT:USDT %zu - %lf", &trades, &total), 2);
    assert_int_equal(trades, 0);
    tr_free(row);
    tr_free(text);
}

static void long_names_are_cut_to_fit(void **state)
{
    (void)state;
    char *text;

    snprintf(backtest.series[0].key.symbol, TR_SYMBOL_TEXT, "1000PEPE/USDT:USDT");
    snprintf(backtest.series[1].key.symbol, TR_SYMBOL_TEXT, "10000000ELONMUSK/USDT:USDT");
    text = text_of(&backtest, false);
    test_row_says(text, "1000PEPE/USDT   ", " 5 ");
    test_row_says(text, "10000000ELONM...", " 4 ");
    tr_free(text);
}

static void exit_reasons_share_the_trades_out(void **state)
{
    (void)state;
    static const char *const reasons[] = {"tp3", "sl", "trailing", "time", "liquidation"};
    char *text = text_of(&backtest, false);
    const char *part = strstr(text, "EXIT REASONS");
    size_t sum = 0, one;

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        char *row = test_row(part, reasons[i]);

        assert_int_equal(sscanf(row, "%*s %zu", &one), 1);
        sum += one;
        tr_free(row);
    }
    assert_int_equal(sum, backtest.measures.closed);
    test_says_not(part, "\nunfilled");
    tr_free(text);
}

static void open_trades_are_listed_apart(void **state)
{
    (void)state;
    char *text = text_of(&backtest, false);
    const char *part = strstr(text, "LEFT OPEN TRADES");

    test_says(part, "ETH/USDT:USDT  long  2024-04-29 05:00  ");
    tr_free(text);
    backtest.account.n_open = 0;
    text = text_of(&backtest, false);
    test_says(text, "LEFT OPEN TRADES (valued at the last close)\nNone.\n");
    tr_free(text);
}

static void the_metrics_stand_with_their_intervals(void **state)
{
    (void)state;
    static const char *const names[] = {"Backtesting from",
                                        "Backtesting to",
                                        "Trades / a day",
                                        "Starting balance USD",
                                        "Final balance USD",
                                        "Absolute profit USD",
                                        "Total profit %",
                                        "CAGR %",
                                        "Sortino",
                                        "Sharpe",
                                        "Calmar",
                                        "Profit factor",
                                        "Expectancy USD a trade",
                                        "Avg stake (margin) USD",
                                        "Total trade volume USD",
                                        "Long / short trades",
                                        "Best series",
                                        "Worst series",
                                        "Best trade",
                                        "Worst trade",
                                        "Best day",
                                        "Worst day",
                                        "Days win / draw / lose",
                                        "Avg duration of winners",
                                        "Avg duration of losers",
                                        "Max consecutive wins / losses",
                                        "Rejected entries",
                                        "Min balance USD",
                                        "Max balance USD",
                                        "Max % of account underwater",
                                        "Absolute drawdown USD",
                                        "Drawdown start",
                                        "Drawdown end",
                                        "Market change"};
    char *text, expected[128];
    struct tr_measured *pf = &backtest.measures.profit_factor;

    pf->value = 1.234;
    pf->interval = (struct tr_interval){0.5, 2.75};
    backtest.measures.sortino.interval = (struct tr_interval){-1.5, (double)INFINITY};
    backtest.measures.sharpe.interval = (struct tr_interval){(double)NAN, (double)NAN};
    backtest.measures.calmar.value = (double)NAN;
    text = text_of(&backtest, false);
    for (size_t i = 0, at = 0; i < sizeof names / sizeof *names; i++) {
        char *row = test_row(strstr(text, "SUMMARY METRICS"), names[i]);
        size_t place = (size_t)(strstr(strstr(text, "SUMMARY METRICS"), row) - text);

        assert_true(place > at);
        at = place;
        tr_free(row);
    }
    test_row_says(text, "Trades / a day", " 9 / 0.16");
    test_row_says(text, "Rejected entries", " 6");
    test_row_says(text, "Profit factor", " 1.23  ");
    test_row_says(text, "Profit factor", "[0.50, 2.75]");
    test_row_says(text, "Sortino", "[-1.50, unbounded]");
    test_row_says(text, "Sharpe", "not known");
    test_says(text, "not known: under 59 closed trades, or days, there is too little to tell.");
    test_row_says(text, "Calmar", " -");
    snprintf(expected, sizeof expected, " %zu / %zu", backtest.measures.side[0].trades,
             backtest.measures.side[1].trades);
    test_row_says(text, "Long / short trades", expected);
    tr_free(text);
}

static void without_a_trade_it_says_why_and_ends(void **state)
{
    (void)state;
    struct tr_backtest empty = {0};
    char *text;

    test_backtest_make_empty(&empty);
    text = text_of(&empty, true);
    test_says(text, "CHECK Look-ahead 1 column ");
    test_says(text, "8 refused: the size was under the market's minimum");
    test_says(text, "NO TRADES: all 16 entries were refused, most of them (8) since ");
    test_says_not(text, "BACKTESTING REPORT");
    test_says_not(text, "SUMMARY");
    tr_free(text);
    text = text_of(&empty, false);
    test_narrow(text);
    tr_free(text);
    memset(empty.account.refused, 0, sizeof empty.account.refused);
    empty.n_entries = 0;
    empty.file.rows = 4;
    text = text_of(&empty, true);
    test_says(text, "NO TRADES: every row of the file was refused.");
    tr_free(text);
    empty.file.rows = 0;
    text = text_of(&empty, true);
    test_says(text, "NO TRADES: the file has no rows.");
    tr_free(text);
    empty.options.source = TR_BACKTEST_WALKFORWARD;
    empty.options.proven_only = true;
    text = text_of(&empty, true);
    test_says(text, "NO TRADES: there is no proven signal in the tested span.");
    tr_free(text);
    test_backtest_finish(&empty);
}

static void a_synthetic_market_is_called_one(void **state)
{
    (void)state;
    char *text;

    snprintf(backtest.series[2].key.exchange, sizeof backtest.series[2].key.exchange, "synthetic");
    text = text_of(&backtest, true);
    test_says(text, "*** SYNTHETIC MARKET");
    tr_free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_parts_come_in_their_order),
        TEST(no_line_is_wider_than_a_screen),
        TEST(nor_where_names_and_sums_are_long),
        TEST(what_was_assumed_is_said_first),
        TEST(other_assumptions_read_otherwise),
        TEST(every_truncation_point_is_counted),
        TEST(a_column_that_knows_the_future_is_named_loudly),
        TEST(what_was_not_checked_is_not_called_checked),
        TEST(a_memory_that_never_fades_is_told),
        TEST(refusals_are_counted_by_kind_with_examples),
        TEST(a_row_a_series_and_the_total),
        TEST(long_names_are_cut_to_fit),
        TEST(exit_reasons_share_the_trades_out),
        TEST(open_trades_are_listed_apart),
        TEST(the_metrics_stand_with_their_intervals),
        TEST(without_a_trade_it_says_why_and_ends),
        TEST(a_synthetic_market_is_called_one),
    };
    return cmocka_run_group_tests_name("view/account_view", tests, NULL, NULL);
}
