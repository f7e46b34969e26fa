#include "support/test.h"

#include "app/config/config.h"
#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void load(struct tr_config *config, const char *text)
{
    struct tr_error err;
    tr_config_defaults(config);
    assert_ok(tr_config_load_text(config, "t.json", text, strlen(text), &err), &err);
}

/* Refused with exactly this line, and nothing changed. */
static void refuse(const char *text, const char *line)
{
    struct tr_config config, before;
    struct tr_error err;
    tr_config_defaults(&config);
    config.run.seed = 77;
    memcpy(&before, &config, sizeof config);
    assert_int_equal(tr_config_load_text(&config, "t.json", text, strlen(text), &err), TR_INVALID);
    assert_int_equal(err.code, TR_INVALID);
    assert_string_equal(err.text, line);
    assert_memory_equal(&config, &before, sizeof config);
}

static void an_empty_object_changes_nothing(void **state)
{
    (void)state;
    struct tr_config config, defaults;
    tr_config_defaults(&defaults);
    load(&config, "{}");
    assert_memory_equal(&config, &defaults, sizeof config);
    load(&config, "// all as it is\n{ \"$schema\": \"x\", \"run\": {}, }\n");
    assert_memory_equal(&config, &defaults, sizeof config);
}

static void values_of_every_kind_arrive(void **state)
{
    (void)state;
    struct tr_config config;
    load(&config, "{\"exchange\": {\"name\": \"bitget\"}, \"run\": {\"seed\": 9007199254740991, \"threads\": 2.0},"
                  "\"label\": {\"kind\": \"ladder\", \"stop\": 0.125}, \"ladder\": {\"target_atr\": [1, 2.5, 4e0]},"
                  "\"cost\": {\"credit_funding\": true}, \"signal\": {\"min_expected_value_pct\": -1.5},"
                  "\"model\": {\"xgboost\": {\"enabled\": false, \"params\": {\"max_depth\": 4, \"eta\": 0.3,"
                  "\"tree_method\": \"exact\", \"flag\": true}}}}");
    assert_string_equal(config.exchange.name, "bitget");
    assert_int_equal(config.run.seed, INT64_C(9007199254740991));
    assert_int_equal(config.run.threads, 2);
    assert_int_equal(config.label.kind, TR_CONFIG_LADDER);
    assert_same_bits(config.label.stop, 0.125);
    assert_same_bits(config.ladder.target_atr[1], 2.5);
    assert_same_bits(config.ladder.target_atr[2], 4.0);
    assert_true(config.cost.credit_funding);
    assert_same_bits(config.signal.min_expected_value_pct, -1.5);
    assert_false(config.model.xgboost);
    assert_int_equal(config.model.xgboost_params.n, 4);
    assert_string_equal(config.model.xgboost_params.item[0].name, "max_depth");
    assert_string_equal(config.model.xgboost_params.item[0].value, "4");
    assert_string_equal(config.model.xgboost_params.item[1].value, "0.3");
    assert_string_equal(config.model.xgboost_params.item[2].value, "exact");
    assert_string_equal(config.model.xgboost_params.item[3].value, "true");
}

static void a_later_file_changes_only_what_it_names(void **state)
{
    (void)state;
    struct tr_config config;
    struct tr_error err;
    static const char second[] = "{\"label\": {\"stop\": 0.2}, \"model\": {\"xgboost\": {\"params\": {\"eta\": 1}}}}";
    load(&config, "{\"run\": {\"seed\": 3}, \"label\": {\"stop\": 0.1, \"take_profit\": 0.3},"
                  "\"model\": {\"xgboost\": {\"params\": {\"max_depth\": 4, \"eta\": 0.5}}}}");
    assert_ok(tr_config_load_text(&config, "u.json", second, strlen(second), &err), &err);
    assert_int_equal(config.run.seed, 3);
    assert_same_bits(config.label.take_profit, 0.3);
    assert_same_bits(config.label.stop, 0.2);
    assert_int_equal(config.model.xgboost_params.n, 1); /* the set of a file is the whole set */
    assert_string_equal(config.model.xgboost_params.item[0].value, "1");
}

static void the_sections_of_models_calibration_and_drift_arrive(void **state)
{
    (void)state;
    struct tr_config config;
    load(&config, "{\"model\": {\"patience\": 20, \"min_rounds\": 30, \"tail_share\": 0.25, \"early_stopping\": true,"
                  "\"lightgbm\": {\"enabled\": false, \"rounds\": 300, \"engine\": \"library\", \"path\": \"l.so\","
                  "\"params\": {\"num_leaves\": 15, \"boost\": \"goss\"}}, \"xgboost\": {\"params\": {\"eta\": 1}}},"
                  "\"calibration\": {\"conformal\": \"marginal\", \"conformal_alpha\": 0.2},"
                  "\"drift\": {\"rule\": \"seed\", \"psi\": 0.25, \"ks\": 0.2, \"importance_share\": 0.5, "
                  "\"min_days\": 7, \"min_bars\": 100}}");
    assert_true(config.model.early_stopping);
    assert_int_equal(config.model.patience, 20);
    assert_int_equal(config.model.min_rounds, 30);
    assert_same_bits(config.model.tail_share, 0.25);
    assert_false(config.model.lightgbm);
    assert_true(config.model.xgboost);
    assert_int_equal(config.model.lightgbm_rounds, 300);
    assert_int_equal(config.model.lightgbm_engine, TR_CONFIG_LIBRARY);
    assert_string_equal(config.model.lightgbm_path, "l.so");
    assert_true(config.model.lightgbm_params.n == 2 && config.model.xgboost_params.n == 1);
    assert_string_equal(config.model.lightgbm_params.item[0].value, "15");
    assert_string_equal(config.model.lightgbm_params.item[1].name, "boost");
    assert_string_equal(config.model.xgboost_params.item[0].name, "eta");
    assert_int_equal(config.calibration.conformal, TR_CONFIG_CONFORMAL_MARGINAL);
    assert_same_bits(config.calibration.conformal_alpha, 0.2);
    assert_int_equal(config.drift.rule, TR_CONFIG_DRIFT_SEED);
    assert_same_bits(config.drift.psi, 0.25);
    assert_same_bits(config.drift.ks, 0.2);
    assert_same_bits(config.drift.importance_share, 0.5);
    assert_same_bits(config.drift.min_days, 7.0);
    assert_int_equal(config.drift.min_bars, 100);
}

static void a_value_out_of_range_names_place_key_value_and_range(void **state)
{
    (void)state;
    refuse("{\"walkforward\": {\n\"train_days\": 0}}",
           "t.json:2: walkforward.train_days: 0 is not allowed: 0.01 to 3650 days (default 180)");
    refuse("{\"label\": {\"stop\":\n1.5}}",
           "t.json:1: label.stop: 1.5 is not allowed: 0.0001 to 0.99 (fraction, default 0.01)");
    refuse("{\"run\": {\"seed\": 1.5}}",
           "t.json:1: run.seed: 1.5 is not allowed: a whole number from 0 to 9007199254740991 (default 1)");
    refuse("{\"run\": {\"threads\": -1}}",
           "t.json:1: run.threads: -1 is not allowed: a whole number from 0 to 256 threads (default 0)");
    refuse("\n\n{\"ladder\": {\"stop_atr\": 1, \"target_atr\": [1, 2]}}",
           "t.json:3: ladder.target_atr: [1,2] is not allowed: three numbers, each 0.01 to 100 ATR (default 1, 2, 3)");
    refuse("{\"ladder\": {\"target_atr\": [1, 2, 300]}}",
           "t.json:1: ladder.target_atr: [1,2,300] is not allowed: three numbers, each 0.01 to 100 ATR (default 1, 2, "
           "3)");
    refuse("{\"label\": {\"kind\": \"barrier\"}}",
           "t.json:1: label.kind: \"barrier\" is not allowed: triple_barrier, ladder (default triple_barrier)");
    refuse("{\"signal\": {\"min_expected_value_pct\": 101}}",
           "t.json:1: signal.min_expected_value_pct: 101 is not allowed: -100 to 100 %, or null (default null)");
}

static void a_value_of_the_wrong_type_is_refused(void **state)
{
    (void)state;
    refuse("{\"walkforward\": {\"train_days\": \"90\"}}",
           "t.json:1: walkforward.train_days: \"90\" is not allowed: 0.01 to 3650 days (default 180)");
    refuse("{\"cost\": {\"credit_funding\": 1}}",
           "t.json:1: cost.credit_funding: 1 is not allowed: true or false (default false)");
    refuse("{\"exchange\": {\"name\": 5}}", "t.json:1: exchange.name: 5 is not allowed: a text of at most 31 bytes "
                                            "without control characters (default \"sandbox\")");
    refuse("{\"database\": {\"path\": \"a\\u001b[2J\"}}",
           "t.json:1: database.path: \"a\\u001B[2J\" is not allowed: a text of at most 255 bytes without control "
           "characters (default \"\")");
    refuse("{\"label\": {\"kind\": 0}}",
           "t.json:1: label.kind: 0 is not allowed: triple_barrier, ladder (default triple_barrier)");
    refuse("{\"walkforward\": 5}",
           "t.json:1: walkforward: is a section, so its value is an object {\"name\": value, ...}");
    refuse("{\"walkforward\": {\"test_days\": {}}}",
           "t.json:1: walkforward.test_days: {} is not allowed: 0.01 to 3650 days (default 30)");
}

static void null_is_allowed_in_one_place_only(void **state)
{
    (void)state;
    struct tr_config config;
    load(&config, "{\"signal\": {\"min_expected_value_pct\": null}}");
    assert_true(isnan(config.signal.min_expected_value_pct));
    refuse("{\"signal\": {\"min_confidence\": null}}",
           "t.json:1: signal.min_confidence: null is not allowed: 0 to 1 (fraction, default 0.55)");
    refuse("{\"exchange\": {\"name\": null}}",
           "t.json:1: exchange.name: null is not allowed: a text of at most 31 bytes without control characters "
           "(default \"sandbox\")");
}

static void the_profit_filter_can_only_be_raised(void **state)
{
    (void)state;
    struct tr_config config;
    load(&config, "{\"signal\": {\"min_net_profit_pct\": 2.5}}");
    assert_same_bits(config.signal.min_net_profit_pct, 2.5);
    refuse("{\"signal\": {\"min_net_profit_pct\": 1.999}}",
           "t.json:1: signal.min_net_profit_pct: 1.999 is not allowed: 2 to 100 % (default 2): signals under 2 % net "
           "are never issued, so it may only be raised");
}

static void unknown_keys_name_the_one_that_was_meant(void **state)
{
    (void)state;
    refuse("{\"walkforward\": {\n\n\"train_day\": 9}}", "t.json:3: walkforward.train_day: there is no such setting: "
                                                        "did you mean walkforward.train_days?");
    refuse("{\"walkforwrd\": {\"train_days\": 9}}",
           "t.json:1: walkforwrd: there is no such setting: did you mean walkforward?");
    refuse("{\"train_days\": 9}",
           "t.json:1: train_days: there is no such setting: did you mean walkforward.train_days?");
    refuse("{\"x\": 9}", "t.json:1: x: there is no such setting: traderai config show lists all");
    refuse("{\"\": 9}", "t.json:1: : there is no such setting: traderai config show lists all");
    refuse("{\"run\": {\"$schema\": 1}}",
           "t.json:1: run.$schema: there is no such setting: traderai config show lists all");
    refuse("{\"run.seed\": 9}", "t.json:1: \"run.seed\": a name holds no dots: sections are objects: {\"run\": {...}}");
}

static void broken_json_names_its_line(void **state)
{
    (void)state;
    struct tr_config config;
    struct tr_error err;
    static const struct {
        const char *text, *start;
    } cases[] = {
        {"", "t.json:1: not valid JSON: "},
        {"{\n\"run\": }", "t.json:2: not valid JSON: "},
        {"{} x", "t.json:1: not valid JSON: "},
        {"{\"run\": {},\n\"run\": {}}", "t.json:2: not valid JSON: duplicate object key"},
        {"{\"run\": {\"seed\": 1e999}}", "t.json:1: not valid JSON: real number overflow"},
        {"{\"run\": {\"seed\": 99999999999999999999}}", "t.json:1: not valid JSON: too big integer"},
        {"{\"a\": \"\xff\"}", "t.json:1: not valid JSON: "},
        {"[]", "t.json:1: not an object"},
        {"\n\n{ /* here", "t.json:3: the comment that begins here has no end"},
        {"{\"run\": {\"seed\": 1,,}}", "t.json:1: not valid JSON: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tr_config_defaults(&config);
        assert_int_equal(tr_config_load_text(&config, "t.json", cases[i].text, strlen(cases[i].text), &err),
                         TR_INVALID);
        if (strncmp(err.text, cases[i].start, strlen(cases[i].start)) != 0)
            fail_msg("'%s' does not begin '%s'", err.text, cases[i].start);
        assert_null(strchr(err.text, '\n'));
    }
    assert_int_equal(tr_config_load_text(&config, "t.json", "{}\0", 3, &err), TR_INVALID);
}

static void deep_and_large_texts_are_refused_in_bounded_memory(void **state)
{
    (void)state;
    enum { LARGE = (1 << 20) + 1 };
    struct tr_config config;
    struct tr_error err;
    char *text = tr_alloc(LARGE, 1);
    assert_non_null(text);
    tr_config_defaults(&config);
    memset(text, '[', LARGE);
    assert_int_equal(tr_config_load_text(&config, "t.json", text, LARGE - 1, &err), TR_INVALID);
    memset(text, ' ', LARGE);
    assert_int_equal(tr_config_load_text(&config, "t.json", text, LARGE, &err), TR_INVALID);
    assert_string_equal(err.text, "t.json: larger than 1048576 bytes: not a configuration");
    tr_free(text);
}

static void bad_parameters_are_named(void **state)
{
    (void)state;
    refuse("{\"model\": {\"xgboost\": {\"params\": 5}}}",
           "t.json:1: model.xgboost.params: is not an object {\"name\": value, ...}");
    refuse("{\"model\": {\"xgboost\": {\"params\": {\"eta\": 1,\n\"max depth\": 4}}}}",
           "t.json:2: model.xgboost.params: \"max depth\" is not allowed: a name of at most 47 letters, digits and _");
    refuse("{\"model\": {\"xgboost\": {\"params\": {\n\"eta\": [1]}}}}",
           "t.json:2: model.xgboost.params.eta: [1] is not allowed: a number, true, false or a text of 1 to 47 bytes");
    refuse("{\"model\": {\"xgboost\": {\"params\": {\"eta\": \"\"}}}}",
           "t.json:1: model.xgboost.params.eta: \"\" is not allowed: a number, true, false or a text of 1 to 47 bytes");
    refuse("{\"model\": {\"lightgbm\": {\"params\": true}}}",
           "t.json:1: model.lightgbm.params: is not an object {\"name\": value, ...}");
    refuse("{\"model\": {\"lightgbm\": {\"params\": {\n\n\"eta\": {}}}}}",
           "t.json:3: model.lightgbm.params.eta: {} is not allowed: a number, true, false or a text of 1 to 47 bytes");
    refuse("{\"model\": {\"lightgbm\": {\"param\": {}}}}",
           "t.json:1: model.lightgbm.param: there is no such setting: did you mean model.lightgbm.params?");
    struct tr_buf text;
    tr_buf_init(&text);
    tr_buf_text(&text, "{\"model\": {\"xgboost\": {\"params\": {\n");
    for (int i = 0; i <= TR_CONFIG_PARAMS; i++)
        tr_buf_printf(&text, "\"p%d\": %d,\n", i, i);
    tr_buf_text(&text, "}}}}");
    refuse(tr_buf_string(&text), "t.json:34: model.xgboost.params.p32: one too many: at most 32 parameters");
    tr_buf_finish(&text);
}

static void a_long_value_is_shown_in_part(void **state)
{
    (void)state;
    struct tr_buf text;
    struct tr_config config;
    struct tr_error err;
    tr_buf_init(&text);
    tr_config_defaults(&config);
    for (int shift = 0; shift < 3; shift++) {
        tr_buf_clear(&text);
        tr_buf_printf(&text, "{\"exchange\": {\"name\": \"%.*s", shift, "xx");
        for (int i = 0; i < 60; i++)
            tr_buf_text(&text, "\xe2\x82\xac");
        tr_buf_text(&text, "\"}}");
        assert_int_equal(tr_config_load_text(&config, "t.json", tr_buf_string(&text), text.len, &err), TR_INVALID);
        assert_non_null(strstr(err.text, "\xe2\x82\xac... is not allowed")); /* no half letter before the dots */
        assert_in_range(strlen(err.text), 130, 250);
    }
    tr_buf_finish(&text);
}

static void a_file_is_read_and_named_in_errors(void **state)
{
    (void)state;
    char dir[256], path[300], line[400];
    struct tr_config config;
    struct tr_error err;
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/traderai.json", dir);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("// mine\n{\"run\": {\"seed\": 5}, \"label\": {\n\"stop\": 2}}\n", file);
    assert_int_equal(fclose(file), 0);
    tr_config_defaults(&config);
    assert_int_equal(tr_config_load_file(&config, path, &err), TR_INVALID);
    snprintf(line, sizeof line, "%s:3: label.stop: 2 is not allowed", path);
    assert_memory_equal(err.text, line, strlen(line));
    assert_int_equal(config.run.seed, 1);
    file = fopen(path, "wb");
    assert_non_null(file);
    fputs("{\"run\": {\"seed\": 5}}", file);
    assert_int_equal(fclose(file), 0);
    assert_ok(tr_config_load_file(&config, path, &err), &err);
    assert_int_equal(config.run.seed, 5);
    test_remove_dir(dir);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    char dir[256], path[300];
    struct tr_config config;
    struct tr_error err;
    test_make_dir(dir);
    tr_config_defaults(&config);
    assert_int_equal(tr_config_load_file(&config, dir, &err), TR_IO);
    assert_non_null(strstr(err.text, "is not a plain file"));
    snprintf(path, sizeof path, "%s/none.json", dir);
    assert_int_equal(tr_config_load_file(&config, path, &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, path));
    snprintf(path, sizeof path, "%s/pipe", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(tr_config_load_file(&config, path, &err), TR_IO); /* and does not wait for a writer */
    test_remove_dir(dir);
}

static void the_example_of_the_documentation_is_valid(void **state)
{
    (void)state;
    const char *source = getenv("TRADERAI_SOURCE");
    char path[4096];
    size_t len;
    struct tr_config config;
    struct tr_error err;
    snprintf(path, sizeof path, "%s/docs/configuration.md", source ? source : ".");
    char *text = test_read_file(path, &len);
    char *begin = strstr(text, "```jsonc\n"), *end = begin ? strstr(begin, "\n```\n") : NULL;
    assert_non_null(end);
    begin += strlen("```jsonc\n");
    tr_config_defaults(&config);
    assert_ok(tr_config_load_text(&config, "example", begin, (size_t)(end - begin), &err), &err);
    assert_ok(tr_config_check(&config, &err), &err);
    assert_same_bits(config.risk.capital_usd, 25000.0);
    tr_free(text);
}

static void running_out_of_memory_is_said(void **state)
{
    (void)state;
    struct tr_config config, before;
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    char dir[256], path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/traderai.json", dir);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("{\"run\": {\"seed\": 5}}", file);
    assert_int_equal(fclose(file), 0);
    tr_config_defaults(&config);
    memcpy(&before, &config, sizeof config);
    for (size_t k = 1; status == TR_NOMEM && k < 50; k++) {
        assert_memory_equal(&config, &before, sizeof config);
        tr_alloc_fail_at(k);
        status = tr_config_load_file(&config, path, &err);
        tr_alloc_fail_at(0);
    }
    assert_ok(status, &err);
    assert_int_equal(config.run.seed, 5);
    test_remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_object_changes_nothing),
        cmocka_unit_test(values_of_every_kind_arrive),
        cmocka_unit_test(a_later_file_changes_only_what_it_names),
        cmocka_unit_test(the_sections_of_models_calibration_and_drift_arrive),
        cmocka_unit_test(a_value_out_of_range_names_place_key_value_and_range),
        cmocka_unit_test(a_value_of_the_wrong_type_is_refused),
        cmocka_unit_test(null_is_allowed_in_one_place_only),
        cmocka_unit_test(the_profit_filter_can_only_be_raised),
        cmocka_unit_test(unknown_keys_name_the_one_that_was_meant),
        cmocka_unit_test(broken_json_names_its_line),
        cmocka_unit_test(deep_and_large_texts_are_refused_in_bounded_memory),
        cmocka_unit_test(bad_parameters_are_named),
        cmocka_unit_test(a_long_value_is_shown_in_part),
        cmocka_unit_test(a_file_is_read_and_named_in_errors),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(the_example_of_the_documentation_is_valid),
        cmocka_unit_test(running_out_of_memory_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
