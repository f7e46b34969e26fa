#include "app/config/config.h"

#include "app/config/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SECTION_TEXT = 64 };

/* Keys split into the objects that hold them. */
struct nest {
    struct tr_json *json;
    bool schema;                /* sections are written as schemas of objects */
    char section[SECTION_TEXT]; /* the one that is open: "", "model.xgboost" */
};

static void open_section(struct nest *nest, const char *name)
{
    tr_json_object(nest->json, name);
    if (nest->schema) {
        tr_json_string(nest->json, "type", "object");
        tr_json_bool(nest->json, "additionalProperties", false);
        tr_json_object(nest->json, "properties");
    }
}

static void close_section(struct nest *nest)
{
    if (nest->schema)
        tr_json_object_end(nest->json);
    tr_json_object_end(nest->json);
}

/* Closes and opens sections so that the one of `key` is open; returns the key's last part. */
static const char *enter(struct nest *nest, const char *key)
{
    const char *name = strrchr(key, '.') + 1;
    size_t wanted = (size_t)(name - key) - 1;
    char *section = nest->section;
    /* Close what does not hold the key. */
    while (section[0] &&
           !(strncmp(section, key, strlen(section)) == 0 && strlen(section) <= wanted && key[strlen(section)] == '.')) {
        char *dot = strrchr(section, '.');
        *(dot ? dot : section) = '\0';
        close_section(nest);
    }
    while (strlen(section) < wanted) {
        size_t from = strlen(section) ? strlen(section) + 1 : 0, len = strcspn(key + from, ".");
        char part[SECTION_TEXT];
        snprintf(part, sizeof part, "%.*s", (int)len, key + from);
        snprintf(section, SECTION_TEXT, "%.*s", (int)(from + len), key);
        open_section(nest, part);
    }
    return name;
}

static void leave_all(struct nest *nest)
{
    for (const char *at = nest->section; *at; at += strcspn(at, "."), at += *at == '.')
        close_section(nest);
    nest->section[0] = '\0';
}

void tr_config_write_json(const struct tr_config *config, int indent, struct tr_buf *out)
{
    struct tr_json json;
    struct nest nest = {.json = &json};
    tr_json_init(&json, out, indent);
    tr_json_object(&json, NULL);
    for (size_t i = 0; i < tr_setting_count; i++) {
        const char *name = enter(&nest, tr_settings[i].key);
        tr_setting_write(&tr_settings[i], config, &json, name);
    }
    leave_all(&nest);
    tr_json_object_end(&json);
}

static void write_types(struct tr_json *json, const struct tr_setting *setting, const char *type)
{
    if (!setting->nullable) {
        tr_json_string(json, "type", type);
        return;
    }
    tr_json_array(json, "type");
    tr_json_string(json, NULL, type);
    tr_json_string(json, NULL, "null");
    tr_json_array_end(json);
}

static void write_range(struct tr_json *json, const struct tr_setting *setting, const char *type)
{
    write_types(json, setting, type);
    tr_json_number(json, "minimum", setting->min);
    tr_json_number(json, "maximum", setting->max);
}

static void write_numbers(struct tr_json *json, const struct tr_setting *setting)
{
    const char *type = setting->kind == TR_SETTING_INTEGER ? "integer" : "number";
    if (setting->count == 1) {
        write_range(json, setting, type);
        return;
    }
    tr_json_string(json, "type", "array");
    tr_json_int(json, "minItems", (int64_t)setting->count);
    tr_json_int(json, "maxItems", (int64_t)setting->count);
    tr_json_object(json, "items");
    write_range(json, setting, type);
    tr_json_object_end(json);
}

static void write_params(struct tr_json *json)
{
    tr_json_string(json, "type", "object");
    tr_json_object(json, "additionalProperties");
    tr_json_array(json, "type");
    tr_json_string(json, NULL, "number");
    tr_json_string(json, NULL, "boolean");
    tr_json_string(json, NULL, "string");
    tr_json_array_end(json);
    tr_json_object_end(json);
}

static void write_kind(struct tr_json *json, const struct tr_setting *setting)
{
    switch (setting->kind) {
    case TR_SETTING_TEXT:
        tr_json_string(json, "type", "string");
        tr_json_int(json, "maxLength", (int64_t)setting->size - 1);
        break;
    case TR_SETTING_BOOL:
        tr_json_string(json, "type", "boolean");
        break;
    case TR_SETTING_INTEGER:
    case TR_SETTING_NUMBER:
        write_numbers(json, setting);
        break;
    case TR_SETTING_CHOICE:
        tr_json_string(json, "type", "string");
        tr_json_array(json, "enum");
        for (size_t i = 0; setting->choices[i]; i++)
            tr_json_string(json, NULL, setting->choices[i]);
        tr_json_array_end(json);
        break;
    case TR_SETTING_PARAMS:
        write_params(json);
        break;
    }
}

static void write_description(struct tr_json *json, const struct tr_setting *setting)
{
    char text[256];
    snprintf(text, sizeof text, "%s%s%s%s%s%s", setting->help, setting->unit[0] ? " [" : "", setting->unit,
             setting->unit[0] ? "]" : "", setting->reason ? "; " : "", setting->reason ? setting->reason : "");
    tr_json_string(json, "description", text);
}

void tr_config_write_schema(struct tr_buf *out)
{
    struct tr_json json;
    struct nest nest = {.json = &json, .schema = true};
    struct tr_config defaults;
    tr_config_defaults(&defaults);
    tr_json_init(&json, out, 2);
    tr_json_object(&json, NULL);
    tr_json_string(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    tr_json_string(&json, "title", "TraderAI configuration");
    tr_json_string(&json, "type", "object");
    tr_json_bool(&json, "additionalProperties", false);
    tr_json_object(&json, "properties");
    tr_json_object(&json, "$schema");
    tr_json_string(&json, "type", "string");
    tr_json_object_end(&json);
    for (size_t i = 0; i < tr_setting_count; i++) {
        const struct tr_setting *setting = &tr_settings[i];
        tr_json_object(&json, enter(&nest, setting->key));
        write_description(&json, setting);
        write_kind(&json, setting);
        tr_setting_write(setting, &defaults, &json, "default");
        tr_json_object_end(&json);
    }
    leave_all(&nest);
    tr_json_object_end(&json);
    tr_json_object_end(&json);
    tr_buf_char(out, '\n');
}

enum { COLUMNS = 5, GAP = 2 };

/* Cell of row i - 1; row 0 is the heading. */
static void write_cell(size_t row, int column, const struct tr_config *config, const struct tr_config *defaults,
                       struct tr_buf *out)
{
    static const char *const heading[COLUMNS] = {"KEY", "VALUE", "DEFAULT", "UNIT", "MEANING"};
    const struct tr_setting *setting = &tr_settings[row - (row > 0)];
    if (row == 0)
        tr_buf_text(out, heading[column]);
    else if (column == 0)
        tr_buf_text(out, setting->key);
    else if (column == 1 || column == 2)
        tr_setting_print(setting, column == 1 ? config : defaults, out);
    else
        tr_buf_text(out, column == 3 ? setting->unit : setting->help);
}

/* Writes the row, or widens the columns to hold it. */
static void write_row(size_t row, const struct tr_config *config, const struct tr_config *defaults, bool measure,
                      size_t width[COLUMNS], struct tr_buf *cell, struct tr_buf *out)
{
    for (int column = 0; column < COLUMNS; column++) {
        tr_buf_clear(cell);
        write_cell(row, column, config, defaults, cell);
        out->failed = out->failed || cell->failed;
        if (measure) {
            width[column] = cell->len > width[column] ? cell->len : width[column];
            continue;
        }
        tr_buf_text(out, tr_buf_string(cell));
        if (column == COLUMNS - 1)
            tr_buf_char(out, '\n');
        else
            tr_buf_printf(out, "%*s", (int)(width[column] - cell->len) + GAP, "");
    }
}

void tr_config_write_table(const struct tr_config *config, struct tr_buf *out)
{
    struct tr_config defaults;
    size_t width[COLUMNS] = {0};
    struct tr_buf cell;
    tr_config_defaults(&defaults);
    tr_buf_init(&cell);
    for (size_t row = 0; row <= tr_setting_count; row++)
        write_row(row, config, &defaults, true, width, &cell, out);
    for (size_t row = 0; row <= tr_setting_count; row++)
        write_row(row, config, &defaults, false, width, &cell, out);
    tr_buf_finish(&cell);
}
