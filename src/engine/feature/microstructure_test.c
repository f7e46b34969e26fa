#include "support/test.h"

#include "base/alloc.h"
#include "support/feature.h"

#include <math.h>
#include <string.h>

static double obv(const struct tr_bars *s, size_t t)
{
    double sum = s->volume[0];
    for (size_t i = 1; i <= t; i++)
        sum += s->close[i] > s->close[i - 1] ? s->volume[i] : s->close[i] < s->close[i - 1] ? -s->volume[i] : 0;
    return sum;
}
/* From the changes inside the window alone, so that nothing cancels. */
static double obv_slope(const struct tr_bars *s, size_t t)
{
    double change = 0, total = 0;
    for (size_t i = t - 23; i <= t; i++) {
        change += s->close[i] > s->close[i - 1] ? s->volume[i] : s->close[i] < s->close[i - 1] ? -s->volume[i] : 0;
        total += s->volume[i];
    }
    return total == 0 ? 0 : change / total;
}
static double volume_z(const struct tr_bars *s, size_t t)
{
    double sd = test_deviation(s->volume, t, 48);
    return sd == 0 ? 0 : (s->volume[t] - test_mean(s->volume, t, 48)) / sd;
}

static double log_ratio(double a, double b)
{
    return (double)logl((long double)a / (long double)b);
}

/* Written as in the paper (Corwin and Schultz 2012, equations 14 and 18). */
static double corwin_schultz(const struct tr_bars *s, size_t t)
{
    double sum = 0, k = 3 - 2 * sqrt(2);
    for (size_t i = t - 23; i <= t; i++) {
        double b = pow(log_ratio(s->high[i], s->low[i]), 2) + pow(log_ratio(s->high[i - 1], s->low[i - 1]), 2);
        double g = pow(log_ratio(fmax(s->high[i], s->high[i - 1]), fmin(s->low[i], s->low[i - 1])), 2);
        double alpha = (sqrt(2 * b) - sqrt(b)) / k - sqrt(g / k);
        sum += fmax(0, 2 * (exp(alpha) - 1) / (1 + exp(alpha)));
    }
    return sum / 24;
}

static double illiquidity(const struct tr_bars *s, size_t t, size_t n)
{
    double sum = 0;
    size_t traded = 0;
    for (size_t i = t + 1 - n; i <= t; i++)
        if (s->volume[i] > 0) {
            sum += fabs(log_ratio(s->close[i], s->close[i - 1])) / (s->close[i] * s->volume[i]);
            traded++;
        }
    return 2 * traded < n ? (double)NAN : sum / (double)traded;
}
static double amihud(const struct tr_bars *s, size_t t)
{
    double day = illiquidity(s, t, 24), days = illiquidity(s, t, 96);
    return days == 0 ? (double)NAN : day / days;
}

static void test_columns_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_OBV, obv);
    test_feature_against(TR_OBV_SLOPE_24, obv_slope);
    test_feature_against(TR_VOLUME_Z_48, volume_z);
    test_feature_against(TR_CORWIN_SCHULTZ_SPREAD, corwin_schultz);
    test_feature_against(TR_AMIHUD_24, amihud);
}

/* n rows around price 10 with the given volume; every second close is higher. */
static void zigzag(size_t n, double volume, double (*rows)[5])
{
    for (size_t i = 0; i < n; i++) {
        double close = i % 2 ? 10.5 : 10, bar[5] = {10, 11, 9, close, volume};
        memcpy(rows[i], bar, sizeof bar);
    }
}

static double last_of(size_t n, double (*rows)[5], enum tr_feature_column column)
{
    double *values = test_feature_of_rows(n, rows, column), last = values[n - 1];
    tr_free(values);
    return last;
}

static void test_constant_volume_has_no_surprise(void **unused)
{
    (void)unused;
    double rows[100][5];
    zigzag(100, 1234.5678901, rows);
    assert_true(last_of(100, rows, TR_VOLUME_Z_48) == 0);
    assert_near(last_of(100, rows, TR_AMIHUD_24), 1, 0.05);
}

static void test_no_volume_at_all_gives_no_slope_and_no_illiquidity(void **unused)
{
    (void)unused;
    double rows[100][5];
    zigzag(100, 0, rows);
    assert_true(last_of(100, rows, TR_OBV) == 0);
    assert_true(last_of(100, rows, TR_OBV_SLOPE_24) == 0);
    assert_true(last_of(100, rows, TR_VOLUME_Z_48) == 0);
    assert_true(isnan(last_of(100, rows, TR_AMIHUD_24)));
}

static void test_illiquidity_needs_half_of_the_bars_to_have_traded(void **unused)
{
    (void)unused;
    double rows[200][5];
    zigzag(200, 5, rows);
    for (size_t i = 176; i < 188; i++)
        rows[i][4] = 0;
    assert_true(!isnan(last_of(200, rows, TR_AMIHUD_24))); /* 12 of 24 */
    rows[190][4] = 0;
    assert_true(isnan(last_of(200, rows, TR_AMIHUD_24))); /* 11 of 24 */
}

static void test_prices_that_do_not_move_have_no_illiquidity_ratio(void **unused)
{
    (void)unused;
    double rows[120][5];
    for (size_t i = 0; i < 120; i++) {
        double bar[5] = {10, 11, 9, 10, 3};
        memcpy(rows[i], bar, sizeof bar);
    }
    assert_true(isnan(last_of(120, rows, TR_AMIHUD_24)));
    assert_true(last_of(120, rows, TR_OBV) == 3);
}

static void test_recorded_columns_wait_for_their_data(void **unused)
{
    (void)unused;
    assert_true(isnan(test_feature_of_flat(TR_SPREAD_BPS)) && isnan(test_feature_of_flat(TR_DEPTH_IMBALANCE)));
    assert_true(isnan(test_feature_of_flat(TR_REALIZED_VOL)) && isnan(test_feature_of_flat(TR_FUNDING_RATE)));
    assert_true(isnan(test_feature_of_flat(TR_FUNDING_Z_90)) && isnan(test_feature_of_flat(TR_SENTIMENT)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_follow_their_definitions),
        cmocka_unit_test(test_constant_volume_has_no_surprise),
        cmocka_unit_test(test_no_volume_at_all_gives_no_slope_and_no_illiquidity),
        cmocka_unit_test(test_illiquidity_needs_half_of_the_bars_to_have_traded),
        cmocka_unit_test(test_prices_that_do_not_move_have_no_illiquidity_ratio),
        cmocka_unit_test(test_recorded_columns_wait_for_their_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
