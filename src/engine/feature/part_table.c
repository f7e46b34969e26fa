#include "engine/feature/part_table.h"

#include "engine/feature/calendar.h"
#include "engine/feature/ichimoku.h"
#include "engine/feature/microstructure.h"
#include "engine/feature/momentum.h"
#include "engine/feature/pivot.h"
#include "engine/feature/regime.h"
#include "engine/feature/swing.h"
#include "engine/feature/trend.h"
#include "engine/feature/volatility.h"

const tr_part_fn TR_ISA(tr_part_table)[TR_PART_COUNT] = {
    [TR_PART_MOVES] = tr_trend_moves,
    [TR_PART_AVERAGES] = tr_trend_averages,
    [TR_PART_MACD] = tr_trend_macd,
    [TR_PART_INVERSE_CLOSE] = tr_trend_inverse_close,
    [TR_PART_INVERSE_ATR] = tr_trend_inverse_atr,
    [TR_PART_AVERAGE_INPUTS] = tr_trend_average_inputs,
    [TR_PART_MACD_INPUTS] = tr_trend_macd_inputs,
    [TR_PART_DIRECTIONAL] = tr_trend_directional,
    [TR_PART_EXTREMES] = tr_ichimoku_extremes,
    [TR_PART_ICHIMOKU] = tr_ichimoku_lines,
    [TR_PART_ICHIMOKU_INPUTS] = tr_ichimoku_inputs,
    [TR_PART_RSI] = tr_momentum_rsi,
    [TR_PART_STOCHASTIC] = tr_momentum_stochastic,
    [TR_PART_WILLIAMS] = tr_momentum_williams,
    [TR_PART_CHANGE] = tr_momentum_change,
    [TR_PART_CHANNEL] = tr_momentum_channel,
    [TR_PART_MONEY_FLOW] = tr_momentum_money_flow,
    [TR_PART_BANDS] = tr_volatility_bands,
    [TR_PART_BAND_INPUTS] = tr_volatility_band_inputs,
    [TR_PART_RETURNS] = tr_volatility_returns,
    [TR_PART_REALIZED] = tr_volatility_realized,
    [TR_PART_ESTIMATORS] = tr_volatility_estimators,
    [TR_PART_SHAPE] = tr_volatility_shape,
    [TR_PART_SWING] = tr_swing_levels,
    [TR_PART_SWING_INPUTS] = tr_swing_inputs,
    [TR_PART_DONCHIAN] = tr_swing_donchian,
    [TR_PART_PIVOT] = tr_pivot_levels,
    [TR_PART_PIVOT_INPUTS] = tr_pivot_inputs,
    [TR_PART_OBV] = tr_microstructure_obv,
    [TR_PART_SPREAD] = tr_microstructure_spread,
    [TR_PART_ILLIQUIDITY] = tr_microstructure_illiquidity,
    [TR_PART_VOLUME] = tr_microstructure_volume,
    [TR_PART_RECORDED] = tr_microstructure_recorded,
    [TR_PART_TREND_REGIME] = tr_regime_trend,
    [TR_PART_VOLATILITY_REGIME] = tr_regime_volatility,
    [TR_PART_CALENDAR] = tr_calendar_run,
};
