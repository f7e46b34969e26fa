#include "engine/market/gaps.h"

/* Bars missing between row - 1 and row; row >= 1. */
static size_t missing_before(const struct tr_bars *bars, size_t row, int64_t step)
{
    int64_t distance = bars->time[row] - bars->time[row - 1];
    return distance > step ? (size_t)(distance / step - 1) : 0;
}

size_t tr_gaps_count(const struct tr_bars *bars, size_t *missing_bars, size_t *longest)
{
    int64_t step = tr_timeframe_ms(bars->timeframe);
    size_t gaps = 0, missing = 0, most = 0;
    for (size_t row = 1; row < bars->n; row++) {
        size_t here = missing_before(bars, row, step);
        gaps += here > 0;
        missing += here;
        if (here > most)
            most = here;
    }
    if (missing_bars)
        *missing_bars = missing;
    if (longest)
        *longest = most;
    return gaps;
}

size_t tr_gaps_list(const struct tr_bars *bars, struct tr_gap *gaps, size_t max)
{
    int64_t step = tr_timeframe_ms(bars->timeframe);
    size_t count = 0;
    for (size_t row = 1; row < bars->n; row++) {
        size_t missing = missing_before(bars, row, step);
        if (missing == 0)
            continue;
        if (gaps && count < max) {
            gaps[count] = (struct tr_gap){
                .row = row,
                .from = bars->time[row - 1] + step,
                .to = bars->time[row] - step,
                .missing = missing,
            };
        }
        count++;
    }
    return count;
}

size_t tr_segment_end(const struct tr_bars *bars, size_t start)
{
    int64_t step = tr_timeframe_ms(bars->timeframe);
    for (size_t row = start + 1; row < bars->n; row++) {
        if (missing_before(bars, row, step) > TR_SEGMENT_MAX_MISSING)
            return row;
    }
    return bars->n;
}
