#include "support/test.h"

#include "base/alloc.h"
#include "support/walk.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static void ranks_count_the_reference_scores_below_each_score(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 1400);
    struct tr_walk walk = test_walk_run(&w.input);
    size_t ranked = 0;
    for (size_t i = 0; i < w.n; i++) {
        assert_int_equal(isnan(walk.score[1][i]), isnan(walk.rank[1][i]));
        assert_int_equal(isnan(walk.score[1][i]), walk.fold[i] < 0 || !w.set.ready[i]);
        if (walk.fold[i] < 0 || !w.set.ready[i])
            continue;
        const struct tr_fold *f = &w.folds[walk.fold[i]];
        assert_true(w.time[i] >= f->test_from && w.time[i] < f->test_to);
        const struct tr_walk_fit *fit = &walk.fit[1][walk.fold[i]];
        double below = 0.5;
        for (size_t j = 0; j < fit->reference_rows; j++)
            below += 0.5 * (fit->reference_score[j] < walk.score[1][i]) +
                     0.5 * (fit->reference_score[j] <= walk.score[1][i]);
        assert_near(walk.rank[1][i], below / ((double)fit->reference_rows + 1.0), 1e-12);
        ranked++;
    }
    assert_true(ranked > 400);
    for (size_t k = 0; k < walk.n_folds; k++) {
        const struct tr_walk_fit *fit = &walk.fit[0][k];
        double sum = 0.0;
        for (size_t j = 0; j < fit->reference_rows; j++) {
            assert_true(w.time[fit->reference_row[j]] >= w.folds[k].reference_from);
            sum += fit->reference_rank[j];
        }
        assert_near(sum / (double)fit->reference_rows, 0.5, 1e-12); /* ranks of a set among itself */
    }
    tr_walk_finish(&walk);
    test_walk_world_finish(&w);
}

static void a_fit_reports_its_rows_weights_and_columns(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 1200);
    double *empty = tr_matrix_column(&w.features, TR_FEATURE_OVERLAYS + 3);
    for (size_t i = 0; i < w.n; i++)
        empty[i] = (double)NAN;
    for (size_t i = 0; i < w.n; i++) /* spans that do not touch: each row is worth one */
        w.target[0].span[i] = 1;
    struct tr_walk walk = test_walk_run(&w.input);
    const struct tr_walk_fit *fit = &walk.fit[0][0];
    double positive = 0.0;
    size_t *row = malloc((w.n + 1) * sizeof *row);
    size_t n = test_walk_rows(&w, &w.target[0], w.folds[0].train_from, w.folds[0].fit_to, row);
    for (size_t i = 0; i < n; i++)
        positive += w.target[0].y[row[i]];
    assert_true(fit->trained);
    assert_int_equal(fit->fit_rows, n);
    assert_near(fit->fit_n, (double)n, 1e-9);
    assert_near(fit->fit_positive, positive / (double)n, 1e-12);
    assert_int_equal(fit->cols + fit->dropped, TR_FEATURE_INPUTS);
    assert_true(fit->dropped >= 1 && !fit->used[3] && fit->used[4]);
    /* The other side's spans overlap: far fewer effective rows. */
    assert_true(walk.fit[1][0].fit_n < 0.5 * (double)walk.fit[1][0].fit_rows);
    free(row);
    tr_walk_finish(&walk);
    test_walk_world_finish(&w);
}

static void kept_models_score_as_the_walk_did(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 1400);
    w.input.keep_models = true;
    struct tr_walk walk = test_walk_run(&w.input);
    for (size_t i = 0; i < w.n; i++) {
        struct tr_error err;
        double score;
        if (isnan(walk.score[0][i]))
            continue;
        const struct tr_walk_fit *fit = &walk.fit[0][walk.fold[i]];
        assert_int_equal(fit->model.cols, fit->cols);
        assert_ok(tr_ensemble_predict(&fit->model, &w.set.inputs, 1, &i, &score, NULL, &err), &err);
        assert_same_bits(score, walk.score[0][i]);
    }
    tr_walk_finish(&walk);
    w.input.keep_models = false;
    walk = test_walk_run(&w.input);
    assert_int_equal(walk.fit[0][0].model.n, 0);
    tr_walk_finish(&walk);
    test_walk_world_finish(&w);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 2000);
    struct tr_walk one = test_walk_run(&w.input);
    for (size_t threads = 1; threads <= 4; threads++) {
        struct tr_error err;
        assert_ok(tr_pool_create(threads, &w.input.pool, &err), &err);
        struct tr_walk many = test_walk_run(&w.input);
        test_assert_same_walk(&one, &many, w.n_folds, w.n);
        tr_walk_finish(&many);
        tr_pool_destroy(w.input.pool);
    }
    tr_walk_finish(&one);
    test_walk_world_finish(&w);
}

static void each_fit_has_its_own_seed_and_another_run_seed_gives_others(void **state)
{
    (void)state;
    struct test_walk_world w;
    uint64_t seeds[TEST_SPY_CALLS];
    test_walk_world_init(&w, 1600);
    test_spy_reset(true);
    struct tr_walk walk = test_walk_run(&w.input);
    size_t n = test_spy.trainings;
    assert_true(n >= 8);
    for (size_t i = 0; i < n; i++) {
        seeds[i] = test_spy.train[i].seed;
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(seeds[i], seeds[j]);
    }
    tr_walk_finish(&walk);
    test_spy_reset(true);
    w.input.seed = 6;
    walk = test_walk_run(&w.input);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(test_spy.train[i].seed, seeds[i]);
    tr_walk_finish(&walk);
    /* Leaving a side out does not move the other side's seeds. */
    test_spy_reset(true);
    w.input.seed = 5;
    w.input.target[0].y = NULL;
    walk = test_walk_run(&w.input);
    assert_int_equal(test_spy.trainings, n / 2);
    for (size_t k = 0; k < n / 2; k++)
        assert_int_equal(test_spy.train[k].seed, seeds[2 * k + 1]);
    assert_false(walk.fit[0][0].trained);
    assert_string_equal(walk.fit[0][0].reason, "this side is left out");
    assert_true(walk.fit[1][0].trained);
    tr_walk_finish(&walk);
    test_walk_world_finish(&w);
}

static void expect_untrained(const struct tr_walk_input *input, size_t n, const char *reason)
{
    struct tr_walk walk = test_walk_run(input);
    assert_false(walk.fit[0][0].trained);
    assert_non_null(strstr(walk.fit[0][0].reason, reason));
    assert_null(walk.fit[0][0].reference_score);
    for (size_t i = 0; i < n; i++)
        if (walk.fold[i] == 0)
            assert_true(isnan(walk.score[0][i]) && isnan(walk.rank[0][i]));
    tr_walk_finish(&walk);
}

static void too_little_to_learn_from_is_a_reason_not_an_error(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 1200);
    struct tr_walk_input input = w.input;
    input.min_fit_rows = 400;
    expect_untrained(&input, w.n, "labelled rows to fit, 400 are needed");

    struct tr_fold fold = w.folds[0];
    fold.reference_from = fold.train_to - 9 * TR_HOUR_MS;
    input = w.input;
    input.folds = &fold;
    input.n_folds = 1;
    expect_untrained(&input, w.n, "9 reference rows, 10 are needed");

    for (size_t i = 0; i < w.n; i++)
        w.target[0].y[i] = w.target[0].y[i] < 0 ? -1 : 0;
    expect_untrained(&w.input, w.n, "same label");
    test_walk_world_fill(&w);
    for (size_t i = 0; i < w.features.cols * w.features.stride; i++)
        w.features.data[i] = (double)NAN;
    expect_untrained(&w.input, w.n, "no input has values");
    test_walk_world_finish(&w);
}

static void folds_that_overlap_are_refused(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 1200);
    struct tr_walk walk;
    struct tr_error err = {0};
    w.folds[1].test_from -= TR_HOUR_MS;
    assert_int_equal(tr_walk_run(&w.input, &walk, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "fold 2"));
    tr_walk_finish(&walk);
    test_walk_world_finish(&w);
}

static void of_several_errors_the_first_in_order_is_told_whatever_the_threads_do(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 2000);
    test_spy.fail_from =
        tr_bars_find(&w.bars, w.folds[2].fit_to - 2 * TR_HOUR_MS); /* every fit from the third fold on */
    for (int attempt = 0; attempt < 40; attempt++) {
        struct tr_error err = {0};
        struct tr_walk walk;
        assert_ok(tr_pool_create(1 + (size_t)attempt % 4, &w.input.pool, &err), &err);
        assert_int_equal(tr_walk_run(&w.input, &walk, &err), TR_INTERNAL);
        assert_string_equal(err.text, "fold 3, long side: the spy was caught");
        tr_walk_finish(&walk);
        tr_pool_destroy(w.input.pool);
    }
    test_walk_world_finish(&w);
}

struct watcher {
    atomic_int inside;
    size_t calls, last, total, stop_at;
    bool ascending, alone;
};

static bool watch(void *context, const char *stage, size_t done, size_t total, const char *units)
{
    struct watcher *w = context;
    w->alone = w->alone && atomic_fetch_add(&w->inside, 1) == 0;
    w->ascending = w->ascending && (w->calls == 0 ? done == 0 : done == w->last + 1);
    w->calls++;
    w->last = done;
    w->total = total;
    assert_string_equal(stage, "walk-forward");
    assert_string_equal(units, "fits");
    atomic_fetch_sub(&w->inside, 1);
    return done < w->stop_at;
}

static void progress_counts_every_fit_one_at_a_time_and_can_stop_the_run(void **state)
{
    (void)state;
    struct test_walk_world w;
    struct tr_error err;
    test_walk_world_init(&w, 2000);
    assert_ok(tr_pool_create(2, &w.input.pool, &err), &err);
    struct watcher watcher = {.stop_at = SIZE_MAX, .ascending = true, .alone = true};
    struct tr_progress progress = {watch, &watcher};
    w.input.progress = &progress;
    struct tr_walk walk = test_walk_run(&w.input);
    assert_int_equal(watcher.last, 2 * w.n_folds);
    assert_int_equal(watcher.total, 2 * w.n_folds);
    assert_true(watcher.ascending && watcher.alone);
    tr_walk_finish(&walk);
    for (size_t stop = 0; stop < 5; stop++) {
        watcher = (struct watcher){.stop_at = stop, .ascending = true, .alone = true};
        assert_int_equal(tr_walk_run(&w.input, &walk, &err), TR_CANCELLED);
        assert_int_equal(watcher.calls, stop + 1);
        tr_walk_finish(&walk);
    }
    tr_pool_destroy(w.input.pool);
    test_walk_world_finish(&w);
}

static void no_folds_give_an_empty_walk(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 500);
    w.input.n_folds = 0;
    struct tr_walk walk = test_walk_run(&w.input);
    assert_int_equal(walk.n_folds, 0);
    for (size_t i = 0; i < w.n; i++)
        assert_true(walk.fold[i] == -1 && isnan(walk.rank[0][i]));
    tr_walk_finish(&walk);
    test_walk_world_finish(&w);
}

static void every_failing_allocation_is_a_status_and_leaks_nothing(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 1000);
    assert_true(w.n_folds >= 2);
    w.input.n_folds = 2;
    w.input.keep_models = true;
    size_t k = 1;
    for (;; k++) {
        struct tr_walk walk;
        struct tr_error err = {0};
        tr_alloc_fail_at(k);
        enum tr_status status = tr_walk_run(&w.input, &walk, &err);
        size_t calls = tr_alloc_fail_at(0);
        tr_walk_finish(&walk);
        if (status == TR_OK) {
            assert_true(calls < k);
            break;
        }
        assert_int_equal(status, TR_NOMEM);
        assert_int_equal(err.code, TR_NOMEM);
    }
    assert_true(k > 60);
    test_walk_world_finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_count_the_reference_scores_below_each_score),
        cmocka_unit_test(kept_models_score_as_the_walk_did),
        cmocka_unit_test(a_fit_reports_its_rows_weights_and_columns),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(each_fit_has_its_own_seed_and_another_run_seed_gives_others),
        cmocka_unit_test(too_little_to_learn_from_is_a_reason_not_an_error),
        cmocka_unit_test(folds_that_overlap_are_refused),
        cmocka_unit_test(of_several_errors_the_first_in_order_is_told_whatever_the_threads_do),
        cmocka_unit_test(progress_counts_every_fit_one_at_a_time_and_can_stop_the_run),
        cmocka_unit_test(no_folds_give_an_empty_walk),
        cmocka_unit_test(every_failing_allocation_is_a_status_and_leaks_nothing),
    };
    return cmocka_run_group_tests_name("validate/walk", tests, NULL, NULL);
}
