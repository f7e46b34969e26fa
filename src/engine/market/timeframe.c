#include "engine/market/timeframe.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *name;
    int64_t ms;
} timeframes[TR_TIMEFRAME_COUNT] = {
    [TR_TIMEFRAME_1M] = {"1m", TR_MINUTE_MS},        [TR_TIMEFRAME_3M] = {"3m", 3 * TR_MINUTE_MS},
    [TR_TIMEFRAME_5M] = {"5m", 5 * TR_MINUTE_MS},    [TR_TIMEFRAME_15M] = {"15m", 15 * TR_MINUTE_MS},
    [TR_TIMEFRAME_30M] = {"30m", 30 * TR_MINUTE_MS}, [TR_TIMEFRAME_1H] = {"1h", TR_HOUR_MS},
    [TR_TIMEFRAME_2H] = {"2h", 2 * TR_HOUR_MS},      [TR_TIMEFRAME_4H] = {"4h", 4 * TR_HOUR_MS},
    [TR_TIMEFRAME_6H] = {"6h", 6 * TR_HOUR_MS},      [TR_TIMEFRAME_12H] = {"12h", 12 * TR_HOUR_MS},
    [TR_TIMEFRAME_1D] = {"1d", TR_DAY_MS},
};

int64_t tr_timeframe_ms(enum tr_timeframe timeframe)
{
    assert(timeframe < TR_TIMEFRAME_COUNT);
    return timeframes[timeframe].ms;
}

const char *tr_timeframe_name(enum tr_timeframe timeframe)
{
    assert(timeframe < TR_TIMEFRAME_COUNT);
    return timeframes[timeframe].name;
}

enum tr_status tr_timeframe_parse(const char *text, enum tr_timeframe *out, struct tr_error *err)
{
    for (int i = 0; i < TR_TIMEFRAME_COUNT; i++) {
        if (strcmp(text, timeframes[i].name) == 0) {
            *out = (enum tr_timeframe)i;
            return TR_OK;
        }
    }
    return tr_error_set(err, TR_INVALID, "unknown timeframe '%.20s': use one of 1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d",
                        text);
}
