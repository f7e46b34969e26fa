#include "support/test.h"

#include "app/view/run_view.h"
#include "support/chain.h"
#include "support/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

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

static json_t *json_of(void (*view)(const struct tr_run *run, struct tr_json *json), const struct tr_run *run)
{
    struct test_json text;
    view(run, test_json_begin(&text));
    return test_json_end(&text);
}

static const char *text_of(void (*view)(const struct tr_run *run, struct tr_buf *out), const struct tr_run *run,
                           struct tr_buf *out)
{
    tr_buf_init(out);
    view(run, out);
    assert_false(out->failed);
    return tr_buf_string(out);
}

static void the_report_has_the_parts_of_its_contract(void **state)
{
    (void)state;
    static const char *const objects[] = {"data", "walkforward", "calibration", "backtest", "funnel"};
    json_t *value = json_of(tr_view_run_json, &chain.run);
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        assert_true(json_is_object(test_member(value, objects[i])));
    const json_t *signal = test_member(value, "signal"), *reason = test_member(value, "reason");
    assert_true(json_is_null(signal) ? json_is_string(reason) : json_is_object(signal) && json_is_null(reason));
    assert_int_equal(json_array_size(test_member(value, "decisions")), 2);
    assert_int_equal(test_integer(value, "data.bars"), 1500);
    assert_string_equal(test_string(value, "data.symbol"), "TEST/USDT:USDT");
    assert_true(json_is_true(test_member(value, "data.synthetic")));
    assert_int_equal(json_array_size(test_member(value, "walkforward.folds")), chain.run.wf.n_folds);
    json_decref(value);
}

/* Whoever reads a rate must find how sure it is beside it. */
static void every_rate_has_its_interval(void **state)
{
    (void)state;
    static const char *const rates[][2] = {
        {"walkforward.long.base_rate", "walkforward.long.base_rate_interval"},
        {"walkforward.short.auc", "walkforward.short.auc_interval"},
        {"walkforward.long.top_fifth.rate", "walkforward.long.top_fifth.rate_interval"},
        {"walkforward.folds.0.short.base_rate", "walkforward.folds.0.short.base_rate_interval"},
        {"calibration.long.base_rate", "calibration.long.base_rate_interval"},
        {"calibration.long.reliability.0.rate", "calibration.long.reliability.0.rate_interval"},
        {"backtest.hit_rate_tp1", "backtest.hit_rate_tp1_interval"},
        {"backtest.hit_rate_tp2", "backtest.hit_rate_tp2_interval"},
        {"backtest.hit_rate_tp3", "backtest.hit_rate_tp3_interval"},
        {"backtest.win_rate", "backtest.win_rate_interval"},
    };
    json_t *value = json_of(tr_view_run_json, &chain.run);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        char path[128];
        double rate = test_number(value, rates[i][0]);
        snprintf(path, sizeof path, "%s.lower", rates[i][1]);
        double lower = test_number(value, path);
        snprintf(path, sizeof path, "%s.upper", rates[i][1]);
        double upper = test_number(value, path);
        if (!(lower <= rate && rate <= upper && lower < upper))
            fail_msg("%s: %g is not in [%g, %g]", rates[i][0], rate, lower, upper);
    }
    assert_true(test_number(value, "backtest.hit_rate_tp1_random_entries") > 0);
    test_is_null(value, "backtest.avg_net_profit_interval_pct.lower"); /* too few days for one */
    json_decref(value);
}

/* A signal at the newest bar: one of the replayed ones is taken for it. */
static struct tr_run with_signal(void)
{
    struct tr_run run = chain.run;
    const struct tr_signal *signal = &run.wf.replay.signals[0].signal;
    run.newest.signal = (int)signal->side;
    run.newest.decision[signal->side].stage = TR_STAGE_SIGNAL;
    run.newest.decision[signal->side].signal = *signal;
    return run;
}

static struct tr_run without_signal(void)
{
    struct tr_run run = chain.run;
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        run.newest.decision[side] = (struct tr_decision){.stage = TR_STAGE_NET_PROFIT,
                                                         .value = 0.012,
                                                         .threshold = 0.02,
                                                         .margin = -0.008,
                                                         .signal = {.side = (enum tr_side)side}};
    run.newest.signal = -1;
    return run;
}

static void a_signal_carries_its_proof(void **state)
{
    (void)state;
    static const char *const numbers[] = {"signal.expected_net_profit_pct",
                                          "signal.confidence",
                                          "signal.base_rate",
                                          "signal.edge",
                                          "signal.entry",
                                          "signal.stop_loss",
                                          "signal.position_size_usd",
                                          "signal.leverage"};
    struct tr_run run = with_signal();
    json_t *value = json_of(tr_view_run_json, &run);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        (void)test_number(value, numbers[i]);
    (void)test_member(value, "signal.expected_value_pct");
    assert_true(json_is_boolean(test_member(value, "signal.proven")));
    assert_true(json_is_true(test_member(value, "signal.passed_profit_filter")));
    assert_true(test_number(value, "signal.expected_net_profit_pct") >= 2.0);
    assert_int_equal(json_array_size(test_member(value, "signal.exit_fractions")), 3);
    assert_string_equal(test_string(value, "signal.symbol"), "TEST/USDT:USDT");
    test_is_null(value, "reason");
    json_decref(value);
}

static void the_reason_for_no_signal_speaks_of_the_sides_that_were_run(void **state)
{
    (void)state;
    struct tr_run run = without_signal();
    json_t *value = json_of(tr_view_newest_json, &run);
    test_is_null(value, "signal");
    assert_non_null(strstr(test_string(value, "reason"), "long: net profit 1.2 %"));
    assert_non_null(strstr(test_string(value, "reason"), "; short: net profit"));
    json_decref(value);
    run.recipe.side[TR_LONG] = run.newest.side[TR_LONG] = false;
    value = json_of(tr_view_newest_json, &run);
    assert_null(strstr(test_string(value, "reason"), "long"));
    assert_int_equal(json_array_size(test_member(value, "decisions")), 1);
    json_decref(value);
}

static void the_text_has_every_part_and_its_caveats(void **state)
{
    (void)state;
    static const char *const said[] = {"SYNTHETIC MARKET",
                                       "1500 bars",
                                       "WALK-FORWARD",
                                       "LONG: test from",
                                       "SHORT: test from",
                                       "CALIBRATION",
                                       "BACKTEST",
                                       "one position at a time",
                                       "Random entries reach target 1 in",
                                       "FUNNEL",
                                       "not advice",
                                       "if all three targets fill",
                                       "SIGNAL\n"};
    struct tr_run run = with_signal();
    struct tr_buf out;
    const char *text = text_of(tr_view_run_text, &run, &out);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (!strstr(text, said[i]))
            fail_msg("\"%s\" is not in:\n%s", said[i], text);
    }
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    tr_buf_finish(&out);
    run = without_signal();
    run.synthetic = false;
    text = text_of(tr_view_run_text, &run, &out);
    assert_non_null(strstr(text, "NO SIGNAL at the newest bar"));
    assert_null(strstr(text, "SYNTHETIC"));
    tr_buf_finish(&out);
}

static void nothing_is_ever_guaranteed(void **state)
{
    (void)state;
    struct tr_run runs[] = {with_signal(), without_signal()};
    for (size_t i = 0; i < 2; i++) {
        struct tr_buf out;
        struct tr_json json;
        text_of(tr_view_run_text, &runs[i], &out);
        tr_json_init(&json, &out, 0);
        tr_json_object(&json, NULL);
        tr_view_run_json(&runs[i], &json);
        tr_json_object_end(&json);
        for (const char *at = tr_buf_string(&out); *at; at++)
            assert_int_not_equal(strncasecmp(at, "guarant", 7), 0);
        tr_buf_finish(&out);
    }
}

static void the_text_does_not_contradict_itself_where_nothing_could_be_run(void **state)
{
    (void)state;
    struct test_chain brief;
    struct tr_buf out;
    test_chain_run(&recipe, 300, &brief);
    const char *text = text_of(tr_view_run_text, &brief.run, &out);
    assert_non_null(strstr(text, "too short for a single fold"));
    assert_non_null(strstr(text, "nothing to calibrate on"));
    assert_non_null(strstr(text, "No trades: 0 signals."));
    assert_non_null(strstr(text, "no bar was decided out of sample"));
    assert_non_null(strstr(text, "NO SIGNAL"));
    assert_null(strstr(text, "nan"));
    tr_buf_finish(&out);
    json_t *value = json_of(tr_view_run_json, &brief.run);
    assert_int_equal(json_array_size(test_member(value, "walkforward.folds")), 0);
    test_is_null(value, "calibration.long");
    test_is_null(value, "backtest.hit_rate_tp1");
    test_is_null(value, "backtest.max_drawdown_pct");
    test_is_null(value, "backtest.avg_net_profit_interval_pct.lower");
    test_is_null(value, "signal");
    json_decref(value);
    test_chain_finish(&brief);
}

static void a_day_long_bar_is_warned_of_first(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out;
    run.key.timeframe = TR_TIMEFRAME_12H;
    const char *text = text_of(tr_view_data_text, &run, &out);
    assert_non_null(strstr(text, "only 4 bars: target 1 is rarely reached"));
    tr_buf_finish(&out);
}

static void the_trained_model_is_described(void **state)
{
    (void)state;
    struct tr_buf out;
    json_t *value = json_of(tr_view_train_json, &chain.run);
    assert_true(test_integer(value, "model.long.fit_rows") >= 100);
    assert_true(json_is_true(test_member(value, "model.short.trained")));
    test_is_null(value, "model.long.reason");
    assert_int_equal(json_array_size(test_member(value, "model.long.inputs")),
                     chain.run.newest.walk.fit[TR_LONG][0].cols);
    assert_int_equal(json_array_size(test_member(value, "model.long.inputs_dropped")),
                     chain.run.newest.walk.fit[TR_LONG][0].dropped);
    const char *dropped =
        test_string(value, "model.long.inputs_dropped.0"); /* recorded columns: none is recorded here */
    const char *text = text_of(tr_view_train_text, &chain.run, &out);
    assert_non_null(strstr(text, "Left out, under 80 % of values in some part of the window:\n  "));
    assert_non_null(strstr(text, dropped));
    json_decref(value);
    assert_non_null(strstr(text, "long "));
    tr_buf_finish(&out);
}

static void equal_runs_give_equal_bytes_whatever_the_threads(void **state)
{
    (void)state;
    struct tr_buf bytes[2];
    for (size_t i = 0; i < 2; i++) {
        struct tr_pool *pool = NULL;
        struct tr_error err = {0};
        struct tr_json json;
        struct tr_run run;
        assert_ok(tr_pool_create(i + 1, &pool, &err), &err);
        assert_ok(tr_run_series(&chain.key, &chain.bars, &recipe, &(struct tr_world){.pool = pool}, &run, &err), &err);
        tr_buf_init(&bytes[i]);
        tr_json_init(&json, &bytes[i], 2);
        tr_json_object(&json, NULL);
        tr_view_run_json(&run, &json);
        tr_json_object_end(&json);
        tr_run_finish(&run);
        tr_pool_destroy(pool);
    }
    assert_string_equal(tr_buf_string(&bytes[0]), tr_buf_string(&bytes[1]));
    tr_buf_finish(&bytes[0]);
    tr_buf_finish(&bytes[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_report_has_the_parts_of_its_contract),
        cmocka_unit_test(every_rate_has_its_interval),
        cmocka_unit_test(a_signal_carries_its_proof),
        cmocka_unit_test(the_reason_for_no_signal_speaks_of_the_sides_that_were_run),
        cmocka_unit_test(the_text_has_every_part_and_its_caveats),
        cmocka_unit_test(nothing_is_ever_guaranteed),
        cmocka_unit_test(the_text_does_not_contradict_itself_where_nothing_could_be_run),
        cmocka_unit_test(a_day_long_bar_is_warned_of_first),
        cmocka_unit_test(the_trained_model_is_described),
        cmocka_unit_test(equal_runs_give_equal_bytes_whatever_the_threads),
    };
    return cmocka_run_group_tests_name("view/run_view", tests, set_up, tear_down);
}
