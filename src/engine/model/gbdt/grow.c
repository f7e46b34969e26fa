#include "engine/model/gbdt/grow.h"

#include "base/alloc.h"
#include "engine/model/gbdt/histogram.h"

#include <math.h>
#include <string.h>

enum { CELL = 2 * TR_GBDT_LANES, NONE = -1 };

/* The histograms of a leaf, group after group, and which columns are worth a look below it. */
struct sums {
    double *cells;
    bool *open; /* [groups * lanes] */
};

struct leaf {
    size_t begin, n; /* its rows in grower->row */
    double g, h;
    double value;
    size_t depth;
    int sums; /* of the pool, or NONE */
    struct tr_gbdt_split best;
    int32_t *link; /* what points to it in the parent; NULL for the root */
};

struct node {
    struct tr_gbdt_split split;
    double value, weight;
    size_t n;
    int32_t left, right;
};

struct tr_gbdt_grower {
    const struct tr_gbdt_binned *binned;
    const struct tr_gbdt_params *params;
    struct tr_gbdt_split_search search;
    size_t max_leaves, leaves, nodes;
    struct leaf *leaf; /* [max_leaves] */
    struct node *node; /* [max_leaves - 1] */
    uint32_t *heap;    /* [max_leaves] leaves that may be split, the best on top */
    size_t in_heap;
    uint32_t *row, *spare; /* [rows] */
    const float *gradient;
    float *ordered;    /* [rows][2] gradients of the leaf at hand */
    size_t *group_at;  /* [groups + 1] where a group's cells begin, in doubles */
    struct sums *pool; /* [pool_room] */
    int *idle;         /* [pool_room] */
    size_t pooled, pool_room, n_idle;
    bool *allowed;  /* [groups * lanes] by node */
    uint32_t *draw; /* [used] */
    const bool *tree_open;
};

/* An unused one, or NONE where the pool is full. */
static enum tr_status take_sums(struct tr_gbdt_grower *g, int *out, struct tr_error *err)
{
    if (g->n_idle > 0) {
        *out = g->idle[--g->n_idle];
        return TR_OK;
    }
    *out = NONE;
    if (g->pooled == g->pool_room)
        return TR_OK;
    struct sums *sums = &g->pool[g->pooled];
    sums->cells = tr_alloc(g->group_at[g->binned->groups], sizeof *sums->cells);
    sums->open = tr_alloc(g->binned->groups * TR_GBDT_LANES, sizeof *sums->open);
    if (!sums->cells || !sums->open) {
        tr_free(sums->cells);
        tr_free(sums->open);
        return tr_error_nomem(err);
    }
    *out = (int)g->pooled++;
    return TR_OK;
}

static void give_back(struct tr_gbdt_grower *g, int *sums)
{
    if (*sums != NONE)
        g->idle[g->n_idle++] = *sums;
    *sums = NONE;
}

/* LightGBM's: more gain, then the smaller column, then the smaller leaf. */
static bool goes_first(const struct tr_gbdt_grower *g, uint32_t a, uint32_t b)
{
    const struct tr_gbdt_split *x = &g->leaf[a].best, *y = &g->leaf[b].best;
    if (x->gain != y->gain)
        return x->gain > y->gain;
    return x->feature != y->feature ? x->feature < y->feature : a < b;
}

static void heap_push(struct tr_gbdt_grower *g, uint32_t leaf)
{
    size_t at = g->in_heap++;
    for (; at > 0 && goes_first(g, leaf, g->heap[(at - 1) / 2]); at = (at - 1) / 2)
        g->heap[at] = g->heap[(at - 1) / 2];
    g->heap[at] = leaf;
}

static uint32_t heap_pop(struct tr_gbdt_grower *g)
{
    uint32_t top = g->heap[0], moved = g->heap[--g->in_heap];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < g->in_heap; at = child) {
        if (child + 1 < g->in_heap && goes_first(g, g->heap[child + 1], g->heap[child]))
            child++;
        if (!goes_first(g, g->heap[child], moved))
            break;
        g->heap[at] = g->heap[child];
    }
    g->heap[at] = moved;
    return top;
}

/* A fresh choice of columns for this node into allowed [groups * lanes], or NULL for all. */
static const bool *choose_columns(struct tr_gbdt_grower *g, struct tr_rng *rng, bool *allowed)
{
    if (g->params->feature_fraction_bynode >= 1.0)
        return NULL;
    size_t n = 0, slots = g->binned->groups * TR_GBDT_LANES;
    for (size_t u = 0; u < g->binned->used; u++)
        if (g->tree_open[u])
            g->draw[n++] = (uint32_t)u;
    size_t want = (size_t)((double)n * g->params->feature_fraction_bynode + 0.5);
    memset(allowed, 0, slots * sizeof *allowed);
    for (size_t i = 0; i < (want > 0 ? want : 1) && i < n; i++) {
        size_t at = i + (size_t)tr_rng_below(rng, n - i);
        uint32_t chosen = g->draw[at];
        g->draw[at] = g->draw[i];
        allowed[chosen] = true;
    }
    return allowed;
}

static void gather_gradients(struct tr_gbdt_grower *g, const struct leaf *leaf)
{
    const uint32_t *row = g->row + leaf->begin;
    for (size_t i = 0; i < leaf->n; i++)
        memcpy(g->ordered + 2 * i, g->gradient + 2 * (size_t)row[i], 2 * sizeof *g->ordered);
}

static bool any_open(const bool *open)
{
    bool any = false;
    for (size_t lane = 0; lane < TR_GBDT_LANES; lane++)
        any |= open[lane];
    return any;
}

static bool may_be_split(const struct tr_gbdt_grower *g, const struct leaf *leaf)
{
    return leaf->n >= 2 && leaf->n >= 2 * g->params->min_data_in_leaf &&
           (g->params->max_depth <= 0 || leaf->depth < (size_t)g->params->max_depth);
}

/* One leaf from its rows. */
static void search_leaf(struct tr_gbdt_grower *g, struct leaf *leaf, const struct sums *sums, struct tr_rng *rng)
{
    const struct tr_gbdt_binned *binned = g->binned;
    const struct tr_gbdt_scan scan = tr_gbdt_scan_of(g->params, leaf->g, leaf->h, leaf->n);
    const bool *allowed = choose_columns(g, rng, g->allowed);
    gather_gradients(g, leaf);
    memset(sums->open, 0, binned->groups * TR_GBDT_LANES * sizeof *sums->open);
    memcpy(sums->open, g->tree_open, binned->used * sizeof *sums->open);
    for (size_t i = 0; i < binned->groups; i++) {
        bool *open = sums->open + i * TR_GBDT_LANES;
        double *cells = sums->cells + g->group_at[i];
        if (!any_open(open))
            continue;
        tr_gbdt_histogram(&binned->group[i], leaf->n, g->row + leaf->begin, g->ordered, cells);
        tr_gbdt_split_search(&g->search, &scan, i, cells, open, allowed ? allowed + i * TR_GBDT_LANES : NULL,
                             &leaf->best);
    }
}

/* Two children at once, one group after the other while its cells are in the cache; large: the parent's sums, which
 * become the larger child's. */
static void search_pair(struct tr_gbdt_grower *g, struct leaf *smaller, const struct sums *small, struct leaf *larger,
                        const struct sums *large, struct tr_rng *rng)
{
    const struct tr_gbdt_binned *binned = g->binned;
    const struct tr_gbdt_scan small_scan = tr_gbdt_scan_of(g->params, smaller->g, smaller->h, smaller->n);
    const struct tr_gbdt_scan large_scan = tr_gbdt_scan_of(g->params, larger->g, larger->h, larger->n);
    const bool look = may_be_split(g, smaller);
    const bool *allowed_small = look ? choose_columns(g, rng, g->allowed) : NULL;
    const bool *allowed_large = choose_columns(g, rng, g->allowed + binned->groups * TR_GBDT_LANES);
    gather_gradients(g, smaller);
    memcpy(small->open, large->open, binned->groups * TR_GBDT_LANES * sizeof *small->open);
    for (size_t i = 0; i < binned->groups; i++) {
        double *part = small->cells + g->group_at[i], *whole = large->cells + g->group_at[i];
        size_t lane = i * TR_GBDT_LANES;
        if (!any_open(large->open + lane))
            continue;
        tr_gbdt_histogram(&binned->group[i], smaller->n, g->row + smaller->begin, g->ordered, part);
        tr_gbdt_histogram_subtract(binned->group[i].bins, whole, part);
        if (look)
            tr_gbdt_split_search(&g->search, &small_scan, i, part, small->open + lane,
                                 allowed_small ? allowed_small + lane : NULL, &smaller->best);
        tr_gbdt_split_search(&g->search, &large_scan, i, whole, large->open + lane,
                             allowed_large ? allowed_large + lane : NULL, &larger->best);
    }
}

/* Keeps a leaf's sums if it has a cut worth making, and enters it where such leaves wait. */
static void settle(struct tr_gbdt_grower *g, size_t leaf, int sums)
{
    g->leaf[leaf].sums = sums;
    if (g->leaf[leaf].best.gain > 0.0)
        heap_push(g, (uint32_t)leaf);
    else
        give_back(g, &g->leaf[leaf].sums);
}

static enum tr_status search_alone(struct tr_gbdt_grower *g, size_t leaf, struct tr_rng *rng, struct tr_error *err)
{
    int sums;
    if (!may_be_split(g, &g->leaf[leaf]))
        return TR_OK;
    enum tr_status status = take_sums(g, &sums, err);
    if (status != TR_OK)
        return status;
    search_leaf(g, &g->leaf[leaf], &g->pool[sums], rng);
    settle(g, leaf, sums);
    return TR_OK;
}

/* The last idle sums stay in reserve for the leaf at hand: a leaf that would take them goes without its own. */
static void keep_reserve(struct tr_gbdt_grower *g, size_t leaf)
{
    if (g->pooled == g->pool_room && g->n_idle == 0)
        give_back(g, &g->leaf[leaf].sums);
}

static enum tr_status search_children(struct tr_gbdt_grower *g, size_t left, size_t right, int parent,
                                      struct tr_rng *rng, struct tr_error *err)
{
    struct leaf *l = &g->leaf[left], *r = &g->leaf[right];
    size_t small = l->n < r->n ? left : right, large = small == left ? right : left;
    enum tr_status status = TR_OK;
    if (!may_be_split(g, &g->leaf[large])) {
        give_back(g, &parent);
        return TR_OK;
    }
    if (parent == NONE) {
        status = search_alone(g, small, rng, err);
        keep_reserve(g, small);
        if (status == TR_OK)
            status = search_alone(g, large, rng, err);
        keep_reserve(g, large);
        return status;
    }
    int sums;
    status = take_sums(g, &sums, err);
    if (status != TR_OK) {
        give_back(g, &parent);
        return status;
    }
    search_pair(g, &g->leaf[small], &g->pool[sums], &g->leaf[large], &g->pool[parent], rng);
    settle(g, small, sums);
    settle(g, large, parent);
    keep_reserve(g, small);
    return TR_OK;
}

/* Whether the rows of a bin go left. */
static void fill_sides(const struct tr_gbdt_binned *binned, const struct tr_gbdt_split *split, bool left[256])
{
    const struct tr_gbdt_group *group = &binned->group[split->used / TR_GBDT_LANES];
    int missing = group->missing_bin[split->used % TR_GBDT_LANES];
    for (size_t b = 0; b < 256; b++)
        left[b] = b <= split->bin;
    if (missing >= 0)
        left[missing] = split->default_left;
}

/* Moves the rows of the left side to the front; both sides keep their order. Returns how many go left. */
static size_t partition(struct tr_gbdt_grower *g, const struct leaf *leaf, const struct tr_gbdt_split *split)
{
    bool left[256];
    const uint8_t *bin = g->binned->column + split->used * g->binned->rows;
    uint32_t *row = g->row + leaf->begin;
    size_t n_left = 0, n_right = 0;
    fill_sides(g->binned, split, left);
    for (size_t i = 0; i < leaf->n; i++) {
        uint32_t r = row[i];
        bool goes_left = left[bin[r]];
        row[n_left] = r;
        g->spare[n_right] = r;
        n_left += goes_left;
        n_right += !goes_left;
    }
    memcpy(row + n_left, g->spare, n_right * sizeof *row);
    return n_left;
}

/* The left child keeps the leaf's number, the right one gets a new number: LightGBM's way. */
static size_t split_leaf(struct tr_gbdt_grower *g, size_t at, size_t n_left)
{
    struct leaf *leaf = &g->leaf[at], *fresh = &g->leaf[g->leaves];
    struct node *node = &g->node[g->nodes];
    const struct tr_gbdt_split split = leaf->best;
    *node = (struct node){.split = split,
                          .value = leaf->value,
                          .weight = split.left_h + split.right_h,
                          .n = leaf->n,
                          .left = ~(int32_t)at,
                          .right = ~(int32_t)g->leaves};
    if (leaf->link)
        *leaf->link = (int32_t)g->nodes;
    *fresh = (struct leaf){.begin = leaf->begin + n_left,
                           .n = leaf->n - n_left,
                           .g = split.right_g,
                           .h = split.right_h,
                           .value = split.right_value,
                           .depth = leaf->depth + 1,
                           .sums = NONE,
                           .best = TR_GBDT_NO_SPLIT,
                           .link = &node->right};
    *leaf = (struct leaf){.begin = leaf->begin,
                          .n = n_left,
                          .g = split.left_g,
                          .h = split.left_h,
                          .value = split.left_value,
                          .depth = leaf->depth + 1,
                          .sums = NONE,
                          .best = TR_GBDT_NO_SPLIT,
                          .link = &node->left};
    g->nodes++;
    return g->leaves++;
}

static void plant(struct tr_gbdt_grower *g, size_t n, const uint32_t *row)
{
    double sum_g = 0.0, sum_h = 0.0;
    memcpy(g->row, row, n * sizeof *row);
    for (size_t i = 0; i < n; i++) {
        sum_g += (double)g->gradient[2 * (size_t)row[i]];
        sum_h += (double)g->gradient[2 * (size_t)row[i] + 1];
    }
    struct tr_gbdt_scan scan = tr_gbdt_scan_of(g->params, sum_g, sum_h, n);
    g->leaf[0] = (struct leaf){.n = n,
                               .g = sum_g,
                               .h = sum_h,
                               .value = tr_gbdt_leaf_value(&scan, sum_g, sum_h),
                               .sums = NONE,
                               .best = TR_GBDT_NO_SPLIT};
    g->leaves = 1;
    g->nodes = g->in_heap = 0;
    g->n_idle = g->pooled;
    for (size_t i = 0; i < g->pooled; i++)
        g->idle[i] = (int)i;
}

static enum tr_status branch(struct tr_gbdt_grower *g, struct tr_rng *rng, struct tr_error *err)
{
    enum tr_status status = search_alone(g, 0, rng, err);
    while (status == TR_OK && g->in_heap > 0 && g->leaves < g->max_leaves) {
        size_t at = heap_pop(g);
        struct leaf *leaf = &g->leaf[at];
        size_t n_left = partition(g, leaf, &leaf->best);
        int parent = leaf->sums;
        if (n_left == 0 || n_left == leaf->n) {
            /* the histogram told rows where there are none: rounding left in a cell by subtraction */
            give_back(g, &leaf->sums);
            continue;
        }
        size_t right = split_leaf(g, at, n_left);
        if (g->leaves < g->max_leaves)
            status = search_children(g, at, right, parent, rng, err);
    }
    return status;
}

static enum tr_status write_tree(const struct tr_gbdt_grower *g, struct tr_tree *out, struct tr_error *err)
{
    enum tr_status status = tr_tree_init(out, g->leaves, err);
    if (status != TR_OK)
        return status;
    for (size_t i = 0; i < g->nodes; i++) {
        const struct node *node = &g->node[i];
        const struct tr_gbdt_bins *bins = &g->binned->bins[node->split.feature];
        out->feature[i] = (int32_t)node->split.feature;
        out->flags[i] = (uint8_t)((node->split.default_left ? TR_NODE_DEFAULT_LEFT : 0) |
                                  (bins->missing == TR_GBDT_MISSING_ZERO  ? TR_NODE_MISSING_ZERO
                                   : bins->missing == TR_GBDT_MISSING_NAN ? TR_NODE_MISSING_NAN
                                                                          : 0));
        out->threshold[i] = tr_gbdt_bins_threshold(bins, node->split.bin);
        out->left[i] = node->left;
        out->right[i] = node->right;
        out->gain[i] = (double)(float)(node->split.gain + g->params->min_gain_to_split);
        out->inner_value[i] = node->value;
        out->inner_weight[i] = node->weight;
        out->inner_count[i] = (double)node->n;
    }
    for (size_t i = 0; i < g->leaves; i++) {
        out->leaf_value[i] = g->leaf[i].value;
        out->leaf_weight[i] = g->leaf[i].h;
        out->leaf_count[i] = (double)g->leaf[i].n;
    }
    return TR_OK;
}

enum tr_status tr_gbdt_grow(struct tr_gbdt_grower *grower, const float *gradient, size_t n, const uint32_t *row,
                            const bool *open, struct tr_rng *rng, struct tr_tree *out, struct tr_error *err)
{
    *out = (struct tr_tree){0};
    grower->gradient = gradient;
    grower->tree_open = open;
    plant(grower, n, row);
    enum tr_status status = branch(grower, rng, err);
    return status == TR_OK ? write_tree(grower, out, err) : status;
}

void tr_gbdt_grown_add(const struct tr_gbdt_grower *grower, const double *value, double *score)
{
    for (size_t i = 0; i < grower->leaves; i++) {
        const struct leaf *leaf = &grower->leaf[i];
        const uint32_t *row = grower->row + leaf->begin;
        for (size_t k = 0; k < leaf->n; k++)
            score[row[k]] += value[i];
    }
}

void tr_gbdt_grown_walk(const struct tr_gbdt_grower *grower, const struct tr_tree *tree, const uint8_t *column,
                        size_t stride, size_t n, const uint32_t *row, double *score)
{
    for (size_t i = 0; i < n; i++) {
        size_t r = row ? row[i] : i;
        int32_t at = grower->nodes > 0 ? 0 : NONE;
        while (at >= 0) {
            const struct node *node = &grower->node[at];
            const struct tr_gbdt_group *group = &grower->binned->group[node->split.used / TR_GBDT_LANES];
            int bin = column[node->split.used * stride + r];
            bool missing = bin == group->missing_bin[node->split.used % TR_GBDT_LANES];
            at = (missing ? node->split.default_left : (size_t)bin <= node->split.bin) ? node->left : node->right;
        }
        score[r] += tree->leaf_value[~at];
    }
}

static enum tr_status take_memory(struct tr_gbdt_grower *g, struct tr_error *err)
{
    size_t rows = g->binned->rows, slots = g->binned->groups * TR_GBDT_LANES;
    g->leaf = tr_alloc(g->max_leaves, sizeof *g->leaf);
    g->node = tr_alloc(g->max_leaves, sizeof *g->node);
    g->heap = tr_alloc(g->max_leaves, sizeof *g->heap);
    g->row = tr_alloc(rows, sizeof *g->row);
    g->spare = tr_alloc(rows, sizeof *g->spare);
    g->ordered = tr_alloc(rows, 2 * sizeof *g->ordered);
    g->pool = tr_alloc(g->pool_room, sizeof *g->pool);
    g->idle = tr_alloc(g->pool_room, sizeof *g->idle);
    g->allowed = tr_alloc(2 * slots, sizeof *g->allowed);
    g->draw = tr_alloc(slots, sizeof *g->draw);
    bool leaves = g->leaf && g->node && g->heap, all_rows = g->row && g->spare && g->ordered;
    return leaves && all_rows && g->pool && g->idle && g->allowed && g->draw ? TR_OK : tr_error_nomem(err);
}

enum tr_status tr_gbdt_grower_create(const struct tr_gbdt_binned *binned, const struct tr_gbdt_params *params,
                                     const struct tr_gbdt_scanner *scanner, size_t pool_bytes,
                                     struct tr_gbdt_grower **out, struct tr_error *err)
{
    *out = NULL;
    struct tr_gbdt_grower *g = tr_alloc_zero(1, sizeof *g);
    size_t *group_at = tr_alloc(binned->groups + 1, sizeof *group_at);
    if (!g || !group_at) {
        tr_free(g);
        tr_free(group_at);
        return tr_error_nomem(err);
    }
    group_at[0] = 0;
    for (size_t i = 0; i < binned->groups; i++)
        group_at[i + 1] = group_at[i] + binned->group[i].bins * CELL;
    g->binned = binned;
    g->params = params;
    g->search = (struct tr_gbdt_split_search){scanner ? scanner : tr_gbdt_scanner_best(), params, binned};
    g->max_leaves = params->num_leaves < binned->rows ? params->num_leaves : binned->rows;
    g->group_at = group_at;
    size_t fit = pool_bytes / (group_at[binned->groups] * sizeof(double) + 1);
    g->pool_room = fit < 2 ? 2 : fit < g->max_leaves + 1 ? fit : g->max_leaves + 1;
    enum tr_status status = take_memory(g, err);
    if (status == TR_OK)
        *out = g;
    else
        tr_gbdt_grower_destroy(g);
    return status;
}

void tr_gbdt_grower_destroy(struct tr_gbdt_grower *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->pooled; i++) {
        tr_free(g->pool[i].cells);
        tr_free(g->pool[i].open);
    }
    tr_free(g->leaf);
    tr_free(g->node);
    tr_free(g->heap);
    tr_free(g->row);
    tr_free(g->spare);
    tr_free(g->ordered);
    tr_free(g->group_at);
    tr_free(g->pool);
    tr_free(g->idle);
    tr_free(g->allowed);
    tr_free(g->draw);
    tr_free(g);
}
