#include "support/test.h"

#include "engine/signal/signal.h"

#include <math.h>
#include <string.h>

static const char *const names[] = {
    "no_model",       "stale_data", "drift_lock", "confidence", "net_profit",
    "expected_value", "risk",       "conflict",   "duplicate",  "signal",
};

static void stages_have_the_names_and_the_order_of_the_specification(void **state)
{
    (void)state;
    assert_int_equal(TR_STAGE_SIGNAL, 9);
    for (int stage = 0; stage <= TR_STAGE_SIGNAL; stage++)
        assert_string_equal(tr_stage_name((enum tr_stage)stage), names[stage]);
}

static struct tr_decision decision_of(enum tr_stage stage, double value, double threshold, double margin)
{
    struct tr_decision d = {.stage = stage, .value = value, .threshold = threshold, .margin = margin};
    d.signal.side = TR_SHORT;
    d.signal.levels = (struct tr_levels){.side = TR_SHORT, .entry = 100.0, .atr = 2.0, .stop = 103.0};
    d.signal.evidence = (struct tr_evidence){.rank = 0.9,
                                             .confidence = 0.65,
                                             .p0 = 0.61,
                                             .p1 = 0.7,
                                             .base_rate = 0.58,
                                             .edge = 0.07,
                                             .calibration_rows = 312,
                                             .calibration_n = 31.46,
                                             .expected_rows = 12,
                                             .top_rows = 58,
                                             .top_n = 19.7,
                                             .top_k = 13.0,
                                             .top_lower = 0.514};
    d.signal.gross_frac = 0.0215;
    d.signal.cost.total_frac = 0.00405;
    d.signal.net_frac = 0.01745;
    d.signal.expected_value_frac = -0.00123;
    return d;
}

static void expect_text(const struct tr_decision *decision, const char *expected)
{
    char text[256];
    tr_decision_text(decision, text, sizeof text);
    assert_string_equal(text, expected);
}

static void checks_with_a_limit_say_what_was_missing(void **state)
{
    (void)state;
    struct tr_decision d = decision_of(TR_STAGE_CONFIDENCE, 0.48, 0.55, -0.07);
    expect_text(&d, "confidence 0.48 is under 0.55 (0.07 missing)");
    d = decision_of(TR_STAGE_CONFIDENCE, 0.5496, 0.55, -0.0004);
    expect_text(&d, "confidence 0.5496 is under 0.55 (0.0004 missing)");
    d = decision_of(TR_STAGE_STALE_DATA, 2.5, 2.0, -0.5);
    expect_text(&d, "the newest bar is 2.5 bars old: over 2.0");
    d = decision_of(TR_STAGE_DRIFT_LOCK, 9.25, 7.0, -2.25);
    expect_text(&d, "a drift verdict has waited 9.2 days for its retrain: over 7.0");
    d = decision_of(TR_STAGE_NET_PROFIT, 0.01745, 0.02, -0.00255);
    expect_text(&d, "net profit 1.745 % is under 2 % (0.255 % missing: gross 2.15 %, costs 0.405 %)");
    d = decision_of(TR_STAGE_EXPECTED_VALUE, -0.00123, 0.001, -0.00223);
    expect_text(&d, "expected value -0.123 % is under 0.1 % (0.223 % missing)");
    d = decision_of(TR_STAGE_EXPECTED_VALUE, (double)NAN, 0.001, (double)NAN);
    expect_text(&d, "expected value is unknown: only 12 calibration rows ranked as high");
    d = decision_of(TR_STAGE_CONFLICT, 0.07, 0.091, -0.021);
    expect_text(&d, "both sides pass and the edge 0.07 does not beat the other side's 0.091");
    d = decision_of(TR_STAGE_DUPLICATE, (double)NAN, (double)NAN, (double)NAN);
    expect_text(&d, "a short signal is still active");
}

static void no_model_says_what_exactly_is_missing(void **state)
{
    (void)state;
    struct tr_decision d = decision_of(TR_STAGE_NO_MODEL, 31.46, (double)NAN, (double)NAN);
    expect_text(&d, "no model: only 31.5 effective calibration rows (312 rows)");
    d.signal.evidence.enough = true;
    d.signal.evidence.confidence = (double)NAN;
    expect_text(&d, "no model: its score has no calibrated probability");
    d.signal.evidence.rank = (double)NAN;
    expect_text(&d, "no model scores this bar");
    d.signal.levels.stop = (double)NAN;
    expect_text(&d, "no model: an ATR of 2 at a price of 100 leaves no valid stop and targets");
    d.signal.levels.atr = (double)NAN;
    expect_text(&d, "no model: close or ATR is not known yet (warm-up)");
}

static void risk_says_whether_size_or_liquidation_is_the_reason(void **state)
{
    (void)state;
    struct tr_decision d = decision_of(TR_STAGE_RISK, 4.5, 5.0, -0.5);
    d.signal.size[TR_MODERATE] = (struct tr_size){.position_usd = 4.5, .quantity = 0.045, .too_small = true};
    expect_text(&d, "a moderate position of 4.50 USD is under the market's minimum of 5.00 USD");
    d.value = 0.045;
    d.threshold = 0.1;
    expect_text(&d, "a quantity of 0.045 is under the market's minimum of 0.1");
    d = decision_of(TR_STAGE_RISK, 102.0, 103.0, -1.0);
    d.signal.size[TR_AGGRESSIVE] =
        (struct tr_size){.liquidation_price = 102.0, .leverage = 40.0, .liquidation_inside_stop = true};
    expect_text(&d, "liquidation at 102 would come before the stop at 103 (aggressive, leverage 40.0)");
}

static void a_signal_shows_the_net_beside_the_expected_value_and_p_beside_its_bound(void **state)
{
    (void)state;
    struct tr_decision d = decision_of(TR_STAGE_SIGNAL, (double)NAN, (double)NAN, (double)NAN);
    expect_text(&d, "short: confidence 0.65 (0.61 / 0.70 were this bar to fail / succeed); bars ranked as high: 90 % "
                    "lower bound 0.51 on 20 independent rows; random entries 0.58; net 1.75 % if all targets fill, "
                    "expected value -0.12 %; not proven");
    d.signal.evidence.proven = true;
    d.signal.expected_value_frac = (double)NAN;
    d.signal.evidence.top_n = 0.0;
    expect_text(&d, "short: confidence 0.65 (0.61 / 0.70 were this bar to fail / succeed); bars ranked as high: none "
                    "seen; random entries 0.58; net 1.75 % if all targets fill, expected value unknown; proven");
}

static void a_short_buffer_cuts_the_text_and_terminates_it(void **state)
{
    (void)state;
    char text[300];
    for (int stage = 0; stage <= TR_STAGE_SIGNAL; stage++) {
        struct tr_decision d = decision_of((enum tr_stage)stage, 0.1, 0.2, -0.1);
        memset(text, '#', sizeof text);
        tr_decision_text(&d, text, 8);
        assert_int_equal(strlen(text), 7);
        assert_int_equal(text[8], '#');
        tr_decision_text(&d, text, 256);
        assert_true(strlen(text) > 10 && strlen(text) < 255);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_have_the_names_and_the_order_of_the_specification),
        cmocka_unit_test(checks_with_a_limit_say_what_was_missing),
        cmocka_unit_test(no_model_says_what_exactly_is_missing),
        cmocka_unit_test(risk_says_whether_size_or_liquidation_is_the_reason),
        cmocka_unit_test(a_signal_shows_the_net_beside_the_expected_value_and_p_beside_its_bound),
        cmocka_unit_test(a_short_buffer_cuts_the_text_and_terminates_it),
    };
    return cmocka_run_group_tests_name("signal/signal", tests, NULL, NULL);
}
