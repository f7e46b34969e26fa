#include "support/test.h"

#include "io/format/header.h"

#include <stdio.h>
#include <string.h>

static enum tr_status read_header(const char *text, bool banner, struct tr_format_columns *columns,
                                  struct tr_error *err)
{
    return tr_format_header_read(text, text + strlen(text), banner, columns, err);
}

/* Which columns were taken, as "time open high low close volume" positions. */
static void expect(const char *text, enum tr_format_layout layout, const char *positions)
{
    struct tr_format_columns columns;
    struct tr_error err;
    char got[100] = "";
    size_t used = 0;
    assert_ok(read_header(text, false, &columns, &err), &err);
    for (size_t m = 0; m <= TR_FORMAT_SYMBOL; m++) {
        size_t at = 0;
        while (at <= columns.last && columns.meaning[at] != m)
            at++;
        if (columns.has[m])
            used += (size_t)snprintf(got + used, sizeof got - used, "%zu ", at);
        else
            used += (size_t)snprintf(got + used, sizeof got - used, "- ");
    }
    assert_int_equal(columns.plain, strcmp(positions, "0 1 2 3 4 5 - - ") == 0);
    if (strcmp(got, positions) != 0 || columns.layout != layout)
        fail_msg("'%s' gave '%s' as %s", text, got, tr_format_layout_name(columns.layout));
}

static void known_headers_are_recognised(void **state)
{
    (void)state;
    expect("timestamp_ms,open,high,low,close,volume", TR_FORMAT_OWN, "0 1 2 3 4 5 - - ");
    expect("Timestamp,Open,High,Low,Close,Volume", TR_FORMAT_HEADER, "0 1 2 3 4 5 - - ");
    expect("date,open,high,low,close,volume", TR_FORMAT_HEADER, "0 1 2 3 4 5 - - ");
    expect("Date;Open;High;Low;Close;Adj Close;Volume", TR_FORMAT_HEADER, "0 1 2 3 4 6 - - ");
    expect("time\topen\thigh\tlow\tclose\tvolume", TR_FORMAT_HEADER, "0 1 2 3 4 5 - - ");
    expect("ts|o|h|l|c|v", TR_FORMAT_HEADER, "0 1 2 3 4 5 - - ");
    expect("\"Open Time\", \"Open\" ,High,Low,Close,Vol.", TR_FORMAT_HEADER, "0 1 2 3 4 5 - - ");
    expect("unix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount", TR_FORMAT_HEADER,
           "0 3 4 5 6 7 1 2 ");
    expect("close,low,high,open,volume,datetime", TR_FORMAT_HEADER, "5 3 2 1 0 4 - - ");
    expect("open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
           "taker_buy_quote_volume,ignore",
           TR_FORMAT_BINANCE_VISION, "0 1 2 3 4 5 - - ");
    expect("Timestamp,Open,High,Low,Close,Volume_(BTC),Volume_(Currency),Weighted_Price", TR_FORMAT_HEADER,
           "0 1 2 3 4 5 - - ");
    expect("time,close,high,low,open,volumefrom,volumeto", TR_FORMAT_HEADER, "0 4 2 3 1 5 - - ");
    expect("t,o,h,l,c,v,x,y,z,a,b,d", TR_FORMAT_HEADER, "0 1 2 3 4 5 - - ");
    expect("t,o,h,l,v,c,close_time,y,z,a,b,d", TR_FORMAT_HEADER, "0 1 2 3 5 4 - - ");
}

static void the_base_coins_volume_is_taken(void **state)
{
    (void)state;
    expect("time,open,high,low,close,Volume USDT,Volume ETH", TR_FORMAT_HEADER, "0 1 2 3 4 6 - - ");
    expect("time,open,high,low,close,Volume USD,Volume BTC", TR_FORMAT_HEADER, "0 1 2 3 4 6 - - ");
    expect("time,open,high,low,close,Volume BTC,Volume ETH", TR_FORMAT_HEADER, "0 1 2 3 4 5 - - ");
    expect("time,open,high,low,close,Volume USDC,Volume USDT", TR_FORMAT_HEADER, "0 1 2 3 4 5 - - ");
    expect("time,open,high,low,close,quote_volume,volume", TR_FORMAT_HEADER, "0 1 2 3 4 6 - - ");
    expect("time,open,high,low,close,Volume BTC,volume", TR_FORMAT_HEADER, "0 1 2 3 4 6 - - ");
}

static void a_stamp_is_preferred_to_a_date_and_the_first_of_equals_to_the_second(void **state)
{
    (void)state;
    expect("date,unix,open,high,low,close,volume", TR_FORMAT_HEADER, "1 2 3 4 5 6 0 - ");
    expect("datetime,date,open,high,low,close,volume", TR_FORMAT_HEADER, "0 2 3 4 5 6 - - ");
    expect("time,timestamp,open,high,low,close,volume", TR_FORMAT_HEADER, "1 2 3 4 5 6 - - ");
    expect("time,open,open,high,low,close,volume", TR_FORMAT_HEADER, "0 1 3 4 5 6 - - ");
}

static void the_banner_makes_it_cryptodatadownload(void **state)
{
    (void)state;
    struct tr_format_columns columns;
    struct tr_error err;
    assert_ok(read_header("Unix,Date,Symbol,Open,High,Low,Close,Volume", true, &columns, &err), &err);
    assert_int_equal(columns.layout, TR_FORMAT_CRYPTODATADOWNLOAD);
    assert_false(columns.plain);
}

static void binance_rows_need_no_header(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "1735689600000000,1,2,1,2,5,1735693199999999,9,3,1,2,0",
        "1502942400000,1,2,1,2,5,1502945999999,9,3,1,2,0",
    };
    for (size_t i = 0; i < 2; i++) {
        struct tr_format_columns columns;
        struct tr_error err;
        assert_ok(read_header(rows[i], false, &columns, &err), &err);
        assert_int_equal(columns.layout, TR_FORMAT_BINANCE_VISION);
        assert_true(columns.first_is_data && columns.plain);
        assert_int_equal(columns.last, 5);
    }
}

static void other_rows_without_a_header_are_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "1502942400000,1,2,1,2,5",
        "1502942400000,1,2,1,2,5,1502942399999,9,3,1,2,0",
        "1502942400000,1,2,1,2,5,x,9,3,1,2,0",
        "5,1,2,1,2,5,1502945999999,9,3,1,2,0",
        "1502942400000,1,2,1,2,5,1502945999999,9,3,1,2,0,0",
        "2020-01-01,1,2,1,2,5,1502945999999,9,3,1,2,0",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tr_format_columns columns;
        struct tr_error err;
        assert_int_equal(read_header(rows[i], false, &columns, &err), TR_INVALID);
        assert_non_null(strstr(err.text, "timestamp_ms,open,high,low,close,volume"));
    }
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *header, *word;
    } cases[] = {
        {"timestamp,open,high,low,close", "no column named volume"},
        {"open,high,low,close,volume", "no column named time"},
        {"time,open,volume", "no column named high, low, close"},
        {"time,open,high,low,adj close,volume", "no column named close"},
        {"hello", "no column named time, open, high, low, close, volume"},
        {"", "no column named time"},
        {"timestamp,open,high,low,close,Volume USDT", "quote coin"},
        {"timestamp,open,high,low,close,quote_volume", "no column named volume"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tr_format_columns columns;
        struct tr_error err;
        assert_int_equal(read_header(cases[i].header, false, &columns, &err), TR_INVALID);
        if (!strstr(err.text, cases[i].word))
            fail_msg("'%s' gave: %s", cases[i].header, err.text);
    }
}

static void funding_and_book_files_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *header, *word;
    } cases[] = {
        {"timestamp_ms,funding_rate", "funding"},
        {"timestamp_ms,bid_px,bid_sz,ask_px,ask_sz", "book"},
        {"timestamp_ms,bid_px_1,bid_sz_1,bid_px_2", "book"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tr_format_columns columns;
        struct tr_error err;
        assert_int_equal(read_header(cases[i].header, false, &columns, &err), TR_UNSUPPORTED);
        assert_non_null(strstr(err.text, cases[i].word));
    }
}

static void the_number_of_columns_is_bounded(void **state)
{
    (void)state;
    char text[20100];
    size_t n = (size_t)snprintf(text, sizeof text, "timestamp,open,high,low,close,volume");
    struct tr_format_columns columns;
    struct tr_error err;
    for (size_t column = 6; column < TR_FORMAT_MAX_COLUMNS; column++)
        n += (size_t)snprintf(text + n, sizeof text - n, ",x");
    assert_ok(read_header(text, false, &columns, &err), &err);
    for (size_t column = TR_FORMAT_MAX_COLUMNS; column < 10000; column++)
        n += (size_t)snprintf(text + n, sizeof text - n, ",x");
    assert_int_equal(read_header(text, false, &columns, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "1024 columns"));
}

static void check_fields(const char *line, char separator, const char *joined)
{
    const char *cursor = line, *end = line + strlen(line);
    char got[200];
    size_t used = 0;
    while (cursor) {
        struct tr_format_field field = tr_format_field_next(&cursor, end, separator);
        used += (size_t)snprintf(got + used, sizeof got - used, "[%.*s]", (int)(field.end - field.begin), field.begin);
    }
    assert_string_equal(got, joined);
}

static void fields_lose_blanks_and_quotes(void **state)
{
    (void)state;
    check_fields("a,b,c", ',', "[a][b][c]");
    check_fields(" a , b\t,c ", ',', "[a][b][c]");
    check_fields("", ',', "[]");
    check_fields(",", ',', "[][]");
    check_fields("a,", ',', "[a][]");
    check_fields("\"a\",\"b,c\", \"d\" ,\"\"", ',', "[a][b,c][d][]");
    check_fields("\"a", ',', "[\"a]");
    check_fields("\"a\"x,b", ',', "[\"a\"x][b]");
    check_fields("\"", ',', "[\"]");
    check_fields("a\t\t b", '\t', "[a][][b]");
    check_fields("a;b,c", ';', "[a][b,c]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_headers_are_recognised),
        cmocka_unit_test(the_base_coins_volume_is_taken),
        cmocka_unit_test(a_stamp_is_preferred_to_a_date_and_the_first_of_equals_to_the_second),
        cmocka_unit_test(the_banner_makes_it_cryptodatadownload),
        cmocka_unit_test(binance_rows_need_no_header),
        cmocka_unit_test(other_rows_without_a_header_are_refused),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(funding_and_book_files_are_told_apart),
        cmocka_unit_test(the_number_of_columns_is_bounded),
        cmocka_unit_test(fields_lose_blanks_and_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
