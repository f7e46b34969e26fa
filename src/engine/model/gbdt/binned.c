#include "engine/model/gbdt/binned.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <math.h>

enum { SAMPLE_STREAM = 3, PACK_ROWS = 1024 };

/* Rows for finding bins: all, or a random choice of `want` of them in their order (Knuth's algorithm S). */
static void choose_sample(size_t n, size_t want, uint64_t seed, size_t *row)
{
    struct tr_rng rng;
    tr_rng_init(&rng, seed, SAMPLE_STREAM);
    for (size_t i = 0, taken = 0; taken < want; i++)
        if (want == n || tr_rng_uniform(&rng) * (double)(n - i) < (double)(want - taken))
            row[taken++] = i;
}

static enum tr_status find_bins(struct tr_gbdt_binned *out, const struct tr_gbdt_params *params,
                                const struct tr_gbdt_rows *rows, struct tr_error *err)
{
    size_t n = rows->n < params->bin_construct_sample_cnt ? rows->n : params->bin_construct_sample_cnt;
    double share = (double)params->min_data_in_leaf * (double)n / (double)rows->n;
    struct tr_gbdt_bin_options options = {.max_bin = params->max_bin,
                                          .min_data_in_bin = params->min_data_in_bin,
                                          .use_missing = params->use_missing,
                                          .zero_as_missing = params->zero_as_missing,
                                          .filter = params->feature_pre_filter,
                                          .filter_count = (size_t)share};
    size_t *sample = tr_alloc(n, sizeof *sample), *count = tr_alloc(n + 1, sizeof *count);
    double *value = tr_alloc(n, sizeof *value), *distinct = tr_alloc(n + 1, sizeof *distinct);
    enum tr_status status = TR_OK;
    if (!sample || !count || !value || !distinct) {
        status = tr_error_nomem(err);
        goto out;
    }
    choose_sample(rows->n, n, params->seed, sample);
    for (size_t j = 0; j < out->cols; j++) {
        const double *column = tr_matrix_column(rows->x, rows->col[j]);
        for (size_t i = 0; i < n; i++)
            value[i] = column[rows->row[sample[i]]];
        tr_gbdt_bins_find(&options, n, value, distinct, count, &out->bins[j]);
    }
out:
    tr_free(distinct);
    tr_free(value);
    tr_free(count);
    tr_free(sample);
    return status;
}

static bool two_way(const struct tr_gbdt_bins *bins)
{
    return bins->missing != TR_GBDT_MISSING_NONE && bins->n > 2;
}

/* Columns alike stand together, so that a group is scanned no further than its lanes need. */
static bool stands_before(const struct tr_gbdt_bins *a, const struct tr_gbdt_bins *b)
{
    return two_way(a) != two_way(b) ? two_way(a) : a->n > b->n;
}

static void choose_columns(struct tr_gbdt_binned *out)
{
    for (size_t j = 0; j < out->cols; j++) {
        if (out->bins[j].trivial)
            continue;
        size_t at = out->used++;
        for (; at > 0 && stands_before(&out->bins[j], &out->bins[out->feature[at - 1]]); at--)
            out->feature[at] = out->feature[at - 1];
        out->feature[at] = j;
    }
    out->groups = (out->used + TR_GBDT_LANES - 1) / TR_GBDT_LANES;
}

static void describe_groups(struct tr_gbdt_binned *out)
{
    for (size_t u = 0; u < out->groups * TR_GBDT_LANES; u++) {
        struct tr_gbdt_group *group = &out->group[u / TR_GBDT_LANES];
        size_t lane = u % TR_GBDT_LANES;
        group->missing_bin[lane] = -1;
        if (u >= out->used)
            continue;
        const struct tr_gbdt_bins *bins = &out->bins[out->feature[u]];
        group->lanes = lane + 1;
        group->n_bins[lane] = bins->n;
        group->bins = bins->n > group->bins ? bins->n : group->bins;
        if (two_way(bins)) {
            group->missing_bin[lane] = bins->missing == TR_GBDT_MISSING_NAN ? (int)bins->n - 1 : bins->zero;
            group->any_missing = true;
        }
        group->nan_right[lane] = bins->missing == TR_GBDT_MISSING_NAN && bins->n == 2;
    }
}

/* tr_gbdt_bins_of for many values: halving without branches, in a table that is filled up to a power of 2. */
static void fill_column(const struct tr_gbdt_bins *bins, const struct tr_gbdt_rows *rows, const double *x,
                        uint8_t *column)
{
    double bound[TR_GBDT_BINS + 1];
    bool nan_apart = bins->missing == TR_GBDT_MISSING_NAN;
    size_t n = bins->n - nan_apart, width = 1;
    while (width < n)
        width *= 2;
    for (size_t b = 0; b < width; b++)
        bound[b] = b < n ? bins->upper[b] : (double)INFINITY;
    uint8_t of_nan = nan_apart ? (uint8_t)n : bins->zero;
    for (size_t i = 0; i < rows->n; i++) {
        double value = x[rows->row[i]];
        size_t low = 0;
        for (size_t half = width / 2; half > 0; half /= 2)
            low += value > bound[low + half - 1] ? half : 0;
        column[i] = isnan(value) ? of_nan : (uint8_t)low;
    }
}

static void fill_columns(const struct tr_gbdt_binned *like, const struct tr_gbdt_rows *rows, uint8_t *column)
{
    for (size_t u = 0; u < like->used; u++) {
        const double *x = tr_matrix_column(rows->x, rows->col[like->feature[u]]);
        fill_column(&like->bins[like->feature[u]], rows, x, column + u * rows->n);
    }
}

/* Blocks of rows, so that the eight columns stay in the cache while they are interleaved. */
static void pack(struct tr_gbdt_binned *out)
{
    for (size_t g = 0; g < out->groups; g++) {
        uint8_t *packed = out->packed + g * out->rows * TR_GBDT_LANES;
        const uint8_t *column = out->column + g * TR_GBDT_LANES * out->rows;
        out->group[g].packed = packed;
        for (size_t first = 0; first < out->rows; first += PACK_ROWS) {
            size_t end = first + PACK_ROWS < out->rows ? first + PACK_ROWS : out->rows;
            for (size_t lane = 0; lane < TR_GBDT_LANES; lane++)
                for (size_t i = first; i < end; i++)
                    packed[i * TR_GBDT_LANES + lane] = lane < out->group[g].lanes ? column[lane * out->rows + i] : 0;
        }
    }
}

enum tr_status tr_gbdt_binned_init(struct tr_gbdt_binned *out, const struct tr_gbdt_params *params,
                                   const struct tr_gbdt_rows *rows, struct tr_error *err)
{
    *out = (struct tr_gbdt_binned){.rows = rows->n, .cols = rows->cols};
    out->bins = tr_alloc(rows->cols, sizeof *out->bins);
    out->feature = tr_alloc(rows->cols, sizeof *out->feature);
    if (!out->bins || !out->feature)
        return tr_error_nomem(err);
    enum tr_status status = find_bins(out, params, rows, err);
    if (status != TR_OK)
        return status;
    choose_columns(out);
    out->group = tr_alloc_zero(out->groups, sizeof *out->group);
    out->column = tr_alloc(out->used, rows->n);
    out->packed = tr_alloc(out->groups * TR_GBDT_LANES, rows->n);
    if (!out->group || !out->column || !out->packed)
        return tr_error_nomem(err);
    describe_groups(out);
    fill_columns(out, rows, out->column);
    pack(out);
    return TR_OK;
}

void tr_gbdt_binned_finish(struct tr_gbdt_binned *binned)
{
    tr_free(binned->bins);
    tr_free(binned->feature);
    tr_free(binned->column);
    tr_free(binned->packed);
    tr_free(binned->group);
    *binned = (struct tr_gbdt_binned){0};
}

enum tr_status tr_gbdt_binned_other(const struct tr_gbdt_binned *like, const struct tr_gbdt_rows *rows,
                                    uint8_t **column, struct tr_error *err)
{
    *column = tr_alloc(like->used, rows->n);
    if (!*column)
        return tr_error_nomem(err);
    fill_columns(like, rows, *column);
    return TR_OK;
}
