#include "support/cases.h"

#include "base/rng.h"
#include "engine/score/sharpe.h"

#include <math.h>

enum { MOST = 4096 };

static void assert_close(double value, double expected, double relative)
{
    assert_near(value, expected, relative * fabs(expected));
}

/* Computed with Python's statistics.NormalDist from SR .08, T 500, skewness -.5, kurtosis 6, V .0009, N 50. */
static void published_formulas_have_their_reference_values(void **state)
{
    (void)state;
    const struct tr_sharpe s = {.n = 500, .ratio = 0.08, .skewness = -0.5, .kurtosis = 6.0};
    assert_close(tr_psr(&s, 0.0), 0.9595649604744176, 1e-12);
    assert_close(tr_sharpe_expected_max(0.0009, 50.0), 0.06828909280261043, 1e-12);
    assert_close(tr_dsr(&s, 0.0009, 50.0), 0.6008472642767216, 1e-12);
}

static void measures_equal_numpy(void **state)
{
    (void)state;
    json_t *golden = test_golden("golden/stats-expected.json");
    struct test_table rows;
    struct test_words cases;
    test_table_read(test_shared("golden/stats-returns.csv"), &rows);
    test_words_read(test_shared("golden/stats-returns.csv"), "case", &cases);
    static double x[MOST];
    const char *name;
    json_t *expected;
    int checked = 0;
    json_object_foreach(json_object_get(golden, "performance"), name, expected)
    {
        size_t n = test_words_pick(&cases, name, NULL, NULL, test_table_column(&rows, "ret"), x);
        assert_true((json_int_t)n == json_integer_value(json_object_get(expected, "n")));
        struct tr_sharpe s;
        tr_sharpe_measure(n, x, &s);
        assert_close(s.mean, json_number_value(json_object_get(expected, "mean")), 1e-11);
        assert_close(s.sd, json_number_value(json_object_get(expected, "std_ddof1")), 1e-12);
        double year = json_number_value(json_object_get(expected, "periods_per_year"));
        assert_close(tr_sharpe_annualise(s.ratio, year, 0, NULL),
                     json_number_value(json_object_get(expected, "sharpe_annualised")), 1e-11);
        checked++;
    }
    assert_int_equal(checked, 5);
    test_words_free(&cases);
    test_table_free(&rows);
    json_decref(golden);
}

/* By the textbook's raw moments, in long double. */
static void moments_equal_a_second_way_to_compute_them(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 61, 0);
    for (int round = 0; round < 200; round++) {
        size_t n = 2 + (size_t)tr_rng_below(&rng, 300);
        double x[302];
        long double raw[5] = {0};
        for (size_t i = 0; i < n; i++) {
            x[i] = 0.5 + exp(0.3 * tr_rng_normal(&rng));
            long double power = 1.0L;
            for (int k = 0; k < 5; k++, power *= (long double)x[i])
                raw[k] += power / (long double)n;
        }
        long double m = raw[1], m2 = raw[2] - m * m, m3 = raw[3] - 3 * m * raw[2] + 2 * m * m * m;
        long double m4 = raw[4] - 4 * m * raw[3] + 6 * m * m * raw[2] - 3 * m * m * m * m;
        struct tr_sharpe s;
        tr_sharpe_measure(n, x, &s);
        assert_near(s.ratio, (double)(m / sqrtl(m2 * (long double)n / (long double)(n - 1))), 1e-9 * s.ratio);
        assert_near(s.skewness, (double)(m3 / (m2 * sqrtl(m2))), 1e-8);
        assert_near(s.kurtosis, (double)(m4 / (m2 * m2)), 1e-8 * s.kurtosis);
    }
}

static void what_is_undefined_is_nan(void **state)
{
    (void)state;
    const double one[] = {0.1}, equal[] = {0.1, 0.1, 0.1}, broken[] = {0.1, (double)NAN, 0.3};
    struct tr_sharpe s;
    tr_sharpe_measure(0, one, &s);
    assert_true(isnan(s.mean) && isnan(s.sd) && isnan(s.ratio) && isnan(tr_psr(&s, 0.0)));
    tr_sharpe_measure(1, one, &s);
    assert_true(s.mean == 0.1 && isnan(s.sd) && isnan(s.ratio) && isnan(tr_psr(&s, 0.0)));
    tr_sharpe_measure(3, equal, &s); /* their mean rounds to a little more than 0.1 */
    assert_true(s.sd == 0.0 && isnan(s.ratio) && isnan(s.kurtosis) && isnan(tr_dsr(&s, 0.1, 9.0)));
    tr_sharpe_measure(3, broken, &s);
    assert_true(isnan(s.mean) && isnan(s.sd) && isnan(s.ratio) && isnan(tr_min_track_record(&s, 0.0, 0.05)));
}

static void formulas_without_a_value_are_nan(void **state)
{
    (void)state;
    const struct tr_sharpe steep = {.n = 50, .ratio = 1.5, .skewness = 2.0, .kurtosis = 4.0}; /* root of -0.3125 */
    assert_true(isnan(tr_psr(&steep, 0.0)) && isnan(tr_min_track_record(&steep, 0.0, 0.05)));
    assert_true(isnan(tr_sharpe_expected_max(-1.0, 5.0)) && isnan(tr_sharpe_expected_max(1.0, (double)NAN)));
    assert_true(isnan(tr_sharpe_expected_max((double)NAN, 1.0)) && isnan(tr_sharpe_annualise(1.0, 0.0, 0, NULL)));
}

static void a_single_trial_needs_no_deflation(void **state)
{
    (void)state;
    const struct tr_sharpe s = {.n = 200, .ratio = 0.1, .skewness = 0.2, .kurtosis = 4.0};
    assert_same_bits(tr_sharpe_expected_max(0.01, 1.0), 0.0);
    assert_same_bits(tr_sharpe_expected_max(0.01, 0.0), 0.0);
    assert_same_bits(tr_sharpe_expected_max(0.01, 1.2), 0.0); /* the formula would give -0.012 */
    assert_same_bits(tr_dsr(&s, 0.01, 1.0), tr_psr(&s, 0.0));
    double before = 0.0;
    for (double trials = 2.0; trials < 1e6; trials *= 3.0) {
        double now = tr_sharpe_expected_max(0.01, trials);
        assert_true(now > before && tr_dsr(&s, 0.01, trials) < tr_psr(&s, 0.0));
        before = now;
    }
}

/* Expected maxima of N standard normal draws, from the tables of order statistics (Harter 1961). */
static void the_expected_maximum_is_that_of_the_best_of_many(void **state)
{
    (void)state;
    static const double table[][2] = {{5, 1.16296}, {10, 1.53875}, {20, 1.86748}, {50, 2.24907}, {100, 2.50759}};
    for (size_t i = 0; i < 5; i++)
        assert_close(tr_sharpe_expected_max(0.09, table[i][0]), 0.3 * table[i][1], 0.03);
}

/* Skewed and fat-tailed returns: the share of samples whose PSR against the truth lies above 0.95 is near 0.05. */
static void a_probabilistic_ratio_is_a_probability(void **state)
{
    (void)state;
    enum { N = 250, ROUNDS = 4000 };
    struct tr_rng rng;
    tr_rng_init(&rng, 63, 0);
    int above = 0, below = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double x[N];
        for (size_t i = 0; i < N; i++)
            x[i] = -log(1.0 - tr_rng_uniform(&rng)) - 0.9; /* exponential: mean 0.1, sd 1, skewness 2 */
        struct tr_sharpe s;
        tr_sharpe_measure(N, x, &s);
        double psr = tr_psr(&s, 0.1);
        above += psr > 0.95;
        below += psr < 0.05;
    }
    assert_in_range(above, 0.035 * ROUNDS, 0.065 * ROUNDS);
    assert_in_range(below, 0.035 * ROUNDS, 0.065 * ROUNDS);
}

static void a_track_record_of_the_minimum_length_is_just_enough(void **state)
{
    (void)state;
    const struct tr_sharpe s = {.n = 10, .ratio = 0.12, .skewness = -0.8, .kurtosis = 7.0};
    double length = tr_min_track_record(&s, 0.02, 0.05);
    struct tr_sharpe longer = s;
    longer.n = (size_t)ceil(length);
    assert_true(tr_psr(&longer, 0.02) >= 0.95);
    longer.n--;
    assert_true(tr_psr(&longer, 0.02) < 0.95);
    assert_true(isinf(tr_min_track_record(&s, 0.12, 0.05)) && isinf(tr_min_track_record(&s, 0.5, 0.05)));
}

/* A year's sum of dependent days has a variance of its own, and the factor follows it. */
static void autocorrelation_changes_the_annual_ratio(void **state)
{
    (void)state;
    const double rho[] = {0.2, 0.04};
    assert_close(tr_sharpe_annualise(0.1, 365.0, 0, NULL), 0.1 * sqrt(365.0), 1e-15);
    double variance = 365.0 + 2.0 * (364.0 * 0.2 + 363.0 * 0.04);
    assert_close(tr_sharpe_annualise(0.1, 365.0, 2, rho), 0.1 * 365.0 / sqrt(variance), 1e-14);
    const double impossible[] = {-0.9};
    assert_true(isnan(tr_sharpe_annualise(0.1, 365.0, 1, impossible)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_formulas_have_their_reference_values),
        cmocka_unit_test(measures_equal_numpy),
        cmocka_unit_test(moments_equal_a_second_way_to_compute_them),
        cmocka_unit_test(what_is_undefined_is_nan),
        cmocka_unit_test(formulas_without_a_value_are_nan),
        cmocka_unit_test(a_single_trial_needs_no_deflation),
        cmocka_unit_test(the_expected_maximum_is_that_of_the_best_of_many),
        cmocka_unit_test(a_probabilistic_ratio_is_a_probability),
        cmocka_unit_test(a_track_record_of_the_minimum_length_is_just_enough),
        cmocka_unit_test(autocorrelation_changes_the_annual_ratio),
    };
    return cmocka_run_group_tests_name("engine/score/sharpe", tests, NULL, NULL);
}
