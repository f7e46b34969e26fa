#include "base/buf.h"

#include "base/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void tr_buf_init(struct tr_buf *buf)
{
    *buf = (struct tr_buf){0};
}

void tr_buf_finish(struct tr_buf *buf)
{
    tr_free(buf->data);
    tr_buf_init(buf);
}

void tr_buf_clear(struct tr_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->data)
        buf->data[0] = '\0';
}

/* Room for n more bytes and the terminating 0; doubling keeps the total cost of many small adds linear. */
static bool make_room(struct tr_buf *buf, size_t n)
{
    if (buf->failed)
        return false;
    if (n < buf->capacity - buf->len)
        return true;
    size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
    while (capacity - buf->len <= n && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    char *grown = NULL;
    if (capacity - buf->len > n)
        grown = tr_alloc_grow(buf->data, buf->len, capacity, 1);
    if (!grown) {
        buf->failed = true;
        return false;
    }
    buf->data = grown;
    buf->capacity = capacity;
    return true;
}

void tr_buf_add(struct tr_buf *buf, const void *bytes, size_t n)
{
    if (!make_room(buf, n))
        return;
    if (n)
        memcpy(buf->data + buf->len, bytes, n);
    buf->len += n;
    buf->data[buf->len] = '\0';
}

void tr_buf_text(struct tr_buf *buf, const char *text)
{
    tr_buf_add(buf, text, strlen(text));
}

void tr_buf_char(struct tr_buf *buf, char c)
{
    tr_buf_add(buf, &c, 1);
}

void tr_buf_printf(struct tr_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n < 0) {
        buf->failed = true;
    } else if (make_room(buf, (size_t)n)) {
        vsnprintf(buf->data + buf->len, (size_t)n + 1, format, again);
        buf->len += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

char *tr_buf_reserve(struct tr_buf *buf, size_t n)
{
    if (!make_room(buf, n))
        return NULL;
    /* Zeroed, so that the text ends properly wherever the caller stops writing. */
    memset(buf->data + buf->len, 0, n + 1);
    return buf->data + buf->len;
}

const char *tr_buf_string(const struct tr_buf *buf)
{
    return buf->data ? buf->data : "";
}

enum tr_status tr_buf_status(const struct tr_buf *buf, struct tr_error *err)
{
    return buf->failed ? tr_error_nomem(err) : TR_OK;
}
