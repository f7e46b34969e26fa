#include "support/test.h"

#include "app/config/config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void set(struct tr_config *config, const char *key, const char *value)
{
    struct tr_error err;
    assert_ok(tr_config_set(config, key, value, TR_CONFIG_OPTION, &err), &err);
}

static void refuse(const char *key, const char *value, const char *line)
{
    struct tr_config config, before;
    struct tr_error err;
    tr_config_defaults(&config);
    set(&config, "model.xgboost.params.eta", "0.5");
    memcpy(&before, &config, sizeof config);
    assert_int_equal(tr_config_set(&config, key, value, TR_CONFIG_OPTION, &err), TR_INVALID);
    assert_string_equal(err.text, line);
    assert_memory_equal(&config, &before, sizeof config);
}

static void words_become_values_of_every_kind(void **state)
{
    (void)state;
    struct tr_config config;
    tr_config_defaults(&config);
    set(&config, "exchange.name", "123");
    assert_string_equal(config.exchange.name, "123");
    set(&config, "run.seed", "42");
    assert_int_equal(config.run.seed, 42);
    set(&config, "walkforward.train_days", "90.5");
    assert_same_bits(config.walkforward.train_days, 90.5);
    set(&config, "risk.profile", "aggressive");
    assert_int_equal(config.risk.profile, TR_CONFIG_AGGRESSIVE);
    set(&config, "ladder.target_atr", "1,2,4");
    assert_same_bits(config.ladder.target_atr[2], 4.0);
    set(&config, "ladder.target_atr", " [1, 2, 5] ");
    assert_same_bits(config.ladder.target_atr[2], 5.0);
    set(&config, "signal.min_expected_value_pct", "0.5");
    assert_same_bits(config.signal.min_expected_value_pct, 0.5);
    set(&config, "signal.min_expected_value_pct", "null");
    assert_true(isnan(config.signal.min_expected_value_pct));
}

static void switches_are_understood_in_many_words(void **state)
{
    (void)state;
    static const char *const words[] = {"false", "true", "no", "yes", "off", "ON", "0", "1", "False", "TRUE"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct tr_config config;
        tr_config_defaults(&config);
        config.walkforward.exact_days = i % 2 == 0;
        set(&config, "walkforward.exact_days", words[i]);
        assert_int_equal(config.walkforward.exact_days, i % 2);
    }
}

static void parameters_are_added_one_by_one_or_replaced_together(void **state)
{
    (void)state;
    struct tr_config config;
    tr_config_defaults(&config);
    set(&config, "model.xgboost.params.max_depth", "4");
    set(&config, "model.xgboost.params.eta", "0.10");
    set(&config, "model.xgboost.params.max_depth", "5");
    assert_int_equal(config.model.xgboost_params.n, 2);
    assert_string_equal(config.model.xgboost_params.item[0].value, "5");
    assert_string_equal(config.model.xgboost_params.item[1].value, "0.10"); /* to the letter */
    set(&config, "model.xgboost.params", "{\"gamma\": 1}");
    assert_int_equal(config.model.xgboost_params.n, 1);
    assert_string_equal(config.model.xgboost_params.item[0].name, "gamma");
}

static void each_library_has_its_own_parameters(void **state)
{
    (void)state;
    struct tr_config config;
    tr_config_defaults(&config);
    set(&config, "model.xgboost.params.max_depth", "4");
    set(&config, "model.lightgbm.params.num_leaves", "15");
    set(&config, "model.lightgbm.params.max_depth", "6");
    assert_true(config.model.xgboost_params.n == 1 && config.model.lightgbm_params.n == 2);
    assert_string_equal(config.model.xgboost_params.item[0].value, "4");
    assert_string_equal(config.model.lightgbm_params.item[0].name, "num_leaves");
    assert_string_equal(config.model.lightgbm_params.item[1].value, "6");
    set(&config, "model.lightgbm.params", "{\"lambda_l2\": 0.5}");
    assert_true(config.model.xgboost_params.n == 1 && config.model.lightgbm_params.n == 1);
    assert_string_equal(config.model.lightgbm_params.item[0].name, "lambda_l2");
    set(&config, "model.xgboost.params", "{}");
    assert_true(config.model.xgboost_params.n == 0 && config.model.lightgbm_params.n == 1);
}

static void the_newer_settings_take_words(void **state)
{
    (void)state;
    struct tr_config config;
    tr_config_defaults(&config);
    set(&config, "model.lightgbm.enabled", "no");
    assert_false(config.model.lightgbm);
    set(&config, "model.lightgbm.rounds", "10000");
    assert_int_equal(config.model.lightgbm_rounds, 10000);
    set(&config, "model.early_stopping", "on");
    assert_true(config.model.early_stopping);
    set(&config, "model.tail_share", "0.5");
    assert_same_bits(config.model.tail_share, 0.5);
    set(&config, "calibration.conformal", "off"); /* a choice, not a switch */
    assert_int_equal(config.calibration.conformal, TR_CONFIG_CONFORMAL_OFF);
    set(&config, "calibration.conformal", "regime");
    assert_int_equal(config.calibration.conformal, TR_CONFIG_CONFORMAL_REGIME);
    set(&config, "drift.rule", "seed");
    assert_int_equal(config.drift.rule, TR_CONFIG_DRIFT_SEED);
    set(&config, "drift.min_bars", "50");
    assert_int_equal(config.drift.min_bars, 50);
}

static void the_newer_settings_refuse_what_is_out_of_range(void **state)
{
    (void)state;
    refuse("model.lightgbm.rounds", "0",
           "model.lightgbm.rounds: 0 is not allowed: a whole number from 1 to 10000 trees (default 200)");
    refuse("model.lightgbm.engine", "nativ",
           "model.lightgbm.engine: \"nativ\" is not allowed: native, library (default native)");
    refuse("model.lightgbm.enabled", "maybe",
           "model.lightgbm.enabled: \"maybe\" is not allowed: true or false (default true)");
    refuse("model.patience", "2.5",
           "model.patience: 2.5 is not allowed: a whole number from 1 to 10000 rounds (default 50)");
    refuse("model.min_rounds", "10001",
           "model.min_rounds: 10001 is not allowed: a whole number from 1 to 10000 rounds (default 50)");
    refuse("model.tail_share", "0.51", "model.tail_share: 0.51 is not allowed: 0.05 to 0.5 (fraction, default 0.15)");
    refuse("calibration.conformal", "on",
           "calibration.conformal: \"on\" is not allowed: off, marginal, class, regime (default class)");
    refuse("calibration.conformal_alpha", "0",
           "calibration.conformal_alpha: 0 is not allowed: 0.01 to 0.5 (fraction, default 0.1)");
    refuse("drift.rule", "both", "drift.rule: \"both\" is not allowed: noise, seed (default noise)");
    refuse("drift.psi", "0", "drift.psi: 0 is not allowed: 0.001 to 10 (default 0.15)");
    refuse("drift.ks", "1.1", "drift.ks: 1.1 is not allowed: 0.001 to 1 (default 0.1)");
    refuse("drift.importance_share", "0",
           "drift.importance_share: 0 is not allowed: 0.01 to 1 (fraction, default 0.3)");
    refuse("drift.min_days", "366", "drift.min_days: 366 is not allowed: 1 to 365 days (default 30)");
    refuse("drift.min_bars", "49",
           "drift.min_bars: 49 is not allowed: a whole number from 50 to 1000000 bars (default 400)");
    refuse("drift.min_day", "3", "drift.min_day: there is no such setting: did you mean drift.min_days?");
    refuse("drift", "5", "drift: is a section: name one of its settings");
    refuse("model.lightgbm.params", "[1]", "model.lightgbm.params: is not an object {\"name\": value, ...}");
    refuse("model.lightgbm.params", "{\"a\": 1, \"b\": null}",
           "model.lightgbm.params.b: null is not allowed: a number, true, false or a text of 1 to 47 bytes");
    refuse("model.lightgbm.params.b c", "2",
           "model.lightgbm.params: \"b c\" is not allowed: a name of at most 47 letters, digits and _");
}

static void what_is_wrong_is_named_and_changes_nothing(void **state)
{
    (void)state;
    refuse("walkforward.train_days", "abc",
           "walkforward.train_days: \"abc\" is not allowed: 0.01 to 3650 days (default 180)");
    refuse("walkforward.train_days", "",
           "walkforward.train_days: \"\" is not allowed: 0.01 to 3650 days (default 180)");
    refuse("walkforward.train_days", "0x10",
           "walkforward.train_days: \"0x10\" is not allowed: 0.01 to 3650 days (default 180)");
    refuse("walkforward.train_days", "nan",
           "walkforward.train_days: \"nan\" is not allowed: 0.01 to 3650 days (default 180)");
    refuse("run.threads", "99999999999999999999",
           "run.threads: 1e20 is not allowed: a whole number from 0 to 256 threads (default 0)");
    refuse("ladder.fraction", "1,2",
           "ladder.fraction: [1,2] is not allowed: three numbers, each 0.0001 to 0.9999 (fraction, default 0.3, 0.4, "
           "0.3)");
    refuse("signal.min_net_profit_pct", "0",
           "signal.min_net_profit_pct: 0 is not allowed: 2 to 100 % (default 2): signals under 2 % net are never "
           "issued, so it may only be raised");
    refuse("signal.min_confidence", "null",
           "signal.min_confidence: \"null\" is not allowed: 0 to 1 (fraction, default 0.55)");
    refuse("walkforward", "5", "walkforward: is a section: name one of its settings");
    refuse("walkforward.traindays", "5",
           "walkforward.traindays: there is no such setting: did you mean walkforward.train_days?");
    refuse("model.xgboost.params", "5", "model.xgboost.params: is not an object {\"name\": value, ...}");
    refuse("model.xgboost.params", "{\"a\": 1, \"b c\": 2}",
           "model.xgboost.params: \"b c\" is not allowed: a name of at most 47 letters, digits and _");
    refuse("model.xgboost.params.", "5",
           "model.xgboost.params: \"\" is not allowed: a name of at most 47 letters, digits and _");
    refuse("exchange.name", "\xff\xfe", "exchange.name: the value is not valid UTF-8");
}

static void the_environment_is_read_in_any_case(void **state)
{
    (void)state;
    static const char *const environment[] = {"PATH=/bin",
                                              "TRADERAI_HOME=/x",
                                              "TRADERAI__WALKFORWARD__TRAIN_DAYS=90",
                                              "TRADERAI__Run__seed=7",
                                              "TRADERAI__MODEL__XGBOOST__PARAMS__MAX_DEPTH=3",
                                              "TRADERAI__MODEL__LIGHTGBM__PARAMS__NUM_LEAVES=7",
                                              "TRADERAI__MODEL__LIGHTGBM__PATH=lib_lightgbm.so",
                                              "TRADERAI__MODEL__EARLY_STOPPING=yes",
                                              "TRADERAI__CALIBRATION__CONFORMAL_ALPHA=0.2",
                                              "TRADERAI__DRIFT__RULE=seed",
                                              "no equals sign",
                                              "TRADERAI__DATABASE__PATH=a=b",
                                              NULL};
    struct tr_config config;
    struct tr_error err;
    tr_config_defaults(&config);
    assert_ok(tr_config_load_environment(&config, environment, &err), &err);
    assert_same_bits(config.walkforward.train_days, 90.0);
    assert_int_equal(config.run.seed, 7);
    assert_string_equal(config.model.xgboost_params.item[0].name, "max_depth");
    assert_string_equal(config.model.lightgbm_params.item[0].name, "num_leaves");
    assert_string_equal(config.model.lightgbm_params.item[0].value, "7");
    assert_string_equal(config.model.lightgbm_path, "lib_lightgbm.so");
    assert_true(config.model.early_stopping);
    assert_same_bits(config.calibration.conformal_alpha, 0.2);
    assert_int_equal(config.drift.rule, TR_CONFIG_DRIFT_SEED);
    assert_string_equal(config.database.path, "a=b");
}

static void a_bad_variable_is_named_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *variable, *line;
    } cases[] = {
        {"TRADERAI__RUN__SEED=x", "TRADERAI__RUN__SEED: run.seed: \"x\" is not allowed: a whole number from 0 to "
                                  "9007199254740991 (default 1)"},
        {"TRADERAI__RUN__SED=1", "TRADERAI__RUN__SED: run.sed: there is no such setting: did you mean run.seed?"},
        {"TRADERAI__MODEL__LIGHTGBM__PARAMS__ETA=", "TRADERAI__MODEL__LIGHTGBM__PARAMS__ETA: "
                                                    "model.lightgbm.params.eta: \"\" is not allowed: a number, true, "
                                                    "false or a text of 1 to 47 bytes"},
        {"TRADERAI__RUN=1", "TRADERAI__RUN: run: is a section: name one of its settings"},
        {"TRADERAI__=1", "TRADERAI__: : there is no such setting: traderai config show lists all"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tr_config config, before;
        struct tr_error err;
        const char *const environment[] = {"TRADERAI__RUN__THREADS=3", cases[i].variable, NULL};
        tr_config_defaults(&config);
        memcpy(&before, &config, sizeof config);
        assert_int_equal(tr_config_load_environment(&config, environment, &err), TR_INVALID);
        assert_string_equal(err.text, cases[i].line);
        assert_memory_equal(&config, &before, sizeof config);
    }
}

static void a_very_long_variable_is_cut_in_the_message(void **state)
{
    (void)state;
    char variable[600];
    const char *const environment[] = {variable, NULL};
    struct tr_config config;
    struct tr_error err;
    snprintf(variable, sizeof variable, "TRADERAI__%0500d=1", 0);
    tr_config_defaults(&config);
    assert_int_equal(tr_config_load_environment(&config, environment, &err), TR_INVALID);
    assert_true(strlen(err.text) < 150);
    assert_memory_equal(err.text, "TRADERAI__0000", 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_values_of_every_kind),
        cmocka_unit_test(switches_are_understood_in_many_words),
        cmocka_unit_test(parameters_are_added_one_by_one_or_replaced_together),
        cmocka_unit_test(each_library_has_its_own_parameters),
        cmocka_unit_test(the_newer_settings_take_words),
        cmocka_unit_test(the_newer_settings_refuse_what_is_out_of_range),
        cmocka_unit_test(what_is_wrong_is_named_and_changes_nothing),
        cmocka_unit_test(the_environment_is_read_in_any_case),
        cmocka_unit_test(a_bad_variable_is_named_and_changes_nothing),
        cmocka_unit_test(a_very_long_variable_is_cut_in_the_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
