/* A decision at bar t knows nothing of bar t + 1: what comes after t is shuffled, and nothing at or before t may move.
 */
#include "honesty/market.h"

#include "base/rng.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BARS 6500 /* about 6,000 once holes are punched */

/* Takes bars away: mostly one or two in a row, at times enough for a new segment. */
static void punch_holes(struct market *m, uint64_t seed)
{
    struct market whole = *m;
    struct tr_rng rng;
    struct tr_error err;
    size_t skip = 0;

    memset(m, 0, sizeof *m);
    tr_bar_list_init(&m->list, whole.bars.timeframe);
    tr_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < whole.bars.n; i++) {
        struct tr_bar bar = tr_bars_at(&whole.bars, i);

        if (!skip && tr_rng_below(&rng, 200) == 0)
            skip = tr_rng_below(&rng, 10) ? 1 + tr_rng_below(&rng, 2) : 30;
        if (skip)
            skip--;
        else
            assert_ok(tr_bar_list_add(&m->list, &bar, &err), &err);
    }
    market_free(&whole);
    m->bars = tr_bar_list_view(&m->list);
}

/* The same series with the bars after `t` exchanged among themselves: each keeps its shape and takes another's place.
 */
static void shuffle_after(struct market *to, const struct market *from, size_t t, uint64_t seed)
{
    size_t n = from->bars.n - t - 1, *order;
    struct tr_rng rng;
    struct tr_error err;

    memset(to, 0, sizeof *to);
    tr_bar_list_init(&to->list, from->bars.timeframe);
    order = test_malloc(n * sizeof *order);
    tr_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    tr_rng_shuffle(&rng, order, n);
    for (size_t i = 0; i < from->bars.n; i++) {
        struct tr_bar bar = tr_bars_at(&from->bars, i <= t ? i : t + 1 + order[i - t - 1]);

        bar.time = from->bars.time[i];
        assert_ok(tr_bar_list_add(&to->list, &bar, &err), &err);
    }
    test_free(order);
    to->bars = tr_bar_list_view(&to->list);
}

static void features_are_the_same(const struct market *a, const struct market *b, size_t t)
{
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++) {
        for (size_t row = 0; row <= t; row++)
            assert_same_bits(tr_matrix_at(&a->run.study.features, row, column),
                             tr_matrix_at(&b->run.study.features, row, column));
    }
}

/* Scores, ranks, confidences and base rates of every out-of-sample bar up to t. Returns how many bars had one. */
static size_t decisions_are_the_same(const struct market *a, const struct market *b, size_t t)
{
    size_t decided = 0;

    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        for (size_t row = 0; row <= t; row++) {
            assert_int_equal(a->run.wf.walk.fold[row], b->run.wf.walk.fold[row]);
            assert_same_bits(a->run.wf.walk.score[side][row], b->run.wf.walk.score[side][row]);
            assert_same_bits(a->run.wf.walk.rank[side][row], b->run.wf.walk.rank[side][row]);
            assert_same_bits(a->run.wf.replay.confidence[side][row], b->run.wf.replay.confidence[side][row]);
            assert_same_bits(a->run.wf.replay.base_rate[side][row], b->run.wf.replay.base_rate[side][row]);
            decided += isnan(a->run.wf.replay.confidence[side][row]) ? 0 : 1;
        }
    }
    return decided;
}

static size_t signals_until(const struct market *m, size_t t)
{
    size_t n = 0;

    while (n < m->run.wf.replay.n_signals && m->run.wf.replay.signals[n].row <= t)
        n++;
    return n;
}

static size_t signals_are_the_same(const struct market *a, const struct market *b, size_t t)
{
    size_t n = signals_until(a, t);

    assert_int_equal(n, signals_until(b, t));
    for (size_t i = 0; i < n; i++) {
        const struct tr_replay_signal *x = &a->run.wf.replay.signals[i], *y = &b->run.wf.replay.signals[i];

        assert_int_equal(x->row, y->row);
        assert_int_equal(x->signal.side, y->signal.side);
        assert_same_bits(x->signal.levels.stop, y->signal.levels.stop);
        assert_same_bits(x->signal.evidence.confidence, y->signal.evidence.confidence);
        assert_same_bits(x->signal.evidence.expected_lower_atr, y->signal.evidence.expected_lower_atr);
        assert_same_bits(x->signal.expected_value_frac, y->signal.expected_value_frac);
        assert_int_equal(x->signal.evidence.proven, y->signal.evidence.proven);
    }
    return n;
}

static void shuffling_the_future_changes_nothing_before_it(void **state)
{
    struct market a, b;
    struct tr_recipe recipe;
    size_t decided = 0, signals = 0;
    /* amid a test block, at its first bar, near the end */
    const size_t cuts[] = {4800, 5103, 5900};

    (void)state;
    market_recipe(&recipe);
    market_make(&a, 11, BARS, 0.5, 0.012);
    punch_holes(&a, 3);
    market_run(&a, &recipe, NULL);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        shuffle_after(&b, &a, cuts[i], 100 + i);
        market_run(&b, &recipe, NULL);
        features_are_the_same(&a, &b, cuts[i]);
        decided += decisions_are_the_same(&a, &b, cuts[i]);
        signals += signals_are_the_same(&a, &b, cuts[i]);
        market_free(&b);
    }
    printf("# %zu decisions and %zu signals compared\n", decided, signals);
    assert_true(decided > 1000);
    assert_true(signals > 20);
    market_free(&a);
}

/* The comparison must be able to fail: with the future shuffled one bar too early, something before t + 1 does move. */
static void the_comparison_sees_a_changed_past(void **state)
{
    struct market a, b;
    struct tr_recipe recipe;
    size_t t = 4800, differing = 0;

    (void)state;
    market_recipe(&recipe);
    recipe.folds = false;
    market_make(&a, 11, BARS, 0.5, 0.012);
    market_run(&a, &recipe, NULL);
    shuffle_after(&b, &a, t - 1, 5);
    market_run(&b, &recipe, NULL);
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++)
        differing += !test_same_bits(tr_matrix_at(&a.run.study.features, t, column),
                                     tr_matrix_at(&b.run.study.features, t, column));
    assert_true(differing > 50);
    market_free(&b);
    market_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shuffling_the_future_changes_nothing_before_it),
        cmocka_unit_test(the_comparison_sees_a_changed_past),
    };
    return cmocka_run_group_tests_name("honesty/future", tests, NULL, NULL);
}
