#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "base/span.h"

static void the_worked_example_comes_out(void **state)
{
    (void)state;
    /* By hand: the spans alive at 0..7 are 1 2 3 2 1 1 1 1. */
    const size_t first[] = {0, 1, 2, 6}, last[] = {3, 2, 5, 7};
    const double expected[] = {(1.0 + 0.5 + 1.0 / 3 + 0.5) / 4, (0.5 + 1.0 / 3) / 2, (1.0 / 3 + 0.5 + 1 + 1) / 4, 1.0};
    double weight[4];
    struct tr_error err;
    assert_ok(tr_span_uniqueness(4, first, last, weight, &err), &err);
    for (size_t i = 0; i < 4; i++)
        assert_near(weight[i], expected[i], 1e-15);
}

/* The definition itself: for each position of the span, count who is alive there. */
static double uniqueness_by_definition(size_t n, const size_t *first, const size_t *last, size_t i)
{
    double sum = 0.0;
    for (size_t t = first[i]; t <= last[i]; t++) {
        int alive = 0;
        for (size_t j = 0; j < n; j++)
            alive += first[j] <= t && t <= last[j];
        sum += 1.0 / alive;
    }
    return sum / (double)(last[i] - first[i] + 1);
}

static void random_spans_agree_with_the_definition(void **state)
{
    (void)state;
    enum { MOST = 60 };
    struct tr_rng rng;
    tr_rng_init(&rng, 4, 0);
    for (int round = 0; round < 200; round++) {
        size_t n = 1 + (size_t)tr_rng_below(&rng, MOST), first[MOST], last[MOST];
        double weight[MOST];
        for (size_t i = 0; i < n; i++) {
            first[i] = 1000 + (size_t)tr_rng_below(&rng, 80);
            last[i] = first[i] + (size_t)tr_rng_below(&rng, 20);
        }
        struct tr_error err;
        assert_ok(tr_span_uniqueness(n, first, last, weight, &err), &err);
        for (size_t i = 0; i < n; i++)
            assert_near(weight[i], uniqueness_by_definition(n, first, last, i), 4e-16);
    }
}

static void identical_spans_share_equally(void **state)
{
    (void)state;
    const size_t first[] = {9, 9, 9, 9, 9}, last[] = {12, 12, 12, 12, 12};
    double weight[5];
    struct tr_error err;
    assert_ok(tr_span_uniqueness(5, first, last, weight, &err), &err);
    for (size_t i = 0; i < 5; i++)
        assert_near(weight[i], 0.2, 1e-16);
}

static void spans_that_never_meet_are_wholly_their_own(void **state)
{
    (void)state;
    const size_t first[] = {1000000, 0, SIZE_MAX / 2}, last[] = {1000000, 3, SIZE_MAX / 2};
    double weight[2];
    struct tr_error err;
    assert_ok(tr_span_uniqueness(2, first, last, weight, &err), &err);
    assert_same_bits(weight[0], 1.0);
    assert_same_bits(weight[1], 1.0);
    assert_ok(tr_span_uniqueness(1, first + 2, last + 2, weight, &err),
              &err); /* cost follows the extent, not the place */
    assert_same_bits(weight[0], 1.0);
}

static void a_long_axis_does_not_wear_the_precision_off(void **state)
{
    (void)state;
    enum { N = 300000 };
    size_t *first = tr_alloc(N, sizeof *first), *last = tr_alloc(N, sizeof *last);
    double *weight = tr_alloc(N, sizeof *weight);
    assert_true(first && last && weight);
    for (size_t i = 0; i < N; i++) {
        first[i] = 3 * i;
        last[i] = 3 * i + 2;
    }
    for (size_t i = N - 7; i < N; i++) { /* seven on one place at the far end, after a sum of 900,000 */
        first[i] = 3 * N;
        last[i] = 3 * N;
    }
    struct tr_error err;
    assert_ok(tr_span_uniqueness(N, first, last, weight, &err), &err);
    assert_near(weight[N - 1], 1.0 / 7, 1e-16);
    assert_near(weight[N - 8], 1.0, 1e-16);
    tr_free(weight);
    tr_free(last);
    tr_free(first);
}

static void no_spans_are_no_work(void **state)
{
    (void)state;
    struct tr_error err;
    assert_ok(tr_span_uniqueness(0, NULL, NULL, NULL, &err), &err);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const size_t first[] = {0, 1}, last[] = {3, 2};
    double weight[2];
    struct tr_error err;
    for (size_t k = 1; k <= 2; k++) {
        tr_alloc_fail_at(k);
        assert_int_equal(tr_span_uniqueness(2, first, last, weight, &err), TR_NOMEM);
        tr_alloc_fail_at(0);
    }
    tr_alloc_fail_at(3);
    assert_ok(tr_span_uniqueness(2, first, last, weight, &err), &err);
    tr_alloc_fail_at(0);
}

static void an_extent_that_cannot_be_counted_is_refused(void **state)
{
    (void)state;
    const size_t first[] = {0, 5}, last[] = {SIZE_MAX, 6};
    double weight[2];
    struct tr_error err;
    assert_int_equal(tr_span_uniqueness(2, first, last, weight, &err), TR_NOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worked_example_comes_out),
        cmocka_unit_test(random_spans_agree_with_the_definition),
        cmocka_unit_test(identical_spans_share_equally),
        cmocka_unit_test(spans_that_never_meet_are_wholly_their_own),
        cmocka_unit_test(a_long_axis_does_not_wear_the_precision_off),
        cmocka_unit_test(no_spans_are_no_work),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(an_extent_that_cannot_be_counted_is_refused),
    };
    return cmocka_run_group_tests_name("base/span", tests, NULL, NULL);
}
