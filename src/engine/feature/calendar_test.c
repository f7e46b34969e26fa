#include "support/test.h"

#include "base/alloc.h"
#include "support/feature.h"

#include <math.h>
#include <string.h>

#define TWO_PI 6.28318530717958647693

/* The library's sine of a rounded pi is not 0. */
static double tidy(double x)
{
    return fabs(x) < 1e-15 ? 0 : x;
}

static double minute(const struct tr_bars *s, size_t t)
{
    struct tr_civil civil = tr_civil_from_time(s->time[t]);
    return civil.hour * 60 + civil.minute;
}
static double hour_sin(const struct tr_bars *s, size_t t)
{
    return tidy(sin(TWO_PI * minute(s, t) / 1440));
}
static double hour_cos(const struct tr_bars *s, size_t t)
{
    return tidy(cos(TWO_PI * minute(s, t) / 1440));
}
static double dow_sin(const struct tr_bars *s, size_t t)
{
    return sin(TWO_PI * tr_time_weekday(s->time[t]) / 7);
}
static double dow_cos(const struct tr_bars *s, size_t t)
{
    return cos(TWO_PI * tr_time_weekday(s->time[t]) / 7);
}

static void test_columns_follow_their_definitions(void **unused)
{
    (void)unused;
    test_feature_against(TR_HOUR_SIN, hour_sin);
    test_feature_against(TR_HOUR_COS, hour_cos);
    test_feature_against(TR_DOW_SIN, dow_sin);
    test_feature_against(TR_DOW_COS, dow_cos);
}

static void test_monday_midnight_is_the_top_of_both_circles(void **unused)
{
    (void)unused;
    double rows[5 * 24][5];
    for (size_t i = 0; i < 5 * 24; i++) {
        double bar[5] = {1, 1, 1, 1, 1};
        memcpy(rows[i], bar, sizeof bar);
    }
    double *sine = test_feature_of_rows(5 * 24, rows, TR_DOW_SIN),
           *cosine = test_feature_of_rows(5 * 24, rows, TR_HOUR_COS);
    assert_true(sine[4 * 24] == 0 && cosine[4 * 24] == 1); /* 1970-01-05 was a Monday */
    assert_true(sine[4 * 24 - 1] < 0 && cosine[4 * 24 + 12] == -1 && cosine[4 * 24 + 6] == 0);
    tr_free(sine);
    tr_free(cosine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_follow_their_definitions),
        cmocka_unit_test(test_monday_midnight_is_the_top_of_both_circles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
