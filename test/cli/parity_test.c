/* Live decisions as the program stores them, and their replay by the program. */
#include "cli/answer.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>

#define HOME " --home home"
#define SERIES "BTC/USDT:USDT --timeframe 1h"
/* A wide ladder that ends soon: signals come often, whatever the model says. */
#define LIVELY                                                                                                         \
    QUICK " --set signal.min_confidence=0 --set ladder.stop_atr=3 --set ladder.target_atr=[2,4,6] "                    \
          "--set ladder.horizon_hours=6 " SIZES
#define SIZES "--set market.price_step=0.05 --set market.size_step=0.001"
#define REPLAY "--set ladder.stop_atr=3 --set ladder.target_atr=[2,4,6] --set ladder.horizon_hours=6 " SIZES

static struct world world;

/* A decision every few hours, as a user makes them: each over all bars there are by then. */
static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    for (size_t n = 1422; n <= 1500; n += 3) {
        world_write_bars(&world, "btc.csv", n, 1);
        tr_free(output_of(&world, "import btc.csv --symbol BTC/USDT:USDT --timeframe 1h" HOME));
        tr_free(output_of(&world, "signals " SERIES " " LIVELY HOME));
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

static void decisions_and_their_replay_are_the_same(void **state)
{
    (void)state;
    static const char *const origins[] = {"newest", "walkforward", "all"};
    long long signals[3];
    for (size_t i = 0; i < 3; i++) {
        json_t *value = json_of(&world, 0, "parity --origin %s --json " REPLAY HOME, origins[i]);
        assert_string_equal(test_string(value, "origin"), origins[i]);
        signals[i] = test_integer(value, "signals");
        assert_int_equal(test_integer(value, "compared"), signals[i]);
        assert_true(test_integer(value, "values") == 55 * signals[i]);
        assert_int_equal(json_array_size(test_member(value, "differences")), 0);
        assert_int_equal(json_array_size(test_member(value, "behind")), 0);
        json_decref(value);
    }
    print_message("# %lld decided, %lld replayed\n", signals[0], signals[1]);
    assert_true(signals[0] >= 5 && signals[1] >= 5 && signals[2] == signals[0] + signals[1]);
    char *text = output_of(&world, "parity " SERIES " " REPLAY HOME);
    assert_non_null(strstr(text, "stored signals (newest) of 1 series replayed"));
    assert_non_null(strstr(text, "no difference."));
    tr_free(text);
}

static void other_settings_are_told_with_exit_code_one(void **state)
{
    (void)state;
    struct result result;
    expect(&world, NULL, 1, "parity --set cost.taker=0.001 " REPLAY HOME, "parity: ", "values differ, of");
    run(&world, &result, "parity --set cost.taker=0.001 " REPLAY HOME);
    assert_int_equal(result.code, 1);
    assert_non_null(strstr(result.out, "BTC/USDT:USDT 1h on file\n"));
    assert_non_null(strstr(result.out, "cost_exit_frac"));
    assert_null(strstr(result.out, "stop_loss"));
    result_free(&result);
    json_t *value = json_of(&world, 1, "parity --json --set cost.taker=0.001 " REPLAY HOME);
    size_t differing = (size_t)test_integer(value, "differing");
    assert_true(differing > 0 && json_array_size(test_member(value, "differences")) >= 4 * differing);
    json_decref(value);
}

static void without_signals_there_is_nothing(void **state)
{
    (void)state;
    struct result result;
    run(&world, &result, "parity --home elsewhere");
    assert_int_equal(result.code, 3);
    assert_string_equal(result.out, "No stored signals (newest): there is nothing to compare.\n");
    result_free(&result);
    json_t *value = json_of(&world, 3, "parity --json --home elsewhere");
    assert_int_equal(test_integer(value, "signals"), 0);
    json_decref(value);
    expect(&world, NULL, 3, "parity DOGE/USDT -i 1h" HOME, "DOGE/USDT 1h is not stored");
}

static void bad_words_are_usage(void **state)
{
    (void)state;
    expect(&world, NULL, 2, "parity --origin live" HOME, "--origin live", "newest", "walkforward", "all");
    expect(&world, NULL, 2, "parity --timeframe 1h" HOME, "name the symbol");
    expect(&world, NULL, 2, "parity " SERIES " more" HOME, "too much");
    expect(&world, NULL, 2, "parity BTC/USDT:USDT" HOME, "--timeframe");
    expect(&world, NULL, 2, "parity --format csv" HOME, "CSV");
}

static void signals_behind_are_named_with_what_follows_them(void **state)
{
    (void)state;
    world_write_bars(&world, "btc.csv", 1530, 1);
    json_t *value = json_of(&world, 0, "parity --origin all --json " REPLAY HOME);
    size_t before = json_array_size(test_member(value, "behind"));
    assert_int_equal(before, 0);
    json_decref(value);
    tr_free(output_of(&world, "import btc.csv --symbol BTC/USDT:USDT --timeframe 1h" HOME));
    value = json_of(&world, 0, "parity --origin all --json " REPLAY HOME);
    assert_true(json_array_size(test_member(value, "behind")) > 0);
    json_decref(value);
    char *text = output_of(&world, "parity --origin all " REPLAY HOME);
    assert_non_null(strstr(text, "\n  traderai signals BTC/USDT:USDT --timeframe 1h --exchange file\n"));
    tr_free(text);
    tr_free(output_of(&world, "signals " SERIES " " LIVELY HOME));
    value = json_of(&world, 0, "parity --origin all --json " REPLAY HOME);
    assert_int_equal(json_array_size(test_member(value, "behind")), 0);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_and_their_replay_are_the_same),
        cmocka_unit_test(other_settings_are_told_with_exit_code_one),
        cmocka_unit_test(without_signals_there_is_nothing),
        cmocka_unit_test(bad_words_are_usage),
        cmocka_unit_test(signals_behind_are_named_with_what_follows_them),
    };
    return cmocka_run_group_tests_name("cli/parity", tests, set_up, tear_down);
}
