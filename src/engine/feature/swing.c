#include "engine/feature/swing.h"

#include "engine/feature/each.h"

#include <stdbool.h>

#define WINDOW ((size_t)100)

/* For each row, how many rows back the latest extreme of its window lies. extreme [n] holds the extremes; *age is that
 * of the row before the block. The window is searched only when the extreme has just left it. */
static void follow_extreme(const struct tr_block *block, const double *x, const double *extreme, bool low, size_t *age,
                           double *restrict back)
{
    size_t rows = *age;
    double best = block->row == 0 ? x[0] : *(x - 1 - rows);
    for (size_t i = 0; i < block->n; i++) {
        const double *now = x + i;
        rows++;
        if (low ? *now <= best : *now >= best) {
            rows = 0;
            best = *now;
        } else if (rows == WINDOW) {
            best = extreme[i];
            for (rows = 0; *(now - rows) != best; rows++)
                ;
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
static void retracement(size_t n, const double *high_back, const double *low_back, const double *high,
                        const double *low, double part, double *restrict out)
{
    for (size_t i = 0; i < n; i++) {
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
    follow_extreme(block, tr_block_series(block, TR_S_HIGH), high, false, &block->swing->high_age, high_back);
    follow_extreme(block, tr_block_series(block, TR_S_LOW), low, true, &block->swing->low_age, low_back);
    retracement(n, high_back, low_back, high, low, 0.382, tr_block_out(block, TR_FIB_382));
    retracement(n, high_back, low_back, high, low, 0.5, tr_block_out(block, TR_FIB_500));
    retracement(n, high_back, low_back, high, low, 0.618, tr_block_out(block, TR_FIB_618));
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
