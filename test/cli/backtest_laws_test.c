/* Laws of a backtest that anyone can check on its files: money adds up to the last digit, caps hold, the same run gives
 * the same bytes, and time that was cut off changes nothing. */
#include "cli/answer.h"
#include "cli/backtest.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BARS 1200
#define SYMBOLS 3
#define START INT64_C(1704067200000) /* where world_write_bars begins */
#define HOUR INT64_C(3600000)
#define CAPITAL INT64_C(1000000000000)
#define HOME " --timeframe 1h --home home"
#define ALL "backtest AAA/USDT:USDT BBB/USDT:USDT CCC/USDT:USDT" HOME
#define ENTRIES " --entries entries.csv"

static struct world world;

/* In each hour from `from` to `to` some symbols get an entry, most of them with levels by the ladder. */
static size_t write_entries(const char *name, size_t from, size_t to)
{
    static const char symbols[] = "ABC";
    FILE *file = fopen(world_path(&world, name), "wb");
    struct tr_rng rng;
    size_t n = 0;

    assert_non_null(file);
    tr_rng_init(&rng, 11, 0);
    fputs("time,symbol,side,size_usd\n", file);
    for (size_t hour = 20; hour < BARS; hour++) {
        for (size_t s = 0; s < SYMBOLS; s++) {
            bool is_long = tr_rng_uniform(&rng) < 0.5, own = tr_rng_uniform(&rng) < 0.3;
            double size = 500 + 4000 * tr_rng_uniform(&rng);
            char c = symbols[s];

            if (tr_rng_uniform(&rng) > 0.06 || hour < from || hour >= to)
                continue;
            fprintf(file, "%lld,%c%c%c/USDT:USDT,%s,", (long long)(START + (int64_t)hour * HOUR), c, c, c,
                    is_long ? "long" : "short");
            if (own)
                fprintf(file, "%.2f", size);
            fputs("\n", file);
            n++;
        }
    }
    assert_int_equal(fclose(file), 0);
    return n;
}

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    for (unsigned s = 0; s < SYMBOLS; s++) {
        char c = (char)('A' + s);

        world_write_bars(&world, "bars.csv", BARS, s + 1);
        tr_free(output_of(&world, "import bars.csv --symbol %c%c%c/USDT:USDT" HOME, c, c, c));
    }
    assert_true(write_entries("entries.csv", 0, BARS) > 150);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

static int64_t units(double usd)
{
    return (int64_t)llround(usd * 1e8);
}

/* What the three files of one run say of each other. */
static void check_books(const char *words)
{
    json_t *value = json_of(&world, 0, "%s --trades-csv t.csv --equity-csv e.csv --json", words);
    int64_t gross = 0, fees = 0, slippage = 0, funding = 0, net = 0;
    size_t n, points;
    struct trade_row *t = trades_of(&world, "t.csv", &n);
    struct equity_row *e = equity_of(&world, "e.csv", &points);

    for (size_t i = 0; i < n; i++) {
        gross += t[i].gross;
        fees += t[i].fees;
        slippage += t[i].slippage;
        funding += t[i].funding;
        net += t[i].net;
    }
    if (units(e[points - 1].equity) != CAPITAL + net)
        fail_msg("%s: the last equity %.8f is not capital and nets %.8f", words, e[points - 1].equity,
                 (double)(CAPITAL + net) / 1e8);
    assert_true(units(e[0].equity) == CAPITAL);
    assert_true(units(test_number(value, "summary.final_balance_usd")) == CAPITAL + net);
    assert_true(units(test_number(value, "costs.gross_usd")) == gross);
    assert_true(units(test_number(value, "costs.fees_usd")) == fees);
    assert_true(units(test_number(value, "costs.slippage_usd")) == slippage);
    assert_true(units(test_number(value, "costs.funding_usd")) == funding);
    assert_int_equal(json_array_size(test_member(value, "trades")), n);
    assert_int_equal(test_integer(value, "summary.trades") + test_integer(value, "summary.open_trades"), (long long)n);
    assert_int_equal(test_integer(value, "entries.taken"), (long long)n);
    assert_int_equal(test_integer(value, "entries.taken") + test_integer(value, "entries.refused"),
                     test_integer(value, "entries.entries"));
    assert_true(n > 30 && gross != 0 && fees > 0);
    json_decref(value);
    tr_free(t);
    tr_free(e);
}

static void money_adds_up_to_the_last_digit_whatever_the_account(void **state)
{
    (void)state;
    static const char *const accounts[] = {
        "",
        " --no-compound --leverage 5",
        " --entry limit --intrabar optimistic",
        " --max-open 2 --set cost.slippage_model=range --set cost.slippage_range=0.2",
        " --set cost.fee_tiers=20000:-0.0001/0.0003,50000:-0.0002/0.0002 --set cost.funding_default=0.004",
        " --set cost.funding_default=-0.004 --set ladder.horizon_hours=300 --set ladder.stop_atr=40 --leverage 50",
        " --set market.size_step=0.01 --set market.price_step=0.5 --set market.min_notional_usd=1000"};

    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
        char words[512];

        snprintf(words, sizeof words, ALL ENTRIES "%s", accounts[i]);
        check_books(words);
    }
}

static void the_same_run_gives_the_same_bytes_on_any_number_of_threads(void **state)
{
    (void)state;
    static const char *const files[] = {"t.csv", "e.csv", "p.html"};
    char *first[3] = {NULL}, *json = NULL;

    for (int round = 0; round < 3; round++) {
        char *again = output_of(
            &world,
            ALL ENTRIES " --trades-csv t.csv --equity-csv e.csv --html p.html --label twice --json --threads %d",
            round == 1 ? 2 : 1);

        if (round)
            same_text("JSON", json, again);
        tr_free(json);
        json = again;
        for (size_t f = 0; f < 3; f++) {
            char *bytes = text_of(&world, files[f]);

            if (round)
                same_text(files[f], first[f], bytes);
            tr_free(first[f]);
            first[f] = bytes;
        }
    }
    for (size_t f = 0; f < 3; f++)
        tr_free(first[f]);
    tr_free(json);
}

static void rows_on_standard_output_are_those_of_the_file(void **state)
{
    (void)state;
    char *rows = output_of(&world, ALL ENTRIES " --trades-csv t.csv --format csv"), *file = text_of(&world, "t.csv");
    char *text = output_of(&world, ALL ENTRIES " --trades-csv t.csv");

    same_text("t.csv", rows, file);
    assert_non_null(strstr(text, "\nWritten: t.csv\n"));
    tr_free(text);
    tr_free(rows);
    tr_free(file);
}

static void one_position_at_a_time_means_over_all_series(void **state)
{
    (void)state;
    json_t *value = json_of(&world, 0, ALL ENTRIES " --max-open 1 --trades-csv t.csv --json");
    size_t n, symbols = 0;
    struct trade_row *t = trades_of(&world, "t.csv", &n);

    for (size_t i = 1; i < n; i++) {
        if (t[i].entry_time < t[i - 1].exit_time)
            fail_msg("a position of %lld begins before that of %lld ends", (long long)t[i].entry_time,
                     (long long)t[i - 1].entry_time);
        symbols += strcmp(t[i].symbol, t[i - 1].symbol) != 0;
    }
    assert_true(n > 30 && symbols > 5);
    assert_true(test_integer(value, "entries.refused_by.max_open") > 20);
    json_decref(value);
    tr_free(t);
}

/* The part of a trade that is open right after `time`, as USD at its entry. */
static double open_after(const json_t *trade, int64_t time)
{
    int64_t decision = test_integer(trade, "entry_time_timestamp") - HOUR;
    double open = 1;
    size_t i;
    const json_t *fill;

    if (test_integer(trade, "entry_time_timestamp") > time)
        return 0;
    json_array_foreach(test_member(trade, "fills"), i, fill)
    {
        if (decision + HOUR * (test_integer(fill, "bar") + 1) <= time)
            open -= test_number(fill, "fraction");
    }
    return open > 1e-12 ? open * test_number(trade, "size_usd") : 0;
}

/* Sizes that were open on the side of trade i when it was decided, and its own at the close of its decision. */
static double exposure_at(const json_t *trades, size_t i)
{
    const json_t *own = json_array_get(trades, i), *other;
    int64_t decided = test_integer(own, "entry_time_timestamp");
    double sum = test_number(own, "qty") * test_number(own, "levels.decision_close");
    size_t k;

    json_array_foreach(trades, k, other)
    {
        if (k == i || strcmp(test_string(other, "side"), test_string(own, "side")) != 0)
            continue;
        if (test_integer(other, "entry_time_timestamp") < decided)
            sum += open_after(other, decided);
        else if (k < i) /* an order of the same instant, looked at before */
            sum += test_number(other, "qty") * test_number(other, "levels.decision_close");
    }
    return sum;
}

static double largest_exposure(const char *words, long long *refused, const char *reason)
{
    json_t *value = json_of(&world, 0, "%s", words);
    const json_t *trades = test_member(value, "trades");
    char path[64];
    double largest = 0;

    snprintf(path, sizeof path, "entries.refused_by.%s", reason);
    *refused = test_integer(value, path);
    for (size_t i = 0; i < json_array_size(trades); i++) {
        double sum = exposure_at(trades, i);

        largest = sum > largest ? sum : largest;
    }
    json_decref(value);
    return largest;
}

static void caps_of_exposure_hold_at_every_entry(void **state)
{
    (void)state;
    long long refused;
    double cap = 0.6 * 10000, free_run, capped, pooled;

    free_run = largest_exposure(ALL ENTRIES " --no-compound --json", &refused, "side");
    assert_true(free_run > 1.2 * cap && refused == 0);
    capped =
        largest_exposure(ALL ENTRIES " --no-compound --set backtest.max_side_exposure=0.6 --json", &refused, "side");
    assert_true(capped <= cap * (1 + 1e-8) && capped > 0.8 * cap && refused > 20);
    /* With correlation from -1 on every pair counts as correlated: the same cap by the other name. */
    pooled = largest_exposure(ALL ENTRIES " --no-compound --set backtest.max_correlated_exposure=0.6 --json "
                                          "--set backtest.correlation=0",
                              &refused, "correlated");
    assert_true(refused > 0 && pooled <= free_run);
}

static void a_liquidation_loses_the_margin_and_no_more(void **state)
{
    (void)state;
    json_t *value = json_of(&world, 0,
                            ALL ENTRIES " --leverage 50 --set ladder.stop_atr=40 --set ladder.horizon_hours=300 "
                                        "--set cost.funding_default=0 --json");
    const json_t *trade;
    size_t i, seen = 0;

    json_array_foreach(test_member(value, "trades"), i, trade)
    {
        double size = test_number(trade, "size_usd"), net = test_number(trade, "net_usd");

        if (strcmp(test_string(trade, "exit_reason"), "liquidation") != 0 ||
            json_array_size(test_member(trade, "fills")) != 1)
            continue;
        assert_near(test_number(trade, "margin_usd"), size / 50, 1e-6);
        double fee = 0.0006 * test_number(trade, "qty") * test_number(trade, "entry"), slippage = 0.0005 * size;

        assert_near(net, -(size / 50 + fee + slippage), 1e-6); /* and what the entry cost */
        seen++;
    }
    assert_true(seen > 20);
    json_decref(value);
}

/* --- time that was cut off --- */

/* The first n hourly bars of each symbol, in a store of their own. */
static void store_beginning(const char *home, size_t n)
{
    for (unsigned s = 0; s < SYMBOLS; s++) {
        char c = (char)('A' + s), *text, *at;

        world_write_bars(&world, "whole.csv", BARS, s + 1);
        text = text_of(&world, "whole.csv");
        at = text;
        for (size_t line = 0; line < n + 1; line++)
            at = strchr(at, '\n') + 1;
        *at = '\0';
        world_write(&world, "cut.csv", text);
        tr_free(text);
        tr_free(output_of(&world, "import cut.csv --symbol %c%c%c/USDT:USDT --timeframe 1h --home %s", c, c, c, home));
    }
}

static void expect_same_files(const char *a, const char *b)
{
    char *first = text_of(&world, a), *second = text_of(&world, b);

    same_text(a, first, second);
    assert_true(strlen(first) > 2000);
    tr_free(first);
    tr_free(second);
}

static void until_is_as_if_the_data_ended_there(void **state)
{
    (void)state;
    enum { CUT = 700 };
    long long until = (long long)(START + CUT * HOUR);

    store_beginning("short", CUT);
    tr_free(output_of(&world, ALL ENTRIES " --until %lld --trades-csv t.csv --equity-csv e.csv", until));
    tr_free(output_of(&world, "backtest AAA/USDT:USDT BBB/USDT:USDT CCC/USDT:USDT --timeframe 1h --home short" ENTRIES
                              " --trades-csv t2.csv --equity-csv e2.csv"));
    expect_same_files("t.csv", "t2.csv");
    expect_same_files("e.csv", "e2.csv");
    /* in words, and inside a bar: its close is not known then */
    tr_free(output_of(&world, ALL ENTRIES " --until 2024-01-30T04:59:59 --trades-csv t.csv --equity-csv e.csv"));
    expect_same_files("t.csv", "t2.csv");
    expect_same_files("e.csv", "e2.csv");
}

static void since_is_as_if_the_file_began_there(void **state)
{
    (void)state;
    enum { FIRST = 500 };
    size_t later = write_entries("later.csv", FIRST, BARS);
    json_t *value = json_of(&world, 0, ALL ENTRIES " --since %lld --trades-csv t.csv --equity-csv e.csv --json",
                            (long long)(START + FIRST * HOUR));
    json_t *plain = json_of(&world, 0, ALL " --entries later.csv --since %lld --trades-csv t2.csv --json",
                            (long long)(START + FIRST * HOUR));

    expect_same_files("t.csv", "t2.csv");
    assert_int_equal(test_integer(value, "entries.entries"), (long long)later);
    assert_int_equal(test_integer(value, "entries.read.refused_by.outside"),
                     test_integer(value, "entries.read.rows") - (long long)later);
    assert_int_equal(test_integer(plain, "entries.read.refused"), 0);
    assert_int_equal(test_integer(value, "from_timestamp"), START + FIRST * HOUR);
    json_decref(value);
    json_decref(plain);
}

static void a_limit_order_fills_at_the_close_or_better_and_without_slippage_inside_a_bar(void **state)
{
    (void)state;
    json_t *value = json_of(&world, 0, ALL ENTRIES " --entry limit --json");
    const json_t *trade;
    size_t i, at_limit = 0;

    json_array_foreach(test_member(value, "trades"), i, trade)
    {
        double sign = strcmp(test_string(trade, "side"), "long") == 0 ? 1 : -1;
        double close = test_number(trade, "levels.decision_close"), entry = test_number(trade, "entry_undisturbed");

        assert_true(sign * entry <= sign * close);
        /* slippage never makes it worse than the limit */
        assert_true(sign * test_number(trade, "entry") <= sign * close * (1 + sign * 1e-12));
        at_limit += fabs(entry - close) < 1e-9;
    }
    assert_true(i > 30 && at_limit > 10);
    assert_true(test_integer(value, "entries.refused_by.unfilled") >= 0);
    assert_string_equal(test_string(value, "assumptions.entry_order"), "limit");
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_adds_up_to_the_last_digit_whatever_the_account),
        cmocka_unit_test(the_same_run_gives_the_same_bytes_on_any_number_of_threads),
        cmocka_unit_test(rows_on_standard_output_are_those_of_the_file),
        cmocka_unit_test(one_position_at_a_time_means_over_all_series),
        cmocka_unit_test(caps_of_exposure_hold_at_every_entry),
        cmocka_unit_test(a_liquidation_loses_the_margin_and_no_more),
        cmocka_unit_test(until_is_as_if_the_data_ended_there),
        cmocka_unit_test(since_is_as_if_the_file_began_there),
        cmocka_unit_test(a_limit_order_fills_at_the_close_or_better_and_without_slippage_inside_a_bar),
    };
    return cmocka_run_group_tests_name("cli/backtest_laws", tests, set_up, tear_down);
}
