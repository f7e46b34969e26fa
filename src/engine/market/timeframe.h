/* The bar lengths the program knows. */
#ifndef TR_MARKET_TIMEFRAME_H
#define TR_MARKET_TIMEFRAME_H

#include "base/error.h"
#include "base/time.h"

#include <stddef.h>

enum tr_timeframe {
    TR_TIMEFRAME_1M,
    TR_TIMEFRAME_3M,
    TR_TIMEFRAME_5M,
    TR_TIMEFRAME_15M,
    TR_TIMEFRAME_30M,
    TR_TIMEFRAME_1H,
    TR_TIMEFRAME_2H,
    TR_TIMEFRAME_4H,
    TR_TIMEFRAME_6H,
    TR_TIMEFRAME_12H,
    TR_TIMEFRAME_1D,
    TR_TIMEFRAME_COUNT
};

int64_t tr_timeframe_ms(enum tr_timeframe timeframe);
const char *tr_timeframe_name(enum tr_timeframe timeframe); /* "1m" ... "1d" */

/* Case matters (1m is a minute, 1M a month: refused). TR_INVALID names the ones that exist. */
enum tr_status tr_timeframe_parse(const char *text, enum tr_timeframe *out, struct tr_error *err) TR_MUST_CHECK;

#endif
