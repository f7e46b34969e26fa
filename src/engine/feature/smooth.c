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

/* In the order of enum tr_series from EMA_9 on. */
static const struct chain chains[TR_SMOOTH_CHAINS] = {
    EMA(0, 9),  EMA(0, 21),    EMA(0, 50),    EMA(0, 200),   EMA(14, 12),   EMA(0, 26),    EMA(0, 15),    EMA(14, 15),
    EMA(25, 9), WILDER(1, 14), WILDER(1, 14), WILDER(1, 14), WILDER(1, 13), WILDER(1, 13), WILDER(1, 13), EMA(28, 15),
};
static const struct chain adx_chain = WILDER(14, 27);
#define CHAIN(series) ((size_t)(TR_S_##series) - (size_t)TR_S_EMA_9)

/* One row of one chain, any row. */
static double chain_step(const struct chain *chain, size_t row, double level, double x)
{
    if (row < chain->from)
        return 0;
    if (row > chain->seed)
        return level + chain->weight * (x - level);
    return row < chain->seed ? level + x : (level + x) / chain->divisor;
}

/* Row i of the block while not all chains are seeded. A chain that reads another's newest level stands behind it. */
static void warm_up_row(const struct tr_block *block, size_t i)
{
    static const enum tr_series input[TR_SMOOTH_CHAINS] = {
        TR_S_CLOSE, TR_S_CLOSE, TR_S_CLOSE, TR_S_CLOSE,      TR_S_CLOSE,      TR_S_CLOSE,   TR_S_CLOSE,    TR_S_TRIX_1,
        TR_S_MACD,  TR_S_UP,    TR_S_DOWN,  TR_S_TRUE_RANGE, TR_S_TRUE_RANGE, TR_S_PLUS_DM, TR_S_MINUS_DM, TR_S_TRIX_2,
    };
    double *level = block->smooth->level;
    for (size_t k = 0; k < TR_SMOOTH_CHAINS; k++) {
        double x = tr_block_series(block, input[k])[i];
        level[k] = chain_step(&chains[k], block->row + i, level[k], x);
        tr_block_series(block, (enum tr_series)(TR_S_EMA_9 + k))[i] = level[k];
        if (k == CHAIN(SLOW))
            tr_block_series(block, TR_S_MACD)[i] = level[CHAIN(FAST)] - level[CHAIN(SLOW)];
    }
}

/* Two chains side by side. */
typedef double pair __attribute__((vector_size(16)));

static inline pair load_levels(const struct tr_block *block, size_t chain)
{
    return (pair){block->smooth->level[chain], block->smooth->level[chain + 1]};
}

static inline pair load_weights(size_t chain)
{
    return (pair){chains[chain].weight, chains[chain + 1].weight};
}

static inline void save(const struct tr_block *block, size_t chain, pair level)
{
    block->smooth->level[chain] = level[0];
    block->smooth->level[chain + 1] = level[1];
}

static inline pair step(pair level, pair weight, pair x)
{
    return level + weight * (x - level);
}

/* Writes row i of two neighbouring series. */
static inline void put(double *out, size_t chain, size_t i, pair level)
{
    out[chain * TR_SERIES_STRIDE + i] = level[0];
    out[(chain + 1) * TR_SERIES_STRIDE + i] = level[1];
}

/* All chains in one pass: each waits for its own last step only. */
static void step_rows(const struct tr_block *block, size_t i, size_t end)
{
    const double *close = tr_block_series(block, TR_S_CLOSE), *up = tr_block_series(block, TR_S_UP);
    double *restrict out = tr_block_series(block, TR_S_EMA_9), *restrict macd = tr_block_series(block, TR_S_MACD);
    pair ema_9 = load_levels(block, CHAIN(EMA_9)), ema_50 = load_levels(block, CHAIN(EMA_50));
    pair fast = load_levels(block, CHAIN(FAST)), second = load_levels(block, CHAIN(TRIX_2));
    pair mean_up = load_levels(block, CHAIN(MEAN_UP)), range = load_levels(block, CHAIN(ATR));
    pair direction = load_levels(block, CHAIN(MEAN_PLUS_DM));
    const pair w_9 = load_weights(CHAIN(EMA_9)), w_50 = load_weights(CHAIN(EMA_50)), w_fast = load_weights(CHAIN(FAST));
    const pair w_second = load_weights(CHAIN(TRIX_2)), w_wilder = load_weights(CHAIN(MEAN_UP));
    const double w_trix = chains[CHAIN(TRIX_1)].weight;
    double trix_1 = block->smooth->level[CHAIN(TRIX_1)], trix_3 = block->smooth->level[CHAIN(TRIX_3)];
    for (; i < end; i++) {
        const double *move = up + i; /* UP, DOWN, TRUE_RANGE, PLUS_DM, MINUS_DM */
        pair c = {close[i], close[i]};
        ema_9 = step(ema_9, w_9, c);
        ema_50 = step(ema_50, w_50, c);
        fast = step(fast, w_fast, c);
        trix_1 += w_trix * (close[i] - trix_1);
        macd[i] = fast[0] - fast[1];
        second = step(second, w_second, (pair){trix_1, fast[0] - fast[1]});
        trix_3 += w_trix * (second[0] - trix_3);
        mean_up = step(mean_up, w_wilder, (pair){move[0], move[TR_SERIES_STRIDE]});
        range = step(range, w_wilder, (pair){move[2 * TR_SERIES_STRIDE], move[2 * TR_SERIES_STRIDE]});
        direction = step(direction, w_wilder, (pair){move[3 * TR_SERIES_STRIDE], move[4 * TR_SERIES_STRIDE]});
        put(out, CHAIN(EMA_9), i, ema_9);
        put(out, CHAIN(EMA_50), i, ema_50);
        put(out, CHAIN(FAST), i, fast);
        out[CHAIN(TRIX_1) * TR_SERIES_STRIDE + i] = trix_1;
        put(out, CHAIN(TRIX_2), i, second);
        put(out, CHAIN(MEAN_UP), i, mean_up);
        put(out, CHAIN(ATR), i, range);
        put(out, CHAIN(MEAN_PLUS_DM), i, direction);
        out[CHAIN(TRIX_3) * TR_SERIES_STRIDE + i] = trix_3;
    }
    save(block, CHAIN(EMA_9), ema_9);
    save(block, CHAIN(EMA_50), ema_50);
    save(block, CHAIN(FAST), fast);
    save(block, CHAIN(TRIX_2), second);
    save(block, CHAIN(MEAN_UP), mean_up);
    save(block, CHAIN(ATR), range);
    save(block, CHAIN(MEAN_PLUS_DM), direction);
    block->smooth->level[CHAIN(TRIX_1)] = trix_1;
    block->smooth->level[CHAIN(TRIX_3)] = trix_3;
}

static size_t rows_up_to(const struct tr_block *block, size_t last_row)
{
    size_t rows = block->row > last_row ? 0 : last_row + 1 - block->row;
    return rows < block->n ? rows : block->n;
}

/* The last chains to be seeded are EMA 50 and then EMA 200; the rows between their seeds take the common step, and its
 * sum is put back afterwards. */
void tr_smooth_averages(const struct tr_block *block)
{
    size_t seeded = rows_up_to(block, chains[CHAIN(EMA_50)].seed),
           all_seeded = rows_up_to(block, chains[CHAIN(EMA_200)].seed);
    for (size_t i = 0; i < seeded; i++)
        warm_up_row(block, i);
    if (seeded < all_seeded) {
        double *ema_200 = tr_block_series(block, TR_S_EMA_200), level = block->smooth->level[CHAIN(EMA_200)];
        step_rows(block, seeded, all_seeded);
        for (size_t i = seeded; i < all_seeded; i++)
            ema_200[i] = level =
                chain_step(&chains[CHAIN(EMA_200)], block->row + i, level, tr_block_series(block, TR_S_CLOSE)[i]);
        block->smooth->level[CHAIN(EMA_200)] = level;
    }
    if (all_seeded < block->n)
        step_rows(block, all_seeded, block->n);
}

void tr_smooth_adx(const struct tr_block *block, const double *dx, double *restrict adx)
{
    double e = block->smooth->adx, weight[TR_BLOCK], x[TR_BLOCK];
    size_t i = 0;
    for (size_t k = 0; k < block->n; k++) {
        weight[k] = isnan(dx[k]) ? 0.0 : adx_chain.weight;
        x[k] = isnan(dx[k]) ? 0.0 : dx[k];
    }
    for (; i < block->n && block->row + i <= adx_chain.seed; i++)
        adx[i] = e = chain_step(&adx_chain, block->row + i, e, x[i]);
    for (; i < block->n; i++)
        adx[i] = e += weight[i] * (x[i] - e);
    block->smooth->adx = e;
}
