/* Bars for tests: random ones with gaps and holes, rows written by hand, and real ones from a CSV file. */
#ifndef TEST_SUPPORT_BARS_H
#define TEST_SUPPORT_BARS_H

#include "base/rng.h"
#include "engine/market/bars.h"

struct test_bars {
    struct tr_bars view; /* owned columns; free with test_bars_free */
};

/* Prices are whole multiples of tick (choose a power of two: then sums are exact and equal prices are frequent). */
struct test_bars_options {
    size_t n;
    enum tr_timeframe timeframe;
    double tick, start;
    unsigned body_ticks, wick_ticks; /* largest move open to close, largest wick */
    unsigned jump_ticks;             /* largest distance of an open from the close before, where it jumps */
    double jump_share;               /* of the opens; the others open at the close before */
    double hole_share;               /* of the bars are followed by a hole ... */
    unsigned hole_bars;              /* ... of at most so many bars */
};

struct test_bars_options test_bars_defaults(size_t n);
void test_bars_random(struct tr_rng *rng, const struct test_bars_options *options, struct test_bars *out);

/* rows [n][4]: open, high, low, close; consecutive hours from 1970-01-01. */
void test_bars_rows(size_t n, const double rows[][4], struct test_bars *out);

/* timestamp_ms,open,high,low,close,volume of the shared folder; skips the test where the file is absent. */
void test_bars_read(const char *relative, enum tr_timeframe timeframe, struct test_bars *out);

/* The same market with every price negated, high and low swapped: a long's mirror is a short. */
void test_bars_negate(const struct tr_bars *bars, struct test_bars *out);

void test_bars_free(struct test_bars *bars);

#endif
