#include "engine/feature/microstructure.h"

#include "base/logarithm.h"
#include "engine/feature/each.h"
#include "engine/feature/roll.h"

void tr_microstructure_obv(const struct tr_block *block)
{
    const double *close = tr_block_series(block, TR_S_CLOSE), *volume = block->volume;
    double *restrict obv = tr_block_series(block, TR_S_OBV);
    double flow[TR_BLOCK];
    for (size_t i = 0; i < block->n; i++) {
        double before = close[(ptrdiff_t)i - 1];
        flow[i] = close[i] > before ? volume[i] : close[i] < before ? -volume[i] : 0;
    }
    if (block->row == 0)
        flow[0] = volume[0];
    double sum = block->row == 0 ? 0 : obv[-1];
    for (size_t i = 0; i < block->n; i++) {
        sum += flow[i];
        obv[i] = sum;
    }
    memcpy(tr_block_out(block, TR_OBV), obv, block->n * sizeof *obv);
}

/* S of two neighbouring bars. With k = 3 - 2 sqrt 2 = (sqrt 2 - 1)^2 the paper's
 * alpha = (sqrt(2 b) - sqrt(b))/k - sqrt(g/k) is (1 + sqrt 2)(sqrt b - sqrt g). A negative S counts as 0. */
static void pair_spreads(const struct tr_block *block, double *restrict spread)
{
    const double *high = tr_block_series(block, TR_S_LN_HIGH), *low = tr_block_series(block, TR_S_LN_LOW);
    const double *range_square = tr_block_series(block, TR_S_RANGE_SQ);
    for (size_t i = 0; i < block->n; i++) {
        const double *h = high + i, *l = low + i;
        double top = h[0] > h[-1] ? h[0] : h[-1], bottom = l[0] < l[-1] ? l[0] : l[-1];
        double b = range_square[i] + range_square[(ptrdiff_t)i - 1], root_g = top - bottom;
        double alpha = 2.41421356237309504880 * (sqrt(b) - root_g);
        double e = tr_exp(alpha < 0 ? 0 : alpha > 700 ? 700 : alpha);
        spread[i] = 2 * ((e - 1) / (e + 1));
    }
}

void tr_microstructure_spread(const struct tr_block *block)
{
    double *restrict out = tr_block_out(block, TR_CORWIN_SCHULTZ_SPREAD);
    double *pair = tr_block_series(block, TR_S_PAIR_SPREAD);
    pair_spreads(block, pair);
    tr_roll_sum(block->n, pair, 24, out);
    for (size_t i = 0; i < block->n; i++)
        out[i] = tr_finite(out[i] * (1.0 / 24));
}

/* abs(r)/(C V) over the bars that traded, summed over 24 and 96 bars, and how many bars that were. */
static void illiquidity_terms(const struct tr_block *block)
{
    const double *r = tr_block_series(block, TR_S_RETURN), *close = tr_block_series(block, TR_S_CLOSE);
    const double *volume = block->volume;
    double *restrict term = tr_block_series(block, TR_S_ILLIQUIDITY), *restrict one =
                                                                          tr_block_series(block, TR_S_TRADED);
    for (size_t i = 0; i < block->n; i++) {
        double per_value = fabs(r[i]) / (close[i] * volume[i]);
        term[i] = volume[i] > 0 ? per_value : 0;
        one[i] = volume[i] > 0 ? 1 : 0;
    }
    tr_roll_sum(block->n, term, 24, tr_block_series(block, TR_S_ILLIQUIDITY_24));
    tr_roll_sum(block->n, one, 24, tr_block_series(block, TR_S_TRADED_24));
}

void tr_microstructure_illiquidity(const struct tr_block *block)
{
    double *restrict out = tr_block_out(block, TR_AMIHUD_24);
    illiquidity_terms(block);
    const double *terms = tr_block_series(block, TR_S_ILLIQUIDITY_24), *counts = tr_block_series(block, TR_S_TRADED_24);
    for (size_t i = 0; i < block->n; i++) {
        const double *sum = terms + i, *count = counts + i;
        double sum_96 = (sum[0] + sum[-24]) + (sum[-48] + sum[-72]);
        double count_96 = (count[0] + count[-24]) + (count[-48] + count[-72]);
        double ratio = (sum[0] * count_96) / (sum_96 * count[0]);
        out[i] = count[0] < 12 || count_96 < 48 ? (double)NAN : tr_finite(ratio);
    }
}

void tr_microstructure_volume(const struct tr_block *block)
{
    const double *obv = tr_block_series(block, TR_S_OBV);
    double *volume = tr_block_series(block, TR_S_VOLUME);
    double *restrict surprise = tr_block_out(block, TR_VOLUME_Z_48), *restrict slope =
                                                                         tr_block_out(block, TR_OBV_SLOPE_24);
    double mean[TR_BLOCK], variance[TR_BLOCK], sum[TR_BLOCK];
    memcpy(volume, block->volume, block->n * sizeof *volume);
    tr_roll_variance(block->n, volume, 48, mean, variance);
    tr_roll_sum(block->n, volume, 24, sum);
    for (size_t i = 0; i < block->n; i++) {
        double sd = sqrt(variance[i]), z = (volume[i] - mean[i]) / sd;
        double share = (obv[i] - obv[(ptrdiff_t)i - 24]) / sum[i];
        surprise[i] = sd == 0 ? 0 : tr_finite(z);
        slope[i] = sum[i] == 0 ? 0 : tr_finite(share);
    }
}

void tr_microstructure_recorded(const struct tr_block *block)
{
    static const enum tr_feature_column column[] = {TR_SPREAD_BPS,   TR_DEPTH_IMBALANCE, TR_REALIZED_VOL,
                                                    TR_FUNDING_RATE, TR_FUNDING_Z_90,    TR_SENTIMENT};
    for (size_t k = 0; k < sizeof column / sizeof *column; k++) {
        double *restrict out = tr_block_out(block, column[k]);
        for (size_t i = 0; i < block->n; i++)
            out[i] = (double)NAN;
    }
}
