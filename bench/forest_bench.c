/* Forest prediction, 200 trees: one row (10,000 different rows, one call each) and 10,000 rows in one call, beside the
 * libraries whose models they are. CPU time of one thread, medians, ours and the library's in turn; results are
 * compared to the bit.
 *
 * Usage: forest_bench [CSV [GOLDEN]]: CSV is an hourly series (timestamp_ms,open,high,low,close,volume, gzipped or not;
 * synthetic bars where it is absent), on whose first 45 input columns libxgboost trains a model of depth 6. GOLDEN is
 * the folder with LightGBM's models: hard-model-b255 (31 leaves, real rows) and large-model (63 leaves, 45 columns);
 * without it they are left out. LIGHTGBM_LIBRARY, where set, names a shared LightGBM to run beside them. */
#include "base/alloc.h"
#include "base/rng.h"
#include "engine/feature/feature.h"
#include "engine/model/file/lightgbm_text.h"
#include "engine/model/file/xgboost_file.h"
#include "engine/model/forest/predict.h"
#include "engine/model/forest/shap.h"
#include "engine/simulate/market.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xgboost/c_api.h>
#include <zlib.h>

enum { ROWS = 10000, ROUNDS = 9, TRAIN = 20000, COLS = 45, TREES = 200, TEXT = 192, EXPLAINED = 100 };

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median(double *seconds)
{
    qsort(seconds, ROUNDS, sizeof *seconds, by_value);
    return seconds[ROUNDS / 2];
}

static void must(enum tr_status status, const struct tr_error *err)
{
    if (status == TR_OK)
        return;
    fprintf(stderr, "forest_bench: %s\n", err->text);
    exit(1);
}

static void xgboost_must(int failed)
{
    if (!failed)
        return;
    fprintf(stderr, "forest_bench: %s\n", XGBGetLastError());
    exit(1);
}

/* ROWS rows, as everybody wants them. */
struct rows {
    struct tr_matrix x;
    double *doubles; /* row after row */
    float *floats;
};

static void finish_rows(struct rows *rows)
{
    tr_matrix_finish(&rows->x);
    tr_free(rows->doubles);
    tr_free(rows->floats);
}

/* x is filled already. */
static void arrange(struct rows *rows)
{
    size_t cols = rows->x.cols;
    rows->doubles = tr_alloc(ROWS * cols, sizeof *rows->doubles);
    rows->floats = tr_alloc(ROWS * cols, sizeof *rows->floats);
    if (!rows->doubles || !rows->floats)
        exit(1);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < cols; j++) {
            rows->doubles[i * cols + j] = tr_matrix_at(&rows->x, i, j);
            rows->floats[i * cols + j] = (float)tr_matrix_at(&rows->x, i, j);
        }
}

/* A library with a model of its own; one: row i alone; all: the ROWS rows at once; both give chances. */
struct peer {
    const char *name;
    void (*one)(struct peer *peer, const struct rows *rows, size_t i, double *out);
    void (*all)(struct peer *peer, const struct rows *rows, double *out);
    BoosterHandle xgboost;
    void *model, *fast; /* of LightGBM */
    const struct lightgbm *lightgbm;
};

static void report(const char *what, const char *unit, double ours, const struct peer *peer, double theirs)
{
    printf("  %-24s %8.2f %s", what, ours, unit);
    if (peer)
        printf("   %s %.2f, ratio %.1f", peer->name, theirs, theirs / ours);
    putchar('\n');
}

static void compare(const double *mine, const double *others)
{
    size_t different = 0;
    for (size_t i = 0; i < ROWS; i++)
        different += mine[i] < others[i] || mine[i] > others[i];
    if (different == 0)
        return;
    printf("  %zu results differ\n", different);
    exit(1);
}

static void measure(const struct tr_predictor *predictor, const struct rows *rows, struct peer *peer)
{
    static double mine[ROWS], batch[ROWS], others[ROWS];
    double ours[ROUNDS], theirs[ROUNDS];
    struct tr_error err;
    size_t cols = rows->x.cols;
    for (size_t round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds();
        for (size_t i = 0; i < ROWS; i++)
            tr_predict_row(predictor, rows->doubles + i * cols, false, &mine[i]);
        double middle = cpu_seconds();
        for (size_t i = 0; i < ROWS && peer; i++)
            peer->one(peer, rows, i, &others[i]);
        ours[round] = middle - start;
        theirs[round] = cpu_seconds() - middle;
    }
    report("one row", "us", median(ours) / ROWS * 1e6, peer, median(theirs) / ROWS * 1e6);
    if (peer)
        compare(mine, others);
    for (size_t round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds();
        must(tr_predict(predictor, &rows->x, ROWS, NULL, NULL, false, batch, &err), &err);
        double middle = cpu_seconds();
        if (peer)
            peer->all(peer, rows, others);
        ours[round] = middle - start;
        theirs[round] = cpu_seconds() - middle;
    }
    report("10,000 rows", "ms", median(ours) * 1e3, peer, median(theirs) * 1e3);
    compare(mine, batch);
    if (peer)
        compare(mine, others);
}

static void bench(const char *what, const struct tr_forest *forest, const struct rows *rows, struct peer *peer)
{
    struct tr_predictor *predictor;
    struct tr_error err;
    double *phi = tr_alloc(forest->features + 1, sizeof *phi);
    size_t leaves = 0;
    for (size_t t = 0; t < forest->n; t++)
        leaves += forest->tree[t].leaves;
    printf("%s: %zu trees, %zu leaves, %zu columns\n", what, forest->n, leaves, forest->features);
    must(tr_predictor_create(forest, &predictor, &err), &err);
    measure(predictor, rows, peer);
    double start = cpu_seconds();
    for (size_t i = 0; i < EXPLAINED && phi; i++)
        must(tr_shap(forest, rows->doubles + i * forest->features, phi, &err), &err);
    report("one row explained", "ms", (cpu_seconds() - start) / EXPLAINED * 1e3, NULL, 0.0);
    tr_free(phi);
    tr_predictor_destroy(predictor);
}

/* LightGBM's C interface, as far as it is used here. */
struct lightgbm {
    int (*load)(const char *text, int *iterations, void **booster);
    int (*fast)(void *booster, int type, int start, int n, int dtype, int32_t cols, const char *params, void **config);
    int (*one)(void *config, const void *row, int64_t *len, double *out);
    int (*all)(void *booster, const void *data, int dtype, int32_t rows, int32_t cols, int row_major, int type,
               int start, int n, const char *params, int64_t *len, double *out);
    int (*free_fast)(void *config);
    int (*free_booster)(void *booster);
};

static void lightgbm_one(struct peer *peer, const struct rows *rows, size_t i, double *out)
{
    int64_t len;
    if (peer->lightgbm->one(peer->fast, rows->doubles + i * rows->x.cols, &len, out) != 0)
        exit(1);
}

static void lightgbm_all(struct peer *peer, const struct rows *rows, double *out)
{
    int64_t len;
    if (peer->lightgbm->all(peer->model, rows->doubles, 1, ROWS, (int32_t)rows->x.cols, 1, 0, 0, -1, "num_threads=1",
                            &len, out) != 0)
        exit(1);
}

static void find(void *library, const char *name, void *function, size_t size)
{
    void *symbol = dlsym(library, name);
    if (!symbol) {
        fprintf(stderr, "forest_bench: %s is missing\n", name);
        exit(1);
    }
    memcpy(function, &symbol, size);
}

static bool open_lightgbm(struct lightgbm *l)
{
    const char *path = getenv("LIGHTGBM_LIBRARY");
    void *library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!library) {
        if (path)
            fprintf(stderr, "forest_bench: %s\n", dlerror());
        return false;
    }
    find(library, "LGBM_BoosterLoadModelFromString", &l->load, sizeof l->load);
    find(library, "LGBM_BoosterPredictForMatSingleRowFastInit", &l->fast, sizeof l->fast);
    find(library, "LGBM_BoosterPredictForMatSingleRowFast", &l->one, sizeof l->one);
    find(library, "LGBM_BoosterPredictForMat", &l->all, sizeof l->all);
    find(library, "LGBM_FastConfigFree", &l->free_fast, sizeof l->free_fast);
    find(library, "LGBM_BoosterFree", &l->free_booster, sizeof l->free_booster);
    return true;
}

/* The whole file with a 0 at its end, or NULL; freed with tr_free. */
static char *slurp(const char *folder, const char *name, size_t *n)
{
    enum { MOST = 32 << 20 };
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile file = gzopen(path, "rb");
    char *text = file ? tr_alloc(MOST, 1) : NULL;
    int got = text ? gzread(file, text, MOST - 1) : -1;
    if (file)
        gzclose(file);
    if (got < 0) {
        tr_free(text);
        return NULL;
    }
    *n = (size_t)got;
    text[got] = '\0';
    return text;
}

/* Lines of label, weight, then the columns; taken from the start again until there are ROWS. */
static void rows_of_csv(const char *text, size_t cols, struct rows *rows)
{
    struct tr_error err;
    const char *at = text;
    must(tr_matrix_init(&rows->x, ROWS, cols, &err), &err);
    for (size_t i = 0; i < ROWS; i++) {
        if (!*at)
            at = text;
        for (size_t j = 0; j < cols + 2; j++) {
            char *end;
            double value = strtod(at, &end);
            if (j >= 2)
                tr_matrix_column(&rows->x, j - 2)[i] = value;
            at = end + (*end != '\0');
        }
    }
    arrange(rows);
}

/* Like the rows the model was made from: uniform, 1 % missing. */
static void rows_at_random(size_t cols, struct rows *rows)
{
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 1, 0);
    must(tr_matrix_init(&rows->x, ROWS, cols, &err), &err);
    for (size_t j = 0; j < cols; j++)
        for (size_t i = 0; i < ROWS; i++)
            tr_matrix_column(&rows->x, j)[i] = tr_rng_below(&rng, 100) ? 2.0 * tr_rng_uniform(&rng) - 1.0 : (double)NAN;
    arrange(rows);
}

static void bench_lightgbm(const char *folder, const char *name, const char *csv, const struct lightgbm *library)
{
    struct peer peer = {.name = "LightGBM", .one = lightgbm_one, .all = lightgbm_all, .lightgbm = library};
    struct tr_forest forest;
    struct tr_error err;
    struct rows rows = {.doubles = NULL};
    size_t n, unused;
    char *text = slurp(folder, name, &n), *cells = csv ? slurp(folder, csv, &unused) : NULL;
    if (!text || (csv && !cells)) {
        printf("%s: not there\n", name);
        tr_free(text);
        tr_free(cells);
        return;
    }
    must(tr_lightgbm_read(text, n, &forest, &err), &err);
    if (cells)
        rows_of_csv(cells, forest.features, &rows);
    else
        rows_at_random(forest.features, &rows);
    if (library) {
        int iterations;
        if (library->load(text, &iterations, &peer.model) != 0 ||
            library->fast(peer.model, 0, 0, -1, 1, (int32_t)forest.features, "num_threads=1", &peer.fast) != 0)
            exit(1);
    }
    bench(name, &forest, &rows, library ? &peer : NULL);
    if (library) {
        library->free_fast(peer.fast);
        library->free_booster(peer.model);
    }
    finish_rows(&rows);
    tr_forest_finish(&forest);
    tr_free(cells);
    tr_free(text);
}

static void array_text(const float *data, size_t rows, char out[TEXT])
{
    snprintf(out, TEXT, "{\"data\": [%" PRIuPTR ", true], \"shape\": [%zu, %d], \"typestr\": \"<f4\", \"version\": 3}",
             (uintptr_t)data, rows, COLS);
}

static void xgboost_ask(struct peer *peer, const float *data, size_t n, double *out)
{
    char text[TEXT];
    const bst_ulong *shape;
    bst_ulong dimensions;
    const float *result;
    array_text(data, n, text);
    xgboost_must(
        XGBoosterPredictFromDense(peer->xgboost, text,
                                  "{\"type\": 0, \"training\": false, \"iteration_begin\": 0, "
                                  "\"iteration_end\": 0, \"strict_shape\": false, \"cache_id\": 0, \"missing\": NaN}",
                                  NULL, &shape, &dimensions, &result));
    for (size_t i = 0; i < n; i++)
        out[i] = (double)result[i];
}

static void xgboost_one(struct peer *peer, const struct rows *rows, size_t i, double *out)
{
    xgboost_ask(peer, rows->floats + i * COLS, 1, out);
}

static void xgboost_all(struct peer *peer, const struct rows *rows, double *out)
{
    xgboost_ask(peer, rows->floats, ROWS, out);
}

/* On the first TRAIN of the rows of features: does the next bar close higher? */
static BoosterHandle train(const struct tr_bars *bars, const struct tr_matrix *features)
{
    static const char *const param[][2] = {{"objective", "binary:logistic"},
                                           {"tree_method", "hist"},
                                           {"max_depth", "6"},
                                           {"max_bin", "256"},
                                           {"eta", "0.05"},
                                           {"nthread", "1"}};
    char text[TEXT];
    float *x = tr_alloc((size_t)TRAIN * COLS, sizeof *x), *y = tr_alloc(TRAIN, sizeof *y);
    DMatrixHandle matrix;
    BoosterHandle booster;
    if (!x || !y)
        exit(1);
    for (size_t i = 0; i < TRAIN; i++) {
        for (size_t j = 0; j < COLS; j++)
            x[i * COLS + j] = (float)tr_matrix_at(features, i, j);
        y[i] = bars->close[i + 1] > bars->close[i] ? 1.0F : 0.0F;
    }
    array_text(x, TRAIN, text);
    xgboost_must(XGBSetGlobalConfig("{\"verbosity\": 0}"));
    xgboost_must(XGDMatrixCreateFromDense(text, "{\"missing\": NaN, \"nthread\": 1}", &matrix));
    xgboost_must(XGDMatrixSetFloatInfo(matrix, "label", y, TRAIN));
    xgboost_must(XGBoosterCreate(&matrix, 1, &booster));
    for (size_t k = 0; k < sizeof param / sizeof param[0]; k++)
        xgboost_must(XGBoosterSetParam(booster, param[k][0], param[k][1]));
    for (int i = 0; i < TREES; i++)
        xgboost_must(XGBoosterUpdateOneIter(booster, i, matrix));
    xgboost_must(XGDMatrixFree(matrix));
    tr_free(x);
    tr_free(y);
    return booster;
}

static bool load_csv(const char *path, struct tr_bar_list *list)
{
    struct tr_error err;
    char line[256];
    gzFile file = path ? gzopen(path, "rb") : NULL;
    while (file && list->n < TRAIN + ROWS && gzgets(file, line, sizeof line)) {
        char *at;
        struct tr_bar bar = {.time = strtoll(line, &at, 10)};
        double *field[] = {&bar.open, &bar.high, &bar.low, &bar.close, &bar.volume};
        for (int k = 0; k < 5 && *at == ','; k++)
            *field[k] = strtod(at + 1, &at);
        if (bar.time > 0)
            must(tr_bar_list_add(list, &bar, &err), &err);
    }
    if (file)
        gzclose(file);
    return list->n == TRAIN + ROWS;
}

static void simulate(struct tr_bar_list *list)
{
    struct tr_error err;
    struct tr_simulate_options options = tr_simulate_defaults();
    tr_bar_list_finish(list);
    options.timeframe = TR_TIMEFRAME_1H;
    options.n = TRAIN + ROWS;
    tr_bar_list_init(list, options.timeframe);
    must(tr_simulate_market(&options, list, &err), &err);
}

static void bench_xgboost(const char *csv)
{
    struct peer peer = {.name = "XGBoost", .one = xgboost_one, .all = xgboost_all};
    struct tr_bar_list list;
    struct tr_forest forest;
    struct tr_matrix columns;
    struct tr_error err;
    struct rows rows = {.doubles = NULL};
    bst_ulong size;
    const char *bytes;
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    bool real = load_csv(csv, &list);
    if (!real)
        simulate(&list);
    struct tr_bars bars = tr_bar_list_view(&list);
    must(tr_matrix_init(&columns, bars.n, TR_FEATURE_COLUMNS, &err), &err);
    must(tr_feature_compute(&bars, &columns, &err), &err);
    struct tr_matrix inputs = tr_matrix_view(&columns, 0, bars.n, TR_FEATURE_OVERLAYS, COLS);
    peer.xgboost = train(&bars, &inputs);
    must(tr_matrix_init(&rows.x, ROWS, COLS, &err), &err);
    for (size_t j = 0; j < COLS; j++)
        memcpy(tr_matrix_column(&rows.x, j), tr_matrix_column(&inputs, j) + TRAIN, ROWS * sizeof(double));
    arrange(&rows);
    xgboost_must(XGBoosterSaveModelToBuffer(peer.xgboost, "{\"format\": \"json\"}", &size, &bytes));
    must(tr_xgboost_read(bytes, (size_t)size, &forest, NULL, &err), &err);
    bench(real ? "XGBoost, depth 6, real bars" : "XGBoost, depth 6, synthetic bars", &forest, &rows, &peer);
    XGBoosterFree(peer.xgboost);
    tr_forest_finish(&forest);
    finish_rows(&rows);
    tr_matrix_finish(&columns);
    tr_bar_list_finish(&list);
}

int main(int argc, char **argv)
{
    struct lightgbm library;
    bool beside = open_lightgbm(&library);
    if (argc > 2) {
        bench_lightgbm(argv[2], "hard-model-b255.txt.gz", "hard-train.csv.gz", beside ? &library : NULL);
        bench_lightgbm(argv[2], "large-model.txt.gz", NULL, beside ? &library : NULL);
    }
    bench_xgboost(argc > 1 ? argv[1] : NULL);
    return 0;
}
