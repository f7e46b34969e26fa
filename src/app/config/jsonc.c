#include "app/config/jsonc.h"

#include <jansson.h>
#include <stdint.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The byte behind the string that begins at text[at]. */
static size_t skip_string(const char *text, size_t len, size_t at)
{
    for (at++; at < len && text[at] != '"'; at++) {
        if (text[at] == '\\')
            at++;
    }
    return at < len ? at + 1 : len;
}

static void blank_out(char *text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (text[i] != '\n')
            text[i] = ' ';
    }
}

static size_t line_at(const char *text, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

/* The byte behind the comment that begins at text[at]; SIZE_MAX where it never ends. */
static size_t skip_comment(const char *text, size_t len, size_t at)
{
    if (text[at + 1] == '/') {
        while (at < len && text[at] != '\n')
            at++;
        return at;
    }
    for (at += 2; at + 1 < len; at++) {
        if (text[at] == '*' && text[at + 1] == '/')
            return at + 2;
    }
    return SIZE_MAX;
}

static size_t blank_comments(char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        if (text[at] == '"') {
            at = skip_string(text, len, at);
        } else if (text[at] == '/' && at + 1 < len && (text[at + 1] == '/' || text[at + 1] == '*')) {
            size_t end = skip_comment(text, len, at);
            if (end == SIZE_MAX)
                return line_at(text, at);
            blank_out(text, at, end);
            at = end;
        } else {
            at++;
        }
    }
    return 0;
}

/* A comma between a value and a closing bracket. */
static void blank_commas(char *text, size_t len)
{
    char before = '[';
    size_t comma = SIZE_MAX; /* the comma that nothing but blanks has followed yet */
    for (size_t at = 0; at < len;) {
        char c = text[at];
        if ((c == ']' || c == '}') && comma != SIZE_MAX)
            text[comma] = ' ';
        if (!is_blank(c)) {
            bool after_value = before != '[' && before != '{' && before != ',';
            comma = c == ',' && after_value ? at : SIZE_MAX;
            before = c;
        }
        at = c == '"' ? skip_string(text, len, at) : at + 1;
    }
}

size_t tr_jsonc_strip(char *text, size_t len)
{
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        blank_out(text, 0, 3);
    size_t line = blank_comments(text, len);
    if (line == 0)
        blank_commas(text, len);
    return line;
}

/* Whether the string text[from, to), quotes included, says `name`; escapes are jansson's to undo. */
static bool says(const char *text, size_t from, size_t to, const char *name)
{
    size_t len = to - from;
    if (!memchr(text + from, '\\', len))
        return len == strlen(name) + 2 && memcmp(text + from + 1, name, len - 2) == 0;
    json_t *decoded = json_loadb(text + from, len, JSON_DECODE_ANY, NULL);
    bool same = decoded && strcmp(json_string_value(decoded), name) == 0;
    json_decref(decoded);
    return same;
}

static bool is_key(const char *text, size_t len, size_t behind)
{
    while (behind < len && is_blank(text[behind]))
        behind++;
    return behind < len && text[behind] == ':';
}

size_t tr_jsonc_line(const char *text, size_t len, const char *const *path, size_t n)
{
    size_t depth = 0;   /* of objects and arrays around the current byte */
    size_t matched = 0; /* so many parts of path are the keys around it */
    size_t line = 1, best = 0, best_line = 1;
    for (size_t at = 0; at < len && best < n;) {
        if (text[at] != '"') {
            depth += text[at] == '{' || text[at] == '[';
            depth -= (text[at] == '}' || text[at] == ']') && depth > 0;
            line += text[at++] == '\n';
            continue;
        }
        size_t end = skip_string(text, len, at);
        if (depth > 0 && depth <= n && is_key(text, len, end)) {
            if (matched >= depth)
                matched = depth - 1;
            if (matched == depth - 1 && says(text, at, end, path[depth - 1]))
                matched = depth;
            if (matched == depth && matched > best) {
                best = matched;
                best_line = line;
            }
        }
        at = end;
    }
    return best_line;
}
