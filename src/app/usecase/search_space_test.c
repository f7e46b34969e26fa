#include "support/test.h"

#include "app/usecase/search_space.h"
#include "engine/model/lightgbm.h"

#include <string.h>

static void recipe_init(struct tr_recipe *recipe)
{
    struct tr_error err;
    tr_recipe_defaults(recipe);
    assert_ok(tr_recipe_add_lightgbm(recipe, &tr_model_lightgbm, NULL, NULL, 0, 200, &err), &err);
    assert_ok(tr_recipe_add_xgboost(recipe, NULL, 0, 100, &err), &err);
}

static const char *value_of(const struct tr_recipe *recipe, size_t member, const char *name)
{
    for (size_t i = 0; i < recipe->ensemble.member[member].n_params; i++) {
        if (strcmp(recipe->ensemble.member[member].params[i].name, name) == 0)
            return recipe->ensemble.member[member].params[i].value;
    }
    return "";
}

static void every_combination_occurs_once(void **state)
{
    struct tr_search_space space = {0};
    struct tr_recipe recipe, out;
    struct tr_error err;
    char label[TR_SEARCH_LABEL], seen[12][TR_SEARCH_LABEL];
    (void)state;
    recipe_init(&recipe);
    assert_ok(tr_search_space_add(&space, "lightgbm.num_leaves=7,15,31", &err), &err);
    assert_ok(tr_search_space_add(&space, "xgboost.max_depth=3,6", &err), &err);
    assert_ok(tr_search_space_add(&space, "xgboost.rounds=50,90", &err), &err);
    assert_ok(tr_search_space_check(&space, &recipe, &err), &err);
    assert_true(tr_search_space_size(&space) == 12);
    for (size_t i = 0; i < 12; i++) {
        assert_ok(tr_search_space_recipe(&space, i, 1.0, &recipe, &out, label, &err), &err);
        assert_true(out.ensemble.n == 2 && out.ensemble.member[0].rounds == 200);
        assert_string_equal(value_of(&out, 0, "num_leaves"), space.param[0].value[i / 4]);
        assert_string_equal(value_of(&out, 1, "max_depth"), space.param[1].value[i / 2 % 2]);
        assert_true(out.ensemble.member[1].rounds == (i % 2 ? 90 : 50));
        assert_string_equal(value_of(&out, 0, "learning_rate"), "0.05");
        strcpy(seen[i], label);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(seen[k], label);
    }
    assert_string_equal(seen[0], "num_leaves=7 max_depth=3 rounds=50");
}

static void a_budget_is_a_share_of_the_rounds(void **state)
{
    struct tr_search_space space = {0};
    struct tr_recipe recipe, out;
    struct tr_error err;
    char label[TR_SEARCH_LABEL];
    (void)state;
    recipe_init(&recipe);
    assert_ok(tr_search_space_add(&space, "lightgbm.lambda_l1=0,1", &err), &err);
    assert_ok(tr_search_space_recipe(&space, 1, 1.0 / 9.0, &recipe, &out, label, &err), &err);
    assert_true(out.ensemble.member[0].rounds == 22 && out.ensemble.member[1].rounds == 11);
    assert_string_equal(value_of(&out, 0, "lambda_l1"), "1");
    assert_ok(tr_search_space_recipe(&space, 1, 0.001, &recipe, &out, label, &err), &err);
    assert_true(out.ensemble.member[0].rounds == 10);
}

static void expect(const char *text, const char *says)
{
    struct tr_search_space space = {0};
    struct tr_error err;
    assert_true(tr_search_space_add(&space, text, &err) == TR_USAGE);
    assert_non_null(strstr(err.text, says));
}

static void what_cannot_be_searched_is_told(void **state)
{
    struct tr_search_space space = {0};
    struct tr_recipe recipe, out;
    struct tr_error err;
    char label[TR_SEARCH_LABEL];
    (void)state;
    recipe_init(&recipe);
    expect("num_leaves=3", "member.name=value");
    expect("lightgbm.num_leaves", "member.name=value");
    expect("lightgbm.=3", "member.name=value");
    expect(".x=3", "member.name=value");
    expect("lightgbm.num_leaves=", "member.name=value");
    expect("lightgbm.num_leaves=1,,2", "member.name=value");
    expect("lightgbm.num_leaves=1,", "member.name=value");
    expect("lightgbm.x=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "at most 16");
    assert_true(tr_search_space_check(&space, &recipe, &err) == TR_USAGE);
    assert_ok(tr_search_space_add(&space, "forest.depth=1", &err), &err);
    assert_true(tr_search_space_check(&space, &recipe, &err) == TR_USAGE && strstr(err.text, "no member forest"));
    memset(&space, 0, sizeof space);
    assert_ok(tr_search_space_add(&space, "xgboost.eta=1", &err), &err);
    assert_ok(tr_search_space_add(&space, "xgboost.eta=2", &err), &err);
    assert_true(tr_search_space_check(&space, &recipe, &err) == TR_USAGE && strstr(err.text, "twice"));
    memset(&space, 0, sizeof space);
    assert_ok(tr_search_space_add(&space, "xgboost.rounds=none", &err), &err);
    assert_true(tr_search_space_recipe(&space, 0, 1.0, &recipe, &out, label, &err) == TR_USAGE);
    memset(&space, 0, sizeof space);
    assert_ok(tr_search_space_add(&space, "xgboost.a=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", &err), &err);
    assert_ok(tr_search_space_add(&space, "xgboost.b=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", &err), &err);
    assert_true(tr_search_space_add(&space, "xgboost.c=1,2", &err) == TR_USAGE && strstr(err.text, "256"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_occurs_once),
        cmocka_unit_test(a_budget_is_a_share_of_the_rounds),
        cmocka_unit_test(what_cannot_be_searched_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
