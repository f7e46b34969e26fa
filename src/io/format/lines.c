#include "io/format/lines.h"

#include "base/alloc.h"
#include "io/format/bars_file.h"

#include <assert.h>
#include <string.h>

#define READ_BLOCK ((size_t)1 << 18)
#define BLOCK_BYTES (TR_FORMAT_MAX_LINE + READ_BLOCK)

enum tr_status tr_format_lines_init(struct tr_format_lines *lines, struct tr_format_source *source,
                                    struct tr_error *err)
{
    *lines = (struct tr_format_lines){.source = source, .block = tr_alloc(BLOCK_BYTES, 1)};
    return lines->block ? TR_OK : tr_error_nomem(err);
}

void tr_format_lines_finish(struct tr_format_lines *lines)
{
    tr_free(lines->block);
    lines->block = NULL;
}

/* One more read; what waits is moved to the front first. There is room, as no more than a line's maximum waits. */
static enum tr_status read_more(struct tr_format_lines *lines, struct tr_error *err)
{
    size_t waiting = lines->end - lines->start, got;
    assert(waiting <= TR_FORMAT_MAX_LINE + 1);
    if (lines->start > 0)
        memmove(lines->block, lines->block + lines->start, waiting);
    lines->start = 0;
    lines->end = waiting;
    size_t room = BLOCK_BYTES - waiting;
    enum tr_status status =
        tr_format_source_read(lines->source, lines->block + waiting, room < READ_BLOCK ? room : READ_BLOCK, &got, err);
    if (status)
        return status;
    lines->end += got;
    lines->ended = got == 0;
    return TR_OK;
}

enum tr_status tr_format_lines_peek(struct tr_format_lines *lines, size_t n, const char **bytes, size_t *got,
                                    struct tr_error *err)
{
    assert(lines->number == 0 && n <= TR_FORMAT_MAX_LINE);
    while (lines->end - lines->start < n && !lines->ended) {
        enum tr_status status = read_more(lines, err);
        if (status)
            return status;
    }
    *bytes = lines->block + lines->start;
    *got = lines->end - lines->start < n ? lines->end - lines->start : n;
    return TR_OK;
}

/* Drops everything up to and including the next line end. */
static enum tr_status skip_line(struct tr_format_lines *lines, struct tr_error *err)
{
    for (;;) {
        char *from = lines->block + lines->start, *newline = memchr(from, '\n', lines->end - lines->start);
        lines->start = newline ? (size_t)(newline + 1 - lines->block) : lines->end;
        if (newline || lines->ended)
            return TR_OK;
        enum tr_status status = read_more(lines, err);
        if (status)
            return status;
    }
}

static void hand_out(struct tr_format_lines *lines, size_t length, bool newline, struct tr_format_line *line)
{
    line->begin = lines->block + lines->start;
    line->end = line->begin + length;
    lines->start += length + newline;
    if (length > 0 && line->end[-1] == '\r')
        line->end--;
}

enum tr_status tr_format_lines_next(struct tr_format_lines *lines, struct tr_format_line *line, struct tr_error *err)
{
    size_t seen = 0; /* bytes known to hold no line end */
    *line = (struct tr_format_line){0};
    for (;;) {
        const char *from = lines->block + lines->start;
        size_t waiting = lines->end - lines->start;
        const char *newline = waiting > seen ? memchr(from + seen, '\n', waiting - seen) : NULL;
        size_t length = newline ? (size_t)(newline - from) : waiting;
        if (length > TR_FORMAT_MAX_LINE) {
            lines->number++;
            line->begin = line->end = "";
            line->too_long = true;
            return skip_line(lines, err);
        }
        if (newline || (lines->ended && waiting > 0)) {
            lines->number++;
            hand_out(lines, length, newline != NULL, line);
            return TR_OK;
        }
        if (lines->ended)
            return TR_OK;
        seen = waiting;
        enum tr_status status = read_more(lines, err);
        if (status)
            return status;
    }
}
