#include "engine/model/lightgbm.h"

#include "engine/model/file/lightgbm_text.h"
#include "engine/model/gbdt/train.h"
#include "engine/model/trees.h"

#include <string.h>

static const struct tr_param defaults[] = {
    {"lambda_l2", "1"}, {"learning_rate", "0.05"}, {"max_bin", "63"}, {"min_data_in_leaf", "40"}, {"num_leaves", "31"},
};

const struct tr_param *tr_lightgbm_defaults(size_t *n)
{
    *n = sizeof defaults / sizeof defaults[0];
    return defaults;
}

enum tr_status tr_lightgbm_params(const struct tr_fit *fit, struct tr_gbdt_params *params, struct tr_error *err)
{
    size_t n_defaults;
    const struct tr_param *own = tr_lightgbm_defaults(&n_defaults);
    tr_gbdt_params_defaults(params);
    params->seed = fit->seed;
    for (size_t i = 0; i < n_defaults + fit->n_params; i++) {
        const struct tr_param *p = i < n_defaults ? &own[i] : &fit->params[i - n_defaults];
        enum tr_status status = tr_gbdt_params_set(params, p->name, p->value, err);
        if (status != TR_OK)
            return status;
    }
    if (params->objective != TR_GBDT_BINARY)
        return tr_error_set(err, TR_INVALID, "objective must be binary here");
    return TR_OK;
}

static enum tr_status grow(const struct tr_fit *fit, const struct tr_gbdt_params *params, struct tr_forest *out,
                           struct tr_error *err)
{
    const struct tr_fit_stop *stop = fit->stop;
    struct tr_gbdt_rows rows = {fit->x, fit->n, fit->row, fit->y, fit->weight, fit->cols, fit->col}, valid = rows;
    struct tr_gbdt_stop watched = {&valid, 0, 0};
    if (stop) {
        valid.n = stop->n;
        valid.row = stop->row;
        valid.y = stop->y;
        valid.weight = stop->weight;
        watched.patience = stop->patience;
        watched.min_rounds = stop->min_rounds;
    }
    enum tr_status status = tr_gbdt_train(params, &rows, stop ? &watched : NULL, fit->rounds, out, err);
    if (status == TR_OK && fit->names)
        status = tr_forest_name(out, fit->names, err);
    return status;
}

static enum tr_status lightgbm_train(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err)
{
    struct tr_gbdt_params params;
    struct tr_forest forest = {0};
    *out = NULL;
    enum tr_status status = tr_lightgbm_params(fit, &params, err);
    if (status == TR_OK)
        status = grow(fit, &params, &forest, err);
    if (status == TR_OK)
        return tr_trees_create(&tr_model_lightgbm, &forest, fit->col, out, err);
    tr_forest_finish(&forest);
    tr_error_prepend(err, "lightgbm");
    return status;
}

static enum tr_status lightgbm_save(const struct tr_model *model, struct tr_buf *out, struct tr_error *err)
{
    const size_t *col;
    return tr_lightgbm_write(tr_trees_forest(model, &col), out, err);
}

static enum tr_status lightgbm_load(const void *bytes, size_t n, size_t cols, const size_t *col, struct tr_model **out,
                                    struct tr_error *err)
{
    struct tr_forest forest;
    *out = NULL;
    enum tr_status status = tr_lightgbm_read(bytes, n, &forest, err);
    if (status == TR_OK && col && cols != forest.features)
        status = tr_error_set(err, TR_CORRUPT, "the model has %zu columns, not %zu", forest.features, cols);
    if (status == TR_OK)
        return tr_trees_create(&tr_model_lightgbm, &forest, col, out, err);
    tr_forest_finish(&forest);
    return status;
}

const struct tr_model_impl tr_model_lightgbm = {
    .name = "lightgbm",
    .train = lightgbm_train,
    .predict = tr_trees_predict,
    .save = lightgbm_save,
    .load = lightgbm_load,
    .forest = tr_trees_forest,
    .destroy = tr_trees_destroy,
};
