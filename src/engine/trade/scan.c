#include "engine/trade/scan.h"

#include <stdbool.h>

/* The first bars are gone through one by one: near levels are mostly touched within them. Then come blocks, whose
 * extremes tell for sure that they are quiet; one that may not be is gone through bar by bar. Four bars are judged in
 * about the time of one: what waits is the chain from a stop to the next. */
enum { FIRST_BARS = 8, BLOCK = 4 };

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
    size_t ripe = end - row > FIRST_BARS ? row + FIRST_BARS : end;
    bool quiet = (row = pass_bars(&s, row, ripe)) == ripe;
    while (quiet && end - row >= BLOCK) {
        size_t next = row + BLOCK;
        if (pass(&s, highest(s.favour + row, s.sign), lowest(s.against + row, s.sign), true))
            row = next;
        else
            quiet = (row = pass_bars(&s, row, next)) == next;
    }
    if (quiet)
        row = pass_bars(&s, row, end);
    *scan = s;
    return row;
}
