#include "engine/dataset/dataset.h"

#include "base/alloc.h"
#include "base/span.h"
#include "engine/market/gaps.h"

#include <assert.h>
#include <math.h>

enum tr_status tr_dataset_init(struct tr_dataset *set, const struct tr_bars *bars, const struct tr_matrix *features,
                               struct tr_error *err)
{
    assert(features->rows == bars->n && features->cols == TR_FEATURE_COLUMNS);
    *set = (struct tr_dataset){.bars = bars};
    set->inputs = tr_matrix_view(features, 0, bars->n, TR_FEATURE_OVERLAYS, TR_FEATURE_INPUTS);
    set->ready = tr_alloc(bars->n, sizeof *set->ready);
    if (!set->ready)
        return tr_error_nomem(err);
    for (size_t start = 0; start < bars->n;) {
        size_t end = tr_segment_end(bars, start);
        for (size_t row = start; row < end; row++)
            set->ready[row] = row - start >= TR_FEATURE_WARMUP_ROWS;
        start = end;
    }
    return TR_OK;
}

void tr_dataset_finish(struct tr_dataset *set)
{
    tr_free(set->ready);
    *set = (struct tr_dataset){0};
}

/* The ready rows of [from, to), with a label where target is given. row may be NULL: counts only. */
static size_t list_rows(const struct tr_dataset *set, const struct tr_target *target, tr_time_ms from, tr_time_ms to,
                        size_t *row)
{
    size_t n = 0, end = tr_bars_find(set->bars, to);
    for (size_t t = tr_bars_find(set->bars, from); t < end; t++) {
        if (!set->ready[t] || (target && target->y[t] < 0))
            continue;
        if (row)
            row[n] = t;
        n++;
    }
    return n;
}

enum tr_status tr_dataset_rows(const struct tr_dataset *set, tr_time_ms from, tr_time_ms to, struct tr_sample *out,
                               struct tr_error *err)
{
    *out = (struct tr_sample){.n = list_rows(set, NULL, from, to, NULL)};
    out->row = tr_alloc(out->n, sizeof *out->row);
    if (!out->row)
        return tr_error_nomem(err);
    list_rows(set, NULL, from, to, out->row);
    return TR_OK;
}

/* weight = average uniqueness of rows row+1 .. row+span, scaled so that the weights add up to n. Row numbers serve as
 * the axis: a label exists only where the bars it spans are consecutive. */
static enum tr_status weigh(const struct tr_target *target, struct tr_sample *sample, struct tr_error *err)
{
    size_t n = sample->n;
    enum tr_status status = TR_OK;
    size_t *first = tr_alloc(n, sizeof *first), *last = tr_alloc(n, sizeof *last);
    if (!first || !last) {
        status = tr_error_nomem(err);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        first[i] = sample->row[i] + 1;
        last[i] = sample->row[i] + target->span[sample->row[i]];
    }
    status = tr_span_uniqueness(n, first, last, sample->weight, err);
    if (status)
        goto out;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += sample->weight[i];
    sample->effective = sum;
    for (size_t i = 0; i < n; i++)
        sample->weight[i] *= (double)n / sum;
out:
    tr_free(last);
    tr_free(first);
    return status;
}

enum tr_status tr_dataset_sample(const struct tr_dataset *set, const struct tr_target *target, tr_time_ms from,
                                 tr_time_ms to, struct tr_sample *out, struct tr_error *err)
{
    *out = (struct tr_sample){.n = list_rows(set, target, from, to, NULL)};
    enum tr_status status = TR_OK;
    out->row = tr_alloc(out->n, sizeof *out->row);
    out->y = tr_alloc(out->n, sizeof *out->y);
    out->weight = tr_alloc(out->n, sizeof *out->weight);
    if (!out->row || !out->y || !out->weight) {
        status = tr_error_nomem(err);
        goto out;
    }
    list_rows(set, target, from, to, out->row);
    for (size_t i = 0; i < out->n; i++)
        out->y[i] = target->y[out->row[i]];
    if (out->n > 0)
        status = weigh(target, out, err);
out:
    if (status)
        tr_sample_finish(out);
    return status;
}

void tr_sample_finish(struct tr_sample *sample)
{
    tr_free(sample->weight);
    tr_free(sample->y);
    tr_free(sample->row);
    *sample = (struct tr_sample){0};
}

/* How many of the sample's rows begin .. end - 1 have a value in this column. */
static size_t count_values(const double *column, const size_t *row, size_t begin, size_t end)
{
    size_t values = 0;
    for (size_t i = begin; i < end; i++)
        values += isnan(column[row[i]]) ? 0 : 1;
    return values;
}

enum { PARTS = 10 };

/* A column that exists only in some part of the window is a date in disguise. */
static bool filled_throughout(const double *column, const struct tr_sample *sample, double min_share)
{
    for (size_t part = 0; part < PARTS; part++) {
        size_t begin = part * sample->n / PARTS, end = (part + 1) * sample->n / PARTS;
        double needed = min_share * (double)(end - begin);
        if ((double)count_values(column, sample->row, begin, end) < needed - 1e-9)
            return false;
    }
    return true;
}

static bool has_value(const double *column, const struct tr_sample *sample)
{
    for (size_t i = 0; i < sample->n; i++)
        if (!isnan(column[sample->row[i]]))
            return true;
    return false;
}

size_t tr_dataset_columns(const struct tr_dataset *set, const struct tr_sample *sample, double min_share, size_t *col)
{
    size_t kept = 0;
    for (size_t input = 0; input < TR_FEATURE_INPUTS; input++) {
        const double *column = tr_matrix_column(&set->inputs, input);
        bool recorded = tr_feature_info(TR_FEATURE_OVERLAYS + input)->recorded;
        if (has_value(column, sample) && (!recorded || filled_throughout(column, sample, min_share)))
            col[kept++] = input;
    }
    return kept;
}
