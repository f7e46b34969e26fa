#include "engine/feature/calendar.h"

#include "base/time.h"

/* One day's rows: writes from row i on and returns the first row of a later day. */
static size_t one_day(const struct tr_block *block, size_t i)
{
    double *restrict hour_sin = tr_block_out(block, TR_HOUR_SIN), *restrict hour_cos = tr_block_out(block, TR_HOUR_COS);
    double *restrict dow_sin = tr_block_out(block, TR_DOW_SIN), *restrict dow_cos = tr_block_out(block, TR_DOW_COS);
    const struct tr_circle *circle = block->circle;
    tr_time_ms midnight = block->time[i] / TR_DAY_MS * TR_DAY_MS;
    struct tr_circle_point day = circle->weekday[(midnight / TR_DAY_MS + 3) % 7]; /* 1970-01-01 was a Thursday */
    for (; i < block->n && block->time[i] - midnight < TR_DAY_MS; i++) {
        uint32_t minute = (uint32_t)(block->time[i] - midnight) / (uint32_t)TR_MINUTE_MS;
        struct tr_circle_point a = circle->hour[minute / 60], b = circle->minute[minute % 60];
        hour_sin[i] = a.sin * b.cos + a.cos * b.sin;
        hour_cos[i] = a.cos * b.cos - a.sin * b.sin;
        dow_sin[i] = day.sin;
        dow_cos[i] = day.cos;
    }
    return i;
}

void tr_calendar_run(const struct tr_block *block)
{
    for (size_t i = 0; i < block->n;)
        i = one_day(block, i);
}
