/* --html: the report of a real run, where it goes, and what it may not do to what was there. */
#include "cli/answer.h"
#include "support/html.h"

#include "base/alloc.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYNTH "run --synthetic --bars 1500 --timeframe 1h --home home " QUICK
#define STORED "walkforward SYNTH1/USDT:USDT -i 1h --home home " QUICK

static struct world world;

static int set_up(void **state)
{
    (void)state;
    world_init(&world);
    tr_free(output_of(&world, SYNTH));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_finish(&world);
    return 0;
}

static char *page_of(const char *name)
{
    size_t len;
    char *page = test_read_file(world_path(&world, name), &len);
    assert_true(len == strlen(page));
    return page;
}

static void a_run_writes_a_report_with_every_section(void **state)
{
    (void)state;
    static const char *const pieces[] = {"<!DOCTYPE html>",
                                         "<section id=\"summary\"",
                                         "<section id=\"folds\"",
                                         "<section id=\"scores\"",
                                         "<section id=\"calibration\"",
                                         "<section id=\"funnel\"",
                                         "<section id=\"backtest\"",
                                         "<section id=\"luck\"",
                                         "<section id=\"newest\"",
                                         "<section id=\"reading\"",
                                         "<section id=\"trades\"",
                                         "SYNTH1/USDT:USDT 1h",
                                         "SYNTHETIC MARKET",
                                         "Past results",
                                         "Time line of the folds",
                                         "reliability of p",
                                         "calibration over time",
                                         "</html>"};
    char *text = output_of(&world, SYNTH " --html report.html"), *page = page_of("report.html");
    assert_non_null(strstr(text, "\nReport written to report.html\n"));
    test_html_check(page);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        if (!strstr(page, pieces[i]))
            fail_msg("the report does not hold \"%s\"", pieces[i]);
    }
    assert_null(strstr(page, "nan"));
    tr_free(text);
    tr_free(page);
}

static void both_verbs_write_the_same_page_whatever_the_form_and_the_threads(void **state)
{
    (void)state;
    json_t *value = json_of(&world, 0, STORED " --threads 1 --json --html a.html");
    tr_free(output_of(&world, STORED " --threads 2 --html b.html"));
    char *a = page_of("a.html"), *b = page_of("b.html");
    assert_string_equal(a, b);
    (void)test_member(value, "walkforward");
    json_decref(value);
    tr_free(a);
    tr_free(b);
}

static void the_page_has_the_numbers_of_the_json(void **state)
{
    (void)state;
    char cell[64];
    json_t *value = json_of(&world, 0, STORED " --json --html c.html");
    char *page = page_of("c.html");
    snprintf(cell, sizeof cell, "<td>%lld</td><td>%.0f</td>", test_integer(value, "walkforward.long.rows"),
             test_number(value, "walkforward.long.effective_n"));
    assert_non_null(strstr(page, cell));
    snprintf(cell, sizeof cell, "<td>%.3f</td>", test_number(value, "walkforward.short.auc"));
    assert_non_null(strstr(page, cell));
    snprintf(cell, sizeof cell, "<td>%lld</td><td>%lld</td>", test_integer(value, "funnel.long.refused.confidence"),
             test_integer(value, "funnel.short.refused.confidence"));
    assert_non_null(strstr(page, cell));
    json_decref(value);
    tr_free(page);
}

static void a_report_that_cannot_be_written_ends_the_run_before_it_begins(void **state)
{
    (void)state;
    struct manner unprivileged = {.unprivileged = true};
    expect(&world, NULL, 1, STORED " --html missing/report.html", "missing/report.html", "there is no folder missing/");
    expect(&world, NULL, 1, "run --synthetic --html missing/r.html --home none", "there is no folder missing/");
    assert_int_equal(access(world_path(&world, "none"), F_OK), -1);
    expect(&world, NULL, 1, STORED " --html home", "it is a folder");
    expect(&world, NULL, 2, STORED " --html -", "no name of a file");
    expect(&world, NULL, 2, STORED " --html=", "no name of a file");
    expect(&world, NULL, 2, STORED " --html", "--html");
    expect(&world, NULL, 2, "train SYNTH1/USDT:USDT -i 1h --html x.html --home home", "--html");
    assert_int_equal(mkdir(world_path(&world, "closed"), 0555), 0);
    expect(&world, &unprivileged, 1, "run --synthetic --bars 1500 --html closed/r.html --home open " QUICK,
           "closed/r.html", "cannot be written");
}

static void a_report_that_cannot_be_written_to_the_end_is_an_error(void **state)
{
    (void)state;
    expect(&world, NULL, 1, STORED " --html /dev/full", "/dev/full", "could not be written to the end",
           "No space left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_writes_a_report_with_every_section),
        cmocka_unit_test(both_verbs_write_the_same_page_whatever_the_form_and_the_threads),
        cmocka_unit_test(the_page_has_the_numbers_of_the_json),
        cmocka_unit_test(a_report_that_cannot_be_written_ends_the_run_before_it_begins),
        cmocka_unit_test(a_report_that_cannot_be_written_to_the_end_is_an_error),
    };
    return cmocka_run_group_tests_name("cli/html", tests, set_up, tear_down);
}
