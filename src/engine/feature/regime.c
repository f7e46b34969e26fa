#include "engine/feature/regime.h"

#include "engine/feature/roll.h"

void tr_regime_trend(const struct tr_block *block)
{
    const double *fast = tr_block_series(block, TR_S_EMA_9), *middle = tr_block_series(block, TR_S_EMA_21);
    const double *slow = tr_block_series(block, TR_S_EMA_50);
    double *restrict out = tr_block_out(block, TR_TREND_REGIME);
    for (size_t i = 0; i < block->n; i++) {
        double rising = fast[i] > middle[i] && middle[i] > slow[i] ? 1 : 0;
        double falling = fast[i] < middle[i] && middle[i] < slow[i] ? 1 : 0;
        out[i] = rising - falling;
    }
}

void tr_regime_volatility(const struct tr_block *block)
{
    double *restrict percentile = tr_block_out(block, TR_ATR_PERCENTILE_100);
    double *restrict regime = tr_block_out(block, TR_VOL_REGIME);
    tr_roll_rank(block->n, tr_block_series(block, TR_S_ATR), 99, percentile);
    for (size_t i = 0; i < block->n; i++) {
        double share = percentile[i] / 198;
        percentile[i] = share;
        regime[i] = (share < 1.0 / 3 ? 0.0 : 1.0) + (share < 2.0 / 3 ? 0.0 : 1.0);
    }
}
