#include "support/test.h"

#include "app/view/luck_view.h"

#include <math.h>
#include <string.h>

static struct tr_luck some(void)
{
    return (struct tr_luck){
        .days = 400,
        .sharpe = {.n = 400, .mean = 0.001, .sd = 0.02, .ratio = 0.05, .skewness = 0.1, .kurtosis = 4.0},
        .psr = 0.84,
        .min_days = 1080.0,
        .counted = true,
        .trials = 9,
        .trial_variance = 0.0009,
        .expected_max = 0.045,
        .deflated = 0.54,
    };
}

static void the_text_names_ratio_trials_and_what_is_left(void **state)
{
    struct tr_luck luck = some();
    struct tr_buf out;
    (void)state;
    tr_buf_init(&out);
    tr_view_luck_text(&luck, &out);
    assert_non_null(strstr(tr_buf_string(&out), "+0.050 a day over 400 days (+0.96 a year)"));
    assert_non_null(strstr(tr_buf_string(&out), "above 0: 84 %"));
    assert_non_null(strstr(tr_buf_string(&out), "would have to last 1080 days"));
    assert_non_null(strstr(tr_buf_string(&out), "9 configurations"));
    assert_non_null(strstr(tr_buf_string(&out), "0.045"));
    assert_non_null(strstr(tr_buf_string(&out), "54 %"));
    tr_buf_clear(&out);
    luck.trials = 1;
    tr_view_luck_text(&luck, &out);
    assert_non_null(strstr(tr_buf_string(&out), "first configuration"));
    tr_buf_clear(&out);
    luck.sharpe.ratio = (double)NAN;
    tr_view_luck_text(&luck, &out);
    assert_non_null(strstr(tr_buf_string(&out), "no Sharpe ratio"));
    tr_buf_clear(&out);
    luck.days = 0;
    tr_view_luck_text(&luck, &out);
    assert_true(out.len == 0);
    tr_buf_finish(&out);
}

static void json_says_null_where_no_ledger_was_asked(void **state)
{
    struct tr_luck luck = some();
    struct tr_buf out;
    struct tr_json json;
    (void)state;
    for (int counted = 0; counted < 2; counted++) {
        tr_buf_init(&out);
        tr_json_init(&json, &out, 0);
        tr_json_object(&json, NULL);
        luck.counted = counted;
        tr_view_luck_json(&luck, &json);
        tr_json_object_end(&json);
        assert_non_null(strstr(tr_buf_string(&out), "\"psr\":0.84"));
        assert_true((strstr(tr_buf_string(&out), "\"trials\":null") == NULL) == luck.counted);
        assert_true((strstr(tr_buf_string(&out), "\"deflated_sharpe\":0.54") != NULL) == luck.counted);
        tr_buf_finish(&out);
    }
}

static void members_stand_beside_the_ensemble(void **state)
{
    struct tr_walkforward wf = {.members = 2};
    struct tr_buf out;
    struct tr_json json;
    (void)state;
    wf.member[TR_SHORT][0] =
        (struct tr_member_score){.name = "lightgbm", .rows = 10, .auc = 0.51, .log_loss = 0.69, .mean_trees = 200};
    wf.member[TR_SHORT][1] = (struct tr_member_score){.name = "ensemble", .rows = 10, .auc = 0.52, .log_loss = 0.68};
    tr_buf_init(&out);
    tr_view_members_text(&wf, TR_SHORT, &out);
    assert_non_null(strstr(tr_buf_string(&out), "lightgbm"));
    assert_non_null(strstr(tr_buf_string(&out), "0.520"));
    tr_buf_clear(&out);
    tr_json_init(&json, &out, 0);
    tr_json_object(&json, NULL);
    tr_view_members_json(&wf, TR_SHORT, &json);
    tr_json_object_end(&json);
    assert_string_equal(tr_buf_string(&out),
                        "{\"members\":[{\"name\":\"lightgbm\",\"rows\":10,\"label_auc\":0.51,\"label_log_loss\":0.69,"
                        "\"mean_trees\":200},{\"name\":\"ensemble\",\"rows\":10,\"label_auc\":0.52,"
                        "\"label_log_loss\":0.68}]}");
    tr_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_names_ratio_trials_and_what_is_left),
        cmocka_unit_test(json_says_null_where_no_ledger_was_asked),
        cmocka_unit_test(members_stand_beside_the_ensemble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
