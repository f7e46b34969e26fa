#include "engine/model/gbdt/train_test.h"

#include <float.h>

static bool same_forest(const struct tr_forest *a, const struct tr_forest *b)
{
    bool same = a->n == b->n && a->classes == b->classes && strcmp(a->parameters, b->parameters) == 0;
    for (size_t t = 0; same && t < a->n; t++) {
        const struct tr_tree *x = &a->tree[t], *y = &b->tree[t];
        size_t inner = x->leaves - 1;
        size_t bytes = (5 * inner + 3 * x->leaves) * sizeof(double) + 3 * inner * sizeof(int32_t) + inner;
        same = x->leaves == y->leaves && memcmp(x->memory, y->memory, bytes) == 0;
    }
    return same;
}

static void few_rows_params(struct tr_gbdt_params *params)
{
    tr_gbdt_params_defaults(params);
    params->min_data_in_leaf = 5;
    params->num_leaves = 7;
}

static void the_same_fit_gives_the_same_bytes(void **state)
{
    (void)state;
    for (size_t classes = 1; classes <= 3; classes += 2) {
        struct tr_gbdt_params params;
        struct test_rows t;
        struct tr_forest a, b, c;
        few_rows_params(&params);
        params.objective = classes > 1 ? TR_GBDT_MULTICLASS : TR_GBDT_BINARY;
        params.num_class = classes;
        params.bagging_freq = 2;
        params.bagging_fraction = 0.6;
        params.feature_fraction = 0.7;
        params.feature_fraction_bynode = 0.7;
        rows_make_up(&t, 400, 9, classes, 1);
        train_rows(&params, &t, 10, &a);
        train_rows(&params, &t, 10, &b);
        params.seed = 1;
        train_rows(&params, &t, 10, &c);
        assert_true(a.n == 10 * classes && same_forest(&a, &b));
        assert_true(!same_forest(&a, &c));
        tr_forest_finish(&c);
        tr_forest_finish(&b);
        tr_forest_finish(&a);
        rows_finish(&t);
    }
}

static void rising_functions_of_a_column_change_no_leaf(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t, u;
    struct tr_forest a, b;
    few_rows_params(&params);
    rows_make_up(&t, 500, 6, 1, 2);
    rows_make_up(&u, 500, 6, 1, 2);
    for (size_t j = 0; j < 6; j++) {
        for (size_t i = 0; i < 500; i++) {
            double x = column_of(&t, j)[i];
            column_of(&u, j)[i] = x < 0.0 ? -expm1(-x) : 3.0 * expm1(x);
        }
    }
    train_rows(&params, &t, 20, &a);
    train_rows(&params, &u, 20, &b);
    for (size_t k = 0; k < a.n; k++) {
        for (size_t i = 0; i < 500; i++)
            assert_true(leaf_of(&a.tree[k], &t.x, t.col, i) == leaf_of(&b.tree[k], &u.x, u.col, i));
        for (size_t l = 0; l < a.tree[k].leaves; l++)
            assert_same_bits(a.tree[k].leaf_value[l], b.tree[k].leaf_value[l]);
    }
    tr_forest_finish(&b);
    tr_forest_finish(&a);
    rows_finish(&u);
    rows_finish(&t);
}

static void the_order_of_columns_does_not_matter(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t;
    struct tr_forest a, b;
    few_rows_params(&params);
    rows_make_up(&t, 500, 12, 1, 3);
    train_rows(&params, &t, 10, &a);
    for (size_t j = 0; j < 12; j++)
        t.col[j] = 11 - j;
    train_rows(&params, &t, 10, &b);
    for (size_t k = 0; k < a.n; k++)
        for (size_t i = 0; i + 1 < a.tree[k].leaves; i++) {
            assert_int_equal(a.tree[k].feature[i], 11 - b.tree[k].feature[i]);
            assert_same_bits(a.tree[k].threshold[i], b.tree[k].threshold[i]);
        }
    tr_forest_finish(&b);
    tr_forest_finish(&a);
    rows_finish(&t);
}

/* Columns of few values, so that both fits have the same bins. */
static void a_row_of_weight_two_is_a_row_twice(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t, u;
    struct tr_forest a, b;
    few_rows_params(&params);
    params.min_data_in_leaf = 1;
    params.min_data_in_bin = 1;
    params.min_sum_hessian_in_leaf = 5.0;
    rows_make_up(&t, 300, 3, 1, 4);
    rows_make_up(&u, 600, 3, 1, 4);
    for (size_t i = 0; i < 300; i++) {
        t.weight[i] = 2.0;
        u.y[2 * i] = u.y[2 * i + 1] = t.y[i];
        for (size_t j = 0; j < 3; j++) {
            double x = column_of(&t, j)[i];
            x = isnan(x) ? x : fmax(-2.0, fmin(2.0, round(x)));
            column_of(&t, j)[i] = column_of(&u, j)[2 * i] = column_of(&u, j)[2 * i + 1] = x;
        }
    }
    t.rows.weight = t.weight;
    train_rows(&params, &t, 5, &a);
    train_rows(&params, &u, 5, &b);
    assert_true(a.n == 5 && b.n == 5 && a.tree[0].leaves > 2);
    for (size_t i = 0; i < 300; i++)
        assert_near(margin_of(&a, &t, i, 0), margin_of(&b, &u, 2 * i, 0), 1e-6);
    tr_forest_finish(&b);
    tr_forest_finish(&a);
    rows_finish(&u);
    rows_finish(&t);
}

static void learning_lowers_the_loss_of_its_rows_round_by_round(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t;
    double last = 1.0;
    few_rows_params(&params);
    rows_make_up(&t, 500, 6, 1, 5);
    for (size_t rounds = 1; rounds <= 40; rounds += 13) {
        struct tr_forest forest;
        train_rows(&params, &t, rounds, &forest);
        double loss = binary_loss(&forest, &t);
        assert_true(loss < last);
        last = loss;
        tr_forest_finish(&forest);
    }
    rows_finish(&t);
}

static void bags_keep_their_share_of_rows_and_labels(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t;
    struct tr_forest forest;
    few_rows_params(&params);
    params.bagging_freq = 1;
    params.bagging_fraction = 0.3;
    rows_make_up(&t, 2000, 4, 1, 6);
    train_rows(&params, &t, 20, &forest);
    double rows = 0.0, yes = 0.0;
    for (size_t k = 0; k < 20; k++)
        rows += forest.tree[k].inner_count[0] / 20.0;
    assert_near(rows, 600.0, 20.0);
    tr_forest_finish(&forest);
    params.pos_bagging_fraction = 0.5;
    for (size_t i = 0; i < 2000; i++)
        yes += t.y[i];
    train_rows(&params, &t, 20, &forest);
    rows = 0.0;
    for (size_t k = 0; k < 20; k++)
        rows += forest.tree[k].inner_count[0] / 20.0;
    assert_near(rows, 2000.0 - yes / 2.0, 25.0);
    tr_forest_finish(&forest);
    rows_finish(&t);
}

static void a_share_of_columns_leaves_out_the_others(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t;
    struct tr_forest forest;
    few_rows_params(&params);
    params.feature_fraction = 0.2;
    rows_make_up(&t, 500, 10, 1, 7);
    train_rows(&params, &t, 30, &forest);
    bool ever[10] = {false};
    for (size_t k = 0; k < forest.n; k++) {
        bool used[10] = {false};
        size_t n = 0;
        for (size_t i = 0; i + 1 < forest.tree[k].leaves; i++)
            used[forest.tree[k].feature[i]] = ever[forest.tree[k].feature[i]] = true;
        for (size_t j = 0; j < 10; j++)
            n += used[j];
        assert_true(n <= 2);
    }
    for (size_t j = 0; j < 10; j++)
        assert_true(ever[j]);
    tr_forest_finish(&forest);
    rows_finish(&t);
}

static void equal_labels_give_one_tree_that_says_so(void **state)
{
    (void)state;
    for (size_t yes = 0; yes <= 1; yes++) {
        struct tr_gbdt_params params;
        struct test_rows t;
        struct tr_forest forest;
        few_rows_params(&params);
        rows_make_up(&t, 100, 4, 1, 8);
        for (size_t i = 0; i < 100; i++)
            t.y[i] = (double)yes;
        train_rows(&params, &t, 50, &forest);
        assert_true(forest.n == 1 && forest.tree[0].leaves == 1 && forest.tree[0].leaf_count[0] == 100.0);
        assert_near(forest.tree[0].leaf_value[0], yes ? 34.5 : -34.5, 0.1);
        tr_forest_finish(&forest);
        rows_finish(&t);
    }
}

static void columns_that_tell_nothing_give_the_average(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < 4; kind++) {
        struct tr_gbdt_params params;
        struct test_rows t;
        struct tr_forest forest;
        double yes = 0.0;
        few_rows_params(&params);
        params.feature_pre_filter = kind < 2;
        params.boost_from_average = kind != 3;
        rows_make_up(&t, 100, 2, 1, 9);
        for (size_t i = 0; i < 100; i++) {
            column_of(&t, 0)[i] = (double)NAN;
            column_of(&t, 1)[i] = 7.0;
            yes += t.y[i];
        }
        train_rows(&params, &t, 50, &forest);
        assert_true(forest.n == 1 && forest.tree[0].leaves == 1);
        assert_near(forest.tree[0].leaf_value[0], log(yes / (100.0 - yes)), 1e-12);
        tr_forest_finish(&forest);
        rows_finish(&t);
    }
}

static void a_class_without_rows_gets_constant_trees(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t;
    struct tr_forest forest;
    few_rows_params(&params);
    params.objective = TR_GBDT_MULTICLASS;
    params.num_class = 3;
    rows_make_up(&t, 300, 4, 2, 10);
    for (size_t i = 0; i < 300; i++)
        t.y[i] = t.y[i] > 0.0 ? 2.0 : 0.0;
    train_rows(&params, &t, 4, &forest);
    assert_true(forest.n == 12);
    for (size_t k = 0; k < 12; k++)
        assert_true(k % 3 == 1 ? forest.tree[k].leaves == 1 : forest.tree[k].leaves > 1);
    assert_true(forest.tree[1].leaf_value[0] < -30.0 && forest.tree[4].leaf_value[0] == 0.0);
    tr_forest_finish(&forest);
    rows_finish(&t);
}

static void three_rows_and_odd_sizes_do_no_harm(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 11, 0);
    for (size_t round = 0; round < 60; round++) {
        struct tr_gbdt_params params;
        struct test_rows t;
        struct tr_forest forest;
        tr_gbdt_params_defaults(&params);
        params.min_data_in_leaf = (size_t)tr_rng_below(&rng, 3);
        params.min_sum_hessian_in_leaf = 0.0;
        params.min_data_in_bin = 1;
        params.max_bin = 2 + (size_t)tr_rng_below(&rng, 3);
        params.num_leaves = tr_rng_below(&rng, 2) ? 2 : 131072;
        params.learning_rate = tr_rng_below(&rng, 2) ? 0.1 : 100.0;
        params.feature_pre_filter = tr_rng_below(&rng, 2) == 0;
        params.bagging_freq = tr_rng_below(&rng, 2);
        params.bagging_fraction = 0.01;
        rows_make_up(&t, 1 + (size_t)tr_rng_below(&rng, 8), 1 + (size_t)tr_rng_below(&rng, 10), 1, round);
        train_rows(&params, &t, 20, &forest);
        for (size_t k = 0; k < forest.n; k++)
            assert_true(forest.tree[k].leaves <= t.rows.n);
        tr_forest_finish(&forest);
        rows_finish(&t);
    }
}

static void infinities_and_extreme_values_are_cut_like_others(void **state)
{
    (void)state;
    const double extreme[] = {(double)INFINITY, -(double)INFINITY, DBL_MAX, -DBL_MAX, DBL_MIN, 1e-36, -0.0, 4e-324};
    struct tr_gbdt_params params;
    struct test_rows t;
    struct tr_forest forest;
    struct tr_rng rng;
    tr_rng_init(&rng, 12, 0);
    few_rows_params(&params);
    params.min_data_in_bin = 1;
    params.num_leaves = 31;
    rows_make_up(&t, 400, 5, 1, 12);
    for (size_t j = 0; j < 5; j++)
        for (size_t i = 0; i < 400; i++)
            if (tr_rng_below(&rng, 3) == 0)
                column_of(&t, j)[i] = extreme[tr_rng_below(&rng, 8)];
    train_rows(&params, &t, 20, &forest);
    for (size_t k = 0; k < forest.n; k++) {
        double count[31] = {0.0};
        for (size_t i = 0; i < 400; i++)
            count[leaf_of(&forest.tree[k], &t.x, t.col, i)] += 1.0;
        for (size_t l = 0; l < forest.tree[k].leaves; l++)
            assert_true(count[l] == forest.tree[k].leaf_count[l]);
    }
    tr_forest_finish(&forest);
    rows_finish(&t);
}

static void wild_weights_give_sound_trees(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct tr_gbdt_params params;
        struct test_rows t;
        struct tr_forest forest;
        struct tr_rng rng;
        tr_rng_init(&rng, seed, 5);
        few_rows_params(&params);
        params.min_data_in_leaf = (size_t)(seed % 3);
        params.min_sum_hessian_in_leaf = 0.0;
        params.num_leaves = 63;
        rows_make_up(&t, 300, 6, 1, seed);
        for (size_t i = 0; i < 300; i++)
            t.weight[i] = tr_rng_below(&rng, 3) == 0 ? 0.0 : pow(10.0, (double)tr_rng_below(&rng, 51) - 30.0);
        t.rows.weight = t.weight;
        train_rows(&params, &t, 30, &forest);
        for (size_t k = 0; k < forest.n; k++)
            for (size_t l = 0; l < forest.tree[k].leaves; l++)
                assert_true(forest.tree[k].leaf_count[l] >= 1.0);
        tr_forest_finish(&forest);
        rows_finish(&t);
    }
}

static void zero_may_stand_for_missing(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t;
    struct tr_forest forest;
    bool flagged = false;
    few_rows_params(&params);
    params.zero_as_missing = true;
    rows_make_up(&t, 400, 5, 1, 13);
    train_rows(&params, &t, 10, &forest);
    for (size_t k = 0; k < forest.n; k++) {
        double count[7] = {0.0};
        for (size_t i = 0; i < 400; i++)
            count[leaf_of(&forest.tree[k], &t.x, t.col, i)] += 1.0;
        for (size_t l = 0; l < forest.tree[k].leaves; l++)
            assert_true(count[l] == forest.tree[k].leaf_count[l]);
        for (size_t i = 0; i + 1 < forest.tree[k].leaves; i++)
            flagged |= (forest.tree[k].flags[i] & TR_NODE_MISSING_ZERO) != 0;
    }
    assert_true(flagged);
    tr_forest_finish(&forest);
    rows_finish(&t);
}

static void early_stopping_keeps_the_best_number_of_rounds_but_the_least(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t, v;
    struct tr_forest stopped, prefix;
    struct tr_error err;
    few_rows_params(&params);
    params.learning_rate = 0.3;
    rows_make_up(&t, 300, 6, 1, 14);
    rows_make_up(&v, 300, 6, 1, 15);
    for (size_t least = 1; least <= 31; least += 10) {
        struct tr_gbdt_stop stop = {&v.rows, 8, least};
        assert_ok(tr_gbdt_train(&params, &t.rows, &stop, 200, &stopped, &err), &err);
        assert_true(stopped.n >= least && stopped.n < 100);
        double best = binary_loss(&stopped, &v);
        for (size_t rounds = least; rounds <= stopped.n + 8; rounds++) {
            train_rows(&params, &t, rounds, &prefix);
            double loss = binary_loss(&prefix, &v);
            assert_true(rounds == stopped.n ? fabs(loss - best) < 1e-12 : loss > best - 1e-12);
            tr_forest_finish(&prefix);
        }
        tr_forest_finish(&stopped);
    }
    rows_finish(&v);
    rows_finish(&t);
}

static void assert_refused(const struct tr_gbdt_params *params, const struct tr_gbdt_rows *rows,
                           const struct tr_gbdt_stop *stop, const char *text)
{
    struct tr_error err = {0};
    struct tr_forest forest;
    assert_int_equal(tr_gbdt_train(params, rows, stop, 5, &forest, &err), TR_INVALID);
    if (!strstr(err.text, text))
        fail_msg("'%s' does not say '%s'", err.text, text);
    tr_forest_finish(&forest);
}

static void what_makes_no_sense_is_refused(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t;
    few_rows_params(&params);
    rows_make_up(&t, 50, 4, 1, 16);
    struct tr_gbdt_rows rows = t.rows, none = t.rows;
    none.n = 0;
    const struct tr_gbdt_stop stop = {&none, 5, 5};
    assert_refused(&params, &none, NULL, "no rows");
    assert_refused(&params, &rows, &stop, "early stopping");
    rows.cols = 0;
    assert_refused(&params, &rows, NULL, "no columns");
    const double labels[] = {2.0, -1.0, 0.5, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < 5; i++) {
        t.y[7] = labels[i];
        assert_refused(&params, &t.rows, NULL, "label of row 7");
    }
    t.y[7] = 1.0;
    t.rows.weight = t.weight;
    const double weights[] = {-1.0, (double)NAN, (double)INFINITY, 1e300};
    for (size_t i = 0; i < 4; i++) {
        t.weight[9] = weights[i];
        assert_refused(&params, &t.rows, NULL, "weight of row 9");
    }
    for (size_t i = 0; i < 50; i++)
        t.weight[i] = 0.0;
    assert_refused(&params, &t.rows, NULL, "all weights are 0");
    t.rows.weight = NULL;
    params.num_class = 2;
    assert_refused(&params, &t.rows, NULL, "num_class");
    params.objective = TR_GBDT_MULTICLASS;
    params.num_class = 1;
    assert_refused(&params, &t.rows, NULL, "num_class");
    few_rows_params(&params);
    params.is_unbalance = true;
    params.scale_pos_weight = 2.0;
    assert_refused(&params, &t.rows, NULL, "exclude");
    rows_finish(&t);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct tr_gbdt_params params;
    struct test_rows t;
    struct tr_forest expected, forest;
    struct tr_error err;
    few_rows_params(&params);
    params.objective = TR_GBDT_MULTICLASS;
    params.num_class = 3;
    params.bagging_freq = 1;
    params.bagging_fraction = 0.8;
    rows_make_up(&t, 120, 4, 3, 17);
    t.rows.weight = t.weight;
    struct tr_gbdt_stop stop = {&t.rows, 5, 5};
    assert_ok(tr_gbdt_train(&params, &t.rows, &stop, 2, &expected, &err), &err);
    size_t k = 1;
    for (enum tr_status status = TR_NOMEM; status != TR_OK; k++) {
        tr_alloc_fail_at(k);
        status = tr_gbdt_train(&params, &t.rows, &stop, 2, &forest, &err);
        tr_alloc_fail_at(0);
        if (status == TR_OK)
            assert_true(same_forest(&forest, &expected));
        else
            assert_int_equal(status, TR_NOMEM);
        tr_forest_finish(&forest);
    }
    assert_true(k > 40);
    tr_forest_finish(&expected);
    rows_finish(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_fit_gives_the_same_bytes),
        cmocka_unit_test(rising_functions_of_a_column_change_no_leaf),
        cmocka_unit_test(the_order_of_columns_does_not_matter),
        cmocka_unit_test(a_row_of_weight_two_is_a_row_twice),
        cmocka_unit_test(learning_lowers_the_loss_of_its_rows_round_by_round),
        cmocka_unit_test(bags_keep_their_share_of_rows_and_labels),
        cmocka_unit_test(a_share_of_columns_leaves_out_the_others),
        cmocka_unit_test(equal_labels_give_one_tree_that_says_so),
        cmocka_unit_test(columns_that_tell_nothing_give_the_average),
        cmocka_unit_test(a_class_without_rows_gets_constant_trees),
        cmocka_unit_test(three_rows_and_odd_sizes_do_no_harm),
        cmocka_unit_test(infinities_and_extreme_values_are_cut_like_others),
        cmocka_unit_test(wild_weights_give_sound_trees),
        cmocka_unit_test(zero_may_stand_for_missing),
        cmocka_unit_test(early_stopping_keeps_the_best_number_of_rounds_but_the_least),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
