#include "support/test.h"

#include "app/config/table.h"
#include "base/alloc.h"
#include "base/rng.h"
#include "base/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static double between(struct tr_rng *rng, double min, double max)
{
    double x = min + (max - min) * tr_rng_uniform(rng);
    switch (tr_rng_below(rng, 4)) {
    case 0:
        return min;
    case 1:
        return max;
    default:
        return x < min ? min : x > max ? max : x;
    }
}

static void random_value(const struct tr_setting *setting, struct tr_rng *rng, struct tr_config *config)
{
    static const char *const params[] = {"4",   "0.1",  "-1",    "-0",   "1e5", "1e+20",
                                         "007", "true", "false", "hist", "\"",  "null",
                                         "{}",  "é",    "0.10",  "1.0",  "+1",  "99999999999999999999"};
    void *place = tr_setting_place(setting, config);
    double *numbers = place;
    struct tr_config_params *set = place;
    unsigned choices = 0, choice;
    switch (setting->kind) {
    case TR_SETTING_TEXT:
        snprintf(place, setting->size, "%s%" PRIu64, tr_rng_below(rng, 2) ? "a \"b\" \\ / ü " : "", tr_rng_u64(rng));
        break;
    case TR_SETTING_BOOL:
        *(bool *)place = tr_rng_below(rng, 2) == 1;
        break;
    case TR_SETTING_INTEGER:
        *(int64_t *)place = (int64_t)floor(between(rng, setting->min, setting->max));
        break;
    case TR_SETTING_NUMBER:
        for (size_t i = 0; i < setting->count; i++)
            numbers[i] =
                setting->nullable && tr_rng_below(rng, 2) ? (double)NAN : between(rng, setting->min, setting->max);
        break;
    case TR_SETTING_CHOICE:
        while (setting->choices[choices])
            choices++;
        choice = (unsigned)tr_rng_below(rng, choices);
        memcpy(place, &choice, sizeof choice);
        break;
    case TR_SETTING_PARAMS:
        set->n = tr_rng_below(rng, TR_CONFIG_PARAMS + 1);
        for (size_t i = 0; i < set->n; i++) {
            struct tr_config_param *param = &set->item[i];
            memset(param, 0, sizeof *param);
            snprintf(param->name, sizeof param->name, "p%zu", i);
            snprintf(param->value, sizeof param->value, "%s",
                     params[tr_rng_below(rng, sizeof params / sizeof *params)]);
        }
        break;
    }
}

static void assert_same_params(const struct tr_config_params *a, const struct tr_config_params *b)
{
    assert_true(a->n == b->n);
    for (size_t k = 0; k < a->n; k++) {
        assert_string_equal(a->item[k].name, b->item[k].name);
        assert_string_equal(a->item[k].value, b->item[k].value);
    }
}

static void assert_same_config(const struct tr_config *a, const struct tr_config *b)
{
    for (size_t i = 0; i < tr_setting_count; i++) {
        const struct tr_setting *setting = &tr_settings[i];
        const void *left = tr_setting_value(setting, a), *right = tr_setting_value(setting, b);
        size_t size = setting->kind == TR_SETTING_BOOL     ? sizeof(bool)
                      : setting->kind == TR_SETTING_CHOICE ? sizeof(unsigned)
                                                           : sizeof(int64_t);
        if (setting->kind == TR_SETTING_TEXT) {
            assert_string_equal(left, right);
        } else if (setting->kind == TR_SETTING_NUMBER) {
            for (size_t k = 0; k < setting->count; k++)
                assert_same_bits(((const double *)left)[k], ((const double *)right)[k]);
        } else if (setting->kind == TR_SETTING_PARAMS) {
            assert_same_params(left, right);
        } else {
            assert_memory_equal(left, right, size);
        }
    }
}

static void any_configuration_comes_back_from_its_json(void **state)
{
    (void)state;
    struct tr_rng rng;
    struct tr_buf text;
    tr_rng_init(&rng, 11, 0);
    tr_buf_init(&text);
    for (int round = 0; round < 500; round++) {
        struct tr_config config, back;
        struct tr_error err;
        tr_config_defaults(&config);
        for (size_t i = 0; i < tr_setting_count; i++)
            random_value(&tr_settings[i], &rng, &config);
        tr_buf_clear(&text);
        tr_config_write_json(&config, round % 2 ? 2 : 0, &text);
        assert_ok(tr_buf_status(&text, &err), &err);
        tr_config_defaults(&back);
        assert_ok(tr_config_load_text(&back, "own", tr_buf_string(&text), text.len, &err), &err);
        assert_same_config(&config, &back);
    }
    tr_buf_finish(&text);
}

static void any_configuration_comes_back_from_its_table(void **state)
{
    (void)state;
    struct tr_rng rng;
    struct tr_buf text;
    struct tr_config config, back;
    struct tr_error err;
    tr_rng_init(&rng, 12, 0);
    tr_buf_init(&text);
    tr_config_defaults(&config);
    tr_config_defaults(&back);
    for (size_t i = 0; i < tr_setting_count; i++)
        if (tr_settings[i].kind != TR_SETTING_TEXT) /* a text may hold the two blanks that end a column */
            random_value(&tr_settings[i], &rng, &config);
    tr_config_write_table(&config, &text);
    size_t rows = 0;
    for (const char *line = tr_buf_string(&text); *line; line = strchr(line, '\n') + 1, rows++) {
        char key[64], value[3000];
        if (rows == 0) {
            assert_memory_equal(line, "KEY ", 4);
            continue;
        }
        size_t len = strcspn(line, " ");
        snprintf(key, sizeof key, "%.*s", (int)len, line);
        const char *from = line + len + strspn(line + len, " "), *end = strstr(from, "  ");
        snprintf(value, sizeof value, "%.*s", (int)(end - from), from);
        if (strcmp(value, "\"\"") == 0)
            value[0] = '\0';
        assert_string_equal(key, tr_settings[rows - 1].key);
        assert_ok(tr_config_set(&back, key, value, TR_CONFIG_OPTION, &err), &err);
        assert_non_null(strstr(end, tr_settings[rows - 1].help));
    }
    assert_int_equal(rows, tr_setting_count + 1);
    assert_same_config(&config, &back);
    tr_buf_finish(&text);
}

static const json_t *schema_of(const json_t *schema, const char *key)
{
    char part[64];
    for (const char *at = key;; at++) {
        size_t len = strcspn(at, ".");
        snprintf(part, sizeof part, "%.*s", (int)len, at);
        schema = json_object_get(json_object_get(schema, "properties"), part);
        assert_non_null(schema);
        at += len;
        if (*at == '\0')
            return schema;
        assert_string_equal(json_string_value(json_object_get(schema, "type")), "object");
        assert_true(json_is_false(json_object_get(schema, "additionalProperties")));
    }
}

static void the_schema_describes_every_setting(void **state)
{
    (void)state;
    struct tr_buf text;
    json_error_t fault;
    tr_buf_init(&text);
    tr_config_write_schema(&text);
    json_t *schema = json_loads(tr_buf_string(&text), JSON_REJECT_DUPLICATES, &fault);
    if (!schema)
        fail_msg("line %d: %s", fault.line, fault.text);
    assert_string_equal(json_string_value(json_object_get(schema, "$schema")),
                        "https://json-schema.org/draft/2020-12/schema");
    for (size_t i = 0; i < tr_setting_count; i++) {
        const struct tr_setting *setting = &tr_settings[i];
        const json_t *own = schema_of(schema, setting->key);
        assert_non_null(json_object_get(own, "type"));
        assert_non_null(json_object_get(own, "default"));
        assert_non_null(strstr(json_string_value(json_object_get(own, "description")), setting->help));
        if (setting->count == 1) {
            assert_same_bits(json_number_value(json_object_get(own, "minimum")), setting->min);
            assert_same_bits(json_number_value(json_object_get(own, "maximum")), setting->max);
            assert_int_equal(json_is_array(json_object_get(own, "type")), setting->nullable);
        }
        for (size_t k = 0; setting->kind == TR_SETTING_CHOICE && (k == 0 || setting->choices[k - 1]); k++) {
            const json_t *choice = json_array_get(json_object_get(own, "enum"), k);
            if (setting->choices[k])
                assert_string_equal(json_string_value(choice), setting->choices[k]);
            else
                assert_null(choice);
        }
        if (setting->kind == TR_SETTING_PARAMS) {
            assert_string_equal(json_string_value(json_object_get(own, "type")), "object");
            assert_true(json_is_object(json_object_get(own, "additionalProperties")));
        }
    }
    json_decref(schema);
    tr_buf_finish(&text);
}

static void the_defaults_of_the_schema_are_the_defaults(void **state)
{
    (void)state;
    struct tr_buf text;
    struct tr_config config, defaults;
    tr_buf_init(&text);
    tr_config_write_schema(&text);
    json_t *schema = json_loads(tr_buf_string(&text), 0, NULL);
    assert_non_null(schema);
    tr_config_defaults(&defaults);
    memcpy(&config, &defaults, sizeof config);
    for (size_t i = 0; i < tr_setting_count; i++) {
        char value[300];
        struct tr_error err;
        const json_t *own = json_object_get(schema_of(schema, tr_settings[i].key), "default");
        size_t len = json_dumpb(own, value, sizeof value - 1, JSON_ENCODE_ANY);
        value[len] = '\0';
        if (json_is_string(own))
            snprintf(value, sizeof value, "%s", json_string_value(own));
        assert_ok(tr_config_set(&config, tr_settings[i].key, value, TR_CONFIG_OPTION, &err), &err);
    }
    assert_same_config(&config, &defaults);
    json_decref(schema);
    tr_buf_finish(&text);
}

static void running_out_of_memory_is_said_by_the_buffer(void **state)
{
    (void)state;
    struct tr_config config;
    tr_config_defaults(&config);
    for (int what = 0; what < 3; what++) {
        bool failed = true;
        for (size_t k = 1; failed && k < 5000; k++) {
            struct tr_buf text;
            struct tr_error err;
            tr_buf_init(&text);
            tr_alloc_fail_at(k);
            if (what == 0)
                tr_config_write_json(&config, 2, &text);
            else if (what == 1)
                tr_config_write_table(&config, &text);
            else
                tr_config_write_schema(&text);
            bool reached = tr_alloc_fail_at(0) >= k;
            failed = tr_buf_status(&text, &err) == TR_NOMEM;
            assert_int_equal(failed, reached);
            tr_buf_finish(&text);
        }
        assert_false(failed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_configuration_comes_back_from_its_json),
        cmocka_unit_test(any_configuration_comes_back_from_its_table),
        cmocka_unit_test(the_schema_describes_every_setting),
        cmocka_unit_test(the_defaults_of_the_schema_are_the_defaults),
        cmocka_unit_test(running_out_of_memory_is_said_by_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
