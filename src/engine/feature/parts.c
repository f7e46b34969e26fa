#include "engine/feature/parts.h"

#include "engine/feature/part_table.h"

#define BIT(part) ((tr_part_set)1 << TR_PART_##part)

/* What a part writes (columns first .. last, and first_2 .. last_2 where its columns stand in two places) and which
 * parts it reads directly. */
struct part_info {
    enum tr_feature_column first, last, first_2, last_2;
    tr_part_set needs;
};

#define NO_MORE TR_COLUMN_COUNT, TR_COLUMN_COUNT
#define NO_COLUMN TR_COLUMN_COUNT, TR_COLUMN_COUNT, NO_MORE

static const struct part_info parts[TR_PART_COUNT] = {
    [TR_PART_AVERAGES] = {TR_EMA_9, TR_EMA_200, NO_MORE, 0},
    [TR_PART_MOVES] = {TR_ATR_14, TR_ATR_14, NO_MORE, BIT(AVERAGES)},
    [TR_PART_MACD] = {TR_MACD, TR_MACD_HIST, NO_MORE, BIT(MOVES)},
    [TR_PART_INVERSE_CLOSE] = {NO_COLUMN, 0},
    [TR_PART_INVERSE_ATR] = {NO_COLUMN, BIT(MOVES)},
    [TR_PART_AVERAGE_INPUTS] = {TR_EMA_9_DIST, TR_EMA_200_SLOPE, NO_MORE, BIT(AVERAGES) | BIT(INVERSE_CLOSE)},
    [TR_PART_MACD_INPUTS] = {TR_MACD_NORM, TR_MACD_HIST_NORM, NO_MORE, BIT(MACD) | BIT(INVERSE_CLOSE)},
    [TR_PART_DIRECTIONAL] = {TR_ADX_14, TR_MINUS_DI_14, TR_TRIX_15, TR_TRIX_15, BIT(MOVES)},
    [TR_PART_EXTREMES] = {NO_COLUMN, 0},
    [TR_PART_ICHIMOKU] = {TR_ICHIMOKU_TENKAN, TR_ICHIMOKU_SENKOU_B, NO_MORE, BIT(EXTREMES)},
    [TR_PART_ICHIMOKU_INPUTS] = {TR_TENKAN_DIST, TR_CHIKOU_MOM, NO_MORE, BIT(ICHIMOKU) | BIT(INVERSE_CLOSE)},
    [TR_PART_RSI] = {TR_RSI_14, TR_RSI_14, NO_MORE, BIT(MOVES)},
    [TR_PART_STOCHASTIC] = {TR_STOCH_K, TR_STOCH_D, NO_MORE, BIT(EXTREMES)},
    [TR_PART_WILLIAMS] = {TR_WILLR_14, TR_WILLR_14, NO_MORE, BIT(EXTREMES)},
    [TR_PART_CHANGE] = {TR_ROC_1, TR_ROC_24, NO_MORE, BIT(INVERSE_CLOSE)},
    [TR_PART_CHANNEL] = {TR_CCI_20, TR_CCI_20, NO_MORE, 0},
    [TR_PART_MONEY_FLOW] = {TR_MFI_14, TR_MFI_14, NO_MORE, BIT(CHANNEL)},
    [TR_PART_BANDS] = {TR_BB_UPPER, TR_BB_LOWER, NO_MORE, 0},
    [TR_PART_BAND_INPUTS] = {TR_BB_PCTB, TR_BB_WIDTH, NO_MORE, BIT(BANDS)},
    [TR_PART_RETURNS] = {NO_COLUMN, 0},
    [TR_PART_REALIZED] = {TR_RV_24, TR_RV_RATIO, NO_MORE, BIT(RETURNS)},
    [TR_PART_ESTIMATORS] = {TR_PARKINSON_24, TR_YANG_ZHANG_24, NO_MORE, BIT(RETURNS)},
    [TR_PART_SHAPE] = {TR_RANGE_FRAC, TR_LOWER_WICK_FRAC, TR_NATR_14, TR_NATR_14, BIT(MOVES) | BIT(INVERSE_CLOSE)},
    [TR_PART_SWING] = {TR_FIB_382, TR_FIB_618, NO_MORE, BIT(EXTREMES)},
    [TR_PART_SWING_INPUTS] = {TR_FIB_382_DIST, TR_SWING_LOW_DIST, NO_MORE, BIT(SWING) | BIT(INVERSE_ATR)},
    [TR_PART_DONCHIAN] = {TR_DONCHIAN_20_POS, TR_DONCHIAN_20_POS, NO_MORE, BIT(EXTREMES)},
    [TR_PART_PIVOT] = {TR_PIVOT_P, TR_PIVOT_S2, NO_MORE, 0},
    [TR_PART_PIVOT_INPUTS] = {TR_PIVOT_P_DIST, TR_PIVOT_S2_DIST, NO_MORE, BIT(PIVOT) | BIT(INVERSE_ATR)},
    [TR_PART_OBV] = {TR_OBV, TR_OBV, NO_MORE, 0},
    [TR_PART_SPREAD] = {TR_CORWIN_SCHULTZ_SPREAD, TR_CORWIN_SCHULTZ_SPREAD, NO_MORE, BIT(RETURNS)},
    [TR_PART_ILLIQUIDITY] = {TR_AMIHUD_24, TR_AMIHUD_24, NO_MORE, BIT(RETURNS)},
    [TR_PART_VOLUME] = {TR_VOLUME_Z_48, TR_OBV_SLOPE_24, NO_MORE, BIT(OBV)},
    [TR_PART_RECORDED] = {TR_SPREAD_BPS, TR_REALIZED_VOL, TR_FUNDING_RATE, TR_FUNDING_Z_90, 0},
    [TR_PART_TREND_REGIME] = {TR_TREND_REGIME, TR_TREND_REGIME, NO_MORE, BIT(AVERAGES)},
    [TR_PART_VOLATILITY_REGIME] = {TR_ATR_PERCENTILE_100, TR_VOL_REGIME, NO_MORE, BIT(MOVES)},
    [TR_PART_CALENDAR] = {TR_HOUR_SIN, TR_DOW_COS, NO_MORE, 0},
};

static bool writes(const struct part_info *part, enum tr_feature_column column)
{
    return (column >= part->first && column <= part->last) || (column >= part->first_2 && column <= part->last_2);
}

enum tr_part tr_part_of(enum tr_feature_column column)
{
    for (int part = 0; part < TR_PART_COUNT; part++)
        if (writes(&parts[part], column))
            return (enum tr_part)part;
    return TR_PART_RECORDED; /* sentiment */
}

tr_part_set tr_parts_for(const bool *wanted)
{
    tr_part_set set = 0;
    for (int column = 0; column < TR_COLUMN_COUNT; column++)
        if (wanted[column])
            set |= (tr_part_set)1 << tr_part_of((enum tr_feature_column)column);
    /* A part stands behind all that it reads: one pass from the back closes the set. */
    for (int part = TR_PART_COUNT - 1; part >= 0; part--)
        if (set >> part & 1)
            set |= parts[part].needs;
    return set;
}

const tr_part_fn *tr_parts_of_isa(enum tr_isa isa)
{
    if (isa == TR_ISA_PLAIN)
        return tr_part_table_plain;
#if defined(__x86_64__)
    if (isa == TR_ISA_AVX2 && __builtin_cpu_supports("avx2"))
        return tr_part_table_avx2;
    if (isa == TR_ISA_AVX512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return tr_part_table_avx512;
#endif
    return NULL;
}

const tr_part_fn *tr_parts_best(void)
{
    for (int isa = TR_ISA_COUNT - 1; isa > 0; isa--)
        if (tr_parts_of_isa((enum tr_isa)isa))
            return tr_parts_of_isa((enum tr_isa)isa);
    return tr_part_table_plain;
}
