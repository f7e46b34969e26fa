#include "support/test.h"

#include "base/error.h"

#include <string.h>

static void setting_an_error_returns_its_code(void **state)
{
    (void)state;
    struct tr_error err;
    assert_int_equal(tr_error_set(&err, TR_INVALID, "line %d: %s", 7, "no price"), TR_INVALID);
    assert_int_equal(err.code, TR_INVALID);
    assert_string_equal(err.text, "line 7: no price");
}

static void no_error_struct_is_needed(void **state)
{
    (void)state;
    assert_int_equal(tr_error_set(NULL, TR_IO, "x"), TR_IO);
    assert_int_equal(tr_error_nomem(NULL), TR_NOMEM);
    assert_int_not_equal(tr_error_prepend(NULL, "x"), TR_OK);
}

static void context_gathers_in_front(void **state)
{
    (void)state;
    struct tr_error err;
    tr_error_set(&err, TR_NOT_FOUND, "no such file");
    assert_int_equal(tr_error_prepend(&err, "cannot open %s", "a.csv"), TR_NOT_FOUND);
    assert_int_equal(tr_error_prepend(&err, "import"), TR_NOT_FOUND);
    assert_string_equal(err.text, "import: cannot open a.csv: no such file");
    assert_int_equal(err.code, TR_NOT_FOUND);
}

static void the_text_itself_may_be_an_argument(void **state)
{
    (void)state;
    struct tr_error err;
    tr_error_set(&err, TR_IO, "inner");
    tr_error_set(&err, TR_CORRUPT, "outer (%s)", err.text);
    assert_string_equal(err.text, "outer (inner)");
    tr_error_prepend(&err, "<%s>", err.text);
    assert_string_equal(err.text, "<outer (inner)>: outer (inner)");
}

static void control_characters_become_question_marks(void **state)
{
    (void)state;
    struct tr_error err;
    tr_error_set(&err, TR_INVALID, "cell '%s'", "a\nb\x1b[31m\x7f");
    assert_string_equal(err.text, "cell 'a?b?[31m?'");
    tr_error_prepend(&err, "file '%s'", "x\r.\n.\t.");
    assert_string_equal(err.text, "file 'x?.?.?.': cell 'a?b?[31m?'");
    tr_error_set(&err, TR_INVALID, "%s",
                 "\xc2\x9b"
                 "31m \xc3\xa9 \xc2\xa0");
    assert_string_equal(err.text, "??31m \xc3\xa9 \xc2\xa0"); /* the terminal's one-character escape, but no letter */
}

static void a_long_text_is_cut_and_terminated(void **state)
{
    (void)state;
    struct tr_error err;
    char text[2 * TR_ERROR_TEXT];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    tr_error_set(&err, TR_INVALID, "%s", text);
    assert_int_equal(strlen(err.text), TR_ERROR_TEXT - 1);
}

static void the_front_is_kept_when_context_grows_too_long(void **state)
{
    (void)state;
    struct tr_error err;
    char text[TR_ERROR_TEXT];
    memset(text, 'x', sizeof text);
    text[sizeof text - 10] = '\0';
    tr_error_set(&err, TR_INVALID, "%s", text);
    tr_error_prepend(&err, "first part of the context");
    assert_int_equal(strlen(err.text), TR_ERROR_TEXT - 1);
    assert_memory_equal(err.text, "first part of the context: xxx", 30);
    tr_error_prepend(&err, "%s", text);
    tr_error_prepend(&err, "%s%s", text, text); /* no room is left even for the colon */
    assert_int_equal(strlen(err.text), TR_ERROR_TEXT - 1);
    assert_int_equal(err.text[TR_ERROR_TEXT - 2], 'x');
}

static void every_status_has_its_own_name(void **state)
{
    (void)state;
    for (int a = TR_OK; a <= TR_USAGE; a++) {
        assert_non_null(tr_status_name((enum tr_status)a));
        assert_string_not_equal(tr_status_name((enum tr_status)a), "unknown");
        for (int b = TR_OK; b < a; b++)
            assert_string_not_equal(tr_status_name((enum tr_status)a), tr_status_name((enum tr_status)b));
    }
    assert_string_equal(tr_status_name(TR_NOT_FOUND), "not found");
    assert_string_equal(tr_status_name(TR_INVALID), "invalid");
    assert_string_equal(tr_status_name((enum tr_status)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_an_error_returns_its_code),
        cmocka_unit_test(no_error_struct_is_needed),
        cmocka_unit_test(context_gathers_in_front),
        cmocka_unit_test(the_text_itself_may_be_an_argument),
        cmocka_unit_test(control_characters_become_question_marks),
        cmocka_unit_test(a_long_text_is_cut_and_terminated),
        cmocka_unit_test(the_front_is_kept_when_context_grows_too_long),
        cmocka_unit_test(every_status_has_its_own_name),
    };
    return cmocka_run_group_tests_name("base/error", tests, NULL, NULL);
}
