#include "support/test.h"

#include "app/view/figure.h"
#include "app/view/html_chart.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "support/html.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Mantissa of a step: 1, 2 or 5, whatever the power of ten. */
static bool is_nice(double step)
{
    double mantissa = step / pow(10, floor(log10(step) + 1e-9));
    return fabs(mantissa - 1) < 1e-6 || fabs(mantissa - 2) < 1e-6 || fabs(mantissa - 5) < 1e-6;
}

static void a_nice_axis_holds_its_range_in_even_steps(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    for (size_t round = 0; round < 5000; round++) {
        double scale = pow(10, (double)tr_rng_below(&rng, 12) - 6), low = scale * tr_rng_normal(&rng);
        double high = low + scale * (0.001 + tr_rng_uniform(&rng));
        size_t ticks = 2 + (size_t)tr_rng_below(&rng, 9);
        struct tr_axis axis = tr_axis_nice(TR_AXIS_NUMBER, low, high, ticks);
        double slack = 1e-6 * (high - low), step = axis.tick[1] - axis.tick[0];
        assert_true(axis.from <= low + slack && axis.to >= high - slack);
        assert_true(axis.n >= 2 && axis.n <= ticks + 3);
        assert_near(axis.tick[0], axis.from, slack);
        assert_near(axis.tick[axis.n - 1], axis.to, slack);
        assert_true(is_nice(step));
        for (size_t i = 1; i < axis.n; i++) {
            assert_near(axis.tick[i] - axis.tick[i - 1], step, 1e-6 * step);
            assert_string_not_equal(tr_figure_number(axis.tick[i], axis.digits).text,
                                    tr_figure_number(axis.tick[i - 1], axis.digits).text);
            assert_near(strtod(tr_figure_number(axis.tick[i], axis.digits).text, NULL), axis.tick[i], 1e-6 * step);
        }
    }
}

static void known_ranges_give_known_ticks(void **state)
{
    (void)state;
    struct tr_axis axis = tr_axis_nice(TR_AXIS_PERCENT, 0.487, 0.665, 5);
    assert_near(axis.from, 0.45, 1e-12);
    assert_near(axis.to, 0.7, 1e-12);
    assert_true(axis.n == 6 && axis.digits == 0);
    axis = tr_axis_nice(TR_AXIS_PERCENT, -0.0011, 0.0008, 5);
    assert_near(axis.from, -0.0015, 1e-12);
    assert_near(axis.to, 0.001, 1e-12);
    assert_true(axis.digits == 2);
    axis = tr_axis_nice(TR_AXIS_NUMBER, 3, 97, 5);
    assert_true(axis.from == 0 && axis.to == 100 && axis.n == 6 && axis.digits == 0);
}

static void a_range_of_nothing_is_widened(void **state)
{
    (void)state;
    static const double bounds[][2] = {{0, 0},
                                       {5, 5},
                                       {-3, -3},
                                       {7, 2},
                                       {(double)NAN, 1},
                                       {0, (double)INFINITY},
                                       {(double)INFINITY, -(double)INFINITY},
                                       {-DBL_MAX, DBL_MAX}};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        struct tr_axis axis = tr_axis_nice(TR_AXIS_NUMBER, bounds[i][0], bounds[i][1], 5);
        assert_true(isfinite(axis.from) && isfinite(axis.to) && axis.from < axis.to && axis.n >= 2);
    }
    assert_true(tr_axis_rows(0).to > 0);
    struct tr_axis day = tr_axis_dates(TR_DAY_MS, TR_DAY_MS, 5);
    assert_true(day.to > day.from);
}

static void date_ticks_are_starts_of_days_or_months(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    for (size_t round = 0; round < 2000; round++) {
        tr_time_ms from = (tr_time_ms)tr_rng_below(&rng, 1800000000) * 1000;
        tr_time_ms to = from + (tr_time_ms)(TR_DAY_MS * (int64_t)(1 + tr_rng_below(&rng, round % 2 ? 6000 : 120)));
        struct tr_axis axis = tr_axis_dates(from, to, 8);
        assert_true(axis.n >= 1 && axis.n <= 10);
        for (size_t i = 0; i < axis.n; i++) {
            struct tr_civil civil = tr_civil_from_time((tr_time_ms)axis.tick[i]);
            assert_true(axis.tick[i] >= axis.from && axis.tick[i] <= axis.to);
            assert_true(i == 0 || axis.tick[i] > axis.tick[i - 1]);
            assert_true(civil.hour == 0 && civil.minute == 0 && civil.second == 0 && civil.millisecond == 0);
            assert_true(axis.days || civil.day == 1);
        }
    }
    struct tr_axis years = tr_axis_dates(0, 20000 * TR_DAY_MS, 8);
    assert_int_equal(tr_civil_from_time((tr_time_ms)years.tick[1]).month, 1);
}

static const struct tr_chart_frame frame = {"A title & more", "What <it> shows.", TR_CHART_HALF, 250, 0};

/* Writes a chart with one mark of each kind; value decides where. */
static void write_chart(struct tr_buf *out, double value, const char *text)
{
    static const enum tr_mark marks[] = {TR_MARK_DOT, TR_MARK_RING,    TR_MARK_DASH,     TR_MARK_LINE, TR_MARK_GUIDE,
                                         TR_MARK_BAR, TR_MARK_HATCHED, TR_MARK_OUTLINED, TR_MARK_PALE};
    const char *const texts[] = {text, "b", "c", "d", "e", "f", "g", "h", "i"};
    const double pair[2] = {value, 8}, other[2] = {1, value};
    struct tr_html page = {.out = out};
    struct tr_axis x = tr_axis_nice(TR_AXIS_NUMBER, 0, 10, 5), y = tr_axis_rows(4);
    struct tr_chart chart;
    tr_chart_begin(&chart, &page, &frame, &x, &y);
    for (size_t i = 0; i < 3; i++)
        tr_chart_point(&chart, marks[i], value, 1, text);
    tr_chart_point(&chart, TR_MARK_DOT, 3, value, NULL);
    tr_chart_whisker(&chart, 3, 1, value);
    tr_chart_whisker_level(&chart, 1, 2, value);
    for (size_t i = 5; i < 9; i++)
        tr_chart_bar(&chart, marks[i], pair, other, text);
    tr_chart_line(&chart, TR_MARK_LINE, 2, pair, other);
    tr_chart_line(&chart, TR_MARK_GUIDE, 2, pair, other);
    tr_chart_text(&chart, value, 1, 6, text);
    tr_chart_row(&chart, 2, text);
    tr_chart_end(&chart);
    tr_chart_keys(&page, 9, marks, texts);
    tr_html_close(&page, "figure");
}

static void a_chart_is_well_formed_and_described(void **state)
{
    (void)state;
    struct tr_buf out;
    tr_buf_init(&out);
    write_chart(&out, 2, "<b>&\"'");
    const char *text = tr_buf_string(&out);
    test_html_check(text);
    assert_non_null(strstr(text, "<svg role=\"img\" aria-labelledby=\"chart-1 chart-1-text\""));
    assert_non_null(strstr(text, "<title id=\"chart-1\">A title &amp; more</title>"));
    assert_non_null(strstr(text, "<desc id=\"chart-1-text\">What &lt;it&gt; shows.</desc>"));
    assert_non_null(strstr(text, "<figcaption>A title &amp; more</figcaption>"));
    assert_true(test_count(text, "class=\"whisker\"") == 6);
    tr_buf_finish(&out);
}

static void a_triangle_stands_around_its_place_and_points(void **state)
{
    (void)state;
    static const enum tr_mark marks[] = {TR_MARK_UP, TR_MARK_UP_HOLLOW, TR_MARK_DOWN, TR_MARK_DOWN_HOLLOW};
    struct tr_axis axis = tr_axis_nice(TR_AXIS_NUMBER, 0, 10, 5);
    for (size_t i = 0; i < 4; i++) {
        struct tr_buf out;
        struct tr_html page = {.out = &out};
        struct tr_chart chart;
        double x, y, tip;
        char class[8];
        tr_buf_init(&out);
        tr_chart_begin(&chart, &page, &frame, &axis, &axis);
        tr_chart_point(&chart, marks[i], 5, 5, "a tip");
        const char *path = strstr(tr_buf_string(&out), "<path class=\"tri");
        assert_non_null(path);
        assert_true(sscanf(path, "<path class=\"%7[a-z0-9]\" d=\"M%lf %lfh10l-5%lf", class, &x, &y, &tip) == 4);
        assert_string_equal(class, i % 2 ? "tri2" : "tri");
        assert_near(x + 5, tr_chart_x(&chart, 5), 0.06);
        assert_near(y + tip / 2, tr_chart_y(&chart, 5), 1);
        assert_true((tip < 0) == (i < 2)); /* up is towards smaller y */
        assert_non_null(strstr(path, "<title>a tip</title></path>"));
        tr_buf_finish(&out);
    }
}

static void long_numbers_get_their_room(void **state)
{
    (void)state;
    struct tr_axis x = tr_axis_nice(TR_AXIS_NUMBER, 0, 10, 5), y = tr_axis_nice(TR_AXIS_NUMBER, 0, 5e8, 5);
    struct tr_buf out;
    struct tr_html page = {.out = &out};
    struct tr_chart chart;
    tr_buf_init(&out);
    tr_chart_begin(&chart, &page, &frame, &x, &x);
    assert_near(chart.left, 54, 1e-9);
    tr_chart_begin(&chart, &page, &frame, &x, &y);
    assert_true(chart.left > 6 + 7 * (double)strlen("500000000"));
    tr_buf_finish(&out);
}

static void every_mark_has_a_key_of_its_own(void **state)
{
    (void)state;
    struct tr_buf out[TR_MARK_CANDLE_DOWN + 1];
    for (int i = 0; i <= TR_MARK_CANDLE_DOWN; i++) {
        struct tr_html page = {.out = &out[i]};
        const enum tr_mark mark = (enum tr_mark)i;
        const char *const text = "x";
        tr_buf_init(&out[i]);
        tr_chart_keys(&page, 1, &mark, &text);
        test_html_check(tr_buf_string(&out[i]));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(tr_buf_string(&out[i]), tr_buf_string(&out[k]));
    }
    for (int i = 0; i <= TR_MARK_CANDLE_DOWN; i++)
        tr_buf_finish(&out[i]);
}

static void what_is_not_finite_leaves_no_mark(void **state)
{
    (void)state;
    static const double values[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    static const char *const marks[] = {"<circle class=\"dot\"", "<rect class=\"ring\"", "<path class=\"mark\"",
                                        "<rect class=\"bar\"",   "<rect class=\"bar2\"", "class=\"word\""};
    for (size_t i = 0; i < 3; i++) {
        struct tr_buf out;
        tr_buf_init(&out);
        write_chart(&out, values[i], "x");
        const char *text = tr_buf_string(&out), *keys = strstr(text, "<p class=\"key\">");
        assert_null(strstr(text, "nan"));
        assert_null(strstr(text, "inf"));
        assert_null(strstr(text, "whisker"));
        for (size_t m = 0; m < 5; m++) { /* only in the keys, once each */
            assert_true(test_count(text, marks[m]) == 1);
            assert_true(strstr(text, marks[m]) > keys);
        }
        assert_true(test_count(text, marks[5]) == 1); /* the name of the row stays */
        tr_buf_finish(&out);
    }
}

/* The value of the attribute in the first element of that class. */
static double px(const char *text, const char *class, const char *attribute)
{
    char name[32];
    const char *at = strstr(text, class);
    assert_non_null(at);
    snprintf(name, sizeof name, " %s=\"", attribute);
    at = strstr(at, name);
    assert_non_null(at);
    return strtod(at + strlen(name), NULL);
}

static void marks_stand_where_their_values_are(void **state)
{
    (void)state;
    struct tr_html page = {0};
    struct tr_buf out;
    struct tr_axis x = tr_axis_nice(TR_AXIS_NUMBER, 0, 10, 5), y = tr_axis_nice(TR_AXIS_PERCENT, 0, 1, 5);
    struct tr_chart chart;
    tr_buf_init(&out);
    page.out = &out;
    tr_chart_begin(&chart, &page, &frame, &x, &y);
    tr_chart_point(&chart, TR_MARK_DOT, 2.5, 0.25, NULL);
    const double across[2] = {7.5, 5}, up[2] = {0, 0.5};
    tr_chart_bar(&chart, TR_MARK_BAR, across, up, NULL);
    tr_chart_end(&chart);
    double width = chart.right - chart.left, height = chart.bottom - chart.top;
    const char *text = tr_buf_string(&out);
    assert_true(width > 350 && height > 180);
    assert_near(px(text, "\"dot\"", "cx"), chart.left + 0.25 * width, 0.06);
    assert_near(px(text, "\"dot\"", "cy"), chart.bottom - 0.25 * height, 0.06);
    assert_near(px(text, "\"bar\"", "x"), chart.left + 0.5 * width, 0.06);
    assert_near(px(text, "\"bar\"", "width"), 0.25 * width, 0.06);
    assert_near(px(text, "\"bar\"", "y"), chart.bottom - 0.5 * height, 0.06);
    assert_near(px(text, "\"bar\"", "height"), 0.5 * height, 0.06);
    tr_buf_finish(&out);
}

static void a_hole_in_a_line_is_not_bridged(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, 5}, y[] = {1, 2, (double)NAN, 2, 1};
    struct tr_buf out;
    struct tr_html page = {.out = &out};
    struct tr_axis axis = tr_axis_nice(TR_AXIS_NUMBER, 0, 10, 5);
    struct tr_chart chart;
    tr_buf_init(&out);
    tr_chart_begin(&chart, &page, &frame, &axis, &axis);
    size_t before = out.len;
    tr_chart_line(&chart, TR_MARK_LINE, 5, x, y);
    assert_true(test_count(out.data + before, "M") == 2);
    assert_true(test_count(out.data + before, "L") == 2);
    tr_buf_finish(&out);
}

static void out_of_memory_shows_in_the_buffer(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_buf out;
    size_t k = 1;
    for (;; k++) {
        tr_buf_init(&out);
        tr_alloc_fail_at(k);
        write_chart(&out, 2, "x");
        bool reached = tr_alloc_fail_at(0) >= k;
        assert_true((tr_buf_status(&out, &err) == TR_OK) == !reached);
        tr_buf_finish(&out);
        if (!reached)
            break;
    }
    assert_true(k > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nice_axis_holds_its_range_in_even_steps),
        cmocka_unit_test(known_ranges_give_known_ticks),
        cmocka_unit_test(a_range_of_nothing_is_widened),
        cmocka_unit_test(date_ticks_are_starts_of_days_or_months),
        cmocka_unit_test(a_chart_is_well_formed_and_described),
        cmocka_unit_test(a_triangle_stands_around_its_place_and_points),
        cmocka_unit_test(long_numbers_get_their_room),
        cmocka_unit_test(every_mark_has_a_key_of_its_own),
        cmocka_unit_test(what_is_not_finite_leaves_no_mark),
        cmocka_unit_test(marks_stand_where_their_values_are),
        cmocka_unit_test(a_hole_in_a_line_is_not_bridged),
        cmocka_unit_test(out_of_memory_shows_in_the_buffer),
    };
    return cmocka_run_group_tests_name("view/html_chart", tests, NULL, NULL);
}
