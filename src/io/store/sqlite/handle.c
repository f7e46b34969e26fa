#include "io/store/sqlite/handle.h"

#include <math.h>
#include <string.h>

enum tr_status tr_sqlite_exec(struct tr_sqlite *handle, const char *sql, struct tr_error *err)
{
    int code = sqlite3_exec(handle->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? TR_OK : tr_sqlite_fault(handle, code, err);
}

enum tr_status tr_sqlite_prepare(struct tr_sqlite *handle, const char *sql, sqlite3_stmt **out, struct tr_error *err)
{
    int code = sqlite3_prepare_v2(handle->db, sql, -1, out, NULL);
    return code == SQLITE_OK ? TR_OK : tr_sqlite_fault(handle, code, err);
}

enum tr_status tr_sqlite_keep(struct tr_sqlite *handle, const char *sql, sqlite3_stmt **kept, struct tr_error *err)
{
    if (*kept)
        return TR_OK;
    int code = sqlite3_prepare_v3(handle->db, sql, -1, SQLITE_PREPARE_PERSISTENT, kept, NULL);
    return code == SQLITE_OK ? TR_OK : tr_sqlite_fault(handle, code, err);
}

enum tr_status tr_sqlite_step(struct tr_sqlite *handle, sqlite3_stmt *statement, bool *row, struct tr_error *err)
{
    int code = sqlite3_step(statement);
    *row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? TR_OK : tr_sqlite_fault(handle, code, err);
}

enum tr_status tr_sqlite_run(struct tr_sqlite *handle, sqlite3_stmt *statement, struct tr_error *err)
{
    bool row;
    enum tr_status status = tr_sqlite_step(handle, statement, &row, err);
    sqlite3_reset(statement);
    return status;
}

enum tr_status tr_sqlite_ask(struct tr_sqlite *handle, const char *sql, int64_t *out, struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum tr_status status = tr_sqlite_prepare(handle, sql, &statement, err);
    if (!status)
        status = tr_sqlite_step(handle, statement, &row, err);
    *out = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_begin(struct tr_sqlite *handle, struct tr_error *err)
{
    enum tr_status status = tr_sqlite_exec(handle, "BEGIN IMMEDIATE", err);
    /* Interrupted on its way out it has begun all the same. */
    return status ? tr_sqlite_end(handle, status, err) : TR_OK;
}

static enum tr_status commit(struct tr_sqlite *handle, struct tr_error *err)
{
    int code = sqlite3_exec(handle->db, "COMMIT", NULL, NULL, NULL);
    /* Interrupted before it did anything, the transaction is still open; on its way out, it is done. */
    if (code == SQLITE_OK || (code == SQLITE_INTERRUPT && sqlite3_get_autocommit(handle->db)))
        return TR_OK;
    return tr_sqlite_fault(handle, code, err);
}

enum tr_status tr_sqlite_end(struct tr_sqlite *handle, enum tr_status status, struct tr_error *err)
{
    if (!status)
        status = commit(handle, err);
    /* Some faults end the transaction by themselves. A rollback that fails leaves nothing behind either: it is done
     * again when the file is opened next. */
    if (status && !sqlite3_get_autocommit(handle->db))
        sqlite3_exec(handle->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

double tr_sqlite_real(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL ? (double)NAN
                                                                 : sqlite3_column_double(statement, column);
}

void tr_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
    sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

bool tr_sqlite_text(sqlite3_stmt *statement, int column, char *out, size_t size)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    size_t len = (size_t)sqlite3_column_bytes(statement, column);
    if (!text || len >= size)
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return strlen(out) == len;
}
