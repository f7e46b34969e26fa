/* The one source of all variants of tr_barrier_scan: each barrier_scan_*.c defines BARRIER_SCAN (the function's name)
 * and LANES, includes this and is compiled with its own flags. No include guard: it is a template. */
#include "engine/label/barrier_scan.h"

#include <string.h>

typedef double prices __attribute__((vector_size(LANES * 8)));
typedef int64_t counts __attribute__((vector_size(LANES * 8)));

enum { STEPS_BETWEEN_LOOKS = 4 };

/* A lane of `alive` is -1 until its row's first touch, then 0: subtracting it counts the quiet bars. */
void BARRIER_SCAN(size_t horizon, const double *low, const double *high, const double *floor, const double *ceiling,
                  int64_t *quiet)
{
    for (size_t i = 0; i < TR_BARRIER_BLOCK; i += LANES) {
        prices bottom, top, l, h;
        counts alive = (counts){0} - 1, count = {0};
        memcpy(&bottom, floor + i, sizeof bottom);
        memcpy(&top, ceiling + i, sizeof top);
        for (size_t j = 1; j <= horizon;) {
            size_t end = j + STEPS_BETWEEN_LOOKS <= horizon + 1 ? j + STEPS_BETWEEN_LOOKS : horizon + 1;
            for (; j < end; j++) {
                memcpy(&l, low + i + j, sizeof l);
                memcpy(&h, high + i + j, sizeof h);
                alive &= (l > bottom) & (h < top);
                count -= alive;
            }
            int64_t any = 0;
            for (size_t lane = 0; lane < LANES; lane++)
                any |= alive[lane];
            if (!any)
                break;
        }
        memcpy(quiet + i, &count, sizeof count);
    }
}
