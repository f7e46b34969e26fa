#include "support/test.h"

#include "app/usecase/identity.h"
#include "base/alloc.h"
#include "engine/model/xgboost.h"

#include <string.h>

enum { N = 5 };

struct series {
    tr_time_ms time[N];
    double open[N], high[N], low[N], close[N], volume[N];
    struct tr_bars bars;
};

static void series_init(struct series *s)
{
    for (size_t i = 0; i < N; i++) {
        s->time[i] = (tr_time_ms)i * TR_HOUR_MS;
        s->open[i] = s->high[i] = s->low[i] = s->close[i] = 100.0 + (double)i;
        s->volume[i] = 1.0;
    }
    s->bars = (struct tr_bars){N, TR_TIMEFRAME_1H, s->time, s->open, s->high, s->low, s->close, s->volume};
}

static void any_change_of_a_bar_changes_the_name(void **state)
{
    struct series s;
    char name[TR_HASH_TEXT], other[TR_HASH_TEXT];
    double *const column[] = {s.open, s.high, s.low, s.close, s.volume};
    (void)state;
    series_init(&s);
    tr_identity_bars(&s.bars, name);
    assert_true(strlen(name) == 64);
    tr_identity_bars(&s.bars, other);
    assert_string_equal(name, other);
    for (size_t c = 0; c < 5; c++) {
        for (size_t i = 0; i < N; i++) {
            double kept = column[c][i];
            column[c][i] = kept * (1.0 + 0x1p-52);
            tr_identity_bars(&s.bars, other);
            assert_string_not_equal(name, other);
            column[c][i] = kept;
        }
    }
    s.time[4]++;
    tr_identity_bars(&s.bars, other);
    assert_string_not_equal(name, other);
    series_init(&s);
    s.bars.n = 4;
    tr_identity_bars(&s.bars, other);
    assert_string_not_equal(name, other);
    series_init(&s);
    s.bars.timeframe = TR_TIMEFRAME_4H;
    tr_identity_bars(&s.bars, other);
    assert_string_not_equal(name, other);
}

static void any_change_of_recorded_funding_changes_the_name_of_the_data(void **state)
{
    enum { RATES = 4 };
    static tr_time_ms time[RATES] = {0, 8 * TR_HOUR_MS, 16 * TR_HOUR_MS, 24 * TR_HOUR_MS};
    static double rate[RATES] = {0.0001, -0.0002, 0.0, 0.0003};
    struct tr_funding funding = tr_funding_none();
    struct series s;
    char bars[TR_HASH_TEXT], name[TR_HASH_TEXT], other[TR_HASH_TEXT];
    (void)state;
    series_init(&s);
    tr_identity_bars(&s.bars, bars);
    tr_identity_data(&s.bars, &funding, name);
    assert_string_equal(name, bars);
    funding.default_rate = 0.0005; /* a setting: of the recipe, not of the data */
    tr_identity_data(&s.bars, &funding, name);
    assert_string_equal(name, bars);
    funding = (struct tr_funding){RATES, time, rate, 0.0001, 8 * TR_HOUR_MS};
    tr_identity_data(&s.bars, &funding, name);
    assert_true(strlen(name) == 64);
    assert_string_not_equal(name, bars);
    tr_identity_data(&s.bars, &funding, other);
    assert_string_equal(name, other);
    for (size_t i = 0; i < RATES; i++) {
        double kept = rate[i];
        rate[i] = kept + 0x1p-60;
        tr_identity_data(&s.bars, &funding, other);
        assert_string_not_equal(name, other);
        rate[i] = kept;
        time[i] += TR_SECOND_MS;
        tr_identity_data(&s.bars, &funding, other);
        assert_string_not_equal(name, other);
        time[i] -= TR_SECOND_MS;
    }
    funding.n--;
    tr_identity_data(&s.bars, &funding, other);
    assert_string_not_equal(name, other);
    funding.n++;
    s.close[2] += 1;
    tr_identity_data(&s.bars, &funding, other);
    assert_string_not_equal(name, other);
}

static void recipe_init(struct tr_recipe *recipe, const char *depth, const char *eta, bool swapped)
{
    struct tr_param params[2] = {{"max_depth", depth}, {"eta", eta}};
    struct tr_error err;
    if (swapped)
        params[0] = (struct tr_param){"eta", eta}, params[1] = (struct tr_param){"max_depth", depth};
    tr_recipe_defaults(recipe);
    assert_ok(tr_recipe_add_member(recipe, &tr_model_xgboost, params, 2, 100, &err), &err);
    tr_recipe_fit_to(recipe, TR_TIMEFRAME_1H);
}

static void name_of(const struct tr_recipe *recipe, char out[TR_HASH_TEXT])
{
    struct tr_error err;
    assert_ok(tr_identity_recipe(recipe, out, &err), &err);
}

static void what_decides_a_result_is_in_the_recipes_name_and_nothing_else(void **state)
{
    struct tr_recipe recipe;
    char name[TR_HASH_TEXT], other[TR_HASH_TEXT];
    (void)state;
    recipe_init(&recipe, "4", "0.1", false);
    name_of(&recipe, name);
    recipe.max_folds = 3;
    recipe.folds = false;
    recipe.importance = true;
    recipe.rolling.calibration.sets = TR_SETS_OFF;
    recipe.rolling.calibration.miscoverage = 0.3;
    name_of(&recipe, other);
    assert_string_equal(name, other);
    recipe_init(&recipe, "4", "0.1", true);
    name_of(&recipe, other);
    assert_string_equal(name, other);
    recipe_init(&recipe, "5", "0.1", false);
    name_of(&recipe, other);
    assert_string_not_equal(name, other);
    recipe_init(&recipe, "4", "0.1", false);
    recipe.seed++;
    name_of(&recipe, other);
    assert_string_not_equal(name, other);
    recipe_init(&recipe, "4", "0.1", false);
    recipe.side[TR_SHORT] = false;
    name_of(&recipe, other);
    assert_string_not_equal(name, other);
    recipe_init(&recipe, "4", "0.1", false);
    recipe.gate.cost.slippage_frac *= 2;
    name_of(&recipe, other);
    assert_string_not_equal(name, other);
    recipe_init(&recipe, "4", "0.1", false);
    recipe.tail.share = 0.1;
    name_of(&recipe, other);
    assert_string_not_equal(name, other);
    recipe_init(&recipe, "4", "0.1", false);
    recipe.ensemble.member[0].context = &recipe; /* grown by a library outside */
    name_of(&recipe, other);
    assert_string_not_equal(name, other);
}

static void which_library_grew_the_trees_is_in_the_name_of_what_it_grew(void **state)
{
    struct tr_recipe recipe, copy;
    char own[TR_HASH_TEXT], name[TR_HASH_TEXT], other[TR_HASH_TEXT];
    (void)state;
    recipe_init(&recipe, "4", "0.1", false);
    name_of(&recipe, own);
    recipe.trainer = "library 1"; /* which grows nothing here: no member has a context */
    name_of(&recipe, name);
    assert_string_equal(own, name);
    recipe.ensemble.member[0].context = &recipe;
    name_of(&recipe, name);
    assert_string_not_equal(own, name);
    tr_recipe_copy(&copy, &recipe);
    copy.ensemble.member[0].context = &copy; /* where the library lies in memory says nothing */
    name_of(&copy, other);
    assert_string_equal(name, other);
    copy.trainer = "library 2";
    name_of(&copy, other);
    assert_string_not_equal(name, other);
    copy.trainer = NULL;
    name_of(&copy, other);
    assert_string_not_equal(name, other);
    assert_string_not_equal(own, other);
}

static void the_recipe_says_which_library_grew_the_trees(void **state)
{
    struct tr_recipe recipe;
    (void)state;
    recipe_init(&recipe, "4", "0.1", false);
    for (int library = 0; library < 2; library++) {
        struct tr_json json;
        struct tr_buf text;
        recipe.trainer = "library 3f2a";
        recipe.ensemble.member[0].context = library ? &recipe : NULL;
        tr_buf_init(&text);
        tr_json_init(&json, &text, 0);
        tr_json_object(&json, NULL);
        tr_recipe_json(&recipe, &json);
        tr_json_object_end(&json);
        assert_true((strstr(tr_buf_string(&text), "\"trainer\":\"library 3f2a\"") != NULL) == (library == 1));
        assert_true((strstr(tr_buf_string(&text), "trainer") != NULL) == (library == 1));
        tr_buf_finish(&text);
    }
}

static void spellings_of_one_setting_are_one_name(void **state)
{
    static const char *const same[][2] = {{"max_depth", "4"}, {"max_depth", "04"}, {"max_depth", "4.0"}};
    struct tr_recipe recipe;
    struct tr_error err;
    char first[TR_HASH_TEXT], name[TR_HASH_TEXT];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const struct tr_param params[] = {{"max_depth", same[i][1]}, {i % 2 ? "learning_rate" : "eta", "0.10"}};
        tr_recipe_defaults(&recipe);
        assert_ok(tr_recipe_add_member(&recipe, &tr_model_xgboost, params, 2, 100, &err), &err);
        name_of(&recipe, i ? name : first);
        if (i)
            assert_string_equal(first, name);
    }
}

static void out_of_memory_is_told(void **state)
{
    struct tr_recipe recipe;
    struct tr_error err;
    char name[TR_HASH_TEXT];
    (void)state;
    recipe_init(&recipe, "4", "0.1", false);
    tr_alloc_fail_at(1);
    assert_true(tr_identity_recipe(&recipe, name, &err) == TR_NOMEM);
    tr_alloc_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_change_of_a_bar_changes_the_name),
        cmocka_unit_test(any_change_of_recorded_funding_changes_the_name_of_the_data),
        cmocka_unit_test(what_decides_a_result_is_in_the_recipes_name_and_nothing_else),
        cmocka_unit_test(spellings_of_one_setting_are_one_name),
        cmocka_unit_test(which_library_grew_the_trees_is_in_the_name_of_what_it_grew),
        cmocka_unit_test(the_recipe_says_which_library_grew_the_trees),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
