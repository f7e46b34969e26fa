/* The one source of all variants of tr_barrier_scan: each barrier_scan_*.c defines BARRIER_SCAN (the function's name),
 * LANES (doubles in a register) and GROUP (registers worked on side by side), includes this and is compiled with its
 * own flags. No include guard: it is a template.
 *
 * Two steps. Coarse: with the extremes of every four bars in a row at hand, one comparison a side tells that four bars
 * are quiet, for a register of rows at a time. Fine: inside the first window that is not quiet the bar is found by
 * halving, row by row, for the rows that have one. */
#include "engine/label/barrier_scan.h"

#include <string.h>

typedef double prices __attribute__((vector_size(LANES * 8)));
typedef int64_t counts __attribute__((vector_size(LANES * 8)));

enum { WINDOW = 4, WINDOWS_BETWEEN_LOOKS = 4, REACH = TR_BARRIER_BLOCK + TR_BARRIER_MAX_HORIZON };

/* Extremes of windows that begin at each bar: two bars, four bars. */
struct windows {
    double low2[REACH], high2[REACH], low4[REACH], high4[REACH];
};

static void fold_low(size_t n, size_t gap, const double *restrict in, double *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = in[i] < in[i + gap] ? in[i] : in[i + gap];
}

static void fold_high(size_t n, size_t gap, const double *restrict in, double *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = in[i] > in[i + gap] ? in[i] : in[i + gap];
}

/* Bars that precede window k of a row. The last window is drawn back to end with the horizon: the bars that it shares
 * with the one before are known to be quiet when its turn comes. */
static size_t window_start(size_t k, size_t horizon)
{
    return (k + 1) * WINDOW <= horizon ? k * WINDOW : horizon - WINDOW;
}

/* A lane of `alive` is -1 until its row's first window with a touch, then 0: subtracting it counts the quiet ones. */
static void count_windows(size_t horizon, size_t windows, const struct windows *w, const double *floor,
                          const double *ceiling, int64_t *quiet)
{
    for (size_t i = 0; i < TR_BARRIER_BLOCK; i += LANES * GROUP) {
        prices bottom[GROUP], top[GROUP];
        counts alive[GROUP], count[GROUP];
        memcpy(bottom, floor + i, sizeof bottom);
        memcpy(top, ceiling + i, sizeof top);
        for (size_t g = 0; g < GROUP; g++) {
            count[g] = (counts){0};
            alive[g] = count[g] - 1;
        }
        int64_t some = 1;
        for (size_t k = 0; k < windows && some; k++) {
            size_t at = i + 1 + window_start(k, horizon);
            for (size_t g = 0; g < GROUP; g++) {
                prices l, h;
                memcpy(&l, w->low4 + at + g * LANES, sizeof l);
                memcpy(&h, w->high4 + at + g * LANES, sizeof h);
                alive[g] &= (l > bottom[g]) & (h < top[g]);
                count[g] -= alive[g];
            }
            if (k % WINDOWS_BETWEEN_LOOKS != WINDOWS_BETWEEN_LOOKS - 1)
                continue;
            counts any = alive[0];
            for (size_t g = 1; g < GROUP; g++)
                any |= alive[g];
            some = 0;
            for (size_t lane = 0; lane < LANES; lane++)
                some |= any[lane];
        }
        memcpy(quiet + i, count, sizeof count);
    }
}

/* Horizons shorter than a window, bar by bar. */
static size_t scan_short(size_t horizon, const double *low, const double *high, const double *floor,
                         const double *ceiling, struct tr_barrier_touch *touch)
{
    size_t n = 0;
    for (size_t i = 0; i < TR_BARRIER_BLOCK; i++) {
        size_t j = 0;
        while (j < horizon && low[i + 1 + j] > floor[i] && high[i + 1 + j] < ceiling[i])
            j++;
        touch[n] = (struct tr_barrier_touch){(uint32_t)i, (uint32_t)(j + 1)};
        n += j < horizon;
    }
    return n;
}

size_t BARRIER_SCAN(size_t horizon, const double *low, const double *high, const double *floor, const double *ceiling,
                    struct tr_barrier_touch *touch)
{
    if (horizon < WINDOW)
        return scan_short(horizon, low, high, floor, ceiling, touch);
    struct windows w;
    int64_t quiet[TR_BARRIER_BLOCK];
    size_t bars = TR_BARRIER_BLOCK + horizon, windows = (horizon + WINDOW - 1) / WINDOW, n = 0;
    fold_low(bars - 1, 1, low, w.low2);
    fold_high(bars - 1, 1, high, w.high2);
    fold_low(bars - 3, 2, w.low2, w.low4);
    fold_high(bars - 3, 2, w.high2, w.high4);
    count_windows(horizon, windows, &w, floor, ceiling, quiet);
    for (size_t i = 0; i < TR_BARRIER_BLOCK; i++) {
        touch[n] = (struct tr_barrier_touch){(uint32_t)i, (uint32_t)quiet[i]};
        n += (size_t)quiet[i] < windows;
    }
    for (size_t k = 0; k < n; k++) {
        size_t i = touch[k].row, at = i + 1 + window_start(touch[k].bars, horizon);
        double bottom = floor[i], top = ceiling[i];
        at += (size_t)2 * ((w.low2[at] > bottom) & (w.high2[at] < top));
        at += (size_t)((low[at] > bottom) & (high[at] < top));
        touch[k].bars = (uint32_t)(at - i);
    }
    return n;
}
