#include "support/test.h"

#include "base/rng.h"
#include "io/format/row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct tr_format_columns columns_of(const char *header)
{
    struct tr_format_columns columns;
    struct tr_error err;
    assert_ok(tr_format_header_read(header, header + strlen(header), false, &columns, &err), &err);
    return columns;
}

static bool read_row(const struct tr_format_columns *columns, const char *line, struct tr_format_row *row,
                     enum tr_format_defect *defect)
{
    memset(row, 0, sizeof *row);
    return tr_format_row_read(columns, line, line + strlen(line), row, defect);
}

static const char own[] = "timestamp_ms,open,high,low,close,volume";

static void many_spellings_of_a_row_are_the_same_bar(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "1502942400000,1.5,2,1,1.75,1000",
        " 1502942400000 , 1.5 ,2,1,1.75, 1000 ",
        "\"1502942400000\",\"1.5\",\"2\",\"1\",\"1.75\",\"1000\"",
        "1502942400000,15e-1,+2.0,1.,1.750,1E3",
        "1502942400,1.5,2,1,1.75,1000",
        "1502942400000000,1.5,2,1,1.75,1000",
        "2017-08-17 04:00:00,1.5,2,1,1.75,1000",
        "1502942400000,1.5,2,1,1.75,1000,more,and more",
        "1502942400000,1.5,2,1,1.75,1000,",
    };
    struct tr_format_columns columns = columns_of(own);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct tr_format_row row;
        enum tr_format_defect defect;
        if (!read_row(&columns, lines[i], &row, &defect))
            fail_msg("'%s': %s", lines[i], row.reason);
        assert_int_equal(row.bar.time, INT64_C(1502942400000));
        assert_same_bits(row.bar.open, 1.5);
        assert_same_bits(row.bar.high, 2);
        assert_same_bits(row.bar.low, 1);
        assert_same_bits(row.bar.close, 1.75);
        assert_same_bits(row.bar.volume, 1000);
    }
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum tr_format_defect defect;
        const char *reason;
    } cases[] = {
        {"1502942400000,1,2,1,2", TR_FORMAT_TOO_FEW_COLUMNS, "the line ends before column 6"},
        {"hello", TR_FORMAT_TOO_FEW_COLUMNS, "the line ends before column 6"},
        {"1502942400000,1,abc,1,2,3", TR_FORMAT_BAD_NUMBER, "high is not a number: 'abc'"},
        {"1502942400000,1,2,1,2,", TR_FORMAT_BAD_NUMBER, "volume is empty"},
        {"1502942400000,1,2,1,2,3x", TR_FORMAT_BAD_NUMBER, "volume is not a number: '3x'"},
        {"1502942400000,1,2,1,nan,3", TR_FORMAT_BAD_NUMBER, "close is not a number: 'nan'"},
        {"1502942400000,1,2,inf,2,3", TR_FORMAT_BAD_NUMBER, "low is not a number: 'inf'"},
        {"1502942400000,1e999,2,1,2,3", TR_FORMAT_BAD_NUMBER, "open is not a number: '1e999'"},
        {"1502942400000,0x1,2,1,2,3", TR_FORMAT_BAD_NUMBER, "open is not a number: '0x1'"},
        {"1502942400000,1 2,2,1,2,3", TR_FORMAT_BAD_NUMBER, "open is not a number: '1 2'"},
        {"1502942400000,\"1\"2,2,1,2,3", TR_FORMAT_BAD_NUMBER, "open is not a number: '\"1\"2'"},
        {"1502942400000,\x01\xff,2,1,2,3", TR_FORMAT_BAD_NUMBER, "open is not a number: '?\?'"},
        {"x,1,2,1,2,3", TR_FORMAT_BAD_TIME, "time is not an instant: 'x'"},
        {",1,2,1,2,3", TR_FORMAT_BAD_TIME, "time is empty"},
        {"0502942400000,1,2,1,2", TR_FORMAT_TOO_FEW_COLUMNS, "the line ends before column 6"},
        {"150294240000x,1,2,1,2,3", TR_FORMAT_BAD_TIME, "time is not an instant: '150294240000x'"},
    };
    struct tr_format_columns columns = columns_of(own);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tr_format_row row;
        enum tr_format_defect defect = TR_FORMAT_DEFECT_COUNT;
        assert_false(read_row(&columns, cases[i].line, &row, &defect));
        assert_int_equal(defect, cases[i].defect);
        assert_string_equal(row.reason, cases[i].reason);
    }
}

static void a_long_wrong_field_is_clipped(void **state)
{
    (void)state;
    char line[5100] = "1502942400000,";
    size_t n = strlen(line);
    memset(line + n, 'z', 5000);
    memcpy(line + n + 5000, ",2,1,2,3", 9);
    struct tr_format_columns columns = columns_of(own);
    struct tr_format_row row;
    enum tr_format_defect defect;
    assert_false(read_row(&columns, line, &row, &defect));
    assert_true(strlen(row.reason) < 80);
    assert_non_null(strstr(row.reason, "zzz...'"));
}

static void the_fast_road_and_the_slow_one_read_the_same(void **state)
{
    (void)state;
    struct tr_format_columns plain = columns_of(own), slow = plain;
    struct tr_rng rng;
    tr_rng_init(&rng, 6, 0);
    slow.plain = false;
    static const char odd[] = "0123456789.,,,e-+ \"x";
    for (size_t round = 0; round < 20000; round++) {
        char line[120];
        size_t n = (size_t)snprintf(
            line, sizeof line, "%" PRIu64 ",%.*g,%.*g,%g,%g,%g", 1000000000000 + tr_rng_below(&rng, 900000000000),
            (int)(1 + tr_rng_below(&rng, 17)), tr_rng_uniform(&rng) * 1000, (int)(1 + tr_rng_below(&rng, 17)),
            tr_rng_uniform(&rng), tr_rng_uniform(&rng) * 1e-9, tr_rng_uniform(&rng) * 1e12, tr_rng_uniform(&rng));
        for (uint64_t changes = tr_rng_below(&rng, 3); changes > 0; changes--)
            line[tr_rng_below(&rng, n)] = odd[tr_rng_below(&rng, sizeof odd - 1)];
        struct tr_format_row a, b;
        enum tr_format_defect da = TR_FORMAT_DEFECT_COUNT, db = TR_FORMAT_DEFECT_COUNT;
        bool ok_a = read_row(&plain, line, &a, &da), ok_b = read_row(&slow, line, &b, &db);
        if (ok_a != ok_b || da != db || (ok_a && memcmp(&a.bar, &b.bar, sizeof a.bar) != 0))
            fail_msg("'%s' is read in two ways", line);
    }
}

static void columns_in_any_place_are_found(void **state)
{
    (void)state;
    struct tr_format_columns columns = columns_of("symbol;close;x;low;high;open;volume;date;unix");
    struct tr_format_row row;
    enum tr_format_defect defect;
    assert_true(read_row(&columns, "BTC/USDT;4;?;1;5;2;9;2017-08-17 04-AM;1502942400.0", &row, &defect));
    assert_int_equal(row.bar.time, INT64_C(1502942400000));
    assert_int_equal(row.unit, TR_FORMAT_SECONDS);
    assert_same_bits(row.bar.open, 2);
    assert_same_bits(row.bar.high, 5);
    assert_same_bits(row.bar.low, 1);
    assert_same_bits(row.bar.close, 4);
    assert_same_bits(row.bar.volume, 9);
    assert_memory_equal(row.symbol.begin, "BTC/USDT", 8);
    assert_int_equal(row.date.end - row.date.begin, 16);
    assert_false(read_row(&columns, "BTC/USDT;4;?;1;5;2;9;2017-08-17 04-AM", &row, &defect));
    assert_int_equal(defect, TR_FORMAT_TOO_FEW_COLUMNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_spellings_of_a_row_are_the_same_bar),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(a_long_wrong_field_is_clipped),
        cmocka_unit_test(the_fast_road_and_the_slow_one_read_the_same),
        cmocka_unit_test(columns_in_any_place_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
