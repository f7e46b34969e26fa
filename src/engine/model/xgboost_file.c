#include "engine/model/xgboost_file.h"

#include "base/alloc.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { COLUMNS_MAX = 1 << 16 };

void tr_xgboost_columns_text(size_t cols, const size_t *col, struct tr_buf *out)
{
    for (size_t i = 0; i < cols; i++)
        tr_buf_printf(out, i ? " %zu" : "%zu", col[i]);
}

static enum tr_status damaged(struct tr_error *err, const char *what)
{
    return tr_error_set(err, TR_CORRUPT, "not a sound XGBoost model: %s", what);
}

/* A string member that holds a whole number, as XGBoost writes its parameters; -1 where there is none such. */
static int64_t number_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    int64_t value;
    if (!text || !tr_text_to_int64(text, text + strlen(text), &value) || value < 0)
        return -1;
    return value;
}

/* An array of n whole numbers, else NULL. */
static const json_t *integers(const json_t *tree, const char *key, size_t n)
{
    const json_t *array = json_object_get(tree, key);
    if (!json_is_array(array) || json_array_size(array) != n)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (!json_is_integer(json_array_get(array, i)))
            return NULL;
    return array;
}

static bool numbers(const json_t *tree, const char *key, size_t n)
{
    const json_t *array = json_object_get(tree, key);
    if (!json_is_array(array) || json_array_size(array) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!json_is_number(json_array_get(array, i)))
            return false;
    return true;
}

static json_int_t int_at(const json_t *array, size_t i)
{
    return json_integer_value(json_array_get(array, i));
}

/* Two nodes that stand behind their parent i and name it. */
static bool sound_children(json_int_t l, json_int_t r, size_t i, size_t nodes, const json_t *parent)
{
    json_int_t least = l < r ? l : r, most = l < r ? r : l;
    if (least <= (json_int_t)i || most >= (json_int_t)nodes || least == most)
        return false;
    return int_at(parent, (size_t)l) == (json_int_t)i && int_at(parent, (size_t)r) == (json_int_t)i;
}

/* One tree that holds every node, children behind their parents: every walk ends. */
static bool sound_links(const json_t *tree, size_t nodes, size_t features)
{
    const json_t *left = integers(tree, "left_children", nodes), *right = integers(tree, "right_children", nodes);
    const json_t *parent = integers(tree, "parents", nodes), *feature = integers(tree, "split_indices", nodes);
    if (!left || !right || !parent || !feature)
        return false;
    size_t linked = 1;
    for (size_t i = 0; i < nodes; i++) {
        json_int_t l = int_at(left, i), r = int_at(right, i), f = int_at(feature, i);
        if (f < 0 || f >= (json_int_t)features)
            return false;
        if (l == -1 && r == -1)
            continue;
        if (!sound_children(l, r, i, nodes, parent))
            return false;
        linked += 2;
    }
    return linked == nodes;
}

/* Categories are not written by this program; an absent or empty list is right in every version. */
static bool numeric_splits(const json_t *tree, size_t nodes)
{
    const json_t *kind = json_object_get(tree, "split_type");
    for (size_t i = 0; i < json_array_size(kind); i++)
        if (int_at(kind, i) != 0)
            return false;
    return integers(tree, "split_type", nodes) && integers(tree, "categories", 0) &&
           integers(tree, "categories_nodes", 0) && integers(tree, "categories_segments", 0) &&
           integers(tree, "categories_sizes", 0);
}

static bool sound_tree(const json_t *tree, size_t id, size_t features)
{
    const json_t *param = json_object_get(tree, "tree_param");
    const json_t *left = json_object_get(tree, "left_children");
    size_t nodes = json_array_size(left);
    if (nodes == 0 || number_in(param, "num_nodes") != (int64_t)nodes || number_in(param, "num_deleted") > 0)
        return false;
    if (number_in(param, "size_leaf_vector") > 1 || json_integer_value(json_object_get(tree, "id")) != (json_int_t)id)
        return false;
    return numbers(tree, "split_conditions", nodes) && numbers(tree, "base_weights", nodes) &&
           numbers(tree, "loss_changes", nodes) && numbers(tree, "sum_hessian", nodes) &&
           numbers(tree, "default_left", nodes) && numeric_splits(tree, nodes) && sound_links(tree, nodes, features);
}

/* iteration_indptr, written from 2.0 on: the first tree of each round, and the number of trees at the end. */
static bool sound_rounds(const json_t *rounds, size_t trees)
{
    if (!rounds)
        return true;
    json_int_t before = 0;
    for (size_t i = 0; i < json_array_size(rounds); i++) {
        json_int_t at = int_at(rounds, i);
        if (!json_is_integer(json_array_get(rounds, i)) || at < before || (i == 0 && at != 0))
            return false;
        before = at;
    }
    return before == (json_int_t)trees;
}

static enum tr_status check_trees(const json_t *booster, size_t features, struct tr_error *err)
{
    const json_t *model = json_object_get(booster, "model"), *param = json_object_get(model, "gbtree_model_param");
    const json_t *trees = json_object_get(model, "trees");
    size_t n = json_array_size(trees);
    const json_t *info = integers(model, "tree_info", n);
    if (n == 0 || number_in(param, "num_trees") != (int64_t)n || number_in(param, "size_leaf_vector") > 1 || !info)
        return damaged(err, "the number of trees");
    int64_t parallel = number_in(param, "num_parallel_tree");
    if (parallel < 1 || n % (size_t)parallel != 0 || !sound_rounds(json_object_get(model, "iteration_indptr"), n))
        return damaged(err, "the number of rounds");
    for (size_t i = 0; i < n; i++) {
        if (int_at(info, i) != 0)
            return tr_error_set(err, TR_UNSUPPORTED, "an XGBoost model with several outputs");
        if (!sound_tree(json_array_get(trees, i), i, features))
            return tr_error_set(err, TR_CORRUPT, "not a sound XGBoost model: tree %zu", i);
    }
    return TR_OK;
}

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

/* "5E-1", or "[5E-1]" from 3.1 on: a probability. */
static bool sound_base_score(const json_t *param)
{
    const char *text = json_string_value(json_object_get(param, "base_score"));
    if (!text)
        return false;
    size_t length = strlen(text);
    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    double value;
    return tr_text_to_double(text, text + length, &value) && value > 0.0 && value < 1.0;
}

static enum tr_status check_learner(const json_t *learner, size_t *features, struct tr_error *err)
{
    const json_t *param = json_object_get(learner, "learner_model_param");
    const json_t *booster = json_object_get(learner, "gradient_booster");
    const json_t *kind = json_object_get(booster, "name");
    const json_t *objective = json_object_get(json_object_get(learner, "objective"), "name");
    int64_t count = number_in(param, "num_feature");
    if (!json_is_string(kind) || !json_is_string(objective) || count < 1 || count > COLUMNS_MAX ||
        !sound_base_score(param))
        return damaged(err, "the learner's parameters");
    if (!is_text(kind, "gbtree"))
        return tr_error_set(err, TR_UNSUPPORTED, "an XGBoost model of kind %s", json_string_value(kind));
    if (!is_text(objective, "binary:logistic"))
        return tr_error_set(err, TR_UNSUPPORTED, "an XGBoost model for %s", json_string_value(objective));
    if (number_in(param, "num_class") > 0 || number_in(param, "num_target") > 1)
        return tr_error_set(err, TR_UNSUPPORTED, "an XGBoost model with several outputs");
    *features = (size_t)count;
    return check_trees(booster, *features, err);
}

/* "0 3 17" -> col [cols], ascending. */
static bool parse_columns(const char *text, size_t cols, size_t *col)
{
    const char *at = text;
    for (size_t i = 0; i < cols; i++) {
        const char *end = at + strcspn(at, " ");
        int64_t value;
        if (!tr_text_to_int64(at, end, &value) || value < 0 || value > INT32_MAX)
            return false;
        col[i] = (size_t)value;
        if ((i > 0 && col[i] <= col[i - 1]) || (*end == 0) != (i + 1 == cols))
            return false;
        at = end + 1;
    }
    return true;
}

static enum tr_status read_columns(const json_t *learner, size_t cols, size_t **out, struct tr_error *err)
{
    const json_t *text = json_object_get(json_object_get(learner, "attributes"), TR_XGBOOST_COLUMNS);
    /* a column takes two bytes of text, which bounds what a file can ask for */
    if (text && (!json_is_string(text) || json_string_length(text) / 2 + 1 < cols))
        return damaged(err, "its columns");
    size_t *col = tr_alloc(cols, sizeof *col);
    if (!col)
        return tr_error_nomem(err);
    for (size_t i = 0; i < cols; i++)
        col[i] = i;
    if (text && !parse_columns(json_string_value(text), cols, col)) {
        tr_free(col);
        return damaged(err, "its columns");
    }
    *out = col;
    return TR_OK;
}

enum tr_status tr_xgboost_file_check(const void *bytes, size_t n, size_t *cols, size_t **col, struct tr_error *err)
{
    *col = NULL;
    if (n == 0)
        return damaged(err, "it is empty");
    if (n > TR_XGBOOST_FILE_MAX)
        return damaged(err, "it is too large");
    json_error_t where;
    json_t *root = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return tr_error_set(err, TR_CORRUPT, "not a sound XGBoost model: %s at byte %d", where.text, where.position);
    const json_t *learner = json_object_get(root, "learner");
    size_t features = 0;
    enum tr_status status = check_learner(learner, &features, err);
    if (status == TR_OK)
        status = read_columns(learner, features, col, err);
    if (status == TR_OK)
        *cols = features;
    json_decref(root);
    return status;
}
