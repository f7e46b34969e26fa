#include "engine/model/forest/predict.h"

#include "base/alloc.h"
#include "engine/model/forest/block.h"
#include "engine/model/forest/link.h"
#include "engine/model/forest/nodes.h"
#include "engine/model/forest/walk.h"

/* From so many rows on a block that is not full still wins over single rows. */
enum { BLOCK_FROM = 48 };

/* Rows go one by one through `nodes` and many at once through `block`; what does not fit in these takes `walk`. */
struct tr_predictor {
    struct tr_link link;
    size_t features, trees;
    struct tr_code *code;   /* NULL: too many columns */
    struct tr_nodes *nodes; /* NULL: no code, or a tree is too large */
    struct tr_block *block; /* NULL: no code, or a tree is too large */
    const struct tr_kernel *kernel;
    struct tr_walk *walk; /* NULL: nodes are there */
};

/* TR_UNSUPPORTED from one of the layouts means that another must do. */
static enum tr_status lay_out(const struct tr_forest *forest, struct tr_predictor *p, struct tr_error *err)
{
    enum tr_status status = tr_code_create(forest, TR_NODES_COLUMNS, &p->code, err);
    if (status == TR_OK)
        status = tr_nodes_create(forest, p->code, &p->nodes, err);
    if (status == TR_OK)
        status = tr_block_create(forest, p->code, &p->block, err);
    if (status == TR_UNSUPPORTED && !p->nodes)
        status = tr_walk_create(forest, &p->walk, err);
    return status == TR_UNSUPPORTED ? TR_OK : status;
}

enum tr_status tr_predictor_create(const struct tr_forest *forest, struct tr_predictor **out, struct tr_error *err)
{
    struct tr_predictor *predictor = *out = tr_alloc_zero(1, sizeof *predictor);
    if (!predictor)
        return tr_error_nomem(err);
    predictor->link = tr_link_of(forest);
    predictor->features = forest->features;
    predictor->trees = forest->n;
    predictor->kernel = tr_kernel_best();
    enum tr_status status = lay_out(forest, predictor, err);
    if (status != TR_OK) {
        tr_predictor_destroy(predictor);
        *out = NULL;
    }
    return status;
}

void tr_predictor_destroy(struct tr_predictor *predictor)
{
    if (!predictor)
        return;
    tr_code_destroy(predictor->code);
    tr_nodes_destroy(predictor->nodes);
    tr_block_destroy(predictor->block);
    tr_walk_destroy(predictor->walk);
    tr_free(predictor);
}

size_t tr_predictor_features(const struct tr_predictor *predictor)
{
    return predictor->features;
}

size_t tr_predictor_classes(const struct tr_predictor *predictor)
{
    return predictor->link.classes;
}

/* n rows side by side */
static void begin(const struct tr_link *link, size_t n, double *margin)
{
    for (size_t c = 0; c < n * link->classes; c++)
        margin[c] = link->base_margin;
}

static void walk_all(const struct tr_predictor *predictor, const double *x, double *margin)
{
    bool floats = predictor->link.kind == TR_FOREST_XGBOOST;
    for (size_t t = 0, c = 0; t < predictor->trees; t++) {
        double leaf = tr_walk_leaf(predictor->walk, t, x);
        margin[c] = floats ? (double)((float)margin[c] + (float)leaf) : margin[c] + leaf;
        c = c + 1 < predictor->link.classes ? c + 1 : 0;
    }
}

void tr_predict_row(const struct tr_predictor *predictor, const double *x, bool raw, double *out)
{
    int8_t codes[TR_NODES_COLUMNS];
    begin(&predictor->link, 1, out);
    if (predictor->nodes) {
        predictor->kernel->code_row(predictor->code, x, codes);
        tr_nodes_add(predictor->nodes, codes, out);
    } else
        walk_all(predictor, x, out);
    if (!raw)
        tr_link_apply(&predictor->link, out);
}

static enum tr_status one_by_one(const struct tr_predictor *predictor, const struct tr_matrix *x, size_t n,
                                 const size_t *row, const size_t *col, double *out, struct tr_error *err)
{
    double *values = tr_alloc(predictor->features, sizeof *values);
    if (!values)
        return tr_error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < predictor->features; j++)
            values[j] = tr_matrix_at(x, row ? row[i] : i, col ? col[j] : j);
        tr_predict_row(predictor, values, true, out + i * predictor->link.classes);
    }
    tr_free(values);
    return TR_OK;
}

static enum tr_status in_blocks(const struct tr_predictor *predictor, const struct tr_matrix *x, size_t n,
                                const size_t *row, const size_t *col, double *out, struct tr_error *err)
{
    size_t classes = predictor->link.classes;
    int8_t *codes = tr_alloc_zero(predictor->code->columns, TR_CODE_BLOCK);
    if (!codes)
        return tr_error_nomem(err);
    begin(&predictor->link, n, out);
    for (size_t i = 0; i < n; i += TR_CODE_BLOCK) {
        size_t count = n - i < TR_CODE_BLOCK ? n - i : TR_CODE_BLOCK;
        struct tr_kernel_rows rows = {x, row, col, i, count};
        predictor->kernel->code_block(predictor->code, &rows, codes);
        tr_block_add(predictor->block, predictor->kernel, codes, count, out + i * classes);
    }
    tr_free(codes);
    return TR_OK;
}

enum tr_status tr_predict(const struct tr_predictor *predictor, const struct tr_matrix *x, size_t n, const size_t *row,
                          const size_t *col, bool raw, double *out, struct tr_error *err)
{
    bool blocks = predictor->block && n >= BLOCK_FROM;
    enum tr_status status = (blocks ? in_blocks : one_by_one)(predictor, x, n, row, col, out, err);
    for (size_t i = 0; i < n && status == TR_OK && !raw; i++)
        tr_link_apply(&predictor->link, out + i * predictor->link.classes);
    return status;
}
