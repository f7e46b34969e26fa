#include "engine/feature/ichimoku.h"

#include "engine/feature/each.h"
#include "engine/feature/roll.h"

#define SHIFT 26

void tr_ichimoku_extremes(const struct tr_block *block)
{
    static const size_t window[] = {9, 14, 20, 26, 52};
    double *high[] = {tr_block_series(block, TR_S_HIGH_9), tr_block_series(block, TR_S_HIGH_14),
                      tr_block_series(block, TR_S_HIGH_20), tr_block_series(block, TR_S_HIGH_26),
                      tr_block_series(block, TR_S_HIGH_52)};
    double *low[] = {tr_block_series(block, TR_S_LOW_9), tr_block_series(block, TR_S_LOW_14),
                     tr_block_series(block, TR_S_LOW_20), tr_block_series(block, TR_S_LOW_26),
                     tr_block_series(block, TR_S_LOW_52)};
    tr_roll_extremes(block->n, tr_block_series(block, TR_S_HIGH), false, 5, window, high);
    tr_roll_extremes(block->n, tr_block_series(block, TR_S_LOW), true, 5, window, low);
}

static void middle(size_t n, const double *a, const double *b, double *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (a[i] + b[i]) / 2;
}

void tr_ichimoku_lines(const struct tr_block *block)
{
    size_t n = block->n;
    double *tenkan = tr_block_out(block, TR_ICHIMOKU_TENKAN), *kijun = tr_block_out(block, TR_ICHIMOKU_KIJUN);
    double *lead_a = tr_block_series(block, TR_S_LEAD_A), *lead_b = tr_block_series(block, TR_S_LEAD_B);
    middle(n, tr_block_series(block, TR_S_HIGH_9), tr_block_series(block, TR_S_LOW_9), tenkan);
    middle(n, tr_block_series(block, TR_S_HIGH_26), tr_block_series(block, TR_S_LOW_26), kijun);
    middle(n, tr_block_series(block, TR_S_HIGH_52), tr_block_series(block, TR_S_LOW_52), lead_b);
    middle(n, tenkan, kijun, lead_a);
    memcpy(tr_block_out(block, TR_ICHIMOKU_SENKOU_A), lead_a - SHIFT, n * sizeof(double));
    memcpy(tr_block_out(block, TR_ICHIMOKU_SENKOU_B), lead_b - SHIFT, n * sizeof(double));
}

/* The cloud under this bar. */
static void cloud(const struct tr_block *block)
{
    const double *close = tr_block_series(block, TR_S_CLOSE), *inverse = tr_block_series(block, TR_S_INVERSE_CLOSE);
    const double *a = tr_block_series(block, TR_S_LEAD_A) - SHIFT, *b = tr_block_series(block, TR_S_LEAD_B) - SHIFT;
    double *restrict top_dist = tr_block_out(block, TR_CLOUD_TOP_DIST);
    double *restrict bottom_dist = tr_block_out(block, TR_CLOUD_BOTTOM_DIST);
    double *restrict thickness = tr_block_out(block, TR_CLOUD_THICKNESS);
    for (size_t i = 0; i < block->n; i++) {
        double top = a[i] > b[i] ? a[i] : b[i], bottom = a[i] > b[i] ? b[i] : a[i];
        top_dist[i] = tr_finite((close[i] - top) / top);
        bottom_dist[i] = tr_finite((close[i] - bottom) / bottom);
        thickness[i] = tr_finite((top - bottom) * inverse[i]);
    }
}

void tr_ichimoku_inputs(const struct tr_block *block)
{
    const double *close = tr_block_series(block, TR_S_CLOSE), *inverse = tr_block_series(block, TR_S_INVERSE_CLOSE);
    const double *tenkan = tr_block_out(block, TR_ICHIMOKU_TENKAN), *kijun = tr_block_out(block, TR_ICHIMOKU_KIJUN);
    size_t n = block->n;
    tr_each_change(n, close, tenkan, tr_block_out(block, TR_TENKAN_DIST));
    tr_each_change(n, close, kijun, tr_block_out(block, TR_KIJUN_DIST));
    tr_each_scaled_difference(n, tenkan, kijun, inverse, tr_block_out(block, TR_TENKAN_KIJUN_SPREAD));
    cloud(block);
    tr_each_scaled_difference(n, tr_block_series(block, TR_S_LEAD_A), tr_block_series(block, TR_S_LEAD_B), inverse,
                              tr_block_out(block, TR_FUTURE_CLOUD_SPREAD));
    tr_each_scaled_difference(n, close, close - SHIFT, inverse - SHIFT, tr_block_out(block, TR_CHIKOU_MOM));
}
