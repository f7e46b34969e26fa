#include "engine/model/forest/code.h"

#include "base/alloc.h"
#include "base/order.h"
#include "engine/model/forest/cut.h"
#include "engine/model/forest/search.h"

/* How many of the feature's cuts lie below the value. */
static size_t rank(const struct tr_code_feature *feature, double value)
{
    size_t slice = 0;
    while (slice + 1 < feature->slices && tr_search_last(feature->table + slice * TR_SEARCH_TABLE) < value)
        slice++;
    return slice * TR_SEARCH_MAX + tr_search_below(feature->table + slice * TR_SEARCH_TABLE, value);
}

/* The thresholds of all nodes as cuts, feature after feature: start [features + 2], whose entry j then tells where
 * those of feature j begin; cut [nodes]. */
static void collect(const struct tr_forest *forest, size_t *start, double *cut)
{
    for (size_t t = 0; t < forest->n; t++)
        for (size_t i = 0; i + 1 < forest->tree[t].leaves; i++)
            start[(size_t)forest->tree[t].feature[i] + 2]++;
    for (size_t j = 0; j < forest->features; j++)
        start[j + 2] += start[j + 1];
    for (size_t t = 0; t < forest->n; t++)
        for (size_t i = 0; i + 1 < forest->tree[t].leaves; i++)
            cut[start[(size_t)forest->tree[t].feature[i] + 1]++] =
                tr_cut_of(forest->kind, forest->tree[t].threshold[i]);
}

/* Sorts and keeps each once; returns how many. */
static size_t sort_out(size_t n, double *cut)
{
    size_t kept = 0;
    tr_sort_doubles(n, cut);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || cut[kept - 1] < cut[i])
            cut[kept++] = cut[i];
    return kept;
}

static size_t slices_of(size_t cuts)
{
    return (cuts + TR_SEARCH_MAX - 1) / TR_SEARCH_MAX;
}

/* start and cut: as of collect. */
static enum tr_status make_tables(const struct tr_forest *forest, const size_t *start, double *cut,
                                  struct tr_code *code, struct tr_error *err)
{
    size_t doubles = 0;
    for (size_t j = 0; j < forest->features; j++) {
        code->features += start[j + 1] > start[j];
        doubles += slices_of(start[j + 1] - start[j]) * TR_SEARCH_TABLE;
    }
    code->own = tr_alloc(forest->features, sizeof *code->own);
    code->feature = tr_alloc_zero(code->features, sizeof *code->feature);
    code->entry = tr_alloc(code->features, sizeof *code->entry);
    code->table = tr_alloc(doubles, sizeof *code->table);
    if (!code->own || !code->feature || !code->entry || !code->table)
        return tr_error_nomem(err);
    double *table = code->table;
    struct tr_code_feature *feature = code->feature;
    for (size_t j = 0; j < forest->features; j++) {
        if (start[j + 1] == start[j])
            continue;
        code->own[j] = (uint32_t)(feature - code->feature);
        size_t cuts = sort_out(start[j + 1] - start[j], cut + start[j]);
        *feature++ = (struct tr_code_feature){(uint32_t)j, (uint32_t)cuts, slices_of(cuts), table, NULL, 0, 0, false};
        for (size_t k = 0; k < cuts; k += TR_SEARCH_MAX, table += TR_SEARCH_TABLE)
            tr_search_fill(cuts - k < TR_SEARCH_MAX ? cuts - k : TR_SEARCH_MAX, cut + start[j] + k, table);
    }
    return TR_OK;
}

static enum tr_status learn_cuts(const struct tr_forest *forest, struct tr_code *code, struct tr_error *err)
{
    size_t nodes = 0;
    for (size_t t = 0; t < forest->n; t++)
        nodes += forest->tree[t].leaves - 1;
    size_t *start = tr_alloc_zero(forest->features + 2, sizeof *start);
    double *cut = tr_alloc(nodes, sizeof *cut);
    enum tr_status status = TR_OK;
    if (start && cut) {
        collect(forest, start, cut);
        status = make_tables(forest, start, cut, code, err);
    } else
        status = tr_error_nomem(err);
    tr_free(start);
    tr_free(cut);
    return status;
}

/* The entry of a node in number. mark: the place of its cut in the slice. */
static size_t entry_of(const struct tr_code *code, const struct tr_tree *tree, size_t node, size_t *mark)
{
    uint32_t own = code->own[tree->feature[node]];
    const struct tr_code_feature *feature = &code->feature[own];
    size_t r = rank(feature, tr_cut_of(code->kind, tree->threshold[node]));
    *mark = r % TR_SEARCH_MAX;
    return code->entry[own] + tr_cut_missing(code->kind, tree->flags[node]) * feature->slices + r / TR_SEARCH_MAX;
}

static enum tr_status number_columns(const struct tr_forest *forest, struct tr_code *code, struct tr_error *err)
{
    size_t entries = 0, mark;
    for (size_t f = 0; f < code->features; f++) {
        code->entry[f] = entries;
        entries += TR_MISSING_KINDS * code->feature[f].slices;
    }
    code->number = tr_alloc_zero(entries, sizeof *code->number);
    if (!code->number)
        return tr_error_nomem(err);
    for (size_t t = 0; t < forest->n; t++)
        for (size_t i = 0; i + 1 < forest->tree[t].leaves; i++)
            code->number[entry_of(code, &forest->tree[t], i, &mark)] = 1;
    for (size_t e = 0; e < entries; e++)
        if (code->number[e])
            code->number[e] = (uint32_t)++code->columns;
    return TR_OK;
}

static struct tr_code_column describe(const struct tr_code_feature *feature, size_t slice, enum tr_missing missing)
{
    struct tr_code_column column = {.below = (uint32_t)(slice * TR_SEARCH_MAX)};
    bool left = missing == TR_MISSING_ZERO_LEFT || missing == TR_MISSING_NAN_LEFT;
    column.cuts = feature->cuts - column.below;
    if (column.cuts > TR_SEARCH_MAX)
        column.cuts = TR_SEARCH_MAX;
    column.zero_missing = missing == TR_MISSING_ZERO_LEFT || missing == TR_MISSING_ZERO_RIGHT;
    column.zero = (int8_t)((int)tr_search_below(feature->table + slice * TR_SEARCH_TABLE, 0.0) - 128);
    column.nan = missing == TR_MISSING_NONE ? column.zero : left ? INT8_MIN : INT8_MAX;
    if (column.zero_missing)
        column.zero = column.nan;
    return column;
}

static enum tr_status describe_all(struct tr_code *code, struct tr_error *err)
{
    uint32_t done = 0;
    code->column = tr_alloc(code->columns, sizeof *code->column);
    if (!code->column)
        return tr_error_nomem(err);
    for (size_t f = 0; f < code->features; f++) {
        struct tr_code_feature *feature = &code->feature[f];
        feature->column = code->column + done;
        feature->first = done;
        for (size_t e = 0; e < TR_MISSING_KINDS * feature->slices; e++) {
            if (!code->number[code->entry[f] + e])
                continue;
            code->column[done] = describe(feature, e % feature->slices, (enum tr_missing)(e / feature->slices));
            feature->zero_missing |= code->column[done++].zero_missing;
        }
        feature->columns = done - feature->first;
    }
    return TR_OK;
}

enum tr_status tr_code_create(const struct tr_forest *forest, size_t most, struct tr_code **out, struct tr_error *err)
{
    struct tr_code *code = *out = tr_alloc_zero(1, sizeof *code);
    if (!code)
        return tr_error_nomem(err);
    code->kind = forest->kind;
    enum tr_status status = learn_cuts(forest, code, err);
    if (status == TR_OK)
        status = number_columns(forest, code, err);
    if (status == TR_OK && code->columns > most)
        status = tr_error_set(err, TR_UNSUPPORTED, "%zu columns are needed, %zu are possible", code->columns, most);
    if (status == TR_OK)
        status = describe_all(code, err);
    if (status != TR_OK) {
        tr_code_destroy(code);
        *out = NULL;
    }
    return status;
}

void tr_code_destroy(struct tr_code *code)
{
    if (!code)
        return;
    tr_free(code->feature);
    tr_free(code->column);
    tr_free(code->table);
    tr_free(code->own);
    tr_free(code->entry);
    tr_free(code->number);
    tr_free(code);
}

struct tr_code_node tr_code_node(const struct tr_code *code, const struct tr_tree *tree, size_t node)
{
    size_t mark;
    uint32_t number = code->number[entry_of(code, tree, node, &mark)];
    return (struct tr_code_node){number - 1, (int8_t)((int)mark - 128)};
}
