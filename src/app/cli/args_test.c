#include "support/test.h"

#include "app/cli/args.h"

#include <stdio.h>
#include <string.h>

static const struct tr_option global_options[] = {
    {"home", 0, "DIR", "", false},    {"set", 0, "KEY=VALUE", "", true}, {"json", 0, NULL, "", false},
    {"verbose", 'v', NULL, "", true}, {"quiet", 'q', NULL, "", false},
};
static const struct tr_option run_options[] = {
    {"timeframe", 'i', "TF", "", false},
    {"folds", 0, "N", "", false},
    {"edge", 0, "X", "", false},
    {"strict", 0, NULL, "", false},
};

static bool verb_options(const char *verb, struct tr_option_set *out)
{
    if (strcmp(verb, "run") != 0)
        return false;
    *out = (struct tr_option_set){run_options, sizeof run_options / sizeof *run_options};
    return true;
}

/* words: separated by single blanks; "" is the empty line. */
static enum tr_status parse(const char *words, struct tr_args *out, struct tr_error *err)
{
    static char copy[4096];
    static const char *argv[1024];
    size_t argc = 0;
    char *save = NULL;

    snprintf(copy, sizeof copy, "%s", words);
    for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
        argv[argc++] = word;
    return tr_args_parse(argc, argv,
                         (struct tr_option_set){global_options, sizeof global_options / sizeof *global_options},
                         verb_options, out, err);
}

static void accept(const char *words, struct tr_args *out)
{
    struct tr_error err = {0};
    assert_ok(parse(words, out, &err), &err);
}

static void refuse(const char *words, const char *what)
{
    struct tr_args args;
    struct tr_error err = {0};
    assert_int_equal(parse(words, &args, &err), TR_USAGE);
    if (!strstr(err.text, what))
        fail_msg("%s: \"%s\" does not say \"%s\"", words, err.text, what);
    assert_null(strchr(err.text, '\n'));
}

static void options_stand_before_and_after_the_verb(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "--home d --json run FILE -i 1h", "run FILE --home d -i 1h --json",          "--json run --home=d -i1h FILE",
        "run -i 1h --json FILE --home d", "--home=d run --timeframe=1h --json FILE",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct tr_args args;
        accept(lines[i], &args);
        assert_string_equal(args.verb, "run");
        assert_int_equal(args.operands, 1);
        assert_string_equal(args.operand[0], "FILE");
        assert_string_equal(tr_args_value(&args, "home"), "d");
        assert_string_equal(tr_args_value(&args, "timeframe"), "1h");
        assert_true(tr_args_has(&args, "json"));
        assert_false(tr_args_has(&args, "strict"));
    }
}

static void no_word_at_all_is_no_verb(void **state)
{
    (void)state;
    struct tr_args args;
    accept("", &args);
    assert_null(args.verb);
    assert_int_equal(args.operands, 0);
    accept("--json", &args);
    assert_null(args.verb);
}

static void two_dashes_end_the_options_and_one_dash_is_an_operand(void **state)
{
    (void)state;
    struct tr_args args;
    accept("run - --strict -- --strict -x --", &args);
    assert_int_equal(args.operands, 4);
    assert_string_equal(args.operand[0], "-");
    assert_string_equal(args.operand[1], "--strict");
    assert_string_equal(args.operand[2], "-x");
    assert_string_equal(args.operand[3], "--");
    assert_int_equal(args.given, 1);
}

static void letters_are_bundled_and_take_what_follows_them(void **state)
{
    (void)state;
    struct tr_args args;
    accept("run -vvqi4h FILE", &args);
    assert_int_equal(args.given, 4);
    assert_true(tr_args_has(&args, "quiet"));
    assert_string_equal(tr_args_value(&args, "timeframe"), "4h");
}

static void repeated_options_are_kept_in_order_where_they_may_repeat(void **state)
{
    (void)state;
    struct tr_args args;
    accept("run --set a=1 --set=b=2 F", &args);
    assert_int_equal(args.given, 2);
    assert_string_equal(args.option[0].value, "a=1");
    assert_string_equal(args.option[1].value, "b=2");
    assert_string_equal(tr_args_value(&args, "set"), "b=2");
    refuse("run --timeframe 1h -i 4h F", "--timeframe: given twice");
    refuse("--home a run --home b", "--home: given twice");
}

static void what_is_wrong_with_a_line_is_said(void **state)
{
    (void)state;
    refuse("walk", "walk: no such verb");
    refuse("run --timefram 1h", "did you mean --timeframe?");
    refuse("run --zzz", "--zzz: unknown option of run; see traderai help run");
    refuse("--strict run F", "--strict: unknown option"); /* not global, so only after its verb */
    refuse("run -z", "-z: unknown option of run");
    refuse("run F -i", "--timeframe: its value TF is missing");
    refuse("run F --home", "--home: its value DIR is missing");
    refuse("run F --strict=yes", "--strict: is a switch and takes no value, but was given \"yes\"");
}

static void more_words_than_are_read_are_refused(void **state)
{
    (void)state;
    const char *words[TR_ARGS_MAX + 1];
    struct tr_option_set none = {NULL, 0};
    struct tr_args args;
    struct tr_error err = {0};
    words[0] = "run";
    for (size_t i = 1; i <= TR_ARGS_MAX; i++)
        words[i] = "w";
    assert_ok(tr_args_parse(TR_ARGS_MAX, words, none, verb_options, &args, &err), &err);
    assert_int_equal(args.operands, TR_ARGS_MAX - 1);
    assert_int_equal(tr_args_parse(TR_ARGS_MAX + 1, words, none, verb_options, &args, &err), TR_USAGE);
    assert_non_null(strstr(err.text, "257 words; at most 256"));
}

static void more_letters_than_are_read_are_refused(void **state)
{
    char word[2 * TR_ARGS_MAX];
    struct tr_args args;

    (void)state;
    memset(word, 'v', sizeof word - 1);
    word[0] = '-';
    word[sizeof word - 1] = '\0';
    refuse(word, "more than 256 options");
    word[TR_ARGS_MAX + 1] = '\0';
    accept(word, &args);
    assert_int_equal(args.given, TR_ARGS_MAX);
}

static void whole_numbers_are_checked_against_their_range(void **state)
{
    (void)state;
    struct tr_args args;
    struct tr_error err = {0};
    static const char *const bad[] = {"-1", "11", "2.5", "x", "1e1", "", "0x2", "99999999999999999999"};
    long out = 0;
    accept("run F", &args);
    assert_ok(tr_args_int(&args, "folds", 0, 10, 7, &out, &err), &err);
    assert_int_equal(out, 7);
    accept("run F --folds 10", &args);
    assert_ok(tr_args_int(&args, "folds", 0, 10, 7, &out, &err), &err);
    assert_int_equal(out, 10);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[80];
        snprintf(line, sizeof line, "run F --folds=%s", bad[i]);
        accept(line, &args);
        assert_int_equal(tr_args_int(&args, "folds", 0, 10, 7, &out, &err), TR_USAGE);
        assert_non_null(strstr(err.text, "not a whole number from 0 to 10"));
    }
}

static void numbers_are_checked_against_their_range(void **state)
{
    (void)state;
    struct tr_args args;
    struct tr_error err = {0};
    static const char *const bad[] = {"-0.1", "1.01", "nan", "inf", "1,5", "", "1x"};
    double out = 0;
    accept("run F --edge 2.5e-1", &args);
    assert_ok(tr_args_number(&args, "edge", 0, 1, 0.5, &out, &err), &err);
    assert_same_bits(out, 0.25);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[80];
        snprintf(line, sizeof line, "run F --edge=%s", bad[i]);
        accept(line, &args);
        assert_int_equal(tr_args_number(&args, "edge", 0, 1, 0.5, &out, &err), TR_USAGE);
        assert_non_null(strstr(err.text, "not a number from 0 to 1"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_before_and_after_the_verb),
        cmocka_unit_test(no_word_at_all_is_no_verb),
        cmocka_unit_test(two_dashes_end_the_options_and_one_dash_is_an_operand),
        cmocka_unit_test(letters_are_bundled_and_take_what_follows_them),
        cmocka_unit_test(repeated_options_are_kept_in_order_where_they_may_repeat),
        cmocka_unit_test(what_is_wrong_with_a_line_is_said),
        cmocka_unit_test(more_words_than_are_read_are_refused),
        cmocka_unit_test(more_letters_than_are_read_are_refused),
        cmocka_unit_test(whole_numbers_are_checked_against_their_range),
        cmocka_unit_test(numbers_are_checked_against_their_range),
    };
    return cmocka_run_group_tests_name("cli/args", tests, NULL, NULL);
}
