#include "support/test.h"

#include "app/view/drift_view.h"
#include "support/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A check with three columns and both heads, as a use case would fill it. */
static struct tr_drift example(void)
{
    struct tr_drift d = {
        .series = {"okx", "ETH/USDT:USDT", TR_TIMEFRAME_1H},
        .model = "0123456789abcdef",
        .options = tr_drift_defaults(),
        .train_from = 1700000000000,
        .train_to = 1715000000000,
        .reference_rows = 4320,
        .from = 1716000000000,
        .to = 1718589600000,
        .rows = 720,
        .rows_trained_on = 12,
        .columns = 3,
        .verdict = {TR_DRIFT_STABLE, TR_DRIFT_FOUND},
        .share = 0.2,
        .reason = "20.0 % of a head's importance has drifted at most; no scores have",
    };
    d.column[0] = (struct tr_drift_column){
        .input = 0, .importance = {0.5, 0.25}, .figure = {.psi = 0.05, .ks = 0.04, .own_psi = 0.3, .own_ks = 0.2}};
    d.column[1] = (struct tr_drift_column){
        .input = 7,
        .importance = {0.2, 0.1},
        .figure = {
            .psi = 0.9, .ks = (double)NAN, .own_psi = 0.4, .own_ks = 0.05, .missing = 1.0, .drifted = {true, true}}};
    d.column[2] = (struct tr_drift_column){
        .input = 9,
        .importance = {0.3, 0.65},
        .figure = {.psi = 0.2, .ks = 0.12, .own_psi = 0.5, .own_ks = 0.125, .drifted = {false, true}}};
    d.head[TR_LONG] = (struct tr_drift_head){.trained = true,
                                             .reference_rows = 850,
                                             .judged = true,
                                             .score = {.psi = 0.1, .ks = 0.05, .own_psi = 0.6, .own_ks = 0.3},
                                             .share = {0.2, 0.5}};
    d.head[TR_SHORT] = (struct tr_drift_head){.trained = true, .reference_rows = 150, .share = {0.1, 0.75}};
    return d;
}

static json_t *report_of(const struct tr_drift *drift)
{
    struct test_json text;
    tr_drift_json(drift, test_json_begin(&text));
    return test_json_end(&text);
}

static void json_holds_everything_worst_input_first(void **state)
{
    struct tr_drift drift = example();
    json_t *value = report_of(&drift);
    (void)state;
    assert_string_equal(test_string(value, "verdict"), "stable");
    assert_string_equal(test_string(value, "verdicts.noise"), "stable");
    assert_string_equal(test_string(value, "verdicts.seed"), "drift");
    assert_string_equal(test_string(value, "rule"), "noise");
    assert_string_equal(test_string(value, "model"), "0123456789abcdef");
    assert_string_equal(test_string(value, "exchange"), "okx");
    assert_near(test_number(value, "importance_drifted"), 0.2, 0.0);
    assert_near(test_number(value, "thresholds.psi"), 0.15, 0.0);
    assert_near(test_number(value, "thresholds.importance_share"), 0.3, 0.0);
    assert_int_equal(test_integer(value, "reference.from_timestamp"), 1700000000000);
    assert_int_equal(test_integer(value, "current.to_timestamp"), 1718589600000);
    assert_int_equal(test_integer(value, "current.rows_trained_on"), 12);
    assert_string_equal(test_string(value, "inputs.0.name"), tr_feature_info(TR_FEATURE_OVERLAYS + 7)->name);
    assert_string_equal(test_string(value, "inputs.1.name"), tr_feature_info(TR_FEATURE_OVERLAYS + 9)->name);
    assert_near(test_number(value, "inputs.0.excess"), 0.9 / 0.4, 1e-12);
    assert_near(test_number(value, "inputs.0.own_psi"), 0.4, 0.0);
    assert_near(test_number(value, "inputs.0.missing"), 1.0, 0.0);
    assert_near(test_number(value, "inputs.1.importance.short"), 0.65, 0.0);
    test_is_null(value, "inputs.0.ks");
    json_decref(value);
}

static void json_tells_heads_and_rules_apart(void **state)
{
    struct tr_drift drift = example();
    json_t *value = report_of(&drift);
    (void)state;
    assert_true(json_is_true(test_member(value, "inputs.0.drifted")));
    assert_true(json_is_false(test_member(value, "inputs.1.drifted")));
    assert_true(json_is_true(test_member(value, "inputs.1.beyond_thresholds")));
    assert_near(test_number(value, "heads.long.scores.own_ks"), 0.3, 0.0);
    assert_near(test_number(value, "heads.long.importance_drifted"), 0.2, 0.0);
    assert_near(test_number(value, "heads.long.importance_beyond_thresholds"), 0.5, 0.0);
    test_is_null(value, "heads.short.scores");
    json_decref(value);
    drift.head[TR_SHORT].trained = false;
    value = report_of(&drift);
    assert_null(json_object_get(test_member(value, "heads"), "short"));
    test_is_null(value, "inputs.0.importance.short");
    json_decref(value);
}

static void the_table_shows_each_figure_beside_its_limit(void **state)
{
    struct tr_drift drift = example();
    struct tr_buf out;
    (void)state;
    tr_buf_init(&out);
    tr_view_drift_text(&drift, 2, &out);
    const char *text = tr_buf_string(&out);
    const char *worst = strstr(text, tr_feature_info(TR_FEATURE_OVERLAYS + 7)->name);
    const char *next = strstr(text, tr_feature_info(TR_FEATURE_OVERLAYS + 9)->name);
    assert_true(worst && next && worst < next);
    assert_non_null(
        strstr(text, "Verdict: stable\n  20.0 % of a head's importance has drifted at most\n  no scores have\n\n"));
    assert_non_null(strstr(worst, "  100 %  0.900  0.400      -  0.050  drifted"));
    assert_non_null(strstr(next, "  0 %  0.200  0.500  0.120  0.125  as in training"));
    assert_non_null(strstr(text, "150 scores are too few"));
    assert_non_null(strstr(text, "1 more input lies nearer"));
    assert_non_null(strstr(text, "By the thresholds alone the verdict would be: drift."));
    assert_null(strstr(text, "nan"));
    tr_buf_finish(&out);
}

static void the_plain_rule_shows_the_thresholds_alone(void **state)
{
    struct tr_drift drift = example();
    struct tr_buf out;
    (void)state;
    drift.options.rule = TR_DRIFT_SEED;
    tr_buf_init(&out);
    tr_view_drift_text(&drift, 0, &out);
    const char *text = tr_buf_string(&out);
    assert_non_null(strstr(text, "Verdict: drift\n"));
    assert_null(strstr(text, "as in training"));
    assert_non_null(strstr(text, "0.125  drifted"));
    assert_null(strstr(text, "By the thresholds alone"));
    assert_null(strstr(text, "more input"));
    tr_buf_finish(&out);
}

static void without_a_verdict_only_the_reason_is_shown(void **state)
{
    struct tr_drift drift = {.options = tr_drift_defaults(),
                             .verdict = {TR_DRIFT_TOO_FEW, TR_DRIFT_TOO_FEW},
                             .share = (double)NAN,
                             .reason = "only 12 rows"};
    struct tr_buf out;
    (void)state;
    drift.head[TR_LONG].trained = true;
    tr_buf_init(&out);
    tr_view_drift_text(&drift, 0, &out);
    assert_non_null(strstr(tr_buf_string(&out), "Verdict: insufficient_data\n  only 12 rows\n"));
    assert_null(strstr(tr_buf_string(&out), "PSI"));
    tr_buf_finish(&out);
    json_t *value = report_of(&drift);
    test_is_null(value, "importance_drifted");
    test_is_null(value, "heads.long.importance_drifted");
    assert_null(json_object_get(test_member(value, "current"), "from"));
    json_decref(value);
}

static void the_history_lists_checks_as_given(void **state)
{
    static const struct tr_series_key series = {"okx", "ETH/USDT:USDT", TR_TIMEFRAME_1H};
    struct tr_drift_record record[2] = {
        {.series = series, .model = "aa", .time = 1718589600000, .verdict = "drift", .share = 0.451},
        {.series = series, .model = "bb", .time = 1718500000000, .verdict = "insufficient_data", .share = (double)NAN},
    };
    struct tr_buf out;
    struct test_json text;
    (void)state;
    tr_buf_init(&out);
    tr_view_drift_history_text(&series, record, 2, &out);
    const char *first = strstr(tr_buf_string(&out), "2024-06-17T02:00:00Z"),
               *second = strstr(tr_buf_string(&out), "bb");
    assert_true(first && second && first < second);
    assert_non_null(strstr(first, "45.1 %"));
    tr_buf_clear(&out);
    tr_view_drift_history_text(&series, record, 0, &out);
    assert_string_equal(tr_buf_string(&out), "No drift check of ETH/USDT:USDT 1h is stored.\n");
    tr_buf_finish(&out);
    tr_view_drift_history_json(&series, record, 2, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    assert_string_equal(test_string(value, "symbol"), "ETH/USDT:USDT");
    assert_string_equal(test_string(value, "checks.0.verdict"), "drift");
    assert_int_equal(test_integer(value, "checks.0.time_timestamp"), 1718589600000);
    test_is_null(value, "checks.1.importance_drifted");
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_holds_everything_worst_input_first),
        cmocka_unit_test(json_tells_heads_and_rules_apart),
        cmocka_unit_test(the_table_shows_each_figure_beside_its_limit),
        cmocka_unit_test(the_plain_rule_shows_the_thresholds_alone),
        cmocka_unit_test(without_a_verdict_only_the_reason_is_shown),
        cmocka_unit_test(the_history_lists_checks_as_given),
    };
    return cmocka_run_group_tests_name("view/drift_view", tests, NULL, NULL);
}
