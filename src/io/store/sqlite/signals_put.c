#include "io/store/sqlite/signal_fields.h"
#include "io/store/sqlite/signals.h"

#include "base/buf.h"

/* The texts of a signal; its parameters 1 to TEXTS. The first KEYS of them and timestamp identify it. */
static const char *const texts[] = {"exchange", "symbol", "timeframe", "side", "origin", "status", "exit_reason"};
enum { TEXTS = sizeof texts / sizeof *texts, KEYS = 5 };

static const char *origin_name(enum tr_signal_origin origin)
{
    return origin == TR_ORIGIN_NEWEST ? "newest" : "walkforward";
}

/* "?1, ?2, ... ?n) " */
static void add_parameters(struct tr_buf *sql, size_t n)
{
    for (size_t i = 1; i <= n; i++)
        tr_buf_printf(sql, "%s?%zu", i > 1 ? ", " : "", i);
    tr_buf_text(sql, ") ");
}

static void write_signal_sql(struct tr_buf *sql)
{
    tr_buf_text(sql, "INSERT INTO signals (");
    for (size_t i = 0; i < TEXTS; i++)
        tr_buf_printf(sql, "%s, ", texts[i]);
    for (size_t i = 0; i < tr_signal_field_count; i++)
        tr_buf_printf(sql, "%s%s", i > 0 ? ", " : "", tr_signal_fields[i].column);
    tr_buf_text(sql, ") VALUES (");
    add_parameters(sql, TEXTS + tr_signal_field_count);
    tr_buf_text(sql, "ON CONFLICT (exchange, symbol, timeframe, timestamp, side, origin) DO UPDATE SET ");
    for (size_t i = KEYS; i < TEXTS; i++)
        tr_buf_printf(sql, "%s = excluded.%s, ", texts[i], texts[i]);
    for (size_t i = 0; i < tr_signal_field_count; i++)
        tr_buf_printf(sql, "%s%s = excluded.%s", i > 0 ? ", " : "", tr_signal_fields[i].column,
                      tr_signal_fields[i].column);
    tr_buf_text(sql, " RETURNING id");
}

static void write_size_sql(struct tr_buf *sql)
{
    tr_buf_text(sql, "INSERT OR REPLACE INTO signal_sizes (signal_id, risk_profile");
    for (size_t i = 0; i < tr_size_field_count; i++)
        tr_buf_printf(sql, ", %s", tr_size_fields[i].column);
    tr_buf_text(sql, ") VALUES (");
    add_parameters(sql, 2 + tr_size_field_count);
}

static enum tr_status prepare(struct tr_sqlite *handle, void (*write)(struct tr_buf *), sqlite3_stmt **out,
                              struct tr_error *err)
{
    struct tr_buf sql;
    tr_buf_init(&sql);
    write(&sql);
    enum tr_status status = tr_buf_status(&sql, err);
    if (!status)
        status = tr_sqlite_prepare(handle, tr_buf_string(&sql), out, err);
    tr_buf_finish(&sql);
    return status;
}

static enum tr_status put_signal(struct tr_sqlite *handle, sqlite3_stmt *statement,
                                 const struct tr_stored_signal *stored, int64_t *id, struct tr_error *err)
{
    bool row = false;
    tr_sqlite_bind_text(statement, 1, stored->series.exchange);
    tr_sqlite_bind_text(statement, 2, stored->series.symbol);
    tr_sqlite_bind_text(statement, 3, tr_timeframe_name(stored->series.timeframe));
    tr_sqlite_bind_text(statement, 4, tr_side_name(stored->signal.side));
    tr_sqlite_bind_text(statement, 5, origin_name(stored->origin));
    tr_sqlite_bind_text(statement, 6, stored->status);
    tr_sqlite_bind_text(statement, 7, stored->exit_reason);
    tr_fields_bind(tr_signal_fields, tr_signal_field_count, stored, statement, TEXTS + 1);
    enum tr_status status = tr_sqlite_step(handle, statement, &row, err);
    if (row)
        *id = sqlite3_column_int64(statement, 0);
    while (!status && row)
        status = tr_sqlite_step(handle, statement, &row, err);
    sqlite3_reset(statement);
    return status;
}

static enum tr_status put_sizes(struct tr_sqlite *handle, sqlite3_stmt *statement, int64_t id,
                                const struct tr_stored_signal *stored, struct tr_error *err)
{
    enum tr_status status = TR_OK;
    for (int profile = 0; profile < TR_PROFILE_COUNT && !status; profile++) {
        sqlite3_bind_int64(statement, 1, id);
        tr_sqlite_bind_text(statement, 2, tr_profile_name((enum tr_risk_profile)profile));
        tr_fields_bind(tr_size_fields, tr_size_field_count, &stored->signal.size[profile], statement, 3);
        status = tr_sqlite_run(handle, statement, err);
    }
    return status;
}

static enum tr_status put_all(struct tr_sqlite *handle, const struct tr_stored_signal *signals, size_t n,
                              struct tr_error *err)
{
    sqlite3_stmt *signal = NULL, *size = NULL;
    enum tr_status status = prepare(handle, write_signal_sql, &signal, err);
    if (!status)
        status = prepare(handle, write_size_sql, &size, err);
    for (size_t i = 0; i < n && !status; i++) {
        int64_t id = 0;
        status = put_signal(handle, signal, &signals[i], &id, err);
        if (!status)
            status = put_sizes(handle, size, id, &signals[i], err);
    }
    sqlite3_finalize(signal);
    sqlite3_finalize(size);
    return status;
}

enum tr_status tr_sqlite_signals_put(struct tr_store *store, const struct tr_stored_signal *signals, size_t n,
                                     struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    enum tr_status status = tr_sqlite_begin(handle, err);
    if (status)
        return status;
    return tr_sqlite_end(handle, put_all(handle, signals, n, err), err);
}

static enum tr_status delete_all(struct tr_sqlite *handle, const struct tr_series_key *key,
                                 enum tr_signal_origin origin, struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle, "DELETE FROM signals WHERE exchange = ?1 AND symbol = ?2 AND timeframe = ?3 AND origin = ?4",
        &statement, err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, key->exchange);
    tr_sqlite_bind_text(statement, 2, key->symbol);
    tr_sqlite_bind_text(statement, 3, tr_timeframe_name(key->timeframe));
    tr_sqlite_bind_text(statement, 4, origin_name(origin));
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_signals_replace(struct tr_store *store, const struct tr_series_key *key,
                                         enum tr_signal_origin origin, const struct tr_stored_signal *signals, size_t n,
                                         struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    enum tr_status status = tr_sqlite_begin(handle, err);
    if (status)
        return status;
    status = delete_all(handle, key, origin, err);
    if (!status)
        status = put_all(handle, signals, n, err);
    return tr_sqlite_end(handle, status, err);
}
