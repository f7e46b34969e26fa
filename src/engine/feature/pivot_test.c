#include "support/test.h"

#include "support/feature.h"

#include <math.h>

static double atr(const struct tr_bars *s, size_t t)
{
    double a = 0;
    for (size_t i = 1; i <= t; i++) {
        double before = s->close[i - 1], range = fmax(s->high[i], before) - fmin(s->low[i], before);
        a = i <= 14 ? a + range / 14 : (13 * a + range) / 14;
    }
    return a;
}
struct day {
    double high, low, close;
    size_t bars;
};

/* The stored bars of the segment on the UTC day before that of bar t's open. */
static struct day day_before(const struct tr_bars *s, size_t t)
{
    struct day d = {-(double)INFINITY, (double)INFINITY, (double)NAN, 0};
    int64_t day = s->time[t] / 86400000 - 1;
    for (size_t i = 0; i < t; i++) {
        if (s->time[i] / 86400000 != day)
            continue;
        d.high = fmax(d.high, s->high[i]);
        d.low = fmin(d.low, s->low[i]);
        d.close = s->close[i];
        d.bars++;
    }
    return d;
}

static double pivot(const struct tr_bars *s, size_t t, int level)
{
    struct day d = day_before(s, t);
    double p = (d.high + d.low + d.close) / 3, range = d.high - d.low;
    const double levels[] = {p, 2 * p - d.low, 2 * p - d.high, p + range, p - range};
    double share = (double)d.bars * (double)tr_timeframe_ms(s->timeframe) / 86400000;
    return share < 0.9 - 1e-12 ? (double)NAN : levels[level];
}
static double pivot_p(const struct tr_bars *s, size_t t)
{
    return pivot(s, t, 0);
}
static double pivot_r1(const struct tr_bars *s, size_t t)
{
    return pivot(s, t, 1);
}
static double pivot_s1(const struct tr_bars *s, size_t t)
{
    return pivot(s, t, 2);
}
static double pivot_r2(const struct tr_bars *s, size_t t)
{
    return pivot(s, t, 3);
}
static double pivot_s2(const struct tr_bars *s, size_t t)
{
    return pivot(s, t, 4);
}
static double in_atr(const struct tr_bars *s, size_t t, double level)
{
    return t < 14 || atr(s, t) == 0 ? (double)NAN : (s->close[t] - level) / atr(s, t);
}
static double dist_p(const struct tr_bars *s, size_t t)
{
    return in_atr(s, t, pivot(s, t, 0));
}
static double dist_r1(const struct tr_bars *s, size_t t)
{
    return in_atr(s, t, pivot(s, t, 1));
}
static double dist_s1(const struct tr_bars *s, size_t t)
{
    return in_atr(s, t, pivot(s, t, 2));
}
static double dist_r2(const struct tr_bars *s, size_t t)
{
    return in_atr(s, t, pivot(s, t, 3));
}
static double dist_s2(const struct tr_bars *s, size_t t)
{
    return in_atr(s, t, pivot(s, t, 4));
}

/* Short markets: the reference looks through all bars for every row. */
static void against(enum tr_feature_column column, test_feature_fn reference)
{
    static const enum tr_timeframe timeframes[] = {TR_TIMEFRAME_30M, TR_TIMEFRAME_1H, TR_TIMEFRAME_2H, TR_TIMEFRAME_1D};
    for (size_t k = 0; k < 4; k++)
        for (size_t holes = 0; holes < 3; holes++) {
            struct test_market market = *test_market(0);
            struct tr_bar_list list;
            market.n = 1200;
            market.timeframe = timeframes[k];
            market.hole_share = holes ? 0.01 : 0;
            market.break_share = holes == 2 ? 0.003 : 0;
            test_market_bars(&market, 300 + k, &list);
            struct tr_bars bars = tr_bar_list_view(&list);
            test_feature_against_on(&bars, holes ? "with holes" : "complete", column, reference);
            tr_bar_list_finish(&list);
        }
}

static void test_levels_follow_their_definitions(void **unused)
{
    (void)unused;
    against(TR_PIVOT_P, pivot_p);
    against(TR_PIVOT_R1, pivot_r1);
    against(TR_PIVOT_S1, pivot_s1);
    against(TR_PIVOT_R2, pivot_r2);
    against(TR_PIVOT_S2, pivot_s2);
}

static void test_distances_follow_their_definitions(void **unused)
{
    (void)unused;
    against(TR_PIVOT_P_DIST, dist_p);
    against(TR_PIVOT_R1_DIST, dist_r1);
    against(TR_PIVOT_S1_DIST, dist_s1);
    against(TR_PIVOT_R2_DIST, dist_r2);
    against(TR_PIVOT_S2_DIST, dist_s2);
}

/* Bars of 1 h from 1970-01-01T00:00 with those of [skip, skip + missing) left out; returns pivot_p on the last. */
static double pivot_after(tr_time_ms first_hour, size_t skip, size_t missing, size_t hours)
{
    struct tr_error err;
    struct tr_bar_list list;
    struct tr_matrix all;
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    for (size_t h = 0; h < hours; h++) {
        struct tr_bar bar = {.time = (first_hour + (tr_time_ms)h) * TR_HOUR_MS,
                             .open = 10,
                             .high = 12,
                             .low = 9,
                             .close = 10 + 0.01 * (double)h,
                             .volume = 1};
        if (h < skip || h >= skip + missing)
            assert_ok(tr_bar_list_add(&list, &bar, &err), &err);
    }
    struct tr_bars bars = tr_bar_list_view(&list);
    test_feature_all(&bars, &all);
    double last = tr_matrix_at(&all, bars.n - 1, TR_PIVOT_P);
    tr_matrix_finish(&all);
    tr_bar_list_finish(&list);
    return last;
}

static void test_a_day_counts_from_ninety_percent_of_its_bars(void **unused)
{
    (void)unused;
    assert_near(pivot_after(0, 0, 0, 25), (12 + 9 + 10.23) / 3, 1e-12);
    assert_near(pivot_after(0, 5, 2, 25), (12 + 9 + 10.23) / 3, 1e-12); /* 22 of 24 */
    assert_true(isnan(pivot_after(0, 5, 3, 25)));                       /* 21 of 24 */
    assert_true(isnan(pivot_after(3, 0, 0, 22)));                       /* the series starts at 03:00 */
    assert_near(pivot_after(2, 0, 0, 23), (12 + 9 + 10.21) / 3, 1e-12);
}

static void test_levels_change_at_midnight_utc(void **unused)
{
    (void)unused;
    assert_true(isnan(pivot_after(0, 0, 0, 24))); /* 23:00 of the first day */
    assert_near(pivot_after(0, 0, 0, 48), (12 + 9 + 10.23) / 3, 1e-12);
    assert_near(pivot_after(0, 0, 0, 49), (12 + 9 + 10.47) / 3, 1e-12);
}

static void test_a_missing_day_has_no_levels_on_the_next(void **unused)
{
    (void)unused;
    assert_true(
        isnan(pivot_after(0, 24, 24, 49))); /* the day before has no bars; the one before that does not stand in */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_follow_their_definitions),
        cmocka_unit_test(test_distances_follow_their_definitions),
        cmocka_unit_test(test_a_day_counts_from_ninety_percent_of_its_bars),
        cmocka_unit_test(test_levels_change_at_midnight_utc),
        cmocka_unit_test(test_a_missing_day_has_no_levels_on_the_next),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
