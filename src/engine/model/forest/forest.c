#include "engine/model/forest/forest.h"

#include "base/alloc.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

enum { LEAVES_MAX = 1 << 24 };

void tr_forest_init(struct tr_forest *forest, enum tr_forest_kind kind)
{
    *forest = (struct tr_forest){.kind = kind, .link = TR_LINK_LOGISTIC, .sigmoid = 1.0, .classes = 1};
}

static void free_texts(char **texts, size_t n)
{
    for (size_t i = 0; texts && i < n; i++)
        tr_free(texts[i]);
    tr_free(texts);
}

void tr_forest_finish(struct tr_forest *forest)
{
    for (size_t i = 0; i < forest->n; i++)
        tr_tree_finish(&forest->tree[i]);
    tr_free(forest->tree);
    free_texts(forest->feature_name, forest->features);
    free_texts(forest->feature_info, forest->features);
    tr_free(forest->parameters);
    *forest = (struct tr_forest){0};
}

/* One block holds all arrays: the doubles, then the 32-bit numbers, then the bytes. */
static size_t block_bytes(size_t leaves)
{
    size_t inner = leaves - 1;
    return (5 * inner + 3 * leaves) * sizeof(double) + 3 * inner * sizeof(int32_t) + inner;
}

enum tr_status tr_tree_init(struct tr_tree *tree, size_t leaves, struct tr_error *err)
{
    *tree = (struct tr_tree){.leaves = leaves, .shrinkage = 1.0};
    if (leaves == 0 || leaves > LEAVES_MAX)
        return tr_error_set(err, TR_INVALID, "a tree of %zu leaves: 1 to %d are possible", leaves, LEAVES_MAX);
    size_t inner = leaves - 1;
    tree->memory = tr_alloc_zero(1, block_bytes(leaves));
    if (!tree->memory)
        return tr_error_nomem(err);
    double *at = tree->memory;
    double **inner_array[] = {&tree->threshold, &tree->gain, &tree->inner_value, &tree->inner_weight,
                              &tree->inner_count};
    for (size_t i = 0; i < sizeof inner_array / sizeof *inner_array; i++, at += inner)
        *inner_array[i] = at;
    tree->leaf_value = at;
    tree->leaf_weight = tree->leaf_value + leaves;
    tree->leaf_count = tree->leaf_weight + leaves;
    tree->feature = (int32_t *)(void *)(tree->leaf_count + leaves);
    tree->left = tree->feature + inner;
    tree->right = tree->left + inner;
    tree->flags = (uint8_t *)(tree->right + inner);
    return TR_OK;
}

void tr_tree_finish(struct tr_tree *tree)
{
    tr_free(tree->memory);
    *tree = (struct tr_tree){0};
}

enum tr_status tr_forest_add(struct tr_forest *forest, struct tr_tree *tree, struct tr_error *err)
{
    if (forest->n == forest->capacity) {
        size_t room = forest->capacity ? 2 * forest->capacity : 64;
        struct tr_tree *grown = tr_alloc_grow(forest->tree, forest->n * sizeof *grown, room, sizeof *grown);
        if (!grown) {
            tr_tree_finish(tree);
            return tr_error_nomem(err);
        }
        forest->tree = grown;
        forest->capacity = room;
    }
    forest->tree[forest->n++] = *tree;
    *tree = (struct tr_tree){0};
    return TR_OK;
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7f;
}

enum tr_status tr_forest_name(struct tr_forest *forest, const char *const *names, struct tr_error *err)
{
    char **copy = tr_alloc_zero(forest->features, sizeof *copy);
    if (!copy)
        return tr_error_nomem(err);
    for (size_t i = 0; i < forest->features; i++) {
        copy[i] = tr_alloc_string(names[i]);
        if (!copy[i]) {
            free_texts(copy, forest->features);
            return tr_error_nomem(err);
        }
        for (char *c = copy[i]; *c; c++)
            if (is_blank(*c))
                *c = '_';
    }
    free_texts(forest->feature_name, forest->features);
    forest->feature_name = copy;
    return TR_OK;
}

/* A child seen once and only below its parent: then all walks end and no leaf hangs in the air. */
static bool child_sound(const struct tr_tree *tree, size_t node, int32_t child, uint8_t *seen)
{
    size_t inner = tree->leaves - 1, leaf = SIZE_MAX - (size_t)child; /* ~child */
    if (child >= 0 ? ((size_t)child <= node || (size_t)child >= inner) : leaf >= tree->leaves)
        return false;
    return !seen[child >= 0 ? (size_t)child : inner + leaf]++;
}

/* XGBoost's numbers must be such that become floats. */
static bool fits(enum tr_forest_kind kind, double x)
{
    return kind == TR_FOREST_LIGHTGBM || isinf(x) || fabs(x) <= (double)FLT_MAX;
}

static const char *node_fault(const struct tr_forest *forest, const struct tr_tree *tree, size_t node, uint8_t *seen)
{
    if (tree->feature[node] < 0 || (size_t)tree->feature[node] >= forest->features)
        return "names a feature that does not exist";
    if (isnan(tree->threshold[node]))
        return "has no threshold";
    if (!fits(forest->kind, tree->threshold[node]))
        return "has a threshold beyond the range of a float";
    if (!child_sound(tree, node, tree->left[node], seen) || !child_sound(tree, node, tree->right[node], seen))
        return "has a child that does not exist, comes before it, or belongs to another node too";
    return NULL;
}

static enum tr_status check_tree(const struct tr_forest *forest, size_t t, struct tr_error *err)
{
    const struct tr_tree *tree = &forest->tree[t];
    enum tr_status status = TR_OK;
    if (tree->leaves == 0)
        return tr_error_set(err, TR_CORRUPT, "tree %zu has no leaf", t);
    uint8_t *seen = tr_alloc_zero(2 * tree->leaves, 1);
    if (!seen)
        return tr_error_nomem(err);
    for (size_t node = 0; node + 1 < tree->leaves && status == TR_OK; node++) {
        const char *fault = node_fault(forest, tree, node, seen);
        if (fault)
            status = tr_error_set(err, TR_CORRUPT, "tree %zu: node %zu %s", t, node, fault);
    }
    for (size_t leaf = 0; leaf < tree->leaves && status == TR_OK; leaf++) {
        if (!isfinite(tree->leaf_value[leaf]) || !fits(forest->kind, tree->leaf_value[leaf]))
            status = tr_error_set(err, TR_CORRUPT, "tree %zu: the value of leaf %zu is not a finite number", t, leaf);
    }
    tr_free(seen);
    return status;
}

static enum tr_status check_names(const struct tr_forest *forest, struct tr_error *err)
{
    for (size_t j = 0; forest->feature_name && j < forest->features; j++)
        for (const char *c = forest->feature_name[j]; *c; c++)
            if (is_blank(*c))
                return tr_error_set(err, TR_CORRUPT, "the name of feature %zu holds a blank", j);
    return TR_OK;
}

static enum tr_status check_settings(const struct tr_forest *forest, struct tr_error *err)
{
    float base = (float)forest->base_score;
    if (!forest->classes || forest->n % forest->classes != 0)
        return tr_error_set(err, TR_CORRUPT, "%zu trees for %zu classes", forest->n, forest->classes);
    if (forest->classes > 1 && forest->link != TR_LINK_SOFTMAX)
        return tr_error_set(err, TR_CORRUPT, "%zu classes without a softmax", forest->classes);
    if (!(forest->sigmoid > 0.0) || !isfinite(forest->sigmoid))
        return tr_error_set(err, TR_CORRUPT, "sigmoid %g is not a positive number", forest->sigmoid);
    if (!isfinite(forest->base_score) || !fits(forest->kind, forest->base_score))
        return tr_error_set(err, TR_CORRUPT, "base score %g is not a usable number", forest->base_score);
    if (forest->kind == TR_FOREST_XGBOOST && forest->link == TR_LINK_LOGISTIC && !(base > 0.0F && base < 1.0F))
        return tr_error_set(err, TR_CORRUPT, "base score %g is not a probability between 0 and 1", forest->base_score);
    return TR_OK;
}

enum tr_status tr_forest_check(const struct tr_forest *forest, struct tr_error *err)
{
    enum tr_status status = check_settings(forest, err);
    if (status == TR_OK)
        status = check_names(forest, err);
    for (size_t t = 0; t < forest->n && status == TR_OK; t++)
        status = check_tree(forest, t, err);
    return status;
}

void tr_forest_importance(const struct tr_forest *forest, double *gain, double *splits)
{
    for (size_t j = 0; j < forest->features; j++) {
        if (gain)
            gain[j] = 0.0;
        if (splits)
            splits[j] = 0.0;
    }
    for (size_t t = 0; t < forest->n; t++) {
        const struct tr_tree *tree = &forest->tree[t];
        for (size_t node = 0; node + 1 < tree->leaves; node++) {
            if (gain)
                gain[tree->feature[node]] += tree->gain[node];
            if (splits)
                splits[tree->feature[node]] += 1.0;
        }
    }
}
