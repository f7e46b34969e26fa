#include "support/json.h"

#include <stdlib.h>
#include <string.h>

struct tr_json *test_json_begin(struct test_json *text)
{
    tr_buf_init(&text->text);
    tr_json_init(&text->json, &text->text, 2);
    tr_json_object(&text->json, NULL);
    return &text->json;
}

json_t *test_json_end(struct test_json *text)
{
    json_error_t why;
    json_t *value;

    tr_json_object_end(&text->json);
    value = json_loads(tr_buf_string(&text->text), JSON_REJECT_DUPLICATES, &why);
    if (!value)
        fail_msg("not JSON: line %d: %s", why.line, why.text);
    tr_buf_finish(&text->text);
    return value;
}

const json_t *test_member(const json_t *value, const char *path)
{
    char copy[256], *save = NULL;

    snprintf(copy, sizeof copy, "%s", path);
    for (char *word = strtok_r(copy, ".", &save); word; word = strtok_r(NULL, ".", &save)) {
        value = json_is_array(value) ? json_array_get(value, strtoul(word, NULL, 10)) : json_object_get(value, word);
        if (!value)
            fail_msg("%s: there is no \"%s\"", path, word);
    }
    return value;
}

double test_number(const json_t *value, const char *path)
{
    const json_t *found = test_member(value, path);

    if (!json_is_number(found))
        fail_msg("%s: not a number", path);
    return json_number_value(found);
}

long long test_integer(const json_t *value, const char *path)
{
    const json_t *found = test_member(value, path);

    if (!json_is_integer(found))
        fail_msg("%s: not a whole number", path);
    return json_integer_value(found);
}

const char *test_string(const json_t *value, const char *path)
{
    const json_t *found = test_member(value, path);

    if (!json_is_string(found))
        fail_msg("%s: not a text", path);
    return json_string_value(found);
}

void test_is_null(const json_t *value, const char *path)
{
    if (!json_is_null(test_member(value, path)))
        fail_msg("%s: not null", path);
}
