#include "support/test.h"

#include "app/usecase/follow.h"
#include "app/usecase/parity.h"
#include "app/usecase/run.h"
#include "base/alloc.h"
#include "support/chain.h"
#include "support/store_place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct tr_series_key key = {"file", "TEST/USDT:USDT", TR_TIMEFRAME_1H};

struct place {
    struct store_place files;
    struct tr_store *store;
};

static void open_place(struct place *place)
{
    store_place_make(&place->files);
    place->store = store_place_open(&place->files);
}

static void close_place(struct place *place)
{
    tr_store_close(place->store);
    store_place_finish(&place->files);
}

static void put_bars(const struct place *place, const struct tr_bars *bars)
{
    struct tr_put_report report;
    struct tr_error err = {0};
    assert_ok(tr_store_bars_put(place->store, &key, bars, &report, &err), &err);
}

static void put(const struct place *place, const struct tr_stored_signal *record)
{
    struct tr_error err = {0};
    assert_ok(tr_store_signals_put(place->store, record, 1, &err), &err);
}

static struct tr_parity parity_of(const struct place *place, const struct tr_recipe *recipe, bool any_origin)
{
    struct tr_parity_options options = {.any_origin = any_origin, .origin = TR_ORIGIN_NEWEST};
    struct tr_parity parity;
    struct tr_error err = {0};
    assert_ok(tr_parity_run(place->store, &options, recipe, NULL, &parity, &err), &err);
    return parity;
}

static void print_differences(const struct tr_parity *parity)
{
    for (size_t i = 0; i < parity->n_differences && i < 20; i++) {
        const struct tr_parity_difference *d = &parity->differences[i];
        print_message("signal %zu %s: %.17g %lld '%s' is replayed as %.17g %lld '%s'\n", d->signal, d->field,
                      d->stored.number, (long long)d->stored.time, d->stored.word, d->replayed.number,
                      (long long)d->replayed.time, d->replayed.word);
    }
}

static void expect_empty(const struct tr_parity *parity, size_t compared)
{
    print_differences(parity);
    assert_int_equal(parity->n_differences, 0);
    assert_int_equal(parity->differing, 0);
    assert_int_equal(parity->compared, compared);
    assert_int_equal(parity->n_signals, compared);
}

/* --- a store as live runs leave it: one on each hour --- */

enum { FIRST = 1020, LAST = 1300, FOLLOWED = 1284 };

static struct place live;
static struct tr_recipe recipe;
static struct tr_bar_list list;
static struct tr_bars bars;

static void run_on(const struct tr_recipe *r, size_t n)
{
    struct tr_bars known = tr_bars_slice(&bars, 0, n);
    struct tr_world world = {.store = live.store, .keep_signals = true};
    struct tr_error err = {0};
    struct tr_run run;
    assert_ok(tr_run_series(&key, &known, r, &world, &run, &err), &err);
    tr_run_finish(&run);
}

static int run_live(void **state)
{
    struct tr_recipe all_folds;
    (void)state;
    open_place(&live);
    test_chain_recipe(&recipe);
    recipe.max_folds = 1;
    recipe.rolling.calibration.draws = 20;
    test_chain_market(LAST, 3, &list);
    bars = tr_bar_list_view(&list);
    put_bars(&live, &bars);
    for (size_t n = FIRST; n <= LAST; n++)
        run_on(&recipe, n);
    tr_recipe_copy(&all_folds, &recipe); /* for the replayed signals: the newest fold alone gives none here */
    all_folds.max_folds = 0;
    run_on(&all_folds, LAST);
    return 0;
}

static int end_live(void **state)
{
    (void)state;
    tr_bar_list_finish(&list);
    close_place(&live);
    return 0;
}

static void live_signals_and_their_replay_are_the_same(void **state)
{
    (void)state;
    struct tr_parity parity = parity_of(&live, &recipe, false);
    size_t newest = parity.n_signals, closed = 0;
    assert_true(newest >= 8);
    expect_empty(&parity, newest);
    assert_int_equal(parity.n_behind, 0);
    assert_int_equal(parity.n_series, 1);
    assert_int_equal(parity.values, newest * (9 + 12 + 3 * 10 + 4));
    for (size_t i = 0; i < newest; i++)
        closed += strcmp(parity.signals[i].status, "closed") == 0;
    assert_true(closed >= 5);
    tr_parity_finish(&parity);
    parity = parity_of(&live, &recipe, true);
    assert_true(parity.n_signals > newest);
    expect_empty(&parity, parity.n_signals);
    tr_parity_finish(&parity);
}

/* A closed signal of the live store. */
static struct tr_stored_signal closed_signal(void)
{
    struct tr_parity parity = parity_of(&live, &recipe, false);
    size_t i = 0;
    while (strcmp(parity.signals[i].status, "closed") != 0)
        i++;
    struct tr_stored_signal record = parity.signals[i];
    tr_parity_finish(&parity);
    return record;
}

/* Stores the record changed: exactly that field is told, with what was stored. Then puts it back. */
static struct tr_parity_difference expect_only(const struct tr_stored_signal *good,
                                               const struct tr_stored_signal *changed, const char *field)
{
    put(&live, changed);
    struct tr_parity parity = parity_of(&live, &recipe, false);
    put(&live, good);
    if (parity.n_differences != 1 || strcmp(parity.differences[0].field, field) != 0) {
        print_differences(&parity);
        fail_msg("%s was changed, and %zu differences are told", field, parity.n_differences);
    }
    struct tr_parity_difference found = parity.differences[0];
    assert_int_equal(parity.differing, 1);
    assert_int_equal(parity.n_behind, 0);
    assert_int_equal(parity.signals[found.signal].signal.time, good->signal.time);
    tr_parity_finish(&parity);
    return found;
}

static void a_number_changed_in_its_last_bit_is_told(void **state)
{
    (void)state;
    struct tr_stored_signal good = closed_signal(), bad = good;
    const struct {
        const char *field;
        double *number;
    } numbers[] = {
        {"entry", &bad.signal.levels.entry},
        {"atr", &bad.signal.levels.atr},
        {"stop_loss", &bad.signal.levels.stop},
        {"tp1", &bad.signal.levels.target[0]},
        {"tp2", &bad.signal.levels.target[1]},
        {"tp3", &bad.signal.levels.target[2]},
        {"trail_distance", &bad.signal.levels.trail_distance},
        {"expected_gross_frac", &bad.signal.gross_frac},
        {"cost_entry_frac", &bad.signal.cost.entry_frac},
        {"cost_exit_frac", &bad.signal.cost.exit_frac},
        {"cost_funding_frac", &bad.signal.cost.funding_frac},
        {"cost_total_frac", &bad.signal.cost.total_frac},
        {"expected_net_frac", &bad.signal.net_frac},
        {"expected_value_frac", &bad.signal.expected_value_frac},
        {"expected_value_lower_frac", &bad.signal.expected_value_lower},
        {"expected_value_upper_frac", &bad.signal.expected_value_upper},
        {"funding_rate_per_hour", &bad.signal.funding_rate_per_hour},
        {"conservative.risk_usd", &bad.signal.size[0].risk_usd},
        {"moderate.sl_distance_frac", &bad.signal.size[1].sl_distance_frac},
        {"aggressive.position_size_usd", &bad.signal.size[2].position_usd},
        {"conservative.quantity", &bad.signal.size[0].quantity},
        {"moderate.leverage", &bad.signal.size[1].leverage},
        {"aggressive.margin_usd", &bad.signal.size[2].margin_usd},
        {"conservative.liquidation_price", &bad.signal.size[0].liquidation_price},
        {"net_frac", &bad.net_frac},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        double was = *numbers[i].number;
        *numbers[i].number = isnan(was) ? 1.0 : nextafter(was, (double)INFINITY);
        struct tr_parity_difference found = expect_only(&good, &bad, numbers[i].field);
        assert_int_equal(found.kind, TR_PARITY_NUMBER);
        assert_same_bits(found.stored.number, *numbers[i].number);
        assert_same_bits(found.replayed.number, was);
        *numbers[i].number = was;
    }
    bad.net_frac = (double)NAN;
    expect_only(&good, &bad, "net_frac");
}

static void a_flag_an_instant_and_a_word_that_are_changed_are_told(void **state)
{
    (void)state;
    struct tr_stored_signal good = closed_signal(), bad = good;
    const struct {
        const char *field;
        bool *flag;
    } flags[] = {
        {"passed_profit_filter", &bad.signal.passed_profit_filter},
        {"funding_assumed", &bad.signal.funding_assumed},
        {"conservative.capped", &bad.signal.size[0].capped},
        {"moderate.too_small", &bad.signal.size[1].too_small},
        {"aggressive.liquidation_inside_stop", &bad.signal.size[2].liquidation_inside_stop},
    };
    const struct {
        const char *field;
        tr_time_ms *time;
    } times[] = {{"decided", &bad.signal.decided}, {"expires", &bad.signal.expires}, {"closed", &bad.closed}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        *flags[i].flag = !*flags[i].flag;
        struct tr_parity_difference found = expect_only(&good, &bad, flags[i].field);
        assert_int_equal(found.kind, TR_PARITY_FLAG);
        assert_true(found.stored.number != found.replayed.number);
        *flags[i].flag = !*flags[i].flag;
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        *times[i].time += 1;
        struct tr_parity_difference found = expect_only(&good, &bad, times[i].field);
        assert_int_equal(found.kind, TR_PARITY_TIME);
        assert_int_equal(found.stored.time, found.replayed.time + 1);
        *times[i].time -= 1;
    }
    static const char *const statuses[] = {"expired", "active", "tp1", "tp2", "lost"};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        snprintf(bad.status, sizeof bad.status, "%s", statuses[i]);
        struct tr_parity_difference found = expect_only(&good, &bad, "status");
        assert_string_equal(found.stored.word, statuses[i]);
        assert_string_equal(found.replayed.word, "closed");
    }
    memcpy(bad.status, good.status, sizeof bad.status);
    snprintf(bad.exit_reason, sizeof bad.exit_reason, "%s", strcmp(good.exit_reason, "time") == 0 ? "sl" : "time");
    expect_only(&good, &bad, "exit_reason");
}

static void an_open_record_is_behind_only_at_a_stage_that_was_gone_through(void **state)
{
    (void)state;
    struct tr_stored_signal good = closed_signal(), open = good;
    size_t row = tr_bars_find(&bars, good.signal.time);
    open.exit_reason[0] = 0;
    open.closed = 0;
    open.net_frac = (double)NAN;
    bool stopped_first = strcmp(good.exit_reason, "sl") == 0;
    for (int tp1 = 0; tp1 < 2; tp1++) {
        snprintf(open.status, sizeof open.status, "%s", tp1 ? "tp1" : "active");
        put(&live, &open);
        struct tr_parity parity = parity_of(&live, &recipe, false);
        put(&live, &good);
        bool behind = !tp1 || !stopped_first;
        if (tp1 && !stopped_first) { /* target 1 may have come in the bar of another target or of the end */
            struct tr_outcome outcome;
            struct tr_outcome_rules rules = tr_outcome_rules_ladder(&recipe.gate.ladder, bars.timeframe);
            tr_outcome_run(&rules, &good.signal.levels, &bars, row, &outcome);
            behind = outcome.target_bar[0] > 0 && outcome.target_bar[0] < outcome.bars &&
                     outcome.target_bar[0] != outcome.target_bar[1];
        }
        assert_int_equal(parity.n_behind, behind);
        assert_int_equal(parity.n_differences, behind ? 0 : 4); /* status, reason, instant, net */
        if (behind)
            assert_string_equal(parity.behind[0].replayed, "closed");
        tr_parity_finish(&parity);
    }
}

static void bars_that_were_not_followed_leave_signals_behind_until_they_are(void **state)
{
    (void)state;
    struct place place;
    struct tr_follow found;
    struct tr_error err = {0};
    size_t open = 0;
    open_place(&place);
    put_bars(&place, &bars);
    struct tr_bars known = tr_bars_slice(&bars, 0, FOLLOWED);
    struct tr_parity all = parity_of(&live, &recipe, false);
    for (size_t i = 0; i < all.n_signals; i++) { /* as they stood when the first bars were known */
        struct tr_stored_signal record = all.signals[i];
        if (record.signal.time > known.time[known.n - 1])
            continue;
        snprintf(record.status, sizeof record.status, "active");
        record.exit_reason[0] = 0;
        record.closed = 0;
        record.net_frac = (double)NAN;
        put(&place, &record);
    }
    tr_parity_finish(&all);
    assert_ok(tr_follow_read(place.store, &key, &known, &recipe, &found, &err), &err);
    assert_ok(tr_follow_write(&found, place.store, &err), &err);
    tr_follow_finish(&found);
    struct tr_parity parity = parity_of(&place, &recipe, false);
    expect_empty(&parity, parity.n_signals);
    for (size_t i = 0; i < parity.n_signals; i++)
        open += strcmp(parity.signals[i].status, "closed") != 0;
    assert_true(open > 0 && open < parity.n_signals);
    assert_int_equal(parity.n_behind, open); /* what was open then is over by the last bar */
    tr_parity_finish(&parity);
    assert_ok(tr_follow_read(place.store, &key, &bars, &recipe, &found, &err), &err);
    assert_ok(tr_follow_write(&found, place.store, &err), &err);
    tr_follow_finish(&found);
    parity = parity_of(&place, &recipe, false);
    expect_empty(&parity, parity.n_signals);
    assert_int_equal(parity.n_behind, 0);
    tr_parity_finish(&parity);
    close_place(&place);
}

static void a_bar_that_is_gone_is_told(void **state)
{
    (void)state;
    struct place place;
    struct tr_stored_signal record = closed_signal();
    size_t row = tr_bars_find(&bars, record.signal.time);
    for (int left = 0; left < 2; left++) { /* no bars at all; all but this one */
        struct tr_bars before = tr_bars_slice(&bars, 0, row), after = tr_bars_slice(&bars, row + 1, bars.n - row - 1);
        open_place(&place);
        if (left) {
            put_bars(&place, &before);
            put_bars(&place, &after);
        }
        put(&place, &record);
        struct tr_parity parity = parity_of(&place, &recipe, false);
        assert_true(parity.n_signals == 1 && parity.compared == 0 && parity.differing == 1 && parity.values == 0);
        assert_int_equal(parity.n_differences, 1);
        assert_int_equal(parity.differences[0].kind, TR_PARITY_NO_BAR);
        assert_string_equal(parity.differences[0].field, "bar");
        assert_int_equal(parity.differences[0].stored.time, record.signal.time);
        tr_parity_finish(&parity);
        close_place(&place);
    }
}

static void history_too_short_for_an_atr_is_told_and_has_no_outcome(void **state)
{
    (void)state;
    struct place place;
    struct tr_stored_signal record = closed_signal();
    size_t row = tr_bars_find(&bars, record.signal.time);
    struct tr_bars late = tr_bars_slice(&bars, row - 3, bars.n - row + 3);
    open_place(&place);
    put_bars(&place, &late);
    put(&place, &record);
    struct tr_parity parity = parity_of(&place, &recipe, false);
    assert_int_equal(parity.n_differences, 6); /* ATR, stop, three targets, trailing distance */
    assert_string_equal(parity.differences[0].field, "atr");
    assert_true(isnan(parity.differences[0].replayed.number) && isnan(parity.differences[5].replayed.number));
    tr_parity_finish(&parity);
    close_place(&place);
}

static void other_settings_show_in_what_they_decide(void **state)
{
    (void)state;
    struct tr_recipe other;
    bool net = false, levels = false;
    tr_recipe_copy(&other, &recipe);
    other.gate.cost.taker_frac *= 2;
    struct tr_parity parity = parity_of(&live, &other, false);
    for (size_t i = 0; i < parity.n_differences; i++) {
        const char *field = parity.differences[i].field;
        net = net || strcmp(field, "net_frac") == 0;
        if (strcmp(field, "net_frac") != 0 && strcmp(field, "expected_net_frac") != 0 && !strstr(field, "cost_") &&
            !strstr(field, "expected_value") && strcmp(field, "passed_profit_filter") != 0)
            fail_msg("taker fees change %s", field);
    }
    assert_true(net && parity.differing == parity.n_signals);
    tr_parity_finish(&parity);
    tr_recipe_copy(&other, &recipe);
    other.gate.ladder.stop_atr = 1.25;
    parity = parity_of(&live, &other, false);
    for (size_t i = 0; i < parity.n_differences; i++)
        levels = levels || strcmp(parity.differences[i].field, "stop_loss") == 0;
    assert_true(levels);
    tr_parity_finish(&parity);
}

static void one_series_and_one_origin_can_be_asked_for(void **state)
{
    (void)state;
    struct place place;
    struct tr_stored_signal record = closed_signal(), other = record, replayed = record;
    struct tr_error err = {0};
    struct tr_parity parity;
    snprintf(other.series.exchange, sizeof other.series.exchange, "elsewhere");
    replayed.origin = TR_ORIGIN_WALKFORWARD;
    open_place(&place);
    put_bars(&place, &bars);
    put(&place, &record);
    put(&place, &other);
    put(&place, &replayed);
    const struct {
        struct tr_parity_options options;
        size_t signals, series;
    } cases[] = {
        {{NULL, false, TR_ORIGIN_NEWEST}, 2, 2}, {{NULL, true, TR_ORIGIN_NEWEST}, 3, 2},
        {{&key, false, TR_ORIGIN_NEWEST}, 1, 1}, {{&key, false, TR_ORIGIN_WALKFORWARD}, 1, 1},
        {{&key, true, TR_ORIGIN_NEWEST}, 2, 1},  {{&store_btc, true, TR_ORIGIN_NEWEST}, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(tr_parity_run(place.store, &cases[i].options, &recipe, NULL, &parity, &err), &err);
        assert_true(parity.n_signals == cases[i].signals && parity.n_series == cases[i].series);
        assert_true(parity.n_differences == (cases[i].series == 2)); /* the other series has no bars */
        tr_parity_finish(&parity);
    }
    close_place(&place);
}

/* --- trouble --- */

static bool stop_at_once(void *context, const char *stage, size_t done, size_t total, const char *units)
{
    (void)context;
    assert_string_equal(stage, "parity");
    assert_string_equal(units, "signals");
    assert_true(done >= 1 && done <= total);
    return done < 2;
}

static void it_can_be_stopped(void **state)
{
    (void)state;
    struct tr_parity_options options = {.any_origin = true};
    struct tr_progress progress = {stop_at_once, NULL};
    struct tr_parity parity;
    struct tr_error err = {0};
    assert_int_equal(tr_parity_run(live.store, &options, &recipe, &progress, &parity, &err), TR_CANCELLED);
    assert_non_null(strstr(err.text, "stopped after 2 of"));
    tr_parity_finish(&parity);
}

static void out_of_memory_is_told(void **state)
{
    (void)state;
    struct place place;
    struct tr_parity_options options = {.any_origin = true};
    struct tr_stored_signal record = closed_signal(), behind = record;
    struct tr_error err = {0};
    struct tr_parity parity;
    enum tr_status status = TR_NOMEM;
    size_t k = 0;
    open_place(&place);
    put_bars(&place, &bars);
    record.signal.levels.stop = 1;
    put(&place, &record);
    behind.origin = TR_ORIGIN_WALKFORWARD;
    snprintf(behind.status, sizeof behind.status, "active");
    behind.exit_reason[0] = 0;
    behind.closed = 0;
    behind.net_frac = (double)NAN;
    put(&place, &behind);
    while (status != TR_OK && k < 1000) {
        tr_alloc_fail_at(++k);
        status = tr_parity_run(place.store, &options, &recipe, NULL, &parity, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_OK || status == TR_NOMEM);
        if (status == TR_OK)
            assert_true(parity.n_differences == 1 && parity.n_behind == 1);
        tr_parity_finish(&parity);
    }
    assert_true(k > 10 && status == TR_OK);
    close_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_signals_and_their_replay_are_the_same),
        cmocka_unit_test(a_number_changed_in_its_last_bit_is_told),
        cmocka_unit_test(a_flag_an_instant_and_a_word_that_are_changed_are_told),
        cmocka_unit_test(an_open_record_is_behind_only_at_a_stage_that_was_gone_through),
        cmocka_unit_test(bars_that_were_not_followed_leave_signals_behind_until_they_are),
        cmocka_unit_test(a_bar_that_is_gone_is_told),
        cmocka_unit_test(history_too_short_for_an_atr_is_told_and_has_no_outcome),
        cmocka_unit_test(other_settings_show_in_what_they_decide),
        cmocka_unit_test(one_series_and_one_origin_can_be_asked_for),
        cmocka_unit_test(it_can_be_stopped),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests_name("usecase/parity", tests, run_live, end_live);
}
