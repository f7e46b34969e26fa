/* The inner loop of the outcome kernel: how long does nothing happen to a position? */
#ifndef TR_TRADE_SCAN_H
#define TR_TRADE_SCAN_H

#include <stddef.h>

/* A position between two bars, seen from its side: a short sees all prices negated (sign -1), so that what goes against
 * it lies below. Prices are finite. */
struct tr_scan {
    const double *favour, *against; /* true prices, a row each: highs and lows of a long, lows and highs of a short */
    double sign;                    /* 1.0 or -1.0 */
    double target;                  /* the next one: touched at or above */
    double entry, distance;         /* the stop follows so far behind the best price, not below entry; 0: it stays */
    double stop, barrier;           /* barrier: the stop or what lies above it; touched at or below. Both move on */
    double best, worst;             /* extremes so far; widened by each bar that is passed */
};

/* What the trailing rule asks for. */
static inline double tr_scan_trailed(double entry, double best, double distance)
{
    return best - distance > entry ? best - distance : entry;
}

/* Passes rows row .. end - 1 up to the first that touches the barrier, as it stood at the row's start, or the target.
 * Returns that row, or end. */
size_t tr_scan_quiet(struct tr_scan *scan, size_t row, size_t end);

#endif
