#include "io/store/sqlite/rows.h"
#include "io/store/sqlite/series.h"
#include "io/store/sqlite/signal_fields.h"
#include "io/store/sqlite/signals.h"

#include "base/buf.h"

#include <string.h>

/* The columns of a row: these seven, the fields of the signal, then the sizes of each profile. */
enum { EXCHANGE, SYMBOL, TIMEFRAME, SIDE, ORIGIN, STATUS, EXIT_REASON, FIELDS };

enum { DEFAULT_LIMIT = 100 };

static void write_columns(struct tr_buf *sql)
{
    tr_buf_text(sql, "SELECT s.exchange, s.symbol, s.timeframe, s.side, s.origin, s.status, s.exit_reason");
    for (size_t i = 0; i < tr_signal_field_count; i++)
        tr_buf_printf(sql, ", s.%s", tr_signal_fields[i].column);
    for (int p = 0; p < TR_PROFILE_COUNT; p++) {
        for (size_t i = 0; i < tr_size_field_count; i++)
            tr_buf_printf(sql, ", z%d.%s", p, tr_size_fields[i].column);
    }
    tr_buf_text(sql, " FROM signals AS s");
    for (int p = 0; p < TR_PROFILE_COUNT; p++)
        tr_buf_printf(sql, " JOIN signal_sizes AS z%d ON z%d.signal_id = s.id AND z%d.risk_profile = '%s'", p, p, p,
                      tr_profile_name((enum tr_risk_profile)p));
}

/* Parameters: 1 exchange, 2 symbol, 3 timeframe, 4 limit. Only the conditions that are asked for are written, so that
 * the indexes serve. */
static void write_sql(const struct tr_signal_query *query, struct tr_buf *sql)
{
    const struct tr_series_key *key = query->series;
    write_columns(sql);
    tr_buf_text(sql, " WHERE 1");
    if (key && key->exchange[0])
        tr_buf_text(sql, " AND s.exchange = ?1");
    if (key && key->symbol[0])
        tr_buf_text(sql, " AND s.symbol = ?2");
    if (key && !query->any_timeframe)
        tr_buf_text(sql, " AND s.timeframe = ?3");
    if (!query->any_origin)
        tr_buf_printf(sql, " AND s.origin = '%s'", query->origin == TR_ORIGIN_NEWEST ? "newest" : "walkforward");
    if (query->proven_only)
        tr_buf_text(sql, " AND s.proven = 1");
    tr_buf_text(sql, " ORDER BY s.timestamp DESC, s.exchange, s.symbol, s.timeframe, s.side, s.origin LIMIT ?4");
}

static enum tr_status prepare(struct tr_sqlite *handle, const struct tr_signal_query *query, sqlite3_stmt **out,
                              struct tr_error *err)
{
    struct tr_buf sql;
    tr_buf_init(&sql);
    write_sql(query, &sql);
    enum tr_status status = tr_buf_status(&sql, err);
    if (!status)
        status = tr_sqlite_prepare(handle, tr_buf_string(&sql), out, err);
    tr_buf_finish(&sql);
    if (status)
        return status;
    /* A parameter that does not occur cannot be bound; the refusal does no harm. */
    if (query->series) {
        tr_sqlite_bind_text(*out, 1, query->series->exchange);
        tr_sqlite_bind_text(*out, 2, query->series->symbol);
        if (!query->any_timeframe)
            tr_sqlite_bind_text(*out, 3, tr_timeframe_name(query->series->timeframe));
    }
    size_t limit = query->limit ? query->limit : DEFAULT_LIMIT;
    sqlite3_bind_int64(*out, 4, limit < INT64_MAX ? (int64_t)limit : INT64_MAX);
    return TR_OK;
}

static enum tr_status read_signal(struct tr_sqlite *handle, sqlite3_stmt *row, void *item, struct tr_error *err)
{
    struct tr_stored_signal *out = item;
    char side[8], origin[16];
    enum tr_status status = tr_sqlite_series_key(handle, row, EXCHANGE, &out->series, err);
    if (status)
        return status;
    if (!tr_sqlite_text(row, SIDE, side, sizeof side) || !tr_sqlite_text(row, ORIGIN, origin, sizeof origin) ||
        !tr_sqlite_text(row, STATUS, out->status, sizeof out->status) ||
        !tr_sqlite_text(row, EXIT_REASON, out->exit_reason, sizeof out->exit_reason))
        return tr_sqlite_damaged(handle, "it holds a signal that cannot be", err);
    out->signal.side = strcmp(side, tr_side_name(TR_SHORT)) == 0 ? TR_SHORT : TR_LONG;
    out->signal.levels.side = out->signal.side;
    out->origin = strcmp(origin, "newest") == 0 ? TR_ORIGIN_NEWEST : TR_ORIGIN_WALKFORWARD;
    int column = FIELDS;
    tr_fields_read(tr_signal_fields, tr_signal_field_count, row, column, out);
    column += (int)tr_signal_field_count;
    for (int p = 0; p < TR_PROFILE_COUNT; p++) {
        tr_fields_read(tr_size_fields, tr_size_field_count, row, column, &out->signal.size[p]);
        column += (int)tr_size_field_count;
    }
    return TR_OK;
}

enum tr_status tr_sqlite_signals_get(struct tr_store *store, const struct tr_signal_query *query,
                                     struct tr_stored_signal **out, size_t *n, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *rows = NULL;
    void *items = NULL;
    enum tr_status status = prepare(handle, query, &rows, err);
    if (status)
        return status;
    status = tr_sqlite_rows(handle, rows, sizeof **out, read_signal, &items, n, err);
    sqlite3_finalize(rows);
    *out = items;
    return status;
}
