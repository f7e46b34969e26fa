#include "engine/feature/trend.h"

#include "engine/feature/each.h"
#include "engine/feature/smooth.h"

static void copy_out(const struct tr_block *block, enum tr_series series, enum tr_feature_column column)
{
    memcpy(tr_block_out(block, column), tr_block_series(block, series), block->n * sizeof(double));
}

void tr_trend_averages(const struct tr_block *block)
{
    tr_smooth_averages(block);
    copy_out(block, TR_S_EMA_9, TR_EMA_9);
    copy_out(block, TR_S_EMA_21, TR_EMA_21);
    copy_out(block, TR_S_EMA_50, TR_EMA_50);
    copy_out(block, TR_S_EMA_200, TR_EMA_200);
    copy_out(block, TR_S_ATR, TR_ATR_14);
}

static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Gain and loss of the close, true range, and Wilder's directional movement: of the rise of the high and the fall of
 * the low only the larger counts, and only when positive. */
void tr_trend_moves(const struct tr_block *block)
{
    const double *high = tr_block_series(block, TR_S_HIGH), *low = tr_block_series(block, TR_S_LOW);
    const double *close = tr_block_series(block, TR_S_CLOSE);
    double *restrict up = tr_block_series(block, TR_S_UP), *restrict down = tr_block_series(block, TR_S_DOWN);
    double *restrict range = tr_block_series(block, TR_S_TRUE_RANGE);
    double *restrict plus = tr_block_series(block, TR_S_PLUS_DM);
    double *restrict minus = tr_block_series(block, TR_S_MINUS_DM);
    for (size_t i = 0; i < block->n; i++) {
        ptrdiff_t last = (ptrdiff_t)i - 1;
        double before = close[last], move = close[i] - before;
        double rise = high[i] - high[last], fall = low[last] - low[i];
        up[i] = larger(move, 0);
        down[i] = larger(-move, 0);
        range[i] = larger(high[i] - low[i], larger(fabs(high[i] - before), fabs(low[i] - before)));
        plus[i] = rise > fall ? larger(rise, 0) : 0;
        minus[i] = fall > rise ? larger(fall, 0) : 0;
    }
}

void tr_trend_macd(const struct tr_block *block)
{
    const double *macd = tr_block_series(block, TR_S_MACD), *signal = tr_block_series(block, TR_S_SIGNAL);
    double *restrict out = tr_block_out(block, TR_MACD_HIST);
    copy_out(block, TR_S_MACD, TR_MACD);
    copy_out(block, TR_S_SIGNAL, TR_MACD_SIGNAL);
    for (size_t i = 0; i < block->n; i++)
        out[i] = macd[i] - signal[i];
}

void tr_trend_inverse_close(const struct tr_block *block)
{
    const double *close = tr_block_series(block, TR_S_CLOSE);
    double *restrict inverse = tr_block_series(block, TR_S_INVERSE_CLOSE);
    for (size_t i = 0; i < block->n; i++)
        inverse[i] = 1 / close[i];
}

void tr_trend_inverse_atr(const struct tr_block *block)
{
    const double *atr = tr_block_series(block, TR_S_ATR);
    double *restrict inverse = tr_block_series(block, TR_S_INVERSE_ATR);
    for (size_t i = 0; i < block->n; i++)
        inverse[i] = 1 / atr[i];
    for (size_t i = 0; i < block->n && block->row + i < 14; i++)
        inverse[i] = (double)NAN; /* the average is not seeded yet */
}

void tr_trend_average_inputs(const struct tr_block *block)
{
    const double *close = tr_block_series(block, TR_S_CLOSE), *inverse = tr_block_series(block, TR_S_INVERSE_CLOSE);
    const double *ema_9 = tr_block_series(block, TR_S_EMA_9), *ema_21 = tr_block_series(block, TR_S_EMA_21);
    const double *ema_50 = tr_block_series(block, TR_S_EMA_50), *ema_200 = tr_block_series(block, TR_S_EMA_200);
    size_t n = block->n;
    tr_each_change(n, close, ema_9, tr_block_out(block, TR_EMA_9_DIST));
    tr_each_change(n, close, ema_21, tr_block_out(block, TR_EMA_21_DIST));
    tr_each_change(n, close, ema_50, tr_block_out(block, TR_EMA_50_DIST));
    tr_each_change(n, close, ema_200, tr_block_out(block, TR_EMA_200_DIST));
    tr_each_scaled_difference(n, ema_9, ema_21, inverse, tr_block_out(block, TR_EMA_9_21_SPREAD));
    tr_each_scaled_difference(n, ema_21, ema_50, inverse, tr_block_out(block, TR_EMA_21_50_SPREAD));
    tr_each_scaled_difference(n, ema_50, ema_200, inverse, tr_block_out(block, TR_EMA_50_200_SPREAD));
    tr_each_change(n, ema_21, ema_21 - 5, tr_block_out(block, TR_EMA_21_SLOPE));
    tr_each_change(n, ema_200, ema_200 - 20, tr_block_out(block, TR_EMA_200_SLOPE));
}

void tr_trend_macd_inputs(const struct tr_block *block)
{
    const double *inverse = tr_block_series(block, TR_S_INVERSE_CLOSE);
    size_t n = block->n;
    tr_each_product(n, tr_block_series(block, TR_S_MACD), inverse, tr_block_out(block, TR_MACD_NORM));
    tr_each_product(n, tr_block_series(block, TR_S_SIGNAL), inverse, tr_block_out(block, TR_MACD_SIGNAL_NORM));
    tr_each_product(n, tr_block_out(block, TR_MACD_HIST), inverse, tr_block_out(block, TR_MACD_HIST_NORM));
}

/* +DI, -DI and DX = 100 abs(+DI - -DI)/(+DI + -DI), NaN where both are 0. */
static void directions(const struct tr_block *block, double *restrict dx)
{
    const double *range = tr_block_series(block, TR_S_MEAN_TRUE_RANGE);
    const double *plus_dm = tr_block_series(block, TR_S_MEAN_PLUS_DM);
    const double *minus_dm = tr_block_series(block, TR_S_MEAN_MINUS_DM);
    double *restrict plus = tr_block_out(block, TR_PLUS_DI_14), *restrict minus = tr_block_out(block, TR_MINUS_DI_14);
    for (size_t i = 0; i < block->n; i++) {
        double p = range[i] == 0 ? 0 : 100 * (plus_dm[i] / range[i]);
        double m = range[i] == 0 ? 0 : 100 * (minus_dm[i] / range[i]);
        plus[i] = p;
        minus[i] = m;
        dx[i] = 100 * (fabs(m - p) / (m + p));
    }
}

void tr_trend_directional(const struct tr_block *block)
{
    double dx[TR_BLOCK];
    directions(block, dx);
    tr_smooth_adx(block, dx, tr_block_out(block, TR_ADX_14));
    const double *trix_3 = tr_block_series(block, TR_S_TRIX_3);
    double *restrict out = tr_block_out(block, TR_TRIX_15);
    for (size_t i = 0; i < block->n; i++) {
        double before = trix_3[(ptrdiff_t)i - 1];
        out[i] = tr_finite(100 * ((trix_3[i] - before) / before));
    }
}
