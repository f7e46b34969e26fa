#include "support/test.h"

#include "app/config/jsonc.h"

#include <stdio.h>
#include <string.h>

static void strips_to(const char *text, const char *expected)
{
    char copy[256];
    size_t len = strlen(text);
    memcpy(copy, text, len + 1);
    assert_int_equal(tr_jsonc_strip(copy, len), 0);
    if (strcmp(copy, expected) != 0)
        fail_msg("'%s' became '%s', not '%s'", text, copy, expected);
}

static void comments_become_blanks_and_lines_stay(void **state)
{
    (void)state;
    strips_to("{} // x", "{}     ");
    strips_to("{// x\n}", "{    \n}");
    strips_to("{/* a\nb */}", "{    \n    }");
    strips_to("1/**/2/***/3", "1    2     3");
    strips_to("//", "  ");
    strips_to("/", "/");
    strips_to("1 / 2", "1 / 2");
    strips_to("/* // */ 1", "         1");
    strips_to("// /*\n1", "     \n1");
}

static void texts_are_left_alone(void **state)
{
    (void)state;
    strips_to("\"// no /* comment */,]\"", "\"// no /* comment */,]\"");
    strips_to("\"a\\\"// b\",//c", "\"a\\\"// b\",   ");
    strips_to("[\"a\\\\\",//x\n]", "[\"a\\\\\"    \n]");
    strips_to("\"no end //", "\"no end //");
    strips_to("\"no end \\", "\"no end \\");
}

static void trailing_commas_become_blanks(void **state)
{
    (void)state;
    strips_to("[1,2,]", "[1,2 ]");
    strips_to("{\"a\":[1,],}", "{\"a\":[1 ] }");
    strips_to("[1 , \n /* x */ ]", "[1   \n         ]");
    strips_to("[\"a\",]", "[\"a\" ]");
}

static void commas_without_a_value_before_them_stay_wrong(void **state)
{
    (void)state;
    strips_to("[,]", "[,]");
    strips_to("{,}", "{,}");
    strips_to("[1,,]", "[1,,]");
    strips_to(",]", ",]");
}

static void a_byte_order_mark_is_dropped(void **state)
{
    (void)state;
    strips_to("\xef\xbb\xbf{}", "   {}");
}

static void a_comment_without_end_gives_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t line;
    } cases[] = {{"/*", 1}, {"{\n\n /* x\n\n", 3}, {"/* */\n/*/", 2}, {"/*/", 1}, {"/* *", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char copy[64];
        snprintf(copy, sizeof copy, "%s", cases[i].text);
        assert_int_equal(tr_jsonc_strip(copy, strlen(copy)), cases[i].line);
    }
}

static const char text[] = "{\n"                                         /* 1 */
                           "  \"a\": \"b\",\n"                           /* 2 */
                           "  \"x\": { \"b\": [ {\"b\": 1,\n"            /* 3 */
                           "     \"c\": 2}, \"c\" ],\n"                  /* 4 */
                           "     \"c\": {\"d\": 3}},\n"                  /* 5 */
                           "  \"b\": {\n"                                /* 6 */
                           "     \"quoted \\\" brace {\": \"} \\\\\",\n" /* 7 */
                           "     \"c\"\n"                                /* 8 */
                           "       : {\n"                                /* 9 */
                           "        \"\\u0064\": 4 },\n"                 /* 10 */
                           "     \"dd\": 5\n"                            /* 11 */
                           "  },\n"                                      /* 12 */
                           "  \"c\": {\"b\": {\"c\": 1}}\n"              /* 13 */
                           "}\n";

static size_t line_of(const char *a, const char *b, const char *c)
{
    const char *path[] = {a, b, c};
    return tr_jsonc_line(text, sizeof text - 1, path, c ? 3 : b ? 2 : 1);
}

static void a_key_is_found_on_its_line(void **state)
{
    (void)state;
    assert_int_equal(line_of("a", NULL, NULL), 2);
    assert_int_equal(line_of("x", NULL, NULL), 3);
    assert_int_equal(line_of("x", "b", NULL), 3);
    assert_int_equal(line_of("x", "c", NULL), 5);
    assert_int_equal(line_of("x", "c", "d"), 5);
    assert_int_equal(line_of("b", NULL, NULL), 6);
    assert_int_equal(line_of("b", "quoted \" brace {", NULL), 7);
    assert_int_equal(line_of("b", "c", NULL), 8);
    assert_int_equal(line_of("b", "c", "d"), 10); /* written with an escape */
    assert_int_equal(line_of("b", "dd", NULL), 11);
    assert_int_equal(line_of("c", "b", "c"), 13);
}

static void a_key_that_is_not_there_gives_the_line_above_it(void **state)
{
    (void)state;
    assert_int_equal(line_of("none", NULL, NULL), 1);
    assert_int_equal(line_of("b", "none", NULL), 6);
    assert_int_equal(line_of("b", "c", "none"), 8);
    assert_int_equal(line_of("a", "c", NULL), 2); /* what follows has one, but in another section */
    assert_int_equal(line_of("x", "b", "c"), 3);  /* within a list it is another key */
    const char *path[] = {"a"};
    assert_int_equal(tr_jsonc_line("", 0, path, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comments_become_blanks_and_lines_stay),
        cmocka_unit_test(texts_are_left_alone),
        cmocka_unit_test(trailing_commas_become_blanks),
        cmocka_unit_test(commas_without_a_value_before_them_stay_wrong),
        cmocka_unit_test(a_byte_order_mark_is_dropped),
        cmocka_unit_test(a_comment_without_end_gives_its_line),
        cmocka_unit_test(a_key_is_found_on_its_line),
        cmocka_unit_test(a_key_that_is_not_there_gives_the_line_above_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
