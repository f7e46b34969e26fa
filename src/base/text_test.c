#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "base/text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool to_double(const char *text, double *out)
{
    return tr_text_to_double(text, text + strlen(text), out);
}

/* The C library's strtod is the other opinion. */
static void assert_reads_like_strtod(const char *text)
{
    double value, expected = strtod(text, NULL);
    if (!to_double(text, &value))
        fail_msg("%s is refused", text);
    if (!test_same_bits(value, expected))
        fail_msg("%s is read as %a, not %a", text, value, expected);
}

static void plain_numbers_are_read(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "0",
        "-0",
        "+5",
        "5.",
        ".5",
        "-.5",
        "0.5",
        "1e5",
        "1E5",
        "9.6e-7",
        "1e+22",
        "1e22",
        "1e23",
        "1e-22",
        "1e-23",
        "42012.34",
        "0.00000001",
        "00012",
        "1e00005",
        "1.0e0000",
        "0e99999",
        "-0.0e-99",
        "0.1",
        "0.3",
        "2.5e-324",
        "5e-324",
        "4.9e-324",
        "2e-324",
        "1e-400",
        "0e-400",
        "1e308",
        "-1e308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.0",
        "9007199254740992.5",
        "9223372036854775807",
        "18446744073709551615",
        "18446744073709551616",
        "9999999999999999999",
        "12345678901234567890123",
        "0.00012345678901234568",
        "1.2345678901234567e-05",
        "42012.340000000004",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "6631236871469758276785396630275967e-4",
        "3.518437208883201171875e13",
        "62.5364939768271845828",
        "8.10109172351e-10",
        "1.50000000000000011102230246251565",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_reads_like_strtod(cases[i]);
}

static void the_sign_of_zero_is_kept(void **state)
{
    (void)state;
    double value;
    assert_true(to_double("-0", &value));
    assert_same_bits(value, -0.0);
    assert_true(to_double("-0.000e5", &value));
    assert_same_bits(value, -0.0);
    assert_true(to_double("-1e-400", &value));
    assert_same_bits(value, -0.0);
    assert_true(to_double("+0", &value));
    assert_same_bits(value, 0.0);
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        ".",
        "-",
        "+",
        "e",
        "e5",
        ".e5",
        "1e",
        "1e+",
        "1e-",
        "0x10",
        "inf",
        "-inf",
        "nan",
        " 1",
        "1 ",
        "1,5",
        "1.5.2",
        "--1",
        "+-1",
        "1e5.0",
        "1e5e5",
        "1f",
        "1_000",
        "1'000",
        "$1",
        "1\n",
        "\t1",
        "1d5",
        "- 1",
        "1e 5",
        "infinity",
        "NaN(1)",
        "0b1",
        "\xd9\xa1",
        "1e999",
        "-1e999",
        "1.8e308",
        "1.7976931348623159e308",
        "1e99999999999999999999999",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double value = 77.0;
        if (to_double(cases[i], &value))
            fail_msg("'%s' is read as %g", cases[i], value);
        assert_same_bits(value, 77.0);
    }
    static const char with_zero[] = {'1', '\0', '2'};
    double value;
    assert_false(tr_text_to_double(with_zero, with_zero + sizeof with_zero, &value));
}

static void a_truncated_number_ends_where_its_bytes_end(void **state)
{
    (void)state;
    static const char text[] = "-12.50e+2";
    const double expected[] = {0, 0, -1, -12, -12, -12.5, -12.5, 0, 0, -1250};
    for (size_t len = 0; len < sizeof text; len++) {
        char *exact = tr_alloc(len, 1); /* of just this size, so that a sanitizer sees a step too far */
        assert_non_null(exact);
        memcpy(exact, text, len);
        double value;
        bool good = tr_text_to_double(exact, exact + len, &value);
        assert_int_equal(good, expected[len] != 0.0);
        if (good)
            assert_same_bits(value, expected[len]);
        tr_free(exact);
    }
}

static void the_scanner_takes_the_longest_number(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
        size_t length; /* 0: none */
    } cases[] = {
        {"1.5,2", 1.5, 3}, {"1.5.2", 1.5, 3}, {"1e", 1, 1},    {"1e+", 1, 1},    {"1e5x", 1e5, 3},
        {"1e+5", 1e5, 4},  {"7", 7, 1},       {"7.", 7, 2},    {"7.e2", 700, 4}, {".5e", 0.5, 2},
        {"-3-3", -3, 2},   {"0x10", 0, 1},    {"", 0, 0},      {"x", 0, 0},      {"-x", 0, 0},
        {".", 0, 0},       {"+.e1", 0, 0},    {"1e999", 0, 0}, {" 1", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *cursor = cases[i].text;
        double value = 77.0;
        bool found = tr_text_scan_double(&cursor, cursor + strlen(cursor), &value);
        assert_int_equal(found, cases[i].length > 0);
        assert_int_equal(cursor - cases[i].text, cases[i].length);
        assert_same_bits(value, found ? cases[i].value : 77.0);
    }
}

static void a_row_of_numbers_is_scanned_in_place(void **state)
{
    (void)state;
    static const char row[] = "1730131200000,2510.11,2515,2500.5,2511.250,1234.56789";
    const double expected[] = {1730131200000.0, 2510.11, 2515, 2500.5, 2511.25, 1234.56789};
    const char *cursor = row, *end = row + strlen(row);
    for (size_t i = 0; i < 6; i++) {
        double value;
        assert_true(tr_text_scan_double(&cursor, end, &value));
        assert_same_bits(value, expected[i]);
        cursor += cursor < end;
    }
    assert_ptr_equal(cursor, end);
}

/* Digits, a point somewhere and perhaps an exponent; every length reaches another branch. */
static void random_decimal(struct tr_rng *rng, char *out)
{
    size_t digits = 1 + (size_t)tr_rng_below(rng, 24), point = (size_t)tr_rng_below(rng, digits + 1);
    char *p = out;
    if (tr_rng_below(rng, 2))
        *p++ = '-';
    for (size_t i = 0; i < digits; i++) {
        if (i == point)
            *p++ = '.';
        *p++ = (char)('0' + tr_rng_below(rng, 10));
    }
    *p = '\0';
    if (tr_rng_below(rng, 3) == 0)
        sprintf(p, "e%d", (int)tr_rng_below(rng, 60) - 30);
    else if (tr_rng_below(rng, 8) == 0)
        sprintf(p, "e%d", (int)tr_rng_below(rng, 560) - 340);
}

static void random_decimals_are_rounded_like_strtod(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    for (int i = 0; i < 300000; i++) {
        char text[64];
        random_decimal(&rng, text);
        if (isfinite(strtod(text, NULL)))
            assert_reads_like_strtod(text);
    }
}

/* Exactly between two doubles and one unit of a far digit beside it: what a hasty reader rounds wrongly. */
static void ties_are_broken_by_the_last_digit(void **state)
{
    (void)state;
    static const char half[] = "1.00000000000000011102230246251565404236316680908203125"; /* 1 + 2^-53 */
    static char text[2000];
    double value;
    assert_true(to_double(half, &value));
    assert_same_bits(value, 1.0);
    const size_t digits = sizeof half - 1;
    memcpy(text, half, sizeof half);
    memset(text + digits, '0', 1000);
    text[digits + 1000] = '\0';
    assert_true(to_double(text, &value));
    assert_same_bits(value, 1.0);
    text[digits + 1000] = '1';
    text[digits + 1001] = '\0';
    assert_true(to_double(text, &value));
    assert_same_bits(value, 1.0 + 0x1p-52);
    assert_true(to_double("1.00000000000000011102230246251565404236316680908203124999", &value));
    assert_same_bits(value, 1.0);
    assert_reads_like_strtod("9007199254740993");      /* 2^53 + 1: down to even */
    assert_reads_like_strtod("9007199254740995");      /* 2^53 + 3: up to even */
    assert_reads_like_strtod("0.5000000000000000555"); /* below the tie, in 19 digits */
    assert_reads_like_strtod("0.500000000000000055511151231257827021181583404541015625");
}

static void a_long_whole_number_keeps_its_size(void **state)
{
    (void)state;
    static char text[3000];
    double value;
    memset(text, '7', 300);
    memcpy(text + 300, "e-299", 6);
    assert_reads_like_strtod(text);
    memset(text, '0', 2000); /* 0.000...1 with an exponent that brings it back */
    text[1] = '.';
    memcpy(text + 2000, "125e1999", 9);
    assert_true(to_double(text, &value));
    assert_same_bits(value, 1.25);
    memset(text, '0', 2500);
    text[0] = '1';
    memcpy(text + 2500, "e-2499", 7);
    assert_true(to_double(text, &value));
    assert_same_bits(value, 1.0);
    memcpy(text + 2500, "", 1);
    assert_false(to_double(text, &value));
}

static double random_double(struct tr_rng *rng)
{
    for (;;) {
        uint64_t bits = tr_rng_u64(rng);
        double x;
        memcpy(&x, &bits, sizeof x);
        if (isfinite(x))
            return x;
    }
}

static void assert_round_trip(double x)
{
    char text[TR_NUMBER_TEXT];
    double back;
    size_t n = tr_text_from_double(x, text);
    assert_int_equal(n, strlen(text));
    assert_true(n < TR_NUMBER_TEXT);
    assert_true(tr_text_to_double(text, text + n, &back));
    assert_same_bits(back, x);
    assert_same_bits(strtod(text, NULL), x);
    n = tr_text_from_double17(x, text);
    assert_int_equal(n, strlen(text));
    assert_true(tr_text_to_double(text, text + n, &back));
    assert_same_bits(back, x);
}

static void every_double_survives_the_way_to_text_and_back(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    for (int i = 0; i < 20000; i++) {
        assert_round_trip(random_double(&rng));
        assert_round_trip(50000.0 * tr_rng_uniform(&rng));
        assert_round_trip((double)tr_rng_below(&rng, 100000000) / 1000);
    }
    const double ends[] = {
        0.0, -0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0x1p53, -0x1.fffffffffffffp-1};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        assert_round_trip(ends[i]);
}

static void the_shortest_of_three_spellings_is_written(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.1, "0.1"},
        {-0.0, "-0"},
        {100.0, "100"},
        {1e15, "1e+15"},
        {1e-7, "1e-07"},
        {42012.34, "42012.34"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e22, "1e+22"},
        {1.0 / 3, "0.3333333333333333"},
        {5e-324, "4.94065645841247e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {123456789012345.0, "123456789012345"},
        {(double)NAN, "nan"},
        {HUGE_VAL, "inf"},
        {-HUGE_VAL, "-inf"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TR_NUMBER_TEXT];
        size_t n = tr_text_from_double(cases[i].value, text);
        assert_int_equal(n, strlen(text));
        assert_string_equal(text, cases[i].text);
    }
    char text[TR_NUMBER_TEXT];
    tr_text_from_double17(0.1, text);
    assert_string_equal(text, "0.10000000000000001");
    tr_text_from_double17((double)NAN, text);
    assert_string_equal(text, "nan");
}

static void whole_numbers_are_read_to_their_limits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"+7", true, 7},
        {"-7", true, -7},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"18446744073709551617", false, 0},
        {"99999999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+-1", false, 0},
        {"1.0", false, 0},
        {"1e3", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"0x1", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 77;
        const char *text = cases[i].text;
        assert_int_equal(tr_text_to_int64(text, text + strlen(text), &value), cases[i].good);
        assert_true(value == (cases[i].good ? cases[i].value : 77));
    }
}

static void case_does_not_matter_but_letters_do(void **state)
{
    (void)state;
    assert_true(tr_text_equal_nocase("ETHusdt", "ethUSDT"));
    assert_true(tr_text_equal_nocase("", ""));
    assert_false(tr_text_equal_nocase("a", ""));
    assert_false(tr_text_equal_nocase("", "a"));
    assert_false(tr_text_equal_nocase("ab", "abc"));
    assert_false(tr_text_equal_nocase("abc", "abd"));
    assert_false(tr_text_equal_nocase("@", "`")); /* 32 apart like letters */
    assert_false(tr_text_equal_nocase("[", "{"));
    assert_false(tr_text_equal_nocase("\xc4", "\xe4"));
}

static void a_utf8_sequence_is_measured_and_a_broken_one_too(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t length, bad;
    } cases[] = {
        {"a", 1, 1},
        {"\xc3\xa4", 2, 1},
        {"\xe2\x82\xac", 3, 1},
        {"\xf0\x9f\x98\x80", 4, 1},
        {"\x80", 0, 1},
        {"\xc0\xaf", 0, 1},         /* overlong */
        {"\xed\xa0\x80", 0, 1},     /* surrogate */
        {"\xe2\x82", 0, 2},         /* cut off by the end of text */
        {"\xf0\x9f\x98z", 0, 3},    /* cut off by a letter */
        {"\xf5\x80\x80\x80", 0, 1}, /* above U+10FFFF */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t bad = 99;
        assert_true(tr_text_utf8_length(cases[i].text, &bad) == cases[i].length);
        assert_true(bad == cases[i].bad);
    }
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
    char text[TR_NUMBER_TEXT];
    double value = 0.0, slow = 0.0;
    tr_text_from_double(1234.5, text);
    bool good = to_double("0.25", &value), good_slow = to_double("2.5e-300", &slow);
    setlocale(LC_NUMERIC, "C");
    assert_string_equal(text, "1234.5");
    assert_true(good && good_slow);
    assert_same_bits(value, 0.25);
    assert_same_bits(slow, 2.5e-300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_numbers_are_read),
        cmocka_unit_test(the_sign_of_zero_is_kept),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(a_truncated_number_ends_where_its_bytes_end),
        cmocka_unit_test(the_scanner_takes_the_longest_number),
        cmocka_unit_test(a_row_of_numbers_is_scanned_in_place),
        cmocka_unit_test(random_decimals_are_rounded_like_strtod),
        cmocka_unit_test(ties_are_broken_by_the_last_digit),
        cmocka_unit_test(a_long_whole_number_keeps_its_size),
        cmocka_unit_test(every_double_survives_the_way_to_text_and_back),
        cmocka_unit_test(the_shortest_of_three_spellings_is_written),
        cmocka_unit_test(whole_numbers_are_read_to_their_limits),
        cmocka_unit_test(case_does_not_matter_but_letters_do),
        cmocka_unit_test(a_utf8_sequence_is_measured_and_a_broken_one_too),
        cmocka_unit_test(a_locale_with_a_comma_changes_nothing),
    };
    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
