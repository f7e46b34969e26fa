#include "engine/model/xgboost_test.h"

#include "base/alloc.h"
#include "engine/model/forest/predict.h"

#include <inttypes.h>
#include <stdio.h>
#include <xgboost/c_api.h>

enum { TEXT = 192 };

#define assert_library(call)                                                                                           \
    do {                                                                                                               \
        if ((call) != 0)                                                                                               \
            fail_msg("%s", XGBGetLastError());                                                                         \
    } while (0)

/* What the library itself answers for the first rows of the table, from the file that we wrote. */
static void library_predict(const struct tr_buf *file, const struct table *t, double *out)
{
    static float x[ROWS * COLS];
    char array[TEXT];
    const bst_ulong *shape;
    bst_ulong dimensions;
    const float *result;
    DMatrixHandle matrix;
    BoosterHandle booster;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++)
            x[i * COLS + j] = (float)fmax(-1e37, fmin(1e37, tr_matrix_at(&t->x, i, j)));
    for (size_t i = 0; i < ROWS; i++) /* fmax and fmin make numbers of NaN */
        for (size_t j = 0; j < COLS; j++)
            x[i * COLS + j] = isnan(tr_matrix_at(&t->x, i, j)) ? NAN : x[i * COLS + j];
    snprintf(array, sizeof array,
             "{\"data\": [%" PRIuPTR ", true], \"shape\": [%d, %d], \"typestr\": \"<f4\", \"version\": 3}",
             (uintptr_t)x, ROWS, COLS);
    assert_library(XGDMatrixCreateFromDense(array, "{\"missing\": NaN, \"nthread\": 1}", &matrix));
    assert_library(XGBoosterCreate(NULL, 0, &booster));
    assert_library(XGBoosterLoadModelFromBuffer(booster, file->data, (bst_ulong)file->len));
    assert_library(XGBoosterSetParam(booster, "nthread", "1"));
    assert_library(XGBoosterPredictFromDMatrix(booster, matrix,
                                               "{\"type\": 0, \"training\": false, \"iteration_begin\": 0, "
                                               "\"iteration_end\": 0, \"strict_shape\": false}",
                                               &shape, &dimensions, &result));
    assert_true(shape[0] == ROWS);
    for (size_t i = 0; i < ROWS; i++)
        out[i] = (double)result[i];
    assert_library(XGBoosterFree(booster));
    assert_library(XGDMatrixFree(matrix));
}

/* Cells that meet the trees' thresholds, and those that no float holds. */
static void make_hard(struct table *t, uint64_t seed)
{
    static const double special[] = {0.0,  -0.0,  1e-40, (double)INFINITY, -(double)INFINITY,
                                     1e37, -1e37, 1e300, -1e300,           0.1};
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 1);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLS; j++) {
            double *cell = &tr_matrix_column(&t->x, j)[i];
            uint64_t kind = tr_rng_below(&rng, 8);
            if (kind == 0)
                *cell = special[tr_rng_below(&rng, sizeof special / sizeof special[0])];
            else if (kind < 4)
                *cell = round(*cell * 4.0) / 4.0;
        }
    }
}

static void predictions_are_those_of_the_library(void **state)
{
    static const struct tr_param params[][3] = {
        {{"max_depth", "6"}, {"eta", "0.3"}, {"base_score", "0.5"}},
        {{"max_depth", "3"}, {"eta", "0.1"}, {"base_score", "0.2"}},
        {{"grow_policy", "lossguide"}, {"max_leaves", "12"}, {"lambda", "0"}},
        {{"tree_method", "exact"}, {"gamma", "1"}, {"subsample", "0.7"}}, /* prunes: deleted nodes */
        {{"num_parallel_tree", "3"}, {"subsample", "0.6"}, {"colsample_bytree", "0.5"}},
    };
    static struct table t;
    static double ours[ROWS], theirs[ROWS];
    (void)state;
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++) {
        struct tr_buf file;
        fill_table(&t, 40 + i, 2.0);
        make_hard(&t, i);
        struct tr_fit fit = fit_of(&t, ROWS / 2);
        fit.params = params[i];
        fit.n_params = 3;
        struct tr_model *model = train(&fit);
        make_hard(&t, 100 + i);
        predict(model, &t, ours);
        save(model, &file);
        library_predict(&file, &t, theirs);
        for (size_t r = 0; r < ROWS; r++)
            assert_same_bits(ours[r], theirs[r]);
        tr_buf_finish(&file);
        model->impl->destroy(model);
        tr_matrix_finish(&t.x);
    }
}

static size_t trees_of(const struct tr_model *model)
{
    const size_t *col;
    return model->impl->forest(model, &col)->n;
}

/* The mean log loss of the rows watched after each round, by a forest that grows tree after tree. */
static void losses(const struct tr_model *model, const struct table *t, const struct tr_fit_stop *stop, double *out)
{
    const size_t *col;
    struct tr_forest part = *model->impl->forest(model, &col);
    size_t n = part.n;
    static double margin[ROWS];
    for (part.n = 1; part.n <= n; part.n++) {
        struct tr_predictor *predictor;
        struct tr_error err;
        double sum = 0.0, total = 0.0;
        assert_ok(tr_predictor_create(&part, &predictor, &err), &err);
        assert_ok(tr_predict(predictor, &t->x, stop->n, stop->row, NULL, true, margin, &err), &err);
        for (size_t i = 0; i < stop->n; i++) {
            double weight = stop->weight ? stop->weight[i] : 1.0;
            sum += weight * log1p(exp(stop->y[i] > 0.0 ? -margin[i] : margin[i]));
            total += weight;
        }
        out[part.n - 1] = sum / total;
        tr_predictor_destroy(predictor);
    }
}

static void training_stops_where_the_rows_watched_are_served_best(void **state)
{
    enum { ALL = 80 };
    static struct table t;
    double loss[ALL];
    size_t shortened = 0;
    (void)state;
    for (uint64_t seed = 0; seed < 8; seed++) {
        fill_table(&t, 50 + seed, 1.0);
        size_t half = ROWS / 2;
        struct tr_fit fit = fit_of(&t, half);
        const struct tr_param eager = {"eta", "0.2"};
        fit.params = &eager;
        fit.n_params = 1;
        fit.rounds = ALL;
        struct tr_fit_stop stop = {
            .n = half, .row = t.row + half, .y = t.y + half, .patience = 3 + 4 * seed, .min_rounds = 1};
        stop.weight = seed % 2 ? t.weight + half : NULL;
        stop.min_rounds = seed % 4 == 2 ? 40 : 1;
        struct tr_model *all = train(&fit);
        losses(all, &t, &stop, loss);
        size_t best = 0, round = 0; /* best: trees */
        double least = (double)INFINITY;
        while (round < ALL && !(round >= stop.min_rounds && round - best >= stop.patience)) {
            round++;
            if (round >= stop.min_rounds && loss[round - 1] < least) {
                least = loss[round - 1];
                best = round;
            }
        }
        fit.stop = &stop;
        struct tr_model *stopped = train(&fit);
        assert_true(trees_of(all) == ALL);
        assert_true(trees_of(stopped) == best);
        shortened += best < ALL;
        fit.stop = NULL; /* and its trees are those of a fit of so many rounds */
        fit.rounds = best;
        struct tr_model *same = train(&fit);
        assert_same_file(stopped, same);
        same->impl->destroy(same);
        stopped->impl->destroy(stopped);
        all->impl->destroy(all);
        tr_matrix_finish(&t.x);
    }
    assert_true(shortened >= 6);
}

static void whole_rounds_are_kept(void **state)
{
    static struct table t;
    (void)state;
    fill_table(&t, 60, 0.0); /* noise: the first rounds are the best */
    struct tr_fit fit = fit_of(&t, ROWS / 2);
    const struct tr_param params[] = {{"num_parallel_tree", "3"}, {"subsample", "0.5"}};
    struct tr_fit_stop stop = {
        .n = ROWS / 2, .row = t.row + ROWS / 2, .y = t.y + ROWS / 2, .patience = 5, .min_rounds = 5};
    fit.params = params;
    fit.n_params = 2;
    fit.stop = &stop;
    struct tr_model *model = train(&fit);
    assert_true(trees_of(model) % 3 == 0 && trees_of(model) >= 3 && trees_of(model) < 60);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

/* Fewer rounds than may be stopped at: nothing is left out, and there is a model. */
static void fits_shorter_than_the_least_rounds_stay_whole(void **state)
{
    static struct table t;
    (void)state;
    fill_table(&t, 61, 1.0);
    struct tr_fit fit = fit_of(&t, ROWS / 2);
    struct tr_fit_stop stop = {
        .n = ROWS / 2, .row = t.row + ROWS / 2, .y = t.y + ROWS / 2, .patience = 50, .min_rounds = 50};
    fit.rounds = 40;
    fit.stop = &stop;
    struct tr_model *model = train(&fit);
    assert_true(trees_of(model) == 40);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

static void rows_that_cannot_decide_are_refused(void **state)
{
    static struct table t;
    static double bad[ROWS];
    struct tr_error err;
    struct tr_model *model;
    (void)state;
    fill_table(&t, 61, 1.0);
    struct tr_fit fit = fit_of(&t, ROWS);
    struct tr_fit_stop stop = {.n = 0, .row = t.row, .y = t.y, .patience = 5, .min_rounds = 5};
    fit.stop = &stop;
    assert_true(tr_model_xgboost.train(&fit, &model, &err) == TR_INVALID);
    stop.n = 10;
    stop.weight = bad; /* all 0 */
    assert_true(tr_model_xgboost.train(&fit, &model, &err) == TR_INVALID);
    assert_non_null(strstr(err.text, "early stopping"));
    stop.weight = NULL;
    stop.y = bad;
    bad[4] = 0.5;
    assert_true(tr_model_xgboost.train(&fit, &model, &err) == TR_INVALID);
    assert_null(model);
    tr_matrix_finish(&t.x);
}

static void the_columns_go_with_the_file(void **state)
{
    static const struct {
        const char *text; /* NULL: not there */
        enum tr_status status;
    } cases[] = {{"1 2 5", TR_OK},       {NULL, TR_OK},          {"0", TR_CORRUPT},
                 {"0 1 x", TR_CORRUPT},  {"2 0 1", TR_CORRUPT},  {"0 1 2 3", TR_CORRUPT},
                 {"0 1 1", TR_CORRUPT},  {"0  1 2", TR_CORRUPT}, {"0 1 99999999999", TR_CORRUPT},
                 {"0 1 2 ", TR_CORRUPT}, {"", TR_CORRUPT},       {"-1 1 2", TR_CORRUPT}};
    static struct table t;
    static const size_t cols[] = {1, 2, 5}, other[] = {0, 2, 4};
    (void)state;
    fill_table(&t, 62, 1.0);
    struct tr_fit fit = fit_of(&t, ROWS);
    fit.cols = 3;
    fit.col = cols;
    struct tr_model *model = train(&fit), *loaded;
    struct tr_buf file;
    struct tr_error err;
    save(model, &file);
    const char *attribute = "\"traderai_columns\":\"1 2 5\"";
    const char *at = strstr(tr_buf_string(&file), attribute);
    assert_non_null(at);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct tr_buf edited;
        tr_buf_init(&edited);
        tr_buf_add(&edited, file.data, (size_t)(at - file.data));
        if (cases[i].text)
            tr_buf_printf(&edited, "\"traderai_columns\":\"%s\"", cases[i].text);
        tr_buf_text(&edited, at + strlen(attribute));
        assert_true(tr_model_xgboost.load(edited.data, edited.len, 0, NULL, &loaded, &err) == cases[i].status);
        if (cases[i].status == TR_OK) {
            const size_t *col;
            assert_true(loaded->impl->forest(loaded, &col)->features == 3);
            for (size_t j = 0; j < 3; j++)
                assert_true(col[j] == (cases[i].text ? cols[j] : j));
            loaded->impl->destroy(loaded);
        } else {
            assert_null(loaded);
        }
        tr_buf_finish(&edited);
    }
    const size_t *col;
    assert_ok(tr_model_xgboost.load(file.data, file.len, 3, other, &loaded, &err), &err);
    loaded->impl->forest(loaded, &col);
    assert_true(col[0] == 0 && col[1] == 2 && col[2] == 4);
    loaded->impl->destroy(loaded);
    assert_true(tr_model_xgboost.load(file.data, file.len, 2, other, &loaded, &err) == TR_CORRUPT);
    tr_buf_finish(&file);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictions_are_those_of_the_library),
        cmocka_unit_test(training_stops_where_the_rows_watched_are_served_best),
        cmocka_unit_test(whole_rounds_are_kept),
        cmocka_unit_test(fits_shorter_than_the_least_rounds_stay_whole),
        cmocka_unit_test(rows_that_cannot_decide_are_refused),
        cmocka_unit_test(the_columns_go_with_the_file),
    };
    return cmocka_run_group_tests_name("engine/model/xgboost_train", tests, NULL, NULL);
}
