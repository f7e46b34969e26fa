#include "engine/market/bars.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define VALUE_LIMIT 1e24
#define TIME_LIMIT INT64_C(9246182400000) /* 2263-01-01 */

static double smaller(double a, double b)
{
    return a < b ? a : b;
}
static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* x - x is 0 for finite x and NaN for all others. */
static bool all_finite(const struct tr_bar *bar)
{
    double zero = (bar->open - bar->open) + (bar->high - bar->high) + (bar->low - bar->low) +
                  (bar->close - bar->close) + (bar->volume - bar->volume);
    return zero == 0;
}

static bool on_grid(tr_time_ms time, enum tr_timeframe timeframe)
{
    return time >= 0 && time < TIME_LIMIT && time % tr_timeframe_ms(timeframe) == 0;
}

enum tr_bar_defect tr_bar_check(const struct tr_bar *bar, enum tr_timeframe timeframe)
{
    if (!all_finite(bar))
        return TR_BAR_NOT_FINITE;
    double body_low = smaller(bar->open, bar->close), body_high = larger(bar->open, bar->close);
    if (smaller(body_low, smaller(bar->low, bar->high)) <= 0)
        return TR_BAR_PRICE_NOT_POSITIVE;
    if (bar->volume < 0)
        return TR_BAR_VOLUME_NEGATIVE;
    if (larger(larger(body_high, bar->volume), larger(bar->low, bar->high)) >= VALUE_LIMIT)
        return TR_BAR_TOO_LARGE;
    if (bar->low > body_low)
        return TR_BAR_LOW_ABOVE_BODY;
    if (bar->high < body_high)
        return TR_BAR_HIGH_BELOW_BODY;
    return on_grid(bar->time, timeframe) ? TR_BAR_FINE : TR_BAR_OFF_GRID;
}

static const struct {
    const char *name, *text;
} defects[TR_BAR_DEFECT_COUNT] = {
    [TR_BAR_FINE] = {"fine", "nothing is wrong"},
    [TR_BAR_NOT_FINITE] = {"not_finite", "a price or the volume is not a finite number"},
    [TR_BAR_PRICE_NOT_POSITIVE] = {"price_not_positive", "a price is zero or negative"},
    [TR_BAR_VOLUME_NEGATIVE] = {"volume_negative", "the volume is negative"},
    [TR_BAR_TOO_LARGE] = {"too_large", "a value is 1e24 or more"},
    [TR_BAR_LOW_ABOVE_BODY] = {"low_above_body", "the low is above open or close"},
    [TR_BAR_HIGH_BELOW_BODY] = {"high_below_body", "the high is below open or close"},
    [TR_BAR_OFF_GRID] = {"off_grid", "the time is not on the timeframe's grid"},
};

const char *tr_bar_defect_name(enum tr_bar_defect defect)
{
    assert(defect < TR_BAR_DEFECT_COUNT);
    return defects[defect].name;
}

const char *tr_bar_defect_text(enum tr_bar_defect defect)
{
    assert(defect < TR_BAR_DEFECT_COUNT);
    return defects[defect].text;
}

void tr_bar_list_init(struct tr_bar_list *list, enum tr_timeframe timeframe)
{
    *list = (struct tr_bar_list){.timeframe = timeframe};
}

void tr_bar_list_finish(struct tr_bar_list *list)
{
    tr_free(list->time);
    tr_free(list->open);
    tr_free(list->high);
    tr_free(list->low);
    tr_free(list->close);
    tr_free(list->volume);
    tr_bar_list_init(list, list->timeframe);
}

static bool grow_column(double **column, size_t old, size_t capacity)
{
    double *grown = tr_alloc_grow(*column, old * sizeof *grown, capacity, sizeof *grown);
    if (grown)
        *column = grown;
    return grown != NULL;
}

/* A failure half-way leaves some columns longer than list->capacity says, which does no harm. */
enum tr_status tr_bar_list_reserve(struct tr_bar_list *list, size_t capacity, struct tr_error *err)
{
    size_t old = list->capacity;
    if (capacity <= old)
        return TR_OK;
    tr_time_ms *time = tr_alloc_grow(list->time, old * sizeof *time, capacity, sizeof *time);
    if (!time)
        return tr_error_nomem(err);
    list->time = time;
    double **columns[] = {&list->open, &list->high, &list->low, &list->close, &list->volume};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (!grow_column(columns[i], old, capacity))
            return tr_error_nomem(err);
    }
    list->capacity = capacity;
    return TR_OK;
}

static void put(struct tr_bar_list *list, size_t row, const struct tr_bar *bar)
{
    list->time[row] = bar->time;
    list->open[row] = bar->open;
    list->high[row] = bar->high;
    list->low[row] = bar->low;
    list->close[row] = bar->close;
    list->volume[row] = bar->volume;
}

enum tr_status tr_bar_list_add(struct tr_bar_list *list, const struct tr_bar *bar, struct tr_error *err)
{
    if (list->n == list->capacity && tr_bar_list_reserve(list, list->capacity + list->capacity / 2 + 64, err))
        return TR_NOMEM;
    put(list, list->n++, bar);
    return TR_OK;
}

struct tr_bars tr_bar_list_view(const struct tr_bar_list *list)
{
    return (struct tr_bars){
        .n = list->n,
        .timeframe = list->timeframe,
        .time = list->time,
        .open = list->open,
        .high = list->high,
        .low = list->low,
        .close = list->close,
        .volume = list->volume,
    };
}

struct tr_bars tr_bars_slice(const struct tr_bars *bars, size_t first, size_t n)
{
    assert(first <= bars->n && n <= bars->n - first);
    struct tr_bars slice = *bars;
    slice.n = n;
    if (first == 0) /* also the empty list, whose columns are NULL */
        return slice;
    slice.time += first;
    slice.open += first;
    slice.high += first;
    slice.low += first;
    slice.close += first;
    slice.volume += first;
    return slice;
}

size_t tr_bars_find(const struct tr_bars *bars, tr_time_ms instant)
{
    size_t low = 0, high = bars->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bars->time[middle] < instant)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct position {
    tr_time_ms time;
    size_t row;
};

enum direction { ASCENDING, DESCENDING, MIXED };

static enum direction direction_of(size_t n, const tr_time_ms *time)
{
    bool up = true, down = true;
    for (size_t i = 1; i < n; i++) {
        up = up && time[i] >= time[i - 1];
        down = down && time[i] <= time[i - 1];
    }
    return up ? ASCENDING : down ? DESCENDING : MIXED;
}

/* Bottom-up merge sort; the sorted positions end in the array that is returned. */
static struct position *merge_sort(size_t n, struct position *from, struct position *to)
{
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t start = 0; start < n; start += 2 * width) {
            size_t middle = start + width < n ? start + width : n, end = middle + width < n ? middle + width : n;
            size_t a = start, b = middle;
            for (size_t i = start; i < end; i++)
                to[i] = a < middle && (b >= end || from[a].time <= from[b].time) ? from[a++] : from[b++];
        }
        struct position *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

/* Equal times keep their order, so a descending list is turned run by run. */
static void turn_around(size_t n, struct position *positions, struct position *out)
{
    size_t filled = 0;
    for (size_t end = n; end > 0;) {
        size_t start = end - 1;
        while (start > 0 && positions[start - 1].time == positions[end - 1].time)
            start--;
        for (size_t i = start; i < end; i++)
            out[filled++] = positions[i];
        end = start;
    }
}

/* scratch [n]: 8-byte cells, reused for every column. */
static void permute(size_t n, const struct position *order, void *column, uint64_t *scratch)
{
    const unsigned char *from = column;
    for (size_t i = 0; i < n; i++)
        memcpy(&scratch[i], from + order[i].row * sizeof *scratch, sizeof *scratch);
    memcpy(column, scratch, n * sizeof *scratch);
}

static enum tr_status sort_rows(struct tr_bar_list *list, size_t *origin, enum direction direction,
                                struct tr_error *err)
{
    size_t n = list->n;
    struct position *positions = tr_alloc(n, sizeof *positions), *other = tr_alloc(n, sizeof *other);
    uint64_t *scratch = tr_alloc(n, sizeof *scratch);
    if (!positions || !other || !scratch) {
        tr_free(positions);
        tr_free(other);
        tr_free(scratch);
        return tr_error_nomem(err);
    }
    for (size_t i = 0; i < n; i++)
        positions[i] = (struct position){list->time[i], i};
    const struct position *order = other;
    if (direction == DESCENDING)
        turn_around(n, positions, other);
    else
        order = merge_sort(n, positions, other);
    _Static_assert(sizeof(size_t) == 8 && sizeof(double) == 8 && sizeof(tr_time_ms) == 8, "one cell size");
    void *columns[] = {list->time, list->open, list->high, list->low, list->close, list->volume, origin};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (columns[i])
            permute(n, order, columns[i], scratch);
    }
    tr_free(positions);
    tr_free(other);
    tr_free(scratch);
    return TR_OK;
}

static bool same_values(const struct tr_bar *a, const struct tr_bar *b)
{
    return a->open == b->open && a->high == b->high && a->low == b->low && a->close == b->close &&
           a->volume == b->volume;
}

/* Rows ascending by time; in each run of equal times the first stays. */
static void merge_equal_times(struct tr_bar_list *list, size_t *origin, tr_bar_differing_fn on_differing, void *context,
                              struct tr_bar_merge *merge)
{
    struct tr_bars view = tr_bar_list_view(list);
    size_t kept = 0;
    for (size_t row = 0; row < view.n; row++) {
        struct tr_bar bar = tr_bars_at(&view, row);
        if (kept == 0 || bar.time != list->time[kept - 1]) {
            put(list, kept, &bar);
            if (origin)
                origin[kept] = origin[row];
            kept++;
            continue;
        }
        struct tr_bar first = tr_bars_at(&view, kept - 1);
        if (same_values(&first, &bar)) {
            merge->identical++;
            continue;
        }
        merge->differing++;
        if (on_differing)
            on_differing(context, &first, &bar, origin ? origin[row] : row);
    }
    list->n = kept;
}

enum tr_status tr_bar_list_sort(struct tr_bar_list *list, size_t *origin, tr_bar_differing_fn on_differing,
                                void *context, struct tr_bar_merge *merge, struct tr_error *err)
{
    *merge = (struct tr_bar_merge){0};
    enum direction direction = direction_of(list->n, list->time);
    if (direction != ASCENDING && sort_rows(list, origin, direction, err))
        return TR_NOMEM;
    merge_equal_times(list, origin, on_differing, context, merge);
    return TR_OK;
}
