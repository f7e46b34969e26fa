#include "support/test.h"

#include "app/usecase/import_funding.h"
#include "base/alloc.h"
#include "io/format/source.h"
#include "io/store/funding.h"
#include "io/store/sqlite/sqlite.h"
#include "support/store_place.h"

#include <stdio.h>
#include <string.h>

#define HEADER "timestamp_ms,funding_rate\n"

static char dir[256], file[300];
static struct tr_store *store;

static int set_up(void **state)
{
    (void)state;
    struct tr_error err = {0};
    char path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/test.db", dir);
    snprintf(file, sizeof file, "%s/funding.csv", dir);
    assert_ok(tr_store_sqlite_open(path, 1000, &store, &err), &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tr_store_close(store);
    test_remove_dir(dir);
    return 0;
}

static enum tr_status import_text(const char *text, const char *symbol, bool strict, struct tr_import_funding *out,
                                  struct tr_error *err)
{
    struct tr_import_funding_options options = {
        .file = {.path = file, .strict = strict}, .exchange = "okx", .symbol = symbol};
    bool funding;
    FILE *stream = fopen(file, "wb");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
    enum tr_status status = tr_import_open(file, &options.source, &funding, err);
    assert_ok(status, err);
    assert_true(funding);
    status = tr_import_funding_run(&options, store, out, err);
    tr_format_source_close(options.source);
    return status;
}

static size_t stored(const char *symbol)
{
    struct tr_error err;
    tr_time_ms *time;
    double *rate;
    size_t n;
    assert_ok(tr_store_funding_get(store, "okx", symbol, INT64_MIN, INT64_MAX, &time, &rate, &n, &err), &err);
    tr_free(time);
    tr_free(rate);
    return n;
}

static void rates_are_stored_under_the_unified_name_once(void **state)
{
    (void)state;
    struct tr_import_funding out;
    struct tr_error err;
    for (int again = 0; again < 2; again++) {
        assert_ok(
            import_text(HEADER "1568102400000,0.0001\n1568131200047,-0.0002\n", "BTC-USDT-SWAP", false, &out, &err),
            &err);
        assert_string_equal(out.exchange, "okx");
        assert_string_equal(out.symbol, "BTC/USDT:USDT");
        assert_true(out.put.inserted == (again ? 0 : 2) && out.put.identical == (again ? 2 : 0));
        assert_true(out.first == 1568102400000 && out.last == 1568131200000);
        assert_true(out.file.file.accepted == 2 && out.file.rounded == 1);
        assert_true(out.series == 0);
        assert_true(stored("BTC/USDT:USDT") == 2);
    }
    assert_ok(import_text(HEADER "1568102400000,0.0009\n1568160000000,0\n", "BTC/USDT:USDT", false, &out, &err), &err);
    assert_true(out.put.inserted == 1 && out.put.differing == 1);
    assert_true(stored("BTC/USDT:USDT") == 3);
}

static void the_series_the_rates_are_for_are_counted(void **state)
{
    (void)state;
    struct tr_import_funding out;
    struct tr_put_report report;
    struct tr_error err;
    const struct tr_series_key keys[] = {{"okx", "ETH/USDT:USDT", TR_TIMEFRAME_1H},
                                         {"okx", "ETH/USDT:USDT", TR_TIMEFRAME_4H},
                                         {"okx", "ETH/USDT", TR_TIMEFRAME_1H},
                                         {"file", "ETH/USDT:USDT", TR_TIMEFRAME_1H}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct tr_bar_list list;
        store_make_bars(&list, keys[i].timeframe, 0, 3, 1);
        struct tr_bars bars = tr_bar_list_view(&list);
        assert_ok(tr_store_bars_put(store, &keys[i], &bars, &report, &err), &err);
        tr_bar_list_finish(&list);
    }
    assert_ok(import_text(HEADER "1568102400000,0.0001\n", "ETHUSDT.P", false, &out, &err), &err);
    assert_string_equal(out.symbol, "ETH/USDT:USDT");
    assert_true(out.series == 2);
}

static void the_file_may_name_its_market_and_otherwise_it_must_be_named(void **state)
{
    (void)state;
    struct tr_import_funding out;
    struct tr_error err;
    assert_ok(
        import_text("symbol,fundingTime,fundingRate\nXRP-USDT-SWAP,1568102400000,0.0001\n", NULL, false, &out, &err),
        &err);
    assert_string_equal(out.symbol, "XRP/USDT:USDT");
    assert_int_equal(import_text(HEADER "1568102400000,0.0001\n", NULL, false, &out, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "--symbol"));
    assert_int_equal(import_text(HEADER "1568102400000,0.0001\n", "!!", false, &out, &err), TR_INVALID);
    assert_true(stored("XRP/USDT:USDT") == 1);
}

static void a_file_that_fails_stores_nothing_and_is_named(void **state)
{
    (void)state;
    struct tr_import_funding out;
    struct tr_error err;
    assert_int_equal(import_text(HEADER "1568102400000,0.0001\n1568131200000,7\n", "DOGE/USDT:USDT", true, &out, &err),
                     TR_INVALID);
    assert_non_null(strstr(err.text, "funding.csv: line 3: the rate is beyond 5 % a settlement: 7"));
    assert_int_equal(import_text(HEADER "1568131200000,7\n", "DOGE/USDT:USDT", false, &out, &err), TR_INVALID);
    assert_true(stored("DOGE/USDT:USDT") == 0);
}

static void what_is_opened_is_looked_at_and_nothing_is_lost(void **state)
{
    (void)state;
    struct tr_format_source *source;
    struct tr_error err;
    char text[100], missing[310];
    bool funding = true;
    size_t n;
    FILE *stream = fopen(file, "wb");
    assert_non_null(stream);
    assert_true(fputs("timestamp_ms,open,high,low,close,volume\n", stream) >= 0);
    assert_int_equal(fclose(stream), 0);
    assert_ok(tr_import_open(file, &source, &funding, &err), &err);
    assert_false(funding);
    assert_ok(tr_format_source_read(source, text, sizeof text, &n, &err), &err);
    assert_true(n == 40);
    assert_memory_equal(text, "timestamp_ms,open,high,low,close,volume\n", 40);
    tr_format_source_close(source);
    snprintf(missing, sizeof missing, "%s.none", file);
    assert_int_equal(tr_import_open(missing, &source, &funding, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, missing));
    assert_null(source);
    assert_int_equal(tr_import_open(dir, &source, &funding, &err), TR_IO);
    assert_null(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_stored_under_the_unified_name_once),
        cmocka_unit_test(the_series_the_rates_are_for_are_counted),
        cmocka_unit_test(the_file_may_name_its_market_and_otherwise_it_must_be_named),
        cmocka_unit_test(a_file_that_fails_stores_nothing_and_is_named),
        cmocka_unit_test(what_is_opened_is_looked_at_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
