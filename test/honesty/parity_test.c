/* A month of live decisions on recorded candles, each stored and followed as bars come in: replayed through the
 * backtester from the stored bars alone, not one value differs. */
#include "support/test.h"

#include "app/usecase/funding.h"
#include "app/usecase/import_funding.h"
#include "app/usecase/parity.h"
#include "app/usecase/run.h"
#include "base/alloc.h"
#include "engine/model/lightgbm.h"
#include "io/format/source.h"
#include "support/bars.h"
#include "support/store_place.h"

#include <stdio.h>
#include <string.h>

#define HISTORY ((size_t)5200) /* bars before the month, as far as the model's window goes */
#define STEP ((size_t)6)       /* bars from decision to decision */
#define DECISIONS ((size_t)124)

static const struct tr_series_key key = {"okx", "ETH/USDT:USDT", TR_TIMEFRAME_1H};
static const char *const candles = "data/okx-ETHUSDT-perp-1h.csv.gz", *const rates =
                                                                          "data/okx-ETHUSDT-perp-funding.csv.gz";

/* One head a side of a few trees. The ladder is wide, so that hourly bars pass the profit filter often, and
 * short-lived, so that the reference part holds enough independent rows; what is decided is beside the point here. */
static void make_recipe(struct tr_recipe *recipe)
{
    struct tr_error err = {0};
    tr_recipe_defaults(recipe);
    recipe->folds = false;
    recipe->rolling.calibration.draws = 20;
    recipe->gate.min_confidence = 0.1;
    recipe->gate.ladder.stop_atr = 4.5;
    for (size_t k = 0; k < TR_TARGETS; k++)
        recipe->gate.ladder.target_atr[k] = 3.0 * (double)(k + 1);
    recipe->gate.ladder.trail_atr = 3.0;
    recipe->gate.ladder.horizon_hours = 12;
    assert_ok(tr_recipe_add_lightgbm(recipe, &tr_model_lightgbm, NULL, NULL, 0, 8, &err), &err);
}

static void import_funding(struct tr_store *store)
{
    struct tr_import_funding_options options = {.exchange = key.exchange, .symbol = key.symbol};
    struct tr_import_funding done;
    struct tr_error err = {0};
    bool funding;
    options.file.path = test_shared(rates);
    assert_ok(tr_import_open(options.file.path, &options.source, &funding, &err), &err);
    assert_true(funding);
    assert_ok(tr_import_funding_run(&options, store, &done, &err), &err);
    assert_true(done.put.inserted > 300);
    tr_format_source_close(options.source);
}

/* What is stored by now decides the newest bar. Returns the signals that are followed on. */
static size_t decide(struct tr_store *store, const struct tr_recipe *recipe)
{
    struct tr_world world = {.store = store, .keep_signals = true};
    struct tr_bar_list list;
    struct tr_recipe here;
    struct tr_run run;
    struct tr_error err = {0};
    tr_time_ms *time;
    double *rate;
    tr_bar_list_init(&list, key.timeframe);
    assert_ok(tr_store_bars_get(store, &key, 0, INT64_MAX, &list, &err), &err);
    struct tr_bars bars = tr_bar_list_view(&list);
    tr_recipe_copy(&here, recipe);
    assert_ok(tr_funding_load(store, key.exchange, key.symbol, bars.time[0], bars.time[bars.n - 1] + TR_HOUR_MS, &time,
                              &rate, &here.funding.n, &err),
              &err);
    here.funding.time = time;
    here.funding.rate = rate;
    assert_ok(tr_run_series(&key, &bars, &here, &world, &run, &err), &err);
    size_t moved = run.follow.n_changed;
    tr_run_finish(&run);
    tr_free(time);
    tr_free(rate);
    tr_bar_list_finish(&list);
    return moved;
}

static void append(struct tr_store *store, const struct tr_bars *bars, size_t from, size_t n)
{
    struct tr_bars more = tr_bars_slice(bars, from, n);
    struct tr_put_report report;
    struct tr_error err = {0};
    assert_ok(tr_store_bars_put(store, &key, &more, &report, &err), &err);
    assert_int_equal(report.inserted, n);
}

static void count(const struct tr_parity *parity)
{
    size_t closed = 0, recorded = 0, shorts = 0;
    for (size_t i = 0; i < parity->n_signals; i++) {
        closed += strcmp(parity->signals[i].status, "closed") == 0;
        recorded += !parity->signals[i].signal.funding_assumed;
        shorts += parity->signals[i].signal.side == TR_SHORT;
    }
    print_message("# %zu signals (%zu short, %zu closed, %zu with a recorded funding rate), %zu values compared\n",
                  parity->n_signals, shorts, closed, recorded, parity->values);
    assert_true(parity->compared >= 20 && closed >= 15 && recorded >= 15 && shorts > 0 && shorts < parity->n_signals);
}

static void a_month_of_live_decisions_is_what_the_backtest_says(void **state)
{
    (void)state;
    struct store_place place;
    struct test_bars all;
    struct tr_recipe recipe;
    struct tr_parity_options options = {.any_origin = true};
    struct tr_parity parity;
    struct tr_error err = {0};
    size_t moved = 0;
    test_bars_read(candles, key.timeframe, &all);
    (void)test_shared(rates);
    size_t first = all.view.n - STEP * DECISIONS;
    store_place_make(&place);
    struct tr_store *store = store_place_open(&place);
    make_recipe(&recipe);
    append(store, &all.view, first - HISTORY, HISTORY);
    import_funding(store);
    for (size_t i = 0; i < DECISIONS; i++) {
        append(store, &all.view, first + i * STEP, STEP);
        moved += decide(store, &recipe);
    }
    assert_true(moved >= 20);
    assert_ok(tr_parity_run(store, &options, &recipe, NULL, &parity, &err), &err);
    count(&parity);
    for (size_t i = 0; i < parity.n_differences && i < 10; i++)
        print_message("# %s: %.17g, replayed %.17g\n", parity.differences[i].field, parity.differences[i].stored.number,
                      parity.differences[i].replayed.number);
    assert_int_equal(parity.n_differences, 0);
    assert_int_equal(parity.n_behind, 0);
    tr_parity_finish(&parity);
    tr_store_close(store);
    store_place_finish(&place);
    test_bars_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month_of_live_decisions_is_what_the_backtest_says),
    };
    return cmocka_run_group_tests_name("honesty/parity", tests, NULL, NULL);
}
