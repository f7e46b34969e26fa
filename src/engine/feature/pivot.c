#include "engine/feature/pivot.h"

#include "engine/feature/each.h"

#include <stdbool.h>

static void set_levels(struct tr_pivot *pivot)
{
    double p = (pivot->high + pivot->low + pivot->close) / 3, range = pivot->high - pivot->low;
    pivot->level[0] = p;
    pivot->level[1] = 2 * p - pivot->low;
    pivot->level[2] = 2 * p - pivot->high;
    pivot->level[3] = p + range;
    pivot->level[4] = p - range;
}

/* The first bar of a new day: the collected day's levels hold when it was yesterday and complete enough. */
static void turn_day(struct tr_pivot *pivot, int64_t day)
{
    bool yesterday = pivot->bars > 0 && pivot->day == day - 1;
    if (yesterday && 10 * pivot->bars >= 9 * pivot->bars_a_day)
        set_levels(pivot);
    else
        for (int i = 0; i < TR_PIVOT_LEVELS; i++)
            pivot->level[i] = (double)NAN;
    pivot->day = day;
    pivot->bars = 0;
}

/* Collects the rows of one day from row i on and returns the first row of a later day. */
static size_t collect_day(struct tr_pivot *pivot, const struct tr_block *block, size_t i)
{
    const double *high = tr_block_series(block, TR_S_HIGH), *low = tr_block_series(block, TR_S_LOW);
    tr_time_ms end = (pivot->day + 1) * TR_DAY_MS;
    double highest = pivot->bars ? pivot->high : high[i], lowest = pivot->bars ? pivot->low : low[i];
    for (; i < block->n && block->time[i] < end; i++) {
        highest = high[i] > highest ? high[i] : highest;
        lowest = low[i] < lowest ? low[i] : lowest;
        pivot->bars++;
    }
    pivot->high = highest;
    pivot->low = lowest;
    pivot->close = tr_block_series(block, TR_S_CLOSE)[i - 1];
    return i;
}

void tr_pivot_levels(const struct tr_block *block)
{
    struct tr_pivot *pivot = block->pivot;
    for (size_t i = 0, end; i < block->n; i = end) {
        int64_t day = block->time[i] / TR_DAY_MS;
        if (day != pivot->day)
            turn_day(pivot, day);
        end = collect_day(pivot, block, i);
        for (int k = 0; k < TR_PIVOT_LEVELS; k++) {
            double *restrict out = tr_block_out(block, (enum tr_feature_column)(TR_PIVOT_P + k));
            double level = pivot->level[k];
            for (size_t j = i; j < end; j++)
                out[j] = level;
        }
    }
}

void tr_pivot_inputs(const struct tr_block *block)
{
    const double *close = tr_block_series(block, TR_S_CLOSE), *inverse = tr_block_series(block, TR_S_INVERSE_ATR);
    for (int k = 0; k < TR_PIVOT_LEVELS; k++)
        tr_each_scaled_difference(block->n, close, tr_block_out(block, (enum tr_feature_column)(TR_PIVOT_P + k)),
                                  inverse, tr_block_out(block, (enum tr_feature_column)(TR_PIVOT_P_DIST + k)));
}
