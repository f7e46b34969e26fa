#include "support/test.h"

#include "support/bars.h"

#include "engine/trade/settle.h"

#include <math.h>

static const struct tr_cost_options free_of_charge = {.holding_hours = 24.0};

/* Entry 100, ATR 4: stop 94, targets 104, 108, 112. */
static struct tr_levels levels_of(enum tr_side side)
{
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_levels levels;
    struct tr_error err;
    assert_ok(tr_levels_make(&ladder, side, 100.0, 4.0, NULL, &levels, &err), &err);
    return levels;
}

static struct tr_settlement settle(const struct tr_cost_options *costs, enum tr_side side,
                                   const struct tr_funding *funding, size_t n, const double rows[][4])
{
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_outcome_rules rules = tr_outcome_rules_ladder(&ladder, TR_TIMEFRAME_1H);
    struct tr_levels levels = levels_of(side);
    struct test_bars bars;
    struct tr_outcome outcome;
    struct tr_settlement out;
    test_bars_rows(n, rows, &bars);
    tr_outcome_run(&rules, &levels, &bars.view, 0, &outcome);
    assert_int_not_equal(outcome.reason, TR_EXIT_OPEN);
    tr_settle(costs, funding, &rules, &levels, &outcome, &bars.view, 0, &out);
    test_bars_free(&bars);
    return out;
}

/* Settlements at 1:00, 2:00 and 3:00 of the first day, nothing assumed. */
static struct tr_funding hourly(const double rate[3])
{
    static const tr_time_ms time[] = {TR_HOUR_MS, 2 * TR_HOUR_MS, 3 * TR_HOUR_MS};
    return (struct tr_funding){3, time, rate, 0.0, TR_DAY_MS};
}

static const double stopped[][4] = {{99, 101, 99, 100}, {100, 102, 98, 101}, {101, 102, 94, 95}};
static const double targets[][4] = {{99, 101, 99, 100}, {100, 104, 100, 103}, {103, 113, 102, 112}};

static void a_stopped_position_pays_taker_and_slippage_twice(void **state)
{
    (void)state;
    struct tr_cost_options costs = tr_cost_defaults();
    struct tr_funding none = {.default_step_ms = TR_DAY_MS};
    struct tr_settlement s = settle(&costs, TR_LONG, &none, 3, stopped);
    assert_near(s.gross_frac, -0.06, 1e-15);
    assert_near(s.entry_price, 100.05, 1e-12);
    assert_near(s.exit_price, 94.0 * 0.9995, 1e-12);
    assert_near(s.slippage_frac, 0.0005 * 1.94, 1e-15);
    assert_near(s.fees_frac, 0.0006 * (1.0005 + 0.94 * 0.9995), 1e-15);
    assert_near(s.net_frac, -0.06 - 0.0005 * 1.94 - 0.0006 * (1.0005 + 0.94 * 0.9995), 1e-15);
}

static void targets_pay_maker_and_no_slippage(void **state)
{
    (void)state;
    struct tr_cost_options costs = tr_cost_defaults();
    struct tr_funding none = {.default_step_ms = TR_DAY_MS};
    struct tr_settlement s = settle(&costs, TR_LONG, &none, 3, targets);
    assert_near(s.gross_frac, 0.08, 1e-15);
    assert_near(s.exit_price, 108.0, 1e-12);
    assert_near(s.slippage_frac, 0.0005, 1e-15);
    assert_near(s.fees_frac, 0.0006 * 1.0005 + 0.0002 * 1.08, 1e-15);
}

static void what_is_paid_in_the_exit_bar_is_charged_what_is_received_is_not(void **state)
{
    (void)state;
    /* The stop falls into the bar that holds 3:00. */
    const double rising[] = {0.5, 0.001, 0.002}, falling[] = {-0.5, -0.001, -0.002};
    struct tr_funding up = hourly(rising), down = hourly(falling);
    struct tr_settlement paid = settle(&free_of_charge, TR_LONG, &up, 3, stopped);
    assert_near(paid.funding_frac, 0.001 * 1.01 + 0.002 * 0.95, 1e-15); /* 1:00 is the entry itself */
    struct tr_settlement received = settle(&free_of_charge, TR_LONG, &down, 3, stopped);
    assert_near(received.funding_frac, -0.001 * 1.01, 1e-15);
    const double mirrored[][4] = {{101, 101, 99, 100}, {100, 102, 98, 99}, {99, 106, 98, 105}};
    assert_near(settle(&free_of_charge, TR_SHORT, &down, 3, mirrored).funding_frac, 0.001 * 0.99 + 0.002 * 1.05, 1e-15);
    assert_near(settle(&free_of_charge, TR_SHORT, &up, 3, mirrored).funding_frac, -0.001 * 0.99, 1e-15);
}

static void each_fraction_pays_until_its_own_exit(void **state)
{
    (void)state;
    /* 0.3 leaves in the bar that holds 2:00, the rest in the one that holds 3:00. */
    const double rising[] = {0.0, 0.001, 0.002}, falling[] = {0.0, -0.001, -0.002};
    struct tr_funding up = hourly(rising), down = hourly(falling);
    assert_near(settle(&free_of_charge, TR_LONG, &up, 3, targets).funding_frac, 0.001 * 1.03 + 0.7 * 0.002 * 1.12,
                1e-15);
    assert_near(settle(&free_of_charge, TR_LONG, &down, 3, targets).funding_frac, -0.7 * 0.001 * 1.03, 1e-15);
}

static void a_fill_at_the_open_is_not_charged_for_that_bar(void **state)
{
    (void)state;
    const double rising[] = {0.0, 0.001, 0.002};
    struct tr_funding up = hourly(rising);
    const double gapped[][4] = {{99, 101, 99, 100}, {100, 102, 98, 101}, {90, 102, 88, 95}};
    assert_near(settle(&free_of_charge, TR_LONG, &up, 3, gapped).funding_frac, 0.001 * 1.01, 1e-15);
}

/* Time is up in a hole: out at the next bar's open, at market, and not charged for what that bar holds. */
static void an_open_after_the_deadline_pays_like_any_market_fill_at_an_open(void **state)
{
    (void)state;
    const double rows[][4] = {{99, 101, 99, 100}, {100, 102, 98, 101}, {113, 114, 112, 113}};
    static const tr_time_ms stamps[] = {2 * TR_HOUR_MS, 3 * TR_HOUR_MS, 100 * TR_HOUR_MS, 100 * TR_HOUR_MS + 1};
    static const double rates[] = {0.001, 0.002, 0.004, 0.008};
    struct tr_cost_options costs = tr_cost_defaults();
    struct tr_funding funding = {4, stamps, rates, 0.0, 1000 * TR_DAY_MS};
    struct tr_outcome_rules rules = {.targets = 3, .fraction = {0.3, 0.4, 0.3}, .horizon_bars = 3};
    struct tr_levels levels = levels_of(TR_LONG);
    struct test_bars bars;
    struct tr_outcome outcome;
    struct tr_settlement s;
    test_bars_rows(3, rows, &bars);
    tr_time_ms time[] = {0, TR_HOUR_MS, 100 * TR_HOUR_MS};
    struct tr_bars view = bars.view;
    view.time = time;
    tr_outcome_run(&rules, &levels, &view, 0, &outcome);
    assert_int_equal(outcome.reason, TR_EXIT_TIME);
    tr_settle(&costs, &funding, &rules, &levels, &outcome, &view, 0, &s);
    test_bars_free(&bars);
    assert_near(s.gross_frac, 0.13, 1e-15);
    assert_near(s.exit_price, 113.0 * 0.9995, 1e-12);
    assert_near(s.slippage_frac, 0.0005 * 2.13, 1e-15);
    assert_near(s.fees_frac, 0.0006 * (1.0005 + 1.13 * 0.9995), 1e-15);
    assert_near(s.funding_frac, (0.001 + 0.002 + 0.004) * 1.01, 1e-15); /* through the hole, at the close before it */
}

static void settlements_without_a_record_are_assumed_and_counted(void **state)
{
    (void)state;
    struct tr_funding none = tr_funding_none();
    none.default_step_ms = TR_HOUR_MS;
    struct tr_settlement s = settle(&free_of_charge, TR_LONG, &none, 3, stopped);
    assert_int_equal(s.funding_assumed, 2);
    assert_near(s.funding_frac, 0.0001 * (1.01 + 0.95), 1e-15);
}

/* --- Random positions against a loop over the settlements --- */

enum { ROWS = 300, SETTLEMENTS = 200 };

/* Settlement by settlement: who was still there? */
static double slow_funding(const struct tr_funding *f, const struct tr_bars *bars, size_t decision, enum tr_side side,
                           const struct tr_outcome *o)
{
    int64_t step = tr_timeframe_ms(bars->timeframe);
    tr_time_ms entry = bars->time[decision + 1];
    double sum = 0.0;
    for (size_t i = 0; i < f->n; i++) {
        double owed = tr_side_sign(side) * f->rate[i];
        size_t holder = decision + 1; /* the last bar that opens before the settlement */
        while (holder + 1 < bars->n && bars->time[holder + 1] < f->time[i])
            holder++;
        bool in_hole = f->time[i] > bars->time[holder] + step;
        for (size_t k = 0; k < o->fills && f->time[i] > entry; k++) {
            size_t exit = decision + o->fill[k].bar;
            bool before_exit_bar = holder < exit, in_exit_bar = holder == exit && !in_hole && !o->fill[k].at_open;
            if (before_exit_bar || (in_exit_bar && owed > 0.0))
                sum += owed * o->fill[k].fraction * bars->close[holder] / bars->open[decision + 1];
        }
    }
    return sum;
}

static void check_random(struct tr_rng *rng, const struct tr_bars *bars, const struct tr_funding *funding, bool jumps)
{
    struct tr_cost_options costs = tr_cost_defaults();
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_outcome_rules rules = tr_outcome_rules_ladder(&ladder, bars->timeframe);
    size_t decision = tr_rng_below(rng, bars->n - 1);
    enum tr_side side = tr_rng_below(rng, 2) ? TR_SHORT : TR_LONG;
    struct tr_levels levels;
    struct tr_outcome o;
    struct tr_settlement s;
    struct tr_error err;
    double atr = 0.5 + 4.0 * tr_rng_uniform(rng);
    assert_ok(tr_levels_make(&ladder, side, bars->close[decision], atr, NULL, &levels, &err), &err);
    tr_outcome_run(&rules, &levels, bars, decision, &o);
    if (o.reason == TR_EXIT_OPEN)
        return;
    tr_settle(&costs, funding, &rules, &levels, &o, bars, decision, &s);
    assert_near(s.funding_frac, slow_funding(funding, bars, decision, side, &o), 1e-14);
    assert_int_equal(s.funding_assumed, 0);
    double sign = tr_side_sign(side), entry = bars->open[decision + 1];
    assert_near(s.net_frac, sign * (s.exit_price - s.entry_price) / entry - s.fees_frac - s.funding_frac, 1e-14);
    if (!jumps) {
        double paid = s.fees_frac + s.slippage_frac + s.funding_frac;
        assert_true(s.net_frac >= -fabs(levels.entry - levels.stop) / levels.entry - paid - 1e-14);
    }
}

static void random_positions_settle_like_a_loop_over_the_settlements(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 31, 0);
    for (int series = 0; series < 100; series++) {
        struct test_bars_options options = test_bars_defaults(ROWS);
        options.hole_share = series % 2 ? 0.05 : 0.0;
        options.jump_share = series % 3 ? 0.2 : 0.0;
        struct test_bars bars;
        test_bars_random(&rng, &options, &bars);
        tr_time_ms time[SETTLEMENTS], stamp = bars.view.time[0] - 100 * TR_HOUR_MS;
        double rate[SETTLEMENTS];
        int64_t step = (1 + (int64_t)tr_rng_below(&rng, 9)) * TR_HOUR_MS, shift = series % 5 ? 0 : 7 * TR_SECOND_MS;
        for (int i = 0; i < SETTLEMENTS; i++, stamp += step) {
            time[i] = stamp + shift;
            rate[i] = 0.001 * tr_rng_normal(&rng);
        }
        struct tr_funding funding = {SETTLEMENTS, time, rate, 0.0, TR_DAY_MS * 100000};
        for (int k = 0; k < 200; k++)
            check_random(&rng, &bars.view, &funding, options.jump_share > 0.0);
        test_bars_free(&bars);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stopped_position_pays_taker_and_slippage_twice),
        cmocka_unit_test(targets_pay_maker_and_no_slippage),
        cmocka_unit_test(what_is_paid_in_the_exit_bar_is_charged_what_is_received_is_not),
        cmocka_unit_test(each_fraction_pays_until_its_own_exit),
        cmocka_unit_test(a_fill_at_the_open_is_not_charged_for_that_bar),
        cmocka_unit_test(an_open_after_the_deadline_pays_like_any_market_fill_at_an_open),
        cmocka_unit_test(settlements_without_a_record_are_assumed_and_counted),
        cmocka_unit_test(random_positions_settle_like_a_loop_over_the_settlements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
