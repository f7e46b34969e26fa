/* Made-up rows for the tests of this folder, and a plain reading of the trees that come out. */
#ifndef TR_GBDT_TRAIN_TEST_H
#define TR_GBDT_TRAIN_TEST_H

#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/model/gbdt/train.h"

#include <math.h>
#include <string.h>

struct test_rows {
    struct tr_matrix x;
    size_t *row, *col;
    double *y, *weight;
    struct tr_gbdt_rows rows;
};

static inline void rows_init(struct test_rows *t, size_t n, size_t cols)
{
    struct tr_error err;
    assert_ok(tr_matrix_init(&t->x, n, cols, &err), &err);
    t->row = tr_alloc(n, sizeof *t->row);
    t->col = tr_alloc(cols, sizeof *t->col);
    t->y = tr_alloc(n, sizeof *t->y);
    t->weight = tr_alloc(n, sizeof *t->weight);
    assert_true(t->row && t->col && t->y && t->weight);
    for (size_t i = 0; i < n; i++) {
        t->row[i] = i;
        t->y[i] = 0.0;
        t->weight[i] = 1.0;
    }
    for (size_t j = 0; j < cols; j++)
        t->col[j] = j;
    t->rows = (struct tr_gbdt_rows){&t->x, n, t->row, t->y, NULL, cols, t->col};
}

static inline void rows_finish(struct test_rows *t)
{
    tr_matrix_finish(&t->x);
    tr_free(t->row);
    tr_free(t->col);
    tr_free(t->y);
    tr_free(t->weight);
}

static inline double *column_of(struct test_rows *t, size_t j)
{
    return tr_matrix_column(&t->x, j);
}

/* A column's own tale: few values, many, ties, zeros, missing ones. */
static inline double made_up_cell(struct tr_rng *rng, size_t kind)
{
    switch (kind % 5) {
    case 0:
        return tr_rng_normal(rng);
    case 1:
        return (double)tr_rng_below(rng, 4);
    case 2:
        return tr_rng_uniform(rng) < 0.2 ? (double)NAN : tr_rng_normal(rng);
    case 3:
        return tr_rng_uniform(rng) < 0.5 ? 0.0 : tr_rng_uniform(rng);
    default:
        return tr_rng_uniform(rng) < 0.3 ? (double)NAN : (double)tr_rng_below(rng, 3) - 1.0;
    }
}

/* Random rows whose label hangs on the columns 0 and 2. classes 1: labels 0 and 1. */
static inline void rows_make_up(struct test_rows *t, size_t n, size_t cols, size_t classes, uint64_t seed)
{
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    rows_init(t, n, cols);
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < n; i++)
            column_of(t, j)[i] = made_up_cell(&rng, j);
    for (size_t i = 0; i < n; i++) {
        double told = column_of(t, 0)[i] + (cols > 2 && !isnan(column_of(t, 2)[i]) ? column_of(t, 2)[i] : 0.3);
        double u = told + tr_rng_normal(&rng);
        t->y[i] = classes == 1 ? u > 0.2 : fmin((double)classes - 1.0, fmax(0.0, floor(u + 1.0)));
        t->weight[i] = 0.1 + tr_rng_uniform(&rng);
    }
}

static inline void train_rows(const struct tr_gbdt_params *params, const struct test_rows *t, size_t rounds,
                              struct tr_forest *out)
{
    struct tr_error err;
    assert_ok(tr_gbdt_train(params, &t->rows, NULL, rounds, out, &err), &err);
    assert_ok(tr_forest_check(out, &err), &err);
}

/* The leaf of a tree that a row falls into, by LightGBM's rules, without the predictor. */
static inline size_t leaf_of(const struct tr_tree *tree, const struct tr_matrix *x, const size_t *col, size_t row)
{
    int32_t at = tree->leaves > 1 ? 0 : -1;
    while (at >= 0) {
        double value = tr_matrix_at(x, row, col[tree->feature[at]]);
        unsigned flags = tree->flags[at];
        bool missing = (flags & TR_NODE_MISSING_NAN) && isnan(value);
        if (!missing && isnan(value))
            value = 0.0;
        missing |= (flags & TR_NODE_MISSING_ZERO) && fabs(value) <= (double)1e-35F;
        bool left = missing ? (flags & TR_NODE_DEFAULT_LEFT) != 0 : value <= tree->threshold[at];
        at = left ? tree->left[at] : tree->right[at];
    }
    int32_t leaf = ~at;
    return (size_t)leaf;
}

static inline double margin_of(const struct tr_forest *forest, const struct test_rows *t, size_t row, size_t class)
{
    double sum = 0.0;
    for (size_t i = class; i < forest->n; i += forest->classes)
        sum += forest->tree[i].leaf_value[leaf_of(&forest->tree[i], &t->x, t->col, row)];
    return sum;
}

static inline double binary_loss(const struct tr_forest *forest, const struct test_rows *t)
{
    double sum = 0.0, total = 0.0;
    for (size_t i = 0; i < t->rows.n; i++) {
        double margin = forest->sigmoid * margin_of(forest, t, t->row[i], 0);
        double w = t->rows.weight ? t->rows.weight[i] : 1.0;
        sum += w * log1p(exp(t->y[i] > 0.0 ? -margin : margin));
        total += w;
    }
    return sum / total;
}

#endif
