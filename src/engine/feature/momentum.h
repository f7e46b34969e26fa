/* Momentum: RSI, stochastic, rates of change, CCI, Williams %R, money flow; TA-Lib's conventions, 0 where TA-Lib says
 * 0. Each function computes one block. */
#ifndef TR_FEATURE_MOMENTUM_H
#define TR_FEATURE_MOMENTUM_H

#include "engine/feature/block.h"

#define tr_momentum_rsi TR_ISA(tr_momentum_rsi)
#define tr_momentum_stochastic TR_ISA(tr_momentum_stochastic)
#define tr_momentum_williams TR_ISA(tr_momentum_williams)
#define tr_momentum_change TR_ISA(tr_momentum_change)
#define tr_momentum_channel TR_ISA(tr_momentum_channel)
#define tr_momentum_money_flow TR_ISA(tr_momentum_money_flow)

void tr_momentum_rsi(const struct tr_block *block);        /* rsi_14 */
void tr_momentum_stochastic(const struct tr_block *block); /* stoch_k, stoch_d */
void tr_momentum_williams(const struct tr_block *block);   /* willr_14 */
void tr_momentum_change(const struct tr_block *block);     /* roc_* */
void tr_momentum_channel(const struct tr_block *block);    /* series TYPICAL; cci_20 */
void tr_momentum_money_flow(const struct tr_block *block); /* mfi_14 */

#endif
