#include "engine/model/gbdt/histogram.h"

#include <string.h>

enum { CELLS = 2 * TR_GBDT_LANES, PREFETCH_ROWS = 16 };

typedef double pair __attribute__((vector_size(16)));
typedef pair bin_cells[TR_GBDT_LANES];

/* One load, one addition and one store for both sums of a cell; the increments of a row go to different histograms, so
 * that none waits for another. */
static inline void add_row(const uint8_t *bin, pair both, bin_cells *cells, size_t lanes)
{
    for (size_t lane = 0; lane < lanes; lane++)
        cells[bin[lane]][lane] += both;
}

static inline __attribute__((always_inline)) void add_rows(const uint8_t *packed, size_t n, const uint32_t *row,
                                                           const float *gradient, bin_cells *cells, size_t lanes)
{
    size_t i = 0;
    for (; i + PREFETCH_ROWS < n; i++) {
        pair both = {(double)gradient[2 * i], (double)gradient[2 * i + 1]};
        __builtin_prefetch(packed + (size_t)row[i + PREFETCH_ROWS] * TR_GBDT_LANES);
        add_row(packed + (size_t)row[i] * TR_GBDT_LANES, both, cells, lanes);
    }
    for (; i < n; i++) {
        pair both = {(double)gradient[2 * i], (double)gradient[2 * i + 1]};
        add_row(packed + (size_t)row[i] * TR_GBDT_LANES, both, cells, lanes);
    }
}

void tr_gbdt_histogram(const struct tr_gbdt_group *group, size_t n, const uint32_t *row, const float *gradient,
                       double *cells)
{
    bin_cells *of_bin = (bin_cells *)(void *)cells;
    memset(cells, 0, group->bins * CELLS * sizeof *cells);
    switch ((group->lanes + 1) / 2) { /* each its own unrolled loop; a lane not in use has all its rows in bin 0 */
    case 1:
        add_rows(group->packed, n, row, gradient, of_bin, 2);
        break;
    case 2:
        add_rows(group->packed, n, row, gradient, of_bin, 4);
        break;
    case 3:
        add_rows(group->packed, n, row, gradient, of_bin, 6);
        break;
    default:
        add_rows(group->packed, n, row, gradient, of_bin, TR_GBDT_LANES);
    }
}

void tr_gbdt_histogram_subtract(size_t bins, double *restrict whole, const double *restrict part)
{
    for (size_t i = 0; i < bins * CELLS; i++)
        whole[i] -= part[i];
}
