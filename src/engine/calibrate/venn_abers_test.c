#include "support/test.h"

#include "base/alloc.h"
#include "base/order.h"
#include "base/rng.h"
#include "engine/calibrate/venn_abers.h"

#include <math.h>

enum { MOST = 512 };

/* The slow road: pool adjacent violators over distinct scores. */
struct fit {
    size_t m;
    double x[MOST], sum[MOST], weight[MOST], value[MOST];
};

static void fit_isotonic(size_t n, const double *x, const double *y, const double *weight, struct fit *fit)
{
    size_t order[MOST], start[MOST + 1], blocks = 0;
    double sum[MOST], total[MOST];
    struct tr_error err;
    assert_ok(tr_order_ascending(n, x, order, &err), &err);
    fit->m = 0;
    for (size_t i = 0; i < n; i++) {
        double w = weight ? weight[order[i]] : 1.0;
        if (fit->m == 0 || x[order[i]] != fit->x[fit->m - 1]) {
            fit->x[fit->m] = x[order[i]];
            fit->sum[fit->m] = fit->weight[fit->m] = 0.0;
            fit->m++;
        }
        fit->sum[fit->m - 1] += w * y[order[i]];
        fit->weight[fit->m - 1] += w;
    }
    for (size_t i = 0; i < fit->m; i++) {
        start[blocks] = i;
        sum[blocks] = fit->sum[i];
        total[blocks++] = fit->weight[i];
        for (; blocks > 1 && sum[blocks - 2] * total[blocks - 1] >= sum[blocks - 1] * total[blocks - 2]; blocks--) {
            sum[blocks - 2] += sum[blocks - 1];
            total[blocks - 2] += total[blocks - 1];
        }
    }
    start[blocks] = fit->m;
    for (size_t b = 0; b < blocks; b++)
        for (size_t i = start[b]; i < start[b + 1]; i++)
            fit->value[i] = sum[b] / total[b];
}

/* Linear between the fitted points, constant outside. */
static double interpolate(const struct fit *fit, double x)
{
    if (x <= fit->x[0])
        return fit->value[0];
    for (size_t i = 1; i < fit->m; i++)
        if (x <= fit->x[i])
            return fit->value[i - 1] +
                   (fit->value[i] - fit->value[i - 1]) * (x - fit->x[i - 1]) / (fit->x[i] - fit->x[i - 1]);
    return fit->value[fit->m - 1];
}

/* The isotonic value at score once the object with this label is among the rows. */
static double value_with(size_t n, const double *x, const double *y, double score, double label)
{
    double all_x[MOST], all_y[MOST];
    struct fit fit;
    for (size_t i = 0; i < n; i++) {
        all_x[i] = x[i];
        all_y[i] = y[i];
    }
    all_x[n] = score;
    all_y[n] = label;
    fit_isotonic(n + 1, all_x, all_y, NULL, &fit);
    return interpolate(&fit, score);
}

static void the_reference_fit_equals_scikit_learn(void **state)
{
    (void)state;
    struct test_table rows, query;
    test_table_read(test_shared("golden/stats-binary.csv"), &rows);
    test_table_read(test_shared("golden/stats-isotonic-query.csv"), &query);
    const double *x = test_table_column(&query, "x");
    const double *weight[] = {NULL, test_table_column(&rows, "weight")};
    const char *expected[] = {"pred_unweighted", "pred_weighted"};
    assert_int_equal(rows.rows, 600);
    for (int kind = 0; kind < 2; kind++) {
        struct fit fit;
        fit_isotonic(400, test_table_column(&rows, "score"), test_table_column(&rows, "label"), weight[kind], &fit);
        for (size_t i = 0; i < query.rows; i++)
            assert_near(interpolate(&fit, x[i]), test_table_column(&query, expected[kind])[i], 1e-12);
    }
    test_table_free(&query);
    test_table_free(&rows);
}

static void the_worked_example_comes_out(void **state)
{
    (void)state;
    const double score[] = {.1, .2, .3, .4, .5, .6, .7, .8, .9}, y[] = {0, 0, 1, 0, 1, 1, 0, 1, 1};
    const double at[] = {.05, .35, .5, .95};
    const double p0[] = {0, 1.0 / 3, .5, 2.0 / 3}, p1[] = {1.0 / 3, 2.0 / 3, .75, 1}, p[] = {.25, .5, .6, .75};
    struct tr_venn_abers *va;
    struct tr_error err;
    assert_ok(tr_venn_abers_create(9, score, y, &va, &err), &err);
    for (int i = 0; i < 4; i++) {
        struct tr_venn_abers_value v = tr_venn_abers_at(va, at[i]);
        assert_near(v.p0, p0[i], 1e-15);
        assert_near(v.p1, p1[i], 1e-15);
        assert_near(v.p, p[i], 1e-15);
    }
    tr_venn_abers_destroy(va);
}

/* Random rows on a grid of `levels` scores (many ties when few), labels more likely 1 at high scores. */
static size_t draw_rows(struct tr_rng *rng, size_t most, double levels, double *score, double *y)
{
    size_t n = 1 + (size_t)tr_rng_below(rng, most);
    double slope = tr_rng_uniform(rng) * 2.0 - 0.5;
    for (size_t i = 0; i < n; i++) {
        score[i] = floor(levels * tr_rng_uniform(rng)) / levels;
        y[i] = tr_rng_uniform(rng) < 0.3 + slope * (score[i] - 0.3) ? 1.0 : 0.0;
    }
    return n;
}

static void values_equal_two_isotonic_fits_on_random_rows_with_ties(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 11, 0);
    size_t queries = 0;
    for (int round = 0; round < 1500; round++) {
        double score[MOST], y[MOST];
        double levels = round % 3 == 0 ? 5.0 : round % 3 == 1 ? 40.0 : 1e6;
        size_t n = draw_rows(&rng, round % 10 == 0 ? 400 : 40, levels, score, y);
        struct tr_venn_abers *va;
        struct tr_error err;
        assert_ok(tr_venn_abers_create(n, score, y, &va, &err), &err);
        for (int q = 0; q < 8; q++, queries++) {
            double at = q % 2 ? score[tr_rng_below(&rng, n)] : tr_rng_uniform(&rng) * 1.2 - 0.1;
            struct tr_venn_abers_value v = tr_venn_abers_at(va, at);
            assert_near(v.p0, value_with(n, score, y, at, 0.0), 1e-13);
            assert_near(v.p1, value_with(n, score, y, at, 1.0), 1e-13);
            assert_true(v.p0 < v.p1 && v.p0 <= v.p && v.p <= v.p1);
        }
        tr_venn_abers_destroy(va);
    }
    assert_int_equal(queries, 12000);
}

static void the_order_of_rows_does_not_matter(void **state)
{
    (void)state;
    enum { N = 300 };
    struct tr_rng rng;
    tr_rng_init(&rng, 12, 0);
    double score[N], y[N], shuffled[N], shuffled_y[N];
    size_t order[N];
    for (size_t i = 0; i < N; i++) {
        score[i] = floor(100.0 * tr_rng_uniform(&rng));
        y[i] = tr_rng_uniform(&rng) < 0.5 ? 1.0 : 0.0;
        order[i] = i;
    }
    tr_rng_shuffle(&rng, order, N);
    for (size_t i = 0; i < N; i++) {
        shuffled[i] = score[order[i]];
        shuffled_y[i] = y[order[i]];
    }
    struct tr_venn_abers *a, *b;
    struct tr_error err;
    assert_ok(tr_venn_abers_create(N, score, y, &a, &err), &err);
    assert_ok(tr_venn_abers_create(N, shuffled, shuffled_y, &b, &err), &err);
    for (double at = -1.0; at < 101.0; at += 0.5) {
        assert_same_bits(tr_venn_abers_at(a, at).p0, tr_venn_abers_at(b, at).p0);
        assert_same_bits(tr_venn_abers_at(a, at).p1, tr_venn_abers_at(b, at).p1);
    }
    tr_venn_abers_destroy(b);
    tr_venn_abers_destroy(a);
}

static void probabilities_rise_with_the_score(void **state)
{
    (void)state;
    enum { N = 500 };
    struct tr_rng rng;
    tr_rng_init(&rng, 13, 0);
    double score[N], y[N];
    for (size_t i = 0; i < N; i++) {
        score[i] = tr_rng_uniform(&rng);
        y[i] = tr_rng_uniform(&rng) < score[i] ? 1.0 : 0.0;
    }
    struct tr_venn_abers *va;
    struct tr_error err;
    assert_ok(tr_venn_abers_create(N, score, y, &va, &err), &err);
    struct tr_venn_abers_value before = {0, 0, 0};
    for (double at = 0.0; at <= 1.0; at += 1.0 / 1024) {
        struct tr_venn_abers_value v = tr_venn_abers_at(va, at);
        assert_true(v.p0 >= before.p0 && v.p1 >= before.p1);
        before = v;
    }
    /* and they are calibrated: near the diagonal in the middle of 500 rows */
    assert_near(tr_venn_abers_at(va, 0.5).p, 0.5, 0.12);
    tr_venn_abers_destroy(va);
}

static void rows_that_cannot_be_used_are_refused(void **state)
{
    (void)state;
    struct tr_venn_abers *va;
    struct tr_error err;
    const double score[] = {0.1, (double)NAN}, y[] = {0.0, 1.0}, half[] = {0.0, 0.5};
    assert_int_equal(tr_venn_abers_create(0, score, y, &va, &err), TR_INVALID);
    assert_int_equal(tr_venn_abers_create(2, score, y, &va, &err), TR_INVALID);
    assert_int_equal(tr_venn_abers_create(2, y, half, &va, &err), TR_INVALID);
    assert_null(va);
    tr_venn_abers_destroy(NULL);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const double score[] = {0.1, 0.2, 0.3}, y[] = {0.0, 1.0, 0.0};
    struct tr_venn_abers *va;
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status != TR_OK; k++) {
        assert_true(k < 30);
        tr_alloc_fail_at(k);
        status = tr_venn_abers_create(3, score, y, &va, &err);
        tr_alloc_fail_at(0);
        if (status != TR_OK) {
            assert_int_equal(status, TR_NOMEM);
            assert_null(va);
        }
    }
    tr_venn_abers_destroy(va);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_fit_equals_scikit_learn),
        cmocka_unit_test(the_worked_example_comes_out),
        cmocka_unit_test(values_equal_two_isotonic_fits_on_random_rows_with_ties),
        cmocka_unit_test(the_order_of_rows_does_not_matter),
        cmocka_unit_test(probabilities_rise_with_the_score),
        cmocka_unit_test(rows_that_cannot_be_used_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/calibrate/venn_abers", tests, NULL, NULL);
}
