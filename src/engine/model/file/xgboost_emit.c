#include "engine/model/file/xgboost_emit.h"

#include "base/text.h"
#include "engine/model/file/ubjson.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FLOAT_DIGITS = 9 };

void tr_xgboost_emit_init(struct tr_xgboost_emit *emit, enum tr_xgboost_format format, struct tr_buf *out)
{
    emit->format = format;
    emit->out = out;
    emit->lost = false;
    tr_json_init(&emit->json, out, 0);
}

static bool is_json(const struct tr_xgboost_emit *emit)
{
    return emit->format == TR_XGBOOST_JSON;
}

/* UBJSON: the key, if there is one, and the letter of what follows. */
static void begin(struct tr_xgboost_emit *emit, const char *key, char letter)
{
    if (key)
        tr_ubj_add_key(emit->out, key);
    tr_buf_char(emit->out, letter);
}

void tr_xgboost_emit_object(struct tr_xgboost_emit *emit, const char *key)
{
    if (is_json(emit))
        tr_json_object(&emit->json, key);
    else
        begin(emit, key, '{');
}

void tr_xgboost_emit_object_end(struct tr_xgboost_emit *emit)
{
    if (is_json(emit))
        tr_json_object_end(&emit->json);
    else
        tr_buf_char(emit->out, '}');
}

void tr_xgboost_emit_list(struct tr_xgboost_emit *emit, const char *key, size_t n)
{
    if (is_json(emit)) {
        tr_json_array(&emit->json, key);
        return;
    }
    begin(emit, key, '[');
    tr_ubj_add_count(emit->out, n);
}

void tr_xgboost_emit_list_end(struct tr_xgboost_emit *emit)
{
    if (is_json(emit)) /* the other has said how many there are */
        tr_json_array_end(&emit->json);
}

void tr_xgboost_emit_text(struct tr_xgboost_emit *emit, const char *key, const char *text)
{
    if (is_json(emit)) {
        tr_json_string(&emit->json, key, text);
        return;
    }
    begin(emit, key, 'S');
    tr_ubj_add_key(emit->out, text);
}

void tr_xgboost_emit_count(struct tr_xgboost_emit *emit, const char *key, size_t value)
{
    if (is_json(emit)) {
        tr_json_int(&emit->json, key, (int64_t)value);
        return;
    }
    if (key)
        tr_ubj_add_key(emit->out, key);
    tr_ubj_add_int(emit->out, (int64_t)value);
}

void tr_xgboost_emit_count_text(struct tr_xgboost_emit *emit, const char *key, size_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", value);
    tr_xgboost_emit_text(emit, key, text);
}

/* A list of n numbers of a type, `size` bytes each; UBJSON's numbers are added by the caller. */
static void begin_numbers(struct tr_xgboost_emit *emit, const char *key, char type, size_t n)
{
    begin(emit, key, '[');
    tr_buf_char(emit->out, '$');
    tr_buf_char(emit->out, type);
    tr_ubj_add_count(emit->out, n);
}

/* XGBoost takes "5" for a whole number, so a float says that it is none: "5E0". */
static void add_float_text(struct tr_buf *out, float x)
{
    char text[TR_NUMBER_TEXT];
    size_t n = tr_text_from_double_digits((double)x, FLOAT_DIGITS, text);
    tr_buf_add(out, text, n);
    if (!strpbrk(text, ".e"))
        tr_buf_text(out, "E0");
}

void tr_xgboost_emit_floats(struct tr_xgboost_emit *emit, const char *key, size_t n, const float *x)
{
    if (!is_json(emit)) {
        begin_numbers(emit, key, 'd', n);
        for (size_t i = 0; i < n; i++) {
            uint32_t bits;
            memcpy(&bits, &x[i], sizeof bits);
            tr_ubj_add_big(emit->out, bits, 4);
        }
        return;
    }
    tr_json_array(&emit->json, key);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            tr_buf_char(emit->out, ',');
        emit->lost = emit->lost || !isfinite(x[i]);
        add_float_text(emit->out, x[i]);
    }
    tr_json_array_end(&emit->json);
}

void tr_xgboost_emit_int32s(struct tr_xgboost_emit *emit, const char *key, size_t n, const int32_t *x)
{
    if (!is_json(emit)) {
        begin_numbers(emit, key, 'l', n);
        for (size_t i = 0; i < n; i++)
            tr_ubj_add_big(emit->out, (uint32_t)x[i], 4);
        return;
    }
    tr_json_array(&emit->json, key);
    for (size_t i = 0; i < n; i++)
        tr_json_int(&emit->json, NULL, x[i]);
    tr_json_array_end(&emit->json);
}

void tr_xgboost_emit_bytes(struct tr_xgboost_emit *emit, const char *key, size_t n, const uint8_t *x)
{
    if (!is_json(emit)) {
        begin_numbers(emit, key, 'U', n);
        tr_buf_add(emit->out, x, n);
        return;
    }
    tr_json_array(&emit->json, key);
    for (size_t i = 0; i < n; i++)
        tr_json_int(&emit->json, NULL, x[i]);
    tr_json_array_end(&emit->json);
}

void tr_xgboost_emit_none(struct tr_xgboost_emit *emit, const char *key, char type)
{
    if (!is_json(emit)) {
        begin_numbers(emit, key, type, 0);
        return;
    }
    tr_json_array(&emit->json, key);
    tr_json_array_end(&emit->json);
}
