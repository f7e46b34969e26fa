#include "support/test.h"

#include "app/view/signal_view.h"
#include "support/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct tr_series_key series = {"okx", "BTC/USDT:USDT", TR_TIMEFRAME_1H};

/* A long signal at 100 with an ATR of 2, and what is known of it. */
static struct tr_signal make_signal(void)
{
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_size_options sizes = tr_size_defaults();
    struct tr_cost_options costs = tr_cost_defaults();
    struct tr_error err = {0};
    struct tr_signal s = {.time = INT64_C(1704067200000), .side = TR_LONG, .passed_profit_filter = true};
    s.decided = s.time + TR_HOUR_MS;
    s.expires = s.decided + 48 * TR_HOUR_MS;
    assert_ok(tr_levels_make(&ladder, TR_LONG, 100, 2, NULL, &s.levels, &err), &err);
    for (int p = 0; p < TR_PROFILE_COUNT; p++)
        tr_size_compute(&sizes, (enum tr_risk_profile)p, &s.levels, NULL, &s.size[p]);
    s.cost = tr_cost_expected(&costs, TR_LONG, 0.0001 / 8);
    s.gross_frac = tr_profit_gross_frac(&ladder, &s.levels);
    s.net_frac = s.gross_frac - s.cost.total_frac;
    s.expected_value_frac = -0.0012;
    s.expected_value_lower = -0.004;
    s.expected_value_upper = 0.0016;
    s.funding_assumed = true;
    s.evidence = (struct tr_evidence){.score = 0.4,
                                      .rank = 0.9,
                                      .confidence = 0.645,
                                      .p0 = 0.63,
                                      .p1 = 0.66,
                                      .base_rate = 0.6,
                                      .edge = 0.045,
                                      .calibration_rows = 2000,
                                      .calibration_n = 600,
                                      .enough = true,
                                      .proven_threshold = 0.85,
                                      .proven = true,
                                      .expected_rows = 400,
                                      .top_rows = 200,
                                      .top_n = 70,
                                      .top_k = 45,
                                      .top_lower = 0.56};
    return s;
}

static void a_signal_as_json_has_every_field_of_its_contract(void **state)
{
    (void)state;
    struct tr_signal s = make_signal();
    struct test_json text;
    json_t *value;
    tr_view_signal_json(&s, TR_MODERATE, test_json_begin(&text));
    value = test_json_end(&text);
    assert_string_equal(json_string_value(json_object_get(value, "side")), "long");
    assert_string_equal(json_string_value(json_object_get(value, "time")), "2024-01-01T00:00:00Z");
    assert_int_equal(json_integer_value(json_object_get(value, "decided_timestamp")), s.decided);
    assert_near(test_number(value, "entry"), 100, 0);
    assert_near(test_number(value, "stop_loss"), 97, 0);
    const json_t *targets = json_object_get(value, "take_profits");
    assert_int_equal(json_array_size(targets), 3);
    for (size_t i = 0; i < 3; i++)
        assert_near(json_number_value(json_array_get(targets, i)), 102 + 2 * (double)i, 1e-12);
    assert_true(json_is_true(json_object_get(value, "passed_profit_filter")));
    assert_true(json_is_true(json_object_get(value, "proven")));
    assert_same_bits(test_number(value, "expected_net_profit_pct"), s.net_frac * 100);
    assert_same_bits(test_number(value, "expected_value_pct"), -0.0012 * 100);
    assert_near(test_number(value, "expected_value_interval_pct.lower"), -0.4, 1e-12);
    assert_near(test_number(value, "expected_value_interval_pct.upper"), 0.16, 1e-12);
    assert_string_equal(json_string_value(json_object_get(value, "expected_net_profit_means")),
                        "if all three targets fill");
    assert_same_bits(test_number(value, "confidence"), 0.645);
    assert_same_bits(test_number(value, "p0"), 0.63);
    assert_same_bits(test_number(value, "p1"), 0.66);
    assert_same_bits(test_number(value, "base_rate"), 0.6);
    assert_same_bits(test_number(value, "edge"), 0.045);
    const json_t *costs = json_object_get(value, "costs");
    assert_near(test_number(costs, "total_pct"),
                test_number(costs, "entry_pct") + test_number(costs, "exit_pct") + test_number(costs, "funding_pct"),
                1e-12);
    assert_true(json_is_true(json_object_get(costs, "funding_assumed")));
    json_decref(value);
}

static void the_chosen_risk_profile_stands_on_top_and_all_three_beside(void **state)
{
    (void)state;
    static const char *const names[] = {"conservative", "moderate", "aggressive"};
    struct tr_signal s = make_signal();
    for (int p = 0; p < TR_PROFILE_COUNT; p++) {
        struct test_json text;
        json_t *value;
        tr_view_signal_json(&s, (enum tr_risk_profile)p, test_json_begin(&text));
        value = test_json_end(&text);
        assert_string_equal(json_string_value(json_object_get(value, "risk_profile")), names[p]);
        assert_near(test_number(value, "risk_usd"), 100.0 * (p + 1), 1e-9);
        for (int q = 0; q < TR_PROFILE_COUNT; q++) {
            const json_t *size = json_object_get(json_object_get(value, "sizes"), names[q]);
            assert_near(test_number(size, "risk_usd"), 100.0 * (q + 1), 1e-9);
            assert_near(test_number(size, "position_size_usd"), 100.0 * (q + 1) / 0.03, 1e-6);
        }
        json_decref(value);
    }
}

static void what_is_not_known_is_null(void **state)
{
    (void)state;
    struct tr_signal s = make_signal();
    struct test_json text;
    json_t *value;
    s.expected_value_frac = s.expected_value_lower = s.expected_value_upper = (double)NAN;
    s.evidence.confidence = s.evidence.edge = (double)NAN;
    s.evidence.proven_threshold = (double)INFINITY;
    s.size[TR_MODERATE].liquidation_price = 0;
    tr_view_signal_json(&s, TR_MODERATE, test_json_begin(&text));
    value = test_json_end(&text);
    test_is_null(value, "expected_value_pct");
    test_is_null(value, "confidence");
    test_is_null(value, "edge");
    test_is_null(value, "proven_threshold");
    test_is_null(json_object_get(json_object_get(value, "sizes"), "moderate"), "liquidation_price");
    test_is_null(value, "expected_value_interval_pct.lower");
    json_decref(value);
}

static const char *text_of(const struct tr_signal *signal, struct tr_buf *out)
{
    struct tr_ladder ladder = tr_ladder_defaults();
    tr_buf_init(out);
    tr_view_signal_text(&series, signal, &ladder, TR_MODERATE, out);
    return tr_buf_string(out);
}

static void a_signal_for_people_says_what_to_do_and_why(void **state)
{
    (void)state;
    static const char *const said[] = {
        "BTC/USDT:USDT 1h LONG, decided 2024-01-01T01:00:00Z\n",
        "  Entry                   100\n",
        "  Stop                     97  (-3.00 %)\n",
        "  Target 1                102  (+2.00 %)  close 30 % of the position\n",
        "  Target 2                104  (+4.00 %)  close 40 % of the position\n",
        "  Target 3                106  (+6.00 %)  close 30 % of the position\n",
        "After target 1 the stop moves to the entry and trails 1.5 ATR",
        "Valid until  2024-01-03T01:00:00Z",
        "6666.67 USD at 0.67x, margin 6666.67 USD, risk 200.00 USD (moderate)",
        "p = 64.5 % that target 1 comes before the stop in time\n",
        "random entries: b = 60.0 %; edge p - b = +4.5 points",
        "of bars ranked as high 64.3 % reached target 1; 90 % lower bound 56.0 %",
        "the 200 that matured overlap and tell only as much as 70 independent ones\n",
        "63.0 % / 66.0 %: what p would be if this very bar were to fail / succeed\n",
        "if all three targets fill",
        "(funding assumed)",
        "-0.12 % [-0.40, +0.16]: what such candidates really returned on average",
        "Proven       yes",
    };
    struct tr_signal s = make_signal();
    struct tr_buf out;
    const char *text = text_of(&s, &out);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (!strstr(text, said[i]))
            fail_msg("\"%s\" is not in:\n%s", said[i], text);
    }
    assert_null(strstr(text, "guarantee"));
    assert_null(strstr(text, "interval"));
    assert_null(strstr(text, "[63.0"));
    tr_buf_finish(&out);
    s.evidence.proven = false;
    s.evidence.top_rows = 0;
    s.evidence.top_n = s.evidence.top_k = 0;
    s.expected_value_frac = (double)NAN;
    text = text_of(&s, &out);
    assert_non_null(strstr(text, "Proven       no: nothing shows that it beats a random entry"));
    assert_non_null(strstr(text, "How sure     not known: no bar that has matured was ranked as high"));
    assert_null(strstr(text, "nan"));
    assert_non_null(strstr(text, "not known: fewer than 30 comparable rows"));
    tr_buf_finish(&out);
}

static void a_signal_tells_its_whole_reason_in_one_line_of_json(void **state)
{
    (void)state;
    struct tr_decision d = {.stage = TR_STAGE_SIGNAL, .signal = make_signal()};
    struct test_json text;
    json_t *value;
    d.signal.side = TR_SHORT;
    d.signal.evidence.proven = false;
    tr_view_decision_json(&d, test_json_begin(&text));
    value = test_json_end(&text);
    assert_non_null(strstr(json_string_value(json_object_get(value, "text")), "; not proven"));
    json_decref(value);
}

static void prices_have_seven_digits_and_no_exponent(void **state)
{
    (void)state;
    static const struct {
        double price;
        const char *text;
    } cases[] = {{100, "100"},
                 {97.5, "97.5"},
                 {64123.456789, "64123.46"},
                 {1234567.89, "1234568"},
                 {12345678.9, "12345679"},
                 {1.23456789e-5, "0.00001234568"},
                 {1e-12, "0.000000000001"},
                 {0.1, "0.1"},
                 {1, "1"},
                 {9.9999999, "10"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[TR_VIEW_PRICE];
        tr_view_price(cases[i].price, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void a_refusal_says_stage_value_and_margin(void **state)
{
    (void)state;
    struct tr_decision d = {.stage = TR_STAGE_CONFIDENCE, .value = 0.48, .threshold = 0.55, .margin = -0.07};
    struct test_json text;
    json_t *value;
    d.signal = make_signal();
    tr_view_decision_json(&d, test_json_begin(&text));
    value = test_json_end(&text);
    assert_string_equal(json_string_value(json_object_get(value, "stage")), "confidence");
    assert_same_bits(test_number(value, "margin"), -0.07);
    assert_true(strlen(json_string_value(json_object_get(value, "text"))) > 10);
    assert_non_null(json_object_get(value, "passed_profit_filter"));
    json_decref(value);
    d.stage = TR_STAGE_NO_MODEL;
    d.value = d.threshold = d.margin = (double)NAN;
    tr_view_decision_json(&d, test_json_begin(&text));
    value = test_json_end(&text);
    test_is_null(value, "margin");
    json_decref(value);
}

static void the_funnel_counts_stages_signals_and_proven_ones(void **state)
{
    (void)state;
    struct tr_funnel funnel;
    struct tr_buf out;
    struct test_json text;
    json_t *value;
    tr_funnel_init(&funnel);
    funnel.bars = 10;
    funnel.candidates = 20;
    funnel.refused[TR_LONG][TR_STAGE_CONFIDENCE] = 7;
    funnel.refused[TR_SHORT][TR_STAGE_NET_PROFIT] = 10;
    funnel.signals[TR_LONG] = 3;
    funnel.proven[TR_LONG] = 1;
    tr_view_funnel_json(&funnel, test_json_begin(&text));
    value = test_json_end(&text);
    assert_near(test_number(value, "candidates"), 20, 0);
    assert_near(test_number(value, "signals"), 3, 0);
    assert_near(test_number(value, "proven"), 1, 0);
    assert_near(test_number(json_object_get(json_object_get(value, "long"), "refused"), "confidence"), 7, 0);
    test_is_null(json_object_get(json_object_get(value, "long"), "closest_margin"), "confidence");
    json_decref(value);
    tr_buf_init(&out);
    tr_view_funnel_text(&funnel, &out);
    assert_non_null(strstr(tr_buf_string(&out), "refused: confidence     7      0\n"));
    assert_non_null(strstr(tr_buf_string(&out), "  of these proven"));
    assert_null(strstr(tr_buf_string(&out), "stale_data")); /* stages that refused none are left out */
    tr_buf_clear(&out);
    tr_funnel_init(&funnel);
    tr_view_funnel_text(&funnel, &out);
    assert_string_equal(tr_buf_string(&out), "FUNNEL: no bar was decided out of sample.\n");
    tr_buf_finish(&out);
}

static void stored_signals_are_listed_with_what_became_of_them(void **state)
{
    (void)state;
    struct tr_stored_signal stored[3] = {{.series = series,
                                          .origin = TR_ORIGIN_WALKFORWARD,
                                          .signal = make_signal(),
                                          .status = "closed",
                                          .exit_reason = "trailing",
                                          .closed = INT64_C(1704100000000),
                                          .net_frac = 0.0051},
                                         {.series = series,
                                          .origin = TR_ORIGIN_WALKFORWARD,
                                          .signal = make_signal(),
                                          .status = "tp1",
                                          .net_frac = (double)NAN},
                                         {.series = series,
                                          .origin = TR_ORIGIN_NEWEST,
                                          .signal = make_signal(),
                                          .status = "active",
                                          .net_frac = (double)NAN}};
    struct tr_buf out;
    struct test_json text;
    json_t *value;
    tr_buf_init(&out);
    tr_view_stored_text(stored, 3, &out);
    assert_non_null(strstr(tr_buf_string(&out), "trailing +0.51 %\n"));
    assert_non_null(strstr(tr_buf_string(&out), "open, tp1\n"));
    assert_non_null(strstr(tr_buf_string(&out), "open (newest)\n"));
    assert_non_null(strstr(tr_buf_string(&out), "2024-01-01 01:00  BTC/USDT:USDT 1h  long"));
    assert_non_null(strstr(tr_buf_string(&out), "all fill")); /* and never without */
    assert_non_null(strstr(tr_buf_string(&out), "expected"));
    tr_buf_clear(&out);
    tr_view_stored_text(stored, 0, &out);
    assert_string_equal(tr_buf_string(&out), "No stored signals match.\n");
    tr_buf_clear(&out);
    tr_view_stored_csv(stored, 2, &out);
    assert_non_null(strstr(tr_buf_string(&out), ",closed,trailing,0.51"));
    assert_non_null(strstr(tr_buf_string(&out), ",tp1,,\n"));
    tr_buf_finish(&out);
    tr_view_stored_json(stored, 3, TR_MODERATE, test_json_begin(&text));
    value = test_json_end(&text);
    const json_t *list = json_object_get(value, "signals");
    assert_int_equal(json_array_size(list), 3);
    assert_near(test_number(json_array_get(list, 0), "net_pct"), 0.51, 1e-12);
    test_is_null(json_array_get(list, 1), "net_pct");
    test_is_null(json_array_get(list, 1), "closed");
    test_is_null(json_array_get(list, 1), "exit_reason");
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 2), "origin")), "newest");
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_as_json_has_every_field_of_its_contract),
        cmocka_unit_test(the_chosen_risk_profile_stands_on_top_and_all_three_beside),
        cmocka_unit_test(what_is_not_known_is_null),
        cmocka_unit_test(a_signal_for_people_says_what_to_do_and_why),
        cmocka_unit_test(a_signal_tells_its_whole_reason_in_one_line_of_json),
        cmocka_unit_test(prices_have_seven_digits_and_no_exponent),
        cmocka_unit_test(a_refusal_says_stage_value_and_margin),
        cmocka_unit_test(the_funnel_counts_stages_signals_and_proven_ones),
        cmocka_unit_test(stored_signals_are_listed_with_what_became_of_them),
    };
    return cmocka_run_group_tests_name("view/signal_view", tests, NULL, NULL);
}
