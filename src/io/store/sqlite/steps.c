#include "io/store/sqlite/ledger.h"

#include "io/store/check.h"
#include "io/store/sqlite/blobs.h"

#include <string.h>

static enum tr_status put(struct tr_sqlite *handle, const char *key, const void *bytes, size_t n, tr_time_ms time,
                          struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    char hash[TR_HASH_TEXT];
    enum tr_status status =
        tr_sqlite_prepare(handle,
                          "INSERT INTO steps (key, timestamp, hash, bytes) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) "
                          "DO UPDATE SET timestamp = excluded.timestamp, hash = excluded.hash, bytes = excluded.bytes",
                          &statement, err);
    if (status)
        return status;
    tr_store_step_hash(key, bytes, n, hash);
    tr_sqlite_bind_text(statement, 1, key);
    sqlite3_bind_int64(statement, 2, time);
    tr_sqlite_bind_text(statement, 3, hash);
    tr_sqlite_bind_bytes(statement, 4, bytes, n);
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_step_put(struct tr_store *store, const char *key, const void *bytes, size_t n, tr_time_ms time,
                                  struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    enum tr_status status = tr_sqlite_begin(handle, err);
    return status ? status : tr_sqlite_end(handle, put(handle, key, bytes, n, time, err), err);
}

/* A step that cannot be forgotten now is found damaged again the next time, or replaced: no fault of the reader. */
static void forget_damaged(struct tr_sqlite *handle, const char *key)
{
    sqlite3_stmt *statement = NULL;
    struct tr_error unused;
    if (tr_sqlite_prepare(handle, "DELETE FROM steps WHERE key = ?1", &statement, &unused))
        return;
    tr_sqlite_bind_text(statement, 1, key);
    sqlite3_step(statement);
    sqlite3_finalize(statement);
}

static enum tr_status read_step(sqlite3_stmt *row, const char *key, struct tr_buf *out, bool *is_sound,
                                struct tr_error *err)
{
    char stored[TR_HASH_TEXT], found[TR_HASH_TEXT];
    enum tr_status status = tr_sqlite_bytes(row, 1, out, err);
    if (status)
        return status;
    tr_store_step_hash(key, out->data, out->len, found);
    *is_sound = tr_sqlite_text(row, 0, stored, sizeof stored) && strcmp(stored, found) == 0;
    return TR_OK;
}

enum tr_status tr_sqlite_step_get(struct tr_store *store, const char *key, struct tr_buf *out, bool *found,
                                  struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum tr_status status = tr_sqlite_prepare(handle, "SELECT hash, bytes FROM steps WHERE key = ?1", &statement, err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, key);
    status = tr_sqlite_step(handle, statement, &row, err);
    if (!status && row)
        status = read_step(statement, key, out, found, err);
    sqlite3_finalize(statement);
    if (!status && row && !*found)
        forget_damaged(handle, key);
    return status;
}

static enum tr_status forget(struct tr_sqlite *handle, const char *prefix, tr_time_ms before, size_t *n,
                             struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle, "DELETE FROM steps WHERE timestamp < ?2 AND key >= ?1 AND substr(key, 1, length(?1)) = ?1", &statement,
        err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, prefix);
    sqlite3_bind_int64(statement, 2, before);
    status = tr_sqlite_run(handle, statement, err);
    *n = (size_t)sqlite3_changes(handle->db);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_step_forget(struct tr_store *store, const char *prefix, tr_time_ms before, size_t *n,
                                     struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    size_t forgotten = 0;
    enum tr_status status = tr_sqlite_begin(handle, err);
    if (status)
        return status;
    status = tr_sqlite_end(handle, forget(handle, prefix, before, &forgotten, err), err);
    *n = status ? 0 : forgotten;
    return status;
}
