#include "engine/feature/swing.h"

#include "engine/feature/each.h"

#include <stdbool.h>

#define WINDOW ((size_t)100)

/* One side: its prices, and their extremes over 26, 52 and 100 rows; all [n]. */
struct side {
    bool low;
    const double *x, *of_26, *of_52, *of_100;
};

/* How many rows before row i the extreme of its window last stood. */
static size_t find_back(const struct side *side, size_t i)
{
    double best = side->of_100[i];
    size_t rows = side->of_52[i] != best ? 52 : side->of_26[i] != best ? 26 : 0;
    while (rows < WINDOW - 1 && *(side->x + i - rows) != best)
        rows++;
    return rows;
}

/* For each row, how many rows back the latest extreme of its window lies; *age is that of the row before the block. The
 * window is searched only when the extreme has just left it. */
static void follow_extreme(const struct tr_block *block, const struct side *side, size_t *age, double *restrict back)
{
    const double *x = side->x;
    bool low = side->low;
    size_t rows = *age;
    double best = block->row == 0 ? x[0] : *(x - 1 - rows);
    for (size_t i = 0; i < block->n; i++) {
        bool renewed = low ? x[i] <= best : x[i] >= best;
        rows = renewed ? 0 : rows + 1;
        best = renewed ? x[i] : best;
        if (rows == WINDOW) {
            best = side->of_100[i];
            rows = find_back(side, i);
        }
        back[i] = (double)rows;
    }
    *age = rows;
}

/* The extreme over 100 rows, from those over 52. */
static void widen(size_t n, const double *x_52, bool low, double *restrict out)
{
    const double *before = x_52 - (WINDOW - 52);
    for (size_t i = 0; i < n; i++)
        out[i] = (low ? x_52[i] < before[i] : x_52[i] > before[i]) ? x_52[i] : before[i];
}

/* The leg from the earlier to the later extreme: the levels lie `part` of the way back. */
static void retracement(const struct tr_block *block, const double *high_back, const double *low_back, double part,
                        double *restrict out)
{
    const double *high = tr_block_series(block, TR_S_SWING_HIGH), *low = tr_block_series(block, TR_S_SWING_LOW);
    for (size_t i = 0; i < block->n; i++) {
        double depth = part * (high[i] - low[i]), from_high = high[i] - depth, from_low = low[i] + depth;
        double level = high_back[i] < low_back[i] ? from_high : from_low;
        out[i] = high_back[i] == low_back[i] ? (double)NAN : level;
    }
}

void tr_swing_levels(const struct tr_block *block)
{
    double *high = tr_block_series(block, TR_S_SWING_HIGH), *low = tr_block_series(block, TR_S_SWING_LOW);
    double high_back[TR_BLOCK], low_back[TR_BLOCK];
    size_t n = block->n;
    widen(n, tr_block_series(block, TR_S_HIGH_52), false, high);
    widen(n, tr_block_series(block, TR_S_LOW_52), true, low);
    struct side top = {false, tr_block_series(block, TR_S_HIGH), tr_block_series(block, TR_S_HIGH_26),
                       tr_block_series(block, TR_S_HIGH_52), high};
    struct side bottom = {true, tr_block_series(block, TR_S_LOW), tr_block_series(block, TR_S_LOW_26),
                          tr_block_series(block, TR_S_LOW_52), low};
    follow_extreme(block, &top, &block->swing->high_age, high_back);
    follow_extreme(block, &bottom, &block->swing->low_age, low_back);
    retracement(block, high_back, low_back, 0.382, tr_block_out(block, TR_FIB_382));
    retracement(block, high_back, low_back, 0.5, tr_block_out(block, TR_FIB_500));
    retracement(block, high_back, low_back, 0.618, tr_block_out(block, TR_FIB_618));
}

void tr_swing_inputs(const struct tr_block *block)
{
    const double *close = tr_block_series(block, TR_S_CLOSE), *inverse = tr_block_series(block, TR_S_INVERSE_ATR);
    size_t n = block->n;
    for (int q = 0; q < 3; q++)
        tr_each_scaled_difference(n, close, tr_block_out(block, (enum tr_feature_column)(TR_FIB_382 + q)), inverse,
                                  tr_block_out(block, (enum tr_feature_column)(TR_FIB_382_DIST + q)));
    tr_each_scaled_difference(n, close, tr_block_series(block, TR_S_SWING_HIGH), inverse,
                              tr_block_out(block, TR_SWING_HIGH_DIST));
    tr_each_scaled_difference(n, close, tr_block_series(block, TR_S_SWING_LOW), inverse,
                              tr_block_out(block, TR_SWING_LOW_DIST));
}

void tr_swing_donchian(const struct tr_block *block)
{
    tr_each_position(block->n, tr_block_series(block, TR_S_CLOSE), tr_block_series(block, TR_S_LOW_20),
                     tr_block_series(block, TR_S_HIGH_20), 0.5, tr_block_out(block, TR_DONCHIAN_20_POS));
}
