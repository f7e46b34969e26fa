/* Recorded funding rates: imported, listed, and charged by the verbs that compute. */
#include "cli/answer.h"

#include "base/alloc.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define BARS 1500
#define RATES 400
#define START INT64_C(1704067200000) /* where world_write_bars begins */
#define HOME " --home home"
#define SERIES "BTC/USDT:USDT --timeframe 1h"

static struct world world;

static void write_rates(const char *name, size_t n, double rate)
{
    FILE *file = fopen(world_path(&world, name), "wb");
    assert_non_null(file);
    fputs("timestamp_ms,funding_rate\n", file);
    for (size_t i = 0; i < n; i++) /* a little late, as exchanges settle */
        fprintf(file, "%lld,%g\n", (long long)(START + (int64_t)i * 8 * TR_HOUR_MS + (int64_t)(i % 40)), rate);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    world_write_bars(&world, "btc.csv", BARS, 1);
    tr_free(output_of(&world, "import btc.csv --symbol BTC/USDT:USDT --timeframe 1h" HOME));
    write_rates("funding.csv", RATES, 0.0008);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

static void rates_are_told_by_their_header_also_on_standard_input(void **state)
{
    (void)state;
    struct manner manner = {.input = "funding.csv"};
    struct result result;
    json_t *value = json_of(&world, 0, "import funding.csv --symbol ETHUSDT.P --exchange okx --json" HOME);
    assert_string_equal(test_string(value, "layout"), "funding");
    assert_string_equal(test_string(value, "exchange"), "okx");
    assert_string_equal(test_string(value, "symbol"), "ETH/USDT:USDT");
    assert_int_equal(test_integer(value, "stored.inserted"), RATES);
    assert_int_equal(test_integer(value, "stamps_rounded"), RATES - RATES / 40);
    assert_int_equal(test_integer(value, "series"), 0);
    json_decref(value);
    run_as(&world, &manner, &result, "import - --symbol ETHUSDT.P --exchange okx" HOME);
    assert_int_equal(result.code, 0);
    assert_non_null(strstr(result.out, "0  rates newly stored, 400 were there already"));
    assert_non_null(strstr(result.out, "No candles of this exchange and symbol are stored"));
    result_free(&result);
    manner.input = "btc.csv";
    run_as(&world, &manner, &result, "import - --symbol BTC/USDT:USDT" HOME);
    assert_int_equal(result.code, 0);
    assert_non_null(strstr(result.out, "0  bars newly stored, 1500 were there already"));
    result_free(&result);
}

static void what_is_stored_is_listed(void **state)
{
    (void)state;
    char *text = output_of(&world, "data" HOME), *empty = output_of(&world, "data --exchange file" HOME);
    json_t *value = json_of(&world, 0, "data list --json" HOME), *none;
    assert_non_null(strstr(text, "funding rates"));
    assert_null(strstr(empty, "funding rates"));
    assert_int_equal(json_array_size(test_member(value, "funding")), 1);
    assert_string_equal(test_string(value, "funding.0.symbol"), "ETH/USDT:USDT");
    assert_int_equal(test_integer(value, "funding.0.first_timestamp"), START);
    none = json_of(&world, 3, "data --json --home other");
    assert_int_equal(json_array_size(test_member(none, "funding")), 0);
    json_decref(none);
    json_decref(value);
    tr_free(text);
    tr_free(empty);
}

static void files_that_are_not_what_is_asked_for_are_refused(void **state)
{
    (void)state;
    expect(&world, NULL, 2, "import funding.csv -s BTC/USDT:USDT -i 8h" HOME, "--timeframe");
    expect(&world, NULL, 2, "import funding.csv -s BTC/USDT:USDT -i 1h" HOME, "--timeframe", "funding rates");
    expect(&world, NULL, 2, "import funding.csv -s !!" HOME, "!!");
    expect(&world, NULL, 1, "import funding.csv" HOME, "funding.csv", "--symbol");
    expect(&world, NULL, 1, "run funding.csv -s BTC/USDT:USDT" HOME, "funding.csv", "funding rates, not candles");
    world_write(&world, "wild.csv", "time,rate\n2024-01-01,0.0001\n2024-01-02,0.07\n");
    expect(&world, NULL, 1, "import wild.csv -s SOL/USDT:USDT --strict" HOME, "wild.csv: line 3", "5 %");
    char *text = output_of(&world, "import wild.csv -s SOL/USDT:USDT" HOME);
    assert_non_null(strstr(text, "line 3: the rate is beyond 5 % a settlement: 0.07"));
    tr_free(text);
}

static void verbs_compute_with_the_rates_of_their_market(void **state)
{
    (void)state;
    static const char *const chain[] = {"run " SERIES " --json --folds 1" HOME " " QUICK,
                                        "train " SERIES " --json --no-folds" HOME " " QUICK};
    json_t *before[2], *after[2];
    for (size_t i = 0; i < 2; i++)
        before[i] = json_of(&world, 0, "%s", chain[i]);
    char *text = output_of(&world, "import funding.csv --symbol BTC/USDT:USDT" HOME);
    assert_non_null(strstr(text, "on 1 stored series"));
    tr_free(text);
    for (size_t i = 0; i < 2; i++)
        after[i] = json_of(&world, 0, "%s", chain[i]);
    assert_int_equal(test_integer(before[0], "backtest.assumptions.funding_records"), 0);
    /* from the first bar's open to the last one's close */
    assert_int_equal(test_integer(after[0], "backtest.assumptions.funding_records"), BARS / 8 + 1);
    assert_string_not_equal(test_string(before[1], "registered.data_hash"),
                            test_string(after[1], "registered.data_hash"));
    assert_string_equal(test_string(before[1], "registered.recipe_hash"),
                        test_string(after[1], "registered.recipe_hash"));
    assert_int_equal(test_integer(after[0], "luck.trials"), 1); /* other data, the same configuration */
    for (size_t i = 0; i < 2; i++) {
        json_decref(before[i]);
        json_decref(after[i]);
    }
    text = output_of(&world, "run " SERIES " --folds 1" HOME " " QUICK);
    assert_non_null(strstr(text, "funding as recorded (else the default)"));
    tr_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_told_by_their_header_also_on_standard_input),
        cmocka_unit_test(what_is_stored_is_listed),
        cmocka_unit_test(files_that_are_not_what_is_asked_for_are_refused),
        cmocka_unit_test(verbs_compute_with_the_rates_of_their_market),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
