/* The plain reading of a forest that the tests of this folder hold everything against. */
#ifndef TR_FOREST_PREDICT_TEST_H
#define TR_FOREST_PREDICT_TEST_H

#include "engine/model/forest/forest.h"

#include <math.h>

/* The rules as the libraries' sources state them. */
static inline bool plain_left(const struct tr_forest *forest, const struct tr_tree *tree, size_t node, double x)
{
    uint8_t flags = tree->flags[node];
    bool default_left = (flags & TR_NODE_DEFAULT_LEFT) != 0;
    if (forest->kind == TR_FOREST_XGBOOST) {
        if (isnan(x))
            return default_left;
        return (float)(x > 1e37 ? 1e37 : x < -1e37 ? -1e37 : x) < (float)tree->threshold[node];
    }
    if ((isnan(x) && !(flags & TR_NODE_MISSING_NAN)) || fabs(x) <= 1.0000000180025095e-35)
        x = 0.0; /* the second when the library reads a row */
    if ((flags & TR_NODE_MISSING_ZERO) && x >= -1.0000000180025095e-35 && x <= 1.0000000180025095e-35)
        return default_left;
    if ((flags & TR_NODE_MISSING_NAN) && isnan(x))
        return default_left;
    return x <= tree->threshold[node];
}

static inline size_t plain_leaf(const struct tr_forest *forest, const struct tr_tree *tree, const double *x)
{
    int32_t at = tree->leaves > 1 ? 0 : ~0;
    while (at >= 0)
        at = plain_left(forest, tree, (size_t)at, x[tree->feature[at]]) ? tree->left[at] : tree->right[at];
    return (size_t) - (at + 1);
}

/* out [classes] */
static inline void plain_margin(const struct tr_forest *forest, const double *x, double *out)
{
    for (size_t c = 0; c < forest->classes; c++) {
        double sum = 0.0;
        float base = (float)forest->base_score;
        float float_sum = forest->link == TR_LINK_LOGISTIC ? -logf(1.0F / base - 1.0F) : base;
        for (size_t t = c; t < forest->n; t += forest->classes) {
            double leaf = forest->tree[t].leaf_value[plain_leaf(forest, &forest->tree[t], x)];
            sum += leaf;
            float_sum += (float)leaf;
        }
        out[c] = forest->kind == TR_FOREST_XGBOOST ? (double)float_sum : sum;
    }
}

#endif
