#include "support/test.h"

#include "base/rng.h"
#include "base/special.h"
#include "engine/calibrate/calibration.h"

#include <math.h>
#include <stdlib.h>

enum { WINDOW = 2000 };
#define HOUR_MS INT64_C(3600000)

struct window {
    size_t n;
    double rank[WINDOW], y[WINDOW], gain[WINDOW];
    size_t first[WINDOW], last[WINDOW];
    int64_t time_ms[WINDOW];
};

static struct tr_calibration_rows rows_of(const struct window *w, const size_t *category)
{
    return (struct tr_calibration_rows){.n = w->n,
                                        .rank = w->rank,
                                        .y = w->y,
                                        .gain_atr = w->gain,
                                        .first = w->first,
                                        .last = w->last,
                                        .time_ms = w->time_ms,
                                        .category = category};
}

static struct tr_calibration *create_with(const struct tr_calibration_options *options, const struct window *w,
                                          const size_t *category)
{
    struct tr_calibration_rows rows = rows_of(w, category);
    struct tr_calibration *c;
    struct tr_error err;
    assert_ok(tr_calibration_create(options, &rows, &c, &err), &err);
    return c;
}

/* Rows without any order in time: each rank is shifted by its outcome, and by category 1 still more. */
static void draw_apart(struct tr_rng *rng, size_t n, struct window *w, size_t *category)
{
    w->n = n;
    for (size_t i = 0; i < n; i++) {
        double u = tr_rng_uniform(rng);
        category[i] = u < 0.5 ? 0 : u < 0.95 ? 1 : 3;
        w->y[i] = tr_rng_uniform(rng) < 0.6 ? 1.0 : 0.0;
        w->rank[i] = tr_normal_cdf(tr_rng_normal(rng) + (category[i] == 1 ? 2.5 : 1.0) * (w->y[i] - 0.5));
        w->gain[i] = 0.0;
        w->first[i] = w->last[i] = i + 1;
        w->time_ms[i] = (int64_t)i * HOUR_MS;
    }
}

/* Share of fresh rows whose outcome was in the set, [outcome][category] and over all, of 40 calibration samples. */
static void measure_coverage(enum tr_set_kind kind, double coverage[2][4], double *all)
{
    enum { SAMPLES = 40 };
    static struct window w;
    static size_t category[WINDOW];
    struct tr_calibration_options options = tr_calibration_defaults();
    struct tr_rng rng;
    double hits[2][4] = {{0}}, rows[2][4] = {{0}}, all_hits = 0.0;
    tr_rng_init(&rng, 80, (uint64_t)kind);
    options.sets = kind;
    options.miscoverage = 0.2;
    options.categories = 4;
    for (int s = 0; s < SAMPLES; s++) {
        draw_apart(&rng, WINDOW, &w, category);
        struct tr_calibration *c = create_with(&options, &w, category);
        draw_apart(&rng, WINDOW, &w, category);
        for (size_t i = 0; i < WINDOW; i++) {
            bool tp1 = w.y[i] == 1.0, in = tr_set_holds(tr_calibration_set(c, w.rank[i], category[i]), tp1);
            rows[tp1][category[i]] += 1.0;
            hits[tp1][category[i]] += in;
            all_hits += in;
        }
        tr_calibration_destroy(c);
    }
    for (int tp1 = 0; tp1 < 2; tp1++) {
        for (size_t g = 0; g < 4; g++)
            coverage[tp1][g] = hits[tp1][g] / rows[tp1][g];
    }
    *all = all_hits / (SAMPLES * (double)WINDOW);
}

/* 80,000 rows from 40 samples of 2,000: one standard error is some 0.2 points over all rows, 0.4 within half of them.
 */
static void sets_miss_no_more_than_they_may_where_rows_are_exchangeable(void **state)
{
    (void)state;
    double coverage[2][4], all;
    measure_coverage(TR_SETS_MARGINAL, coverage, &all);
    assert_near(all, 0.8, 0.008);
    assert_true(coverage[1][0] < 0.77 && coverage[1][1] > 0.83); /* on average only, not within the categories */
    measure_coverage(TR_SETS_BY_CLASS, coverage, &all);
    assert_near(all, 0.8, 0.008);
    for (int tp1 = 0; tp1 < 2; tp1++)
        assert_near(coverage[tp1][0] * 0.5 + coverage[tp1][1] * 0.45 + coverage[tp1][3] * 0.05, 0.8, 0.012);
    assert_true(coverage[1][0] < 0.77);
    measure_coverage(TR_SETS_BY_CATEGORY, coverage, &all);
    assert_near(all, 0.8, 0.008);
    for (size_t g = 0; g < 2; g++)
        assert_near(coverage[1][g] * 0.6 + coverage[0][g] * 0.4, 0.8, 0.012);
    /* category 3 has about 100 rows of 2,000: fewer than 200, so it has the threshold of all rows */
    assert_true(coverage[1][3] < 0.77);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The k-th smallest score of the rows with this outcome (-1: any) and category (4: any), k = ceil(0.9 (n + 1)). */
static double slow_quantile(const struct window *w, const size_t *category, int tp1, size_t g)
{
    static double score[WINDOW];
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        if ((tp1 >= 0 && w->y[i] != tp1) || (g != 4 && category[i] != g))
            continue;
        score[n++] = w->y[i] == 1.0 ? 1.0 - w->rank[i] : 1.0 - (1.0 - w->rank[i]);
    }
    size_t k = (9 * (n + 1) + 9) / 10;
    qsort(score, n, sizeof *score, by_value);
    return k <= n ? score[k - 1] : (double)INFINITY;
}

static void assert_set(const struct tr_calibration *c, double rank, size_t category, double for_tp1, double for_none)
{
    enum tr_outcome_set set = tr_calibration_set(c, rank, category);
    assert_int_equal(tr_set_holds(set, true), 1.0 - rank <= for_tp1);
    assert_int_equal(tr_set_holds(set, false), 1.0 - (1.0 - rank) <= for_none);
    assert_true(set != TR_SET_UNKNOWN);
}

static void sets_are_those_of_the_quantile_of_their_cell(void **state)
{
    (void)state;
    static struct window w;
    static size_t category[WINDOW];
    struct tr_calibration_options options = tr_calibration_defaults();
    struct tr_rng rng;
    tr_rng_init(&rng, 81, 0);
    draw_apart(&rng, 1000, &w, category);
    options.categories = 4;
    for (int kind = TR_SETS_MARGINAL; kind <= TR_SETS_BY_CATEGORY; kind++) {
        options.sets = (enum tr_set_kind)kind;
        struct tr_calibration *c = create_with(&options, &w, category);
        for (size_t g = 0; g < 5; g++) { /* 3 has too few rows of its own, 2 none, 4 is unknown */
            size_t cell = kind == TR_SETS_BY_CATEGORY && g < 2 ? g : 4;
            double for_tp1 = slow_quantile(&w, category, kind == TR_SETS_BY_CLASS ? 1 : -1, cell);
            double for_none = slow_quantile(&w, category, kind == TR_SETS_BY_CLASS ? 0 : -1, cell);
            for (double rank = 0.003; rank < 1.0; rank += 0.003)
                assert_set(c, rank, g, for_tp1, for_none);
            assert_set(c, 1.0 - for_tp1, g, for_tp1, for_none);
        }
        tr_calibration_destroy(c);
    }
    options.sets = TR_SETS_BY_CATEGORY; /* without a column every row is the same */
    struct tr_calibration *c = create_with(&options, &w, NULL);
    double marginal = slow_quantile(&w, category, -1, 4);
    for (double rank = 0.003; rank < 1.0; rank += 0.003)
        assert_set(c, rank, 1, marginal, marginal);
    tr_calibration_destroy(c);
}

static void sets_are_unknown_where_off_and_without_rank_or_rows(void **state)
{
    (void)state;
    static struct window w;
    static size_t category[WINDOW];
    struct tr_calibration_options options = tr_calibration_defaults();
    struct tr_rng rng;
    tr_rng_init(&rng, 82, 0);
    draw_apart(&rng, 300, &w, category);
    struct tr_calibration *c = create_with(&options, &w, NULL);
    assert_int_equal(tr_calibration_set(c, 0.5, 0), TR_SET_UNKNOWN);
    tr_calibration_destroy(c);
    options.sets = TR_SETS_BY_CLASS;
    c = create_with(&options, &w, NULL);
    assert_int_equal(tr_calibration_set(c, 0.5, 0), TR_SET_BOTH);
    assert_int_equal(tr_calibration_set(c, (double)NAN, 0), TR_SET_UNKNOWN);
    tr_calibration_destroy(c);
    w.n = 0;
    c = create_with(&options, &w, NULL);
    assert_int_equal(tr_calibration_set(c, 0.5, 0), TR_SET_UNKNOWN);
    tr_calibration_destroy(c);
    assert_false(tr_set_holds(TR_SET_UNKNOWN, true) || tr_set_holds(TR_SET_EMPTY, false));
    assert_true(tr_set_holds(TR_SET_BOTH, true) && tr_set_holds(TR_SET_BOTH, false));
    assert_true(tr_set_holds(TR_SET_TP1, true) && !tr_set_holds(TR_SET_TP1, false));
    assert_true(tr_set_holds(TR_SET_NOT_TP1, false) && !tr_set_holds(TR_SET_NOT_TP1, true));
}

static void sets_that_cannot_be_made_are_refused(void **state)
{
    (void)state;
    static struct window w;
    static size_t category[WINDOW];
    struct tr_rng rng;
    tr_rng_init(&rng, 83, 0);
    draw_apart(&rng, 300, &w, category);
    for (int wrong = 0; wrong < 3; wrong++) {
        struct tr_calibration_options options = tr_calibration_defaults();
        struct tr_calibration *c;
        struct tr_error err;
        options.sets = TR_SETS_BY_CATEGORY;
        options.categories = wrong == 0 ? 3 : 4; /* category 3 is in the rows */
        options.miscoverage = wrong == 1 ? 0.0 : 0.1;
        if (wrong == 2)
            w.rank[7] = 1.5;
        struct tr_calibration_rows rows = rows_of(&w, category);
        assert_int_equal(tr_calibration_create(&options, &rows, &c, &err), TR_INVALID);
        assert_null(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_miss_no_more_than_they_may_where_rows_are_exchangeable),
        cmocka_unit_test(sets_are_those_of_the_quantile_of_their_cell),
        cmocka_unit_test(sets_are_unknown_where_off_and_without_rank_or_rows),
        cmocka_unit_test(sets_that_cannot_be_made_are_refused),
    };
    return cmocka_run_group_tests_name("engine/calibrate/calibration_set", tests, NULL, NULL);
}
