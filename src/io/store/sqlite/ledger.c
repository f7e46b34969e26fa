#include "io/store/sqlite/ledger.h"

#include "io/store/check.h"
#include "io/store/sqlite/blobs.h"
#include "io/store/sqlite/models.h"
#include "io/store/sqlite/rows.h"
#include "io/store/sqlite/series.h"

#include <string.h>

static enum tr_status put_trial(struct tr_sqlite *handle, const struct tr_trial *trial, struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    /* A clock that was set back must not make the last evaluation older than it was. */
    enum tr_status status = tr_sqlite_prepare(
        handle,
        "INSERT INTO trials (exchange, symbol, timeframe, config_hash, label, first_timestamp, last_timestamp, runs, "
        "days, sharpe) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9) "
        "ON CONFLICT (exchange, symbol, timeframe, config_hash) DO UPDATE SET label = excluded.label, "
        "last_timestamp = max(last_timestamp, excluded.last_timestamp), runs = runs + 1, days = excluded.days, "
        "sharpe = excluded.sharpe",
        &statement, err);
    if (status)
        return status;
    tr_sqlite_series_bind(statement, 1, &trial->series);
    tr_sqlite_bind_text(statement, 4, trial->config_hash);
    tr_sqlite_bind_text(statement, 5, trial->label);
    sqlite3_bind_int64(statement, 6, trial->first);
    sqlite3_bind_int64(statement, 7, trial->last);
    sqlite3_bind_int64(statement, 8, (int64_t)trial->days);
    sqlite3_bind_double(statement, 9, trial->sharpe);
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_trial_put(struct tr_store *store, const struct tr_trial *trial, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    enum tr_status status = tr_sqlite_begin(handle, err);
    return status ? status : tr_sqlite_end(handle, put_trial(handle, trial, err), err);
}

static enum tr_status read_trial(struct tr_sqlite *handle, sqlite3_stmt *row, void *item, struct tr_error *err)
{
    struct tr_trial *out = item;
    if (!tr_sqlite_text(row, 3, out->config_hash, sizeof out->config_hash) ||
        !tr_store_is_hex(out->config_hash, TR_HASH_TEXT - 1) || !tr_sqlite_text(row, 4, out->label, sizeof out->label))
        return tr_sqlite_damaged(handle, "it holds a trial that cannot be", err);
    out->first = sqlite3_column_int64(row, 5);
    out->last = sqlite3_column_int64(row, 6);
    out->runs = (size_t)sqlite3_column_int64(row, 7);
    out->days = (size_t)sqlite3_column_int64(row, 8);
    out->sharpe = tr_sqlite_real(row, 9);
    return tr_sqlite_series_key(handle, row, 0, &out->series, err);
}

#define TRIALS                                                                                                         \
    "SELECT exchange, symbol, timeframe, config_hash, label, first_timestamp, last_timestamp, runs, days, sharpe "     \
    "FROM trials "
#define TRIAL_ORDER "ORDER BY first_timestamp, config_hash, exchange, symbol, timeframe"

enum tr_status tr_sqlite_trial_list(struct tr_store *store, const struct tr_series_key *series, struct tr_trial **out,
                                    size_t *n, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *rows = NULL;
    void *items = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle,
        series ? TRIALS "WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3 " TRIAL_ORDER : TRIALS TRIAL_ORDER,
        &rows, err);
    if (status)
        return status;
    if (series)
        tr_sqlite_series_bind(rows, 1, series);
    status = tr_sqlite_rows(handle, rows, sizeof **out, read_trial, &items, n, err);
    sqlite3_finalize(rows);
    *out = items;
    return status;
}

static enum tr_status put_drift(struct tr_sqlite *handle, const struct tr_drift_record *record, struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    struct tr_model_record model;
    bool found = false;
    enum tr_status status = tr_sqlite_model_find(handle, record->model, &model, &found, err);
    if (status)
        return status;
    if (!found)
        return tr_error_set(err, TR_NOT_FOUND, "%s: there is no model %s", handle->path, record->model);
    status = tr_sqlite_blob_check(handle, record->report, "report", err);
    if (!status)
        status = tr_sqlite_prepare(
            handle,
            "INSERT INTO drift_reports (exchange, symbol, timeframe, model_id, timestamp, verdict, share, report) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
            "ON CONFLICT (exchange, symbol, timeframe, model_id, timestamp) DO UPDATE SET "
            "verdict = excluded.verdict, share = excluded.share, report = excluded.report",
            &statement, err);
    if (status)
        return status;
    tr_sqlite_series_bind(statement, 1, &record->series);
    tr_sqlite_bind_text(statement, 4, record->model);
    sqlite3_bind_int64(statement, 5, record->time);
    tr_sqlite_bind_text(statement, 6, record->verdict);
    sqlite3_bind_double(statement, 7, record->share);
    tr_sqlite_bind_text(statement, 8, record->report);
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_drift_put(struct tr_store *store, const struct tr_drift_record *record, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    enum tr_status status = tr_sqlite_begin(handle, err);
    return status ? status : tr_sqlite_end(handle, put_drift(handle, record, err), err);
}

static enum tr_status read_drift(struct tr_sqlite *handle, sqlite3_stmt *row, void *item, struct tr_error *err)
{
    struct tr_drift_record *out = item;
    if (!tr_sqlite_text(row, 3, out->model, sizeof out->model) || !tr_store_is_hex(out->model, sizeof out->model - 1) ||
        !tr_sqlite_text(row, 5, out->verdict, sizeof out->verdict) ||
        !tr_sqlite_text(row, 7, out->report, sizeof out->report) || !tr_store_is_hex(out->report, TR_HASH_TEXT - 1))
        return tr_sqlite_damaged(handle, "it holds a drift report that cannot be", err);
    out->time = sqlite3_column_int64(row, 4);
    out->share = tr_sqlite_real(row, 6);
    return tr_sqlite_series_key(handle, row, 0, &out->series, err);
}

#define DRIFTS "SELECT exchange, symbol, timeframe, model_id, timestamp, verdict, share, report FROM drift_reports "
#define DRIFT_ORDER "ORDER BY timestamp DESC, exchange, symbol, timeframe, model_id LIMIT ?4"

enum tr_status tr_sqlite_drift_list(struct tr_store *store, const struct tr_series_key *series, size_t limit,
                                    struct tr_drift_record **out, size_t *n, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *rows = NULL;
    void *items = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle,
        series ? DRIFTS "WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3 " DRIFT_ORDER : DRIFTS DRIFT_ORDER,
        &rows, err);
    if (status)
        return status;
    if (series)
        tr_sqlite_series_bind(rows, 1, series);
    sqlite3_bind_int64(rows, 4, (int64_t)limit);
    status = tr_sqlite_rows(handle, rows, sizeof **out, read_drift, &items, n, err);
    sqlite3_finalize(rows);
    *out = items;
    return status;
}
