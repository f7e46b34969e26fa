#include "support/test.h"

#include "app/view/model_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct tr_model_record some(const char *id, enum tr_model_state state)
{
    struct tr_model_record r = {
        .series = {"file", "ETH/USDT:USDT", TR_TIMEFRAME_1H},
        .state = state,
        .created = 1700000000000,
        .train_from = 1690000000000,
        .train_to = 1705000000000,
        .code_version = "0.1.0",
        .seed = 1,
        .folds = 3,
        .signals = 40,
        .hit_rate_tp1 = 0.6,
        .avg_net_profit_frac = -0.0021,
        .auc = 0.52,
        .log_loss = 0.68,
        .brier = 0.24,
        .calibration_error = (double)NAN,
    };
    snprintf(r.id, sizeof r.id, "%s", id);
    return r;
}

static void lists_show_state_and_figures_in_all_forms(void **state)
{
    struct tr_model_record list[2] = {some("0123456789abcdef", TR_MODEL_CHAMPION),
                                      some("fedcba9876543210", TR_MODEL_CANDIDATE)};
    struct tr_buf out;
    struct tr_json json;
    (void)state;
    tr_buf_init(&out);
    tr_view_models_text(list, 2, &out);
    assert_non_null(strstr(tr_buf_string(&out), "0123456789abcdef"));
    assert_non_null(strstr(tr_buf_string(&out), "champion"));
    assert_non_null(strstr(tr_buf_string(&out), "-0.21 %"));
    tr_buf_clear(&out);
    tr_view_models_csv(list, 2, &out);
    assert_non_null(strstr(tr_buf_string(&out), "fedcba9876543210,file,ETH/USDT:USDT,1h,candidate,1700000000000,"));
    assert_non_null(strstr(tr_buf_string(&out), ",0.23999999999999999,\n"));
    tr_buf_clear(&out);
    tr_json_init(&json, &out, 0);
    tr_json_object(&json, NULL);
    tr_view_model_json(&list[0], &json);
    tr_json_object_end(&json);
    assert_non_null(strstr(tr_buf_string(&out), "\"avg_net_profit_pct\":-0.21"));
    assert_non_null(strstr(tr_buf_string(&out), "\"parent\":null"));
    assert_non_null(strstr(tr_buf_string(&out), "\"calibration_error\":null"));
    tr_buf_finish(&out);
}

static void a_comparison_says_who_is_better_or_why_nothing_can_be_said(void **state)
{
    struct tr_compare c = {.a = some("0123456789abcdef", TR_MODEL_CHAMPION),
                           .b = some("fedcba9876543210", TR_MODEL_CANDIDATE),
                           .from = 1705000000000,
                           .to = 1710000000000,
                           .same_recipe = true};
    struct tr_buf out;
    (void)state;
    c.side[TR_LONG] = (struct tr_compare_side){
        .possible = true,
        .rows = 700,
        .loss = {.rows = 700,
                 .mean_a = 0.70,
                 .mean_b = 0.69,
                 .difference = 0.01,
                 .interval = {0.002, 0.018},
                 .verdict = TR_PAIRED_WORSE},
        .auc_a = 0.5,
        .auc_b = 0.53,
    };
    tr_buf_init(&out);
    tr_view_compare_text(&c, &out);
    assert_non_null(strstr(tr_buf_string(&out), "same recipe"));
    assert_non_null(strstr(tr_buf_string(&out), "+0.0100, 90 % interval [0.0020, 0.0180]: b is better."));
    assert_non_null(strstr(tr_buf_string(&out), "short: no bar with a label"));
    tr_buf_clear(&out);
    c.to = c.from;
    tr_view_compare_text(&c, &out);
    assert_non_null(strstr(tr_buf_string(&out), "No bar is stored that neither model has seen"));
    tr_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_show_state_and_figures_in_all_forms),
        cmocka_unit_test(a_comparison_says_who_is_better_or_why_nothing_can_be_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
