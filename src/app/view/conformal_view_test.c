#include "support/test.h"

#include "app/view/conformal_view.h"
#include "app/view/run_view.h"
#include "app/view/walkforward_html.h"
#include "app/view/walkforward_view.h"
#include "support/chain.h"
#include "support/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct tr_recipe recipe;
static struct test_chain chain;

static int set_up(void **state)
{
    (void)state;
    test_chain_recipe(&recipe);
    test_chain_run(&recipe, 1500, &chain);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_chain_finish(&chain);
    return 0;
}

/* 100 bars whose sets and outcomes are known; each row worth half of one. */
static struct tr_run made_up(void)
{
    struct tr_run run = chain.run;
    struct tr_coverage *c = &run.wf.replay.coverage[TR_LONG];
    memset(c, 0, sizeof *c);
    c->bars[TR_SET_TP1][0][1] = 12;
    c->bars[TR_SET_TP1][0][0] = 8;
    c->bars[TR_SET_NOT_TP1][1][0] = 6;
    c->bars[TR_SET_NOT_TP1][1][1] = 2;
    c->bars[TR_SET_BOTH][2][0] = 26;
    c->bars[TR_SET_BOTH][2][1] = 36;
    c->bars[TR_SET_BOTH][2][2] = 5;
    c->bars[TR_SET_EMPTY][2][1] = 5;
    c->bars[TR_SET_UNKNOWN][3][1] = 9;
    run.wf.total[TR_LONG].rows = 100;
    run.wf.total[TR_LONG].n = 50;
    run.newest.set[TR_LONG] = TR_SET_TP1;
    run.newest.set[TR_SHORT] = TR_SET_UNKNOWN;
    return run;
}

static void the_calibration_block_says_how_the_sets_did(void **state)
{
    (void)state;
    struct tr_run run = made_up();
    struct test_json text;
    tr_view_calibration_json(&run, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    const json_t *sets = test_member(value, "calibration.long.conformal");
    struct tr_interval want = tr_rate_interval(0.5 * 80, 0.5 * 95, 0.05);
    assert_string_equal(test_string(sets, "kind"), "class");
    assert_near(test_number(sets, "alpha"), 0.1, 0);
    assert_int_equal(test_integer(sets, "sets.tp1"), 20);
    assert_int_equal(test_integer(sets, "sets.none"), 8);
    assert_int_equal(test_integer(sets, "sets.both"), 67);
    assert_int_equal(test_integer(sets, "sets.empty"), 5);
    assert_int_equal(test_integer(sets, "rows"), 95);
    assert_near(test_number(sets, "coverage"), 80.0 / 95, 1e-15);
    assert_near(test_number(sets, "coverage_interval.lower"), want.lower, 1e-12);
    assert_near(test_number(sets, "coverage_interval.upper"), want.upper, 1e-12);
    assert_near(test_number(sets, "by_outcome.tp1.coverage"), 48.0 / 55, 1e-15);
    assert_near(test_number(sets, "by_outcome.none.coverage"), 32.0 / 40, 1e-15);
    assert_near(test_number(sets, "by_regime.low.coverage"), 0.6, 1e-15);
    assert_near(test_number(sets, "by_regime.high.coverage"), 62.0 / 67, 1e-15);
    assert_int_equal(test_integer(sets, "by_regime.unknown.rows"), 0);
    test_is_null(sets, "by_regime.unknown.coverage");
    assert_int_equal(test_integer(sets, "tp1_alone.rows"), 20);
    assert_near(test_number(sets, "tp1_alone.tp1_rate"), 0.6, 1e-15);
    assert_near(test_number(sets, "tp1_alone.base_rate"), 55.0 / 95, 1e-15);
    json_decref(value);
}

static void the_text_says_what_the_sets_promise_and_what_not(void **state)
{
    (void)state;
    struct tr_run run = made_up();
    struct tr_buf out;
    tr_buf_init(&out);
    tr_view_calibration_text(&run, &out);
    const char *text = tr_buf_string(&out);
    assert_non_null(strstr(text, "  90 % conformal sets (class): the outcome was in 84.2 % ["));
    assert_non_null(strstr(text, "] of 95\n    target 1 reached 87.3 %, not reached 80.0 %; "
                                 "volatility low 60.0 %, middle 75.0 %, high 92.5 %\n"));
    assert_non_null(strstr(text, "    both outcomes in 67 sets, neither in 5, only no target 1 in 8;\n"
                                 "    only target 1 in 20: reached in 60.0 % ["));
    assert_non_null(strstr(text, "] of these, in 57.9 % of all bars\n"));
    assert_non_null(strstr(text, "Conformal sets: 90 % is meant for all sets (within each outcome), not for "
                                 "those that hold only target 1.\n"));
    for (const char *line = text; *line; line = strchr(line, '\n') + 1)
        assert_true(strchr(line, '\n') - line <= 105);
    tr_buf_finish(&out);
}

static void the_newest_decision_shows_its_set(void **state)
{
    (void)state;
    static const struct {
        enum tr_outcome_set set;
        const char *name, *phrase;
    } cases[] = {{TR_SET_TP1, "tp1", "90 % set: target 1 reached\n"},
                 {TR_SET_NOT_TP1, "none", "90 % set: target 1 not reached\n"},
                 {TR_SET_BOTH, "both", "90 % set: target 1 reached or not, neither can be ruled out\n"},
                 {TR_SET_EMPTY, "empty", "90 % set: empty, neither outcome fits the score\n"},
                 {TR_SET_UNKNOWN, NULL, NULL}};
    struct tr_run run = made_up();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct test_json text;
        struct tr_buf out;
        run.newest.set[TR_LONG] = cases[i].set;
        tr_view_newest_json(&run, test_json_begin(&text));
        json_t *value = test_json_end(&text);
        if (cases[i].name)
            assert_string_equal(test_string(value, "decisions.0.conformal_set"), cases[i].name);
        else
            test_is_null(value, "decisions.0.conformal_set");
        test_is_null(value, "decisions.1.conformal_set");
        json_decref(value);
        tr_buf_init(&out);
        tr_view_newest_text(&run, &out);
        if (cases[i].phrase)
            assert_non_null(strstr(tr_buf_string(&out), cases[i].phrase));
        else
            assert_null(strstr(tr_buf_string(&out), " set: "));
        tr_buf_finish(&out);
    }
}

static void the_report_has_a_table_of_them(void **state)
{
    (void)state;
    struct tr_run run = made_up();
    struct tr_buf out;
    tr_buf_init(&out);
    tr_view_walkforward_html(&run, &out);
    const char *page = tr_buf_string(&out);
    assert_non_null(strstr(page, "conformal sets by class, meant to hold 90 % of outcomes"));
    assert_non_null(strstr(page, ">target 1 reached</th><td>55</td><td>87.3 %</td>"));
    assert_null(strstr(page, ">volatility unknown<"));
    assert_non_null(strstr(page, "Where a set held only target 1 it was reached in 60.0"));
    tr_buf_finish(&out);
}

static void sets_that_are_off_are_null_and_not_mentioned(void **state)
{
    (void)state;
    struct tr_recipe off = recipe;
    struct test_chain other;
    struct test_json text;
    struct tr_buf out;
    test_chain_recipe(&off);
    off.rolling.calibration.sets = TR_SETS_OFF;
    test_chain_run(&off, 1500, &other);
    tr_view_run_json(&other.run, test_json_begin(&text));
    json_t *value = test_json_end(&text);
    test_is_null(value, "calibration.long.conformal");
    test_is_null(value, "calibration.short.conformal");
    test_is_null(value, "decisions.0.conformal_set");
    json_decref(value);
    tr_buf_init(&out);
    tr_view_run_text(&other.run, &out);
    tr_view_walkforward_html(&other.run, &out);
    assert_null(strstr(tr_buf_string(&out), "onformal"));
    assert_null(strstr(tr_buf_string(&out), " set: "));
    tr_buf_finish(&out);
    test_chain_finish(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_calibration_block_says_how_the_sets_did),
        cmocka_unit_test(the_text_says_what_the_sets_promise_and_what_not),
        cmocka_unit_test(the_newest_decision_shows_its_set),
        cmocka_unit_test(the_report_has_a_table_of_them),
        cmocka_unit_test(sets_that_are_off_are_null_and_not_mentioned),
    };
    return cmocka_run_group_tests_name("view/conformal_view", tests, set_up, tear_down);
}
