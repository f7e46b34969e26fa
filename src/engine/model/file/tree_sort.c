#include "engine/model/file/tree_sort.h"

#include "base/alloc.h"

#include <string.h>

static bool in_order(const struct tr_tree *tree)
{
    for (size_t node = 0; node + 1 < tree->leaves; node++) {
        int32_t left = tree->left[node], right = tree->right[node];
        if ((left >= 0 && (size_t)left <= node) || (right >= 0 && (size_t)right <= node))
            return false;
    }
    return true;
}

/* order [inner]: the nodes from the root down, a parent before its children; place [inner]: where each one stands in
 * it. False where the links run in circles or leave a node out. stack [inner + 1] */
static bool walk_down(const struct tr_tree *tree, int32_t *order, int32_t *place, int32_t *stack)
{
    size_t inner = tree->leaves - 1, n = 0, depth = 0;
    for (size_t i = 0; i < inner; i++)
        place[i] = -1;
    stack[depth++] = 0;
    while (depth > 0) {
        int32_t node = stack[--depth];
        if (place[node] >= 0)
            return false;
        place[node] = (int32_t)n;
        order[n++] = node;
        if (tree->right[node] >= 0)
            stack[depth++] = tree->right[node];
        if (tree->left[node] >= 0)
            stack[depth++] = tree->left[node];
    }
    return n == inner;
}

static void copy_nodes(const struct tr_tree *from, const int32_t *order, const int32_t *place, struct tr_tree *to)
{
    size_t leaf_bytes = from->leaves * sizeof *from->leaf_value;
    for (size_t i = 0; i + 1 < from->leaves; i++) {
        int32_t node = order[i], left = from->left[node], right = from->right[node];
        to->feature[i] = from->feature[node];
        to->flags[i] = from->flags[node];
        to->threshold[i] = from->threshold[node];
        to->left[i] = left >= 0 ? place[left] : left;
        to->right[i] = right >= 0 ? place[right] : right;
        to->gain[i] = from->gain[node];
        to->inner_value[i] = from->inner_value[node];
        to->inner_weight[i] = from->inner_weight[node];
        to->inner_count[i] = from->inner_count[node];
    }
    memcpy(to->leaf_value, from->leaf_value, leaf_bytes);
    memcpy(to->leaf_weight, from->leaf_weight, leaf_bytes);
    memcpy(to->leaf_count, from->leaf_count, leaf_bytes);
    to->shrinkage = from->shrinkage;
}

enum tr_status tr_tree_sort(struct tr_tree *tree, size_t t, struct tr_error *err)
{
    struct tr_tree sorted = {0};
    size_t inner = tree->leaves - 1;
    if (in_order(tree))
        return TR_OK;
    int32_t *memory = tr_alloc(3 * inner + 1, sizeof *memory);
    if (!memory)
        return tr_error_nomem(err);
    enum tr_status status = tr_tree_init(&sorted, tree->leaves, err);
    if (status == TR_OK && !walk_down(tree, memory, memory + inner, memory + 2 * inner)) {
        tr_tree_finish(&sorted);
        status = tr_error_set(err, TR_CORRUPT, "tree %zu: its nodes run in circles or leave one out", t);
    } else if (status == TR_OK) {
        copy_nodes(tree, memory, memory + inner, &sorted);
        tr_tree_finish(tree);
        *tree = sorted;
    }
    tr_free(memory);
    return status;
}
