#include "support/test.h"

#include "base/rng.h"
#include "engine/signal/gate.h"

#include <math.h>

/* A candidate that passes everything at the defaults: ATR 2 % of the price, so gross 4 % and net 3.595 %. */
static struct tr_candidate good_candidate(enum tr_side side)
{
    return (struct tr_candidate){
        .side = side,
        .time = 1700000000000 / TR_HOUR_MS * TR_HOUR_MS,
        .timeframe = TR_TIMEFRAME_1H,
        .close = 100.0,
        .atr = 2.0,
        .has_model = true,
        .evidence = {.score = 0.4,
                     .rank = 0.9,
                     .confidence = 0.65,
                     .p0 = 0.6,
                     .p1 = 0.7,
                     .base_rate = 0.6,
                     .edge = 0.05,
                     .calibration_rows = 2000,
                     .calibration_n = 180.0,
                     .enough = true,
                     .proven_threshold = (double)INFINITY,
                     .expected_rows = 200,
                     .expected_gain_atr = 0.5,
                     .expected_lower_atr = -0.5,
                     .expected_upper_atr = 1.5,
                     .top_rows = 200,
                     .top_n = 20.0,
                     .top_k = 13.0,
                     .top_lower = 0.5},
        .funding_rate_per_hour = 0.0001 / 8.0,
        .funding_assumed = true,
    };
}

struct bench {
    struct tr_gate_options options;
    struct tr_candidate candidate[TR_SIDE_COUNT];
    bool active[TR_SIDE_COUNT];
    struct tr_decision decision[TR_SIDE_COUNT];
};

/* The long side passes; the short one has no model. */
static struct bench bench_make(void)
{
    struct bench b = {.options = tr_gate_defaults(), .candidate = {good_candidate(TR_LONG), good_candidate(TR_SHORT)}};
    b.candidate[TR_SHORT].has_model = false;
    return b;
}

static void decide(struct bench *b, const struct tr_market_limits *limits)
{
    tr_gate_decide(&b->options, b->candidate, limits, b->active, b->decision);
}

static enum tr_stage long_stage(struct bench *b)
{
    decide(b, NULL);
    return b->decision[TR_LONG].stage;
}

static void expect_failed(const struct tr_decision *d, enum tr_stage stage, double value, double threshold,
                          double margin)
{
    assert_string_equal(tr_stage_name(d->stage), tr_stage_name(stage));
    assert_near(d->value, value, 1e-12);
    assert_near(d->threshold, threshold, 1e-12);
    assert_near(d->margin, margin, 1e-12);
}

static void the_defaults_are_those_of_the_specification(void **state)
{
    (void)state;
    struct tr_gate_options o = tr_gate_defaults();
    assert_near(o.min_confidence, 0.55, 0);
    assert_near(o.min_net_frac, 0.02, 0);
    assert_false(o.expected_value_gate);
    assert_near(o.min_expected_value_frac, 0.0, 0);
    assert_near(o.stale_bars, 2.0, 0);
    assert_near(o.drift_lock_days, 7.0, 0);
}

static void a_candidate_that_fails_nothing_is_a_signal_with_its_numbers(void **state)
{
    (void)state;
    struct bench b = bench_make();
    assert_int_equal(long_stage(&b), TR_STAGE_SIGNAL);
    const struct tr_decision *d = &b.decision[TR_LONG];
    const struct tr_signal *s = &d->signal;
    assert_true(isnan(d->value) && isnan(d->threshold) && isnan(d->margin));
    assert_int_equal(s->decided, s->time + TR_HOUR_MS);
    assert_int_equal(s->expires, s->decided + 48 * TR_HOUR_MS);
    assert_near(s->levels.stop, 97.0, 1e-12);
    assert_near(s->levels.target[0], 102.0, 1e-12);
    assert_near(s->levels.target[2], 106.0, 1e-12);
    assert_near(s->gross_frac, 0.04, 1e-12);
    assert_near(s->cost.total_frac, 0.00045 + 0.0033 + 0.0003, 1e-12);
    assert_near(s->net_frac, 0.04 - 0.00405, 1e-12);
    assert_true(s->passed_profit_filter);
    assert_true(s->funding_assumed);
    /* Three profiles: 1, 2 and 3 % of 10,000 USD over a stop 3 % away. */
    assert_near(s->size[TR_CONSERVATIVE].position_usd, 100.0 / 0.03, 1e-8);
    assert_near(s->size[TR_MODERATE].position_usd, 200.0 / 0.03, 1e-8);
    assert_near(s->size[TR_AGGRESSIVE].position_usd, 300.0 / 0.03, 1e-8);
}

static void the_expected_value_is_what_such_candidates_returned_less_weighted_costs(void **state)
{
    (void)state;
    struct bench b = bench_make();
    decide(&b, NULL);
    const struct tr_signal *s = &b.decision[TR_LONG].signal;
    double costs = 0.00045 + 0.0011 + 0.0003;
    assert_near(s->expected_value_frac, 0.02 * 0.5 - costs, 1e-15);
    assert_near(s->expected_value_lower, 0.02 * -0.5 - costs, 1e-15);
    assert_near(s->expected_value_upper, 0.02 * 1.5 - costs, 1e-15);
    b.candidate[TR_LONG].evidence.expected_rows = 29;
    decide(&b, NULL);
    assert_true(isnan(s->expected_value_frac) && isnan(s->expected_value_lower) && isnan(s->expected_value_upper));
    assert_int_equal(b.decision[TR_LONG].stage, TR_STAGE_SIGNAL);
}

static void evidence_that_comes_after_the_decision_gives_the_same_expected_value(void **state)
{
    (void)state;
    struct bench b = bench_make();
    decide(&b, NULL);
    struct tr_signal known = b.decision[TR_LONG].signal;
    b.candidate[TR_LONG].evidence.expected_lower_atr = b.candidate[TR_LONG].evidence.expected_upper_atr = (double)NAN;
    decide(&b, NULL);
    struct tr_signal later = b.decision[TR_LONG].signal;
    assert_true(isnan(later.expected_value_lower));
    later.evidence = known.evidence;
    tr_gate_expect(&b.options, &later);
    assert_same_bits(later.expected_value_frac, known.expected_value_frac);
    assert_same_bits(later.expected_value_lower, known.expected_value_lower);
    assert_same_bits(later.expected_value_upper, known.expected_value_upper);
}

static void each_check_fails_in_its_own_stage_with_its_margin(void **state)
{
    (void)state;
    struct bench b = bench_make();
    struct tr_decision *d = &b.decision[TR_LONG];
    b.candidate[TR_LONG].evidence.enough = false;
    b.candidate[TR_LONG].evidence.calibration_n = 31.5;
    decide(&b, NULL);
    expect_failed(d, TR_STAGE_NO_MODEL, 31.5, (double)NAN, (double)NAN);

    b = bench_make();
    b.candidate[TR_LONG].age_bars = 2.5;
    decide(&b, NULL);
    expect_failed(d, TR_STAGE_STALE_DATA, 2.5, 2.0, -0.5);

    b = bench_make();
    b.candidate[TR_LONG].drift_pending_days = 9.0;
    decide(&b, NULL);
    expect_failed(d, TR_STAGE_DRIFT_LOCK, 9.0, 7.0, -2.0);

    b = bench_make();
    b.candidate[TR_LONG].evidence.confidence = 0.48;
    decide(&b, NULL);
    expect_failed(d, TR_STAGE_CONFIDENCE, 0.48, 0.55, -0.07);

    b = bench_make();
    b.candidate[TR_LONG].atr = 1.2;
    decide(&b, NULL);
    expect_failed(d, TR_STAGE_NET_PROFIT, 0.024 - 0.00405, 0.02, -0.00005);
    assert_false(d->signal.passed_profit_filter);

    b = bench_make();
    b.options.expected_value_gate = true;
    b.options.min_expected_value_frac = 0.01;
    decide(&b, NULL);
    expect_failed(d, TR_STAGE_EXPECTED_VALUE, 0.01 - 0.00185, 0.01, -0.00185);
}

static void limits_themselves_pass(void **state)
{
    (void)state;
    struct bench b = bench_make();
    b.candidate[TR_LONG].age_bars = 2.0;
    b.candidate[TR_LONG].drift_pending_days = 7.0;
    b.candidate[TR_LONG].evidence.confidence = 0.55;
    assert_int_equal(long_stage(&b), TR_STAGE_SIGNAL);
    b.options.expected_value_gate = true;
    b.options.min_expected_value_frac = b.decision[TR_LONG].signal.expected_value_frac;
    assert_int_equal(long_stage(&b), TR_STAGE_SIGNAL);
}

static void the_first_failure_wins_in_the_order_of_the_stages(void **state)
{
    (void)state;
    struct bench b = bench_make();
    struct tr_candidate *c = &b.candidate[TR_LONG];
    const struct tr_market_limits limits = {.min_notional_usd = 1e9};
    b.options.expected_value_gate = true;
    b.options.min_expected_value_frac = 1.0;
    b.active[TR_LONG] = true;
    c->has_model = false;
    c->age_bars = 3.0;
    c->drift_pending_days = 8.0;
    c->evidence.confidence = 0.1;
    c->atr = 0.5;
    /* All fail at once; mending them one by one walks through the stages. */
    for (int stage = TR_STAGE_NO_MODEL; stage <= TR_STAGE_RISK; stage++) {
        decide(&b, &limits);
        assert_string_equal(tr_stage_name(b.decision[TR_LONG].stage), tr_stage_name((enum tr_stage)stage));
        c->has_model = true;
        c->age_bars = stage >= TR_STAGE_STALE_DATA ? 0.0 : c->age_bars;
        c->drift_pending_days = stage >= TR_STAGE_DRIFT_LOCK ? 0.0 : c->drift_pending_days;
        c->evidence.confidence = stage >= TR_STAGE_CONFIDENCE ? 0.65 : c->evidence.confidence;
        c->atr = stage >= TR_STAGE_NET_PROFIT ? 2.0 : c->atr;
        b.options.expected_value_gate = stage < TR_STAGE_EXPECTED_VALUE;
    }
    decide(&b, NULL);
    assert_int_equal(b.decision[TR_LONG].stage, TR_STAGE_DUPLICATE);
    b.candidate[TR_SHORT] = good_candidate(TR_SHORT);
    b.candidate[TR_SHORT].evidence.edge = 0.1;
    decide(&b, NULL);
    assert_int_equal(b.decision[TR_LONG].stage, TR_STAGE_CONFLICT);
    assert_int_equal(b.decision[TR_SHORT].stage, TR_STAGE_SIGNAL);
}

static void what_is_not_known_does_not_pass(void **state)
{
    (void)state;
    struct bench b = bench_make();
    b.candidate[TR_LONG].atr = (double)NAN;
    assert_int_equal(long_stage(&b), TR_STAGE_NO_MODEL);
    b.candidate[TR_LONG].atr = 0.0;
    assert_int_equal(long_stage(&b), TR_STAGE_NO_MODEL);
    b.candidate[TR_LONG].atr = 70.0; /* the stop would be negative */
    assert_int_equal(long_stage(&b), TR_STAGE_NO_MODEL);
    b = bench_make();
    b.candidate[TR_LONG].close = (double)NAN;
    assert_int_equal(long_stage(&b), TR_STAGE_NO_MODEL);
    b = bench_make();
    b.candidate[TR_LONG].evidence.confidence = (double)NAN;
    assert_int_equal(long_stage(&b), TR_STAGE_NO_MODEL);
    b = bench_make();
    b.candidate[TR_LONG].age_bars = (double)NAN;
    assert_int_equal(long_stage(&b), TR_STAGE_STALE_DATA);
    b = bench_make();
    b.candidate[TR_LONG].funding_rate_per_hour = (double)NAN;
    assert_int_equal(long_stage(&b), TR_STAGE_NET_PROFIT);
    b = bench_make();
    b.options.expected_value_gate = true;
    b.options.min_expected_value_frac = -1.0;
    b.candidate[TR_LONG].evidence.expected_rows = 12;
    assert_int_equal(long_stage(&b), TR_STAGE_EXPECTED_VALUE);
}

static void without_a_model_no_evidence_is_shown(void **state)
{
    (void)state;
    struct bench b = bench_make();
    decide(&b, NULL);
    const struct tr_signal *s = &b.decision[TR_SHORT].signal;
    assert_int_equal(b.decision[TR_SHORT].stage, TR_STAGE_NO_MODEL);
    assert_true(isnan(s->evidence.confidence) && isnan(s->evidence.rank) && isnan(s->expected_value_frac));
    assert_true(isinf(s->evidence.proven_threshold) && !s->evidence.proven);
    assert_near(s->levels.stop, 103.0, 1e-12); /* what does not need a model is filled all the same */
    assert_near(s->net_frac, 0.04 - 0.00375, 1e-12);
}

static void the_risk_stage_judges_the_configured_profile(void **state)
{
    (void)state;
    struct bench b = bench_make();
    const struct tr_market_limits limits = {.min_notional_usd = 5000.0}; /* conservative: 3333 USD, moderate: 6667 */
    b.options.profile = TR_CONSERVATIVE;
    decide(&b, &limits);
    expect_failed(&b.decision[TR_LONG], TR_STAGE_RISK, 10000.0 / 3.0, 5000.0, 10000.0 / 3.0 - 5000.0);
    b.options.profile = TR_MODERATE;
    decide(&b, &limits);
    assert_int_equal(b.decision[TR_LONG].stage, TR_STAGE_SIGNAL);

    const struct tr_market_limits coins = {.min_size = 50.0}; /* conservative: 33.3 coins */
    b.options.profile = TR_CONSERVATIVE;
    decide(&b, &coins);
    expect_failed(&b.decision[TR_LONG], TR_STAGE_RISK, 100.0 / 3.0, 50.0, 100.0 / 3.0 - 50.0);
}

static void liquidation_inside_the_stop_is_refused_on_both_sides(void **state)
{
    (void)state;
    for (enum tr_side side = TR_LONG; side < TR_SIDE_COUNT; side++) {
        struct bench b = bench_make();
        b.candidate[TR_LONG].has_model = side == TR_LONG;
        b.candidate[TR_SHORT].has_model = side == TR_SHORT;
        b.options.profile = TR_AGGRESSIVE;
        b.options.size.risk_frac[TR_AGGRESSIVE] = 5.0;
        b.options.size.max_leverage[TR_AGGRESSIVE] = 40.0; /* liquidation 2 % away, stop 3 % away */
        decide(&b, NULL);
        double away = side == TR_LONG ? -2.0 : 2.0, stop = side == TR_LONG ? 97.0 : 103.0;
        expect_failed(&b.decision[side], TR_STAGE_RISK, 100.0 + away, stop, -1.0);
    }
}

static void of_two_passing_sides_the_larger_edge_wins_and_equal_edges_give_none(void **state)
{
    (void)state;
    struct bench b = bench_make();
    b.candidate[TR_SHORT] = good_candidate(TR_SHORT);
    b.candidate[TR_SHORT].evidence.edge = 0.02;
    decide(&b, NULL);
    assert_int_equal(b.decision[TR_LONG].stage, TR_STAGE_SIGNAL);
    expect_failed(&b.decision[TR_SHORT], TR_STAGE_CONFLICT, 0.02, 0.05, -0.03);
    b.candidate[TR_SHORT].evidence.edge = 0.05;
    decide(&b, NULL);
    expect_failed(&b.decision[TR_LONG], TR_STAGE_CONFLICT, 0.05, 0.05, 0.0);
    expect_failed(&b.decision[TR_SHORT], TR_STAGE_CONFLICT, 0.05, 0.05, 0.0);
    /* A side that was refused before does not take part. */
    b.candidate[TR_SHORT].evidence.confidence = 0.5;
    decide(&b, NULL);
    assert_int_equal(b.decision[TR_LONG].stage, TR_STAGE_SIGNAL);
    assert_int_equal(b.decision[TR_SHORT].stage, TR_STAGE_CONFIDENCE);
}

static void an_active_signal_of_the_same_side_makes_a_duplicate(void **state)
{
    (void)state;
    struct bench b = bench_make();
    b.active[TR_LONG] = true;
    assert_int_equal(long_stage(&b), TR_STAGE_DUPLICATE);
    assert_true(isnan(b.decision[TR_LONG].margin));
    b.active[TR_LONG] = false;
    b.active[TR_SHORT] = true;
    assert_int_equal(long_stage(&b), TR_STAGE_SIGNAL);
}

static double between(struct tr_rng *rng, double from, double to)
{
    return from + (to - from) * tr_rng_uniform(rng);
}

static bool chance(struct tr_rng *rng, double p)
{
    return tr_rng_uniform(rng) < p;
}

static struct tr_gate_options random_options(struct tr_rng *rng)
{
    const double odd[] = {-1.0, 0.0, 0.0199999, (double)NAN, -(double)INFINITY, 0.02, 0.035};
    struct tr_gate_options o = tr_gate_defaults();
    o.min_confidence = between(rng, 0.0, 0.7);
    o.min_net_frac = odd[tr_rng_below(rng, sizeof odd / sizeof *odd)];
    o.expected_value_gate = chance(rng, 0.3);
    o.min_expected_value_frac = between(rng, -0.02, 0.02);
    o.cost.maker_frac = between(rng, -0.0002, 0.001);
    o.cost.taker_frac = between(rng, 0.0, 0.002);
    o.cost.slippage_frac = between(rng, 0.0, 0.003);
    o.cost.exit_model = chance(rng, 0.5) ? TR_EXIT_WEIGHTED : TR_EXIT_PER_EXIT_FULL;
    o.cost.credit_funding = chance(rng, 0.5);
    o.cost.holding_hours = between(rng, 0.0, 72.0);
    o.ladder.stop_atr = between(rng, 0.5, 3.0);
    o.ladder.target_atr[0] = between(rng, 0.2, 1.5);
    o.ladder.target_atr[1] = o.ladder.target_atr[0] + between(rng, 0.1, 1.5);
    o.ladder.target_atr[2] = o.ladder.target_atr[1] + between(rng, 0.1, 1.5);
    o.ladder.fraction[0] = between(rng, 0.1, 0.5);
    o.ladder.fraction[1] = between(rng, 0.1, 0.4);
    o.ladder.fraction[2] = 1.0 - o.ladder.fraction[0] - o.ladder.fraction[1];
    o.profile = (enum tr_risk_profile)tr_rng_below(rng, TR_PROFILE_COUNT);
    return o;
}

static struct tr_candidate random_candidate(struct tr_rng *rng, enum tr_side side)
{
    struct tr_candidate c = good_candidate(side);
    c.close = exp(between(rng, -8.0, 11.0));
    c.atr = c.close * exp(between(rng, -6.0, -2.5));
    c.has_model = chance(rng, 0.95);
    c.age_bars = between(rng, 0.0, 2.2);
    c.evidence.confidence = between(rng, 0.4, 1.0);
    c.evidence.edge = between(rng, -0.1, 0.2);
    c.evidence.proven = chance(rng, 0.5);
    c.evidence.expected_gain_atr = between(rng, -1.0, 2.0);
    c.funding_rate_per_hour = chance(rng, 0.02) ? (double)NAN : between(rng, -0.0005, 0.0005);
    return c;
}

/* Net by the letter of the specification, from the prices of the signal. */
static double net_by_hand(const struct tr_gate_options *o, const struct tr_signal *s)
{
    double sign = s->side == TR_LONG ? 1.0 : -1.0, average = 0.0;
    for (int k = 0; k < TR_TARGETS; k++)
        average += o->ladder.fraction[k] * s->levels.target[k];
    double gross = sign * (average - s->levels.entry) / s->levels.entry;
    double exits = o->cost.exit_model == TR_EXIT_WEIGHTED ? 1.0 : 3.0;
    double funding = sign * s->funding_rate_per_hour * o->cost.holding_hours;
    if (funding < 0.0 && !o->cost.credit_funding)
        funding = 0.0;
    return gross - (o->cost.maker_frac + o->cost.slippage_frac / 2.0) -
           (o->cost.taker_frac + o->cost.slippage_frac) * exits - funding;
}

static void profit_filter_no_path_emits_net_under_2_percent(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 20240611, 0);
    size_t signals = 0, refused = 0, near = 0;
    for (int i = 0; i < 100000; i++) {
        struct tr_gate_options o = random_options(&rng);
        struct tr_candidate c[] = {random_candidate(&rng, TR_LONG), random_candidate(&rng, TR_SHORT)};
        struct tr_market_limits limits = {.price_step = c[0].close * (chance(&rng, 0.5) ? 0.001 : 0.0)};
        const bool active[] = {chance(&rng, 0.1), chance(&rng, 0.1)};
        struct tr_decision d[TR_SIDE_COUNT];
        tr_gate_decide(&o, c, chance(&rng, 0.2) ? NULL : &limits, active, d);
        assert_true(d[TR_LONG].stage != TR_STAGE_SIGNAL || d[TR_SHORT].stage != TR_STAGE_SIGNAL);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            const struct tr_signal *s = &d[side].signal;
            double net = net_by_hand(&o, s);
            assert_near(s->net_frac, net, 1e-12);
            assert_int_equal(s->passed_profit_filter, s->net_frac >= 0.02 && !(s->net_frac < o.min_net_frac));
            refused += d[side].stage == TR_STAGE_NET_PROFIT;
            if (d[side].stage != TR_STAGE_SIGNAL)
                continue;
            signals++;
            near += net < 0.025;
            assert_true(s->net_frac >= 0.02 && net >= 0.02 - 1e-12);
            assert_true(s->passed_profit_filter);
        }
    }
    /* The law was put to the test: plenty on both sides of the line, and close to it. */
    assert_true(signals > 10000 && refused > 10000 && near > 500);
}

static void being_proven_never_changes_what_passes(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 7, 0);
    for (int i = 0; i < 20000; i++) {
        struct tr_gate_options o = random_options(&rng);
        struct tr_candidate c[] = {random_candidate(&rng, TR_LONG), random_candidate(&rng, TR_SHORT)};
        const bool active[] = {false, false};
        struct tr_decision plain[TR_SIDE_COUNT], flipped[TR_SIDE_COUNT];
        tr_gate_decide(&o, c, NULL, active, plain);
        int flip = (int)tr_rng_below(&rng, TR_SIDE_COUNT);
        c[flip].evidence.proven = !c[flip].evidence.proven;
        c[flip].evidence.proven_threshold = c[flip].evidence.proven ? 0.1 : (double)INFINITY;
        tr_gate_decide(&o, c, NULL, active, flipped);
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            assert_int_equal(plain[side].stage, flipped[side].stage);
            assert_same_bits(plain[side].margin, flipped[side].margin);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"profit filter: no path emits net under 2 %", profit_filter_no_path_emits_net_under_2_percent, NULL, NULL,
         NULL},
        cmocka_unit_test(the_defaults_are_those_of_the_specification),
        cmocka_unit_test(a_candidate_that_fails_nothing_is_a_signal_with_its_numbers),
        cmocka_unit_test(the_expected_value_is_what_such_candidates_returned_less_weighted_costs),
        cmocka_unit_test(evidence_that_comes_after_the_decision_gives_the_same_expected_value),
        cmocka_unit_test(each_check_fails_in_its_own_stage_with_its_margin),
        cmocka_unit_test(limits_themselves_pass),
        cmocka_unit_test(the_first_failure_wins_in_the_order_of_the_stages),
        cmocka_unit_test(what_is_not_known_does_not_pass),
        cmocka_unit_test(without_a_model_no_evidence_is_shown),
        cmocka_unit_test(the_risk_stage_judges_the_configured_profile),
        cmocka_unit_test(liquidation_inside_the_stop_is_refused_on_both_sides),
        cmocka_unit_test(of_two_passing_sides_the_larger_edge_wins_and_equal_edges_give_none),
        cmocka_unit_test(an_active_signal_of_the_same_side_makes_a_duplicate),
        cmocka_unit_test(being_proven_never_changes_what_passes),
    };
    return cmocka_run_group_tests_name("signal/gate", tests, NULL, NULL);
}
