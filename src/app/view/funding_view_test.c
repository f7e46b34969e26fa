#include "support/test.h"

#include "app/view/funding_view.h"
#include "support/json.h"

#include <stdio.h>
#include <string.h>

/* A read with one of each defect. */
static struct tr_import_funding make_import(void)
{
    struct tr_import_funding import = {.exchange = "okx", .symbol = "BTC/USDT:USDT"};
    struct tr_format_report *file = &import.file.file;
    file->lines = 40;
    file->rows = 39;
    file->accepted = 3;
    for (int d = 1; d < TR_FUNDING_DEFECT_COUNT; d++)
        file->refused += import.file.refused_record[d] = 1;
    for (int d = 0; d < TR_FORMAT_DEFECT_COUNT; d++)
        file->refused += file->refused_row[d] = 2;
    file->merged_identical = 3;
    file->dropped_differing = 4;
    file->out_of_order = 5;
    file->examples = 12;
    for (size_t i = 0; i < 12; i++) {
        file->example[i].line = i + 2;
        snprintf(file->example[i].reason, sizeof file->example[i].reason, "reason %zu", i);
    }
    import.file.rounded = 7;
    import.file.interval_ms = 4 * TR_HOUR_MS;
    import.last = 12 * TR_HOUR_MS;
    import.put = (struct tr_put_report){.inserted = 1, .identical = 1, .differing = 1};
    import.series = 2;
    return import;
}

static void every_defect_is_counted_by_its_name(void **state)
{
    (void)state;
    struct tr_import_funding import = make_import();
    struct test_json text;
    long long sum = 0;
    const char *key;
    json_t *count;
    tr_view_import_funding_json(&import, test_json_begin(&text));
    json_t *value = test_json_end(&text), *by = json_object_get(value, "refused_by");
    assert_int_equal(json_object_size(by), TR_FUNDING_DEFECT_COUNT - 1 + TR_FORMAT_DEFECT_COUNT);
    json_object_foreach(by, key, count) sum += json_integer_value(count);
    assert_int_equal(sum, test_integer(value, "refused"));
    assert_string_equal(test_string(value, "layout"), "funding");
    assert_string_equal(test_string(value, "symbol"), "BTC/USDT:USDT");
    assert_int_equal(test_integer(value, "duplicates_identical"), 3);
    assert_int_equal(test_integer(value, "duplicates_differing"), 4);
    assert_int_equal(test_integer(value, "out_of_order"), 5);
    assert_int_equal(test_integer(value, "stamps_rounded"), 7);
    assert_near(test_number(value, "interval_hours"), 4, 0);
    assert_int_equal(json_array_size(test_member(value, "examples")), 12);
    assert_int_equal(test_integer(value, "stored.differing"), 1);
    assert_int_equal(test_integer(value, "series"), 2);
    assert_int_equal(test_integer(value, "last_timestamp"), 12 * TR_HOUR_MS);
    json_decref(value);
    import.file.interval_ms = 0;
    tr_view_import_funding_json(&import, test_json_begin(&text));
    value = test_json_end(&text);
    test_is_null(value, "interval_hours");
    json_decref(value);
}

static void the_text_names_what_there_was_and_nothing_else(void **state)
{
    (void)state;
    struct tr_import_funding import = make_import();
    struct tr_buf out;
    tr_buf_init(&out);
    tr_view_import_funding_text(&import, &out);
    assert_non_null(strstr(tr_buf_string(&out), "okx BTC/USDT:USDT: 3 funding rates, 1970-01-01T00:00:00Z to "
                                                "1970-01-01T12:00:00Z, mostly every 4 h\n         39  rows read\n"));
    assert_non_null(strstr(tr_buf_string(&out), "        1  refused: the rate is beyond 5 % a settlement\n"));
    assert_non_null(strstr(tr_buf_string(&out), "        2  refused: bad_number\n"));
    assert_non_null(strstr(tr_buf_string(&out), "        4  given twice with another rate"));
    assert_non_null(strstr(tr_buf_string(&out), "        7  stamps rounded to the second\n"));
    assert_non_null(strstr(tr_buf_string(&out), "        1  differ from the rates stored before"));
    assert_non_null(strstr(tr_buf_string(&out), "line 2: reason 0\n"));
    assert_null(strstr(tr_buf_string(&out), "reason 10"));
    assert_non_null(strstr(tr_buf_string(&out), "more with --json"));
    assert_non_null(strstr(tr_buf_string(&out), "on 2 stored series"));
    tr_buf_clear(&out);
    memset(&import.file, 0, sizeof import.file);
    memset(&import.put, 0, sizeof import.put);
    import.series = 0;
    tr_view_import_funding_text(&import, &out);
    assert_null(strstr(tr_buf_string(&out), "refused"));
    assert_null(strstr(tr_buf_string(&out), "line "));
    assert_null(strstr(tr_buf_string(&out), "mostly"));
    assert_non_null(strstr(tr_buf_string(&out), "No candles of this exchange and symbol are stored"));
    tr_buf_finish(&out);
}

static void markets_are_listed_in_two_forms(void **state)
{
    (void)state;
    static const struct tr_funding_info markets[] = {{"bitget", "BTC/USDT:USDT", 12, 0, 88 * TR_HOUR_MS},
                                                     {"okx", "TON/USDT:USDT", 7, TR_HOUR_MS, 2 * TR_HOUR_MS}};
    struct test_json text;
    struct tr_buf out;
    tr_buf_init(&out);
    tr_view_funding_text(markets, 2, &out);
    assert_non_null(strstr(tr_buf_string(&out), "TON/USDT:USDT"));
    assert_non_null(strstr(tr_buf_string(&out), "12  1970-01-01T00:00:00Z  1970-01-04T16:00:00Z\n"));
    tr_buf_finish(&out);
    tr_view_funding_json(markets, 2, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    assert_int_equal(json_array_size(test_member(value, "funding")), 2);
    assert_string_equal(test_string(value, "funding.1.exchange"), "okx");
    assert_int_equal(test_integer(value, "funding.1.records"), 7);
    assert_int_equal(test_integer(value, "funding.0.last_timestamp"), 88 * TR_HOUR_MS);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_defect_is_counted_by_its_name),
        cmocka_unit_test(the_text_names_what_there_was_and_nothing_else),
        cmocka_unit_test(markets_are_listed_in_two_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
