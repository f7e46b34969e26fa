#include "support/test.h"

#include "support/bars.h"

#include "engine/backtest/correlation.h"

#include <math.h>

enum { ROWS = 400 };

struct walk {
    tr_time_ms time[ROWS];
    double close[ROWS];
    struct tr_bars bars;
};

static struct walk a, b; /* too large for the stack */

/* Hours from 0 on, of which `holes` are missing. */
static void random_walk(struct tr_rng *rng, struct walk *walk, double holes)
{
    double price = 100.0;
    tr_time_ms time = 0;
    for (size_t i = 0; i < ROWS; i++) {
        do
            time += TR_HOUR_MS;
        while (tr_rng_uniform(rng) < holes);
        price *= exp(0.01 * tr_rng_normal(rng));
        walk->time[i] = time;
        walk->close[i] = price;
    }
    walk->bars = (struct tr_bars){.n = ROWS, .timeframe = TR_TIMEFRAME_1H, .time = walk->time, .close = walk->close};
}

/* Pearson's formula word for word over the closes of the stamps that both have. */
static double slow_correlation(tr_time_ms until, size_t most)
{
    double x[ROWS], y[ROWS], mean_x = 0.0, mean_y = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;
    size_t n = 0;
    for (size_t i = ROWS; i-- > 0 && n < most;)
        for (size_t j = 0; j < ROWS; j++)
            if (a.time[i] == b.time[j] && a.time[i] + TR_HOUR_MS <= until) {
                x[n] = log(a.close[i]);
                y[n++] = log(b.close[j]);
            }
    if (n < 3)
        return (double)NAN;
    for (size_t i = 0; i + 1 < n; i++) {
        x[i] -= x[i + 1];
        y[i] -= y[i + 1];
        mean_x += x[i] / (double)(n - 1);
        mean_y += y[i] / (double)(n - 1);
    }
    for (size_t i = 0; i + 1 < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return xy / sqrt(xx * yy);
}

static void it_is_pearsons_over_the_bars_both_have(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    for (int i = 0; i < 60; i++) {
        random_walk(&rng, &a, i % 3 ? 0.2 : 0.0);
        random_walk(&rng, &b, i % 2 ? 0.3 : 0.0);
        tr_time_ms until = (tr_time_ms)tr_rng_below(&rng, (uint64_t)(ROWS * 2 * TR_HOUR_MS));
        size_t most = 2 + tr_rng_below(&rng, 300);
        assert_near(tr_correlation_of_returns(&a.bars, &b.bars, until, most), slow_correlation(until, most), 1e-12);
    }
}

static void a_market_is_one_with_itself_and_opposed_to_its_inverse(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 3, 0);
    random_walk(&rng, &a, 0.1);
    b = a;
    b.bars.time = b.time;
    b.bars.close = b.close;
    for (size_t i = 0; i < ROWS; i++)
        b.close[i] = 7.0 / a.close[i];
    assert_near(tr_correlation_of_returns(&a.bars, &a.bars, INT64_MAX / 2, 168), 1.0, 1e-12);
    assert_near(tr_correlation_of_returns(&a.bars, &b.bars, INT64_MAX / 2, 168), -1.0, 1e-12);
}

static void what_closes_later_does_not_count(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 4, 0);
    random_walk(&rng, &a, 0.0);
    random_walk(&rng, &b, 0.0);
    tr_time_ms until = a.time[200] + TR_HOUR_MS;
    double before = tr_correlation_of_returns(&a.bars, &b.bars, until, 100);
    for (size_t i = 201; i < ROWS; i++)
        a.close[i] = b.close[i] = 1.0 + (double)i;
    assert_same_bits(tr_correlation_of_returns(&a.bars, &b.bars, until, 100), before);
    assert_true(tr_correlation_of_returns(&a.bars, &b.bars, until + TR_HOUR_MS, 100) != before);
}

static void too_little_tells_nothing(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 5, 0);
    random_walk(&rng, &a, 0.0);
    random_walk(&rng, &b, 0.0);
    assert_true(isnan(tr_correlation_of_returns(&a.bars, &b.bars, a.time[1] + TR_HOUR_MS, 168)));
    assert_true(!isnan(tr_correlation_of_returns(&a.bars, &b.bars, a.time[2] + TR_HOUR_MS, 168)));
    assert_true(isnan(tr_correlation_of_returns(&a.bars, &b.bars, INT64_MIN / 2, 168)));
    for (size_t i = 0; i < ROWS; i++)
        b.close[i] = 5.0;
    assert_true(isnan(tr_correlation_of_returns(&a.bars, &b.bars, INT64_MAX / 2, 168)));
    b.bars.n = 0;
    assert_true(isnan(tr_correlation_of_returns(&a.bars, &b.bars, INT64_MAX / 2, 168)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_pearsons_over_the_bars_both_have),
        cmocka_unit_test(a_market_is_one_with_itself_and_opposed_to_its_inverse),
        cmocka_unit_test(what_closes_later_does_not_count),
        cmocka_unit_test(too_little_tells_nothing),
    };
    return cmocka_run_group_tests_name("backtest/correlation", tests, NULL, NULL);
}
