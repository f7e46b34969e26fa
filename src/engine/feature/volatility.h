/* Volatility: Bollinger bands, estimators from open, high, low and close, the shape of the bar.
 * Sources: J. Bollinger (2001); Parkinson (1980); Garman and Klass (1980); Rogers and Satchell (1991); Yang and Zhang
 * (2000). Each function computes one block. */
#ifndef TR_FEATURE_VOLATILITY_H
#define TR_FEATURE_VOLATILITY_H

#include "engine/feature/block.h"

#define tr_volatility_bands TR_ISA(tr_volatility_bands)
#define tr_volatility_band_inputs TR_ISA(tr_volatility_band_inputs)
#define tr_volatility_returns TR_ISA(tr_volatility_returns)
#define tr_volatility_realized TR_ISA(tr_volatility_realized)
#define tr_volatility_estimators TR_ISA(tr_volatility_estimators)
#define tr_volatility_shape TR_ISA(tr_volatility_shape)

void tr_volatility_bands(const struct tr_block *block);       /* bb_upper, bb_middle, bb_lower */
void tr_volatility_band_inputs(const struct tr_block *block); /* bb_pctb, bb_width */
/* Series LN_OPEN .. LN_CLOSE, RETURN .. ROGERS_SATCHELL without RETURN_SQ_24. */
void tr_volatility_returns(const struct tr_block *block);
void tr_volatility_realized(const struct tr_block *block);   /* rv_24, rv_96, rv_ratio */
void tr_volatility_estimators(const struct tr_block *block); /* parkinson_24, garman_klass_24, yang_zhang_24 */
void tr_volatility_shape(const struct tr_block *block);      /* natr_14, range_frac .. lower_wick_frac */

#endif
