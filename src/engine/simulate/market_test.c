#include "support/test.h"

#include "base/alloc.h"
#include "engine/simulate/market.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 100000

static void make(const struct tr_simulate_options *options, struct tr_bar_list *list)
{
    struct tr_error err;
    tr_bar_list_init(list, TR_TIMEFRAME_1M);
    assert_ok(tr_simulate_market(options, list, &err), &err);
}

/* r [n]: log returns, r[0] = 0; the caller frees. */
static double *log_returns(const struct tr_bar_list *list)
{
    double *r = tr_alloc(list->n, sizeof *r);
    assert_non_null(r);
    r[0] = 0;
    for (size_t i = 1; i < list->n; i++)
        r[i] = log(list->close[i] / list->close[i - 1]);
    return r;
}

static bool same_bars(const struct tr_bar_list *a, const struct tr_bar_list *b)
{
    size_t bytes = a->n * sizeof(double);
    return a->n == b->n && a->timeframe == b->timeframe && memcmp(a->time, b->time, bytes) == 0 &&
           memcmp(a->open, b->open, bytes) == 0 && memcmp(a->high, b->high, bytes) == 0 &&
           memcmp(a->low, b->low, bytes) == 0 && memcmp(a->close, b->close, bytes) == 0 &&
           memcmp(a->volume, b->volume, bytes) == 0;
}

static void one_seed_gives_one_market_and_another_seed_another(void **state)
{
    (void)state;
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list first, again, other;
    options.n = 2000;
    options.edge = 0.7;
    make(&options, &first);
    make(&options, &again);
    assert_true(same_bars(&first, &again));
    options.seed++;
    make(&options, &other);
    assert_int_equal(other.n, 2000);
    size_t equal = 0;
    for (size_t i = 0; i < 2000; i++)
        equal += first.close[i] == other.close[i];
    assert_true(equal < 5);
    tr_bar_list_finish(&first);
    tr_bar_list_finish(&again);
    tr_bar_list_finish(&other);
}

static void a_longer_market_begins_like_the_shorter_one(void **state)
{
    (void)state;
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list brief, longer;
    options.n = 500;
    make(&options, &brief);
    options.n = 900;
    make(&options, &longer);
    longer.n = 500;
    assert_true(same_bars(&brief, &longer));
    tr_bar_list_finish(&brief);
    tr_bar_list_finish(&longer);
}

static double to_digits(double x, int digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, x);
    return strtod(text, NULL);
}

static void every_bar_is_accepted_contiguous_and_rounded(void **state)
{
    (void)state;
    static const double prices[] = {1e-6, 0.37, 100, 61234.5, 1e9};
    struct tr_simulate_options options = tr_simulate_defaults();
    options.n = 3000;
    options.start = INT64_C(1640995200123);
    for (size_t k = 0; k < 2 * (sizeof prices / sizeof *prices); k++) {
        struct tr_bar_list list;
        options.price = prices[k / 2];
        options.edge = k % 2 ? 1 : 0;
        options.timeframe = k % 2 ? TR_TIMEFRAME_5M : TR_TIMEFRAME_1D;
        make(&options, &list);
        struct tr_bars bars = tr_bar_list_view(&list);
        assert_int_equal(bars.n, 3000);
        assert_int_equal(bars.time[0], INT64_C(1640995200000));
        assert_near(bars.open[0], options.price, options.price * 1e-7);
        for (size_t i = 0; i < bars.n; i++) {
            struct tr_bar bar = tr_bars_at(&bars, i);
            assert_int_equal(tr_bar_check(&bar, options.timeframe), TR_BAR_FINE);
            assert_true(i == 0 || bar.time - bars.time[i - 1] == tr_timeframe_ms(options.timeframe));
            assert_true(i == 0 || bar.open == bars.close[i - 1]);
            assert_true(bar.volume > 0);
            assert_same_bits(bar.close, to_digits(bar.close, 8));
            assert_same_bits(bar.high, to_digits(bar.high, 8));
            assert_same_bits(bar.low, to_digits(bar.low, 8));
            assert_same_bits(bar.volume, to_digits(bar.volume, 6));
        }
        tr_bar_list_finish(&list);
    }
}

static void the_calm_regime_has_the_volatility_asked_for(void **state)
{
    (void)state;
    static const enum tr_timeframe timeframes[] = {TR_TIMEFRAME_5M, TR_TIMEFRAME_1H, TR_TIMEFRAME_4H};
    struct tr_simulate_options options = tr_simulate_defaults();
    options.regime_ratio = 1;
    options.n = N;
    options.volatility = 0.003;
    for (size_t k = 0; k < 3; k++) {
        struct tr_bar_list list;
        options.timeframe = timeframes[k];
        make(&options, &list);
        double *r = log_returns(&list), sum2 = 0;
        for (size_t i = 1; i < N; i++)
            sum2 += r[i] * r[i];
        double want = 0.003 * sqrt((double)tr_timeframe_ms(timeframes[k]) / (double)TR_HOUR_MS);
        assert_near(sqrt(sum2 / (N - 1)), want, 0.03 * want);
        tr_free(r);
        tr_bar_list_finish(&list);
    }
}

static void returns_have_fat_tails_and_clustered_size(void **state)
{
    (void)state;
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list list;
    options.n = N;
    make(&options, &list);
    double *r = log_returns(&list), sum = 0, sum2 = 0, sum4 = 0, product = 0;
    for (size_t i = 1; i < N; i++) {
        sum += fabs(r[i]);
        sum2 += r[i] * r[i];
        sum4 += r[i] * r[i] * r[i] * r[i];
    }
    double mean = sum / (N - 1), variance = sum2 / (N - 1) - mean * mean;
    for (size_t i = 11; i < N; i++)
        product += (fabs(r[i]) - mean) * (fabs(r[i - 10]) - mean);
    assert_true(sum4 / (N - 1) > 4.0 * (sum2 / (N - 1)) * (sum2 / (N - 1))); /* 3 for a normal variable */
    assert_true(product / (N - 11) / variance > 0.1);
    double calm = 0.006 * 0.006, wild = calm * 2.5 * 2.5;
    assert_near(sum2 / (N - 1), (calm + wild) / 2, 0.12 * (calm + wild) / 2); /* half of the time each */
    tr_free(r);
    tr_bar_list_finish(&list);
}

/* sum of x*y over the square root of sum of (x*y)^2: standard normal where x says nothing of y's sign, whatever the
 * volatilities do. */
static double sign_z(const double *x, const double *y, size_t n)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] * y[i];
        squares += x[i] * y[i] * x[i] * y[i];
    }
    return sum / sqrt(squares);
}

static void the_plain_market_has_no_memory_of_sign(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct tr_simulate_options options = tr_simulate_defaults();
        struct tr_bar_list list;
        options.n = N;
        options.seed = seed;
        make(&options, &list);
        double *r = log_returns(&list), *size = tr_alloc(N, sizeof *size), *louder = tr_alloc(N, sizeof *louder);
        assert_true(size && louder);
        for (size_t lag = 1; lag <= 8; lag++)
            assert_true(fabs(sign_z(r + 1, r + 1 + lag, N - 1 - lag)) < 4);
        for (size_t i = 0; i < N; i++) {
            size[i] = fabs(r[i]);
            louder[i] = i > 0 ? log(list.volume[i] / list.volume[i - 1]) : 0;
        }
        assert_true(fabs(sign_z(size, r + 1, N - 1)) < 4);   /* size says nothing of the next sign */
        assert_true(fabs(sign_z(louder, r + 1, N - 1)) < 4); /* nor does volume */
        assert_true(fabs(sign_z(louder, r, N)) < 4);         /* nor of its own */
        tr_free(louder);
        tr_free(size);
        tr_free(r);
        tr_bar_list_finish(&list);
    }
}

/* Up and down look alike: mean return, count of ups, third moment, and wicks above against below. */
static void up_and_down_are_mirror_images(void **state)
{
    (void)state;
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list list;
    options.n = N;
    for (int k = 0; k < 2; k++) {
        options.edge = k;
        make(&options, &list);
        double *r = log_returns(&list), one[2] = {0}, skew[2] = {0}, wick[2] = {0};
        double block = 0, block2 = 0, run = 0; /* sums of 300 bars: episodes end inside */
        for (size_t i = 1; i < N; i++) {
            double cut = fmax(fmin(r[i], 0.03), -0.03), cube = cut * cut * cut;
            double top = fmax(list.open[i], list.close[i]), bottom = fmin(list.open[i], list.close[i]);
            double tilt = log(list.high[i] / top) - log(bottom / list.low[i]);
            one[0] += r[i] > 0 ? 1 : r[i] < 0 ? -1 : 0;
            one[1]++;
            skew[0] += cube;
            skew[1] += cube * cube;
            wick[0] += tilt;
            wick[1] += tilt * tilt;
            run += r[i];
            if (i % 300 == 0) {
                block += run;
                block2 += run * run;
                run = 0;
            }
        }
        double slack = k ? 16 : 4; /* signs of one episode go together, 45 bars long */
        assert_true(fabs(one[0]) < slack * sqrt(one[1]));
        assert_true(fabs(skew[0]) < slack * sqrt(skew[1]));
        assert_true(fabs(wick[0]) < slack * sqrt(wick[1]));
        assert_true(fabs(block) < 4 * sqrt(block2));
        tr_free(r);
        tr_bar_list_finish(&list);
    }
}

/* Correlation of the last 12 bars' return, in units of their own size, with the next 24 bars', likewise. */
static double momentum_correlation(double edge, uint64_t seed)
{
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list list;
    options.n = N;
    options.edge = edge;
    options.seed = seed;
    make(&options, &list);
    double *r = log_returns(&list), xy = 0, xx = 0, yy = 0;
    for (size_t i = 12; i + 24 < N; i++) {
        double past = 0, size = 0, future = 0;
        for (size_t k = 0; k < 12; k++) {
            past += r[i - k];
            size += r[i - k] * r[i - k];
        }
        for (size_t k = 1; k <= 24; k++)
            future += r[i + k];
        past /= sqrt(size);
        future /= sqrt(size);
        xy += past * future;
        xx += past * past;
        yy += future * future;
    }
    tr_free(r);
    tr_bar_list_finish(&list);
    return xy / sqrt(xx * yy);
}

static void momentum_predicts_only_where_an_edge_is_planted(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        double none = momentum_correlation(0, seed), half = momentum_correlation(0.5, seed),
               full = momentum_correlation(1, seed);
        print_message("# momentum against the next 24 bars: edge 0 %.3f, 0.5 %.3f, 1 %.3f\n", none, half, full);
        assert_near(none, 0, 0.06); /* 4 standard errors of N / 24 independent pairs */
        assert_true(half > 0.12);
        assert_true(full > half + 0.1);
    }
}

/* What the labels ask: from the close, is +2 % reached before -1 % within 24 bars? By the sign of momentum. */
static void the_planted_edge_moves_the_barrier_odds(void **state)
{
    (void)state;
    double rate[2][2];
    for (int k = 0; k < 2; k++) {
        struct tr_simulate_options options = tr_simulate_defaults();
        struct tr_bar_list list;
        double hits[2] = {0}, count[2] = {0};
        options.n = N;
        options.edge = k;
        make(&options, &list);
        for (size_t i = 12; i + 24 < N; i++) {
            double entry = list.close[i];
            size_t up = entry > list.close[i - 12];
            count[up]++;
            for (size_t j = i + 1; j <= i + 24; j++) {
                if (list.low[j] <= entry * 0.99)
                    break;
                if (list.high[j] >= entry * 1.02) {
                    hits[up]++;
                    break;
                }
            }
        }
        for (size_t up = 0; up < 2; up++)
            rate[k][up] = hits[up] / count[up];
        tr_bar_list_finish(&list);
    }
    print_message("# +2 %% before -1 %%: no edge %.3f after a fall, %.3f after a rise; edge 1 %.3f and %.3f\n",
                  rate[0][0], rate[0][1], rate[1][0], rate[1][1]);
    assert_near(rate[0][0], rate[0][1], 0.02);
    assert_true(rate[1][1] > rate[1][0] + 0.15);
}

static void an_edge_changes_the_drift_but_not_the_noise(void **state)
{
    (void)state;
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list plain, planted;
    options.n = 20000;
    make(&options, &plain);
    options.edge = 1;
    make(&options, &planted);
    double *a = log_returns(&plain), *b = log_returns(&planted);
    size_t wild = 0, quiet = 0, run = 0, longest = 0, ups = 0, downs = 0;
    for (size_t i = 1; i < options.n; i++) {
        double drift = b[i] - a[i];
        bool still = fabs(drift) < 1e-6; /* rounding to 8 digits leaves 1e-7 */
        quiet += still;
        run = still ? 0 : run + 1;
        longest = run > longest ? run : longest;
        wild += fabs(fabs(drift) - 0.0075) < 1e-5; /* the drift grows with the bar's own volatility */
        ups += !still && drift > 0;
        downs += !still && drift < 0;
        double of_sd = fabs(drift) / (fabs(drift) > 0.0035 ? 0.015 : 0.006);
        assert_true(still || fabs(of_sd - 0.5) < 0.01 || fabs(of_sd - 0.25) < 0.01);
    }
    assert_in_range(quiet, options.n * 35 / 100, options.n * 55 / 100);
    assert_in_range(longest, 50, 72);
    assert_in_range(wild, options.n / 10, options.n * 4 / 10);
    assert_in_range(ups, options.n / 5, options.n * 2 / 5);
    assert_in_range(downs, options.n / 5, options.n * 2 / 5);
    tr_free(a);
    tr_free(b);
    tr_bar_list_finish(&plain);
    tr_bar_list_finish(&planted);
}

static void options_out_of_range_are_named(void **state)
{
    (void)state;
    struct {
        struct tr_simulate_options options;
        const char *word;
    } cases[14];
    for (size_t i = 0; i < 14; i++)
        cases[i].options = tr_simulate_defaults();
    cases[0].options.price = 0, cases[0].word = "price";
    cases[1].options.price = (double)NAN, cases[1].word = "price";
    cases[2].options.volatility = 0, cases[2].word = "volatility";
    cases[3].options.volatility = 1, cases[3].word = "volatility";
    cases[4].options.regime_ratio = 0.5, cases[4].word = "regime_ratio";
    cases[5].options.regime_hours = 0, cases[5].word = "regime_hours";
    cases[6].options.tail_degrees = 2, cases[6].word = "tail_degrees";
    cases[7].options.edge = -0.1, cases[7].word = "edge";
    cases[8].options.edge = (double)INFINITY, cases[8].word = "edge";
    cases[9].options.substeps = 0, cases[9].word = "substeps";
    cases[10].options.start = -1, cases[10].word = "start";
    cases[11].options.start = INT64_MAX, cases[11].word = "start";
    cases[12].options.n = SIZE_MAX, cases[12].word = "n must stay";
    cases[13].options.volatility = 0.2, cases[13].word = "leaves the range";
    cases[13].options.n = 200000;
    for (size_t i = 0; i < 14; i++) {
        struct tr_bar_list list;
        struct tr_error err;
        tr_bar_list_init(&list, TR_TIMEFRAME_1M);
        assert_int_equal(tr_simulate_market(&cases[i].options, &list, &err), TR_INVALID);
        assert_non_null(strstr(err.text, cases[i].word));
        assert_int_equal(list.n, 0);
        tr_bar_list_finish(&list);
    }
}

static void no_bars_and_no_memory_are_handled(void **state)
{
    (void)state;
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list list;
    struct tr_error err;
    options.n = 0;
    make(&options, &list);
    assert_int_equal(list.n, 0);
    tr_bar_list_finish(&list);
    options.n = 100;
    for (size_t k = 1; k <= 6; k++) {
        tr_bar_list_init(&list, TR_TIMEFRAME_1M);
        tr_alloc_fail_at(k);
        assert_int_equal(tr_simulate_market(&options, &list, &err), TR_NOMEM);
        tr_alloc_fail_at(0);
        assert_int_equal(list.n, 0);
        tr_bar_list_finish(&list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_seed_gives_one_market_and_another_seed_another),
        cmocka_unit_test(a_longer_market_begins_like_the_shorter_one),
        cmocka_unit_test(every_bar_is_accepted_contiguous_and_rounded),
        cmocka_unit_test(the_calm_regime_has_the_volatility_asked_for),
        cmocka_unit_test(returns_have_fat_tails_and_clustered_size),
        cmocka_unit_test(the_plain_market_has_no_memory_of_sign),
        cmocka_unit_test(up_and_down_are_mirror_images),
        cmocka_unit_test(momentum_predicts_only_where_an_edge_is_planted),
        cmocka_unit_test(the_planted_edge_moves_the_barrier_odds),
        cmocka_unit_test(an_edge_changes_the_drift_but_not_the_noise),
        cmocka_unit_test(options_out_of_range_are_named),
        cmocka_unit_test(no_bars_and_no_memory_are_handled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
