#include "support/test.h"

#include "base/rng.h"
#include "io/format/report.h"

#include <math.h>
#include <string.h>

static void names_are_short_keys(void **state)
{
    (void)state;
    for (int i = 0; i < TR_FORMAT_DEFECT_COUNT; i++)
        assert_null(strchr(tr_format_defect_name((enum tr_format_defect)i), ' '));
    assert_string_equal(tr_format_defect_name(TR_FORMAT_BAD_NUMBER), "bad_number");
    assert_string_equal(tr_format_layout_name(TR_FORMAT_OWN), "own");
    assert_string_equal(tr_format_layout_name(TR_FORMAT_BINANCE_VISION), "binance_vision");
}

static void clipped_text_is_short_and_printable(void **state)
{
    (void)state;
    char out[TR_FORMAT_CLIP];
    const char *odd = "a\n\x1b[31m\xff\x7f";
    tr_format_clip(odd, odd, out);
    assert_string_equal(out, "");
    tr_format_clip(odd, odd + strlen(odd), out);
    assert_string_equal(out, "a??[31m??");
    char whole[44], longer[45];
    memset(whole, 'x', sizeof whole);
    memset(longer, 'x', sizeof longer);
    tr_format_clip(whole, whole + sizeof whole, out);
    assert_int_equal(strlen(out), 44);
    assert_null(strchr(out, '.'));
    tr_format_clip(longer, longer + sizeof longer, out);
    assert_int_equal(strlen(out), 47);
    assert_string_equal(out + 44, "...");
}

/* Whatever the order they come in, the twenty lowest lines stay, ascending. */
static void the_first_lines_of_the_file_are_kept(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 12, 0);
    for (size_t n = 0; n < 100; n++) {
        struct tr_format_report report = {0};
        size_t lines[100];
        for (size_t i = 0; i < n; i++)
            lines[i] = i + 1;
        tr_rng_shuffle(&rng, lines, n);
        for (size_t i = 0; i < n; i++)
            tr_format_report_example(&report, lines[i], "why");
        assert_int_equal(report.examples, n < TR_FORMAT_EXAMPLES ? n : TR_FORMAT_EXAMPLES);
        for (size_t i = 0; i < report.examples; i++) {
            assert_int_equal(report.example[i].line, i + 1);
            assert_string_equal(report.example[i].reason, "why");
        }
    }
}

static void a_long_reason_is_cut_to_fit(void **state)
{
    (void)state;
    struct tr_format_report report = {0};
    char reason[300];
    memset(reason, 'r', sizeof reason - 1);
    reason[sizeof reason - 1] = 0;
    tr_format_report_example(&report, 1, reason);
    assert_int_equal(strlen(report.example[0].reason), sizeof report.example[0].reason - 1);
}

static void refusals_are_counted_by_kind_with_their_values(void **state)
{
    (void)state;
    struct tr_format_report report = {0};
    struct tr_bar bar = {
        .time = INT64_C(1502942400000) + 90000, .open = 5, .high = 4, .low = 6, .close = 7, .volume = -1};
    tr_format_report_bar(&report, 1, &bar, TR_BAR_HIGH_BELOW_BODY);
    tr_format_report_bar(&report, 2, &bar, TR_BAR_LOW_ABOVE_BODY);
    tr_format_report_bar(&report, 3, &bar, TR_BAR_VOLUME_NEGATIVE);
    tr_format_report_bar(&report, 4, &bar, TR_BAR_OFF_GRID);
    tr_format_report_bar(&report, 5, &bar, TR_BAR_PRICE_NOT_POSITIVE);
    bar.time = INT64_MAX;
    tr_format_report_bar(&report, 6, &bar, TR_BAR_OFF_GRID);
    tr_format_report_row(&report, 7, TR_FORMAT_BAD_TIME, "time is empty");
    assert_int_equal(report.refused, 7);
    assert_int_equal(report.refused_bar[TR_BAR_OFF_GRID], 2);
    assert_int_equal(report.refused_row[TR_FORMAT_BAD_TIME], 1);
    assert_string_equal(report.example[0].reason, "the high is below open or close: high 4, open 5, close 7");
    assert_string_equal(report.example[1].reason, "the low is above open or close: low 6, open 5, close 7");
    assert_string_equal(report.example[2].reason, "the volume is negative: -1");
    assert_string_equal(report.example[3].reason, "the time is not on the timeframe's grid: 2017-08-17T04:01:30Z");
    assert_string_equal(report.example[4].reason, "a price is zero or negative: 5 4 6 7, volume -1");
    assert_string_equal(report.example[5].reason, "the time is outside the years 1970 to 2262");
    assert_string_equal(report.example[6].reason, "time is empty");
}

static void refusals_listed_backwards_leave_the_first_lines_too(void **state)
{
    (void)state;
    struct tr_format_report report = {0};
    struct tr_bar kept = {.open = 5}, dropped = {.open = 6};
    for (size_t line = 100; line > 0; line--) {
        if (line % 2)
            tr_format_report_bar(&report, line, &kept, TR_BAR_PRICE_NOT_POSITIVE);
        else
            tr_format_report_differing(&report, line, &kept, &dropped);
    }
    assert_int_equal(report.examples, TR_FORMAT_EXAMPLES);
    for (size_t i = 0; i < report.examples; i++)
        assert_int_equal(report.example[i].line, i + 1);
    assert_int_equal(report.refused, 50);
    assert_int_equal(report.dropped_differing, 50);
}

static void the_first_value_that_differs_is_shown(void **state)
{
    (void)state;
    struct tr_format_report report = {0};
    struct tr_bar kept = {.open = 5, .high = 8, .low = 4, .close = 7, .volume = 1}, dropped = kept;
    dropped.low = 3.5;
    dropped.volume = 2;
    tr_format_report_differing(&report, 9, &kept, &dropped);
    dropped.low = 4;
    tr_format_report_differing(&report, 10, &kept, &dropped);
    assert_int_equal(report.dropped_differing, 2);
    assert_int_equal(report.refused, 0);
    assert_string_equal(report.example[0].reason, "differs from the row listed before: low 3.5, there 4");
    assert_string_equal(report.example[1].reason, "differs from the row listed before: volume 2, there 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_short_keys),
        cmocka_unit_test(clipped_text_is_short_and_printable),
        cmocka_unit_test(the_first_lines_of_the_file_are_kept),
        cmocka_unit_test(a_long_reason_is_cut_to_fit),
        cmocka_unit_test(refusals_are_counted_by_kind_with_their_values),
        cmocka_unit_test(refusals_listed_backwards_leave_the_first_lines_too),
        cmocka_unit_test(the_first_value_that_differs_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
