#include "engine/model/forest/block.h"

#include "base/alloc.h"

struct place {
    size_t node, value; /* where the tree's begin */
    size_t nodes;
};

struct tr_block {
    enum tr_forest_kind kind;
    size_t classes, trees;
    struct place *place; /* [trees] */
    struct tr_kernel_node *node;
    double *value; /* of the leaves, from left to right */
};

static uint32_t four(uint8_t byte)
{
    return byte * UINT32_C(0x01010101);
}

/* Parents come before their children in a tree, so one pass backwards counts the leaves below each node and one
 * forwards hands out their numbers. first [inner] and below [inner]: scratch. */
static void lay_out(const struct tr_tree *tree, const struct tr_code *code, struct tr_kernel_node *node, double *value,
                    uint32_t *first, uint32_t *below)
{
    size_t inner = tree->leaves - 1;
    if (inner == 0)
        value[0] = tree->leaf_value[0];
    for (size_t i = inner; i-- > 0;)
        below[i] = (tree->left[i] < 0 ? 1 : below[tree->left[i]]) + (tree->right[i] < 0 ? 1 : below[tree->right[i]]);
    first[0] = 0;
    for (size_t i = 0; i < inner; i++) {
        int32_t child[2] = {tree->left[i], tree->right[i]};
        uint32_t at[2] = {first[i], first[i] + (child[0] < 0 ? 1 : below[child[0]])};
        for (size_t side = 0; side < 2; side++) {
            if (child[side] < 0)
                value[at[side]] = tree->leaf_value[-(child[side] + 1)];
            else
                first[child[side]] = at[side];
        }
        struct tr_code_node asks = tr_code_node(code, tree, i);
        node[i] = (struct tr_kernel_node){asks.column, four((uint8_t)asks.mark), four((uint8_t)at[0]),
                                          four((uint8_t)(at[1] - at[0]))};
    }
}

static void lay_out_all(const struct tr_forest *forest, const struct tr_code *code, struct tr_block *block)
{
    uint32_t first[TR_BLOCK_LEAVES] = {0}, below[TR_BLOCK_LEAVES] = {0};
    struct place at = {0, 0, 0};
    for (size_t t = 0; t < forest->n; t++) {
        at.nodes = forest->tree[t].leaves - 1;
        block->place[t] = at;
        lay_out(&forest->tree[t], code, block->node + at.node, block->value + at.value, first, below);
        at.node += at.nodes;
        at.value += at.nodes + 1;
    }
}

enum tr_status tr_block_create(const struct tr_forest *forest, const struct tr_code *code, struct tr_block **out,
                               struct tr_error *err)
{
    size_t leaves = 0;
    *out = NULL;
    for (size_t t = 0; t < forest->n; t++) {
        if (forest->tree[t].leaves > TR_BLOCK_LEAVES)
            return tr_error_set(err, TR_UNSUPPORTED, "trees of up to %zu leaves can be taken in blocks, not %zu",
                                TR_BLOCK_LEAVES, forest->tree[t].leaves);
        leaves += forest->tree[t].leaves;
    }
    struct tr_block *block = tr_alloc_zero(1, sizeof *block);
    if (!block)
        return tr_error_nomem(err);
    block->kind = forest->kind;
    block->classes = forest->classes;
    block->trees = forest->n;
    block->place = tr_alloc(forest->n, sizeof *block->place);
    block->node = tr_alloc(leaves - forest->n, sizeof *block->node);
    block->value = tr_alloc(leaves, sizeof *block->value);
    if (!block->place || !block->node || !block->value) {
        tr_block_destroy(block);
        return tr_error_nomem(err);
    }
    lay_out_all(forest, code, block);
    *out = block;
    return TR_OK;
}

void tr_block_destroy(struct tr_block *block)
{
    if (!block)
        return;
    tr_free(block->place);
    tr_free(block->node);
    tr_free(block->value);
    tr_free(block);
}

void tr_block_add(const struct tr_block *block, const struct tr_kernel *kernel, const int8_t *codes, size_t n,
                  double *margin)
{
    uint8_t leaf[TR_CODE_BLOCK];
    for (size_t t = 0; t < block->trees; t++) {
        const struct place *place = &block->place[t];
        const double *value = block->value + place->value;
        double *to = margin + t % block->classes;
        kernel->leaves(place->nodes, block->node + place->node, codes, leaf);
        if (block->kind == TR_FOREST_XGBOOST) {
            for (size_t i = 0; i < n; i++)
                to[i * block->classes] = (double)((float)to[i * block->classes] + (float)value[leaf[i]]);
        } else {
            for (size_t i = 0; i < n; i++)
                to[i * block->classes] += value[leaf[i]];
        }
    }
}
