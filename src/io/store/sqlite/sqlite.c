#include "io/store/sqlite/sqlite.h"

#include "base/alloc.h"
#include "io/store/sqlite/bars.h"
#include "io/store/sqlite/blobs.h"
#include "io/store/sqlite/funding.h"
#include "io/store/sqlite/handle.h"
#include "io/store/sqlite/ledger.h"
#include "io/store/sqlite/migrate.h"
#include "io/store/sqlite/models.h"
#include "io/store/sqlite/rejections.h"
#include "io/store/sqlite/runs.h"
#include "io/store/sqlite/series.h"
#include "io/store/sqlite/signals.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { RETRY_MS = 10 };

static void close_store(struct tr_store *store)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_finalize(handle->series_get);
    sqlite3_finalize(handle->bars_get);
    sqlite3_close(handle->db);
    tr_free(handle->path);
    tr_free(handle);
}

static const struct tr_model_store_impl models_impl = {
    .blob_put = tr_sqlite_blob_put,
    .blob_get = tr_sqlite_blob_get,
    .put = tr_sqlite_model_put,
    .list = tr_sqlite_model_list,
    .artefacts = tr_sqlite_model_artefacts,
    .promote = tr_sqlite_model_promote,
    .events = tr_sqlite_model_events,
};

static const struct tr_ledger_store_impl ledger_impl = {
    .trial_put = tr_sqlite_trial_put,
    .trial_list = tr_sqlite_trial_list,
    .drift_put = tr_sqlite_drift_put,
    .drift_list = tr_sqlite_drift_list,
    .step_put = tr_sqlite_step_put,
    .step_get = tr_sqlite_step_get,
    .step_forget = tr_sqlite_step_forget,
};

static const struct tr_run_store_impl runs_impl = {
    .put = tr_sqlite_run_put,
    .list = tr_sqlite_run_list,
    .remove = tr_sqlite_run_remove,
};

static const struct tr_funding_store_impl funding_impl = {
    .put = tr_sqlite_funding_put,
    .get = tr_sqlite_funding_get,
    .list = tr_sqlite_funding_list,
};

static const struct tr_store_impl sqlite_impl = {
    .name = "sqlite",
    .close = close_store,
    .series_list = tr_sqlite_series_list,
    .bars_put = tr_sqlite_bars_put,
    .bars_get = tr_sqlite_bars_get,
    .signals_put = tr_sqlite_signals_put,
    .signals_replace = tr_sqlite_signals_replace,
    .signals_get = tr_sqlite_signals_get,
    .rejections_put = tr_sqlite_rejections_put,
    .rejections_count = tr_sqlite_rejections_count,
    .models = &models_impl,
    .ledger = &ledger_impl,
    .runs = &runs_impl,
    .funding = &funding_impl,
};

static enum tr_status check_folder(const char *path, struct tr_error *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return TR_OK;
    char *folder = tr_alloc_string(path);
    if (!folder)
        return tr_error_nomem(err);
    folder[slash - path] = '\0';
    struct stat info;
    enum tr_status status = TR_OK;
    if (stat(folder, &info) != 0)
        status = errno == ENOENT
                     ? tr_error_set(err, TR_NOT_FOUND, "%s: no such folder: make it, or name another file", folder)
                     : tr_error_set(err, TR_IO, "%s: %s", folder, strerror(errno));
    else if (!S_ISDIR(info.st_mode))
        status = tr_error_set(err, TR_NOT_FOUND, "%s: is not a folder", folder);
    tr_free(folder);
    return status;
}

/* SQLite alone would say "unable to open database file" to each of these. */
static enum tr_status check_path(const char *path, struct tr_error *err)
{
    struct stat info;
    if (path[0] == '\0')
        return tr_error_set(err, TR_INVALID, "the database has no file name");
    enum tr_status status = check_folder(path, err);
    if (status || stat(path, &info) != 0)
        return status;
    if (S_ISDIR(info.st_mode))
        return tr_error_set(err, TR_IO, "%s: is a folder: name a file in it", path);
    if (!S_ISREG(info.st_mode))
        return tr_error_set(err, TR_IO, "%s: is not a plain file", path);
    return TR_OK;
}

/* Changing to WAL needs the file alone for a moment, and SQLite does not wait for that by itself. */
static enum tr_status use_wal(struct tr_sqlite *handle, struct tr_error *err)
{
    sqlite3_busy_timeout(handle->db, 0);
    int code = SQLITE_OK;
    for (int waited = 0;; waited += RETRY_MS) {
        code = sqlite3_exec(handle->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if ((code & 0xff) != SQLITE_BUSY || waited >= handle->busy_ms)
            break;
        sqlite3_sleep(RETRY_MS);
    }
    sqlite3_busy_timeout(handle->db, handle->busy_ms);
    return code == SQLITE_OK ? TR_OK : tr_sqlite_fault(handle, code, err);
}

static enum tr_status configure(struct tr_sqlite *handle, struct tr_error *err)
{
    sqlite3_db_config(handle->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(handle->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    /* The log of a large import is cut back to 64 MB once its pages are in the file. */
    enum tr_status status = tr_sqlite_exec(handle,
                                           "PRAGMA foreign_keys = ON;"
                                           "PRAGMA synchronous = FULL;"
                                           "PRAGMA cell_size_check = ON;"
                                           "PRAGMA journal_size_limit = 67108864",
                                           err);
    return status ? status : use_wal(handle, err);
}

static enum tr_status open_file(struct tr_sqlite *handle, struct tr_error *err)
{
    int code = sqlite3_open_v2(handle->path, &handle->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (!handle->db)
        return tr_error_nomem(err);
    sqlite3_extended_result_codes(handle->db, 1);
    if (code != SQLITE_OK)
        return tr_sqlite_fault(handle, code, err);
    sqlite3_busy_timeout(handle->db, handle->busy_ms);
    if (sqlite3_db_readonly(handle->db, "main") == 1)
        return tr_sqlite_fault(handle, SQLITE_READONLY, err);
    return TR_OK;
}

enum tr_status tr_store_sqlite_open(const char *path, int busy_ms, struct tr_store **out, struct tr_error *err)
{
    *out = NULL;
    enum tr_status status = check_path(path, err);
    if (status)
        return status;
    struct tr_sqlite *handle = tr_alloc_zero(1, sizeof *handle);
    if (!handle)
        return tr_error_nomem(err);
    handle->store.impl = &sqlite_impl;
    handle->busy_ms = busy_ms;
    handle->path = tr_alloc_string(path);
    status = handle->path ? open_file(handle, err) : tr_error_nomem(err);
    if (!status)
        status = tr_sqlite_identify(handle, tr_migrations_sqlite_count, err);
    if (!status)
        status = configure(handle, err);
    if (!status)
        status = tr_sqlite_migrate(handle, tr_migrations_sqlite, tr_migrations_sqlite_count, err);
    if (status) {
        close_store(&handle->store);
        return status;
    }
    *out = &handle->store;
    return TR_OK;
}
