#include "support/test.h"

#include "app/view/summary_view.h"
#include "engine/feature/list.h"
#include "support/chain.h"
#include "support/json.h"

#include <math.h>
#include <string.h>

static struct tr_bar_list list;
static struct tr_study study;

static int prepare(size_t n)
{
    struct tr_recipe recipe;
    struct tr_error err = {0};
    test_chain_recipe(&recipe);
    tr_recipe_fit_to(&recipe, TR_TIMEFRAME_1H);
    test_chain_market(n, 1, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    assert_ok(tr_study_init(&study, &recipe, &bars, &err), &err);
    return 0;
}

static void finish(void)
{
    tr_study_finish(&study);
    tr_bar_list_finish(&list);
}

static void every_column_is_described_by_its_values(void **state)
{
    (void)state;
    struct test_json text;
    prepare(400);
    tr_view_features_json(&study, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    const json_t *columns = test_member(value, "columns"), *column;
    size_t c;
    assert_int_equal(json_array_size(columns), TR_FEATURE_COLUMNS);
    json_array_foreach(columns, c, column)
    {
        size_t values = 0;
        double sum = 0;
        for (size_t i = 0; i < 400; i++) {
            double x = tr_matrix_at(&study.features, i, c);
            values += isnan(x) ? 0 : 1;
            sum += isnan(x) ? 0 : x;
        }
        assert_string_equal(test_string(column, "name"), tr_feature_info(c)->name);
        assert_int_equal(test_integer(column, "values"), values);
        if (!values) {
            test_is_null(column, "mean");
            continue;
        }
        double low = test_number(column, "minimum"), high = test_number(column, "maximum");
        double mean = test_number(column, "mean");
        assert_true(low <= high && mean >= low - 1e-9 * fabs(low) && mean <= high + 1e-9 * fabs(high));
        assert_near(mean, sum / (double)values, 1e-9 * (fabs(low) + fabs(high) + 1e-9));
    }
    json_decref(value);
    finish();
}

static void columns_without_a_value_are_null_and_dashes(void **state)
{
    (void)state;
    struct test_json text;
    struct tr_buf out;
    prepare(2);
    tr_view_features_json(&study, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    test_is_null(value, "columns.3.newest"); /* ema_200 */
    test_is_null(value, "columns.3.minimum");
    json_decref(value);
    tr_buf_init(&out);
    tr_view_features_text(&study, &out);
    assert_non_null(strstr(tr_buf_string(&out), "ema_200"));
    assert_null(strstr(tr_buf_string(&out), "nan"));
    assert_null(strstr(tr_buf_string(&out), "inf"));
    tr_buf_clear(&out);
    tr_view_labels_text(&study, &out);
    assert_null(strstr(tr_buf_string(&out), "nan"));
    tr_buf_finish(&out);
    tr_view_labels_json(&study, test_json_begin(&text));
    value = test_json_end(&text);
    assert_int_equal(test_integer(value, "long.labelled"), 0);
    test_is_null(value, "long.tp");
    test_is_null(value, "short.mean_return_pct");
    test_is_null(value, "short.tp1_before_stop");
    json_decref(value);
    finish();
}

static void the_shares_of_the_barriers_add_up(void **state)
{
    (void)state;
    static const char *const sides[] = {"long", "short"};
    struct test_json text;
    prepare(600);
    tr_view_labels_json(&study, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    for (size_t i = 0; i < 2; i++) {
        const json_t *side = test_member(value, sides[i]);
        assert_int_equal(test_integer(side, "labelled"), 600 - 24);
        assert_near(test_number(side, "tp") + test_number(side, "sl") + test_number(side, "time"), 1, 1e-12);
        assert_true(test_number(side, "mean_bars_to_hit") >= 1 && test_number(side, "mean_bars_to_hit") <= 24);
        assert_true(test_number(side, "tp1_before_stop") > 0.3 && test_number(side, "tp1_before_stop") < 0.9);
    }
    json_decref(value);
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_is_described_by_its_values),
        cmocka_unit_test(columns_without_a_value_are_null_and_dashes),
        cmocka_unit_test(the_shares_of_the_barriers_add_up),
    };
    return cmocka_run_group_tests_name("view/summary_view", tests, NULL, NULL);
}
