#include "support/test.h"

#include "engine/trade/cost.h"

/* 0.01 % per 8 h, longs pay. */
static const double hourly = 0.0001 / 8.0;

static void the_default_costs_are_those_worked_out_by_hand(void **state)
{
    (void)state;
    struct tr_cost_options options = tr_cost_defaults();
    struct tr_cost cost = tr_cost_expected(&options, TR_LONG, hourly);
    assert_near(cost.entry_frac, 0.00045, 1e-15);  /* 0.0002 + 0.0005 / 2 */
    assert_near(cost.exit_frac, 0.0033, 1e-15);    /* (0.0006 + 0.0005) * 3 */
    assert_near(cost.funding_frac, 0.0003, 1e-15); /* 24 h = three settlements of 0.0001 */
    assert_near(cost.total_frac, 0.00405, 1e-15);
}

static void the_weighted_model_charges_each_exit_on_its_own_fraction(void **state)
{
    (void)state;
    struct tr_cost_options options = tr_cost_defaults();
    struct tr_cost weighted = tr_cost_weighted(&options, TR_LONG, hourly);
    assert_near(weighted.exit_frac, 0.0011, 1e-15);
    assert_near(weighted.total_frac, 0.00185, 1e-15);
    options.exit_model = TR_EXIT_WEIGHTED;
    struct tr_cost expected = tr_cost_expected(&options, TR_LONG, hourly);
    assert_same_bits(expected.total_frac, weighted.total_frac);
}

static void received_funding_counts_only_when_asked_for(void **state)
{
    (void)state;
    struct tr_cost_options options = tr_cost_defaults();
    assert_near(tr_cost_expected(&options, TR_SHORT, hourly).funding_frac, 0.0, 0.0);
    assert_near(tr_cost_expected(&options, TR_LONG, -hourly).funding_frac, 0.0, 0.0);
    assert_near(tr_cost_expected(&options, TR_SHORT, -hourly).funding_frac, 0.0003, 1e-15);
    options.credit_funding = true;
    assert_near(tr_cost_expected(&options, TR_SHORT, hourly).funding_frac, -0.0003, 1e-15);
    assert_near(tr_cost_weighted(&options, TR_SHORT, hourly).total_frac, 0.00125, 1e-15);
}

static void gross_profit_is_two_atr_when_all_targets_fill(void **state)
{
    (void)state;
    struct tr_ladder ladder = tr_ladder_defaults(); /* 0.3 * 1 + 0.4 * 2 + 0.3 * 3 = 2 */
    for (int side = TR_LONG; side < TR_SIDE_COUNT; side++) {
        struct tr_levels levels;
        struct tr_error err;
        assert_ok(tr_levels_make(&ladder, (enum tr_side)side, 200.0, 3.0, NULL, &levels, &err), &err);
        assert_near(tr_profit_gross_frac(&ladder, &levels), 0.03, 1e-15);
    }
}

/* (0.02 + 0.00405) / 2 = 0.012025: the specification's ATR / close >= 1.2 %. */
static void two_percent_net_needs_an_atr_of_1_2025_percent(void **state)
{
    (void)state;
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_cost_options options = tr_cost_defaults();
    struct tr_cost cost = tr_cost_expected(&options, TR_LONG, hourly);
    double atr_frac = tr_profit_min_atr_frac(&ladder, &cost, 0.02);
    assert_near(atr_frac, 0.012025, 1e-15);
    struct tr_levels levels;
    struct tr_error err;
    for (int above = 0; above < 2; above++) {
        double atr = 1000.0 * (atr_frac + (above ? 1e-9 : -1e-9));
        assert_ok(tr_levels_make(&ladder, TR_SHORT, 1000.0, atr, NULL, &levels, &err), &err);
        assert_int_equal(tr_profit_gross_frac(&ladder, &levels) - cost.total_frac >= 0.02, above);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_costs_are_those_worked_out_by_hand),
        cmocka_unit_test(the_weighted_model_charges_each_exit_on_its_own_fraction),
        cmocka_unit_test(received_funding_counts_only_when_asked_for),
        cmocka_unit_test(gross_profit_is_two_atr_when_all_targets_fill),
        cmocka_unit_test(two_percent_net_needs_an_atr_of_1_2025_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
