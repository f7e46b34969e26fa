#include "engine/model/forest/forest_test.h"
#include "engine/model/forest/predict_test.h"

#include "base/alloc.h"
#include "engine/model/file/xgboost_file.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS "0 3"

static const enum tr_xgboost_format formats[] = {TR_XGBOOST_JSON, TR_XGBOOST_UBJ};

/* Three trees on two features: of three leaves, of one, of two. */
static void make_forest(struct tr_forest *forest)
{
    static const char *const names[] = {"rsi", "trend \"x\""};
    struct tr_error err;
    tr_forest_init(forest, TR_FOREST_XGBOOST);
    forest->features = 2;
    forest->base_score = 0.5;
    for (size_t t = 0; t < 3; t++) {
        struct tr_tree tree;
        assert_ok(tr_tree_init(&tree, t == 0 ? 3 : t, &err), &err);
        for (size_t i = 0; i + 1 < tree.leaves; i++) {
            tree.feature[i] = (int32_t)(i + t) % 2;
            tree.flags[i] = TR_NODE_MISSING_NAN | (i ? TR_NODE_DEFAULT_LEFT : 0);
            tree.threshold[i] = i ? 2.0 : 0.25;
            tree.gain[i] = 3.0 + (double)i;
            tree.inner_value[i] = 0.125;
            tree.inner_weight[i] = 20.0;
            tree.left[i] = ~0;
            tree.right[i] = ~1;
        }
        for (size_t i = 0; i < tree.leaves; i++) {
            tree.leaf_value[i] = (double)(0.1F * (float)(1 + i));
            tree.leaf_weight[i] = 5.0;
        }
        if (t == 0) {
            tree.left[0] = 1;
            tree.right[0] = ~0;
            tree.left[1] = ~1;
            tree.right[1] = ~2;
        }
        assert_ok(tr_forest_add(forest, &tree, &err), &err);
    }
    assert_ok(tr_forest_name(forest, names, &err), &err);
    assert_ok(tr_forest_check(forest, &err), &err);
}

static void write_file(const struct tr_forest *forest, enum tr_xgboost_format format, const char *columns,
                       struct tr_buf *out)
{
    struct tr_error err;
    tr_buf_init(out);
    assert_ok(tr_xgboost_write(forest, format, columns, out, &err), &err);
}

static void make_file(enum tr_xgboost_format format, struct tr_buf *out)
{
    struct tr_forest forest;
    make_forest(&forest);
    write_file(&forest, format, COLUMNS, out);
    tr_forest_finish(&forest);
}

static enum tr_status try_bytes(const void *bytes, size_t n, struct tr_error *err)
{
    struct tr_forest forest;
    char *columns;
    enum tr_status status = tr_xgboost_read(bytes, n, &forest, &columns, err);
    assert_true(status == TR_OK || !columns);
    tr_free(columns);
    tr_forest_finish(&forest);
    return status;
}

static void assert_same_doubles(size_t n, const double *a, const double *b)
{
    for (size_t i = 0; i < n; i++)
        assert_same_bits(a[i], b[i]);
}

static void assert_same_tree(const struct tr_tree *a, const struct tr_tree *b)
{
    size_t inner = a->leaves - 1;
    assert_true(a->leaves == b->leaves);
    assert_memory_equal(a->feature, b->feature, inner * sizeof *a->feature);
    assert_memory_equal(a->left, b->left, inner * sizeof *a->left);
    assert_memory_equal(a->right, b->right, inner * sizeof *a->right);
    assert_memory_equal(a->flags, b->flags, inner);
    assert_same_doubles(inner, a->threshold, b->threshold);
    assert_same_doubles(inner, a->gain, b->gain);
    assert_same_doubles(inner, a->inner_value, b->inner_value);
    assert_same_doubles(inner, a->inner_weight, b->inner_weight);
    assert_same_doubles(a->leaves, a->leaf_value, b->leaf_value);
    assert_same_doubles(a->leaves, a->leaf_weight, b->leaf_weight);
}

static void a_forest_comes_back_from_both_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct tr_forest forest, again;
        struct tr_buf file;
        struct tr_error err;
        char *columns;
        make_forest(&forest);
        write_file(&forest, formats[i], COLUMNS, &file);
        assert_ok(tr_xgboost_read(file.data, file.len, &again, &columns, &err), &err);
        assert_string_equal(columns, COLUMNS);
        assert_true(again.kind == TR_FOREST_XGBOOST && again.link == TR_LINK_LOGISTIC && again.base_score == 0.5);
        assert_true(again.features == 2 && again.classes == 1 && again.n == 3);
        assert_string_equal(again.feature_name[1], "trend_\"x\"");
        for (size_t t = 0; t < 3; t++)
            assert_same_tree(&forest.tree[t], &again.tree[t]);
        tr_free(columns);
        tr_buf_finish(&file);
        tr_forest_finish(&again);
        tr_forest_finish(&forest);
    }
}

/* Node numbers become those of the file, level by level; after that nothing changes any more. */
static void any_forest_decides_the_same_after_writing_and_reading(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 91, 0);
    for (size_t round = 0; round < 60; round++) {
        static const enum tr_forest_link links[] = {TR_LINK_LOGISTIC, TR_LINK_SOFTMAX, TR_LINK_IDENTITY};
        size_t classes = round % 3 == 1 ? 3 : 1;
        struct random_shape shape = {.kind = TR_FOREST_XGBOOST,
                                     .link = links[round % 3],
                                     .trees = 6,
                                     .classes = classes,
                                     .features = 4,
                                     .leaves = 40,
                                     .palette = 20,
                                     .chain = round % 7 == 0};
        struct tr_forest forest, again;
        struct tr_matrix x;
        struct tr_error err;
        struct tr_buf file[3];
        random_forest(&rng, &shape, &forest);
        write_file(&forest, formats[round / 3 % 2], NULL, &file[0]);
        assert_ok(tr_xgboost_read(file[0].data, file[0].len, &again, NULL, &err), &err);
        assert_true(again.classes == classes && again.link == forest.link);
        random_rows(&rng, 200, 4, 20, &x);
        for (size_t i = 0; i < 200; i++) {
            double row[4], a[3], b[3];
            for (size_t j = 0; j < 4; j++)
                row[j] = tr_matrix_at(&x, i, j);
            plain_margin(&forest, row, a);
            plain_margin(&again, row, b);
            assert_same_doubles(classes, a, b);
        }
        for (size_t i = 0; i < 2; i++) { /* through the other format and back */
            write_file(&again, formats[i], NULL, &file[1 + i]);
            tr_forest_finish(&again);
            assert_ok(tr_xgboost_read(file[1 + i].data, file[1 + i].len, &again, NULL, &err), &err);
        }
        tr_buf_clear(&file[0]);
        assert_ok(tr_xgboost_write(&again, TR_XGBOOST_JSON, NULL, &file[0], &err), &err);
        assert_string_equal(tr_buf_string(&file[0]), tr_buf_string(&file[1]));
        for (size_t i = 0; i < 3; i++)
            tr_buf_finish(&file[i]);
        tr_matrix_finish(&x);
        tr_forest_finish(&again);
        tr_forest_finish(&forest);
    }
}

static void what_is_not_finite_is_kept_or_refused(void **state)
{
    struct tr_forest forest, again;
    struct tr_buf file;
    struct tr_error err;
    (void)state;
    make_forest(&forest);
    forest.tree[0].gain[0] = (double)INFINITY; /* for showing only: as large as a float can be */
    forest.tree[0].inner_weight[0] = (double)NAN;
    write_file(&forest, TR_XGBOOST_JSON, NULL, &file);
    assert_ok(tr_xgboost_read(file.data, file.len, &again, NULL, &err), &err);
    assert_true(again.tree[0].gain[0] > 3e38 && isfinite(again.tree[0].gain[0]));
    assert_true(again.tree[0].inner_weight[0] == 0.0);
    tr_forest_finish(&again);
    tr_buf_finish(&file);
    forest.tree[0].threshold[0] = (double)INFINITY; /* decides: UBJSON has it, JSON has not */
    write_file(&forest, TR_XGBOOST_UBJ, NULL, &file);
    assert_ok(tr_xgboost_read(file.data, file.len, &again, NULL, &err), &err);
    assert_true(isinf(again.tree[0].threshold[0]));
    tr_forest_finish(&again);
    tr_buf_clear(&file);
    assert_true(tr_xgboost_write(&forest, TR_XGBOOST_JSON, NULL, &file, &err) == TR_UNSUPPORTED);
    tr_buf_finish(&file);
    forest.tree[0].threshold[0] = (double)NAN;
    write_file(&forest, TR_XGBOOST_UBJ, NULL, &file);
    assert_true(try_bytes(file.data, file.len, &err) == TR_CORRUPT);
    tr_buf_finish(&file);
    tr_forest_finish(&forest);
}

static void every_shortened_file_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct tr_buf file;
        struct tr_error err;
        make_file(formats[i], &file);
        for (size_t n = 0; n < file.len; n++) {
            char *copy = tr_alloc(n, 1); /* so that a sanitizer sees its end */
            assert_non_null(copy);
            if (n > 0)
                memcpy(copy, file.data, n);
            assert_true(try_bytes(copy, n, &err) == TR_CORRUPT && err.text[0]);
            tr_free(copy);
        }
        assert_ok(try_bytes(file.data, file.len, &err), &err);
        tr_buf_finish(&file);
    }
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
                                 "{\"learner\":{\"gradient_booster\":{\"name\":3}}}",
                                 "binf\1\2\3\4",
                                 "{L\1learner{",
                                 "{U\7learnerZ}",
                                 "{#U\1U\7learner{}",
                                 "{\"a\":1,\"a\":2}"};
    struct tr_error err;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_true(try_bytes(texts[i], strlen(texts[i]), &err) == TR_CORRUPT);
    char noise[4096];
    struct tr_rng rng;
    tr_rng_init(&rng, 62, 0);
    for (int round = 0; round < 400; round++) {
        for (size_t i = 0; i < sizeof noise; i++)
            noise[i] = (char)tr_rng_below(&rng, 256);
        noise[0] = '{';
        noise[1] = round % 2 ? 'L' : noise[1];
        assert_true(try_bytes(noise, sizeof noise, &err) == TR_CORRUPT);
    }
    memset(noise, '[', sizeof noise);
    assert_true(try_bytes(noise, sizeof noise, &err) == TR_CORRUPT);
}

static void damaged_bytes_never_crash(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 63, 0);
    for (size_t i = 0; i < 2; i++) {
        struct tr_buf file;
        struct tr_error err;
        size_t sound = 0;
        make_file(formats[i], &file);
        char *copy = tr_alloc(file.len, 1);
        assert_non_null(copy);
        for (int round = 0; round < 6000; round++) {
            memcpy(copy, file.data, file.len);
            for (size_t hits = 1 + (size_t)tr_rng_below(&rng, 3); hits > 0; hits--) {
                size_t at = (size_t)tr_rng_below(&rng, file.len);
                bool digit = copy[at] >= '0' && copy[at] <= '9';
                /* a digit becomes another one, so that most files still parse */
                copy[at] = (char)(digit ? '0' + (int)tr_rng_below(&rng, 10) : (int)tr_rng_below(&rng, 256));
            }
            enum tr_status status = try_bytes(copy, file.len, &err);
            assert_true(status == TR_OK || status == TR_CORRUPT || status == TR_UNSUPPORTED);
            sound += status == TR_OK;
        }
        assert_true(sound > 50 && sound < 5900);
        tr_free(copy);
        tr_buf_finish(&file);
    }
}

/* A walk along keys and positions: "learner/gradient_booster/model/trees/0/left_children/0". NULL takes a key away. */
static void set_at(json_t *root, const char *path, json_t *value)
{
    char key[64];
    json_t *at = root;
    for (const char *p = path;;) {
        size_t length = strcspn(p, "/");
        assert_true(length < sizeof key);
        memcpy(key, p, length);
        key[length] = 0;
        size_t position = json_is_array(at) ? (size_t)(key[0] - '0') : 0;
        if (p[length] == 0) {
            int failed = !value              ? json_object_del(at, key)
                         : json_is_array(at) ? json_array_set_new(at, position, value)
                                             : json_object_set_new(at, key, value);
            assert_true(failed == 0);
            return;
        }
        at = json_is_array(at) ? json_array_get(at, position) : json_object_get(at, key);
        assert_non_null(at);
        p += length + 1;
    }
}

#define LEARNER "learner/learner_model_param/"
#define MODEL "learner/gradient_booster/model/"
#define TREE MODEL "trees/0/"

static const struct {
    const char *path, *json; /* NULL: taken away */
    enum tr_status status;
} edits[] = {
    {TREE "left_children/0", "99", TR_CORRUPT},
    {TREE "left_children/0", "0", TR_CORRUPT},
    {TREE "left_children/0", "-2", TR_CORRUPT},
    {TREE "left_children/0", "-1", TR_CORRUPT},
    {TREE "left_children/0", "2", TR_CORRUPT},
    {TREE "left_children/0", "4294967297", TR_CORRUPT},
    {TREE "left_children/0", "1.5", TR_CORRUPT},
    {TREE "left_children/1", "0", TR_CORRUPT},
    {TREE "left_children/2", "0", TR_CORRUPT},
    {TREE "left_children", "[]", TR_CORRUPT},
    {TREE "left_children", NULL, TR_CORRUPT},
    {TREE "right_children/0", "0", TR_CORRUPT},
    {TREE "right_children", "[1]", TR_CORRUPT},
    {TREE "parents/1", "2", TR_CORRUPT},
    {TREE "parents", NULL, TR_CORRUPT},
    {TREE "split_indices/0", "2", TR_CORRUPT},
    {TREE "split_indices/0", "-1", TR_CORRUPT},
    {TREE "split_conditions", "[1]", TR_CORRUPT},
    {TREE "split_conditions/0", "\"x\"", TR_CORRUPT},
    {TREE "split_conditions/2", "1e300", TR_CORRUPT},
    {TREE "default_left", "[]", TR_CORRUPT},
    {TREE "default_left/0", "2", TR_CORRUPT},
    {TREE "default_left", "[true, false, false, true, false]", TR_OK},
    {TREE "base_weights", "[]", TR_CORRUPT},
    {TREE "loss_changes", "[]", TR_CORRUPT},
    {TREE "sum_hessian", "[]", TR_CORRUPT},
    {TREE "split_type/0", "1", TR_UNSUPPORTED},
    {TREE "split_type", NULL, TR_OK},
    {TREE "categories_nodes", "[0]", TR_UNSUPPORTED},
    {TREE "categories_nodes", NULL, TR_OK},
    {TREE "id", "1", TR_CORRUPT},
    {TREE "tree_param/num_nodes", "\"1\"", TR_CORRUPT},
    {TREE "tree_param/num_nodes", "\"-5\"", TR_CORRUPT},
    {TREE "tree_param/num_nodes", "\"99999999999\"", TR_CORRUPT},
    {TREE "tree_param/size_leaf_vector", "\"3\"", TR_UNSUPPORTED},
    {TREE "tree_param/size_leaf_vector", NULL, TR_OK},
    {TREE "tree_param/num_deleted", "\"2\"", TR_CORRUPT},
    {TREE "tree_param/num_deleted", NULL, TR_OK},
    {MODEL "trees", "[]", TR_CORRUPT},
    {MODEL "trees", "[1, 2, 3]", TR_CORRUPT},
    {MODEL "trees/0", "null", TR_CORRUPT},
    {MODEL "gbtree_model_param/num_trees", "\"2\"", TR_CORRUPT},
    {MODEL "gbtree_model_param/num_parallel_tree", "\"0\"", TR_CORRUPT},
    {MODEL "gbtree_model_param/num_parallel_tree", "\"3\"", TR_OK},
    {MODEL "tree_info", "[0]", TR_CORRUPT},
    {MODEL "tree_info/0", "1", TR_UNSUPPORTED},
    {MODEL "iteration_indptr", "[0, 9]", TR_CORRUPT},
    {MODEL "iteration_indptr", "[0, 2, 1, 3]", TR_CORRUPT},
    {MODEL "iteration_indptr", "[]", TR_CORRUPT},
    {MODEL "iteration_indptr", NULL, TR_OK},
    {LEARNER "num_feature", "\"0\"", TR_CORRUPT},
    {LEARNER "num_feature", "\"many\"", TR_CORRUPT},
    {LEARNER "num_feature", "\"2000000000\"", TR_CORRUPT},
    {LEARNER "num_class", "\"3\"", TR_UNSUPPORTED},
    {LEARNER "num_class", "\"x\"", TR_CORRUPT},
    {LEARNER "num_target", "\"2\"", TR_UNSUPPORTED},
    {LEARNER "base_score", "\"x\"", TR_CORRUPT},
    {LEARNER "base_score", "\"1.5\"", TR_CORRUPT},
    {LEARNER "base_score", "0.5", TR_CORRUPT},
    {LEARNER "base_score", "\"[5E-1]\"", TR_OK},
    {LEARNER "base_score", "\"[5E-1,5E-1]\"", TR_OK},
    {LEARNER "base_score", "\"[5E-1,4E-1]\"", TR_UNSUPPORTED},
    {LEARNER "base_score", "\"[]\"", TR_CORRUPT},
    {LEARNER "base_score", "\"[\"", TR_CORRUPT},
    {LEARNER "base_score", "\"\"", TR_CORRUPT},
    {"learner/gradient_booster/name", "\"gblinear\"", TR_UNSUPPORTED},
    {"learner/gradient_booster/name", "\"dart\"", TR_UNSUPPORTED},
    {"learner/objective/name", "\"rank:ndcg\"", TR_UNSUPPORTED},
    {"learner/objective/name", "\"multi:softprob\"", TR_CORRUPT},
    {"learner/objective/name", "\"reg:squarederror\"", TR_OK},
    {"learner/objective/name", "3", TR_CORRUPT},
    {"learner/feature_names", "[\"a\"]", TR_CORRUPT},
    {"learner/feature_names", "[1, 2]", TR_CORRUPT},
    {"learner/feature_names", "[]", TR_OK},
    {"learner/attributes/" TR_XGBOOST_COLUMNS, "7", TR_CORRUPT},
    {"learner/attributes", "{}", TR_OK},
    {"version", NULL, TR_OK},
};

static void what_points_astray_is_refused(void **state)
{
    (void)state;
    struct tr_buf file;
    struct tr_error err;
    make_file(TR_XGBOOST_JSON, &file);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        json_t *root = json_loadb(file.data, file.len, 0, NULL);
        set_at(root, edits[i].path, edits[i].json ? json_loads(edits[i].json, JSON_DECODE_ANY, NULL) : NULL);
        char *text = json_dumps(root, 0);
        enum tr_status status = try_bytes(text, strlen(text), &err);
        if (status != edits[i].status)
            fail_msg("%s = %s: %s, %s", edits[i].path, edits[i].json ? edits[i].json : "-", tr_status_name(status),
                     err.text);
        free(text);
        json_decref(root);
    }
    tr_buf_finish(&file);
}

/* As pruning leaves them: node 2 of the old tree is gone, its place still there; and in no order. */
static void deleted_nodes_and_any_numbering_are_read(void **state)
{
    static const struct {
        const char *key, *json;
    } lists[] = {{"left_children", "[4, -1, -1, -1, 6, -1, -1]"},
                 {"right_children", "[1, -1, -1, -1, 3, -1, -1]"},
                 {"parents", "[2147483647, 0, 2147483647, 4, 0, 2147483647, 4]"},
                 {"split_indices", "[1, 0, 2147483647, 0, 0, 2147483647, 0]"},
                 {"split_conditions", "[0.5, 1, 0, 2, 0.75, 0, 3]"},
                 {"base_weights", "[0, 0, 0, 0, 0, 0, 0]"},
                 {"loss_changes", "[9, 0, 0, 0, 8, 0, 0]"},
                 {"sum_hessian", "[5, 1, 0, 2, 4, 0, 2]"},
                 {"default_left", "[1, 0, 0, 0, 0, 0, 0]"},
                 {"split_type", "[0, 0, 0, 0, 0, 0, 0]"}};
    struct tr_buf file;
    struct tr_forest forest;
    struct tr_error err;
    char path[96];
    (void)state;
    make_file(TR_XGBOOST_JSON, &file);
    json_t *root = json_loadb(file.data, file.len, 0, NULL);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        snprintf(path, sizeof path, TREE "%s", lists[i].key);
        set_at(root, path, json_loads(lists[i].json, 0, NULL));
    }
    set_at(root, TREE "tree_param/num_nodes", json_string("7"));
    set_at(root, TREE "tree_param/num_deleted", json_string("2"));
    char *text = json_dumps(root, 0);
    assert_ok(tr_xgboost_read(text, strlen(text), &forest, NULL, &err), &err);
    const struct tr_tree *tree = &forest.tree[0];
    const int32_t left[] = {1, ~1}, right[] = {~0, ~2}, feature[] = {1, 0};
    const double leaf[] = {1, 3, 2}, gain[] = {9, 8};
    assert_true(tree->leaves == 3);
    assert_memory_equal(tree->left, left, sizeof left);
    assert_memory_equal(tree->right, right, sizeof right);
    assert_memory_equal(tree->feature, feature, sizeof feature);
    assert_memory_equal(tree->leaf_value, leaf, sizeof leaf);
    assert_memory_equal(tree->gain, gain, sizeof gain);
    assert_true(tree->flags[0] == (TR_NODE_MISSING_NAN | TR_NODE_DEFAULT_LEFT) &&
                tree->flags[1] == TR_NODE_MISSING_NAN);
    tr_forest_finish(&forest);
    free(text);
    set_at(root, TREE "tree_param/num_deleted", json_string("0"));
    text = json_dumps(root, 0);
    assert_true(try_bytes(text, strlen(text), &err) == TR_CORRUPT);
    free(text);
    json_decref(root);
    tr_buf_finish(&file);
}

/* 500 trees of 255 nodes: 1.3 million numbers of JSON. */
static void a_large_forest_is_read_from_both_formats(void **state)
{
    struct tr_rng rng;
    struct tr_forest forest;
    struct random_shape shape = {.kind = TR_FOREST_XGBOOST,
                                 .link = TR_LINK_LOGISTIC,
                                 .trees = 500,
                                 .classes = 1,
                                 .features = 60,
                                 .leaves = 128,
                                 .palette = 1000,
                                 .exact = true};
    (void)state;
    tr_rng_init(&rng, 17, 0);
    random_forest(&rng, &shape, &forest);
    for (size_t i = 0; i < 2; i++) {
        struct tr_buf file;
        struct tr_forest again;
        struct tr_error err;
        write_file(&forest, formats[i], COLUMNS, &file);
        assert_ok(tr_xgboost_read(file.data, file.len, &again, NULL, &err), &err);
        assert_true(again.n == 500);
        tr_forest_finish(&again);
        tr_buf_finish(&file);
    }
    tr_forest_finish(&forest);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct tr_buf file;
        enum tr_status status = TR_NOMEM;
        size_t k;
        make_file(formats[i], &file);
        for (k = 1; status == TR_NOMEM; k++) {
            struct tr_forest forest;
            struct tr_error err;
            struct tr_buf out;
            char *columns;
            tr_buf_init(&out);
            tr_alloc_fail_at(k);
            status = tr_xgboost_read(file.data, file.len, &forest, &columns, &err);
            if (status == TR_OK)
                status = tr_xgboost_write(&forest, formats[i], columns, &out, &err);
            tr_alloc_fail_at(0);
            tr_buf_finish(&out);
            tr_free(columns);
            tr_forest_finish(&forest);
            assert_true(k < 200);
        }
        assert_true(status == TR_OK && k > 15);
        tr_buf_finish(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forest_comes_back_from_both_formats),
        cmocka_unit_test(any_forest_decides_the_same_after_writing_and_reading),
        cmocka_unit_test(what_is_not_finite_is_kept_or_refused),
        cmocka_unit_test(every_shortened_file_is_refused),
        cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(damaged_bytes_never_crash),
        cmocka_unit_test(what_points_astray_is_refused),
        cmocka_unit_test(deleted_nodes_and_any_numbering_are_read),
        cmocka_unit_test(a_large_forest_is_read_from_both_formats),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/model/forest/xgboost_file", tests, NULL, NULL);
}
