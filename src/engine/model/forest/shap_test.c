#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/forest/forest_test.h"
#include "engine/model/forest/predict_test.h"
#include "engine/model/forest/shap.h"

#include <string.h>

enum { FEATURES_MAX = 10, CLASSES_MAX = 3 };

/* Rows from the leaves up: weights are not whole, counts are. */
static void give_rows(struct tr_rng *rng, struct tr_tree *tree)
{
    for (size_t i = 0; i < tree->leaves; i++) {
        tree->leaf_count[i] = 1.0 + (double)tr_rng_below(rng, 50);
        tree->leaf_weight[i] = 0.05 + tr_rng_uniform(rng);
    }
    for (size_t i = tree->leaves - 1; i-- > 0;) {
        const int32_t child[] = {tree->left[i], tree->right[i]};
        for (size_t side = 0; side < 2; side++) {
            bool inner = child[side] >= 0;
            size_t at = (size_t)(inner ? child[side] : -(child[side] + 1));
            tree->inner_count[i] += inner ? tree->inner_count[at] : tree->leaf_count[at];
            tree->inner_weight[i] += inner ? tree->inner_weight[at] : tree->leaf_weight[at];
        }
    }
}

static void make(struct tr_rng *rng, const struct random_shape *shape, struct tr_forest *forest)
{
    random_forest(rng, shape, forest);
    for (size_t t = 0; t < forest->n; t++)
        give_rows(rng, &forest->tree[t]);
}

/* What the tree is expected to answer where only the features in `known` are: unknown ones follow the rows. */
static double expectation(const struct tr_forest *forest, const struct tr_tree *tree, int32_t at, const double *x,
                          size_t known)
{
    if (at < 0)
        return tree->leaf_value[-(at + 1)];
    if (known >> tree->feature[at] & 1)
        return expectation(
            forest, tree, plain_left(forest, tree, (size_t)at, x[tree->feature[at]]) ? tree->left[at] : tree->right[at],
            x, known);
    bool counts = forest->kind == TR_FOREST_LIGHTGBM;
    double rows[2];
    const int32_t child[] = {tree->left[at], tree->right[at]};
    for (size_t side = 0; side < 2; side++) {
        size_t k = (size_t)(child[side] >= 0 ? child[side] : -(child[side] + 1));
        const double *inner = counts ? tree->inner_count : tree->inner_weight;
        rows[side] = child[side] >= 0 ? inner[k] : counts ? tree->leaf_count[k] : tree->leaf_weight[k];
    }
    return (rows[0] * expectation(forest, tree, child[0], x, known) +
            rows[1] * expectation(forest, tree, child[1], x, known)) /
           (rows[0] + rows[1]);
}

/* Shapley's definition: the mean over all orders of joining of what feature k adds, as a sum over the sets before it.
 */
static void brute_force(const struct tr_forest *forest, const double *x, size_t class, double *phi)
{
    size_t n = forest->features;
    static double worth[1 << FEATURES_MAX];
    double factorial[FEATURES_MAX + 1] = {1.0};
    for (size_t i = 1; i <= n; i++)
        factorial[i] = factorial[i - 1] * (double)i;
    for (size_t set = 0; set < (size_t)1 << n; set++) {
        worth[set] = 0.0;
        for (size_t t = class; t < forest->n; t += forest->classes)
            worth[set] += expectation(forest, &forest->tree[t], forest->tree[t].leaves > 1 ? 0 : -1, x, set);
    }
    for (size_t k = 0; k < n; k++) {
        phi[k] = 0.0;
        for (size_t set = 0; set < (size_t)1 << n; set++) {
            size_t size = 0;
            for (size_t j = 0; j < n; j++)
                size += set >> j & 1;
            if (!(set >> k & 1))
                phi[k] += factorial[size] * factorial[n - size - 1] / factorial[n] *
                          (worth[set | (size_t)1 << k] - worth[set]);
        }
    }
    phi[n] = worth[0];
}

static void values_equal_the_definition_by_all_subsets(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct tr_rng rng;
        tr_rng_init(&rng, seed, 0);
        struct random_shape shape = {.kind = seed % 2 ? TR_FOREST_XGBOOST : TR_FOREST_LIGHTGBM,
                                     .link = TR_LINK_SOFTMAX,
                                     .classes = 1 + tr_rng_below(&rng, CLASSES_MAX),
                                     .features = 1 + tr_rng_below(&rng, 8),
                                     .leaves = 1 + tr_rng_below(&rng, 20),
                                     .palette = 12,
                                     .chain = seed % 5 == 0};
        shape.trees = 3 * shape.classes;
        struct tr_forest forest;
        struct tr_matrix x;
        struct tr_error err;
        double phi[CLASSES_MAX * (FEATURES_MAX + 1)], expected[FEATURES_MAX + 1], row[FEATURES_MAX];
        make(&rng, &shape, &forest);
        random_rows(&rng, 6, shape.features, shape.palette, &x);
        for (size_t i = 0; i < x.rows; i++) {
            for (size_t j = 0; j < shape.features; j++)
                row[j] = tr_matrix_at(&x, i, j);
            assert_ok(tr_shap(&forest, row, phi, &err), &err);
            for (size_t c = 0; c < shape.classes; c++) {
                brute_force(&forest, row, c, expected);
                if (shape.kind == TR_FOREST_XGBOOST)
                    expected[shape.features] += (double)0.3F; /* the base score */
                for (size_t j = 0; j <= shape.features; j++)
                    assert_near(phi[c * (shape.features + 1) + j], expected[j], 1e-13);
            }
        }
        tr_matrix_finish(&x);
        tr_forest_finish(&forest);
    }
}

/* The margin in double, whatever the kind. */
static double double_margin(const struct tr_forest *forest, const double *x, size_t class)
{
    float base = (float)forest->base_score;
    double sum = 0.0;
    if (forest->kind == TR_FOREST_XGBOOST)
        sum = (double)(forest->link == TR_LINK_LOGISTIC ? -logf(1.0F / base - 1.0F) : base);
    for (size_t t = class; t < forest->n; t += forest->classes)
        sum += forest->tree[t].leaf_value[plain_leaf(forest, &forest->tree[t], x)];
    return sum;
}

static void values_add_up_to_the_margin(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++)
        for (int chain = 0; chain < 2; chain++) {
            struct random_shape shape = {.kind = (enum tr_forest_kind)kind,
                                         .link = chain ? TR_LINK_SOFTMAX : TR_LINK_LOGISTIC,
                                         .trees = chain ? 6 : 60,
                                         .classes = chain ? 3 : 1,
                                         .features = 45,
                                         .leaves = chain ? 300 : 64,
                                         .exact = true,
                                         .chain = chain != 0};
            struct tr_forest forest;
            struct tr_matrix x;
            struct tr_rng rng;
            struct tr_error err;
            double phi[3 * 46], row[45], margin[3];
            tr_rng_init(&rng, 21, (uint64_t)kind);
            make(&rng, &shape, &forest);
            random_rows(&rng, 20, 45, 0, &x);
            for (size_t i = 0; i < x.rows; i++) {
                for (size_t j = 0; j < 45; j++)
                    row[j] = tr_matrix_at(&x, i, j);
                assert_ok(tr_shap(&forest, row, phi, &err), &err);
                plain_margin(&forest, row, margin);
                for (size_t c = 0; c < shape.classes; c++) {
                    double sum = 0.0, exact = double_margin(&forest, row, c);
                    for (size_t j = 0; j < 46; j++)
                        sum += phi[c * 46 + j];
                    assert_near(sum, exact, 1e-12 * (1.0 + fabs(exact)));
                    assert_near(sum, margin[c], kind ? 1e-5 : 1e-12);
                }
            }
            tr_matrix_finish(&x);
            tr_forest_finish(&forest);
        }
}

/* x0 <= 0 ? 1 : (x1 <= 0 ? 2 : 4), with 10, 20 and 70 rows. */
static void a_tree_small_enough_for_pencil_and_paper(void **state)
{
    struct tr_forest forest;
    struct tr_tree tree;
    struct tr_error err;
    double phi[3];
    (void)state;
    tr_forest_init(&forest, TR_FOREST_LIGHTGBM);
    forest.features = 2;
    assert_ok(tr_tree_init(&tree, 3, &err), &err);
    tree.left[0] = ~0;
    tree.right[0] = 1;
    tree.feature[1] = 1;
    tree.left[1] = ~1;
    tree.right[1] = ~2;
    const double value[] = {1.0, 2.0, 4.0}, count[] = {10.0, 20.0, 70.0};
    memcpy(tree.leaf_value, value, sizeof value);
    memcpy(tree.leaf_count, count, sizeof count);
    tree.inner_count[0] = 100.0;
    tree.inner_count[1] = 90.0;
    assert_ok(tr_forest_add(&forest, &tree, &err), &err);
    double x[] = {1.0, -1.0};
    /* known: nothing 3.3, x0 (40 + 280) / 90, x1 0.1 + 0.9 * 2 = 1.9, both 2 */
    double nothing = 3.3, first = 320.0 / 90.0, second = 1.9, both = 2.0;
    assert_ok(tr_shap(&forest, x, phi, &err), &err);
    assert_near(phi[0], 0.5 * (first - nothing) + 0.5 * (both - second), 1e-14);
    assert_near(phi[1], 0.5 * (second - nothing) + 0.5 * (both - first), 1e-14);
    assert_near(phi[2], nothing, 1e-14);
    /* A leaf that no training row reached is no reason to fail, nor is one that the row alone reaches. */
    forest.tree[0].leaf_count[1] = 0.0;
    assert_ok(tr_shap(&forest, x, phi, &err), &err);
    assert_near(phi[0] + phi[1] + phi[2], 2.0, 1e-14);
    x[0] = -1.0;
    assert_ok(tr_shap(&forest, x, phi, &err), &err);
    assert_near(phi[0] + phi[1] + phi[2], 1.0, 1e-14);
    tr_forest_finish(&forest);
}

static void without_counts_the_weights_are_taken_and_without_both_it_fails(void **state)
{
    struct random_shape shape = {.trees = 1, .classes = 1, .features = 3, .leaves = 8, .exact = true};
    struct tr_forest forest;
    struct tr_rng rng;
    struct tr_error err;
    double with[4], without[4];
    const double x[] = {0.1, -0.3, 0.4};
    (void)state;
    tr_rng_init(&rng, 31, 0);
    make(&rng, &shape, &forest);
    struct tr_tree *tree = &forest.tree[0];
    memcpy(tree->leaf_weight, tree->leaf_count, 8 * sizeof(double));
    memcpy(tree->inner_weight, tree->inner_count, 7 * sizeof(double));
    assert_ok(tr_shap(&forest, x, with, &err), &err);
    memset(tree->leaf_count, 0, 8 * sizeof(double));
    memset(tree->inner_count, 0, 7 * sizeof(double));
    assert_ok(tr_shap(&forest, x, without, &err), &err);
    assert_memory_equal(with, without, sizeof with);
    memset(tree->leaf_weight, 0, 8 * sizeof(double));
    memset(tree->inner_weight, 0, 7 * sizeof(double));
    assert_true(tr_shap(&forest, x, with, &err) == TR_INVALID);
    assert_non_null(strstr(err.text, "tree 0"));
    tr_forest_finish(&forest);
}

static void forests_without_a_split_have_only_an_expectation(void **state)
{
    struct random_shape shape = {.classes = 1, .features = 2, .leaves = 1};
    struct tr_forest forest;
    struct tr_rng rng;
    struct tr_error err;
    double phi[3];
    const double x[] = {1.0, 2.0};
    (void)state;
    tr_rng_init(&rng, 41, 0);
    make(&rng, &shape, &forest);
    assert_ok(tr_shap(&forest, x, phi, &err), &err);
    assert_true(phi[0] == 0.0 && phi[1] == 0.0 && phi[2] == 0.0);
    tr_forest_finish(&forest);
    shape.trees = 2;
    make(&rng, &shape, &forest);
    assert_ok(tr_shap(&forest, x, phi, &err), &err);
    assert_true(phi[0] == 0.0 && phi[1] == 0.0);
    assert_near(phi[2], forest.tree[0].leaf_value[0] + forest.tree[1].leaf_value[0], 0.0);
    tr_forest_finish(&forest);
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    struct random_shape shape = {.trees = 4, .classes = 1, .features = 5, .leaves = 16};
    struct tr_forest forest;
    struct tr_rng rng;
    struct tr_error err;
    double phi[6];
    const double x[5] = {0.0};
    enum tr_status status = TR_NOMEM;
    (void)state;
    tr_rng_init(&rng, 51, 0);
    make(&rng, &shape, &forest);
    for (size_t k = 1; status == TR_NOMEM; k++) {
        tr_alloc_fail_at(k);
        status = tr_shap(&forest, x, phi, &err);
        tr_alloc_fail_at(0);
        assert_true(k < 20);
    }
    assert_ok(status, &err);
    tr_forest_finish(&forest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_equal_the_definition_by_all_subsets),
        cmocka_unit_test(values_add_up_to_the_margin),
        cmocka_unit_test(a_tree_small_enough_for_pencil_and_paper),
        cmocka_unit_test(without_counts_the_weights_are_taken_and_without_both_it_fails),
        cmocka_unit_test(forests_without_a_split_have_only_an_expectation),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
