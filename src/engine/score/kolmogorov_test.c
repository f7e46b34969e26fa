#include "support/test.h"

#include "base/special.h"
#include "engine/score/kolmogorov.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 300, STEP = 20 }; /* more than 20 values within 1 / n of time: below 1e-19 */

/* A moment of time at which the count of values so far must not be above `most`, or not below `least`. */
struct check {
    double time;
    size_t least, most;
};

static int by_time(const void *a, const void *b)
{
    const struct check *x = a, *y = b;
    return (x->time > y->time) - (x->time < y->time);
}

/* The path i -> F_n must be below j / n until j / n - d and above it from j / n + d on. */
static size_t make_checks(size_t n, double d, struct check *checks)
{
    size_t count = 0;
    for (size_t j = 0; j <= n; j++) {
        double early = (double)j / (double)n - d, late = (double)j / (double)n + d;
        if (early > 0.0)
            checks[count++] = (struct check){early, 0, j - 1};
        if (late < 1.0)
            checks[count++] = (struct check){late, j + 1, n};
    }
    qsort(checks, count, sizeof *checks, by_time);
    return count;
}

/* P(D_n >= d) from the paths of the empirical distribution function: at each check the probability of every count that
 * has been legal so far, carried on by binomial steps. Slow, and nothing like the methods under test. */
static double tail_by_paths(size_t n, double d)
{
    static struct check checks[2 * MOST + 2];
    static double now[MOST + 1], next[MOST + 1];
    size_t count = make_checks(n, d, checks), low = 0, high = 0;
    double time = 0.0;
    now[0] = 1.0;
    for (size_t c = 0; c < count; c++) {
        double share = (checks[c].time - time) / (1.0 - time);
        size_t new_low = checks[c].least > low ? checks[c].least : low;
        size_t reach = high + STEP < n ? high + STEP : n;
        size_t new_high = checks[c].most < reach ? checks[c].most : reach;
        for (size_t j = new_low; j <= new_high; j++) {
            double sum = 0.0;
            for (size_t i = j > low + STEP ? j - STEP : low; i <= high && i <= j; i++)
                sum += now[i] * tr_binomial_pmf((double)(j - i), (double)(n - i), share > 0.0 ? share : 0.0);
            next[j] = sum;
        }
        for (size_t j = new_low; j <= new_high; j++)
            now[j] = next[j];
        low = new_low;
        high = new_high;
        time = checks[c].time;
    }
    double inside = 0.0;
    for (size_t j = low; j <= high; j++)
        inside += now[j];
    return 1.0 - inside;
}

/* How far the header allows a tail to be off; and 1e-13 for the count of paths, a difference from 1. */
static double allowance(size_t n, double d, double tail)
{
    double count = (double)n, spread = count * d * d;
    if (n <= 140 || d >= 0.5 || spread >= 3.2)
        return 1e-13 + 1e-8 * tail;
    return spread >= 2.2 ? 2e-6 * tail : 0.06 / (count * count);
}

static void tails_equal_a_count_of_all_paths(void **state)
{
    (void)state;
    const size_t sizes[] = {1, 2, 3, 5, 10, 37, 100, 140, 141, 170, 300};
    int checked = 0;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t n = sizes[s];
        const double step = n > 200 ? 1.3 : n > 30 ? 0.7 : 0.15;
        for (double spread = 0.05; spread < 6.5; spread += step) {
            double d = sqrt(spread / (double)n);
            if (d >= 1.0)
                continue;
            double expected = tail_by_paths(n, d);
            assert_near(tr_kolmogorov_tail(n, d), expected, allowance(n, d, expected));
            checked++;
        }
    }
    assert_true(checked > 120);
}

/* SciPy 1.10.1, kstwo.sf, at the sizes and statistics of the stored samples. */
static void tails_equal_scipy(void **state)
{
    (void)state;
    static const double cases[][3] = {
        {15, 0.13333333333333333, 0.9205025165723809},
        {55, 0.345, 2.373062245358985e-06},
        {250, 0.13, 0.00038265274098242996},
        {171, 0.07666666666666666, 0.2540449611804383},
        {4, 0.4920634920634921, 0.20105013908178893},
        {444, 0.07700000000000001, 0.009778823994008857},
        {857, 0.15883333333333338, 2.3639720225183266e-19},
        {1364, 0.015799999999999925, 0.8798058178864114},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(tr_kolmogorov_tail((size_t)cases[i][0], cases[i][1]), cases[i][2], 1e-9 * cases[i][2]);
}

static void the_ends_are_certain(void **state)
{
    (void)state;
    assert_same_bits(tr_kolmogorov_tail(10, 0.0), 1.0);
    assert_same_bits(tr_kolmogorov_tail(10, -0.5), 1.0);
    assert_same_bits(tr_kolmogorov_tail(10, 0.05), 1.0); /* D_n is never below 1 / 2n */
    assert_same_bits(tr_kolmogorov_tail(10, 1.0), 0.0);
    assert_same_bits(tr_kolmogorov_tail(100000, 0.2), 0.0);
    assert_true(isnan(tr_kolmogorov_tail(10, (double)NAN)) && isnan(tr_kolmogorov_stephens((double)NAN, 0.1)));
    assert_near(tr_kolmogorov_tail(1, 0.75), 0.5, 1e-15); /* one value: D = max(u, 1 - u) */
}

static void tails_never_rise(void **state)
{
    (void)state;
    const size_t sizes[] = {7, 140, 141, 5000};
    for (size_t s = 0; s < 4; s++) {
        double before = 1.0, stephens = 1.0;
        for (double z = 0.02; z < 5.0; z += 0.02) {
            double tail = tr_kolmogorov_tail(sizes[s], z / sqrt((double)sizes[s]));
            assert_true(tail <= before + 4e-6 && (z < 1.5 || tail <= before)); /* one method from 1.5 on */
            before = tail;
            tail = tr_kolmogorov_stephens((double)sizes[s], z / sqrt((double)sizes[s]));
            assert_true(tail <= stephens);
            stephens = tail;
        }
    }
}

static void stephens_has_its_reference_value(void **state)
{
    (void)state;
    assert_near(tr_kolmogorov_stephens(7.0 * 8.0 / 15.0, 0.4821428571428571), 0.2523286150431562, 1e-13);
    assert_same_bits(tr_kolmogorov_stephens(100.0, 0.0), 1.0);
    /* critical values: 1.358 at 5 %, 1.628 at 1 % */
    assert_near(tr_kolmogorov_stephens(1e8, 1.358e-4), 0.05, 1e-4);
    assert_near(tr_kolmogorov_stephens(1e8, 1.628e-4), 0.01, 3e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_equal_a_count_of_all_paths),
        cmocka_unit_test(tails_equal_scipy),
        cmocka_unit_test(the_ends_are_certain),
        cmocka_unit_test(tails_never_rise),
        cmocka_unit_test(stephens_has_its_reference_value),
    };
    return cmocka_run_group_tests_name("engine/score/kolmogorov", tests, NULL, NULL);
}
