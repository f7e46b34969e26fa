#include "support/test.h"

#include "base/rng.h"
#include "support/walk.h"

#include <stdlib.h>

static void assert_saw(const struct test_sighting *s, size_t n, const size_t *row)
{
    assert_int_equal(s->n, n);
    assert_memory_equal(s->row, row, n * sizeof *row);
}

static void a_member_sees_exactly_its_fit_rows_and_no_label_of_them_reaches_further(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 2000);
    assert_true(w.n_folds >= 8);
    test_spy_reset(true);
    struct tr_walk walk = test_walk_run(&w.input);
    assert_int_equal(test_spy.trainings, 2 * w.n_folds);
    assert_int_equal(test_spy.predictions, 4 * w.n_folds);
    size_t *row = malloc((w.n + 1) * sizeof *row);
    for (size_t task = 0; task < test_spy.trainings; task++) {
        const struct tr_fold *f = &w.folds[task / 2];
        size_t head = task % 2;
        const struct test_sighting *s = &test_spy.train[task];
        assert_saw(s, test_walk_rows(&w, &w.target[head], f->train_from, f->fit_to, row), row);
        for (size_t i = 0; i < s->n; i++) {
            tr_time_ms reached = w.time[s->row[i] + TEST_WALK_HORIZON] + TR_HOUR_MS; /* the label's last possible bar */
            assert_true(reached <= f->reference_from && reached <= f->test_from);
        }
        assert_saw(&test_spy.predict[2 * task], test_walk_rows(&w, NULL, f->reference_from, f->train_to, row), row);
        assert_saw(&test_spy.predict[2 * task + 1], test_walk_rows(&w, NULL, f->test_from, f->test_to, row), row);
    }
    free(row);
    tr_walk_finish(&walk);
    test_walk_world_finish(&w);
}

static void nothing_after_a_test_block_changes_its_scores(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 2000);
    struct tr_walk before = test_walk_run(&w.input);
    for (size_t k = 0; k + 1 < w.n_folds; k += 3) {
        struct tr_rng rng;
        tr_rng_init(&rng, 1000 + k, 0);
        const struct tr_fold *f = &w.folds[k];
        size_t end = tr_bars_find(&w.bars, f->test_to);
        for (size_t i = 0; i < w.n; i++) {
            for (size_t head = 0; head < TR_WALK_HEADS; head++) {
                /* labels that a bar of the test block or later could have decided */
                if (w.target[head].y[i] >= 0 && w.time[i + TEST_WALK_HORIZON] >= f->test_from)
                    w.target[head].y[i] = (int8_t)!w.target[head].y[i];
            }
            for (size_t c = 0; i >= end && c < TR_FEATURE_COLUMNS; c++)
                tr_matrix_column(&w.features, c)[i] = 5.0 * tr_rng_normal(&rng);
            w.price[i] = i >= end ? 1.0 + tr_rng_uniform(&rng) : w.price[i];
        }
        struct tr_walk after = test_walk_run(&w.input);
        test_assert_same_walk(&before, &after, k + 1, end);
        size_t changed = 0; /* and it did matter to what comes later */
        for (size_t i = end; i < w.n; i++)
            changed += !test_same_bits(before.score[0][i], after.score[0][i]);
        assert_true(changed > 10);
        tr_walk_finish(&after);
        test_walk_world_fill(&w);
    }
    tr_walk_finish(&before);
    test_walk_world_finish(&w);
}

static void bars_that_do_not_exist_yet_change_nothing(void **state)
{
    (void)state;
    struct test_walk_world w;
    test_walk_world_init(&w, 2000);
    struct tr_walk whole = test_walk_run(&w.input);
    for (size_t k = 0; k < w.n_folds; k += 4) {
        size_t end = tr_bars_find(&w.bars, w.folds[k].test_to);
        struct tr_error err;
        struct tr_bars bars = tr_bars_slice(&w.bars, 0, end);
        struct tr_matrix features = tr_matrix_view(&w.features, 0, end, 0, TR_FEATURE_COLUMNS);
        struct tr_dataset set;
        assert_ok(tr_dataset_init(&set, &bars, &features, &err), &err);
        struct tr_walk_input input = w.input;
        input.set = &set;
        input.n_folds = k + 1;
        struct tr_walk part = test_walk_run(&input);
        test_assert_same_walk(&whole, &part, k + 1, end);
        tr_walk_finish(&part);
        tr_dataset_finish(&set);
    }
    tr_walk_finish(&whole);
    test_walk_world_finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"walk-forward without leakage: a member sees exactly its fit rows and no label of them reaches further",
         a_member_sees_exactly_its_fit_rows_and_no_label_of_them_reaches_further, NULL, NULL, NULL},
        {"walk-forward without leakage: nothing after a test block changes its scores",
         nothing_after_a_test_block_changes_its_scores, NULL, NULL, NULL},
        {"walk-forward without leakage: bars that do not exist yet change nothing",
         bars_that_do_not_exist_yet_change_nothing, NULL, NULL, NULL},
    };
    return cmocka_run_group_tests_name("validate/walk_leak", tests, NULL, NULL);
}
