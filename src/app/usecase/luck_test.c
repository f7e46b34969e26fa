#include "support/test.h"

#include "app/usecase/luck.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "io/store/ledger.h"
#include "support/store_place.h"

#include <math.h>
#include <string.h>

enum { DAYS = 60, BARS = DAYS * 24 };

/* A walk-forward of two blocks over 60 days, and trades that end when they are told to. */
struct world {
    tr_time_ms time[BARS];
    double price[BARS];
    struct tr_bars bars;
    struct tr_fold fold[2];
    struct tr_trade trade[64];
    struct tr_walkforward wf;
};

static void world_init(struct world *w)
{
    memset(w, 0, sizeof *w);
    for (size_t i = 0; i < BARS; i++) {
        w->time[i] = (tr_time_ms)i * TR_HOUR_MS + 1000 * TR_DAY_MS;
        w->price[i] = 100.0;
    }
    w->bars = (struct tr_bars){BARS, TR_TIMEFRAME_1H, w->time, w->price, w->price, w->price, w->price, w->price};
    w->fold[0].test_from = 1010 * TR_DAY_MS;
    w->fold[0].test_to = w->fold[1].test_from = 1030 * TR_DAY_MS;
    w->fold[1].test_to = 1070 * TR_DAY_MS; /* the bars end after 1060 days */
    w->wf.n_folds = 2;
    w->wf.folds = w->fold;
    w->wf.trades = w->trade;
}

static void add(struct world *w, tr_time_ms exit, double net)
{
    struct tr_trade *trade = &w->trade[w->wf.backtest.taken++];
    trade->exit_time = exit;
    trade->outcome.reason = TR_EXIT_TIME;
    trade->money.net_frac = net;
}

static void a_days_return_is_the_product_of_what_ended_on_it(void **state)
{
    struct world w;
    struct tr_luck luck;
    struct tr_error err;
    (void)state;
    world_init(&w);
    add(&w, 1010 * TR_DAY_MS + 5 * TR_HOUR_MS, 0.10);
    add(&w, 1010 * TR_DAY_MS + 9 * TR_HOUR_MS, -0.05);
    add(&w, 1012 * TR_DAY_MS, 0.02); /* with the last bar of day 1011 */
    add(&w, 1012 * TR_DAY_MS + 1, 0.03);
    add(&w, 1059 * TR_DAY_MS + 24 * TR_HOUR_MS, 0.04);
    w.trade[w.wf.backtest.taken++] = (struct tr_trade){.outcome.reason = TR_EXIT_OPEN, .money.net_frac = (double)NAN};
    assert_ok(tr_luck_measure(&w.wf, &w.bars, &luck, &err), &err);
    assert_true(luck.days == 50);
    assert_near(luck.daily[0], 1.1 * 0.95 - 1.0, 1e-15);
    assert_near(luck.daily[1], 0.02, 1e-15);
    assert_near(luck.daily[2], 0.03, 1e-15);
    assert_near(luck.daily[49], 0.04, 1e-15);
    for (size_t i = 3; i < 49; i++)
        assert_true(luck.daily[i] == 0.0);
    double product = 1.0, expected = 1.1 * 0.95 * 1.02 * 1.03 * 1.04;
    for (size_t i = 0; i < luck.days; i++)
        product *= 1.0 + luck.daily[i];
    assert_near(product, expected, 1e-12);
    assert_true(luck.psr > 0.5 && luck.psr < 1.0 && !luck.counted);
    tr_luck_finish(&luck);
}

static void without_folds_nothing_is_known(void **state)
{
    struct world w;
    struct tr_luck luck;
    struct tr_error err;
    (void)state;
    world_init(&w);
    w.wf.n_folds = 0;
    assert_ok(tr_luck_measure(&w.wf, &w.bars, &luck, &err), &err);
    assert_true(luck.days == 0 && isnan(luck.psr) && isnan(luck.sharpe.ratio));
    tr_luck_finish(&luck);
}

static void more_trials_deflate_and_reruns_do_not_count(void **state)
{
    struct store_place place;
    struct tr_store *store;
    struct world w;
    struct tr_luck luck;
    struct tr_rng rng;
    struct tr_error err;
    const struct tr_series_key key = {"file", "BTC/USDT:USDT", TR_TIMEFRAME_1H};
    double before = 2.0;
    (void)state;
    store_place_make(&place);
    store = store_place_open(&place);
    tr_rng_init(&rng, 3, 0);
    for (int k = 0; k < 12; k++) {
        char config[TR_HASH_TEXT];
        world_init(&w);
        for (int i = 0; i < 40; i++)
            add(&w, (1011 + i) * TR_DAY_MS, (k == 0 ? 0.004 : 0.0) + 0.01 * tr_rng_normal(&rng));
        tr_hash_of(&k, sizeof k, config);
        assert_ok(tr_luck_measure(&w.wf, &w.bars, &luck, &err), &err);
        for (int again = 0; again < 2; again++) {
            assert_ok(tr_luck_enter(&luck, store, &key, config, "test", 5, &err), &err);
            assert_true(luck.counted && luck.trials == (size_t)k + 1);
        }
        if (k == 0) {
            assert_true(luck.expected_max == 0.0 && luck.trial_variance == 0.0);
            assert_same_bits(luck.deflated, luck.psr);
        } else {
            assert_true(luck.expected_max > 0.0 && luck.deflated < luck.psr);
        }
        before = luck.expected_max;
        tr_luck_finish(&luck);
    }
    assert_true(before > 0.05);
    tr_store_close(store);
    store_place_finish(&place);
}

static void a_shorter_record_does_not_replace_a_longer_one(void **state)
{
    struct store_place place;
    struct world w;
    struct tr_luck luck;
    struct tr_trial *trial;
    struct tr_error err;
    const struct tr_series_key key = {"file", "BTC/USDT:USDT", TR_TIMEFRAME_1H};
    char config[TR_HASH_TEXT];
    size_t n;
    double sharpe;
    (void)state;
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    tr_hash_of("x", 1, config);
    world_init(&w);
    add(&w, 1011 * TR_DAY_MS, 0.01);
    assert_ok(tr_luck_measure(&w.wf, &w.bars, &luck, &err), &err);
    sharpe = luck.sharpe.ratio;
    assert_ok(tr_luck_enter(&luck, store, &key, config, "whole", 5, &err), &err);
    tr_luck_finish(&luck);
    w.wf.n_folds = 1;
    assert_ok(tr_luck_measure(&w.wf, &w.bars, &luck, &err), &err);
    assert_true(luck.days == 20 && luck.sharpe.ratio != sharpe);
    assert_ok(tr_luck_enter(&luck, store, &key, config, "short", 6, &err), &err);
    tr_luck_finish(&luck);
    assert_ok(tr_luck_count(store, &key, config, "compared", 7, &err), &err);
    assert_ok(tr_store_trial_list(store, &key, &trial, &n, &err), &err);
    assert_true(n == 1 && trial[0].days == 50 && trial[0].runs == 3 && trial[0].first == 5);
    assert_same_bits(trial[0].sharpe, sharpe);
    tr_free(trial);
    world_init(&w); /* never traded: a ratio of 0, and a trial */
    assert_ok(tr_luck_measure(&w.wf, &w.bars, &luck, &err), &err);
    tr_hash_of("y", 1, config);
    assert_ok(tr_luck_enter(&luck, store, &key, config, "idle", 8, &err), &err);
    assert_true(luck.trials == 2 && luck.trial_variance > 0.0);
    tr_luck_finish(&luck);
    tr_store_close(store);
    store_place_finish(&place);
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    struct world w;
    struct tr_luck luck;
    struct tr_error err;
    (void)state;
    world_init(&w);
    tr_alloc_fail_at(1);
    assert_true(tr_luck_measure(&w.wf, &w.bars, &luck, &err) == TR_NOMEM);
    tr_alloc_fail_at(0);
    tr_luck_finish(&luck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_days_return_is_the_product_of_what_ended_on_it),
        cmocka_unit_test(without_folds_nothing_is_known),
        cmocka_unit_test(more_trials_deflate_and_reruns_do_not_count),
        cmocka_unit_test(a_shorter_record_does_not_replace_a_longer_one),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
