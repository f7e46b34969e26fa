#include "engine/model/file/xgboost_file.h"

#include "base/alloc.h"
#include "base/text.h"
#include "engine/model/file/document.h"
#include "engine/model/file/lightgbm_text.h" /* TR_MODEL_FILE_MAX */
#include "engine/model/file/ubjson.h"
#include "engine/model/file/xgboost_nodes.h"

#include <math.h>
#include <string.h>

enum { FEATURES_MAX = 1 << 16 };

struct reader {
    struct tr_doc doc;
    struct tr_forest *forest;
    struct tr_error *err;
};

static enum tr_status damaged(const struct reader *reader, const char *what)
{
    return tr_error_set(reader->err, TR_CORRUPT, "not a sound XGBoost model: %s", what);
}

static const struct tr_doc_value *get(const struct reader *reader, const struct tr_doc_value *object, const char *key)
{
    return tr_doc_get(&reader->doc, object, key);
}

/* A text member that holds a whole number, as XGBoost writes its parameters; -1 where there is none such. */
static int64_t number_in(const struct reader *reader, const struct tr_doc_value *object, const char *key)
{
    const struct tr_doc_value *value = get(reader, object, key);
    int64_t number;
    if (!value || value->kind != TR_DOC_TEXT || !tr_text_to_int64(value->bytes, value->bytes + value->n, &number) ||
        number < 0)
        return -1;
    return number;
}

/* The i-th of a list of whole numbers; -2, which no list may hold, for anything that is none of 32 bits. */
static int32_t int_at(const struct reader *reader, const struct tr_doc_value *numbers, size_t i)
{
    double x = tr_doc_number_at(&reader->doc, numbers, i);
    return x >= -1.0 && x <= INT32_MAX && x == floor(x) ? (int32_t)x : -2;
}

/* A list that is missing, or n times 0. */
static bool all_zero(const struct reader *reader, const struct tr_doc_value *value, size_t n)
{
    if (value && !tr_doc_is_numbers(value, n))
        return false;
    for (size_t i = 0; value && i < n; i++)
        if (int_at(reader, value, i) != 0)
            return false;
    return true;
}

static bool numeric_splits(const struct reader *reader, const struct tr_doc_value *tree, size_t nodes)
{
    static const char *const lists[] = {"categories", "categories_nodes", "categories_segments", "categories_sizes"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (!all_zero(reader, get(reader, tree, lists[i]), 0))
            return false;
    return all_zero(reader, get(reader, tree, "split_type"), nodes);
}

static enum tr_status tree_error(const struct reader *reader, size_t t, const char *what)
{
    return tr_error_set(reader->err, TR_CORRUPT, "not a sound XGBoost model: tree %zu: %s", t, what);
}

/* The lists of a tree, all n long. */
static enum tr_status read_lists(const struct reader *reader, const struct tr_doc_value *tree, size_t t,
                                 struct tr_xgboost_nodes *nodes)
{
    const struct {
        const char *key;
        int32_t *out;
    } whole[] = {{"left_children", nodes->left},
                 {"right_children", nodes->right},
                 {"parents", nodes->parent},
                 {"split_indices", nodes->feature}};
    const struct {
        const char *key;
        float *out;
    } real[] = {{"split_conditions", nodes->condition},
                {"base_weights", nodes->weight},
                {"loss_changes", nodes->gain},
                {"sum_hessian", nodes->hessian}};
    const struct tr_doc_value *default_left = get(reader, tree, "default_left");
    for (size_t list = 0; list < sizeof whole / sizeof whole[0]; list++) {
        const struct tr_doc_value *value = get(reader, tree, whole[list].key);
        if (!tr_doc_is_numbers(value, nodes->n))
            return tree_error(reader, t, whole[list].key);
        for (size_t i = 0; i < nodes->n; i++)
            whole[list].out[i] = int_at(reader, value, i);
    }
    for (size_t list = 0; list < sizeof real / sizeof real[0]; list++) {
        const struct tr_doc_value *value = get(reader, tree, real[list].key);
        if (!tr_doc_is_numbers(value, nodes->n))
            return tree_error(reader, t, real[list].key);
        for (size_t i = 0; i < nodes->n; i++)
            real[list].out[i] = (float)tr_doc_number_at(&reader->doc, value, i);
    }
    if (!tr_doc_is_numbers(default_left, nodes->n))
        return tree_error(reader, t, "default_left");
    for (size_t i = 0; i < nodes->n; i++) {
        int32_t left = int_at(reader, default_left, i);
        if (left != 0 && left != 1)
            return tree_error(reader, t, "default_left");
        nodes->default_left[i] = (uint8_t)left;
    }
    return TR_OK;
}

/* The number of nodes, the same in the parameters and in the first list. */
static enum tr_status count_nodes(const struct reader *reader, const struct tr_doc_value *tree, size_t t, size_t *nodes,
                                  size_t *deleted)
{
    const struct tr_doc_value *param = get(reader, tree, "tree_param"), *id = get(reader, tree, "id");
    const struct tr_doc_value *gone = get(reader, param, "num_deleted");
    int64_t n = number_in(reader, param, "num_nodes"), m = gone ? number_in(reader, param, "num_deleted") : 0;
    if (number_in(reader, param, "size_leaf_vector") > 1)
        return tr_error_set(reader->err, TR_UNSUPPORTED, "an XGBoost model with several outputs a tree");
    if (n < 1 || n >= INT32_MAX || m < 0 || m >= n || !tr_doc_is_numbers(get(reader, tree, "left_children"), (size_t)n))
        return tree_error(reader, t, "the number of its nodes");
    if (!id || id->kind != TR_DOC_NUMBER || id->number != (double)t)
        return tree_error(reader, t, "its number");
    *nodes = (size_t)n;
    *deleted = (size_t)m;
    return TR_OK;
}

static enum tr_status read_tree(struct reader *reader, const struct tr_doc_value *value, size_t t)
{
    struct tr_xgboost_nodes nodes;
    struct tr_tree tree;
    size_t n = 0, deleted = 0;
    enum tr_status status = count_nodes(reader, value, t, &n, &deleted);
    if (status != TR_OK)
        return status;
    if (!numeric_splits(reader, value, n))
        return tr_error_set(reader->err, TR_UNSUPPORTED, "an XGBoost model with categories (tree %zu)", t);
    status = tr_xgboost_nodes_init(&nodes, n, reader->err);
    if (status != TR_OK)
        return status;
    status = read_lists(reader, value, t, &nodes);
    if (status == TR_OK) {
        status = tr_xgboost_nodes_to_tree(&nodes, deleted, &tree, reader->err);
        if (status == TR_OK)
            status = tr_forest_add(reader->forest, &tree, reader->err);
        else
            tr_error_prepend(reader->err, "not a sound XGBoost model: tree %zu", t);
    }
    tr_xgboost_nodes_finish(&nodes);
    return status;
}

/* iteration_indptr, written from 2.0 on: the first tree of each round, and the number of trees at the end. */
static bool sound_rounds(const struct reader *reader, const struct tr_doc_value *rounds, size_t trees)
{
    if (!rounds)
        return true;
    if (rounds->n == 0 || !tr_doc_is_numbers(rounds, rounds->n))
        return false;
    int32_t before = 0;
    for (size_t i = 0; i < rounds->n; i++) {
        int32_t at = int_at(reader, rounds, i);
        if (at < before || (i == 0 && at != 0))
            return false;
        before = at;
    }
    return (size_t)before == trees;
}

static enum tr_status read_trees(struct reader *reader, const struct tr_doc_value *booster)
{
    const struct tr_doc_value *model = get(reader, booster, "model"), *param = get(reader, model, "gbtree_model_param");
    const struct tr_doc_value *trees = get(reader, model, "trees"), *info = get(reader, model, "tree_info");
    size_t n = trees && trees->kind == TR_DOC_LIST ? trees->n : 0;
    if (n == 0 || number_in(reader, param, "num_trees") != (int64_t)n || !tr_doc_is_numbers(info, n))
        return damaged(reader, "the number of trees");
    int64_t parallel = number_in(reader, param, "num_parallel_tree");
    if (parallel < 1 || n % (size_t)parallel != 0 || !sound_rounds(reader, get(reader, model, "iteration_indptr"), n))
        return damaged(reader, "the number of rounds");
    size_t t = 0;
    for (const struct tr_doc_value *tree = tr_doc_first(&reader->doc, trees); tree;
         tree = tr_doc_next(&reader->doc, tree), t++) {
        if (int_at(reader, info, t) != (int32_t)(t % reader->forest->classes))
            return tr_error_set(reader->err, TR_UNSUPPORTED, "an XGBoost model whose trees do not take turns");
        enum tr_status status = read_tree(reader, tree, t);
        if (status != TR_OK)
            return status;
    }
    return TR_OK;
}

/* "5E-1", or "[5E-1]" from 3.1 on, one for each class: all alike, or this program cannot follow. */
static enum tr_status read_base_score(const struct reader *reader, const struct tr_doc_value *value, double *out)
{
    if (!value || value->kind != TR_DOC_TEXT || value->n == 0)
        return damaged(reader, "its base score");
    const char *at = value->bytes, *end = value->bytes + value->n;
    bool list = *at == '[' && end[-1] == ']', alike = true, first = true;
    at += list;
    end -= list;
    for (bool more = true; more; first = false) {
        double x;
        const char *comma = list ? memchr(at, ',', (size_t)(end - at)) : NULL;
        if (!tr_text_to_double(at, comma ? comma : end, &x))
            return damaged(reader, "its base score");
        alike = alike && (first || x == *out);
        *out = x;
        more = comma != NULL;
        at = comma ? comma + 1 : end;
    }
    if (!alike)
        return tr_error_set(reader->err, TR_UNSUPPORTED, "an XGBoost model with another base score for each class");
    return TR_OK;
}

static enum tr_status read_link(struct reader *reader, const struct tr_doc_value *learner, int64_t classes)
{
    static const struct {
        const char *name;
        enum tr_forest_link link;
    } objectives[] = {{"binary:logistic", TR_LINK_LOGISTIC},
                      {"multi:softprob", TR_LINK_SOFTMAX},
                      {"multi:softmax", TR_LINK_SOFTMAX},
                      {"reg:squarederror", TR_LINK_IDENTITY}};
    const struct tr_doc_value *name = get(reader, get(reader, learner, "objective"), "name");
    size_t i = 0, n = sizeof objectives / sizeof objectives[0];
    if (!name || name->kind != TR_DOC_TEXT)
        return damaged(reader, "the learner's parameters");
    while (i < n && !tr_doc_is_text(name, objectives[i].name))
        i++;
    if (i == n)
        return tr_error_set(reader->err, TR_UNSUPPORTED, "an XGBoost model for %.*s",
                            (int)(name->n > 60 ? 60 : name->n), name->bytes);
    reader->forest->link = objectives[i].link;
    bool several = objectives[i].link == TR_LINK_SOFTMAX;
    if (several ? classes < 2 || classes > INT32_MAX : classes < 0)
        return damaged(reader, "the number of classes");
    if (!several && classes > 1)
        return tr_error_set(reader->err, TR_UNSUPPORTED, "an XGBoost model with several outputs");
    reader->forest->classes = several ? (size_t)classes : 1;
    return TR_OK;
}

static enum tr_status read_params(struct reader *reader, const struct tr_doc_value *learner)
{
    const struct tr_doc_value *param = get(reader, learner, "learner_model_param");
    int64_t features = number_in(reader, param, "num_feature");
    double base = 0.0;
    if (features < 1 || features > FEATURES_MAX)
        return damaged(reader, "the learner's parameters");
    if (number_in(reader, param, "num_target") > 1)
        return tr_error_set(reader->err, TR_UNSUPPORTED, "an XGBoost model with several outputs");
    enum tr_status status = read_link(reader, learner, number_in(reader, param, "num_class"));
    if (status == TR_OK)
        status = read_base_score(reader, get(reader, param, "base_score"), &base);
    if (status != TR_OK)
        return status;
    if (reader->forest->link == TR_LINK_LOGISTIC && !(base > 0.0 && base < 1.0))
        return damaged(reader, "its base score is no probability");
    reader->forest->base_score = (double)(float)base;
    reader->forest->features = (size_t)features;
    return TR_OK;
}

/* A copy with its end; NULL out of memory. */
static char *copy_text(const struct tr_doc_value *text)
{
    char *copy = tr_alloc(text->n + 1, 1);
    if (!copy)
        return NULL;
    memcpy(copy, text->bytes, text->n);
    copy[text->n] = '\0';
    return copy;
}

static bool is_plain_text(const struct tr_doc_value *value)
{
    return value->kind == TR_DOC_TEXT && !memchr(value->bytes, 0, value->n);
}

/* Names are all there or not at all. */
static enum tr_status read_names(struct reader *reader, const struct tr_doc_value *learner)
{
    const struct tr_doc_value *names = get(reader, learner, "feature_names");
    struct tr_forest *forest = reader->forest;
    if (!names || names->n == 0)
        return TR_OK;
    if (names->kind != TR_DOC_LIST || names->n != forest->features)
        return damaged(reader, "its feature names");
    char **copies = tr_alloc_zero(forest->features, sizeof *copies);
    if (!copies)
        return tr_error_nomem(reader->err);
    size_t n = 0;
    enum tr_status status = TR_OK;
    const struct tr_doc_value *name = tr_doc_first(&reader->doc, names);
    for (; name && status == TR_OK; name = tr_doc_next(&reader->doc, name), n++) {
        if (!is_plain_text(name))
            status = damaged(reader, "its feature names");
        else if (!(copies[n] = copy_text(name)))
            status = tr_error_nomem(reader->err);
    }
    if (status == TR_OK)
        status = tr_forest_name(forest, (const char *const *)copies, reader->err);
    for (size_t i = 0; i < forest->features; i++)
        tr_free(copies[i]);
    tr_free(copies);
    return status;
}

static enum tr_status read_columns(const struct reader *reader, const struct tr_doc_value *learner, char **out)
{
    const struct tr_doc_value *text = get(reader, get(reader, learner, "attributes"), TR_XGBOOST_COLUMNS);
    if (!text || !out)
        return TR_OK;
    if (!is_plain_text(text))
        return damaged(reader, "its columns");
    *out = copy_text(text);
    return *out ? TR_OK : tr_error_nomem(reader->err);
}

static enum tr_status read_learner(struct reader *reader, char **columns)
{
    const struct tr_doc_value *root = reader->doc.value;
    const struct tr_doc_value *learner = get(reader, root, "learner");
    const struct tr_doc_value *booster = get(reader, learner, "gradient_booster"), *kind = get(reader, booster, "name");
    if (!kind || kind->kind != TR_DOC_TEXT)
        return damaged(reader, "the learner's parameters");
    if (!tr_doc_is_text(kind, "gbtree"))
        return tr_error_set(reader->err, TR_UNSUPPORTED, "an XGBoost model of kind %.*s",
                            (int)(kind->n > 60 ? 60 : kind->n), kind->bytes);
    enum tr_status status = read_params(reader, learner);
    if (status == TR_OK)
        status = read_trees(reader, booster);
    if (status == TR_OK)
        status = read_names(reader, learner);
    if (status == TR_OK && tr_forest_check(reader->forest, reader->err) != TR_OK)
        status = tr_error_prepend(reader->err, "not a sound XGBoost model");
    return status == TR_OK ? read_columns(reader, learner, columns) : status;
}

/* JSON goes on with a name or a blank, UBJSON with the letter of a length. */
static bool is_ubj(const char *bytes, size_t n)
{
    return n >= 2 && bytes[0] == '{' && bytes[1] && strchr("LlIUiN#$", bytes[1]);
}

enum tr_status tr_xgboost_read(const void *bytes, size_t n, struct tr_forest *out, char **columns, struct tr_error *err)
{
    struct reader reader = {.forest = out, .err = err};
    tr_forest_init(out, TR_FOREST_XGBOOST);
    if (columns)
        *columns = NULL;
    if (n == 0 || n > TR_MODEL_FILE_MAX)
        return damaged(&reader, n ? "it is too large" : "it is empty");
    tr_doc_init(&reader.doc);
    enum tr_status status = (is_ubj(bytes, n) ? tr_doc_read_ubj : tr_doc_read_json)(&reader.doc, bytes, n, err);
    if (status == TR_CORRUPT)
        tr_error_prepend(err, "not a sound XGBoost model");
    if (status == TR_OK)
        status = read_learner(&reader, columns);
    tr_doc_finish(&reader.doc);
    return status;
}
