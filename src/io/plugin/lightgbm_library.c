#include "io/plugin/lightgbm_library.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "engine/model/file/lightgbm_text.h"
#include "engine/model/forest/stop.h"
#include "engine/model/gbdt/params.h"
#include "engine/model/lightgbm.h"
#include "engine/model/trees.h"
#include "io/plugin/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TRAINER "library "

enum { FLOAT32 = 0, FLOAT64 = 1 }; /* LightGBM's C_API_DTYPE_ */

struct tr_lightgbm_library {
    void *handle;
    char trainer[sizeof TRAINER - 1 + TR_HASH_TEXT];
    const char *(*last_error)(void);
    int (*dataset_create)(const void *data, int type, int32_t rows, int32_t cols, int row_major, const char *params,
                          void *reference, void **out);
    int (*dataset_set_field)(void *dataset, const char *name, const void *data, int n, int type);
    int (*dataset_free)(void *dataset);
    int (*booster_create)(void *dataset, const char *params, void **out);
    int (*booster_add_valid)(void *booster, void *dataset);
    int (*booster_update)(void *booster, int *finished);
    int (*booster_eval_counts)(void *booster, int *n);
    int (*booster_eval)(void *booster, int dataset, int *n, double *out);
    int (*booster_save)(void *booster, int start, int rounds, int importance, int64_t capacity, int64_t *n, char *out);
    int (*booster_free)(void *booster);
    void *fast_config_free; /* never called: versions below 3, whose calls take other arguments, do not have it */
};

static const struct {
    const char *name;
    size_t at;
} symbols[] = {
    {"LGBM_GetLastError", offsetof(struct tr_lightgbm_library, last_error)},
    {"LGBM_DatasetCreateFromMat", offsetof(struct tr_lightgbm_library, dataset_create)},
    {"LGBM_DatasetSetField", offsetof(struct tr_lightgbm_library, dataset_set_field)},
    {"LGBM_DatasetFree", offsetof(struct tr_lightgbm_library, dataset_free)},
    {"LGBM_BoosterCreate", offsetof(struct tr_lightgbm_library, booster_create)},
    {"LGBM_BoosterAddValidData", offsetof(struct tr_lightgbm_library, booster_add_valid)},
    {"LGBM_BoosterUpdateOneIter", offsetof(struct tr_lightgbm_library, booster_update)},
    {"LGBM_BoosterGetEvalCounts", offsetof(struct tr_lightgbm_library, booster_eval_counts)},
    {"LGBM_BoosterGetEval", offsetof(struct tr_lightgbm_library, booster_eval)},
    {"LGBM_BoosterSaveModelToString", offsetof(struct tr_lightgbm_library, booster_save)},
    {"LGBM_BoosterFree", offsetof(struct tr_lightgbm_library, booster_free)},
    {"LGBM_FastConfigFree", offsetof(struct tr_lightgbm_library, fast_config_free)},
};

/* --- opening --- */

static enum tr_status resolve(struct tr_lightgbm_library *library, struct tr_error *err)
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *symbol = dlsym(library->handle, symbols[i].name);
        if (!symbol && i == 0)
            return tr_error_set(err, TR_UNSUPPORTED, "a shared library, but not LightGBM's (it has no %s)",
                                symbols[i].name);
        if (!symbol)
            return tr_error_set(err, TR_UNSUPPORTED, "lacks %s: LightGBM 4 is needed", symbols[i].name);
        memcpy((char *)library + symbols[i].at, &symbol, sizeof symbol);
    }
    return TR_OK;
}

static enum tr_status name_build(const char *path, char out[TR_HASH_TEXT], struct tr_error *err)
{
    unsigned char block[16384];
    struct tr_hash hash;
    FILE *file = fopen(path, "rb");
    if (!file)
        return tr_error_set(err, TR_IO, "cannot be read: %s", strerror(errno));
    tr_hash_init(&hash);
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
        tr_hash_add(&hash, block, n);
    bool failed = ferror(file) != 0;
    int why = errno;
    fclose(file);
    if (failed)
        return tr_error_set(err, TR_IO, "cannot be read: %s", strerror(why));
    tr_hash_end(&hash, out);
    return TR_OK;
}

enum tr_status tr_lightgbm_library_open(const char *path, struct tr_lightgbm_library **out, struct tr_error *err)
{
    struct tr_lightgbm_library *library = tr_alloc_zero(1, sizeof *library);
    *out = NULL;
    if (!library)
        return tr_error_nomem(err);
    enum tr_status status = tr_library_load(path, &library->handle, err);
    if (!status)
        status = resolve(library, err);
    memcpy(library->trainer, TRAINER, sizeof TRAINER - 1);
    if (!status)
        status = name_build(path, library->trainer + sizeof TRAINER - 1, err);
    if (status) {
        tr_lightgbm_library_close(library);
        return tr_error_prepend(err, "%s", path);
    }
    *out = library;
    return TR_OK;
}

void tr_lightgbm_library_close(struct tr_lightgbm_library *library)
{
    if (!library)
        return;
    if (library->handle)
        dlclose(library->handle);
    tr_free(library);
}

const char *tr_lightgbm_library_trainer(const struct tr_lightgbm_library *library)
{
    return library->trainer;
}

/* --- training --- */

struct training {
    const struct tr_lightgbm_library *api;
    const struct tr_fit *fit;
    struct tr_buf params;
    void *train, *valid, *booster;
    struct tr_stop stop; /* by the log loss over the rows of fit->stop */
};

static enum tr_status check(const struct training *training, const char *what, int code, struct tr_error *err)
{
    return code == 0 ? TR_OK
                     : tr_error_set(err, TR_INTERNAL, "LightGBM's library: %s: %s", what, training->api->last_error());
}

static bool is_flag(const char *name, size_t len)
{
    static const char *const flags[] = {"use_missing", "zero_as_missing", "feature_pre_filter", "is_unbalance",
                                        "boost_from_average"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strlen(flags[i]) == len && memcmp(flags[i], name, len) == 0)
            return true;
    }
    return false;
}

/* "[num_leaves: 31]" lines of the parameters understood -> "num_leaves=31 ". The library wants words for its flags, and
 * seeds that fit into an int. */
static void add_params(const char *lines, struct tr_buf *out)
{
    for (const char *at = lines; *at == '[';) {
        const char *name = at + 1, *colon = strchr(at, ':'), *end = strchr(at, '\n');
        size_t len = (size_t)(colon - name);
        if (is_flag(name, len))
            tr_buf_printf(out, "%.*s=%s ", (int)len, name, colon[2] == '1' ? "true" : "false");
        else if (len != 4 || memcmp(name, "seed", 4) != 0)
            tr_buf_printf(out, "%.*s=%.*s ", (int)len, name, (int)(end - colon - 3), colon + 2);
        at = end + 1;
    }
}

static enum tr_status make_params(struct training *training, struct tr_error *err)
{
    struct tr_gbdt_params params;
    struct tr_buf lines;
    if (tr_lightgbm_params(training->fit, &params, err))
        return err->code;
    tr_buf_init(&lines);
    tr_gbdt_params_text(&params, &lines);
    add_params(tr_buf_string(&lines), &training->params);
    tr_buf_printf(&training->params,
                  "seed=%d num_threads=1 deterministic=true force_row_wise=true verbosity=-1 metric=binary_logloss",
                  (int)(params.seed & 0x7fffffff));
    enum tr_status status = tr_buf_status(&lines, err);
    tr_buf_finish(&lines);
    return status ? status : tr_buf_status(&training->params, err);
}

/* x [n * cols], row after row; the labels and, where there are any, weights behind each other as floats. */
static void gather(const struct tr_fit *fit, size_t n, const size_t *row, double *x)
{
    for (size_t j = 0; j < fit->cols; j++) {
        const double *column = tr_matrix_column(fit->x, fit->col[j]);
        for (size_t i = 0; i < n; i++)
            x[i * fit->cols + j] = column[row[i]];
    }
}

static enum tr_status set_field(struct training *training, void *dataset, const char *name, size_t n,
                                const double *values, float *floats, struct tr_error *err)
{
    if (!values)
        return TR_OK;
    for (size_t i = 0; i < n; i++)
        floats[i] = (float)values[i];
    return check(training, name, training->api->dataset_set_field(dataset, name, floats, (int)n, FLOAT32), err);
}

/* *dataset is to be freed by the caller also after an error. */
static enum tr_status make_dataset(struct training *training, size_t n, const size_t *row, const double *y,
                                   const double *weight, void **dataset, struct tr_error *err)
{
    const struct tr_fit *fit = training->fit;
    if (n == 0 || n > INT32_MAX || fit->cols == 0 || fit->cols > INT32_MAX || n > SIZE_MAX / sizeof(double) / fit->cols)
        return tr_error_set(err, TR_INVALID, "%zu rows of %zu columns: that cannot be trained on", n, fit->cols);
    double *x = tr_alloc(n * fit->cols, sizeof *x);
    float *floats = tr_alloc(n, sizeof *floats);
    enum tr_status status = TR_NOMEM;
    if (!x || !floats) {
        tr_error_nomem(err);
        goto out;
    }
    gather(fit, n, row, x);
    status = check(training, "data set",
                   training->api->dataset_create(x, FLOAT64, (int32_t)n, (int32_t)fit->cols, 1,
                                                 tr_buf_string(&training->params), training->train, dataset),
                   err);
    if (!status)
        status = set_field(training, *dataset, "label", n, y, floats, err);
    if (!status)
        status = set_field(training, *dataset, "weight", n, weight, floats, err);
out:
    tr_free(x);
    tr_free(floats);
    return status;
}

static enum tr_status begin(struct training *training, struct tr_error *err)
{
    const struct tr_lightgbm_library *api = training->api;
    const struct tr_fit *fit = training->fit;
    const struct tr_fit_stop *stop = fit->stop;
    int metrics = 1;
    enum tr_status status = make_params(training, err);
    if (!status)
        status = make_dataset(training, fit->n, fit->row, fit->y, fit->weight, &training->train, err);
    if (!status)
        status = check(training, "booster",
                       api->booster_create(training->train, tr_buf_string(&training->params), &training->booster), err);
    if (status || !stop)
        return status;
    status = make_dataset(training, stop->n, stop->row, stop->y, stop->weight, &training->valid, err);
    if (!status)
        status = check(training, "early stopping", api->booster_add_valid(training->booster, training->valid), err);
    if (!status)
        status = check(training, "early stopping", api->booster_eval_counts(training->booster, &metrics), err);
    if (!status && metrics != 1)
        status =
            tr_error_set(err, TR_INTERNAL, "LightGBM's library: early stopping: %d losses instead of one", metrics);
    return status;
}

/* One more look at the rows watched. */
static enum tr_status watch(struct training *training, size_t rounds, bool *enough, struct tr_error *err)
{
    double loss = (double)NAN;
    int n = 0;
    enum tr_status status =
        check(training, "early stopping", training->api->booster_eval(training->booster, 1, &n, &loss), err);
    if (status)
        return status;
    *enough = tr_stop_note(&training->stop, rounds, loss);
    return TR_OK;
}

static enum tr_status boost(struct training *training, struct tr_error *err)
{
    bool enough = false;
    for (size_t round = 0; round < training->fit->rounds && !enough; round++) {
        int finished = 0;
        enum tr_status status =
            check(training, "round", training->api->booster_update(training->booster, &finished), err);
        if (status)
            return status;
        if (finished)
            break;
        if (training->fit->stop && watch(training, round + 1, &enough, err))
            return err->code;
    }
    return TR_OK;
}

/* The library says how long its text is (the final 0 counted) and writes no more than there is room for. */
static enum tr_status save(const struct training *training, struct tr_buf *text, struct tr_error *err)
{
    int rounds = training->stop.best_round ? (int)training->stop.best_round : -1;
    int64_t n = 0, again = 0;
    enum tr_status status =
        check(training, "model", training->api->booster_save(training->booster, 0, rounds, 0, 0, &n, NULL), err);
    if (status)
        return status;
    if (n < 2 || (uint64_t)n > TR_MODEL_FILE_MAX)
        return tr_error_set(err, TR_INTERNAL, "LightGBM's library: a model of %lld bytes", (long long)n);
    char *to = tr_buf_reserve(text, (size_t)n);
    if (!to)
        return tr_error_nomem(err);
    status = check(training, "model", training->api->booster_save(training->booster, 0, rounds, 0, n, &again, to), err);
    if (status)
        return status;
    if (again != n)
        return tr_error_set(err, TR_INTERNAL, "LightGBM's library: a model of %lld, then of %lld bytes", (long long)n,
                            (long long)again);
    text->len += (size_t)n - 1;
    return TR_OK;
}

static enum tr_status take_model(const struct training *training, struct tr_model **out, struct tr_error *err)
{
    const struct tr_fit *fit = training->fit;
    struct tr_buf text;
    struct tr_forest forest;
    tr_buf_init(&text);
    tr_forest_init(&forest, TR_FOREST_LIGHTGBM);
    enum tr_status status = save(training, &text, err);
    if (!status)
        status = tr_lightgbm_read(text.data, text.len, &forest, err);
    if (!status && forest.features != fit->cols)
        status = tr_error_set(err, TR_INTERNAL, "LightGBM's library: a model of %zu columns instead of %zu",
                              forest.features, fit->cols);
    if (!status && fit->names)
        status = tr_forest_name(&forest, fit->names, err);
    tr_buf_finish(&text);
    if (!status)
        return tr_trees_create(&tr_model_lightgbm, &forest, fit->col, out, err);
    tr_forest_finish(&forest);
    return status;
}

static enum tr_status library_train(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err)
{
    struct training training = {.api = fit->context, .fit = fit};
    if (fit->stop)
        tr_stop_init(&training.stop, fit->stop->patience, fit->stop->min_rounds);
    *out = NULL;
    if (!training.api || fit->rounds == 0)
        return tr_error_set(err, TR_INVALID, "lightgbm: %s",
                            fit->rounds ? "the library was not opened" : "no rounds to train");
    tr_buf_init(&training.params);
    enum tr_status status = begin(&training, err);
    if (!status)
        status = boost(&training, err);
    if (!status)
        status = take_model(&training, out, err);
    if (training.booster)
        training.api->booster_free(training.booster);
    if (training.valid)
        training.api->dataset_free(training.valid);
    if (training.train)
        training.api->dataset_free(training.train);
    tr_buf_finish(&training.params);
    return status ? tr_error_prepend(err, "lightgbm") : TR_OK;
}

static enum tr_status library_save(const struct tr_model *model, struct tr_buf *out, struct tr_error *err)
{
    return tr_model_lightgbm.save(model, out, err);
}

static enum tr_status library_load(const void *bytes, size_t n, size_t cols, const size_t *col, struct tr_model **out,
                                   struct tr_error *err)
{
    return tr_model_lightgbm.load(bytes, n, cols, col, out, err);
}

const struct tr_model_impl tr_lightgbm_library_impl = {
    .name = "lightgbm",
    .train = library_train,
    .predict = tr_trees_predict,
    .save = library_save,
    .load = library_load,
    .forest = tr_trees_forest,
    .destroy = tr_trees_destroy,
};
