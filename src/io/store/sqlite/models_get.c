#include "io/store/sqlite/models.h"

#include "io/store/check.h"
#include "io/store/sqlite/rows.h"
#include "io/store/sqlite/series.h"

#include <stdio.h>
#include <string.h>

static enum tr_status damaged(const struct tr_sqlite *handle, struct tr_error *err)
{
    return tr_sqlite_damaged(handle, "it holds a model that cannot be", err);
}

static bool read_hex(sqlite3_stmt *row, int column, char *out, size_t size)
{
    return tr_sqlite_text(row, column, out, size) && tr_store_is_hex(out, size - 1);
}

static bool read_texts(sqlite3_stmt *row, struct tr_model_record *out)
{
    char state[12];
    bool has_parent = sqlite3_column_type(row, TR_MODEL_COLUMN_PARENT) != SQLITE_NULL;
    return read_hex(row, TR_MODEL_COLUMN_ID, out->id, sizeof out->id) &&
           tr_sqlite_text(row, TR_MODEL_COLUMN_STATE, state, sizeof state) &&
           tr_model_state_parse(state, &out->state) &&
           (!has_parent || read_hex(row, TR_MODEL_COLUMN_PARENT, out->parent, sizeof out->parent)) &&
           read_hex(row, TR_MODEL_COLUMN_MANIFEST, out->manifest, sizeof out->manifest) &&
           read_hex(row, TR_MODEL_COLUMN_DATA_HASH, out->data_hash, sizeof out->data_hash) &&
           read_hex(row, TR_MODEL_COLUMN_RECIPE_HASH, out->recipe_hash, sizeof out->recipe_hash) &&
           tr_sqlite_text(row, TR_MODEL_COLUMN_CODE_VERSION, out->code_version, sizeof out->code_version);
}

static enum tr_status read_record(struct tr_sqlite *handle, sqlite3_stmt *row, void *item, struct tr_error *err)
{
    struct tr_model_record *out = item;
    double *const metrics[] = {&out->hit_rate_tp1, &out->avg_net_profit_frac, &out->auc, &out->log_loss,
                               &out->brier,        &out->calibration_error};
    if (!read_texts(row, out))
        return damaged(handle, err);
    out->created = sqlite3_column_int64(row, TR_MODEL_COLUMN_CREATED);
    out->train_from = sqlite3_column_int64(row, TR_MODEL_COLUMN_TRAIN_FROM);
    out->train_to = sqlite3_column_int64(row, TR_MODEL_COLUMN_TRAIN_TO);
    out->seed = sqlite3_column_int64(row, TR_MODEL_COLUMN_SEED);
    out->folds = (size_t)sqlite3_column_int64(row, TR_MODEL_COLUMN_FOLDS);
    out->signals = (size_t)sqlite3_column_int64(row, TR_MODEL_COLUMN_SIGNALS);
    for (int i = 0; i < TR_MODEL_COLUMN_COUNT - TR_MODEL_COLUMN_METRICS; i++)
        *metrics[i] = tr_sqlite_real(row, TR_MODEL_COLUMN_METRICS + i);
    return tr_sqlite_series_key(handle, row, TR_MODEL_COLUMN_SERIES, &out->series, err);
}

/* Parameters: 1 to 3 a series whose exchange and symbol may be "", 4 the beginning of an id, 5 what lies behind all ids
 * that begin so. Only the conditions that are asked for are used. */
static const char *list_sql(const struct tr_series_key *series)
{
    if (series && series->exchange[0] && series->symbol[0])
        return "SELECT " TR_SQLITE_MODEL_COLUMNS " FROM model_registry WHERE exchange = ?1 AND symbol = ?2 AND "
               "timeframe = ?3 AND id >= ?4 AND id < ?5";
    if (series)
        return "SELECT " TR_SQLITE_MODEL_COLUMNS " FROM model_registry WHERE (?1 = '' OR exchange = ?1) AND "
               "(?2 = '' OR symbol = ?2) AND timeframe = ?3 AND id >= ?4 AND id < ?5";
    return "SELECT " TR_SQLITE_MODEL_COLUMNS " FROM model_registry WHERE id >= ?4 AND id < ?5";
}

enum tr_status tr_sqlite_model_list(struct tr_store *store, const struct tr_series_key *series, const char *id,
                                    struct tr_model_record **out, size_t *n, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *rows = NULL;
    void *items = NULL;
    char end[TR_MODEL_ID + 1] = "~"; /* behind damaged ids too, so that they are noticed */
    if (id[0] != '\0')
        snprintf(end, sizeof end, "%sg", id); /* ids are made of digits and a to f */
    enum tr_status status = tr_sqlite_prepare(handle, list_sql(series), &rows, err);
    if (status)
        return status;
    if (series)
        tr_sqlite_series_bind(rows, 1, series);
    tr_sqlite_bind_text(rows, 4, id);
    tr_sqlite_bind_text(rows, 5, end);
    status = tr_sqlite_rows(handle, rows, sizeof **out, read_record, &items, n, err);
    sqlite3_finalize(rows);
    *out = items;
    return status;
}

enum tr_status tr_sqlite_model_find(struct tr_sqlite *handle, const char *id, struct tr_model_record *out, bool *found,
                                    struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle, "SELECT " TR_SQLITE_MODEL_COLUMNS " FROM model_registry WHERE id = ?1", &statement, err);
    *found = false;
    if (status)
        return status;
    memset(out, 0, sizeof *out);
    tr_sqlite_bind_text(statement, 1, id);
    status = tr_sqlite_step(handle, statement, found, err);
    if (!status && *found)
        status = read_record(handle, statement, out, err);
    sqlite3_finalize(statement);
    return status;
}

enum tr_status tr_sqlite_model_champion(struct tr_sqlite *handle, const struct tr_series_key *series,
                                        char id[TR_MODEL_ID], struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    enum tr_status status = tr_sqlite_prepare(handle,
                                              "SELECT id FROM model_registry WHERE exchange = ?1 AND symbol = ?2 AND "
                                              "timeframe = ?3 AND state = 'champion'",
                                              &statement, err);
    id[0] = '\0';
    if (status)
        return status;
    tr_sqlite_series_bind(statement, 1, series);
    status = tr_sqlite_step(handle, statement, &row, err);
    if (!status && row && !read_hex(statement, 0, id, TR_MODEL_ID))
        status = damaged(handle, err);
    sqlite3_finalize(statement);
    return status;
}

static enum tr_status read_artefact(struct tr_sqlite *handle, sqlite3_stmt *row, void *item, struct tr_error *err)
{
    struct tr_model_artefact *out = item;
    bool fine = tr_sqlite_text(row, 0, out->name, sizeof out->name) && read_hex(row, 1, out->hash, sizeof out->hash);
    return fine ? TR_OK : damaged(handle, err);
}

enum tr_status tr_sqlite_model_artefacts(struct tr_store *store, const char *id, struct tr_model_artefact **out,
                                         size_t *n, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *rows = NULL;
    void *items = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle, "SELECT name, hash FROM model_artefacts WHERE model_id = ?1 ORDER BY name", &rows, err);
    if (status)
        return status;
    tr_sqlite_bind_text(rows, 1, id);
    status = tr_sqlite_rows(handle, rows, sizeof **out, read_artefact, &items, n, err);
    sqlite3_finalize(rows);
    *out = items;
    return status;
}

static enum tr_status read_event(struct tr_sqlite *handle, sqlite3_stmt *row, void *item, struct tr_error *err)
{
    struct tr_model_event *out = item;
    enum tr_model_state state;
    bool was_there = sqlite3_column_type(row, 2) != SQLITE_NULL;
    out->time = sqlite3_column_int64(row, 1);
    bool fine = read_hex(row, 0, out->id, sizeof out->id) &&
                (!was_there ||
                 (tr_sqlite_text(row, 2, out->from, sizeof out->from) && tr_model_state_parse(out->from, &state))) &&
                tr_sqlite_text(row, 3, out->to, sizeof out->to) && tr_model_state_parse(out->to, &state) &&
                tr_sqlite_text(row, 4, out->reason, sizeof out->reason);
    return fine ? TR_OK : damaged(handle, err);
}

enum tr_status tr_sqlite_model_events(struct tr_store *store, const struct tr_series_key *series,
                                      struct tr_model_event **out, size_t *n, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    sqlite3_stmt *rows = NULL;
    void *items = NULL;
    enum tr_status status =
        tr_sqlite_prepare(handle,
                          "SELECT e.model_id, e.timestamp, e.from_state, e.to_state, e.reason FROM model_registry AS m "
                          "JOIN model_events AS e ON e.model_id = m.id "
                          "WHERE m.exchange = ?1 AND m.symbol = ?2 AND m.timeframe = ?3 ORDER BY e.id",
                          &rows, err);
    if (status)
        return status;
    tr_sqlite_series_bind(rows, 1, series);
    status = tr_sqlite_rows(handle, rows, sizeof **out, read_event, &items, n, err);
    sqlite3_finalize(rows);
    *out = items;
    return status;
}
