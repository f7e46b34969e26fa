#include "support/test.h"

#include "base/alloc.h"
#include "support/feature.h"

#include <math.h>
#include <string.h>

/* TA-Lib's conventions, row by row from the segment's start. */
static double rsi(const struct tr_bars *s, size_t t)
{
    double up = 0, down = 0;
    for (size_t i = 1; i <= t; i++) {
        double move = s->close[i] - s->close[i - 1], gain = fmax(move, 0), loss = fmax(-move, 0);
        up = i <= 14 ? up + gain / 14 : (13 * up + gain) / 14;
        down = i <= 14 ? down + loss / 14 : (13 * down + loss) / 14;
    }
    return up + down == 0 ? 0 : 100 * up / (up + down);
}

static double raw_k(const struct tr_bars *s, size_t t)
{
    double high = test_highest(s->high, t, 14), low = test_lowest(s->low, t, 14);
    return high == low ? 0 : 100 * (s->close[t] - low) / (high - low);
}
static double stoch_k(const struct tr_bars *s, size_t t)
{
    return (raw_k(s, t) + raw_k(s, t - 1) + raw_k(s, t - 2)) / 3;
}
static double stoch_d(const struct tr_bars *s, size_t t)
{
    return (stoch_k(s, t) + stoch_k(s, t - 1) + stoch_k(s, t - 2)) / 3;
}

static double roc(const struct tr_bars *s, size_t t, size_t n)
{
    return 100 * (s->close[t] / s->close[t - n] - 1);
}
static double roc_1(const struct tr_bars *s, size_t t)
{
    return roc(s, t, 1);
}
static double roc_3(const struct tr_bars *s, size_t t)
{
    return roc(s, t, 3);
}
static double roc_6(const struct tr_bars *s, size_t t)
{
    return roc(s, t, 6);
}
static double roc_12(const struct tr_bars *s, size_t t)
{
    return roc(s, t, 12);
}
static double roc_24(const struct tr_bars *s, size_t t)
{
    return roc(s, t, 24);
}

static double typical(const struct tr_bars *s, size_t t)
{
    return (s->high[t] + s->low[t] + s->close[t]) / 3;
}
static double cci(const struct tr_bars *s, size_t t)
{
    double x[20], off = 0;
    for (size_t k = 0; k < 20; k++)
        x[k] = typical(s, t - k);
    double mean = test_mean(x, 19, 20);
    for (size_t k = 0; k < 20; k++)
        off += fabs(x[k] - mean);
    return off == 0 ? 0 : (x[0] - mean) / (0.015 * (off / 20));
}

static double willr(const struct tr_bars *s, size_t t)
{
    double high = test_highest(s->high, t, 14), low = test_lowest(s->low, t, 14);
    return high == low ? 0 : -100 * (high - s->close[t]) / (high - low);
}

static double mfi(const struct tr_bars *s, size_t t)
{
    double up = 0, down = 0;
    for (size_t i = t - 13; i <= t; i++) {
        double flow = typical(s, i) * s->volume[i];
        up += typical(s, i) > typical(s, i - 1) ? flow : 0;
        down += typical(s, i) < typical(s, i - 1) ? flow : 0;
    }
    return up + down < 1 ? 0 : 100 * up / (up + down);
}

static void test_oscillators_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_RSI_14, rsi);
    test_feature_against(TR_STOCH_K, stoch_k);
    test_feature_against(TR_STOCH_D, stoch_d);
    test_feature_against(TR_CCI_20, cci);
    test_feature_against(TR_WILLR_14, willr);
    test_feature_against(TR_MFI_14, mfi);
}

static void test_rates_of_change_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_ROC_1, roc_1);
    test_feature_against(TR_ROC_3, roc_3);
    test_feature_against(TR_ROC_6, roc_6);
    test_feature_against(TR_ROC_12, roc_12);
    test_feature_against(TR_ROC_24, roc_24);
}

static void test_flat_bars_give_zero_as_talib_does(void **unused)
{
    (void)unused;
    static const enum tr_feature_column zero[] = {TR_RSI_14, TR_STOCH_K, TR_STOCH_D,  TR_ROC_1,
                                                  TR_ROC_24, TR_CCI_20,  TR_WILLR_14, TR_MFI_14};
    for (size_t k = 0; k < sizeof zero / sizeof *zero; k++)
        assert_true(test_feature_of_flat(zero[k]) == 0);
}

static void test_a_steady_rise_is_the_upper_end(void **unused)
{
    (void)unused;
    static const struct {
        enum tr_feature_column column;
        double value;
    } ends[] = {{TR_RSI_14, 100}, {TR_MFI_14, 100}, {TR_ADX_14, 100}, {TR_PLUS_DI_14, 50}, {TR_MINUS_DI_14, 0}};
    double rows[60][5];
    for (size_t i = 0; i < 60; i++) {
        double close = 50 + (double)i, bar[5] = {close, close + 1, close - 1, close, 10};
        memcpy(rows[i], bar, sizeof bar);
    }
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        double *x = test_feature_of_rows(60, rows, ends[k].column);
        assert_near(x[59], ends[k].value, 1e-12);
        tr_free(x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oscillators_follow_their_definitions),
        cmocka_unit_test(test_rates_of_change_follow_their_definitions),
        cmocka_unit_test(test_flat_bars_give_zero_as_talib_does),
        cmocka_unit_test(test_a_steady_rise_is_the_upper_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
