#include "support/test.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "io/format/bars_file.h"
#include "io/format/source.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#define T0 INT64_C(1502942400000) /* 2017-08-17 04:00 */
#define HEADER "timestamp_ms,open,high,low,close,volume\n"
#define ROW_A "1502942400000,1.5,2,1,1.75,1000\n"
#define ROW_B "1502946000000,1.75,3,1.5,2,2000\n"
#define ROW_C "1502949600000,2,2.5,1.5,2.25,3000\n"

struct import {
    struct tr_bar_list list;
    struct tr_format_report report;
    struct tr_error err;
    enum tr_status status;
};

static void import_bytes(struct import *in, const char *bytes, size_t n, bool strict)
{
    struct tr_format_options options = {.strict = strict};
    struct tr_format_source *source;
    tr_bar_list_init(&in->list, TR_TIMEFRAME_1M);
    assert_ok(tr_format_source_memory(bytes, n, &source, &in->err), &in->err);
    in->status = tr_format_read_bars_from(source, &options, &in->list, &in->report, &in->err);
    tr_format_source_close(source);
    const struct tr_format_report *r = &in->report;
    if (!in->status) {
        assert_int_equal(r->accepted, in->list.n);
        assert_int_equal(r->rows, r->accepted + r->refused + r->merged_identical + r->dropped_differing);
    } else {
        assert_int_equal(in->list.n, 0);
        assert_true(strlen(in->err.text) > 0 && !strchr(in->err.text, '\n'));
    }
}

static void import_text(struct import *in, const char *text)
{
    import_bytes(in, text, strlen(text), false);
}

/* The three rows above, however they were written. */
static void expect_three(const char *text, enum tr_format_layout layout)
{
    struct import in;
    import_text(&in, text);
    assert_ok(in.status, &in.err);
    assert_int_equal(in.report.layout, layout);
    assert_int_equal(in.report.timeframe, TR_TIMEFRAME_1H);
    assert_int_equal(in.list.timeframe, TR_TIMEFRAME_1H);
    assert_int_equal(in.report.refused, 0);
    assert_int_equal(in.list.n, 3);
    static const double close[] = {1.75, 2, 2.25}, volume[] = {1000, 2000, 3000};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(in.list.time[i], T0 + (tr_time_ms)i * TR_HOUR_MS);
        assert_same_bits(in.list.close[i], close[i]);
        assert_same_bits(in.list.volume[i], volume[i]);
    }
    tr_bar_list_finish(&in.list);
}

static void one_series_in_many_clothes_is_the_same(void **state)
{
    (void)state;
    expect_three(HEADER ROW_A ROW_B ROW_C, TR_FORMAT_OWN);
    expect_three("\xef\xbb\xbf" HEADER ROW_A ROW_B "1502949600000,2,2.5,1.5,2.25,3000", TR_FORMAT_OWN);
    expect_three("timestamp_ms,open,high,low,close,volume\r\n1502942400000,1.5,2,1,1.75,1000\r\n"
                 "1502946000000,1.75,3,1.5,2,2000\r\n1502949600000,2,2.5,1.5,2.25,3000\r\n",
                 TR_FORMAT_OWN);
    expect_three("\n# exported\n\n" HEADER "\n" ROW_A ROW_B "\r\n" ROW_C "\n\n", TR_FORMAT_OWN);
    expect_three("Date;Open;High;Low;Close;Volume\n2017-08-17 04:00;1.5;2;1;1.75;1000\n"
                 "2017-08-17 05:00;1.75;3;1.5;2;2000\n2017-08-17 06:00;2;2.5;1.5;2.25;3000\n",
                 TR_FORMAT_HEADER);
    expect_three("\"time\"\t\"open\"\t\"high\"\t\"low\"\t\"close\"\t\"volume\"\n"
                 "\"1502942400\"\t\"1.5\"\t\"2\"\t\"1\"\t\"1.75\"\t\"1e3\"\n"
                 "1502946000\t1.75\t3\t1.5\t2\t2E+3\n1502949600.0\t2\t2.5\t1.5\t2.25\t.3e4\n",
                 TR_FORMAT_HEADER);
    expect_three("https://www.CryptoDataDownload.com\nUnix,Date,Symbol,Open,High,Low,Close,Volume BTC,Volume USDT\n"
                 "1502949600000,2017-08-17 06:00:00,BTC/USDT,2,2.5,1.5,2.25,3000,1\n"
                 "1502946000,2017-08-17 05-AM,BTC/USDT,1.75,3,1.5,2,2000,1\n"
                 "1502942400.0,2017-08-17 04-AM,BTC/USDT,1.5,2,1,1.75,1000,1\n",
                 TR_FORMAT_CRYPTODATADOWNLOAD);
    expect_three("1502942400000,1.5,2,1,1.75,1000,1502945999999,1,1,1,1,0\n"
                 "1502946000000000,1.75,3,1.5,2,2000,1502949599999999,1,1,1,1,0\n"
                 "1502949600000000,2,2.5,1.5,2.25,3000,1502953199999999,1,1,1,1,0\n",
                 TR_FORMAT_BINANCE_VISION);
    expect_three("open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
                 "taker_buy_quote_volume,ignore\n1502942400000,1.5,2,1,1.75,1000,1502945999999,1,1,1,1,0\n"
                 "1502946000000,1.75,3,1.5,2,2000,1502949599999,1,1,1,1,0\n"
                 "1502949600000,2,2.5,1.5,2.25,3000,1502953199999,1,1,1,1,0\n",
                 TR_FORMAT_BINANCE_VISION);
}

static void stamps_of_all_units_in_one_file_are_counted(void **state)
{
    (void)state;
    struct import in;
    import_text(&in, "time,open,high,low,close,volume\n1502942400,1,1,1,1,1\n1502946000000,1,1,1,1,1\n"
                     "1502949600000000,1,1,1,1,1\n2017-08-17T07:00:00Z,1,1,1,1,1\n1502956800.0,1,1,1,1,1\n");
    assert_ok(in.status, &in.err);
    assert_int_equal(in.list.n, 5);
    assert_int_equal(in.report.stamps_s, 2);
    assert_int_equal(in.report.stamps_ms, 1);
    assert_int_equal(in.report.stamps_us, 1);
    assert_int_equal(in.report.stamps_text, 1);
    assert_int_equal(in.report.date_forms, 0);
    tr_bar_list_finish(&in.list);
}

static void every_kind_of_refusal_is_counted_with_its_line(void **state)
{
    (void)state;
    struct import in;
    struct tr_buf text;
    tr_buf_init(&text);
    tr_buf_text(&text, HEADER ROW_A             /* 1, 2 */
                "1502946000000,1.75,3,1.5\n"    /* 3: too few columns */
                "1502946000000,abc,3,1.5,2,1\n" /* 4: bad number */
                "yesterday,1.75,3,1.5,2,1\n" /* 5: bad time */);
    for (size_t i = 0; i <= TR_FORMAT_MAX_LINE; i++) /* 6: too long */
        tr_buf_char(&text, '1');
    tr_buf_text(&text, "\n1502946000000,-1.75,3,1.5,2,1\n" /* 7: price not positive */
                       "1502946000000,0,3,1.5,2,1\n"       /* 8: price not positive */
                       "1502946000000,1.75,3,1.5,2,-1\n"   /* 9: volume negative */
                       "1502946000000,1.75,3e24,1.5,2,1\n" /* 10: too large */
                       "1502946000000,1.75,3,1.8,2,1\n"    /* 11: low above body */
                       "1502946000000,1.75,1.9,1.5,2,1\n"  /* 12: high below body */
                       "1502946000001,1.75,3,1.5,2,1\n"    /* 13: off every grid */
                       "1502947800000,1.75,3,1.5,2,1\n" /* 14: off the hour */ ROW_B ROW_C
                       "1502953200000,2,2,2,2,1\n1502956800000,2,2,2,2,1\n");
    assert_ok(tr_buf_status(&text, &in.err), &in.err);
    import_bytes(&in, tr_buf_string(&text), text.len, false);
    assert_ok(in.status, &in.err);
    const struct tr_format_report *r = &in.report;
    assert_int_equal(r->lines, 18);
    assert_int_equal(r->rows, 17);
    assert_int_equal(r->accepted, 5);
    assert_int_equal(r->refused, 12);
    for (int i = 0; i < TR_FORMAT_DEFECT_COUNT; i++)
        assert_int_equal(r->refused_row[i], 1);
    assert_int_equal(r->refused_bar[TR_BAR_PRICE_NOT_POSITIVE], 2);
    assert_int_equal(r->refused_bar[TR_BAR_VOLUME_NEGATIVE], 1);
    assert_int_equal(r->refused_bar[TR_BAR_TOO_LARGE], 1);
    assert_int_equal(r->refused_bar[TR_BAR_LOW_ABOVE_BODY], 1);
    assert_int_equal(r->refused_bar[TR_BAR_HIGH_BELOW_BODY], 1);
    assert_int_equal(r->refused_bar[TR_BAR_OFF_GRID], 2);
    assert_int_equal(r->examples, 12);
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(r->example[i].line, i + 3);
    assert_string_equal(r->example[1].reason, "open is not a number: 'abc'");
    assert_string_equal(r->example[9].reason, "the high is below open or close: high 1.9, open 1.75, close 2");
    tr_bar_list_finish(&in.list);
    import_bytes(&in, tr_buf_string(&text), text.len, true);
    assert_int_equal(in.status, TR_INVALID);
    assert_string_equal(in.err.text, "line 3: the line ends before column 6");
    tr_bar_list_finish(&in.list);
    tr_buf_finish(&text);
}

static void rows_out_of_order_and_listed_twice_are_counted(void **state)
{
    (void)state;
    struct import in;
    import_text(&in, HEADER ROW_B ROW_A ROW_C ROW_A   /* 5: identical */
                "1502946000000,1.75,3,1.5,2,2000.5\n" /* 6: differs from line 2 */
                "1502953200000,2,2,2,2,1\n");
    assert_ok(in.status, &in.err);
    assert_int_equal(in.list.n, 4);
    assert_int_equal(in.report.merged_identical, 1);
    assert_int_equal(in.report.dropped_differing, 1);
    assert_int_equal(in.report.out_of_order, 2); /* lines 3 and 5 */
    assert_false(in.report.newest_first);
    assert_same_bits(in.list.volume[1], 2000);
    assert_int_equal(in.report.examples, 1);
    assert_int_equal(in.report.example[0].line, 6);
    tr_bar_list_finish(&in.list);
    const char *text = HEADER ROW_B ROW_A ROW_C ROW_A;
    import_text(&in, HEADER ROW_B ROW_A ROW_C); /* one step back and one forward */
    assert_ok(in.status, &in.err);
    assert_false(in.report.newest_first);
    assert_int_equal(in.report.out_of_order, 1);
    tr_bar_list_finish(&in.list);
    import_bytes(&in, text, strlen(text), true); /* disorder and repetition alone are no refusal */
    assert_ok(in.status, &in.err);
    tr_bar_list_finish(&in.list);
    text = HEADER ROW_A ROW_B "1502946000000,1.75,3,1.5,2,2000.5\n" ROW_C;
    import_bytes(&in, text, strlen(text), true);
    assert_int_equal(in.status, TR_INVALID);
    assert_string_equal(in.err.text, "line 4: differs from the row listed before: volume 2000.5, there 2000");
    tr_bar_list_finish(&in.list);
}

static void a_date_beside_the_stamp_is_compared_with_it(void **state)
{
    (void)state;
    struct import in;
    import_text(&in, "date,unix,open,high,low,close,volume\n2017-08-17 04:00:00,1502942400,1,1,1,1,1\n"
                     "2017-08-17 06:00:00,1502946000,1,1,1,1,1\n2017-08-17 06-AM,1502949600,1,1,1,1,1\n"
                     "2017-08-17,1502953200,1,1,1,1,1\n2017-08-16,1502956800,1,1,1,1,1\n?,1502960400,1,1,1,1,1\n");
    assert_ok(in.status, &in.err);
    assert_int_equal(in.list.n, 6);
    assert_int_equal(in.report.dates_disagree, 2);
    assert_int_equal(in.report.date_forms, 4);
    tr_bar_list_finish(&in.list);
}

static void a_file_of_two_symbols_is_refused(void **state)
{
    (void)state;
    struct import in;
    import_text(&in, "time,symbol,open,high,low,close,volume\n1502942400,BTC/USDT,1,1,1,1,1\n"
                     "1502946000,BTC/USDT,1,1,1,1,1\n1502949600,ETH/USDT,1,1,1,1,1\n");
    assert_int_equal(in.status, TR_INVALID);
    assert_string_equal(in.err.text, "line 4: a row of 'ETH/USDT' in a file of 'BTC/USDT': split it by symbol");
    tr_bar_list_finish(&in.list);
    import_text(&in, "time,symbol,open,high,low,close,volume\n1502942400,,1,1,1,1,1\n1502946000,X,1,1,1,1,1\n");
    assert_ok(in.status, &in.err);
    assert_string_equal(in.report.symbol, "X");
    tr_bar_list_finish(&in.list);
}

static void files_without_candles_say_what_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
        enum tr_status status;
        const char *words;
    } cases[] = {
        {"", 0, TR_INVALID, "empty file"},
        {"\n\r\n \n", 5, TR_INVALID, "line 3: no column named"},
        {"\n\n", 2, TR_INVALID, "no header and no rows"},
        {HEADER, sizeof HEADER - 1, TR_INVALID, "a header, but no rows"},
        {"https://x.com\n", 14, TR_INVALID, "no header and no rows"},
        {HEADER "x,1,1,1,1,1\n", sizeof HEADER + 11, TR_INVALID, "none of 1 rows is a candle (line 2: time is not"},
        {"hello world\n", 12, TR_INVALID, "line 1: no column named"},
        {"PK\3\4xxxx", 8, TR_UNSUPPORTED, "zip archive: unpack it"},
        {"ARROW1\0\0", 8, TR_UNSUPPORTED, "Feather (Arrow) file: write it as CSV"},
        {"PAR1....", 8, TR_UNSUPPORTED, "Parquet file: write it as CSV"},
        {"[[1502942400000,1,1,1,1,1]]", 27, TR_UNSUPPORTED, "JSON"},
        {"\n {\"a\":1}", 9, TR_UNSUPPORTED, "JSON"},
        {"(\xb5/\xfd....", 8, TR_UNSUPPORTED, "zstd"},
        {"\xff\xfet\0i\0m\0", 8, TR_UNSUPPORTED, "UTF-16"},
        {"timestamp_ms,funding_rate\n1,2\n", 30, TR_UNSUPPORTED, "funding rates"},
        {"timestamp_ms,bid_px,bid_sz\n1,2\n", 31, TR_UNSUPPORTED, "order book"},
        {"\x1f\x8b\x08", 3, TR_IO, "cut off"},
        {"time,open,high,low,close\n1502942400,1,1,1,1\n", 44, TR_INVALID, "no column named volume"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct import in;
        import_bytes(&in, cases[i].text, cases[i].n, false);
        if (in.status != cases[i].status || !strstr(in.err.text, cases[i].words))
            fail_msg("case %zu: %d %s", i, (int)in.status, in.err.text);
        tr_bar_list_finish(&in.list);
    }
}

static void errors_name_the_file(void **state)
{
    (void)state;
    char dir[256], path[300];
    struct import in;
    struct tr_format_options options = {.path = path};
    test_make_dir(dir);
    tr_bar_list_init(&in.list, TR_TIMEFRAME_1M);
    snprintf(path, sizeof path, "%s/absent.csv", dir);
    assert_int_equal(tr_format_read_bars(&options, &in.list, &in.report, &in.err), TR_NOT_FOUND);
    assert_memory_equal(in.err.text, path, strlen(path));
    options.path = dir;
    assert_int_equal(tr_format_read_bars(&options, &in.list, &in.report, &in.err), TR_IO);
    options.path = path;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(HEADER, file);
    fclose(file);
    assert_int_equal(tr_format_read_bars(&options, &in.list, &in.report, &in.err), TR_INVALID);
    assert_memory_equal(in.err.text, path, strlen(path));
    assert_non_null(strstr(in.err.text, ": a header, but no rows"));
    tr_bar_list_finish(&in.list);
    test_remove_dir(dir);
}

static void a_fifo_and_a_packed_file_are_read_like_a_plain_one(void **state)
{
    (void)state;
    char dir[256], path[300], fifo[300];
    struct import in;
    struct tr_format_options options = {.path = path};
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/a.csv.gz", dir);
    gzFile packed = gzopen(path, "wb");
    assert_non_null(packed);
    gzputs(packed, HEADER ROW_A ROW_B ROW_C);
    assert_int_equal(gzclose(packed), Z_OK);
    tr_bar_list_init(&in.list, TR_TIMEFRAME_1M);
    assert_ok(tr_format_read_bars(&options, &in.list, &in.report, &in.err), &in.err);
    assert_int_equal(in.list.n, 3);
    snprintf(fifo, sizeof fifo, "%s/fifo", dir);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    fflush(NULL); /* a sanitizer writes out the streams of a child that ends: they must be empty */
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) { /* writes in two pieces that cut a row in half */
        FILE *out = fopen(fifo, "wb");
        if (out) {
            fputs(HEADER ROW_A "150294600", out);
            fflush(out);
            fputs("0000,1.75,3,1.5,2,2000\n" ROW_C, out);
            fclose(out);
        }
        _exit(0);
    }
    options.path = fifo;
    assert_ok(tr_format_read_bars(&options, &in.list, &in.report, &in.err), &in.err);
    assert_int_equal(in.list.n, 3);
    assert_int_equal(waitpid(child, NULL, 0), child);
    tr_bar_list_finish(&in.list);
    test_remove_dir(dir);
}

static bool stop_at_second(void *context, const char *stage, size_t done, size_t total, const char *units)
{
    size_t *calls = context;
    assert_string_equal(stage, "import");
    assert_string_equal(units, "rows");
    assert_int_equal(total, 0);
    assert_true(done > 0);
    return ++*calls < 2;
}

static void progress_is_told_and_can_stop_the_import(void **state)
{
    (void)state;
    struct import in;
    struct tr_buf text;
    struct tr_format_source *source;
    size_t calls = 0;
    struct tr_progress progress = {stop_at_second, &calls};
    struct tr_format_options options = {.progress = &progress};
    tr_buf_init(&text);
    tr_buf_text(&text, HEADER);
    for (size_t i = 0; i < 200000; i++)
        tr_buf_printf(&text, "%lld,1,1,1,1,1\n", (long long)(T0 + (tr_time_ms)i * TR_MINUTE_MS));
    assert_ok(tr_buf_status(&text, &in.err), &in.err);
    assert_ok(tr_format_source_memory(text.data, text.len, &source, &in.err), &in.err);
    tr_bar_list_init(&in.list, TR_TIMEFRAME_1M);
    assert_int_equal(tr_format_read_bars_from(source, &options, &in.list, &in.report, &in.err), TR_CANCELLED);
    assert_int_equal(calls, 2);
    assert_int_equal(in.list.n, 0);
    tr_bar_list_finish(&in.list);
    tr_format_source_close(source);
    tr_buf_finish(&text);
}

static void out_of_memory_anywhere_is_a_status_and_leaves_nothing(void **state)
{
    (void)state;
    struct tr_format_options options = {0};
    struct tr_error err;
    const char *text = HEADER ROW_C ROW_B ROW_A; /* turned around: sorting allocates too */
    for (size_t k = 1;; k++) {
        struct import in;
        struct tr_format_source *source;
        assert_ok(tr_format_source_memory(text, strlen(text), &source, &err), &err);
        tr_bar_list_init(&in.list, TR_TIMEFRAME_1M);
        tr_alloc_fail_at(k);
        in.status = tr_format_read_bars_from(source, &options, &in.list, &in.report, &in.err);
        tr_alloc_fail_at(0);
        assert_int_equal(in.list.n, in.status ? 0 : 3);
        tr_bar_list_finish(&in.list);
        tr_format_source_close(source);
        if (!in.status) {
            assert_true(k > 8); /* block, six columns, lines, three for sorting */
            return;
        }
        assert_int_equal(in.status, TR_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_series_in_many_clothes_is_the_same),
        cmocka_unit_test(stamps_of_all_units_in_one_file_are_counted),
        cmocka_unit_test(every_kind_of_refusal_is_counted_with_its_line),
        cmocka_unit_test(rows_out_of_order_and_listed_twice_are_counted),
        cmocka_unit_test(a_date_beside_the_stamp_is_compared_with_it),
        cmocka_unit_test(a_file_of_two_symbols_is_refused),
        cmocka_unit_test(files_without_candles_say_what_they_are),
        cmocka_unit_test(errors_name_the_file),
        cmocka_unit_test(a_fifo_and_a_packed_file_are_read_like_a_plain_one),
        cmocka_unit_test(progress_is_told_and_can_stop_the_import),
        cmocka_unit_test(out_of_memory_anywhere_is_a_status_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
