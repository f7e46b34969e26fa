#include "engine/model/xgboost.h"

#include "base/alloc.h"
#include "base/text.h"
#include "engine/model/file/xgboost_file.h"
#include "engine/model/trees.h"
#include "engine/model/xgboost_train.h"

#include <stdio.h>
#include <string.h>
#include <xgboost/c_api.h>

static const struct tr_param defaults[] = {
    {"base_score", "0.5"},   {"eta", "0.05"},  {"max_bin", "64"},
    {"max_depth", "6"},      {"nthread", "1"}, {"objective", "binary:logistic"},
    {"tree_method", "hist"},
};

const struct tr_param *tr_xgboost_defaults(size_t *n)
{
    *n = sizeof defaults / sizeof defaults[0];
    return defaults;
}

void tr_xgboost_version(char *out, size_t size)
{
    int major = 0, minor = 0, patch = 0;
    XGBoostVersion(&major, &minor, &patch);
    snprintf(out, size, "%d.%d.%d", major, minor, patch);
}

static enum tr_status xgboost_train(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err)
{
    struct tr_forest forest;
    *out = NULL;
    enum tr_status status = tr_xgboost_train(fit, &forest, err);
    if (status == TR_OK)
        return tr_trees_create(&tr_model_xgboost, &forest, fit->col, out, err);
    tr_forest_finish(&forest);
    return status;
}

/* The columns of the fit, which XGBoost itself does not know, go with the file as an attribute: "0 3 17". */
static enum tr_status xgboost_save(const struct tr_model *model, struct tr_buf *out, struct tr_error *err)
{
    const size_t *col;
    const struct tr_forest *forest = tr_trees_forest(model, &col);
    struct tr_buf columns;
    tr_buf_init(&columns);
    for (size_t i = 0; i < forest->features; i++)
        tr_buf_printf(&columns, i ? " %zu" : "%zu", col[i]);
    enum tr_status status = tr_buf_status(&columns, err);
    if (status == TR_OK)
        status = tr_xgboost_write(forest, TR_XGBOOST_JSON, tr_buf_string(&columns), out, err);
    tr_buf_finish(&columns);
    return status;
}

/* "0 3 17" -> col [cols], ascending. */
static bool parse_columns(const char *text, size_t cols, size_t *col)
{
    const char *at = text;
    for (size_t i = 0; i < cols; i++) {
        const char *end = at + strcspn(at, " ");
        int64_t value;
        if (!tr_text_to_int64(at, end, &value) || value < 0 || value > INT32_MAX)
            return false;
        col[i] = (size_t)value;
        if ((i > 0 && col[i] <= col[i - 1]) || (*end == 0) != (i + 1 == cols))
            return false;
        at = end + 1;
    }
    return true;
}

/* Takes the forest over. columns: as the file says, or NULL. */
static enum tr_status make_model(struct tr_forest *forest, const char *columns, size_t cols, const size_t *col,
                                 struct tr_model **out, struct tr_error *err)
{
    size_t *own = NULL;
    enum tr_status status = TR_OK;
    if (columns) {
        own = tr_alloc(forest->features, sizeof *own);
        if (!own)
            status = tr_error_nomem(err);
        else if (!parse_columns(columns, forest->features, own))
            status = tr_error_set(err, TR_CORRUPT, "not a sound XGBoost model: its columns");
    }
    if (status == TR_OK && col && cols != forest->features)
        status = tr_error_set(err, TR_CORRUPT, "the model has %zu columns, not %zu", forest->features, cols);
    if (status == TR_OK)
        status = tr_trees_create(&tr_model_xgboost, forest, col ? col : own, out, err);
    tr_free(own);
    return status;
}

static enum tr_status xgboost_load(const void *bytes, size_t n, size_t cols, const size_t *col, struct tr_model **out,
                                   struct tr_error *err)
{
    struct tr_forest forest;
    char *columns;
    *out = NULL;
    enum tr_status status = tr_xgboost_read(bytes, n, &forest, &columns, err);
    if (status == TR_OK)
        status = make_model(&forest, columns, cols, col, out, err);
    if (status != TR_OK)
        tr_forest_finish(&forest);
    tr_free(columns);
    return status;
}

const struct tr_model_impl tr_model_xgboost = {
    .name = "xgboost",
    .train = xgboost_train,
    .predict = tr_trees_predict,
    .save = xgboost_save,
    .load = xgboost_load,
    .forest = tr_trees_forest,
    .destroy = tr_trees_destroy,
};
