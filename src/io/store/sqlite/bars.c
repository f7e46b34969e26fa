#include "io/store/sqlite/bars.h"

#include "io/store/sqlite/series.h"

/* One put under way. */
struct put {
    struct tr_sqlite *handle;
    struct tr_sqlite_series series;
    sqlite3_stmt *insert, *select;
    struct tr_put_report report;
};

static enum tr_status prepare(struct put *put, struct tr_error *err)
{
    enum tr_status status = tr_sqlite_prepare(put->handle,
                                              "INSERT INTO bars (series_id, timestamp, open, high, low, close, volume) "
                                              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
                                              &put->insert, err);
    if (status)
        return status;
    sqlite3_bind_int64(put->insert, 1, put->series.id);
    status = tr_sqlite_prepare(
        put->handle, "SELECT open, high, low, close, volume FROM bars WHERE series_id = ?1 AND timestamp = ?2",
        &put->select, err);
    if (!status)
        sqlite3_bind_int64(put->select, 1, put->series.id);
    return status;
}

/* Both finite, so == is what "the same bar" means: 0 and -0 are one volume. */
static bool row_equals(sqlite3_stmt *row, const struct tr_bar *bar)
{
    return sqlite3_column_double(row, 0) == bar->open && sqlite3_column_double(row, 1) == bar->high &&
           sqlite3_column_double(row, 2) == bar->low && sqlite3_column_double(row, 3) == bar->close &&
           sqlite3_column_double(row, 4) == bar->volume;
}

static enum tr_status compare_stored(struct put *put, const struct tr_bar *bar, struct tr_error *err)
{
    bool row = false;
    sqlite3_bind_int64(put->select, 2, bar->time);
    enum tr_status status = tr_sqlite_step(put->handle, put->select, &row, err);
    if (!status && row && row_equals(put->select, bar)) {
        put->report.identical++;
    } else if (!status) {
        if (put->report.differing++ == 0)
            put->report.first_differing = bar->time;
    }
    sqlite3_reset(put->select);
    return status;
}

static enum tr_status put_bar(struct put *put, const struct tr_bar *bar, struct tr_error *err)
{
    sqlite3_bind_int64(put->insert, 2, bar->time);
    sqlite3_bind_double(put->insert, 3, bar->open);
    sqlite3_bind_double(put->insert, 4, bar->high);
    sqlite3_bind_double(put->insert, 5, bar->low);
    sqlite3_bind_double(put->insert, 6, bar->close);
    sqlite3_bind_double(put->insert, 7, bar->volume);
    enum tr_status status = tr_sqlite_run(put->handle, put->insert, err);
    if (status)
        return status;
    if (sqlite3_changes(put->handle->db) == 0)
        return compare_stored(put, bar, err);
    put->report.inserted++;
    struct tr_sqlite_series *series = &put->series;
    if (series->bars == 0 || bar->time < series->first)
        series->first = bar->time;
    if (series->bars == 0 || bar->time > series->last)
        series->last = bar->time;
    series->bars++;
    return TR_OK;
}

static enum tr_status put_all(struct put *put, const struct tr_series_key *key, const struct tr_bars *bars,
                              struct tr_error *err)
{
    enum tr_status status = tr_sqlite_series_make(put->handle, key, &put->series, err);
    if (!status)
        status = prepare(put, err);
    for (size_t i = 0; i < bars->n && !status; i++) {
        struct tr_bar bar = tr_bars_at(bars, i);
        status = put_bar(put, &bar, err);
    }
    if (!status && put->report.inserted > 0)
        status = tr_sqlite_series_count(put->handle, &put->series, err);
    sqlite3_finalize(put->insert);
    sqlite3_finalize(put->select);
    return status;
}

enum tr_status tr_sqlite_bars_put(struct tr_store *store, const struct tr_series_key *key, const struct tr_bars *bars,
                                  struct tr_put_report *report, struct tr_error *err)
{
    struct put put = {.handle = tr_sqlite_of(store)};
    enum tr_status status = tr_sqlite_begin(put.handle, err);
    if (status)
        return status;
    status = put_all(&put, key, bars, err);
    status = tr_sqlite_end(put.handle, status, err);
    if (!status)
        *report = put.report;
    return status;
}

static enum tr_status add_row(struct tr_sqlite *handle, sqlite3_stmt *row, struct tr_bar_list *out,
                              struct tr_error *err)
{
    struct tr_bar bar = {
        .time = sqlite3_column_int64(row, 0),
        .open = sqlite3_column_double(row, 1),
        .high = sqlite3_column_double(row, 2),
        .low = sqlite3_column_double(row, 3),
        .close = sqlite3_column_double(row, 4),
        .volume = sqlite3_column_double(row, 5),
    };
    if (tr_bar_check(&bar, out->timeframe) != TR_BAR_FINE)
        return tr_sqlite_damaged(handle, "it holds a bar that cannot be", err);
    return tr_bar_list_add(out, &bar, err);
}

/* How many bars can lie in from <= time < to: an upper bound, never more than the series has. */
static size_t most_bars(const struct tr_sqlite_series *series, tr_time_ms from, tr_time_ms to, int64_t step)
{
    tr_time_ms first = from > series->first ? from : series->first;
    tr_time_ms last = to <= series->last ? to - 1 : series->last;
    if (last < first)
        return 0;
    size_t slots = ((size_t)last - (size_t)first) / (size_t)step + 1;
    return slots < series->bars ? slots : series->bars;
}

static enum tr_status read_rows(struct tr_sqlite *handle, int64_t series_id, tr_time_ms from, tr_time_ms to,
                                struct tr_bar_list *out, struct tr_error *err)
{
    enum tr_status status = tr_sqlite_keep(handle,
                                           "SELECT timestamp, open, high, low, close, volume FROM bars "
                                           "WHERE series_id = ?1 AND timestamp >= ?2 AND timestamp < ?3 "
                                           "ORDER BY timestamp",
                                           &handle->bars_get, err);
    if (status)
        return status;
    sqlite3_stmt *rows = handle->bars_get;
    sqlite3_bind_int64(rows, 1, series_id);
    sqlite3_bind_int64(rows, 2, from);
    sqlite3_bind_int64(rows, 3, to);
    bool row = true;
    while (!status && row) {
        status = tr_sqlite_step(handle, rows, &row, err);
        if (!status && row)
            status = add_row(handle, rows, out, err);
    }
    sqlite3_reset(rows);
    return status;
}

enum tr_status tr_sqlite_bars_get(struct tr_store *store, const struct tr_series_key *key, tr_time_ms from,
                                  tr_time_ms to, struct tr_bar_list *out, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    struct tr_sqlite_series series;
    out->n = 0;
    out->timeframe = key->timeframe;
    enum tr_status status = tr_sqlite_series_get(handle, key, &series, err);
    if (status || series.id == 0 || series.bars == 0 || from >= to)
        return status;
    status = tr_bar_list_reserve(out, most_bars(&series, from, to, tr_timeframe_ms(key->timeframe)), err);
    if (!status)
        status = read_rows(handle, series.id, from, to, out, err);
    if (status)
        out->n = 0;
    return status;
}
