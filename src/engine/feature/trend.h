/* Trend: exponential averages, MACD, directional movement, TRIX.
 * Each function computes one block; what it reads must have been computed before (parts.c orders them). Formulas,
 * units, warm-up, undefined cases and sources of all columns: docs/features.md. */
#ifndef TR_FEATURE_TREND_H
#define TR_FEATURE_TREND_H

#include "engine/feature/block.h"

#define tr_trend_averages TR_ISA(tr_trend_averages)
#define tr_trend_moves TR_ISA(tr_trend_moves)
#define tr_trend_macd TR_ISA(tr_trend_macd)
#define tr_trend_inverse_close TR_ISA(tr_trend_inverse_close)
#define tr_trend_inverse_atr TR_ISA(tr_trend_inverse_atr)
#define tr_trend_average_inputs TR_ISA(tr_trend_average_inputs)
#define tr_trend_directional TR_ISA(tr_trend_directional)
#define tr_trend_macd_inputs TR_ISA(tr_trend_macd_inputs)

/* Series UP .. MINUS_DM: what one bar moved. */
void tr_trend_moves(const struct tr_block *block);
/* The averages of closes and moves as series; ema_9 .. ema_200, atr_14. */
void tr_trend_averages(const struct tr_block *block);
/* macd, macd_signal, macd_hist. */
void tr_trend_macd(const struct tr_block *block);
/* Series INVERSE_CLOSE. */
void tr_trend_inverse_close(const struct tr_block *block);
/* Series INVERSE_ATR, NaN before row 14. */
void tr_trend_inverse_atr(const struct tr_block *block);
/* ema_*_dist, ema_*_spread, ema_*_slope. */
void tr_trend_average_inputs(const struct tr_block *block);
/* adx_14, plus_di_14, minus_di_14, trix_15. */
void tr_trend_directional(const struct tr_block *block);
/* macd_norm, macd_signal_norm, macd_hist_norm. */
void tr_trend_macd_inputs(const struct tr_block *block);

#endif
