/* Fits of 200 trees on real hourly bars: the first 45 inputs of engine/feature against long triple-barrier labels, the
 * series named one after the other, over and over, until there are 4,320, 17,280 or 259,200 rows; 63 and 255 bins. CPU
 * seconds of one thread (best of the rounds) and log loss on the rows of the fit. Beside ours in the same run:
 * libxgboost (hist, depth 6, as many bins) and, where LIGHTGBM_LIBRARY names one, a real lib_lightgbm.so.
 *
 * Usage: gbdt_bench CSV...: timestamp_ms,open,high,low,close,volume of hourly series, gzipped or not. */
#include "base/alloc.h"
#include "engine/feature/feature.h"
#include "engine/label/barrier.h"
#include "engine/model/forest/predict.h"
#include "engine/model/gbdt/train.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xgboost/c_api.h>
#include <zlib.h>

enum { COLS = 45, ROUNDS = 200, WARM_UP = 300, MOST = 259200 };

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void must(enum tr_status status, const struct tr_error *err)
{
    if (status == TR_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static void must_be(bool right, const char *what)
{
    if (right)
        return;
    fprintf(stderr, "gbdt_bench: %s\n", what);
    exit(1);
}

static void load_csv(const char *path, struct tr_bar_list *list)
{
    struct tr_error err;
    char line[256];
    gzFile file = gzopen(path, "rb");
    must_be(file != NULL, path);
    while (gzgets(file, line, sizeof line)) {
        char *at;
        struct tr_bar bar = {.time = strtoll(line, &at, 10)};
        double *field[] = {&bar.open, &bar.high, &bar.low, &bar.close, &bar.volume};
        for (int k = 0; k < 5 && *at == ','; k++)
            *field[k] = strtod(at + 1, &at);
        if (bar.time > 0)
            must(tr_bar_list_add(list, &bar, &err), &err);
    }
    gzclose(file);
}

/* The rows of all fits: a fit of n takes the first n. */
struct table {
    struct tr_matrix x;
    double *y;
    size_t *row, *col, n;
};

static void add_series(const char *path, struct table *t)
{
    struct tr_error err;
    struct tr_bar_list list;
    struct tr_matrix features;
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    load_csv(path, &list);
    struct tr_bars bars = tr_bar_list_view(&list);
    must(tr_matrix_init(&features, bars.n, TR_FEATURE_COLUMNS, &err), &err);
    must(tr_feature_compute(&bars, &features, &err), &err);
    struct tr_barrier_labels labels = {tr_alloc(bars.n, 1), tr_alloc(bars.n, 1), tr_alloc(bars.n, sizeof(double))};
    must_be(labels.hit && labels.bars && labels.return_frac, "out of memory");
    struct tr_barrier_options options = tr_barrier_defaults();
    tr_barrier_label(&bars, &options, TR_LONG, &labels);
    for (size_t i = WARM_UP; i < bars.n && t->n < MOST; i++) {
        if (labels.hit[i] == TR_HIT_NONE)
            continue;
        for (size_t j = 0; j < COLS; j++)
            tr_matrix_column(&t->x, j)[t->n] = tr_matrix_at(&features, i, TR_FEATURE_OVERLAYS + j);
        t->y[t->n++] = labels.hit[i] == TR_HIT_TP;
    }
    tr_free(labels.hit);
    tr_free(labels.bars);
    tr_free(labels.return_frac);
    tr_matrix_finish(&features);
    tr_bar_list_finish(&list);
}

static void fill_table(int files, char **path, struct table *t)
{
    struct tr_error err;
    must(tr_matrix_init(&t->x, MOST, COLS, &err), &err);
    t->y = tr_alloc(MOST, sizeof *t->y);
    t->row = tr_alloc(MOST, sizeof *t->row);
    t->col = tr_alloc(COLS, sizeof *t->col);
    must_be(t->y && t->row && t->col, "out of memory");
    for (int k = 0; t->n < MOST; k = (k + 1) % files) {
        size_t before = t->n;
        add_series(path[k], t);
        must_be(t->n > before, "a series without rows");
    }
    for (size_t i = 0; i < MOST; i++)
        t->row[i] = i;
    for (size_t j = 0; j < COLS; j++)
        t->col[j] = j;
}

static double log_loss(size_t n, const double *y, const double *p)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum -= log(y[i] > 0.0 ? p[i] : 1.0 - p[i]);
    return sum / (double)n;
}

struct result {
    double seconds, loss;
};

static struct result run_ours(const struct table *t, size_t n, size_t max_bin)
{
    struct tr_error err;
    struct tr_forest forest;
    struct tr_predictor *predictor;
    struct tr_gbdt_params params;
    tr_gbdt_params_defaults(&params);
    params.learning_rate = 0.05;
    params.max_bin = max_bin;
    struct tr_gbdt_rows rows = {&t->x, n, t->row, t->y, NULL, COLS, t->col};
    double start = cpu_seconds();
    must(tr_gbdt_train(&params, &rows, NULL, ROUNDS, &forest, &err), &err);
    struct result result = {.seconds = cpu_seconds() - start};
    double *p = tr_alloc(n, sizeof *p);
    must_be(p != NULL, "out of memory");
    must(tr_predictor_create(&forest, &predictor, &err), &err);
    must(tr_predict(predictor, &t->x, n, t->row, t->col, false, p, &err), &err);
    result.loss = log_loss(n, t->y, p);
    tr_predictor_destroy(predictor);
    tr_free(p);
    tr_forest_finish(&forest);
    return result;
}

/* Row-major floats and labels, which the libraries take. */
static void copy_floats(const struct table *t, size_t n, float *x, float *y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = (float)t->y[i];
        for (size_t j = 0; j < COLS; j++)
            x[i * COLS + j] = (float)tr_matrix_at(&t->x, i, j);
    }
}

static struct result run_xgboost(const struct table *t, size_t n, size_t max_bin)
{
    float *x = tr_alloc(n * COLS, sizeof *x), *y = tr_alloc(n, sizeof *y);
    double *p = tr_alloc(n, sizeof *p);
    must_be(x && y && p, "out of memory");
    copy_floats(t, n, x, y);
    char bins[16];
    snprintf(bins, sizeof bins, "%zu", max_bin);
    const char *params[][2] = {{"objective", "binary:logistic"},
                               {"tree_method", "hist"},
                               {"max_depth", "6"},
                               {"eta", "0.05"},
                               {"base_score", "0.5"},
                               {"nthread", "1"},
                               {"verbosity", "0"},
                               {"max_bin", bins}};
    DMatrixHandle matrix;
    BoosterHandle booster;
    double start = cpu_seconds();
    must_be(XGDMatrixCreateFromMat(x, n, COLS, NAN, &matrix) == 0 &&
                XGDMatrixSetFloatInfo(matrix, "label", y, n) == 0 && XGBoosterCreate(&matrix, 1, &booster) == 0,
            XGBGetLastError());
    for (size_t k = 0; k < sizeof params / sizeof params[0]; k++)
        must_be(XGBoosterSetParam(booster, params[k][0], params[k][1]) == 0, XGBGetLastError());
    for (int i = 0; i < ROUNDS; i++)
        must_be(XGBoosterUpdateOneIter(booster, i, matrix) == 0, XGBGetLastError());
    struct result result = {.seconds = cpu_seconds() - start};
    bst_ulong count;
    const float *out;
    must_be(XGBoosterPredict(booster, matrix, 0, 0, 0, &count, &out) == 0 && count == n, XGBGetLastError());
    for (size_t i = 0; i < n; i++)
        p[i] = (double)out[i];
    result.loss = log_loss(n, t->y, p);
    XGBoosterFree(booster);
    XGDMatrixFree(matrix);
    tr_free(p);
    tr_free(y);
    tr_free(x);
    return result;
}

/* LightGBM's C API, as far as it is needed here. */
struct lightgbm {
    int (*create_data)(const void *, int, int32_t, int32_t, int, const char *, const void *, void **);
    int (*set_field)(void *, const char *, const void *, int, int);
    int (*create)(const void *, const char *, void **);
    int (*update)(void *, int *);
    int (*predict)(void *, const void *, int, int32_t, int32_t, int, int, int, int, const char *, int64_t *, double *);
    int (*free_booster)(void *);
    int (*free_data)(void *);
};

static void find(void *library, const char *name, void *function, size_t size)
{
    void *symbol = dlsym(library, name);
    must_be(symbol != NULL, name);
    memcpy(function, &symbol, size);
}

static bool open_lightgbm(struct lightgbm *l)
{
    const char *path = getenv("LIGHTGBM_LIBRARY");
    void *library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    must_be(!path || library, "LIGHTGBM_LIBRARY cannot be opened");
    if (!library)
        return false;
    find(library, "LGBM_DatasetCreateFromMat", &l->create_data, sizeof l->create_data);
    find(library, "LGBM_DatasetSetField", &l->set_field, sizeof l->set_field);
    find(library, "LGBM_BoosterCreate", &l->create, sizeof l->create);
    find(library, "LGBM_BoosterUpdateOneIter", &l->update, sizeof l->update);
    find(library, "LGBM_BoosterPredictForMat", &l->predict, sizeof l->predict);
    find(library, "LGBM_BoosterFree", &l->free_booster, sizeof l->free_booster);
    find(library, "LGBM_DatasetFree", &l->free_data, sizeof l->free_data);
    return true;
}

static struct result run_lightgbm(const struct lightgbm *l, const struct table *t, size_t n, size_t max_bin)
{
    double *x = tr_alloc(n * COLS, sizeof *x), *p = tr_alloc(n, sizeof *p);
    float *y = tr_alloc(n, sizeof *y);
    must_be(x && y && p, "out of memory");
    for (size_t i = 0; i < n; i++) {
        y[i] = (float)t->y[i];
        for (size_t j = 0; j < COLS; j++)
            x[i * COLS + j] = tr_matrix_at(&t->x, i, j);
    }
    char params[256];
    snprintf(params, sizeof params,
             "objective=binary max_bin=%zu learning_rate=0.05 num_leaves=31 num_threads=1 deterministic=true "
             "force_row_wise=true verbosity=-1",
             max_bin);
    void *data, *booster;
    int finished, failed;
    int64_t count;
    double start = cpu_seconds();
    failed = l->create_data(x, 1, (int32_t)n, COLS, 1, params, NULL, &data) ||
             l->set_field(data, "label", y, (int)n, 0) || l->create(data, params, &booster);
    for (int i = 0; i < ROUNDS && !failed; i++)
        failed = l->update(booster, &finished);
    struct result result = {.seconds = cpu_seconds() - start};
    failed = failed || l->predict(booster, x, 1, (int32_t)n, COLS, 1, 0, 0, -1, "num_threads=1", &count, p);
    must_be(!failed, "lib_lightgbm failed");
    result.loss = log_loss(n, t->y, p);
    l->free_booster(booster);
    l->free_data(data);
    tr_free(y);
    tr_free(p);
    tr_free(x);
    return result;
}

static void keep_best(struct result *best, struct result got)
{
    if (best->seconds == 0.0 || got.seconds < best->seconds)
        *best = got;
}

static void measure(const struct table *t, const struct lightgbm *l, size_t n, size_t max_bin)
{
    struct result ours = {0}, xgboost = {0}, lightgbm = {0};
    for (size_t round = 0; round < (n > 100000 ? 1 : 5); round++) {
        keep_best(&ours, run_ours(t, n, max_bin));
        keep_best(&xgboost, run_xgboost(t, n, max_bin));
        if (l)
            keep_best(&lightgbm, run_lightgbm(l, t, n, max_bin));
    }
    printf("%6zu rows %3zu bins: ours %6.3f s loss %.5f; xgboost %6.3f s loss %.5f, ratio %.2f", n, max_bin,
           ours.seconds, ours.loss, xgboost.seconds, xgboost.loss, xgboost.seconds / ours.seconds);
    if (l)
        printf("; lightgbm %6.3f s loss %.5f, ratio %.2f", lightgbm.seconds, lightgbm.loss,
               lightgbm.seconds / ours.seconds);
    printf("\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct table t = {.n = 0};
    struct lightgbm l;
    const size_t rows[] = {4320, 17280, MOST};
    must_be(argc > 1, "name one or more CSV files of hourly bars");
    fill_table(argc - 1, argv + 1, &t);
    bool peer = open_lightgbm(&l);
    for (size_t k = 0; k < 3; k++)
        for (size_t max_bin = 63; max_bin <= 255; max_bin += 192)
            measure(&t, peer ? &l : NULL, rows[k], max_bin);
    tr_free(t.y);
    tr_free(t.row);
    tr_free(t.col);
    tr_matrix_finish(&t.x);
    return 0;
}
