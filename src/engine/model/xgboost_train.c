#include "engine/model/xgboost_train.h"

#include "base/alloc.h"
#include "base/logarithm.h"
#include "engine/model/file/xgboost_file.h"
#include "engine/model/forest/stop.h"
#include "engine/model/xgboost.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <xgboost/c_api.h>

enum { CONFIG_TEXT = 192 };

/* What a float cell may hold: beyond it XGBoost's own arithmetic on cut points overflows, and it refuses infinities. */
static const double CELL_MAX = 1e37;

/* The least probability whose logarithm is taken. */
static const double LEAST = 1e-15;

/* Rows with their labels, as the fit and early stopping give them. */
struct rows {
    size_t n;
    const size_t *row;
    const double *y, *weight; /* [n]; weight may be NULL */
};

struct training {
    const struct tr_fit *fit;
    BoosterHandle handle;
    DMatrixHandle matrix[2]; /* of the fit; of the rows that decide early stopping, or NULL */
    size_t rounds;           /* done */
    struct tr_stop stop;
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

static enum tr_status check_rows(const struct tr_fit *fit, const struct rows *rows, struct tr_error *err)
{
    double total = 0.0;
    for (size_t i = 0; i < rows->n; i++) {
        assert(rows->row[i] < fit->x->rows);
        if (rows->y[i] != 0.0 && rows->y[i] != 1.0)
            return tr_error_set(err, TR_INVALID, "the label of row %zu is neither 0 nor 1", rows->row[i]);
        double w = rows->weight ? rows->weight[i] : 1.0;
        if (!(w >= 0.0 && w <= CELL_MAX))
            return tr_error_set(err, TR_INVALID, "the weight of row %zu is negative or not a number", rows->row[i]);
        total += w;
    }
    return total > 0.0 ? TR_OK : tr_error_set(err, TR_INVALID, "all weights are 0");
}

static struct rows fit_rows(const struct tr_fit *fit)
{
    return (struct rows){fit->n, fit->row, fit->y, fit->weight};
}

static struct rows stop_rows(const struct tr_fit *fit)
{
    return (struct rows){fit->stop->n, fit->stop->row, fit->stop->y, fit->stop->weight};
}

static enum tr_status check_fit(const struct tr_fit *fit, struct tr_error *err)
{
    if (fit->n == 0)
        return tr_error_set(err, TR_INVALID, "no rows to fit");
    if (fit->cols == 0)
        return tr_error_set(err, TR_INVALID, "no columns to fit");
    if (fit->rounds == 0)
        return tr_error_set(err, TR_INVALID, "no rounds to fit");
    struct rows rows = fit_rows(fit);
    enum tr_status status = check_rows(fit, &rows, err);
    if (status != TR_OK || !fit->stop)
        return status;
    if (fit->stop->n == 0)
        return tr_error_set(err, TR_INVALID, "no rows to decide early stopping by");
    rows = stop_rows(fit);
    status = check_rows(fit, &rows, err);
    return status == TR_OK ? TR_OK : tr_error_prepend(err, "early stopping");
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

static enum tr_status make_matrix(const struct tr_fit *fit, const struct rows *rows, DMatrixHandle *out,
                                  struct tr_error *err)
{
    float *x = rows->n <= SIZE_MAX / fit->cols ? tr_alloc(rows->n * fit->cols, sizeof *x) : NULL;
    if (!x)
        return tr_error_nomem(err);
    copy_rows(fit->x, rows->n, rows->row, fit->cols, fit->col, x);
    char text[CONFIG_TEXT];
    array_text(x, rows->n, fit->cols, text);
    int failed = XGDMatrixCreateFromDense(text, "{\"missing\": NaN, \"nthread\": 1}", out);
    tr_free(x);
    enum tr_status status = failed ? library_error(err, TR_INVALID) : TR_OK;
    if (status == TR_OK)
        status = set_info(*out, "label", rows->n, rows->y, err);
    if (status == TR_OK && rows->weight)
        status = set_info(*out, "weight", rows->n, rows->weight, err);
    return status;
}

/* Mean log loss of the rows watched. The library adds only the newest tree to margins that it keeps. */
static enum tr_status watched_loss(const struct training *training, double *out, struct tr_error *err)
{
    static const char config[] = "{\"type\": 1, \"training\": false, \"iteration_begin\": 0, \"iteration_end\": 0, "
                                 "\"strict_shape\": false}";
    const struct tr_fit_stop *stop = training->fit->stop;
    const bst_ulong *shape;
    bst_ulong dimensions;
    const float *margin;
    if (XGBoosterPredictFromDMatrix(training->handle, training->matrix[1], config, &shape, &dimensions, &margin) != 0)
        return library_error(err, TR_INTERNAL);
    if (dimensions < 1 || shape[0] != stop->n)
        return tr_error_set(err, TR_INTERNAL, "xgboost: unexpected shape of predictions");
    double sum = 0.0, total = 0.0;
    for (size_t i = 0; i < stop->n; i++) {
        double against = stop->y[i] > 0.0 ? -(double)margin[i] : (double)margin[i];
        double p = 1.0 / (1.0 + tr_exp(fmax(-700.0, fmin(700.0, against))));
        double weight = stop->weight ? stop->weight[i] : 1.0;
        sum -= weight * tr_ln(fmax(p, LEAST));
        total += weight;
    }
    *out = sum / total;
    return TR_OK;
}

/* Whether the rows watched have seen nothing better for too long. */
static enum tr_status watch(struct training *training, bool *enough, struct tr_error *err)
{
    double loss = 0.0;
    enum tr_status status = watched_loss(training, &loss, err);
    if (status != TR_OK)
        return status;
    *enough = tr_stop_note(&training->stop, training->rounds, loss);
    return TR_OK;
}

static enum tr_status grow(struct training *training, struct tr_error *err)
{
    const struct tr_fit *fit = training->fit;
    struct rows rows = fit_rows(fit);
    bool enough = false;
    enum tr_status status = make_matrix(fit, &rows, &training->matrix[0], err);
    if (status == TR_OK && fit->stop) {
        rows = stop_rows(fit);
        status = make_matrix(fit, &rows, &training->matrix[1], err);
    }
    if (status == TR_OK && XGBoosterCreate(training->matrix, fit->stop ? 2 : 1, &training->handle) != 0)
        status = library_error(err, TR_INTERNAL);
    if (status == TR_OK)
        status = set_params(fit, training->handle, err);
    while (status == TR_OK && training->rounds < fit->rounds && !enough) {
        if (XGBoosterUpdateOneIter(training->handle, (int)training->rounds, training->matrix[0]) != 0)
            return library_error(err, TR_INVALID);
        training->rounds++;
        if (fit->stop)
            status = watch(training, &enough, err);
    }
    return status;
}

/* The library's own file is read as any other: what cannot be checked is not used. */
static enum tr_status take_forest(const struct training *training, struct tr_forest *out, struct tr_error *err)
{
    const struct tr_fit *fit = training->fit;
    bst_ulong size;
    const char *bytes;
    if (XGBoosterSaveModelToBuffer(training->handle, "{\"format\": \"ubj\"}", &size, &bytes) != 0)
        return library_error(err, TR_INTERNAL);
    tr_forest_finish(out);
    enum tr_status status = tr_xgboost_read(bytes, (size_t)size, out, NULL, err);
    if (status == TR_OK && fit->stop) {
        size_t trees = out->n / training->rounds * tr_stop_kept(&training->stop, training->rounds);
        while (out->n > trees)
            tr_tree_finish(&out->tree[--out->n]);
    }
    if (status == TR_OK && fit->names)
        status = tr_forest_name(out, fit->names, err);
    return status;
}

enum tr_status tr_xgboost_train(const struct tr_fit *fit, struct tr_forest *out, struct tr_error *err)
{
    struct training training = {.fit = fit};
    if (fit->stop)
        tr_stop_init(&training.stop, fit->stop->patience, fit->stop->min_rounds);
    tr_forest_init(out, TR_FOREST_XGBOOST);
    enum tr_status status = check_fit(fit, err);
    if (status == TR_OK)
        status = be_silent(err);
    if (status == TR_OK)
        status = grow(&training, err);
    if (status == TR_OK)
        status = take_forest(&training, out, err);
    if (training.handle)
        XGBoosterFree(training.handle);
    for (size_t i = 0; i < 2; i++)
        if (training.matrix[i])
            XGDMatrixFree(training.matrix[i]);
    return status;
}
