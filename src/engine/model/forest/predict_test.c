#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/forest/forest_test.h"
#include "engine/model/forest/predict.h"
#include "engine/model/forest/predict_test.h"

#include <pthread.h>
#include <string.h>

enum { CLASSES_MAX = 8 };

static struct tr_predictor *predictor_of(const struct tr_forest *forest)
{
    struct tr_predictor *predictor;
    struct tr_error err;
    assert_ok(tr_predictor_create(forest, &predictor, &err), &err);
    return predictor;
}

static void gather(const struct tr_matrix *x, size_t row, size_t n, double *out)
{
    for (size_t j = 0; j < n; j++)
        out[j] = tr_matrix_at(x, row, j);
}

/* Margins row by row and in one batch, against the plain loop. */
static void compare(const struct tr_forest *forest, const struct tr_matrix *x)
{
    struct tr_predictor *predictor = predictor_of(forest);
    struct tr_error err;
    size_t classes = forest->classes;
    double *batch = tr_alloc(x->rows * classes, sizeof *batch), *values = tr_alloc(forest->features, sizeof *values);
    assert_true(tr_predictor_features(predictor) == forest->features);
    assert_true(tr_predictor_classes(predictor) == classes);
    assert_ok(tr_predict(predictor, x, x->rows, NULL, NULL, true, batch, &err), &err);
    for (size_t i = 0; i < x->rows; i++) {
        double expected[CLASSES_MAX], got[CLASSES_MAX];
        gather(x, i, forest->features, values);
        plain_margin(forest, values, expected);
        tr_predict_row(predictor, values, true, got);
        for (size_t c = 0; c < classes; c++) {
            assert_same_bits(got[c], expected[c]);
            assert_same_bits(batch[i * classes + c], expected[c]);
        }
    }
    tr_free(batch);
    tr_free(values);
    tr_predictor_destroy(predictor);
}

static void compare_shape(uint64_t seed, const struct random_shape *shape, size_t rows)
{
    struct tr_forest forest;
    struct tr_matrix x;
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    random_forest(&rng, shape, &forest);
    random_rows(&rng, rows, shape->features, shape->palette, &x);
    compare(&forest, &x);
    tr_matrix_finish(&x);
    tr_forest_finish(&forest);
}

static void margins_equal_the_plain_loop_for_random_forests(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        struct tr_rng rng;
        tr_rng_init(&rng, seed, 1);
        struct random_shape shape = {.kind = seed % 2 ? TR_FOREST_XGBOOST : TR_FOREST_LIGHTGBM,
                                     .link = TR_LINK_LOGISTIC,
                                     .classes = 1 + tr_rng_below(&rng, 3),
                                     .features = 1 + tr_rng_below(&rng, 20),
                                     .leaves = 1 + tr_rng_below(&rng, 80),
                                     .palette = tr_rng_below(&rng, 2) ? 40 : 0};
        shape.trees = shape.classes * tr_rng_below(&rng, 30);
        if (shape.classes > 1)
            shape.link = TR_LINK_SOFTMAX;
        compare_shape(seed, &shape, tr_rng_below(&rng, 300));
    }
}

static void trees_of_one_leaf_and_no_trees_at_all_are_predicted(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct random_shape shape = {
            .kind = (enum tr_forest_kind)kind, .link = TR_LINK_LOGISTIC, .classes = 1, .features = 3, .leaves = 1};
        compare_shape(1, &shape, 5); /* no trees */
        shape.trees = 7;
        compare_shape(2, &shape, 5);
        shape.trees = 1;
        compare_shape(3, &shape, 200);
        compare_shape(3, &shape, 0);
    }
}

static void long_chains_and_large_trees_are_walked(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct random_shape shape = {.kind = (enum tr_forest_kind)kind,
                                     .link = TR_LINK_LOGISTIC,
                                     .trees = 4,
                                     .classes = 1,
                                     .features = 5,
                                     .leaves = 300,
                                     .chain = true,
                                     .exact = true};
        compare_shape(4, &shape, 150);
        shape = (struct random_shape){.kind = (enum tr_forest_kind)kind,
                                      .link = TR_LINK_LOGISTIC,
                                      .trees = 2,
                                      .classes = 1,
                                      .features = 8,
                                      .leaves = 5000, /* and more than 255 thresholds a feature */
                                      .exact = true};
        compare_shape(5, &shape, 300);
    }
}

static void many_nodes_and_many_thresholds_are_kept_apart(void **state)
{
    struct random_shape shape = {.kind = TR_FOREST_LIGHTGBM,
                                 .link = TR_LINK_LOGISTIC,
                                 .trees = 700,
                                 .classes = 1,
                                 .features = 6,
                                 .leaves = 128,
                                 .exact = true}; /* 88,900 nodes */
    (void)state;
    compare_shape(6, &shape, 200);
    shape.kind = TR_FOREST_XGBOOST;
    compare_shape(7, &shape, 200);
}

static void features_far_beyond_those_in_use_are_ignored(void **state)
{
    struct random_shape shape = {.link = TR_LINK_LOGISTIC, .trees = 60, .classes = 1, .features = 3000, .leaves = 60};
    (void)state;
    compare_shape(8, &shape, 20); /* nearly every node has a column of its own */
    shape.trees = 1;
    compare_shape(9, &shape, 20);
}

static void the_links_are_those_of_the_libraries(void **state)
{
    struct tr_rng rng;
    (void)state;
    tr_rng_init(&rng, 10, 0);
    for (int kind = 0; kind < 2; kind++)
        for (int link = TR_LINK_IDENTITY; link <= TR_LINK_SOFTMAX; link++) {
            struct random_shape shape = {.kind = (enum tr_forest_kind)kind,
                                         .link = (enum tr_forest_link)link,
                                         .trees = 30,
                                         .classes = link == TR_LINK_SOFTMAX ? 3 : 1,
                                         .features = 4,
                                         .leaves = 20};
            struct tr_forest forest;
            random_forest(&rng, &shape, &forest);
            forest.sigmoid = kind ? 1.0 : 0.7;
            struct tr_predictor *predictor = predictor_of(&forest);
            double x[] = {0.5, -1.0, (double)NAN, 2.0}, m[3], p[3], sum = 0.0;
            tr_predict_row(predictor, x, true, m);
            tr_predict_row(predictor, x, false, p);
            if (link == TR_LINK_IDENTITY)
                assert_same_bits(p[0], m[0]);
            if (link == TR_LINK_LOGISTIC)
                assert_near(p[0], 1.0 / (1.0 + exp(-forest.sigmoid * m[0])), kind ? 1e-7 : 0.0);
            for (size_t c = 0; c < 3 && link == TR_LINK_SOFTMAX; c++) {
                sum += p[c];
                assert_near(p[c] / p[0], exp(m[c] - m[0]), kind ? 1e-6 : 1e-14);
            }
            if (link == TR_LINK_SOFTMAX)
                assert_near(sum, 1.0, kind ? 1e-6 : 1e-15);
            tr_predictor_destroy(predictor);
            tr_forest_finish(&forest);
        }
}

static void row_and_column_lists_choose_what_is_predicted(void **state)
{
    struct random_shape shape = {.link = TR_LINK_SOFTMAX, .trees = 30, .classes = 3, .features = 5, .leaves = 31};
    struct tr_forest forest;
    struct tr_matrix x;
    struct tr_rng rng;
    struct tr_error err;
    const size_t col[] = {7, 0, 3, 3, 9};
    enum { ROWS = 400, PICKED = 333 };
    size_t row[PICKED];
    double out[PICKED * 3], values[5], expected[3];
    (void)state;
    tr_rng_init(&rng, 11, 0);
    random_forest(&rng, &shape, &forest);
    random_rows(&rng, ROWS, 10, 0, &x);
    for (size_t i = 0; i < PICKED; i++)
        row[i] = tr_rng_below(&rng, ROWS);
    struct tr_predictor *predictor = predictor_of(&forest);
    assert_ok(tr_predict(predictor, &x, PICKED, row, col, false, out, &err), &err);
    for (size_t i = 0; i < PICKED; i++) {
        for (size_t j = 0; j < 5; j++)
            values[j] = tr_matrix_at(&x, row[i], col[j]);
        tr_predict_row(predictor, values, false, expected);
        for (size_t c = 0; c < 3; c++)
            assert_same_bits(out[i * 3 + c], expected[c]);
    }
    assert_ok(tr_predict(predictor, &x, 2, row, NULL, false, out, &err), &err);
    tr_predictor_destroy(predictor);
    tr_matrix_finish(&x);
    tr_forest_finish(&forest);
}

struct shared {
    const struct tr_predictor *predictor;
    const struct tr_matrix *x;
    double *out;
    enum tr_status status;
};

static void *predict_in_a_thread(void *arg)
{
    struct shared *shared = arg;
    shared->status = TR_OK;
    for (size_t k = 0; k < 5 && shared->status == TR_OK; k++)
        shared->status =
            tr_predict(shared->predictor, shared->x, shared->x->rows, NULL, NULL, false, shared->out, NULL);
    return NULL;
}

static void threads_may_share_a_predictor(void **state)
{
    struct random_shape shape = {.link = TR_LINK_LOGISTIC, .trees = 50, .classes = 1, .features = 9, .leaves = 63};
    enum { ROWS = 300, THREADS = 4 };
    static double out[THREADS][ROWS];
    struct shared shared[THREADS];
    pthread_t thread[THREADS];
    struct tr_forest forest;
    struct tr_matrix x;
    struct tr_rng rng;
    (void)state;
    tr_rng_init(&rng, 12, 0);
    random_forest(&rng, &shape, &forest);
    random_rows(&rng, ROWS, 9, 0, &x);
    struct tr_predictor *predictor = predictor_of(&forest);
    for (size_t k = 0; k < THREADS; k++) {
        shared[k] = (struct shared){.predictor = predictor, .x = &x, .out = out[k]};
        assert_int_equal(pthread_create(&thread[k], NULL, predict_in_a_thread, &shared[k]), 0);
    }
    for (size_t k = 0; k < THREADS; k++)
        pthread_join(thread[k], NULL);
    for (size_t k = 0; k < THREADS; k++) {
        assert_true(shared[k].status == TR_OK);
        assert_memory_equal(out[k], out[0], sizeof out[0]);
    }
    tr_predictor_destroy(predictor);
    tr_matrix_finish(&x);
    tr_forest_finish(&forest);
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    struct random_shape shape = {.link = TR_LINK_LOGISTIC, .trees = 20, .classes = 1, .features = 9, .leaves = 31};
    struct tr_predictor *predictor = NULL;
    struct tr_forest forest;
    struct tr_matrix x;
    struct tr_rng rng;
    struct tr_error err;
    double out[40];
    (void)state;
    tr_rng_init(&rng, 13, 0);
    random_forest(&rng, &shape, &forest);
    random_rows(&rng, 40, 9, 0, &x);
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status == TR_NOMEM; k++) {
        tr_alloc_fail_at(k);
        status = tr_predictor_create(&forest, &predictor, &err);
        tr_alloc_fail_at(0);
        assert_true((status == TR_OK) == (predictor != NULL));
        assert_true(k < 100);
    }
    assert_ok(status, &err);
    tr_alloc_fail_at(1);
    tr_predict_row(predictor, x.data, true, out); /* does not allocate */
    assert_true(tr_predict(predictor, &x, 40, NULL, NULL, true, out, &err) == TR_NOMEM);
    tr_alloc_fail_at(0);
    tr_predictor_destroy(predictor);
    tr_predictor_destroy(NULL);
    tr_matrix_finish(&x);
    tr_forest_finish(&forest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(margins_equal_the_plain_loop_for_random_forests),
        cmocka_unit_test(trees_of_one_leaf_and_no_trees_at_all_are_predicted),
        cmocka_unit_test(long_chains_and_large_trees_are_walked),
        cmocka_unit_test(many_nodes_and_many_thresholds_are_kept_apart),
        cmocka_unit_test(features_far_beyond_those_in_use_are_ignored),
        cmocka_unit_test(the_links_are_those_of_the_libraries),
        cmocka_unit_test(row_and_column_lists_choose_what_is_predicted),
        cmocka_unit_test(threads_may_share_a_predictor),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
