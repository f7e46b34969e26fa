/* Where a number stands among up to 255 ascending ones, without a branch: two looks at sixteen of them. A template:
 * whoever includes this may define TR_SEARCH_BYTES, the size of a register (16). */
#ifndef TR_FOREST_SEARCH_H
#define TR_FOREST_SEARCH_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef TR_SEARCH_BYTES
#define TR_SEARCH_BYTES 16
#endif

#define TR_SEARCH_MAX ((size_t)255)
#define TR_SEARCH_TABLE ((size_t)272) /* doubles of the largest table */

enum { TR_SEARCH_WIDTH = 16, TR_SEARCH_LANES = TR_SEARCH_BYTES / 8 };

/* table [TR_SEARCH_TABLE], of which few numbers use little: the last number of each full sixteen, then all n; filled up
 * with infinities, which are below nothing. */
static inline void tr_search_fill(size_t n, const double *sorted, double *table)
{
    for (size_t i = 0; i < TR_SEARCH_TABLE; i++)
        table[i] = (double)INFINITY;
    for (size_t i = 0; i < n / TR_SEARCH_WIDTH; i++)
        table[i] = sorted[i * TR_SEARCH_WIDTH + TR_SEARCH_WIDTH - 1];
    memcpy(table + TR_SEARCH_WIDTH, sorted, n * sizeof *sorted);
}

/* The largest of TR_SEARCH_MAX numbers. */
static inline double tr_search_last(const double *table)
{
    return table[TR_SEARCH_WIDTH + TR_SEARCH_MAX - 1];
}

typedef double tr_search_lanes __attribute__((vector_size(TR_SEARCH_BYTES)));
typedef int64_t tr_search_counts __attribute__((vector_size(TR_SEARCH_BYTES)));

static inline size_t tr_search_look(const double *sixteen, double x)
{
    tr_search_lanes value = (tr_search_lanes){0} + x; /* -0 becomes 0, which is the same to a comparison */
    tr_search_counts counts = {0};
    for (size_t i = 0; i < TR_SEARCH_WIDTH; i += TR_SEARCH_LANES) {
        tr_search_lanes some;
        memcpy(&some, sixteen + i, sizeof some);
        counts -= some < value; /* true is -1 */
    }
    int64_t count = 0;
    for (size_t lane = 0; lane < TR_SEARCH_LANES; lane++)
        count += counts[lane];
    return (size_t)count;
}

/* How many numbers of the table are < x; 0 for NaN. */
static inline size_t tr_search_below(const double *table, double x)
{
    size_t full = TR_SEARCH_WIDTH * tr_search_look(table, x);
    return full + tr_search_look(table + TR_SEARCH_WIDTH + full, x);
}

#endif
