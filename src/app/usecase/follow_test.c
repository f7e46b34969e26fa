#include "support/test.h"

#include "app/usecase/follow.h"
#include "app/usecase/run.h"
#include "base/alloc.h"
#include "engine/trade/settle.h"
#include "io/store/sqlite/sqlite.h"
#include "support/bars.h"
#include "support/chain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct tr_series_key key = {"file", "TEST/USDT:USDT", TR_TIMEFRAME_1H};

struct place {
    struct tr_store *store;
    char dir[256];
};

static void open_place(struct place *place)
{
    struct tr_error err = {0};
    char path[300];
    test_make_dir(place->dir);
    snprintf(path, sizeof path, "%s/test.db", place->dir);
    assert_ok(tr_store_sqlite_open(path, 1000, &place->store, &err), &err);
}

static void close_place(struct place *place)
{
    tr_store_close(place->store);
    test_remove_dir(place->dir);
}

/* The listing of one origin, as the store gives it: padding is zero, so that lists compare as bytes. */
struct listing {
    struct tr_stored_signal *signals;
    size_t n;
};

static struct listing list_of(const struct place *place, enum tr_signal_origin origin)
{
    struct tr_signal_query query = {.any_timeframe = true, .origin = origin, .limit = 100000};
    struct listing list = {0};
    struct tr_error err = {0};
    assert_ok(tr_store_signals_get(place->store, &query, &list.signals, &list.n, &err), &err);
    return list;
}

static bool same_listing(const struct listing *a, const struct listing *b)
{
    return a->n == b->n && (a->n == 0 || memcmp(a->signals, b->signals, a->n * sizeof *a->signals) == 0);
}

static bool is_open(const struct tr_stored_signal *record)
{
    return strcmp(record->status, "closed") != 0 && strcmp(record->status, "expired") != 0;
}

/* Entry 100, stop 85, targets 110, 120, 130, no trailing, a horizon of six hours. */
static struct tr_stored_signal long_at(tr_time_ms time)
{
    struct tr_stored_signal record = {
        .series = key, .origin = TR_ORIGIN_NEWEST, .status = "active", .net_frac = (double)NAN};
    record.signal.time = time;
    record.signal.decided = time + TR_HOUR_MS;
    record.signal.expires = time + 7 * TR_HOUR_MS;
    record.signal.side = TR_LONG;
    record.signal.levels =
        (struct tr_levels){.side = TR_LONG, .entry = 100, .atr = 10, .stop = 85, .target = {110, 120, 130}};
    return record;
}

static void put(const struct place *place, const struct tr_stored_signal *record)
{
    struct tr_error err = {0};
    assert_ok(tr_store_signals_put(place->store, record, 1, &err), &err);
}

/* Follows over these bars and stores what changed; returns how many that were. */
static size_t follow(const struct place *place, const struct tr_bars *bars, bool active[TR_SIDE_COUNT])
{
    struct tr_recipe recipe;
    struct tr_follow found;
    struct tr_error err = {0};
    tr_recipe_defaults(&recipe);
    assert_ok(tr_follow_read(place->store, &key, bars, &recipe, &found, &err), &err);
    assert_ok(tr_follow_write(&found, place->store, &err), &err);
    size_t changed = found.n_changed;
    memcpy(active, found.active, sizeof found.active);
    tr_follow_finish(&found);
    return changed;
}

static struct tr_stored_signal only_signal(const struct place *place)
{
    struct listing list = list_of(place, TR_ORIGIN_NEWEST);
    assert_int_equal(list.n, 1);
    struct tr_stored_signal record = list.signals[0];
    tr_free(list.signals);
    return record;
}

static void a_signal_goes_from_target_to_target_and_closes(void **state)
{
    (void)state;
    static const double rows[][4] = {
        {100, 101, 99, 100},  {100, 104, 98, 103},  {103, 111, 102, 109},
        {109, 121, 108, 118}, {118, 122, 117, 121}, {121, 131, 120, 130},
    };
    static const char *const expected[] = {"active", "active", "tp1", "tp2", "tp2", "closed"};
    struct place place;
    struct test_bars bars;
    struct tr_stored_signal record;
    bool active[TR_SIDE_COUNT];
    open_place(&place);
    test_bars_rows(6, rows, &bars);
    record = long_at(bars.view.time[0]);
    put(&place, &record);
    for (size_t n = 1; n <= 6; n++) {
        struct tr_bars known = tr_bars_slice(&bars.view, 0, n);
        size_t changed = follow(&place, &known, active);
        record = only_signal(&place);
        assert_string_equal(record.status, expected[n - 1]);
        assert_int_equal(changed, n > 1 && strcmp(expected[n - 1], expected[n - 2]) != 0);
        assert_int_equal(active[TR_LONG], n > 1 && n < 6); /* never blocked by itself, nor by what is over */
        assert_false(active[TR_SHORT]);
        assert_int_equal(follow(&place, &known, active), 0); /* again: nothing new */
    }
    assert_string_equal(record.exit_reason, "tp3");
    assert_int_equal(record.closed, bars.view.time[5] + TR_HOUR_MS);
    assert_true(record.net_frac > 0.15 && record.net_frac < 0.2); /* 20 % on average, less costs */
    test_bars_free(&bars);
    close_place(&place);
}

static void shorter_data_take_nothing_back(void **state)
{
    (void)state;
    static const double rows[][4] = {
        {100, 101, 99, 100}, {100, 104, 98, 103}, {103, 111, 102, 109}, {109, 110, 80, 84}};
    struct place place;
    struct test_bars bars;
    bool active[TR_SIDE_COUNT];
    open_place(&place);
    test_bars_rows(4, rows, &bars);
    struct tr_bars known = tr_bars_slice(&bars.view, 0, 3), less = tr_bars_slice(&bars.view, 0, 2);
    struct tr_stored_signal record = long_at(bars.view.time[0]);
    put(&place, &record);
    assert_int_equal(follow(&place, &known, active), 1);
    assert_int_equal(follow(&place, &less, active), 0);
    record = only_signal(&place);
    assert_string_equal(record.status, "tp1");
    assert_int_equal(follow(&place, &bars.view, active), 1);
    assert_int_equal(follow(&place, &known, active), 0);
    record = only_signal(&place);
    assert_string_equal(record.status, "closed");
    assert_string_equal(record.exit_reason, "trailing"); /* what any stop after target 1 is called */
    assert_false(active[TR_LONG]);
    test_bars_free(&bars);
    close_place(&place);
}

static void without_a_bar_before_its_end_a_signal_expires(void **state)
{
    (void)state;
    static const double rows[][4] = {{100, 101, 99, 100}, {100, 140, 98, 103}};
    struct place place;
    struct test_bars bars;
    bool active[TR_SIDE_COUNT];
    test_bars_rows(2, rows, &bars);
    for (int late = 0; late < 2; late++) {
        tr_time_ms time[] = {bars.view.time[0], bars.view.time[0] + (6 + late) * TR_HOUR_MS};
        struct tr_bars holed = bars.view;
        struct tr_stored_signal record = long_at(time[0]);
        holed.time = time;
        open_place(&place);
        put(&place, &record);
        assert_int_equal(follow(&place, &holed, active), 1);
        record = only_signal(&place);
        assert_string_equal(record.status, late ? "expired" : "closed");
        assert_int_equal(isnan(record.net_frac), late);
        assert_int_equal(record.closed == 0, late);
        assert_false(active[TR_LONG]);
        assert_int_equal(follow(&place, &holed, active), 0);
        close_place(&place);
    }
    test_bars_free(&bars);
}

static void a_signal_whose_bar_is_missing_is_left_alone(void **state)
{
    (void)state;
    static const double rows[][4] = {{100, 140, 99, 100}, {100, 140, 98, 103}, {100, 140, 98, 103},
                                     {100, 140, 98, 103}, {100, 140, 98, 103}, {100, 140, 98, 103},
                                     {100, 140, 98, 103}, {100, 140, 98, 103}};
    struct place place;
    struct test_bars bars;
    bool active[TR_SIDE_COUNT];
    open_place(&place);
    test_bars_rows(8, rows, &bars);
    struct tr_stored_signal record = long_at(bars.view.time[0]);
    put(&place, &record);
    for (size_t n = 1; n <= 7; n++) {
        struct tr_bars later = tr_bars_slice(&bars.view, 1, n);
        assert_int_equal(follow(&place, &later, active), 0);
        assert_int_equal(active[TR_LONG], n < 6); /* open as far as is known, up to its end at the close of row 6 */
    }
    record = only_signal(&place);
    assert_string_equal(record.status, "active");
    test_bars_free(&bars);
    close_place(&place);
}

static void only_issued_signals_of_the_series_are_followed(void **state)
{
    (void)state;
    static const double rows[][4] = {{100, 101, 99, 100}, {100, 111, 98, 103}};
    struct place place;
    struct test_bars bars;
    bool active[TR_SIDE_COUNT];
    open_place(&place);
    test_bars_rows(2, rows, &bars);
    struct tr_stored_signal other = long_at(bars.view.time[0]), replayed = long_at(bars.view.time[0]);
    other.series.timeframe = TR_TIMEFRAME_4H;
    replayed.origin = TR_ORIGIN_WALKFORWARD;
    put(&place, &other);
    put(&place, &replayed);
    assert_int_equal(follow(&place, &bars.view, active), 0);
    assert_false(active[TR_LONG]);
    struct tr_bars none = tr_bars_slice(&bars.view, 0, 0);
    assert_int_equal(follow(&place, &none, active), 0);
    test_bars_free(&bars);
    close_place(&place);
}

static void a_failure_leaves_the_store_as_it_was(void **state)
{
    (void)state;
    static const double rows[][4] = {
        {100, 101, 99, 100}, {100, 104, 98, 103}, {103, 111, 102, 109}, {109, 112, 108, 111}};
    struct place place;
    struct test_bars bars;
    struct tr_recipe recipe;
    struct tr_follow found;
    struct tr_error err = {0};
    open_place(&place);
    test_bars_rows(4, rows, &bars);
    tr_recipe_defaults(&recipe);
    for (size_t i = 0; i < 2; i++) {
        struct tr_stored_signal record = long_at(bars.view.time[i]);
        put(&place, &record);
    }
    struct listing before = list_of(&place, TR_ORIGIN_NEWEST);
    enum tr_status status = TR_NOMEM;
    size_t k = 0;
    while (status != TR_OK && k < 1000) {
        tr_alloc_fail_at(++k);
        status = tr_follow_read(place.store, &key, &bars.view, &recipe, &found, &err);
        if (status == TR_OK)
            status = tr_follow_write(&found, place.store, &err);
        tr_alloc_fail_at(0);
        tr_follow_finish(&found);
        struct listing after = list_of(&place, TR_ORIGIN_NEWEST);
        assert_int_equal(same_listing(&before, &after), status != TR_OK);
        assert_true(status == TR_OK || status == TR_NOMEM);
        tr_free(after.signals);
    }
    assert_true(k > 3 && status == TR_OK);
    tr_free(before.signals);
    test_bars_free(&bars);
    close_place(&place);
}

/* A user who runs the chain each hour: in this stretch of the market sides are issued, blocked and freed again. */
enum { FIRST = 1020, LAST = 1300 };

static void make_hours(struct tr_recipe *recipe, struct tr_bar_list *list)
{
    test_chain_recipe(recipe);
    recipe->max_folds = 1;
    recipe->rolling.calibration.draws = 20;
    test_chain_market(LAST, 3, list);
}

struct hour {
    size_t duplicates, moved;
};

static enum tr_status run_hour(const struct place *place, const struct tr_recipe *recipe, const struct tr_bars *bars,
                               const struct tr_progress *progress, struct hour *hour)
{
    struct tr_error err = {0};
    struct tr_run run;
    enum tr_status status = tr_run_series(
        &key, bars, recipe, &(struct tr_world){.store = place->store, .keep_signals = true, .progress = progress}, &run,
        &err);
    *hour = (struct hour){.moved = run.follow.n_changed};
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        hour->duplicates += run.newest.decision[side].stage == TR_STAGE_DUPLICATE && run.follow.active[side];
    tr_run_finish(&run);
    return status;
}

static void check_one_open_a_side(const struct listing *list)
{
    size_t open[TR_SIDE_COUNT] = {0, 0};
    for (size_t i = 0; i < list->n; i++)
        open[list->signals[i].signal.side] += is_open(&list->signals[i]);
    assert_true(open[TR_LONG] <= 1 && open[TR_SHORT] <= 1);
}

static void check_by_kernel(const struct tr_stored_signal *record, const struct tr_recipe *recipe,
                            const struct tr_bars *bars)
{
    struct tr_outcome_rules rules = tr_outcome_rules_ladder(&recipe->gate.ladder, bars->timeframe);
    size_t row = tr_bars_find(bars, record->signal.time);
    struct tr_outcome outcome;
    struct tr_settlement money;
    tr_outcome_run(&rules, &record->signal.levels, bars, row, &outcome);
    assert_int_equal(outcome.reason == TR_EXIT_OPEN, is_open(record));
    if (is_open(record)) {
        static const char *const stage[] = {"active", "tp1", "tp2"};
        assert_string_equal(record->status, stage[outcome.targets_hit]);
        return;
    }
    tr_settle(&recipe->gate.cost, &recipe->funding, &rules, &record->signal.levels, &outcome, bars, row, &money);
    assert_string_equal(record->exit_reason, tr_exit_reason_name(outcome.reason));
    assert_int_equal(record->closed, bars->time[row + outcome.bars] + TR_HOUR_MS);
    assert_same_bits(record->net_frac, money.net_frac);
}

static void hourly_runs_keep_one_signal_a_side_open_and_end_them_all(void **state)
{
    (void)state;
    struct place place;
    struct tr_recipe recipe;
    struct tr_bar_list list;
    struct hour hour;
    size_t duplicates = 0, closed = 0;
    open_place(&place);
    make_hours(&recipe, &list);
    struct tr_bars all = tr_bar_list_view(&list);
    for (size_t n = FIRST; n <= LAST; n++) {
        struct tr_bars known = tr_bars_slice(&all, 0, n);
        assert_int_equal(run_hour(&place, &recipe, &known, NULL, &hour), TR_OK);
        struct listing now = list_of(&place, TR_ORIGIN_NEWEST);
        check_one_open_a_side(&now);
        duplicates += hour.duplicates;
        tr_free(now.signals);
    }
    struct listing issued = list_of(&place, TR_ORIGIN_NEWEST);
    for (size_t i = 0; i < issued.n; i++) {
        check_by_kernel(&issued.signals[i], &recipe, &all);
        closed += !is_open(&issued.signals[i]);
    }
    assert_true(closed >= 5);     /* else this looked at nothing */
    assert_true(duplicates >= 5); /* blocked by a stored signal */
    assert_int_equal(run_hour(&place, &recipe, &all, NULL, &hour), TR_OK);
    struct listing again = list_of(&place, TR_ORIGIN_NEWEST);
    assert_true(same_listing(&issued, &again));
    tr_free(again.signals);

    /* Going back to the hours of each signal takes nothing back either. */
    for (size_t i = 0; i < issued.n; i++) {
        struct tr_bars known = tr_bars_slice(&all, 0, tr_bars_find(&all, issued.signals[i].signal.time) + 1);
        assert_int_equal(run_hour(&place, &recipe, &known, NULL, &hour), TR_OK);
    }
    again = list_of(&place, TR_ORIGIN_NEWEST);
    assert_true(same_listing(&issued, &again));
    tr_free(again.signals);
    tr_free(issued.signals);
    tr_bar_list_finish(&list);
    close_place(&place);
}

struct stopper {
    size_t calls, stop_at;
};

static bool stop_later(void *context, const char *stage, size_t done, size_t total, const char *units)
{
    struct stopper *stopper = context;
    (void)stage;
    (void)done;
    (void)total;
    (void)units;
    return ++stopper->calls < stopper->stop_at;
}

static void a_stopped_run_follows_nothing(void **state)
{
    (void)state;
    struct stopper stopper = {0, SIZE_MAX};
    struct tr_progress progress = {stop_later, &stopper};
    struct place place;
    struct tr_recipe recipe;
    struct tr_bar_list list;
    struct hour hour;
    open_place(&place);
    make_hours(&recipe, &list);
    struct tr_bars all = tr_bar_list_view(&list);
    struct tr_stored_signal record = long_at(all.time[LAST - 60]); /* over by now, whatever its levels */
    put(&place, &record);
    struct listing before = list_of(&place, TR_ORIGIN_NEWEST);
    for (size_t k = 1; k < 1000; k++) {
        stopper = (struct stopper){0, k};
        enum tr_status status = run_hour(&place, &recipe, &all, &progress, &hour);
        struct listing after = list_of(&place, TR_ORIGIN_NEWEST);
        assert_int_equal(same_listing(&before, &after), status != TR_OK);
        tr_free(after.signals);
        if (status == TR_OK)
            break;
        assert_int_equal(status, TR_CANCELLED);
    }
    assert_true(stopper.calls > 3 && stopper.calls < stopper.stop_at);
    assert_int_equal(hour.moved, 1);
    tr_free(before.signals);
    tr_bar_list_finish(&list);
    close_place(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_goes_from_target_to_target_and_closes),
        cmocka_unit_test(shorter_data_take_nothing_back),
        cmocka_unit_test(without_a_bar_before_its_end_a_signal_expires),
        cmocka_unit_test(a_signal_whose_bar_is_missing_is_left_alone),
        cmocka_unit_test(only_issued_signals_of_the_series_are_followed),
        cmocka_unit_test(a_failure_leaves_the_store_as_it_was),
        cmocka_unit_test(hourly_runs_keep_one_signal_a_side_open_and_end_them_all),
        cmocka_unit_test(a_stopped_run_follows_nothing),
    };
    return cmocka_run_group_tests_name("usecase/follow", tests, NULL, NULL);
}
