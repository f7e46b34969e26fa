/* Loops over one block that several families need; all arrays [n]. Inner header of engine/feature. */
#ifndef TR_FEATURE_EACH_H
#define TR_FEATURE_EACH_H

#include "engine/feature/block.h"

/* out = x/reference - 1, as a difference first: equal values give exactly 0. */
static inline void tr_each_change(size_t n, const double *x, const double *reference, double *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = tr_finite((x[i] - reference[i]) / reference[i]);
}

/* out = (a - b) * factor, with factor the inverse of a price or an ATR. */
static inline void tr_each_scaled_difference(size_t n, const double *a, const double *b, const double *factor,
                                             double *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = tr_finite((a[i] - b[i]) * factor[i]);
}

/* out = x * factor. */
static inline void tr_each_product(size_t n, const double *x, const double *factor, double *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = tr_finite(x[i] * factor[i]);
}

/* The position of x between low and high; `empty` where these are equal. */
static inline void tr_each_position(size_t n, const double *x, const double *low, const double *high, double empty,
                                    double *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        double range = high[i] - low[i], position = (x[i] - low[i]) / range;
        out[i] = range == 0 ? empty : tr_finite(position);
    }
}

#endif
