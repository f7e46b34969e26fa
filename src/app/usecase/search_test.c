#include "support/test.h"

#include "app/usecase/search.h"
#include "base/alloc.h"
#include "io/store/ledger.h"
#include "support/chain.h"
#include "support/store_place.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A model with one parameter: "noise" spoils the score, so that a smaller one is better wherever there is anything to
 * find. It learns the mean label and one threshold. */
struct noisy {
    struct tr_model base;
    double level[2], noise;
    size_t col;
};

static _Atomic size_t trainings;

static enum tr_status noisy_train(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err)
{
    struct noisy *model = tr_alloc_zero(1, sizeof *model);
    double sum[2] = {1.0, 1.0}, n[2] = {2.0, 2.0};
    if (!model)
        return tr_error_nomem(err);
    atomic_fetch_add(&trainings, 1);
    model->base.impl = NULL;
    model->col = fit->col[0];
    for (size_t i = 0; i < fit->n_params; i++) {
        if (strcmp(fit->params[i].name, "noise") == 0)
            model->noise = strtod(fit->params[i].value, NULL);
    }
    for (size_t i = 0; i < fit->n; i++) {
        int side = tr_matrix_at(fit->x, fit->row[i], model->col) > 0.0;
        sum[side] += fit->y[i];
        n[side] += 1.0;
    }
    model->level[0] = sum[0] / n[0];
    model->level[1] = sum[1] / n[1];
    *out = &model->base;
    return TR_OK;
}

static enum tr_status noisy_predict(const struct tr_model *base, const struct tr_matrix *x, size_t n, const size_t *row,
                                    double *out, struct tr_error *err)
{
    const struct noisy *model = (const struct noisy *)(const void *)base;
    (void)err;
    for (size_t i = 0; i < n; i++) {
        double spoil = model->noise * sin(1e4 * (double)row[i]);
        double p = model->level[tr_matrix_at(x, row[i], model->col) > 0.0] + spoil;
        out[i] = p < 0.01 ? 0.01 : p > 0.99 ? 0.99 : p;
    }
    return TR_OK;
}

static void noisy_destroy(struct tr_model *model)
{
    tr_free(model);
}

static const struct tr_model_impl noisy_impl;

static enum tr_status noisy_start(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err)
{
    enum tr_status status = noisy_train(fit, out, err);
    if (status == TR_OK)
        (*out)->impl = &noisy_impl;
    return status;
}

static const struct tr_model_impl noisy_impl = {
    .name = "noisy", .train = noisy_start, .predict = noisy_predict, .destroy = noisy_destroy};

struct world {
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_recipe recipe;
    struct tr_study study;
    struct tr_search_options options;
};

static const struct tr_series_key key = {"synthetic", "TEST/USDT:USDT", TR_TIMEFRAME_1H};

static void world_init(struct world *w, enum tr_search_method method, const char *noises)
{
    struct tr_error err;
    char text[128];
    memset(w, 0, sizeof *w);
    test_chain_market(1500, 3, &w->list);
    w->bars = tr_bar_list_view(&w->list);
    test_chain_recipe(&w->recipe);
    w->recipe.ensemble.n = w->recipe.params = 0;
    assert_ok(tr_recipe_add_member(&w->recipe, &noisy_impl, NULL, 0, 90, &err), &err);
    tr_recipe_fit_to(&w->recipe, TR_TIMEFRAME_1H);
    assert_ok(tr_study_init(&w->study, &w->recipe, &w->bars, &err), &err);
    w->options.method = method;
    w->options.tail_share = 0.3;
    snprintf(text, sizeof text, "noisy.noise=%s", noises);
    assert_ok(tr_search_space_add(&w->options.space, text, &err), &err);
}

static void world_finish(struct world *w)
{
    tr_study_finish(&w->study);
    tr_bar_list_finish(&w->list);
}

static void the_better_configuration_is_chosen_in_every_fold(void **state)
{
    static const enum tr_search_method methods[] = {TR_SEARCH_GRID, TR_SEARCH_HALVING};
    (void)state;
    for (size_t m = 0; m < 2; m++) {
        struct world w;
        struct tr_search search;
        struct tr_error err;
        world_init(&w, methods[m], "0.5,0,0.7,0.35");
        assert_ok(tr_search_run(&w.study, &w.recipe, &w.options, &key, &(struct tr_world){0}, &search, &err), &err);
        assert_true(search.n == 4 && search.wf.n_folds >= 2);
        assert_true(search.rungs == (m ? 3 : 1));
        for (int side = 0; side < TR_SIDE_COUNT; side++)
            for (size_t k = 0; k < search.wf.n_folds; k++)
                assert_true(search.choice[side][k] == 1);
        assert_true(search.candidate[1].chosen == 2 * search.wf.n_folds && search.candidate[0].chosen == 0);
        assert_true(search.candidate[1].loss < search.candidate[3].loss);
        assert_true(m || search.candidate[3].loss < search.candidate[0].loss);
        assert_true(search.pbo.pbo >= 0.0 && search.pbo.pbo <= 1.0);
        assert_false(search.luck.counted);
        for (size_t i = 0; i < search.n; i++)
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(search.candidate[i].config, search.candidate[k].config);
        tr_search_finish(&search);
        world_finish(&w);
    }
}

/* What a fold chooses must not change when its test block, or anything later, is another. */
static void a_choice_sees_nothing_of_its_test_block(void **state)
{
    struct world a, b;
    struct tr_search first, second;
    struct tr_error err;
    size_t cut;
    (void)state;
    world_init(&a, TR_SEARCH_GRID, "0,0.02,0.04");
    world_init(&b, TR_SEARCH_GRID, "0,0.02,0.04");
    assert_ok(tr_search_run(&a.study, &a.recipe, &a.options, &key, &(struct tr_world){0}, &first, &err), &err);
    cut = tr_bars_find(&b.study.bars, first.wf.folds[1].test_from);
    for (size_t i = cut; i < b.bars.n; i++) {
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            if (b.study.target[side].y[i] >= 0)
                b.study.target[side].y[i] = (int8_t)(1 - b.study.target[side].y[i]);
        }
        for (size_t j = 0; j < TR_FEATURE_INPUTS; j++)
            tr_matrix_column(&b.study.set.inputs, j)[i] *= -1.0;
    }
    assert_ok(tr_search_run(&b.study, &b.recipe, &b.options, &key, &(struct tr_world){0}, &second, &err), &err);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        for (size_t k = 0; k < 2; k++)
            assert_true(first.choice[side][k] == second.choice[side][k]);
    for (size_t i = 0; i < cut; i++)
        assert_same_bits(first.wf.walk.score[TR_LONG][i], second.wf.walk.score[TR_LONG][i]);
    tr_search_finish(&second);
    tr_search_finish(&first);
    world_finish(&b);
    world_finish(&a);
}

struct watch {
    size_t left; /* calls until it asks for a stop */
};

static bool watch_tell(void *context, const char *stage, size_t done, size_t total, const char *units)
{
    struct watch *watch = context;
    (void)stage;
    (void)done;
    (void)total;
    (void)units;
    return watch->left == 0 || --watch->left > 0;
}

static void a_stopped_search_goes_on_where_it_was_and_counts_each_trial_once(void **state)
{
    struct store_place place;
    struct world w;
    struct tr_search whole, search;
    struct tr_trial *trial;
    struct tr_error err;
    size_t n, all;
    (void)state;
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    world_init(&w, TR_SEARCH_GRID, "0,0.1,0.2,0.3");
    atomic_store(&trainings, 0);
    assert_ok(tr_search_run(&w.study, &w.recipe, &w.options, &key, &(struct tr_world){0}, &whole, &err), &err);
    all = atomic_load(&trainings);

    struct watch watch = {whole.wf.n_folds * TR_SIDE_COUNT * 2 + 4};
    struct tr_progress progress = {watch_tell, &watch};
    struct tr_world world = {.store = store, .progress = &progress, .now = 77};
    assert_true(tr_search_run(&w.study, &w.recipe, &w.options, &key, &world, &search, &err) == TR_CANCELLED);
    tr_search_finish(&search);
    watch.left = 0;
    for (int again = 0; again < 2; again++) {
        atomic_store(&trainings, 0);
        assert_ok(tr_search_run(&w.study, &w.recipe, &w.options, &key, &world, &search, &err), &err);
        assert_true(again ? atomic_load(&trainings) == all
                          : atomic_load(&trainings) < all - whole.wf.n_folds * TR_SIDE_COUNT);
        assert_true(search.resumed == all - atomic_load(&trainings));
        for (size_t i = 0; i < w.bars.n; i++)
            assert_same_bits(whole.wf.walk.score[TR_SHORT][i], search.wf.walk.score[TR_SHORT][i]);
        for (size_t i = 0; i < whole.n; i++)
            assert_same_bits(whole.candidate[i].loss, search.candidate[i].loss);
        assert_true(search.luck.counted && search.luck.trials == 5); /* four configurations, and the nested one */
        tr_search_finish(&search);
    }
    assert_ok(tr_store_trial_list(store, &key, &trial, &n, &err), &err);
    assert_true(n == 5);
    for (size_t i = 0; i < n; i++)
        assert_true(trial[i].runs >= 1 && strncmp(trial[i].label, "search", 6) == 0);
    tr_free(trial);
    tr_search_finish(&whole);
    world_finish(&w);
    tr_store_close(store);
    store_place_finish(&place);
}

static void a_series_without_a_fold_is_told(void **state)
{
    struct world w;
    struct tr_search search;
    struct tr_error err;
    (void)state;
    world_init(&w, TR_SEARCH_GRID, "0,1");
    w.recipe.plan.train_days = 300;
    assert_true(tr_search_run(&w.study, &w.recipe, &w.options, &key, &(struct tr_world){0}, &search, &err) ==
                TR_NOT_FOUND);
    tr_search_finish(&search);
    world_finish(&w);
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    struct world w;
    struct tr_search search;
    struct tr_error err;
    size_t total;
    (void)state;
    world_init(&w, TR_SEARCH_HALVING, "0,0.2");
    tr_alloc_fail_at(0);
    assert_ok(tr_search_run(&w.study, &w.recipe, &w.options, &key, &(struct tr_world){0}, &search, &err), &err);
    total = tr_alloc_fail_at(0);
    tr_search_finish(&search);
    for (size_t k = 1; k <= total; k += 1 + total / 60) {
        tr_alloc_fail_at(k);
        enum tr_status status =
            tr_search_run(&w.study, &w.recipe, &w.options, &key, &(struct tr_world){0}, &search, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_NOMEM);
        tr_search_finish(&search);
    }
    world_finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_better_configuration_is_chosen_in_every_fold),
        cmocka_unit_test(a_choice_sees_nothing_of_its_test_block),
        cmocka_unit_test(a_stopped_search_goes_on_where_it_was_and_counts_each_trial_once),
        cmocka_unit_test(a_series_without_a_fold_is_told),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
