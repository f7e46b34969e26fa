#include "engine/model/xgboost.h"

#include "base/alloc.h"
#include "engine/model/xgboost_file.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <xgboost/c_api.h>

enum { PREDICT_ROWS = 2048, CONFIG_TEXT = 192 };

/* What a float cell may hold: beyond it XGBoost's own arithmetic on cut points overflows, and it refuses infinities. */
static const double CELL_MAX = 1e37;

struct booster {
    struct tr_model base;
    BoosterHandle handle;
    size_t cols;
    size_t *col; /* [cols] */
};

/* A parameter that may be set; XGBoost itself only warns of a name it does not know. */
struct known {
    const char *name, *alias;
    const char *only; /* the one value this program can work with, or NULL */
};

static const struct known known[] = {
    {"alpha", "reg_alpha", NULL},
    {"base_score", NULL, NULL},
    {"booster", NULL, "gbtree"},
    {"colsample_bylevel", NULL, NULL},
    {"colsample_bynode", NULL, NULL},
    {"colsample_bytree", NULL, NULL},
    {"eta", "learning_rate", NULL},
    {"gamma", "min_split_loss", NULL},
    {"grow_policy", NULL, NULL},
    {"lambda", "reg_lambda", NULL},
    {"max_bin", NULL, NULL},
    {"max_delta_step", NULL, NULL},
    {"max_depth", NULL, NULL},
    {"max_leaves", NULL, NULL},
    {"min_child_weight", NULL, NULL},
    {"monotone_constraints", NULL, NULL},
    {"nthread", "n_jobs", NULL},
    {"num_parallel_tree", NULL, NULL},
    {"objective", NULL, "binary:logistic"},
    {"sampling_method", NULL, NULL},
    {"scale_pos_weight", NULL, NULL},
    {"subsample", NULL, NULL},
    {"tree_method", NULL, NULL},
};

enum { KNOWN = sizeof known / sizeof known[0] };

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

/* The library's last message: its first line, without the time and place in front ("[10:00:00] ./src/x.cc:12: "), which
 * would make the same mistake read differently each time. */
static enum tr_status library_error(struct tr_error *err, enum tr_status code)
{
    const char *text = XGBGetLastError();
    const char *end = text + strcspn(text, "\n");
    if (*text == '[') {
        const char *place = strchr(text, ']');
        for (const char *at = place; at && at + 1 < end; at++) {
            if (at[0] == ':' && at[1] == ' ') {
                text = at + 2;
                break;
            }
        }
    }
    if (strstr(text, "bad_alloc"))
        return tr_error_nomem(err);
    return tr_error_set(err, code, "xgboost: %.*s", (int)(end - text), text);
}

/* The library's messages are switched off per thread, so every entry does it. */
static enum tr_status be_silent(struct tr_error *err)
{
    return XGBSetGlobalConfig("{\"verbosity\": 0}") == 0 ? TR_OK : library_error(err, TR_INTERNAL);
}

/* The array interface of a matrix of float, or of a vector where cols is 0. */
static void array_text(const float *data, size_t rows, size_t cols, char out[CONFIG_TEXT])
{
    char shape[64];
    if (cols > 0)
        snprintf(shape, sizeof shape, "%zu, %zu", rows, cols);
    else
        snprintf(shape, sizeof shape, "%zu", rows);
    snprintf(out, CONFIG_TEXT,
             "{\"data\": [%" PRIuPTR ", true], \"shape\": [%s], \"typestr\": \"<f4\", \"version\": 3}", (uintptr_t)data,
             shape);
}

static float cell(double x)
{
    return (float)(x > CELL_MAX ? CELL_MAX : x < -CELL_MAX ? -CELL_MAX : x);
}

/* out [n x cols], row-major */
static void copy_rows(const struct tr_matrix *x, size_t n, const size_t *row, size_t cols, const size_t *col,
                      float *out)
{
    for (size_t j = 0; j < cols; j++) {
        assert(col[j] < x->cols);
        const double *column = tr_matrix_column(x, col[j]);
        for (size_t i = 0; i < n; i++)
            out[i * cols + j] = cell(column[row[i]]);
    }
}

/* value [KNOWN]: the defaults, then what the fit says; NULL = the library's default. */
static enum tr_status merge_params(const struct tr_fit *fit, const char **value, struct tr_error *err)
{
    size_t n_defaults;
    const struct tr_param *default_param = tr_xgboost_defaults(&n_defaults);
    for (size_t i = 0; i < n_defaults + fit->n_params; i++) {
        const struct tr_param *p = i < n_defaults ? &default_param[i] : &fit->params[i - n_defaults];
        size_t k = 0;
        while (k < KNOWN && strcmp(p->name, known[k].name) != 0 &&
               !(known[k].alias && strcmp(p->name, known[k].alias) == 0))
            k++;
        if (k == KNOWN)
            return tr_error_set(err, TR_INVALID, "xgboost has no parameter %s that may be set", p->name);
        if (known[k].only && strcmp(p->value, known[k].only) != 0)
            return tr_error_set(err, TR_INVALID, "xgboost: %s must be %s, not %s", p->name, known[k].only, p->value);
        value[k] = p->value;
    }
    return TR_OK;
}

static enum tr_status set_params(const struct tr_fit *fit, BoosterHandle handle, struct tr_error *err)
{
    const char *value[KNOWN] = {NULL};
    enum tr_status status = merge_params(fit, value, err);
    if (status != TR_OK)
        return status;
    for (size_t k = 0; k < KNOWN; k++)
        if (value[k] && XGBoosterSetParam(handle, known[k].name, value[k]) != 0)
            return library_error(err, TR_INVALID);
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRIu64, (fit->seed ^ fit->seed >> 32) & UINT32_C(0x7fffffff));
    if (XGBoosterSetParam(handle, "seed", seed) != 0 || XGBoosterSetParam(handle, "verbosity", "0") != 0)
        return library_error(err, TR_INTERNAL);
    return TR_OK;
}

static enum tr_status check_fit(const struct tr_fit *fit, struct tr_error *err)
{
    if (fit->n == 0)
        return tr_error_set(err, TR_INVALID, "no rows to fit");
    if (fit->cols == 0)
        return tr_error_set(err, TR_INVALID, "no columns to fit");
    if (fit->rounds == 0)
        return tr_error_set(err, TR_INVALID, "no rounds to fit");
    double total = 0.0;
    for (size_t i = 0; i < fit->n; i++) {
        assert(fit->row[i] < fit->x->rows);
        if (fit->y[i] != 0.0 && fit->y[i] != 1.0)
            return tr_error_set(err, TR_INVALID, "the label of row %zu is neither 0 nor 1", fit->row[i]);
        double w = fit->weight ? fit->weight[i] : 1.0;
        if (!(w >= 0.0 && w <= CELL_MAX))
            return tr_error_set(err, TR_INVALID, "the weight of row %zu is negative or not a number", fit->row[i]);
        total += w;
    }
    return total > 0.0 ? TR_OK : tr_error_set(err, TR_INVALID, "all weights are 0");
}

static enum tr_status set_info(DMatrixHandle matrix, const char *field, size_t n, const double *x, struct tr_error *err)
{
    float *copy = tr_alloc(n, sizeof *copy);
    if (!copy)
        return tr_error_nomem(err);
    for (size_t i = 0; i < n; i++)
        copy[i] = (float)x[i];
    char text[CONFIG_TEXT];
    array_text(copy, n, 0, text);
    int failed = XGDMatrixSetInfoFromInterface(matrix, field, text);
    tr_free(copy);
    return failed ? library_error(err, TR_INVALID) : TR_OK;
}

static enum tr_status make_matrix(const struct tr_fit *fit, DMatrixHandle *out, struct tr_error *err)
{
    *out = NULL;
    float *x = fit->n <= SIZE_MAX / fit->cols ? tr_alloc(fit->n * fit->cols, sizeof *x) : NULL;
    if (!x)
        return tr_error_nomem(err);
    copy_rows(fit->x, fit->n, fit->row, fit->cols, fit->col, x);
    char text[CONFIG_TEXT];
    array_text(x, fit->n, fit->cols, text);
    int failed = XGDMatrixCreateFromDense(text, "{\"missing\": NaN, \"nthread\": 1}", out);
    tr_free(x);
    enum tr_status status = failed ? library_error(err, TR_INVALID) : TR_OK;
    if (status == TR_OK)
        status = set_info(*out, "label", fit->n, fit->y, err);
    if (status == TR_OK && fit->weight)
        status = set_info(*out, "weight", fit->n, fit->weight, err);
    return status;
}

/* Names for readers of the file, and the columns, which XGBoost keeps as an attribute of the model. */
static enum tr_status describe(const struct tr_fit *fit, BoosterHandle handle, struct tr_error *err)
{
    struct tr_buf text;
    tr_buf_init(&text);
    tr_xgboost_columns_text(fit->cols, fit->col, &text);
    enum tr_status status = tr_buf_status(&text, err);
    if (status == TR_OK && XGBoosterSetAttr(handle, TR_XGBOOST_COLUMNS, tr_buf_string(&text)) != 0)
        status = library_error(err, TR_INTERNAL);
    tr_buf_finish(&text);
    if (status != TR_OK || !fit->names)
        return status;
    const char **names = tr_alloc(fit->cols, sizeof *names);
    if (!names)
        return tr_error_nomem(err);
    memcpy(names, fit->names, fit->cols * sizeof *names);
    if (XGBoosterSetStrFeatureInfo(handle, "feature_name", names, (bst_ulong)fit->cols) != 0)
        status = library_error(err, TR_INVALID);
    tr_free(names);
    return status;
}

/* out [n] for x [n x cols] */
static enum tr_status predict_block(BoosterHandle handle, const float *x, size_t n, size_t cols, double *out,
                                    struct tr_error *err)
{
    char text[CONFIG_TEXT];
    array_text(x, n, cols, text);
    const char *config = "{\"type\": 0, \"training\": false, \"iteration_begin\": 0, \"iteration_end\": 0, "
                         "\"strict_shape\": false, \"cache_id\": 0, \"missing\": NaN}";
    const bst_ulong *shape;
    bst_ulong dimensions;
    const float *result;
    if (XGBoosterPredictFromDense(handle, text, config, NULL, &shape, &dimensions, &result) != 0)
        return library_error(err, TR_INTERNAL);
    if (dimensions != 1 || shape[0] != n)
        return tr_error_set(err, TR_INTERNAL, "xgboost: unexpected shape of predictions");
    for (size_t i = 0; i < n; i++)
        out[i] = (double)result[i];
    return TR_OK;
}

/* The library sets itself up at the first prediction, which several threads must not do at once: done here, with one
 * thread from now on. */
static enum tr_status get_ready(struct booster *booster, struct tr_error *err)
{
    if (XGBoosterSetParam(booster->handle, "nthread", "1") != 0)
        return library_error(err, TR_INTERNAL);
    float *x = tr_alloc(booster->cols, sizeof *x);
    if (!x)
        return tr_error_nomem(err);
    for (size_t j = 0; j < booster->cols; j++)
        x[j] = NAN;
    double p;
    enum tr_status status = predict_block(booster->handle, x, 1, booster->cols, &p, err);
    tr_free(x);
    return status;
}

static void xgboost_destroy(struct tr_model *model)
{
    struct booster *booster = (struct booster *)model;
    if (!booster)
        return;
    if (booster->handle)
        XGBoosterFree(booster->handle);
    tr_free(booster->col);
    tr_free(booster);
}

static enum tr_status grow(const struct tr_fit *fit, DMatrixHandle matrix, struct booster *booster,
                           struct tr_error *err)
{
    if (XGBoosterCreate(&matrix, 1, &booster->handle) != 0)
        return library_error(err, TR_INTERNAL);
    enum tr_status status = set_params(fit, booster->handle, err);
    if (status == TR_OK)
        status = describe(fit, booster->handle, err);
    if (status != TR_OK)
        return status;
    for (size_t i = 0; i < fit->rounds; i++)
        if (XGBoosterUpdateOneIter(booster->handle, (int)i, matrix) != 0)
            return library_error(err, TR_INVALID);
    return get_ready(booster, err);
}

static enum tr_status xgboost_train(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err)
{
    *out = NULL;
    enum tr_status status = check_fit(fit, err);
    if (status == TR_OK)
        status = be_silent(err);
    if (status != TR_OK)
        return status;
    DMatrixHandle matrix = NULL;
    struct booster *booster = tr_alloc_zero(1, sizeof *booster);
    if (!booster || !(booster->col = tr_alloc(fit->cols, sizeof *booster->col))) {
        status = tr_error_nomem(err);
        goto out;
    }
    booster->base.impl = &tr_model_xgboost;
    booster->cols = fit->cols;
    memcpy(booster->col, fit->col, fit->cols * sizeof *booster->col);
    status = make_matrix(fit, &matrix, err);
    if (status == TR_OK)
        status = grow(fit, matrix, booster, err);
    if (status == TR_OK) {
        *out = &booster->base;
        booster = NULL;
    }
out:
    if (matrix)
        XGDMatrixFree(matrix);
    xgboost_destroy(booster ? &booster->base : NULL);
    return status;
}

static enum tr_status xgboost_predict(const struct tr_model *model, const struct tr_matrix *x, size_t n,
                                      const size_t *row, double *out, struct tr_error *err)
{
    const struct booster *booster = (const struct booster *)model;
    enum tr_status status = be_silent(err);
    if (status != TR_OK || n == 0)
        return status;
    size_t block = n < PREDICT_ROWS ? n : PREDICT_ROWS;
    float *copy = booster->cols <= SIZE_MAX / block ? tr_alloc(block * booster->cols, sizeof *copy) : NULL;
    if (!copy)
        return tr_error_nomem(err);
    for (size_t first = 0; first < n && status == TR_OK; first += block) {
        size_t count = n - first < block ? n - first : block;
        copy_rows(x, count, row + first, booster->cols, booster->col, copy);
        status = predict_block(booster->handle, copy, count, booster->cols, out + first, err);
    }
    tr_free(copy);
    return status;
}

static enum tr_status xgboost_save(const struct tr_model *model, struct tr_buf *out, struct tr_error *err)
{
    const struct booster *booster = (const struct booster *)model;
    enum tr_status status = be_silent(err);
    if (status != TR_OK)
        return status;
    bst_ulong size;
    const char *bytes;
    if (XGBoosterSaveModelToBuffer(booster->handle, "{\"format\": \"json\"}", &size, &bytes) != 0)
        return library_error(err, TR_INTERNAL);
    tr_buf_add(out, bytes, (size_t)size);
    return tr_buf_status(out, err);
}

static enum tr_status xgboost_load(const void *bytes, size_t n, size_t cols, const size_t *col, struct tr_model **out,
                                   struct tr_error *err)
{
    *out = NULL;
    struct booster *booster = tr_alloc_zero(1, sizeof *booster);
    if (!booster)
        return tr_error_nomem(err);
    booster->base.impl = &tr_model_xgboost;
    enum tr_status status = tr_xgboost_file_check(bytes, n, &booster->cols, &booster->col, err);
    if (status == TR_OK && col && cols != booster->cols)
        status = tr_error_set(err, TR_CORRUPT, "the model has %zu columns, not %zu", booster->cols, cols);
    if (status == TR_OK && col)
        memcpy(booster->col, col, cols * sizeof *col);
    if (status == TR_OK)
        status = be_silent(err);
    if (status != TR_OK)
        goto out;
    if (XGBoosterCreate(NULL, 0, &booster->handle) != 0 || XGBoosterSetParam(booster->handle, "verbosity", "0") != 0 ||
        XGBoosterLoadModelFromBuffer(booster->handle, bytes, (bst_ulong)n) != 0) {
        status = library_error(err, TR_CORRUPT);
        goto out;
    }
    status = get_ready(booster, err);
out:
    if (status != TR_OK) {
        xgboost_destroy(&booster->base);
        return status;
    }
    *out = &booster->base;
    return TR_OK;
}

const struct tr_model_impl tr_model_xgboost = {
    .name = "xgboost",
    .train = xgboost_train,
    .predict = xgboost_predict,
    .save = xgboost_save,
    .load = xgboost_load,
    .destroy = xgboost_destroy,
};
