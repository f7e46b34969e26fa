#include "support/test.h"

#include "base/rng.h"
#include "engine/trade/levels.h"

#include <math.h>
#include <string.h>

static struct tr_levels make(enum tr_side side, double entry, double atr, const struct tr_market_limits *limits)
{
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_levels levels;
    struct tr_error err;
    assert_ok(tr_levels_make(&ladder, side, entry, atr, limits, &levels, &err), &err);
    return levels;
}

static void levels_stand_at_multiples_of_the_atr(void **state)
{
    (void)state;
    struct tr_levels l = make(TR_LONG, 100.0, 2.0, NULL), s = make(TR_SHORT, 100.0, 2.0, NULL);
    assert_same_bits(l.stop, 97.0);
    assert_same_bits(l.target[0], 102.0);
    assert_same_bits(l.target[1], 104.0);
    assert_same_bits(l.target[2], 106.0);
    assert_same_bits(l.trail_distance, 3.0);
    assert_same_bits(s.stop, 103.0);
    assert_same_bits(s.target[0], 98.0);
    assert_same_bits(s.target[2], 94.0);
    assert_string_equal(tr_side_name(TR_LONG), "long");
    assert_string_equal(tr_side_name(TR_SHORT), "short");
}

static void prices_are_rounded_towards_the_entry(void **state)
{
    (void)state;
    struct tr_market_limits limits = {.price_step = 0.1};
    struct tr_levels l = make(TR_LONG, 100.0, 0.77, &limits); /* stop 98.845, targets 100.77, 101.54, 102.31 */
    assert_same_bits(l.stop, 98.9);
    assert_same_bits(l.target[0], 100.7);
    assert_same_bits(l.target[1], 101.5);
    assert_same_bits(l.target[2], 102.3);
    struct tr_levels s = make(TR_SHORT, 100.0, 0.77, &limits);
    assert_same_bits(s.stop, 101.1);
    assert_same_bits(s.target[0], 99.3);
    assert_same_bits(s.target[2], 97.7);
}

static void a_price_on_the_grid_stays_where_it_is(void **state)
{
    (void)state;
    struct tr_market_limits limits = {.price_step = 0.1};
    struct tr_levels l = make(TR_LONG, 0.6, 0.2, &limits); /* 0.6 - 0.3 is a hair under 0.3 */
    assert_same_bits(l.stop, 0.3);
    assert_same_bits(l.target[0], 0.8);
    assert_same_bits(l.target[1], 1.0);
    struct tr_levels up = make(TR_LONG, 0.7, 0.1, &limits); /* 0.7 + 0.1 is a hair under 0.8 */
    assert_same_bits(up.target[0], 0.8);
}

static void a_level_never_lands_on_the_entry(void **state)
{
    (void)state;
    struct tr_market_limits limits = {.price_step = 1.0};
    struct tr_levels l = make(TR_LONG, 100.0, 0.2, &limits), s = make(TR_SHORT, 100.0, 0.2, &limits);
    assert_same_bits(l.stop, 99.0);
    assert_same_bits(l.target[0], 101.0);
    assert_same_bits(s.stop, 101.0);
    assert_same_bits(s.target[2], 99.0);
}

/* A grid of odd steps, entries on and off it. */
static void rounding_never_moves_a_stop_away_from_the_entry(void **state)
{
    (void)state;
    static const double steps[] = {0.01, 0.1, 0.5, 1e-6, 0.00025, 3.0};
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_rng rng;
    tr_rng_init(&rng, 11, 0);
    size_t pinned = 0;
    for (int i = 0; i < 100000; i++) {
        struct tr_market_limits limits = {.price_step = steps[tr_rng_below(&rng, 6)]};
        double entry = limits.price_step * exp(2.0 + 8.0 * tr_rng_uniform(&rng));
        double atr = entry * (0.0002 + 0.03 * tr_rng_uniform(&rng));
        enum tr_side side = tr_rng_below(&rng, 2) ? TR_SHORT : TR_LONG;
        double sign = tr_side_sign(side), tiny = 1e-11 * entry;
        struct tr_levels r, x;
        if (tr_levels_make(&ladder, side, entry, atr, NULL, &x, NULL) ||
            tr_levels_make(&ladder, side, entry, atr, &limits, &r, NULL))
            continue;
        double exact = sign * (entry - x.stop), rounded = sign * (entry - r.stop);
        assert_true(rounded > 0.0);
        assert_true(exact - rounded < limits.price_step + tiny);
        if (exact >= limits.price_step)
            assert_true(rounded <= exact + tiny);
        pinned += rounded > exact + tiny;
        assert_true(rounded <= fmax(exact, limits.price_step) + tiny);
        for (int k = 0; k < TR_TARGETS; k++) {
            double gain = sign * (r.target[k] - entry), full = sign * (x.target[k] - entry);
            assert_true(gain > 0.0 && gain <= fmax(full, limits.price_step) + tiny);
            assert_near(r.target[k] / limits.price_step, rint(r.target[k] / limits.price_step), 1e-7);
        }
    }
    assert_true(pinned > 100); /* steps wider than the stop distance did occur */
}

static void what_cannot_be_traded_is_refused(void **state)
{
    (void)state;
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_levels levels;
    struct tr_error err;
    const double bad[][2] = {{0, 1}, {-5, 1}, {(double)NAN, 1}, {(double)INFINITY, 1}, {100, 0}, {100, (double)NAN}};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
        assert_int_equal(tr_levels_make(&ladder, TR_LONG, bad[k][0], bad[k][1], NULL, &levels, &err), TR_INVALID);
    assert_int_equal(tr_levels_make(&ladder, TR_LONG, 100, 67, NULL, &levels, &err), TR_INVALID);
    assert_int_equal(tr_levels_make(&ladder, TR_SHORT, 100, 34, NULL, &levels, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "short"));
    struct tr_market_limits coarse = {.price_step = 1000.0};
    assert_int_equal(tr_levels_make(&ladder, TR_LONG, 100, 1, &coarse, &levels, &err), TR_INVALID);
}

static void assert_refused(const struct tr_ladder *ladder, const char *member)
{
    struct tr_error err;
    assert_int_equal(tr_ladder_check(ladder, &err), TR_INVALID);
    assert_non_null(strstr(err.text, member));
}

static void a_ladder_out_of_range_is_refused_by_name(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_ladder good = tr_ladder_defaults(), bad = good;
    assert_ok(tr_ladder_check(&good, &err), &err);
    bad.stop_atr = (double)NAN;
    assert_refused(&bad, "stop_atr");
    bad = good;
    bad.target_atr[1] = 1.0;
    assert_refused(&bad, "target_atr[1]");
    bad = good;
    bad.fraction[2] = 0.0;
    assert_refused(&bad, "fraction[2]");
    bad = good;
    bad.fraction[2] = 0.2;
    assert_refused(&bad, "add up");
    bad = good;
    bad.trail_atr = -1.0;
    assert_refused(&bad, "trail_atr");
    bad = good;
    bad.horizon_hours = 0.0;
    assert_refused(&bad, "horizon_hours");
    bad.horizon_hours = 1e9;
    assert_refused(&bad, "horizon_hours");
}

static void a_horizon_shorter_than_a_bar_is_one_bar(void **state)
{
    (void)state;
    struct tr_ladder ladder = tr_ladder_defaults();
    assert_int_equal(tr_ladder_horizon_bars(&ladder, TR_TIMEFRAME_4H), 12);
    ladder.horizon_hours = 5.0;
    assert_int_equal(tr_ladder_horizon_bars(&ladder, TR_TIMEFRAME_2H), 2);
    assert_int_equal(tr_ladder_horizon_bars(&ladder, TR_TIMEFRAME_1D), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_stand_at_multiples_of_the_atr),
        cmocka_unit_test(prices_are_rounded_towards_the_entry),
        cmocka_unit_test(a_price_on_the_grid_stays_where_it_is),
        cmocka_unit_test(a_level_never_lands_on_the_entry),
        cmocka_unit_test(rounding_never_moves_a_stop_away_from_the_entry),
        cmocka_unit_test(what_cannot_be_traded_is_refused),
        cmocka_unit_test(a_ladder_out_of_range_is_refused_by_name),
        cmocka_unit_test(a_horizon_shorter_than_a_bar_is_one_bar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
