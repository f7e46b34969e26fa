#include "support/test.h"

#include "base/rng.h"
#include "engine/trade/scan.h"

#include <stdbool.h>
#include <string.h>

enum { BARS = 600, MARKETS = 400, RUNS = 40 };

struct market {
    double high[BARS], low[BARS];
};

/* Prices in steps, so that touches to the tick and equal extremes are frequent. */
static void make_market(struct tr_rng *rng, struct market *market)
{
    double close = 1000.0;
    uint64_t pace = 1 + tr_rng_below(rng, 12);
    for (size_t i = 0; i < BARS; i++) {
        double up = (double)tr_rng_below(rng, pace + 1), down = (double)tr_rng_below(rng, pace + 1);
        market->high[i] = 0.1 * (close + up);
        market->low[i] = 0.1 * (close - down);
        close += tr_rng_below(rng, 2) ? up : -down;
        close = close < 500.0 ? 500.0 : close;
    }
}

static struct tr_scan make_scan(struct tr_rng *rng, const struct market *market, size_t row)
{
    bool is_long = tr_rng_below(rng, 2) > 0;
    double sign = is_long ? 1.0 : -1.0, room = 0.1 * (double)(1 + tr_rng_below(rng, 150));
    double entry = sign * 0.5 * (market->high[row] + market->low[row]);
    struct tr_scan scan = {.favour = is_long ? market->high : market->low,
                           .against = is_long ? market->low : market->high,
                           .sign = sign,
                           .target = entry + 0.1 * (double)(1 + tr_rng_below(rng, 300)),
                           .entry = entry,
                           .distance = tr_rng_below(rng, 2) ? room : 0.0,
                           .stop = entry - room,
                           .barrier = entry - room,
                           .best = entry,
                           .worst = entry};
    if (tr_rng_below(rng, 4) == 0)
        scan.barrier += 0.5 * room; /* a liquidation above the stop */
    return scan;
}

/* The rule, bar by bar. */
static size_t pass_slowly(struct tr_scan *s, size_t row, size_t end)
{
    for (; row < end; row++) {
        double high = s->sign * s->favour[row], low = s->sign * s->against[row];
        if (low <= s->barrier || high >= s->target)
            return row;
        if (high > s->best)
            s->best = high;
        if (low < s->worst)
            s->worst = low;
        if (s->distance > 0.0) {
            s->stop = s->best - s->distance;
            if (s->stop < s->entry)
                s->stop = s->entry;
            if (s->stop > s->barrier)
                s->barrier = s->stop;
        }
    }
    return end;
}

static void assert_same(const struct tr_scan *a, const struct tr_scan *b)
{
    const double left[] = {a->stop, a->barrier, a->best, a->worst}, right[] = {b->stop, b->barrier, b->best, b->worst};
    assert_memory_equal(left, right, sizeof left);
    assert_memory_equal(a, b, sizeof *a); /* what goes in stays as it was */
}

static void it_stops_where_a_plain_loop_does(void **state)
{
    (void)state;
    struct tr_rng rng;
    struct market market;
    size_t ended = 0, touched = 0, far = 0;
    tr_rng_init(&rng, 11, 0);
    for (size_t m = 0; m < MARKETS; m++) {
        make_market(&rng, &market);
        for (size_t r = 0; r < RUNS; r++) {
            size_t row = tr_rng_below(&rng, BARS), end = row + tr_rng_below(&rng, BARS - row + 1);
            const struct tr_scan start = make_scan(&rng, &market, row);
            struct tr_scan slow = start;
            size_t stop = pass_slowly(&slow, row, end);
            struct tr_scan fast = start;
            assert_int_equal(tr_scan_quiet(&fast, row, end), stop);
            assert_same(&fast, &slow);
            ended += stop == end;
            touched += stop < end;
            far += stop > row + 64;
        }
    }
    assert_true(ended > 2000 && touched > 5000 && far > 2000);
}

/* One bar that touches, at each place of the blocks and beside them. */
static void a_touch_is_found_at_every_place(void **state)
{
    (void)state;
    enum { N = 50 };
    for (size_t at = 0; at < N; at++) {
        for (int kind = 0; kind < 4; kind++) {
            double high[N], low[N];
            for (size_t i = 0; i < N; i++) {
                high[i] = 101.0;
                low[i] = 99.0;
            }
            if (kind % 2 == 0)
                low[at] = 98.0;
            else
                high[at] = 103.0;
            struct tr_scan scan = {.favour = high,
                                   .against = low,
                                   .sign = 1.0,
                                   .target = 103.0,
                                   .entry = 90.0,
                                   .distance = kind < 2 ? 0.0 : 4.0,
                                   .stop = 98.0,
                                   .barrier = 98.0,
                                   .best = 100.0,
                                   .worst = 100.0};
            assert_int_equal(tr_scan_quiet(&scan, 0, N), at);
            assert_near(scan.best, at > 0 ? 101.0 : 100.0, 0.0);
            assert_near(scan.worst, at > 0 ? 99.0 : 100.0, 0.0);
        }
    }
}

static void a_stop_that_follows_ends_it_from_the_next_bar_on(void **state)
{
    (void)state;
    const double high[] = {101, 110, 111, 111}, low[] = {99, 100, 106, 101};
    struct tr_scan scan = {.favour = high,
                           .against = low,
                           .sign = 1.0,
                           .target = 200.0,
                           .entry = 95.0,
                           .distance = 6.0,
                           .stop = 95.0,
                           .barrier = 95.0,
                           .best = 100.0,
                           .worst = 100.0};
    assert_int_equal(tr_scan_quiet(&scan, 0, 4), 3);
    assert_near(scan.barrier, 105.0, 0.0);
    assert_near(scan.best, 111.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_stops_where_a_plain_loop_does),
        cmocka_unit_test(a_touch_is_found_at_every_place),
        cmocka_unit_test(a_stop_that_follows_ends_it_from_the_next_bar_on),
    };
    return cmocka_run_group_tests_name("trade/scan", tests, NULL, NULL);
}
