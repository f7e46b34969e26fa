#include "engine/score/pbo.h"

#include "base/alloc.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define CONSTANT_BELOW 1e-12 /* variance over mean square */

/* All that the choices share. Block sums stand block by block, so that one choice adds rows of neighbours. */
struct work {
    size_t variants, blocks, block_rows;
    double *sum, *square;         /* [blocks x variants]: of the returns, and of their squares */
    double *total, *total_square; /* [variants], of one half */
    double *ratio[2];             /* [variants] in the sample and in the test */
    size_t *count;                /* [2 variants + 1] choices by twice the rank */
};

/* What the choices add up to. */
struct tally {
    size_t losses, pairs;
    double sum_in, sum_out, sum_in_in, sum_in_out;
};

static enum tr_status check(const struct tr_matrix *m, size_t blocks, struct tr_error *err)
{
    if (m->cols < 2)
        return tr_error_set(err, TR_INVALID, "overfitting needs at least 2 variants, not %zu", m->cols);
    if (blocks < 2 || blocks > TR_PBO_MOST_BLOCKS || blocks % 2)
        return tr_error_set(err, TR_INVALID, "%zu blocks are not an even number up to %d", blocks, TR_PBO_MOST_BLOCKS);
    if (m->rows < (size_t)2 * TR_PBO_BLOCK_ROWS)
        return tr_error_set(err, TR_INVALID, "overfitting needs at least %d periods, not %zu", 2 * TR_PBO_BLOCK_ROWS,
                            m->rows);
    for (size_t c = 0; c < m->cols; c++)
        for (size_t r = 0; r < m->rows; r++)
            if (!isfinite(tr_matrix_at(m, r, c)))
                return tr_error_set(err, TR_INVALID, "the return in row %zu of variant %zu is not a finite number", r,
                                    c);
    return TR_OK;
}

static void sum_blocks(const struct tr_matrix *m, const struct work *w)
{
    size_t dropped = m->rows % w->blocks;
    for (size_t c = 0; c < w->variants; c++) {
        const double *x = tr_matrix_column(m, c) + dropped;
        for (size_t b = 0; b < w->blocks; b++) {
            double sum = 0.0, square = 0.0;
            for (size_t r = 0; r < w->block_rows; r++, x++) {
                sum += *x;
                square += *x * *x;
            }
            w->sum[b * w->variants + c] = sum;
            w->square[b * w->variants + c] = square;
        }
    }
}

static double ratio_of(double n, double sum, double square)
{
    double mean = sum / n, variance = (square - sum * mean) / (n - 1.0);
    if (variance > CONSTANT_BELOW * (square / n))
        return mean / sqrt(variance);
    return mean == 0.0 ? 0.0 : copysign(HUGE_VAL, mean);
}

/* Sharpe ratios over the blocks whose bits are set. */
static void measure_half(const struct work *w, uint32_t chosen, double *ratio)
{
    memset(w->total, 0, w->variants * sizeof *w->total);
    memset(w->total_square, 0, w->variants * sizeof *w->total_square);
    for (size_t b = 0; b < w->blocks; b++) {
        if (!(chosen >> b & 1))
            continue;
        const double *sum = w->sum + b * w->variants, *square = w->square + b * w->variants;
        for (size_t c = 0; c < w->variants; c++) {
            w->total[c] += sum[c];
            w->total_square[c] += square[c];
        }
    }
    const size_t rows = w->blocks / 2 * w->block_rows;
    const double n = (double)rows;
    for (size_t c = 0; c < w->variants; c++)
        ratio[c] = ratio_of(n, w->total[c], w->total_square[c]);
}

static void tally_choice(const struct work *w, const double *in, const double *out, struct tally *t)
{
    size_t best = 0, twice_rank = 1; /* ranks of ties are averaged: halves */
    for (size_t c = 1; c < w->variants; c++)
        if (in[c] > in[best])
            best = c;
    for (size_t c = 0; c < w->variants; c++)
        twice_rank += out[c] < out[best] ? 2 : out[c] == out[best] ? 1 : 0;
    w->count[twice_rank]++;
    t->losses += out[best] < 0.0;
    if (isfinite(in[best]) && isfinite(out[best])) {
        t->pairs++;
        t->sum_in += in[best];
        t->sum_out += out[best];
        t->sum_in_in += in[best] * in[best];
        t->sum_in_out += in[best] * out[best];
    }
}

/* The next larger number with as many bits set (Gosper). */
static uint32_t next_choice(uint32_t x)
{
    assert(x > 0);
    uint32_t low = x & (~x + 1), carried = x + low;
    return carried | ((x ^ carried) / low) >> 2;
}

static double lambda_of(size_t twice_rank, size_t variants)
{
    double share = 0.5 * (double)twice_rank / (double)(variants + 1);
    return log(share / (1.0 - share));
}

/* The k-th smallest lambda, from 0. */
static double lambda_at(const struct work *w, size_t k)
{
    size_t seen = 0, twice_rank = 0;
    while (seen <= k)
        seen += w->count[++twice_rank];
    return lambda_of(twice_rank, w->variants);
}

static void conclude(const struct work *w, const struct tally *t, struct tr_pbo *out)
{
    size_t overfit = 0;
    for (size_t twice_rank = 1; twice_rank <= w->variants + 1; twice_rank++) /* w <= 1/2 */
        overfit += w->count[twice_rank];
    double choices = (double)out->choices, pairs = (double)t->pairs;
    out->pbo = (double)overfit / choices;
    out->loss_share = (double)t->losses / choices;
    out->median_lambda = 0.5 * (lambda_at(w, out->choices / 2 - 1) + lambda_at(w, out->choices / 2));
    double spread = t->sum_in_in - t->sum_in * t->sum_in / pairs;
    double shared = t->sum_in_out - t->sum_in * t->sum_out / pairs;
    out->slope = spread > CONSTANT_BELOW * t->sum_in_in ? shared / spread : (double)NAN;
}

static void try_choices(const struct work *w, struct tr_pbo *out)
{
    struct tally t = {0};
    const uint32_t all = (UINT32_C(1) << w->blocks) - 1;
    /* A half and the other one are each other's test: the choices without the last block give both. */
    for (uint32_t in = (UINT32_C(1) << w->blocks / 2) - 1; !(in >> (w->blocks - 1)); in = next_choice(in)) {
        measure_half(w, in, w->ratio[0]);
        measure_half(w, all & ~in, w->ratio[1]);
        tally_choice(w, w->ratio[0], w->ratio[1], &t);
        tally_choice(w, w->ratio[1], w->ratio[0], &t);
        out->choices += 2;
    }
    conclude(w, &t, out);
}

enum tr_status tr_pbo_estimate(const struct tr_matrix *m, size_t blocks, struct tr_pbo *out, struct tr_error *err)
{
    const double unknown = (double)NAN;
    *out = (struct tr_pbo){0, 0, 0, unknown, unknown, unknown, unknown};
    enum tr_status status = check(m, blocks, err);
    if (status != TR_OK)
        return status;
    const size_t most = m->rows / TR_PBO_BLOCK_ROWS / 2 * 2;
    blocks = blocks < most ? blocks : most;
    const size_t n = m->cols;
    struct work w = {.variants = n, .blocks = blocks, .block_rows = m->rows / blocks};
    double *numbers = tr_alloc(2 * blocks + 4, n * sizeof *numbers);
    w.count = tr_alloc_zero(2 * n + 1, sizeof *w.count);
    if (!numbers || !w.count) {
        status = tr_error_nomem(err);
        goto out;
    }
    w.sum = numbers;
    w.square = w.sum + blocks * n;
    w.total = w.square + blocks * n;
    w.total_square = w.total + n;
    w.ratio[0] = w.total_square + n;
    w.ratio[1] = w.ratio[0] + n;
    sum_blocks(m, &w);
    out->blocks = blocks;
    out->block_rows = w.block_rows;
    try_choices(&w, out);
out:
    tr_free(w.count);
    tr_free(numbers);
    return status;
}
