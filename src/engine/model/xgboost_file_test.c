#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/model/xgboost.h"
#include "engine/model/xgboost_file.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 80, COLS = 3 };

static double x_data[ROWS * COLS];
static const struct tr_matrix x = {.rows = ROWS, .cols = COLS, .stride = ROWS, .data = x_data};
static size_t rows[ROWS];

/* A small model file: three trees on columns 0 and 2. */
static void make_file(struct tr_buf *out)
{
    const size_t col[] = {0, 2};
    const struct tr_param params[] = {{"eta", "0.5"}, {"max_depth", "3"}};
    double y[ROWS];
    struct tr_rng rng;
    tr_rng_init(&rng, 61, 0);
    for (size_t i = 0; i < ROWS * COLS; i++)
        x_data[i] = tr_rng_uniform(&rng);
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = i;
        y[i] = x_data[i] + x_data[2 * ROWS + i] > 1.0 ? 1.0 : 0.0;
    }
    struct tr_fit fit = {.x = &x,
                         .n = ROWS,
                         .row = rows,
                         .y = y,
                         .cols = 2,
                         .col = col,
                         .params = params,
                         .n_params = 2,
                         .rounds = 3,
                         .seed = 1};
    struct tr_model *model;
    struct tr_error err;
    assert_ok(tr_model_xgboost.train(&fit, &model, &err), &err);
    tr_buf_init(out);
    assert_ok(model->impl->save(model, out, &err), &err);
    model->impl->destroy(model);
}

/* Loads the bytes and, where they load, uses the model. */
static enum tr_status try_bytes(const void *bytes, size_t n, struct tr_error *err)
{
    struct tr_model *model;
    double p[ROWS];
    enum tr_status status = tr_model_xgboost.load(bytes, n, 0, NULL, &model, err);
    if (status != TR_OK) {
        assert_null(model);
        return status;
    }
    status = model->impl->predict(model, &x, ROWS, rows, p, err);
    model->impl->destroy(model);
    return status;
}

static void the_columns_come_back_from_the_file(void **state)
{
    (void)state;
    struct tr_buf file;
    struct tr_error err;
    make_file(&file);
    size_t cols, *col;
    assert_ok(tr_xgboost_file_check(file.data, file.len, &cols, &col, &err), &err);
    assert_int_equal(cols, 2);
    assert_true(col[0] == 0 && col[1] == 2);
    tr_free(col);
    tr_buf_finish(&file);
}

static void a_file_of_another_program_has_columns_in_order(void **state)
{
    (void)state;
    struct tr_buf file;
    struct tr_error err;
    make_file(&file);
    json_t *root = json_loadb(file.data, file.len, 0, NULL);
    json_object_clear(json_object_get(json_object_get(root, "learner"), "attributes"));
    char *text = json_dumps(root, 0);
    size_t cols, *col;
    assert_ok(tr_xgboost_file_check(text, strlen(text), &cols, &col, &err), &err);
    assert_int_equal(cols, 2);
    assert_true(col[0] == 0 && col[1] == 1);
    assert_ok(try_bytes(text, strlen(text), &err), &err);
    tr_free(col);
    free(text);
    json_decref(root);
    tr_buf_finish(&file);
}

static void every_shortened_file_is_refused(void **state)
{
    (void)state;
    struct tr_buf file;
    struct tr_error err;
    make_file(&file);
    for (size_t n = 0; n < file.len; n++) {
        assert_int_equal(try_bytes(file.data, n, &err), TR_CORRUPT);
        assert_true(strlen(err.text) > 0);
    }
    assert_ok(try_bytes(file.data, file.len, &err), &err);
    tr_buf_finish(&file);
}

static void garbage_is_refused(void **state)
{
    (void)state;
    const char *const texts[] = {"",
                                 " ",
                                 "tree\nversion=v4",
                                 "{}",
                                 "[]",
                                 "null",
                                 "3",
                                 "\"learner\"",
                                 "{\"learner\":3}",
                                 "{\"learner\":{\"learner_model_param\":{\"num_feature\":\"1\"}}}",
                                 "binf\1\2\3\4",
                                 "{L\0learner{",
                                 "{\"a\":1,\"a\":2}"};
    struct tr_error err;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(try_bytes(texts[i], strlen(texts[i]), &err), TR_CORRUPT);
    unsigned char noise[4096];
    struct tr_rng rng;
    tr_rng_init(&rng, 62, 0);
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = (unsigned char)tr_rng_below(&rng, 256);
        noise[0] = '{';
        assert_int_equal(try_bytes(noise, sizeof noise, &err), TR_CORRUPT);
    }
    memset(noise, '[', sizeof noise);
    assert_int_equal(try_bytes(noise, sizeof noise, &err), TR_CORRUPT);
}

static void damaged_bytes_never_crash(void **state)
{
    (void)state;
    struct tr_buf file;
    struct tr_error err;
    make_file(&file);
    struct tr_rng rng;
    tr_rng_init(&rng, 63, 0);
    char *copy = tr_alloc(file.len, 1);
    assert_non_null(copy);
    for (int round = 0; round < 3000; round++) {
        memcpy(copy, file.data, file.len);
        size_t hits = 1 + (size_t)tr_rng_below(&rng, 3);
        for (size_t h = 0; h < hits; h++) {
            size_t at = (size_t)tr_rng_below(&rng, file.len);
            bool digit = copy[at] >= '0' && copy[at] <= '9';
            /* a digit becomes another one, so that most files still parse */
            copy[at] = (char)(digit ? '0' + (int)tr_rng_below(&rng, 10) : (int)tr_rng_below(&rng, 256));
        }
        enum tr_status status = try_bytes(copy, file.len, &err);
        assert_true(status == TR_OK || status == TR_CORRUPT || status == TR_UNSUPPORTED);
    }
    tr_free(copy);
    tr_buf_finish(&file);
}

/* A walk along keys and positions: "learner/gradient_booster/model/trees/0/left_children/0". */
static void set_at(json_t *root, const char *path, json_t *value)
{
    char key[64];
    json_t *at = root;
    for (const char *p = path;;) {
        size_t length = strcspn(p, "/");
        assert_true(length < sizeof key);
        memcpy(key, p, length);
        key[length] = 0;
        bool last = p[length] == 0;
        size_t position = 0;
        if (json_is_array(at))
            position = (size_t)(key[0] - '0');
        if (last) {
            int failed =
                json_is_array(at) ? json_array_set_new(at, position, value) : json_object_set_new(at, key, value);
            assert_int_equal(failed, 0);
            return;
        }
        at = json_is_array(at) ? json_array_get(at, position) : json_object_get(at, key);
        assert_non_null(at);
        p += length + 1;
    }
}

#define MODEL "learner/gradient_booster/model/"
#define TREE MODEL "trees/0/"

static void a_tree_that_points_astray_is_refused(void **state)
{
    (void)state;
    const struct {
        const char *path, *json;
        enum tr_status status;
    } cases[] = {
        {TREE "left_children/0", "99", TR_CORRUPT},
        {TREE "left_children/0", "0", TR_CORRUPT},
        {TREE "left_children/0", "-2", TR_CORRUPT},
        {TREE "left_children/0", "-1", TR_CORRUPT},
        {TREE "left_children/0", "2", TR_CORRUPT},
        {TREE "left_children/0", "4294967297", TR_CORRUPT},
        {TREE "left_children/0", "1.5", TR_CORRUPT},
        {TREE "left_children", "[]", TR_CORRUPT},
        {TREE "right_children/0", "0", TR_CORRUPT},
        {TREE "right_children", "[1]", TR_CORRUPT},
        {TREE "parents/1", "2", TR_CORRUPT},
        {TREE "split_indices/0", "2", TR_CORRUPT},
        {TREE "split_indices/0", "-1", TR_CORRUPT},
        {TREE "split_conditions", "[1]", TR_CORRUPT},
        {TREE "split_conditions/0", "\"x\"", TR_CORRUPT},
        {TREE "default_left", "[]", TR_CORRUPT},
        {TREE "split_type/0", "1", TR_CORRUPT},
        {TREE "categories_nodes", "[0]", TR_CORRUPT},
        {TREE "id", "1", TR_CORRUPT},
        {TREE "tree_param/num_nodes", "\"1\"", TR_CORRUPT},
        {TREE "tree_param/num_nodes", "\"-5\"", TR_CORRUPT},
        {TREE "tree_param/size_leaf_vector", "\"3\"", TR_CORRUPT},
        {TREE "tree_param/num_deleted", "\"3\"", TR_CORRUPT},
        {MODEL "trees", "[]", TR_CORRUPT},
        {MODEL "trees/0", "null", TR_CORRUPT},
        {MODEL "gbtree_model_param/num_trees", "\"2\"", TR_CORRUPT},
        {MODEL "gbtree_model_param/num_parallel_tree", "\"0\"", TR_CORRUPT},
        {MODEL "tree_info", "[0]", TR_CORRUPT},
        {MODEL "tree_info/0", "1", TR_UNSUPPORTED},
        {MODEL "iteration_indptr", "[0, 9]", TR_CORRUPT},
        {MODEL "iteration_indptr", "[0, 2, 1, 3]", TR_CORRUPT},
        {"learner/learner_model_param/num_feature", "\"0\"", TR_CORRUPT},
        {"learner/learner_model_param/num_feature", "\"many\"", TR_CORRUPT},
        {"learner/learner_model_param/num_feature", "\"2000000000\"", TR_CORRUPT},
        {"learner/learner_model_param/num_class", "\"3\"", TR_UNSUPPORTED},
        {"learner/learner_model_param/base_score", "\"x\"", TR_CORRUPT},
        {"learner/learner_model_param/base_score", "\"1.5\"", TR_CORRUPT},
        {"learner/learner_model_param/base_score", "0.5", TR_CORRUPT},
        {"learner/gradient_booster/name", "\"gblinear\"", TR_UNSUPPORTED},
        {"learner/objective/name", "\"multi:softprob\"", TR_UNSUPPORTED},
        {"learner/attributes/" TR_XGBOOST_COLUMNS, "\"0\"", TR_CORRUPT},
        {"learner/attributes/" TR_XGBOOST_COLUMNS, "\"0 x\"", TR_CORRUPT},
        {"learner/attributes/" TR_XGBOOST_COLUMNS, "\"2 0\"", TR_CORRUPT},
        {"learner/attributes/" TR_XGBOOST_COLUMNS, "\"0 1 2\"", TR_CORRUPT},
        {"learner/attributes/" TR_XGBOOST_COLUMNS, "\"0 99999999999\"", TR_CORRUPT},
        {"learner/attributes/" TR_XGBOOST_COLUMNS, "7", TR_CORRUPT},
    };
    struct tr_buf file;
    struct tr_error err;
    make_file(&file);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *root = json_loadb(file.data, file.len, 0, NULL);
        json_t *value = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        set_at(root, cases[i].path, value);
        char *text = json_dumps(root, 0);
        enum tr_status status = try_bytes(text, strlen(text), &err);
        if (status != cases[i].status)
            fail_msg("%s = %s: %s, %s", cases[i].path, cases[i].json, tr_status_name(status), err.text);
        free(text);
        json_decref(root);
    }
    tr_buf_finish(&file);
}

static void columns_are_written_as_numbers_between_blanks(void **state)
{
    (void)state;
    const size_t col[] = {0, 3, 170};
    struct tr_buf text;
    tr_buf_init(&text);
    tr_xgboost_columns_text(3, col, &text);
    assert_string_equal(tr_buf_string(&text), "0 3 170");
    tr_buf_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_columns_come_back_from_the_file),
        cmocka_unit_test(a_file_of_another_program_has_columns_in_order),
        cmocka_unit_test(every_shortened_file_is_refused),
        cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(damaged_bytes_never_crash),
        cmocka_unit_test(a_tree_that_points_astray_is_refused),
        cmocka_unit_test(columns_are_written_as_numbers_between_blanks),
    };
    return cmocka_run_group_tests_name("engine/model/xgboost_file", tests, NULL, NULL);
}
