#include "support/test.h"

#include "base/alloc.h"
#include "io/store/store.h"

#include <stdio.h>
#include <string.h>

/* A back end that holds a list of series and fails when told to. */
struct fake {
    struct tr_store store;
    struct tr_series_info infos[40];
    size_t n;
    enum tr_status status;
    int calls;
};

static struct fake *fake_of(struct tr_store *store)
{
    return (struct fake *)(void *)store;
}

static enum tr_status answer(struct tr_store *store, struct tr_error *err)
{
    fake_of(store)->calls++;
    return fake_of(store)->status ? tr_error_set(err, fake_of(store)->status, "x.db: it failed") : TR_OK;
}

static void fake_close(struct tr_store *store)
{
    fake_of(store)->calls++;
}

static enum tr_status fake_series_list(struct tr_store *store, struct tr_series_info **out, size_t *n,
                                       struct tr_error *err)
{
    struct fake *fake = fake_of(store);
    enum tr_status status = answer(store, err);
    if (status)
        return status;
    *out = tr_alloc(fake->n, sizeof **out);
    assert_non_null(*out);
    memcpy(*out, fake->infos, fake->n * sizeof **out);
    *n = fake->n;
    return TR_OK;
}

static enum tr_status fake_bars_put(struct tr_store *store, const struct tr_series_key *key, const struct tr_bars *bars,
                                    struct tr_put_report *report, struct tr_error *err)
{
    (void)key;
    report->inserted = bars->n;
    return answer(store, err);
}

static enum tr_status fake_bars_get(struct tr_store *store, const struct tr_series_key *key, tr_time_ms from,
                                    tr_time_ms to, struct tr_bar_list *out, struct tr_error *err)
{
    (void)key;
    (void)from;
    (void)to;
    (void)out;
    return answer(store, err);
}

static enum tr_status fake_signals_put(struct tr_store *store, const struct tr_stored_signal *signals, size_t n,
                                       struct tr_error *err)
{
    (void)signals;
    (void)n;
    return answer(store, err);
}

static enum tr_status fake_signals_replace(struct tr_store *store, const struct tr_series_key *key,
                                           enum tr_signal_origin origin, const struct tr_stored_signal *signals,
                                           size_t n, struct tr_error *err)
{
    (void)key;
    (void)origin;
    return fake_signals_put(store, signals, n, err);
}

static enum tr_status fake_rejections_put(struct tr_store *store, const struct tr_rejection *rejections, size_t n,
                                          struct tr_error *err)
{
    (void)rejections;
    (void)n;
    return answer(store, err);
}

static enum tr_status fake_rejections_count(struct tr_store *store, const struct tr_series_key *key, size_t *n,
                                            struct tr_error *err)
{
    (void)key;
    *n = 7;
    return answer(store, err);
}

static const struct tr_store_impl fake_impl = {
    .name = "fake",
    .close = fake_close,
    .series_list = fake_series_list,
    .bars_put = fake_bars_put,
    .bars_get = fake_bars_get,
    .signals_put = fake_signals_put,
    .signals_replace = fake_signals_replace,
    .rejections_put = fake_rejections_put,
    .rejections_count = fake_rejections_count,
};

static void add(struct fake *fake, const char *exchange, const char *symbol, enum tr_timeframe timeframe)
{
    struct tr_series_info *info = &fake->infos[fake->n++];
    snprintf(info->key.exchange, sizeof info->key.exchange, "%s", exchange);
    snprintf(info->key.symbol, sizeof info->key.symbol, "%s", symbol);
    info->key.timeframe = timeframe;
    info->bars = fake->n;
}

static struct fake filled(void)
{
    struct fake fake = {.store = {.impl = &fake_impl}};
    add(&fake, "bitget", "BTC/USDT:USDT", TR_TIMEFRAME_1H);
    add(&fake, "bitget", "BTC/USDT:USDT", TR_TIMEFRAME_4H);
    add(&fake, "bitget", "ETH/USDT:USDT", TR_TIMEFRAME_1H);
    add(&fake, "sandbox", "BTC/USDT:USDT", TR_TIMEFRAME_1H);
    return fake;
}

static void a_series_is_found_by_symbol_in_any_form(void **state)
{
    (void)state;
    struct fake fake = filled();
    struct tr_series_info info;
    struct tr_error err;
    assert_ok(tr_store_series_find(&fake.store, NULL, "ETH/USDT:USDT", TR_TIMEFRAME_1H, &info, &err), &err);
    assert_int_equal(info.bars, 3);
    assert_ok(tr_store_series_find(&fake.store, "", "ETH-USDT-SWAP", TR_TIMEFRAME_1H, &info, &err), &err);
    assert_int_equal(info.bars, 3);
    assert_ok(tr_store_series_find(&fake.store, "sandbox", "btc/usdt:usdt", TR_TIMEFRAME_1H, &info, &err), &err);
    assert_int_equal(info.bars, 4);
}

static void several_exchanges_are_listed(void **state)
{
    (void)state;
    struct fake fake = filled();
    struct tr_series_info info;
    struct tr_error err;
    assert_int_equal(tr_store_series_find(&fake.store, NULL, "BTC/USDT:USDT", TR_TIMEFRAME_1H, &info, &err),
                     TR_INVALID);
    assert_string_equal(err.text, "BTC/USDT:USDT 1h is stored of several exchanges: name one of bitget, sandbox");
}

static void what_is_not_stored_is_answered_by_what_is(void **state)
{
    (void)state;
    struct fake fake = filled();
    struct tr_series_info info;
    struct tr_error err;
    assert_int_equal(tr_store_series_find(&fake.store, NULL, "ETH/USDT:USDT", TR_TIMEFRAME_4H, &info, &err),
                     TR_NOT_FOUND);
    assert_string_equal(err.text, "ETH/USDT:USDT 4h is not stored; what is: bitget ETH/USDT:USDT 1h, bitget "
                                  "BTC/USDT:USDT 1h, bitget BTC/USDT:USDT 4h, sandbox BTC/USDT:USDT 1h");
    assert_int_equal(tr_store_series_find(&fake.store, "okx", "ETH/USDT:USDT", TR_TIMEFRAME_1H, &info, &err),
                     TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "okx ETH/USDT:USDT 1h is not stored"));
    fake.n = 0;
    assert_int_equal(tr_store_series_find(&fake.store, NULL, "ETH/USDT:USDT", TR_TIMEFRAME_1H, &info, &err),
                     TR_NOT_FOUND);
    assert_string_equal(err.text, "ETH/USDT:USDT 1h is not stored, nothing is: import it first");
}

static void a_long_list_is_cut_and_says_by_how_much(void **state)
{
    (void)state;
    struct fake fake = {.store = {.impl = &fake_impl}};
    struct tr_series_info info;
    struct tr_error err;
    for (int i = 0; i < 40; i++) {
        char symbol[32];
        snprintf(symbol, sizeof symbol, "COIN%d/USDT:USDT", i);
        add(&fake, "bitget", symbol, TR_TIMEFRAME_1H);
    }
    assert_int_equal(tr_store_series_find(&fake.store, NULL, "ETH/USDT:USDT", TR_TIMEFRAME_1H, &info, &err),
                     TR_NOT_FOUND);
    size_t shown = 0;
    for (const char *at = err.text; (at = strstr(at, "COIN")); at++)
        shown++;
    char more[32];
    snprintf(more, sizeof more, " and %zu more", 40 - shown);
    assert_in_range(shown, 3, 39);
    assert_string_equal(err.text + strlen(err.text) - strlen(more), more);
}

static void a_symbol_that_is_none_is_refused_before_the_store_is_asked(void **state)
{
    (void)state;
    struct fake fake = filled();
    struct tr_series_info info;
    struct tr_error err;
    assert_int_equal(tr_store_series_find(&fake.store, NULL, "???", TR_TIMEFRAME_1H, &info, &err), TR_INVALID);
    assert_int_equal(fake.calls, 0);
}

static void keys_without_names_are_refused_before_the_store_is_asked(void **state)
{
    (void)state;
    struct fake fake = filled();
    struct tr_error err;
    struct tr_put_report report;
    struct tr_bar_list list;
    struct tr_series_key keys[4] = {{"", "BTC/USDT", TR_TIMEFRAME_1H},
                                    {"bitget", "", TR_TIMEFRAME_1H},
                                    {"bitget", "BTC/USDT", TR_TIMEFRAME_COUNT},
                                    {"bitget", "BTC/USDT", TR_TIMEFRAME_1H}};
    memset(keys[3].exchange, 'x', sizeof keys[3].exchange);
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    struct tr_bars none = tr_bar_list_view(&list);
    for (size_t i = 0; i < 4; i++) {
        struct tr_stored_signal signal = {.series = keys[i], .status = "active"};
        struct tr_rejection rejection = {.series = keys[i]};
        size_t n;
        assert_int_equal(tr_store_bars_put(&fake.store, &keys[i], &none, &report, &err), TR_INVALID);
        assert_int_equal(tr_store_bars_get(&fake.store, &keys[i], 0, 1, &list, &err), TR_INVALID);
        assert_int_equal(tr_store_signals_put(&fake.store, &signal, 1, &err), TR_INVALID);
        assert_int_equal(tr_store_rejections_put(&fake.store, &rejection, 1, &err), TR_INVALID);
        assert_int_equal(tr_store_rejections_count(&fake.store, &keys[i], &n, &err), TR_INVALID);
        assert_int_equal(n, 0);
    }
    struct tr_stored_signal nameless = {.series = fake.infos[0].key};
    assert_int_equal(tr_store_signals_put(&fake.store, &nameless, 1, &err), TR_INVALID);
    assert_int_equal(fake.calls, 0);
}

static void bars_of_another_timeframe_are_refused(void **state)
{
    (void)state;
    struct fake fake = filled();
    struct tr_error err;
    struct tr_put_report report;
    struct tr_bar bar = {.time = 0, .open = 1, .high = 1, .low = 1, .close = 1};
    struct tr_bars bars = {1, TR_TIMEFRAME_1D, &bar.time, &bar.open, &bar.high, &bar.low, &bar.close, &bar.volume};
    assert_int_equal(tr_store_bars_put(&fake.store, &fake.infos[0].key, &bars, &report, &err), TR_INVALID);
    assert_string_equal(err.text, "bitget BTC/USDT:USDT 1h: bars of 1d do not belong there");
}

static void a_failure_names_the_series(void **state)
{
    (void)state;
    struct fake fake = filled();
    struct tr_error err;
    struct tr_put_report report;
    struct tr_bar_list list;
    struct tr_bar bar = {.time = 0, .open = 1, .high = 1, .low = 1, .close = 1};
    struct tr_bars bars = {1, TR_TIMEFRAME_1H, &bar.time, &bar.open, &bar.high, &bar.low, &bar.close, &bar.volume};
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    fake.status = TR_FULL;
    assert_int_equal(tr_store_bars_put(&fake.store, &fake.infos[0].key, &bars, &report, &err), TR_FULL);
    assert_string_equal(err.text, "bitget BTC/USDT:USDT 1h: x.db: it failed");
    assert_int_equal(tr_store_bars_get(&fake.store, &fake.infos[0].key, 0, 1, &list, &err), TR_FULL);
    assert_string_equal(err.text, "bitget BTC/USDT:USDT 1h: x.db: it failed");
    fake.calls = 0;
    tr_store_close(&fake.store);
    tr_store_close(NULL);
    assert_int_equal(fake.calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_series_is_found_by_symbol_in_any_form),
        cmocka_unit_test(several_exchanges_are_listed),
        cmocka_unit_test(what_is_not_stored_is_answered_by_what_is),
        cmocka_unit_test(a_long_list_is_cut_and_says_by_how_much),
        cmocka_unit_test(a_symbol_that_is_none_is_refused_before_the_store_is_asked),
        cmocka_unit_test(keys_without_names_are_refused_before_the_store_is_asked),
        cmocka_unit_test(bars_of_another_timeframe_are_refused),
        cmocka_unit_test(a_failure_names_the_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
