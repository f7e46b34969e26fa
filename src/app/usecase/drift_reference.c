#include "app/usecase/drift_reference.h"

#include "base/alloc.h"

#include <math.h>
#include <string.h>

/* Into how many blocks a window of n rows is cut. */
static size_t blocks_of(size_t n, enum tr_timeframe timeframe)
{
    size_t block = (size_t)(TR_DRIFT_BLOCK_DAYS * TR_DAY_MS / tr_timeframe_ms(timeframe)), blocks;
    if (block < TR_DRIFT_BLOCK_BARS)
        block = TR_DRIFT_BLOCK_BARS;
    blocks = (n + block / 2) / block;
    if (blocks < 2)
        blocks = n / TR_DRIFT_SMALL_BLOCK;
    if (blocks < 2)
        blocks = 2;
    return blocks <= n ? blocks : 0;
}

static enum tr_status measure_inputs(const struct tr_run *run, const struct tr_sample *window,
                                     struct tr_drift_reference *out, struct tr_error *err)
{
    size_t blocks = blocks_of(window->n, out->timeframe);
    double *values = tr_alloc(window->n, sizeof *values);
    enum tr_status status = TR_OK;
    out->input = tr_alloc_zero(TR_FEATURE_INPUTS, sizeof *out->input);
    if (!values || !out->input) {
        status = tr_error_nomem(err);
        goto out;
    }
    for (size_t j = 0; j < TR_FEATURE_INPUTS && status == TR_OK; j++) {
        const double *column = tr_matrix_column(&run->study.set.inputs, j);
        bool used = false;
        for (int side = 0; side < TR_SIDE_COUNT; side++)
            used = used || (out->head[side].trained && run->newest.walk.fit[side]->used[j]);
        if (!used)
            continue;
        for (size_t i = 0; i < window->n; i++)
            values[i] = column[window->row[i]];
        out->input[out->inputs].input = j;
        status = tr_drift_shape_make(window->n, values, blocks, &out->input[out->inputs++].shape, err);
    }
out:
    tr_free(values);
    return status;
}

static enum tr_status measure_heads(const struct tr_run *run, struct tr_drift_reference *out, struct tr_error *err)
{
    enum tr_status status = TR_OK;
    for (int side = 0; side < TR_SIDE_COUNT && status == TR_OK; side++) {
        const struct tr_walk_fit *fit = run->newest.walk.fit[side];
        struct tr_drift_reference_head *head = &out->head[side];
        head->trained = run->recipe.side[side] && fit->trained;
        if (!head->trained)
            continue;
        memcpy(head->importance, fit->gain, sizeof head->importance);
        status = tr_drift_shape_make(fit->reference_rows, fit->reference_score,
                                     blocks_of(fit->reference_rows, out->timeframe), &head->score, err);
    }
    return status;
}

enum tr_status tr_drift_reference_measure(const struct tr_run *run, struct tr_drift_reference *out,
                                          struct tr_error *err)
{
    struct tr_sample window;
    enum tr_status status;
    *out = (struct tr_drift_reference){
        .timeframe = run->key.timeframe, .from = run->newest.fold.train_from, .to = run->newest.fold.train_to};
    status = tr_dataset_rows(&run->study.set, out->from, out->to, &window, err);
    if (status != TR_OK)
        return status;
    out->rows = window.n;
    status = measure_heads(run, out, err);
    if (status == TR_OK && (out->head[TR_LONG].trained || out->head[TR_SHORT].trained))
        status = measure_inputs(run, &window, out, err);
    tr_sample_finish(&window);
    return status;
}

enum tr_status tr_drift_reference_make(const struct tr_run *run, struct tr_buf *text, struct tr_error *err)
{
    struct tr_drift_reference reference;
    enum tr_status status = tr_drift_reference_measure(run, &reference, err);
    if (status == TR_OK) {
        tr_drift_reference_write(&reference, text);
        status = tr_buf_status(text, err);
    }
    tr_drift_reference_finish(&reference);
    return status;
}

void tr_drift_reference_finish(struct tr_drift_reference *reference)
{
    tr_free(reference->input);
    memset(reference, 0, sizeof *reference);
}
