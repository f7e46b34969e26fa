/* The funnel: how many candidates each stage refused, and what came out. */
#ifndef TR_SIGNAL_FUNNEL_H
#define TR_SIGNAL_FUNNEL_H

#include "engine/signal/signal.h"

struct tr_funnel {
    size_t bars;       /* looked at; counted by the caller */
    size_t candidates; /* per bar one for each side that was looked at */
    size_t refused[TR_SIDE_COUNT][TR_STAGE_COUNT];
    double best_margin[TR_SIDE_COUNT][TR_STAGE_COUNT]; /* the closest miss; NaN where none */
    size_t signals[TR_SIDE_COUNT];
    size_t proven[TR_SIDE_COUNT];
};

void tr_funnel_init(struct tr_funnel *funnel);
void tr_funnel_count(struct tr_funnel *funnel, const struct tr_decision *decision);

#endif
