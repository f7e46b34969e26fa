/* Longer bars from shorter ones. A bucket is emitted only when every bar of it is there. */
#ifndef TR_MARKET_RESAMPLE_H
#define TR_MARKET_RESAMPLE_H

#include "engine/market/bars.h"

/* target must be a multiple of the source's timeframe and longer (else TR_INVALID). Buckets are aligned to the epoch
 * (UTC days for 1d). open of the first, highest high, lowest low, close of the last, volumes added in order of time.
 * out: initialised list, emptied first, its timeframe set. incomplete: buckets dropped; may be NULL. */
enum tr_status tr_bars_resample(const struct tr_bars *bars, enum tr_timeframe target, struct tr_bar_list *out,
                                size_t *incomplete, struct tr_error *err) TR_MUST_CHECK;

#endif
