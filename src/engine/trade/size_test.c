#include "support/test.h"

#include "base/rng.h"
#include "engine/trade/size.h"

#include <math.h>

static struct tr_levels levels_of(enum tr_side side, double entry, double stop)
{
    return (struct tr_levels){.side = side, .entry = entry, .stop = stop};
}

static struct tr_size size_of(enum tr_risk_profile profile, const struct tr_levels *levels,
                              const struct tr_market_limits *limits)
{
    struct tr_size_options options = tr_size_defaults();
    struct tr_size size;
    tr_size_compute(&options, profile, levels, limits, &size);
    return size;
}

static void the_stop_costs_the_risk_of_the_profile(void **state)
{
    (void)state;
    struct tr_levels levels = levels_of(TR_LONG, 100.0, 98.0);
    struct tr_size size = size_of(TR_MODERATE, &levels, NULL);
    assert_near(size.risk_usd, 200.0, 1e-9); /* 2 % of 10,000 */
    assert_near(size.sl_distance_frac, 0.02, 1e-15);
    assert_near(size.position_usd, 10000.0, 1e-8);
    assert_near(size.quantity, 100.0, 1e-10);
    assert_near(size.leverage, 1.0, 1e-12);
    assert_near(size.margin_usd, 10000.0, 1e-8);
    assert_false(size.capped);
    assert_near(size_of(TR_CONSERVATIVE, &levels, NULL).position_usd, 5000.0, 1e-8);
    assert_near(size_of(TR_AGGRESSIVE, &levels, NULL).position_usd, 15000.0, 1e-8);
    assert_near(size_of(TR_AGGRESSIVE, &levels, NULL).margin_usd, 10000.0, 1e-8);
}

static void the_leverage_cap_bounds_the_position(void **state)
{
    (void)state;
    struct tr_levels levels = levels_of(TR_SHORT, 100.0, 100.25); /* uncapped: 200 / 0.0025 = 80,000 */
    struct tr_size size = size_of(TR_MODERATE, &levels, NULL);
    assert_true(size.capped);
    assert_near(size.position_usd, 50000.0, 1e-9);
    assert_near(size.leverage, 5.0, 1e-12);
    assert_near(size.margin_usd, 10000.0, 1e-9);
    struct tr_market_limits limits = {.max_leverage = 2.0};
    assert_near(size_of(TR_MODERATE, &levels, &limits).position_usd, 20000.0, 1e-9);
}

static void liquidation_lies_at_the_margin_less_maintenance(void **state)
{
    (void)state;
    struct tr_levels l = levels_of(TR_LONG, 100.0, 99.75), s = levels_of(TR_SHORT, 100.0, 100.25);
    assert_near(size_of(TR_MODERATE, &l, NULL).liquidation_price, 80.5, 1e-9);  /* 1 - 1/5 + 0.005 */
    assert_near(size_of(TR_MODERATE, &s, NULL).liquidation_price, 119.5, 1e-9); /* 1 + 1/5 - 0.005 */
    struct tr_levels far_short = levels_of(TR_SHORT, 100.0, 110.0), far_long = levels_of(TR_LONG, 100.0, 90.0);
    struct tr_size size = size_of(TR_MODERATE, &far_short, NULL); /* leverage 0.2: the margin is the whole size */
    assert_near(size.leverage, 0.2, 1e-12);
    assert_near(size.margin_usd, 2000.0, 1e-9);
    assert_near(size.liquidation_price, 199.5, 1e-9);
    assert_near(size_of(TR_MODERATE, &far_long, NULL).liquidation_price, 0.5, 1e-9);
    assert_false(size.liquidation_inside_stop);
}

static void liquidation_inside_the_stop_is_flagged(void **state)
{
    (void)state;
    struct tr_size_options options = tr_size_defaults();
    options.risk_frac[TR_AGGRESSIVE] = 1.0;
    for (int k = 0; k < 2; k++) {
        struct tr_levels levels = k ? levels_of(TR_SHORT, 100.0, 112.0) : levels_of(TR_LONG, 100.0, 88.0);
        struct tr_size size;
        tr_size_compute(&options, TR_AGGRESSIVE, &levels, NULL, &size); /* leverage 8.3: liquidation at 11.5 % */
        assert_true(size.liquidation_inside_stop);
        options.maintenance_frac = 0.0;
        options.risk_frac[TR_AGGRESSIVE] = 0.9;
        tr_size_compute(&options, TR_AGGRESSIVE, &levels, NULL, &size);
        assert_false(size.liquidation_inside_stop);
        options = tr_size_defaults();
        options.risk_frac[TR_AGGRESSIVE] = 1.0;
    }
}

static void what_the_market_finds_too_small_is_flagged(void **state)
{
    (void)state;
    struct tr_levels levels = levels_of(TR_LONG, 100.0, 98.0); /* conservative: 50 coins, 5,000 USD */
    struct tr_market_limits limits = {.min_size = 51.0};
    assert_true(size_of(TR_CONSERVATIVE, &levels, &limits).too_small);
    limits = (struct tr_market_limits){.min_notional_usd = 5000.5};
    assert_true(size_of(TR_CONSERVATIVE, &levels, &limits).too_small);
    limits = (struct tr_market_limits){.size_step = 60.0};
    assert_true(size_of(TR_CONSERVATIVE, &levels, &limits).too_small);
    limits = (struct tr_market_limits){.size_step = 0.1, .min_size = 49.9, .min_notional_usd = 4990.0};
    assert_false(size_of(TR_CONSERVATIVE, &levels, &limits).too_small);
    assert_false(size_of(TR_CONSERVATIVE, &levels, NULL).too_small);
}

static void the_stop_never_costs_more_than_the_risk_after_rounding(void **state)
{
    (void)state;
    static const double steps[] = {0.0, 0.001, 0.1, 1.0, 7.0};
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_rng rng;
    tr_rng_init(&rng, 21, 0);
    for (int i = 0; i < 100000; i++) {
        struct tr_market_limits limits = {.price_step = steps[tr_rng_below(&rng, 3)],
                                          .size_step = steps[tr_rng_below(&rng, 5)]};
        double entry = exp(10.0 * tr_rng_uniform(&rng)), atr = entry * (0.0005 + 0.05 * tr_rng_uniform(&rng));
        struct tr_levels levels;
        enum tr_side side = tr_rng_below(&rng, 2) ? TR_SHORT : TR_LONG;
        if (tr_levels_make(&ladder, side, entry, atr, &limits, &levels, NULL))
            continue;
        enum tr_risk_profile profile = (enum tr_risk_profile)tr_rng_below(&rng, TR_PROFILE_COUNT);
        struct tr_size_options options = tr_size_defaults();
        struct tr_size size = size_of(profile, &levels, &limits);
        assert_true(size.quantity * fabs(levels.entry - levels.stop) <= size.risk_usd * (1.0 + 1e-12));
        assert_true(size.position_usd <= options.capital_usd * options.max_leverage[profile] * (1.0 + 1e-12));
        assert_true(size.leverage <= options.max_leverage[profile]);
        assert_true(size.margin_usd <= options.capital_usd * (1.0 + 1e-12));
        assert_near(size.position_usd, size.quantity * entry, 1e-9 * size.position_usd);
        if (limits.size_step > 0.0) {
            double lots = size.quantity / limits.size_step, exact = size.risk_usd / fabs(levels.entry - levels.stop);
            assert_near(lots, rint(lots), 1e-6);
            if (!size.capped)
                assert_true(exact - size.quantity < limits.size_step * (1.0 + 1e-9));
        }
    }
}

static void profiles_have_the_names_of_the_interface(void **state)
{
    (void)state;
    assert_string_equal(tr_profile_name(TR_CONSERVATIVE), "conservative");
    assert_string_equal(tr_profile_name(TR_MODERATE), "moderate");
    assert_string_equal(tr_profile_name(TR_AGGRESSIVE), "aggressive");
}

static void a_quantity_comes_down_to_a_whole_number_of_steps(void **state)
{
    (void)state;
    assert_near(tr_size_round_down(0.37, 0.1), 0.3, 1e-15);
    assert_same_bits(tr_size_round_down(0.3, 0.1), 0.3); /* 0.3 / 0.1 falls short of 3, 3 * 0.1 exceeds 0.3 */
    assert_same_bits(tr_size_round_down(0.09, 0.1), 0.0);
    assert_same_bits(tr_size_round_down(0.37, 0.0), 0.37);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_stop_costs_the_risk_of_the_profile),
        cmocka_unit_test(the_leverage_cap_bounds_the_position),
        cmocka_unit_test(liquidation_lies_at_the_margin_less_maintenance),
        cmocka_unit_test(liquidation_inside_the_stop_is_flagged),
        cmocka_unit_test(what_the_market_finds_too_small_is_flagged),
        cmocka_unit_test(the_stop_never_costs_more_than_the_risk_after_rounding),
        cmocka_unit_test(profiles_have_the_names_of_the_interface),
        cmocka_unit_test(a_quantity_comes_down_to_a_whole_number_of_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
