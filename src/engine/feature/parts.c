#include "engine/feature/parts.h"

#include "engine/feature/part_table.h"

#define BIT(part) ((tr_part_set)1 << TR_PART_##part)

/* n neighbouring columns. */
struct columns {
    enum tr_feature_column first;
    size_t n;
};

struct part_info {
    struct columns writes[3]; /* n = 0 behind the last */
    tr_part_set needs;        /* the parts whose series or columns it reads */
};

static const struct part_info parts[TR_PART_COUNT] = {
    [TR_PART_MOVES] = {.needs = 0},
    [TR_PART_AVERAGES] = {.writes = {{TR_EMA_9, 4}, {TR_ATR_14, 1}}, .needs = BIT(MOVES)},
    [TR_PART_MACD] = {.writes = {{TR_MACD, 3}}, .needs = BIT(AVERAGES)},
    [TR_PART_INVERSE_CLOSE] = {.needs = 0},
    [TR_PART_INVERSE_ATR] = {.needs = BIT(AVERAGES)},
    [TR_PART_AVERAGE_INPUTS] = {.writes = {{TR_EMA_9_DIST, 9}}, .needs = BIT(AVERAGES) | BIT(INVERSE_CLOSE)},
    [TR_PART_MACD_INPUTS] = {.writes = {{TR_MACD_NORM, 3}}, .needs = BIT(MACD) | BIT(INVERSE_CLOSE)},
    [TR_PART_DIRECTIONAL] = {.writes = {{TR_ADX_14, 3}, {TR_TRIX_15, 1}}, .needs = BIT(AVERAGES)},
    [TR_PART_EXTREMES] = {.needs = 0},
    [TR_PART_ICHIMOKU] = {.writes = {{TR_ICHIMOKU_TENKAN, 4}}, .needs = BIT(EXTREMES)},
    [TR_PART_ICHIMOKU_INPUTS] = {.writes = {{TR_TENKAN_DIST, 8}}, .needs = BIT(ICHIMOKU) | BIT(INVERSE_CLOSE)},
    [TR_PART_RSI] = {.writes = {{TR_RSI_14, 1}}, .needs = BIT(AVERAGES)},
    [TR_PART_STOCHASTIC] = {.writes = {{TR_STOCH_K, 2}}, .needs = BIT(EXTREMES)},
    [TR_PART_WILLIAMS] = {.writes = {{TR_WILLR_14, 1}}, .needs = BIT(EXTREMES)},
    [TR_PART_CHANGE] = {.writes = {{TR_ROC_1, 5}}, .needs = BIT(INVERSE_CLOSE)},
    [TR_PART_CHANNEL] = {.writes = {{TR_CCI_20, 1}}},
    [TR_PART_MONEY_FLOW] = {.writes = {{TR_MFI_14, 1}}, .needs = BIT(CHANNEL)},
    [TR_PART_BANDS] = {.writes = {{TR_BB_UPPER, 3}}},
    [TR_PART_BAND_INPUTS] = {.writes = {{TR_BB_PCTB, 2}}, .needs = BIT(BANDS)},
    [TR_PART_RETURNS] = {.needs = 0},
    [TR_PART_REALIZED] = {.writes = {{TR_RV_24, 3}}, .needs = BIT(RETURNS)},
    [TR_PART_ESTIMATORS] = {.writes = {{TR_PARKINSON_24, 3}}, .needs = BIT(RETURNS)},
    [TR_PART_SHAPE] = {.writes = {{TR_RANGE_FRAC, 4}, {TR_NATR_14, 1}}, .needs = BIT(AVERAGES) | BIT(INVERSE_CLOSE)},
    [TR_PART_SWING] = {.writes = {{TR_FIB_382, 3}}, .needs = BIT(EXTREMES)},
    [TR_PART_SWING_INPUTS] = {.writes = {{TR_FIB_382_DIST, 5}}, .needs = BIT(SWING) | BIT(INVERSE_ATR)},
    [TR_PART_DONCHIAN] = {.writes = {{TR_DONCHIAN_20_POS, 1}}, .needs = BIT(EXTREMES)},
    [TR_PART_PIVOT] = {.writes = {{TR_PIVOT_P, 5}}},
    [TR_PART_PIVOT_INPUTS] = {.writes = {{TR_PIVOT_P_DIST, 5}}, .needs = BIT(PIVOT) | BIT(INVERSE_ATR)},
    [TR_PART_OBV] = {.writes = {{TR_OBV, 1}}},
    [TR_PART_SPREAD] = {.writes = {{TR_CORWIN_SCHULTZ_SPREAD, 1}}, .needs = BIT(RETURNS)},
    [TR_PART_ILLIQUIDITY] = {.writes = {{TR_AMIHUD_24, 1}}, .needs = BIT(RETURNS)},
    [TR_PART_VOLUME] = {.writes = {{TR_VOLUME_Z_48, 2}}, .needs = BIT(OBV)},
    [TR_PART_RECORDED] = {.writes = {{TR_SPREAD_BPS, 3}, {TR_FUNDING_RATE, 2}, {TR_SENTIMENT, 1}}},
    [TR_PART_TREND_REGIME] = {.writes = {{TR_TREND_REGIME, 1}}, .needs = BIT(AVERAGES)},
    [TR_PART_VOLATILITY_REGIME] = {.writes = {{TR_ATR_PERCENTILE_100, 2}}, .needs = BIT(AVERAGES)},
    [TR_PART_CALENDAR] = {.writes = {{TR_HOUR_SIN, 4}}},
};

static size_t columns_of(const struct part_info *part, unsigned char *column)
{
    size_t n = 0;
    for (size_t k = 0; k < 3; k++)
        for (size_t c = 0; c < part->writes[k].n; c++)
            column[n++] = (unsigned char)(part->writes[k].first + c);
    return n;
}

size_t tr_parts_columns(tr_part_set set, unsigned char *column)
{
    size_t n = 0;
    for (int part = 0; part < TR_PART_COUNT; part++)
        if (set >> part & 1)
            n += columns_of(&parts[part], column + n);
    return n;
}

tr_part_set tr_parts_for(const bool *wanted)
{
    tr_part_set set = 0;
    for (int part = TR_PART_COUNT - 1; part >= 0; part--) {
        unsigned char column[TR_COLUMN_COUNT];
        size_t n = columns_of(&parts[part], column);
        for (size_t k = 0; k < n; k++)
            if (wanted[column[k]])
                set |= (tr_part_set)1 << part;
        if (set >> part & 1) /* a part stands behind all that it reads */
            set |= parts[part].needs;
    }
    return set;
}

const tr_part_fn *tr_parts_of_isa(enum tr_isa isa)
{
    if (isa == TR_ISA_PLAIN)
        return tr_part_table_plain;
#if defined(__x86_64__)
    if (isa == TR_ISA_AVX2 && __builtin_cpu_supports("avx2"))
        return tr_part_table_avx2;
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
