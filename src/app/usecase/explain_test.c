#include "support/test.h"

#include "app/usecase/explain.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "engine/model/forest/predict.h"

#include <math.h>
#include <string.h>

enum { ROWS = 40 };

/* A member that is only a forest over columns 2 and 5 of the inputs. */
struct planted {
    struct tr_model base;
    struct tr_forest forest;
};

static const size_t planted_col[2] = {2, 5};

static const struct tr_forest *planted_forest(const struct tr_model *model, const size_t **col)
{
    *col = planted_col;
    return &((const struct planted *)(const void *)model)->forest;
}

static const struct tr_model_impl planted_impl = {.name = "planted", .forest = planted_forest};
static const struct tr_model_impl treeless_impl = {.name = "treeless"};

/* f0 <= 0 ? (f1 <= threshold ? -1 : 0.5) : 2, of 10, 20 and 30 rows */
static void plant(struct planted *p, double threshold)
{
    struct tr_tree tree;
    struct tr_error err;
    *p = (struct planted){.base.impl = &planted_impl};
    tr_forest_init(&p->forest, TR_FOREST_LIGHTGBM);
    p->forest.features = 2;
    assert_ok(tr_tree_init(&tree, 3, &err), &err);
    tree.feature[1] = 1;
    tree.threshold[1] = threshold;
    tree.left[0] = 1;
    tree.right[0] = ~2;
    tree.left[1] = ~0;
    tree.right[1] = ~1;
    const double value[] = {-1.0, 0.5, 2.0}, count[] = {10.0, 20.0, 30.0};
    memcpy(tree.leaf_value, value, sizeof value);
    memcpy(tree.leaf_count, count, sizeof count);
    memcpy(tree.leaf_weight, count, sizeof count);
    tree.inner_count[0] = tree.inner_weight[0] = 60.0;
    tree.inner_count[1] = tree.inner_weight[1] = 30.0;
    assert_ok(tr_forest_add(&p->forest, &tree, &err), &err);
}

static double margin_of(const struct planted *p, const struct tr_matrix *x, size_t row)
{
    double a = tr_matrix_at(x, row, 2), b = tr_matrix_at(x, row, 5);
    return a <= 0.0 ? (b <= p->forest.tree[0].threshold[1] ? -1.0 : 0.5) : 2.0;
}

static void contributions_add_up_to_the_mean_margin(void **state)
{
    struct planted first, second;
    struct tr_model treeless = {&treeless_impl};
    struct tr_matrix x;
    struct tr_rng rng;
    struct tr_error err;
    struct tr_explanation e;
    size_t order[TR_FEATURE_INPUTS];
    (void)state;
    plant(&first, 0.0);
    plant(&second, 0.4);
    struct tr_ensemble ensemble = {.n = 3, .member = {&first.base, &treeless, &second.base}};
    assert_ok(tr_matrix_init(&x, ROWS, TR_FEATURE_INPUTS, &err), &err);
    tr_rng_init(&rng, 8, 0);
    for (size_t j = 0; j < x.cols; j++)
        for (size_t i = 0; i < ROWS; i++)
            tr_matrix_column(&x, j)[i] = tr_rng_normal(&rng);
    for (size_t row = 0; row < ROWS; row++) {
        double sum = 0.0;
        assert_ok(tr_explain(&ensemble, &x, row, &e, &err), &err);
        assert_true(e.members == 2);
        for (size_t j = 0; j < TR_FEATURE_INPUTS; j++) {
            assert_true(j == 2 || j == 5 || e.phi[j] == 0.0);
            sum += e.phi[j];
        }
        assert_near(e.base, (-10.0 + 10.0 + 60.0) / 60.0, 1e-12);
        assert_near(e.member_margin[0], margin_of(&first, &x, row), 1e-12);
        assert_near(e.member_margin[1], margin_of(&second, &x, row), 1e-12);
        assert_near(e.base + sum, e.margin, 1e-12);
        assert_near(e.margin, (e.member_margin[0] + e.member_margin[1]) / 2.0, 1e-12);
        size_t moved = tr_explanation_order(&e, order);
        assert_true(moved == 1 || moved == 2);
        for (size_t i = 1; i < TR_FEATURE_INPUTS; i++)
            assert_true(fabs(e.phi[order[i]]) <= fabs(e.phi[order[i - 1]]));
    }
    tr_matrix_finish(&x);
    tr_forest_finish(&first.forest);
    tr_forest_finish(&second.forest);
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    struct planted member;
    struct tr_matrix x;
    struct tr_error err;
    struct tr_explanation e;
    enum tr_status status = TR_NOMEM;
    (void)state;
    plant(&member, 0.0);
    struct tr_ensemble ensemble = {.n = 1, .member = {&member.base}};
    assert_ok(tr_matrix_init(&x, 1, TR_FEATURE_INPUTS, &err), &err);
    memset(x.data, 0, x.cols * x.stride * sizeof *x.data);
    for (size_t k = 1; status == TR_NOMEM; k++) {
        tr_alloc_fail_at(k);
        status = tr_explain(&ensemble, &x, 0, &e, &err);
        tr_alloc_fail_at(0);
        assert_true(k < 50);
    }
    assert_ok(status, &err);
    tr_matrix_finish(&x);
    tr_forest_finish(&member.forest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contributions_add_up_to_the_mean_margin),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
