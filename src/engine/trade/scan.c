#include "engine/trade/scan.h"

#include <stdbool.h>

/* Bars judged at a time: their extremes tell for sure that a block is quiet; one that may not be is gone through bar by
 * bar. Four are judged in about the time of one: what waits is the chain from a stop to the next. */
enum { BLOCK = 4 };

static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

static inline double smaller(double a, double b)
{
    return a < b ? a : b;
}

static inline double highest(const double *x, double sign)
{
    return larger(larger(sign * x[0], sign * x[1]), larger(sign * x[2], sign * x[3]));
}

static inline double lowest(const double *x, double sign)
{
    return smaller(smaller(sign * x[0], sign * x[1]), smaller(sign * x[2], sign * x[3]));
}

/* Passes what reaches from low up to high; false where it may touch something: of a block, its stop is taken where it
 * stands behind its best price. */
static inline bool pass(struct tr_scan *s, double high, double low, bool block)
{
    double best = larger(high, s->best), stop = s->stop, barrier = s->barrier;
    if (s->distance > 0.0) {
        stop = tr_scan_trailed(s->entry, best, s->distance);
        barrier = larger(stop, barrier);
    }
    if (!(low > (block ? barrier : s->barrier) && high < s->target))
        return false;
    s->best = best;
    s->worst = smaller(low, s->worst);
    s->stop = stop;
    s->barrier = barrier;
    return true;
}

static size_t pass_bars(struct tr_scan *s, size_t row, size_t end)
{
    while (row < end && pass(s, s->sign * s->favour[row], s->sign * s->against[row], false))
        row++;
    return row;
}

size_t tr_scan_quiet(struct tr_scan *scan, size_t row, size_t end)
{
    struct tr_scan s = *scan; /* nothing else points at it */
    while (end - row >= BLOCK) {
        if (pass(&s, highest(s.favour + row, s.sign), lowest(s.against + row, s.sign), true)) {
            row += BLOCK;
            continue;
        }
        size_t block_end = row + BLOCK;
        row = pass_bars(&s, row, block_end);
        if (row < block_end)
            break;
    }
    if (end - row < BLOCK)
        row = pass_bars(&s, row, end);
    *scan = s;
    return row;
}
