/* Where the bytes of a file come from: a path, standard input or memory. What begins with gzip's magic is unpacked on
 * the way (several members in a row too). */
#ifndef TR_FORMAT_SOURCE_H
#define TR_FORMAT_SOURCE_H

#include "base/error.h"

#include <stddef.h>

struct tr_format_source;

/* path "-" is standard input, which is not closed. Close with tr_format_source_close.
 * Errors: TR_NOT_FOUND, TR_IO (a directory, no permission), TR_NOMEM. */
enum tr_status tr_format_source_open(const char *path, struct tr_format_source **out,
                                     struct tr_error *err) TR_MUST_CHECK;

/* bytes [n], borrowed until the source is closed. Errors: TR_NOMEM. */
enum tr_status tr_format_source_memory(const void *bytes, size_t n, struct tr_format_source **out,
                                       struct tr_error *err) TR_MUST_CHECK;

/* 1 .. capacity bytes into `to`; *got = 0 only at the end. Errors: TR_IO (the system refused; gzip data damaged or cut
 * off), TR_NOMEM. */
enum tr_status tr_format_source_read(struct tr_format_source *source, char *to, size_t capacity, size_t *got,
                                     struct tr_error *err) TR_MUST_CHECK;

/* The first bytes, up to n of them (fewer only where the file is shorter), which are still read afterwards: once,
 * before the first read. *bytes: borrowed until the source is closed. Errors: as of reading; TR_NOMEM. */
enum tr_status tr_format_source_peek(struct tr_format_source *source, size_t n, const char **bytes, size_t *got,
                                     struct tr_error *err) TR_MUST_CHECK;

void tr_format_source_close(struct tr_format_source *source);

#endif
