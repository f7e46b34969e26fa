#include "engine/feature/smooth.h"

/* A chain takes inputs from row `from`, is seeded on row `seed` with their sum over `divisor`, and steps by weight. */
struct chain {
    size_t from, seed;
    double divisor, weight;
};

#define EMA(first, period)                                                                                             \
    {                                                                                                                  \
        (first), (first) + (period)-1, (period), 2.0 / ((period) + 1.0)                                                \
    }
#define WILDER(first, seed)                                                                                            \
    {                                                                                                                  \
        (first), (seed), 14.0, 1.0 / 14.0                                                                              \
    }

static const struct chain close_chains[TR_SMOOTH_LANES] = {EMA(0, 9),   EMA(0, 21), EMA(0, 50), EMA(0, 200),
                                                           EMA(14, 12), EMA(0, 26), EMA(0, 15), EMA(0, 15)};
static const struct chain move_chains[TR_SMOOTH_LANES] = {EMA(14, 15),   EMA(25, 9),    WILDER(1, 14), WILDER(1, 14),
                                                          WILDER(1, 14), WILDER(1, 13), WILDER(1, 13), WILDER(1, 13)};
static const struct chain adx_chain = WILDER(14, 27), trix_chain = EMA(28, 15);

/* One row of one chain, any row. */
static double chain_step(const struct chain *chain, size_t row, double level, double x)
{
    if (row < chain->from)
        return 0;
    if (row > chain->seed)
        return level + chain->weight * (x - level);
    return row < chain->seed ? level + x : (level + x) / chain->divisor;
}

/* Rows until all of 8 chains are seeded; returns how many of the block's rows these are. */
static size_t warm_up(const struct tr_block *block, const struct chain *chains, size_t last_seed, const double *x,
                      size_t x_stride, double *level, double *out, size_t lanes)
{
    size_t n = block->row > last_seed ? 0 : last_seed + 1 - block->row;
    n = n < block->n ? n : block->n;
    for (size_t i = 0; i < n; i++)
        for (size_t lane = 0; lane < lanes; lane++) {
            level[lane] = chain_step(&chains[lane], block->row + i, level[lane], x[lane * x_stride + i]);
            out[lane * TR_SERIES_STRIDE + i] = level[lane];
        }
    return n;
}

/* Rows i .. n - 1 of `lanes` seeded chains: lane k reads x + k * x_stride and writes out + k * TR_SERIES_STRIDE. */
static inline __attribute__((always_inline)) void step_lanes(size_t i, size_t n, const struct chain *chains,
                                                             const double *x, size_t x_stride, double *level,
                                                             double *restrict out, size_t lanes)
{
    double e[TR_SMOOTH_LANES], weight[TR_SMOOTH_LANES];
    for (size_t lane = 0; lane < lanes; lane++) {
        e[lane] = level[lane];
        weight[lane] = chains[lane].weight;
    }
    for (; i < n; i++)
        for (size_t lane = 0; lane < lanes; lane++) {
            e[lane] += weight[lane] * (x[lane * x_stride + i] - e[lane]);
            out[lane * TR_SERIES_STRIDE + i] = e[lane];
        }
    for (size_t lane = 0; lane < lanes; lane++)
        level[lane] = e[lane];
}

void tr_smooth_close(const struct tr_block *block)
{
    const double *x = tr_block_series(block, TR_S_CLOSE);
    double *out = tr_block_series(block, TR_S_EMA_9), *level = block->smooth->close;
    size_t i = warm_up(block, close_chains, 199, x, 0, level, out, 7);
    step_lanes(i, block->n, close_chains, x, 0, level, out, 7);
}

void tr_smooth_moves(const struct tr_block *block)
{
    const double *x = tr_block_series(block, TR_S_TRIX_1);
    double *out = tr_block_series(block, TR_S_TRIX_2), *level = block->smooth->moves;
    size_t i = warm_up(block, move_chains, 33, x, TR_SERIES_STRIDE, level, out, 8);
    step_lanes(i, block->n, move_chains, x, TR_SERIES_STRIDE, level, out, 8);
}

void tr_smooth_last(const struct tr_block *block, const double *dx, double *restrict adx)
{
    const double *trix_2 = tr_block_series(block, TR_S_TRIX_2);
    double *restrict trix_3 = tr_block_series(block, TR_S_TRIX_3);
    double e = block->smooth->adx, t = block->smooth->trix_3;
    double weight[TR_BLOCK], x[TR_BLOCK];
    for (size_t i = 0; i < block->n; i++) {
        weight[i] = isnan(dx[i]) ? 0.0 : adx_chain.weight;
        x[i] = isnan(dx[i]) ? 0.0 : dx[i];
    }
    size_t i = 0;
    for (; i < block->n && block->row + i <= trix_chain.seed; i++) {
        e = block->row + i > adx_chain.seed ? e + weight[i] * (x[i] - e)
                                            : chain_step(&adx_chain, block->row + i, e, x[i]);
        t = chain_step(&trix_chain, block->row + i, t, trix_2[i]);
        adx[i] = e;
        trix_3[i] = t;
    }
    for (; i < block->n; i++) {
        e += weight[i] * (x[i] - e);
        t += trix_chain.weight * (trix_2[i] - t);
        adx[i] = e;
        trix_3[i] = t;
    }
    block->smooth->adx = e;
    block->smooth->trix_3 = t;
}
