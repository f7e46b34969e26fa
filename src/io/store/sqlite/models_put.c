#include "io/store/sqlite/models.h"

#include "io/store/sqlite/blobs.h"
#include "io/store/sqlite/series.h"

#include <string.h>

static void bind_record(sqlite3_stmt *statement, const struct tr_model_record *record)
{
    const double metrics[] = {record->hit_rate_tp1, record->avg_net_profit_frac, record->auc, record->log_loss,
                              record->brier,        record->calibration_error};
    enum { FIRST = 1 }; /* parameters are counted from 1, columns from 0 */
    tr_sqlite_bind_text(statement, FIRST + TR_MODEL_COLUMN_ID, record->id);
    tr_sqlite_series_bind(statement, FIRST + TR_MODEL_COLUMN_SERIES, &record->series);
    tr_sqlite_bind_text(statement, FIRST + TR_MODEL_COLUMN_STATE, tr_model_state_name(record->state));
    sqlite3_bind_int64(statement, FIRST + TR_MODEL_COLUMN_CREATED, record->created);
    sqlite3_bind_int64(statement, FIRST + TR_MODEL_COLUMN_TRAIN_FROM, record->train_from);
    sqlite3_bind_int64(statement, FIRST + TR_MODEL_COLUMN_TRAIN_TO, record->train_to);
    if (record->parent[0] != '\0')
        tr_sqlite_bind_text(statement, FIRST + TR_MODEL_COLUMN_PARENT, record->parent);
    tr_sqlite_bind_text(statement, FIRST + TR_MODEL_COLUMN_MANIFEST, record->manifest);
    tr_sqlite_bind_text(statement, FIRST + TR_MODEL_COLUMN_DATA_HASH, record->data_hash);
    tr_sqlite_bind_text(statement, FIRST + TR_MODEL_COLUMN_RECIPE_HASH, record->recipe_hash);
    tr_sqlite_bind_text(statement, FIRST + TR_MODEL_COLUMN_CODE_VERSION, record->code_version);
    sqlite3_bind_int64(statement, FIRST + TR_MODEL_COLUMN_SEED, record->seed);
    sqlite3_bind_int64(statement, FIRST + TR_MODEL_COLUMN_FOLDS, (int64_t)record->folds);
    sqlite3_bind_int64(statement, FIRST + TR_MODEL_COLUMN_SIGNALS, (int64_t)record->signals);
    for (int i = 0; i < TR_MODEL_COLUMN_COUNT - TR_MODEL_COLUMN_METRICS; i++)
        sqlite3_bind_double(statement, FIRST + TR_MODEL_COLUMN_METRICS + i, metrics[i]);
}

static enum tr_status insert_record(struct tr_sqlite *handle, const struct tr_model_record *record,
                                    struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    _Static_assert(TR_MODEL_COLUMN_COUNT == 22, "as many parameters as columns");
    enum tr_status status =
        tr_sqlite_prepare(handle,
                          "INSERT INTO model_registry (" TR_SQLITE_MODEL_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
                          "?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)",
                          &statement, err);
    if (status)
        return status;
    bind_record(statement, record);
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

static enum tr_status insert_artefacts(struct tr_sqlite *handle, const char *id,
                                       const struct tr_model_artefact *artefacts, size_t n, struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status = tr_sqlite_prepare(
        handle, "INSERT INTO model_artefacts (model_id, name, hash) VALUES (?1, ?2, ?3)", &statement, err);
    for (size_t i = 0; i < n && !status; i++) {
        status = tr_sqlite_blob_check(handle, artefacts[i].hash, artefacts[i].name, err);
        if (status)
            break;
        tr_sqlite_bind_text(statement, 1, id);
        tr_sqlite_bind_text(statement, 2, artefacts[i].name);
        tr_sqlite_bind_text(statement, 3, artefacts[i].hash);
        status = tr_sqlite_run(handle, statement, err);
    }
    sqlite3_finalize(statement);
    return status;
}

/* from NULL: it was not there before. */
static enum tr_status add_event(struct tr_sqlite *handle, const char *id, tr_time_ms time,
                                const enum tr_model_state *from, enum tr_model_state to, const char *reason,
                                struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status = tr_sqlite_prepare(handle,
                                              "INSERT INTO model_events (model_id, timestamp, from_state, to_state, "
                                              "reason) VALUES (?1, ?2, ?3, ?4, ?5)",
                                              &statement, err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, id);
    sqlite3_bind_int64(statement, 2, time);
    if (from)
        tr_sqlite_bind_text(statement, 3, tr_model_state_name(*from));
    tr_sqlite_bind_text(statement, 4, tr_model_state_name(to));
    tr_sqlite_bind_text(statement, 5, reason);
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

/* TR_BUSY where the series' champion is another than expected. */
static enum tr_status expect_champion(struct tr_sqlite *handle, const struct tr_series_key *series,
                                      const char *expected, struct tr_error *err)
{
    char champion[TR_MODEL_ID];
    enum tr_status status = tr_sqlite_model_champion(handle, series, champion, err);
    if (status || strcmp(champion, expected) == 0)
        return status;
    return tr_error_set(err, TR_BUSY,
                        "%s: the champion of %s %s %s is %s by now, not %s: somebody was faster; look at it and decide "
                        "again",
                        handle->path, series->exchange, series->symbol, tr_timeframe_name(series->timeframe),
                        champion[0] ? champion : "none", expected[0] ? expected : "none");
}

static enum tr_status put(struct tr_sqlite *handle, const struct tr_model_record *record,
                          const struct tr_model_artefact *artefacts, size_t n, const char *reason, bool *is_new,
                          struct tr_error *err)
{
    struct tr_model_record known;
    bool found = false;
    enum tr_status status = tr_sqlite_model_find(handle, record->id, &known, &found, err);
    if (status || found)
        return status;
    if (record->state == TR_MODEL_CHAMPION)
        status = expect_champion(handle, &record->series, "", err);
    if (!status)
        status = tr_sqlite_blob_check(handle, record->manifest, "manifest", err);
    if (!status)
        status = insert_record(handle, record, err);
    if (!status)
        status = insert_artefacts(handle, record->id, artefacts, n, err);
    if (!status)
        status = add_event(handle, record->id, record->created, NULL, record->state, reason, err);
    *is_new = true;
    return status;
}

enum tr_status tr_sqlite_model_put(struct tr_store *store, const struct tr_model_record *record,
                                   const struct tr_model_artefact *artefacts, size_t n, const char *reason,
                                   bool *is_new, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    bool is_added = false;
    enum tr_status status = tr_sqlite_begin(handle, err);
    if (status)
        return status;
    status = put(handle, record, artefacts, n, reason, &is_added, err);
    status = tr_sqlite_end(handle, status, err);
    *is_new = is_added && !status;
    return status;
}

static enum tr_status set_state(struct tr_sqlite *handle, const char *id, enum tr_model_state state,
                                struct tr_error *err)
{
    sqlite3_stmt *statement = NULL;
    enum tr_status status =
        tr_sqlite_prepare(handle, "UPDATE model_registry SET state = ?2 WHERE id = ?1", &statement, err);
    if (status)
        return status;
    tr_sqlite_bind_text(statement, 1, id);
    tr_sqlite_bind_text(statement, 2, tr_model_state_name(state));
    status = tr_sqlite_run(handle, statement, err);
    sqlite3_finalize(statement);
    return status;
}

static enum tr_status change_state(struct tr_sqlite *handle, const char *id, enum tr_model_state from,
                                   enum tr_model_state to, tr_time_ms time, const char *reason, struct tr_error *err)
{
    enum tr_status status = set_state(handle, id, to, err);
    return status ? status : add_event(handle, id, time, &from, to, reason, err);
}

static enum tr_status promote(struct tr_sqlite *handle, const char *id, const char *expected, tr_time_ms time,
                              const char *reason, struct tr_error *err)
{
    struct tr_model_record record;
    bool found = false;
    enum tr_status status = tr_sqlite_model_find(handle, id, &record, &found, err);
    if (status)
        return status;
    if (!found)
        return tr_error_set(err, TR_NOT_FOUND, "%s: there is no model %s", handle->path, id);
    if (record.state == TR_MODEL_CHAMPION)
        return TR_OK;
    status = expect_champion(handle, &record.series, expected, err);
    /* The old one goes first: the table never holds two champions of a series. */
    if (!status && expected[0] != '\0')
        status = change_state(handle, expected, TR_MODEL_CHAMPION, TR_MODEL_ARCHIVED, time, reason, err);
    return status ? status : change_state(handle, id, record.state, TR_MODEL_CHAMPION, time, reason, err);
}

enum tr_status tr_sqlite_model_promote(struct tr_store *store, const char *id, const char *expected, tr_time_ms time,
                                       const char *reason, struct tr_error *err)
{
    struct tr_sqlite *handle = tr_sqlite_of(store);
    enum tr_status status = tr_sqlite_begin(handle, err);
    return status ? status : tr_sqlite_end(handle, promote(handle, id, expected, time, reason, err), err);
}
