#include "support/test.h"

#include "app/usecase/search_space.h"
#include "base/alloc.h"
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
        memcpy(seen[i], label, sizeof label);
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
    struct tr_recipe recipe;
    struct tr_error err;
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
    expect("xgboost.rounds=50,none", "none is no number of rounds");
    expect("xgboost.rounds=5x", "5x is no number of rounds");
    expect("xgboost.rounds=0", "from 1 to 10000");
    expect("xgboost.rounds=-1", "from 1 to 10000");
    expect("xgboost.rounds=10001", "from 1 to 10000");
    expect("xgboost.rounds=100000000000000000000001", "from 1 to 10000");
    expect("xgboost.max_depth=3,6,3", "3 stands there twice");
    memset(&space, 0, sizeof space);
    assert_ok(tr_search_space_add(&space, "xgboost.a=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", &err), &err);
    assert_ok(tr_search_space_add(&space, "xgboost.b=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", &err), &err);
    assert_true(tr_search_space_add(&space, "xgboost.c=1,2", &err) == TR_USAGE && strstr(err.text, "256"));
}

static void what_a_library_refuses_is_told_before_the_work(void **state)
{
    static const char *const bad[][2] = {{"xgboost.max_depth=3,abc", "max_depth=abc: xgboost: "},
                                         {"xgboost.nosuch=1,2", "nosuch=1: xgboost has no parameter nosuch"},
                                         {"lightgbm.num_leaves=31,1", "num_leaves=1: lightgbm: "},
                                         {"lightgbm.num_iterations=5,6", "num_iterations=5: lightgbm: "}};
    struct tr_recipe recipe;
    struct tr_error err;
    (void)state;
    recipe_init(&recipe);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct tr_search_space space = {0};
        assert_ok(tr_search_space_add(&space, bad[i][0], &err), &err);
        assert_ok(tr_search_space_check(&space, &recipe, &err), &err);
        assert_true(tr_search_space_try(&space, &recipe, &err) == TR_USAGE && err.code == TR_USAGE);
        if (strncmp(err.text, "--param, ", 9) != 0 || !strstr(err.text, bad[i][1]))
            fail_msg("%s: %s", bad[i][0], err.text);
    }
    struct tr_search_space space = {0};
    assert_ok(tr_search_space_add(&space, "lightgbm.num_leaves=2,31", &err), &err);
    assert_ok(tr_search_space_add(&space, "xgboost.rounds=5,50", &err), &err);
    assert_ok(tr_search_space_try(&space, &recipe, &err), &err);
}

static void failing_allocations_are_no_fault_of_a_value(void **state)
{
    struct tr_search_space space = {0};
    struct tr_recipe recipe;
    struct tr_error err;
    size_t total;
    (void)state;
    recipe_init(&recipe);
    assert_ok(tr_search_space_add(&space, "lightgbm.num_leaves=2,31", &err), &err);
    tr_alloc_fail_at(0);
    assert_ok(tr_search_space_try(&space, &recipe, &err), &err);
    total = tr_alloc_fail_at(0);
    assert_true(total > 2);
    for (size_t k = 1; k <= total; k++) {
        tr_alloc_fail_at(k);
        enum tr_status status = tr_search_space_try(&space, &recipe, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_NOMEM);
    }
}

static void a_name_that_two_members_share_is_told_apart(void **state)
{
    struct tr_search_space space = {0};
    struct tr_recipe recipe, out;
    struct tr_error err;
    char label[TR_SEARCH_LABEL];
    (void)state;
    recipe_init(&recipe);
    assert_ok(tr_search_space_add(&space, "lightgbm.max_depth=3", &err), &err);
    assert_ok(tr_search_space_add(&space, "lightgbm.num_leaves=7", &err), &err);
    assert_ok(tr_search_space_add(&space, "xgboost.max_depth=6", &err), &err);
    assert_ok(tr_search_space_recipe(&space, 0, 1.0, &recipe, &out, label, &err), &err);
    assert_string_equal(label, "lightgbm.max_depth=3 num_leaves=7 xgboost.max_depth=6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_occurs_once),
        cmocka_unit_test(a_budget_is_a_share_of_the_rounds),
        cmocka_unit_test(what_cannot_be_searched_is_told),
        cmocka_unit_test(what_a_library_refuses_is_told_before_the_work),
        cmocka_unit_test(failing_allocations_are_no_fault_of_a_value),
        cmocka_unit_test(a_name_that_two_members_share_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
