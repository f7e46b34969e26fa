#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/score/paired.h"

#include <math.h>

enum { MOST = 2000, OVERLAP = 24 };
#define HOUR_MS INT64_C(3600000)

static const struct tr_bootstrap_options usual = {.block_ms = OVERLAP * HOUR_MS, .draws = 300, .seed = 7, .alpha = 0.1};

static void hours(size_t n, int64_t *time_ms)
{
    for (size_t i = 0; i < n; i++)
        time_ms[i] = (int64_t)i * HOUR_MS;
}

/* Losses of two models: the rows' own difficulty, slow and large, and a difference whose neighbours share all but one
 * of OVERLAP innovations, as with labels that look ahead. */
static void draw_losses(struct tr_rng *rng, size_t n, double advantage_of_a, double *loss_a, double *loss_b)
{
    double innovation[MOST + OVERLAP], sum = 0.0, difficulty = 10.0 * tr_rng_normal(rng);
    for (size_t i = 0; i < n + OVERLAP; i++)
        innovation[i] = tr_rng_normal(rng);
    for (size_t i = 0; i < OVERLAP; i++)
        sum += innovation[i];
    for (size_t i = 0; i < n; i++) {
        difficulty = 0.99 * difficulty + tr_rng_normal(rng);
        loss_b[i] = 20.0 + difficulty;
        loss_a[i] = loss_b[i] + sum / OVERLAP - advantage_of_a;
        sum += innovation[i + OVERLAP] - innovation[i];
    }
}

/* Share of 90 % intervals that contain the true difference, 0. */
static double share_covered(size_t blocks, int rounds)
{
    static double a[MOST], b[MOST];
    static int64_t time_ms[MOST];
    struct tr_rng rng;
    tr_rng_init(&rng, 91, blocks);
    hours(MOST, time_ms);
    int covered = 0;
    for (int round = 0; round < rounds; round++) {
        struct tr_paired found;
        struct tr_error err;
        draw_losses(&rng, blocks * OVERLAP, 0.0, a, b);
        assert_ok(tr_paired_compare(&usual, blocks * OVERLAP, a, b, time_ms, &found, &err), &err);
        covered += found.interval.lower <= 0.0 && 0.0 <= found.interval.upper;
    }
    return (double)covered / rounds;
}

static void intervals_cover_the_truth_nine_times_of_ten(void **state)
{
    (void)state;
    /* two standard errors of 800 rounds are 0.021 */
    double few = share_covered(5, 800), month = share_covered(15, 800), long_run = share_covered(60, 400);
    print_message("# 90 %% intervals of 5, 15, 60 blocks cover %.3f, %.3f, %.3f\n", few, month, long_run);
    assert_true(few > 0.86 && few < 0.95);
    assert_true(month > 0.86 && month < 0.95);
    assert_true(long_run > 0.86 && long_run < 0.95);
}

static void pairing_finds_what_separate_means_would_hide(void **state)
{
    (void)state;
    static double a[MOST], b[MOST];
    static int64_t time_ms[MOST];
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 92, 0);
    hours(MOST, time_ms);
    draw_losses(&rng, MOST, 0.1, a, b);
    struct tr_paired found;
    assert_ok(tr_paired_compare(&usual, MOST, a, b, time_ms, &found, &err), &err);
    assert_true(found.verdict == TR_PAIRED_BETTER && tr_paired_not_worse(&found) && found.interval.upper < 0.0);
    assert_near(found.difference, found.mean_a - found.mean_b, 1e-10);
    assert_near(found.blocks, (double)MOST / OVERLAP, 1e-9);
    struct tr_interval alone_a, alone_b;
    assert_ok(tr_bootstrap_mean(&usual, MOST, a, NULL, time_ms, &alone_a, &err), &err);
    assert_ok(tr_bootstrap_mean(&usual, MOST, b, NULL, time_ms, &alone_b, &err), &err);
    assert_true(alone_a.upper > alone_b.lower); /* the two means' intervals overlap */
}

static void exchanging_the_models_mirrors_the_verdict(void **state)
{
    (void)state;
    static double a[MOST], b[MOST];
    static int64_t time_ms[MOST];
    struct tr_rng rng;
    tr_rng_init(&rng, 93, 0);
    hours(MOST, time_ms);
    const double advantages[] = {0.3, 0.0, -0.3};
    const enum tr_paired_verdict verdicts[] = {TR_PAIRED_BETTER, TR_PAIRED_UNDECIDED, TR_PAIRED_WORSE};
    for (int k = 0; k < 3; k++) {
        struct tr_paired there, back;
        struct tr_error err;
        draw_losses(&rng, MOST, advantages[k], a, b);
        assert_ok(tr_paired_compare(&usual, MOST, a, b, time_ms, &there, &err), &err);
        assert_ok(tr_paired_compare(&usual, MOST, b, a, time_ms, &back, &err), &err);
        assert_true(there.verdict == verdicts[k] && back.verdict == verdicts[2 - k]);
        assert_true(tr_paired_not_worse(&there) == (k < 2));
        assert_near(there.interval.lower, -back.interval.upper, 1e-9);
        assert_near(there.interval.upper, -back.interval.lower, 1e-9);
    }
}

static void the_interval_is_the_bootstrap_one_stretched(void **state)
{
    (void)state;
    static double a[MOST], b[MOST], d[MOST];
    static int64_t time_ms[MOST];
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 94, 0);
    size_t n = (size_t)15 * OVERLAP;
    hours(n, time_ms);
    draw_losses(&rng, n, 0.0, a, b);
    for (size_t i = 0; i < n; i++)
        d[i] = a[i] - b[i];
    struct tr_interval plain;
    struct tr_paired found;
    assert_ok(tr_bootstrap_mean_few(&usual, 15, n, d, NULL, time_ms, &plain, &err), &err);
    assert_ok(tr_paired_compare(&usual, n, a, b, time_ms, &found, &err), &err);
    /* t of 14 degrees at 0.95 is 1.76131, z 1.64485 */
    double factor = 1.7613101357748564 / 1.6448536269514722 * sqrt(1.5 * 15.0 / 14.0);
    assert_near(found.interval.upper - found.difference, factor * (plain.upper - found.difference), 1e-9);
    assert_near(found.difference - found.interval.lower, factor * (found.difference - plain.lower), 1e-9);
}

static void too_little_time_gives_no_verdict(void **state)
{
    (void)state;
    static double a[MOST], b[MOST];
    static int64_t time_ms[MOST];
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 95, 0);
    hours(MOST, time_ms);
    draw_losses(&rng, MOST, 0.5, a, b);
    struct tr_paired found;
    assert_ok(tr_paired_compare(&usual, 0, a, b, time_ms, &found, &err), &err);
    assert_true(found.verdict == TR_PAIRED_UNKNOWN && isnan(found.difference));
    const size_t least = (size_t)TR_PAIRED_MIN_BLOCKS * OVERLAP;
    assert_ok(tr_paired_compare(&usual, least - 1, a, b, time_ms, &found, &err), &err);
    assert_true(found.verdict == TR_PAIRED_UNKNOWN && !tr_paired_not_worse(&found));
    assert_true(isnan(found.interval.lower) && isfinite(found.difference));
    assert_ok(tr_paired_compare(&usual, least, a, b, time_ms, &found, &err), &err);
    assert_true(found.verdict != TR_PAIRED_UNKNOWN);
}

static void equal_losses_are_undecided(void **state)
{
    (void)state;
    static double a[MOST];
    static int64_t time_ms[MOST];
    struct tr_error err;
    struct tr_paired found;
    hours(MOST, time_ms);
    for (size_t i = 0; i < MOST; i++)
        a[i] = (double)(i % 13);
    assert_ok(tr_paired_compare(&usual, MOST, a, a, time_ms, &found, &err), &err);
    assert_true(found.verdict == TR_PAIRED_UNDECIDED && found.interval.lower == 0.0 && found.interval.upper == 0.0);
}

static void losses_must_be_finite(void **state)
{
    (void)state;
    double a[] = {1.0, 2.0, 3.0}, b[] = {1.0, (double)NAN, 3.0};
    const int64_t time_ms[] = {0, 1, 2};
    struct tr_paired found;
    struct tr_error err;
    assert_int_equal(tr_paired_compare(&usual, 3, a, b, time_ms, &found, &err), TR_INVALID);
    a[1] = HUGE_VAL;
    b[1] = 2.0;
    assert_int_equal(tr_paired_compare(&usual, 3, a, b, time_ms, &found, &err), TR_INVALID);
    assert_true(found.verdict == TR_PAIRED_UNKNOWN);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static double a[MOST], b[MOST];
    static int64_t time_ms[MOST];
    hours(MOST, time_ms);
    struct tr_paired found;
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status != TR_OK; k++) {
        assert_true(k < 20);
        tr_alloc_fail_at(k);
        status = tr_paired_compare(&usual, MOST, a, b, time_ms, &found, &err);
        tr_alloc_fail_at(0);
        assert_true((status == TR_NOMEM && found.verdict == TR_PAIRED_UNKNOWN) || (status == TR_OK && k > 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_cover_the_truth_nine_times_of_ten),
        cmocka_unit_test(pairing_finds_what_separate_means_would_hide),
        cmocka_unit_test(exchanging_the_models_mirrors_the_verdict),
        cmocka_unit_test(the_interval_is_the_bootstrap_one_stretched),
        cmocka_unit_test(too_little_time_gives_no_verdict),
        cmocka_unit_test(equal_losses_are_undecided),
        cmocka_unit_test(losses_must_be_finite),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/score/paired", tests, NULL, NULL);
}
