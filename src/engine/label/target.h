/* Labels as a head's targets: y and the span that decided it. */
#ifndef TR_LABEL_TARGET_H
#define TR_LABEL_TARGET_H

#include "engine/label/barrier.h"
#include "engine/label/ladder.h"

enum tr_label_kind { TR_LABEL_TRIPLE_BARRIER, TR_LABEL_LADDER };

/* y = 1 where the take-profit came first; span = bars to the hit. y, span [n]. */
void tr_target_from_barrier(size_t n, const struct tr_barrier_labels *labels, int8_t *y, uint16_t *span);
/* y = the TP1 event; span = the bar that decided it. */
void tr_target_from_ladder(size_t n, const struct tr_ladder_labels *labels, int8_t *y, uint16_t *span);

#endif
