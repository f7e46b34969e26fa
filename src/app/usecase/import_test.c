#include "support/test.h"

#include "app/usecase/import.h"
#include "base/alloc.h"
#include "io/store/sqlite/sqlite.h"

#include <stdio.h>
#include <string.h>

static char dir[256], file[300];
static struct tr_store *store;

static int set_up(void **state)
{
    (void)state;
    struct tr_error err = {0};
    char path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/test.db", dir);
    snprintf(file, sizeof file, "%s/candles.csv", dir);
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

static void write_rows(size_t n, double volume)
{
    FILE *out = fopen(file, "wb");
    assert_non_null(out);
    fputs("timestamp_ms,open,high,low,close,volume\n", out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%lld,10,12,9,11,%g\n", 1704067200000LL + (long long)i * 3600000, volume);
    assert_int_equal(fclose(out), 0);
}

static enum tr_status import(const char *symbol, struct tr_store *into, struct tr_bar_list *list, struct tr_import *out,
                             struct tr_error *err)
{
    struct tr_import_options options = {.file = {.path = file}, .exchange = "okx", .symbol = symbol};
    tr_bar_list_init(list, TR_TIMEFRAME_1H);
    return tr_import_run(&options, into, list, out, err);
}

static size_t count_series(void)
{
    struct tr_series_info *series = NULL;
    struct tr_error err = {0};
    size_t n;
    assert_ok(tr_store_series_list(store, &series, &n, &err), &err);
    tr_free(series);
    return n;
}

static void a_file_becomes_a_series_under_its_unified_name(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_import out;
    struct tr_error err = {0};
    write_rows(30, 1);
    assert_ok(import("BTCUSDT", store, &list, &out, &err), &err);
    assert_string_equal(out.key.exchange, "okx");
    assert_string_equal(out.key.symbol, "BTC/USDT");
    assert_int_equal(out.key.timeframe, TR_TIMEFRAME_1H);
    assert_int_equal(out.put.inserted, 30);
    assert_int_equal(list.n, 30);
    assert_false(out.synthetic);
    tr_bar_list_finish(&list);
}

static void the_same_file_again_stores_nothing(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_import out;
    struct tr_error err = {0};
    write_rows(30, 1);
    assert_ok(import("AGAIN/USDT", store, &list, &out, &err), &err);
    tr_bar_list_finish(&list);
    size_t before = count_series();
    assert_ok(import("AGAIN/USDT", store, &list, &out, &err), &err);
    assert_int_equal(out.put.inserted, 0);
    assert_int_equal(out.put.identical, 30);
    tr_bar_list_finish(&list);
    write_rows(31, 2); /* other volumes, one bar more */
    assert_ok(import("AGAIN/USDT", store, &list, &out, &err), &err);
    assert_int_equal(out.put.inserted, 1);
    assert_int_equal(out.put.differing, 30);
    tr_bar_list_finish(&list);
    assert_int_equal(count_series(), before);
}

static void without_a_store_a_file_is_only_read(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_import out;
    struct tr_error err = {0};
    size_t before = count_series();
    write_rows(30, 1);
    assert_ok(import("DRY/USDT", NULL, &list, &out, &err), &err);
    assert_int_equal(list.n, 30);
    assert_int_equal(out.put.inserted, 0);
    assert_int_equal(count_series(), before);
    tr_bar_list_finish(&list);
}

static void a_market_without_a_name_or_with_a_wrong_one_is_refused(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_import out;
    struct tr_error err = {0};
    size_t before = count_series();
    write_rows(30, 1);
    assert_int_equal(import(NULL, store, &list, &out, &err), TR_INVALID);
    assert_non_null(strstr(err.text, file));
    assert_non_null(strstr(err.text, "--symbol"));
    tr_bar_list_finish(&list);
    remove(file);
    assert_int_equal(import("??", store, &list, &out, &err), TR_INVALID); /* before the file is looked for */
    assert_non_null(strstr(err.text, "??"));
    tr_bar_list_finish(&list);
    assert_int_equal(import("BTC/USDT", store, &list, &out, &err), TR_NOT_FOUND);
    tr_bar_list_finish(&list);
    assert_int_equal(count_series(), before);
}

static void a_made_up_market_says_that_it_is_one(void **state)
{
    (void)state;
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list list;
    struct tr_import out;
    struct tr_error err = {0};
    options.n = 300;
    options.seed = 42;
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    assert_ok(tr_import_synthetic(&options, store, &list, &out, &err), &err);
    assert_true(out.synthetic);
    assert_string_equal(out.key.exchange, "synthetic");
    assert_string_equal(out.key.symbol, "SYNTH42/USDT:USDT");
    assert_int_equal(out.put.inserted, 300);
    assert_int_equal(out.file.accepted, 300);
    assert_ok(tr_import_synthetic(&options, store, &list, &out, &err), &err);
    assert_int_equal(out.put.inserted, 0);
    assert_int_equal(out.put.identical, 300);
    options.n = 0;
    options.volatility = -1;
    assert_int_equal(tr_import_synthetic(&options, store, &list, &out, &err), TR_INVALID);
    tr_bar_list_finish(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_becomes_a_series_under_its_unified_name),
        cmocka_unit_test(the_same_file_again_stores_nothing),
        cmocka_unit_test(without_a_store_a_file_is_only_read),
        cmocka_unit_test(a_market_without_a_name_or_with_a_wrong_one_is_refused),
        cmocka_unit_test(a_made_up_market_says_that_it_is_one),
    };
    return cmocka_run_group_tests_name("usecase/import", tests, set_up, tear_down);
}
