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
    assert_true(set_for(TR_EMA_9) == averages);
    assert_true(set_for(TR_RSI_14) == (averages | moves | 1 << TR_PART_RSI));
    assert_true(set_for(TR_NATR_14) == (averages | moves | 1 << TR_PART_INVERSE_CLOSE | 1 << TR_PART_SHAPE));
    assert_true(set_for(TR_HOUR_COS) == (tr_part_set)1 << TR_PART_CALENDAR);
}

static void test_recorded_columns_belong_to_the_recorded_part(void **unused)
{
    (void)unused;
    for (size_t column = 0; column < TR_FEATURE_COLUMNS; column++)
        assert_int_equal(tr_feature_info(column)->recorded,
                         tr_part_of((enum tr_feature_column)column) == TR_PART_RECORDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_columns_need_all_parts),
        cmocka_unit_test(test_what_a_part_reads_is_in_the_set_and_nothing_more),
        cmocka_unit_test(test_recorded_columns_belong_to_the_recorded_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
