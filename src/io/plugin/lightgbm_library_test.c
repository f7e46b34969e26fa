#include "support/test.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/rng.h"
#include "engine/model/file/lightgbm_text.h"
#include "engine/model/lightgbm.h"
#include "io/plugin/lightgbm_library.h"
#include "support/fake_lightgbm.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAKE FAKE_FOLDER "/libfake_lightgbm.so"

static struct tr_lightgbm_library *library;
static struct fake_lightgbm *fake;
static void *handle;

static void *symbol_of(void *from, const char *name)
{
    void *symbol = dlsym(from, name);
    if (!symbol)
        fail_msg("%s: no such call", name);
    return symbol;
}

static int set_up(void **state)
{
    (void)state;
    struct tr_error err;
    fake_lightgbm_fn memory;
    assert_ok(tr_lightgbm_library_open(FAKE, &library, &err), &err);
    handle = dlopen(FAKE, RTLD_NOW | RTLD_LOCAL); /* the same copy, as the path is the same */
    assert_non_null(handle);
    void *symbol = symbol_of(handle, "fake_lightgbm");
    memcpy(&memory, &symbol, sizeof memory);
    fake = memory();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tr_lightgbm_library_close(library);
    dlclose(handle);
    return 0;
}

/* --- opening --- */

static void refuse(const char *path, enum tr_status status, const char *what)
{
    struct tr_error err = {0};
    struct tr_lightgbm_library *other;
    assert_int_equal(tr_lightgbm_library_open(path, &other, &err), status);
    assert_null(other);
    if (!strstr(err.text, what) || !strstr(err.text, path))
        fail_msg("'%s' does not say '%s'", err.text, what);
}

static void what_cannot_be_opened_is_named_with_its_reason(void **state)
{
    (void)state;
    char dir[256], path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/lib_lightgbm.so", dir);
    refuse(path, TR_NOT_FOUND, "No such file");
    refuse("lib_lightgbm.so", TR_NOT_FOUND, "No such file"); /* never searched for */
    refuse("libm.so.6", TR_NOT_FOUND, "No such file");
    refuse(dir, TR_UNSUPPORTED, "is no file");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("this is prose", file);
    assert_int_equal(fclose(file), 0);
    refuse(path, TR_UNSUPPORTED, "cannot be opened as a shared library: ");
    refuse(FAKE_FOLDER "/libfake_lightgbm_other.so", TR_UNSUPPORTED, "not LightGBM's (it has no LGBM_GetLastError)");
    refuse(FAKE_FOLDER "/libfake_lightgbm_lacking.so", TR_UNSUPPORTED, "lacks LGBM_BoosterGetEval: LightGBM 4");
    test_remove_dir(dir);
    tr_lightgbm_library_close(NULL);
}

static void expect_trainer(const char *path, const void *bytes, size_t n)
{
    char hash[TR_HASH_TEXT], expected[100];
    struct tr_error err;
    struct tr_lightgbm_library *opened;
    tr_hash_of(bytes, n, hash);
    snprintf(expected, sizeof expected, "library %s", hash);
    assert_ok(tr_lightgbm_library_open(path, &opened, &err), &err);
    assert_string_equal(tr_lightgbm_library_trainer(opened), expected);
    tr_lightgbm_library_close(opened);
}

static void a_build_is_named_by_the_bytes_of_its_file_wherever_it_lies(void **state)
{
    (void)state;
    char dir[256], path[300];
    size_t len;
    char *bytes = test_read_file(FAKE, &len);
    expect_trainer(FAKE, bytes, len);
    test_make_dir(dir);
    for (int build = 0; build < 2; build++) { /* the same file elsewhere, then one of a byte more: another build */
        snprintf(path, sizeof path, "%s/build%d.so", dir, build);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_true(fwrite(bytes, 1, len + (size_t)build, file) == len + (size_t)build);
        assert_int_equal(fclose(file), 0);
        expect_trainer(path, bytes, len + (size_t)build);
    }
    test_remove_dir(dir);
    tr_free(bytes);
}

/* --- training, with a library that remembers --- */

#define ROWS 6
#define COLS 3

static double cells[(COLS + 1) * ROWS];
static const struct tr_matrix x = {ROWS, COLS + 1, ROWS, cells};
static const size_t rows[] = {1, 2, 3, 5}, columns[] = {0, 2, 3}, watched[] = {4, 0};
static const double labels[] = {1, 0, 1, 1}, weights[] = {0.5, 1, 2, 0.25}, watched_labels[] = {0, 1};
static const char *const names[] = {"one", "two x", "three"};
static const struct tr_fit_stop stop = {
    .n = 2, .row = watched, .y = watched_labels, .weight = weights, .patience = 3, .min_rounds = 2};

static struct tr_fit fit_of(size_t rounds)
{
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        cells[i] = (double)i;
    *fake = (struct fake_lightgbm){.metrics = 1};
    return (struct tr_fit){.x = &x,
                           .n = 4,
                           .row = rows,
                           .y = labels,
                           .weight = weights,
                           .cols = COLS,
                           .col = columns,
                           .names = names,
                           .rounds = rounds,
                           .seed = 7,
                           .context = library};
}

static struct tr_model *train(const struct tr_fit *fit)
{
    struct tr_error err = {0};
    struct tr_model *model;
    assert_ok(tr_lightgbm_library_impl.train(fit, &model, &err), &err);
    assert_true(fake->datasets == 0 && fake->boosters == 0);
    return model;
}

static size_t trees_of(struct tr_model *model)
{
    const size_t *col;
    size_t n = model->impl->forest(model, &col)->n;
    model->impl->destroy(model);
    return n;
}

static void rows_columns_labels_and_weights_arrive(void **state)
{
    (void)state;
    struct tr_fit fit = fit_of(4);
    const size_t *col;
    fit.stop = &stop;
    struct tr_model *model = train(&fit);
    assert_true(fake->rows[0] == 4 && fake->cols[0] == 3 && fake->rows[1] == 2 && fake->cols[1] == 3);
    assert_same_bits(fake->first[0], 1);
    assert_same_bits(fake->corner, 3 * ROWS + 5);
    assert_same_bits(fake->first[1], 4);
    assert_true(fake->referenced);
    assert_true(fake->label_sum[0] == 3.0f && fake->weight_sum[0] == 3.75f);
    assert_true(fake->label_sum[1] == 1.0f && fake->weight_sum[1] == 1.5f);
    assert_ptr_equal(model->impl, &tr_model_lightgbm);
    const struct tr_forest *forest = model->impl->forest(model, &col);
    assert_true(forest->features == 3 && col[0] == 0 && col[1] == 2 && col[2] == 3);
    assert_string_equal(forest->feature_name[1], "two_x");
    model->impl->destroy(model);
    fit = fit_of(4);
    fit.weight = NULL;
    fit.names = NULL;
    model = train(&fit);
    assert_true(fake->weight_sum[0] == 0.0f);
    assert_string_equal(model->impl->forest(model, &col)->feature_name[1], "Column_1");
    assert_true(trees_of(model) == 4);
}

static void expect_param(const char *text)
{
    char padded[FAKE_TEXT + 2], word[128];
    snprintf(padded, sizeof padded, " %s ", fake->params);
    snprintf(word, sizeof word, " %s ", text);
    const char *at = strstr(padded, word);
    if (!at || strstr(at + 1, word))
        fail_msg("'%s' does not hold '%s' once", fake->params, text);
}

static void parameters_are_those_of_our_own_trainer(void **state)
{
    (void)state;
    static const char *const usual[] = {"num_leaves=31",
                                        "learning_rate=0.05",
                                        "max_bin=63",
                                        "lambda_l2=1",
                                        "min_data_in_leaf=40",
                                        "num_threads=1",
                                        "verbosity=-1",
                                        "deterministic=true",
                                        "force_row_wise=true",
                                        "objective=binary",
                                        "seed=7",
                                        "boost_from_average=true",
                                        "max_depth=-1",
                                        "is_unbalance=false",
                                        "metric=binary_logloss"};
    static const struct tr_param own[] = {{"reg_lambda", "2.5"},  {"eta", "0.125"},     {"num_leaf", "15"},
                                          {"is_unbalance", "1"},  {"verbose", "2"},     {"nthread", "8"},
                                          {"random_state", "-1"}, {"subsample", "0.75"}};
    struct tr_fit fit = fit_of(2);
    assert_true(trees_of(train(&fit)) == 2);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        expect_param(usual[i]);
    fit = fit_of(2);
    fit.params = own;
    fit.n_params = sizeof own / sizeof *own;
    assert_true(trees_of(train(&fit)) == 2);
    static const char *const now[] = {"lambda_l2=2.5",     "learning_rate=0.125",  "num_leaves=15",
                                      "is_unbalance=true", "verbosity=-1",         "num_threads=1",
                                      "seed=2147483647",   "bagging_fraction=0.75"};
    for (size_t i = 0; i < sizeof now / sizeof *now; i++)
        expect_param(now[i]);
}

static void early_stopping_keeps_the_rounds_up_to_the_best(void **state)
{
    (void)state;
    static const double loss[] = {0.69, 0.60, 0.61, 0.62, 0.60, 0.5, 0.4};
    struct tr_fit fit = fit_of(20);
    fit.stop = &stop;
    memcpy(fake->loss, loss, sizeof loss);
    assert_true(trees_of(train(&fit)) == 2);
    assert_int_equal(fake->rounds, 5); /* three rounds without a lower loss */
    struct tr_fit_stop patient = stop;
    patient.min_rounds = 6;
    fit = fit_of(7);
    fit.stop = &patient;
    memcpy(fake->loss, loss, sizeof loss);
    assert_true(trees_of(train(&fit)) == 7);
    fit = fit_of(20);
    fit.stop = &stop;
    for (size_t i = 0; i < FAKE_ROUNDS; i++)
        fake->loss[i] = (double)NAN;
    assert_true(trees_of(train(&fit)) == 3);
}

static void a_library_that_finds_no_more_splits_is_not_asked_again(void **state)
{
    (void)state;
    struct tr_fit fit = fit_of(20);
    fake->finished_at = 5;
    assert_true(trees_of(train(&fit)) == 4);
    fit = fit_of(20);
    fake->finished_at = 1;
    assert_true(trees_of(train(&fit)) == 1);
}

static void expect_refusal(const struct tr_fit *fit, enum tr_status status, const char *what)
{
    struct tr_error err = {0};
    struct tr_model *model;
    assert_int_equal(tr_lightgbm_library_impl.train(fit, &model, &err), status);
    assert_null(model);
    assert_true(fake->datasets == 0 && fake->boosters == 0);
    if (!strstr(err.text, what) || strncmp(err.text, "lightgbm: ", 10) != 0)
        fail_msg("'%s' does not say '%s'", err.text, what);
}

static void every_failing_call_is_told_and_nothing_stays_open(void **state)
{
    (void)state;
    struct tr_fit fit = fit_of(3);
    fit.stop = &stop;
    trees_of(train(&fit));
    size_t calls = fake->calls;
    assert_true(calls == 17);
    for (size_t k = 1; k <= calls; k++) {
        fit = fit_of(3);
        fit.stop = &stop;
        fake->fail_at = k;
        expect_refusal(&fit, TR_INTERNAL, ": a made-up?failure");
        assert_true(fake->calls == k);
    }
}

static void a_model_that_cannot_be_is_refused(void **state)
{
    (void)state;
    struct tr_fit fit = fit_of(3);
    fake->model = FAKE_OTHER_SIZE;
    expect_refusal(&fit, TR_INTERNAL, "a model of 4 columns instead of 3");
    fake->model = FAKE_GARBLED;
    expect_refusal(&fit, TR_CORRUPT, "LightGBM model");
    fake->model = FAKE_ENDLESS;
    expect_refusal(&fit, TR_INTERNAL, "a model of 9223372036854775807 bytes");
    fake->model = FAKE_GROWING;
    expect_refusal(&fit, TR_INTERNAL, "bytes");
    fake->model = FAKE_SOUND;
    fake->metrics = 2;
    fit.stop = &stop;
    expect_refusal(&fit, TR_INTERNAL, "2 losses instead of one");
}

static void fits_that_cannot_be_are_refused_before_the_library_sees_them(void **state)
{
    (void)state;
    static const struct tr_param misspelt[] = {{"num_leafs", "3"}}, classes[] = {{"objective", "multiclass"}};
    struct tr_fit fit = fit_of(0);
    expect_refusal(&fit, TR_INVALID, "no rounds");
    fit = fit_of(3);
    fit.context = NULL;
    expect_refusal(&fit, TR_INVALID, "not opened");
    fit = fit_of(3);
    fit.n = 0;
    expect_refusal(&fit, TR_INVALID, "0 rows of 3 columns");
    fit = fit_of(3);
    fit.params = misspelt;
    fit.n_params = 1;
    expect_refusal(&fit, TR_INVALID, "num_leafs");
    fit.params = classes;
    expect_refusal(&fit, TR_INVALID, "objective must be binary");
    assert_true(fake->calls == 0);
}

static void out_of_memory_is_told_and_nothing_stays_open(void **state)
{
    (void)state;
    for (size_t k = 1;; k++) {
        struct tr_error err = {0};
        struct tr_model *model;
        struct tr_fit fit = fit_of(3);
        fit.stop = &stop;
        tr_alloc_fail_at(k);
        enum tr_status status = tr_lightgbm_library_impl.train(&fit, &model, &err);
        tr_alloc_fail_at(0);
        assert_true(fake->datasets == 0 && fake->boosters == 0);
        if (status == TR_OK) {
            model->impl->destroy(model);
            assert_true(k > 12);
            return;
        }
        assert_int_equal(status, TR_NOMEM);
        assert_null(model);
    }
}

/* --- the real library, where there is one --- */

struct real {
    struct tr_lightgbm_library *api;
    void *handle;
    int (*load)(const char *text, int *rounds, void **out);
    int (*predict)(void *booster, const void *data, int type, int32_t rows, int32_t cols, int row_major, int kind,
                   int start, int rounds, const char *params, int64_t *n, double *out);
    int (*free)(void *booster);
};

static void open_real(struct real *real)
{
    const char *path = getenv("LIGHTGBM_LIBRARY");
    struct tr_error err = {0};
    if (!path || !*path) {
        print_message("# skipped: LIGHTGBM_LIBRARY does not name LightGBM's library\n");
        skip();
    }
    assert_ok(tr_lightgbm_library_open(path, &real->api, &err), &err);
    real->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(real->handle);
    void *symbol = symbol_of(real->handle, "LGBM_BoosterLoadModelFromString");
    memcpy(&real->load, &symbol, sizeof symbol);
    symbol = symbol_of(real->handle, "LGBM_BoosterPredictForMat");
    memcpy(&real->predict, &symbol, sizeof symbol);
    symbol = symbol_of(real->handle, "LGBM_BoosterFree");
    memcpy(&real->free, &symbol, sizeof symbol);
}

static void close_real(struct real *real)
{
    dlclose(real->handle);
    tr_lightgbm_library_close(real->api);
}

#define MANY 2000
#define WIDE 7

/* Rows with holes, ties and a column that says nothing; whether y is 1 hangs on two of them. */
static void make_rows(struct tr_matrix *m, size_t *row, double *y)
{
    struct tr_error err;
    struct tr_rng rng;
    tr_rng_init(&rng, 3, 0);
    assert_ok(tr_matrix_init(m, MANY, WIDE, &err), &err);
    for (size_t i = 0; i < MANY; i++) {
        for (size_t j = 0; j < WIDE; j++) {
            double value = tr_rng_normal(&rng);
            value = j == 2 ? floor(3 * value) : j == 5 ? 1 : value;
            tr_matrix_column(m, j)[i] = j != 3 && tr_rng_uniform(&rng) < 0.05 ? (double)NAN : value;
        }
        double edge = tr_matrix_at(m, i, 1) + 0.5 * tr_matrix_at(m, i, 3);
        y[i] = tr_rng_normal(&rng) < (isnan(edge) ? 0 : edge);
        row[i] = i;
    }
}

static void its_models_predict_here_what_the_library_predicts(void **state)
{
    (void)state;
    static const size_t chosen[] = {0, 1, 2, 3, 6};
    static const struct tr_param quick[] = {{"learning_rate", "0.2"}};
    static double y[MANY], here[MANY], there[MANY], wide[MANY * 5];
    static size_t row[MANY];
    struct real real = {0};
    struct tr_error err = {0};
    struct tr_matrix m;
    struct tr_model *model;
    struct tr_buf text;
    void *booster;
    int rounds;
    int64_t n;
    open_real(&real);
    make_rows(&m, row, y);
    struct tr_fit_stop late = {.n = 500, .row = row + 1500, .y = y + 1500, .patience = 10, .min_rounds = 10};
    struct tr_fit fit = {.x = &m, .n = 1500, .row = row, .y = y, .cols = 5, .col = chosen, .rounds = 60, .seed = 5};
    fit.context = real.api;
    fit.params = quick;
    fit.n_params = 1;
    for (int early = 0; early < 2; early++) {
        const size_t *col;
        fit.stop = early ? &late : NULL;
        assert_ok(tr_lightgbm_library_impl.train(&fit, &model, &err), &err);
        size_t trees = model->impl->forest(model, &col)->n;
        assert_true(early ? trees > 0 && trees < 60 : trees == 60);
        tr_buf_init(&text);
        assert_ok(model->impl->save(model, &text, &err), &err);
        assert_int_equal(real.load(tr_buf_string(&text), &rounds, &booster), 0);
        for (size_t i = 0; i < MANY; i++)
            for (size_t j = 0; j < 5; j++)
                wide[i * 5 + j] = tr_matrix_at(&m, i, chosen[j]);
        assert_int_equal(real.predict(booster, wide, 1, MANY, 5, 1, 0, 0, -1, "num_threads=1 verbosity=-1", &n, there),
                         0);
        assert_true(n == MANY);
        assert_ok(model->impl->predict(model, &m, MANY, row, here, &err), &err);
        for (size_t i = 0; i < MANY; i++)
            assert_same_bits(here[i], there[i]);
        real.free(booster);
        tr_buf_finish(&text);
        model->impl->destroy(model);
    }
    tr_matrix_finish(&m);
    close_real(&real);
}

static void compare_trees(const struct tr_tree *a, const struct tr_tree *b)
{
    assert_true(a->leaves == b->leaves);
    for (size_t i = 0; i + 1 < a->leaves; i++) {
        assert_true(a->feature[i] == b->feature[i] && a->flags[i] == b->flags[i]);
        assert_true(a->left[i] == b->left[i] && a->right[i] == b->right[i]);
        assert_same_bits(a->threshold[i], b->threshold[i]);
    }
    for (size_t i = 0; i < a->leaves; i++)
        assert_near(a->leaf_value[i], b->leaf_value[i], 1e-12);
}

/* hard-train: label, weight, 31 features; the reference was trained through the C API with the same parameters. */
static void the_reference_model_is_trained_again(void **state)
{
    (void)state;
    struct real real = {0};
    struct tr_error err = {0};
    struct tr_forest golden;
    struct tr_model *model;
    struct tr_matrix m;
    size_t len, n = 4320, cols = 33, col[31], used = 0;
    open_real(&real);
    char *text = test_read_file(test_shared("golden/lightgbm/hard-train.csv.gz"), &len), *at = text;
    size_t *row = tr_alloc(n, sizeof *row);
    assert_non_null(row);
    assert_ok(tr_matrix_init(&m, n, cols, &err), &err);
    for (size_t i = 0; i < n; i++) {
        row[i] = i;
        for (size_t j = 0; j < cols; j++, used += *at == ',' || *at == '\n', at++)
            tr_matrix_column(&m, j)[i] = strtod(at, &at);
    }
    assert_true(used == n * cols && *at == '\0');
    tr_free(text);
    for (size_t j = 0; j < 31; j++)
        col[j] = j + 2;
    text = test_read_file(test_shared("golden/lightgbm/hard-model-spec-weighted.txt.gz"), &len);
    assert_ok(tr_lightgbm_read(text, len, &golden, &err), &err);
    tr_free(text);
    struct tr_fit fit = {.x = &m,
                         .n = n,
                         .row = row,
                         .y = tr_matrix_column(&m, 0),
                         .weight = tr_matrix_column(&m, 1),
                         .cols = 31,
                         .col = col,
                         .rounds = 200,
                         .context = real.api};
    assert_ok(tr_lightgbm_library_impl.train(&fit, &model, &err), &err);
    const size_t *same;
    const struct tr_forest *forest = model->impl->forest(model, &same);
    assert_true(forest->n == 200 && golden.n == 200);
    for (size_t t = 0; t < 200; t++)
        compare_trees(&forest->tree[t], &golden.tree[t]);
    model->impl->destroy(model);
    tr_forest_finish(&golden);
    tr_matrix_finish(&m);
    tr_free(row);
    close_real(&real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_opened_is_named_with_its_reason),
        cmocka_unit_test(a_build_is_named_by_the_bytes_of_its_file_wherever_it_lies),
        cmocka_unit_test(rows_columns_labels_and_weights_arrive),
        cmocka_unit_test(parameters_are_those_of_our_own_trainer),
        cmocka_unit_test(early_stopping_keeps_the_rounds_up_to_the_best),
        cmocka_unit_test(a_library_that_finds_no_more_splits_is_not_asked_again),
        cmocka_unit_test(every_failing_call_is_told_and_nothing_stays_open),
        cmocka_unit_test(a_model_that_cannot_be_is_refused),
        cmocka_unit_test(fits_that_cannot_be_are_refused_before_the_library_sees_them),
        cmocka_unit_test(out_of_memory_is_told_and_nothing_stays_open),
        cmocka_unit_test(its_models_predict_here_what_the_library_predicts),
        cmocka_unit_test(the_reference_model_is_trained_again),
    };
    return cmocka_run_group_tests_name("io/plugin/lightgbm_library", tests, set_up, tear_down);
}
