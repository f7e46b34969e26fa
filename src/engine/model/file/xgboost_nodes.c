#include "engine/model/file/xgboost_nodes.h"

#include "base/alloc.h"

#include <float.h>
#include <math.h>

enum { UNSEEN = INT32_MAX };

enum tr_status tr_xgboost_nodes_init(struct tr_xgboost_nodes *nodes, size_t n, struct tr_error *err)
{
    *nodes = (struct tr_xgboost_nodes){.n = n};
    nodes->memory = tr_alloc_zero(n, 4 * sizeof(int32_t) + 4 * sizeof(float) + 1);
    if (!nodes->memory)
        return tr_error_nomem(err);
    int32_t *at = nodes->memory;
    int32_t **lists[] = {&nodes->left, &nodes->right, &nodes->parent, &nodes->feature};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++, at += n)
        *lists[i] = at;
    nodes->condition = (float *)(void *)at;
    nodes->weight = nodes->condition + n;
    nodes->gain = nodes->weight + n;
    nodes->hessian = nodes->gain + n;
    nodes->default_left = (uint8_t *)(nodes->hessian + n);
    return TR_OK;
}

void tr_xgboost_nodes_finish(struct tr_xgboost_nodes *nodes)
{
    tr_free(nodes->memory);
    *nodes = (struct tr_xgboost_nodes){0};
}

/* Takes a child into the line of those to be visited. */
static bool take_child(const struct tr_xgboost_nodes *nodes, int32_t parent, int32_t child, int32_t *code,
                       int32_t *line, size_t *waiting)
{
    if (child < 0 || (size_t)child >= nodes->n || code[child] != UNSEEN || nodes->parent[child] != parent)
        return false;
    code[child] = 0;
    line[(*waiting)++] = child;
    return true;
}

/* code [n]: what each node becomes, an inner node or ~leaf; UNSEEN where no link leads. line [n]: the nodes level by
 * level, *seen of them. False where the links are not those of a tree. */
static bool visit(const struct tr_xgboost_nodes *nodes, int32_t *code, int32_t *line, size_t *seen)
{
    size_t waiting = 1;
    int32_t inner = 0, leaves = 0;
    for (size_t i = 0; i < nodes->n; i++)
        code[i] = UNSEEN;
    code[0] = 0;
    line[0] = 0;
    for (size_t i = 0; i < waiting; i++) {
        int32_t node = line[i], left = nodes->left[node], right = nodes->right[node];
        if (left == -1 && right == -1) {
            code[node] = -1 - leaves++;
            continue;
        }
        code[node] = inner++;
        if (!take_child(nodes, node, left, code, line, &waiting) ||
            !take_child(nodes, node, right, code, line, &waiting))
            return false;
    }
    *seen = waiting;
    return true;
}

/* Sums and gains are for showing: what overflowed in training must not spoil a model. */
static double shown(double x)
{
    return isnan(x) ? 0.0 : x > (double)FLT_MAX ? (double)FLT_MAX : x < -(double)FLT_MAX ? -(double)FLT_MAX : x;
}

static void fill_tree(const struct tr_xgboost_nodes *nodes, const int32_t *code, const int32_t *line, size_t seen,
                      struct tr_tree *tree)
{
    for (size_t i = 0; i < seen; i++) {
        int32_t node = line[i], at = code[node];
        if (at < 0) {
            tree->leaf_value[-1 - at] = (double)nodes->condition[node];
            tree->leaf_weight[-1 - at] = shown((double)nodes->hessian[node]);
            continue;
        }
        tree->feature[at] = nodes->feature[node];
        tree->flags[at] = nodes->default_left[node] ? TR_NODE_MISSING_NAN | TR_NODE_DEFAULT_LEFT : TR_NODE_MISSING_NAN;
        tree->threshold[at] = (double)nodes->condition[node];
        tree->left[at] = code[nodes->left[node]];
        tree->right[at] = code[nodes->right[node]];
        tree->gain[at] = shown((double)nodes->gain[node]);
        tree->inner_value[at] = shown((double)nodes->weight[node]);
        tree->inner_weight[at] = shown((double)nodes->hessian[node]);
    }
}

enum tr_status tr_xgboost_nodes_to_tree(const struct tr_xgboost_nodes *nodes, size_t deleted, struct tr_tree *out,
                                        struct tr_error *err)
{
    size_t seen = 0;
    int32_t *code = tr_alloc(2 * nodes->n, sizeof *code);
    if (!code)
        return tr_error_nomem(err);
    int32_t *line = code + nodes->n;
    enum tr_status status = TR_OK;
    if (!visit(nodes, code, line, &seen))
        status = tr_error_set(err, TR_CORRUPT, "its links are not those of a tree");
    else if (deleted > nodes->n || seen != nodes->n - deleted)
        status = tr_error_set(err, TR_CORRUPT, "%zu of its %zu nodes hang together, %zu are deleted", seen, nodes->n,
                              deleted);
    else
        status = tr_tree_init(out, (seen + 1) / 2, err);
    if (status == TR_OK)
        fill_tree(nodes, code, line, seen, out);
    tr_free(code);
    return status;
}

enum tr_status tr_xgboost_nodes_from_tree(const struct tr_tree *tree, struct tr_xgboost_nodes *out,
                                          struct tr_error *err)
{
    size_t n = 2 * tree->leaves - 1, waiting = 1;
    int32_t *code = tr_alloc(n, sizeof *code); /* the inner node or ~leaf of each number */
    if (!code)
        return tr_error_nomem(err);
    enum tr_status status = tr_xgboost_nodes_init(out, n, err);
    code[0] = tree->leaves > 1 ? 0 : -1;
    for (size_t i = 0; i < waiting && status == TR_OK; i++) {
        int32_t at = code[i];
        out->parent[0] = TR_XGBOOST_NO_PARENT;
        if (at < 0) {
            out->left[i] = out->right[i] = -1;
            out->condition[i] = out->weight[i] = (float)tree->leaf_value[-1 - at];
            out->hessian[i] = (float)shown(tree->leaf_weight[-1 - at]);
            continue;
        }
        out->left[i] = (int32_t)waiting;
        out->right[i] = (int32_t)waiting + 1;
        out->parent[waiting] = out->parent[waiting + 1] = (int32_t)i;
        code[waiting++] = tree->left[at];
        code[waiting++] = tree->right[at];
        out->feature[i] = tree->feature[at];
        out->default_left[i] = tree->flags[at] & TR_NODE_DEFAULT_LEFT ? 1 : 0;
        out->condition[i] = (float)tree->threshold[at];
        out->weight[i] = (float)shown(tree->inner_value[at]);
        out->gain[i] = (float)shown(tree->gain[at]);
        out->hessian[i] = (float)shown(tree->inner_weight[at]);
    }
    tr_free(code);
    return status;
}
