#include "support/test.h"

#include "app/view/account_view.h"
#include "app/view/account_words.h"
#include "app/view/run_view.h"
#include "support/backtest.h"
#include "support/json.h"

#include <math.h>
#include <stdio.h>
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

static json_t *view(const struct tr_backtest *b)
{
    struct test_json text;

    tr_view_account_json(b, test_json_begin(&text));
    return test_json_end(&text);
}

static void assert_interval(const json_t *value, const char *path, struct tr_interval expected, double scale)
{
    char bound[128];

    snprintf(bound, sizeof bound, "%s.lower", path);
    assert_near(test_number(value, bound), expected.lower * scale, 1e-9);
    snprintf(bound, sizeof bound, "%s.upper", path);
    assert_near(test_number(value, bound), expected.upper * scale, 1e-9);
}

static void it_is_one_object_of_the_documented_members(void **state)
{
    (void)state;
    static const char *const members[] = {
        "id",    "config",       "label",  "timeframe", "from",    "from_timestamp", "to",         "to_timestamp",
        "days",  "assumptions",  "checks", "entries",   "summary", "bounds",         "costs",      "series",
        "sides", "exit_reasons", "months", "luck",      "trades",  "daily",          "risk_notice"};
    json_t *value = view(&backtest);

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        test_member(value, members[i]);
    assert_int_equal(json_object_size(value), sizeof members / sizeof *members);
    assert_string_equal(test_string(value, "id"), "0123456789abcdef");
    assert_string_equal(test_string(value, "label"), "first try");
    assert_int_equal(test_integer(value, "from_timestamp"), backtest.from);
    assert_string_equal(test_string(value, "risk_notice"), TR_VIEW_RISK_NOTICE);
    json_decref(value);
}

static void the_same_backtest_gives_the_same_bytes(void **state)
{
    (void)state;
    struct tr_backtest again = {0};
    json_t *a = view(&backtest), *b;

    test_backtest_make(&again);
    b = view(&again);
    assert_true(json_equal(a, b));
    json_decref(a);
    json_decref(b);
    test_backtest_finish(&again);
}

static void assumptions_are_members_and_words(void **state)
{
    (void)state;
    json_t *value = view(&backtest);
    const json_t *a = test_member(value, "assumptions");

    assert_string_equal(test_string(a, "entries"), "file");
    assert_string_equal(test_string(a, "entries_file"), "entries.csv");
    test_is_null(a, "origin");
    assert_string_equal(test_string(a, "entry_order"), "market");
    assert_string_equal(test_string(a, "intrabar"), "detail");
    assert_int_equal(test_integer(a, "detail_asked"), 5);
    assert_int_equal(test_integer(a, "detail_lacking"), 1);
    assert_int_equal(test_integer(a, "horizon_bars"), 48);
    assert_near(test_number(a, "maker_fee_pct"), 0.02, 1e-12);
    assert_near(test_number(a, "fee_tiers.0.taker_fee_pct"), 0.05, 1e-12);
    assert_near(test_number(a, "funding_default_hours"), 8, 0);
    assert_int_equal(test_integer(a, "funding_records"), 3);
    assert_int_equal(test_integer(a, "funding_assumed"), backtest.measures.funding_assumed);
    assert_near(test_number(a, "leverage"), 10, 0);
    assert_string_equal(test_string(a, "risk_profile"), "moderate");
    assert_near(test_number(a, "capital_usd"), 10000, 0);
    assert_near(test_number(a, "ladder.target_atr.2"), 3, 0);
    assert_int_equal(json_array_size(test_member(a, "in_words")), TR_VIEW_ASSUMPTIONS);
    json_decref(value);
    backtest.options.source = TR_BACKTEST_STORED;
    backtest.options.origin = TR_ORIGIN_NEWEST;
    backtest.options.account.leverage = 0; /* size / capital */
    value = view(&backtest);
    assert_string_equal(test_string(value, "assumptions.origin"), "newest");
    test_is_null(value, "assumptions.entries_file");
    assert_int_equal(test_integer(value, "entries.read.rows"), backtest.file.rows);
    test_is_null(value, "trades.0.source_line");
    test_is_null(value, "assumptions.leverage");
    json_decref(value);
    backtest.options.source = TR_BACKTEST_WALKFORWARD;
    value = view(&backtest);
    test_is_null(value, "entries.read");
    json_decref(value);
}

static void checks_name_the_columns_that_failed(void **state)
{
    (void)state;
    struct tr_lookahead *l = &backtest.series[1].lookahead;
    json_t *value = view(&backtest);

    assert_true(json_is_true(test_member(value, "checks.lookahead_free")));
    assert_int_equal(test_integer(value, "checks.series.0.lookahead.columns"), 1);
    assert_int_equal(test_integer(value, "checks.series.0.lookahead.truncation_points"), TEST_BACKTEST_BARS);
    assert_int_equal(json_array_size(test_member(value, "checks.series.1.lookahead.bad_columns")), 0);
    assert_int_equal(test_integer(value, "checks.series.0.warmup.bars_within_01_pct"), 275);
    json_decref(value);
    l->bad = 1;
    l->column[24] = (struct tr_lookahead_column){TR_CAUSAL_AHEAD, 17, 24, 1.5, -2.25};
    backtest.series[0].recursive.column[3].bars[1] = SIZE_MAX;
    value = view(&backtest);
    assert_true(json_is_false(test_member(value, "checks.lookahead_free")));
    assert_string_equal(test_string(value, "checks.series.1.lookahead.bad_columns.0.verdict"), "look_ahead");
    assert_int_equal(test_integer(value, "checks.series.1.lookahead.bad_columns.0.rows"), 17);
    assert_near(test_number(value, "checks.series.1.lookahead.bad_columns.0.whole"), -2.25, 0);
    test_is_null(value, "checks.series.0.warmup.bars_within_01_pct");
    json_decref(value);
}

static void entries_are_counted_by_what_became_of_them(void **state)
{
    (void)state;
    json_t *value = view(&backtest);
    const json_t *e = test_member(value, "entries"), *one;
    const char *key;
    long long sum = 0;

    json_object_foreach((json_t *)(uintptr_t)test_member(e, "refused_by"), key, one) sum += json_integer_value(one);
    assert_int_equal(sum, test_integer(e, "refused"));
    assert_int_equal(test_integer(e, "entries"), test_integer(e, "taken") + test_integer(e, "refused"));
    assert_int_equal(test_integer(e, "refused_by.busy"), 2);
    sum = 0;
    json_object_foreach((json_t *)(uintptr_t)test_member(e, "read.refused_by"), key, one) sum +=
        json_integer_value(one);
    assert_int_equal(sum, test_integer(e, "read.refused"));
    assert_int_equal(test_integer(e, "read.rows"), test_integer(e, "read.accepted") + sum);
    assert_int_equal(test_integer(e, "read.examples.1.line"), 19);
    assert_string_equal(test_string(e, "read.examples.1.defect"), "outside");
    assert_string_equal(test_string(e, "read.columns_passed_over.0"), "comment");
    json_decref(value);
}

static void the_summary_has_the_specified_names(void **state)
{
    (void)state;
    const struct tr_backtest_measures *m = &backtest.measures;
    json_t *value = view(&backtest);
    const json_t *s = test_member(value, "summary");

    assert_int_equal(test_integer(s, "trades"), 9);
    assert_int_equal(test_integer(s, "open_trades"), 1);
    assert_near(test_number(s, "hit_rate_tp1"), m->hit_rate[0].value, 1e-12);
    assert_near(test_number(s, "hit_rate_tp1_random"), 0.6, 1e-12);
    assert_near(test_number(s, "hit_rate_tp3"), m->hit_rate[2].value, 1e-12);
    assert_near(test_number(s, "hit_rate_tp3_random"), 0.2, 1e-12);
    assert_interval(s, "hit_rate_tp2_interval", m->hit_rate[1].interval, 1);
    assert_near(test_number(s, "win_rate"), m->win_rate.value, 1e-12);
    assert_near(test_number(s, "profit_factor"), m->profit_factor.value, 1e-12);
    assert_near(test_number(s, "max_drawdown_pct"), 100 * m->max_drawdown.value, 1e-12);
    assert_interval(s, "max_drawdown_interval_pct", m->max_drawdown.interval, 100);
    assert_near(test_number(s, "sharpe_ratio"), m->sharpe.value, 1e-12);
    assert_near(test_number(s, "sortino_ratio"), m->sortino.value, 1e-12);
    assert_near(test_number(s, "calmar_ratio"), m->calmar.value, 1e-12);
    assert_near(test_number(s, "expectancy_usd"), m->expectancy_usd.value, 1e-12);
    assert_interval(s, "expectancy_interval_usd", m->expectancy_usd.interval, 1);
    assert_near(test_number(s, "avg_net_profit_pct"), 100 * m->average_net_frac.value, 1e-12);
    assert_near(test_number(s, "total_profit_pct"), 100 * m->total_return.value, 1e-12);
    assert_near(test_number(s, "market_change_pct"), 100 * backtest.market_change, 1e-12);
    assert_near(test_number(s, "time_in_market_frac"), m->time_in_market, 1e-12);
    assert_near(test_number(s, "final_balance_usd") - test_number(s, "starting_balance_usd"), test_number(s, "net_usd"),
                1e-6);
    assert_int_equal(test_integer(s, "rejected_entries"), 6);
    json_decref(value);
}

static void figures_of_trades_are_those_of_the_list(void **state)
{
    (void)state;
    json_t *value = view(&backtest);
    const json_t *trade;
    double net = 0, kinds[4] = {0}, net_pct = 0;
    size_t i, closed = 0, hits = 0;

    assert_int_equal(json_array_size(test_member(value, "trades")), TEST_BACKTEST_TRADES);
    json_array_foreach(test_member(value, "trades"), i, trade)
    {
        double gross = test_number(trade, "gross_usd"), fees = test_number(trade, "fees_usd"),
               slippage = test_number(trade, "slippage_usd"), funding = test_number(trade, "funding_usd");

        assert_near(gross - fees - slippage - funding, test_number(trade, "net_usd"), 1e-9);
        net += test_number(trade, "net_usd");
        kinds[0] += gross;
        kinds[1] += fees;
        kinds[2] += slippage;
        kinds[3] += funding;
        if (json_is_true(test_member(trade, "open")))
            continue;
        closed++;
        hits += json_is_true(test_member(trade, "tp1"));
        net_pct += test_number(trade, "net_pct");
    }
    assert_near(net, test_number(value, "summary.net_usd"), 1e-7);
    assert_near(kinds[0], test_number(value, "costs.gross_usd"), 1e-7);
    assert_near(kinds[1], test_number(value, "costs.fees_usd"), 1e-7);
    assert_near(kinds[2], test_number(value, "costs.slippage_usd"), 1e-7);
    assert_near(kinds[3], test_number(value, "costs.funding_usd"), 1e-7);
    assert_near((double)hits / (double)closed, test_number(value, "summary.hit_rate_tp1"), 1e-12);
    assert_near(net_pct / (double)closed, test_number(value, "summary.avg_net_profit_pct"), 1e-9);
    json_decref(value);
}

static void a_trade_has_its_levels_fills_and_margin(void **state)
{
    (void)state;
    const struct tr_account_trade *t = &backtest.account.trades[4]; /* a short that left by its trailing stop */
    json_t *value = view(&backtest);
    const json_t *trade = test_member(value, "trades.4");

    assert_string_equal(test_string(trade, "symbol"), "BTC/USDT:USDT");
    assert_string_equal(test_string(trade, "side"), "short");
    assert_string_equal(test_string(trade, "exit_reason"), "trailing");
    assert_int_equal(test_integer(trade, "source_line"), backtest.entries[4].source);
    assert_int_equal(test_integer(trade, "entry_time_timestamp"), t->entry_time);
    assert_near(test_number(trade, "leverage"), t->leverage, 1e-12);
    assert_near(test_number(trade, "margin_usd"), t->margin_usd, 1e-9);
    assert_near(test_number(trade, "liquidation_price"), t->outcome.liquidation_price, 1e-9);
    assert_near(test_number(trade, "levels.stop_loss"), backtest.entries[4].levels.stop, 1e-9);
    assert_int_equal(json_array_size(test_member(trade, "levels.take_profits")), 3);
    assert_int_equal(json_array_size(test_member(trade, "fills")), 3);
    assert_string_equal(test_string(trade, "fills.0.kind"), "tp1");
    assert_string_equal(test_string(trade, "fills.1.kind"), "tp2");
    assert_string_equal(test_string(trade, "fills.2.kind"), "trailing");
    assert_true(json_is_true(test_member(trade, "ambiguous")));
    assert_true(json_is_true(test_member(trade, "proven")));
    assert_string_equal(test_string(value, "trades.9.exit_reason"), "open");
    assert_true(json_is_true(test_member(value, "trades.9.open")));
    assert_true(test_number(trade, "mae") <= 0 && test_number(trade, "mfe") >= 0);
    json_decref(value);
}

static void groups_share_the_trades_out(void **state)
{
    (void)state;
    json_t *value = view(&backtest);
    const json_t *one;
    long long by_series = 0, by_reason = 0, by_month = 0;
    const char *key;
    size_t i;

    json_array_foreach(test_member(value, "series"), i, one) by_series += test_integer(one, "trades");
    json_object_foreach((json_t *)(uintptr_t)test_member(value, "exit_reasons"), key, one) by_reason +=
        test_integer(one, "trades");
    json_array_foreach(test_member(value, "months"), i, one) by_month += test_integer(one, "trades");
    assert_int_equal(by_series, 9);
    assert_int_equal(by_reason, 9);
    assert_int_equal(by_month, 9);
    assert_int_equal(test_integer(value, "sides.long.trades") + test_integer(value, "sides.short.trades"), 9);
    test_is_null(value, "series.2.win_rate");
    assert_string_equal(test_string(value, "months.0.month"), "2024-03");
    json_decref(value);
}

static void bounds_costs_and_luck_are_the_given_ones(void **state)
{
    (void)state;
    json_t *value = view(&backtest);

    assert_near(test_number(value, "bounds.pessimistic.net_usd"), -310.25, 0);
    assert_near(test_number(value, "bounds.optimistic.total_profit_pct"), 1.825, 1e-12);
    assert_near(test_number(value, "bounds.chosen.net_usd"), test_number(value, "summary.net_usd"), 0);
    assert_int_equal(json_array_size(test_member(value, "costs.curve.factor")), TR_COST_STEPS);
    assert_near(test_number(value, "costs.curve.net_usd.10"), test_number(value, "costs.net_usd"), 1e-6);
    assert_near(test_number(value, "costs.round_trip_bps"), 1e4 * backtest.measures.cost_frac, 1e-9);
    assert_int_equal(test_integer(value, "luck.trials"), 7);
    assert_near(test_number(value, "luck.deflated_sharpe"), 0.21, 0);
    assert_near(test_number(value, "luck.pbo"), 0.4, 0);
    test_is_null(value, "luck.pbo_unknown");
    assert_int_equal(json_array_size(test_member(value, "luck.fan.q50")), backtest.measures.fan.steps);
    json_decref(value);
    backtest.counted = false;
    backtest.pbo = (double)NAN;
    value = view(&backtest);
    test_is_null(value, "luck.trials");
    test_is_null(value, "luck.deflated_sharpe");
    test_is_null(value, "luck.pbo");
    assert_true(strlen(test_string(value, "luck.deflated_sharpe_unknown")) > 0);
    assert_true(strlen(test_string(value, "luck.pbo_unknown")) > 0);
    json_decref(value);
}

static void days_are_columns_of_one_length(void **state)
{
    (void)state;
    json_t *value = view(&backtest);
    const json_t *daily = test_member(value, "daily");
    size_t n = json_array_size(test_member(daily, "time"));
    double before = 10000;

    assert_int_equal(n, backtest.measures.n_days);
    assert_int_equal(json_array_size(test_member(daily, "equity_usd")), n);
    assert_int_equal(json_array_size(test_member(daily, "return")), n);
    assert_int_equal(test_integer(daily, "time.0"), backtest.from);
    for (size_t i = 0; i < n; i++) {
        double equity = json_number_value(json_array_get(test_member(daily, "equity_usd"), i));

        assert_near(json_number_value(json_array_get(test_member(daily, "return"), i)), equity / before - 1, 1e-12);
        before = equity;
    }
    json_decref(value);
}

static void without_trades_what_is_not_defined_is_null(void **state)
{
    (void)state;
    static const char *const unknown[] = {"hit_rate_tp1",   "win_rate",           "profit_factor", "avg_net_profit_pct",
                                          "expectancy_usd", "best_trade_pct",     "sharpe_ratio",  "avg_size_usd",
                                          "drawdown_start", "hit_rate_tp1_random"};
    struct tr_backtest empty = {0};
    json_t *value;

    test_backtest_make_empty(&empty);
    value = view(&empty);
    assert_int_equal(test_integer(value, "summary.trades"), 0);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        test_is_null(test_member(value, "summary"), unknown[i]);
    assert_near(test_number(value, "summary.final_balance_usd"), 10000, 0);
    assert_int_equal(test_integer(value, "entries.refused_by.size"), 8);
    assert_int_equal(json_array_size(test_member(value, "trades")), 0);
    test_is_null(value, "costs.gross_pct");
    test_is_null(value, "luck.fan");
    assert_string_equal(test_string(value, "luck.psr_unknown"), "no day differs from the others");
    json_decref(value);
    test_backtest_finish(&empty);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(it_is_one_object_of_the_documented_members),
        TEST(the_same_backtest_gives_the_same_bytes),
        TEST(assumptions_are_members_and_words),
        TEST(checks_name_the_columns_that_failed),
        TEST(entries_are_counted_by_what_became_of_them),
        TEST(the_summary_has_the_specified_names),
        TEST(figures_of_trades_are_those_of_the_list),
        TEST(a_trade_has_its_levels_fills_and_margin),
        TEST(groups_share_the_trades_out),
        TEST(bounds_costs_and_luck_are_the_given_ones),
        TEST(days_are_columns_of_one_length),
        TEST(without_trades_what_is_not_defined_is_null),
    };
    return cmocka_run_group_tests_name("view/account_json", tests, NULL, NULL);
}
