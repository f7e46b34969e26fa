#include "support/test.h"

#include "base/alloc.h"
#include "io/format/tidy.h"

#include <string.h>

#define ROWS_MAX 200

struct fixture {
    struct tr_bar_list list;
    size_t origin[ROWS_MAX];
    struct tr_format_report report;
    struct tr_error err;
};

/* A row at each of these minutes; line i + 2. */
static enum tr_status tidy(struct fixture *f, const tr_time_ms *minutes, size_t n,
                           const struct tr_format_options *options)
{
    memset(f, 0, sizeof *f);
    tr_bar_list_init(&f->list, TR_TIMEFRAME_1M);
    for (size_t i = 0; i < n; i++) {
        double x = 10 + (double)i; /* every value of every row another one */
        struct tr_bar bar = {minutes[i] * TR_MINUTE_MS, x, x + 0.5, x - 0.5, x + 0.25, (double)i};
        f->origin[i] = i + 2;
        assert_ok(tr_bar_list_add(&f->list, &bar, &f->err), &f->err);
    }
    return tr_format_tidy(options, &f->list, f->origin, &f->report, &f->err);
}

static void the_most_common_step_is_the_timeframe(void **state)
{
    (void)state;
    const struct tr_format_options options = {0};
    struct fixture f;
    for (int t = 0; t < TR_TIMEFRAME_COUNT; t++) {
        tr_time_ms step = tr_timeframe_ms((enum tr_timeframe)t) / TR_MINUTE_MS;
        const tr_time_ms minutes[] = {0, step, 2 * step, 5 * step, 6 * step, 9 * step, 10 * step, 40 * step};
        assert_ok(tidy(&f, minutes, 8, &options), &f.err);
        assert_int_equal(f.list.timeframe, t);
        assert_int_equal(f.report.timeframe, t);
        assert_int_equal(f.report.accepted, 8);
        tr_bar_list_finish(&f.list);
    }
}

static void of_steps_equally_common_the_shortest_counts(void **state)
{
    (void)state;
    const struct tr_format_options options = {0};
    const tr_time_ms minutes[] = {0, 240, 300, 540, 600};
    struct fixture f;
    assert_ok(tidy(&f, minutes, 5, &options), &f.err);
    assert_int_equal(f.list.timeframe, TR_TIMEFRAME_1H);
    tr_bar_list_finish(&f.list);
}

static void a_step_that_is_no_timeframe_is_an_error(void **state)
{
    (void)state;
    const struct tr_format_options options = {0};
    const tr_time_ms eight_hours[] = {0, 480, 960, 1440}, sevens[] = {0, 7, 14}, one[] = {60};
    struct fixture f;
    assert_int_equal(tidy(&f, eight_hours, 4, &options), TR_INVALID);
    assert_non_null(strstr(f.err.text, "8 hours apart"));
    tr_bar_list_finish(&f.list);
    assert_int_equal(tidy(&f, sevens, 3, &options), TR_INVALID);
    assert_non_null(strstr(f.err.text, "7 minutes apart"));
    tr_bar_list_finish(&f.list);
    assert_int_equal(tidy(&f, one, 1, &options), TR_INVALID);
    assert_non_null(strstr(f.err.text, "single instant"));
    tr_bar_list_finish(&f.list);
}

static void a_known_timeframe_serves_where_none_can_be_told(void **state)
{
    (void)state;
    const struct tr_format_options options = {.timeframe_known = true, .timeframe = TR_TIMEFRAME_1H};
    const tr_time_ms one[] = {60}, two[] = {0, 240}, sparse[] = {0, 180, 600, 660};
    struct fixture f;
    assert_ok(tidy(&f, one, 1, &options), &f.err);
    assert_int_equal(f.list.timeframe, TR_TIMEFRAME_1H);
    tr_bar_list_finish(&f.list);
    assert_ok(tidy(&f, two, 2, &options), &f.err);
    assert_int_equal(f.report.accepted, 2);
    tr_bar_list_finish(&f.list);
    assert_ok(tidy(&f, sparse, 4, &options), &f.err);
    assert_int_equal(f.report.accepted, 4);
    tr_bar_list_finish(&f.list);
}

static void rows_of_another_timeframe_do_not_pass_for_the_one_asked(void **state)
{
    (void)state;
    const struct tr_format_options options = {.timeframe_known = true, .timeframe = TR_TIMEFRAME_1H};
    tr_time_ms minutes[ROWS_MAX];
    struct fixture f;
    const tr_time_ms steps[] = {1, 30, 120, 240};
    for (size_t s = 0; s < 4; s++) {
        for (size_t i = 0; i < ROWS_MAX; i++)
            minutes[i] = (tr_time_ms)i * steps[s];
        assert_int_equal(tidy(&f, minutes, ROWS_MAX, &options), TR_INVALID);
        assert_non_null(strstr(f.err.text, "not the timeframe 1h asked for"));
        tr_bar_list_finish(&f.list);
    }
}

static void rows_off_the_grid_are_refused_with_their_lines(void **state)
{
    (void)state;
    const struct tr_format_options options = {0};
    const tr_time_ms minutes[] = {600, 540, 480, 450, 420, 360, 311, 300}; /* newest first */
    const double places[] = {7, 5, 4, 2, 1, 0};
    struct fixture f;
    assert_ok(tidy(&f, minutes, 8, &options), &f.err);
    assert_int_equal(f.report.accepted, 6);
    assert_int_equal(f.report.refused, 2);
    assert_int_equal(f.report.refused_bar[TR_BAR_OFF_GRID], 2);
    assert_int_equal(f.report.examples, 2);
    assert_int_equal(f.report.example[0].line, 5);
    assert_int_equal(f.report.example[1].line, 8);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(f.list.time[i], (300 + 60 * (tr_time_ms)i) * TR_MINUTE_MS);
        assert_same_bits(f.list.open[i], 10 + places[i]);
        assert_same_bits(f.list.high[i], 10.5 + places[i]);
        assert_same_bits(f.list.low[i], 9.5 + places[i]);
        assert_same_bits(f.list.close[i], 10.25 + places[i]);
        assert_same_bits(f.list.volume[i], places[i]);
    }
    tr_bar_list_finish(&f.list);
}

static void more_different_steps_than_are_counted_do_no_harm(void **state)
{
    (void)state;
    const struct tr_format_options options = {0};
    tr_time_ms minutes[ROWS_MAX], now = 0;
    struct fixture f;
    for (size_t i = 0; i < ROWS_MAX; i++)
        minutes[i] = now += 5 * (i % 2 ? 1 : (tr_time_ms)i + 2);
    assert_ok(tidy(&f, minutes, ROWS_MAX, &options), &f.err);
    assert_int_equal(f.list.timeframe, TR_TIMEFRAME_5M);
    assert_int_equal(f.report.accepted, ROWS_MAX);
    tr_bar_list_finish(&f.list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_common_step_is_the_timeframe),
        cmocka_unit_test(of_steps_equally_common_the_shortest_counts),
        cmocka_unit_test(a_step_that_is_no_timeframe_is_an_error),
        cmocka_unit_test(a_known_timeframe_serves_where_none_can_be_told),
        cmocka_unit_test(rows_of_another_timeframe_do_not_pass_for_the_one_asked),
        cmocka_unit_test(rows_off_the_grid_are_refused_with_their_lines),
        cmocka_unit_test(more_different_steps_than_are_counted_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
