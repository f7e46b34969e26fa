#include "engine/model/trees.h"

#include "base/alloc.h"

#include <assert.h>
#include <string.h>

enum tr_status tr_trees_create(const struct tr_model_impl *impl, struct tr_forest *forest, const size_t *col,
                               struct tr_model **out, struct tr_error *err)
{
    enum tr_status status = TR_OK;
    *out = NULL;
    struct tr_trees *trees = tr_alloc_zero(1, sizeof *trees);
    if (!trees) {
        tr_forest_finish(forest);
        return tr_error_nomem(err);
    }
    trees->base.impl = impl;
    trees->forest = *forest;
    *forest = (struct tr_forest){0};
    size_t features = trees->forest.features;
    if (trees->forest.classes != 1 || trees->forest.link != TR_LINK_LOGISTIC)
        status = tr_error_set(err, TR_UNSUPPORTED, "the model does not give the probability of a yes/no event");
    else if (!(trees->col = tr_alloc(features, sizeof *trees->col)))
        status = tr_error_nomem(err);
    for (size_t j = 0; trees->col && j < features; j++)
        trees->col[j] = col ? col[j] : j;
    if (status == TR_OK)
        status = tr_predictor_create(&trees->forest, &trees->predictor, err);
    if (status != TR_OK) {
        tr_trees_destroy(&trees->base);
        return status;
    }
    *out = &trees->base;
    return TR_OK;
}

enum tr_status tr_trees_predict(const struct tr_model *model, const struct tr_matrix *x, size_t n, const size_t *row,
                                double *out, struct tr_error *err)
{
    const struct tr_trees *trees = (const struct tr_trees *)model;
    for (size_t j = 0; j < trees->forest.features; j++)
        assert(trees->col[j] < x->cols);
    return tr_predict(trees->predictor, x, n, row, trees->col, false, out, err);
}

const struct tr_forest *tr_trees_forest(const struct tr_model *model, const size_t **col)
{
    const struct tr_trees *trees = (const struct tr_trees *)model;
    *col = trees->col;
    return &trees->forest;
}

void tr_trees_destroy(struct tr_model *model)
{
    struct tr_trees *trees = (struct tr_trees *)model;
    if (!trees)
        return;
    tr_predictor_destroy(trees->predictor);
    tr_forest_finish(&trees->forest);
    tr_free(trees->col);
    tr_free(trees);
}
