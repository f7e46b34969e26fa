/* Table blobs. */
#ifndef TR_STORE_SQLITE_BLOBS_H
#define TR_STORE_SQLITE_BLOBS_H

#include "base/buf.h"
#include "io/store/sqlite/handle.h"

enum tr_status tr_sqlite_blob_put(struct tr_store *store, const char *hash, const void *bytes, size_t n,
                                  struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_blob_get(struct tr_store *store, const char *hash, struct tr_buf *out,
                                  struct tr_error *err) TR_MUST_CHECK;
/* TR_NOT_FOUND where no blob has that hash: what refers to one must come after it. */
enum tr_status tr_sqlite_blob_check(struct tr_sqlite *handle, const char *hash, const char *what,
                                    struct tr_error *err) TR_MUST_CHECK;

/* Binds bytes that live until the statement has run; none are an empty content, not NULL. */
void tr_sqlite_bind_bytes(sqlite3_stmt *statement, int index, const void *bytes, size_t n);
/* Copies the bytes of a column. TR_NOMEM. */
enum tr_status tr_sqlite_bytes(sqlite3_stmt *row, int column, struct tr_buf *out, struct tr_error *err) TR_MUST_CHECK;

#endif
