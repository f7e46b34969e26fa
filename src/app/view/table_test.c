#include "support/test.h"

#include "app/view/table.h"
#include "base/alloc.h"

#include <math.h>
#include <string.h>

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
    (void)state;
    struct tr_buf out;
    struct tr_table *table = tr_table_create("<market|price|share");
    tr_buf_init(&out);
    tr_table_cell(table, "%s", "BTC/USDT");
    tr_table_number(table, 1234.5, 2);
    tr_table_percent(table, 0.575, 1);
    tr_table_cell(table, "X");
    tr_table_number(table, -1, 0);
    tr_table_percent(table, 1, 0);
    tr_table_print(table, &out);
    assert_string_equal(tr_buf_string(&out), "market      price   share\n"
                                             "--------  -------  ------\n"
                                             "BTC/USDT  1234.50  57.5 %\n"
                                             "X              -1   100 %\n");
    tr_table_destroy(table);
    tr_buf_finish(&out);
}

static void what_is_not_a_number_is_a_dash(void **state)
{
    (void)state;
    struct tr_buf out;
    struct tr_table *table = tr_table_create("a|b");
    tr_buf_init(&out);
    tr_table_number(table, (double)NAN, 3);
    tr_table_percent(table, (double)NAN, 3);
    tr_table_print(table, &out);
    assert_string_equal(tr_buf_string(&out), "a  b\n-  -\n-  -\n");
    tr_table_destroy(table);
    tr_buf_finish(&out);
}

static void a_last_column_to_the_left_leaves_no_blanks_behind(void **state)
{
    (void)state;
    struct tr_buf out;
    struct tr_table *table = tr_table_create("n|<text");
    tr_buf_init(&out);
    tr_table_cell(table, "1");
    tr_table_cell(table, "long text");
    tr_table_cell(table, "2");
    tr_table_cell(table, "x");
    tr_table_print(table, &out);
    assert_string_equal(tr_buf_string(&out), "n  text\n-  ---------\n1  long text\n2  x\n");
    tr_table_destroy(table);
    tr_buf_finish(&out);
}

static void a_table_without_rows_is_its_header(void **state)
{
    (void)state;
    struct tr_buf out;
    struct tr_table *table = tr_table_create("<|all|proven");
    tr_buf_init(&out);
    tr_table_print(table, &out);
    assert_string_equal(tr_buf_string(&out), "  all  proven\n  ---  ------\n");
    tr_table_destroy(table);
    tr_buf_finish(&out);
}

static void out_of_memory_fails_the_output_and_nothing_else(void **state)
{
    (void)state;
    struct tr_error err;
    for (size_t k = 1; k <= 2; k++) {
        struct tr_buf out;
        tr_alloc_fail_at(k);
        struct tr_table *table = tr_table_create("a|b");
        tr_table_cell(table, "x");
        tr_table_number(table, 1, 0);
        tr_alloc_fail_at(0);
        tr_buf_init(&out);
        tr_table_print(table, &out);
        assert_int_equal(tr_buf_status(&out, &err), TR_NOMEM);
        tr_table_destroy(table);
        tr_buf_finish(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(what_is_not_a_number_is_a_dash),
        cmocka_unit_test(a_last_column_to_the_left_leaves_no_blanks_behind),
        cmocka_unit_test(a_table_without_rows_is_its_header),
        cmocka_unit_test(out_of_memory_fails_the_output_and_nothing_else),
    };
    return cmocka_run_group_tests_name("view/table", tests, NULL, NULL);
}
