#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/score/bootstrap.h"
#include "engine/score/fan.h"

#include <math.h>
#include <stdlib.h>

enum { DAYS = 400, PATHS = 300 };

static void make_returns(size_t n, double mean, double sd, uint64_t seed, double *r)
{
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < n; i++)
        r[i] = mean + sd * tr_rng_normal(&rng);
}

static struct tr_fan draw_ok(size_t n, const double *r, double block_rows, size_t paths, uint64_t seed, size_t most)
{
    struct tr_fan fan;
    struct tr_error err;
    assert_ok(tr_fan_draw(n, r, block_rows, paths, seed, most, &fan, &err), &err);
    return fan;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Type 7, written for itself. */
static double quantile_of(size_t n, const double *values, double q)
{
    static double sorted[PATHS];
    for (size_t i = 0; i < n; i++)
        sorted[i] = values[i];
    qsort(sorted, n, sizeof *sorted, compare);
    double place = q * (double)(n - 1), low = floor(place);
    size_t i = (size_t)low;
    return i + 1 < n ? sorted[i] * (1.0 - (place - low)) + sorted[i + 1] * (place - low) : sorted[i];
}

/* Every path is kept whole, its drawdown looked for between every two places. */
static void the_fan_equals_a_slow_reference(void **state)
{
    (void)state;
    enum { N = 60 };
    double r[N], end[PATHS], drawdown[PATHS], at[N + 1][PATHS];
    size_t row[N];
    make_returns(N, 0.001, 0.03, 5, r);
    struct tr_fan fan = draw_ok(N, r, 4.0, PATHS, 9, 13);
    struct tr_rng rng;
    tr_rng_init(&rng, 9, 0);
    double below = 0.0;
    for (size_t p = 0; p < PATHS; p++) {
        tr_stationary_rows(N, 4.0, &rng, row);
        at[0][p] = 1.0;
        drawdown[p] = 0.0;
        for (size_t i = 0; i < N; i++) {
            at[i + 1][p] = at[i][p] * (1.0 + r[row[i]]);
            for (size_t s = 0; s <= i; s++)
                drawdown[p] = fmax(drawdown[p], 1.0 - at[i + 1][p] / at[s][p]);
        }
        end[p] = at[N][p];
        below += end[p] < 1.0 ? 1.0 : 0.0;
    }
    assert_int_equal(fan.steps, 13);
    for (size_t step = 0; step < fan.steps; step++) {
        assert_int_equal(fan.row[step], 5 * step);
        for (size_t q = 0; q < TR_FAN_QUANTILES; q++)
            assert_near(fan.value[q][step], quantile_of(PATHS, at[5 * step], tr_fan_level[q]), 1e-12);
    }
    assert_near(fan.loss_chance, below / PATHS, 1e-15);
    assert_near(fan.drawdown_median, quantile_of(PATHS, drawdown, 0.5), 1e-12);
    assert_near(fan.drawdown_95, quantile_of(PATHS, drawdown, 0.95), 1e-12);
    tr_fan_finish(&fan);
}

/* Independent normal returns: ln equity after k of them has mean k m and variance k s^2. */
static void independent_returns_spread_as_the_normal_law_says(void **state)
{
    (void)state;
    static double r[DAYS];
    make_returns(DAYS, 0.0, 0.01, 11, r);
    double mean = 0.0, square = 0.0;
    for (size_t i = 0; i < DAYS; i++) {
        mean += log1p(r[i]) / DAYS;
        square += log1p(r[i]) * log1p(r[i]) / DAYS;
    }
    double sd = sqrt(square - mean * mean);
    struct tr_fan fan = draw_ok(DAYS, r, 1.0, 4000, 3, 5);
    const double z[TR_FAN_QUANTILES] = {-1.645, -0.674, 0.0, 0.674, 1.645};
    for (size_t step = 1; step < fan.steps; step++) {
        double k = (double)fan.row[step];
        for (size_t q = 0; q < TR_FAN_QUANTILES; q++)
            assert_near(log(fan.value[q][step]), k * mean + z[q] * sd * sqrt(k), 0.1 * sd * sqrt(k));
    }
    assert_near(fan.loss_chance, 0.5 * erfc(mean * sqrt(DAYS) / sd / sqrt(2.0)), 0.03);
    tr_fan_finish(&fan);
}

static void quantiles_rise_and_rows_go_from_the_start_to_the_end(void **state)
{
    (void)state;
    static double r[DAYS];
    make_returns(DAYS, 0.0005, 0.02, 12, r);
    const size_t sizes[] = {15, 16, 99, 100, 101, DAYS};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t n = sizes[s];
        struct tr_fan fan = draw_ok(n, r, 3.0, 200, 1, 100);
        assert_int_equal(fan.steps, n < 99 ? n + 1 : 100);
        assert_int_equal(fan.row[0], 0);
        assert_int_equal(fan.row[fan.steps - 1], n);
        for (size_t step = 0; step < fan.steps; step++) {
            assert_true(step == 0 || fan.row[step] > fan.row[step - 1]);
            for (size_t q = 1; q < TR_FAN_QUANTILES; q++)
                assert_true(fan.value[q][step] >= fan.value[q - 1][step]);
        }
        for (size_t q = 0; q < TR_FAN_QUANTILES; q++)
            assert_true(fan.value[q][0] == 1.0);
        assert_true(fan.drawdown_median > 0.0 && fan.drawdown_95 > fan.drawdown_median);
        tr_fan_finish(&fan);
    }
}

static void the_same_seed_gives_the_same_bits(void **state)
{
    (void)state;
    static double r[DAYS];
    make_returns(DAYS, 0.0005, 0.02, 13, r);
    struct tr_fan a = draw_ok(DAYS, r, 7.0, PATHS, 21, 20), b = draw_ok(DAYS, r, 7.0, PATHS, 21, 20);
    struct tr_fan c = draw_ok(DAYS, r, 7.0, PATHS, 22, 20);
    for (size_t q = 0; q < TR_FAN_QUANTILES; q++) {
        for (size_t step = 0; step < a.steps; step++)
            assert_same_bits(a.value[q][step], b.value[q][step]);
        assert_true(a.value[q][19] != c.value[q][19]);
    }
    assert_same_bits(a.drawdown_95, b.drawdown_95);
    tr_fan_finish(&a);
    tr_fan_finish(&b);
    tr_fan_finish(&c);
}

static void only_gains_only_losses_and_ruin(void **state)
{
    (void)state;
    double r[20];
    for (size_t i = 0; i < 20; i++)
        r[i] = 0.01;
    struct tr_fan fan = draw_ok(20, r, 3.0, 50, 1, 100);
    assert_true(fan.loss_chance == 0.0 && fan.drawdown_median == 0.0 && fan.drawdown_95 == 0.0);
    assert_near(fan.value[0][20], pow(1.01, 20), 1e-12);
    tr_fan_finish(&fan);
    for (size_t i = 0; i < 20; i++)
        r[i] = -0.01;
    fan = draw_ok(20, r, 3.0, 50, 1, 100);
    assert_true(fan.loss_chance == 1.0);
    assert_near(fan.drawdown_median, 1.0 - pow(0.99, 20), 1e-12);
    tr_fan_finish(&fan);
    for (size_t i = 0; i < 20; i++)
        r[i] = i % 2 ? 0.5 : -1.0;
    fan = draw_ok(20, r, 1.0, 50, 1, 100);
    assert_true(fan.loss_chance == 1.0 && fan.drawdown_median == 1.0 && fan.value[4][20] == 0.0);
    tr_fan_finish(&fan);
}

static void too_little_gives_no_fan(void **state)
{
    (void)state;
    double r[15] = {0.0};
    const size_t n[] = {0, 14, 15}, paths[] = {50, 50, 0};
    for (size_t k = 0; k < 3; k++) {
        struct tr_fan fan = draw_ok(n[k], r, 3.0, paths[k], 1, 100);
        assert_int_equal(fan.steps, 0);
        assert_true(!fan.row && !fan.value[0] && isnan(fan.loss_chance));
        assert_true(isnan(fan.drawdown_median) && isnan(fan.drawdown_95));
        tr_fan_finish(&fan);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    double r[30];
    make_returns(30, 0.0, 0.01, 14, r);
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status != TR_OK; k++) {
        assert_true(k < 20);
        struct tr_fan fan;
        struct tr_error err;
        tr_alloc_fail_at(k);
        status = tr_fan_draw(30, r, 3.0, 50, 1, 10, &fan, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_NOMEM || (status == TR_OK && k > 10));
        tr_fan_finish(&fan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fan_equals_a_slow_reference),
        cmocka_unit_test(independent_returns_spread_as_the_normal_law_says),
        cmocka_unit_test(quantiles_rise_and_rows_go_from_the_start_to_the_end),
        cmocka_unit_test(the_same_seed_gives_the_same_bits),
        cmocka_unit_test(only_gains_only_losses_and_ruin),
        cmocka_unit_test(too_little_gives_no_fan),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/score/fan", tests, NULL, NULL);
}
