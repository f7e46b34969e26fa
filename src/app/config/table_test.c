#include "support/test.h"

#include "app/config/table.h"
#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t section_len(const char *key)
{
    return (size_t)(strrchr(key, '.') - key);
}

static void keys_are_unique_and_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < tr_setting_count; i++) {
        const char *key = tr_settings[i].key;
        int dots = 0;
        for (const char *at = key; *at; at++)
            dots += *at == '.';
        assert_in_range(dots, 1, TR_SETTING_DEPTH - 1);
        assert_true(strlen(key) < TR_SETTING_KEY);
        assert_int_equal(strspn(key, "abcdefghijklmnopqrstuvwxyz_."), strlen(key));
        /* Two underscores stand for a dot in the environment. */
        assert_null(strstr(key, "__"));
        assert_ptr_equal(tr_setting_find(key), &tr_settings[i]);
    }
}

static void the_keys_of_a_section_stand_together(void **state)
{
    (void)state;
    for (size_t i = 1; i < tr_setting_count; i++) {
        const char *key = tr_settings[i].key;
        size_t len = section_len(key);
        if (section_len(tr_settings[i - 1].key) == len && strncmp(tr_settings[i - 1].key, key, len) == 0)
            continue;
        for (size_t k = 0; k < i; k++)
            assert_false(section_len(tr_settings[k].key) == len && strncmp(tr_settings[k].key, key, len) == 0);
    }
}

static void places_do_not_overlap(void **state)
{
    (void)state;
    struct tr_config config;
    unsigned char *used = (unsigned char *)&config;
    memset(&config, 0, sizeof config);
    for (size_t i = 0; i < tr_setting_count; i++) {
        const struct tr_setting *setting = &tr_settings[i];
        size_t size = setting->kind == TR_SETTING_TEXT      ? setting->size
                      : setting->kind == TR_SETTING_BOOL    ? sizeof(bool)
                      : setting->kind == TR_SETTING_CHOICE  ? sizeof(enum tr_config_label)
                      : setting->kind == TR_SETTING_PARAMS  ? sizeof(struct tr_config_params)
                      : setting->kind == TR_SETTING_INTEGER ? sizeof(int64_t)
                                                            : setting->count * sizeof(double);
        assert_true(setting->offset + size <= sizeof config);
        for (size_t k = 0; k < size; k++)
            assert_int_equal(used[setting->offset + k]++, 0);
    }
}

static void every_member_has_a_setting(void **state)
{
    (void)state;
    size_t covered = 0, flags = 0;
    for (size_t i = 0; i < tr_setting_count; i++) {
        const struct tr_setting *setting = &tr_settings[i];
        covered += setting->kind == TR_SETTING_TEXT     ? setting->size
                   : setting->kind == TR_SETTING_BOOL   ? 8
                   : setting->kind == TR_SETTING_CHOICE ? 8
                   : setting->kind == TR_SETTING_PARAMS ? sizeof(struct tr_config_params)
                                                        : 8 * (setting->count ? setting->count : 1);
        flags += setting->kind == TR_SETTING_BOOL || setting->kind == TR_SETTING_CHOICE;
    }
    /* An enum and a bool side by side share eight bytes. */
    assert_in_range(sizeof(struct tr_config), covered - 8 * flags, covered);
}

static void defaults_lie_in_their_range_and_are_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < tr_setting_count; i++) {
        const struct tr_setting *setting = &tr_settings[i];
        assert_true(strlen(setting->help) > 5);
        assert_non_null(setting->unit);
        if (setting->kind == TR_SETTING_TEXT)
            assert_true(strlen(setting->text) < setting->size);
        if (setting->kind == TR_SETTING_CHOICE)
            assert_non_null(setting->choices[(size_t)setting->number[0]]);
        if (setting->kind != TR_SETTING_INTEGER && setting->kind != TR_SETTING_NUMBER)
            continue;
        assert_true(setting->min < setting->max);
        assert_true(setting->count == 1 || setting->count == TR_SETTING_ARRAY);
        for (size_t k = 0; k < setting->count; k++)
            assert_true((setting->number[k] >= setting->min && setting->number[k] <= setting->max) ||
                        (setting->nullable && isnan(setting->number[k])));
    }
}

static void the_nearest_key_or_section_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *key, *nearest;
    } cases[] = {
        {"walkforward.train_day", "walkforward.train_days"},
        {"walkforwrd.train_days", "walkforward.train_days"},
        {"train_days", "walkforward.train_days"},
        {"label.train_days", "walkforward.train_days"},
        {"walkforwrd", "walkforward"},
        {"modle", "model"},
        {"model.xgbost", "model.xgboost"},
        {"model.xgboost.round", "model.xgboost.rounds"},
        {"risk.capital", "risk.capital_usd"},
        {"run.sed", "run.seed"},
        {"capital", "risk.capital_usd"},
        {"walk", "walkforward"},
        {"model.lightgmb", "model.lightgbm"},
        {"model.lightgbm.round", "model.lightgbm.rounds"},
        {"model.lightgbm.pth", "model.lightgbm.path"},
        {"model.xgboost.engine", "model.lightgbm.engine"},
        {"model.early_stop", "model.early_stopping"},
        {"model.patient", "model.patience"},
        {"tail_share", "model.tail_share"},
        {"calibration.conformal_alfa", "calibration.conformal_alpha"},
        {"calibration.conform", "calibration.conformal"},
        {"drfit", "drift"},
        {"drift.rul", "drift.rule"},
        {"drift.min_bar", "drift.min_bars"},
        {"drift.importance", "drift.importance_share"},
        {"something.else_altogether", NULL},
        {"zzz", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char nearest[TR_SETTING_KEY] = "";
        assert_int_equal(tr_setting_nearest(cases[i].key, nearest), cases[i].nearest != NULL);
        if (cases[i].nearest)
            assert_string_equal(nearest, cases[i].nearest);
    }
}

static void a_parameter_is_known_by_the_setting_that_holds_it(void **state)
{
    (void)state;
    static const struct {
        const char *key, *holder, *name;
    } cases[] = {
        {"model.xgboost.params.eta", "model.xgboost.params", "eta"},
        {"model.lightgbm.params.num_leaves", "model.lightgbm.params", "num_leaves"},
        {"model.lightgbm.params.a.b", "model.lightgbm.params", "a.b"},
        {"model.lightgbm.params.", "model.lightgbm.params", ""},
        {"model.lightgbm.params", NULL, NULL},
        {"model.lightgbm.paramsx", NULL, NULL},
        {"model.lightgbm.params_eta", NULL, NULL},
        {"model.lightgbm.rounds.eta", NULL, NULL},
        {"run.seed.eta", NULL, NULL},
        {"", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *name = NULL;
        const struct tr_setting *holder = tr_setting_of_param(cases[i].key, &name);
        assert_ptr_equal(holder, cases[i].holder ? tr_setting_find(cases[i].holder) : NULL);
        if (holder)
            assert_string_equal(name, cases[i].name);
        else
            assert_null(name);
    }
}

static void very_long_keys_are_no_trouble(void **state)
{
    (void)state;
    char key[5000], nearest[TR_SETTING_KEY];
    struct tr_error err;
    memset(key, 'x', sizeof key);
    key[sizeof key - 1] = '\0';
    tr_setting_nearest(key, nearest);
    assert_int_equal(tr_setting_unknown(key, &err), TR_INVALID);
    key[2000] = '.';
    assert_int_equal(tr_setting_unknown(key, &err), TR_INVALID);
}

static void the_documentation_names_every_key_with_its_default(void **state)
{
    (void)state;
    const char *source = getenv("TRADERAI_SOURCE");
    char path[4096];
    size_t len;
    snprintf(path, sizeof path, "%s/docs/configuration.md", source ? source : ".");
    char *text = test_read_file(path, &len);
    for (size_t i = 0; i < tr_setting_count; i++) {
        const struct tr_setting *setting = &tr_settings[i];
        char row[256];
        int n = snprintf(row, sizeof row, "\n| `%s` | ", setting->key);
        if (setting->kind == TR_SETTING_TEXT || setting->kind == TR_SETTING_CHOICE)
            snprintf(row + n, sizeof row - (size_t)n, "`\"%s\"` |",
                     setting->kind == TR_SETTING_TEXT ? setting->text : setting->choices[(size_t)setting->number[0]]);
        else if (setting->kind == TR_SETTING_BOOL)
            snprintf(row + n, sizeof row - (size_t)n, "%s |", setting->number[0] != 0 ? "true" : "false");
        else if (setting->kind == TR_SETTING_PARAMS)
            snprintf(row + n, sizeof row - (size_t)n, "{} |");
        else if (isnan(setting->number[0]))
            snprintf(row + n, sizeof row - (size_t)n, "null |");
        else if (setting->count == 1)
            snprintf(row + n, sizeof row - (size_t)n, "%.15g |", setting->number[0]);
        else
            snprintf(row + n, sizeof row - (size_t)n, "%.15g, %.15g, %.15g |", setting->number[0], setting->number[1],
                     setting->number[2]);
        if (!strstr(text, row))
            fail_msg("docs/configuration.md has no row that begins%s", row);
    }
    tr_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_unique_and_fit),
        cmocka_unit_test(the_keys_of_a_section_stand_together),
        cmocka_unit_test(places_do_not_overlap),
        cmocka_unit_test(every_member_has_a_setting),
        cmocka_unit_test(defaults_lie_in_their_range_and_are_explained),
        cmocka_unit_test(the_nearest_key_or_section_is_found),
        cmocka_unit_test(a_parameter_is_known_by_the_setting_that_holds_it),
        cmocka_unit_test(very_long_keys_are_no_trouble),
        cmocka_unit_test(the_documentation_names_every_key_with_its_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
