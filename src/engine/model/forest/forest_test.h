/* Random forests and rows for the tests of this folder. */
#ifndef TR_FOREST_FOREST_TEST_H
#define TR_FOREST_FOREST_TEST_H

#include "support/test.h"

#include "base/matrix.h"
#include "base/rng.h"
#include "engine/model/forest/forest.h"

#include <math.h>

struct random_shape {
    enum tr_forest_kind kind;
    enum tr_forest_link link;
    size_t trees, classes, features;
    size_t leaves;  /* at most; each tree draws 1 .. leaves */
    size_t palette; /* thresholds are drawn from so many values, so that rows meet them; 0 = any number */
    bool chain;     /* each node has a leaf for a child */
    bool exact;     /* all trees have `leaves` leaves */
};

static const double special_values[] = {0.0,
                                        -0.0,
                                        1e-35,
                                        -1e-35,
                                        1.0000000180025095e-35,
                                        -1.0000000180025095e-35,
                                        2e-35,
                                        5e-324,
                                        1e-40,
                                        -1e-40,
                                        1e37,
                                        -1e37,
                                        3.4e38,
                                        -3.4e38,
                                        1e300,
                                        -1e300,
                                        (double)INFINITY,
                                        -(double)INFINITY,
                                        0.1,
                                        0.25,
                                        (double)0.1F,
                                        1e-300};

enum { SPECIALS = sizeof special_values / sizeof special_values[0] };

static inline double random_value(struct tr_rng *rng, size_t palette)
{
    if (palette)
        return ((double)tr_rng_below(rng, palette) - (double)palette / 2.0) / 16.0;
    return tr_rng_below(rng, 12) ? tr_rng_normal(rng) : special_values[tr_rng_below(rng, SPECIALS)];
}

static inline uint8_t random_flags(struct tr_rng *rng, enum tr_forest_kind kind)
{
    static const uint8_t types[] = {0, TR_NODE_MISSING_ZERO, TR_NODE_MISSING_NAN};
    uint8_t left = tr_rng_below(rng, 2) ? TR_NODE_DEFAULT_LEFT : 0;
    return (uint8_t)(left | (kind == TR_FOREST_XGBOOST ? TR_NODE_MISSING_NAN : types[tr_rng_below(rng, 3)]));
}

static inline double as_kind(enum tr_forest_kind kind, double x)
{
    if (kind == TR_FOREST_LIGHTGBM)
        return x;
    return (double)(float)(fabs(x) > 3e38 && isfinite(x) ? copysign(3e38, x) : x);
}

/* Node 0 is split first; every next split takes a random leaf of those so far (of a chain: the newest). */
static inline void random_tree(struct tr_rng *rng, const struct random_shape *shape, struct tr_tree *tree)
{
    struct tr_error err;
    size_t leaves = shape->exact ? shape->leaves : 1 + tr_rng_below(rng, shape->leaves);
    assert_ok(tr_tree_init(tree, leaves, &err), &err);
    for (size_t i = 0; i + 1 < leaves; i++) {
        if (i > 0) { /* node i takes the place of a leaf; that leaf becomes its left child */
            size_t leaf = shape->chain ? i : tr_rng_below(rng, i + 1);
            for (size_t k = 0; k < i; k++) {
                if (tree->left[k] == ~(int32_t)leaf)
                    tree->left[k] = (int32_t)i;
                else if (tree->right[k] == ~(int32_t)leaf)
                    tree->right[k] = (int32_t)i;
            }
            tree->left[i] = ~(int32_t)leaf;
        } else
            tree->left[i] = ~0;
        tree->right[i] = ~(int32_t)(i + 1);
        tree->feature[i] = (int32_t)tr_rng_below(rng, shape->features);
        tree->flags[i] = random_flags(rng, shape->kind);
        tree->threshold[i] = as_kind(shape->kind, random_value(rng, shape->palette));
    }
    for (size_t i = 0; i < leaves; i++)
        tree->leaf_value[i] = as_kind(shape->kind, tr_rng_normal(rng) * 0.1);
}

static inline void random_forest(struct tr_rng *rng, const struct random_shape *shape, struct tr_forest *forest)
{
    struct tr_error err;
    tr_forest_init(forest, shape->kind);
    forest->link = shape->link;
    forest->classes = shape->classes;
    forest->features = shape->features;
    forest->base_score = shape->kind == TR_FOREST_XGBOOST ? 0.3 : 0.0;
    for (size_t t = 0; t < shape->trees; t++) {
        struct tr_tree tree;
        random_tree(rng, shape, &tree);
        assert_ok(tr_forest_add(forest, &tree, &err), &err);
    }
    assert_ok(tr_forest_check(forest, &err), &err);
}

/* Every eighth cell is NaN; of a palette many cells equal a threshold. */
static inline void random_rows(struct tr_rng *rng, size_t rows, size_t cols, size_t palette, struct tr_matrix *x)
{
    struct tr_error err;
    assert_ok(tr_matrix_init(x, rows, cols, &err), &err);
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < rows; i++)
            tr_matrix_column(x, j)[i] =
                tr_rng_below(rng, 8) ? random_value(rng, tr_rng_below(rng, 4) ? palette : 0) : (double)NAN;
}

#endif
