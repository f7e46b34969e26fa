#include "support/test.h"

#include "base/alloc.h"
#include "support/feature.h"

#include <math.h>
#include <string.h>

static double middle(const struct tr_bars *s, size_t t)
{
    return test_mean(s->close, t, 20);
}
static double upper(const struct tr_bars *s, size_t t)
{
    return middle(s, t) + 2 * test_deviation(s->close, t, 20);
}
static double lower(const struct tr_bars *s, size_t t)
{
    return middle(s, t) - 2 * test_deviation(s->close, t, 20);
}
static double width(const struct tr_bars *s, size_t t)
{
    return (upper(s, t) - lower(s, t)) / middle(s, t);
}
static double pctb(const struct tr_bars *s, size_t t)
{
    double range = upper(s, t) - lower(s, t);
    return range == 0 ? 0.5 : (s->close[t] - lower(s, t)) / range;
}

/* ln(a/b) in extended precision, rounded once. */
static double log_ratio(double a, double b)
{
    return (double)logl((long double)a / (long double)b);
}
static double r(const struct tr_bars *s, size_t t)
{
    return log_ratio(s->close[t], s->close[t - 1]);
}

static double realized(const struct tr_bars *s, size_t t, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += r(s, t - k) * r(s, t - k);
    return sqrt(sum / (double)n);
}
static double rv_24(const struct tr_bars *s, size_t t)
{
    return realized(s, t, 24);
}
static double rv_96(const struct tr_bars *s, size_t t)
{
    return realized(s, t, 96);
}
static double rv_ratio(const struct tr_bars *s, size_t t)
{
    return rv_96(s, t) == 0 ? (double)NAN : rv_24(s, t) / rv_96(s, t);
}

static double parkinson_n(const struct tr_bars *s, size_t t, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += pow(log_ratio(s->high[t - k], s->low[t - k]), 2);
    return sqrt(sum / (double)n / (4 * log(2)));
}
static double garman_klass_n(const struct tr_bars *s, size_t t, size_t n)
{
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += pow(log_ratio(s->high[t - k], s->low[t - k]), 2) / 2 -
               (2 * log(2) - 1) * pow(log_ratio(s->close[t - k], s->open[t - k]), 2);
    return sqrt(fmax(0, sum / (double)n));
}

static double sample_variance(const double *x, size_t n)
{
    return pow(test_deviation(x, n - 1, n), 2) * (double)n / (double)(n - 1);
}
static double yang_zhang_n(const struct tr_bars *s, size_t t, size_t n)
{
    double o[32], c[32], rs = 0, k = 0.34 / (1.34 + (double)(n + 1) / (double)(n - 1));
    for (size_t j = 0; j < n; j++) {
        size_t i = t - j;
        double u = log_ratio(s->high[i], s->open[i]), d = log_ratio(s->low[i], s->open[i]);
        o[j] = log_ratio(s->open[i], s->close[i - 1]);
        c[j] = log_ratio(s->close[i], s->open[i]);
        rs += u * (u - c[j]) + d * (d - c[j]);
    }
    return sqrt(sample_variance(o, n) + k * sample_variance(c, n) + (1 - k) * rs / (double)n);
}
static double parkinson(const struct tr_bars *s, size_t t)
{
    return parkinson_n(s, t, 24);
}
static double garman_klass(const struct tr_bars *s, size_t t)
{
    return garman_klass_n(s, t, 24);
}
static double yang_zhang(const struct tr_bars *s, size_t t)
{
    return yang_zhang_n(s, t, 24);
}

static double range_frac(const struct tr_bars *s, size_t t)
{
    return (s->high[t] - s->low[t]) / s->close[t];
}
static double share(const struct tr_bars *s, size_t t, double part)
{
    return s->high[t] == s->low[t] ? 0 : part / (s->high[t] - s->low[t]);
}
static double body(const struct tr_bars *s, size_t t)
{
    return share(s, t, s->close[t] - s->open[t]);
}
static double above(const struct tr_bars *s, size_t t)
{
    return share(s, t, s->high[t] - fmax(s->open[t], s->close[t]));
}
static double below(const struct tr_bars *s, size_t t)
{
    return share(s, t, fmin(s->open[t], s->close[t]) - s->low[t]);
}

static void test_bands_follow_the_two_pass_formula(void **unused)
{
    (void)unused;
    test_feature_against(TR_BB_UPPER, upper);
    test_feature_against(TR_BB_MIDDLE, middle);
    test_feature_against(TR_BB_LOWER, lower);
    test_feature_against(TR_BB_WIDTH, width);
    test_feature_against(TR_BB_PCTB, pctb);
}

static void test_estimators_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_RV_24, rv_24);
    test_feature_against(TR_RV_96, rv_96);
    test_feature_against(TR_RV_RATIO, rv_ratio);
    test_feature_against(TR_PARKINSON_24, parkinson);
    test_feature_against(TR_GARMAN_KLASS_24, garman_klass);
    test_feature_against(TR_YANG_ZHANG_24, yang_zhang);
}

static void test_the_shape_of_a_bar_follows_its_definition(void **unused)
{
    (void)unused;
    test_feature_against(TR_RANGE_FRAC, range_frac);
    test_feature_against(TR_BODY_FRAC, body);
    test_feature_against(TR_UPPER_WICK_FRAC, above);
    test_feature_against(TR_LOWER_WICK_FRAC, below);
}

/* The published estimators on six bars, worked out by hand beside this code base; windows of 6, 6 and 5 bars. */
static void test_the_reference_formulas_give_the_known_figures(void **unused)
{
    (void)unused;
    static const double open[] = {100, 102, 101.5, 98, 99, 104}, high[] = {103, 104, 102, 99.5, 105, 106};
    static const double low[] = {99, 101, 97, 96.5, 98.5, 103}, close[] = {102, 101.5, 98, 99, 104, 103.5};
    struct tr_bars six = {.n = 6, .timeframe = TR_TIMEFRAME_1H, .open = open, .high = high, .low = low, .close = close};
    assert_near(parkinson_n(&six, 5, 6), 0.02547624841319483, 1e-15);
    assert_near(garman_klass_n(&six, 5, 6), 0.0250848314889246, 1e-15);
    assert_near(yang_zhang_n(&six, 5, 5), 0.025293476556831142, 1e-15);
}

/* The same six bars four times over: the columns' windows of 24 hold each of them four times. */
static void test_the_columns_give_the_known_figures_on_repeated_bars(void **unused)
{
    (void)unused;
    static const double six[6][5] = {{100, 103, 99, 102, 1},  {102, 104, 101, 101.5, 1}, {101.5, 102, 97, 98, 1},
                                     {98, 99.5, 96.5, 99, 1}, {99, 105, 98.5, 104, 1},   {104, 106, 103, 103.5, 1}};
    double rows[24][5];
    for (size_t i = 0; i < 24; i++)
        memcpy(rows[i], six[i % 6], sizeof rows[i]);
    double *parkinson_24 = test_feature_of_rows(24, rows, TR_PARKINSON_24);
    double *garman_klass_24 = test_feature_of_rows(24, rows, TR_GARMAN_KLASS_24);
    assert_near(parkinson_24[23], 0.02547624841319483, 1e-15);
    assert_near(garman_klass_24[23], 0.0250848314889246, 1e-15);
    tr_free(parkinson_24);
    tr_free(garman_klass_24);
}

static void test_flat_bars_have_no_width_and_no_volatility(void **unused)
{
    (void)unused;
    static const enum tr_feature_column zero[] = {
        TR_BB_WIDTH,   TR_RV_24,     TR_RV_96,           TR_PARKINSON_24, TR_GARMAN_KLASS_24, TR_YANG_ZHANG_24,
        TR_RANGE_FRAC, TR_BODY_FRAC, TR_UPPER_WICK_FRAC, TR_NATR_14,      TR_ATR_14,          TR_LOWER_WICK_FRAC};
    for (size_t k = 0; k < sizeof zero / sizeof *zero; k++)
        assert_true(test_feature_of_flat(zero[k]) == 0);
    assert_true(test_feature_of_flat(TR_BB_UPPER) == 7 && test_feature_of_flat(TR_BB_MIDDLE) == 7 &&
                test_feature_of_flat(TR_BB_LOWER) == 7);
    assert_true(test_feature_of_flat(TR_BB_PCTB) == 0.5);
    assert_true(isnan(test_feature_of_flat(TR_RV_RATIO)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bands_follow_the_two_pass_formula),
        cmocka_unit_test(test_estimators_follow_their_definitions),
        cmocka_unit_test(test_the_shape_of_a_bar_follows_its_definition),
        cmocka_unit_test(test_the_reference_formulas_give_the_known_figures),
        cmocka_unit_test(test_the_columns_give_the_known_figures_on_repeated_bars),
        cmocka_unit_test(test_flat_bars_have_no_width_and_no_volatility),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
