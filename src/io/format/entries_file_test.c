#include "support/test.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/rng.h"
#include "io/format/entries_file.h"
#include "io/format/source.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

static char dir[256];

static int set_up(void **state)
{
    (void)state;
    test_make_dir(dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_remove_dir(dir);
    return 0;
}

struct reading {
    enum tr_status status;
    struct tr_entries_row *rows;
    size_t n;
    struct tr_entries_report report;
    struct tr_error err;
};

/* The text as the file "in.csv", out of memory. */
static struct reading read_bytes(const char *text, size_t size, bool strict)
{
    struct reading r = {.status = TR_OK};
    struct tr_entries_options options = {.path = "in.csv", .strict = strict};
    struct tr_format_source *source;
    assert_ok(tr_format_source_memory(text, size, &source, &r.err), &r.err);
    r.status = tr_entries_read_from(source, &options, &r.rows, &r.n, &r.report, &r.err);
    tr_format_source_close(source);
    return r;
}

static struct reading read_text(const char *text)
{
    struct reading r = read_bytes(text, strlen(text), false);
    assert_ok(r.status, &r.err);
    return r;
}

/* "LINE SYMBOL side STAMP|..." of the accepted rows. */
static void expect(const char *text, const char *rows)
{
    struct reading r = read_text(text);
    char out[2048] = "";
    size_t used = 0;
    for (size_t i = 0; i < r.n; i++)
        used += (size_t)snprintf(out + used, sizeof out - used, "%zu %s %s %lld|", r.rows[i].line, r.rows[i].symbol,
                                 r.rows[i].is_short ? "short" : "long", (long long)r.rows[i].time);
    assert_string_equal(out, rows);
    assert_true(r.report.accepted == r.n);
    tr_free(r.rows);
}

/* One data row below `header` is refused as `defect` with a reason that says `what`. Strictly it is the error. */
static void expect_refused(const char *header, const char *row, enum tr_entries_defect defect, const char *what)
{
    char text[4096], place[64];
    snprintf(text, sizeof text, "%s\n%s\n", header, row);
    struct reading r = read_text(text);
    if (r.n != 0 || r.report.refused[defect] != 1)
        fail_msg("'%s' was not refused as %s", row, tr_entries_defect_name(defect));
    assert_true(r.report.rows == 1 && r.report.accepted == 0 && r.report.examples == 1);
    assert_true(r.report.example[0].line == 2);
    assert_int_equal(r.report.example[0].defect, defect);
    if (!strstr(r.report.example[0].reason, what))
        fail_msg("'%s' does not say '%s'", r.report.example[0].reason, what);
    tr_free(r.rows);
    r = read_bytes(text, strlen(text), true);
    assert_int_equal(r.status, TR_INVALID);
    snprintf(place, sizeof place, "in.csv:2: ");
    assert_true(strncmp(r.err.text, place, strlen(place)) == 0 && strstr(r.err.text, what));
    assert_null(r.rows);
}

static void expect_error(const char *text, enum tr_status status, const char *what)
{
    struct reading r = read_bytes(text, strlen(text), false);
    assert_int_equal(r.status, status);
    if (!strstr(r.err.text, what))
        fail_msg("'%s' does not say '%s'", r.err.text, what);
    assert_null(r.rows);
    assert_true(r.n == 0);
}

static void columns_are_found_by_name_in_any_order_and_case(void **state)
{
    (void)state;
    expect("time,symbol,side\n1727740800,BTCUSDT,long\n", "2 BTC/USDT long 1727740800000|");
    expect("SIDE;Symbol;TimeStamp\nSell;btc/usdt:usdt;1727740800000\n", "2 BTC/USDT:USDT short 1727740800000|");
    expect("symbol\tdate\tside\nETH-USDT-SWAP\t2024-10-01\tBUY\n", "2 ETH/USDT:USDT long 1727740800000|");
    expect("\xef\xbb\xbf# made by hand\n\n\"time\",\"symbol\",\"side\"\r\n\"2024-10-01 00:00\",\"BTC/USDT\",SHORT\r\n",
           "4 BTC/USDT short 1727740800000|");
    expect("timestamp_ms,symbol,side\n1727740800000000,BTC/USDT,long", "2 BTC/USDT long 1727740800000|");
    expect("time,symbol,side\n", "");
}

static void what_is_given_is_read_to_the_last_bit_and_the_rest_is_nan(void **state)
{
    (void)state;
    struct reading r = read_text("time,symbol,side,sl,tp1,tp2,tp3,qty,size_usd,atr,timeframe\n"
                                 "1727740800,BTC/USDT,long,0.1,0.30000000000000004,3,4,5e-3,,7.5,1h\n"
                                 "1727744400,BTC/USDT,long,1,,,,,12.5,,\n"
                                 "1727748000,BTC/USDT,long,,,,,,,,\n");
    assert_true(r.n == 3);
    const struct tr_entries_row *row = r.rows;
    assert_same_bits(row[0].stop, 0.1);
    assert_same_bits(row[0].target[0], 0.30000000000000004);
    assert_same_bits(row[0].target[1], 3);
    assert_same_bits(row[0].target[2], 4);
    assert_same_bits(row[0].quantity, 5e-3);
    assert_true(isnan(row[0].size_usd));
    assert_same_bits(row[0].atr, 7.5);
    assert_string_equal(row[0].timeframe, "1h");
    assert_same_bits(row[1].stop, 1);
    assert_same_bits(row[1].size_usd, 12.5);
    assert_true(isnan(row[1].target[0]) && isnan(row[1].quantity) && isnan(row[1].atr));
    assert_string_equal(row[1].timeframe, "");
    assert_true(isnan(row[2].stop) && isnan(row[2].target[0]) && isnan(row[2].target[1]) && isnan(row[2].target[2]));
    tr_free(r.rows);
    r = read_text("time,symbol,side,STOP,quantity\n1727740800,BTC/USDT,long,9,8\n");
    assert_same_bits(r.rows[0].stop, 9);
    assert_same_bits(r.rows[0].quantity, 8);
    tr_free(r.rows);
}

static void other_columns_are_passed_over_and_named(void **state)
{
    (void)state;
    struct reading r = read_text("date,Reason why,time,symbol,side,,x\nyesterday,a,1727740800,BTC/USDT,long,b,c\n");
    assert_true(r.n == 1 && r.report.others == 4);
    assert_string_equal(r.report.other[0], "Reason why");
    assert_string_equal(r.report.other[1], "");
    assert_string_equal(r.report.other[2], "x");
    assert_string_equal(r.report.other[3], "date");
    tr_free(r.rows);
    struct tr_buf text;
    tr_buf_init(&text);
    tr_buf_text(&text, "time,symbol,side");
    for (int i = 0; i < 30; i++)
        tr_buf_printf(&text, ",a column with a name that is longer than the report keeps %d", i);
    r = read_text(tr_buf_string(&text));
    assert_true(r.report.others == 30 && strlen(r.report.other[TR_ENTRIES_OTHER - 1]) == 31);
    tr_free(r.rows);
    tr_buf_finish(&text);
}

static void our_own_list_of_signals_is_a_file_of_entries(void **state)
{
    (void)state;
    struct reading r =
        read_text("timestamp_ms,exchange,symbol,timeframe,side,entry,stop_loss,tp1,tp2,tp3,confidence,base_rate,edge,"
                  "proven,expected_net_profit_pct,expected_value_pct,status,exit_reason,net_pct\n"
                  "1727744400000,okx,ETH/USDT:USDT,1h,short,2600,2700,2550,2500,2400,0.61,0.6,0.01,0,2.5,,active,,\n"
                  "1727740800000,okx,BTC/USDT:USDT,1h,long,62000.5,61000,63000,64000,65000,0.7,0.6,0.1,1,2.5,-0.5,"
                  "closed,tp3,1.5\n");
    assert_true(r.n == 2 && r.report.others == 11 && !r.report.newest_first);
    assert_string_equal(r.report.other[0], "exchange");
    assert_string_equal(r.report.other[1], "entry");
    assert_string_equal(r.rows[0].symbol, "BTC/USDT:USDT");
    assert_same_bits(r.rows[0].stop, 61000);
    assert_same_bits(r.rows[0].target[2], 65000);
    assert_string_equal(r.rows[1].timeframe, "1h");
    assert_true(r.rows[1].is_short);
    tr_free(r.rows);
}

static void a_header_that_will_not_do_is_an_error_with_its_line(void **state)
{
    (void)state;
    expect_error("", TR_INVALID, "in.csv: empty file");
    expect_error("\n# nothing\n", TR_INVALID, "in.csv: no header and no rows");
    expect_error("symbol,side\n", TR_INVALID, "in.csv:1: the header 'symbol,side' has no column time");
    expect_error("\ntime,side\n", TR_INVALID, "in.csv:2: the header 'time,side' has no column symbol");
    expect_error("time,symbol\n", TR_INVALID, "has no column side");
    expect_error("time,symbol,side,sl,Stop Loss\n", TR_INVALID,
                 "in.csv:1: columns 4 and 5 ('Stop Loss') mean the same");
    expect_error("time,timestamp,symbol,side\n", TR_INVALID, "columns 1 and 2");
    expect_error("date,date,symbol,side\n", TR_INVALID, "columns 1 and 2");
    expect_error("[{\"time\": 1}]\n", TR_INVALID, "has no column time");
}

static void a_row_that_cannot_be_read_is_refused_with_its_reason(void **state)
{
    (void)state;
    const char *plain = "time,symbol,side";
    const char *full = "time,symbol,side,sl,tp1,tp2,tp3,qty,size_usd,atr,timeframe";
    expect_refused(plain, "1727740800,BTC/USDT", TR_ENTRIES_TOO_FEW_COLUMNS, "2 columns instead of 3");
    expect_refused(plain, "1727740800,BTC/USDT,long,4", TR_ENTRIES_TOO_MANY_COLUMNS, "4 columns instead of 3");
    expect_refused(plain, "soon,BTC/USDT,long", TR_ENTRIES_BAD_TIME, "time 'soon'");
    expect_refused(plain, ",BTC/USDT,long", TR_ENTRIES_BAD_TIME, "time ''");
    expect_refused(plain, "12,BTC/USDT,long", TR_ENTRIES_BAD_TIME, "time '12'");
    expect_refused(plain, "2024-13-01,BTC/USDT,long", TR_ENTRIES_BAD_TIME, "2024-13-01");
    expect_refused(plain, "1727740800,hello,long", TR_ENTRIES_BAD_SYMBOL, "symbol 'hello'");
    expect_refused(plain, "1727740800,,long", TR_ENTRIES_BAD_SYMBOL, "symbol ''");
    expect_refused(plain, "1727740800,BTC/USDT,up", TR_ENTRIES_BAD_SIDE, "side 'up'");
    expect_refused(plain, "1727740800,BTC/USDT,", TR_ENTRIES_BAD_SIDE, "side ''");
    expect_refused(full, "1727740800,BTC/USDT,long,a,,,,,,,", TR_ENTRIES_BAD_NUMBER, "stop 'a' is no number");
    expect_refused(full, "1727740800,BTC/USDT,long,nan,,,,,,,", TR_ENTRIES_BAD_NUMBER, "stop 'nan'");
    expect_refused(full, "1727740800,BTC/USDT,long,1,inf,,,,,,", TR_ENTRIES_BAD_NUMBER, "tp1 'inf'");
    expect_refused(full, "1727740800,BTC/USDT,long,1,1e999,,,,,,", TR_ENTRIES_BAD_NUMBER, "tp1 '1e999'");
    expect_refused(full, "1727740800,BTC/USDT,long,0,,,,,,,", TR_ENTRIES_BAD_NUMBER, "stop '0' is not above 0");
    expect_refused(full, "1727740800,BTC/USDT,long,,,,,,,-1,", TR_ENTRIES_BAD_NUMBER, "atr '-1'");
    expect_refused(full, "1727740800,BTC/USDT,long,,,,,0,,,", TR_ENTRIES_BAD_SIZE, "quantity '0'");
    expect_refused(full, "1727740800,BTC/USDT,long,,,,,,-5,,", TR_ENTRIES_BAD_SIZE, "size_usd '-5'");
    expect_refused(full, "1727740800,BTC/USDT,long,,,,,NaN,,,", TR_ENTRIES_BAD_SIZE, "quantity 'NaN'");
    expect_refused(full, "1727740800,BTC/USDT,long,,,,,1,5,,", TR_ENTRIES_BAD_SIZE, "both");
    expect_refused(full, "1727740800,BTC/USDT,long,,,,,lots,,,", TR_ENTRIES_BAD_NUMBER, "quantity 'lots'");
    expect_refused(full, "1727740800,BTC/USDT,long,,1,,,,,,", TR_ENTRIES_BAD_TARGETS, "tp1 without a stop");
    expect_refused(full, "1727740800,BTC/USDT,long,1,,2,,,,,", TR_ENTRIES_BAD_TARGETS, "tp2 without tp1");
    expect_refused(full, "1727740800,BTC/USDT,long,1,2,,3,,,,", TR_ENTRIES_BAD_TARGETS, "tp3 without tp2");
    expect_refused(full, "1727740800,BTC/USDT,long,,,,,,,,a long one", TR_ENTRIES_OTHER_TIMEFRAME, "'a long one'");
    expect("time,symbol,side,note\n1727740800,BTC/USDT,long\n1727744400,BTC/USDT,long,,,\n",
           "2 BTC/USDT long 1727740800000|3 BTC/USDT long 1727744400000|");
}

static void zero_bytes_and_endless_lines_are_refused_rows(void **state)
{
    (void)state;
    static const char zero[] = "time,symbol,side\n1727740800,BTC\0/USDT,long\n1727740800,BTC/USDT,lo\0ng\n"
                               "17277\0,BTC/USDT,long\n";
    struct reading r = read_bytes(zero, sizeof zero - 1, false);
    assert_ok(r.status, &r.err);
    assert_true(r.n == 0 && r.report.refused[TR_ENTRIES_BAD_SYMBOL] == 1 &&
                r.report.refused[TR_ENTRIES_BAD_SIDE] == 1 && r.report.refused[TR_ENTRIES_BAD_TIME] == 1);
    tr_free(r.rows);
    size_t n = ((size_t)1 << 20) + 100, head = strlen("time,symbol,side\n");
    char *text = tr_alloc(n + 64, 1);
    assert_non_null(text);
    memset(text, 'x', n);
    memcpy(text, "time,symbol,side\n", head);
    memcpy(text + n, "\n1727740800,BTC/USDT,long\n", 25);
    r = read_bytes(text, n + 25, false);
    assert_ok(r.status, &r.err);
    /* The line is what is left of n, 17 bytes less: still more than a line may have. */
    assert_true(r.report.rows == 2 && r.n == 1 && r.report.refused[TR_ENTRIES_LINE_TOO_LONG] == 1);
    tr_free(r.rows);
    r = read_bytes(text + head, n - head, false);
    assert_int_equal(r.status, TR_INVALID);
    assert_non_null(strstr(r.err.text, "in.csv:1: longer than"));
    tr_free(text);
}

static void rows_come_out_in_order_of_time_and_of_one_time_as_in_the_file(void **state)
{
    (void)state;
    expect("time,symbol,side\n"
           "1727744400,ETHUSDT,long\n1727740800,BTCUSDT,short\n1727744400,BTCUSDT,long\n1727744400,BTCUSDT,short\n"
           "1727748000,ETHUSDT,short\n",
           "3 BTC/USDT short 1727740800000|2 ETH/USDT long 1727744400000|4 BTC/USDT long 1727744400000|"
           "5 BTC/USDT short 1727744400000|6 ETH/USDT short 1727748000000|");
}

static void a_file_that_runs_backwards_is_turned_round(void **state)
{
    (void)state;
    const char *text = "time,symbol,side\n"
                       "1727748000,ETHUSDT,long\n1727744400,BTCUSDT,short\n1727744400,BTCUSDT,long\n"
                       "1727740800,BTCUSDT,short\n1727744400,ETHUSDT,short\n1727740000,SOLUSDT,short\n";
    struct reading r = read_text(text);
    assert_true(r.report.newest_first && r.report.accepted == 6);
    tr_free(r.rows);
    expect(text, "7 SOL/USDT short 1727740000000|5 BTC/USDT short 1727740800000|3 BTC/USDT short 1727744400000|"
                 "4 BTC/USDT long 1727744400000|6 ETH/USDT short 1727744400000|2 ETH/USDT long 1727748000000|");
    r = read_text("time,symbol,side\n1727740800,BTCUSDT,short\n1727740800,BTCUSDT,long\n");
    assert_true(r.n == 2 && !r.report.newest_first);
    tr_free(r.rows);
}

static void a_row_out_of_order_is_refused_and_names_both_lines(void **state)
{
    (void)state;
    const char *text = "time,symbol,side\n"
                       "1727748000,BTCUSDT,long\n1727744400,BTCUSDT,long\n1727751600,BTCUSDT,long\n"
                       "1727740000,ETHUSDT,long\n1727744401,BTCUSDT,short\n";
    struct reading r = read_text(text);
    assert_true(r.n == 3 && !r.report.newest_first && r.report.refused[TR_ENTRIES_OUT_OF_ORDER] == 2);
    assert_true(r.report.example[0].line == 3 && r.report.example[1].line == 6);
    assert_string_equal(r.report.example[0].reason,
                        "2024-10-01T01:00:00Z comes after line 2, which is of 2024-10-01T02:00:00Z: sort the rows by "
                        "time");
    assert_non_null(strstr(r.report.example[1].reason, "after line 4"));
    tr_free(r.rows);
    r = read_bytes(text, strlen(text), true);
    assert_int_equal(r.status, TR_INVALID);
    assert_non_null(strstr(r.err.text, "in.csv:3: 2024-10-01T01:00:00Z comes after line 2"));
    /* One symbol that goes up, and the file is not newest first for the others either. */
    expect("time,symbol,side\n1727748000,BTCUSDT,long\n1727744400,BTCUSDT,long\n1727740800,ETHUSDT,long\n"
           "1727744400,ETHUSDT,long\n",
           "4 ETH/USDT long 1727740800000|5 ETH/USDT long 1727744400000|2 BTC/USDT long 1727748000000|");
}

static void the_same_wish_twice_is_refused_and_names_the_first(void **state)
{
    (void)state;
    struct reading r = read_text("time,symbol,side,qty\n"
                                 "1727740800,BTCUSDT,long,1\n1727740800,BTC/USDT,short,1\n1727740800,btc-usdt,buy,2\n"
                                 "1727744400,BTCUSDT,long,1\n1727744400,BTCUSDT,LONG,1\n1727744400,BTCUSDT,long,3\n");
    assert_true(r.n == 3 && r.report.refused[TR_ENTRIES_DUPLICATE] == 3);
    assert_string_equal(r.report.example[0].reason, "symbol, time and side as line 2");
    assert_string_equal(r.report.example[1].reason, "symbol, time and side as line 5");
    assert_string_equal(r.report.example[2].reason, "symbol, time and side as line 5");
    assert_same_bits(r.rows[0].quantity, 1);
    tr_free(r.rows);
    r = read_text("time,symbol,side\n1727744400,BTCUSDT,long\n1727740800,BTCUSDT,sell\n1727740800,BTCUSDT,short\n");
    assert_true(r.n == 2 && r.report.newest_first && r.report.refused[TR_ENTRIES_DUPLICATE] == 1);
    assert_string_equal(r.report.example[0].reason, "symbol, time and side as line 3");
    tr_free(r.rows);
}

/* --- an independent reference: the rules as they are written, over arrays, row against row --- */

struct wish {
    int symbol, side;
    long long time;
    bool keep;
};

static bool runs_backwards(const struct wish *wish, size_t n, bool *descends)
{
    *descends = false;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n; k++) {
            if (wish[i].symbol != wish[k].symbol)
                continue;
            if (wish[k].time > wish[i].time)
                return false;
            *descends = *descends || wish[k].time < wish[i].time;
        }
    }
    return true;
}

static size_t judge_slowly(struct wish *wish, size_t n, bool backwards, size_t *earlier)
{
    size_t kept = 0;
    *earlier = 0;
    for (size_t i = 0; i < n; i++) {
        bool late = false, twice = false;
        for (size_t k = 0; k < i; k++) {
            if (!wish[k].keep || wish[k].symbol != wish[i].symbol)
                continue;
            late = late || (!backwards && wish[k].time > wish[i].time);
            twice = twice || (wish[k].time == wish[i].time && wish[k].side == wish[i].side);
        }
        wish[i].keep = !late && !twice;
        *earlier += late;
        kept += wish[i].keep;
    }
    return kept;
}

static void random_files_are_judged_as_the_rules_are_written(void **state)
{
    (void)state;
    static const char *const symbols[] = {"BTC/USDT", "ETH/USDT", "SOL/USDT"};
    struct tr_rng rng;
    size_t turned = 0, mixed = 0;
    tr_rng_init(&rng, 5, 0);
    for (int trial = 0; trial < 4000; trial++) {
        struct wish wish[12];
        size_t n = (size_t)tr_rng_below(&rng, 13), earlier;
        int style = (int)tr_rng_below(&rng, 3);
        struct tr_buf text;
        tr_buf_init(&text);
        tr_buf_text(&text, "symbol,time,side\n");
        for (size_t i = 0; i < n; i++) {
            long long step = (long long)tr_rng_below(&rng, 3), place = (long long)i;
            wish[i].symbol = (int)tr_rng_below(&rng, 3);
            wish[i].side = (int)tr_rng_below(&rng, 2);
            wish[i].time = 1727740800 + (style == 0 ? 6 * step : style == 1 ? place / 2 + step / 2 : 20 - place / 2);
            tr_buf_printf(&text, "%s,%lld,%s\n", symbols[wish[i].symbol], wish[i].time,
                          wish[i].side ? "short" : "long");
        }
        bool descends, backwards = runs_backwards(wish, n, &descends);
        size_t kept = judge_slowly(wish, n, backwards, &earlier);
        struct reading r = read_text(tr_buf_string(&text));
        assert_true(r.n == kept && r.report.newest_first == (backwards && descends));
        /* A row that is both may be told as either, where an ascent comes only after it. */
        assert_true(r.report.refused[TR_ENTRIES_OUT_OF_ORDER] <= earlier);
        for (size_t i = 0; i < r.n; i++) {
            const struct wish *w = &wish[r.rows[i].line - 2];
            assert_true(w->keep && r.rows[i].time == w->time * 1000 && r.rows[i].is_short == (w->side == 1));
            assert_string_equal(r.rows[i].symbol, symbols[w->symbol]);
            if (i > 0)
                assert_true(r.rows[i].time > r.rows[i - 1].time ||
                            (r.rows[i].time == r.rows[i - 1].time && r.rows[i].line > r.rows[i - 1].line));
        }
        turned += r.report.newest_first;
        mixed += earlier > 0;
        tr_free(r.rows);
        tr_buf_finish(&text);
    }
    assert_true(turned > 100 && mixed > 100);
}

static void many_symbols_are_kept_apart(void **state)
{
    (void)state;
    struct tr_buf text;
    tr_buf_init(&text);
    tr_buf_text(&text, "time,symbol,side\n");
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3000; i++)
            tr_buf_printf(&text, "%d,C%d/USDT,long\n", 1727740800 + 60 * round, i);
    }
    struct reading r = read_text(tr_buf_string(&text));
    assert_true(r.n == 6000 && r.report.rows == 6000);
    assert_string_equal(r.rows[2999].symbol, "C2999/USDT");
    assert_string_equal(r.rows[3000].symbol, "C0/USDT");
    tr_free(r.rows);
    tr_buf_finish(&text);
}

static void only_the_first_refusals_are_kept_as_examples(void **state)
{
    (void)state;
    struct tr_buf text;
    tr_buf_init(&text);
    tr_buf_text(&text, "time,symbol,side\n");
    for (int i = 0; i < 50; i++)
        tr_buf_text(&text, "1727740800,BTC/USDT,sideways\n\n");
    struct reading r = read_text(tr_buf_string(&text));
    assert_true(r.n == 0 && r.report.rows == 50 && r.report.refused[TR_ENTRIES_BAD_SIDE] == 50);
    assert_true(r.report.examples == TR_ENTRIES_EXAMPLES && r.report.example[19].line == 40);
    tr_free(r.rows);
    tr_buf_finish(&text);
}

static void a_refusal_of_a_later_stage_takes_the_row_off_the_accepted(void **state)
{
    (void)state;
    struct tr_entries_options options = {.path = "-"};
    struct tr_entries_report report = {.rows = 3, .accepted = 3};
    struct tr_error err = {0};
    assert_ok(tr_entries_refuse(&options, &report, 4, TR_ENTRIES_NO_ATR, &err, "only %d bars", 3), &err);
    assert_true(report.accepted == 2 && report.refused[TR_ENTRIES_NO_ATR] == 1 && report.example[0].line == 4);
    assert_string_equal(report.example[0].reason, "only 3 bars");
    options.strict = true;
    assert_int_equal(tr_entries_refuse(&options, &report, 5, TR_ENTRIES_OUTSIDE, &err, "after the last bar"),
                     TR_INVALID);
    assert_string_equal(err.text, "standard input:5: after the last bar");
}

static void every_defect_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < TR_ENTRIES_DEFECT_COUNT; i++) {
        assert_non_null(tr_entries_defect_name((enum tr_entries_defect)i));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(tr_entries_defect_name((enum tr_entries_defect)i),
                                    tr_entries_defect_name((enum tr_entries_defect)k));
    }
}

static void files_are_opened_packed_or_plain_and_errors_name_them(void **state)
{
    (void)state;
    struct tr_error err = {0};
    struct tr_entries_row *rows;
    struct tr_entries_report report;
    size_t n;
    char path[300];
    snprintf(path, sizeof path, "%s/wishes.csv.gz", dir);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_true(gzputs(file, "time,symbol,side\n1727740800,BTC/USDT,long\n") > 0);
    assert_int_equal(gzclose(file), Z_OK);
    struct tr_entries_options options = {.path = path};
    assert_ok(tr_entries_read(&options, &rows, &n, &report, &err), &err);
    assert_true(n == 1);
    tr_free(rows);
    snprintf(path, sizeof path, "%s/absent.csv", dir);
    assert_int_equal(tr_entries_read(&options, &rows, &n, &report, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "absent.csv: "));
    options.path = dir;
    assert_int_equal(tr_entries_read(&options, &rows, &n, &report, &err), TR_IO);
    assert_null(rows);
}

static void out_of_memory_is_told(void **state)
{
    (void)state;
    const char *text = "time,symbol,side\n1727740800,BTC/USDT,long\n1727740801,ETH/USDT,long\n";
    for (size_t k = 1;; k++) {
        struct tr_entries_options options = {.path = "in.csv"};
        struct tr_format_source *source;
        struct reading r;
        assert_ok(tr_format_source_memory(text, strlen(text), &source, &r.err), &r.err);
        tr_alloc_fail_at(k);
        r.status = tr_entries_read_from(source, &options, &r.rows, &r.n, &r.report, &r.err);
        size_t calls = tr_alloc_fail_at(0);
        tr_format_source_close(source);
        if (r.status == TR_OK) {
            assert_true(calls < k && k > 4 && r.n == 2);
            tr_free(r.rows);
            return;
        }
        assert_int_equal(r.status, TR_NOMEM);
        assert_null(r.rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_name_in_any_order_and_case),
        cmocka_unit_test(what_is_given_is_read_to_the_last_bit_and_the_rest_is_nan),
        cmocka_unit_test(other_columns_are_passed_over_and_named),
        cmocka_unit_test(our_own_list_of_signals_is_a_file_of_entries),
        cmocka_unit_test(a_header_that_will_not_do_is_an_error_with_its_line),
        cmocka_unit_test(a_row_that_cannot_be_read_is_refused_with_its_reason),
        cmocka_unit_test(zero_bytes_and_endless_lines_are_refused_rows),
        cmocka_unit_test(rows_come_out_in_order_of_time_and_of_one_time_as_in_the_file),
        cmocka_unit_test(a_file_that_runs_backwards_is_turned_round),
        cmocka_unit_test(a_row_out_of_order_is_refused_and_names_both_lines),
        cmocka_unit_test(the_same_wish_twice_is_refused_and_names_the_first),
        cmocka_unit_test(random_files_are_judged_as_the_rules_are_written),
        cmocka_unit_test(many_symbols_are_kept_apart),
        cmocka_unit_test(only_the_first_refusals_are_kept_as_examples),
        cmocka_unit_test(a_refusal_of_a_later_stage_takes_the_row_off_the_accepted),
        cmocka_unit_test(every_defect_has_a_name_of_its_own),
        cmocka_unit_test(files_are_opened_packed_or_plain_and_errors_name_them),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests_name("io/format/entries_file", tests, set_up, tear_down);
}
