/* Ladder labels: what became of the signal that each bar would have given, by the outcome kernel. */
#ifndef TR_LABEL_LADDER_H
#define TR_LABEL_LADDER_H

#include "engine/market/bars.h"
#include "engine/trade/levels.h"
#include "engine/trade/outcome.h"

#include <stdint.h>

/* Columns over the bars, the caller's memory, each [n]. No label (horizon bars missing or not consecutive, or ATR
 * undefined or 0): tp1 is -1, bars 0, NaN. */
struct tr_ladder_labels {
    int8_t *tp1;         /* 1 = target 1 before stop within the horizon, 0 = not, -1 = no label */
    uint16_t *tp1_bars;  /* the bar that decided it */
    uint16_t *exit_bars; /* the bar of the last fill */
    double *gain_atr;    /* sign * (average exit - entry) / ATR */
};

/* atr [n]: ATR(14) in price. Entry at close[t]. */
void tr_ladder_label(const struct tr_bars *bars, const double *atr, const struct tr_ladder *ladder, enum tr_side side,
                     const struct tr_ladder_labels *out);

#endif
