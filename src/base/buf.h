/* A growing byte buffer for building text. Failure is sticky: after an allocation fails all further adds do nothing,
 * and tr_buf_status says so once at the end. */
#ifndef TR_BASE_BUF_H
#define TR_BASE_BUF_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct tr_buf {
    char *data; /* [len], followed by a terminating 0 once anything was added; owned */
    size_t len, capacity;
    bool failed;
};

void tr_buf_init(struct tr_buf *buf);
void tr_buf_finish(struct tr_buf *buf);
void tr_buf_clear(struct tr_buf *buf); /* len = 0, memory and the failed flag: memory kept, flag reset */
void tr_buf_add(struct tr_buf *buf, const void *bytes, size_t n);
void tr_buf_text(struct tr_buf *buf, const char *text);
void tr_buf_char(struct tr_buf *buf, char c);
void tr_buf_printf(struct tr_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes room for n more bytes and returns where they go; the caller then adds to len. NULL on failure. */
char *tr_buf_reserve(struct tr_buf *buf, size_t n);
/* "" while nothing was added. */
const char *tr_buf_string(const struct tr_buf *buf);
enum tr_status tr_buf_status(const struct tr_buf *buf, struct tr_error *err);

#endif
