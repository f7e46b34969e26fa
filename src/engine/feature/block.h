/* What the feature families see while one block of bars is computed: the series with their past, and the columns to
 * write. Inner header of engine/feature. */
#ifndef TR_FEATURE_BLOCK_H
#define TR_FEATURE_BLOCK_H

#include "base/time.h"
#include "engine/feature/column.h"
#include "engine/feature/isa.h"
#include "engine/market/timeframe.h"

#include <math.h>
#include <stddef.h>

#define TR_BLOCK ((size_t)256) /* bars computed at a time: the series of a family stay in the inner caches */
#define TR_PAST ((size_t)104)  /* rows before the block that stay readable; the longest look back is 99 */
/* Doubles from one series to the next; an odd number of cache lines, so that equal rows fall into different sets. */
#define TR_SERIES_STRIDE (TR_PAST + TR_BLOCK + 16)

/* Series kept from block to block; how much of their past, feature.c says. */
enum tr_series {
    TR_S_HIGH,
    TR_S_LOW,
    TR_S_CLOSE,
    TR_S_VOLUME,
    TR_S_UP, /* moves of one bar: gain and loss of the close, range, directional movement */
    TR_S_DOWN,
    TR_S_TRUE_RANGE,
    TR_S_PLUS_DM,
    TR_S_MINUS_DM,
    TR_S_MACD,
    TR_S_EMA_9, /* from here the chains of smooth.c, in the order of its table */
    TR_S_EMA_21,
    TR_S_EMA_50,
    TR_S_EMA_200,
    TR_S_FAST,
    TR_S_SLOW,
    TR_S_TRIX_1,
    TR_S_TRIX_2,
    TR_S_SIGNAL,
    TR_S_MEAN_UP,
    TR_S_MEAN_DOWN,
    TR_S_ATR,
    TR_S_MEAN_TRUE_RANGE,
    TR_S_MEAN_PLUS_DM,
    TR_S_MEAN_MINUS_DM,
    TR_S_TRIX_3, /* to here */
    TR_S_HIGH_52,
    TR_S_LOW_52,
    TR_S_LEAD_A, /* (tenkan + kijun)/2, drawn 26 bars later as senkou A */
    TR_S_LEAD_B, /* (HH_52 + LL_52)/2 */
    TR_S_RAW_K,
    TR_S_SLOW_K,
    TR_S_TYPICAL,
    TR_S_FLOW_UP,
    TR_S_FLOW_DOWN,
    TR_S_LN_OPEN,
    TR_S_LN_HIGH,
    TR_S_LN_LOW,
    TR_S_LN_CLOSE,
    TR_S_RETURN_SQ,
    TR_S_RETURN_SQ_24, /* sum of 24 */
    TR_S_OPEN_RETURN,  /* ln(O/C[t-1]) */
    TR_S_BODY_RETURN,  /* ln(C/O) */
    TR_S_BODY_RETURN_SQ,
    TR_S_RANGE_SQ, /* ln(H/L)^2 */
    TR_S_ROGERS_SATCHELL,
    TR_S_PAIR_SPREAD, /* Corwin-Schultz, one pair of bars */
    TR_S_ILLIQUIDITY, /* abs(r)/(C V), 0 where V = 0 */
    TR_S_ILLIQUIDITY_24,
    TR_S_TRADED, /* 1 where V > 0, else 0 */
    TR_S_TRADED_24,
    TR_S_OBV,
    TR_S_INVERSE_CLOSE,
    TR_S_HIGH_9,
    TR_S_HIGH_14,
    TR_S_HIGH_20,
    TR_S_HIGH_26,
    TR_S_LOW_9,
    TR_S_LOW_14,
    TR_S_LOW_20,
    TR_S_LOW_26,
    TR_S_SWING_HIGH, /* highest high of 100 bars */
    TR_S_SWING_LOW,
    TR_S_INVERSE_ATR,
    TR_S_RETURN, /* ln(C/C[t-1]) */
    TR_SERIES_COUNT
};

struct tr_smooth;
struct tr_swing;
struct tr_pivot;
struct tr_circle;

/* n bars, of which the first is row `row` of its segment. */
struct tr_block {
    size_t n, row;
    const tr_time_ms *time;      /* [n] */
    const double *open, *volume; /* [n] */
    double *series;              /* [TR_SERIES_COUNT * TR_SERIES_STRIDE], at the block's first row */
    double *out;                 /* [TR_COLUMN_COUNT * out_stride], at the block's first row */
    size_t out_stride;
    struct tr_smooth *smooth;
    struct tr_swing *swing;
    struct tr_pivot *pivot;
    const struct tr_circle *circle;
};

/* Values [-TR_PAST, n) of a series. Before the segment's first row they are NaN or left over. */
static inline double *tr_block_series(const struct tr_block *block, enum tr_series series)
{
    return block->series + (size_t)series * TR_SERIES_STRIDE;
}

/* Values [0, n) of a column. */
static inline double *tr_block_out(const struct tr_block *block, enum tr_feature_column column)
{
    return block->out + (size_t)column * block->out_stride;
}

/* x, or NaN where it is not finite. */
static inline double tr_finite(double x)
{
    return fabs(x) <= 1.7976931348623157e308 ? x : (double)NAN;
}

#endif
