#include "support/test.h"

#include "app/view/html_shape.h"
#include "base/rng.h"
#include "support/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tr_chart_frame frame = {"A title", "What it shows.", TR_CHART_HALF, 250, 0};

struct drawing {
    struct tr_buf out;
    struct tr_html page;
    struct tr_chart chart;
    size_t begin;
};

static void begin(struct drawing *d)
{
    struct tr_axis axis = tr_axis_nice(TR_AXIS_NUMBER, 0, 10, 5);
    memset(d, 0, sizeof *d);
    tr_buf_init(&d->out);
    d->page.out = &d->out;
    tr_chart_begin(&d->chart, &d->page, &frame, &axis, &axis);
    d->begin = d->out.len;
}

/* What was drawn since begin; checks the whole. */
static const char *end(struct drawing *d)
{
    tr_chart_end(&d->chart);
    tr_html_close(&d->page, "figure");
    test_html_check(tr_buf_string(&d->out));
    return tr_buf_string(&d->out) + d->begin;
}

static double x_of(const struct drawing *d, double x)
{
    return tr_chart_x(&d->chart, x);
}

static double y_of(const struct drawing *d, double y)
{
    return tr_chart_y(&d->chart, y);
}

static void candles_show_open_high_low_and_close(void **state)
{
    (void)state;
    const double from[] = {1, 2}, to[] = {2, 3}, open[] = {4, 6}, high[] = {8, 7}, low[] = {3, 2}, close[] = {6, 5};
    struct drawing d;
    begin(&d);
    tr_chart_candles(&d.chart, &(struct tr_candles){2, from, to, open, high, low, close});
    const char *text = end(&d), *rise = strstr(text, "class=\"rise\""), *fall = strstr(text, "class=\"fall\"");
    assert_true(rise && fall && test_count(text, "<path") == 2);
    double n[10];
    for (int i = 0; i < 2; i++) {
        assert_true(sscanf(i ? fall : rise,
                           i ? "class=\"fall\" d=\"M%lf %lfV%lfM%lf %lfh%lfV%lfh%lfzM%lf %lf"
                             : "class=\"rise\" d=\"M%lf %lfV%lfM%lf %lfh%lfV%lfh%lfzM%lf %lf",
                           &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8], &n[9]) == 10);
        double top = fmax(open[i], close[i]), bottom = fmin(open[i], close[i]);
        assert_near(n[0], x_of(&d, from[i] + 0.5), 0.06); /* the wick stands in the middle */
        assert_near(n[1], y_of(&d, high[i]), 0.06);
        assert_near(n[2], y_of(&d, top), 0.06);
        assert_near(n[3] + n[5] / 2, x_of(&d, from[i] + 0.5), 0.11);
        assert_near(n[4], y_of(&d, top), 0.06);
        assert_near(n[6], y_of(&d, bottom), 0.06);
        assert_near(n[7], -n[5], 1e-9);
        assert_near(n[9], y_of(&d, bottom), 0.06);
        assert_true(n[5] > 0.5 * (x_of(&d, to[i]) - x_of(&d, from[i])));
        assert_true(n[5] < x_of(&d, to[i]) - x_of(&d, from[i]));
    }
    char lowest[24];
    snprintf(lowest, sizeof lowest, "V%.1f\"", y_of(&d, low[1]));
    assert_non_null(strstr(fall, lowest));
    tr_buf_finish(&d.out);
}

static void a_candle_that_is_not_finite_is_left_out(void **state)
{
    (void)state;
    for (int which = 0; which < 6; which++) {
        double value[6][2] = {{1, 2}, {2, 3}, {4, 6}, {8, 7}, {3, 2}, {6, 8}};
        struct drawing d;
        value[which][0] = which % 2 ? (double)NAN : (double)INFINITY;
        begin(&d);
        tr_chart_candles(&d.chart, &(struct tr_candles){2, value[0], value[1], value[2], value[3], value[4], value[5]});
        const char *text = end(&d);
        assert_true(test_count(text, "<path") == 1);
        assert_true(test_count(text, "z") == 1);
        assert_null(strstr(text, "nan"));
        tr_buf_finish(&d.out);
    }
}

static void a_candle_without_body_is_a_stroke(void **state)
{
    (void)state;
    const double from = 1, to = 2, price = 5;
    struct drawing d;
    begin(&d);
    tr_chart_candles(&d.chart, &(struct tr_candles){1, &from, &to, &price, &price, &price, &price});
    const char *text = end(&d);
    assert_non_null(strstr(text, "class=\"rise\""));
    assert_null(strstr(text, "V"));
    assert_null(strstr(text, "z\""));
    tr_buf_finish(&d.out);
}

static void an_area_goes_along_one_side_and_back_along_the_other(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, 5}, low[] = {1, 2, (double)NAN, 3, 3}, high[] = {4, 5, 6, 7, 8};
    static const size_t order[] = {0, 1, 1, 0, 3, 4, 4, 3};
    struct drawing d;
    begin(&d);
    tr_chart_area(&d.chart, TR_MARK_AREA_INNER, 5, x, low, high);
    const char *text = end(&d), *at = strstr(text, "class=\"area2\" d=\"");
    assert_non_null(at);
    assert_true(test_count(text, "z") == 2 && test_count(text, "M") == 2);
    at += strlen("class=\"area2\" d=\"");
    for (size_t i = 0; i < 8; i++) {
        char *next;
        at += strspn(at, "MLz");
        assert_near(strtod(at, &next), x_of(&d, x[order[i]]), 0.06);
        assert_near(strtod(next, &next), y_of(&d, (i % 4 < 2 ? high : low)[order[i]]), 0.06);
        at = next;
    }
    tr_buf_finish(&d.out);
}

static void steps_hold_their_level_until_the_next(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, 5, 6}, y[] = {2, 2, 5, (double)NAN, 4};
    struct drawing d;
    begin(&d);
    tr_chart_steps(&d.chart, TR_MARK_STEP, 5, x, y);
    const char *text = end(&d);
    double n[10];
    assert_true(sscanf(text, "<path class=\"step\" d=\"M%lf %lfH%lfH%lfV%lfH%lfM%lf %lfH%lf", &n[0], &n[1], &n[2],
                       &n[3], &n[4], &n[5], &n[6], &n[7], &n[8]) == 9);
    const double wanted[] = {x_of(&d, 1), y_of(&d, 2), x_of(&d, 2), x_of(&d, 3), y_of(&d, 5),
                             x_of(&d, 4), x_of(&d, 5), y_of(&d, 4), x_of(&d, 6)};
    for (size_t i = 0; i < 9; i++)
        assert_near(n[i], wanted[i], 0.06);
    tr_buf_finish(&d.out);
}

static void time_ticks_are_round_and_inside(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 4, 0);
    for (size_t round = 0; round < 3000; round++) {
        tr_time_ms from = (tr_time_ms)tr_rng_below(&rng, 1800000000) * 1000;
        tr_time_ms to = from + TR_MINUTE_MS * (10 + (tr_time_ms)tr_rng_below(&rng, round % 2 ? 8000 : 300));
        struct tr_axis axis = tr_axis_times(from, to, 7);
        assert_true(axis.n >= 1 && axis.n <= 9);
        assert_true(axis.from <= (double)from && axis.to >= (double)to);
        for (size_t i = 0; i < axis.n; i++) {
            assert_true(axis.tick[i] >= axis.from && axis.tick[i] <= axis.to);
            assert_true((tr_time_ms)axis.tick[i] % TR_MINUTE_MS == 0);
            assert_true(i < 2 || axis.tick[i] - axis.tick[i - 1] == axis.tick[1] - axis.tick[0]);
        }
    }
    struct tr_axis axis = tr_axis_times(0, 2 * TR_HOUR_MS, 7);
    assert_true(axis.minutes && axis.tick[1] == 30 * (double)TR_MINUTE_MS);
    assert_false(tr_axis_times(0, 60 * TR_DAY_MS, 7).minutes);
}

static void time_ticks_say_day_and_minute(void **state)
{
    (void)state;
    tr_time_ms from = tr_time_from_civil(&(struct tr_civil){.year = 2024, .month = 3, .day = 9, .hour = 7});
    struct tr_axis x = tr_axis_times(from, from + 2 * TR_HOUR_MS, 5), y = tr_axis_nice(TR_AXIS_NUMBER, 0, 1, 4);
    struct tr_buf out;
    struct tr_html page = {.out = &out};
    struct tr_chart chart;
    tr_buf_init(&out);
    tr_chart_begin(&chart, &page, &frame, &x, &y);
    assert_non_null(strstr(tr_buf_string(&out), ">03-09 08:30</text>"));
    tr_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candles_show_open_high_low_and_close),
        cmocka_unit_test(a_candle_that_is_not_finite_is_left_out),
        cmocka_unit_test(a_candle_without_body_is_a_stroke),
        cmocka_unit_test(an_area_goes_along_one_side_and_back_along_the_other),
        cmocka_unit_test(steps_hold_their_level_until_the_next),
        cmocka_unit_test(time_ticks_are_round_and_inside),
        cmocka_unit_test(time_ticks_say_day_and_minute),
    };
    return cmocka_run_group_tests_name("view/html_shape", tests, NULL, NULL);
}
