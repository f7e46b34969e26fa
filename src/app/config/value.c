#include "app/config/value.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN = 60, RANGE_TEXT = 200 };

/* A value as JSON, cut where it is long. */
struct shown {
    char text[SHOWN + 8]; /* at most SHOWN bytes and "..." */
    size_t len;
};

/* Keeps one byte more than is shown, which tells that there is more and whether the cut is within a letter of UTF-8. */
static int show_part(const char *part, size_t size, void *context)
{
    struct shown *shown = context;
    size_t room = SHOWN + 1 - shown->len;
    memcpy(shown->text + shown->len, part, size < room ? size : room);
    shown->len += size < room ? size : room;
    return 0;
}

static void show(const json_t *value, struct shown *out)
{
    out->len = 0;
    json_dump_callback(value, show_part, out, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    bool cut = out->len > SHOWN;
    if (cut)
        out->len = SHOWN;
    while (cut && out->len > 0 && ((unsigned char)out->text[out->len] & 0xc0) == 0x80)
        out->len--;
    snprintf(out->text + out->len, sizeof out->text - out->len, "%s", cut ? "..." : "");
}

static void show_number(double value, char out[TR_NUMBER_TEXT])
{
    if (isnan(value))
        snprintf(out, TR_NUMBER_TEXT, "null");
    else
        tr_text_from_double(value, out);
}

static void add(char out[RANGE_TEXT], const char *text)
{
    size_t len = strlen(out);
    snprintf(out + len, RANGE_TEXT - len, "%s", text);
}

/* "1 to 3650 days (default 180)", "0 to 1 (fraction, default 0.5)" */
static void describe_numbers(const struct tr_setting *setting, char out[RANGE_TEXT])
{
    char min[TR_NUMBER_TEXT], max[TR_NUMBER_TEXT], text[RANGE_TEXT];
    bool is_fraction = strcmp(setting->unit, "fraction") == 0;
    show_number(setting->min, min);
    show_number(setting->max, max);
    snprintf(text, sizeof text, "%s%s%s to %s%s%s%s (%sdefault ", setting->count > 1 ? "three numbers, each " : "",
             setting->kind == TR_SETTING_INTEGER ? "a whole number from " : "", min, max,
             setting->unit[0] && !is_fraction ? " " : "", is_fraction ? "" : setting->unit,
             setting->nullable ? ", or null" : "", is_fraction ? "fraction, " : "");
    add(out, text);
    for (size_t i = 0; i < setting->count; i++) {
        show_number(setting->number[i], text);
        add(out, i > 0 ? ", " : "");
        add(out, text);
    }
    add(out, ")");
}

static void describe(const struct tr_setting *setting, char out[RANGE_TEXT])
{
    char text[RANGE_TEXT];
    out[0] = '\0';
    switch (setting->kind) {
    case TR_SETTING_TEXT:
        snprintf(text, sizeof text, "a text of at most %zu bytes without control characters (default \"%s\")",
                 setting->size - 1, setting->text);
        add(out, text);
        return;
    case TR_SETTING_BOOL:
        add(out, setting->number[0] != 0 ? "true or false (default true)" : "true or false (default false)");
        return;
    case TR_SETTING_CHOICE:
        for (size_t i = 0; setting->choices[i]; i++) {
            add(out, i > 0 ? ", " : "");
            add(out, setting->choices[i]);
        }
        snprintf(text, sizeof text, " (default %s)", setting->choices[(size_t)setting->number[0]]);
        add(out, text);
        return;
    case TR_SETTING_PARAMS:
        add(out, "an object of parameters");
        return;
    case TR_SETTING_INTEGER:
    case TR_SETTING_NUMBER:
        describe_numbers(setting, out);
        return;
    }
}

static enum tr_status refuse(const struct tr_setting *setting, const json_t *value, struct tr_error *err)
{
    char range[RANGE_TEXT];
    struct shown shown;
    show(value, &shown);
    describe(setting, range);
    if (setting->reason)
        return tr_error_set(err, TR_INVALID, "%s: %s is not allowed: %s: %s", setting->key, shown.text, range,
                            setting->reason);
    return tr_error_set(err, TR_INVALID, "%s: %s is not allowed: %s", setting->key, shown.text, range);
}

static bool has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    }
    return false;
}

static bool to_text(const json_t *value, char *out, size_t size)
{
    const char *text = json_string_value(value);
    if (!text || json_string_length(value) >= size || has_control(text))
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool to_choice(const struct tr_setting *setting, const json_t *value, unsigned *out)
{
    const char *text = json_string_value(value);
    for (unsigned i = 0; text && setting->choices[i]; i++) {
        if (strcmp(setting->choices[i], text) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool to_number(const struct tr_setting *setting, const json_t *value, double *out)
{
    if (json_is_null(value) && setting->nullable) {
        *out = (double)NAN;
        return true;
    }
    if (!json_is_number(value))
        return false;
    *out = json_number_value(value);
    return *out >= setting->min && *out <= setting->max;
}

static bool to_numbers(const struct tr_setting *setting, const json_t *value, double out[TR_SETTING_ARRAY])
{
    if (setting->count == 1)
        return to_number(setting, value, out);
    if (!json_is_array(value) || json_array_size(value) != setting->count)
        return false;
    for (size_t i = 0; i < setting->count; i++) {
        if (!to_number(setting, json_array_get(value, i), &out[i]))
            return false;
    }
    return true;
}

/* The range of an integer setting lies within +-2^53, where a double is exact. */
static bool to_integer(const struct tr_setting *setting, const json_t *value, int64_t *out)
{
    double number;
    if (!to_number(setting, value, &number) || number != floor(number))
        return false;
    *out = (int64_t)number;
    return true;
}

enum tr_status tr_setting_assign(const struct tr_setting *setting, struct tr_config *config, const json_t *value,
                                 struct tr_error *err)
{
    void *place = tr_setting_place(setting, config);
    char text[TR_CONFIG_TEXT] = "";
    double numbers[TR_SETTING_ARRAY];
    int64_t integer;
    unsigned choice;
    bool flag = json_is_true(value);
    switch (setting->kind) {
    case TR_SETTING_TEXT:
        if (!to_text(value, text, setting->size))
            break;
        memcpy(place, text, setting->size);
        return TR_OK;
    case TR_SETTING_BOOL:
        if (!json_is_boolean(value))
            break;
        memcpy(place, &flag, sizeof flag);
        return TR_OK;
    case TR_SETTING_INTEGER:
        if (!to_integer(setting, value, &integer))
            break;
        memcpy(place, &integer, sizeof integer);
        return TR_OK;
    case TR_SETTING_NUMBER:
        if (!to_numbers(setting, value, numbers))
            break;
        memcpy(place, numbers, setting->count * sizeof *numbers);
        return TR_OK;
    case TR_SETTING_CHOICE:
        if (!to_choice(setting, value, &choice))
            break;
        memcpy(place, &choice, sizeof choice);
        return TR_OK;
    case TR_SETTING_PARAMS:
        break;
    }
    return refuse(setting, value, err);
}

static bool is_name(const char *name, size_t size)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return len > 0 && len < size && name[len] == '\0';
}

static bool param_text(const json_t *value, char *out, size_t size)
{
    if (json_is_boolean(value))
        snprintf(out, size, "%s", json_is_true(value) ? "true" : "false");
    else if (json_is_integer(value))
        snprintf(out, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        tr_text_from_double(json_real_value(value), out);
    else
        return to_text(value, out, size) && out[0] != '\0';
    return true;
}

enum tr_status tr_setting_begin_params(const struct tr_setting *setting, struct tr_config *config, const json_t *object,
                                       struct tr_error *err)
{
    struct tr_config_params *params = tr_setting_place(setting, config);
    if (!json_is_object(object))
        return tr_error_set(err, TR_INVALID, "%s: is not an object {\"name\": value, ...}", setting->key);
    params->n = 0;
    return TR_OK;
}

enum tr_status tr_setting_assign_param(const struct tr_setting *setting, struct tr_config *config, const char *name,
                                       const json_t *value, struct tr_error *err)
{
    struct tr_config_params *params = tr_setting_place(setting, config);
    struct tr_config_param param = {0};
    _Static_assert(sizeof param.value >= TR_NUMBER_TEXT, "a number fits");
    if (!is_name(name, sizeof param.name))
        return tr_error_set(err, TR_INVALID,
                            "%s: \"%.60s\" is not allowed: a name of at most %zu letters, digits and _", setting->key,
                            name, sizeof param.name - 1);
    snprintf(param.name, sizeof param.name, "%s", name);
    if (!param_text(value, param.value, sizeof param.value)) {
        struct shown shown;
        show(value, &shown);
        return tr_error_set(err, TR_INVALID,
                            "%s.%s: %s is not allowed: a number, true, false or a text of 1 to %zu bytes", setting->key,
                            name, shown.text, sizeof param.value - 1);
    }
    size_t i = 0;
    while (i < params->n && strcmp(params->item[i].name, name) != 0)
        i++;
    if (i == TR_CONFIG_PARAMS)
        return tr_error_set(err, TR_INVALID, "%s.%s: one too many: at most %d parameters", setting->key, name,
                            TR_CONFIG_PARAMS);
    params->item[i] = param;
    if (i == params->n)
        params->n++;
    return TR_OK;
}

void tr_setting_default(const struct tr_setting *setting, struct tr_config *config)
{
    void *place = tr_setting_place(setting, config);
    struct tr_config_params *params = place;
    bool flag = setting->number[0] != 0;
    int64_t integer;
    unsigned choice;
    switch (setting->kind) {
    case TR_SETTING_TEXT:
        snprintf(place, setting->size, "%s", setting->text);
        break;
    case TR_SETTING_BOOL:
        memcpy(place, &flag, sizeof flag);
        break;
    case TR_SETTING_INTEGER:
        integer = (int64_t)setting->number[0];
        memcpy(place, &integer, sizeof integer);
        break;
    case TR_SETTING_NUMBER:
        memcpy(place, setting->number, setting->count * sizeof *setting->number);
        break;
    case TR_SETTING_CHOICE:
        choice = (unsigned)setting->number[0];
        memcpy(place, &choice, sizeof choice);
        break;
    case TR_SETTING_PARAMS:
        params->n = 0;
        break;
    }
}
