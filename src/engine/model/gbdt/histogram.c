#include "engine/model/gbdt/histogram.h"

#include <string.h>

enum { CELLS = 2 * TR_GBDT_LANES, PREFETCH_ROWS = 16 };

typedef double pair __attribute__((vector_size(16)));

/* One load, one addition and one store for both sums of a cell; the eight increments of a row go to different
 * histograms, so that none waits for another. */
static inline void add_row(const uint8_t *bin, pair both, pair *cell, size_t lanes)
{
    for (size_t lane = 0; lane < lanes; lane++)
        cell[(size_t)bin[lane] * TR_GBDT_LANES + lane] += both;
}

static inline void add_rows(const uint8_t *packed, size_t n, const uint32_t *row, const float *gradient, pair *cell,
                            size_t lanes)
{
    for (size_t i = 0; i < n; i++) {
        pair both = {(double)gradient[2 * i], (double)gradient[2 * i + 1]};
        __builtin_prefetch(packed + (size_t)row[i + PREFETCH_ROWS < n ? i + PREFETCH_ROWS : i] * TR_GBDT_LANES);
        add_row(packed + (size_t)row[i] * TR_GBDT_LANES, both, cell, lanes);
    }
}

void tr_gbdt_histogram(const struct tr_gbdt_group *group, size_t n, const uint32_t *row, const float *gradient,
                       double *cells)
{
    pair *cell = (pair *)(void *)cells;
    memset(cells, 0, group->bins * CELLS * sizeof *cells);
    if (group->lanes == TR_GBDT_LANES)
        add_rows(group->packed, n, row, gradient, cell, TR_GBDT_LANES);
    else
        add_rows(group->packed, n, row, gradient, cell, group->lanes);
}

void tr_gbdt_histogram_subtract(size_t bins, double *restrict whole, const double *restrict part)
{
    for (size_t i = 0; i < bins * CELLS; i++)
        whole[i] -= part[i];
}
