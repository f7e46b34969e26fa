#include "engine/feature/list.h"

#include "engine/feature/column.h"

#include <string.h>

#define OVERLAY(name, family, formula, unit, first)                                                                    \
    {                                                                                                                  \
        name, family, formula, unit, first, false, false                                                               \
    }
#define INPUT(name, family, formula, unit, first)                                                                      \
    {                                                                                                                  \
        name, family, formula, unit, first, true, false                                                                \
    }
#define RECORDED(name, family, formula, unit)                                                                          \
    {                                                                                                                  \
        name, family, formula, unit, -1, true, true                                                                    \
    }

static const struct tr_feature_info list[] = {
    [TR_EMA_9] = OVERLAY("ema_9", "trend", "EMA(C, 9)", "price", 8),
    [TR_EMA_21] = OVERLAY("ema_21", "trend", "EMA(C, 21)", "price", 20),
    [TR_EMA_50] = OVERLAY("ema_50", "trend", "EMA(C, 50)", "price", 49),
    [TR_EMA_200] = OVERLAY("ema_200", "trend", "EMA(C, 200)", "price", 199),
    [TR_MACD] = OVERLAY("macd", "trend", "EMA(C, 12) - EMA(C, 26), both seeded on row 25", "price", 33),
    [TR_MACD_SIGNAL] = OVERLAY("macd_signal", "trend", "EMA(macd, 9)", "price", 33),
    [TR_MACD_HIST] = OVERLAY("macd_hist", "trend", "macd - macd_signal", "price", 33),
    [TR_ICHIMOKU_TENKAN] = OVERLAY("ichimoku_tenkan", "trend", "(HH_9 + LL_9)/2", "price", 8),
    [TR_ICHIMOKU_KIJUN] = OVERLAY("ichimoku_kijun", "trend", "(HH_26 + LL_26)/2", "price", 25),
    [TR_ICHIMOKU_SENKOU_A] = OVERLAY("ichimoku_senkou_a", "trend", "(tenkan[t-26] + kijun[t-26])/2", "price", 51),
    [TR_ICHIMOKU_SENKOU_B] = OVERLAY("ichimoku_senkou_b", "trend", "(HH_52[t-26] + LL_52[t-26])/2", "price", 77),
    [TR_BB_UPPER] = OVERLAY("bb_upper", "volatility", "SMA_20(C) + 2 SD_20(C)", "price", 19),
    [TR_BB_MIDDLE] = OVERLAY("bb_middle", "volatility", "SMA_20(C)", "price", 19),
    [TR_BB_LOWER] = OVERLAY("bb_lower", "volatility", "SMA_20(C) - 2 SD_20(C)", "price", 19),
    [TR_ATR_14] = OVERLAY("atr_14", "volatility", "Wilder mean of the true range, 14", "price", 14),
    [TR_PIVOT_P] =
        OVERLAY("pivot_p", "support_resistance", "P = (Hd + Ld + Cd)/3 of the previous UTC day", "price", -1),
    [TR_PIVOT_R1] = OVERLAY("pivot_r1", "support_resistance", "2 P - Ld", "price", -1),
    [TR_PIVOT_S1] = OVERLAY("pivot_s1", "support_resistance", "2 P - Hd", "price", -1),
    [TR_PIVOT_R2] = OVERLAY("pivot_r2", "support_resistance", "P + (Hd - Ld)", "price", -1),
    [TR_PIVOT_S2] = OVERLAY("pivot_s2", "support_resistance", "P - (Hd - Ld)", "price", -1),
    [TR_FIB_382] =
        OVERLAY("fib_382", "support_resistance", "38.2 % back along the leg between HH_100 and LL_100", "price", 99),
    [TR_FIB_500] =
        OVERLAY("fib_500", "support_resistance", "50 % back along the leg between HH_100 and LL_100", "price", 99),
    [TR_FIB_618] =
        OVERLAY("fib_618", "support_resistance", "61.8 % back along the leg between HH_100 and LL_100", "price", 99),
    [TR_OBV] = OVERLAY("obv", "microstructure", "sum of V signed by the change of C, from the segment's first V",
                       "base volume", 0),
    [TR_EMA_9_DIST] = INPUT("ema_9_dist", "trend", "C/ema_9 - 1", "fraction", 8),
    [TR_EMA_21_DIST] = INPUT("ema_21_dist", "trend", "C/ema_21 - 1", "fraction", 20),
    [TR_EMA_50_DIST] = INPUT("ema_50_dist", "trend", "C/ema_50 - 1", "fraction", 49),
    [TR_EMA_200_DIST] = INPUT("ema_200_dist", "trend", "C/ema_200 - 1", "fraction", 199),
    [TR_EMA_9_21_SPREAD] = INPUT("ema_9_21_spread", "trend", "(ema_9 - ema_21)/C", "fraction", 20),
    [TR_EMA_21_50_SPREAD] = INPUT("ema_21_50_spread", "trend", "(ema_21 - ema_50)/C", "fraction", 49),
    [TR_EMA_50_200_SPREAD] = INPUT("ema_50_200_spread", "trend", "(ema_50 - ema_200)/C", "fraction", 199),
    [TR_EMA_21_SLOPE] = INPUT("ema_21_slope", "trend", "ema_21/ema_21[t-5] - 1", "fraction over 5 bars", 25),
    [TR_EMA_200_SLOPE] = INPUT("ema_200_slope", "trend", "ema_200/ema_200[t-20] - 1", "fraction over 20 bars", 219),
    [TR_MACD_NORM] = INPUT("macd_norm", "trend", "macd/C", "fraction", 33),
    [TR_MACD_SIGNAL_NORM] = INPUT("macd_signal_norm", "trend", "macd_signal/C", "fraction", 33),
    [TR_MACD_HIST_NORM] = INPUT("macd_hist_norm", "trend", "macd_hist/C", "fraction", 33),
    [TR_TENKAN_DIST] = INPUT("tenkan_dist", "trend", "C/ichimoku_tenkan - 1", "fraction", 8),
    [TR_KIJUN_DIST] = INPUT("kijun_dist", "trend", "C/ichimoku_kijun - 1", "fraction", 25),
    [TR_TENKAN_KIJUN_SPREAD] =
        INPUT("tenkan_kijun_spread", "trend", "(ichimoku_tenkan - ichimoku_kijun)/C", "fraction", 25),
    [TR_CLOUD_TOP_DIST] = INPUT("cloud_top_dist", "trend", "C/max(senkou_a, senkou_b) - 1", "fraction", 77),
    [TR_CLOUD_BOTTOM_DIST] = INPUT("cloud_bottom_dist", "trend", "C/min(senkou_a, senkou_b) - 1", "fraction", 77),
    [TR_CLOUD_THICKNESS] = INPUT("cloud_thickness", "trend", "abs(senkou_a - senkou_b)/C", "fraction", 77),
    [TR_FUTURE_CLOUD_SPREAD] =
        INPUT("future_cloud_spread", "trend", "((tenkan + kijun)/2 - (HH_52 + LL_52)/2)/C", "fraction", 51),
    [TR_CHIKOU_MOM] = INPUT("chikou_mom", "trend", "C/C[t-26] - 1", "fraction", 26),
    [TR_ADX_14] = INPUT("adx_14", "trend", "Wilder mean of DX = 100 abs(+DI - -DI)/(+DI + -DI), 14", "0..100", 27),
    [TR_PLUS_DI_14] =
        INPUT("plus_di_14", "trend", "100 * Wilder sum of +DM/Wilder sum of the true range, 14", "0..100", 14),
    [TR_MINUS_DI_14] =
        INPUT("minus_di_14", "trend", "100 * Wilder sum of -DM/Wilder sum of the true range, 14", "0..100", 14),
    [TR_RSI_14] = INPUT("rsi_14", "momentum", "100 * mean gain/(mean gain + mean loss), Wilder, 14", "0..100", 14),
    [TR_STOCH_K] = INPUT("stoch_k", "momentum", "SMA_3 of 100 (C - LL_14)/(HH_14 - LL_14)", "0..100", 17),
    [TR_STOCH_D] = INPUT("stoch_d", "momentum", "SMA_3(stoch_k)", "0..100", 17),
    [TR_ROC_1] = INPUT("roc_1", "momentum", "100 (C/C[t-1] - 1)", "percent", 1),
    [TR_ROC_3] = INPUT("roc_3", "momentum", "100 (C/C[t-3] - 1)", "percent", 3),
    [TR_ROC_6] = INPUT("roc_6", "momentum", "100 (C/C[t-6] - 1)", "percent", 6),
    [TR_ROC_12] = INPUT("roc_12", "momentum", "100 (C/C[t-12] - 1)", "percent", 12),
    [TR_ROC_24] = INPUT("roc_24", "momentum", "100 (C/C[t-24] - 1)", "percent", 24),
    [TR_CCI_20] = INPUT("cci_20", "momentum",
                        "(TP - SMA_20(TP))/(0.015 * mean of abs(TP - SMA_20(TP))), TP = (H + L + C)/3", "index", 19),
    [TR_WILLR_14] = INPUT("willr_14", "momentum", "100 (C - HH_14)/(HH_14 - LL_14)", "-100..0", 13),
    [TR_MFI_14] = INPUT("mfi_14", "momentum", "100 * rising TP V/(rising + falling TP V), sums of 14", "0..100", 14),
    [TR_TRIX_15] =
        INPUT("trix_15", "momentum", "100 (E/E[t-1] - 1), E = EMA 15 of EMA 15 of EMA 15 of C", "percent", 43),
    [TR_NATR_14] = INPUT("natr_14", "volatility", "100 atr_14/C", "percent", 14),
    [TR_BB_PCTB] = INPUT("bb_pctb", "volatility", "(C - bb_lower)/(bb_upper - bb_lower)", "0..1 inside the bands", 19),
    [TR_BB_WIDTH] = INPUT("bb_width", "volatility", "(bb_upper - bb_lower)/bb_middle", "fraction", 19),
    [TR_RV_24] = INPUT("rv_24", "volatility", "sqrt(mean of r^2 over 24)", "fraction per bar", 24),
    [TR_RV_96] = INPUT("rv_96", "volatility", "sqrt(mean of r^2 over 96)", "fraction per bar", 96),
    [TR_RV_RATIO] = INPUT("rv_ratio", "volatility", "rv_24/rv_96", "ratio", 96),
    [TR_PARKINSON_24] =
        INPUT("parkinson_24", "volatility", "sqrt(mean_24(ln(H/L)^2)/(4 ln 2))", "fraction per bar", 23),
    [TR_GARMAN_KLASS_24] = INPUT("garman_klass_24", "volatility",
                                 "sqrt(max(0, mean_24(ln(H/L)^2/2 - (2 ln 2 - 1) ln(C/O)^2)))", "fraction per bar", 23),
    [TR_YANG_ZHANG_24] = INPUT("yang_zhang_24", "volatility", "sqrt(var(o) + k var(c) + (1 - k) mean(RS)) over 24",
                               "fraction per bar", 24),
    [TR_RANGE_FRAC] = INPUT("range_frac", "volatility", "(H - L)/C", "fraction", 0),
    [TR_BODY_FRAC] = INPUT("body_frac", "volatility", "(C - O)/(H - L)", "-1..1", 0),
    [TR_UPPER_WICK_FRAC] = INPUT("upper_wick_frac", "volatility", "(H - max(O, C))/(H - L)", "0..1", 0),
    [TR_LOWER_WICK_FRAC] = INPUT("lower_wick_frac", "volatility", "(min(O, C) - L)/(H - L)", "0..1", 0),
    [TR_FIB_382_DIST] = INPUT("fib_382_dist", "support_resistance", "(C - fib_382)/atr_14", "ATR", 99),
    [TR_FIB_500_DIST] = INPUT("fib_500_dist", "support_resistance", "(C - fib_500)/atr_14", "ATR", 99),
    [TR_FIB_618_DIST] = INPUT("fib_618_dist", "support_resistance", "(C - fib_618)/atr_14", "ATR", 99),
    [TR_SWING_HIGH_DIST] = INPUT("swing_high_dist", "support_resistance", "(C - HH_100)/atr_14", "ATR", 99),
    [TR_SWING_LOW_DIST] = INPUT("swing_low_dist", "support_resistance", "(C - LL_100)/atr_14", "ATR", 99),
    [TR_PIVOT_P_DIST] = INPUT("pivot_p_dist", "support_resistance", "(C - pivot_p)/atr_14", "ATR", -1),
    [TR_PIVOT_R1_DIST] = INPUT("pivot_r1_dist", "support_resistance", "(C - pivot_r1)/atr_14", "ATR", -1),
    [TR_PIVOT_S1_DIST] = INPUT("pivot_s1_dist", "support_resistance", "(C - pivot_s1)/atr_14", "ATR", -1),
    [TR_PIVOT_R2_DIST] = INPUT("pivot_r2_dist", "support_resistance", "(C - pivot_r2)/atr_14", "ATR", -1),
    [TR_PIVOT_S2_DIST] = INPUT("pivot_s2_dist", "support_resistance", "(C - pivot_s2)/atr_14", "ATR", -1),
    [TR_DONCHIAN_20_POS] = INPUT("donchian_20_pos", "support_resistance", "(C - LL_20)/(HH_20 - LL_20)", "0..1", 19),
    [TR_SPREAD_BPS] = RECORDED("spread_bps", "microstructure",
                               "10000 (ask - bid)/((ask + bid)/2) of the newest book sample", "basis points"),
    [TR_DEPTH_IMBALANCE] = RECORDED("depth_imbalance", "microstructure",
                                    "(bid sizes - ask sizes)/(bid sizes + ask sizes), best 20 levels", "-1..1"),
    [TR_REALIZED_VOL] = RECORDED("realized_vol", "microstructure",
                                 "sqrt(sum of r^2) of the 1m closes of the last 60 minutes", "fraction per hour"),
    [TR_CORWIN_SCHULTZ_SPREAD] = INPUT("corwin_schultz_spread", "microstructure",
                                       "mean of max(0, S) over the last 24 pairs of bars", "fraction", 24),
    [TR_AMIHUD_24] = INPUT("amihud_24", "microstructure",
                           "mean_24 of abs(r)/(C V) over mean_96 of the same, bars with V > 0", "ratio", 96),
    [TR_VOLUME_Z_48] = INPUT("volume_z_48", "microstructure", "(V - SMA_48(V))/SD_48(V)", "standard deviations", 47),
    [TR_OBV_SLOPE_24] = INPUT("obv_slope_24", "microstructure", "(obv - obv[t-24])/(sum of V over 24)", "-1..1", 24),
    [TR_FUNDING_RATE] =
        RECORDED("funding_rate", "microstructure", "newest settled rate * 8/interval hours", "fraction per 8 h"),
    [TR_FUNDING_Z_90] = RECORDED("funding_z_90", "microstructure", "(funding - mean)/SD over the newest 90 settlements",
                                 "standard deviations"),
    [TR_TREND_REGIME] = INPUT("trend_regime", "regime",
                              "1 if ema_9 > ema_21 > ema_50, -1 if ema_9 < ema_21 < ema_50, else 0", "-1, 0, 1", 49),
    [TR_ATR_PERCENTILE_100] =
        INPUT("atr_percentile_100", "regime", "share of the 99 earlier atr_14 below this one, ties half", "0..1", 113),
    [TR_VOL_REGIME] = INPUT("vol_regime", "regime", "0, 1, 2 for the thirds of atr_percentile_100", "0, 1, 2", 113),
    [TR_HOUR_SIN] = INPUT("hour_sin", "calendar", "sin(2 pi minute of the UTC day/1440)", "-1..1", 0),
    [TR_HOUR_COS] = INPUT("hour_cos", "calendar", "cos(2 pi minute of the UTC day/1440)", "-1..1", 0),
    [TR_DOW_SIN] = INPUT("dow_sin", "calendar", "sin(2 pi weekday/7), Monday 0", "-1..1", 0),
    [TR_DOW_COS] = INPUT("dow_cos", "calendar", "cos(2 pi weekday/7), Monday 0", "-1..1", 0),
    [TR_SENTIMENT] =
        RECORDED("sentiment", "sentiment", "newest plug-in value, at most 24 h old", "as the plug-in says"),
};

_Static_assert(sizeof list / sizeof *list == TR_FEATURE_COLUMNS, "one entry a column");
_Static_assert(TR_COLUMN_COUNT == TR_FEATURE_COLUMNS, "one name a column");

const struct tr_feature_info *tr_feature_info(size_t column)
{
    return &list[column];
}

size_t tr_feature_find(const char *name)
{
    size_t column = 0;
    while (column < TR_FEATURE_COLUMNS && strcmp(list[column].name, name) != 0)
        column++;
    return column;
}
