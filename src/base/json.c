#include "base/json.h"

#include "base/text.h"
#include "base/time.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

void tr_json_init(struct tr_json *json, struct tr_buf *out, int indent)
{
    *json = (struct tr_json){.out = out, .indent = indent};
}

static void new_line(struct tr_json *json)
{
    if (json->indent == 0)
        return;
    tr_buf_char(json->out, '\n');
    for (int i = 0; i < json->indent * json->depth; i++)
        tr_buf_char(json->out, ' ');
}

static void escape(struct tr_buf *out, unsigned char c)
{
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *p = names; *p; p += 2) {
        if ((unsigned char)p[0] == c) {
            tr_buf_add(out, (char[]){'\\', p[1]}, 2);
            return;
        }
    }
    tr_buf_printf(out, "\\u%04x", (unsigned)c);
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static void escaped(struct tr_buf *out, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    while (*p) {
        size_t n = 0, bad;
        while (is_plain(p[n]))
            n++;
        if (n == 0 && *p >= 0x7f) {
            n = tr_text_utf8_length((const char *)p, &bad);
            if (n == 0) {
                tr_buf_text(out, "\xef\xbf\xbd");
                p += bad;
                continue;
            }
        }
        if (n > 0) {
            tr_buf_add(out, p, n);
            p += n;
        } else {
            escape(out, *p++);
        }
    }
}

/* All that stands before a value: comma, line break, name. */
static void begin_member(struct tr_json *json, const char *key, const char *suffix)
{
    if (json->depth == 0) {
        assert(!key);
        return;
    }
    assert(!key == json->is_array[json->depth]);
    if (json->filled[json->depth])
        tr_buf_char(json->out, ',');
    json->filled[json->depth] = true;
    new_line(json);
    if (!key)
        return;
    tr_buf_char(json->out, '"');
    escaped(json->out, key);
    tr_buf_text(json->out, suffix);
    tr_buf_text(json->out, json->indent ? "\": " : "\":");
}

static void open_level(struct tr_json *json, const char *key, bool is_array)
{
    begin_member(json, key, "");
    assert(json->depth + 1 < TR_JSON_DEPTH);
    json->depth++;
    json->filled[json->depth] = false;
    json->is_array[json->depth] = is_array;
    tr_buf_char(json->out, is_array ? '[' : '{');
}

static void close_level(struct tr_json *json, bool is_array)
{
    assert(json->depth > 0 && json->is_array[json->depth] == is_array);
    bool filled = json->filled[json->depth--];
    if (filled)
        new_line(json);
    tr_buf_char(json->out, is_array ? ']' : '}');
}

void tr_json_object(struct tr_json *json, const char *key)
{
    open_level(json, key, false);
}

void tr_json_object_end(struct tr_json *json)
{
    close_level(json, false);
}

void tr_json_array(struct tr_json *json, const char *key)
{
    open_level(json, key, true);
}

void tr_json_array_end(struct tr_json *json)
{
    close_level(json, true);
}

void tr_json_number(struct tr_json *json, const char *key, double value)
{
    begin_member(json, key, "");
    if (!isfinite(value)) {
        tr_buf_text(json->out, "null");
        return;
    }
    char text[TR_NUMBER_TEXT];
    tr_buf_add(json->out, text, tr_text_from_double(value, text));
}

void tr_json_int(struct tr_json *json, const char *key, int64_t value)
{
    begin_member(json, key, "");
    tr_buf_printf(json->out, "%" PRId64, value);
}

void tr_json_bool(struct tr_json *json, const char *key, bool value)
{
    begin_member(json, key, "");
    tr_buf_text(json->out, value ? "true" : "false");
}

void tr_json_null(struct tr_json *json, const char *key)
{
    begin_member(json, key, "");
    tr_buf_text(json->out, "null");
}

void tr_json_string(struct tr_json *json, const char *key, const char *text)
{
    if (!text) {
        tr_json_null(json, key);
        return;
    }
    begin_member(json, key, "");
    tr_buf_char(json->out, '"');
    escaped(json->out, text);
    tr_buf_char(json->out, '"');
}

void tr_json_time(struct tr_json *json, const char *key, int64_t time_ms)
{
    assert(key);
    char text[TR_TIME_TEXT];
    tr_time_format(time_ms, text);
    tr_json_string(json, key, text);
    begin_member(json, key, "_timestamp");
    tr_buf_printf(json->out, "%" PRId64, time_ms);
}
