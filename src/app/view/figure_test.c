#include "support/test.h"

#include "app/view/figure.h"
#include "base/rng.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOT_KNOWN ((struct tr_interval){(double)NAN, (double)NAN})

static void numbers_are_rounded_and_percent_has_its_sign_behind(void **state)
{
    (void)state;
    assert_string_equal(tr_figure_number(0.51249, 3).text, "0.512");
    assert_string_equal(tr_figure_number(1234567.5, 1).text, "1234567.5");
    assert_string_equal(tr_figure_number(-3, 0).text, "-3");
    assert_string_equal(tr_figure_percent(0.575, 1).text, "57.5 %");
    assert_string_equal(tr_figure_signed(0.25, 2).text, "+0.25");
    assert_string_equal(tr_figure_signed_percent(-0.0012, 2).text, "-0.12 %");
    assert_string_equal(tr_figure_signed_percent(0.0012, 2).text, "+0.12 %");
}

static void what_is_not_finite_is_a_dash(void **state)
{
    (void)state;
    static const double values[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(tr_figure_number(values[i], 2).text, "-");
        assert_string_equal(tr_figure_signed(values[i], 2).text, "-");
        assert_string_equal(tr_figure_percent(values[i], 2).text, "-");
        assert_string_equal(tr_figure_interval((struct tr_interval){0, values[i]}, 2).text, "-");
        assert_string_equal(tr_figure_interval((struct tr_interval){values[i], 0}, 2).text, "-");
        assert_string_equal(tr_figure_rate(values[i], (struct tr_interval){0, 1}, 1).text, "-");
    }
}

static void nothing_has_no_sign(void **state)
{
    (void)state;
    assert_string_equal(tr_figure_number(-0.0, 0).text, "0");
    assert_string_equal(tr_figure_number(-0.004, 2).text, "0.00");
    assert_string_equal(tr_figure_signed(0.004, 2).text, "0.00");
    assert_string_equal(tr_figure_signed_percent(-0.00001, 1).text, "0.0 %");
    assert_string_equal(tr_figure_number(-0.006, 2).text, "-0.01");
}

static void an_interval_stands_beside_its_rate(void **state)
{
    (void)state;
    assert_string_equal(tr_figure_interval((struct tr_interval){0.4871, 0.5316}, 3).text, "[0.487, 0.532]");
    assert_string_equal(tr_figure_rate(0.575, (struct tr_interval){0.501, 0.6422}, 1).text, "57.5 % [50.1, 64.2]");
    assert_string_equal(tr_figure_signed_rate(-0.0012, (struct tr_interval){-0.0045, 0.0021}, 2).text,
                        "-0.12 % [-0.45, +0.21]");
    assert_string_equal(tr_figure_rate(0.5, NOT_KNOWN, 1).text, "50.0 % [not known]");
}

static void no_probability_is_certain(void **state)
{
    (void)state;
    assert_string_equal(tr_figure_p_value(0.0314).text, "0.031");
    assert_string_equal(tr_figure_p_value(0.00099).text, "under 0.001");
    assert_string_equal(tr_figure_p_value(0).text, "under 0.001");
    assert_string_equal(tr_figure_p_value(0.001).text, "0.001");
    assert_string_equal(tr_figure_p_value((double)NAN).text, "-");
    assert_string_equal(tr_figure_chance(0.873).text, "87 %");
    assert_string_equal(tr_figure_chance(0.0099).text, "under 1 %");
    assert_string_equal(tr_figure_chance(0.9999).text, "over 99 %");
    assert_string_equal(tr_figure_chance((double)NAN).text, "-");
}

static void the_longest_numbers_fit(void **state)
{
    (void)state;
    struct tr_figure figure = tr_figure_number(-DBL_MAX, 15);
    assert_true(strlen(figure.text) == 1 + 309 + 1 + 15);
    assert_string_equal(tr_figure_number(0.1, 99).text, "0.100000000000000");
    assert_string_equal(tr_figure_number(2, -1).text, "2");
    figure = tr_figure_rate(-DBL_MAX / 1000, (struct tr_interval){-DBL_MAX / 1000, DBL_MAX / 1000}, 15);
    assert_true(strlen(figure.text) == TR_FIGURE_TEXT - 1); /* cut, not overrun */
}

static void a_locale_with_a_comma_changes_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "fr_FR.utf8"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        found = setlocale(LC_NUMERIC, names[i]);
    if (!found) {
        print_message("# skipped: no locale with a decimal comma is installed\n");
        skip();
    }
    struct tr_figure figure = tr_figure_rate(0.575, (struct tr_interval){0.501, 0.6422}, 1);
    setlocale(LC_NUMERIC, "C");
    assert_string_equal(figure.text, "57.5 % [50.1, 64.2]");
}

static void a_coordinate_is_right_to_a_tenth(void **state)
{
    (void)state;
    static const struct {
        double px;
        const char *text;
    } cases[] = {{0, "0"},       {-0.04, "0"},          {12.5, "12.5"},         {12.04, "12"},
                 {-0.3, "-0.3"}, {-12.96, "-13"},       {999.95, "1000"},       {1036, "1036"},
                 {0.1, "0.1"},   {1e300, "1000000000"}, {-1e300, "-1000000000"}};
    char text[TR_FIGURE_PX];
    struct tr_rng rng;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tr_figure_px(cases[i].px, text);
        assert_string_equal(text, cases[i].text);
    }
    tr_rng_init(&rng, 3, 0);
    for (size_t i = 0; i < 20000; i++) {
        double px = 2000 * (tr_rng_uniform(&rng) - 0.5);
        tr_figure_px(px, text);
        assert_near(strtod(text, NULL), px, 0.05 + 1e-9);
        assert_true(strlen(text) < 3 || strcmp(text + strlen(text) - 2, ".0") != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_rounded_and_percent_has_its_sign_behind),
        cmocka_unit_test(what_is_not_finite_is_a_dash),
        cmocka_unit_test(nothing_has_no_sign),
        cmocka_unit_test(an_interval_stands_beside_its_rate),
        cmocka_unit_test(no_probability_is_certain),
        cmocka_unit_test(the_longest_numbers_fit),
        cmocka_unit_test(a_coordinate_is_right_to_a_tenth),
        cmocka_unit_test(a_locale_with_a_comma_changes_nothing),
    };
    return cmocka_run_group_tests_name("view/figure", tests, NULL, NULL);
}
