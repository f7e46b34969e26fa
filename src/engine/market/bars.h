/* Candles as columns. A bar is stamped with its OPEN time (ms UTC) and covers [time, time + timeframe).
 * struct tr_bars is a view that kernels read; struct tr_bar_list owns memory and grows. */
#ifndef TR_MARKET_BARS_H
#define TR_MARKET_BARS_H

#include "base/error.h"
#include "base/time.h"
#include "engine/market/timeframe.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

struct tr_bar {
    tr_time_ms time;
    double open, high, low, close;
    double volume; /* base coin */
};

/* Borrowed columns, each [n]; ascending by time, every bar accepted by tr_bar_check. */
struct tr_bars {
    size_t n;
    enum tr_timeframe timeframe;
    const tr_time_ms *time;
    const double *open, *high, *low, *close, *volume;
};

struct tr_bar_list {
    size_t n, capacity;
    enum tr_timeframe timeframe;
    tr_time_ms *time;
    double *open, *high, *low, *close, *volume;
};

/* Why a bar is refused; the order is the order of the checks. */
enum tr_bar_defect {
    TR_BAR_FINE,
    TR_BAR_NOT_FINITE, /* a price or the volume is NaN or infinite */
    TR_BAR_PRICE_NOT_POSITIVE,
    TR_BAR_VOLUME_NEGATIVE,
    TR_BAR_TOO_LARGE,       /* a value of 1e24 or more: the bar store keeps none */
    TR_BAR_LOW_ABOVE_BODY,  /* low > min(open, close) */
    TR_BAR_HIGH_BELOW_BODY, /* high < max(open, close) */
    TR_BAR_OFF_GRID,        /* time is not a multiple of the timeframe, or outside years 1970-2262 */
    TR_BAR_DEFECT_COUNT
};

enum tr_bar_defect tr_bar_check(const struct tr_bar *bar, enum tr_timeframe timeframe);
const char *tr_bar_defect_name(enum tr_bar_defect defect); /* "price_not_positive", ...: the key in reports */
const char *tr_bar_defect_text(enum tr_bar_defect defect); /* in words: "a price is zero or negative" */

void tr_bar_list_init(struct tr_bar_list *list, enum tr_timeframe timeframe);
void tr_bar_list_finish(struct tr_bar_list *list);
enum tr_status tr_bar_list_reserve(struct tr_bar_list *list, size_t capacity, struct tr_error *err) TR_MUST_CHECK;
/* Grows by half; no checks of the bar. */
enum tr_status tr_bar_list_add(struct tr_bar_list *list, const struct tr_bar *bar, struct tr_error *err) TR_MUST_CHECK;
static inline struct tr_bar tr_bars_at(const struct tr_bars *bars, size_t row)
{
    assert(row < bars->n);
    return (struct tr_bar){bars->time[row], bars->open[row],  bars->high[row],
                           bars->low[row],  bars->close[row], bars->volume[row]};
}
struct tr_bars tr_bar_list_view(const struct tr_bar_list *list);
/* Rows first .. first + n - 1 of a view. */
struct tr_bars tr_bars_slice(const struct tr_bars *bars, size_t first, size_t n);
/* First row with time >= instant; n where there is none. Binary search. */
size_t tr_bars_find(const struct tr_bars *bars, tr_time_ms instant);

/* What became of two rows with the same time. */
struct tr_bar_merge {
    size_t identical; /* merged silently */
    size_t differing; /* the first listed kept, this one dropped and reported */
};

/* Sorts by time, stable, and merges rows of equal time: the first listed stays. `origin` (may be NULL) [n] carries a
 * number per row (its line) along. on_differing (may be NULL) is called for each dropped row that differs. O(n) when
 * the rows are already ascending or descending, else O(n log n). */
typedef void (*tr_bar_differing_fn)(void *context, const struct tr_bar *kept, const struct tr_bar *dropped,
                                    size_t dropped_origin);
enum tr_status tr_bar_list_sort(struct tr_bar_list *list, size_t *origin, tr_bar_differing_fn on_differing,
                                void *context, struct tr_bar_merge *merge, struct tr_error *err) TR_MUST_CHECK;

#endif
