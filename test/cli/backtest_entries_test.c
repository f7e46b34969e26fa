/* What a user may get wrong with a backtest: files of entries, words of the command, places to write to. Each gives one
 * clear line, or a count with the line of the file. */
#include "cli/answer.h"
#include "cli/backtest.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOME " --timeframe 1h --home home"
#define VERB "backtest AAA/USDT:USDT" HOME

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    world_write_bars(&world, "aaa.csv", 300, 1);
    tr_free(output_of(&world, "import aaa.csv --symbol AAA/USDT:USDT" HOME));
    world_write(&world, "one.csv", "timestamp_ms,open,high,low,close,volume\n1704067200000,10,11,9,10,1\n");
    tr_free(output_of(&world, "import one.csv --symbol ONE/USDT:USDT" HOME));
    world_write(&world, "ok.csv", "time,symbol,side\n2024-01-05,AAA/USDT:USDT,long\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

/* --- rows --- */

struct bad_row {
    const char *row;    /* after two good ones, on line 4 of the file */
    const char *defect; /* its key */
    const char *reason; /* a piece of what is said */
};

#define HEADER "time,symbol,side,sl,tp1,tp2,tp3,qty,size_usd,atr,timeframe\n"
#define GOOD "2024-01-03T05:00,AAA/USDT:USDT,long,,,,,,,,\n2024-01-04T05:00,AAA/USDT:USDT,sell,,,,,,,,1h\n"

static const struct bad_row bad_rows[] = {
    {"2024-01-04T04:00,AAA/USDT:USDT,long,,,,,,,,", "out_of_order", "line 3"},
    {"2023-12-31T23:00,BBB/USDT:USDT,long,,,,,,,,", "unknown_symbol", "BBB/USDT:USDT is not among"},
    {"2024-01-06T04:00,AAAUSDT,long,,,,,,,,", "unknown_symbol", "AAA/USDT:USDT"},
    {"2025-01-01,AAA/USDT:USDT,long,,,,,,,,", "outside", "2025-01-01"},
    {"2024-01-04T05:00,AAA/USDT:USDT,short,,,,,,,,", "duplicate", "line 3"},
    {"2024-01-04T05:20,AAA/USDT:USDT,short,,,,,,,,", "duplicate", "named before"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,1000000,2000000,,,,,,", "wrong_side", "order around the close"},
    {"2024-01-06T04:00,AAA/USDT:USDT,short,1000000,2000000,,,,,,", "wrong_side", "order around the close"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,1,1000001,1000000,,,,,", "wrong_side", "order around the close"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,1,1000000,1000000,,,,,", "wrong_side", "order around the close"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,,1000000,,,,,,", "bad_targets", "without a stop"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,1,,1000000,,,,,", "bad_targets", "tp2 without tp1"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,,,,,0,,,", "bad_size", "'0'"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,,,,,-1,,,", "bad_size", "'-1'"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,,,,,NaN,,,", "bad_size", "'NaN'"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,,,,,,-5,,", "bad_size", "size_usd"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,,,,,1,100,,", "bad_size", "give one"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,nan,,,,,,,", "bad_number", "'nan'"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,inf,,,,,,,", "bad_number", "'inf'"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,-3,,,,,,,", "bad_number", "not above 0"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,,,,,,,0,", "bad_number", "atr"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,1e400,,,,,,,", "bad_number", "1e400"},
    {"2024-01-06T04:00,AAA/USDT:USDT,upwards,,,,,,,,", "bad_side", "upwards"},
    {"yesterday,AAA/USDT:USDT,long,,,,,,,,", "bad_time", "yesterday"},
    {"2024-01-06T04:00,,long,,,,,,,,", "bad_symbol", "symbol"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,,,,,,,,4h", "other_timeframe", "4h"},
    {"2024-01-06T04:00,AAA/USDT:USDT", "too_few_columns", "2 columns"},
    {"2024-01-06T04:00,AAA/USDT:USDT,long,900,5,,,,,,,7", "too_many_columns", "decimal commas"},
};

static void each_bad_row_is_counted_by_its_kind_and_named_by_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_rows / sizeof *bad_rows; i++) {
        const struct bad_row *bad = &bad_rows[i];
        char text[512], path[64];

        snprintf(text, sizeof text, HEADER GOOD "%s\n", bad->row);
        world_write(&world, "bad.csv", text);
        json_t *value = json_of(&world, 0, VERB " --entries bad.csv --json");
        snprintf(path, sizeof path, "entries.read.refused_by.%s", bad->defect);
        if (test_integer(value, path) != 1 || test_integer(value, "entries.read.refused") != 1)
            fail_msg("%s: not refused as %s", bad->row, bad->defect);
        assert_int_equal(test_integer(value, "entries.read.rows"), 3);
        assert_int_equal(test_integer(value, "entries.read.accepted"), 2);
        assert_int_equal(test_integer(value, "entries.read.examples.0.line"), 4);
        assert_string_equal(test_string(value, "entries.read.examples.0.defect"), bad->defect);
        if (!strstr(test_string(value, "entries.read.examples.0.reason"), bad->reason))
            fail_msg("%s: \"%s\" does not say \"%s\"", bad->row, test_string(value, "entries.read.examples.0.reason"),
                     bad->reason);
        json_decref(value);
        expect(&world, NULL, 1, VERB " --entries bad.csv --strict", "bad.csv:4: ", bad->reason);
    }
    tr_free(output_of(&world, VERB " --entries ok.csv --strict"));
}

static void levels_before_the_atr_is_known_need_a_stop_in_the_file(void **state)
{
    (void)state;
    world_write(&world, "early.csv",
                "time,symbol,side,sl\n2024-01-01T03:00,AAA/USDT:USDT,long,\n2024-01-01T04:00,AAA/USDT:USDT,long,900\n");
    json_t *value = json_of(&world, 0, VERB " --entries early.csv --json");
    assert_int_equal(test_integer(value, "entries.read.refused_by.no_atr"), 1);
    assert_int_equal(test_integer(value, "entries.read.examples.0.line"), 2);
    assert_int_equal(test_integer(value, "entries.taken"), 1);
    json_decref(value);
}

static void a_file_that_runs_backwards_is_turned_round(void **state)
{
    (void)state;
    world_write(&world, "back.csv",
                "Date;Symbol;Side;note\n2024-01-08;AAA/USDT:USDT;LONG;x\n2024-01-05;AAA/USDT:USDT;Buy;y\n");
    world_write(&world, "forth.csv",
                "time,symbol,side\n1704412800,AAA/USDT:USDT,buy\n1704672000000,AAA/USDT:USDT,long\n");
    json_t *value = json_of(&world, 0, VERB " --entries back.csv --trades-csv back.out --json");
    assert_true(json_is_true(test_member(value, "entries.read.newest_first")));
    assert_string_equal(test_string(value, "entries.read.columns_passed_over.0"), "note");
    assert_int_equal(test_integer(value, "entries.taken"), 2);
    tr_free(output_of(&world, VERB " --entries forth.csv --trades-csv forth.out"));
    char *back = text_of(&world, "back.out"), *forth = text_of(&world, "forth.out");
    same_text("trades", back, forth);
    json_decref(value);
    tr_free(back);
    tr_free(forth);
}

static void entries_come_from_standard_input_too(void **state)
{
    (void)state;
    struct manner manner = {.input = "ok.csv"};
    struct result result;
    char *file = output_of(&world, VERB " --entries ok.csv --format csv");
    run_as(&world, &manner, &result, VERB " --entries - --format csv");
    assert_int_equal(result.code, 0);
    same_text("trades", result.out, file);
    result_free(&result);
    tr_free(file);
    manner.input = "aaa.csv";
    expect(&world, &manner, 1, VERB " --entries -", "standard input:1: ", "symbol");
}

/* --- files --- */

static void write_long_line(const char *name, size_t bytes)
{
    FILE *file = fopen(world_path(&world, name), "wb");
    assert_non_null(file);
    fputs("time,symbol,side\n2024-01-05,AAA/USDT:USDT,long\n2024-01-06,AAA/USDT:USDT,", file);
    for (size_t i = 0; i < bytes; i++)
        putc('x', file);
    fputs("\n2024-01-07,AAA/USDT:USDT,long\n", file);
    assert_int_equal(fclose(file), 0);
}

static void files_that_hold_no_entries_are_told_apart(void **state)
{
    (void)state;
    world_write(&world, "empty.csv", "");
    world_write(&world, "blank.csv", "\n\n# nothing\n");
    world_write(&world, "header.csv", "time,symbol,side\n");
    world_write(&world, "sideless.csv", "time,symbol\n2024-01-05,AAA/USDT:USDT\n");
    world_write(&world, "twice.csv", "time,symbol,side,side\n2024-01-05,AAA/USDT:USDT,long,long\n");
    expect(&world, NULL, 1, VERB " --entries empty.csv", "empty.csv: ", "empty file");
    expect(&world, NULL, 1, VERB " --entries blank.csv", "blank.csv: ", "no header and no rows");
    expect(&world, NULL, 1, VERB " --entries sideless.csv", "sideless.csv:1: ", "no column side");
    expect(&world, NULL, 1, VERB " --entries twice.csv", "twice.csv:1: ", "side");
    expect(&world, NULL, 1, VERB " --entries aaa.csv", "aaa.csv:1: ", "no column symbol");
    expect(&world, NULL, 3, VERB " --entries nowhere.csv", "nowhere.csv", "No such file");
    expect(&world, NULL, 1, VERB " --entries home", "home", "is a directory");
    char *text = output_of(&world, VERB " --entries header.csv");
    assert_non_null(strstr(text, "NO TRADES: the file has no rows."));
    tr_free(text);
    tr_free(
        output_of(&world, VERB " --entries header.csv --strict --html h.html --trades-csv t.csv --equity-csv e.csv"));
}

static void a_line_of_a_megabyte_is_one_bad_row(void **state)
{
    (void)state;
    write_long_line("long.csv", (size_t)1 << 20);
    json_t *value = json_of(&world, 0, VERB " --entries long.csv --json");
    assert_int_equal(test_integer(value, "entries.read.rows"), 3);
    assert_int_equal(test_integer(value, "entries.read.accepted"), 2);
    assert_int_equal(test_integer(value, "entries.read.examples.0.line"), 3);
    json_decref(value);
}

static void binary_files_are_refused(void **state)
{
    (void)state;
    struct result result;
    run(&world, &result, VERB " --entries home/traderai.db");
    assert_int_equal(result.code, 1);
    assert_non_null(strstr(result.err, "home/traderai.db"));
    result_free(&result);
}

/* --- series --- */

static void series_too_short_to_trade_say_so(void **state)
{
    (void)state;
    world_write(&world, "first.csv", "time,symbol,side,sl,tp1,qty\n2024-01-01,ONE/USDT:USDT,long,5,20,1\n");
    json_t *value = json_of(&world, 0, "backtest ONE/USDT:USDT --entries first.csv --json" HOME);
    assert_int_equal(test_integer(value, "entries.refused_by.no_bar"), 1);
    assert_int_equal(test_integer(value, "summary.trades"), 0);
    assert_true(json_is_null(test_member(value, "summary.win_rate")));
    json_decref(value);
    expect(&world, NULL, 3, "backtest NONE/USDT:USDT --entries ok.csv" HOME, "NONE/USDT:USDT", "is not stored",
           "AAA/USDT:USDT");
    expect(&world, NULL, 3, "backtest AAA/USDT:USDT --timeframe 4h --entries ok.csv --home home", "4h",
           "is not stored");
    expect(&world, NULL, 3, "backtest AAA/USDT:USDT --entries ok.csv --exchange okx" HOME, "okx");
    /* an empty store is no reason for another answer */
    expect(&world, NULL, 3, "backtest AAA/USDT:USDT --timeframe 1h --entries ok.csv --home empty", "is not stored");
}

static void a_market_is_held_once(void **state)
{
    (void)state;
    expect(&world, NULL, 2, "backtest AAA/USDT:USDT AAA/USDT:USDT --entries ok.csv" HOME, "AAA/USDT:USDT",
           "named twice");
    expect(&world, NULL, 2, "backtest AAA/USDT:USDT ONE/USDT:USDT AAAUSDT.P --entries ok.csv" HOME, "named twice");
}

static void time_beyond_the_bars_is_nothing_to_test(void **state)
{
    (void)state;
    expect(&world, NULL, 3, VERB " --entries ok.csv --since 2030-01-01", "2030-01-01", "2024-01-13T12:00:00Z");
    expect(&world, NULL, 3, VERB " --entries ok.csv --until 2020-01-01", "before the end of the tested time");
    expect(&world, NULL, 2, VERB " --entries ok.csv --since 2024-01-05 --until 2024-01-05", "--since", "--until");
    expect(&world, NULL, 2, VERB " --entries ok.csv --since soon", "--since soon");
    expect(&world, NULL, 2, VERB " --entries ok.csv --until -5", "--until");
}

/* --- the command --- */

static void words_that_contradict_each_other_are_usage(void **state)
{
    (void)state;
    expect(&world, NULL, 2, VERB " --entries ok.csv --signals walkforward", "--entries", "--signals");
    expect(&world, NULL, 2, VERB " --entries ok.csv --proven only", "--proven");
    expect(&world, NULL, 2, VERB " --entries ok.csv --side long", "--side");
    expect(&world, NULL, 2, VERB " --entries ok.csv --folds 2", "--folds");
    expect(&world, NULL, 2, VERB " --strict", "--strict", "--entries");
    expect(&world, NULL, 2, VERB " --signals both", "--signals both", "walkforward, newest");
    expect(&world, NULL, 2, VERB " --proven some", "--proven some", "all, only");
    expect(&world, NULL, 2, VERB " --entries ok.csv --intrabar hopeful", "--intrabar hopeful", "detail");
    expect(&world, NULL, 2, VERB " --entries ok.csv --entry stop", "--entry stop", "limit");
    expect(&world, NULL, 2, VERB " --entries ok.csv --limit 5", "--limit");
    expect(&world, NULL, 2, VERB " --entries", "--entries");
    expect(&world, NULL, 2, "backtest --timeframe 1h --home home", "usage", "SYMBOL");
    expect(&world, NULL, 2, "backtest run --timeframe 1h --home home", "usage", "SYMBOL");
    expect(&world, NULL, 2, "backtest AAA/USDT:USDT --home home", "--timeframe");
    expect(&world, NULL, 2, "backtest AAA/USDT:USDT --timeframe 7h --home home", "7h");
    expect(&world, NULL, 2, "backtest !! --entries ok.csv" HOME, "!!");
    expect(&world, NULL, 3, VERB " --entries ok.csv --intrabar detail", "no finer bars", "1m");
}

static void numbers_out_of_range_are_usage(void **state)
{
    (void)state;
    static const char *const words[][2] = {{"--capital 0", "--capital 0"},
                                           {"--capital -5", "--capital -5"},
                                           {"--capital nan", "--capital nan"},
                                           {"--capital 1e99", "--capital 1e99"},
                                           {"--leverage 0.5", "--leverage 0.5"},
                                           {"--leverage 1000", "--leverage 1000"},
                                           {"--max-open 0", "--max-open 0"},
                                           {"--max-open 1.5", "--max-open 1.5"},
                                           {"--set cost.fee_tiers=5:1", "fee_tiers"},
                                           {"--set backtest.max_side_exposure=-1", "max_side_exposure"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char line[256];
        snprintf(line, sizeof line, VERB " --entries ok.csv %s", words[i][0]);
        expect(&world, NULL, 2, line, words[i][1]);
    }
}

static void labels_are_text_of_one_short_line(void **state)
{
    (void)state;
    char line[512];
    snprintf(line, sizeof line, VERB " --entries ok.csv --label %0*d", 96, 7);
    expect(&world, NULL, 2, line, "--label", "95 bytes");
    snprintf(line, sizeof line, VERB " --entries ok.csv --label %0*d", 95, 7);
    tr_free(output_of(&world, "%s", line));
    expect(&world, NULL, 2, VERB " --entries ok.csv --label a\tb", "--label", "control character");
    expect(&world, NULL, 2, VERB " --entries ok.csv --label \xff", "--label", "UTF-8");
    json_t *value = json_of(&world, 0, VERB " --entries ok.csv --label \"\xc3\xbc<b>\",| --json");
    assert_string_equal(test_string(value, "label"), "\"\xc3\xbc<b>\",|");
    json_decref(value);
}

static void nothing_is_written_over_another_file_of_the_run(void **state)
{
    (void)state;
    static const char before[] = "time,symbol,side\n2024-01-05,AAA/USDT:USDT,long\n";
    assert_int_equal(symlink("ok.csv", world_path(&world, "link.csv")), 0);
    expect(&world, NULL, 2, VERB " --entries ok.csv --trades-csv ok.csv", "--trades-csv ok.csv", "--entries");
    expect(&world, NULL, 2, VERB " --entries ok.csv --html ./ok.csv", "--html ./ok.csv", "--entries");
    expect(&world, NULL, 2, VERB " --entries ok.csv --equity-csv link.csv", "--equity-csv link.csv", "--entries");
    expect(&world, NULL, 2, VERB " --entries ok.csv --trades-csv a.out --html a.out", "--html a.out", "--trades-csv");
    expect(&world, NULL, 2, VERB " --entries ok.csv --trades-csv a.out --html ./a.out", "--html ./a.out");
    expect(&world, NULL, 2, VERB " --entries ok.csv --equity-csv a.out --html home/../a.out", "--html home/../a.out");
    assert_int_equal(access(world_path(&world, "a.out"), F_OK), -1);
    char *after = text_of(&world, "ok.csv");
    assert_string_equal(after, before);
    tr_free(after);
    tr_free(output_of(&world, VERB " --entries ok.csv --trades-csv /dev/null --equity-csv /dev/null"));
}

static void places_that_cannot_be_written_are_told_before_the_work(void **state)
{
    (void)state;
    static const char *const options[] = {"trades-csv", "equity-csv", "html"};
    struct manner unprivileged = {.unprivileged = true};
    struct result result;
    char line[256];
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        snprintf(line, sizeof line, VERB " --entries ok.csv --%s missing/x", options[i]);
        expect(&world, NULL, 1, line, "missing/x", "there is no folder missing/");
        snprintf(line, sizeof line, VERB " --entries ok.csv --%s home", options[i]);
        expect(&world, NULL, 1, line, "home", "it is a folder");
        snprintf(line, sizeof line, VERB " --entries ok.csv --%s -", options[i]);
        expect(&world, NULL, 2, line, "no name of a file");
        snprintf(line, sizeof line, VERB " --entries ok.csv --%s /dev/full", options[i]);
        expect(&world, NULL, 1, line, "/dev/full", "No space left");
    }
    assert_int_equal(mkdir(world_path(&world, "closed"), 0555), 0);
    run_as(&world, &unprivileged, &result, "import aaa.csv --symbol AAA/USDT:USDT --timeframe 1h --home open");
    assert_int_equal(result.code, 0);
    result_free(&result);
    expect(&world, &unprivileged, 1,
           "backtest AAA/USDT:USDT --timeframe 1h --home open --entries ok.csv --trades-csv closed/t.csv",
           "closed/t.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bad_row_is_counted_by_its_kind_and_named_by_its_line),
        cmocka_unit_test(levels_before_the_atr_is_known_need_a_stop_in_the_file),
        cmocka_unit_test(a_file_that_runs_backwards_is_turned_round),
        cmocka_unit_test(entries_come_from_standard_input_too),
        cmocka_unit_test(files_that_hold_no_entries_are_told_apart),
        cmocka_unit_test(a_line_of_a_megabyte_is_one_bad_row),
        cmocka_unit_test(binary_files_are_refused),
        cmocka_unit_test(series_too_short_to_trade_say_so),
        cmocka_unit_test(a_market_is_held_once),
        cmocka_unit_test(time_beyond_the_bars_is_nothing_to_test),
        cmocka_unit_test(words_that_contradict_each_other_are_usage),
        cmocka_unit_test(numbers_out_of_range_are_usage),
        cmocka_unit_test(labels_are_text_of_one_short_line),
        cmocka_unit_test(nothing_is_written_over_another_file_of_the_run),
        cmocka_unit_test(places_that_cannot_be_written_are_told_before_the_work),
    };
    return cmocka_run_group_tests_name("cli/backtest_entries", tests, set_up, tear_down);
}
