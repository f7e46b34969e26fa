#include "support/test.h"

#include "app/usecase/run.h"
#include "base/alloc.h"
#include "io/store/sqlite/sqlite.h"
#include "support/chain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define N 1500

static struct tr_recipe recipe;
static struct test_chain chain; /* one run, looked at by several tests */

static int set_up(void **state)
{
    (void)state;
    test_chain_recipe(&recipe);
    test_chain_run(&recipe, N, &chain);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_chain_finish(&chain);
    return 0;
}

static void the_run_says_what_it_ran_on(void **state)
{
    (void)state;
    assert_true(chain.run.synthetic);
    assert_int_equal(chain.run.bars, N);
    assert_int_equal(chain.run.gaps, 0);
    assert_int_equal(chain.run.first, chain.bars.time[0]);
    assert_int_equal(chain.run.last, chain.bars.time[N - 1]);
    assert_ptr_equal(chain.run.recipe.ensemble.member[0].params,
                     chain.run.recipe.param); /* its own, not the caller's */
    assert_true(chain.run.wf.n_folds >= 2);
    assert_true(chain.run.wf.replay.n_signals > 5); /* else the tests below would look at nothing */
}

static void every_decided_bar_is_a_refusal_or_a_signal(void **state)
{
    (void)state;
    const struct tr_funnel *funnel = &chain.run.wf.replay.funnel;
    size_t sum = 0, signals = 0;
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        for (int stage = 0; stage < TR_STAGE_COUNT; stage++)
            sum += funnel->refused[side][stage];
        sum += funnel->signals[side];
        signals += funnel->signals[side];
        assert_true(funnel->proven[side] <= funnel->signals[side]);
    }
    assert_int_equal(funnel->candidates, sum);
    assert_int_equal(funnel->candidates, 2 * funnel->bars);
    assert_int_equal(signals, chain.run.wf.replay.n_signals);
}

/* Critical test "profit filter": no path emits a signal whose net profit lies under 2 %. */
static void no_signal_earns_less_than_the_profit_filter_demands(void **state)
{
    (void)state;
    const struct tr_replay *replay = &chain.run.wf.replay;
    for (size_t i = 0; i < replay->n_signals; i++) {
        const struct tr_signal *s = &replay->signals[i].signal;
        assert_true(s->net_frac >= 0.02);
        assert_near(s->net_frac, s->gross_frac - s->cost.total_frac, 1e-15);
        assert_true(s->passed_profit_filter);
        assert_true(s->evidence.confidence >= 0.55 && s->evidence.confidence <= 1);
        assert_near(s->evidence.edge, s->evidence.confidence - s->evidence.base_rate, 1e-15);
        assert_true(chain.run.wf.walk.fold[replay->signals[i].row] >= 0); /* a model that never saw the bar */
    }
}

static void one_signal_a_side_is_open_at_a_time(void **state)
{
    (void)state;
    const struct tr_replay *replay = &chain.run.wf.replay;
    size_t free_from[TR_SIDE_COUNT] = {0, 0};
    for (size_t i = 0; i < replay->n_signals; i++) {
        const struct tr_replay_signal *s = &replay->signals[i];
        assert_true(s->row >= free_from[s->signal.side]);
        free_from[s->signal.side] = s->outcome.reason == TR_EXIT_OPEN ? N : s->row + s->outcome.bars;
    }
}

static void threads_do_not_change_a_bit(void **state)
{
    (void)state;
    struct tr_error err = {0};
    for (size_t threads = 1; threads <= 3; threads += 2) {
        struct tr_pool *pool = NULL;
        struct tr_run run;
        assert_ok(tr_pool_create(threads, &pool, &err), &err);
        assert_ok(tr_run_series(&chain.key, &chain.bars, &recipe, &(struct tr_world){.pool = pool}, &run, &err), &err);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            size_t bytes = N * sizeof(double);
            assert_memory_equal(run.wf.walk.score[side], chain.run.wf.walk.score[side], bytes);
            assert_memory_equal(run.wf.replay.confidence[side], chain.run.wf.replay.confidence[side], bytes);
            assert_memory_equal(&run.wf.total[side].auc, &chain.run.wf.total[side].auc, sizeof run.wf.total[side].auc);
        }
        assert_int_equal(run.wf.replay.n_signals, chain.run.wf.replay.n_signals);
        tr_run_finish(&run);
        tr_pool_destroy(pool);
    }
}

struct stopper {
    size_t calls, stop_at;
    char stage[32];
};

static bool stop_later(void *context, const char *stage, size_t done, size_t total, const char *units)
{
    struct stopper *stopper = context;
    (void)done;
    (void)total;
    (void)units;
    snprintf(stopper->stage, sizeof stopper->stage, "%s", stage);
    return ++stopper->calls < stopper->stop_at;
}

static void a_stop_is_heeded_at_every_step_and_stores_nothing(void **state)
{
    (void)state;
    struct stopper stopper = {.stop_at = SIZE_MAX};
    struct tr_progress progress = {stop_later, &stopper};
    struct tr_store *store = NULL;
    struct tr_error err = {0};
    struct tr_run run;
    char dir[256], path[300];
    size_t n = 0, steps;
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/test.db", dir);
    assert_ok(tr_store_sqlite_open(path, 1000, &store, &err), &err);
    assert_ok(tr_run_series(&chain.key, &chain.bars, &recipe, &(struct tr_world){.progress = &progress}, &run, &err),
              &err);
    tr_run_finish(&run);
    steps = stopper.calls;
    assert_true(steps > 6);
    for (size_t k = 1; k <= steps; k++) {
        stopper = (struct stopper){.stop_at = k};
        enum tr_status status =
            tr_run_series(&chain.key, &chain.bars, &recipe,
                          &(struct tr_world){.store = store, .keep_signals = true, .progress = &progress}, &run, &err);
        assert_int_equal(status, TR_CANCELLED);
        assert_int_equal(stopper.calls, k);
        assert_non_null(strstr(err.text, "stopped"));
        tr_run_finish(&run);
    }
    assert_ok(tr_store_rejections_count(store, &chain.key, &n, &err), &err);
    assert_int_equal(n, 0);
    for (size_t again = 0; again < 2; again++) { /* stopped at the newest model, all fits of the walk are still there */
        struct tr_world world = {.store = store};
        assert_ok(tr_run_series(&chain.key, &chain.bars, &recipe, &world, &run, &err), &err);
        assert_true(run.wf.walk.resumed == (again ? 0 : TR_SIDE_COUNT * run.wf.n_folds));
        assert_memory_equal(run.wf.walk.score[0], chain.run.wf.walk.score[0], N * sizeof(double));
        tr_run_finish(&run);
    }
    tr_store_close(store);
    test_remove_dir(dir);
}

/* One rate for each eight hours of the market. */
static struct tr_funding recorded(double rate, tr_time_ms time[N / 8], double rates[N / 8])
{
    struct tr_funding funding = recipe.funding;
    for (size_t i = 0; i < N / 8; i++) {
        time[i] = chain.bars.time[0] + (tr_time_ms)i * 8 * TR_HOUR_MS;
        rates[i] = rate;
    }
    funding.n = N / 8;
    funding.time = time;
    funding.rate = rates;
    return funding;
}

static void recorded_funding_is_what_signals_and_trades_are_charged(void **state)
{
    (void)state;
    static tr_time_ms time[N / 8];
    static double rates[N / 8];
    struct tr_recipe own;
    struct tr_error err = {0};
    struct tr_run run;
    const struct tr_replay *replay = &run.wf.replay;
    tr_recipe_copy(&own, &recipe);
    own.funding = recorded(0.0004, time, rates);
    assert_ok(tr_run_series(&chain.key, &chain.bars, &own, NULL, &run, &err), &err);
    assert_true(replay->n_signals > 5);
    for (size_t i = 0; i < replay->n_signals; i++) {
        const struct tr_signal *signal = &replay->signals[i].signal;
        assert_false(signal->funding_assumed);
        assert_near(signal->funding_rate_per_hour, 0.00005, 1e-18);
        assert_near(signal->cost.funding_frac, signal->side == TR_LONG ? 0.0012 : 0, 1e-15);
    }
    for (size_t i = 0; i < chain.run.wf.replay.n_signals; i++)
        assert_true(chain.run.wf.replay.signals[i].signal.funding_assumed);
    assert_memory_equal(run.wf.walk.score[0], chain.run.wf.walk.score[0], N * sizeof(double));
    assert_true(run.wf.backtest.average_net_frac != chain.run.wf.backtest.average_net_frac);
    tr_run_finish(&run);
}

static void what_was_computed_under_other_funding_is_not_taken_up(void **state)
{
    (void)state;
    static tr_time_ms time[N / 8];
    static double rates[N / 8];
    struct stopper stopper = {.stop_at = SIZE_MAX};
    struct tr_progress progress = {stop_later, &stopper};
    struct tr_recipe own;
    struct tr_store *store = NULL;
    struct tr_error err = {0};
    struct tr_run run;
    char dir[256], path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/test.db", dir);
    assert_ok(tr_store_sqlite_open(path, 1000, &store, &err), &err);
    tr_recipe_copy(&own, &recipe);
    own.funding = recorded(0.0004, time, rates);
    assert_ok(tr_run_series(&chain.key, &chain.bars, &own, &(struct tr_world){.progress = &progress}, &run, &err),
              &err);
    tr_run_finish(&run);
    stopper = (struct stopper){.stop_at = stopper.calls}; /* all fits of the walk are kept by then */
    assert_int_equal(tr_run_series(&chain.key, &chain.bars, &own,
                                   &(struct tr_world){.store = store, .progress = &progress}, &run, &err),
                     TR_CANCELLED);
    tr_run_finish(&run);
    for (int same = 0; same < 2; same++) {
        rates[N / 8 - 1] = same ? 0.0004 : 0.0005;
        assert_ok(tr_run_series(&chain.key, &chain.bars, &own, &(struct tr_world){.store = store}, &run, &err), &err);
        assert_true(run.wf.walk.resumed == (same ? TR_SIDE_COUNT * run.wf.n_folds : 0));
        assert_true(run.luck.trials == 1); /* newer data, the same configuration */
        tr_run_finish(&run);
    }
    tr_store_close(store);
    test_remove_dir(dir);
}

static struct tr_stored_signal *all_signals(struct tr_store *store, size_t *n)
{
    struct tr_signal_query query = {.any_timeframe = true, .any_origin = true, .limit = 100000};
    struct tr_stored_signal *signals = NULL;
    struct tr_error err = {0};
    assert_ok(tr_store_signals_get(store, &query, &signals, n, &err), &err);
    return signals;
}

static void running_again_leaves_the_store_as_it_was(void **state)
{
    (void)state;
    struct tr_store *store = NULL;
    struct tr_put_report put;
    struct tr_error err = {0};
    char dir[256], path[300];
    size_t first = 0, again = 0, refused[2];
    struct tr_stored_signal *signals[2] = {NULL, NULL};
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/test.db", dir);
    assert_ok(tr_store_sqlite_open(path, 1000, &store, &err), &err);
    assert_ok(tr_store_bars_put(store, &chain.key, &chain.bars, &put, &err), &err);
    for (int i = 0; i < 2; i++) {
        struct tr_run run;
        assert_ok(tr_run_series(&chain.key, &chain.bars, &recipe,
                                &(struct tr_world){.store = store, .keep_signals = true}, &run, &err),
                  &err);
        tr_run_finish(&run);
        signals[i] = all_signals(store, i ? &again : &first);
        assert_ok(tr_store_rejections_count(store, &chain.key, &refused[i], &err), &err);
    }
    bool newest = chain.run.newest.signal >= 0;
    assert_int_equal(first, chain.run.wf.replay.n_signals + newest);
    assert_int_equal(refused[0], 2 - newest);
    assert_int_equal(again, first);
    assert_int_equal(refused[1], refused[0]);
    for (size_t i = 0; i < first; i++) {
        const struct tr_stored_signal *a = &signals[0][i], *b = &signals[1][i];
        assert_int_equal(a->signal.time, b->signal.time);
        assert_int_equal(a->signal.side, b->signal.side);
        assert_same_bits(a->signal.evidence.confidence, b->signal.evidence.confidence);
        assert_same_bits(a->net_frac, b->net_frac);
        assert_string_equal(a->status, b->status);
        assert_int_equal(strcmp(a->status, "closed") == 0, !isnan(a->net_frac));
        assert_int_equal(a->exit_reason[0] != '\0', a->closed > 0);
    }
    tr_free(signals[0]);
    tr_free(signals[1]);
    tr_store_close(store);
    test_remove_dir(dir);
}

/* The chain's bars with a hole of three days behind the row: longer than any horizon. */
static struct tr_bars with_hole_after(size_t row, tr_time_ms time[N])
{
    struct tr_bars bars = chain.bars;
    for (size_t i = 0; i < N; i++)
        time[i] = bars.time[i] + (i > row ? 3 * TR_DAY_MS : 0);
    bars.time = time;
    return bars;
}

static void a_signal_without_a_bar_in_its_horizon_is_stored_as_expired(void **state)
{
    (void)state;
    static tr_time_ms time[N];
    size_t row = chain.run.wf.replay.signals[0].row, n, expired = 0, of_the_folds = 0;
    struct tr_bars bars = with_hole_after(row, time);
    struct tr_store *store = NULL;
    struct tr_error err = {0};
    struct tr_run run;
    char dir[256], path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/test.db", dir);
    assert_ok(tr_store_sqlite_open(path, 1000, &store, &err), &err);
    assert_ok(
        tr_run_series(&chain.key, &bars, &recipe, &(struct tr_world){.store = store, .keep_signals = true}, &run, &err),
        &err);
    struct tr_stored_signal *signals = all_signals(store, &n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(signals[i].status, "expired") != 0)
            continue;
        expired++;
        assert_int_equal(signals[i].signal.time, bars.time[row]);
        assert_int_equal(signals[i].closed, 0);
        assert_string_equal(signals[i].exit_reason, "");
        assert_true(isnan(signals[i].net_frac));
    }
    assert_true(expired > 0);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        of_the_folds += run.wf.total[side].signals - run.wf.total[side].signals_closed;
    size_t open = 0;
    for (size_t i = 0; i < run.wf.replay.n_signals; i++)
        open += run.wf.replay.signals[i].outcome.reason == TR_EXIT_OPEN;
    assert_int_equal(of_the_folds, open + expired); /* not counted as closed */
    tr_free(signals);
    tr_run_finish(&run);
    tr_store_close(store);
    test_remove_dir(dir);
}

static void a_side_that_was_not_run_leaves_no_refusal(void **state)
{
    (void)state;
    struct tr_recipe one = recipe;
    struct tr_store *store = NULL;
    struct tr_error err = {0};
    struct tr_run run;
    char dir[256], path[300], reason[400];
    size_t refused;
    one.side[TR_SHORT] = false;
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/test.db", dir);
    assert_ok(tr_store_sqlite_open(path, 1000, &store, &err), &err);
    struct tr_bars early = tr_bars_slice(&chain.bars, 0, 300); /* no model yet: a refusal, for certain */
    assert_ok(
        tr_run_series(&chain.key, &early, &one, &(struct tr_world){.store = store, .keep_signals = true}, &run, &err),
        &err);
    assert_ok(tr_store_rejections_count(store, &chain.key, &refused, &err), &err);
    assert_int_equal(refused, 1);
    tr_newest_reason(&run.newest, reason, sizeof reason);
    assert_non_null(strstr(reason, "long: "));
    assert_null(strstr(reason, "short"));
    tr_run_finish(&run);
    tr_store_close(store);
    test_remove_dir(dir);
}

static void a_series_too_short_gives_reasons_instead_of_folds(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 2, 30, 250, 500};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct test_chain brief;
        char reason[400];
        test_chain_run(&recipe, lengths[i], &brief);
        assert_int_equal(brief.run.wf.n_folds, 0);
        assert_int_equal(brief.run.newest.signal, -1);
        for (int side = 0; side < TR_SIDE_COUNT; side++)
            assert_int_equal(brief.run.newest.decision[side].stage, TR_STAGE_NO_MODEL);
        tr_newest_reason(&brief.run.newest, reason, sizeof reason);
        assert_non_null(strstr(reason, "long: "));
        assert_non_null(strstr(reason, "short: "));
        test_chain_finish(&brief);
    }
}

static void no_bars_and_a_bad_recipe_are_errors(void **state)
{
    (void)state;
    struct tr_bars none = chain.bars;
    struct tr_recipe bad = recipe;
    struct tr_error err = {0};
    struct tr_run run;
    none.n = 0;
    assert_int_equal(tr_run_series(&chain.key, &none, &recipe, NULL, &run, &err), TR_NOT_FOUND);
    tr_run_finish(&run);
    bad.ensemble.n = 0;
    assert_int_equal(tr_run_series(&chain.key, &chain.bars, &bad, NULL, &run, &err), TR_INVALID);
    tr_run_finish(&run);
}

static void only_the_newest_folds_are_run_where_asked_for(void **state)
{
    (void)state;
    struct tr_recipe one = recipe;
    struct test_chain brief;
    one.max_folds = 1;
    test_chain_run(&one, N, &brief);
    assert_int_equal(brief.run.wf.n_folds, 1);
    assert_int_equal(brief.run.wf.folds[0].test_to, chain.run.wf.folds[chain.run.wf.n_folds - 1].test_to);
    test_chain_finish(&brief);
}

static void failing_allocations_are_errors_and_leak_nothing(void **state)
{
    (void)state;
    struct tr_error err = {0};
    struct tr_recipe one = recipe;
    struct tr_run run;
    size_t total;
    one.max_folds = 1;
    tr_alloc_fail_at(0);
    assert_ok(tr_run_series(&chain.key, &chain.bars, &one, NULL, &run, &err), &err);
    total = tr_alloc_fail_at(0);
    tr_run_finish(&run);
    for (size_t step = 0; step < 40; step++) {
        size_t k = 1 + step * (total - 1) / 39;
        tr_alloc_fail_at(k);
        enum tr_status status = tr_run_series(&chain.key, &chain.bars, &one, NULL, &run, &err);
        tr_alloc_fail_at(0);
        tr_run_finish(&run);
        assert_int_equal(status, TR_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_run_says_what_it_ran_on),
        cmocka_unit_test(every_decided_bar_is_a_refusal_or_a_signal),
        cmocka_unit_test(no_signal_earns_less_than_the_profit_filter_demands),
        cmocka_unit_test(one_signal_a_side_is_open_at_a_time),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(a_stop_is_heeded_at_every_step_and_stores_nothing),
        cmocka_unit_test(recorded_funding_is_what_signals_and_trades_are_charged),
        cmocka_unit_test(what_was_computed_under_other_funding_is_not_taken_up),
        cmocka_unit_test(running_again_leaves_the_store_as_it_was),
        cmocka_unit_test(a_signal_without_a_bar_in_its_horizon_is_stored_as_expired),
        cmocka_unit_test(a_side_that_was_not_run_leaves_no_refusal),
        cmocka_unit_test(a_series_too_short_gives_reasons_instead_of_folds),
        cmocka_unit_test(no_bars_and_a_bad_recipe_are_errors),
        cmocka_unit_test(only_the_newest_folds_are_run_where_asked_for),
        cmocka_unit_test(failing_allocations_are_errors_and_leak_nothing),
    };
    return cmocka_run_group_tests_name("usecase/run", tests, set_up, tear_down);
}
