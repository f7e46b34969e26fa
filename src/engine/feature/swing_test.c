#include "support/test.h"

#include "base/alloc.h"
#include "support/feature.h"

#include <math.h>
#include <string.h>

static double atr(const struct tr_bars *s, size_t t)
{
    double a = 0;
    for (size_t i = 1; i <= t; i++) {
        double before = s->close[i - 1], range = fmax(s->high[i], before) - fmin(s->low[i], before);
        a = i <= 14 ? a + range / 14 : (13 * a + range) / 14;
    }
    return a;
}
static double in_atr(const struct tr_bars *s, size_t t, double level)
{
    return atr(s, t) == 0 ? (double)NAN : (s->close[t] - level) / atr(s, t);
}

/* The rows of the latest highest high and the latest lowest low among the last 100. */
static double fib(const struct tr_bars *s, size_t t, double q)
{
    size_t high = t - 99, low = t - 99;
    for (size_t i = t - 99; i <= t; i++) {
        high = s->high[i] >= s->high[high] ? i : high;
        low = s->low[i] <= s->low[low] ? i : low;
    }
    double range = s->high[high] - s->low[low];
    if (high == low)
        return (double)NAN;
    return high > low ? s->high[high] - q * range : s->low[low] + q * range;
}
static double fib_382(const struct tr_bars *s, size_t t)
{
    return fib(s, t, .382);
}
static double fib_500(const struct tr_bars *s, size_t t)
{
    return fib(s, t, .5);
}
static double fib_618(const struct tr_bars *s, size_t t)
{
    return fib(s, t, .618);
}
static double dist_382(const struct tr_bars *s, size_t t)
{
    return in_atr(s, t, fib_382(s, t));
}
static double dist_500(const struct tr_bars *s, size_t t)
{
    return in_atr(s, t, fib_500(s, t));
}
static double dist_618(const struct tr_bars *s, size_t t)
{
    return in_atr(s, t, fib_618(s, t));
}
static double swing_high(const struct tr_bars *s, size_t t)
{
    return in_atr(s, t, test_highest(s->high, t, 100));
}
static double swing_low(const struct tr_bars *s, size_t t)
{
    return in_atr(s, t, test_lowest(s->low, t, 100));
}
static double donchian(const struct tr_bars *s, size_t t)
{
    double high = test_highest(s->high, t, 20), low = test_lowest(s->low, t, 20);
    return high == low ? 0.5 : (s->close[t] - low) / (high - low);
}

static void test_levels_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_FIB_382, fib_382);
    test_feature_against(TR_FIB_500, fib_500);
    test_feature_against(TR_FIB_618, fib_618);
    test_feature_against(TR_DONCHIAN_20_POS, donchian);
}

static void test_distances_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_FIB_382_DIST, dist_382);
    test_feature_against(TR_FIB_500_DIST, dist_500);
    test_feature_against(TR_FIB_618_DIST, dist_618);
    test_feature_against(TR_SWING_HIGH_DIST, swing_high);
    test_feature_against(TR_SWING_LOW_DIST, swing_low);
}

static void test_equal_extremes_take_the_latest_bar(void **unused)
{
    (void)unused;
    double rows[100][5];
    for (size_t i = 0; i < 100; i++) {
        double bar[5] = {10, 11, 9, 10, 1};
        memcpy(rows[i], bar, sizeof bar);
    }
    rows[30][1] = rows[80][1] = 12; /* the high of 12 was last seen on row 80 */
    rows[50][2] = 8;                /* after the low on row 50: an upward leg */
    double *level = test_feature_of_rows(100, rows, TR_FIB_382);
    assert_near(level[99], 12 - 0.382 * 4, 1e-14);
    tr_free(level);
    rows[90][2] = 8; /* and now a downward one */
    level = test_feature_of_rows(100, rows, TR_FIB_382);
    assert_near(level[99], 8 + 0.382 * 4, 1e-14);
    tr_free(level);
}

static void test_both_extremes_on_one_bar_have_no_leg(void **unused)
{
    (void)unused;
    double rows[100][5];
    for (size_t i = 0; i < 100; i++) {
        double bar[5] = {10, 11, 9, 10, 1};
        memcpy(rows[i], bar, sizeof bar);
    }
    rows[40][1] = 20;
    rows[40][2] = 5;
    double *level = test_feature_of_rows(100, rows, TR_FIB_500),
           *dist = test_feature_of_rows(100, rows, TR_FIB_500_DIST);
    double *high = test_feature_of_rows(100, rows, TR_SWING_HIGH_DIST);
    assert_true(isnan(level[99]) && isnan(dist[99]) && high[99] < 0);
    tr_free(level);
    tr_free(dist);
    tr_free(high);
}

static void test_flat_bars_are_in_the_middle_and_have_no_levels(void **unused)
{
    (void)unused;
    assert_true(test_feature_of_flat(TR_DONCHIAN_20_POS) == 0.5);
    assert_true(isnan(test_feature_of_flat(TR_FIB_500)));
    assert_true(isnan(test_feature_of_flat(TR_SWING_HIGH_DIST))); /* ATR is 0 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_follow_their_definitions),
        cmocka_unit_test(test_distances_follow_their_definitions),
        cmocka_unit_test(test_equal_extremes_take_the_latest_bar),
        cmocka_unit_test(test_both_extremes_on_one_bar_have_no_leg),
        cmocka_unit_test(test_flat_bars_are_in_the_middle_and_have_no_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
