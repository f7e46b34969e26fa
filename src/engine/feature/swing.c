#include "engine/feature/swing.h"

#include "engine/feature/each.h"

#include <stdbool.h>

#define WINDOW ((size_t)100)

static inline bool at_least_as_extreme(double x, double than, bool low)
{
    return low ? x <= than : x >= than;
}

/* Steps the row of the latest extreme on to segment row `row`, whose value is x[0]; x[-99..0] are readable. The search
 * runs only when the extreme has just left the window. */
static inline size_t latest_extreme(const double *x, size_t row, size_t extreme_row, bool low)
{
    ptrdiff_t age = (ptrdiff_t)(row - extreme_row);
    if (at_least_as_extreme(x[0], x[-age], low))
        return row;
    if (age < (ptrdiff_t)WINDOW)
        return extreme_row;
    ptrdiff_t best = 0;
    for (ptrdiff_t back = 1; back < (ptrdiff_t)WINDOW; back++)
        if (low ? x[-back] < x[-best] : x[-back] > x[-best])
            best = back;
    return row - (size_t)best;
}

/* up[i] = +1 where the high is the later of the two, -1 where the low is, 0 in one bar. high_at, low_at: their prices.
 */
static void find_leg(const struct tr_block *block, double *restrict up, double *restrict high_at,
                     double *restrict low_at)
{
    const double *high = tr_block_series(block, TR_S_HIGH), *low = tr_block_series(block, TR_S_LOW);
    struct tr_swing swing = *block->swing;
    for (size_t i = 0; i < block->n; i++) {
        size_t row = block->row + i;
        swing.high_row = latest_extreme(high + i, row, swing.high_row, false);
        swing.low_row = latest_extreme(low + i, row, swing.low_row, true);
        high_at[i] = high[(ptrdiff_t)i - (ptrdiff_t)(row - swing.high_row)];
        low_at[i] = low[(ptrdiff_t)i - (ptrdiff_t)(row - swing.low_row)];
        up[i] = swing.high_row == swing.low_row ? 0 : swing.high_row > swing.low_row ? 1 : -1;
    }
    *block->swing = swing;
}

static void retracement(size_t n, const double *up, const double *high, const double *low, double part,
                        double *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        double depth = part * (high[i] - low[i]), from_high = high[i] - depth, from_low = low[i] + depth;
        double level = up[i] > 0 ? from_high : from_low;
        out[i] = up[i] == 0 ? (double)NAN : level;
    }
}

void tr_swing_levels(const struct tr_block *block)
{
    double *high = tr_block_series(block, TR_S_SWING_HIGH), *low = tr_block_series(block, TR_S_SWING_LOW);
    double up[TR_BLOCK];
    find_leg(block, up, high, low);
    retracement(block->n, up, high, low, 0.382, tr_block_out(block, TR_FIB_382));
    retracement(block->n, up, high, low, 0.5, tr_block_out(block, TR_FIB_500));
    retracement(block->n, up, high, low, 0.618, tr_block_out(block, TR_FIB_618));
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
