#include "engine/model/forest/predict.h"

#include "base/alloc.h"
#include "engine/model/forest/link.h"
#include "engine/model/forest/walk.h"

struct tr_predictor {
    struct tr_link link;
    size_t features, trees;
    struct tr_walk *walk;
};

enum tr_status tr_predictor_create(const struct tr_forest *forest, struct tr_predictor **out, struct tr_error *err)
{
    struct tr_predictor *predictor = *out = tr_alloc_zero(1, sizeof *predictor);
    if (!predictor)
        return tr_error_nomem(err);
    predictor->link = tr_link_of(forest);
    predictor->features = forest->features;
    predictor->trees = forest->n;
    enum tr_status status = tr_walk_create(forest, &predictor->walk, err);
    if (status != TR_OK) {
        tr_predictor_destroy(predictor);
        *out = NULL;
    }
    return status;
}

void tr_predictor_destroy(struct tr_predictor *predictor)
{
    if (!predictor)
        return;
    tr_walk_destroy(predictor->walk);
    tr_free(predictor);
}

size_t tr_predictor_features(const struct tr_predictor *predictor)
{
    return predictor->features;
}

size_t tr_predictor_classes(const struct tr_predictor *predictor)
{
    return predictor->link.classes;
}

static double add(enum tr_forest_kind kind, double sum, double leaf)
{
    return kind == TR_FOREST_XGBOOST ? (double)((float)sum + (float)leaf) : sum + leaf;
}

void tr_predict_row(const struct tr_predictor *predictor, const double *x, bool raw, double *out)
{
    const struct tr_link *link = &predictor->link;
    for (size_t c = 0; c < link->classes; c++)
        out[c] = link->base_margin;
    for (size_t t = 0, c = 0; t < predictor->trees; t++) {
        out[c] = add(link->kind, out[c], tr_walk_leaf(predictor->walk, t, x));
        c = c + 1 < link->classes ? c + 1 : 0;
    }
    if (!raw)
        tr_link_apply(link, out);
}

enum tr_status tr_predict(const struct tr_predictor *predictor, const struct tr_matrix *x, size_t n, const size_t *row,
                          const size_t *col, bool raw, double *out, struct tr_error *err)
{
    double *values = tr_alloc(predictor->features, sizeof *values);
    if (!values)
        return tr_error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < predictor->features; j++)
            values[j] = tr_matrix_at(x, row ? row[i] : i, col ? col[j] : j);
        tr_predict_row(predictor, values, raw, out + i * predictor->link.classes);
    }
    tr_free(values);
    return TR_OK;
}
