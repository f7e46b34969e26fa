#include "engine/model/forest/nodes.h"

#include "base/alloc.h"

#include <assert.h>

/* A node: from the top, 13 bits = how far ahead its children stand (left, then right beside it), 11 bits = column,
 * 8 bits = mark. A leaf is 0 ahead of itself and its mark is above all codes but one that it equals: a walk that has
 * arrived stays, so that all walks of a group take the same number of steps. */
enum { AHEAD_SHIFT = 19, COLUMN_SHIFT = 8, COLUMN_MASK = 2047, GROUP = 8, CHUNK = 256 };

struct place {
    uint32_t root;   /* in node */
    uint16_t number; /* of the tree in its chunk */
    uint16_t depth;
};

struct tr_nodes {
    enum tr_forest_kind kind;
    size_t classes, trees, places;
    struct place *place; /* [places] CHUNK trees at a time, the deepest first; filled up to whole groups */
    uint32_t *node;
    double *value; /* beside node: what a leaf adds */
};

/* Levels one after the other, so that the much-visited upper ones share cache lines. Children stand in pairs; the root
 * has an empty neighbour. Returns the depth. queue [2 * leaves]: the tree's own numbers (~leaf) in that order. */
static uint16_t lay_out(const struct tr_tree *tree, const struct tr_code *code, uint32_t *node, double *value,
                        int32_t *queue)
{
    size_t end = 2, level_end = 2;
    uint16_t depth = 0;
    queue[0] = tree->leaves > 1 ? 0 : ~0;
    queue[1] = ~0;
    for (size_t at = 0; at < end; at++) {
        if (at == level_end) {
            depth++;
            level_end = end;
        }
        int32_t own = queue[at];
        if (own < 0) {
            node[at] = INT8_MAX;
            value[at] = tree->leaf_value[-(own + 1)];
            continue;
        }
        struct tr_code_node asks = tr_code_node(code, tree, (size_t)own);
        node[at] = (uint32_t)(end - at) << AHEAD_SHIFT | asks.column << COLUMN_SHIFT | (uint8_t)asks.mark;
        value[at] = 0.0;
        queue[end++] = tree->left[own];
        queue[end++] = tree->right[own];
    }
    return depth;
}

static void sort_by_depth(struct place *place, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct place moved = place[i];
        size_t k = i;
        for (; k > 0 && place[k - 1].depth < moved.depth; k--)
            place[k] = place[k - 1];
        place[k] = moved;
    }
}

static void lay_out_all(const struct tr_forest *forest, const struct tr_code *code, struct tr_nodes *nodes,
                        int32_t *queue)
{
    uint32_t at = 0;
    for (size_t t = 0; t < forest->n; t++) {
        uint16_t depth = lay_out(&forest->tree[t], code, nodes->node + at, nodes->value + at, queue);
        nodes->place[nodes->places++] = (struct place){at, (uint16_t)(t % CHUNK), depth};
        at += 2 * (uint32_t)forest->tree[t].leaves;
        if (t % CHUNK == CHUNK - 1)
            sort_by_depth(nodes->place + t + 1 - CHUNK, CHUNK);
    }
    size_t rest = forest->n % CHUNK;
    sort_by_depth(nodes->place + forest->n - rest, rest);
    for (; nodes->places % GROUP != 0; nodes->places++) /* walks whose leaf nobody adds */
        nodes->place[nodes->places] = (struct place){nodes->place[forest->n - 1].root, CHUNK, 0};
}

enum tr_status tr_nodes_create(const struct tr_forest *forest, const struct tr_code *code, struct tr_nodes **out,
                               struct tr_error *err)
{
    size_t total = 0, most = 0;
    *out = NULL;
    for (size_t t = 0; t < forest->n; t++) {
        size_t leaves = forest->tree[t].leaves;
        total += 2 * leaves;
        most = leaves > most ? leaves : most;
    }
    if (most > TR_NODES_LEAVES || total > UINT32_MAX)
        return tr_error_set(err, TR_UNSUPPORTED, "trees of up to %zu leaves can be packed, not %zu", TR_NODES_LEAVES,
                            most);
    assert(code->columns <= TR_NODES_COLUMNS);
    struct tr_nodes *nodes = tr_alloc_zero(1, sizeof *nodes);
    int32_t *queue = tr_alloc(2 * most, sizeof *queue);
    if (nodes) {
        nodes->kind = forest->kind;
        nodes->classes = forest->classes;
        nodes->trees = forest->n;
        nodes->place = tr_alloc(forest->n + GROUP, sizeof *nodes->place);
        nodes->node = tr_alloc(total, sizeof *nodes->node);
        nodes->value = tr_alloc(total, sizeof *nodes->value);
    }
    if (!nodes || !queue || !nodes->place || !nodes->node || !nodes->value) {
        tr_nodes_destroy(nodes);
        tr_free(queue);
        return tr_error_nomem(err);
    }
    lay_out_all(forest, code, nodes, queue);
    tr_free(queue);
    *out = nodes;
    return TR_OK;
}

void tr_nodes_destroy(struct tr_nodes *nodes)
{
    if (!nodes)
        return;
    tr_free(nodes->place);
    tr_free(nodes->node);
    tr_free(nodes->value);
    tr_free(nodes);
}

/* place [GROUP]; value [CHUNK + 1] by the number of the tree */
static inline void walk_group(const struct tr_nodes *nodes, const struct place *place, const int8_t *codes,
                              double *value)
{
    const uint32_t *at[GROUP];
    for (size_t k = 0; k < GROUP; k++)
        at[k] = nodes->node + place[k].root;
    for (size_t step = place[0].depth; step > 0; step--)
        for (size_t k = 0; k < GROUP; k++) {
            uint32_t node = *at[k];
            at[k] += (node >> AHEAD_SHIFT) + (codes[node >> COLUMN_SHIFT & COLUMN_MASK] > (int8_t)(uint8_t)node);
        }
    for (size_t k = 0; k < GROUP; k++)
        value[place[k].number] = nodes->value[at[k] - nodes->node];
}

/* value [n] of trees first ... */
static void add_up(const struct tr_nodes *nodes, size_t first, size_t n, const double *value, double *margin)
{
    for (size_t k = 0; k < nodes->classes && k < n; k++) {
        double *to = &margin[(first + k) % nodes->classes];
        if (nodes->kind == TR_FOREST_XGBOOST) {
            float sum = (float)*to;
            for (size_t t = k; t < n; t += nodes->classes)
                sum += (float)value[t];
            *to = (double)sum;
        } else {
            double sum = *to;
            for (size_t t = k; t < n; t += nodes->classes)
                sum += value[t];
            *to = sum;
        }
    }
}

void tr_nodes_add(const struct tr_nodes *nodes, const int8_t *codes, double *margin)
{
    double value[CHUNK + 1];
    for (size_t first = 0; first < nodes->trees; first += CHUNK) {
        size_t n = nodes->trees - first < CHUNK ? nodes->trees - first : CHUNK;
        for (size_t g = 0; g < n; g += GROUP)
            walk_group(nodes, nodes->place + first + g, codes, value);
        add_up(nodes, first, n, value, margin);
    }
}
