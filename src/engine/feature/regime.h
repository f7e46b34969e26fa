/* Regimes: the order of the averages, and how wide the market moves against its last 99 bars. Each function computes
 * one block. */
#ifndef TR_FEATURE_REGIME_H
#define TR_FEATURE_REGIME_H

#include "engine/feature/block.h"

#define tr_regime_trend TR_ISA(tr_regime_trend)
#define tr_regime_volatility TR_ISA(tr_regime_volatility)

void tr_regime_trend(const struct tr_block *block);      /* trend_regime */
void tr_regime_volatility(const struct tr_block *block); /* atr_percentile_100, vol_regime */

#endif
