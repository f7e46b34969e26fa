/* traderai check: on stored and made-up series, with plug-ins that behave and plug-ins that do not. */
#include "cli/answer.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERIES "BTC/USDT:USDT --timeframe 1h"

static struct world world;
static const char *plugin; /* path of the fake one */

static int set_up(void **state)
{
    (void)state;
    plugin = getenv("TRADERAI_FAKE_PLUGIN");
    world_init(&world);
    world_write_bars(&world, "btc.csv", 1000, 1);
    tr_free(output_of(&world, "import btc.csv --symbol BTC/USDT:USDT --timeframe 1h --home home"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

static void without_a_symbol_nothing_need_be_stored(void **state)
{
    (void)state;
    char *text = output_of(&world, "check lookahead --home empty");
    assert_non_null(strstr(text, "*** SYNTHETIC MARKET"));
    assert_non_null(strstr(text, "76 inputs and 24 overlays: every one of 5000 truncation points."));
    char *same = output_of(&world, "check lookahead --synthetic -i 1h --home empty");
    assert_string_equal(text, same);
    tr_free(text);
    tr_free(same);
    text = output_of(&world, "check recursive --timeframe 4h --home empty");
    assert_non_null(strstr(text, "\nema_200_dist "));
    tr_free(text);
}

static void a_stored_series_is_checked_as_it_stands(void **state)
{
    (void)state;
    json_t *value = json_of(&world, 0, "check lookahead " SERIES " --home home --json");
    assert_string_equal(test_string(value, "check"), "lookahead");
    assert_string_equal(test_string(value, "exchange"), "file");
    assert_true(test_integer(value, "truncation_points") == 1000 && test_integer(value, "not_causal") == 0);
    assert_true(json_array_size(test_member(value, "columns")) == 100);
    json_decref(value);
    value = json_of(&world, 0, "check recursive " SERIES " --column ema_9 --column obv --home home --json");
    assert_true(test_integer(value, "bars_followed") == 600 && test_integer(value, "warmup_rows") == 219);
    assert_string_equal(test_string(value, "columns.0.name"), "ema_9");
    assert_true(test_integer(value, "columns.0.within_1e6") > 8);
    test_is_null(value, "columns.1.exact");
    json_decref(value);
    char *text = output_of(&world, "check recursive " SERIES " --column roc_3 --format csv --home home");
    assert_string_equal(text, "column,kind,first,within_1e2,within_1e3,within_1e6,exact,error_at_warmup\n"
                              "roc_3,input,3,3,3,3,3,0\n");
    tr_free(text);
}

static void a_plug_in_that_behaves_is_causal(void **state)
{
    (void)state;
    char *text = output_of(&world, "check lookahead " SERIES " --plugin %s --home home", plugin);
    assert_non_null(strstr(text, "76 inputs, 24 overlays and 2 columns of plug-ins: every one of 1000"));
    assert_non_null(strstr(text, "files of its own is out of sight"));
    tr_free(text);
    json_t *value = json_of(&world, 0, "check recursive --plugin %s --column fake.change_3 --json --home home", plugin);
    assert_true(test_integer(value, "columns.0.exact") == 3);
    assert_string_equal(test_string(value, "plugins.0.path"), plugin);
    json_decref(value);
    text = output_of(&world, "check lookahead " SERIES " --plugin %s=fails --column minutes --home home", plugin);
    assert_non_null(strstr(text, "calls failed; their rows are missing values."));
    tr_free(text);
}

static void a_plug_in_that_does_not_ends_with_exit_code_1_and_its_whole_answer(void **state)
{
    (void)state;
    json_t *value = json_of(&world, 1, "check lookahead " SERIES " --plugin %s=shared --json --home home", plugin);
    assert_true(test_integer(value, "not_causal") == 1);
    assert_string_equal(test_string(value, "columns.100.verdict"), "unequal");
    assert_string_equal(test_string(value, "columns.101.verdict"), "causal");
    json_decref(value);
    char words[600];
    snprintf(words, sizeof words, "check lookahead --plugin %s=clock --home home", plugin);
    expect(&world, NULL, 1, words,
           "check lookahead: fake.change_3 gives other values when it is run again, first at row 0");
}

static void mistakes_are_told_in_one_line(void **state)
{
    (void)state;
    char words[600];
    expect(&world, NULL, 2, "check ahead --home home", "ahead: not one of lookahead, recursive");
    expect(&world, NULL, 2, "check lookahead --column ema_201 --home home", "no column has the name \"ema_201\"");
    expect(&world, NULL, 2, "check lookahead " SERIES " --synthetic --home home", "not both");
    expect(&world, NULL, 2, "check lookahead --exchange okx --home home", "belongs to a symbol");
    expect(&world, NULL, 3, "check lookahead --plugin ./mood.so --home home", "--plugin: ./mood.so: No such file");
    expect(&world, NULL, 1, "check lookahead --plugin btc.csv --home home", "cannot be opened as a shared library");
    snprintf(words, sizeof words, "check lookahead --plugin %s=refuses --home home", plugin);
    expect(&world, NULL, 1, words, "plug-in fake cannot work on SYNTH1/USDT:USDT 1h: nothing is known of");
    expect(&world, NULL, 3, "check recursive DOGE/USDT -i 1h --home home", "DOGE/USDT");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_symbol_nothing_need_be_stored),
        cmocka_unit_test(a_stored_series_is_checked_as_it_stands),
        cmocka_unit_test(a_plug_in_that_behaves_is_causal),
        cmocka_unit_test(a_plug_in_that_does_not_ends_with_exit_code_1_and_its_whole_answer),
        cmocka_unit_test(mistakes_are_told_in_one_line),
    };
    return cmocka_run_group_tests_name("cli/check", tests, set_up, tear_down);
}
