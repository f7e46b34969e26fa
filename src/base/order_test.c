#include "support/test.h"

#include "base/alloc.h"
#include "base/order.h"
#include "base/rng.h"

#include <math.h>
#include <string.h>

static const double NOT_A_NUMBER = (double)NAN;

/* Shapes that sorts are known to stumble over; 0..7. */
static void make_values(struct tr_rng *rng, int shape, size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        double place = (double)i, u = tr_rng_uniform(rng);
        const double special[] = {-HUGE_VAL, HUGE_VAL, 0.0, -0.0, NOT_A_NUMBER, 5e-324, -1e300, 1.0};
        const double values[] = {
            tr_rng_normal(rng),
            place,
            -place,
            7.0,
            i < n / 2 ? place : (double)(n - i),
            floor(5.0 * u),
            special[(size_t)(8.0 * u)],
            u < 0.1 ? NOT_A_NUMBER : ldexp(u - 0.5, (int)(i % 600) - 300),
        };
        x[i] = values[shape];
    }
}

static bool comes_before(const double *x, size_t a, size_t b)
{
    bool a_nan = isnan(x[a]), b_nan = isnan(x[b]);
    if (a_nan != b_nan)
        return b_nan;
    if (!a_nan && x[a] != x[b])
        return x[a] < x[b];
    return a < b;
}

static void the_order_is_ascending_and_stable(void **state)
{
    (void)state;
    enum { MOST = 5000 };
    static double x[MOST];
    static size_t order[MOST];
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    for (int shape = 0; shape < 8; shape++) {
        for (size_t n = 0; n <= MOST; n += n < 60 ? 1 : 823) {
            make_values(&rng, shape, n, x);
            struct tr_error err;
            assert_ok(tr_order_ascending(n, x, order, &err), &err);
            static bool seen[MOST];
            memset(seen, 0, sizeof seen);
            for (size_t i = 0; i < n; i++) {
                assert_true(order[i] < n && !seen[order[i]]);
                seen[order[i]] = true;
                if (i > 0)
                    assert_true(comes_before(x, order[i - 1], order[i]));
            }
        }
    }
}

static void out_of_memory_is_reported(void **state)
{
    (void)state;
    double x[100] = {0};
    size_t order[100];
    struct tr_error err;
    tr_alloc_fail_at(1);
    assert_int_equal(tr_order_ascending(100, x, order, &err), TR_NOMEM);
    tr_alloc_fail_at(0);
    assert_int_equal(tr_order_ascending(SIZE_MAX, x, order, &err), TR_NOMEM);
}

static void assert_sorted(size_t n, const double *x)
{
    for (size_t i = 1; i < n; i++)
        assert_true(isnan(x[i]) || x[i - 1] <= x[i]);
}

/* Both orders hold the same values; zeros compare equal whatever their sign. */
static void assert_same_values(size_t n, const double *sorted, const double *x, size_t *order)
{
    struct tr_error err;
    assert_ok(tr_order_ascending(n, x, order, &err), &err);
    for (size_t i = 0; i < n; i++)
        assert_true(sorted[i] == x[order[i]] || (isnan(sorted[i]) && isnan(x[order[i]])));
}

static void sorting_in_place_agrees_with_the_order(void **state)
{
    (void)state;
    enum { MOST = 5000 };
    static double x[MOST], sorted[MOST], spare[MOST];
    static size_t order[MOST];
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    for (int shape = 0; shape < 8; shape++) {
        for (size_t n = 0; n <= MOST; n += n < 60 ? 1 : 823) {
            make_values(&rng, shape, n, x);
            memcpy(sorted, x, n * sizeof *x);
            tr_sort_doubles(n, sorted);
            assert_sorted(n, sorted);
            assert_same_values(n, sorted, x, order);
            memcpy(sorted, x, n * sizeof *x);
            tr_sort_doubles_spare(n, sorted, spare);
            assert_sorted(n, sorted);
            assert_same_values(n, sorted, x, order);
        }
    }
}

/* Radix passes over the high bits leave whole runs for the insertion sort, which must not become quadratic. */
static void values_that_share_their_high_bits_are_sorted_too(void **state)
{
    (void)state;
    enum { N = 20000 };
    static double x[N], spare[N], expected[N];
    struct tr_rng rng;
    tr_rng_init(&rng, 5, 0);
    for (int shape = 0; shape < 4; shape++) {
        for (size_t i = 0; i < N; i++) {
            double sign = shape < 2 && i % 2 ? -1.0 : 1.0, u = tr_rng_uniform(&rng);
            x[i] = expected[i] = sign * (1.0 + ldexp(u, shape % 2 ? -50 : -30));
        }
        tr_sort_doubles(N, expected);
        tr_sort_doubles_spare(N, x, spare);
        assert_memory_equal(x, expected, sizeof x);
    }
}

/* Musser's sequence, in which the median of first, middle and last is again and again among the smallest: without the
 * way out to heapsort this takes quadratic time. */
static void a_killer_sequence_is_sorted_too(void **state)
{
    (void)state;
    enum { N = 400000 };
    double *x = tr_alloc(N, sizeof *x);
    assert_non_null(x);
    const size_t half = N / 2;
    for (size_t k = 0; k < half; k++) {
        x[k] = (double)(k % 2 ? half + k : k + 1);
        x[half + k] = 2.0 * (double)(k + 1);
    }
    tr_sort_doubles(N, x);
    assert_sorted(N, x);
    for (size_t k = 0; k < N; k++)
        x[k] = (double)(k % 3);
    tr_sort_doubles(N, x);
    assert_sorted(N, x);
    assert_same_bits(x[0], 0.0);
    assert_same_bits(x[N - 1], 2.0);
    tr_free(x);
}

static void quantiles_interpolate_like_type_seven(void **state)
{
    (void)state;
    /* numpy.quantile([1, 2, 4, 8], q): 0 -> 1, .25 -> 1.75, .5 -> 3, .9 -> 6.8, 1 -> 8. */
    const double x[] = {1, 2, 4, 8};
    assert_same_bits(tr_quantile_sorted(4, x, 0.0), 1.0);
    assert_same_bits(tr_quantile_sorted(4, x, 0.25), 1.75);
    assert_same_bits(tr_quantile_sorted(4, x, 0.5), 3.0);
    assert_near(tr_quantile_sorted(4, x, 0.9), 6.8, 1e-15);
    assert_same_bits(tr_quantile_sorted(4, x, 1.0), 8.0);
    assert_same_bits(tr_quantile_sorted(1, x, 0.7), 1.0);
    assert_true(isnan(tr_quantile_sorted(0, x, 0.5)));
}

static void infinite_neighbours_do_not_make_a_nan(void **state)
{
    (void)state;
    const double x[] = {-HUGE_VAL, -HUGE_VAL, 0.0, HUGE_VAL, HUGE_VAL};
    assert_same_bits(tr_quantile_sorted(5, x, 0.1), -HUGE_VAL);
    assert_same_bits(tr_quantile_sorted(5, x, 0.5), 0.0);
    assert_same_bits(tr_quantile_sorted(5, x, 0.9), HUGE_VAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_ascending_and_stable),
        cmocka_unit_test(out_of_memory_is_reported),
        cmocka_unit_test(sorting_in_place_agrees_with_the_order),
        cmocka_unit_test(values_that_share_their_high_bits_are_sorted_too),
        cmocka_unit_test(a_killer_sequence_is_sorted_too),
        cmocka_unit_test(quantiles_interpolate_like_type_seven),
        cmocka_unit_test(infinite_neighbours_do_not_make_a_nan),
    };
    return cmocka_run_group_tests_name("base/order", tests, NULL, NULL);
}
