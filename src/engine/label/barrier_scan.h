/* The inner loop of barrier labels, in variants by instruction set: bars until the first touch, for a block of
 * consecutive rows. Comparisons only, so all variants agree to the bit. */
#ifndef TR_LABEL_BARRIER_SCAN_H
#define TR_LABEL_BARRIER_SCAN_H

#include <stddef.h>
#include <stdint.h>

#define TR_BARRIER_BLOCK ((size_t)64)

/* quiet [TR_BARRIER_BLOCK]: for row i the number of bars i+1, i+2 .. i+horizon, counted from the front, with
 * low > floor[i] and high < ceiling[i], up to the first that is not so (horizon where all are so).
 * low, high: from the block's first row on; readable up to index TR_BARRIER_BLOCK - 1 + horizon.
 * floor, ceiling [TR_BARRIER_BLOCK]. Cost: O(block * horizon / lanes), less where all rows of a vector decide early. */
typedef void (*tr_barrier_scan_fn)(size_t horizon, const double *low, const double *high, const double *floor,
                                   const double *ceiling, int64_t *quiet);

void tr_barrier_scan_plain(size_t horizon, const double *low, const double *high, const double *floor,
                           const double *ceiling, int64_t *quiet);
void tr_barrier_scan_avx2(size_t horizon, const double *low, const double *high, const double *floor,
                          const double *ceiling, int64_t *quiet);
void tr_barrier_scan_avx512(size_t horizon, const double *low, const double *high, const double *floor,
                            const double *ceiling, int64_t *quiet);

struct tr_barrier_variant {
    const char *name;
    tr_barrier_scan_fn scan;
    int (*supported)(void); /* by this CPU */
};

/* Fastest first; the last is the plain one, which every CPU runs. */
extern const struct tr_barrier_variant tr_barrier_variants[];
extern const size_t tr_barrier_variant_count;

#endif
