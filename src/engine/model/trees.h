/* A booster that is a forest: what the models of all tree libraries share. Their implementations differ in how they
 * train and in the file they write; prediction, columns and clean-up are here. */
#ifndef TR_MODEL_TREES_H
#define TR_MODEL_TREES_H

#include "engine/model/forest/predict.h"
#include "engine/model/model.h"

struct tr_trees {
    struct tr_model base;
    struct tr_forest forest; /* one class, logistic link; owned, as all below */
    struct tr_predictor *predictor;
    size_t *col; /* [forest.features] */
};

/* Takes the forest over (also on error); col [forest->features] is copied, NULL = 0, 1, 2 ... TR_UNSUPPORTED where the
 * forest is not one of probabilities of a yes/no event. *out: destroy with tr_trees_destroy. */
enum tr_status tr_trees_create(const struct tr_model_impl *impl, struct tr_forest *forest, const size_t *col,
                               struct tr_model **out, struct tr_error *err) TR_MUST_CHECK;

/* Members of the vtable. */
enum tr_status tr_trees_predict(const struct tr_model *model, const struct tr_matrix *x, size_t n, const size_t *row,
                                double *out, struct tr_error *err) TR_MUST_CHECK;
const struct tr_forest *tr_trees_forest(const struct tr_model *model, const size_t **col);
void tr_trees_destroy(struct tr_model *model);

#endif
