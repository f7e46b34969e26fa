/* Scores as ranks among a model's own reference scores, so that scores of successive models can be pooled. */
#ifndef TR_CALIBRATE_RANK_H
#define TR_CALIBRATE_RANK_H

#include <stddef.h>

/* (#{c < s} + 0.5 #{c = s} + 0.5) / (m + 1) over the reference scores c: sorted [m] ascending. In (0, 1). */
double tr_rank(size_t m, const double *sorted, double score);

#endif
