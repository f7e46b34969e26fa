/* What is there must be found: the same chain on a market with a planted edge. */
#include "honesty/market.h"

#include <math.h>
#include <stdio.h>

#define BARS 9000
#define EDGE 1.0
#define VOLATILITY 0.010 /* lively enough for the profit filter to pass at times */

static struct market m;

static int set_up(void **state)
{
    struct tr_pool *pool;
    struct tr_recipe recipe;
    struct tr_error err;

    (void)state;
    assert_ok(tr_pool_create(2, &pool, &err), &err);
    market_recipe(&recipe);
    market_make(&m, 7, BARS, EDGE, VOLATILITY);
    market_run(&m, &recipe, pool);
    tr_pool_destroy(pool);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    market_free(&m);
    return 0;
}

static void a_planted_edge_is_claimed_on_both_sides(void **state)
{
    (void)state;
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        printf("# %s: AUC %.3f, p %.2g\n", tr_side_name((enum tr_side)side), m.run.wf.total[side].auc.auc,
               m.run.wf.total[side].auc.p_value);
        assert_true(m.run.wf.claims_edge[side]);
        assert_true(m.run.wf.total[side].auc.interval.lower > 0.5);
        assert_true(m.run.wf.total[side].log_loss < m.run.wf.total[side].base_log_loss);
    }
}

static void proven_signals_come_out_and_do_better_than_random_entries(void **state)
{
    const struct tr_funnel *funnel = &m.run.wf.replay.funnel;
    size_t proven = funnel->proven[TR_LONG] + funnel->proven[TR_SHORT];
    double k = m.run.wf.total[TR_LONG].k + m.run.wf.total[TR_SHORT].k;
    double n = m.run.wf.total[TR_LONG].n + m.run.wf.total[TR_SHORT].n;

    (void)state;
    printf("# %zu proven of %zu signals; hit rate of target 1: proven %.3f, random entries %.3f\n", proven,
           funnel->signals[TR_LONG] + funnel->signals[TR_SHORT], m.run.wf.backtest_proven.hit_rate[0], k / n);
    assert_true(proven > 20);
    assert_true(m.run.wf.backtest_proven.hit_rate[0] > k / n);
}

static void every_signal_passes_the_profit_filter(void **state)
{
    (void)state;
    assert_true(m.run.wf.replay.n_signals > 0);
    for (size_t i = 0; i < m.run.wf.replay.n_signals; i++) {
        const struct tr_signal *s = &m.run.wf.replay.signals[i].signal;

        assert_true(s->passed_profit_filter);
        assert_true(s->net_frac >= 0.02);
        assert_true(s->evidence.confidence >= 0.55);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planted_edge_is_claimed_on_both_sides),
        cmocka_unit_test(proven_signals_come_out_and_do_better_than_random_entries),
        cmocka_unit_test(every_signal_passes_the_profit_filter),
    };
    return cmocka_run_group_tests_name("honesty/edge", tests, set_up, tear_down);
}
