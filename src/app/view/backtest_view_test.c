#include "support/test.h"

#include "app/view/backtest_view.h"
#include "support/chain.h"
#include "support/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct tr_recipe recipe;
static struct test_chain chain;

static int set_up(void **state)
{
    (void)state;
    test_chain_recipe(&recipe);
    test_chain_run(&recipe, 1500, &chain);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_chain_finish(&chain);
    return 0;
}

static json_t *view(const struct tr_run *run)
{
    struct test_json text;
    tr_view_backtest_json(run, test_json_begin(&text));
    return test_json_end(&text);
}

static void the_counts_add_up(void **state)
{
    (void)state;
    static const char *const reasons[] = {"tp3", "sl", "trailing", "time"};
    json_t *value = view(&chain.run);
    const json_t *b = test_member(value, "backtest");
    long long trades = test_integer(b, "trades"), by_reason = 0;
    assert_true(trades > 3);
    assert_int_equal(test_integer(b, "signals"), trades + test_integer(b, "unfinished") + test_integer(b, "passed_by") +
                                                     test_integer(b, "expired"));
    assert_int_equal(json_array_size(test_member(b, "trade_list")), trades + test_integer(b, "unfinished"));
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        char path[64];
        snprintf(path, sizeof path, "exit_reasons.%s", reasons[i]);
        by_reason += test_integer(b, path);
    }
    assert_int_equal(by_reason, trades);
    json_decref(value);
}

/* Critical test "hit-rate calculation": the denominator is all closed trades, the figures are those of the list. */
static void rates_and_averages_are_those_of_the_listed_trades(void **state)
{
    (void)state;
    json_t *value = view(&chain.run);
    const json_t *b = test_member(value, "backtest"), *trade;
    double net = 0, cost = 0, gross = 0;
    size_t i, closed = 0, hits[3] = {0, 0, 0}, wins = 0;
    json_array_foreach(test_member(b, "trade_list"), i, trade)
    {
        if (strcmp(test_string(trade, "exit_reason"), "open") == 0)
            continue;
        closed++;
        hits[0] += json_is_true(test_member(trade, "tp1"));
        hits[1] += json_is_true(test_member(trade, "tp2"));
        hits[2] += json_is_true(test_member(trade, "tp3"));
        wins += test_number(trade, "net_pct") > 0;
        net += test_number(trade, "net_pct");
        gross += test_number(trade, "gross_pct");
        cost += test_number(trade, "fees_pct") + test_number(trade, "slippage_pct") + test_number(trade, "funding_pct");
    }
    double n = (double)closed;
    assert_int_equal(closed, test_integer(b, "trades"));
    assert_near(test_number(b, "hit_rate_tp1"), (double)hits[0] / n, 1e-12);
    assert_near(test_number(b, "hit_rate_tp2"), (double)hits[1] / n, 1e-12);
    assert_near(test_number(b, "hit_rate_tp3"), (double)hits[2] / n, 1e-12);
    assert_true(hits[0] >= hits[1] && hits[1] >= hits[2]);
    assert_near(test_number(b, "win_rate"), (double)wins / n, 1e-12);
    assert_near(test_number(b, "avg_net_profit_pct"), net / n, 1e-9);
    assert_near(test_number(b, "sum_net_profit_pct"), net, 1e-9);
    assert_near(test_number(b, "avg_gross_profit_pct"), gross / n, 1e-9);
    assert_near((gross - cost) / n, net / n, 1e-9);
    json_decref(value);
}

static void nothing_traded_is_nothing_claimed(void **state)
{
    (void)state;
    static const char *const unknown[] = {"hit_rate_tp1",       "win_rate",         "profit_factor",
                                          "avg_net_profit_pct", "max_drawdown_pct", "avg_bars"};
    json_t *value = view(&chain.run);
    const json_t *proven = test_member(value, "backtest.proven_only");
    assert_int_equal(test_integer(proven, "trades"), chain.run.wf.backtest_proven.closed);
    if (!chain.run.wf.backtest_proven.closed) {
        for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
            test_is_null(proven, unknown[i]);
    }
    json_decref(value);
}

static void the_average_profit_has_two_decimals_and_its_interval(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out;
    run.wf.backtest.average_net_frac = -0.00123;
    run.wf.backtest.average_net_interval = (struct tr_interval){-0.0045, 0.0021};
    tr_buf_init(&out);
    tr_view_backtest_text(&run, &out);
    const char *text = tr_buf_string(&out);
    assert_non_null(strstr(text, "Average net profit a trade"));
    assert_non_null(strstr(text, "-0.12 % [-0.45, +0.21]"));
    assert_non_null(strstr(text, "entry at the next bar's open"));
    assert_non_null(strstr(text, "stop before the targets"));
    assert_null(strstr(text, "nan"));
    tr_buf_clear(&out);
    run.wf.backtest.average_net_interval = (struct tr_interval){(double)NAN, (double)NAN}; /* too few trades */
    tr_view_backtest_text(&run, &out);
    assert_non_null(strstr(tr_buf_string(&out), "-0.12 % [not known]"));
    tr_buf_finish(&out);
}

static void what_became_of_the_signals_stands_in_the_first_row(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out;
    run.wf.backtest.offered = 1500;
    run.wf.backtest.closed = 1100;
    run.wf.backtest.passed_by = 390;
    run.wf.backtest.expired = 9;
    run.wf.backtest.unfinished = 1;
    json_t *value = view(&run);
    assert_int_equal(test_integer(value, "backtest.expired"), 9);
    json_decref(value);
    tr_buf_init(&out);
    tr_view_backtest_text(&run, &out);
    assert_non_null(strstr(tr_buf_string(&out), "Signals / trades / passed by / expired / unfinished"));
    assert_non_null(strstr(tr_buf_string(&out), "1500 / 1100 / 390 / 9 / 1 "));
    tr_buf_finish(&out);
}

static void assumed_funding_is_called_assumed(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out;
    tr_buf_init(&out);
    tr_view_backtest_text(&run, &out);
    assert_non_null(strstr(tr_buf_string(&out), "funding at the default rate, since none is recorded"));
    tr_buf_clear(&out);
    run.recipe.funding.n = 1;
    tr_view_backtest_text(&run, &out);
    assert_non_null(strstr(tr_buf_string(&out), "funding as recorded"));
    tr_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_counts_add_up),
        cmocka_unit_test(rates_and_averages_are_those_of_the_listed_trades),
        cmocka_unit_test(nothing_traded_is_nothing_claimed),
        cmocka_unit_test(the_average_profit_has_two_decimals_and_its_interval),
        cmocka_unit_test(what_became_of_the_signals_stands_in_the_first_row),
        cmocka_unit_test(assumed_funding_is_called_assumed),
    };
    return cmocka_run_group_tests_name("view/backtest_view", tests, set_up, tear_down);
}
