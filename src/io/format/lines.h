/* Cuts a source into lines, in place: a line points into the reader's block and lives until the next call. */
#ifndef TR_FORMAT_LINES_H
#define TR_FORMAT_LINES_H

#include "io/format/source.h"

#include <stdbool.h>
#include <stddef.h>

struct tr_format_lines {
    struct tr_format_source *source; /* borrowed */
    char *block;
    size_t start, end; /* bytes of the block not yet handed out */
    bool ended;
    size_t number; /* of the line handed out last; 1-based */
};

struct tr_format_line {
    const char *begin, *end; /* without line end (LF or CR LF); begin is NULL behind the last line */
    bool too_long;           /* more than TR_FORMAT_MAX_LINE bytes: they were skipped, the line is given as empty */
};

/* Errors: TR_NOMEM. Finish also after a failure. */
enum tr_status tr_format_lines_init(struct tr_format_lines *lines, struct tr_format_source *source,
                                    struct tr_error *err) TR_MUST_CHECK;
void tr_format_lines_finish(struct tr_format_lines *lines);

/* The first bytes, up to n of them (fewer only where the file is shorter), without taking them; before the first line.
 * Errors: the source's. */
enum tr_status tr_format_lines_peek(struct tr_format_lines *lines, size_t n, const char **bytes, size_t *got,
                                    struct tr_error *err) TR_MUST_CHECK;

/* A last line needs no line end. Errors: the source's. */
enum tr_status tr_format_lines_next(struct tr_format_lines *lines, struct tr_format_line *line,
                                    struct tr_error *err) TR_MUST_CHECK;

#endif
