#include "io/store/sqlite/handle.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Why a file could not be opened for writing although its folder is there. */
static bool folder_is_closed(const char *path)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (len >= sizeof folder)
        return false;
    memcpy(folder, path, len);
    folder[len] = '\0';
    const char *name = len ? folder : slash ? "/" : ".";
    return faccessat(AT_FDCWD, name, W_OK | X_OK, AT_EACCESS) != 0 && (errno == EACCES || errno == EROFS);
}

static enum tr_status full(const char *path, struct tr_error *err)
{
    return tr_error_set(err, TR_FULL, "%s: no space left: nothing of this was stored; free some space and try again",
                        path);
}

static enum tr_status read_only(const char *path, struct tr_error *err)
{
    return tr_error_set(err, TR_READ_ONLY,
                        "%s: may not be written: check the permissions of the file and of its folder", path);
}

/* What sqlite3_system_errno no longer knows where a commit failed, since the rollback came between: why the last write
 * to the log failed. */
static int errno_of_log(sqlite3 *db)
{
    sqlite3_file *log = NULL;
    int reason = 0;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK && log && log->pMethods)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &reason);
    return reason;
}

/* The operating system's reason decides what an input/output fault is to the user. */
static enum tr_status io_fault(const char *path, sqlite3 *db, struct tr_error *err)
{
    int reason = sqlite3_system_errno(db);
    char text[128] = "";
    if (reason == 0 && sqlite3_extended_errcode(db) == SQLITE_IOERR_WRITE)
        reason = errno_of_log(db);
    switch (reason) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return full(path, err);
    case EACCES:
    case EPERM:
    case EROFS:
        return read_only(path, err);
    default:
        break;
    }
    if (reason != 0 && strerror_r(reason, text, sizeof text) == 0)
        return tr_error_set(err, TR_IO, "%s: %s: %s", path, sqlite3_errmsg(db), text);
    return tr_error_set(err, TR_IO, "%s: %s", path, sqlite3_errmsg(db));
}

enum tr_status tr_sqlite_fault_of(const char *path, sqlite3 *db, int code, int busy_ms, struct tr_error *err)
{
    if (code == SQLITE_IOERR_NOMEM)
        return tr_error_nomem(err);
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return tr_error_nomem(err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return tr_error_set(err, TR_BUSY,
                            "%s: another process is writing to the database (waited %d ms): let it finish or stop it, "
                            "then try again",
                            path, busy_ms);
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return read_only(path, err);
    case SQLITE_FULL:
        return full(path, err);
    case SQLITE_NOTADB:
        return tr_error_set(err, TR_CORRUPT, "%s: is not an SQLite database: name another file, or restore a backup",
                            path);
    case SQLITE_CORRUPT:
        return tr_error_set(err, TR_CORRUPT, "%s: the database is damaged (%s): restore a backup", path,
                            sqlite3_errmsg(db));
    case SQLITE_INTERRUPT:
        return tr_error_set(err, TR_CANCELLED, "%s: stopped: nothing of this was stored", path);
    case SQLITE_CANTOPEN:
        return folder_is_closed(path) ? read_only(path, err) : io_fault(path, db, err);
    case SQLITE_IOERR:
        return io_fault(path, db, err);
    default:
        return tr_error_set(err, TR_INTERNAL, "%s: SQLite refused: %s", path, sqlite3_errmsg(db));
    }
}

enum tr_status tr_sqlite_fault(const struct tr_sqlite *handle, int code, struct tr_error *err)
{
    return tr_sqlite_fault_of(handle->path, handle->db, code, handle->busy_ms, err);
}

enum tr_status tr_sqlite_damaged(const struct tr_sqlite *handle, const char *what, struct tr_error *err)
{
    return tr_error_set(err, TR_CORRUPT, "%s: the database is damaged (%s): restore a backup", handle->path, what);
}
