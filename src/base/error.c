#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Bytes below 0x20, DEL, and U+0080..U+009F in UTF-8, which some terminals obey like escape sequences. */
static void hide_controls(char *text)
{
    for (size_t i = 0; text[i]; i++) {
        unsigned char c = (unsigned char)text[i];
        unsigned char next = (unsigned char)text[i + 1];
        if (c < 0x20 || c == 0x7f)
            text[i] = '?';
        else if (c == 0xc2 && next >= 0x80 && next <= 0x9f)
            text[i] = text[i + 1] = '?';
    }
}

static void format_line(char out[TR_ERROR_TEXT], const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void format_line(char out[TR_ERROR_TEXT], const char *format, va_list args)
{
    if (vsnprintf(out, TR_ERROR_TEXT, format, args) < 0)
        out[0] = '\0';
    hide_controls(out);
}

enum tr_status(tr_error_set)(struct tr_error *err, enum tr_status code, const char *format, ...)
{
    if (!err)
        return code;
    /* Built aside, because an argument may be err->text itself. */
    char line[TR_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    format_line(line, format, args);
    va_end(args);
    err->code = code;
    memcpy(err->text, line, sizeof line);
    return code;
}

enum tr_status tr_error_prepend(struct tr_error *err, const char *format, ...)
{
    if (!err)
        return TR_INTERNAL;
    char line[TR_ERROR_TEXT];
    va_list args;
    va_start(args, format);
    format_line(line, format, args);
    va_end(args);

    size_t len = strlen(line);
    int room = (int)(sizeof line - len);
    snprintf(line + len, (size_t)room, ": %.*s", room, err->text);
    memcpy(err->text, line, sizeof line);
    return err->code;
}

enum tr_status(tr_error_nomem)(struct tr_error *err)
{
    return tr_error_set(err, TR_NOMEM, "out of memory");
}

const char *tr_status_name(enum tr_status status)
{
    static const char *const names[] = {
        [TR_OK] = "ok",
        [TR_NOMEM] = "out of memory",
        [TR_INVALID] = "invalid",
        [TR_IO] = "input/output",
        [TR_NOT_FOUND] = "not found",
        [TR_BUSY] = "busy",
        [TR_FULL] = "full",
        [TR_READ_ONLY] = "read only",
        [TR_VERSION] = "newer version",
        [TR_CORRUPT] = "corrupt",
        [TR_CANCELLED] = "cancelled",
        [TR_UNSUPPORTED] = "unsupported",
        [TR_INTERNAL] = "internal",
        [TR_USAGE] = "usage",
    };
    size_t index = (size_t)status;
    return index < sizeof names / sizeof *names ? names[index] : "unknown";
}
