#include "support/test.h"

#include "engine/feature/column.h"
#include "engine/feature/list.h"
#include "engine/feature/parts.h"

#include <string.h>

static tr_part_set set_for(enum tr_feature_column column)
{
    bool wanted[TR_COLUMN_COUNT] = {false};
    wanted[column] = true;
    return tr_parts_for(wanted);
}

static void test_all_columns_need_all_parts(void **unused)
{
    (void)unused;
    bool wanted[TR_COLUMN_COUNT];
    memset(wanted, true, sizeof wanted);
    assert_true(tr_parts_for(wanted) == ((tr_part_set)1 << TR_PART_COUNT) - 1);
    memset(wanted, false, sizeof wanted);
    assert_true(tr_parts_for(wanted) == 0);
}

static void test_what_a_part_reads_is_in_the_set_and_nothing_more(void **unused)
{
    (void)unused;
    tr_part_set averages = 1 << TR_PART_AVERAGES, moves = 1 << TR_PART_MOVES;
    assert_true(set_for(TR_EMA_9) == (averages | moves));
    assert_true(set_for(TR_RSI_14) == (averages | moves | 1 << TR_PART_RSI));
    assert_true(set_for(TR_NATR_14) == (averages | moves | 1 << TR_PART_INVERSE_CLOSE | 1 << TR_PART_SHAPE));
    assert_true(set_for(TR_HOUR_COS) == (tr_part_set)1 << TR_PART_CALENDAR);
}

static void test_every_column_is_written_by_one_part(void **unused)
{
    (void)unused;
    unsigned char column[TR_COLUMN_COUNT + 1];
    int writers[TR_COLUMN_COUNT] = {0};
    size_t n = tr_parts_columns(((tr_part_set)1 << TR_PART_COUNT) - 1, column);
    assert_int_equal(n, TR_COLUMN_COUNT);
    for (size_t k = 0; k < n; k++)
        writers[column[k]]++;
    for (size_t c = 0; c < TR_COLUMN_COUNT; c++)
        assert_int_equal(writers[c], 1);
}

static void test_recorded_columns_belong_to_the_recorded_part(void **unused)
{
    (void)unused;
    unsigned char column[TR_COLUMN_COUNT];
    size_t n = tr_parts_columns((tr_part_set)1 << TR_PART_RECORDED, column);
    for (size_t c = 0; c < TR_FEATURE_COLUMNS; c++)
        assert_int_equal(tr_feature_info(c)->recorded, memchr(column, (int)c, n) != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_columns_need_all_parts),
        cmocka_unit_test(test_what_a_part_reads_is_in_the_set_and_nothing_more),
        cmocka_unit_test(test_every_column_is_written_by_one_part),
        cmocka_unit_test(test_recorded_columns_belong_to_the_recorded_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
