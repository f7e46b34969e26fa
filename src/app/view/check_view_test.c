/* What the two checks say of the built-in columns, and of a made-up plug-in that cheats. */
#include "support/test.h"

#include "app/usecase/check.h"
#include "app/view/check_view.h"
#include "base/alloc.h"
#include "engine/feature/list.h"
#include "support/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct tr_series_key key;
static struct tr_bar_list list;
static struct tr_bars bars;

static int set_up(void **state)
{
    (void)state;
    struct tr_error err;
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    assert_ok(tr_check_market(TR_TIMEFRAME_1H, &key, &list, &err), &err);
    bars = tr_bar_list_view(&list);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tr_bar_list_finish(&list);
    return 0;
}

/* --- a plug-in in all but its library: the close, the next close, the close counted down by a slow memory --- */

enum { CLOSE, NEXT, SLOW, COLUMNS };

static const char *cheat_name(const void *context, size_t column)
{
    (void)context;
    static const char *const names[] = {"close", "next", "slow"};
    return names[column];
}

static enum tr_status cheat_create(const void *context, enum tr_timeframe timeframe, void **stream,
                                   struct tr_error *err)
{
    (void)context;
    (void)timeframe;
    *stream = tr_alloc_zero(1, sizeof(double));
    return *stream ? TR_OK : tr_error_nomem(err);
}

static enum tr_status cheat_run(void *stream, const struct tr_bars *some, const struct tr_matrix *out,
                                struct tr_error *err)
{
    double *slow = stream;
    (void)err;
    for (size_t i = 0; i < some->n; i++) {
        *slow = *slow == 0 ? some->close[i] : 0.999 * *slow + 0.001 * some->close[i];
        tr_matrix_column(out, CLOSE)[i] = some->close[i];
        tr_matrix_column(out, NEXT)[i] = i + 1 < some->n ? some->close[i + 1] : some->close[i];
        tr_matrix_column(out, SLOW)[i] = *slow;
    }
    return TR_OK;
}

static struct tr_check_calls cheat_calls(const void *context)
{
    (void)context;
    return (struct tr_check_calls){.made = 9, .failed = 4, .slowest_ms = 12.5};
}

static const struct tr_check_plugin cheat = {
    .name = "mood",
    .path = "/tmp/mood.so",
    .source = {.columns = COLUMNS, .name = cheat_name, .create = cheat_create, .run = cheat_run, .destroy = tr_free},
    .calls = cheat_calls};

static void look(const struct tr_check_options *options, struct tr_check *out)
{
    struct tr_error err;
    assert_ok(tr_check_lookahead(options, &bars, out, &err), &err);
}

static void expect(const struct tr_buf *text, const char *words)
{
    if (!strstr(tr_buf_string(text), words))
        fail_msg("'%s' is not in:\n%s", words, tr_buf_string(text));
}

/* --- look-ahead --- */

static void built_in_columns_are_told_in_one_line(void **state)
{
    (void)state;
    struct tr_check check;
    struct tr_buf text;
    struct tr_error err;
    look(&(struct tr_check_options){0}, &check);
    assert_true(check.n == TR_FEATURE_COLUMNS && check.bad == 0 && check.bars == 5000);
    assert_ok(tr_view_lookahead_verdict(&check, &err), &err);
    tr_buf_init(&text);
    tr_view_checked_text(&key, &check, &text);
    expect(&text, "*** SYNTHETIC MARKET");
    expect(&text, "SYNTH1/USDT:USDT 1h (synthetic): 5000 bars");
    tr_view_lookahead_text(&check, &text);
    expect(&text, "76 inputs and 24 overlays: every one of 5000 truncation points.");
    expect(&text, "No column looks ahead.");
    expect(&text, "6 of them are recorded");
    assert_null(strstr(tr_buf_string(&text), "plug-in"));
    tr_buf_finish(&text);
    tr_check_finish(&check);
}

static void a_column_that_cheats_is_named_with_row_and_values(void **state)
{
    (void)state;
    static const char *const named[] = {"ema_200", "mood.next", "close"};
    struct tr_check_options options = {.plugin = &cheat, .n_plugins = 1, .column = named, .n_columns = 3};
    struct tr_check check;
    struct tr_buf text;
    struct tr_error err;
    char line[200];
    look(&options, &check);
    assert_true(check.n == 3 && check.bad == 1);
    assert_string_equal(check.column[0].name, "ema_200");
    assert_null(check.column[0].plugin);
    assert_string_equal(check.column[1].name, "close");
    assert_string_equal(check.column[2].plugin, "mood");
    tr_buf_init(&text);
    tr_view_lookahead_text(&check, &text);
    tr_view_plugin_text(&cheat, 1, &text);
    expect(&text, "LOOKS AHEAD: mood.next\n  4");
    snprintf(line, sizeof line, ": %.8g bar by bar, %.8g with all bars.", bars.close[0], bars.close[1]);
    expect(&text, line);
    expect(&text, "1 overlay and 1 column of a plug-in: every one of 5000 truncation points.");
    expect(&text, "files of its own is out of sight");
    expect(&text, "4 of 9 calls failed");
    assert_null(strstr(tr_buf_string(&text), "No column looks ahead"));
    assert_int_equal(tr_view_lookahead_verdict(&check, &err), TR_INVALID);
    snprintf(line, sizeof line, "check lookahead: mood.next looks ahead, first at row %zu (",
             check.column[2].lookahead.first_bad);
    assert_memory_equal(err.text, line, strlen(line));
    tr_buf_finish(&text);
    tr_check_finish(&check);
}

static void other_verdicts_have_their_own_words(void **state)
{
    (void)state;
    struct tr_check_column column[2] = {{.name = "one", .plugin = "mood"}, {.name = "two", .plugin = "mood"}};
    struct tr_check check = {.bars = 10, .n = 2, .column = column, .bad = 2};
    struct tr_buf text;
    struct tr_error err;
    column[0].lookahead = (struct tr_lookahead_column){.verdict = TR_CAUSAL_UNSTEADY, .rows_bad = 3, .first_bad = 4};
    column[1].lookahead = (struct tr_lookahead_column){.verdict = TR_CAUSAL_UNEQUAL, .rows_bad = 1, .first_bad = 9};
    tr_buf_init(&text);
    tr_view_lookahead_text(&check, &text);
    expect(&text, "UNSTEADY: mood.one\n  3 of 10 rows differ, the first is row 4 (");
    expect(&text, "UNEQUAL: mood.two\n  1 of 10 rows");
    expect(&text, "no column: every one");
    assert_int_equal(tr_view_lookahead_verdict(&check, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "mood.two depends on how the bars are handed in, first at row 9"));
    assert_non_null(strstr(err.text, "; 2 columns are not causal in all"));
    tr_buf_finish(&text);
}

static void json_and_csv_hold_every_column(void **state)
{
    (void)state;
    struct tr_check_options options = {.plugin = &cheat, .n_plugins = 1};
    struct tr_check check;
    struct test_json json;
    struct tr_buf text;
    char line[200];
    look(&options, &check);
    struct tr_json *into = test_json_begin(&json);
    tr_view_checked_json(&key, &check, into);
    tr_view_lookahead_json(&check, into);
    tr_view_plugin_json(&cheat, 1, into);
    json_t *value = test_json_end(&json);
    assert_true(json_array_size(test_member(value, "columns")) == TR_FEATURE_COLUMNS + COLUMNS);
    assert_true(test_integer(value, "truncation_points") == 5000 && test_integer(value, "not_causal") == 1);
    assert_string_equal(test_string(value, "columns.24.kind"), "input");
    assert_string_equal(test_string(value, "columns.0.verdict"), "causal");
    assert_null(json_object_get(test_member(value, "columns.0"), "first_row"));
    assert_string_equal(test_string(value, "columns.101.name"), "mood.next");
    assert_string_equal(test_string(value, "columns.101.verdict"), "look_ahead");
    assert_same_bits(test_number(value, "columns.101.all_bars"), bars.close[1]);
    assert_true(test_integer(value, "columns.101.first_time_timestamp") == bars.time[0]);
    assert_true(test_integer(value, "plugins.0.calls_failed") == 4);
    json_decref(value);
    tr_buf_init(&text);
    tr_view_lookahead_csv(&check, &text);
    expect(&text, "column,kind,verdict,rows_differing,first_row,timestamp_ms,bar_by_bar,all_bars\n"
                  "ema_9,overlay,causal,0,,,,\n");
    snprintf(line, sizeof line, "\nmood.next,plugin,look_ahead,%zu,0,%lld,", check.column[101].lookahead.rows_bad,
             (long long)bars.time[0]);
    expect(&text, line);
    tr_buf_finish(&text);
    tr_check_finish(&check);
}

/* --- history needed --- */

static void the_table_of_history_is_sorted_by_need(void **state)
{
    (void)state;
    struct tr_check_options options = {.plugin = &cheat, .n_plugins = 1};
    struct tr_check check;
    struct tr_buf text;
    struct tr_error err;
    assert_ok(tr_check_recursive(&options, &bars, &check, &err), &err);
    assert_true(check.trials == 5 && check.longest == 3000 && check.warmup == TR_FEATURE_WARMUP_ROWS);
    tr_buf_init(&text);
    tr_view_recursive_text(&check, false, &text);
    const char *obv = strstr(tr_buf_string(&text), "\nobv "), *slow = strstr(tr_buf_string(&text), "\nmood.slow ");
    const char *ema_200 = strstr(tr_buf_string(&text), "\nema_200 "), *ema_9 = strstr(tr_buf_string(&text), "\nema_9 ");
    assert_true(obv && slow && ema_200 && ema_9 && obv < slow && slow < ema_200 && ema_200 < ema_9);
    assert_non_null(strstr(obv, "over 3000"));
    assert_null(strstr(tr_buf_string(&text), "\nroc_1 "));
    expect(&text, "columns are exact from their first value on and not listed (-v lists all).");
    expect(&text, "6 columns have no values in bars alone.");
    expect(&text, "Fits use rows from row 219 of a segment on.");
    tr_buf_clear(&text);
    tr_view_recursive_text(&check, true, &text);
    expect(&text, "\nroc_1 ");
    expect(&text, "no values");
    tr_buf_finish(&text);
    tr_check_finish(&check);
}

static void need_is_also_told_to_programs(void **state)
{
    (void)state;
    static const char *const named[] = {"obv", "ema_21", "sentiment", "roc_6"};
    struct tr_check_options options = {.column = named, .n_columns = 4};
    struct tr_check check;
    struct test_json json;
    struct tr_buf text;
    struct tr_error err;
    char line[200];
    assert_ok(tr_check_recursive(&options, &bars, &check, &err), &err);
    tr_view_recursive_json(&check, test_json_begin(&json));
    json_t *value = test_json_end(&json);
    assert_string_equal(test_string(value, "columns.0.name"), "ema_21");
    assert_true(test_integer(value, "columns.0.first") == 20);
    assert_true(test_integer(value, "columns.0.within_1e6") > 20);
    assert_string_equal(test_string(value, "columns.1.name"), "obv");
    test_is_null(value, "columns.1.within_1e2");
    assert_true(test_number(value, "columns.1.error_at_warmup") > 0.1);
    assert_true(test_integer(value, "columns.2.exact") == 6);
    test_is_null(value, "columns.3.first");
    test_is_null(value, "columns.3.exact");
    assert_true(json_is_false(test_member(value, "columns.3.has_values")));
    json_decref(value);
    tr_buf_init(&text);
    tr_view_recursive_csv(&check, &text);
    const size_t *need = check.column[0].recursive.bars;
    snprintf(line, sizeof line, "\nema_21,overlay,20,%zu,%zu,%zu,%zu,", need[0], need[1], need[2], need[3]);
    expect(&text, line);
    expect(&text, "\nobv,overlay,0,,,,,");
    expect(&text, "\nroc_6,input,6,6,6,6,6,0\n");
    expect(&text, "\nsentiment,input,,,,,,\n");
    tr_buf_finish(&text);
    tr_check_finish(&check);
}

/* --- refusals --- */

static void a_column_nobody_has_is_an_error_of_the_command_line(void **state)
{
    (void)state;
    static const char *const named[] = {"mood.close", "moody.close"};
    struct tr_check_options options = {.plugin = &cheat, .n_plugins = 1, .column = named, .n_columns = 2};
    struct tr_check check;
    struct tr_error err;
    assert_int_equal(tr_check_lookahead(&options, &bars, &check, &err), TR_USAGE);
    assert_non_null(strstr(err.text, "moody.close"));
    tr_check_finish(&check);
}

static void too_short_a_series_is_refused(void **state)
{
    (void)state;
    struct tr_check_options options = {0};
    struct tr_bars few = tr_bars_slice(&bars, 0, 437);
    struct tr_check check;
    struct tr_error err;
    assert_int_equal(tr_check_recursive(&options, &few, &check, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "437 bars; 438 are needed"));
    tr_check_finish(&check);
    few.n = 438;
    assert_ok(tr_check_recursive(&options, &few, &check, &err), &err);
    assert_true(check.longest == 263 && check.trials == 5);
    tr_check_finish(&check);
}

static void out_of_memory_is_told_whenever_it_comes(void **state)
{
    (void)state;
    static const char *const named[] = {"roc_1", "mood.close"};
    struct tr_check_options options = {.plugin = &cheat, .n_plugins = 1, .column = named, .n_columns = 2};
    struct tr_bars few = tr_bars_slice(&bars, 0, 500);
    for (size_t k = 1;; k++) {
        struct tr_check check;
        struct tr_error err;
        tr_alloc_fail_at(k);
        enum tr_status status = tr_check_recursive(&options, &few, &check, &err);
        tr_alloc_fail_at(0);
        tr_check_finish(&check);
        if (status == TR_OK) {
            assert_true(k > 20);
            return;
        }
        assert_int_equal(status, TR_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(built_in_columns_are_told_in_one_line),
        cmocka_unit_test(a_column_that_cheats_is_named_with_row_and_values),
        cmocka_unit_test(other_verdicts_have_their_own_words),
        cmocka_unit_test(json_and_csv_hold_every_column),
        cmocka_unit_test(the_table_of_history_is_sorted_by_need),
        cmocka_unit_test(need_is_also_told_to_programs),
        cmocka_unit_test(a_column_nobody_has_is_an_error_of_the_command_line),
        cmocka_unit_test(too_short_a_series_is_refused),
        cmocka_unit_test(out_of_memory_is_told_whenever_it_comes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
