#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/file/lightgbm_text.h"
#include "engine/model/gbdt/params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void set(struct tr_gbdt_params *params, const char *name, const char *value)
{
    struct tr_error err;
    assert_ok(tr_gbdt_params_set(params, name, value, &err), &err);
}

static void assert_refused(const char *name, const char *value, const char *text)
{
    struct tr_gbdt_params params;
    struct tr_error err = {0};
    tr_gbdt_params_defaults(&params);
    assert_int_equal(tr_gbdt_params_set(&params, name, value, &err), TR_INVALID);
    if (!strstr(err.text, text))
        fail_msg("'%s' does not say '%s'", err.text, text);
}

static char *text_of(const struct tr_gbdt_params *params)
{
    struct tr_buf text;
    tr_buf_init(&text);
    tr_gbdt_params_text(params, &text);
    assert_false(text.failed);
    return text.data;
}

/* Whether two settings say the same. */
static bool alike(const struct tr_gbdt_params *a, const struct tr_gbdt_params *b)
{
    char *first = text_of(a), *second = text_of(b);
    bool same = strcmp(first, second) == 0;
    tr_free(first);
    tr_free(second);
    return same;
}

static void a_parameter_is_set_by_any_of_its_names(void **state)
{
    (void)state;
    const char *const names[][3] = {
        {"num_leaves", "max_leaf_nodes", "7"},
        {"num_leaves", "num_leaf", "8"},
        {"learning_rate", "eta", "0.3"},
        {"learning_rate", "shrinkage_rate", "0.2"},
        {"max_bin", "max_bins", "9"},
        {"max_depth", "max_depth", "5"},
        {"min_data_in_leaf", "min_child_samples", "1"},
        {"min_data_in_leaf", "min_data", "2"},
        {"min_sum_hessian_in_leaf", "min_child_weight", "1.5"},
        {"lambda_l1", "reg_alpha", "2.5"},
        {"lambda_l2", "lambda", "3.5"},
        {"bagging_fraction", "subsample", "0.5"},
        {"pos_bagging_fraction", "pos_subsample", "0.25"},
        {"neg_bagging_fraction", "neg_bagging", "0.125"},
        {"bagging_freq", "subsample_freq", "3"},
        {"feature_fraction", "colsample_bytree", "0.75"},
        {"feature_fraction_bynode", "colsample_bynode", "0.5"},
        {"min_gain_to_split", "min_split_gain", "0.1"},
        {"max_delta_step", "max_leaf_output", "0.7"},
        {"bin_construct_sample_cnt", "subsample_for_bin", "1000"},
        {"is_unbalance", "unbalance", "true"},
        {"num_class", "num_classes", "4"},
        {"seed", "random_state", "-17"},
        {"objective", "application", "softmax"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct tr_gbdt_params plain, a, b;
        tr_gbdt_params_defaults(&plain);
        a = b = plain;
        set(&a, names[i][0], names[i][2]);
        set(&b, names[i][1], names[i][2]);
        assert_true(alike(&a, &b));
        assert_false(alike(&a, &plain));
        assert_string_equal(tr_gbdt_params_name(names[i][1]), names[i][0]);
    }
    assert_null(tr_gbdt_params_name("no_such_name"));
    assert_null(tr_gbdt_params_name("tree_learner_type tree"));
    assert_null(tr_gbdt_params_name(""));
}

static void values_land_in_their_fields(void **state)
{
    (void)state;
    struct tr_gbdt_params p;
    tr_gbdt_params_defaults(&p);
    assert_true(p.num_leaves == 31 && p.max_bin == 255 && p.min_data_in_leaf == 20 && p.max_depth == -1);
    assert_true(p.learning_rate == 0.1 && p.boost_from_average && p.feature_pre_filter && !p.is_unbalance);
    set(&p, "objective", "multiclass");
    set(&p, "num_class", "3");
    set(&p, "max_depth", "6");
    set(&p, "learning_rate", "0.05");
    set(&p, "min_data_in_leaf", "40");
    set(&p, "boost_from_average", "False");
    set(&p, "zero_as_missing", "1");
    set(&p, "use_missing", "0");
    set(&p, "seed", "18446744");
    assert_true(p.objective == TR_GBDT_MULTICLASS && p.num_class == 3 && p.max_depth == 6);
    assert_true(p.learning_rate == 0.05 && p.min_data_in_leaf == 40 && p.seed == 18446744);
    assert_true(!p.boost_from_average && p.zero_as_missing && !p.use_missing);
}

static void what_cannot_change_a_result_is_accepted(void **state)
{
    (void)state;
    struct tr_gbdt_params plain, p;
    tr_gbdt_params_defaults(&plain);
    p = plain;
    const char *const idle[][2] = {{"n_jobs", "4"},          {"verbose", "-1"},       {"force_row_wise", "true"},
                                   {"metric", "auc"},        {"deterministic", "1"},  {"boosting", "gbdt"},
                                   {"boosting", "gbrt"},     {"device", "cpu"},       {"enable_bundle", "false"},
                                   {"extra_trees", "False"}, {"early_stopping", "0"}, {"monotone_constraints", ""}};
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
        set(&p, idle[i][0], idle[i][1]);
    assert_true(alike(&p, &plain));
}

static void a_wrong_name_is_refused_with_the_nearest(void **state)
{
    (void)state;
    assert_refused("num_leafs", "3", "num_leaves");
    assert_refused("learning_rat", "1", "learning_rate");
    assert_refused("min_child_sample", "1", "min_data_in_leaf");
    assert_refused("n_estimators", "100", "rounds");
    assert_refused("", "1", "no parameter");
    char endless[5000];
    memset(endless, 'x', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_refused(endless, "1", "no parameter");
}

static void a_wrong_value_is_refused_with_its_range(void **state)
{
    (void)state;
    assert_refused("num_leaves", "1", "num_leaves must be at least 2");
    assert_refused("num_leaves", "3.5", "whole number");
    assert_refused("num_leaves", "many", "whole number");
    assert_refused("max_leaf_nodes", "200000", "131072");
    assert_refused("learning_rate", "0", "above 0");
    assert_refused("learning_rate", "nan", "number");
    assert_refused("learning_rate", "", "number");
    assert_refused("max_bin", "256", "255");
    assert_refused("bagging_fraction", "1.1", "at most 1");
    assert_refused("lambda_l2", "-1", "at least 0");
    assert_refused("is_unbalance", "maybe", "true or false");
    assert_refused("objective", "regression", "binary or multiclass");
    assert_refused("seed", "1.5", "whole number");
    assert_refused("boosting", "dart", "boosting must be gbdt");
    assert_refused("boosting", "rf", "boosting must be gbdt");
    assert_refused("data_sample_strategy", "goss", "bagging");
    assert_refused("categorical_feature", "1,2", "not offered");
    assert_refused("monotone_constraints", "1,-1", "not offered");
    assert_refused("linear_tree", "true", "false");
    assert_refused("early_stopping_round", "10", "early_stopping_round must be 0");
}

/* Calls look with each "[name: value]" line. */
static void each_line(char *text, void (*look)(const char *name, const char *value, void *context), void *context)
{
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char *colon = strchr(line, ':'), *bracket = strrchr(line, ']');
        assert_true(line[0] == '[' && colon && bracket && colon[1] == ' ');
        *colon = *bracket = '\0';
        look(line + 1, colon + 2, context);
    }
}

static void set_line(const char *name, const char *value, void *context)
{
    set(context, name, value);
}

static void the_text_sets_the_same_again(void **state)
{
    (void)state;
    struct tr_gbdt_params p, q;
    tr_gbdt_params_defaults(&p);
    set(&p, "num_leaves", "17");
    set(&p, "learning_rate", "0.1234567890123456789");
    set(&p, "seed", "-3");
    set(&p, "max_depth", "-1");
    set(&p, "objective", "softmax");
    tr_gbdt_params_defaults(&q);
    char *text = text_of(&p);
    each_line(text, set_line, &q);
    tr_free(text);
    assert_true(alike(&p, &q));
    assert_true(q.seed == (uint64_t)-3);
}

static void set_unless_rounds(const char *name, const char *value, void *context)
{
    if (strcmp(name, "num_iterations") != 0)
        set(context, name, value);
}

static void every_line_that_lightgbm_wrote_is_understood(void **state)
{
    (void)state;
    struct tr_forest forest;
    struct tr_gbdt_params p;
    struct tr_error err;
    size_t len;
    char *text = test_read_file(test_shared("golden/lightgbm/hard-model-spec-weighted.txt.gz"), &len);
    assert_ok(tr_lightgbm_read(text, len, &forest, &err), &err);
    tr_gbdt_params_defaults(&p);
    each_line(forest.parameters, set_unless_rounds, &p);
    assert_true(p.num_leaves == 31 && p.max_bin == 63 && p.min_data_in_leaf == 40 && p.learning_rate == 0.05);
    assert_true(p.lambda_l2 == 1.0 && p.objective == TR_GBDT_BINARY && p.seed == 0 && p.boost_from_average);
    tr_forest_finish(&forest);
    tr_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parameter_is_set_by_any_of_its_names),
        cmocka_unit_test(values_land_in_their_fields),
        cmocka_unit_test(what_cannot_change_a_result_is_accepted),
        cmocka_unit_test(a_wrong_name_is_refused_with_the_nearest),
        cmocka_unit_test(a_wrong_value_is_refused_with_its_range),
        cmocka_unit_test(the_text_sets_the_same_again),
        cmocka_unit_test(every_line_that_lightgbm_wrote_is_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
