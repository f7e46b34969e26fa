#include "support/test.h"

#include "base/alloc.h"
#include "io/format/funding_file.h"
#include "io/format/source.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#define HEADER "timestamp_ms,funding_rate\n"

struct read {
    struct tr_funding_list list;
    struct tr_funding_report report;
    struct tr_error err;
    enum tr_status status;
};

static struct read read_text(const char *text, bool strict)
{
    struct read in = {.status = TR_OK};
    struct tr_format_options options = {.path = "-", .strict = strict};
    struct tr_format_source *source;
    assert_ok(tr_format_source_memory(text, strlen(text), &source, &in.err), &in.err);
    in.status = tr_format_read_funding_from(source, &options, &in.list, &in.report, &in.err);
    tr_format_source_close(source);
    if (in.status)
        assert_true(in.list.n == 0 && !in.list.time && !in.list.rate);
    return in;
}

static struct read read_fine(const char *text)
{
    struct read in = read_text(text, false);
    size_t refused = 0;
    assert_ok(in.status, &in.err);
    for (int d = 0; d < TR_FUNDING_DEFECT_COUNT; d++)
        refused += in.report.refused_record[d];
    for (int d = 0; d < TR_FORMAT_DEFECT_COUNT; d++)
        refused += in.report.file.refused_row[d];
    assert_true(in.report.file.refused == refused);
    assert_true(in.report.file.accepted == in.list.n);
    assert_true(in.report.file.rows ==
                in.list.n + refused + in.report.file.merged_identical + in.report.file.dropped_differing);
    for (size_t i = 0; i < in.list.n; i++) {
        assert_int_equal(tr_funding_check(in.list.time[i], in.list.rate[i]), TR_FUNDING_FINE);
        assert_true(i == 0 || in.list.time[i] > in.list.time[i - 1]);
    }
    return in;
}

static void stamps_are_rounded_to_the_second_and_rates_kept_to_the_bit(void **state)
{
    (void)state;
    struct read in = read_fine(HEADER "1568102400000,0.0001\n"
                                      "1568131200047,-0.00012345678901234\n"
                                      "1568159999500,0.05\r\n"
                                      "1568188799499,0\n"
                                      "\n"
                                      "1568217600000,-5e-2");
    static const tr_time_ms time[] = {1568102400000, 1568131200000, 1568160000000, 1568188799000, 1568217600000};
    static const double rate[] = {0.0001, -0.00012345678901234, 0.05, 0, -0.05};
    assert_true(in.list.n == 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(in.list.time[i] == time[i]);
        assert_same_bits(in.list.rate[i], rate[i]);
    }
    assert_true(in.report.rounded == 3);
    assert_true(in.report.file.refused == 0 && in.report.file.examples == 0);
    assert_true(in.report.interval_ms == 28800000);
    tr_funding_list_finish(&in.list);
}

static void headers_of_exchanges_are_recognised(void **state)
{
    (void)state;
    static const char *const files[] = {
        "timestamp_ms,funding_rate\n1568102400000,0.0001\n",
        "time,rate\n1568102400,0.0001\n",
        "\xef\xbb\xbfsymbol,fundingTime,fundingRate,markPrice\nBTCUSDT,1568102400000,0.00010000,7\n",
        "calc_time,funding_interval_hours,last_funding_rate\n1568102400000,8,0.0001\n",
        "# from somewhere\n\n\"Timestamp\";\"Funding Rate\"\n\"2019-09-10 08:00:00\";\"0.0001\"\n",
        "instId\tfundingRate\trealizedRate\tfundingTime\nBTC\t0.0001\t0.5\t1568102400000\n",
        "rate,funding_rate,time,timestamp_ms\n0.04,0.0001,1,1568102400000\n",
        "DATE|RATE\n2019-09-10T08:00:00Z|1e-4",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_true(tr_format_is_funding(files[i], strlen(files[i])));
        struct read in = read_fine(files[i]);
        assert_true(in.list.n == 1);
        assert_true(in.list.time[0] == 1568102400000);
        assert_same_bits(in.list.rate[0], 0.0001);
        assert_true(in.report.interval_ms == 0);
        tr_funding_list_finish(&in.list);
    }
}

static void other_files_are_told_apart(void **state)
{
    (void)state;
    static const char *const files[] = {
        "",
        "\n\n#\n",
        "timestamp_ms,open,high,low,close,volume\n",
        "time,open,close,funding_rate\n1,2,3,4\n",
        "timestamp_ms,bid_px,bid_sz,ask_px,ask_sz\n",
        "time,symbol,side\n",
        "timestamp_ms\n",
        "funding_rate\n",
        "1568102400000,0.0001\n",
        "hello world",
        "\x1f\x8b\x08",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        assert_false(tr_format_is_funding(files[i], strlen(files[i])));
        struct read in = read_text(files[i], false);
        assert_true(in.status == TR_INVALID || in.status == TR_IO);
    }
    struct read in = read_text("a,b\n1,2\n", false);
    assert_non_null(strstr(in.err.text, "line 1: 'a,b' is no header of funding rates"));
    in = read_text(HEADER, false);
    assert_non_null(strstr(in.err.text, "a header, but no rows"));
    in = read_text(HEADER "1568102400000,0.5\n", false);
    assert_non_null(strstr(in.err.text,
                           "none of 1 rows is a funding rate (line 2: the rate is beyond 5 % a settlement: "
                           "0.5)"));
}

static void refused_rows_are_counted_by_kind_with_line_and_reason(void **state)
{
    (void)state;
    struct read in = read_fine(HEADER "1568102400000,0.0001\n" /* line 2 */
                                      "1568131200000\n"
                                      "yesterday,0.0001\n"
                                      "1568131200000,much\n"
                                      "1568131200000,\n"
                                      "1568131200000,nan\n"
                                      "1568131200000,0.0501\n"
                                      "1568131200000,-7\n"
                                      "1930-01-01,0.0001\n"
                                      "1568160000000,0.0002\n");
    static const struct {
        size_t line;
        const char *reason;
    } examples[] = {
        {3, "the line ends before its columns do"},
        {4, "time is not an instant: 'yesterday'"},
        {5, "rate is not a number: 'much'"},
        {6, "rate is empty"},
        {7, "rate is not a number: 'nan'"},
        {8, "the rate is beyond 5 % a settlement: 0.0501"},
        {9, "the rate is beyond 5 % a settlement: -7"},
        {10, "the time is outside the years 1970 to 2262"},
    };
    const struct tr_format_report *file = &in.report.file;
    assert_true(in.list.n == 2 && file->rows == 10 && file->refused == 8 && file->lines == 11);
    assert_true(file->refused_row[TR_FORMAT_TOO_FEW_COLUMNS] == 1 && file->refused_row[TR_FORMAT_BAD_TIME] == 1);
    assert_true(file->refused_row[TR_FORMAT_BAD_NUMBER] == 3);
    assert_true(in.report.refused_record[TR_FUNDING_TOO_LARGE] == 2);
    assert_true(in.report.refused_record[TR_FUNDING_TIME_OUTSIDE] == 1);
    assert_true(file->examples == 8);
    for (size_t i = 0; i < 8; i++) {
        assert_true(file->example[i].line == examples[i].line);
        assert_string_equal(file->example[i].reason, examples[i].reason);
    }
    tr_funding_list_finish(&in.list);
}

static void a_stamp_given_twice_is_one_record(void **state)
{
    (void)state;
    struct read in = read_fine(HEADER "1568131200047,0.0002\n"
                                      "1568102400000,0.0001\n"
                                      "1568131200000,0.0002\n" /* the same, once rounded */
                                      "1568102400003,0.0003\n"
                                      "1568160000000,0.0004\n"
                                      "1568102400000,0.0001\n");
    assert_true(in.list.n == 3);
    assert_same_bits(in.list.rate[0], 0.0001);
    assert_same_bits(in.list.rate[1], 0.0002);
    assert_true(in.report.file.merged_identical == 2 && in.report.file.dropped_differing == 1);
    assert_true(in.report.file.out_of_order == 3 || in.report.file.newest_first);
    assert_true(in.report.file.examples == 1 && in.report.file.example[0].line == 5);
    assert_string_equal(in.report.file.example[0].reason,
                        "differs from the row listed before: rate 0.0003, there 0.0001");
    tr_funding_list_finish(&in.list);
}

static void the_order_of_the_rows_does_not_matter_and_is_told(void **state)
{
    (void)state;
    struct read in = read_fine(HEADER "1568160000000,0.0003\n1568131200000,0.0002\n1568102400000,0.0001\n");
    assert_true(in.report.file.newest_first && in.report.file.out_of_order == 0);
    assert_same_bits(in.list.rate[0], 0.0001);
    assert_same_bits(in.list.rate[2], 0.0003);
    tr_funding_list_finish(&in.list);
    in = read_fine(HEADER "1568102400000,0.0001\n1568160000000,0.0003\n1568131200000,0.0002\n1568188800000,0\n");
    assert_true(!in.report.file.newest_first && in.report.file.out_of_order == 1);
    assert_same_bits(in.list.rate[1], 0.0002);
    tr_funding_list_finish(&in.list);
}

static void strictly_the_first_refused_or_differing_row_is_an_error(void **state)
{
    (void)state;
    struct read in = read_text(HEADER "1568102400047,0.0001\n1568131200000,0.0002\n1568131200000,0.0002\n", true);
    assert_ok(in.status, &in.err); /* rounded and merged rows are no fault */
    tr_funding_list_finish(&in.list);
    in = read_text(HEADER "1568102400000,0.0001\n1568131200000,x\n", true);
    assert_int_equal(in.status, TR_INVALID);
    assert_string_equal(in.err.text, "line 3: rate is not a number: 'x'");
    in = read_text(HEADER "1568102400000,0.0001\n1568102400001,0.0002\n", true);
    assert_int_equal(in.status, TR_INVALID);
    assert_string_equal(in.err.text, "line 3: differs from the row listed before: rate 0.0002, there 0.0001");
}

static void a_file_is_of_one_market(void **state)
{
    (void)state;
    struct read in = read_fine("symbol,time,rate\nTONUSDT,1568102400,0\n,1568102401,0\nTONUSDT,1568102402,0\n");
    assert_string_equal(in.report.file.symbol, "TONUSDT");
    assert_true(in.report.interval_ms == 1000 && in.report.file.stamps_s == 3);
    tr_funding_list_finish(&in.list);
    in = read_text("symbol,time,rate\nTONUSDT,1568102400,0\nBTCUSDT,1568102401,0\n", false);
    assert_int_equal(in.status, TR_INVALID);
    assert_non_null(strstr(in.err.text, "line 3: a row of 'BTCUSDT' in a file of 'TONUSDT'"));
}

static void the_step_met_most_often_is_the_interval(void **state)
{
    (void)state;
    struct read in = read_fine(HEADER "1568102400000,0\n1568131200000,0\n1568145600000,0\n1568160000000,0\n"
                                      "1568246400000,0\n");
    assert_true(in.report.interval_ms == 4 * TR_HOUR_MS);
    tr_funding_list_finish(&in.list);
}

static void files_and_gzip_are_read_and_faults_name_them(void **state)
{
    (void)state;
    char dir[256], path[300];
    struct tr_error err;
    struct tr_funding_report report;
    struct tr_funding_list list = {0};
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/funding.csv.gz", dir);
    gzFile out = gzopen(path, "wb");
    assert_non_null(out);
    assert_true(gzputs(out, HEADER "1568102400000,0.0001\n") > 0);
    assert_int_equal(gzclose(out), Z_OK);
    struct tr_format_options options = {.path = path};
    for (int twice = 0; twice < 2; twice++) {
        assert_ok(tr_format_read_funding(&options, &list, &report, &err), &err);
        assert_true(list.n == 1);
    }
    tr_funding_list_finish(&list);
    snprintf(path, sizeof path, "%s/none.csv", dir);
    assert_int_equal(tr_format_read_funding(&options, &list, &report, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "none.csv: "));
    options.path = dir;
    assert_int_equal(tr_format_read_funding(&options, &list, &report, &err), TR_IO);
    assert_true(list.n == 0);
    test_remove_dir(dir);
}

static void recorded_files_are_read_whole(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t n, rounded;
        tr_time_ms first, last;
        int64_t hours;
    } files[] = {
        {"binance-BTCUSDT-perp-funding.csv.gz", 6270, 2558, 1568102400000, 1748649600000, 8},
        {"binance-ETHUSDT-perp-funding.csv.gz", 1272, 198, 1707984000000, 1744588800000, 8},
        {"binance-TONUSDT-perp-funding.csv.gz", 1544, 279, 1722384000000, 1744603200000, 4},
        {"okx-ETHUSDT-perp-funding.csv.gz", 365, 0, 1736409600000, 1746892800000, 8},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char relative[200];
        struct tr_error err;
        struct tr_funding_report report;
        struct tr_funding_list list = {0};
        snprintf(relative, sizeof relative, "data/%s", files[i].name);
        struct tr_format_options options = {.path = test_shared(relative), .strict = true};
        assert_ok(tr_format_read_funding(&options, &list, &report, &err), &err);
        assert_true(list.n == files[i].n && report.rounded == files[i].rounded);
        assert_true(list.time[0] == files[i].first && list.time[list.n - 1] == files[i].last);
        assert_true(report.interval_ms == files[i].hours * TR_HOUR_MS);
        for (size_t k = 0; k < list.n; k++)
            assert_true(list.time[k] % TR_HOUR_MS == 0);
        tr_funding_list_finish(&list);
    }
}

static void running_out_of_memory_anywhere_is_said(void **state)
{
    (void)state;
    size_t failures = 0;
    for (bool done = false; !done; failures += !done) {
        struct tr_format_source *source;
        struct tr_error err;
        struct tr_funding_report report;
        struct tr_funding_list list = {0};
        struct tr_format_options options = {.path = "-"};
        static const char text[] = HEADER "1568102400000,0.0001\n";
        assert_ok(tr_format_source_memory(text, sizeof text - 1, &source, &err), &err);
        tr_alloc_fail_at(failures + 1);
        enum tr_status status = tr_format_read_funding_from(source, &options, &list, &report, &err);
        tr_alloc_fail_at(0);
        done = status == TR_OK;
        assert_true(done ? list.n == 1 : status == TR_NOMEM && list.n == 0);
        tr_funding_list_finish(&list);
        tr_format_source_close(source);
        assert_true(failures < 100);
    }
    assert_true(failures >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamps_are_rounded_to_the_second_and_rates_kept_to_the_bit),
        cmocka_unit_test(headers_of_exchanges_are_recognised),
        cmocka_unit_test(other_files_are_told_apart),
        cmocka_unit_test(refused_rows_are_counted_by_kind_with_line_and_reason),
        cmocka_unit_test(a_stamp_given_twice_is_one_record),
        cmocka_unit_test(the_order_of_the_rows_does_not_matter_and_is_told),
        cmocka_unit_test(strictly_the_first_refused_or_differing_row_is_an_error),
        cmocka_unit_test(a_file_is_of_one_market),
        cmocka_unit_test(the_step_met_most_often_is_the_interval),
        cmocka_unit_test(files_and_gzip_are_read_and_faults_name_them),
        cmocka_unit_test(recorded_files_are_read_whole),
        cmocka_unit_test(running_out_of_memory_anywhere_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
