#include "io/store/sqlite/series.h"

#include "io/store/sqlite/rows.h"

#include <stdlib.h>
#include <string.h>

void tr_sqlite_series_bind(sqlite3_stmt *statement, int first, const struct tr_series_key *key)
{
    tr_sqlite_bind_text(statement, first, key->exchange);
    tr_sqlite_bind_text(statement, first + 1, key->symbol);
    tr_sqlite_bind_text(statement, first + 2, tr_timeframe_name(key->timeframe));
}

enum tr_status tr_sqlite_series_get(struct tr_sqlite *handle, const struct tr_series_key *key,
                                    struct tr_sqlite_series *out, struct tr_error *err)
{
    *out = (struct tr_sqlite_series){0};
    bool row = false;
    enum tr_status status = tr_sqlite_keep(handle,
                                           "SELECT id, bars, first_timestamp, last_timestamp FROM series "
                                           "WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3",
                                           &handle->series_get, err);
    if (status)
        return status;
    sqlite3_stmt *statement = handle->series_get;
    tr_sqlite_series_bind(statement, 1, key);
    status = tr_sqlite_step(handle, statement, &row, err);
    if (row) {
        out->id = sqlite3_column_int64(statement, 0);
        out->bars = (size_t)sqlite3_column_int64(statement, 1);
        out->first = sqlite3_column_int64(statement, 2);
        out->last = sqlite3_column_int64(statement, 3);
    }
    sqlite3_reset(statement);
    return status;
}

enum tr_status tr_sqlite_series_make(struct tr_sqlite *handle, const struct tr_series_key *key,
                                     struct tr_sqlite_series *out, struct tr_error *err)
{
    enum tr_status status = tr_sqlite_series_get(handle, key, out, err);
    if (status || out->id != 0)
        return status;
    sqlite3_stmt *statement = NULL;
    status = tr_sqlite_prepare(handle, "INSERT INTO series (exchange, symbol, timeframe) VALUES (?1, ?2, ?3)",
                               &statement, err);
    if (status)
        return status;
    tr_sqlite_series_bind(statement, 1, key);
    status = tr_sqlite_run(handle, statement, err);
    out->id = sqlite3_last_insert_rowid(handle->db);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_series_count(struct tr_sqlite *handle, const struct tr_sqlite_series *series,
                                      struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle, "UPDATE series SET bars = ?2, first_timestamp = ?3, last_timestamp = ?4 WHERE id = ?1", &statement,
        err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, series->id);
    sqlite3_bind_int64(statement, 2, (int64_t)series->bars);
    sqlite3_bind_int64(statement, 3, series->first);
    sqlite3_bind_int64(statement, 4, series->last);
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_series_key(const struct tr_sqlite *handle, sqlite3_stmt *statement, int column,
                                    struct tr_series_key *out, struct tr_error *err)
{
    char timeframe[8];
    struct tr_error unused;
    if (!tr_sqlite_text(statement, column, out->exchange, sizeof out->exchange) ||
        !tr_sqlite_text(statement, column + 1, out->symbol, sizeof out->symbol) ||
        !tr_sqlite_text(statement, column + 2, timeframe, sizeof timeframe) ||
        tr_timeframe_parse(timeframe, &out->timeframe, &unused))
        return tr_sqlite_damaged(handle, "the name of a series is not valid", err);
    return TR_OK;
}

static int compare(const void *left, const void *right)
{
    const struct tr_series_key *a = &((const struct tr_series_info *)left)->key;
    const struct tr_series_key *b = &((const struct tr_series_info *)right)->key;
    int order = strcmp(a->exchange, b->exchange);
    if (order == 0)
        order = strcmp(a->symbol, b->symbol);
    return order ? order : (int)a->timeframe - (int)b->timeframe;
}

static enum tr_status read_info(struct tr_sqlite *handle, sqlite3_stmt *row, void *item, struct tr_error *err)
{
    struct tr_series_info *info = item;
    info->bars = (size_t)sqlite3_column_int64(row, 3);
    info->first = sqlite3_column_int64(row, 4); /* NULL reads as 0 */
    info->last = sqlite3_column_int64(row, 5);
    return tr_sqlite_series_key(handle, row, 0, &info->key, err);
}

enum tr_status tr_sqlite_series_list(struct tr_store *store, struct tr_series_info **out, size_t *n,
                                     struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *rows = NULL;
    void *items = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle, "SELECT exchange, symbol, timeframe, bars, first_timestamp, last_timestamp FROM series", &rows, err);
    if (status)
        return status;
    status = tr_sqlite_rows(handle, rows, sizeof **out, read_info, &items, n, err);
    sqlite3_finalize(rows);
    *out = items;
    if (*n > 1)
        qsort(*out, *n, sizeof **out, compare);
    return status;
}
