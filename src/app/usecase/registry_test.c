#include "support/test.h"

#include "app/usecase/adopt_model.h"
#include "app/usecase/compare.h"
#include "app/usecase/registry.h"
#include "base/alloc.h"
#include "engine/calibrate/rank.h"
#include "engine/model/lightgbm.h"
#include "support/chain.h"
#include "support/store_place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BARS = 1500 };

static struct test_chain chain;
static struct tr_recipe recipe;
static struct store_place place;
static struct tr_store *store;

/* The native LightGBM member: its models are written and read back. */
static void make_recipe(struct tr_recipe *out, const char *leaves)
{
    const struct tr_param params[] = {{"num_leaves", leaves}};
    struct tr_error err;
    test_chain_recipe(out);
    out->ensemble.n = out->params = 0;
    out->folds = false;
    out->importance = true;
    assert_ok(tr_recipe_add_lightgbm(out, &tr_model_lightgbm, NULL, params, 1, 8, &err), &err);
}

static int set_up(void **state)
{
    (void)state;
    make_recipe(&recipe, "5");
    test_chain_run(&recipe, BARS, &chain);
    store_place_make(&place);
    store = store_place_open(&place);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tr_store_close(store);
    store_place_finish(&place);
    test_chain_finish(&chain);
    return 0;
}

static struct tr_world at(tr_time_ms now)
{
    return (struct tr_world){.store = store, .now = now};
}

/* A model of another seed. */
static void add(int64_t seed, tr_time_ms now, struct tr_model_record *out, bool *is_new)
{
    struct tr_world world = at(now);
    struct tr_error err;
    uint64_t kept = chain.run.recipe.seed;
    chain.run.recipe.seed = (uint64_t)seed;
    assert_ok(tr_registry_add(&chain.run, &world, "trained", false, out, is_new, &err), &err);
    chain.run.recipe.seed = kept;
}

static void a_registered_model_scores_as_the_one_that_was_trained(void **state)
{
    struct tr_model_record record;
    struct tr_registered model;
    struct tr_error err;
    bool is_new;
    (void)state;
    add(1, 10, &record, &is_new);
    assert_true(is_new && record.state == TR_MODEL_CHAMPION && strlen(record.id) == 16);
    assert_ok(tr_registry_load(store, &record, &model, &err), &err);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_walk_fit *fit = chain.run.newest.walk.fit[side];
        const struct tr_manifest_head *head = &model.manifest.head[side];
        assert_true(head->trained && fit->trained && head->cols == fit->cols);
        assert_true(head->fit_rows == fit->fit_rows && head->reference_rows == fit->reference_rows);
        assert_same_bits(head->fit_n, fit->fit_n);
        for (size_t j = 0; j < TR_FEATURE_INPUTS; j++) {
            assert_same_bits(head->gain[j], fit->gain[j]);
            if (fit->used[j])
                assert_same_bits(head->permutation[j], fit->permutation[j]);
        }
        for (size_t row = 300; row < BARS; row += 7) {
            double mine, theirs;
            assert_ok(tr_ensemble_predict(&fit->model, &chain.run.study.set.inputs, 1, &row, &mine, NULL, &err), &err);
            assert_ok(
                tr_ensemble_predict(&model.ensemble[side], &chain.run.study.set.inputs, 1, &row, &theirs, NULL, &err),
                &err);
            assert_same_bits(mine, theirs);
        }
        for (size_t i = 1; i < head->reference_rows; i++)
            assert_true(head->reference[i] >= head->reference[i - 1]);
    }
    assert_true(model.manifest.window.train_to == chain.run.newest.fold.train_to);
    tr_registered_finish(&model);
    add(1, 99, &record, &is_new); /* the same again */
    assert_true(!is_new && record.created == 10 && record.state == TR_MODEL_CHAMPION);
}

static void champions_follow_each_other_and_roll_back_step_by_step(void **state)
{
    struct tr_model_record first, record[3], to;
    struct tr_error err;
    char before[TR_MODEL_ID];
    bool is_new;
    (void)state;
    assert_ok(tr_registry_find(store, &chain.key, "", &first, &err), &err);
    for (int i = 0; i < 3; i++) {
        add(100 + i, 20 + i, &record[i], &is_new);
        assert_true(is_new && record[i].state == TR_MODEL_CANDIDATE);
        assert_string_equal(record[i].parent, first.id);
    }
    for (int i = 0; i < 3; i++) {
        assert_ok(tr_registry_promote(store, &record[i], 30 + i, "by the test", before, &err), &err);
        assert_string_equal(before, i ? record[i - 1].id : first.id);
    }
    const struct tr_model_record *back[] = {&record[1], &record[0], &first};
    for (int i = 0; i < 3; i++) {
        assert_ok(tr_registry_rollback(store, &chain.key, 40 + i, &to, &err), &err);
        assert_string_equal(to.id, back[i]->id);
        assert_ok(tr_registry_find(store, &chain.key, "", &to, &err), &err);
        assert_string_equal(to.id, back[i]->id);
    }
    assert_true(tr_registry_rollback(store, &chain.key, 50, &to, &err) == TR_NOT_FOUND);
    assert_ok(tr_registry_promote(store, &record[2], 60, "again", before, &err), &err);
    assert_ok(tr_registry_rollback(store, &chain.key, 61, &to, &err), &err);
    assert_string_equal(to.id, first.id);
}

static void ids_may_be_cut_short_while_they_are_clear(void **state)
{
    struct tr_model_record champion, record;
    struct tr_error err;
    const struct tr_series_key other = {"file", "XRP/USDT:USDT", TR_TIMEFRAME_1H};
    char cut[TR_MODEL_ID];
    (void)state;
    assert_ok(tr_registry_find(store, &chain.key, NULL, &champion, &err), &err);
    memcpy(cut, champion.id, 12);
    cut[12] = '\0';
    assert_ok(tr_registry_find(store, NULL, cut, &record, &err), &err);
    assert_string_equal(record.id, champion.id);
    assert_true(tr_registry_find(store, NULL, "ffffffffffff0000", &record, &err) == TR_NOT_FOUND);
    assert_true(tr_registry_find(store, &other, "", &record, &err) == TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "no champion"));
    assert_true(tr_registry_find(store, NULL, "", &record, &err) == TR_INVALID); /* of which series? */
}

static void two_models_are_compared_on_bars_that_neither_has_seen(void **state)
{
    struct tr_model_record a, b;
    struct tr_compare compare;
    struct test_chain early;
    struct tr_recipe other;
    struct tr_world world = at(70);
    struct tr_error err;
    bool is_new;
    (void)state;
    make_recipe(&other, "3");
    test_chain_run(&other, BARS - 400, &early); /* knows 400 bars less */
    snprintf(early.run.key.symbol, sizeof early.run.key.symbol, "LTC/USDT:USDT");
    assert_ok(tr_registry_add(&early.run, &world, "trained", false, &a, &is_new, &err), &err);
    early.run.recipe.seed = 5;
    assert_ok(tr_registry_add(&early.run, &world, "trained", false, &b, &is_new, &err), &err);
    assert_ok(tr_compare_models(store, &a, &b, &chain.bars, &other, &compare, &err), &err);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        const struct tr_compare_side *s = &compare.side[side];
        assert_true(s->possible && s->rows > 200 && s->rows < 400);
        assert_same_bits(s->auc_a, s->auc_b); /* the same trees under another seed of the recipe */
        assert_true(s->loss.difference == 0.0);
    }
    assert_true(compare.from >= early.run.newest.fold.train_to + tr_plan_gap_ms(&early.run.recipe.plan));
    assert_ok(tr_compare_models(store, &a, &b, &early.bars, &other, &compare, &err), &err);
    assert_false(compare.side[TR_LONG].possible && compare.side[TR_LONG].rows > 20);
    assert_ok(tr_registry_find(store, &chain.key, "", &b, &err), &err);
    assert_true(tr_compare_models(store, &a, &b, &chain.bars, &other, &compare, &err) == TR_INVALID);
    test_chain_finish(&early);
}

static void a_model_from_elsewhere_becomes_a_candidate_of_one_side(void **state)
{
    struct tr_adopt_options options = {&tr_model_lightgbm, TR_SHORT};
    const struct tr_model *member = chain.run.newest.walk.fit[TR_SHORT]->model.member[0];
    struct tr_model_record record;
    struct tr_registered model;
    struct tr_world world = at(80);
    struct tr_buf file;
    struct tr_error err;
    bool is_new;
    (void)state;
    tr_buf_init(&file);
    assert_ok(member->impl->save(member, &file, &err), &err);
    assert_ok(
        tr_adopt_model(&options, file.data, file.len, &chain.key, &chain.bars, &recipe, &world, &record, &is_new, &err),
        &err);
    assert_true(is_new && record.state == TR_MODEL_CANDIDATE);
    assert_ok(tr_registry_load(store, &record, &model, &err), &err);
    assert_true(!model.manifest.head[TR_LONG].trained && model.ensemble[TR_SHORT].n == 1);
    assert_true(model.manifest.head[TR_SHORT].reference_rows == chain.run.newest.walk.fit[TR_SHORT]->reference_rows);
    tr_registered_finish(&model);
    char *name = strstr(file.data, "feature_names=");
    assert_non_null(name);
    name[strlen("feature_names=")] = 'Q';
    assert_true(tr_adopt_model(&options, file.data, file.len, &chain.key, &chain.bars, &recipe, &world, &record,
                               &is_new, &err) == TR_INVALID);
    assert_non_null(strstr(err.text, "none of the inputs"));
    assert_true(tr_adopt_model(&options, "tree\nversion=v4\n", 16, &chain.key, &chain.bars, &recipe, &world, &record,
                               &is_new, &err) == TR_CORRUPT);
    tr_buf_finish(&file);
}

static void what_is_no_manifest_is_refused(void **state)
{
    struct tr_manifest manifest;
    struct tr_model_record record;
    struct tr_error err;
    struct tr_buf text;
    (void)state;
    assert_ok(tr_registry_find(store, &chain.key, "", &record, &err), &err);
    tr_buf_init(&text);
    assert_ok(tr_store_blob_get(store, record.manifest, &text, &err), &err);
    for (size_t cut = 0; cut + 2 < text.len; cut += 1 + text.len / 300) {
        assert_true(tr_manifest_read(text.data, cut, &manifest, &err) == TR_CORRUPT);
        tr_manifest_finish(&manifest);
    }
    char *version = strstr(text.data, "\"version\": 1");
    assert_non_null(version);
    version[strlen("\"version\": ")] = '2';
    assert_true(tr_manifest_read(text.data, text.len, &manifest, &err) == TR_VERSION);
    tr_manifest_finish(&manifest);
    version[strlen("\"version\": ")] = '1';
    char *inputs = strstr(text.data, "\"inputs\"");
    assert_non_null(inputs);
    char *input = strstr(inputs, "\"name\": \"");
    assert_non_null(input);
    input[strlen("\"name\": \"")] = 'Q';
    assert_true(tr_manifest_read(text.data, text.len, &manifest, &err) == TR_UNSUPPORTED);
    tr_manifest_finish(&manifest);
    tr_buf_finish(&text);
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    struct tr_model_record record;
    struct tr_registered model;
    struct tr_world world = at(90);
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    bool is_new;
    (void)state;
    chain.run.recipe.seed = 7;
    for (size_t k = 1; status == TR_NOMEM; k++) {
        tr_alloc_fail_at(k);
        status = tr_registry_add(&chain.run, &world, "trained", false, &record, &is_new, &err);
        tr_alloc_fail_at(0);
        assert_true(k < 5000);
    }
    assert_ok(status, &err);
    status = TR_NOMEM;
    for (size_t k = 1; status == TR_NOMEM; k++) {
        tr_alloc_fail_at(k);
        status = tr_registry_load(store, &record, &model, &err);
        tr_alloc_fail_at(0);
        tr_registered_finish(&model);
        assert_true(k < 5000);
    }
    assert_ok(status, &err);
    chain.run.recipe.seed = 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_registered_model_scores_as_the_one_that_was_trained),
        cmocka_unit_test(champions_follow_each_other_and_roll_back_step_by_step),
        cmocka_unit_test(ids_may_be_cut_short_while_they_are_clear),
        cmocka_unit_test(two_models_are_compared_on_bars_that_neither_has_seen),
        cmocka_unit_test(a_model_from_elsewhere_becomes_a_candidate_of_one_side),
        cmocka_unit_test(what_is_no_manifest_is_refused),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
