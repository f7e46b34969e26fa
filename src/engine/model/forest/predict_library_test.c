/* The predictor against libxgboost itself, on models that it trains here: margins and probabilities to the bit, and
 * what each feature added to them to a float's precision. The trees are taken from the library's JSON by a few lines of
 * this test's own. */
#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/forest/forest_test.h"
#include "engine/model/forest/predict.h"
#include "engine/model/forest/shap.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

enum { COLS = 7, TRAIN = 900, ROWS = 700, CLASSES_MAX = 4, TEXT = 192 };

#define assert_library(call)                                                                                           \
    do {                                                                                                               \
        if ((call) != 0)                                                                                               \
            fail_msg("%s", XGBGetLastError());                                                                         \
    } while (0)

static void array_text(const float *data, size_t rows, size_t cols, char out[TEXT])
{
    snprintf(out, TEXT, "{\"data\": [%" PRIuPTR ", true], \"shape\": [%zu, %zu], \"typestr\": \"<f4\", \"version\": 3}",
             (uintptr_t)data, rows, cols);
}

/* As the rule says that cells reach the library. */
static float cell(double x)
{
    return (float)(x > 1e37 ? 1e37 : x < -1e37 ? -1e37 : x);
}

static double training_value(struct tr_rng *rng)
{
    if (tr_rng_below(rng, 7) == 0)
        return (double)NAN;
    double x = tr_rng_normal(rng);
    return tr_rng_below(rng, 2) ? x : round(4.0 * x) / 4.0; /* ties */
}

static BoosterHandle train(uint64_t seed, size_t classes, const char *const *param)
{
    static float x[TRAIN * COLS], y[TRAIN];
    char text[TEXT];
    struct tr_rng rng;
    DMatrixHandle matrix;
    BoosterHandle booster;
    tr_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < TRAIN; i++) {
        for (size_t j = 0; j < COLS; j++)
            x[i * COLS + j] = (float)training_value(&rng);
        double told = isnan(x[i * COLS]) ? 0.7 : (double)x[i * COLS] * (isnan(x[i * COLS + 2]) ? -1.0 : 1.0);
        double noisy = told + tr_rng_normal(&rng);
        y[i] = (float)(noisy < -0.5 ? 0 : noisy < 0.8 || classes < 3 ? 1 : 2);
    }
    assert_library(XGBSetGlobalConfig("{\"verbosity\": 0}"));
    array_text(x, TRAIN, COLS, text);
    assert_library(XGDMatrixCreateFromDense(text, "{\"missing\": NaN, \"nthread\": 1}", &matrix));
    assert_library(XGDMatrixSetFloatInfo(matrix, "label", y, TRAIN));
    assert_library(XGBoosterCreate(&matrix, 1, &booster));
    assert_library(XGBoosterSetParam(booster, "nthread", "1"));
    assert_library(XGBoosterSetParam(booster, "tree_method", "hist"));
    for (size_t k = 0; param[k]; k += 2)
        assert_library(XGBoosterSetParam(booster, param[k], param[k + 1]));
    for (int i = 0; i < 25; i++)
        assert_library(XGBoosterUpdateOneIter(booster, i, matrix));
    assert_library(XGDMatrixFree(matrix));
    return booster;
}

static double number_at(const json_t *tree, const char *name, size_t i)
{
    json_t *number = json_array_get(json_object_get(tree, name), i);
    assert_true(json_is_number(number) || json_is_boolean(number));
    return json_is_boolean(number) ? (double)json_is_true(number) : json_number_value(number);
}

static void read_tree(const json_t *json, struct tr_tree *tree)
{
    struct tr_error err;
    size_t nodes = json_array_size(json_object_get(json, "left_children")), leaves = (nodes + 1) / 2;
    int32_t inner = 0, leaf = 0;
    int32_t *own = tr_alloc(nodes, sizeof *own); /* an inner node's number, or ~ a leaf's */
    assert_non_null(own);
    assert_ok(tr_tree_init(tree, leaves, &err), &err);
    for (size_t i = 0; i < nodes; i++)
        own[i] = number_at(json, "left_children", i) < 0.0 ? -1 - leaf++ : inner++;
    for (size_t i = 0; i < nodes; i++) {
        double value = (double)(float)number_at(json, "split_conditions", i);
        if (own[i] < 0) {
            tree->leaf_value[-(own[i] + 1)] = value;
            tree->leaf_weight[-(own[i] + 1)] = number_at(json, "sum_hessian", i);
            continue;
        }
        tree->inner_weight[own[i]] = number_at(json, "sum_hessian", i);
        bool left = number_at(json, "default_left", i) > 0.0;
        tree->threshold[own[i]] = value;
        tree->feature[own[i]] = (int32_t)number_at(json, "split_indices", i);
        tree->flags[own[i]] = (uint8_t)(TR_NODE_MISSING_NAN | (left ? TR_NODE_DEFAULT_LEFT : 0U));
        tree->left[own[i]] = own[(size_t)number_at(json, "left_children", i)];
        tree->right[own[i]] = own[(size_t)number_at(json, "right_children", i)];
    }
    tr_free(own);
}

static void read_forest(BoosterHandle booster, enum tr_forest_link link, size_t classes, struct tr_forest *forest)
{
    bst_ulong size;
    const char *bytes;
    struct tr_error err;
    json_error_t fault;
    assert_library(XGBoosterSaveModelToBuffer(booster, "{\"format\": \"json\"}", &size, &bytes));
    json_t *root = json_loadb(bytes, size, 0, &fault), *trees;
    const char *base;
    assert_non_null(root);
    assert_int_equal(json_unpack(root, "{s:{s:{s:s}, s:{s:{s:o}}}}", "learner", "learner_model_param", "base_score",
                                 &base, "gradient_booster", "model", "trees", &trees),
                     0);
    tr_forest_init(forest, TR_FOREST_XGBOOST);
    forest->link = link;
    forest->classes = classes;
    forest->features = COLS;
    forest->base_score = (double)strtof(base + (*base == '['), NULL);
    for (size_t t = 0; t < json_array_size(trees); t++) {
        struct tr_tree tree;
        read_tree(json_array_get(trees, t), &tree);
        assert_ok(tr_forest_add(forest, &tree, &err), &err);
    }
    json_decref(root);
    assert_ok(tr_forest_check(forest, &err), &err);
    assert_true(forest->n == 25 * classes);
}

static void ask_library(BoosterHandle booster, const float *x, size_t rows, bool raw, size_t classes, double *out)
{
    char text[TEXT], config[TEXT];
    const bst_ulong *shape;
    bst_ulong dimensions;
    const float *result;
    array_text(x, rows, COLS, text);
    snprintf(config, sizeof config,
             "{\"type\": %d, \"training\": false, \"iteration_begin\": 0, \"iteration_end\": 0, "
             "\"strict_shape\": false, \"cache_id\": 0, \"missing\": NaN}",
             raw);
    assert_library(XGBoosterPredictFromDense(booster, text, config, NULL, &shape, &dimensions, &result));
    for (size_t i = 0; i < rows * classes; i++)
        out[i] = (double)result[i];
}

/* Random rows; a third of the cells stand exactly on a threshold of their feature, others are as odd as can be. */
static void make_rows(const struct tr_forest *forest, struct tr_matrix *x, float *floats)
{
    struct tr_rng rng;
    tr_rng_init(&rng, 77, 0);
    random_rows(&rng, ROWS, COLS, 0, x);
    for (size_t k = 0; k < (size_t)ROWS * COLS / 3; k++) {
        const struct tr_tree *tree = &forest->tree[tr_rng_below(&rng, forest->n)];
        if (tree->leaves == 1)
            continue;
        size_t node = tr_rng_below(&rng, tree->leaves - 1);
        tr_matrix_column(x, (size_t)tree->feature[node])[tr_rng_below(&rng, ROWS)] = tree->threshold[node];
    }
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++)
            floats[i * COLS + j] = cell(tr_matrix_at(x, i, j));
}

static void compare(uint64_t seed, enum tr_forest_link link, size_t classes, const char *const *param)
{
    static float floats[ROWS * COLS];
    static double expected[ROWS * CLASSES_MAX], got[ROWS * CLASSES_MAX];
    struct tr_predictor *predictor;
    struct tr_forest forest;
    struct tr_matrix x;
    struct tr_error err;
    BoosterHandle booster = train(seed, classes, param);
    read_forest(booster, link, classes, &forest);
    make_rows(&forest, &x, floats);
    assert_ok(tr_predictor_create(&forest, &predictor, &err), &err);
    for (int raw = 0; raw < 2; raw++) {
        ask_library(booster, floats, ROWS, raw != 0, classes, expected);
        assert_ok(tr_predict(predictor, &x, ROWS, NULL, NULL, raw != 0, got, &err), &err);
        for (size_t i = 0; i < ROWS * classes; i++)
            assert_same_bits(got[i], expected[i]);
        for (size_t i = 0; i < 50; i++) {
            double row[COLS];
            for (size_t j = 0; j < COLS; j++)
                row[j] = tr_matrix_at(&x, i, j);
            ask_library(booster, floats + i * COLS, 1, raw != 0, classes, expected);
            tr_predict_row(predictor, row, raw != 0, got);
            for (size_t c = 0; c < classes; c++)
                assert_same_bits(got[c], expected[c]);
        }
    }
    tr_predictor_destroy(predictor);
    tr_matrix_finish(&x);
    tr_forest_finish(&forest);
    XGBoosterFree(booster);
}

static void binary_models_give_the_library_s_bits(void **state)
{
    const char *const plain[] = {"objective", "binary:logistic", "max_depth", "6", "base_score", "0.5", NULL};
    const char *const shifted[] = {"objective", "binary:logistic", "max_depth", "0",          "max_leaves", "31", "eta",
                                   "1.0",       "grow_policy",     "lossguide", "base_score", "0.13",       NULL};
    const char *const own[] = {"objective", "binary:logistic", "max_bin", "64", NULL};
    (void)state;
    compare(1, TR_LINK_LOGISTIC, 1, plain);
    compare(2, TR_LINK_LOGISTIC, 1, shifted);
    compare(3, TR_LINK_LOGISTIC, 1, own);
}

static void models_of_three_classes_give_the_library_s_bits(void **state)
{
    const char *const param[] = {"objective", "multi:softprob", "num_class", "3", "max_depth",
                                 "4",         "base_score",     "0.5",       NULL};
    (void)state;
    compare(4, TR_LINK_SOFTMAX, 3, param);
}

static void regressions_give_the_library_s_bits(void **state)
{
    const char *const param[] = {"objective", "reg:squarederror", "base_score", "0.37", NULL};
    (void)state;
    compare(5, TR_LINK_IDENTITY, 1, param);
}

/* The library explains rows of a matrix only, and adds its float contributions up tree by tree. */
static void explanations_are_the_library_s_to_a_float_s_precision(void **state)
{
    const char *const param[] = {"objective", "multi:softprob", "num_class", "3", "max_depth",
                                 "5",         "base_score",     "0.5",       NULL};
    enum { WIDTH = 3 * (COLS + 1) };
    static float floats[ROWS * COLS];
    char text[TEXT];
    struct tr_forest forest;
    struct tr_matrix x;
    struct tr_error err;
    DMatrixHandle matrix;
    const bst_ulong *shape;
    bst_ulong dimensions;
    const float *theirs;
    (void)state;
    BoosterHandle booster = train(6, 3, param);
    read_forest(booster, TR_LINK_SOFTMAX, 3, &forest);
    make_rows(&forest, &x, floats);
    array_text(floats, ROWS, COLS, text);
    assert_library(XGDMatrixCreateFromDense(text, "{\"missing\": NaN, \"nthread\": 1}", &matrix));
    assert_library(XGBoosterPredictFromDMatrix(booster, matrix,
                                               "{\"type\": 2, \"training\": false, \"iteration_begin\": 0, "
                                               "\"iteration_end\": 0, \"strict_shape\": false}",
                                               &shape, &dimensions, &theirs));
    for (size_t i = 0; i < 100; i++) {
        double row[COLS], phi[WIDTH];
        for (size_t j = 0; j < COLS; j++)
            row[j] = tr_matrix_at(&x, i, j);
        assert_ok(tr_shap(&forest, row, phi, &err), &err);
        for (size_t k = 0; k < WIDTH; k++)
            assert_near(phi[k], (double)theirs[i * WIDTH + k], 1e-5);
    }
    XGDMatrixFree(matrix);
    XGBoosterFree(booster);
    tr_matrix_finish(&x);
    tr_forest_finish(&forest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binary_models_give_the_library_s_bits),
        cmocka_unit_test(models_of_three_classes_give_the_library_s_bits),
        cmocka_unit_test(regressions_give_the_library_s_bits),
        cmocka_unit_test(explanations_are_the_library_s_to_a_float_s_precision),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
