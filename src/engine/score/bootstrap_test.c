#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/score/bootstrap.h"

#include <math.h>

enum { MOST = 2000 };
#define HOUR_MS INT64_C(3600000)

static const struct tr_bootstrap_options usual = {.block_ms = 48 * HOUR_MS, .draws = 1000, .seed = 7, .alpha = 0.05};

static void hours(size_t n, int64_t *time_ms)
{
    for (size_t i = 0; i < n; i++)
        time_ms[i] = (int64_t)i * HOUR_MS;
}

static void independent_rows_give_the_usual_interval_of_a_mean(void **state)
{
    (void)state;
    static double x[MOST];
    static int64_t time_ms[MOST];
    struct tr_rng rng;
    tr_rng_init(&rng, 41, 0);
    hours(MOST, time_ms);
    double sum = 0.0;
    for (size_t i = 0; i < MOST; i++)
        sum += x[i] = 3.0 + tr_rng_normal(&rng);
    struct tr_bootstrap_options options = usual;
    options.block_ms = HOUR_MS;
    options.draws = 4000;
    struct tr_interval found;
    struct tr_error err;
    assert_ok(tr_bootstrap_mean(&options, MOST, x, NULL, time_ms, &found, &err), &err);
    assert_near(0.5 * (found.lower + found.upper), sum / MOST, 0.003);
    assert_near(found.upper - found.lower, 2 * 1.96 / sqrt(MOST), 0.006);
}

/* Means of 48 innovations: neighbours share 47 of them. */
static void draw_overlapping(struct tr_rng *rng, size_t n, double *x)
{
    double innovation[MOST + 48], sum = 0.0;
    for (size_t i = 0; i < n + 48; i++)
        innovation[i] = tr_rng_normal(rng);
    for (size_t i = 0; i < 48; i++)
        sum += innovation[i];
    for (size_t i = 0; i < n; i++) {
        x[i] = sum / 48.0;
        sum += innovation[i + 48] - innovation[i];
    }
}

static int count_covered(int64_t block_ms, int rounds)
{
    static double x[MOST];
    static int64_t time_ms[MOST];
    struct tr_rng rng;
    tr_rng_init(&rng, 42, 0);
    hours(MOST, time_ms);
    struct tr_bootstrap_options options = usual;
    options.block_ms = block_ms;
    options.draws = 300;
    int covered = 0;
    for (int round = 0; round < rounds; round++) {
        struct tr_interval found;
        struct tr_error err;
        draw_overlapping(&rng, MOST, x);
        assert_ok(tr_bootstrap_mean(&options, MOST, x, NULL, time_ms, &found, &err), &err);
        covered += found.lower <= 0.0 && 0.0 <= found.upper;
    }
    return covered;
}

static void blocks_allow_for_overlapping_rows(void **state)
{
    (void)state;
    /* 95 % nominal. Blocks as long as the overlap still cover a little too little; single rows far too little. */
    assert_true(count_covered(48 * HOUR_MS, 300) > 255);
    assert_true(count_covered(HOUR_MS, 300) < 120);
}

static void the_same_seed_gives_the_same_interval(void **state)
{
    (void)state;
    static double x[MOST], w[MOST];
    static int64_t time_ms[MOST];
    struct tr_rng rng;
    tr_rng_init(&rng, 43, 0);
    hours(MOST, time_ms);
    for (size_t i = 0; i < MOST; i++) {
        x[i] = tr_rng_normal(&rng);
        w[i] = 0.1 + tr_rng_uniform(&rng);
    }
    struct tr_interval a, b, c;
    struct tr_error err;
    assert_ok(tr_bootstrap_mean(&usual, MOST, x, w, time_ms, &a, &err), &err);
    assert_ok(tr_bootstrap_mean(&usual, MOST, x, w, time_ms, &b, &err), &err);
    struct tr_bootstrap_options other = usual;
    other.seed = 8;
    assert_ok(tr_bootstrap_mean(&other, MOST, x, w, time_ms, &c, &err), &err);
    assert_same_bits(a.lower, b.lower);
    assert_same_bits(a.upper, b.upper);
    assert_true(a.lower != c.lower && a.upper != c.upper);
}

static void a_row_without_weight_has_no_say(void **state)
{
    (void)state;
    static double x[MOST], w[MOST];
    static int64_t time_ms[MOST];
    hours(MOST, time_ms);
    for (size_t i = 0; i < MOST; i++) {
        x[i] = i % 2 ? 5.0 : -1e9;
        w[i] = i % 2 ? 2.0 : 0.0;
    }
    struct tr_interval found;
    struct tr_error err;
    assert_ok(tr_bootstrap_mean(&usual, MOST, x, w, time_ms, &found, &err), &err);
    assert_near(found.lower, 5.0, 1e-9);
    assert_near(found.upper, 5.0, 1e-9);
}

static void every_row_is_drawn_equally_often(void **state)
{
    (void)state;
    /* Only the first day differs. Blocks that could not go round would hardly ever draw it. */
    enum { ROWS = 960 };
    static double x[ROWS];
    static int64_t time_ms[ROWS];
    hours(ROWS, time_ms);
    for (size_t i = 0; i < ROWS; i++)
        x[i] = i < 24 ? 40.0 : 0.0;
    double sum = 0.0;
    struct tr_bootstrap_options options = usual;
    options.alpha = 1.0; /* the median: of one draw, that draw */
    options.draws = 1;
    for (options.seed = 0; options.seed < 2000; options.seed++) {
        struct tr_interval found;
        struct tr_error err;
        assert_ok(tr_bootstrap_mean(&options, ROWS, x, NULL, time_ms, &found, &err), &err);
        sum += found.lower;
    }
    assert_near(sum / 2000, 1.0, 0.11);
}

static void too_few_rows_or_blocks_give_no_interval(void **state)
{
    (void)state;
    enum { ENOUGH = 15 * 48 + 1 };
    double x[ENOUGH];
    int64_t time_ms[ENOUGH], sparse[15];
    hours(ENOUGH, time_ms);
    for (size_t i = 0; i < ENOUGH; i++)
        x[i] = (double)i;
    for (size_t i = 0; i < 15; i++)
        sparse[i] = (int64_t)i * 1000 * HOUR_MS;
    struct tr_interval found;
    struct tr_error err;
    assert_ok(tr_bootstrap_mean(&usual, 0, x, NULL, time_ms, &found, &err), &err);
    assert_true(isnan(found.lower) && isnan(found.upper));
    assert_ok(tr_bootstrap_mean(&usual, ENOUGH - 1, x, NULL, time_ms, &found, &err), &err);
    assert_true(isnan(found.lower) && isnan(found.upper));
    assert_ok(tr_bootstrap_mean(&usual, ENOUGH, x, NULL, time_ms, &found, &err), &err);
    assert_true(found.lower < 360.0 && found.upper > 360.0);
    assert_ok(tr_bootstrap_mean(&usual, 14, x, NULL, sparse, &found, &err), &err);
    assert_true(isnan(found.lower) && isnan(found.upper));
    assert_ok(tr_bootstrap_mean(&usual, 15, x, NULL, sparse, &found, &err), &err);
    assert_true(found.lower < 7.0 && found.upper > 7.0);
}

static void gaps_in_time_cut_blocks_short(void **state)
{
    (void)state;
    /* A row a month: every block holds one row, as if blocks were shorter than a step. */
    double x[400];
    int64_t sparse[400], dense[400];
    struct tr_rng rng;
    tr_rng_init(&rng, 44, 0);
    for (size_t i = 0; i < 400; i++) {
        x[i] = tr_rng_normal(&rng);
        sparse[i] = (int64_t)i * 720 * HOUR_MS;
        dense[i] = (int64_t)i * HOUR_MS;
    }
    struct tr_bootstrap_options single = usual;
    single.block_ms = 1;
    struct tr_interval a, b;
    struct tr_error err;
    assert_ok(tr_bootstrap_mean(&usual, 400, x, NULL, sparse, &a, &err), &err);
    assert_ok(tr_bootstrap_mean(&single, 400, x, NULL, dense, &b, &err), &err);
    assert_same_bits(a.lower, b.lower);
    assert_same_bits(a.upper, b.upper);
}

static void fewer_blocks_do_where_the_caller_allows_for_them(void **state)
{
    (void)state;
    enum { ROWS = 5 * 48 };
    double x[ROWS];
    int64_t time_ms[ROWS];
    hours(ROWS, time_ms);
    for (size_t i = 0; i < ROWS; i++)
        x[i] = (double)i;
    struct tr_interval found;
    struct tr_error err;
    assert_ok(tr_bootstrap_mean_few(&usual, 5, ROWS, x, NULL, time_ms, &found, &err), &err);
    assert_true(found.lower < 119.5 && found.upper > 119.5);
    assert_ok(tr_bootstrap_mean_few(&usual, 5, ROWS - 1, x, NULL, time_ms, &found, &err), &err);
    assert_true(isnan(found.lower) && isnan(found.upper));
    assert_ok(tr_bootstrap_mean_few(&usual, 5, 1, x, NULL, time_ms, &found, &err), &err);
    assert_true(isnan(found.lower) && isnan(found.upper));
}

static double mean_of_rows(size_t n, const size_t *row, const void *data)
{
    const double *x = data;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += x[row[i]];
    return sum / (double)n;
}

/* The share of rows that the next drawn row follows in the data; 1 - 1 / block_rows + 1 / (n block_rows) on average. */
static double share_continued(size_t n, const size_t *row, const void *data)
{
    (void)data;
    size_t continued = 0;
    for (size_t i = 1; i < n; i++)
        continued += row[i] == (row[i - 1] + 1) % n;
    return (double)continued / (double)(n - 1);
}

static void stationary_blocks_have_the_given_mean_length(void **state)
{
    (void)state;
    const double lengths[] = {1.0, 4.0, 25.0};
    for (int k = 0; k < 3; k++) {
        const struct tr_stationary_options options = {lengths[k], 400, 3, 1.0}; /* alpha 1: the median twice */
        struct tr_interval found;
        struct tr_error err;
        assert_ok(tr_bootstrap_stationary(&options, 1000, share_continued, NULL, &found, &err), &err);
        assert_near(found.lower, 1.0 - 0.999 / lengths[k], 0.003);
    }
}

/* Blocks of about 48 rows on overlapping rows cover nearly as they should, single rows far too seldom. */
static void stationary_blocks_allow_for_dependence(void **state)
{
    (void)state;
    static double x[MOST];
    struct tr_rng rng;
    tr_rng_init(&rng, 45, 0);
    int covered[2] = {0, 0};
    for (int round = 0; round < 100; round++) {
        draw_overlapping(&rng, MOST, x);
        for (int k = 0; k < 2; k++) {
            const struct tr_stationary_options options = {k ? 48.0 : 1.0, 100, 5, 0.05};
            struct tr_interval found;
            struct tr_error err;
            assert_ok(tr_bootstrap_stationary(&options, MOST, mean_of_rows, x, &found, &err), &err);
            covered[k] += found.lower <= 0.0 && 0.0 <= found.upper;
        }
    }
    assert_true(covered[0] < 40 && covered[1] > 75 && covered[1] < 99);
}

static double nan_for_most(size_t n, const size_t *row, const void *data)
{
    (void)n;
    (void)data;
    return row[0] % 3 ? (double)NAN : 1.0;
}

static void a_stationary_interval_has_its_conditions(void **state)
{
    (void)state;
    double x[150];
    for (size_t i = 0; i < 150; i++)
        x[i] = (double)i;
    struct tr_stationary_options options = {10.0, 100, 5, 0.1};
    struct tr_interval found, again;
    struct tr_error err;
    assert_ok(tr_bootstrap_stationary(&options, 150, mean_of_rows, x, &found, &err), &err);
    assert_ok(tr_bootstrap_stationary(&options, 150, mean_of_rows, x, &again, &err), &err);
    assert_true(found.lower < 74.5 && found.upper > 74.5);
    assert_same_bits(found.lower, again.lower);
    assert_same_bits(found.upper, again.upper);
    assert_ok(tr_bootstrap_stationary(&options, 149, mean_of_rows, x, &found, &err), &err);
    assert_true(isnan(found.lower) && isnan(found.upper));
    assert_ok(tr_bootstrap_stationary(&options, 150, nan_for_most, x, &found, &err), &err);
    assert_true(found.lower == 1.0 && found.upper == 1.0);
    options.block_rows = 1.0;
    assert_ok(tr_bootstrap_stationary(&options, 14, mean_of_rows, x, &found, &err), &err);
    assert_true(isnan(found.lower));
    for (size_t k = 1; k <= 2; k++) {
        tr_alloc_fail_at(k);
        assert_int_equal(tr_bootstrap_stationary(&options, 150, mean_of_rows, x, &found, &err), TR_NOMEM);
        tr_alloc_fail_at(0);
        assert_true(isnan(found.lower));
    }
}

static double largest_of_rows(size_t n, const size_t *row, const void *data)
{
    const double *x = data;
    double most = x[row[0]];
    for (size_t i = 1; i < n; i++)
        most = fmax(most, x[row[i]]);
    return most;
}

/* The reciprocal of the share of odd rows, infinite without one: a draw that counts like any other. */
static double reciprocal_of_marked(size_t n, const size_t *row, const void *data)
{
    (void)data;
    size_t marked = 0;
    for (size_t i = 0; i < n; i++)
        marked += row[i] == 7 || row[i] == 70;
    return (double)n / (double)marked;
}

static void three_figures(size_t n, const size_t *row, const void *data, double *figure)
{
    figure[0] = mean_of_rows(n, row, data);
    figure[1] = largest_of_rows(n, row, data);
    figure[2] = reciprocal_of_marked(n, row, data);
}

static void several_figures_of_the_same_draws_have_the_intervals_of_each_alone(void **state)
{
    (void)state;
    static double x[100];
    for (size_t i = 0; i < 100; i++)
        x[i] = cos((double)i);
    const tr_statistic_fn alone[3] = {mean_of_rows, largest_of_rows, reciprocal_of_marked};
    const struct tr_stationary_options options = {5.0, 300, 6, 0.05};
    struct tr_interval all[3];
    struct tr_error err;
    assert_ok(tr_bootstrap_stationary_all(&options, 100, 3, three_figures, x, all, &err), &err);
    for (size_t k = 0; k < 3; k++) {
        struct tr_interval one;
        assert_ok(tr_bootstrap_stationary(&options, 100, alone[k], x, &one, &err), &err);
        assert_same_bits(all[k].lower, one.lower);
        assert_same_bits(all[k].upper, one.upper);
    }
    assert_true(isfinite(all[2].lower) && isinf(all[2].upper));
    assert_ok(tr_bootstrap_stationary_all(&options, 74, 3, three_figures, x, all, &err), &err);
    assert_true(isnan(all[0].lower) && isnan(all[2].upper));
}

/* Student's quantiles as tables have them. */
static void the_level_of_few_blocks_is_that_of_students_t(void **state)
{
    (void)state;
    const double t[][2] = {{15.0, 2.1447867}, {31.0, 2.0422725}, {61.0, 2.0002978}, {1e6, 1.9599664}};
    for (size_t i = 0; i < 4; i++) {
        double z = t[i][1] * sqrt(t[i][0] / (t[i][0] - 1.0));
        assert_near(tr_bootstrap_level(t[i][0], 0.05), erfc(z / sqrt(2.0)), 2e-7);
    }
    assert_true(isnan(tr_bootstrap_level(1.0, 0.05)) && isnan(tr_bootstrap_level((double)NAN, 0.05)));
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    double x[800];
    int64_t time_ms[800];
    hours(800, time_ms);
    for (size_t i = 0; i < 800; i++)
        x[i] = (double)(i % 7);
    struct tr_interval found;
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status != TR_OK; k++) {
        assert_true(k < 20);
        tr_alloc_fail_at(k);
        status = tr_bootstrap_mean(&usual, 800, x, NULL, time_ms, &found, &err);
        tr_alloc_fail_at(0);
        assert_true((status == TR_NOMEM && isnan(found.lower)) || (status == TR_OK && k > 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(independent_rows_give_the_usual_interval_of_a_mean),
        cmocka_unit_test(blocks_allow_for_overlapping_rows),
        cmocka_unit_test(the_same_seed_gives_the_same_interval),
        cmocka_unit_test(a_row_without_weight_has_no_say),
        cmocka_unit_test(every_row_is_drawn_equally_often),
        cmocka_unit_test(too_few_rows_or_blocks_give_no_interval),
        cmocka_unit_test(gaps_in_time_cut_blocks_short),
        cmocka_unit_test(fewer_blocks_do_where_the_caller_allows_for_them),
        cmocka_unit_test(stationary_blocks_have_the_given_mean_length),
        cmocka_unit_test(stationary_blocks_allow_for_dependence),
        cmocka_unit_test(a_stationary_interval_has_its_conditions),
        cmocka_unit_test(several_figures_of_the_same_draws_have_the_intervals_of_each_alone),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(the_level_of_few_blocks_is_that_of_students_t),
    };
    return cmocka_run_group_tests_name("engine/score/bootstrap", tests, NULL, NULL);
}
