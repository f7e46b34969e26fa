#include "io/store/sqlite/funding.h"

#include "base/alloc.h"
#include "engine/market/funding.h"
#include "io/store/sqlite/rows.h"

/* One put under way. */
struct put {
    struct tr_sqlite *handle;
    sqlite3_stmt *insert, *select;
    struct tr_put_report report;
};

static enum tr_status prepare(struct put *put, const char *exchange, const char *symbol, struct tr_error *err)
{
    enum tr_status status = tr_sqlite_prepare(put->handle,
                                              "INSERT INTO funding (exchange, symbol, timestamp, rate) "
                                              "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                                              &put->insert, err);
    if (!status)
        status = tr_sqlite_prepare(put->handle,
                                   "SELECT rate FROM funding WHERE exchange = ?1 AND symbol = ?2 AND timestamp = ?3",
                                   &put->select, err);
    if (status)
        return status;
    tr_sqlite_bind_text(put->insert, 1, exchange);
    tr_sqlite_bind_text(put->insert, 2, symbol);
    tr_sqlite_bind_text(put->select, 1, exchange);
    tr_sqlite_bind_text(put->select, 2, symbol);
    return TR_OK;
}

static enum tr_status compare_stored(struct put *put, tr_time_ms time, double rate, struct tr_error *err)
{
    bool row = false;
    sqlite3_bind_int64(put->select, 3, time);
    enum tr_status status = tr_sqlite_step(put->handle, put->select, &row, err);
    if (!status && row && sqlite3_column_double(put->select, 0) == rate) {
        put->report.identical++;
    } else if (!status) {
        if (put->report.differing++ == 0)
            put->report.first_differing = time;
    }
    sqlite3_reset(put->select);
    return status;
}

static enum tr_status put_record(struct put *put, tr_time_ms time, double rate, struct tr_error *err)
{
    sqlite3_bind_int64(put->insert, 3, time);
    sqlite3_bind_double(put->insert, 4, rate);
    enum tr_status status = tr_sqlite_run(put->handle, put->insert, err);
    if (status)
        return status;
    if (sqlite3_changes(put->handle->db) == 0)
        return compare_stored(put, time, rate, err);
    put->report.inserted++;
    return TR_OK;
}

enum tr_status tr_sqlite_funding_put(struct tr_store *store, const char *exchange, const char *symbol,
                                     const tr_time_ms *time, const double *rate, size_t n, struct tr_put_report *report,
                                     struct tr_error *err)
{
    struct put put = {.handle = tr_sqlite_of(store)};
    enum tr_status status = tr_sqlite_begin(put.handle, err);
    if (status)
        return status;
    status = prepare(&put, exchange, symbol, err);
    for (size_t i = 0; i < n && !status; i++)
        status = put_record(&put, time[i], rate[i], err);
    sqlite3_finalize(put.insert);
    sqlite3_finalize(put.select);
    status = tr_sqlite_end(put.handle, status, err);
    if (!status)
        *report = put.report;
    return status;
}

struct record {
    tr_time_ms time;
    double rate;
};

static enum tr_status read_record(struct tr_sqlite *handle, sqlite3_stmt *row, void *item, struct tr_error *err)
{
    struct record *out = item;
    out->time = sqlite3_column_int64(row, 0);
    out->rate = tr_sqlite_real(row, 1);
    if (tr_funding_check(out->time, out->rate))
        return tr_sqlite_damaged(handle, "it holds a funding rate that cannot be", err);
    return TR_OK;
}

static enum tr_status split(const struct record *records, size_t count, tr_time_ms **time, double **rate, size_t *n,
                            struct tr_error *err)
{
    tr_time_ms *times = tr_alloc(count, sizeof *times);
    double *rates = tr_alloc(count, sizeof *rates);
    if (!times || !rates) {
        tr_free(times);
        tr_free(rates);
        return tr_error_nomem(err);
    }
    for (size_t i = 0; i < count; i++) {
        times[i] = records[i].time;
        rates[i] = records[i].rate;
    }
    *time = times;
    *rate = rates;
    *n = count;
    return TR_OK;
}

enum tr_status tr_sqlite_funding_get(struct tr_store *store, const char *exchange, const char *symbol, tr_time_ms from,
                                     tr_time_ms to, tr_time_ms **time, double **rate, size_t *n, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *rows = NULL;
    void *records = NULL;
    size_t count = 0;
    enum tr_status status = tr_sqlite_prepare(handle,
                                              "SELECT timestamp, rate FROM funding WHERE exchange = ?1 AND "
                                              "symbol = ?2 AND timestamp >= ?3 AND timestamp < ?4 ORDER BY timestamp",
                                              &rows, err);
    if (status)
        return status;
    tr_sqlite_bind_text(rows, 1, exchange);
    tr_sqlite_bind_text(rows, 2, symbol);
    sqlite3_bind_int64(rows, 3, from);
    sqlite3_bind_int64(rows, 4, to);
    status = tr_sqlite_rows(handle, rows, sizeof(struct record), read_record, &records, &count, err);
    sqlite3_finalize(rows);
    if (!status && count > 0)
        status = split(records, count, time, rate, n, err);
    tr_free(records);
    return status;
}

static enum tr_status read_info(struct tr_sqlite *handle, sqlite3_stmt *row, void *item, struct tr_error *err)
{
    struct tr_funding_info *out = item;
    if (!tr_sqlite_text(row, 0, out->exchange, sizeof out->exchange) || out->exchange[0] == '\0' ||
        !tr_sqlite_text(row, 1, out->symbol, sizeof out->symbol) || out->symbol[0] == '\0')
        return tr_sqlite_damaged(handle, "it holds funding rates of a market that cannot be", err);
    out->records = (size_t)sqlite3_column_int64(row, 2);
    out->first = sqlite3_column_int64(row, 3);
    out->last = sqlite3_column_int64(row, 4);
    return TR_OK;
}

enum tr_status tr_sqlite_funding_list(struct tr_store *store, struct tr_funding_info **out, size_t *n,
                                      struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *rows = NULL;
    void *items = NULL;
    enum tr_status status = tr_sqlite_prepare(handle,
                                              "SELECT exchange, symbol, count(*), min(timestamp), max(timestamp) "
                                              "FROM funding GROUP BY exchange, symbol ORDER BY exchange, symbol",
                                              &rows, err);
    if (status)
        return status;
    status = tr_sqlite_rows(handle, rows, sizeof **out, read_info, &items, n, err);
    sqlite3_finalize(rows);
    *out = items;
    return status;
}
