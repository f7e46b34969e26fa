#include "engine/label/target.h"

void tr_target_from_barrier(size_t n, const struct tr_barrier_labels *labels, int8_t *y, uint16_t *span)
{
    for (size_t t = 0; t < n; t++) {
        y[t] = labels->hit[t] == TR_HIT_NONE ? -1 : labels->hit[t] == TR_HIT_TP;
        span[t] = labels->bars[t];
    }
}

void tr_target_from_ladder(size_t n, const struct tr_ladder_labels *labels, int8_t *y, uint16_t *span)
{
    for (size_t t = 0; t < n; t++) {
        y[t] = labels->tp1[t];
        span[t] = labels->tp1_bars[t];
    }
}
