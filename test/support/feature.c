#include "support/feature.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/feature/feature.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

const struct test_market *test_market(size_t kind)
{
    static const struct test_market markets[TEST_MARKETS] = {
        {.name = "clean", .timeframe = TR_TIMEFRAME_1H, .n = 1500, .price = 100, .move = 0.01, .volume = 1000},
        {.name = "holes",
         .timeframe = TR_TIMEFRAME_1H,
         .n = 3000,
         .price = 3000,
         .move = 0.02,
         .volume = 10,
         .hole_share = 0.02},
        {.name = "breaks",
         .timeframe = TR_TIMEFRAME_5M,
         .n = 4000,
         .price = 1,
         .move = 0.003,
         .volume = 1e5,
         .hole_share = 0.01,
         .break_share = 0.003},
        {.name = "flat stretches",
         .timeframe = TR_TIMEFRAME_1H,
         .n = 3000,
         .price = 1,
         .move = 1e-4,
         .volume = 500,
         .flat_share = 0.02,
         .tick = 1e-4},
        {.name = "tiny price",
         .timeframe = TR_TIMEFRAME_15M,
         .n = 2000,
         .price = 1e-8,
         .move = 0.01,
         .volume = 1e12,
         .flat_share = 0.01},
        {.name = "huge price", .timeframe = TR_TIMEFRAME_30M, .n = 2000, .price = 1e15, .move = 0.01, .volume = 1e-3},
        {.name = "coarse ticks",
         .timeframe = TR_TIMEFRAME_4H,
         .n = 3000,
         .price = 50,
         .move = 0.02,
         .volume = 3,
         .tick = 1,
         .hole_share = 0.05},
        {.name = "days",
         .timeframe = TR_TIMEFRAME_1D,
         .n = 1200,
         .price = 20000,
         .move = 0.03,
         .volume = 1e4,
         .hole_share = 0.01},
        {.name = "minutes",
         .timeframe = TR_TIMEFRAME_1M,
         .n = 6000,
         .price = 60000,
         .move = 4e-4,
         .volume = 20,
         .hole_share = 0.02,
         .break_share = 0.0005,
         .tick = 0.1},
        {.name = "half days",
         .timeframe = TR_TIMEFRAME_12H,
         .n = 1000,
         .price = 5,
         .move = 0.1,
         .volume = 1,
         .flat_share = 0.05,
         .hole_share = 0.05,
         .break_share = 0.002},
    };
    return &markets[kind];
}

static double snap(double x, double tick)
{
    return tick > 0 ? fmax(tick, rint(x / tick) * tick) : x;
}

static struct tr_bar next_bar(const struct test_market *market, struct tr_rng *rng, double before)
{
    struct tr_bar bar;
    double step = market->move;
    bar.open = snap(before * exp(0.1 * step * tr_rng_normal(rng)), market->tick);
    bar.close = snap(bar.open * exp(step * tr_rng_student(rng, 4)), market->tick);
    bar.high = snap(fmax(bar.open, bar.close) * exp(0.5 * step * fabs(tr_rng_normal(rng))), market->tick);
    bar.low = snap(fmin(bar.open, bar.close) * exp(-0.5 * step * fabs(tr_rng_normal(rng))), market->tick);
    bar.volume = market->volume * exp(tr_rng_normal(rng) - 0.5);
    return bar;
}

void test_market_bars(const struct test_market *market, uint64_t seed, struct tr_bar_list *out)
{
    struct tr_rng rng;
    struct tr_error err;
    int64_t step = tr_timeframe_ms(market->timeframe);
    tr_time_ms time = INT64_C(1600000000000) / step * step;
    double price = market->price;
    size_t flat = 0;
    tr_rng_init(&rng, seed, 7);
    tr_bar_list_init(out, market->timeframe);
    for (size_t i = 0; i < market->n; i++) {
        if (flat == 0 && tr_rng_uniform(&rng) < market->flat_share)
            flat = 1 + tr_rng_below(&rng, 40);
        struct tr_bar bar = {.open = price, .high = price, .low = price, .close = price};
        if (flat > 0)
            flat--;
        else
            bar = next_bar(market, &rng, price);
        bar.time = time;
        price = bar.close;
        assert_ok(tr_bar_list_add(out, &bar, &err), &err);
        time += step;
        if (tr_rng_uniform(&rng) < market->hole_share)
            time += step * (int64_t)(1 + tr_rng_below(&rng, 24));
        if (tr_rng_uniform(&rng) < market->break_share)
            time += step * (int64_t)(25 + tr_rng_below(&rng, 276));
    }
}

void test_feature_all(const struct tr_bars *bars, struct tr_matrix *out)
{
    struct tr_error err;
    assert_ok(tr_matrix_init(out, bars->n, TR_FEATURE_COLUMNS, &err), &err);
    assert_ok(tr_feature_compute(bars, out, &err), &err);
}

static void compare_segment(const struct tr_bars *segment, const double *got, const double *want, double tolerance,
                            const char *market, const char *column)
{
    for (size_t t = 0; t < segment->n; t++) {
        if (isnan(want[t]) ? isnan(got[t]) : fabs(got[t] - want[t]) <= tolerance)
            continue;
        fail_msg("%s on %s, row %zu of a segment of %zu: %.17g, expected %.17g within %g", column, market, t,
                 segment->n, got[t], want[t], tolerance);
    }
}

void test_feature_against_on(const struct tr_bars *bars, const char *name, enum tr_feature_column column,
                             test_feature_fn reference)
{
    struct tr_matrix all;
    double *want = tr_alloc(bars->n, sizeof *want), largest = 0;
    size_t defined = 0;
    assert_non_null(want);
    test_feature_all(bars, &all);
    for (size_t start = 0, end; start < bars->n; start = end) {
        end = tr_segment_end(bars, start);
        struct tr_bars segment = tr_bars_slice(bars, start, end - start);
        for (size_t t = start; t < end; t++) {
            int first = tr_feature_info(column)->first;
            want[t] = (int)(t - start) < first ? (double)NAN : reference(&segment, t - start);
            if (!isnan(want[t])) {
                largest = fmax(largest, fabs(want[t]));
                defined++;
            }
        }
    }
    assert_true(defined > bars->n / 50);
    for (size_t start = 0, end; start < bars->n; start = end) {
        end = tr_segment_end(bars, start);
        struct tr_bars segment = tr_bars_slice(bars, start, end - start);
        compare_segment(&segment, tr_matrix_column(&all, column) + start, want + start, 1e-9 * largest, name,
                        tr_feature_info(column)->name);
    }
    tr_matrix_finish(&all);
    tr_free(want);
}

void test_feature_against(enum tr_feature_column column, test_feature_fn reference)
{
    for (size_t kind = 0; kind < TEST_MARKETS; kind++) {
        struct tr_bar_list list;
        test_market_bars(test_market(kind), 100 + kind, &list);
        struct tr_bars bars = tr_bar_list_view(&list);
        test_feature_against_on(&bars, test_market(kind)->name, column, reference);
        tr_bar_list_finish(&list);
    }
}

double *test_feature_of_rows(size_t n, double (*rows)[5], enum tr_feature_column column)
{
    struct tr_bar_list list;
    struct tr_error err;
    struct tr_matrix all;
    double *out = tr_alloc(n, sizeof *out);
    assert_non_null(out);
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    for (size_t i = 0; i < n; i++) {
        struct tr_bar bar = {.time = (tr_time_ms)i * TR_HOUR_MS,
                             .open = rows[i][0],
                             .high = rows[i][1],
                             .low = rows[i][2],
                             .close = rows[i][3],
                             .volume = rows[i][4]};
        assert_ok(tr_bar_list_add(&list, &bar, &err), &err);
    }
    struct tr_bars bars = tr_bar_list_view(&list);
    test_feature_all(&bars, &all);
    memcpy(out, tr_matrix_column(&all, column), n * sizeof *out);
    tr_matrix_finish(&all);
    tr_bar_list_finish(&list);
    return out;
}

double test_feature_of_flat(enum tr_feature_column column)
{
    static const double flat[5] = {7, 7, 7, 7, 0};
    double rows[260][5];
    for (size_t i = 0; i < 260; i++)
        memcpy(rows[i], flat, sizeof flat);
    double *values = test_feature_of_rows(260, rows, column), last = values[259];
    tr_free(values);
    return last;
}

double test_highest(const double *x, size_t t, size_t n)
{
    double best = x[t];
    for (size_t k = 1; k < n; k++)
        best = fmax(best, x[t - k]);
    return best;
}

double test_lowest(const double *x, size_t t, size_t n)
{
    double best = x[t];
    for (size_t k = 1; k < n; k++)
        best = fmin(best, x[t - k]);
    return best;
}

double test_mean(const double *x, size_t t, size_t n)
{
    long double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += (long double)x[t - k];
    return (double)(sum / (long double)n);
}

double test_deviation(const double *x, size_t t, size_t n)
{
    long double mean = 0, square = 0;
    for (size_t k = 0; k < n; k++)
        mean += (long double)x[t - k] / (long double)n;
    for (size_t k = 0; k < n; k++)
        square += ((long double)x[t - k] - mean) * ((long double)x[t - k] - mean);
    return (double)sqrtl(square / (long double)n);
}
