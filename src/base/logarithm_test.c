#include "support/test.h"

#include "base/logarithm.h"
#include "base/rng.h"

#include <float.h>

static double ulps(double got, long double want)
{
    double unit = nextafter(fabs((double)want), (double)INFINITY) - fabs((double)want);
    return (double)(fabsl((long double)got - want) / (long double)unit);
}

static void test_ln_is_within_one_unit_in_the_last_place(void **unused)
{
    (void)unused;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    for (int i = 0; i < 300000; i++) {
        double wide = exp(1400 * (tr_rng_uniform(&rng) - 0.5)), near = 1 + 0.05 * tr_rng_normal(&rng);
        double close = 1 + 1e-8 * tr_rng_normal(&rng);
        assert_true(ulps(tr_ln(wide), logl((long double)wide)) <= 1);
        assert_true(ulps(tr_ln(near), logl((long double)near)) <= 1);
        assert_true(ulps(tr_ln(close), logl((long double)close)) <= 1);
    }
    assert_true(tr_ln(1) == 0);
}

static void test_ln_of_what_is_no_normal_positive_number_is_nan(void **unused)
{
    (void)unused;
    assert_true(isnan(tr_ln(0)));
    assert_true(isnan(tr_ln(-0.0)));
    assert_true(isnan(tr_ln(-1)));
    assert_true(isnan(tr_ln((double)INFINITY)));
    assert_true(isnan(tr_ln(-(double)INFINITY)));
    assert_true(isnan(tr_ln((double)NAN)));
    assert_true(isnan(tr_ln(DBL_MIN / 2)));
    assert_near(tr_ln(DBL_MIN), log(DBL_MIN), 1e-12);
    assert_near(tr_ln(DBL_MAX), log(DBL_MAX), 1e-12);
}

static void test_exp_is_within_two_units_in_the_last_place(void **unused)
{
    (void)unused;
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    for (int i = 0; i < 300000; i++) {
        double wide = 1400 * (tr_rng_uniform(&rng) - 0.5), small = tr_rng_uniform(&rng) * 1e-3;
        assert_true(ulps(tr_exp(wide), expl((long double)wide)) <= 2);
        assert_true(ulps(tr_exp(small), expl((long double)small)) <= 2);
    }
    assert_true(tr_exp(0) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ln_is_within_one_unit_in_the_last_place),
        cmocka_unit_test(test_ln_of_what_is_no_normal_positive_number_is_nan),
        cmocka_unit_test(test_exp_is_within_two_units_in_the_last_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
