#include "io/store/sqlite/rejections.h"

#include "io/store/sqlite/series.h"

#include <string.h>

static bool same_series(const struct tr_series_key *a, const struct tr_series_key *b)
{
    return a->timeframe == b->timeframe && strcmp(a->symbol, b->symbol) == 0 && strcmp(a->exchange, b->exchange) == 0;
}

static void bind(sqlite3_stmt *statement, int64_t series_id, const struct tr_rejection *rejection)
{
    sqlite3_bind_int64(statement, 1, series_id);
    sqlite3_bind_int64(statement, 2, rejection->time);
    tr_sqlite_bind_text(statement, 3, tr_side_name(rejection->side));
    tr_sqlite_bind_text(statement, 4, tr_stage_name(rejection->stage));
    sqlite3_bind_double(statement, 5, rejection->value);
    sqlite3_bind_double(statement, 6, rejection->threshold);
    sqlite3_bind_double(statement, 7, rejection->margin);
}

static enum tr_status put_all(struct tr_sqlite *handle, const struct tr_rejection *rejections, size_t n,
                              struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    struct tr_sqlite_series series = {0};
    enum tr_status status =
        tr_sqlite_prepare(handle,
                          "INSERT OR REPLACE INTO rejections (series_id, timestamp, side, stage, value, threshold, "
                          "margin) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                          &statement, err);
    for (size_t i = 0; i < n && !status; i++) {
        /* They come in runs of one series. */
        if (i == 0 || !same_series(&rejections[i].series, &rejections[i - 1].series))
            status = tr_sqlite_series_make(handle, &rejections[i].series, &series, err);
        if (status)
            break;
        bind(statement, series.id, &rejections[i]);
        status = tr_sqlite_run(handle, statement, err);
    }
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_rejections_put(struct tr_store *store, const struct tr_rejection *rejections, size_t n,
                                        struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    enum tr_status status = tr_sqlite_begin(handle, err);
    if (status)
        return status;
    return tr_sqlite_end(handle, put_all(handle, rejections, n, err), err);
}

enum tr_status tr_sqlite_rejections_count(struct tr_store *store, const struct tr_series_key *key, size_t *n,
                                          struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    struct tr_sqlite_series series;
    *n = 0;
    enum tr_status status = tr_sqlite_series_get(handle, key, &series, err);
    if (status || series.id == 0)
        return status;
    sqlite3_stmt *statement = NULL;
    bool row = false;
    status = tr_sqlite_prepare(handle, "SELECT count(*) FROM rejections WHERE series_id = ?1", &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, series.id);
    status = tr_sqlite_step(handle, statement, &row, err);
    if (row)
        *n = (size_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return status;
}
