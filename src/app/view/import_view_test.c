#include "support/test.h"

#include "app/view/import_view.h"
#include "support/bars.h"
#include "support/json.h"

#include <stdio.h>
#include <string.h>

static const double rows[][4] = {{10, 12, 9, 11}, {11, 12, 9, 10}, {10, 12, 9, 11}};

/* A read with one of each defect. */
static struct tr_import make_import(void)
{
    struct tr_import import = {.key = {"okx", "BTC/USDT", TR_TIMEFRAME_1H}};
    import.file.lines = 40;
    import.file.rows = 39;
    import.file.accepted = 3;
    for (int d = 1; d < TR_BAR_DEFECT_COUNT; d++)
        import.file.refused += import.file.refused_bar[d] = 1;
    for (int d = 0; d < TR_FORMAT_DEFECT_COUNT; d++)
        import.file.refused += import.file.refused_row[d] = 2;
    import.file.merged_identical = 3;
    import.file.dropped_differing = 4;
    import.file.out_of_order = 5;
    import.file.dates_disagree = 6;
    import.file.examples = 12;
    for (size_t i = 0; i < 12; i++) {
        import.file.example[i].line = i + 2;
        snprintf(import.file.example[i].reason, sizeof import.file.example[i].reason, "reason %zu", i);
    }
    import.put = (struct tr_put_report){.inserted = 2, .identical = 1};
    return import;
}

static void every_defect_is_counted_by_its_name(void **state)
{
    (void)state;
    struct tr_import import = make_import();
    struct test_bars bars;
    struct test_json text;
    long long sum = 0;
    const char *key;
    json_t *count;
    test_bars_rows(3, rows, &bars);
    tr_view_import_json(&import, &bars.view, test_json_begin(&text));
    json_t *value = test_json_end(&text), *by = json_object_get(value, "refused_by");
    assert_int_equal(json_object_size(by), TR_BAR_DEFECT_COUNT - 1 + TR_FORMAT_DEFECT_COUNT);
    json_object_foreach(by, key, count) sum += json_integer_value(count);
    assert_int_equal(sum, test_integer(value, "refused"));
    assert_int_equal(test_integer(value, "duplicates_identical"), 3);
    assert_int_equal(test_integer(value, "duplicates_differing"), 4);
    assert_int_equal(test_integer(value, "out_of_order"), 5);
    assert_int_equal(json_array_size(test_member(value, "examples")), 12);
    assert_int_equal(test_integer(value, "stored.inserted"), 2);
    assert_int_equal(test_integer(value, "gaps"), 0);
    assert_string_equal(test_string(value, "first"), "1970-01-01T00:00:00Z");
    json_decref(value);
    test_bars_free(&bars);
}

static void the_text_names_what_there_was_and_nothing_else(void **state)
{
    (void)state;
    struct tr_import import = make_import();
    struct test_bars bars;
    struct tr_buf out;
    test_bars_rows(3, rows, &bars);
    tr_buf_init(&out);
    tr_view_import_text(&import, &bars.view, &out);
    assert_non_null(strstr(tr_buf_string(&out), "okx BTC/USDT 1h: 3 bars, 1970-01-01T00:00:00Z to"));
    assert_non_null(strstr(tr_buf_string(&out), "        4  given twice with other values"));
    assert_non_null(strstr(tr_buf_string(&out), "line 2: reason 0\n"));
    assert_null(strstr(tr_buf_string(&out), "reason 10")); /* ten are enough for a screen */
    assert_non_null(strstr(tr_buf_string(&out), "more with --json"));
    assert_null(strstr(tr_buf_string(&out), "SYNTHETIC"));
    tr_buf_clear(&out);
    memset(&import.file, 0, sizeof import.file);
    tr_view_import_text(&import, &bars.view, &out);
    assert_null(strstr(tr_buf_string(&out), "refused"));
    assert_null(strstr(tr_buf_string(&out), "line "));
    tr_buf_clear(&out);
    import.synthetic = true;
    tr_view_import_text(&import, &bars.view, &out);
    assert_non_null(strstr(tr_buf_string(&out), "SYNTHETIC MARKET"));
    tr_buf_finish(&out);
    test_bars_free(&bars);
}

static void no_bars_have_no_times(void **state)
{
    (void)state;
    struct tr_import import = make_import();
    struct tr_bars none = {.timeframe = TR_TIMEFRAME_1H};
    struct test_json text;
    struct tr_buf out;
    tr_buf_init(&out);
    tr_view_import_text(&import, &none, &out);
    assert_non_null(strstr(tr_buf_string(&out), "0 bars, - to -"));
    tr_buf_finish(&out);
    tr_view_import_json(&import, &none, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    assert_null(json_object_get(value, "first"));
    json_decref(value);
}

static void series_are_listed_in_three_forms(void **state)
{
    (void)state;
    static const struct tr_series_info series[] = {{{"okx", "BTC/USDT", TR_TIMEFRAME_1H}, 10, 0, 9 * TR_HOUR_MS},
                                                   {{"okx", "ETH/USDT", TR_TIMEFRAME_1D}, 0, 0, 0}};
    struct test_json text;
    struct tr_buf out;
    tr_buf_init(&out);
    tr_view_series_text(series, 2, &out);
    assert_non_null(
        strstr(tr_buf_string(&out), "BTC/USDT  1h           10  1970-01-01T00:00:00Z  1970-01-01T09:00:00Z\n"));
    assert_non_null(strstr(tr_buf_string(&out), "ETH/USDT  1d            0  -                     -\n"));
    tr_buf_clear(&out);
    tr_view_series_csv(series, 1, &out);
    assert_non_null(strstr(tr_buf_string(&out), "\nokx,BTC/USDT,1h,10,0,32400000\n"));
    tr_buf_finish(&out);
    tr_view_series_json(&series[0], test_json_begin(&text));
    json_t *value = test_json_end(&text);
    assert_int_equal(test_integer(value, "bars"), 10);
    assert_int_equal(test_integer(value, "last_timestamp"), 9 * TR_HOUR_MS);
    json_decref(value);
}

static void gaps_say_whether_indicators_start_anew(void **state)
{
    (void)state;
    static const struct tr_gap gaps[] = {{1, TR_HOUR_MS, 3 * TR_HOUR_MS, 3}, {7, 10 * TR_HOUR_MS, 50 * TR_HOUR_MS, 41}};
    struct test_json text;
    struct tr_buf out;
    tr_buf_init(&out);
    tr_view_gaps_text(gaps, 2, &out);
    assert_non_null(strstr(tr_buf_string(&out), "   3  step over\n"));
    assert_non_null(strstr(tr_buf_string(&out), "  41  start anew\n"));
    tr_buf_clear(&out);
    tr_view_gaps_text(gaps, 0, &out);
    assert_string_equal(tr_buf_string(&out), "No gaps.\n");
    tr_buf_clear(&out);
    tr_view_gaps_csv(gaps, 1, &out);
    assert_string_equal(tr_buf_string(&out), "from_timestamp_ms,to_timestamp_ms,missing_bars\n3600000,10800000,3\n");
    tr_buf_finish(&out);
    tr_view_gaps_json(gaps, 2, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    assert_true(json_is_false(test_member(value, "gaps.0.new_segment")));
    assert_true(json_is_true(test_member(value, "gaps.1.new_segment")));
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_defect_is_counted_by_its_name),
        cmocka_unit_test(the_text_names_what_there_was_and_nothing_else),
        cmocka_unit_test(no_bars_have_no_times),
        cmocka_unit_test(series_are_listed_in_three_forms),
        cmocka_unit_test(gaps_say_whether_indicators_start_anew),
    };
    return cmocka_run_group_tests_name("view/import_view", tests, NULL, NULL);
}
