#include "support/test.h"

#include "app/usecase/recipe.h"
#include "engine/model/lightgbm.h"
#include "engine/model/xgboost.h"
#include "support/chain.h"

#include <string.h>

static const char *param(const struct tr_member *member, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < member->n_params; i++) {
        if (strcmp(member->params[i].name, name) != 0)
            continue;
        assert_null(value); /* each name once */
        value = member->params[i].value;
    }
    return value;
}

static void the_defaults_are_those_of_the_specification(void **state)
{
    (void)state;
    struct tr_recipe recipe;
    tr_recipe_defaults(&recipe);
    assert_same_bits(recipe.barrier.take_profit_frac, 0.02);
    assert_same_bits(recipe.barrier.stop_frac, 0.01);
    assert_int_equal(recipe.barrier.horizon_bars, 24);
    assert_same_bits(recipe.gate.min_confidence, 0.55);
    assert_same_bits(recipe.gate.min_net_frac, 0.02);
    assert_same_bits(recipe.plan.train_days, 180);
    assert_same_bits(recipe.plan.test_days, 30);
    assert_int_equal(recipe.rolling.capacity, 2000);
    assert_same_bits(recipe.min_share, 0.8);
    assert_int_equal(recipe.label_kind, TR_LABEL_TRIPLE_BARRIER);
    assert_int_equal(recipe.ensemble.n, 0);
}

static void a_recipe_is_fitted_to_the_length_of_a_bar(void **state)
{
    (void)state;
    static const struct {
        enum tr_timeframe timeframe;
        size_t ladder_bars;
    } cases[] = {{TR_TIMEFRAME_1M, 2880}, {TR_TIMEFRAME_1H, 48}, {TR_TIMEFRAME_4H, 12}, {TR_TIMEFRAME_1D, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t bar_ms = tr_timeframe_ms(cases[i].timeframe);
        struct tr_recipe recipe;
        tr_recipe_defaults(&recipe);
        tr_recipe_fit_to(&recipe, cases[i].timeframe);
        assert_int_equal(recipe.plan.bar_ms, bar_ms);
        assert_int_equal(recipe.plan.label_bars, 24);
        assert_int_equal(recipe.plan.horizon_ms, (int64_t)cases[i].ladder_bars * bar_ms);
        assert_int_equal(recipe.rolling.horizon_ms, recipe.plan.horizon_ms);
        assert_int_equal(recipe.rolling.calibration.block_ms, recipe.plan.horizon_ms);
        recipe.label_kind = TR_LABEL_LADDER;
        tr_recipe_fit_to(&recipe, cases[i].timeframe);
        assert_int_equal(recipe.plan.label_bars, cases[i].ladder_bars);
    }
}

static void overrides_replace_the_parameters_of_their_name_and_join_the_others(void **state)
{
    (void)state;
    static const struct tr_param overrides[] = {{"max_depth", "3"}, {"gamma", "0.5"}};
    struct tr_recipe recipe;
    struct tr_error err = {0};
    size_t n;
    (void)tr_xgboost_defaults(&n);
    tr_recipe_defaults(&recipe);
    assert_ok(tr_recipe_add_xgboost(&recipe, overrides, 2, 50, &err), &err);
    assert_int_equal(recipe.ensemble.n, 1);
    assert_int_equal(recipe.ensemble.member[0].rounds, 50);
    assert_int_equal(recipe.ensemble.member[0].n_params, n + 1);
    assert_string_equal(param(&recipe.ensemble.member[0], "max_depth"), "3");
    assert_string_equal(param(&recipe.ensemble.member[0], "gamma"), "0.5");
    assert_non_null(param(&recipe.ensemble.member[0], "eta"));
}

static void lightgbms_parameters_are_replaced_under_any_of_their_names(void **state)
{
    (void)state;
    static const struct tr_param overrides[] = {{"eta", "0.2"}, {"max_leaves", "9"}, {"bagging_freq", "1"}};
    struct tr_recipe recipe;
    struct tr_error err = {0};
    size_t n;
    (void)tr_lightgbm_defaults(&n);
    tr_recipe_defaults(&recipe);
    assert_ok(tr_recipe_add_lightgbm(&recipe, &tr_model_lightgbm, &n, overrides, 3, 70, &err), &err);
    const struct tr_member *member = &recipe.ensemble.member[0];
    assert_true(recipe.ensemble.n == 1 && member->n_params == n + 1 && member->rounds == 70);
    assert_ptr_equal(member->context, &n);
    assert_null(param(member, "learning_rate"));
    assert_null(param(member, "num_leaves"));
    assert_string_equal(param(member, "eta"), "0.2");
    assert_string_equal(param(member, "max_leaves"), "9");
    assert_non_null(param(member, "min_data_in_leaf"));
}

static void a_copy_points_at_its_own_parameters(void **state)
{
    (void)state;
    static const struct tr_param first[] = {{"a", "1"}, {"b", "2"}}, second[] = {{"c", "3"}};
    struct tr_recipe recipe, copy;
    struct tr_error err = {0};
    tr_recipe_defaults(&recipe);
    assert_ok(tr_recipe_add_member(&recipe, &test_model_plain, first, 2, 1, &err), &err);
    assert_ok(tr_recipe_add_member(&recipe, &test_model_plain, second, 1, 1, &err), &err);
    tr_recipe_copy(&copy, &recipe);
    memset(&recipe, 0, sizeof recipe);
    assert_int_equal(copy.ensemble.n, 2);
    assert_string_equal(param(&copy.ensemble.member[0], "b"), "2");
    assert_string_equal(param(&copy.ensemble.member[1], "c"), "3");
    assert_ptr_equal(copy.ensemble.member[1].params, copy.param + 2);
}

static void more_members_or_parameters_than_fit_are_refused(void **state)
{
    (void)state;
    struct tr_param many[TR_RECIPE_PARAMS + 1];
    struct tr_recipe recipe;
    struct tr_error err = {0};
    for (size_t i = 0; i <= TR_RECIPE_PARAMS; i++)
        many[i] = (struct tr_param){"x", "1"};
    tr_recipe_defaults(&recipe);
    assert_int_equal(tr_recipe_add_member(&recipe, &test_model_plain, many, TR_RECIPE_PARAMS + 1, 1, &err), TR_INVALID);
    assert_int_equal(tr_recipe_add_xgboost(&recipe, many, TR_RECIPE_PARAMS, 1, &err), TR_INVALID);
    assert_int_equal(recipe.ensemble.n, 0);
    for (size_t i = 0; i < TR_ENSEMBLE_MEMBERS; i++)
        assert_ok(tr_recipe_add_member(&recipe, &test_model_plain, many, 1, 1, &err), &err);
    assert_int_equal(tr_recipe_add_member(&recipe, &test_model_plain, many, 1, 1, &err), TR_INVALID);
}

static void a_recipe_that_cannot_work_says_what_to_change(void **state)
{
    (void)state;
    struct tr_recipe good, bad;
    struct tr_error err = {0};
    test_chain_recipe(&good);
    tr_recipe_fit_to(&good, TR_TIMEFRAME_1H);
    assert_ok(tr_recipe_check(&good, &err), &err);
    bad = good;
    bad.ensemble.n = 0;
    assert_int_equal(tr_recipe_check(&bad, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "enable at least one"));
    bad = good;
    bad.side[TR_LONG] = bad.side[TR_SHORT] = false;
    assert_int_equal(tr_recipe_check(&bad, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "neither long nor short"));
    bad = good;
    bad.barrier.horizon_bars = 0;
    assert_int_equal(tr_recipe_check(&bad, &err), TR_INVALID);
    bad = good;
    bad.gate.ladder.fraction[0] = 0.9;
    assert_int_equal(tr_recipe_check(&bad, &err), TR_INVALID);
    bad = good;
    bad.plan.test_days = -1;
    assert_int_equal(tr_recipe_check(&bad, &err), TR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_those_of_the_specification),
        cmocka_unit_test(a_recipe_is_fitted_to_the_length_of_a_bar),
        cmocka_unit_test(overrides_replace_the_parameters_of_their_name_and_join_the_others),
        cmocka_unit_test(lightgbms_parameters_are_replaced_under_any_of_their_names),
        cmocka_unit_test(a_copy_points_at_its_own_parameters),
        cmocka_unit_test(more_members_or_parameters_than_fit_are_refused),
        cmocka_unit_test(a_recipe_that_cannot_work_says_what_to_change),
    };
    return cmocka_run_group_tests_name("usecase/recipe", tests, NULL, NULL);
}
