#include "io/store/sqlite/migrate.h"

#include "base/buf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the file's header says. */
struct identity {
    int64_t application, version, objects;
};

/* In one transaction: another process may be making the database just now. */
static enum tr_status read_identity(struct tr_sqlite *handle, struct identity *out, struct tr_error *err)
{
    enum tr_status status = tr_sqlite_exec(handle, "BEGIN", err);
    if (status)
        return status;
    status = tr_sqlite_ask(handle, "PRAGMA application_id", &out->application, err);
    if (!status)
        status = tr_sqlite_ask(handle, "PRAGMA user_version", &out->version, err);
    if (!status)
        status = tr_sqlite_ask(handle, "SELECT count(*) FROM sqlite_schema", &out->objects, err);
    return tr_sqlite_end(handle, status, err);
}

enum tr_status tr_sqlite_identify(struct tr_sqlite *handle, size_t known_versions, struct tr_error *err)
{
    struct identity found = {0};
    enum tr_status status = read_identity(handle, &found, err);
    if (status)
        return status;
    if (found.application != TR_SQLITE_APPLICATION_ID) {
        if (found.application == 0 && found.version == 0 && found.objects == 0)
            return TR_OK; /* just made */
        return tr_error_set(err, TR_CORRUPT, "%s: is a database of another program: name another file", handle->path);
    }
    if (found.version > (int64_t)known_versions)
        return tr_error_set(err, TR_VERSION,
                            "%s: has schema %" PRId64 ", made by a newer program; this one knows %zu: update it, or "
                            "restore an older backup",
                            handle->path, found.version, known_versions);
    return TR_OK;
}

/* The first name of "<path>.backup-<version>", "...-2", "...-3" that is free. */
static enum tr_status choose_name(const struct tr_sqlite *handle, int64_t version, struct tr_buf *name,
                                  struct tr_error *err)
{
    for (int k = 1; k < 1000; k++) {
        tr_buf_clear(name);
        tr_buf_printf(name, "%s.backup-%" PRId64, handle->path, version);
        if (k > 1)
            tr_buf_printf(name, "-%d", k);
        if (tr_buf_status(name, err))
            return TR_NOMEM;
        if (access(tr_buf_string(name), F_OK) != 0)
            return TR_OK;
    }
    return tr_error_set(err, TR_IO, "%s.backup-%" PRId64 ": too many backups of this version: move them away",
                        handle->path, version);
}

/* Pages of `from` to a new file. */
static enum tr_status copy_pages(const struct tr_sqlite *handle, sqlite3 *from, const char *target,
                                 struct tr_error *err)
{
    sqlite3 *to = NULL;
    enum tr_status status = TR_OK;
    int code = sqlite3_open_v2(target, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) {
        sqlite3_extended_result_codes(to, 1);
        sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
        if (backup) {
            sqlite3_backup_step(backup, -1);
            code = sqlite3_backup_finish(backup);
        } else {
            code = sqlite3_extended_errcode(to);
        }
    }
    if (code != SQLITE_OK)
        status = to ? tr_sqlite_fault_of(target, to, code, handle->busy_ms, err) : tr_error_nomem(err);
    sqlite3_close(to);
    return status;
}

/* Called while handle holds the write lock, so what a second connection reads is the state that is about to change. The
 * copy gets its name only once it is whole. */
static enum tr_status backup(struct tr_sqlite *handle, int64_t version, struct tr_error *err)
{
    sqlite3 *from = NULL;
    struct tr_buf name, part;
    tr_buf_init(&name);
    tr_buf_init(&part);
    enum tr_status status = choose_name(handle, version, &name, err);
    if (status)
        goto out;
    tr_buf_printf(&part, "%s.part", tr_buf_string(&name));
    status = tr_buf_status(&part, err);
    if (status)
        goto out;
    unlink(tr_buf_string(&part));
    int code = sqlite3_open_v2(handle->path, &from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        status = copy_pages(handle, from, tr_buf_string(&part), err);
    else
        status = from ? tr_sqlite_fault_of(handle->path, from, code, handle->busy_ms, err) : tr_error_nomem(err);
    if (!status && rename(tr_buf_string(&part), tr_buf_string(&name)) != 0)
        status = tr_error_set(err, TR_IO, "%s: cannot be given this name: %s", tr_buf_string(&name), strerror(errno));
    if (status)
        unlink(tr_buf_string(&part));
out:
    sqlite3_close(from);
    tr_buf_finish(&part);
    tr_buf_finish(&name);
    return status ? tr_error_prepend(err, "backing up before the migration") : TR_OK;
}

static enum tr_status apply(struct tr_sqlite *handle, const struct tr_migration *migration, struct tr_error *err)
{
    char pragmas[96];
    snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d", TR_SQLITE_APPLICATION_ID,
             migration->version);
    enum tr_status status = tr_sqlite_exec(handle, migration->sql, err);
    if (!status)
        status = tr_sqlite_exec(handle, pragmas, err);
    return status ? tr_error_prepend(err, "migration %s", migration->name) : TR_OK;
}

/* One step, or none where another process was faster. *backed_up: a copy of this file has been made. */
static enum tr_status step(struct tr_sqlite *handle, const struct tr_migration *migrations, int64_t version,
                           bool *backed_up, struct tr_error *err)
{
    enum tr_status status = tr_sqlite_begin(handle, err);
    if (status)
        return status;
    int64_t now = 0;
    status = tr_sqlite_ask(handle, "PRAGMA user_version", &now, err);
    if (!status && now == version) {
        if (version > 0 && !*backed_up)
            status = backup(handle, version, err);
        *backed_up = *backed_up || !status;
        if (!status)
            status = apply(handle, &migrations[version], err);
    }
    return tr_sqlite_end(handle, status, err);
}

enum tr_status tr_sqlite_migrate(struct tr_sqlite *handle, const struct tr_migration *migrations, size_t n,
                                 struct tr_error *err)
{
    /* A database that this very call makes needs no copies of its empty steps. */
    bool backed_up = false;
    for (;;) {
        int64_t version = 0;
        enum tr_status status = tr_sqlite_ask(handle, "PRAGMA user_version", &version, err);
        if (status || version >= (int64_t)n)
            return status;
        if (version < 0)
            return tr_sqlite_damaged(handle, "its schema has a negative version", err);
        if (version == 0)
            backed_up = true;
        status = step(handle, migrations, version, &backed_up, err);
        if (status)
            return status;
    }
}
