#include "app/config/value.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* As a number or a boolean where exactly this text comes back from it, else as a text. */
static void write_param(const struct tr_config_param *param, struct tr_json *json)
{
    const char *end = param->value + strlen(param->value);
    char number[TR_NUMBER_TEXT];
    int64_t integer;
    double real;
    if (strcmp(param->value, "true") == 0 || strcmp(param->value, "false") == 0) {
        tr_json_bool(json, param->name, param->value[0] == 't');
        return;
    }
    if (tr_text_to_int64(param->value, end, &integer)) {
        snprintf(number, sizeof number, "%" PRId64, integer);
        if (strcmp(number, param->value) == 0) {
            tr_json_int(json, param->name, integer);
            return;
        }
    } else if (tr_text_to_double(param->value, end, &real)) {
        tr_text_from_double(real, number);
        if (strcmp(number, param->value) == 0) {
            tr_json_number(json, param->name, real);
            return;
        }
    }
    tr_json_string(json, param->name, param->value);
}

void tr_setting_write(const struct tr_setting *setting, const struct tr_config *config, struct tr_json *json,
                      const char *name)
{
    const void *value = tr_setting_value(setting, config);
    const double *numbers = value;
    const struct tr_config_params *params = value;
    unsigned choice;
    switch (setting->kind) {
    case TR_SETTING_TEXT:
        tr_json_string(json, name, value);
        break;
    case TR_SETTING_BOOL:
        tr_json_bool(json, name, *(const bool *)value);
        break;
    case TR_SETTING_INTEGER:
        tr_json_int(json, name, *(const int64_t *)value);
        break;
    case TR_SETTING_NUMBER:
        if (setting->count == 1) {
            tr_json_number(json, name, numbers[0]);
            break;
        }
        tr_json_array(json, name);
        for (size_t i = 0; i < setting->count; i++)
            tr_json_number(json, NULL, numbers[i]);
        tr_json_array_end(json);
        break;
    case TR_SETTING_CHOICE:
        memcpy(&choice, value, sizeof choice);
        tr_json_string(json, name, setting->choices[choice]);
        break;
    case TR_SETTING_PARAMS:
        tr_json_object(json, name);
        for (size_t i = 0; i < params->n; i++)
            write_param(&params->item[i], json);
        tr_json_object_end(json);
        break;
    }
}

void tr_setting_print(const struct tr_setting *setting, const struct tr_config *config, struct tr_buf *out)
{
    const char *text = tr_setting_value(setting, config);
    unsigned choice;
    struct tr_json json;
    if (setting->kind == TR_SETTING_TEXT && text[0]) {
        tr_buf_text(out, text);
        return;
    }
    if (setting->kind == TR_SETTING_CHOICE) {
        memcpy(&choice, text, sizeof choice);
        tr_buf_text(out, setting->choices[choice]);
        return;
    }
    struct tr_buf quoted;
    tr_buf_init(&quoted);
    tr_json_init(&json, &quoted, 0);
    tr_json_array(&json, NULL);
    tr_setting_write(setting, config, &json, NULL);
    tr_json_array_end(&json);
    if (quoted.failed)
        out->failed = true;
    else
        tr_buf_add(out, quoted.data + 1, quoted.len - 2);
    tr_buf_finish(&quoted);
}
