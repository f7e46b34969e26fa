#include "support/test.h"

#include "support/feature.h"

#include <math.h>

/* EMA whose first value, on row from + n - 1, is the mean of the n inputs from row `from` on. O(t). */
static double ema_from(const double *x, size_t from, size_t n, size_t t)
{
    double e = 0;
    for (size_t i = from; i < from + n; i++)
        e += x[i] / (double)n;
    for (size_t i = from + n; i <= t; i++)
        e += 2.0 / (double)(n + 1) * (x[i] - e);
    return e;
}
static double ema(const struct tr_bars *s, size_t t, size_t n)
{
    return ema_from(s->close, 0, n, t);
}
static double ema_9(const struct tr_bars *s, size_t t)
{
    return ema(s, t, 9);
}
static double ema_21(const struct tr_bars *s, size_t t)
{
    return ema(s, t, 21);
}
static double ema_50(const struct tr_bars *s, size_t t)
{
    return ema(s, t, 50);
}
static double ema_200(const struct tr_bars *s, size_t t)
{
    return ema(s, t, 200);
}
static double dist_9(const struct tr_bars *s, size_t t)
{
    return s->close[t] / ema(s, t, 9) - 1;
}
static double dist_21(const struct tr_bars *s, size_t t)
{
    return s->close[t] / ema(s, t, 21) - 1;
}
static double dist_50(const struct tr_bars *s, size_t t)
{
    return s->close[t] / ema(s, t, 50) - 1;
}
static double dist_200(const struct tr_bars *s, size_t t)
{
    return s->close[t] / ema(s, t, 200) - 1;
}
static double spread_9_21(const struct tr_bars *s, size_t t)
{
    return (ema(s, t, 9) - ema(s, t, 21)) / s->close[t];
}
static double spread_21_50(const struct tr_bars *s, size_t t)
{
    return (ema(s, t, 21) - ema(s, t, 50)) / s->close[t];
}
static double spread_50_200(const struct tr_bars *s, size_t t)
{
    return (ema(s, t, 50) - ema(s, t, 200)) / s->close[t];
}
static double slope_21(const struct tr_bars *s, size_t t)
{
    return ema(s, t, 21) / ema(s, t - 5, 21) - 1;
}
static double slope_200(const struct tr_bars *s, size_t t)
{
    return ema(s, t, 200) / ema(s, t - 20, 200) - 1;
}

static double macd(const struct tr_bars *s, size_t t)
{
    return ema_from(s->close, 14, 12, t) - ema_from(s->close, 0, 26, t);
}
/* The signal is an EMA of the line, so the line is walked along with it. */
static double macd_signal(const struct tr_bars *s, size_t t)
{
    double fast = ema_from(s->close, 14, 12, 25), slow = ema_from(s->close, 0, 26, 25), signal = (fast - slow) / 9;
    for (size_t i = 26; i <= t; i++) {
        fast += 2.0 / 13 * (s->close[i] - fast);
        slow += 2.0 / 27 * (s->close[i] - slow);
        signal = i <= 33 ? signal + (fast - slow) / 9 : signal + 0.2 * (fast - slow - signal);
    }
    return signal;
}
static double macd_hist(const struct tr_bars *s, size_t t)
{
    return macd(s, t) - macd_signal(s, t);
}
static double macd_norm(const struct tr_bars *s, size_t t)
{
    return macd(s, t) / s->close[t];
}
static double macd_signal_norm(const struct tr_bars *s, size_t t)
{
    return macd_signal(s, t) / s->close[t];
}
static double macd_hist_norm(const struct tr_bars *s, size_t t)
{
    return macd_hist(s, t) / s->close[t];
}

static double true_range(const struct tr_bars *s, size_t t)
{
    return fmax(s->high[t] - s->low[t], fmax(fabs(s->high[t] - s->close[t - 1]), fabs(s->low[t] - s->close[t - 1])));
}
static double atr(const struct tr_bars *s, size_t t)
{
    double a = 0;
    for (size_t i = 1; i <= t; i++)
        a = i <= 14 ? a + true_range(s, i) / 14 : (13 * a + true_range(s, i)) / 14;
    return a;
}

struct directions {
    double plus, minus, adx;
};
/* Wilder's sums as TA-Lib keeps them; ADX stands still where both directions are 0. */
static struct directions directions(const struct tr_bars *s, size_t t)
{
    double tr = 0, up = 0, down = 0, adx = 0;
    struct directions d = {0, 0, 0};
    for (size_t i = 1; i <= t; i++) {
        double rise = s->high[i] - s->high[i - 1], fall = s->low[i - 1] - s->low[i], keep = i < 14 ? 1 : 13.0 / 14;
        tr = tr * keep + true_range(s, i);
        up = up * keep + (rise > fall && rise > 0 ? rise : 0);
        down = down * keep + (fall > rise && fall > 0 ? fall : 0);
        d.plus = tr == 0 ? 0 : 100 * up / tr;
        d.minus = tr == 0 ? 0 : 100 * down / tr;
        double dx = d.plus + d.minus == 0 ? (double)NAN : 100 * fabs(d.plus - d.minus) / (d.plus + d.minus);
        if (i >= 14 && !isnan(dx))
            adx = i <= 27 ? adx + dx / 14 : (13 * adx + dx) / 14;
    }
    d.adx = adx;
    return d;
}
static double plus_di(const struct tr_bars *s, size_t t)
{
    return directions(s, t).plus;
}
static double minus_di(const struct tr_bars *s, size_t t)
{
    return directions(s, t).minus;
}
static double adx(const struct tr_bars *s, size_t t)
{
    return directions(s, t).adx;
}

static double trix(const struct tr_bars *s, size_t t)
{
    double once[64], twice[64], last = 0, before = 0;
    double e1 = 0, e2 = 0, e3 = 0; /* walked together; the arrays hold the rows from which the seeds are taken */
    for (size_t i = 14; i <= t; i++) {
        e1 = i == 14 ? ema(s, 14, 15) : e1 + 0.125 * (s->close[i] - e1);
        if (i < 64)
            once[i] = e1;
        if (i >= 28)
            e2 = i == 28 ? test_mean(once, 28, 15) : e2 + 0.125 * (e1 - e2);
        if (i < 64)
            twice[i] = e2;
        before = last;
        if (i >= 42)
            e3 = i == 42 ? test_mean(twice, 42, 15) : e3 + 0.125 * (e2 - e3);
        last = e3;
    }
    return 100 * (last / before - 1);
}

static void test_averages_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_EMA_9, ema_9);
    test_feature_against(TR_EMA_21, ema_21);
    test_feature_against(TR_EMA_50, ema_50);
    test_feature_against(TR_EMA_200, ema_200);
    test_feature_against(TR_EMA_9_DIST, dist_9);
    test_feature_against(TR_EMA_21_DIST, dist_21);
    test_feature_against(TR_EMA_50_DIST, dist_50);
    test_feature_against(TR_EMA_200_DIST, dist_200);
}

static void test_spreads_and_slopes_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_EMA_9_21_SPREAD, spread_9_21);
    test_feature_against(TR_EMA_21_50_SPREAD, spread_21_50);
    test_feature_against(TR_EMA_50_200_SPREAD, spread_50_200);
    test_feature_against(TR_EMA_21_SLOPE, slope_21);
    test_feature_against(TR_EMA_200_SLOPE, slope_200);
}

static void test_macd_follows_its_definition(void **unused)
{
    (void)unused;
    test_feature_against(TR_MACD, macd);
    test_feature_against(TR_MACD_SIGNAL, macd_signal);
    test_feature_against(TR_MACD_HIST, macd_hist);
    test_feature_against(TR_MACD_NORM, macd_norm);
    test_feature_against(TR_MACD_SIGNAL_NORM, macd_signal_norm);
    test_feature_against(TR_MACD_HIST_NORM, macd_hist_norm);
}

static void test_direction_and_range_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_ATR_14, atr);
    test_feature_against(TR_PLUS_DI_14, plus_di);
    test_feature_against(TR_MINUS_DI_14, minus_di);
    test_feature_against(TR_ADX_14, adx);
    test_feature_against(TR_TRIX_15, trix);
}

static void test_flat_bars_have_no_trend(void **unused)
{
    (void)unused;
    static const enum tr_feature_column zero[] = {TR_MACD,       TR_MACD_SIGNAL,  TR_MACD_HIST,       TR_MACD_NORM,
                                                  TR_EMA_9_DIST, TR_EMA_200_DIST, TR_EMA_21_SLOPE,    TR_ADX_14,
                                                  TR_PLUS_DI_14, TR_TRIX_15,      TR_EMA_9_21_SPREAD, TR_TREND_REGIME};
    for (size_t k = 0; k < sizeof zero / sizeof *zero; k++)
        assert_true(test_feature_of_flat(zero[k]) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_averages_follow_their_definitions),
        cmocka_unit_test(test_spreads_and_slopes_follow_their_definitions),
        cmocka_unit_test(test_macd_follows_its_definition),
        cmocka_unit_test(test_direction_and_range_follow_their_definitions),
        cmocka_unit_test(test_flat_bars_have_no_trend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
