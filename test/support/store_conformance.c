#include "support/store_conformance.h"
#include "support/store_laws.h"
#include "support/store_place.h"
#include "support/test.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HOUR TR_HOUR_MS
#define START (INT64_C(473352) * TR_HOUR_MS) /* 2024-01-01 */

static const struct tr_series_key btc = {"bitget", "BTC/USDT:USDT", TR_TIMEFRAME_1H};
static const struct tr_series_key eth = {"bitget", "ETH/USDT:USDT", TR_TIMEFRAME_1H};

struct tr_store *store_open_empty(void **state)
{
    struct store_door *door = *state;
    struct tr_store *store = NULL;
    struct tr_error err;
    door->clear(door->context);
    assert_ok(door->open(door->context, &store, &err), &err);
    return store;
}

struct tr_store *store_open_again(void **state, struct tr_store *store)
{
    struct store_door *door = *state;
    struct tr_error err;
    tr_store_close(store);
    assert_ok(door->open(door->context, &store, &err), &err);
    return store;
}

static void put(struct tr_store *store, const struct tr_series_key *key, const struct tr_bar_list *list,
                struct tr_put_report *report)
{
    struct tr_error err;
    struct tr_bars bars = tr_bar_list_view(list);
    assert_ok(tr_store_bars_put(store, key, &bars, report, &err), &err);
}

static void get(struct tr_store *store, const struct tr_series_key *key, struct tr_bar_list *out)
{
    struct tr_error err;
    tr_bar_list_init(out, TR_TIMEFRAME_1M);
    assert_ok(tr_store_bars_get(store, key, INT64_MIN, INT64_MAX, out, &err), &err);
}

static void assert_same_bars(const struct tr_bar_list *a, const struct tr_bar_list *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->timeframe, b->timeframe);
    assert_memory_equal(a->time, b->time, a->n * sizeof *a->time);
    assert_memory_equal(a->open, b->open, a->n * sizeof *a->open);
    assert_memory_equal(a->high, b->high, a->n * sizeof *a->high);
    assert_memory_equal(a->low, b->low, a->n * sizeof *a->low);
    assert_memory_equal(a->close, b->close, a->n * sizeof *a->close);
    assert_memory_equal(a->volume, b->volume, a->n * sizeof *a->volume);
}

static void assert_series(struct tr_store *store, const struct tr_series_key *key, size_t bars, tr_time_ms first,
                          tr_time_ms last)
{
    struct tr_series_info info;
    struct tr_error err;
    assert_ok(tr_store_series_find(store, key->exchange, key->symbol, key->timeframe, &info, &err), &err);
    assert_string_equal(info.key.exchange, key->exchange);
    assert_string_equal(info.key.symbol, key->symbol);
    assert_int_equal(info.bars, bars);
    assert_int_equal(info.first, first);
    assert_int_equal(info.last, last);
}

static void bars_come_back_to_the_bit_also_after_reopening(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_bar_list bars, back;
    struct tr_put_report report;
    store_make_bars(&bars, btc.timeframe, START, 5000, 1);
    put(store, &btc, &bars, &report);
    assert_int_equal(report.inserted, 5000);
    assert_int_equal(report.identical + report.differing, 0);
    store = store_open_again(state, store);
    get(store, &btc, &back);
    assert_same_bars(&back, &bars);
    assert_series(store, &btc, 5000, START, START + 4999 * HOUR);
    tr_bar_list_finish(&bars);
    tr_bar_list_finish(&back);
    tr_store_close(store);
}

static void bars_put_again_are_identical(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_bar_list bars;
    struct tr_put_report report;
    store_make_bars(&bars, btc.timeframe, START, 100, 2);
    put(store, &btc, &bars, &report);
    put(store, &btc, &bars, &report);
    assert_int_equal(report.inserted, 0);
    assert_int_equal(report.identical, 100);
    assert_int_equal(report.differing, 0);
    assert_int_equal(report.first_differing, 0);
    assert_series(store, &btc, 100, START, START + 99 * HOUR);
    tr_bar_list_finish(&bars);
    tr_store_close(store);
}

static void a_differing_bar_is_reported_and_the_stored_one_stays(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_bar_list bars, changed, back;
    struct tr_put_report report;
    store_make_bars(&bars, btc.timeframe, START, 100, 3);
    store_make_bars(&changed, btc.timeframe, START, 120, 3);
    changed.volume[40] += 1.0;
    changed.close[70] = nextafter(changed.close[70], changed.open[70]);
    put(store, &btc, &bars, &report);
    put(store, &btc, &changed, &report);
    assert_int_equal(report.inserted, 20);
    assert_int_equal(report.identical, 98);
    assert_int_equal(report.differing, 2);
    assert_int_equal(report.first_differing, START + 40 * HOUR);
    get(store, &btc, &back);
    assert_int_equal(back.n, 120);
    assert_same_bits(back.volume[40], bars.volume[40]);
    assert_same_bits(back.close[70], bars.close[70]);
    tr_bar_list_finish(&bars);
    tr_bar_list_finish(&changed);
    tr_bar_list_finish(&back);
    tr_store_close(store);
}

static void older_bars_may_come_later_and_gaps_stay(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_bar_list new, old, back;
    struct tr_put_report report;
    store_make_bars(&new, btc.timeframe, START + 500 * HOUR, 10, 4);
    store_make_bars(&old, btc.timeframe, START, 10, 5);
    put(store, &btc, &new, &report);
    put(store, &btc, &old, &report);
    get(store, &btc, &back);
    assert_int_equal(back.n, 20);
    assert_int_equal(back.time[9], START + 9 * HOUR);
    assert_int_equal(back.time[10], START + 500 * HOUR);
    assert_series(store, &btc, 20, START, START + 509 * HOUR);
    tr_bar_list_finish(&new);
    tr_bar_list_finish(&old);
    tr_bar_list_finish(&back);
    tr_store_close(store);
}

static void from_is_included_and_to_is_not(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_bar_list bars, back;
    struct tr_put_report report;
    struct tr_error err;
    store_make_bars(&bars, btc.timeframe, START, 50, 6);
    put(store, &btc, &bars, &report);
    get(store, &eth, &back);
    static const struct {
        int64_t from, to;
        size_t n;
    } cases[] = {{10, 20, 10}, {0, 50, 50}, {-5, 1, 1}, {49, 99, 1}, {50, 99, 0},
                 {20, 20, 0},  {20, 10, 0}, {-9, 0, 0}, {49, 50, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(tr_store_bars_get(store, &btc, START + cases[i].from * HOUR, START + cases[i].to * HOUR, &back, &err),
                  &err);
        assert_int_equal(back.n, cases[i].n);
        if (back.n > 0 && cases[i].from > 0)
            assert_int_equal(back.time[0], START + cases[i].from * HOUR);
    }
    assert_ok(tr_store_bars_get(store, &btc, START + 1, START + HOUR + 1, &back, &err), &err);
    assert_int_equal(back.n, 1);
    assert_int_equal(back.time[0], START + HOUR);
    tr_bar_list_finish(&bars);
    tr_bar_list_finish(&back);
    tr_store_close(store);
}

static void an_unknown_series_gives_no_bars(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_bar_list back;
    store_make_bars(&back, TR_TIMEFRAME_1D, 0, 3, 7);
    struct tr_error err;
    assert_ok(tr_store_bars_get(store, &eth, INT64_MIN, INT64_MAX, &back, &err), &err);
    assert_int_equal(back.n, 0);
    assert_int_equal(back.timeframe, TR_TIMEFRAME_1H);
    tr_bar_list_finish(&back);
    tr_store_close(store);
}

static void bars_that_cannot_be_are_refused_with_all_the_others(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_put_report report = {.inserted = 9};
    struct tr_error err;
    struct tr_series_info *infos;
    size_t n;
    for (int kind = 0; kind < 4; kind++) {
        struct tr_bar_list bars;
        store_make_bars(&bars, btc.timeframe, START, 50, 8);
        if (kind == 0)
            bars.high[30] = bars.low[30] / 2.0;
        else if (kind == 1)
            bars.volume[30] = (double)NAN;
        else if (kind == 2)
            bars.time[30] = bars.time[29];
        else
            bars.time[30] += 1;
        struct tr_bars view = tr_bar_list_view(&bars);
        assert_int_equal(tr_store_bars_put(store, &btc, &view, &report, &err), TR_INVALID);
        assert_non_null(strstr(err.text, "bar 31 of 50"));
        assert_int_equal(report.inserted, 0);
        tr_bar_list_finish(&bars);
    }
    assert_ok(tr_store_series_list(store, &infos, &n, &err), &err);
    assert_int_equal(n, 0);
    tr_free(infos);
    tr_store_close(store);
}

static void no_bars_make_no_series(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_bars none = {0};
    struct tr_put_report report;
    struct tr_series_info *infos;
    struct tr_error err;
    size_t n = 1;
    assert_ok(tr_store_bars_put(store, &btc, &none, &report, &err), &err);
    assert_ok(tr_store_series_list(store, &infos, &n, &err), &err);
    assert_int_equal(n, 0);
    tr_free(infos);
    tr_store_close(store);
}

static void series_do_not_mix_and_are_listed_in_order(void **state)
{
    static const struct tr_series_key keys[] = {
        {"sandbox", "BTC/USDT:USDT", TR_TIMEFRAME_1M}, {"bitget", "ETH/USDT:USDT", TR_TIMEFRAME_1M},
        {"bitget", "BTC/USDT:USDT", TR_TIMEFRAME_1D},  {"bitget", "BTC/USDT:USDT", TR_TIMEFRAME_15M},
        {"bitget", "BTC/USDT:USDT", TR_TIMEFRAME_2H},  {"bitget", "BTC/USDT", TR_TIMEFRAME_1H},
    };
    static const size_t order[] = {5, 3, 4, 2, 1, 0};
    enum { N = sizeof keys / sizeof *keys };
    struct tr_store *store = store_open_empty(state);
    struct tr_series_info *infos;
    struct tr_error err;
    size_t n;
    for (size_t i = 0; i < N; i++) {
        struct tr_bar_list bars;
        struct tr_put_report report;
        store_make_bars(&bars, keys[i].timeframe, TR_DAY_MS, i + 1, (unsigned)i);
        put(store, &keys[i], &bars, &report);
        tr_bar_list_finish(&bars);
    }
    assert_ok(tr_store_series_list(store, &infos, &n, &err), &err);
    assert_int_equal(n, N);
    for (size_t i = 0; i < N; i++) {
        const struct tr_series_key *key = &keys[order[i]];
        struct tr_bar_list bars, back;
        assert_string_equal(infos[i].key.exchange, key->exchange);
        assert_string_equal(infos[i].key.symbol, key->symbol);
        assert_int_equal(infos[i].key.timeframe, key->timeframe);
        assert_int_equal(infos[i].bars, order[i] + 1);
        assert_int_equal(infos[i].first, TR_DAY_MS);
        store_make_bars(&bars, key->timeframe, TR_DAY_MS, order[i] + 1, (unsigned)order[i]);
        get(store, key, &back);
        assert_same_bars(&back, &bars);
        tr_bar_list_finish(&bars);
        tr_bar_list_finish(&back);
    }
    tr_free(infos);
    tr_store_close(store);
}

static struct tr_stored_signal *ask(struct tr_store *store, const struct tr_signal_query *query, size_t expected)
{
    struct tr_stored_signal *back;
    struct tr_error err;
    size_t n;
    assert_ok(tr_store_signals_get(store, query, &back, &n, &err), &err);
    assert_int_equal(n, expected);
    return back;
}

static void a_signal_comes_back_in_every_field(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_stored_signal signals[2], *back;
    struct tr_error err;
    struct tr_signal_query all = {.any_origin = true};
    store_make_signal(&signals[0], &btc, START, TR_SHORT);
    store_make_signal(&signals[1], &eth, START - HOUR, TR_LONG);
    signals[1].origin = TR_ORIGIN_WALKFORWARD;
    signals[1].closed = START + 5 * HOUR;
    signals[1].net_frac = -0.0123;
    snprintf(signals[1].status, sizeof signals[1].status, "closed");
    snprintf(signals[1].exit_reason, sizeof signals[1].exit_reason, "trailing");
    signals[1].signal.evidence.enough = signals[1].signal.evidence.proven = false;
    signals[1].signal.passed_profit_filter = signals[1].signal.funding_assumed = false;
    assert_ok(tr_store_signals_put(store, signals, 2, &err), &err);
    store = store_open_again(state, store);
    back = ask(store, &all, 2);
    assert_memory_equal(&back[0], &signals[0], sizeof *back);
    assert_memory_equal(&back[1], &signals[1], sizeof *back);
    tr_free(back);
    tr_store_close(store);
}

static void a_signal_put_again_replaces_itself_alone(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_stored_signal signals[3], changed, *back;
    struct tr_error err;
    struct tr_signal_query all = {.any_origin = true};
    store_make_signal(&signals[0], &btc, START, TR_LONG);
    store_make_signal(&signals[1], &btc, START, TR_SHORT);
    store_make_signal(&signals[2], &btc, START, TR_LONG);
    signals[2].origin = TR_ORIGIN_WALKFORWARD;
    assert_ok(tr_store_signals_put(store, signals, 3, &err), &err);
    changed = signals[0];
    memcpy(changed.status, "tp1\0\0", sizeof "tp1\0\0"); /* over "active" */
    changed.signal.size[2].leverage = 7.25;
    changed.signal.evidence.confidence = 0.625;
    assert_ok(tr_store_signals_put(store, &changed, 1, &err), &err);
    back = ask(store, &all, 3);
    assert_memory_equal(&back[0], &changed, sizeof changed);
    assert_memory_equal(&back[1], &signals[2], sizeof changed);
    assert_memory_equal(&back[2], &signals[1], sizeof changed);
    tr_free(back);
    tr_store_close(store);
}

static void replacing_leaves_only_the_new_ones_of_that_series_and_origin(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_stored_signal signals[4], fresh, wrong, *back;
    struct tr_error err;
    struct tr_signal_query all = {.any_origin = true};
    for (size_t i = 0; i < 4; i++) {
        store_make_signal(&signals[i], i == 3 ? &eth : &btc, START - (tr_time_ms)i * HOUR, TR_LONG);
        signals[i].origin = i == 2 ? TR_ORIGIN_NEWEST : TR_ORIGIN_WALKFORWARD;
    }
    assert_ok(tr_store_signals_put(store, signals, 4, &err), &err);
    fresh = signals[1];
    fresh.signal.evidence.confidence = 0.59375;
    wrong = signals[2];
    assert_int_equal(tr_store_signals_replace(store, &btc, TR_ORIGIN_WALKFORWARD, &wrong, 1, &err), TR_INVALID);
    assert_ok(tr_store_signals_replace(store, &btc, TR_ORIGIN_WALKFORWARD, &fresh, 1, &err), &err);
    back = ask(store, &all, 3);
    assert_memory_equal(&back[0], &fresh, sizeof fresh);
    assert_memory_equal(&back[1], &signals[2], sizeof fresh); /* another origin */
    assert_memory_equal(&back[2], &signals[3], sizeof fresh); /* another series */
    tr_free(back);
    assert_ok(tr_store_signals_replace(store, &btc, TR_ORIGIN_WALKFORWARD, NULL, 0, &err), &err);
    tr_free(ask(store, &all, 2));
    tr_store_close(store);
}

static void signals_are_found_by_series_origin_and_proof(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_series_key slow = btc, any = {.exchange = "", .symbol = ""}, sandbox = {.exchange = "sandbox"},
                         other = btc;
    struct tr_stored_signal signals[5];
    struct tr_error err;
    slow.timeframe = TR_TIMEFRAME_4H;
    memcpy(other.exchange, sandbox.exchange, sizeof other.exchange);
    store_make_signal(&signals[0], &btc, START, TR_LONG);
    store_make_signal(&signals[1], &eth, START, TR_LONG);
    store_make_signal(&signals[2], &slow, START, TR_LONG);
    store_make_signal(&signals[3], &btc, START + HOUR, TR_LONG);
    store_make_signal(&signals[4], &other, START, TR_LONG);
    signals[1].origin = TR_ORIGIN_WALKFORWARD;
    signals[3].signal.evidence.proven = false;
    assert_ok(tr_store_signals_put(store, signals, 5, &err), &err);
    const struct {
        struct tr_signal_query query;
        size_t n;
    } cases[] = {
        {{.any_origin = true}, 5},
        {{.series = &btc, .any_origin = true}, 2},
        {{.series = &btc, .any_origin = true, .any_timeframe = true}, 3},
        {{.series = &any, .any_origin = true, .any_timeframe = true}, 5},
        {{.series = &sandbox, .any_origin = true, .any_timeframe = true}, 1},
        {{.series = &other, .any_origin = true}, 1},
        {{.series = &any, .any_origin = true}, 0}, /* 1m */
        {{.series = &eth, .origin = TR_ORIGIN_NEWEST}, 0},
        {{.series = &eth, .origin = TR_ORIGIN_WALKFORWARD}, 1},
        {{.origin = TR_ORIGIN_NEWEST}, 4},
        {{.any_origin = true, .proven_only = true}, 4},
        {{.series = &btc, .any_origin = true, .proven_only = true}, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        tr_free(ask(store, &cases[i].query, cases[i].n));
    tr_store_close(store);
}

static void the_newest_signals_come_first_and_a_hundred_by_default(void **state)
{
    enum { N = 130 };
    struct tr_store *store = store_open_empty(state);
    struct tr_stored_signal *signals = tr_alloc(N, sizeof *signals), *back;
    struct tr_error err;
    assert_non_null(signals);
    for (size_t i = 0; i < N; i++)
        store_make_signal(&signals[i], &btc, START + (int64_t)((i * 37) % N) * HOUR, TR_LONG);
    assert_ok(tr_store_signals_put(store, signals, N, &err), &err);
    struct tr_signal_query query = {.any_origin = true};
    back = ask(store, &query, 100);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(back[i].signal.time, START + (int64_t)(N - 1 - i) * HOUR);
    tr_free(back);
    query.limit = 3;
    tr_free(ask(store, &query, 3));
    query.limit = SIZE_MAX;
    tr_free(ask(store, &query, N));
    tr_free(signals);
    tr_store_close(store);
}

static void rejections_are_counted_once_each(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_rejection rejections[TR_STAGE_COUNT + 1];
    struct tr_error err;
    size_t n;
    for (int i = 0; i <= TR_STAGE_COUNT; i++)
        rejections[i] = (struct tr_rejection){.series = i < TR_STAGE_COUNT ? btc : eth,
                                              .time = START + i * HOUR,
                                              .side = i % 2 ? TR_SHORT : TR_LONG,
                                              .stage = (enum tr_stage)(i % TR_STAGE_COUNT),
                                              .value = 0.5,
                                              .threshold = (double)NAN,
                                              .margin = (double)NAN};
    for (int round = 0; round < 2; round++) {
        assert_ok(tr_store_rejections_put(store, rejections, TR_STAGE_COUNT + 1, &err), &err);
        assert_ok(tr_store_rejections_count(store, &btc, &n, &err), &err);
        assert_int_equal(n, TR_STAGE_COUNT);
        assert_ok(tr_store_rejections_count(store, &eth, &n, &err), &err);
        assert_int_equal(n, 1);
    }
    struct tr_series_key other = btc;
    other.timeframe = TR_TIMEFRAME_1D;
    assert_ok(tr_store_rejections_count(store, &other, &n, &err), &err);
    assert_int_equal(n, 0);
    tr_store_close(store);
}

/* Everything once; false where an allocation failed, which it must say. */
static bool use_all(struct tr_store *store, const struct tr_bar_list *bars, const struct tr_stored_signal *signal)
{
    struct tr_error err = {0};
    struct tr_bars view = tr_bar_list_view(bars);
    struct tr_put_report report;
    struct tr_bar_list back;
    struct tr_series_info *infos = NULL, info;
    struct tr_stored_signal *signals = NULL;
    struct tr_signal_query query = {.any_origin = true};
    size_t n;
    tr_bar_list_init(&back, btc.timeframe);
    enum tr_status status = tr_store_bars_put(store, &btc, &view, &report, &err);
    if (!status)
        status = tr_store_bars_get(store, &btc, INT64_MIN, INT64_MAX, &back, &err);
    if (!status)
        status = tr_store_series_list(store, &infos, &n, &err);
    if (!status)
        status = tr_store_series_find(store, "", "BTCUSDT.P", TR_TIMEFRAME_1H, &info, &err);
    if (!status)
        status = tr_store_signals_put(store, signal, 1, &err);
    if (!status)
        status = tr_store_signals_get(store, &query, &signals, &n, &err);
    tr_bar_list_finish(&back);
    tr_free(infos);
    tr_free(signals);
    assert_true(status == TR_OK || status == TR_NOMEM);
    assert_true(status == TR_OK || strstr(err.text, "out of memory"));
    return status == TR_OK;
}

static void running_out_of_memory_anywhere_is_said_and_survived(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_bar_list bars;
    struct tr_stored_signal signal;
    size_t failures = 0;
    store_make_bars(&bars, btc.timeframe, START, 100, 9);
    store_make_signal(&signal, &btc, START, TR_LONG);
    for (bool done = false; !done; failures += !done) {
        tr_alloc_fail_at(failures + 1);
        done = use_all(store, &bars, &signal);
        tr_alloc_fail_at(0);
        assert_true(failures < 1000);
    }
    assert_true(failures > 5);
    assert_series(store, &btc, 100, START, START + 99 * HOUR);
    tr_bar_list_finish(&bars);
    tr_store_close(store);
}

static const struct store_law laws[] = {
    STORE_LAW(bars_come_back_to_the_bit_also_after_reopening),
    STORE_LAW(bars_put_again_are_identical),
    STORE_LAW(a_differing_bar_is_reported_and_the_stored_one_stays),
    STORE_LAW(older_bars_may_come_later_and_gaps_stay),
    STORE_LAW(from_is_included_and_to_is_not),
    STORE_LAW(an_unknown_series_gives_no_bars),
    STORE_LAW(bars_that_cannot_be_are_refused_with_all_the_others),
    STORE_LAW(no_bars_make_no_series),
    STORE_LAW(series_do_not_mix_and_are_listed_in_order),
    STORE_LAW(a_signal_comes_back_in_every_field),
    STORE_LAW(a_signal_put_again_replaces_itself_alone),
    STORE_LAW(replacing_leaves_only_the_new_ones_of_that_series_and_origin),
    STORE_LAW(signals_are_found_by_series_origin_and_proof),
    STORE_LAW(the_newest_signals_come_first_and_a_hundred_by_default),
    STORE_LAW(rejections_are_counted_once_each),
    STORE_LAW(running_out_of_memory_anywhere_is_said_and_survived),
};

/* Adds laws [n] to tests, of which there are *count by then. */
static void add_laws(struct CMUnitTest *tests, size_t *count, const struct store_law *added, size_t n,
                     struct store_door *door)
{
    for (size_t i = 0; i < n; i++)
        tests[(*count)++] = (struct CMUnitTest){added[i].name, added[i].run, NULL, NULL, door};
}

int store_conformance_run(const char *name, struct store_door *door)
{
    struct CMUnitTest tests[100];
    size_t n = 0, own = sizeof laws / sizeof *laws;
    if (own + store_model_law_count + store_ledger_law_count + store_run_law_count > sizeof tests / sizeof *tests)
        return 1;
    add_laws(tests, &n, laws, own, door);
    add_laws(tests, &n, store_model_laws, store_model_law_count, door);
    add_laws(tests, &n, store_ledger_laws, store_ledger_law_count, door);
    add_laws(tests, &n, store_run_laws, store_run_law_count, door);
    return _cmocka_run_group_tests(name, tests, n, NULL, NULL);
}
