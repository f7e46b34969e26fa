#include "engine/feature/momentum.h"

#include "engine/feature/each.h"
#include "engine/feature/roll.h"

void tr_momentum_rsi(const struct tr_block *block)
{
    const double *up = tr_block_series(block, TR_S_MEAN_UP), *down = tr_block_series(block, TR_S_MEAN_DOWN);
    double *restrict out = tr_block_out(block, TR_RSI_14);
    for (size_t i = 0; i < block->n; i++) {
        double moved = up[i] + down[i], share = 100 * (up[i] / moved);
        out[i] = moved == 0 ? 0 : tr_finite(share);
    }
}

static void mean_of_3(size_t n, const double *x, double *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        const double *now = x + i;
        out[i] = (now[-2] + now[-1] + now[0]) * (1.0 / 3);
    }
}

void tr_momentum_stochastic(const struct tr_block *block)
{
    const double *close = tr_block_series(block, TR_S_CLOSE);
    const double *high = tr_block_series(block, TR_S_HIGH_14), *low = tr_block_series(block, TR_S_LOW_14);
    double *raw = tr_block_series(block, TR_S_RAW_K), *slow = tr_block_series(block, TR_S_SLOW_K);
    for (size_t i = 0; i < block->n; i++) {
        double range = high[i] - low[i], position = 100 * ((close[i] - low[i]) / range);
        raw[i] = range == 0 ? 0 : position;
    }
    mean_of_3(block->n, raw, slow);
    memcpy(tr_block_out(block, TR_STOCH_K), slow, block->n * sizeof(double));
    mean_of_3(block->n, slow, tr_block_out(block, TR_STOCH_D));
}

void tr_momentum_williams(const struct tr_block *block)
{
    const double *close = tr_block_series(block, TR_S_CLOSE);
    const double *high = tr_block_series(block, TR_S_HIGH_14), *low = tr_block_series(block, TR_S_LOW_14);
    double *restrict out = tr_block_out(block, TR_WILLR_14);
    for (size_t i = 0; i < block->n; i++) {
        double range = high[i] - low[i], position = 100 * ((close[i] - high[i]) / range);
        out[i] = range == 0 ? 0 : tr_finite(position);
    }
}

static void rate_of_change(const struct tr_block *block, ptrdiff_t rows, enum tr_feature_column column)
{
    const double *close = tr_block_series(block, TR_S_CLOSE), *before = close - rows;
    const double *inverse = tr_block_series(block, TR_S_INVERSE_CLOSE) - rows;
    double *restrict out = tr_block_out(block, column);
    for (size_t i = 0; i < block->n; i++)
        out[i] = tr_finite(100 * ((close[i] - before[i]) * inverse[i]));
}

void tr_momentum_change(const struct tr_block *block)
{
    rate_of_change(block, 1, TR_ROC_1);
    rate_of_change(block, 3, TR_ROC_3);
    rate_of_change(block, 6, TR_ROC_6);
    rate_of_change(block, 12, TR_ROC_12);
    rate_of_change(block, 24, TR_ROC_24);
}

void tr_momentum_channel(const struct tr_block *block)
{
    const double *high = tr_block_series(block, TR_S_HIGH), *low = tr_block_series(block, TR_S_LOW);
    const double *close = tr_block_series(block, TR_S_CLOSE);
    double *typical = tr_block_series(block, TR_S_TYPICAL);
    double *restrict out = tr_block_out(block, TR_CCI_20);
    double off[TR_BLOCK], deviation[TR_BLOCK];
    for (size_t i = 0; i < block->n; i++)
        typical[i] = (high[i] + low[i] + close[i]) / 3;
    tr_roll_abs_deviation(block->n, typical, 20, off, deviation);
    for (size_t i = 0; i < block->n; i++) {
        double index = off[i] / (0.015 * deviation[i]);
        out[i] = deviation[i] == 0 ? 0 : tr_finite(index);
    }
}

void tr_momentum_money_flow(const struct tr_block *block)
{
    const double *typical = tr_block_series(block, TR_S_TYPICAL), *volume = block->volume;
    double *restrict up = tr_block_series(block, TR_S_FLOW_UP), *restrict down = tr_block_series(block, TR_S_FLOW_DOWN);
    double *restrict out = tr_block_out(block, TR_MFI_14);
    double in[TR_BLOCK], away[TR_BLOCK];
    for (size_t i = 0; i < block->n; i++) {
        double flow = typical[i] * volume[i], before = typical[(ptrdiff_t)i - 1];
        up[i] = typical[i] > before ? flow : 0;
        down[i] = typical[i] < before ? flow : 0;
    }
    tr_roll_sum(block->n, up, 14, in);
    tr_roll_sum(block->n, down, 14, away);
    for (size_t i = 0; i < block->n; i++) {
        double total = in[i] + away[i], share = 100 * (in[i] / total);
        out[i] = total < 1 ? 0 : tr_finite(share);
    }
}
