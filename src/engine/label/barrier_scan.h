/* The inner loop of barrier labels, in variants by instruction set: the first touch of each row of a block. Comparisons
 * only, so all variants agree to the bit. */
#ifndef TR_LABEL_BARRIER_SCAN_H
#define TR_LABEL_BARRIER_SCAN_H

#include <stddef.h>
#include <stdint.h>

#define TR_BARRIER_BLOCK ((size_t)128)
#define TR_BARRIER_MAX_HORIZON ((size_t)255)

struct tr_barrier_touch {
    uint32_t row;  /* in the block */
    uint32_t bars; /* after the row, 1 .. horizon */
};

/* touch [TR_BARRIER_BLOCK]: ascending, the rows for which one of the next horizon bars has low <= floor[row] or
 * high >= ceiling[row], with the first such bar. Returns how many.
 * low, high: from the block's first row on; readable up to index TR_BARRIER_BLOCK - 1 + horizon.
 * floor, ceiling [TR_BARRIER_BLOCK]. horizon 1 .. TR_BARRIER_MAX_HORIZON. */
typedef size_t (*tr_barrier_scan_fn)(size_t horizon, const double *low, const double *high, const double *floor,
                                     const double *ceiling, struct tr_barrier_touch *touch);

size_t tr_barrier_scan_plain(size_t horizon, const double *low, const double *high, const double *floor,
                             const double *ceiling, struct tr_barrier_touch *touch);
size_t tr_barrier_scan_avx2(size_t horizon, const double *low, const double *high, const double *floor,
                            const double *ceiling, struct tr_barrier_touch *touch);
size_t tr_barrier_scan_avx512(size_t horizon, const double *low, const double *high, const double *floor,
                              const double *ceiling, struct tr_barrier_touch *touch);

struct tr_barrier_variant {
    const char *name;
    tr_barrier_scan_fn scan;
    int (*supported)(void); /* by this CPU */
};

/* Fastest first; the last is the plain one, which every CPU runs. */
extern const struct tr_barrier_variant tr_barrier_variants[];
extern const size_t tr_barrier_variant_count;

#endif
