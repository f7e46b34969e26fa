#include "io/store/sqlite/series.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static void bind_key(sqlite3_stmt *statement, const struct tr_series_key *key)
{
    tr_sqlite_bind_text(statement, 1, key->exchange);
    tr_sqlite_bind_text(statement, 2, key->symbol);
    tr_sqlite_bind_text(statement, 3, tr_timeframe_name(key->timeframe));
}

enum tr_status tr_sqlite_series_get(struct tr_sqlite *handle, const struct tr_series_key *key,
                                    struct tr_sqlite_series *out, struct tr_error *err)
{
    *out = (struct tr_sqlite_series){0};
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum tr_status status = tr_sqlite_prepare(handle,
                                              "SELECT id, bars, first_timestamp, last_timestamp FROM series "
                                              "WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3",
                                              &statement, err);
    if (status)
        return status;
    bind_key(statement, key);
    status = tr_sqlite_step(handle, statement, &row, err);
    if (row) {
        out->id = sqlite3_column_int64(statement, 0);
        out->bars = (size_t)sqlite3_column_int64(statement, 1);
        out->first = sqlite3_column_int64(statement, 2);
        out->last = sqlite3_column_int64(statement, 3);
    }
    sqlite3_finalize(statement);
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
    bind_key(statement, key);
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

struct list {
    struct tr_series_info *items; /* [capacity], the first n filled */
    size_t n, capacity;
};

static enum tr_status add(struct tr_sqlite *handle, struct list *list, sqlite3_stmt *statement, struct tr_error *err)
{
    if (list->n == list->capacity) {
        size_t capacity = list->capacity + list->capacity / 2 + 16;
        struct tr_series_info *grown = tr_alloc_grow(list->items, list->n * sizeof *grown, capacity, sizeof *grown);
        if (!grown)
            return tr_error_nomem(err);
        list->items = grown;
        list->capacity = capacity;
    }
    struct tr_series_info *info = &list->items[list->n++];
    memset(info, 0, sizeof *info);
    info->bars = (size_t)sqlite3_column_int64(statement, 3);
    info->first = sqlite3_column_int64(statement, 4); /* NULL reads as 0 */
    info->last = sqlite3_column_int64(statement, 5);
    return tr_sqlite_series_key(handle, statement, 0, &info->key, err);
}

enum tr_status tr_sqlite_series_list(struct tr_store *store, struct tr_series_info **out, size_t *n,
                                     struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    struct list list = {0};
    sqlite3_stmt *statement = NULL;
    bool row = true;
    enum tr_status status = tr_sqlite_prepare(
        handle, "SELECT exchange, symbol, timeframe, bars, first_timestamp, last_timestamp FROM series", &statement,
        err);
    while (!status && row) {
        status = tr_sqlite_step(handle, statement, &row, err);
        if (!status && row)
            status = add(handle, &list, statement, err);
    }
    sqlite3_finalize(statement);
    if (status) {
        tr_free(list.items);
        return status;
    }
    if (list.n > 1)
        qsort(list.items, list.n, sizeof *list.items, compare);
    *out = list.items;
    *n = list.n;
    return TR_OK;
}
