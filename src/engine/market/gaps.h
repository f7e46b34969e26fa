/* Holes in a series, and the segments between the large ones. */
#ifndef TR_MARKET_GAPS_H
#define TR_MARKET_GAPS_H

#include "engine/market/bars.h"

struct tr_gap {
    size_t row;      /* the first stored bar after the hole */
    tr_time_ms from; /* open time of the first missing bar */
    tr_time_ms to;   /* open time of the last missing bar */
    size_t missing;  /* bars */
};

/* How many missing bars in a row indicators step over; after more a new segment starts (features.md, rule 1). */
#define TR_SEGMENT_MAX_MISSING 24

size_t tr_gaps_count(const struct tr_bars *bars, size_t *missing_bars, size_t *longest);
/* Fills up to max gaps from the front, returns how many there are in all. gaps may be NULL. */
size_t tr_gaps_list(const struct tr_bars *bars, struct tr_gap *gaps, size_t max);

/* Row behind the segment that starts at row `start`: the next start, or n. */
size_t tr_segment_end(const struct tr_bars *bars, size_t start);

#endif
