#include "support/test.h"

#include "app/config/config.h"

#include <math.h>
#include <string.h>

static void the_defaults_are_those_of_the_specification(void **state)
{
    (void)state;
    struct tr_config config;
    struct tr_error err;
    tr_config_defaults(&config);
    assert_ok(tr_config_check(&config, &err), &err);
    assert_string_equal(config.exchange.name, "sandbox");
    assert_int_equal(config.label.kind, TR_CONFIG_TRIPLE_BARRIER);
    assert_same_bits(config.label.take_profit, 0.02);
    assert_same_bits(config.label.stop, 0.01);
    assert_int_equal(config.label.horizon_bars, 24);
    assert_same_bits(config.ladder.fraction[1], 0.4);
    assert_same_bits(config.ladder.horizon_hours, 48.0);
    assert_same_bits(config.cost.maker, 0.0002);
    assert_same_bits(config.cost.taker, 0.0006);
    assert_same_bits(config.cost.slippage, 0.0005);
    assert_int_equal(config.cost.exit_model, TR_CONFIG_PER_EXIT_FULL);
    assert_same_bits(config.risk.capital_usd, 10000.0);
    assert_int_equal(config.risk.profile, TR_CONFIG_MODERATE);
    assert_same_bits(config.risk.per_trade[2], 0.03);
    assert_same_bits(config.risk.max_leverage[1], 5.0);
    assert_same_bits(config.signal.min_confidence, 0.55);
    assert_same_bits(config.signal.min_net_profit_pct, 2.0);
    assert_true(isnan(config.signal.min_expected_value_pct));
    assert_true(config.model.xgboost);
    assert_int_equal(config.model.xgboost_rounds, 200);
    assert_true(config.model.xgboost_params.n == 0);
    assert_false(config.model.early_stopping);
    assert_int_equal(config.model.patience, 50);
    assert_int_equal(config.model.min_rounds, 50);
    assert_same_bits(config.model.tail_share, 0.15);
    assert_true(config.model.lightgbm);
    assert_int_equal(config.model.lightgbm_rounds, 200);
    assert_true(config.model.lightgbm_params.n == 0);
    assert_int_equal(config.model.lightgbm_engine, TR_CONFIG_NATIVE);
    assert_string_equal(config.model.lightgbm_path, "");
    assert_int_equal(config.calibration.conformal, TR_CONFIG_CONFORMAL_CLASS);
    assert_same_bits(config.calibration.conformal_alpha, 0.1);
    assert_int_equal(config.drift.rule, TR_CONFIG_DRIFT_NOISE);
    assert_same_bits(config.drift.psi, 0.15);
    assert_same_bits(config.drift.ks, 0.1);
    assert_same_bits(config.drift.importance_share, 0.3);
    assert_same_bits(config.drift.min_days, 30.0);
    assert_int_equal(config.drift.min_bars, 400);
    assert_same_bits(config.walkforward.train_days, 180.0);
    assert_same_bits(config.walkforward.purge_days, 2.0);
    assert_same_bits(config.walkforward.embargo_days, 1.0);
    assert_same_bits(config.walkforward.test_days, 30.0);
    assert_int_equal(config.walkforward.min_train_bars, 2000);
    assert_int_equal(config.calibration.rows, 2000);
}

static void settings_that_contradict_each_other_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *words;
    } cases[] = {
        {"ladder.target_atr", "1,2,2", "ladder.target_atr: 1, 2, 2: each target must lie beyond the last"},
        {"ladder.target_atr", "3,2,4", "ladder.target_atr: 3, 2, 4: each target must lie beyond the last"},
        {"ladder.fraction", "0.3,0.3,0.3", "ladder.fraction: 0.3, 0.3, 0.3: add up to 0.9 instead of 1"},
        {"risk.maintenance", "0.1", "risk.maintenance: 0.1: with risk.max_leverage 10 a position would be"},
        {"walkforward.test_days", "40", "walkforward.advance_days: 30: under walkforward.test_days (40)"},
        {"calibration.min_effective", "2001", "calibration.min_effective: 2001: more than calibration.rows (2000)"},
        {"model.lightgbm.engine", "library", "model.lightgbm.path: \"\": model.lightgbm.engine is library: set this "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tr_config config;
        struct tr_error err;
        tr_config_defaults(&config);
        assert_ok(tr_config_set(&config, cases[i].key, cases[i].value, TR_CONFIG_OPTION, &err), &err);
        assert_int_equal(tr_config_check(&config, &err), TR_INVALID);
        if (!strstr(err.text, cases[i].words))
            fail_msg("'%s' does not hold '%s'", err.text, cases[i].words);
    }
}

static void at_least_one_model_is_enabled(void **state)
{
    (void)state;
    for (int on = 0; on < 4; on++) {
        struct tr_config config;
        struct tr_error err;
        tr_config_defaults(&config);
        config.model.lightgbm = on & 1;
        config.model.xgboost = on & 2;
        if (on > 0) {
            assert_ok(tr_config_check(&config, &err), &err);
            continue;
        }
        assert_int_equal(tr_config_check(&config, &err), TR_INVALID);
        assert_string_equal(err.text, "model.lightgbm.enabled, model.xgboost.enabled: both are false, so nothing would "
                                      "be trained: set one of them to true");
    }
}

static void a_library_with_its_path_passes(void **state)
{
    (void)state;
    struct tr_config config;
    struct tr_error err;
    tr_config_defaults(&config);
    assert_ok(tr_config_set(&config, "model.lightgbm.path", "lib_lightgbm.so", TR_CONFIG_OPTION, &err), &err);
    assert_ok(tr_config_check(&config, &err), &err); /* a path alone changes nothing */
    assert_ok(tr_config_set(&config, "model.lightgbm.engine", "library", TR_CONFIG_OPTION, &err), &err);
    assert_int_equal(config.model.lightgbm_engine, TR_CONFIG_LIBRARY);
    assert_ok(tr_config_check(&config, &err), &err);
}

static void settings_at_the_edge_of_a_rule_pass(void **state)
{
    (void)state;
    struct tr_config config;
    struct tr_error err;
    tr_config_defaults(&config);
    config.walkforward.test_days = config.walkforward.advance_days;
    config.calibration.min_effective = (double)config.calibration.rows;
    memcpy(config.ladder.fraction, (double[3]){0.7, 0.2, 0.1}, sizeof config.ladder.fraction);
    assert_true(0.7 + 0.2 + 0.1 != 1.0);
    config.risk.maintenance = 0.0999;
    assert_ok(tr_config_check(&config, &err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_are_those_of_the_specification),
        cmocka_unit_test(settings_that_contradict_each_other_are_named),
        cmocka_unit_test(at_least_one_model_is_enabled),
        cmocka_unit_test(a_library_with_its_path_passes),
        cmocka_unit_test(settings_at_the_edge_of_a_rule_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
