/* The recorded files of the shared folder: each imports with the counts its description states. */
#include "support/test.h"

#include "engine/market/gaps.h"
#include "io/format/bars_file.h"

#include <stdio.h>
#include <string.h>

struct import {
    struct tr_bar_list list;
    struct tr_format_report report;
};

static void import_shared(struct import *in, const char *name)
{
    struct tr_error err;
    char relative[200];
    snprintf(relative, sizeof relative, "data/%s", name);
    struct tr_format_options options = {.path = test_shared(relative)};
    tr_bar_list_init(&in->list, TR_TIMEFRAME_1M);
    assert_ok(tr_format_read_bars(&options, &in->list, &in->report, &err), &err);
}

struct expected {
    const char *name;
    enum tr_timeframe timeframe;
    size_t rows, gaps, missing, longest, silent; /* silent: bars without volume */
    tr_time_ms first, last;
};

static void check(const struct expected *want)
{
    struct import in;
    import_shared(&in, want->name);
    const struct tr_format_report *r = &in.report;
    struct tr_bars bars = tr_bar_list_view(&in.list);
    size_t missing, longest, silent = 0;
    assert_int_equal(r->layout, TR_FORMAT_OWN);
    assert_int_equal(r->timeframe, want->timeframe);
    assert_int_equal(r->lines, want->rows + 1);
    assert_int_equal(r->rows, want->rows);
    assert_int_equal(r->accepted, want->rows);
    assert_int_equal(r->stamps_ms, want->rows);
    assert_int_equal(r->refused + r->merged_identical + r->dropped_differing + r->out_of_order + r->examples, 0);
    assert_int_equal(tr_gaps_count(&bars, &missing, &longest), want->gaps);
    assert_int_equal(missing, want->missing);
    assert_int_equal(longest, want->longest);
    assert_int_equal(bars.time[0], want->first);
    assert_int_equal(bars.time[bars.n - 1], want->last);
    for (size_t i = 0; i < bars.n; i++)
        silent += bars.volume[i] == 0;
    assert_int_equal(silent, want->silent);
    tr_bar_list_finish(&in.list);
}

static void clean_files_import_whole(void **state)
{
    (void)state;
    static const struct expected files[] = {
        {"binance-BNBUSDT-spot-1h.csv.gz", TR_TIMEFRAME_1H, 23988, 5, 12, 4, 1, INT64_C(1617570000000),
         INT64_C(1703966400000)},
        {"binance-BTCUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, 50241, 0, 0, 0, 3, INT64_C(1567962000000),
         INT64_C(1748826000000)},
        {"binance-BTCUSDT-perp-1m.csv.gz", TR_TIMEFRAME_1M, 43199, 0, 0, 0, 0, INT64_C(1746372780000),
         INT64_C(1748964660000)},
        {"binance-BTCUSDT-perp-4h.csv.gz", TR_TIMEFRAME_4H, 11873, 0, 0, 0, 0, INT64_C(1577836800000),
         INT64_C(1748793600000)},
        {"binance-BTCUSDT-perp-5m.csv.gz", TR_TIMEFRAME_5M, 143900, 0, 0, 0, 3, INT64_C(1672531200000),
         INT64_C(1715700900000)},
        {"binance-BTCUSDT-spot-1h-2017-2021.csv.gz", TR_TIMEFRAME_1H, 31594, 6, 11, 4, 117, INT64_C(1502942400000),
         INT64_C(1616716800000)},
        {"binance-ETHUSDT-perp-30m.csv.gz", TR_TIMEFRAME_30M, 57572, 0, 0, 0, 2, INT64_C(1640995200000),
         INT64_C(1744623000000)},
        {"okx-DOGEUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, 29430, 0, 0, 0, 9, INT64_C(1640995200000),
         INT64_C(1746939600000)},
        {"okx-ETHUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, 29430, 0, 0, 0, 9, INT64_C(1640995200000),
         INT64_C(1746939600000)},
        {"okx-PEPEUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, 17739, 0, 0, 0, 0, INT64_C(1683082800000),
         INT64_C(1746939600000)},
        {"okx-USDCUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, 18983, 0, 0, 0, 511, INT64_C(1678604400000),
         INT64_C(1746939600000)},
        {"okx-XRPUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, 29430, 0, 0, 0, 9, INT64_C(1640995200000),
         INT64_C(1746939600000)},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        check(&files[i]);
}

static void the_largest_file_imports_with_its_gaps(void **state)
{
    (void)state;
    static const struct expected want = {"bitfinex-BTCUSD-spot-1m-2017-2019.csv.gz",
                                         TR_TIMEFRAME_1M,
                                         1538435,
                                         28150,
                                         38365,
                                         197,
                                         0,
                                         INT64_C(1483228800000),
                                         INT64_C(1577836740000)};
    check(&want);
}

static void the_messy_file_imports_with_every_defect_counted(void **state)
{
    (void)state;
    struct import messy, clean;
    import_shared(&messy, "messy-cryptodatadownload-BTCUSDT-1h.csv.gz");
    const struct tr_format_report *r = &messy.report;
    assert_int_equal(r->layout, TR_FORMAT_CRYPTODATADOWNLOAD);
    assert_int_equal(r->timeframe, TR_TIMEFRAME_1H);
    assert_int_equal(r->lines, 34245);
    assert_int_equal(r->rows, 34243);
    assert_int_equal(r->accepted, 31594);
    assert_int_equal(r->refused, 0);
    assert_int_equal(r->merged_identical, 0);
    assert_int_equal(r->dropped_differing, 2649);
    assert_true(r->newest_first);
    assert_int_equal(r->out_of_order, 0);
    assert_int_equal(r->stamps_s, 28584);
    assert_int_equal(r->stamps_ms, 5659);
    assert_int_equal(r->stamps_us + r->stamps_text, 0);
    assert_int_equal(r->dates_disagree, 91);
    assert_int_equal(r->date_forms, 2);
    assert_string_equal(r->symbol, "BTC/USDT");
    assert_int_equal(r->examples, TR_FORMAT_EXAMPLES);
    assert_int_equal(r->example[0].line, 3014);
    assert_string_equal(r->example[0].reason, "differs from the row listed before: open 18164.8, there 18164.79");

    import_shared(&clean, "binance-BTCUSDT-spot-1h-2017-2021.csv.gz");
    assert_int_equal(messy.list.n, clean.list.n);
    for (size_t i = 0; i < clean.list.n; i++) {
        assert_int_equal(messy.list.time[i], clean.list.time[i]);
        assert_same_bits(messy.list.open[i], clean.list.open[i]);
        assert_same_bits(messy.list.high[i], clean.list.high[i]);
        assert_same_bits(messy.list.low[i], clean.list.low[i]);
        assert_same_bits(messy.list.close[i], clean.list.close[i]);
        assert_same_bits(messy.list.volume[i], clean.list.volume[i]);
    }
    tr_bar_list_finish(&messy.list);
    tr_bar_list_finish(&clean.list);
}

static void the_messy_file_is_an_error_when_strict(void **state)
{
    (void)state;
    struct import in;
    struct tr_error err;
    struct tr_format_options options = {.path = test_shared("data/messy-cryptodatadownload-BTCUSDT-1h.csv.gz"),
                                        .strict = true};
    tr_bar_list_init(&in.list, TR_TIMEFRAME_1M);
    assert_int_equal(tr_format_read_bars(&options, &in.list, &in.report, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "line 3014: differs from the row listed before"));
    assert_int_equal(in.list.n, 0);
    tr_bar_list_finish(&in.list);
}

static void files_of_other_kinds_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
    } files[] = {
        {"binance-BTCUSDT-perp-bookticker.csv.gz", "order book quotes"},
        {"binance-BTCUSDT-perp-depth20-1s.csv.gz", "order book quotes"},
        {"binance-BTCUSDT-perp-funding.csv.gz", "funding rates"},
        {"binance-TONUSDT-perp-funding.csv.gz", "funding rates"},
        {"okx-ETHUSDT-perp-funding.csv.gz", "funding rates"},
        {"raw-binance-BTCUSDT-perp-ws-20240808.gz", "without a header"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct import in;
        struct tr_error err;
        char relative[200];
        snprintf(relative, sizeof relative, "data/%s", files[i].name);
        struct tr_format_options options = {.path = test_shared(relative)};
        tr_bar_list_init(&in.list, TR_TIMEFRAME_1M);
        enum tr_status status = tr_format_read_bars(&options, &in.list, &in.report, &err);
        assert_true(status == TR_UNSUPPORTED || status == TR_INVALID);
        assert_non_null(strstr(err.text, files[i].words));
        assert_int_equal(in.list.n, 0);
        tr_bar_list_finish(&in.list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_files_import_whole),
        cmocka_unit_test(the_largest_file_imports_with_its_gaps),
        cmocka_unit_test(the_messy_file_imports_with_every_defect_counted),
        cmocka_unit_test(the_messy_file_is_an_error_when_strict),
        cmocka_unit_test(files_of_other_kinds_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
