/* The parts that columns are computed by, in an order in which each finds what it reads; one table per instruction set.
 */
#ifndef TR_FEATURE_PARTS_H
#define TR_FEATURE_PARTS_H

#include "engine/feature/block.h"

#include <stdbool.h>
#include <stdint.h>

enum tr_part {
    TR_PART_MOVES,
    TR_PART_AVERAGES,
    TR_PART_MACD,
    TR_PART_INVERSE_CLOSE,
    TR_PART_INVERSE_ATR,
    TR_PART_AVERAGE_INPUTS,
    TR_PART_MACD_INPUTS,
    TR_PART_DIRECTIONAL,
    TR_PART_EXTREMES,
    TR_PART_ICHIMOKU,
    TR_PART_ICHIMOKU_INPUTS,
    TR_PART_RSI,
    TR_PART_STOCHASTIC,
    TR_PART_WILLIAMS,
    TR_PART_CHANGE,
    TR_PART_CHANNEL,
    TR_PART_MONEY_FLOW,
    TR_PART_BANDS,
    TR_PART_BAND_INPUTS,
    TR_PART_RETURNS,
    TR_PART_REALIZED,
    TR_PART_ESTIMATORS,
    TR_PART_SHAPE,
    TR_PART_SWING,
    TR_PART_SWING_INPUTS,
    TR_PART_DONCHIAN,
    TR_PART_PIVOT,
    TR_PART_PIVOT_INPUTS,
    TR_PART_OBV,
    TR_PART_SPREAD,
    TR_PART_ILLIQUIDITY,
    TR_PART_VOLUME,
    TR_PART_RECORDED,
    TR_PART_TREND_REGIME,
    TR_PART_VOLATILITY_REGIME,
    TR_PART_CALENDAR,
    TR_PART_COUNT
};

typedef void (*tr_part_fn)(const struct tr_block *block);
typedef uint64_t tr_part_set; /* bit p: part p */

/* The parts needed for the columns marked in wanted [TR_COLUMN_COUNT], with all that these read. */
tr_part_set tr_parts_for(const bool *wanted);
/* The columns these parts write, into column [TR_COLUMN_COUNT]; returns how many. */
size_t tr_parts_columns(tr_part_set parts, unsigned char *column);

/* The best table for this processor, chosen by its flags. */
const tr_part_fn *tr_parts_best(void);

/* Each instruction set's table [TR_PART_COUNT]; NULL where it was not built or this processor lacks it. The first one
 * is the plain one. */
enum tr_isa { TR_ISA_PLAIN, TR_ISA_AVX2, TR_ISA_COUNT };
const tr_part_fn *tr_parts_of_isa(enum tr_isa isa);

#endif
