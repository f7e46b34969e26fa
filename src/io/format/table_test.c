#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "io/format/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static char dir[256];

static int set_up(void **state)
{
    (void)state;
    test_make_dir(dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_remove_dir(dir);
    return 0;
}

static const char *const abc[] = {"a", "b", "c"};

static const char *path_of(const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static const char *write_bytes(const char *bytes, size_t n)
{
    const char *path = path_of("rows.csv");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fwrite(bytes, 1, n, file) == n);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* All rows of the text, row after row, read in blocks of three: "1 2 nan|..." */
static enum tr_status read_rows(const char *text, size_t n, bool header, size_t cols, const char *const *names,
                                char *out, size_t size, struct tr_error *err)
{
    struct tr_format_table_options options = {write_bytes(text, n), header, cols, names, NULL};
    struct tr_format_table *table = NULL;
    struct tr_matrix block = {0};
    size_t got = 1, used = 0;
    enum tr_status status = tr_format_table_open(&options, &table, err);
    out[0] = '\0';
    if (!status)
        status = tr_matrix_init(&block, 3, cols, err);
    while (!status && got > 0) {
        status = tr_format_table_read(table, &block, &got, err);
        for (size_t i = 0; !status && i < got; i++) {
            for (size_t j = 0; j < cols; j++) {
                double x = tr_matrix_at(&block, i, j);
                used += (size_t)snprintf(out + used, size - used, "%s%.17g", j ? " " : "", isnan(x) ? (double)NAN : x);
            }
            used += (size_t)snprintf(out + used, size - used, "|");
        }
    }
    tr_matrix_finish(&block);
    if (table)
        tr_format_table_close(table);
    return status;
}

static void expect_rows(const char *text, bool header, size_t cols, const char *const *names, const char *rows)
{
    struct tr_error err = {0};
    char out[4096];
    assert_ok(read_rows(text, strlen(text), header, cols, names, out, sizeof out, &err), &err);
    assert_string_equal(out, rows);
}

static void expect_refusal(const char *text, bool header, const char *what)
{
    struct tr_error err = {0};
    char out[4096];
    assert_int_equal(read_rows(text, strlen(text), header, 3, abc, out, sizeof out, &err), TR_INVALID);
    if (!strstr(err.text, what) || !strstr(err.text, "rows.csv"))
        fail_msg("'%s' does not say '%s'", err.text, what);
}

static void columns_are_taken_by_name_in_any_order_and_among_others(void **state)
{
    (void)state;
    expect_rows("a,b,c\n1,2,3\n4,5,6\n", true, 3, abc, "1 2 3|4 5 6|");
    expect_rows("label,c,x,a,b\n9,3,8,1,2\nyes,6,,4,5\n", true, 3, abc, "1 2 3|4 5 6|");
    expect_rows("\"c\"; \"a\" ;b\n3;1;2\n", true, 3, abc, "1 2 3|");
    const char *const blanks[] = {"my_first", "my_2nd"};
    expect_rows("my 2nd\tmy_first\n2\t1\n", true, 2, blanks, "1 2|");
    expect_rows("\"my 2nd\",my\vfirst\n2,1\n", true, 2, blanks, "1 2|");
}

static void without_the_names_columns_are_taken_by_position(void **state)
{
    (void)state;
    expect_rows("x,y,z\n1,2,3\n", true, 3, abc, "1 2 3|");
    expect_rows("x,y,z\n1,2,3\n", true, 3, NULL, "1 2 3|");
    expect_rows("1,2,3\n4,5,6", false, 3, abc, "1 2 3|4 5 6|");
    expect_rows("\xef\xbb\xbf"
                "1;2;3\r\n\r\n4;5;6\r\n",
                false, 3, NULL, "1 2 3|4 5 6|");
}

static void missing_and_infinite_cells_are_understood(void **state)
{
    (void)state;
    expect_rows("a,b,c\n,nan,NA\n-NaN,N/A,null\n\"\", ,None\n", true, 3, abc, "nan nan nan|nan nan nan|nan nan nan|");
    expect_rows("a,b,c\ninf,-inf,+Infinity\nINF,-infinity,0\n", true, 3, abc, "inf -inf inf|inf -inf 0|");
}

static void empty_lines_are_no_rows(void **state)
{
    (void)state;
    expect_rows("\n\na,b,c\n\n1,2,3\n\n\n4,5,6\n\n", true, 3, abc, "1 2 3|4 5 6|");
    expect_rows("a,b,c\n", true, 3, abc, "");
    const char *const one[] = {"a"};
    expect_rows("a\n1\n\n2\n", true, 1, one, "1|2|");
}

static void numbers_are_read_to_the_last_bit(void **state)
{
    (void)state;
    struct tr_rng rng;
    struct tr_error err = {0};
    char text[8192], out[8192];
    size_t used = 0;
    double values[100];
    tr_rng_init(&rng, 1, 0);
    for (size_t i = 0; i < 100; i++) {
        values[i] = (tr_rng_uniform(&rng) - 0.5) * pow(10, floor(tr_rng_uniform(&rng) * 600 - 300));
        used += (size_t)snprintf(text + used, sizeof text - used, "%.*g%c", 17 + (int)(i % 7), values[i],
                                 i % 4 == 3 ? '\n' : ',');
    }
    assert_ok(read_rows(text, used, false, 4, NULL, out, sizeof out, &err), &err);
    char *at = out;
    for (size_t i = 0; i < 100; i++, at++)
        assert_same_bits(strtod(at, &at), values[i]);
    expect_rows("2.2250738585072011e-308,4.9406564584124654e-324,0.1000000000000000055511151231257827\n", false, 3,
                NULL, "2.2250738585072009e-308 4.9406564584124654e-324 0.10000000000000001|");
}

static void a_bad_cell_is_named_by_line_and_column(void **state)
{
    (void)state;
    expect_refusal("a,b,c\n1,2,3\n\n4,x5,6\n", true, "line 4: column 2: 'x5' is no number");
    expect_refusal("l,c,b,a\n1,2,3,4\n1,2,3,0x10\n", true, "line 3: column 4: '0x10' is no number");
    expect_refusal("1,2,3\n1,1e999,3\n", false, "line 2: column 2: '1e999' is no number (or too large for one)");
    expect_refusal("1,2,3\n1;2;3\n", false, "line 2: 1 column instead of 3");
    expect_refusal("1;2;3,5\n", false, "line 1: column 3: '3,5'");
    expect_refusal("p,q,r\n1,2,3\n", false, "line 1: column 1: 'p' is no number");
    expect_refusal("p,q,r\n1,2,3\n", false, "is this line a header?");
}

static void a_row_of_another_width_is_refused(void **state)
{
    (void)state;
    expect_refusal("a,b,c\n1,2,3\n1,2\n", true, "line 3: 2 columns instead of 3");
    expect_refusal("a,b,c\n1,2,3,4\n", true, "line 2: 4 columns instead of 3");
    expect_refusal("a,b,c\n1,,x,2,3\n", true, "line 2: 5 columns instead of 3");
    expect_refusal("l,a,b,c\n1,2,3\n", true, "line 2: 3 columns instead of 4");
    expect_refusal("1,2,3,4\n", false, "line 1: 4 columns instead of 3 features: leave out what is no feature");
    expect_refusal("1 2 3\n", false, "line 1: 1 column instead of 3 features (separated by comma");
}

static void a_header_that_fits_only_in_part_is_refused(void **state)
{
    (void)state;
    expect_refusal("a,b,z\n1,2,3\n", true, "line 1: the header names 2 of 3 features, but not 'c'");
    expect_refusal("b,x,y,c\n1,2,3\n", true, "but not 'a'");
    expect_refusal("a,b,c,b\n1,2,3,4\n", true, "column 'b' stands twice");
    expect_refusal("w,x,y,z\n1,2,3,4\n", true, "4 columns, none named as a feature is ('a')");
    expect_refusal("1,2,3\n4,5,6\n", true,
                   "line 1: holds numbers, not names: where there is no header, say --no-header");
}

static void what_is_no_table_is_refused(void **state)
{
    (void)state;
    struct tr_error err = {0};
    char out[64];
    expect_refusal("", true, "empty");
    expect_refusal("\n\n\n", false, "empty");
    assert_int_equal(read_rows("a\0b,c", 5, true, 3, abc, out, sizeof out, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "line 1: holds a zero byte"));
    assert_int_equal(read_rows("1,2,3\n1,2\0,3\n", 13, false, 3, abc, out, sizeof out, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "line 2: column 2"));
    struct tr_format_table_options options = {path_of("absent.csv"), true, 3, abc, NULL};
    struct tr_format_table *table = NULL;
    assert_int_equal(tr_format_table_open(&options, &table, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "absent.csv"));
    options.path = dir;
    assert_int_equal(tr_format_table_open(&options, &table, &err), TR_IO);
    assert_null(table);
}

static void a_line_that_is_too_long_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    struct tr_error err = {0};
    size_t n = ((size_t)1 << 20) + 100;
    char *text = tr_alloc(n, 1), out[64];
    assert_non_null(text);
    memset(text, '1', n);
    assert_int_equal(read_rows(text, n, false, 3, NULL, out, sizeof out, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "line 1: longer than 1048576 bytes"));
    memcpy(text, "1,2,3\n", 6);
    assert_int_equal(read_rows(text, n, false, 3, NULL, out, sizeof out, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "line 2: longer than 1048576 bytes"));
    tr_free(text);
}

static void a_packed_file_is_read_as_it_is(void **state)
{
    (void)state;
    struct tr_error err = {0};
    struct tr_format_table *table;
    struct tr_matrix block;
    size_t got;
    gzFile file = gzopen(path_of("rows.csv.gz"), "wb");
    assert_non_null(file);
    assert_true(gzputs(file, "c,b,a\n3,2,1\n") > 0);
    assert_int_equal(gzclose(file), Z_OK);
    struct tr_format_table_options options = {path_of("rows.csv.gz"), true, 3, abc, NULL};
    assert_ok(tr_format_table_open(&options, &table, &err), &err);
    assert_true(tr_format_table_by_name(table));
    assert_ok(tr_matrix_init(&block, 8, 3, &err), &err);
    assert_ok(tr_format_table_read(table, &block, &got, &err), &err);
    assert_true(got == 1);
    assert_same_bits(tr_matrix_at(&block, 0, 0), 1);
    assert_same_bits(tr_matrix_at(&block, 0, 2), 3);
    assert_ok(tr_format_table_read(table, &block, &got, &err), &err);
    assert_true(got == 0);
    tr_matrix_finish(&block);
    tr_format_table_close(table);
}

static void out_of_memory_is_told(void **state)
{
    (void)state;
    struct tr_error err = {0};
    struct tr_format_table_options options = {write_bytes("a,c,b\n1,2,3\n", 12), true, 3, abc, NULL};
    for (size_t k = 1;; k++) {
        struct tr_format_table *table = NULL;
        tr_alloc_fail_at(k);
        enum tr_status status = tr_format_table_open(&options, &table, &err);
        size_t calls = tr_alloc_fail_at(0);
        if (status == TR_OK) {
            tr_format_table_close(table);
            assert_true(calls < k && k > 5);
            return;
        }
        assert_int_equal(status, TR_NOMEM);
        assert_null(table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_taken_by_name_in_any_order_and_among_others),
        cmocka_unit_test(without_the_names_columns_are_taken_by_position),
        cmocka_unit_test(missing_and_infinite_cells_are_understood),
        cmocka_unit_test(empty_lines_are_no_rows),
        cmocka_unit_test(numbers_are_read_to_the_last_bit),
        cmocka_unit_test(a_bad_cell_is_named_by_line_and_column),
        cmocka_unit_test(a_row_of_another_width_is_refused),
        cmocka_unit_test(a_header_that_fits_only_in_part_is_refused),
        cmocka_unit_test(what_is_no_table_is_refused),
        cmocka_unit_test(a_line_that_is_too_long_is_refused_wherever_it_stands),
        cmocka_unit_test(a_packed_file_is_read_as_it_is),
        cmocka_unit_test(out_of_memory_is_told),
    };
    return cmocka_run_group_tests_name("io/format/table", tests, set_up, tear_down);
}
