#include "support/test.h"

#include "base/alloc.h"
#include "support/html.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static void write_file(const char *path, const char *text, const char *mode)
{
    gzFile file = gzopen(path, mode); /* "wT" writes plain text */
    assert_non_null(file);
    assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), strlen(text));
    assert_int_equal(gzclose(file), Z_OK);
}

static void same_bits_means_the_bits(void **state)
{
    (void)state;
    assert_true(test_same_bits(1.5, 1.5));
    assert_true(test_same_bits((double)NAN, -(double)NAN));
    assert_false(test_same_bits(0.0, -0.0));
    assert_false(test_same_bits(1.0, nextafter(1.0, 2.0)));
    assert_false(test_same_bits((double)NAN, 0.0));
}

static void a_made_directory_is_new_and_goes_with_all_it_holds(void **state)
{
    (void)state;
    char one[256], two[256], path[400];
    test_make_dir(one);
    test_make_dir(two);
    assert_string_not_equal(one, two);
    snprintf(path, sizeof path, "%s/inner", one);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/inner/file", one);
    write_file(path, "x", "wT");
    snprintf(path, sizeof path, "%s/link", one);
    assert_int_equal(symlink(two, path), 0);
    test_remove_dir(one);
    struct stat info;
    assert_int_not_equal(lstat(one, &info), 0);
    assert_int_equal(lstat(two, &info), 0); /* links are removed, not followed */
    test_remove_dir(two);
}

static void plain_and_packed_files_read_alike(void **state)
{
    (void)state;
    char dir[256], path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/file", dir);
    enum { LEN = 200000 };
    char *text = tr_alloc(LEN + 1, 1);
    assert_non_null(text);
    for (size_t i = 0; i < LEN; i++)
        text[i] = (char)('a' + i * i % 23);
    text[LEN] = '\0';
    const char *const modes[] = {"wT", "wb"};
    for (size_t i = 0; i < 2; i++) {
        write_file(path, text, modes[i]);
        size_t len;
        char *back = test_read_file(path, &len);
        assert_int_equal(len, LEN);
        assert_string_equal(back, text);
        tr_free(back);
    }
    tr_free(text);
    test_remove_dir(dir);
}

static void a_table_has_names_numbers_and_gaps(void **state)
{
    (void)state;
    char dir[256], path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/table.csv.gz", dir);
    static const char *const texts[] = {
        "time,close,side\n1,2.5,long\n2,,short\n3,-1e-3,\n",
        "time,close,side\r\n1,2.5,long\r\n2,,short\r\n3,-1e-3,", /* and no end of line at the end */
    };
    for (size_t i = 0; i < 2; i++) {
        write_file(path, texts[i], "wb");
        struct test_table table;
        test_table_read(path, &table);
        assert_int_equal(table.rows, 3);
        assert_int_equal(table.cols, 3);
        assert_string_equal(table.names[2], "side");
        const double *time = test_table_column(&table, "time"), *close = test_table_column(&table, "close");
        const double *side = test_table_column(&table, "side");
        assert_same_bits(time[0], 1.0);
        assert_same_bits(time[2], 3.0);
        assert_same_bits(close[0], 2.5);
        assert_true(isnan(close[1]));
        assert_same_bits(close[2], -1e-3);
        for (size_t row = 0; row < 3; row++)
            assert_true(isnan(side[row]));
        test_table_free(&table);
    }
    test_remove_dir(dir);
}

static void shared_data_is_found_where_the_environment_says(void **state)
{
    (void)state;
    char dir[256], path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/here", dir);
    write_file(path, "x", "wT");
    const char *set = getenv("TRADERAI_SHARED");
    char *before = set ? tr_alloc_string(set) : NULL;
    setenv("TRADERAI_SHARED", dir, 1);
    assert_string_equal(test_shared("here"), path);
    if (before)
        setenv("TRADERAI_SHARED", before, 1);
    else
        unsetenv("TRADERAI_SHARED");
    tr_free(before);
    test_remove_dir(dir);
}

static void absent_data_skips_the_test_unless_in_ci(void **state)
{
    (void)state;
    unsetenv("CI"); /* the last test of the program */
    test_shared("data/no-such-file");
    fail_msg("an absent file did not end the test");
}

static void broken_html_is_found_and_good_html_is_not(void **state)
{
    (void)state;
    static const char *const good[] = {"<!DOCTYPE html>\n<html><head><style>a<b{}</style></head></html>",
                                       "<p class=\"a\">1 &lt; 2 &amp; 3<br/></p>", "plain",
                                       "<a href=\"#x\">x</a><p id=\"x\">&#39;</p>"};
    static const char *const bad[] = {"<p>",
                                      "<p></b>",
                                      "</p>",
                                      "<p><b></p></b>",
                                      "1 & 2",
                                      "&nbsp;",
                                      "1 < 2",
                                      "<p class=a></p>",
                                      "<p class></p>",
                                      "<p a=\"1\" a=\"2\"></p>",
                                      "<p a=\"<\"></p>",
                                      "<p a=\"&\"></p>",
                                      "<p a=\"1></p>",
                                      "<p",
                                      "<p id=\"x\"/><b id=\"x\"/>",
                                      "<a href=\"#y\"/>",
                                      "<svg aria-labelledby=\"x y\"><b id=\"x\"/></svg>"};
    const char *where;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_null(test_html_fault(good[i], &where));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (!test_html_fault(bad[i], &where))
            fail_msg("not found to be broken: %s", bad[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_html_is_found_and_good_html_is_not),
        cmocka_unit_test(same_bits_means_the_bits),
        cmocka_unit_test(a_made_directory_is_new_and_goes_with_all_it_holds),
        cmocka_unit_test(plain_and_packed_files_read_alike),
        cmocka_unit_test(a_table_has_names_numbers_and_gaps),
        cmocka_unit_test(shared_data_is_found_where_the_environment_says),
        cmocka_unit_test(absent_data_skips_the_test_unless_in_ci),
    };
    return cmocka_run_group_tests_name("support/test", tests, NULL, NULL);
}
