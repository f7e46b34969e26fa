#include "support/test.h"

#include "engine/score/interval.h"

#include <math.h>

/* Sum of binomial probabilities of k and more successes of n. */
static double binomial_tail(int k, int n, double pi)
{
    double tail = 0.0;
    for (int i = k; i <= n; i++)
        tail += exp(lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(pi) + (n - i) * log1p(-pi));
    return tail;
}

static void sixty_of_ninety_have_the_published_bound(void **state)
{
    (void)state;
    /* Clopper-Pearson, one-sided 95 %, and the binomial p-value against 0.55: SciPy 1.10.1. */
    assert_near(tr_rate_lower(60, 90, 0.05), 0.5760522285, 5e-11);
    assert_near(tr_rate_p_value(60, 90, 0.55), 0.0162289638, 5e-11);
}

static void a_bound_and_its_p_value_are_two_sides_of_one_test(void **state)
{
    (void)state;
    for (double n = 3.0; n < 400.0; n *= 1.7) {
        for (double share = 0.1; share < 1.0; share += 0.2) {
            double k = share * n, lower = tr_rate_lower(k, n, 0.1);
            assert_near(tr_rate_p_value(k, n, lower), 0.1, 1e-10);
            /* the upper bound of successes is the lower bound of failures */
            assert_near(tr_rate_upper(k, n, 0.1), 1.0 - tr_rate_lower(n - k, n, 0.1), 1e-12);
        }
    }
}

static void p_values_of_whole_counts_are_binomial_tails(void **state)
{
    (void)state;
    for (int n = 1; n <= 60; n += 7)
        for (int k = 0; k <= n; k++)
            assert_near(tr_rate_p_value(k, n, 0.55), k == 0 ? 1.0 : binomial_tail(k, n, 0.55), 1e-11);
}

static void bounds_end_at_nothing_and_all(void **state)
{
    (void)state;
    assert_near(tr_rate_lower(0, 12.5, 0.1), 0.0, 0.0);
    assert_near(tr_rate_upper(12.5, 12.5, 0.1), 1.0, 0.0);
    assert_near(tr_rate_p_value(0, 12.5, 0.55), 1.0, 0.0);
    /* all of n: delta = p^n */
    assert_near(tr_rate_lower(20, 20, 0.1), pow(0.1, 1.0 / 20), 1e-13);
    assert_near(tr_rate_upper(0, 20, 0.1), 1.0 - pow(0.1, 1.0 / 20), 1e-13);
}

static void no_rows_have_no_bound(void **state)
{
    (void)state;
    assert_true(isnan(tr_rate_lower(0, 0, 0.1)) && isnan(tr_rate_upper(0, 0, 0.1)));
    assert_true(isnan(tr_rate_interval(0, 0, 0.05).lower) && isnan(tr_rate_interval(0, 0, 0.05).upper));
    assert_true(isnan(tr_rate_wilson(0, 0, 0.05).lower) && isnan(tr_rate_wilson(0, 0, 0.05).upper));
}

static void a_two_sided_interval_splits_alpha(void **state)
{
    (void)state;
    struct tr_interval found = tr_rate_interval(31.4, 77.7, 0.05);
    assert_near(found.lower, tr_rate_lower(31.4, 77.7, 0.025), 0.0);
    assert_near(found.upper, tr_rate_upper(31.4, 77.7, 0.025), 0.0);
    assert_true(found.lower < 31.4 / 77.7 && 31.4 / 77.7 < found.upper);
}

static void wilson_gives_the_textbook_interval(void **state)
{
    (void)state;
    /* By hand, z = 1.959963985: 8 of 10 -> (8 + z^2/2 -+ z sqrt(1.6 + z^2/4)) / (10 + z^2). */
    struct tr_interval found = tr_rate_wilson(8, 10, 0.05);
    assert_near(found.lower, 0.490162, 1e-6);
    assert_near(found.upper, 0.943318, 1e-6);
    assert_near(tr_rate_wilson(0, 10, 0.05).lower, 0.0, 1e-16);
    assert_near(tr_rate_wilson(10, 10, 0.05).upper, 1.0, 1e-16);
    /* its ends are where the score test just rejects */
    double z = 1.9599639845400545, end = tr_rate_wilson(40, 90, 0.05).upper;
    assert_near((end - 40.0 / 90) / sqrt(end * (1 - end) / 90), z, 1e-10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_of_ninety_have_the_published_bound),
        cmocka_unit_test(a_bound_and_its_p_value_are_two_sides_of_one_test),
        cmocka_unit_test(p_values_of_whole_counts_are_binomial_tails),
        cmocka_unit_test(bounds_end_at_nothing_and_all),
        cmocka_unit_test(no_rows_have_no_bound),
        cmocka_unit_test(a_two_sided_interval_splits_alpha),
        cmocka_unit_test(wilson_gives_the_textbook_interval),
    };
    return cmocka_run_group_tests_name("engine/score/interval", tests, NULL, NULL);
}
