#include "engine/model/file/lightgbm_text.h"

#include "base/alloc.h"
#include "base/order.h"
#include "base/text.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { DECIDING_DIGITS = 17, SHOWN_DIGITS = 6 };

/* LightGBM keeps no number beyond these, so that its text has no inf or nan. */
static double bounded(double x, double most)
{
    return isnan(x) ? 0.0 : x > most ? most : x < -most ? -most : x;
}

static void add_number(struct tr_buf *out, double x, int digits)
{
    char text[TR_NUMBER_TEXT];
    size_t n = tr_text_from_double_digits(x, digits, text);
    tr_buf_add(out, text, n);
}

static void add_doubles(struct tr_buf *out, const char *key, size_t n, const double *x, int digits)
{
    tr_buf_printf(out, "%s=", key);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            tr_buf_char(out, ' ');
        add_number(out, digits == DECIDING_DIGITS ? x[i] : bounded(x[i], 1e300), digits);
    }
    tr_buf_char(out, '\n');
}

/* LightGBM's gains are floats. */
static void add_gains(struct tr_buf *out, size_t n, const double *x)
{
    tr_buf_text(out, "split_gain=");
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            tr_buf_char(out, ' ');
        add_number(out, (double)(float)bounded(x[i], 1e38), SHOWN_DIGITS);
    }
    tr_buf_char(out, '\n');
}

static void add_counts(struct tr_buf *out, const char *key, size_t n, const double *x)
{
    tr_buf_printf(out, "%s=", key);
    for (size_t i = 0; i < n; i++)
        tr_buf_printf(out, i ? " %.0f" : "%.0f", fmax(0.0, bounded(x[i], INT32_MAX)));
    tr_buf_char(out, '\n');
}

static void add_int32s(struct tr_buf *out, const char *key, size_t n, const int32_t *x)
{
    tr_buf_printf(out, "%s=", key);
    for (size_t i = 0; i < n; i++)
        tr_buf_printf(out, i ? " %d" : "%d", (int)x[i]);
    tr_buf_char(out, '\n');
}

/* Bit 1 default left; bits 2 and 3 the missing type: 0 none, 1 zero, 2 NaN. */
static void add_decisions(struct tr_buf *out, size_t n, const uint8_t *flags)
{
    tr_buf_text(out, "decision_type=");
    for (size_t i = 0; i < n; i++) {
        int missing = flags[i] & TR_NODE_MISSING_NAN ? 2 : flags[i] & TR_NODE_MISSING_ZERO ? 1 : 0;
        tr_buf_printf(out, i ? " %d" : "%d", (flags[i] & TR_NODE_DEFAULT_LEFT ? 2 : 0) + 4 * missing);
    }
    tr_buf_char(out, '\n');
}

static void add_tree(struct tr_buf *out, size_t t, const struct tr_tree *tree)
{
    size_t leaves = tree->leaves, inner = leaves - 1;
    tr_buf_printf(out, "Tree=%zu\nnum_leaves=%zu\nnum_cat=0\n", t, leaves);
    add_int32s(out, "split_feature", inner, tree->feature);
    add_gains(out, inner, tree->gain);
    add_doubles(out, "threshold", inner, tree->threshold, DECIDING_DIGITS);
    add_decisions(out, inner, tree->flags);
    add_int32s(out, "left_child", inner, tree->left);
    add_int32s(out, "right_child", inner, tree->right);
    add_doubles(out, "leaf_value", leaves, tree->leaf_value, DECIDING_DIGITS);
    add_doubles(out, "leaf_weight", leaves, tree->leaf_weight, DECIDING_DIGITS);
    add_counts(out, "leaf_count", leaves, tree->leaf_count);
    add_doubles(out, "internal_value", inner, tree->inner_value, SHOWN_DIGITS);
    add_doubles(out, "internal_weight", inner, tree->inner_weight, SHOWN_DIGITS);
    add_counts(out, "internal_count", inner, tree->inner_count);
    tr_buf_text(out, "is_linear=0\nshrinkage=");
    add_number(out, bounded(tree->shrinkage, 1e300), SHOWN_DIGITS);
    tr_buf_text(out, "\n\n\n");
}

/* "Column_3" where there is no name: LightGBM's own way. */
static void add_name(struct tr_buf *out, const struct tr_forest *forest, size_t feature)
{
    const char *name = forest->feature_name ? forest->feature_name[feature] : "";
    if (*name)
        tr_buf_text(out, name);
    else
        tr_buf_printf(out, "Column_%zu", feature);
}

static void add_objective(struct tr_buf *out, const struct tr_forest *forest)
{
    tr_buf_text(out, "objective=");
    if (forest->link == TR_LINK_LOGISTIC) {
        char sigmoid[TR_NUMBER_TEXT];
        tr_text_from_double(forest->sigmoid, sigmoid);
        tr_buf_printf(out, "binary sigmoid:%s", sigmoid);
    } else if (forest->link == TR_LINK_SOFTMAX) {
        tr_buf_printf(out, "multiclass num_class:%zu", forest->classes);
    } else {
        tr_buf_text(out, "regression");
    }
    tr_buf_char(out, '\n');
}

static void add_header(struct tr_buf *out, const struct tr_forest *forest)
{
    tr_buf_printf(out, "tree\nversion=v4\nnum_class=%zu\nnum_tree_per_iteration=%zu\nlabel_index=0\n", forest->classes,
                  forest->classes);
    tr_buf_printf(out, "max_feature_idx=%zu\n", forest->features - 1);
    add_objective(out, forest);
    tr_buf_text(out, "feature_names=");
    for (size_t j = 0; j < forest->features; j++) {
        if (j > 0)
            tr_buf_char(out, ' ');
        add_name(out, forest, j);
    }
    tr_buf_text(out, "\nfeature_infos=");
    for (size_t j = 0; j < forest->features; j++)
        tr_buf_printf(out, j ? " %s" : "%s", forest->feature_info ? forest->feature_info[j] : "none");
    tr_buf_char(out, '\n');
}

/* How often each feature splits, most often first, in the order of the columns where equal. */
static enum tr_status add_importances(struct tr_buf *out, const struct tr_forest *forest, struct tr_error *err)
{
    size_t n = forest->features;
    double *fewer = tr_alloc_zero(n, sizeof *fewer); /* minus the number of splits */
    size_t *order = tr_alloc(n, sizeof *order);
    enum tr_status status = TR_OK;
    if (!fewer || !order) {
        status = tr_error_nomem(err);
        goto out;
    }
    for (size_t t = 0; t < forest->n; t++) {
        const struct tr_tree *tree = &forest->tree[t];
        for (size_t node = 0; node + 1 < tree->leaves; node++)
            fewer[tree->feature[node]] -= tree->gain[node] > 0.0 ? 1.0 : 0.0;
    }
    status = tr_order_ascending(n, fewer, order, err);
    if (status != TR_OK)
        goto out;
    tr_buf_text(out, "\nfeature_importances:\n");
    for (size_t i = 0; i < n && fewer[order[i]] < 0.0; i++) {
        add_name(out, forest, order[i]);
        tr_buf_printf(out, "=%.0f\n", -fewer[order[i]]);
    }
out:
    tr_free(order);
    tr_free(fewer);
    return status;
}

static void add_parameters(struct tr_buf *out, const char *parameters)
{
    if (!parameters)
        return;
    size_t n = strlen(parameters);
    tr_buf_printf(out, "\nparameters:\n%s%s\nend of parameters\n", parameters,
                  n > 0 && parameters[n - 1] == '\n' ? "" : "\n");
}

enum tr_status tr_lightgbm_write(const struct tr_forest *forest, struct tr_buf *out, struct tr_error *err)
{
    assert(forest->kind == TR_FOREST_LIGHTGBM && forest->features > 0);
    struct tr_buf trees;
    tr_buf_init(&trees);
    add_header(out, forest);
    tr_buf_text(out, "tree_sizes=");
    for (size_t t = 0; t < forest->n; t++) {
        size_t begin = trees.len;
        add_tree(&trees, t, &forest->tree[t]);
        tr_buf_printf(out, t ? " %zu" : "%zu", trees.len - begin);
    }
    tr_buf_text(out, "\n\n");
    tr_buf_add(out, tr_buf_string(&trees), trees.len);
    tr_buf_text(out, "end of trees\n");
    enum tr_status status = tr_buf_status(&trees, err);
    tr_buf_finish(&trees);
    if (status == TR_OK)
        status = add_importances(out, forest, err);
    add_parameters(out, forest->parameters);
    return status == TR_OK ? tr_buf_status(out, err) : status;
}
