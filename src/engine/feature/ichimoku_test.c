#include "support/test.h"

#include "support/feature.h"

#include <math.h>

/* Each line straight from its definition, with no code of the product. */
static double middle(const struct tr_bars *s, size_t t, size_t n)
{
    return (test_highest(s->high, t, n) + test_lowest(s->low, t, n)) / 2;
}

static double tenkan(const struct tr_bars *s, size_t t)
{
    return middle(s, t, 9);
}
static double kijun(const struct tr_bars *s, size_t t)
{
    return middle(s, t, 26);
}
static double senkou_a(const struct tr_bars *s, size_t t)
{
    return (tenkan(s, t - 26) + kijun(s, t - 26)) / 2;
}
static double senkou_b(const struct tr_bars *s, size_t t)
{
    return middle(s, t - 26, 52);
}
static double tenkan_dist(const struct tr_bars *s, size_t t)
{
    return s->close[t] / tenkan(s, t) - 1;
}
static double kijun_dist(const struct tr_bars *s, size_t t)
{
    return s->close[t] / kijun(s, t) - 1;
}
static double tenkan_kijun(const struct tr_bars *s, size_t t)
{
    return (tenkan(s, t) - kijun(s, t)) / s->close[t];
}
static double top(const struct tr_bars *s, size_t t)
{
    return s->close[t] / fmax(senkou_a(s, t), senkou_b(s, t)) - 1;
}
static double bottom(const struct tr_bars *s, size_t t)
{
    return s->close[t] / fmin(senkou_a(s, t), senkou_b(s, t)) - 1;
}
static double thickness(const struct tr_bars *s, size_t t)
{
    return fabs(senkou_a(s, t) - senkou_b(s, t)) / s->close[t];
}
static double future_cloud(const struct tr_bars *s, size_t t)
{
    return ((tenkan(s, t) + kijun(s, t)) / 2 - middle(s, t, 52)) / s->close[t];
}
static double chikou(const struct tr_bars *s, size_t t)
{
    return s->close[t] / s->close[t - 26] - 1;
}

static void test_lines_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_ICHIMOKU_TENKAN, tenkan);
    test_feature_against(TR_ICHIMOKU_KIJUN, kijun);
    test_feature_against(TR_ICHIMOKU_SENKOU_A, senkou_a);
    test_feature_against(TR_ICHIMOKU_SENKOU_B, senkou_b);
}

static void test_inputs_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_TENKAN_DIST, tenkan_dist);
    test_feature_against(TR_KIJUN_DIST, kijun_dist);
    test_feature_against(TR_TENKAN_KIJUN_SPREAD, tenkan_kijun);
    test_feature_against(TR_CLOUD_TOP_DIST, top);
    test_feature_against(TR_CLOUD_BOTTOM_DIST, bottom);
    test_feature_against(TR_CLOUD_THICKNESS, thickness);
    test_feature_against(TR_FUTURE_CLOUD_SPREAD, future_cloud);
    test_feature_against(TR_CHIKOU_MOM, chikou);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_follow_their_definitions),
        cmocka_unit_test(test_inputs_follow_their_definitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
