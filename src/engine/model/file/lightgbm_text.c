#include "engine/model/file/lightgbm_text.h"

#include "base/alloc.h"
#include "base/text.h"
#include "engine/model/file/lightgbm_lines.h"
#include "engine/model/file/tree_sort.h"

#include <math.h>
#include <string.h>

enum { FEATURES_MAX = 1 << 16, LEAVES_MAX = 1 << 24, LINES_MAX = 22 /* of a tree: LightGBM reads no more */ };

enum { VERSION, CLASSES, TREES_A_ROUND, LABEL, LAST_FEATURE, OBJECTIVE, AVERAGE, NAMES, INFOS, SIZES, HEADER_FIELDS };
static const char *const header_keys[HEADER_FIELDS] = {
    "version",   "num_class",      "num_tree_per_iteration", "label_index",   "max_feature_idx",
    "objective", "average_output", "feature_names",          "feature_infos", "tree_sizes"};

enum {
    LEAVES,
    CATEGORICAL,
    LINEAR,
    SHRINKAGE,
    FEATURE,
    THRESHOLD,
    LEFT,
    RIGHT,
    LEAF_VALUE,
    DECISION,
    GAIN,
    LEAF_WEIGHT,
    LEAF_COUNT,
    INNER_VALUE,
    INNER_WEIGHT,
    INNER_COUNT,
    TREE_FIELDS
};
static const char *const tree_keys[TREE_FIELDS] = {
    "num_leaves", "num_cat",        "is_linear",       "shrinkage",     "split_feature", "threshold",
    "left_child", "right_child",    "leaf_value",      "decision_type", "split_gain",    "leaf_weight",
    "leaf_count", "internal_value", "internal_weight", "internal_count"};

/* LightGBM's bits of decision_type. */
enum { CATEGORICAL_BIT = 1, LEFT_BIT = 2, MISSING_SHIFT = 2, MISSING_ZERO = 1, MISSING_NAN = 2, DECISION_MAX = 11 };

struct model {
    struct tr_lines lines;
    struct tr_line_field header[HEADER_FIELDS];
    struct tr_forest *forest;
    size_t features;
};

/* The fields of tree t, being read into `tree`. */
struct block {
    size_t t;
    struct tr_line_field field[TREE_FIELDS];
    struct tr_tree tree;
};

static enum tr_status tree_error(const struct block *block, int field, const char *what, struct tr_error *err)
{
    return tr_error_set(err, TR_CORRUPT, "LightGBM model: tree %zu (line %zu): %s %s", block->t,
                        block->field[field].line, tree_keys[field], what);
}

static enum tr_status header_error(const struct model *model, int field, const char *what, struct tr_error *err)
{
    size_t line = model->header[field].given ? model->header[field].line : 1;
    return tr_error_set(err, TR_CORRUPT, "LightGBM model: line %zu: %s %s", line, header_keys[field], what);
}

/* A whole number of the header within [min, max]. */
static enum tr_status header_number(const struct model *model, int field, int64_t min, int64_t max, size_t *out,
                                    struct tr_error *err)
{
    struct tr_piece value = model->header[field].value;
    int64_t number;
    if (!model->header[field].given)
        return header_error(model, field, "is missing", err);
    if (!tr_text_to_int64(value.begin, value.end, &number) || number < min || number > max)
        return header_error(model, field, "is not a number that can be", err);
    *out = (size_t)number;
    return TR_OK;
}

static enum tr_status unknown_objective(struct tr_piece text, struct tr_error *err)
{
    int shown = (int)(text.end - text.begin > 60 ? 60 : text.end - text.begin);
    return tr_error_set(err, TR_UNSUPPORTED, "a LightGBM model for %.*s", shown, text.begin);
}

/* "sigmoid:1", "num_class:3": the number behind the name. */
static bool option(struct tr_piece text, const char *name, double *out)
{
    size_t length = strlen(name);
    return (size_t)(text.end - text.begin) > length && memcmp(text.begin, name, length) == 0 &&
           tr_text_to_double(text.begin + length, text.end, out);
}

/* Objectives whose margin is the answer. */
static bool is_plain(struct tr_piece name)
{
    static const char *const plain[] = {"regression", "regression_l1", "huber", "fair", "quantile", "mape"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (tr_piece_is(name, plain[i]))
            return true;
    return false;
}

/* The link of an objective, and the option it may have. */
static enum tr_status read_link(struct model *model, struct tr_piece name, struct tr_piece *rest, struct tr_error *err)
{
    struct tr_forest *forest = model->forest;
    struct tr_piece word;
    double classes;
    if (tr_piece_is(name, "binary")) {
        forest->link = TR_LINK_LOGISTIC;
        if (tr_piece_word(rest, &word) && (!option(word, "sigmoid:", &forest->sigmoid) || forest->sigmoid <= 0.0))
            return header_error(model, OBJECTIVE, "has no sigmoid that can be", err);
    } else if (tr_piece_is(name, "multiclass")) {
        forest->link = TR_LINK_SOFTMAX;
        if (tr_piece_word(rest, &word) && (!option(word, "num_class:", &classes) || classes != (double)forest->classes))
            return header_error(model, OBJECTIVE, "has another number of classes", err);
    } else if (is_plain(name)) {
        forest->link = TR_LINK_IDENTITY;
    } else {
        return unknown_objective(model->header[OBJECTIVE].value, err);
    }
    return TR_OK;
}

/* "binary sigmoid:1", "multiclass num_class:3", "regression"; a custom objective leaves the line out. */
static enum tr_status read_objective(struct model *model, struct tr_error *err)
{
    struct tr_forest *forest = model->forest;
    struct tr_piece rest = model->header[OBJECTIVE].value, name, word;
    forest->link = TR_LINK_IDENTITY;
    if (model->header[OBJECTIVE].given && tr_piece_word(&rest, &name)) {
        enum tr_status status = read_link(model, name, &rest, err);
        if (status != TR_OK)
            return status;
        if (tr_piece_word(&rest, &word)) /* "regression sqrt" squares its answers */
            return unknown_objective(model->header[OBJECTIVE].value, err);
    }
    if ((forest->link == TR_LINK_SOFTMAX) != (forest->classes > 1))
        return tr_error_set(err, forest->link == TR_LINK_IDENTITY ? TR_UNSUPPORTED : TR_CORRUPT,
                            "LightGBM model: %zu outputs do not go with its objective", forest->classes);
    return TR_OK;
}

static enum tr_status read_classes(struct model *model, struct tr_error *err)
{
    size_t trees_a_round = 0;
    enum tr_status status = header_number(model, CLASSES, 1, INT32_MAX, &model->forest->classes, err);
    if (status != TR_OK || !model->header[TREES_A_ROUND].given)
        return status;
    status = header_number(model, TREES_A_ROUND, 1, INT32_MAX, &trees_a_round, err);
    if (status == TR_OK && trees_a_round != model->forest->classes)
        status = header_error(model, TREES_A_ROUND, "is not the number of classes", err);
    return status;
}

/* A list of one word a feature. */
static enum tr_status read_words(struct model *model, int field, char ***out, struct tr_error *err)
{
    struct tr_piece rest = model->header[field].value, word;
    size_t n = model->features;
    if (!model->header[field].given)
        return header_error(model, field, "is missing", err);
    if (tr_piece_words(rest) != n)
        return header_error(model, field, "does not have one word for each feature", err);
    char **words = *out = tr_alloc_zero(n, sizeof *words);
    if (!words)
        return tr_error_nomem(err);
    model->forest->features = n; /* from here on the forest frees them */
    for (size_t i = 0; i < n && tr_piece_word(&rest, &word); i++) {
        size_t length = (size_t)(word.end - word.begin);
        words[i] = tr_alloc(length + 1, 1);
        if (!words[i])
            return tr_error_nomem(err);
        memcpy(words[i], word.begin, length);
        words[i][length] = '\0';
    }
    return TR_OK;
}

static enum tr_status read_header(struct model *model, struct tr_error *err)
{
    struct tr_piece line;
    size_t label = 0;
    if (!tr_lines_next(&model->lines, &line) || !tr_piece_is(line, "tree"))
        return tr_error_set(err, TR_CORRUPT, "not a LightGBM model: its first line is not \"tree\"");
    enum tr_status status = tr_lines_header(&model->lines, HEADER_FIELDS, header_keys, model->header, err);
    if (status != TR_OK)
        return status;
    if (!model->header[VERSION].given)
        return header_error(model, VERSION, "is missing", err);
    if (!tr_piece_is(model->header[VERSION].value, "v4"))
        return tr_error_set(err, TR_UNSUPPORTED, "a LightGBM model of another version than v4");
    if (model->header[AVERAGE].given)
        return tr_error_set(err, TR_UNSUPPORTED, "a LightGBM model that averages its trees (random forest)");
    status = header_number(model, LABEL, INT32_MIN, INT32_MAX, &label, err);
    if (status == TR_OK)
        status = header_number(model, LAST_FEATURE, 0, FEATURES_MAX - 1, &model->features, err);
    model->features++;
    if (status == TR_OK)
        status = read_classes(model, err);
    if (status == TR_OK)
        status = read_objective(model, err);
    if (status == TR_OK)
        status = read_words(model, NAMES, &model->forest->feature_name, err);
    if (status == TR_OK)
        status = read_words(model, INFOS, &model->forest->feature_info, err);
    return status;
}

/* Which numbers a list may hold. */
enum numbers { FINITE, NOT_NAN, SHOWN, ROWS };

/* What LightGBM's gains and sums become where they overflowed: it only shows them. */
static const double SHOWN_MAX = 1e38;

/* "inf" and its like. */
static bool special_number(struct tr_piece word, enum numbers allowed, double *out)
{
    bool minus = tr_piece_is(word, "-inf");
    if (allowed == SHOWN && (tr_piece_is(word, "nan") || tr_piece_is(word, "-nan"))) {
        *out = 0.0;
        return true;
    }
    if ((allowed != SHOWN && allowed != NOT_NAN) || (!minus && !tr_piece_is(word, "inf")))
        return false;
    double size = allowed == SHOWN ? SHOWN_MAX : (double)INFINITY;
    *out = minus ? -size : size;
    return true;
}

static bool read_number(struct tr_piece word, enum numbers allowed, double *out)
{
    int64_t rows;
    if (allowed == ROWS) {
        if (!tr_text_to_int64(word.begin, word.end, &rows) || rows < 0 || rows > INT32_MAX)
            return false;
        *out = (double)rows;
        return true;
    }
    return special_number(word, allowed, out) || tr_text_to_double(word.begin, word.end, out);
}

/* out [n]; a list that is missing or empty leaves it as it is: check_lengths has seen to those that must be there. */
static enum tr_status read_doubles(struct block *block, int field, enum numbers allowed, size_t n, double *out,
                                   struct tr_error *err)
{
    struct tr_piece rest = block->field[field].value, word;
    for (size_t i = 0; i < n && block->field[field].given && tr_piece_word(&rest, &word); i++)
        if (!read_number(word, allowed, &out[i]))
            return tree_error(block, field, "holds a number that cannot be", err);
    return TR_OK;
}

static enum tr_status read_int32s(struct block *block, int field, int64_t min, int64_t max, int32_t *out,
                                  struct tr_error *err)
{
    struct tr_piece rest = block->field[field].value, word;
    int64_t number;
    for (size_t i = 0; i + 1 < block->tree.leaves && tr_piece_word(&rest, &word); i++) {
        if (!tr_text_to_int64(word.begin, word.end, &number) || number < min || number > max)
            return tree_error(block, field, "holds a number that cannot be", err);
        out[i] = (int32_t)number;
    }
    return TR_OK;
}

static enum tr_status read_flags(struct block *block, struct tr_error *err)
{
    struct tr_piece rest = block->field[DECISION].value, word;
    int64_t bits;
    if (!block->field[DECISION].given)
        return TR_OK;
    for (size_t i = 0; i + 1 < block->tree.leaves && tr_piece_word(&rest, &word); i++) {
        if (!tr_text_to_int64(word.begin, word.end, &bits) || bits < 0 || bits > DECISION_MAX)
            return tree_error(block, DECISION, "holds a number that cannot be", err);
        if (bits & CATEGORICAL_BIT)
            return tr_error_set(err, TR_UNSUPPORTED, "a LightGBM model with categories (tree %zu)", block->t);
        int64_t missing = bits >> MISSING_SHIFT;
        block->tree.flags[i] = (uint8_t)((bits & LEFT_BIT ? TR_NODE_DEFAULT_LEFT : 0) |
                                         (missing == MISSING_ZERO ? TR_NODE_MISSING_ZERO : 0) |
                                         (missing == MISSING_NAN ? TR_NODE_MISSING_NAN : 0));
    }
    return TR_OK;
}

/* A single whole number, `missing` where the line is not there. */
static enum tr_status tree_number(const struct block *block, int field, int64_t missing, int64_t *out,
                                  struct tr_error *err)
{
    struct tr_piece value = block->field[field].value;
    *out = missing;
    if (!block->field[field].given)
        return missing < 0 ? tree_error(block, field, "is missing", err) : TR_OK;
    if (!tr_text_to_int64(value.begin, value.end, out) || *out < 0)
        return tree_error(block, field, "is not a number that can be", err);
    return TR_OK;
}

/* As many numbers in every list as the leaves need: so a file cannot ask for more memory than it is long. */
static enum tr_status check_lengths(const struct block *block, size_t leaves, struct tr_error *err)
{
    for (int field = FEATURE; field < TREE_FIELDS; field++) {
        bool of_leaves = field == LEAF_VALUE || field == LEAF_WEIGHT || field == LEAF_COUNT;
        size_t expected = leaves - !of_leaves;
        size_t found = block->field[field].given ? tr_piece_words(block->field[field].value) : 0;
        if (found != expected && (found > 0 || field <= LEAF_VALUE))
            return tree_error(block, field, "does not have as many numbers as the tree needs", err);
    }
    return TR_OK;
}

static enum tr_status read_counts(struct block *block, size_t *leaves, struct tr_error *err)
{
    int64_t count, categories, linear;
    enum tr_status status = tree_number(block, LEAVES, -1, &count, err);
    if (status == TR_OK)
        status = tree_number(block, CATEGORICAL, -1, &categories, err);
    if (status == TR_OK)
        status = tree_number(block, LINEAR, 0, &linear, err);
    if (status != TR_OK)
        return status;
    if (categories > 0 || linear > 0)
        return tr_error_set(err, TR_UNSUPPORTED, "a LightGBM model with %s (tree %zu)",
                            categories > 0 ? "categories" : "linear leaves", block->t);
    if (count < 1 || count > LEAVES_MAX)
        return tree_error(block, LEAVES, "is not a number that can be", err);
    *leaves = (size_t)count;
    return check_lengths(block, *leaves, err);
}

static enum tr_status read_arrays(struct model *model, struct block *block, struct tr_error *err)
{
    struct tr_tree *tree = &block->tree;
    size_t leaves = tree->leaves, inner = leaves - 1;
    const struct {
        int field;
        enum numbers allowed;
        size_t n;
        double *out;
    } lists[] = {
        {THRESHOLD, NOT_NAN, inner, tree->threshold},
        {LEAF_VALUE, FINITE, leaves, tree->leaf_value},
        {GAIN, SHOWN, inner, tree->gain},
        {LEAF_WEIGHT, SHOWN, leaves, tree->leaf_weight},
        {LEAF_COUNT, ROWS, leaves, tree->leaf_count},
        {INNER_VALUE, SHOWN, inner, tree->inner_value},
        {INNER_WEIGHT, SHOWN, inner, tree->inner_weight},
        {INNER_COUNT, ROWS, inner, tree->inner_count},
        {SHRINKAGE, FINITE, 1, &tree->shrinkage},
    };
    int64_t last_leaf = -(int64_t)leaves, last_node = (int64_t)inner - 1;
    enum tr_status status = read_int32s(block, FEATURE, 0, (int64_t)model->features - 1, tree->feature, err);
    if (status == TR_OK)
        status = read_int32s(block, LEFT, last_leaf, last_node, tree->left, err);
    if (status == TR_OK)
        status = read_int32s(block, RIGHT, last_leaf, last_node, tree->right, err);
    if (status == TR_OK)
        status = read_flags(block, err);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0] && status == TR_OK; i++)
        status = read_doubles(block, lists[i].field, lists[i].allowed, lists[i].n, lists[i].out, err);
    return status;
}

static enum tr_status read_tree(struct model *model, size_t t, struct tr_error *err)
{
    struct block block = {.t = t};
    size_t leaves = 0;
    enum tr_status status = tr_lines_block(&model->lines, LINES_MAX, TREE_FIELDS, tree_keys, block.field, err);
    if (status == TR_OK)
        status = read_counts(&block, &leaves, err);
    if (status == TR_OK)
        status = tr_tree_init(&block.tree, leaves, err);
    if (status != TR_OK)
        return status;
    status = read_arrays(model, &block, err);
    if (status == TR_OK)
        status = tr_tree_sort(&block.tree, t, err);
    if (status == TR_OK)
        return tr_forest_add(model->forest, &block.tree, err);
    tr_tree_finish(&block.tree);
    return status;
}

/* "Tree=12" */
static bool is_tree(struct tr_piece line, size_t t)
{
    static const char key[] = "Tree=";
    size_t length = sizeof key - 1;
    int64_t number;
    return (size_t)(line.end - line.begin) > length && memcmp(line.begin, key, length) == 0 &&
           tr_text_to_int64(line.begin + length, line.end, &number) && number == (int64_t)t;
}

static enum tr_status read_trees(struct model *model, struct tr_error *err)
{
    struct tr_piece sizes = model->header[SIZES].value, line, word;
    bool sized = model->header[SIZES].given;
    tr_lines_skip_empty(&model->lines);
    for (size_t t = 0;; t++) {
        const char *begin = model->lines.at;
        if (!tr_lines_next(&model->lines, &line))
            return tr_error_set(err, TR_CORRUPT, "LightGBM model: it ends after %zu trees, without \"end of trees\"",
                                t);
        if (tr_piece_is(line, "end of trees"))
            break;
        if (!is_tree(line, t))
            return tr_error_set(err, TR_CORRUPT, "LightGBM model: line %zu: neither tree %zu nor \"end of trees\"",
                                model->lines.line, t);
        enum tr_status status = read_tree(model, t, err);
        if (status != TR_OK)
            return status;
        tr_lines_skip_empty(&model->lines);
        int64_t size;
        if (sized && (!tr_piece_word(&sizes, &word) || !tr_text_to_int64(word.begin, word.end, &size) ||
                      size != model->lines.at - begin))
            return tr_error_set(err, TR_CORRUPT, "LightGBM model: tree %zu is not as long as tree_sizes says", t);
    }
    if (sized && tr_piece_word(&sizes, &word))
        return header_error(model, SIZES, "names more trees than there are", err);
    if (model->forest->n == 0)
        return tr_error_set(err, TR_CORRUPT, "LightGBM model: it has no tree");
    return TR_OK;
}

/* The lines between "parameters:" and "end of parameters", kept for the next file. */
static enum tr_status read_parameters(struct model *model, struct tr_error *err)
{
    struct tr_piece line;
    bool inside = false, ended = false;
    struct tr_buf text;
    enum tr_status status = TR_OK;
    tr_buf_init(&text);
    while (!ended && tr_lines_next(&model->lines, &line)) {
        ended = inside && tr_piece_is(line, "end of parameters");
        if (inside && !ended && line.end > line.begin) {
            tr_buf_add(&text, line.begin, (size_t)(line.end - line.begin));
            tr_buf_char(&text, '\n');
        }
        inside = inside || tr_piece_is(line, "parameters:");
    }
    if (inside && !ended)
        status = tr_error_set(err, TR_CORRUPT, "LightGBM model: its parameters have no end");
    if (status == TR_OK)
        status = tr_buf_status(&text, err);
    if (status == TR_OK && text.len > 0) {
        model->forest->parameters = tr_alloc_string(tr_buf_string(&text));
        if (!model->forest->parameters)
            status = tr_error_nomem(err);
    }
    tr_buf_finish(&text);
    return status;
}

enum tr_status tr_lightgbm_read(const void *bytes, size_t n, struct tr_forest *out, struct tr_error *err)
{
    struct model model = {.lines = {.at = bytes, .end = bytes}, .forest = out};
    tr_forest_init(out, TR_FOREST_LIGHTGBM);
    if (n == 0 || n > TR_MODEL_FILE_MAX)
        return tr_error_set(err, TR_CORRUPT, "not a LightGBM model: it is %s", n ? "too large" : "empty");
    if (memchr(bytes, 0, n))
        return tr_error_set(err, TR_CORRUPT, "not a LightGBM model: it is no text");
    model.lines.end += n;
    enum tr_status status = read_header(&model, err);
    if (status == TR_OK)
        status = read_trees(&model, err);
    if (status == TR_OK)
        status = read_parameters(&model, err);
    if (status == TR_OK && tr_forest_check(out, err) != TR_OK)
        status = tr_error_prepend(err, "LightGBM model");
    return status;
}
