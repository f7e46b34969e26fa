#include "app/config/config.h"

#include "app/config/value.h"
#include "base/alloc.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define VARIABLE "TRADERAI__"

enum { KEY_TEXT = 128 };

static json_t *number_of(const char *text)
{
    const char *end = text + strlen(text);
    int64_t integer;
    double real;
    if (tr_text_to_int64(text, end, &integer))
        return json_integer(integer);
    return tr_text_to_double(text, end, &real) ? json_real(real) : NULL;
}

static json_t *bool_of(const char *text)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (tr_text_equal_nocase(text, words[i]))
            return json_boolean(i % 2);
    }
    return NULL;
}

/* "[1, 2, 3]" or "1,2,3" */
static json_t *array_of(const char *text)
{
    char bracketed[256];
    if (strchr(text, '['))
        return json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    int n = snprintf(bracketed, sizeof bracketed, "[%s]", text);
    return n > 0 && (size_t)n < sizeof bracketed ? json_loads(bracketed, 0, NULL) : NULL;
}

/* What the text means for this setting; where it means nothing, the text itself, which is then refused with its range.
 */
static json_t *value_of(const struct tr_setting *setting, const char *text)
{
    json_t *value = NULL;
    if (setting->nullable && strcmp(text, "null") == 0)
        return json_null();
    switch (setting->kind) {
    case TR_SETTING_BOOL:
        value = bool_of(text);
        break;
    case TR_SETTING_INTEGER:
    case TR_SETTING_NUMBER:
        value = setting->count > 1 ? array_of(text) : number_of(text);
        break;
    case TR_SETTING_PARAMS:
        value = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        break;
    case TR_SETTING_TEXT:
    case TR_SETTING_CHOICE:
        break;
    }
    return value ? value : json_string(text);
}

static enum tr_status set_params(const struct tr_setting *setting, struct tr_config *config, json_t *object,
                                 struct tr_error *err)
{
    const char *name;
    json_t *value;
    struct tr_config changed = *config;
    enum tr_status status = tr_setting_begin_params(setting, &changed, object, err);
    if (status)
        return status;
    json_object_foreach(object, name, value)
    {
        status = tr_setting_assign_param(setting, &changed, name, value, err);
        if (status)
            return status;
    }
    *config = changed;
    return TR_OK;
}

enum tr_status tr_config_set(struct tr_config *config, const char *key, const char *value, enum tr_config_source source,
                             struct tr_error *err)
{
    (void)source;
    const char *param = NULL;
    const struct tr_setting *setting = tr_setting_of_param(key, &param);
    if (!setting)
        setting = tr_setting_find(key);
    if (!setting)
        return tr_setting_unknown(key, err);
    json_t *json = param ? json_string(value) : value_of(setting, value);
    enum tr_status status;
    if (!json)
        return tr_error_set(err, TR_INVALID, "%s: the value is not valid UTF-8", key);
    if (param)
        status = tr_setting_assign_param(setting, config, param, json, err);
    else if (setting->kind == TR_SETTING_PARAMS)
        status = set_params(setting, config, json, err);
    else
        status = tr_setting_assign(setting, config, json, err);
    json_decref(json);
    return status;
}

/* "WALKFORWARD__TRAIN_DAYS" -> "walkforward.train_days"; false where it is too long to be one of ours. */
static bool key_of(const char *name, size_t len, char key[KEY_TEXT])
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (n + 1 >= KEY_TEXT)
            return false;
        if (name[i] == '_' && i + 1 < len && name[i + 1] == '_') {
            key[n++] = '.';
            i++;
        } else {
            key[n++] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
        }
    }
    key[n] = '\0';
    return true;
}

static enum tr_status load_variable(struct tr_config *config, const char *variable, struct tr_error *err)
{
    const char *equals = strchr(variable, '=');
    char key[KEY_TEXT] = {0};
    if (!equals || strncmp(variable, VARIABLE, strlen(VARIABLE)) != 0)
        return TR_OK;
    int shown = equals - variable < 80 ? (int)(equals - variable) : 80;
    const char *name = variable + strlen(VARIABLE);
    if (!key_of(name, (size_t)(equals - name), key))
        return tr_error_set(err, TR_INVALID, "%.*s...: there is no such setting", shown, variable);
    if (tr_config_set(config, key, equals + 1, TR_CONFIG_ENVIRONMENT, err))
        return tr_error_prepend(err, "%.*s", shown, variable);
    return TR_OK;
}

enum tr_status tr_config_load_environment(struct tr_config *config, const char *const *environment,
                                          struct tr_error *err)
{
    struct tr_config changed = *config;
    for (size_t i = 0; environment[i]; i++) {
        enum tr_status status = load_variable(&changed, environment[i], err);
        if (status)
            return status;
    }
    *config = changed;
    return TR_OK;
}
