#include "support/test.h"

#include "app/cli/recipe.h"
#include "engine/model/lightgbm.h"

#include <stdlib.h>
#include <string.h>

/* The recipe of the default settings, with what the caller changes in them. */
static struct tr_cli *defaults(void)
{
    struct tr_cli *cli = calloc(1, sizeof *cli);
    assert_non_null(cli);
    tr_config_defaults(&cli->config);
    return cli;
}

static void make(struct tr_cli *cli, struct tr_recipe *out)
{
    struct tr_error err;
    assert_ok(tr_cli_make_recipe(cli, out, &err), &err);
}

static void settings_of_the_calibration_reach_the_recipe(void **state)
{
    (void)state;
    struct tr_cli *cli = defaults();
    struct tr_recipe recipe;
    cli->config.calibration.rows = 1234;
    cli->config.calibration.delta = 0.07;
    cli->config.calibration.min_effective = 61;
    cli->config.calibration.draws = 345;
    cli->config.calibration.conformal_alpha = 0.25;
    make(cli, &recipe);
    assert_true(recipe.rolling.capacity == 1234 && recipe.rolling.calibration.draws == 345);
    assert_same_bits(recipe.rolling.calibration.delta, 0.07);
    assert_same_bits(recipe.rolling.calibration.min_n, 61);
    assert_same_bits(recipe.rolling.calibration.miscoverage, 0.25);
    free(cli);
}

static void each_kind_of_conformal_sets_has_its_rows(void **state)
{
    (void)state;
    static const struct {
        enum tr_config_conformal setting;
        enum tr_set_kind kind;
    } cases[] = {{TR_CONFIG_CONFORMAL_OFF, TR_SETS_OFF},
                 {TR_CONFIG_CONFORMAL_MARGINAL, TR_SETS_MARGINAL},
                 {TR_CONFIG_CONFORMAL_CLASS, TR_SETS_BY_CLASS},
                 {TR_CONFIG_CONFORMAL_REGIME, TR_SETS_BY_CATEGORY}};
    struct tr_cli *cli = defaults();
    struct tr_recipe recipe;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cli->config.calibration.conformal = cases[i].setting;
        make(cli, &recipe);
        assert_int_equal(recipe.rolling.calibration.sets, cases[i].kind);
        assert_true(recipe.rolling.calibration.categories == TR_RECIPE_REGIMES);
    }
    free(cli);
}

/* Whoever builds on the recipe without settings computes the same. */
static void the_default_settings_are_the_recipes_own_defaults(void **state)
{
    (void)state;
    struct tr_cli *cli = defaults();
    struct tr_recipe recipe, own;
    make(cli, &recipe);
    tr_recipe_defaults(&own);
    assert_int_equal(recipe.rolling.calibration.sets, own.rolling.calibration.sets);
    assert_same_bits(recipe.rolling.calibration.miscoverage, own.rolling.calibration.miscoverage);
    assert_same_bits(recipe.rolling.calibration.delta, own.rolling.calibration.delta);
    assert_same_bits(recipe.rolling.calibration.min_n, own.rolling.calibration.min_n);
    assert_true(recipe.rolling.calibration.draws == own.rolling.calibration.draws);
    assert_true(recipe.rolling.capacity == own.rolling.capacity);
    free(cli);
}

static void a_library_that_trains_is_named_in_the_recipe(void **state)
{
    (void)state;
    struct tr_cli *cli = defaults();
    struct tr_recipe recipe;
    make(cli, &recipe);
    assert_null(recipe.trainer);
    assert_null(recipe.ensemble.member[0].context);
    cli->lightgbm = &tr_model_lightgbm;
    cli->lightgbm_context = cli;
    cli->lightgbm_trainer = "library 3f2a";
    make(cli, &recipe);
    assert_string_equal(recipe.trainer, "library 3f2a");
    assert_ptr_equal(recipe.ensemble.member[0].context, cli);
    free(cli);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_of_the_calibration_reach_the_recipe),
        cmocka_unit_test(each_kind_of_conformal_sets_has_its_rows),
        cmocka_unit_test(the_default_settings_are_the_recipes_own_defaults),
        cmocka_unit_test(a_library_that_trains_is_named_in_the_recipe),
    };
    return cmocka_run_group_tests_name("cli/recipe", tests, NULL, NULL);
}
