#include "support/test.h"

#include "app/view/walkforward_view.h"
#include "support/chain.h"
#include "support/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

static void each_fold_shows_its_windows_apart(void **state)
{
    (void)state;
    struct test_json text;
    tr_view_walkforward_json(&chain.run, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    long long purge_ms = (long long)(test_number(value, "walkforward.plan.purge_days") * (double)TR_DAY_MS);
    long long gap_ms = (long long)(test_number(value, "walkforward.plan.gap_days") * (double)TR_DAY_MS);
    for (size_t k = 0; k < chain.run.wf.n_folds; k++) {
        char path[64];
        snprintf(path, sizeof path, "walkforward.folds.%zu", k);
        const json_t *fold = test_member(value, path);
        assert_int_equal(test_integer(fold, "number"), k + 1);
        assert_true(test_integer(fold, "train_from_timestamp") < test_integer(fold, "fit_to_timestamp"));
        assert_true(test_integer(fold, "reference_from_timestamp") - test_integer(fold, "fit_to_timestamp") >=
                    purge_ms);
        assert_true(test_integer(fold, "test_from_timestamp") - test_integer(fold, "train_to_timestamp") >= gap_ms);
        assert_true(test_integer(fold, "test_from_timestamp") < test_integer(fold, "test_to_timestamp"));
    }
    json_decref(value);
}

static void the_rows_of_the_folds_add_up_to_the_total(void **state)
{
    (void)state;
    static const char *const counts[] = {"rows", "signals", "signals_closed", "signals_tp1"};
    struct test_json text;
    tr_view_walkforward_json(&chain.run, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            char path[64];
            long long sum = 0;
            for (size_t k = 0; k < chain.run.wf.n_folds; k++) {
                snprintf(path, sizeof path, "walkforward.folds.%zu.%s.%s", k, tr_side_name((enum tr_side)side),
                         counts[c]);
                sum += test_integer(value, path);
            }
            snprintf(path, sizeof path, "walkforward.%s.%s", tr_side_name((enum tr_side)side), counts[c]);
            assert_int_equal(test_integer(value, path), sum);
        }
    }
    json_decref(value);
}

static void undefined_scores_are_null_and_dashes(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct test_json text;
    struct tr_buf out;
    run.wf.total[TR_LONG].auc.auc = run.wf.total[TR_LONG].auc.p_value = (double)NAN;
    run.wf.total[TR_LONG].auc.interval = (struct tr_interval){(double)NAN, (double)NAN};
    tr_view_walkforward_json(&run, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    test_is_null(value, "walkforward.long.auc");
    test_is_null(value, "walkforward.long.auc_interval.lower");
    json_decref(value);
    tr_buf_init(&out);
    tr_view_walkforward_text(&run, &out);
    assert_null(strstr(tr_buf_string(&out), "nan"));
    assert_non_null(strstr(tr_buf_string(&out), "long: no judgement possible."));
    tr_buf_finish(&out);
}

/* The verdict on longs with these losses and an edge that is claimed or not; the caller finishes out. */
static const char *verdict(double gain_lower, double log_loss, double base_log_loss, struct tr_buf *out)
{
    static struct tr_run run;
    run = chain.run;
    run.wf.total[TR_LONG].auc.p_value = 0.01;
    run.wf.total[TR_LONG].gain_slope = 0.2;
    run.wf.total[TR_LONG].gain_interval = (struct tr_interval){gain_lower, 0.4};
    run.wf.total[TR_LONG].log_loss = log_loss;
    run.wf.total[TR_LONG].base_log_loss = base_log_loss;
    tr_buf_init(out);
    tr_view_walkforward_text(&run, out);
    const char *text = strstr(tr_buf_string(out), "long: ");
    assert_non_null(text);
    return text;
}

static void a_verdict_says_what_is_claimed_and_how_often_chance_would(void **state)
{
    (void)state;
    struct tr_buf out;
    const char *text = verdict(0.1, 0.67, 0.68, &out), *claimed = "long: an edge is claimed.\n";
    assert_memory_equal(text, claimed, strlen(claimed));
    assert_non_null(strstr(text, "Gross gain added per unit of rank: +0.20 ATR, 90 % interval [+0.10, +0.40]."));
    assert_non_null(strstr(text, "of twenty such lines without any edge one or so will claim it.\n"));
    tr_buf_finish(&out);
    text = verdict(-0.1, 0.69, 0.68, &out);
    const char *refused = "long: no edge is shown.\n";
    assert_memory_equal(text, refused, strlen(refused));
    tr_buf_finish(&out);
}

static void a_claim_whose_probabilities_do_worse_than_b_says_so(void **state)
{
    (void)state;
    struct tr_buf out;
    const char *text = verdict(0.1, 0.6912, 0.6834, &out);
    const char *said = "long: an edge is claimed, yet p did worse than plain b (log loss 0.6912 against 0.6834):\n"
                       "the order of the ranks tells something, p as a number does not.\n";
    assert_memory_equal(text, said, strlen(said));
    tr_buf_finish(&out);
    text = verdict(0.1, (double)NAN, (double)NAN, &out);
    assert_null(strstr(text, "worse"));
    tr_buf_finish(&out);
}

static void longer_windows_than_set_are_told(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct tr_buf out;
    tr_buf_init(&out);
    run.wf.gap_lengthened = run.wf.train_lengthened = false;
    tr_view_walkforward_text(&run, &out);
    assert_null(strstr(tr_buf_string(&out), "longer than"));
    tr_buf_clear(&out);
    run.wf.gap_lengthened = run.wf.train_lengthened = true;
    tr_view_walkforward_text(&run, &out);
    assert_non_null(strstr(tr_buf_string(&out), "The gap is longer than purge plus embargo as set"));
    assert_non_null(strstr(tr_buf_string(&out), "The training window is longer than set"));
    tr_buf_finish(&out);
}

static void calibration_names_its_pool_and_what_is_proven(void **state)
{
    (void)state;
    struct tr_run run = chain.run;
    struct test_json text;
    struct tr_buf out;
    run.newest.calibration[TR_LONG].proven_any = true;
    run.newest.calibration[TR_LONG].proven_threshold = 0.85;
    run.newest.calibration[TR_SHORT].proven_any = false;
    run.newest.calibration[TR_SHORT].proven_threshold = (double)INFINITY;
    run.newest.from_reference[TR_SHORT] = true;
    tr_view_calibration_json(&run, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    assert_string_equal(test_string(value, "calibration.long.pool"), "walkforward");
    assert_string_equal(test_string(value, "calibration.short.pool"), "reference");
    assert_near(test_number(value, "calibration.long.proven_threshold"), 0.85, 0);
    test_is_null(value, "calibration.short.proven_threshold");
    assert_int_equal(json_array_size(test_member(value, "calibration.long.learn_then_test")), TR_LTT_STEPS);
    json_decref(value);
    tr_buf_init(&out);
    tr_view_calibration_text(&run, &out);
    assert_non_null(strstr(tr_buf_string(&out), "proven from rank 0.850 up"));
    assert_non_null(strstr(tr_buf_string(&out), "no threshold is proven"));
    assert_non_null(strstr(tr_buf_string(&out), "the model's own reference part"));
    assert_non_null(strstr(tr_buf_string(&out), "earlier test blocks"));
    tr_buf_finish(&out);
}

static void a_date_is_a_time_without_its_clock(void **state)
{
    (void)state;
    char date[TR_TIME_TEXT];
    tr_view_date(INT64_C(1704067200000) + 3 * TR_HOUR_MS, date);
    assert_string_equal(date, "2024-01-01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fold_shows_its_windows_apart),
        cmocka_unit_test(the_rows_of_the_folds_add_up_to_the_total),
        cmocka_unit_test(undefined_scores_are_null_and_dashes),
        cmocka_unit_test(a_verdict_says_what_is_claimed_and_how_often_chance_would),
        cmocka_unit_test(a_claim_whose_probabilities_do_worse_than_b_says_so),
        cmocka_unit_test(longer_windows_than_set_are_told),
        cmocka_unit_test(calibration_names_its_pool_and_what_is_proven),
        cmocka_unit_test(a_date_is_a_time_without_its_clock),
    };
    return cmocka_run_group_tests_name("view/walkforward_view", tests, set_up, tear_down);
}
