#include "support/test.h"

#include "base/alloc.h"
#include "base/order.h"
#include "base/rng.h"
#include "base/special.h"

#include <math.h>

/* The three vectors below were computed by a separate Python script from the authors' public-domain C; the first two
 * are also the ones that other libraries publish (splitmix64 of 1234567, xoshiro256++ of 1, 2, 3, 4). */
static void seeding_is_splitmix64(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 1234567, 0);
    assert_true(rng.s[0] == UINT64_C(6457827717110365317));
    assert_true(rng.s[1] == UINT64_C(3203168211198807973));
    assert_true(rng.s[2] == UINT64_C(9817491932198370423));
    assert_true(rng.s[3] == UINT64_C(4593380528125082431));
}

static void the_generator_is_xoshiro256_plus_plus(void **state)
{
    (void)state;
    const uint64_t expected[] = {
        UINT64_C(41943041),
        UINT64_C(58720359),
        UINT64_C(3588806011781223),
        UINT64_C(3591011842654386),
        UINT64_C(9228616714210784205),
        UINT64_C(9973669472204895162),
        UINT64_C(14011001112246962877),
        UINT64_C(12406186145184390807),
        UINT64_C(15849039046786891736),
        UINT64_C(10450023813501588000),
    };
    struct tr_rng rng = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(tr_rng_u64(&rng) == expected[i]);
}

static void a_stream_has_a_fixed_beginning(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 42, 7);
    assert_true(tr_rng_u64(&rng) == UINT64_C(0xaf125999a2d876f5));
    assert_true(tr_rng_u64(&rng) == UINT64_C(0xbd96f11940d156c5));
    assert_true(tr_rng_u64(&rng) == UINT64_C(0xd80ed2d8770fd612));
}

static void seeds_and_streams_differ_and_do_not_correlate(void **state)
{
    (void)state;
    enum { N = 20000 };
    const uint64_t pairs[][4] = {{1, 0, 1, 1}, {1, 0, 2, 0}, {0, 1, 1, 0}, {5, 1, 5, 2}};
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        struct tr_rng a, b;
        tr_rng_init(&a, pairs[k][0], pairs[k][1]);
        tr_rng_init(&b, pairs[k][2], pairs[k][3]);
        double sum = 0.0;
        for (int i = 0; i < N; i++)
            sum += (tr_rng_uniform(&a) - 0.5) * (tr_rng_uniform(&b) - 0.5);
        assert_near(12.0 * sum / N, 0.0, 4.0 / sqrt(N));
    }
}

static void uniform_numbers_are_53_bits_in_the_unit_interval(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < N; i++) {
        double u = tr_rng_uniform(&rng);
        assert_true(u >= 0.0 && u < 1.0);
        assert_same_bits(ldexp(u, 53), floor(ldexp(u, 53)));
        sum += u;
        squares += u * u;
    }
    assert_near(sum / N, 0.5, 4.0 / sqrt(12.0 * N));
    assert_near(squares / N, 1.0 / 3, 4.0 * sqrt(4.0 / 45 / N));
    struct tr_rng top = {{0, 0, 0, UINT64_MAX}}; /* rotate(0 + all ones) + 0: the largest output */
    assert_same_bits(tr_rng_uniform(&top), 1.0 - 0x1p-53);
}

static void numbers_below_n_are_not_biased(void **state)
{
    (void)state;
    enum { N = 60000 };
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    /* At 3/4 of the range a plain remainder doubles the first third, and a plain multiplication every third number. */
    const uint64_t n = UINT64_C(3) << 62;
    int thirds[3] = {0}, residues[3] = {0};
    for (int i = 0; i < N; i++) {
        uint64_t k = tr_rng_below(&rng, n);
        assert_true(k < n);
        thirds[k >> 62]++;
        residues[k % 3]++;
    }
    for (int i = 0; i < 3; i++) {
        assert_near(thirds[i], N / 3.0, 4.0 * sqrt(N * 2.0 / 9));
        assert_near(residues[i], N / 3.0, 4.0 * sqrt(N * 2.0 / 9));
    }
}

static void every_small_number_is_reached(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    int seen[7] = {0};
    for (int i = 0; i < 7000; i++)
        seen[tr_rng_below(&rng, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_near(seen[i], 1000.0, 120.0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(tr_rng_below(&rng, 1), 0);
}

/* Largest distance between the empirical and the given distribution function, times sqrt(n): Kolmogorov's statistic,
 * above 1.95 once in a thousand. */
static double kolmogorov(size_t n, double *x, double (*cdf)(double, double), double parameter)
{
    tr_sort_doubles(n, x);
    double worst = 0.0;
    for (size_t i = 0; i < n; i++) {
        double f = cdf(x[i], parameter);
        worst = fmax(worst, fmax(f - (double)i / (double)n, (double)(i + 1) / (double)n - f));
    }
    return worst * sqrt((double)n);
}

static double normal_cdf(double z, double unused)
{
    (void)unused;
    return tr_normal_cdf(z);
}

/* Of a Student t scaled to variance 1. */
static double student_cdf(double x, double degrees)
{
    double t = x * sqrt(degrees / (degrees - 2.0));
    double tail = 0.5 * tr_beta_inc(0.5 * degrees, 0.5, degrees / (degrees + t * t));
    return t < 0.0 ? tail : 1.0 - tail;
}

static void normal_numbers_follow_the_normal_distribution(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    double *x = tr_alloc(N, sizeof *x);
    assert_non_null(x);
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
    for (int i = 0; i < N; i++) {
        double z = x[i] = tr_rng_normal(&rng);
        m1 += z / N;
        m2 += z * z / N;
        m3 += z * z * z / N;
        m4 += z * z * z * z / N;
    }
    assert_near(m1, 0.0, 4.0 * sqrt(1.0 / N));
    assert_near(m2, 1.0, 4.0 * sqrt(2.0 / N));
    assert_near(m3, 0.0, 4.0 * sqrt(15.0 / N));
    assert_near(m4, 3.0, 4.0 * sqrt(96.0 / N));
    assert_true(kolmogorov(N, x, normal_cdf, 0.0) < 1.95);
    assert_true(x[0] < -4.0 && x[N - 1] > 4.0); /* the tails are there */
    tr_free(x);
}

static void student_numbers_have_variance_one_and_their_own_tails(void **state)
{
    (void)state;
    enum { N = 100000 };
    struct tr_rng rng;
    tr_rng_init(&rng, 3, 0);
    double *x = tr_alloc(N, sizeof *x);
    assert_non_null(x);
    const double degrees[] = {2.5, 4.0, 10.0, 300.0};
    for (size_t k = 0; k < sizeof degrees / sizeof *degrees; k++) {
        double squares = 0.0;
        for (int i = 0; i < N; i++) {
            x[i] = tr_rng_student(&rng, degrees[k]);
            squares += x[i] * x[i] / N;
        }
        if (degrees[k] > 4.0)
            assert_near(squares, 1.0, 4.0 * sqrt((2.0 + 6.0 / (degrees[k] - 4.0)) / N));
        assert_true(kolmogorov(N, x, student_cdf, degrees[k]) < 1.95);
    }
    tr_free(x);
}

/* The same two methods written a second time in Python; one other acceptance among the 100,000 would shift the last. */
static void a_second_implementation_draws_the_same_numbers(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 6, 0);
    double x = tr_rng_normal(&rng);
    assert_near(x, 0.8360147335247473, 1e-15);
    for (int i = 1; i < 100000; i++)
        x = tr_rng_normal(&rng);
    assert_near(x, 3.0493901448984277, 1e-14);
    tr_rng_init(&rng, 7, 0);
    x = tr_rng_student(&rng, 2.5);
    assert_near(x, -0.8012529319660441, 1e-14);
    for (int i = 1; i < 100000; i++)
        x = tr_rng_student(&rng, 2.5);
    assert_near(x, 1.1282681000510904, 1e-14);
}

static void a_shuffle_reaches_every_order_equally_often(void **state)
{
    (void)state;
    enum { N = 24000 };
    struct tr_rng rng;
    tr_rng_init(&rng, 5, 0);
    int seen[256] = {0};
    for (int i = 0; i < N; i++) {
        size_t items[4] = {0, 1, 2, 3};
        tr_rng_shuffle(&rng, items, 4);
        assert_int_equal(1 << items[0] | 1 << items[1] | 1 << items[2] | 1 << items[3], 15);
        seen[items[0] << 6 | items[1] << 4 | items[2] << 2 | items[3]]++;
    }
    int orders = 0;
    for (int i = 0; i < 256; i++) {
        orders += seen[i] > 0;
        if (seen[i] > 0)
            assert_near(seen[i], N / 24.0, 4.5 * sqrt(N / 24.0));
    }
    assert_int_equal(orders, 24);
    tr_rng_shuffle(&rng, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeding_is_splitmix64),
        cmocka_unit_test(the_generator_is_xoshiro256_plus_plus),
        cmocka_unit_test(a_stream_has_a_fixed_beginning),
        cmocka_unit_test(seeds_and_streams_differ_and_do_not_correlate),
        cmocka_unit_test(uniform_numbers_are_53_bits_in_the_unit_interval),
        cmocka_unit_test(numbers_below_n_are_not_biased),
        cmocka_unit_test(every_small_number_is_reached),
        cmocka_unit_test(normal_numbers_follow_the_normal_distribution),
        cmocka_unit_test(student_numbers_have_variance_one_and_their_own_tails),
        cmocka_unit_test(a_second_implementation_draws_the_same_numbers),
        cmocka_unit_test(a_shuffle_reaches_every_order_equally_often),
    };
    return cmocka_run_group_tests_name("base/rng", tests, NULL, NULL);
}
