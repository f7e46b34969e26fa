#include "io/store/sqlite/blobs.h"

void tr_sqlite_bind_bytes(sqlite3_stmt *statement, int index, const void *bytes, size_t n)
{
    if (n > 0)
        sqlite3_bind_blob64(statement, index, bytes, n, SQLITE_STATIC);
    else
        sqlite3_bind_zeroblob(statement, index, 0);
}

enum tr_status tr_sqlite_bytes(sqlite3_stmt *row, int column, struct tr_buf *out, struct tr_error *err)
{
    const void *bytes = sqlite3_column_blob(row, column);
    tr_buf_clear(out);
    tr_buf_add(out, bytes, (size_t)sqlite3_column_bytes(row, column));
    return tr_buf_status(out, err);
}

/* What is there already is only touched where it is damaged: then this mends it. */
static enum tr_status put(struct tr_sqlite *handle, const char *hash, const void *bytes, size_t n, struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status =
        tr_sqlite_prepare(handle,
                          "INSERT INTO blobs (hash, size, bytes) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO UPDATE "
                          "SET size = excluded.size, bytes = excluded.bytes WHERE bytes <> excluded.bytes",
                          &statement, err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, hash);
    sqlite3_bind_int64(statement, 2, (int64_t)n);
    tr_sqlite_bind_bytes(statement, 3, bytes, n);
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_blob_put(struct tr_store *store, const char *hash, const void *bytes, size_t n,
                                  struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    enum tr_status status = tr_sqlite_begin(handle, err);
    return status ? status : tr_sqlite_end(handle, put(handle, hash, bytes, n, err), err);
}

static enum tr_status none(const struct tr_sqlite *handle, const char *hash, const char *what, struct tr_error *err)
{
    return tr_error_set(err, TR_NOT_FOUND, "%s: %s %.16s is not stored", handle->path, what, hash);
}

enum tr_status tr_sqlite_blob_get(struct tr_store *store, const char *hash, struct tr_buf *out, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum tr_status status = tr_sqlite_prepare(handle, "SELECT bytes FROM blobs WHERE hash = ?1", &statement, err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, hash);
    status = tr_sqlite_step(handle, statement, &row, err);
    if (!status)
        status = row ? tr_sqlite_bytes(statement, 0, out, err) : none(handle, hash, "content", err);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_blob_check(struct tr_sqlite *handle, const char *hash, const char *what, struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum tr_status status = tr_sqlite_prepare(handle, "SELECT 1 FROM blobs WHERE hash = ?1", &statement, err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, hash);
    status = tr_sqlite_step(handle, statement, &row, err);
    sqlite3_finalize(statement);
    return status || row ? status : none(handle, hash, what, err);
}
