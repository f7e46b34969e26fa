#include "support/test.h"

#include "app/view/parity_view.h"
#include "support/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define T0 INT64_C(1727740800000) /* 2024-10-01 */

static struct tr_stored_signal signals[3];
static struct tr_parity_difference differences[5];
static struct tr_parity_behind behind[2];

/* Three signals of two series: one differs in each kind of value, one has lost its bar, two are behind. */
static struct tr_parity example(void)
{
    for (size_t i = 0; i < 3; i++) {
        signals[i] =
            (struct tr_stored_signal){.series = {"okx", "BTC/USDT:USDT", TR_TIMEFRAME_1H}, .origin = TR_ORIGIN_NEWEST};
        signals[i].signal.time = T0 + (tr_time_ms)i * TR_HOUR_MS;
        snprintf(signals[i].status, sizeof signals[i].status, "active");
    }
    signals[1].signal.side = TR_SHORT;
    snprintf(signals[2].series.exchange, sizeof signals[2].series.exchange, "bitget");
    signals[2].origin = TR_ORIGIN_WALKFORWARD;
    differences[0] = (struct tr_parity_difference){.signal = 0,
                                                   .kind = TR_PARITY_NUMBER,
                                                   .field = "stop_loss",
                                                   .stored = {.number = 61000.1},
                                                   .replayed = {.number = (double)NAN}};
    differences[1] = (struct tr_parity_difference){
        .kind = TR_PARITY_FLAG, .field = "aggressive.capped", .stored = {.number = 1}, .replayed = {.number = 0}};
    differences[2] = (struct tr_parity_difference){.kind = TR_PARITY_TIME, .field = "closed", .stored = {.time = T0}};
    differences[3] =
        (struct tr_parity_difference){.kind = TR_PARITY_WORD, .field = "exit_reason", .replayed = {.word = "sl"}};
    differences[4] = (struct tr_parity_difference){
        .signal = 1, .kind = TR_PARITY_NO_BAR, .field = "bar", .stored = {.time = T0 + TR_HOUR_MS}};
    behind[0] = (struct tr_parity_behind){.signal = 0, .replayed = "closed"};
    behind[1] = (struct tr_parity_behind){.signal = 2, .replayed = "tp1"};
    return (struct tr_parity){.any_origin = true,
                              .signals = signals,
                              .n_signals = 3,
                              .n_series = 2,
                              .compared = 2,
                              .values = 110,
                              .differing = 2,
                              .differences = differences,
                              .n_differences = 5,
                              .behind = behind,
                              .n_behind = 2};
}

static void expect_text(const struct tr_parity *parity, size_t most, const char *const *wanted)
{
    struct tr_buf out;
    struct tr_error err = {0};
    tr_buf_init(&out);
    tr_view_parity_text(parity, most, &out);
    assert_ok(tr_buf_status(&out, &err), &err);
    for (; *wanted; wanted++) {
        if (!strstr(tr_buf_string(&out), *wanted))
            fail_msg("\"%s\" is not in:\n%s", *wanted, tr_buf_string(&out));
    }
    tr_buf_finish(&out);
}

static json_t *json_of(const struct tr_parity *parity)
{
    struct test_json text;
    tr_view_parity_json(parity, test_json_begin(&text));
    return test_json_end(&text);
}

static void what_differs_is_a_table_and_what_is_behind_a_command_each(void **state)
{
    (void)state;
    struct tr_parity parity = example();
    expect_text(&parity, 0,
                (const char *const[]){
                    "3 stored signals (all) of 2 series replayed from the stored bars, 110 values compared: ",
                    "5 differ, of 2 signals.\n", "BTC/USDT:USDT 1h on okx\nbar               side   origin  field",
                    "2024-10-01 00:00  long   newest  stop_loss", "61000.1", "nan", "aggressive.capped", "yes", "no\n",
                    "closed", "sl\n", "2024-10-01 01:00  short  newest  bar",
                    "2 signals are behind: bars came in since they were last followed. That is no difference; ",
                    "to follow:\n  traderai signals BTC/USDT:USDT --timeframe 1h --exchange okx\n",
                    "\n  traderai signals BTC/USDT:USDT --timeframe 1h --exchange bitget\n", NULL});
    expect_text(&parity, 2, (const char *const[]){"... and 3 more; -v and --json have them all.\n", NULL});
    parity.any_origin = false;
    expect_text(&parity, 0, (const char *const[]){"2024-10-01 00:00  long   stop_loss", NULL});
    parity.n_behind = 1;
    expect_text(&parity, 0,
                (const char *const[]){"1 signal is behind: bars came in since it was last followed.", NULL});
}

static void an_empty_diff_is_one_line(void **state)
{
    (void)state;
    struct tr_parity parity = example();
    parity.n_differences = parity.n_behind = parity.differing = 0;
    parity.any_origin = false;
    parity.origin = TR_ORIGIN_NEWEST;
    struct tr_buf out;
    tr_buf_init(&out);
    tr_view_parity_text(&parity, 0, &out);
    assert_string_equal(tr_buf_string(&out),
                        "3 stored signals (newest) of 2 series replayed from the stored bars, 110 values compared: no "
                        "difference.\n");
    tr_buf_clear(&out);
    parity.n_signals = 0;
    parity.origin = TR_ORIGIN_WALKFORWARD;
    tr_view_parity_text(&parity, 0, &out);
    assert_string_equal(tr_buf_string(&out), "No stored signals (walkforward): there is nothing to compare.\n");
    tr_buf_finish(&out);
}

static void json_has_each_value_in_its_own_type(void **state)
{
    (void)state;
    struct tr_parity parity = example();
    json_t *value = json_of(&parity);
    assert_string_equal(test_string(value, "origin"), "all");
    assert_int_equal(test_integer(value, "series"), 2);
    assert_int_equal(test_integer(value, "signals"), 3);
    assert_int_equal(test_integer(value, "compared"), 2);
    assert_int_equal(test_integer(value, "values"), 110);
    assert_int_equal(test_integer(value, "differing"), 2);
    assert_int_equal(json_array_size(test_member(value, "differences")), 5);
    assert_string_equal(test_string(value, "differences.0.exchange"), "okx");
    assert_string_equal(test_string(value, "differences.0.symbol"), "BTC/USDT:USDT");
    assert_string_equal(test_string(value, "differences.0.timeframe"), "1h");
    assert_string_equal(test_string(value, "differences.0.side"), "long");
    assert_string_equal(test_string(value, "differences.0.origin"), "newest");
    assert_int_equal(test_integer(value, "differences.0.time_timestamp"), T0);
    assert_string_equal(test_string(value, "differences.0.field"), "stop_loss");
    assert_near(test_number(value, "differences.0.stored"), 61000.1, 0.0);
    test_is_null(value, "differences.0.replayed");
    assert_true(json_is_true(test_member(value, "differences.1.stored")));
    assert_true(json_is_false(test_member(value, "differences.1.replayed")));
    assert_int_equal(test_integer(value, "differences.2.stored_timestamp"), T0);
    test_is_null(value, "differences.2.replayed");
    assert_string_equal(test_string(value, "differences.3.stored"), "");
    assert_string_equal(test_string(value, "differences.3.replayed"), "sl");
    assert_string_equal(test_string(value, "differences.4.field"), "bar");
    assert_int_equal(json_array_size(test_member(value, "behind")), 2);
    assert_string_equal(test_string(value, "behind.1.stored"), "active");
    assert_string_equal(test_string(value, "behind.1.replayed"), "tp1");
    assert_string_equal(test_string(value, "behind.1.origin"), "walkforward");
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs_is_a_table_and_what_is_behind_a_command_each),
        cmocka_unit_test(an_empty_diff_is_one_line),
        cmocka_unit_test(json_has_each_value_in_its_own_type),
    };
    return cmocka_run_group_tests_name("view/parity_view", tests, NULL, NULL);
}
