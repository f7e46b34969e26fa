#include "engine/feature/volatility.h"

#include "base/logarithm.h"
#include "engine/feature/each.h"
#include "engine/feature/roll.h"

#define LN_2 0.69314718055994530942

void tr_volatility_bands(const struct tr_block *block)
{
    const double *close = tr_block_series(block, TR_S_CLOSE);
    double *middle = tr_block_out(block, TR_BB_MIDDLE);
    double *restrict upper = tr_block_out(block, TR_BB_UPPER), *restrict lower = tr_block_out(block, TR_BB_LOWER);
    double variance[TR_BLOCK];
    tr_roll_variance(block->n, close, 20, middle, variance);
    for (size_t i = 0; i < block->n; i++) {
        double width = 2 * sqrt(variance[i]);
        upper[i] = middle[i] + width;
        lower[i] = middle[i] - width;
    }
}

void tr_volatility_band_inputs(const struct tr_block *block)
{
    const double *upper = tr_block_out(block, TR_BB_UPPER), *lower = tr_block_out(block, TR_BB_LOWER);
    const double *middle = tr_block_out(block, TR_BB_MIDDLE);
    double *restrict width = tr_block_out(block, TR_BB_WIDTH);
    tr_each_position(block->n, tr_block_series(block, TR_S_CLOSE), lower, upper, 0.5, tr_block_out(block, TR_BB_PCTB));
    for (size_t i = 0; i < block->n; i++)
        width[i] = tr_finite((upper[i] - lower[i]) / middle[i]);
}

/* Logarithms of the prices: returns are differences of these, and equal prices give exactly 0. */
static void logarithms(const struct tr_block *block)
{
    const double *prices[] = {block->open, tr_block_series(block, TR_S_HIGH), tr_block_series(block, TR_S_LOW),
                              tr_block_series(block, TR_S_CLOSE)};
    for (int k = 0; k < 4; k++) {
        const double *price = prices[k];
        double *restrict ln = tr_block_series(block, (enum tr_series)(TR_S_LN_OPEN + k));
        for (size_t i = 0; i < block->n; i++)
            ln[i] = tr_ln(price[i]);
    }
}

static void close_returns(const struct tr_block *block)
{
    const double *open = tr_block_series(block, TR_S_LN_OPEN), *close = tr_block_series(block, TR_S_LN_CLOSE);
    double *restrict r = tr_block_series(block, TR_S_RETURN), *restrict square = tr_block_series(block, TR_S_RETURN_SQ);
    double *restrict gap = tr_block_series(block, TR_S_OPEN_RETURN);
    for (size_t i = 0; i < block->n; i++) {
        double before = close[(ptrdiff_t)i - 1], move = close[i] - before;
        r[i] = move;
        square[i] = move * move;
        gap[i] = open[i] - before;
    }
}

void tr_volatility_returns(const struct tr_block *block)
{
    const double *open = tr_block_series(block, TR_S_LN_OPEN), *high = tr_block_series(block, TR_S_LN_HIGH);
    const double *low = tr_block_series(block, TR_S_LN_LOW), *close = tr_block_series(block, TR_S_LN_CLOSE);
    double *restrict body = tr_block_series(block, TR_S_BODY_RETURN);
    double *restrict body_square = tr_block_series(block, TR_S_BODY_RETURN_SQ);
    double *restrict range_square = tr_block_series(block, TR_S_RANGE_SQ);
    double *restrict rogers_satchell = tr_block_series(block, TR_S_ROGERS_SATCHELL);
    logarithms(block);
    close_returns(block);
    for (size_t i = 0; i < block->n; i++) {
        double u = high[i] - open[i], d = low[i] - open[i], c = close[i] - open[i], range = high[i] - low[i];
        body[i] = c;
        body_square[i] = c * c;
        range_square[i] = range * range;
        rogers_satchell[i] = u * (u - c) + d * (d - c);
    }
}

void tr_volatility_realized(const struct tr_block *block)
{
    double *sum_24 = tr_block_series(block, TR_S_RETURN_SQ_24);
    double *restrict rv_24 = tr_block_out(block, TR_RV_24), *restrict rv_96 = tr_block_out(block, TR_RV_96);
    double *restrict ratio = tr_block_out(block, TR_RV_RATIO);
    tr_roll_sum(block->n, tr_block_series(block, TR_S_RETURN_SQ), 24, sum_24);
    for (size_t i = 0; i < block->n; i++) {
        const double *sum = sum_24 + i;
        double four = (sum[0] + sum[-24]) + (sum[-48] + sum[-72]);
        double day = sqrt(sum[0] * (1.0 / 24)), days = sqrt(four * (1.0 / 96));
        rv_24[i] = tr_finite(day);
        rv_96[i] = tr_finite(days);
        ratio[i] = tr_finite(day / days);
    }
}

static void yang_zhang(const struct tr_block *block, double *restrict out)
{
    const double k = 0.34 / (1.34 + 25.0 / 23.0), sample = 24.0 / 23.0;
    double mean[TR_BLOCK], open[TR_BLOCK], body[TR_BLOCK];
    tr_roll_variance(block->n, tr_block_series(block, TR_S_OPEN_RETURN), 24, mean, open);
    tr_roll_variance(block->n, tr_block_series(block, TR_S_BODY_RETURN), 24, mean, body);
    tr_roll_sum(block->n, tr_block_series(block, TR_S_ROGERS_SATCHELL), 24, out);
    for (size_t i = 0; i < block->n; i++)
        out[i] = tr_finite(sqrt(sample * (open[i] + k * body[i]) + (1 - k) / 24 * out[i]));
}

void tr_volatility_estimators(const struct tr_block *block)
{
    double *restrict parkinson = tr_block_out(block, TR_PARKINSON_24);
    double *restrict garman_klass = tr_block_out(block, TR_GARMAN_KLASS_24);
    double range[TR_BLOCK], body[TR_BLOCK];
    tr_roll_sum(block->n, tr_block_series(block, TR_S_RANGE_SQ), 24, range);
    tr_roll_sum(block->n, tr_block_series(block, TR_S_BODY_RETURN_SQ), 24, body);
    for (size_t i = 0; i < block->n; i++) {
        double variance = range[i] * (0.5 / 24) - body[i] * ((2 * LN_2 - 1) / 24);
        parkinson[i] = tr_finite(sqrt(range[i] * (1 / (24 * 4 * LN_2))));
        garman_klass[i] = tr_finite(sqrt(variance < 0 ? 0 : variance));
    }
    yang_zhang(block, tr_block_out(block, TR_YANG_ZHANG_24));
}

/* Shares of the bar's range; 0 on a flat bar. */
static void shares_of_range(const struct tr_block *block)
{
    const double *open = block->open, *high = tr_block_series(block, TR_S_HIGH);
    const double *low = tr_block_series(block, TR_S_LOW), *close = tr_block_series(block, TR_S_CLOSE);
    double *restrict body = tr_block_out(block, TR_BODY_FRAC);
    double *restrict upper = tr_block_out(block, TR_UPPER_WICK_FRAC);
    double *restrict lower = tr_block_out(block, TR_LOWER_WICK_FRAC);
    for (size_t i = 0; i < block->n; i++) {
        double range = high[i] - low[i], o = open[i], c = close[i];
        double above = (high[i] - (o > c ? o : c)) / range, below = ((o < c ? o : c) - low[i]) / range;
        double between = (c - o) / range;
        body[i] = range == 0 ? 0 : tr_finite(between);
        upper[i] = range == 0 ? 0 : tr_finite(above);
        lower[i] = range == 0 ? 0 : tr_finite(below);
    }
}

void tr_volatility_shape(const struct tr_block *block)
{
    const double *high = tr_block_series(block, TR_S_HIGH), *low = tr_block_series(block, TR_S_LOW);
    const double *atr = tr_block_series(block, TR_S_ATR), *inverse = tr_block_series(block, TR_S_INVERSE_CLOSE);
    double *restrict natr = tr_block_out(block, TR_NATR_14);
    for (size_t i = 0; i < block->n; i++)
        natr[i] = tr_finite(100 * (atr[i] * inverse[i]));
    tr_each_scaled_difference(block->n, high, low, inverse, tr_block_out(block, TR_RANGE_FRAC));
    shares_of_range(block);
}
