/* Ichimoku Kinko Hyo (G. Hosoda, 1969), 9/26/52. Senkou spans stand on the bar they are drawn over: they were known 26
 * bars before. */
#ifndef TR_FEATURE_ICHIMOKU_H
#define TR_FEATURE_ICHIMOKU_H

#include "engine/feature/block.h"

#define tr_ichimoku_extremes TR_ISA(tr_ichimoku_extremes)
#define tr_ichimoku_lines TR_ISA(tr_ichimoku_lines)
#define tr_ichimoku_inputs TR_ISA(tr_ichimoku_inputs)

/* Series HIGH_9 .. HIGH_52 and LOW_9 .. LOW_52, for all families. */
void tr_ichimoku_extremes(const struct tr_block *block);
/* ichimoku_*. */
void tr_ichimoku_lines(const struct tr_block *block);
/* tenkan_dist .. chikou_mom. */
void tr_ichimoku_inputs(const struct tr_block *block);

#endif
