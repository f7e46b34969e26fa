#include "support/test.h"

#include "base/rng.h"
#include "base/special.h"

#include <float.h>
#include <math.h>

/* All expected numbers of this file come from mpmath with 50 and more digits (Python, not part of the project), by the
 * definition of each function at exactly the double arguments that stand here. */

static void assert_close(double value, double expected, double relative)
{
    if (!(fabs(value - expected) <= relative * fabs(expected)))
        fail_msg("%.17g is off %.17g by %.2g", value, expected, value / expected - 1.0);
}

static void the_beta_distribution_has_its_known_values(void **state)
{
    (void)state;
    static const double cases[][4] = {
        {1, 1, 0.3, 0.2999999999999999889},
        {2, 3, 0.5, 0.6875},
        {0.5, 0.5, 0.1, 0.20483276469913345754},
        {0.5, 0.5, 0.9, 0.79516723530086657191},
        {5, 5, 0.5, 0.5},
        {1, 10, 0.05, 0.40126306076162111124},
        {10, 1, 0.95, 0.59873693923837862636},
        {16, 86, 0.25, 0.99033235895620515942},
        {0.01, 0.01, 1e-10, 0.39722851343559035838},
        {0.01, 3, 0.999, 0.99999999999661398575},
        {1000, 1000, 0.5, 0.5},
        {1000, 1000, 0.45, 3.6831988690075782797e-6},
        {1000, 2000, 0.36, 0.99890949694075015067},
        {1e6, 1e6, 0.5, 0.5},
        {1e6, 1e6, 0.4985, 0.000011044804636424806933},
        {1e6, 1e6, 0.5011, 0.99906858749957533423},
        {1e6, 2.5, 0.99999, 0.0012496684648893549604},
        {3, 1e6, 1e-06, 0.080301672981258640139},
        {3, 1e6, 2e-05, 0.9999995445757323877},
        {123456, 876543, 0.1244, 0.99790692069630072344},
        {50.5, 0.5, 0.98, 0.15417858172679190253},
        {1e6, 0.5, 0.9999999, 0.65472087839039208588},
        {200, 300, 0.1, 7.5631012721513166764e-70},
        {1e6, 1e6, 0.4915527644619983, 1.7640027136458620963e-126}, /* off by 2e-12 without the last bit of 1 - x */
        {731, 269, 0.73, 0.46723555892546766213},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_close(tr_beta_inc(cases[i][0], cases[i][1], cases[i][2]), cases[i][3], 1e-12);
    assert_same_bits(tr_beta_inc(1e6, 10, 0.5), 0.0); /* 5e-300985 */
}

/* For whole a and b, I_x(a, b) is a sum of binomial terms: the probability of at least a successes of a + b - 1. */
static double binomial_upper_tail(int a, int b, double x)
{
    int n = a + b - 1;
    double term = 1.0, sum = 0.0;
    for (int k = 0; k < n; k++)
        term *= 1.0 - x;
    for (int k = 0; k <= n; k++) {
        if (k >= a)
            sum += term;
        term *= (double)(n - k) / (k + 1) * (x / (1.0 - x));
    }
    return sum;
}

static void whole_parameters_agree_with_binomial_sums(void **state)
{
    (void)state;
    for (int a = 1; a <= 40; a += 3)
        for (int b = 1; b <= 40; b += 3)
            for (double x = 0.03; x < 0.9; x += 0.09)
                assert_close(tr_beta_inc(a, b, x), binomial_upper_tail(a, b, x), 1e-13);
}

static void the_ends_of_the_interval_are_exact(void **state)
{
    (void)state;
    assert_same_bits(tr_beta_inc(2, 3, 0.0), 0.0);
    assert_same_bits(tr_beta_inc(2, 3, 1.0), 1.0);
    assert_same_bits(tr_beta_inc(2, 3, -0.5), 0.0);
    assert_same_bits(tr_beta_inc(2, 3, 1.5), 1.0);
    assert_true(isnan(tr_beta_inc(2, 3, (double)NAN)));
    assert_same_bits(tr_beta_quantile(0.0, 2, 3), 0.0);
    assert_same_bits(tr_beta_quantile(1.0, 2, 3), 1.0);
    assert_same_bits(tr_beta_quantile(-1.0, 2, 3), 0.0);
    assert_same_bits(tr_beta_quantile(2.0, 2, 3), 1.0);
    assert_true(isnan(tr_beta_quantile((double)NAN, 2, 3)));
}

static double random_parameter(struct tr_rng *rng)
{
    return pow(10.0, 8.0 * tr_rng_uniform(rng) - 2.0);
}

static void both_tails_add_up_to_one(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    for (int i = 0; i < 3000; i++) {
        double a = random_parameter(&rng), b = random_parameter(&rng);
        double x = (double)tr_rng_below(&rng, 1 << 20) / (1 << 20); /* 1 - x is exact, too */
        assert_near(tr_beta_inc(a, b, x) + tr_beta_inc(b, a, 1.0 - x), 1.0, 1e-13);
    }
}

static void the_distribution_function_never_falls(void **state)
{
    (void)state;
    const double parameters[][2] = {{0.5, 0.5}, {3, 8}, {1e5, 2e5}, {0.02, 40}};
    for (size_t k = 0; k < 4; k++) {
        double last = 0.0;
        for (int i = 1; i < 2000; i++) {
            double p = tr_beta_inc(parameters[k][0], parameters[k][1], i / 2000.0);
            assert_true(p >= last * (1.0 - 1e-13) && p <= 1.0);
            last = p;
        }
    }
}

static void the_beta_quantile_has_its_known_values(void **state)
{
    (void)state;
    static const double cases[][4] = {
        {0.025, 16, 86, 0.093346619468418139909},
        {0.975, 16, 86, 0.23309690385334929342},
        {0.5, 0.5, 0.5, 0.5},
        {0.05, 1, 20, 0.0025613787765302805912},
        {1e-12, 3, 7, 0.000022834339121449880827},
        {0.975, 1e6, 1e6, 0.50069295166605054836},
        {0.025, 1e6, 1e6, 0.49930704833394945151},
        {0.3, 0.1, 0.2, 0.00025970009490093431384},
        {0.999, 2, 1e5, 0.000092329410478458192206},
        {0.5, 1e5, 3, 0.99997326002178422543},
        {0.5, 0.02, 5, 1.1215933866806339345e-16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double p = cases[i][0], a = cases[i][1], b = cases[i][2];
        /* x goes like p^(1/a) near 0: a small a magnifies the last bit of p. */
        assert_close(tr_beta_quantile(p, a, b), cases[i][3], 4e-15 / fmin(1.0, a));
    }
}

/* The quantile cannot be better than its double: p may miss by what one step of x is worth. */
static void the_quantile_inverts_the_distribution(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    for (int i = 0; i < 2000; i++) {
        double a = random_parameter(&rng), b = random_parameter(&rng);
        double p = i % 2 ? tr_rng_uniform(&rng) : pow(10.0, -10.0 * tr_rng_uniform(&rng));
        double x = tr_beta_quantile(p, a, b);
        assert_true(x >= 0.0 && x <= 1.0);
        double below = tr_beta_inc(a, b, nextafter(x, 0.0)), above = tr_beta_inc(a, b, nextafter(x, 1.0));
        assert_true(below * (1.0 - 1e-12) <= p && p <= above * (1.0 + 1e-12));
    }
}

/* By exact fractions (Python) at exactly these doubles. */
static void binomial_probabilities_have_their_known_values(void **state)
{
    (void)state;
    static const double cases[][4] = {
        {0, 10, 0.3, 2.82475249000000044802e-2},       {10, 10, 0.3, 5.90489999999999781475e-6},
        {3, 10, 0.3, 2.66827932000000000000e-1},       {1, 2, 0.5, 0.5},
        {0, 1000, 0.002, 1.35064522446683599592e-1},   {500, 1000, 0.5, 2.52250181783608019068e-2},
        {17, 1000, 0.05, 2.36773967434727124333e-8},   {990, 1000, 0.95, 2.27353064771163594109e-12},
        {2500, 5000, 0.47, 1.37003135211342252994e-6}, {1, 100, 1e-09, 9.99999901000004913281e-8},
        {60, 90, 0.55, 7.01839244109812187973e-3},     {4000, 5000, 0.9, 5.36316547771561238707e-99},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_close(tr_binomial_pmf(cases[i][0], cases[i][1], cases[i][2]), cases[i][3], 1e-12);
    assert_same_bits(tr_binomial_pmf(0, 5, 0.0), 1.0);
    assert_same_bits(tr_binomial_pmf(1, 5, 0.0), 0.0);
    assert_same_bits(tr_binomial_pmf(5, 5, 1.0), 1.0);
    assert_same_bits(tr_binomial_pmf(4, 5, 1.0), 0.0);
    assert_true(isnan(tr_binomial_pmf(1, 5, (double)NAN)));
    double sum = 0.0;
    for (int k = 0; k <= 3000; k++)
        sum += tr_binomial_pmf(k, 3000, 0.37);
    assert_near(sum, 1.0, 1e-13);
}

static void the_normal_distribution_has_its_known_values(void **state)
{
    (void)state;
    static const double cases[][2] = {
        {-30.0, 4.9067139271481870595e-198},
        {-10.0, 7.619853024160526066e-24},
        {-5.0, 2.8665157187919391167e-7},
        {-1.96, 0.024997895148220436213},
        {-1.0, 0.15865525393145705141},
        {-0.1, 0.46017216272297101633},
        {0.0, 0.5},
        {0.1, 0.53982783727702898367},
        {1.0, 0.84134474606854294859},
        {1.5, 0.933192798731141934},
        {3.0, 0.99865010196836990547},
        {8.0, 0.9999999999999993779},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_close(tr_normal_cdf(cases[i][0]), cases[i][1], 1e-15 * (1.0 + cases[i][0] * cases[i][0]));
    assert_same_bits(tr_normal_cdf(-HUGE_VAL), 0.0);
    assert_same_bits(tr_normal_cdf(HUGE_VAL), 1.0);
    assert_true(isnan(tr_normal_cdf((double)NAN)));
}

static void the_normal_quantile_has_its_known_values(void **state)
{
    (void)state;
    static const double cases[][2] = {
        {1e-300, -37.047096299361199237},
        {1e-100, -21.273453560965324294},
        {1e-20, -9.2623400897984075796},
        {1e-10, -6.3613409024040561991},
        {0.001, -3.0902323061678135354},
        {0.025, -1.9599639845400542118},
        {0.05, -1.644853626951472688},
        {0.0749, -1.4402382675279636631},
        {0.0751, -1.4388253927525399824},
        {0.25, -0.6744897501960817432},
        {0.5, 0.0},
        {0.6, 0.25334710313579974132},
        {0.9249, 1.4388253927525403742},
        {0.9251, 1.4402382675279638594},
        {0.975, 1.9599639845400538556},
        {0.99, 2.3263478740408407676},
        {1 - 1e-9, 5.9978070196016374264},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_close(tr_normal_quantile(cases[i][0]), cases[i][1], 2e-15);
    assert_same_bits(tr_normal_quantile(0.0), -HUGE_VAL);
    assert_same_bits(tr_normal_quantile(1.0), HUGE_VAL);
    assert_true(isnan(tr_normal_quantile((double)NAN)));
}

static void the_normal_quantile_inverts_the_distribution(void **state)
{
    (void)state;
    for (double z = -37.0; z < 5.0; z += 0.01)
        assert_near(tr_normal_quantile(tr_normal_cdf(z)), z, z < 2.0 ? 1e-14 * (1.0 + fabs(z)) : 1e-10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_beta_distribution_has_its_known_values),
        cmocka_unit_test(whole_parameters_agree_with_binomial_sums),
        cmocka_unit_test(the_ends_of_the_interval_are_exact),
        cmocka_unit_test(both_tails_add_up_to_one),
        cmocka_unit_test(the_distribution_function_never_falls),
        cmocka_unit_test(the_beta_quantile_has_its_known_values),
        cmocka_unit_test(the_quantile_inverts_the_distribution),
        cmocka_unit_test(binomial_probabilities_have_their_known_values),
        cmocka_unit_test(the_normal_distribution_has_its_known_values),
        cmocka_unit_test(the_normal_quantile_has_its_known_values),
        cmocka_unit_test(the_normal_quantile_inverts_the_distribution),
    };
    return cmocka_run_group_tests_name("base/special", tests, NULL, NULL);
}
