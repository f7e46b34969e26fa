#include "support/test.h"

#include "app/usecase/coverage.h"
#include "support/chain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 2400, CAPACITY = 900 };

/* A row of a pool as the test sees it: score of its outcome, outcome, regime. */
struct pooled {
    double score;
    int tp1;
    size_t regime;
};

static int by_score(const void *a, const void *b)
{
    double x = ((const struct pooled *)a)->score, y = ((const struct pooled *)b)->score;
    return (x > y) - (x < y);
}

static bool has_matured(const struct tr_run *run, size_t row, tr_time_ms instant)
{
    return run->study.bars.time[row] + TR_HOUR_MS + 48 * TR_HOUR_MS <= instant;
}

/* The pool of a decision at the instant, in order of time, from the words of the specification. */
static size_t gather(const struct tr_run *run, enum tr_side side, int fold, tr_time_ms instant, struct pooled *pool)
{
    const struct tr_walk *walk = &run->wf.walk;
    const struct tr_walk_fit *fit = walk->fit[side];
    bool scored_before = false;
    static double rank[N];
    size_t n = 0;
    for (int k = 0; k < fold; k++)
        scored_before = scored_before || (fit[k].trained && fit[k].test_rows > 0);
    for (size_t i = 0; i < N; i++)
        rank[i] = scored_before ? walk->rank[side][i] : (double)NAN;
    for (size_t i = 0; i < fit[fold].reference_rows && !scored_before; i++)
        rank[fit[fold].reference_row[i]] = fit[fold].reference_rank[i];
    for (size_t i = 0; i < N; i++) {
        int8_t tp1 = run->study.ladder[side].tp1[i];
        double regime = tr_matrix_column(&run->study.features, tr_feature_find("vol_regime"))[i];
        if (isnan(rank[i]) || tp1 < 0 || !has_matured(run, i, instant))
            continue;
        pool[n++] =
            (struct pooled){tp1 ? 1.0 - rank[i] : 1.0 - (1.0 - rank[i]), tp1, isnan(regime) ? 3 : (size_t)regime};
    }
    if (n > CAPACITY) {
        memmove(pool, pool + (n - CAPACITY), CAPACITY * sizeof *pool);
        n = CAPACITY;
    }
    return n;
}

/* The k-th smallest score of the rows alike to (tp1, regime), k = ceil(0.9 (n + 1)), in whole numbers. */
static double quantile(const struct pooled *pool, size_t n, enum tr_set_kind kind, int tp1, size_t regime)
{
    static struct pooled alike[N];
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if ((kind == TR_SETS_BY_CLASS && pool[i].tp1 != tp1) ||
            (kind == TR_SETS_BY_CATEGORY && pool[i].regime != regime))
            continue;
        alike[m++] = pool[i];
    }
    if (m < 200) {
        memcpy(alike, pool, n * sizeof *pool);
        m = n;
    }
    qsort(alike, m, sizeof *alike, by_score);
    size_t k = (9 * (m + 1) + 9) / 10;
    return k <= m ? alike[k - 1].score : (double)INFINITY;
}

/* The thresholds of a decision at the instant, [outcome][regime]; returns how many rows they rest on. */
static size_t find_thresholds(const struct tr_run *run, enum tr_side side, int fold, tr_time_ms instant,
                              enum tr_set_kind kind, double out[2][4])
{
    static struct pooled pool[N];
    size_t n = gather(run, side, fold, instant, pool);
    for (int tp1 = 0; tp1 < 2; tp1++) {
        for (size_t regime = 0; regime < 4; regime++)
            out[tp1][regime] = quantile(pool, n, kind, tp1, regime);
    }
    return n;
}

/* Every decided bar again, slowly. */
static void count_slowly(const struct tr_run *run, enum tr_side side, enum tr_set_kind kind, struct tr_coverage *out)
{
    double threshold[2][4] = {{0}};
    tr_time_ms day = -1;
    size_t n = 0;
    memset(out, 0, sizeof *out);
    for (size_t row = 0; row < N; row++) {
        int fold = run->wf.walk.fold[row];
        double rank = run->wf.walk.rank[side][row];
        if (fold < 0 || !run->study.set.ready[row])
            continue;
        tr_time_ms closed = run->study.bars.time[row] + TR_HOUR_MS, midnight = closed - closed % TR_DAY_MS;
        if (midnight != day || (row > 0 && run->wf.walk.fold[row - 1] != fold))
            n = find_thresholds(run, side, fold, midnight, kind, threshold);
        day = midnight;
        int8_t tp1 = run->study.ladder[side].tp1[row];
        double of_row = tr_matrix_column(&run->study.features, tr_feature_find("vol_regime"))[row];
        size_t regime = isnan(of_row) ? 3 : (size_t)of_row;
        bool in[2] = {1.0 - (1.0 - rank) <= threshold[0][regime], 1.0 - rank <= threshold[1][regime]};
        enum tr_outcome_set set = in[0] && in[1] ? TR_SET_BOTH
                                  : in[1]        ? TR_SET_TP1
                                  : in[0]        ? TR_SET_NOT_TP1
                                                 : TR_SET_EMPTY;
        if (n == 0 || isnan(rank))
            set = TR_SET_UNKNOWN;
        out->bars[set][regime][tp1 < 0 ? 2 : tp1]++;
    }
}

static void sets_of_a_replay_are_those_of_the_rows_matured_by_each_day(void **state)
{
    (void)state;
    static const enum tr_set_kind kinds[] = {TR_SETS_MARGINAL, TR_SETS_BY_CLASS, TR_SETS_BY_CATEGORY};
    struct tr_recipe recipe;
    test_chain_recipe(&recipe);
    recipe.rolling.capacity = CAPACITY;
    for (size_t k = 0; k < 3; k++) {
        struct test_chain chain;
        recipe.rolling.calibration.sets = kinds[k];
        test_chain_run(&recipe, N, &chain);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            const struct tr_coverage *fast = &chain.run.wf.replay.coverage[side];
            struct tr_coverage slow;
            count_slowly(&chain.run, (enum tr_side)side, kinds[k], &slow);
            assert_memory_equal(fast, &slow, sizeof slow);
            assert_true(tr_coverage_sets(fast, TR_SET_TP1) > 20 && tr_coverage_sets(fast, TR_SET_NOT_TP1) > 20);
            assert_true(tr_coverage_sets(fast, TR_SET_BOTH) > 500);
            assert_true(tr_coverage_all_sets(fast) <= chain.run.wf.replay.funnel.bars);
        }
        test_chain_finish(&chain);
    }
}

static void sets_cover_a_random_walk_as_promised(void **state)
{
    (void)state;
    static const char *const names[] = {
        [TR_SETS_MARGINAL] = "marginal", [TR_SETS_BY_CLASS] = "class", [TR_SETS_BY_CATEGORY] = "regime"};
    struct tr_recipe recipe;
    test_chain_recipe(&recipe);
    for (int kind = TR_SETS_MARGINAL; kind <= TR_SETS_BY_CATEGORY; kind++) {
        struct test_chain chain;
        recipe.rolling.calibration.sets = (enum tr_set_kind)kind;
        test_chain_run(&recipe, 8000, &chain);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            const struct tr_coverage *c = &chain.run.wf.replay.coverage[side];
            double all = tr_coverage_overall(c, 1).rate, tp1 = tr_coverage_of_outcome(c, true, 1).rate;
            double not_tp1 = tr_coverage_of_outcome(c, false, 1).rate;
            printf("# %s %s: %.3f; where target 1 was reached %.3f, where not %.3f; by regime %.3f %.3f %.3f\n",
                   names[kind], tr_side_name((enum tr_side)side), all, tp1, not_tp1,
                   tr_coverage_of_regime(c, 0, 1).rate, tr_coverage_of_regime(c, 1, 1).rate,
                   tr_coverage_of_regime(c, 2, 1).rate);
            assert_true(fabs(all - 0.9) < 0.03);
            if (kind == TR_SETS_BY_CLASS)
                assert_true(fabs(tp1 - 0.9) < 0.04 && fabs(not_tp1 - 0.9) < 0.04);
            for (size_t regime = 0; regime < 3 && kind == TR_SETS_BY_CATEGORY; regime++)
                assert_true(fabs(tr_coverage_of_regime(c, regime, 1).rate - 0.9) < 0.04);
        }
        test_chain_finish(&chain);
    }
}

static void without_sets_nothing_is_counted_and_nothing_else_changes(void **state)
{
    (void)state;
    struct tr_recipe recipe;
    struct test_chain off, on;
    const struct tr_coverage none = {0};
    test_chain_recipe(&recipe);
    test_chain_run(&recipe, 1500, &on);
    recipe.rolling.calibration.sets = TR_SETS_OFF;
    test_chain_run(&recipe, 1500, &off);
    assert_int_equal(off.run.wf.replay.n_signals, on.run.wf.replay.n_signals);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        assert_memory_equal(&off.run.wf.replay.coverage[side], &none, sizeof none);
        assert_true(tr_coverage_all_sets(&on.run.wf.replay.coverage[side]) > 0);
        assert_int_equal(off.run.newest.set[side], TR_SET_UNKNOWN);
        assert_int_not_equal(on.run.newest.set[side], TR_SET_UNKNOWN);
        assert_memory_equal(off.run.wf.replay.confidence[side], on.run.wf.replay.confidence[side],
                            1500 * sizeof(double));
    }
    test_chain_finish(&off);
    test_chain_finish(&on);
}

static void a_side_that_is_not_run_has_no_sets(void **state)
{
    (void)state;
    struct tr_recipe recipe;
    struct test_chain chain;
    const struct tr_coverage none = {0};
    test_chain_recipe(&recipe);
    recipe.side[TR_SHORT] = false;
    test_chain_run(&recipe, 1500, &chain);
    assert_memory_equal(&chain.run.wf.replay.coverage[TR_SHORT], &none, sizeof none);
    assert_int_equal(chain.run.newest.set[TR_SHORT], TR_SET_UNKNOWN);
    assert_true(tr_coverage_all_sets(&chain.run.wf.replay.coverage[TR_LONG]) > 0);
    test_chain_finish(&chain);
}

static void rates_are_sums_of_the_counts(void **state)
{
    (void)state;
    struct tr_coverage c = {0};
    /* 10 bars: {tp1} right 3 and wrong 1, {not} right 1, both 3 (one open), empty 1, unknown 1 */
    for (int i = 0; i < 3; i++)
        tr_coverage_add(&c, TR_SET_TP1, 0, 1);
    tr_coverage_add(&c, TR_SET_TP1, 1, 0);
    tr_coverage_add(&c, TR_SET_NOT_TP1, 1, 0);
    tr_coverage_add(&c, TR_SET_BOTH, 2, 0);
    tr_coverage_add(&c, TR_SET_BOTH, 2, 1);
    tr_coverage_add(&c, TR_SET_BOTH, 2, -1);
    tr_coverage_add(&c, TR_SET_EMPTY, 0, 1);
    tr_coverage_add(&c, TR_SET_UNKNOWN, 0, 1);
    assert_int_equal(tr_coverage_all_sets(&c), 9);
    assert_int_equal(tr_coverage_sets(&c, TR_SET_BOTH), 3);
    struct tr_coverage_rate all = tr_coverage_overall(&c, 0.5);
    assert_true(all.rows == 8 && all.hits == 6);
    struct tr_interval want = tr_rate_interval(3, 4, 0.05);
    assert_same_bits(all.rate, 0.75);
    assert_same_bits(all.interval.lower, want.lower);
    assert_same_bits(all.interval.upper, want.upper);
    struct tr_coverage_rate rate = tr_coverage_of_outcome(&c, true, 1);
    assert_true(rate.rows == 5 && rate.hits == 4);
    rate = tr_coverage_of_outcome(&c, false, 1);
    assert_true(rate.rows == 3 && rate.hits == 2);
    rate = tr_coverage_of_regime(&c, 1, 1);
    assert_true(rate.rows == 2 && rate.hits == 1);
    rate = tr_coverage_of_regime(&c, 3, 1);
    assert_true(rate.rows == 0 && isnan(rate.rate) && isnan(rate.interval.lower) && isnan(rate.interval.upper));
    rate = tr_coverage_tp1(&c, TR_SET_TP1, 1);
    assert_true(rate.rows == 4 && rate.hits == 3);
    rate = tr_coverage_tp1(&c, TR_SET_COUNT, 1);
    assert_true(rate.rows == 8 && rate.hits == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_of_a_replay_are_those_of_the_rows_matured_by_each_day),
        cmocka_unit_test(sets_cover_a_random_walk_as_promised),
        cmocka_unit_test(without_sets_nothing_is_counted_and_nothing_else_changes),
        cmocka_unit_test(a_side_that_is_not_run_has_no_sets),
        cmocka_unit_test(rates_are_sums_of_the_counts),
    };
    return cmocka_run_group_tests_name("usecase/coverage", tests, NULL, NULL);
}
