/* Models of both libraries, of several versions, and of ours: read, predicted and written again. The expected numbers
 * are the libraries' own; test/golden/model/README.md says what made them. */
#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/file/lightgbm_text.h"
#include "engine/model/file/xgboost_file.h"
#include "engine/model/forest/predict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLS = 6, CLASSES_MAX = 3 };

static const char *golden(const char *name, const char *suffix)
{
    static char path[4096];
    const char *source = getenv("TRADERAI_SOURCE");
    snprintf(path, sizeof path, "%s/test/golden/model/%s%s", source ? source : ".", name, suffix);
    return path;
}

struct model {
    struct tr_forest forest;
    char *bytes, *columns;
    size_t n;
};

static void read_model(const char *name, const char *suffix, struct model *model)
{
    struct tr_error err;
    model->bytes = test_read_file(golden(name, suffix), &model->n);
    model->columns = NULL;
    enum tr_status status = strncmp(suffix, ".txt", 4) == 0
                                ? tr_lightgbm_read(model->bytes, model->n, &model->forest, &err)
                                : tr_xgboost_read(model->bytes, model->n, &model->forest, &model->columns, &err);
    assert_ok(status, &err);
}

static void finish_model(struct model *model)
{
    tr_forest_finish(&model->forest);
    tr_free(model->columns);
    tr_free(model->bytes);
}

/* Row by row, and all at once from the table. */
static void expect_predictions(const char *name, const struct tr_forest *forest)
{
    struct tr_predictor *predictor;
    struct tr_error err;
    struct test_table rows, expected;
    char column[64];
    test_table_read(golden("rows", ".csv"), &rows);
    test_table_read(golden("predictions", ".csv"), &expected);
    assert_true(rows.cols == COLS && forest->features == COLS && rows.rows == expected.rows && rows.rows == 60);
    assert_ok(tr_predictor_create(forest, &predictor, &err), &err);
    double *all = tr_alloc(rows.rows * forest->classes, sizeof *all);
    assert_non_null(all);
    const struct tr_matrix x = {.rows = rows.rows, .cols = COLS, .stride = rows.rows, .data = rows.values};
    assert_ok(tr_predict(predictor, &x, rows.rows, NULL, NULL, false, all, &err), &err);
    for (size_t c = 0; c < forest->classes; c++) {
        snprintf(column, sizeof column, forest->classes > 1 ? "%s.%zu" : "%s", name, c);
        const double *value = test_table_column(&expected, column);
        for (size_t i = 0; i < rows.rows; i++) {
            double row[COLS], alone[CLASSES_MAX];
            for (size_t j = 0; j < COLS; j++)
                row[j] = tr_matrix_at(&x, i, j);
            tr_predict_row(predictor, row, false, alone);
            /* nine digits tell a float exactly */
            assert_same_bits(alone[c], forest->kind == TR_FOREST_XGBOOST ? (double)(float)value[i] : value[i]);
            assert_same_bits(alone[c], all[i * forest->classes + c]);
        }
    }
    tr_free(all);
    tr_predictor_destroy(predictor);
    test_table_free(&expected);
    test_table_free(&rows);
}

static const struct {
    const char *name, *suffix;
} models[] = {
    {"xgboost-1.7.4-binary", ".json.gz"}, {"xgboost-1.7.4-binary", ".ubj.gz"},  {"xgboost-1.7.4-three", ".json.gz"},
    {"xgboost-1.7.4-three", ".ubj.gz"},   {"xgboost-3.0.0-binary", ".json.gz"}, {"xgboost-3.0.0-binary", ".ubj.gz"},
    {"xgboost-3.0.0-three", ".json.gz"},  {"xgboost-3.0.0-three", ".ubj.gz"},   {"xgboost-3.3.0-binary", ".ubj.gz"},
    {"ours-xgboost", ".json.gz"},         {"ours-xgboost", ".ubj.gz"},          {"lightgbm-binary", ".txt.gz"},
    {"lightgbm-three", ".txt.gz"},        {"lightgbm-zero", ".txt.gz"},         {"lightgbm-regression", ".txt.gz"},
    {"ours-lightgbm", ".txt.gz"},         {"lightgbm-tiny", ".txt.gz"},
};

static void every_model_predicts_what_its_library_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        struct model model;
        read_model(models[i].name, models[i].suffix, &model);
        expect_predictions(models[i].name, &model.forest);
        finish_model(&model);
    }
}

/* Also those of the library's own models, which our files then stand for. */
static void every_xgboost_model_predicts_the_same_from_our_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        struct model model;
        struct tr_error err;
        read_model(models[i].name, models[i].suffix, &model);
        for (int format = TR_XGBOOST_JSON; format <= TR_XGBOOST_UBJ && model.forest.kind == TR_FOREST_XGBOOST;
             format++) {
            struct tr_forest again;
            struct tr_buf file;
            tr_buf_init(&file);
            assert_ok(tr_xgboost_write(&model.forest, (enum tr_xgboost_format)format, NULL, &file, &err), &err);
            assert_ok(tr_xgboost_read(file.data, file.len, &again, NULL, &err), &err);
            expect_predictions(models[i].name, &again);
            tr_buf_finish(&file);
            tr_forest_finish(&again);
        }
        finish_model(&model);
    }
}

static void expect_same_bytes(const char *name, const char *suffix)
{
    struct model model;
    struct tr_buf file;
    struct tr_error err;
    read_model(name, suffix, &model);
    tr_buf_init(&file);
    if (model.forest.kind == TR_FOREST_LIGHTGBM)
        assert_ok(tr_lightgbm_write(&model.forest, &file, &err), &err);
    else
        assert_ok(tr_xgboost_write(&model.forest, strstr(suffix, "json") ? TR_XGBOOST_JSON : TR_XGBOOST_UBJ,
                                   model.columns, &file, &err),
                  &err);
    assert_true(file.len == model.n);
    assert_memory_equal(file.data, model.bytes, model.n);
    tr_buf_finish(&file);
    finish_model(&model);
}

/* What was sent out and accepted by the libraries is what we still write. */
static void the_files_are_written_byte_for_byte(void **state)
{
    (void)state;
    expect_same_bytes("lightgbm-binary", ".txt.gz");
    expect_same_bytes("lightgbm-three", ".txt.gz");
    expect_same_bytes("lightgbm-zero", ".txt.gz");
    expect_same_bytes("lightgbm-regression", ".txt.gz");
    expect_same_bytes("ours-lightgbm", ".txt.gz");
    expect_same_bytes("ours-xgboost", ".json.gz");
    expect_same_bytes("ours-xgboost", ".ubj.gz");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_model_predicts_what_its_library_does),
        cmocka_unit_test(every_xgboost_model_predicts_the_same_from_our_files),
        cmocka_unit_test(the_files_are_written_byte_for_byte),
    };
    return cmocka_run_group_tests_name("engine/model/forest/model_golden", tests, NULL, NULL);
}
