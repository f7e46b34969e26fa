/* Sums of gradients and hessians by bin, of eight columns at a time. */
#ifndef TR_GBDT_HISTOGRAM_H
#define TR_GBDT_HISTOGRAM_H

#include "engine/model/gbdt/binned.h"

/* cells [group->bins][TR_GBDT_LANES][2] = sums over row [n], in their order; gradient [n][2] belongs to them in that
 * order. */
void tr_gbdt_histogram(const struct tr_gbdt_group *group, size_t n, const uint32_t *row, const float *gradient,
                       double *cells);

/* whole -= part, cell by cell. */
void tr_gbdt_histogram_subtract(size_t bins, double *restrict whole, const double *restrict part);

#endif
