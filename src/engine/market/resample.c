#include "engine/market/resample.h"

static struct tr_bar merge_rows(const struct tr_bars *bars, size_t first, size_t end, tr_time_ms time)
{
    struct tr_bar merged = tr_bars_at(bars, first);
    merged.time = time;
    for (size_t row = first + 1; row < end; row++) {
        if (bars->high[row] > merged.high)
            merged.high = bars->high[row];
        if (bars->low[row] < merged.low)
            merged.low = bars->low[row];
        merged.volume += bars->volume[row];
    }
    merged.close = bars->close[end - 1];
    return merged;
}

/* Rows are distinct multiples of the source's step, so a bucket is whole exactly when it holds `per_bucket` of them. */
static enum tr_status add_buckets(const struct tr_bars *bars, int64_t step, size_t per_bucket, struct tr_bar_list *out,
                                  size_t *incomplete, struct tr_error *err)
{
    for (size_t first = 0, end; first < bars->n; first = end) {
        tr_time_ms bucket = tr_time_floor(bars->time[first], step);
        end = first + 1;
        while (end < bars->n && bars->time[end] < bucket + step)
            end++;
        if (end - first < per_bucket) {
            ++*incomplete;
            continue;
        }
        struct tr_bar merged = merge_rows(bars, first, end, bucket);
        if (tr_bar_list_add(out, &merged, err))
            return TR_NOMEM;
    }
    return TR_OK;
}

enum tr_status tr_bars_resample(const struct tr_bars *bars, enum tr_timeframe target, struct tr_bar_list *out,
                                size_t *incomplete, struct tr_error *err)
{
    int64_t from = tr_timeframe_ms(bars->timeframe), to = tr_timeframe_ms(target);
    size_t dropped = 0;
    out->n = 0;
    out->timeframe = target;
    if (incomplete)
        *incomplete = 0;
    if (to <= from || to % from != 0)
        return tr_error_set(err, TR_INVALID, "%s bars cannot be made from %s bars: not a longer multiple",
                            tr_timeframe_name(target), tr_timeframe_name(bars->timeframe));
    size_t per_bucket = (size_t)(to / from);
    enum tr_status status = tr_bar_list_reserve(out, bars->n / per_bucket, err);
    if (!status)
        status = add_buckets(bars, to, per_bucket, out, &dropped, err);
    if (incomplete)
        *incomplete = dropped;
    return status;
}
