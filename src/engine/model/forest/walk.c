#include "engine/model/forest/walk.h"

#include "base/alloc.h"
#include "engine/model/forest/cut.h"

#include <string.h>

struct node {
    double cut;
    uint32_t feature;
    uint32_t missing;
    int32_t child[2]; /* left, right; negative ~leaf */
};

struct place {
    size_t node, leaf;
    bool inner; /* or one leaf alone */
};

struct tr_walk {
    enum tr_forest_kind kind;
    struct place *place; /* [trees] where each begins */
    struct node *node;
    double *value; /* of the leaves */
};

static void lay_out(const struct tr_forest *forest, struct tr_walk *walk)
{
    size_t nodes = 0, leaves = 0;
    for (size_t t = 0; t < forest->n; t++) {
        const struct tr_tree *tree = &forest->tree[t];
        walk->place[t] = (struct place){nodes, leaves, tree->leaves > 1};
        for (size_t i = 0; i + 1 < tree->leaves; i++)
            walk->node[nodes + i] = (struct node){.cut = tr_cut_of(forest->kind, tree->threshold[i]),
                                                  .feature = (uint32_t)tree->feature[i],
                                                  .missing = tr_cut_missing(forest->kind, tree->flags[i]),
                                                  .child = {tree->left[i], tree->right[i]}};
        memcpy(walk->value + leaves, tree->leaf_value, tree->leaves * sizeof *walk->value);
        nodes += tree->leaves - 1;
        leaves += tree->leaves;
    }
}

enum tr_status tr_walk_create(const struct tr_forest *forest, struct tr_walk **out, struct tr_error *err)
{
    size_t leaves = 0;
    for (size_t t = 0; t < forest->n; t++)
        leaves += forest->tree[t].leaves;
    struct tr_walk *walk = *out = tr_alloc_zero(1, sizeof *walk);
    if (!walk)
        return tr_error_nomem(err);
    walk->kind = forest->kind;
    walk->place = tr_alloc(forest->n, sizeof *walk->place);
    walk->node = tr_alloc(leaves - forest->n, sizeof *walk->node);
    walk->value = tr_alloc(leaves, sizeof *walk->value);
    if (!walk->place || !walk->node || !walk->value) {
        tr_walk_destroy(walk);
        *out = NULL;
        return tr_error_nomem(err);
    }
    lay_out(forest, walk);
    return TR_OK;
}

void tr_walk_destroy(struct tr_walk *walk)
{
    if (!walk)
        return;
    tr_free(walk->place);
    tr_free(walk->node);
    tr_free(walk->value);
    tr_free(walk);
}

double tr_walk_leaf(const struct tr_walk *walk, size_t tree, const double *x)
{
    const struct place *place = &walk->place[tree];
    const struct node *root = walk->node + place->node;
    int32_t at = place->inner ? 0 : ~0;
    while (at >= 0) {
        const struct node *node = root + at;
        double value = tr_cut_value(walk->kind, x[node->feature]);
        at = node->child[tr_cut_right(node->cut, (enum tr_missing)node->missing, value)];
    }
    return walk->value[place->leaf + (size_t)~at];
}
