#include "support/test.h"

#include "base/rng.h"
#include "engine/market/funding.h"

#include <math.h>
#include <string.h>

#define H TR_HOUR_MS

static void assert_sum(struct tr_funding_sum sum, double paid, double received, size_t assumed)
{
    assert_near(sum.paid, paid, 1e-15);
    assert_near(sum.received, received, 1e-15);
    assert_int_equal(sum.assumed, assumed);
}

static struct tr_funding records(const tr_time_ms *time, const double *rate, size_t n)
{
    struct tr_funding funding = tr_funding_none();
    funding.n = n;
    funding.time = time;
    funding.rate = rate;
    return funding;
}

static void without_records_the_default_is_charged_every_eight_hours(void **state)
{
    (void)state;
    struct tr_funding none = tr_funding_none();
    assert_sum(tr_funding_between(&none, 0, 8 * H), 0.0001, 0, 1); /* from is outside, to is inside */
    assert_sum(tr_funding_between(&none, 0, 8 * H - 1), 0, 0, 0);
    assert_sum(tr_funding_between(&none, -1, 24 * H), 0.0004, 0, 4);
    assert_sum(tr_funding_between(&none, 8 * H, 8 * H), 0, 0, 0);
    assert_sum(tr_funding_between(&none, 9 * H, 8 * H), 0, 0, 0);
    none.default_rate = -0.0002;
    assert_sum(tr_funding_between(&none, 0, 16 * H), 0, 0.0004, 2);
}

static void recorded_rates_are_split_by_sign(void **state)
{
    (void)state;
    const tr_time_ms time[] = {8 * H, 16 * H, 24 * H, 32 * H};
    const double rate[] = {0.001, -0.002, 0.004, 0};
    struct tr_funding funding = records(time, rate, 4);
    assert_sum(tr_funding_between(&funding, 8 * H - 1, 32 * H), 0.005, 0.002, 0);
    assert_sum(tr_funding_between(&funding, 8 * H, 24 * H), 0.004, 0.002, 0);
    assert_sum(tr_funding_between(&funding, 8 * H, 24 * H - 1), 0, 0.002, 0);
    assert_sum(tr_funding_between(&funding, 17 * H, 23 * H), 0, 0, 0);
}

static void the_default_stands_in_before_and_after_the_records(void **state)
{
    (void)state;
    const tr_time_ms time[] = {24 * H, 32 * H};
    const double rate[] = {0.001, 0.001};
    struct tr_funding funding = records(time, rate, 2);
    assert_sum(tr_funding_between(&funding, 0, 23 * H), 0.0002, 0, 2);
    assert_sum(tr_funding_between(&funding, 0, 24 * H), 0.0012, 0, 2);
    assert_sum(tr_funding_between(&funding, 32 * H, 39 * H), 0, 0, 0);
    assert_sum(tr_funding_between(&funding, 32 * H, 56 * H), 0.0003, 0, 3);
    assert_sum(tr_funding_between(&funding, 0, 56 * H), 0.0025, 0, 5);
    assert_sum(tr_funding_between(&funding, 100 * H, 112 * H), 0.0002, 0, 2);
}

static void the_step_after_the_last_record_is_its_own(void **state)
{
    (void)state;
    const tr_time_ms daily[] = {24 * H, 48 * H};
    const double rate[] = {0.001, 0.001};
    struct tr_funding funding = records(daily, rate, 2);
    assert_sum(tr_funding_between(&funding, 48 * H, 71 * H), 0, 0, 0);
    assert_sum(tr_funding_between(&funding, 48 * H, 72 * H), 0.0001, 0, 1);
    struct tr_funding single = records(daily, rate, 1);
    assert_sum(tr_funding_between(&single, 24 * H, 31 * H), 0, 0, 0);
    assert_sum(tr_funding_between(&single, 24 * H, 32 * H), 0.0001, 0, 1);
}

static void a_hole_of_more_than_one_and_a_half_steps_is_filled(void **state)
{
    (void)state;
    const tr_time_ms time[] = {0, 8 * H, 32 * H, 40 * H}; /* 16 h and 24 h are missing */
    const double rate[] = {0.001, 0.001, 0.001, 0.001};
    struct tr_funding funding = records(time, rate, 4);
    assert_sum(tr_funding_between(&funding, 8 * H, 31 * H), 0.0002, 0, 2);
    assert_sum(tr_funding_between(&funding, 16 * H, 32 * H), 0.0011, 0, 1);
    assert_sum(tr_funding_between(&funding, 17 * H, 23 * H), 0, 0, 0);
    const tr_time_ms twice[] = {0, 8 * H, 24 * H, 40 * H, 48 * H}; /* two holes in a row: 16 h and 32 h */
    const double rates[] = {0.001, 0.001, 0.001, 0.001, 0.001};
    funding = records(twice, rates, 5);
    assert_sum(tr_funding_between(&funding, 0, 48 * H), 0.0042, 0, 2);
}

static void a_settlement_that_comes_late_leaves_no_hole(void **state)
{
    (void)state;
    const tr_time_ms time[] = {0, 8 * H, 18 * H, 26 * H};
    const double rate[] = {0.001, 0.001, 0.001, 0.001};
    struct tr_funding funding = records(time, rate, 4);
    assert_sum(tr_funding_between(&funding, 0, 26 * H), 0.003, 0, 0);
}

static void a_change_of_the_interval_is_no_hole(void **state)
{
    (void)state;
    const tr_time_ms time[] = {0, 4 * H, 8 * H, 16 * H, 24 * H, 28 * H, 32 * H};
    const double rate[] = {0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001};
    struct tr_funding funding = records(time, rate, 7);
    assert_sum(tr_funding_between(&funding, 0, 32 * H), 0.006, 0, 0);
}

/* Cutting a span anywhere must not change its sum: each settlement belongs to exactly one piece. */
static void sums_of_pieces_are_the_sum_of_the_whole(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_time_ms time[60];
    double rate[60];
    tr_rng_init(&rng, 4, 0);
    for (size_t round = 0; round < 200; round++) {
        size_t n = tr_rng_below(&rng, 61);
        tr_time_ms now = 240 * H, step = (tr_time_ms)(1 + tr_rng_below(&rng, 3)) * 4 * H;
        for (size_t i = 0; i < n; i++) {
            now += step * (tr_rng_below(&rng, 6) == 0 ? 1 + (tr_time_ms)tr_rng_below(&rng, 5) : 1);
            time[i] = now;
            rate[i] = tr_rng_uniform(&rng) - 0.5;
        }
        struct tr_funding funding = records(time, rate, n);
        tr_time_ms from = (tr_time_ms)tr_rng_below(&rng, 400) * H, end = from;
        struct tr_funding_sum pieces = {0};
        for (size_t i = 0; i < 30; i++) {
            tr_time_ms to = end + (tr_time_ms)tr_rng_below(&rng, (uint64_t)(30 * H));
            struct tr_funding_sum piece = tr_funding_between(&funding, end, to);
            pieces.paid += piece.paid;
            pieces.received += piece.received;
            pieces.assumed += piece.assumed;
            end = to;
        }
        struct tr_funding_sum whole = tr_funding_between(&funding, from, end);
        assert_near(whole.paid, pieces.paid, 1e-12);
        assert_near(whole.received, pieces.received, 1e-12);
        assert_int_equal(whole.assumed, pieces.assumed);
    }
}

static void the_rate_per_hour_divides_by_the_records_own_interval(void **state)
{
    (void)state;
    const tr_time_ms time[] = {8 * H, 12 * H, 16 * H};
    const double rate[] = {0.0008, 0.0004, -0.0012};
    struct tr_funding funding = records(time, rate, 3);
    int assumed = 9;
    assert_near(tr_funding_rate_per_hour(&funding, 8 * H, &assumed), 0.0001, 1e-18);
    assert_int_equal(assumed, 0);
    assert_near(tr_funding_rate_per_hour(&funding, 12 * H, &assumed), 0.0001, 1e-18);
    assert_near(tr_funding_rate_per_hour(&funding, 16 * H + 5, &assumed), -0.0003, 1e-18);
    assert_int_equal(assumed, 0);
    assert_near(tr_funding_rate_per_hour(&funding, 22 * H - 1, &assumed), -0.0003, 1e-18);
    assert_int_equal(assumed, 0);
}

static void a_hole_in_the_records_is_no_interval_of_a_rate(void **state)
{
    (void)state;
    const tr_time_ms time[] = {0, 8 * H, 16 * H, 112 * H, 120 * H, 220 * H}; /* nothing from 16 h to 112 h */
    const double rate[] = {0.0008, 0.0008, 0.0008, 0.0008, 0.0016, 0.0008};
    struct tr_funding funding = records(time, rate, 6);
    int assumed = 9;
    assert_near(tr_funding_rate_per_hour(&funding, 112 * H, &assumed), 0.0001, 1e-18);
    assert_int_equal(assumed, 0);
    assert_near(tr_funding_rate_per_hour(&funding, 120 * H, &assumed), 0.0002, 1e-18); /* the step after the hole */
    assert_near(tr_funding_rate_per_hour(&funding, 132 * H - 1, &assumed), 0.0002, 1e-18);
    assert_int_equal(assumed, 0);
    assert_near(tr_funding_rate_per_hour(&funding, 132 * H, &assumed), 0.0000125, 1e-18);
    assert_int_equal(assumed, 1);
    assert_near(tr_funding_rate_per_hour(&funding, 220 * H, &assumed), 0.0001, 1e-18);
    struct tr_funding begins = records(time + 2, rate + 2, 2); /* the first two records enclose the hole */
    assert_near(tr_funding_rate_per_hour(&begins, 112 * H, &assumed), 0.0001, 1e-18);
    assert_int_equal(assumed, 0);
}

static void a_rate_and_its_interval_are_known_from_the_past_alone(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_time_ms time[40];
    double rate[40];
    tr_rng_init(&rng, 5, 0);
    for (size_t round = 0; round < 100; round++) {
        tr_time_ms now = 0;
        for (size_t i = 0; i < 40; i++) {
            time[i] = now += (tr_time_ms)(1 + tr_rng_below(&rng, 6)) * 4 * H;
            rate[i] = tr_rng_uniform(&rng) - 0.5;
        }
        tr_time_ms instant = (tr_time_ms)tr_rng_below(&rng, (uint64_t)now);
        size_t known = 0;
        while (known < 40 && time[known] <= instant)
            known++;
        struct tr_funding all = records(time, rate, 40), past = records(time, rate, known);
        int of_all = 8, of_past = 9;
        double expected = tr_funding_rate_per_hour(&past, instant, &of_past);
        assert_same_bits(tr_funding_rate_per_hour(&all, instant, &of_all), expected);
        assert_int_equal(of_all, of_past);
    }
}

static void a_longer_interval_is_learnt_with_its_second_record(void **state)
{
    (void)state;
    const tr_time_ms time[] = {0, 4 * H, 8 * H, 16 * H, 24 * H, 28 * H};
    const double rate[] = {0.0008, 0.0008, 0.0008, 0.0008, 0.0008, 0.0008};
    struct tr_funding funding = records(time, rate, 6);
    int assumed;
    assert_near(tr_funding_rate_per_hour(&funding, 16 * H, &assumed), 0.0002, 1e-18);
    assert_near(tr_funding_rate_per_hour(&funding, 24 * H, &assumed), 0.0001, 1e-18);
    assert_near(tr_funding_rate_per_hour(&funding, 28 * H, &assumed), 0.0002, 1e-18); /* a shorter one at once */
}

static void the_rate_per_hour_falls_back_to_the_default(void **state)
{
    (void)state;
    const tr_time_ms time[] = {8 * H, 12 * H};
    const double rate[] = {0.0008, 0.0004};
    struct tr_funding funding = records(time, rate, 2), none = tr_funding_none();
    const struct {
        const struct tr_funding *funding;
        tr_time_ms instant;
    } cases[] = {{&none, 5 * H}, {&funding, 8 * H - 1}, {&funding, 18 * H}, {&funding, 1000 * H}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int assumed = 0;
        assert_near(tr_funding_rate_per_hour(cases[i].funding, cases[i].instant, &assumed), 0.0000125, 1e-18);
        assert_int_equal(assumed, 1);
    }
}

static void a_record_is_a_small_rate_at_a_whole_second(void **state)
{
    (void)state;
    static const struct {
        tr_time_ms time;
        double rate;
        enum tr_funding_defect defect;
    } cases[] = {
        {0, 0, TR_FUNDING_FINE},
        {1568102400000, 0.05, TR_FUNDING_FINE},
        {1568102401000, -0.05, TR_FUNDING_FINE},
        {9246182399000, -0.0, TR_FUNDING_FINE},
        {1568102400000, 0.0500001, TR_FUNDING_TOO_LARGE},
        {1568102400000, -1, TR_FUNDING_TOO_LARGE},
        {1568102400000, (double)NAN, TR_FUNDING_NOT_FINITE},
        {1568102400000, -(double)INFINITY, TR_FUNDING_NOT_FINITE},
        {-1000, 0.0001, TR_FUNDING_TIME_OUTSIDE},
        {9246182400000, 0.0001, TR_FUNDING_TIME_OUTSIDE},
        {INT64_MAX, 0.0001, TR_FUNDING_TIME_OUTSIDE},
        {1568102400047, 0.0001, TR_FUNDING_OFF_SECOND},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(tr_funding_check(cases[i].time, cases[i].rate), cases[i].defect);
    for (int d = 1; d < TR_FUNDING_DEFECT_COUNT; d++) {
        assert_true(strlen(tr_funding_defect_text((enum tr_funding_defect)d)) > 10);
        for (int other = 0; other < d; other++)
            assert_string_not_equal(tr_funding_defect_name((enum tr_funding_defect)d),
                                    tr_funding_defect_name((enum tr_funding_defect)other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_records_the_default_is_charged_every_eight_hours),
        cmocka_unit_test(recorded_rates_are_split_by_sign),
        cmocka_unit_test(the_default_stands_in_before_and_after_the_records),
        cmocka_unit_test(the_step_after_the_last_record_is_its_own),
        cmocka_unit_test(a_hole_of_more_than_one_and_a_half_steps_is_filled),
        cmocka_unit_test(a_settlement_that_comes_late_leaves_no_hole),
        cmocka_unit_test(a_change_of_the_interval_is_no_hole),
        cmocka_unit_test(sums_of_pieces_are_the_sum_of_the_whole),
        cmocka_unit_test(the_rate_per_hour_divides_by_the_records_own_interval),
        cmocka_unit_test(a_hole_in_the_records_is_no_interval_of_a_rate),
        cmocka_unit_test(a_rate_and_its_interval_are_known_from_the_past_alone),
        cmocka_unit_test(a_longer_interval_is_learnt_with_its_second_record),
        cmocka_unit_test(the_rate_per_hour_falls_back_to_the_default),
        cmocka_unit_test(a_record_is_a_small_rate_at_a_whole_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
