/* UBJSON, the binary JSON of XGBoost's model files: read into a document, and written piece by piece.
 * Source: the format's draft 12 (ubjson.org); numbers are big-endian. XGBoost writes objects without a count, lists
 * with one, and lists of numbers with a type. */
#ifndef TR_FILE_UBJSON_H
#define TR_FILE_UBJSON_H

#include "base/buf.h"
#include "engine/model/file/document.h"

/* Bytes of one number of that type: U i (1), I (2), l d (4), L D (8); 0 for any other letter. */
size_t tr_ubj_size(char type);
double tr_ubj_number(char type, const char *bytes);

/* doc: initialised; it keeps pointing into the bytes. Typed lists hold numbers only, typed objects are refused. Errors:
 * TR_CORRUPT names the byte (truncated, an unknown letter, a count beyond the bytes that are there, too deep, bytes
 * left over), TR_NOMEM. Never reads outside [bytes, bytes + n). */
enum tr_status tr_doc_read_ubj(struct tr_doc *doc, const void *bytes, size_t n, struct tr_error *err) TR_MUST_CHECK;

/* A text with its length in front, as a key needs it; a text that is a value has an 'S' before it. */
void tr_ubj_add_key(struct tr_buf *out, const char *text);
void tr_ubj_add_int(struct tr_buf *out, int64_t x);  /* with its letter, as short as it can be */
void tr_ubj_add_count(struct tr_buf *out, size_t n); /* "#L" and the number: behind '[' or the type of its numbers */
void tr_ubj_add_big(struct tr_buf *out, uint64_t x, size_t size); /* the last `size` bytes of x, big-endian */

#endif
