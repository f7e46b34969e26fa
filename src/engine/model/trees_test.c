#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/trees.h"

#include <math.h>
#include <string.h>

static const struct tr_model_impl impl = {
    .name = "trees", .predict = tr_trees_predict, .forest = tr_trees_forest, .destroy = tr_trees_destroy};

/* One tree: feature 1 at most 2 gives margin -1, else 3. */
static void make_forest(struct tr_forest *forest)
{
    struct tr_error err;
    struct tr_tree tree;
    tr_forest_init(forest, TR_FOREST_LIGHTGBM);
    forest->features = 2;
    assert_ok(tr_tree_init(&tree, 2, &err), &err);
    tree.feature[0] = 1;
    tree.threshold[0] = 2.0;
    tree.left[0] = -1;
    tree.right[0] = -2;
    tree.leaf_value[0] = -1.0;
    tree.leaf_value[1] = 3.0;
    assert_ok(tr_forest_add(forest, &tree, &err), &err);
}

static void rows_are_read_at_the_columns_of_the_model(void **state)
{
    (void)state;
    struct tr_forest forest;
    struct tr_model *model;
    struct tr_error err;
    struct tr_matrix x;
    const size_t col[] = {0, 2}, row[] = {1, 0};
    double p[2];
    assert_ok(tr_matrix_init(&x, 2, 3, &err), &err);
    for (size_t i = 0; i < 6; i++)
        tr_matrix_column(&x, i / 2)[i % 2] = 2.5;
    tr_matrix_column(&x, 2)[1] = 1.5;
    make_forest(&forest);
    assert_ok(tr_trees_create(&impl, &forest, col, &model, &err), &err);
    assert_ok(model->impl->predict(model, &x, 2, row, p, &err), &err);
    assert_near(p[0], 1.0 / (1.0 + exp(1.0)), 1e-15);
    assert_near(p[1], 1.0 / (1.0 + exp(-3.0)), 1e-15);
    const size_t *used;
    assert_true(tr_trees_forest(model, &used)->n == 1 && used[0] == 0 && used[1] == 2);
    model->impl->destroy(model);
    tr_matrix_finish(&x);
}

static void without_columns_they_are_counted_from_zero(void **state)
{
    (void)state;
    struct tr_forest forest;
    struct tr_model *model;
    struct tr_error err;
    const size_t *used;
    make_forest(&forest);
    assert_ok(tr_trees_create(&impl, &forest, NULL, &model, &err), &err);
    (void)tr_trees_forest(model, &used);
    assert_true(used[0] == 0 && used[1] == 1);
    tr_trees_destroy(model);
    tr_trees_destroy(NULL);
}

static void a_forest_of_anything_but_yes_or_no_is_not_supported(void **state)
{
    (void)state;
    struct tr_forest forest;
    struct tr_model *model;
    struct tr_error err;
    make_forest(&forest);
    forest.link = TR_LINK_IDENTITY;
    assert_int_equal(tr_trees_create(&impl, &forest, NULL, &model, &err), TR_UNSUPPORTED);
    assert_null(model);
    make_forest(&forest);
    forest.classes = 3;
    forest.link = TR_LINK_SOFTMAX;
    assert_int_equal(tr_trees_create(&impl, &forest, NULL, &model, &err), TR_UNSUPPORTED);
    assert_null(model);
}

static void the_forest_is_taken_even_where_memory_fails(void **state)
{
    (void)state;
    size_t k = 1;
    for (enum tr_status status = TR_NOMEM; status != TR_OK; k++) {
        struct tr_forest forest;
        struct tr_model *model;
        struct tr_error err;
        make_forest(&forest);
        tr_alloc_fail_at(k);
        status = tr_trees_create(&impl, &forest, NULL, &model, &err);
        tr_alloc_fail_at(0);
        assert_true(forest.n == 0 && forest.tree == NULL);
        if (status == TR_OK)
            tr_trees_destroy(model);
        else
            assert_int_equal(status, TR_NOMEM);
    }
    assert_true(k > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read_at_the_columns_of_the_model),
        cmocka_unit_test(without_columns_they_are_counted_from_zero),
        cmocka_unit_test(a_forest_of_anything_but_yes_or_no_is_not_supported),
        cmocka_unit_test(the_forest_is_taken_even_where_memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
