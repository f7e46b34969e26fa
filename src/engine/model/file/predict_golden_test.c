/* The predictor against what LightGBM itself wrote: models, margins and probabilities with 17 digits. */
#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/file/lightgbm_text.h"
#include "engine/model/forest/predict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct tr_predictor *load(const char *name)
{
    char path[128];
    size_t len;
    struct tr_forest forest;
    struct tr_error err;
    struct tr_predictor *predictor;
    snprintf(path, sizeof path, "golden/lightgbm/%s", name);
    char *text = test_read_file(test_shared(path), &len);
    assert_ok(tr_lightgbm_read(text, len, &forest, &err), &err);
    assert_ok(tr_predictor_create(&forest, &predictor, &err), &err);
    tr_forest_finish(&forest);
    tr_free(text);
    return predictor;
}

/* All numbers of a text; between two separators in a row stands a NaN. Freed with tr_free. */
static double *read_numbers(const char *name, size_t *n)
{
    char path[128];
    size_t len, room = 0;
    snprintf(path, sizeof path, "golden/lightgbm/%s", name);
    char *text = test_read_file(test_shared(path), &len);
    for (size_t i = 0; i < len; i++)
        room += strchr(",\t\n", text[i]) != NULL;
    double *out = tr_alloc(room + 1, sizeof *out);
    assert_non_null(out);
    *n = 0;
    for (char *at = text; *at; at += *at != '\0') {
        bool empty = strchr(",\t\n", *at) != NULL;
        out[(*n)++] = empty ? (double)NAN : strtod(at, &at);
        assert_true(strchr(",\t\n", *at));
    }
    tr_free(text);
    return out;
}

/* name-train.csv: a label, then the features. */
static void compare_training_rows(const char *name, size_t classes)
{
    char file[64];
    size_t cells, margins, probs;
    struct tr_error err;
    struct tr_matrix x;
    snprintf(file, sizeof file, "%s-model.txt", name);
    struct tr_predictor *predictor = load(file);
    size_t features = tr_predictor_features(predictor);
    assert_true(tr_predictor_classes(predictor) == classes);
    snprintf(file, sizeof file, "%s-train.csv.gz", name);
    double *cell = read_numbers(file, &cells);
    snprintf(file, sizeof file, "%s-margin.txt.gz", name);
    double *margin = read_numbers(file, &margins);
    snprintf(file, sizeof file, "%s-prob.txt.gz", name);
    double *prob = read_numbers(file, &probs);
    size_t rows = cells / (features + 1);
    assert_true(rows == 3000 && cells == rows * (features + 1));
    assert_true(margins == rows * classes && probs == rows * classes);
    assert_ok(tr_matrix_init(&x, rows, features, &err), &err);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < features; j++)
            tr_matrix_column(&x, j)[i] = cell[i * (features + 1) + 1 + j];
    double *got = tr_alloc(rows * classes, sizeof *got);
    assert_ok(tr_predict(predictor, &x, rows, NULL, NULL, true, got, &err), &err);
    for (size_t i = 0; i < rows * classes; i++)
        assert_same_bits(got[i], margin[i]);
    assert_ok(tr_predict(predictor, &x, rows, NULL, NULL, false, got, &err), &err);
    for (size_t i = 0; i < rows * classes; i++)
        assert_same_bits(got[i], prob[i]);
    for (size_t i = 0; i < rows; i += 100) {
        tr_predict_row(predictor, cell + i * (features + 1) + 1, false, got);
        for (size_t c = 0; c < classes; c++)
            assert_same_bits(got[c], prob[i * classes + c]);
    }
    tr_free(got);
    tr_free(cell);
    tr_free(margin);
    tr_free(prob);
    tr_matrix_finish(&x);
    tr_predictor_destroy(predictor);
}

static void a_binary_model_gives_lightgbm_s_bits(void **state)
{
    (void)state;
    compare_training_rows("binary", 1);
}

static void a_model_of_three_classes_gives_lightgbm_s_bits(void **state)
{
    (void)state;
    compare_training_rows("three-class", 3);
}

static void a_large_model_gives_lightgbm_s_bits(void **state)
{
    (void)state;
    struct tr_predictor *predictor = load("large-model.txt.gz");
    struct test_table rows;
    struct tr_error err;
    size_t features = tr_predictor_features(predictor), col[64];
    test_table_read(test_shared("golden/lightgbm/large-rows.csv.gz"), &rows);
    assert_true(rows.rows == 400 && features == 45);
    for (size_t j = 0; j < features; j++) {
        char name[32];
        snprintf(name, sizeof name, "f%zu", j);
        col[j] = (size_t)(test_table_column(&rows, name) - rows.values) / rows.rows;
    }
    const double *prob = test_table_column(&rows, "prob");
    struct tr_matrix x = {rows.rows, rows.cols, rows.rows, rows.values};
    double got[400];
    assert_ok(tr_predict(predictor, &x, rows.rows, NULL, col, false, got, &err), &err);
    for (size_t i = 0; i < rows.rows; i++) {
        double values[64], p;
        for (size_t j = 0; j < features; j++)
            values[j] = tr_matrix_at(&x, i, col[j]);
        tr_predict_row(predictor, values, false, &p);
        assert_same_bits(p, prob[i]);
        assert_same_bits(got[i], prob[i]);
    }
    test_table_free(&rows);
    tr_predictor_destroy(predictor);
}

static void a_model_written_by_hand_is_followed_by_hand(void **state)
{
    (void)state;
    struct tr_predictor *predictor = load("hand-written-model.txt");
    const struct {
        double x[2], margin;
    } row[] = {{{0.5, 1.0}, 1.0},         {{0.5000001, 1.0}, 2.0},   {{0.5000001, -3.0}, 2.0},
               {{(double)NAN, 1.0}, 2.0}, {{0.5, (double)NAN}, 1.0}, {{-1.0, 2.5}, 4.0}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        double m;
        tr_predict_row(predictor, row[i].x, true, &m);
        assert_same_bits(m, row[i].margin);
    }
    tr_predictor_destroy(predictor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_binary_model_gives_lightgbm_s_bits),
        cmocka_unit_test(a_model_of_three_classes_gives_lightgbm_s_bits),
        cmocka_unit_test(a_large_model_gives_lightgbm_s_bits),
        cmocka_unit_test(a_model_written_by_hand_is_followed_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
