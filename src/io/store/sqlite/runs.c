#include "io/store/sqlite/runs.h"

#include "io/store/check.h"
#include "io/store/sqlite/blobs.h"
#include "io/store/sqlite/rows.h"

static enum tr_status check_report(struct tr_sqlite *handle, const struct tr_backtest_row *row, struct tr_error *err)
{
    enum tr_status status = tr_sqlite_blob_check(handle, row->report, "report", err);
    if (status != TR_NOT_FOUND)
        return status;
    return tr_error_set(err, TR_INVALID, "%s: the report %.16s must be stored before its row", handle->path,
                        row->report);
}

/* A report that a run does not name any more: it goes, unless something else names the same content. */
static enum tr_status forget_report(struct tr_sqlite *handle, const char *hash, struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle,
        "DELETE FROM blobs WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM backtest_runs WHERE report = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM model_registry WHERE manifest = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM model_artefacts WHERE hash = ?1) "
        "AND NOT EXISTS (SELECT 1 FROM drift_reports WHERE report = ?1)",
        &statement, err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, hash);
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

/* hash "" where there is no such run. */
static enum tr_status kept_report(struct tr_sqlite *handle, const char *id, char hash[TR_HASH_TEXT],
                                  struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum tr_status status =
        tr_sqlite_prepare(handle, "SELECT report FROM backtest_runs WHERE id = ?1", &statement, err);
    hash[0] = '\0';
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, id);
    status = tr_sqlite_step(handle, statement, &row, err);
    if (!status && row &&
        (!tr_sqlite_text(statement, 0, hash, TR_HASH_TEXT) || !tr_store_is_hex(hash, TR_HASH_TEXT - 1)))
        status = tr_sqlite_damaged(handle, "it holds a backtest that cannot be", err);
    sqlite3_finalize(statement);
    return status;
}

static enum tr_status put(struct tr_sqlite *handle, const struct tr_backtest_row *row, struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status = check_report(handle, row, err);
    if (!status)
        status = tr_sqlite_prepare(
            handle,
            "INSERT INTO backtest_runs (id, created, series, entries, label, from_timestamp, to_timestamp, trades, "
            "total_return_frac, max_drawdown_frac, sharpe_ratio, profit_factor, report) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (id) DO UPDATE SET "
            "created = excluded.created, series = excluded.series, entries = excluded.entries, label = excluded.label, "
            "from_timestamp = excluded.from_timestamp, to_timestamp = excluded.to_timestamp, trades = excluded.trades, "
            "total_return_frac = excluded.total_return_frac, max_drawdown_frac = excluded.max_drawdown_frac, "
            "sharpe_ratio = excluded.sharpe_ratio, profit_factor = excluded.profit_factor, report = excluded.report",
            &statement, err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, row->id);
    sqlite3_bind_int64(statement, 2, row->created);
    tr_sqlite_bind_text(statement, 3, row->series);
    tr_sqlite_bind_text(statement, 4, row->entries);
    tr_sqlite_bind_text(statement, 5, row->label);
    sqlite3_bind_int64(statement, 6, row->from);
    sqlite3_bind_int64(statement, 7, row->to);
    sqlite3_bind_int64(statement, 8, (int64_t)row->trades);
    sqlite3_bind_double(statement, 9, row->total_return_frac);
    sqlite3_bind_double(statement, 10, row->max_drawdown_frac);
    sqlite3_bind_double(statement, 11, row->sharpe);
    sqlite3_bind_double(statement, 12, row->profit_factor);
    tr_sqlite_bind_text(statement, 13, row->report);
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_run_put(struct tr_store *store, const struct tr_backtest_row *row, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    char former[TR_HASH_TEXT];
    enum tr_status status = tr_sqlite_begin(handle, err);
    if (status)
        return status;
    status = kept_report(handle, row->id, former, err);
    if (!status)
        status = put(handle, row, err);
    if (!status && former[0])
        status = forget_report(handle, former, err);
    return tr_sqlite_end(handle, status, err);
}

static enum tr_status remove_row(struct tr_sqlite *handle, const char *id, struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status = tr_sqlite_prepare(handle, "DELETE FROM backtest_runs WHERE id = ?1", &statement, err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, id);
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_run_remove(struct tr_store *store, const char *id, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    char report[TR_HASH_TEXT];
    enum tr_status status = tr_sqlite_begin(handle, err);
    if (status)
        return status;
    status = kept_report(handle, id, report, err);
    if (!status && !report[0])
        status = tr_error_set(err, TR_NOT_FOUND, "%s: there is none", handle->path);
    if (!status)
        status = remove_row(handle, id, err);
    if (!status)
        status = forget_report(handle, report, err);
    return tr_sqlite_end(handle, status, err);
}

static enum tr_status read_run(struct tr_sqlite *handle, sqlite3_stmt *row, void *item, struct tr_error *err)
{
    struct tr_backtest_row *out = item;
    if (!tr_sqlite_text(row, 0, out->id, sizeof out->id) || !tr_store_is_hex(out->id, TR_RUN_ID - 1) ||
        !tr_sqlite_text(row, 2, out->series, sizeof out->series) ||
        !tr_sqlite_text(row, 3, out->entries, sizeof out->entries) ||
        !tr_sqlite_text(row, 4, out->label, sizeof out->label) ||
        !tr_sqlite_text(row, 12, out->report, sizeof out->report) || !tr_store_is_hex(out->report, TR_HASH_TEXT - 1))
        return tr_sqlite_damaged(handle, "it holds a backtest that cannot be", err);
    out->created = sqlite3_column_int64(row, 1);
    out->from = sqlite3_column_int64(row, 5);
    out->to = sqlite3_column_int64(row, 6);
    out->trades = (size_t)sqlite3_column_int64(row, 7);
    out->total_return_frac = tr_sqlite_real(row, 8);
    out->max_drawdown_frac = tr_sqlite_real(row, 9);
    out->sharpe = tr_sqlite_real(row, 10);
    out->profit_factor = tr_sqlite_real(row, 11);
    return TR_OK;
}

enum tr_status tr_sqlite_run_list(struct tr_store *store, size_t limit, struct tr_backtest_row **out, size_t *n,
                                  struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *rows = NULL;
    void *items = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle,
        "SELECT id, created, series, entries, label, from_timestamp, to_timestamp, trades, total_return_frac, "
        "max_drawdown_frac, sharpe_ratio, profit_factor, report FROM backtest_runs ORDER BY created DESC, id LIMIT ?1",
        &rows, err);
    if (status)
        return status;
    sqlite3_bind_int64(rows, 1, (int64_t)limit);
    status = tr_sqlite_rows(handle, rows, sizeof **out, read_run, &items, n, err);
    sqlite3_finalize(rows);
    *out = items;
    return status;
}
