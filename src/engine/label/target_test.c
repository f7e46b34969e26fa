#include "support/test.h"

#include "engine/label/target.h"

static void the_take_profit_alone_is_a_success(void **state)
{
    (void)state;
    uint8_t hit[] = {TR_HIT_TP, TR_HIT_SL, TR_HIT_TIME, TR_HIT_NONE}, bars[] = {3, 200, 24, 0};
    double return_frac[4] = {0};
    struct tr_barrier_labels labels = {hit, bars, return_frac};
    int8_t y[4];
    uint16_t span[4];
    const int8_t expected[] = {1, 0, 0, -1};
    tr_target_from_barrier(4, &labels, y, span);
    for (int k = 0; k < 4; k++) {
        assert_int_equal(y[k], expected[k]);
        assert_int_equal(span[k], bars[k]);
    }
}

static void a_ladder_counts_target_one_and_the_bar_that_decided_it(void **state)
{
    (void)state;
    int8_t tp1[] = {1, 0, -1}, y[3];
    uint16_t tp1_bars[] = {5, 2880, 0}, exit_bars[] = {9, 2880, 0}, span[3];
    double gain_atr[3] = {0};
    struct tr_ladder_labels labels = {tp1, tp1_bars, exit_bars, gain_atr};
    tr_target_from_ladder(3, &labels, y, span);
    for (int k = 0; k < 3; k++) {
        assert_int_equal(y[k], tp1[k]);
        assert_int_equal(span[k], tp1_bars[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_take_profit_alone_is_a_success),
        cmocka_unit_test(a_ladder_counts_target_one_and_the_bar_that_decided_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
