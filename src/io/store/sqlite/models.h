/* Tables model_registry, model_artefacts and model_events. */
#ifndef TR_STORE_SQLITE_MODELS_H
#define TR_STORE_SQLITE_MODELS_H

#include "io/store/models.h"
#include "io/store/sqlite/handle.h"

/* The columns of a record, in the order of the enum. */
#define TR_SQLITE_MODEL_COLUMNS                                                                                        \
    "id, exchange, symbol, timeframe, state, created, train_from, train_to, parent, manifest, data_hash, "             \
    "recipe_hash, code_version, seed, folds, signals, hit_rate_tp1, avg_net_profit_frac, auc, log_loss, brier, "       \
    "calibration_error"
enum tr_sqlite_model_column {
    TR_MODEL_COLUMN_ID,
    TR_MODEL_COLUMN_SERIES, /* three columns */
    TR_MODEL_COLUMN_STATE = 4,
    TR_MODEL_COLUMN_CREATED,
    TR_MODEL_COLUMN_TRAIN_FROM,
    TR_MODEL_COLUMN_TRAIN_TO,
    TR_MODEL_COLUMN_PARENT, /* NULL = none */
    TR_MODEL_COLUMN_MANIFEST,
    TR_MODEL_COLUMN_DATA_HASH,
    TR_MODEL_COLUMN_RECIPE_HASH,
    TR_MODEL_COLUMN_CODE_VERSION,
    TR_MODEL_COLUMN_SEED,
    TR_MODEL_COLUMN_FOLDS,
    TR_MODEL_COLUMN_SIGNALS,
    TR_MODEL_COLUMN_METRICS, /* six columns */
    TR_MODEL_COLUMN_COUNT = TR_MODEL_COLUMN_METRICS + 6
};

enum tr_status tr_sqlite_model_put(struct tr_store *store, const struct tr_model_record *record,
                                   const struct tr_model_artefact *artefacts, size_t n, const char *reason,
                                   bool *is_new, struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_model_promote(struct tr_store *store, const char *id, const char *expected, tr_time_ms time,
                                       const char *reason, struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_model_list(struct tr_store *store, const struct tr_series_key *series, const char *id,
                                    struct tr_model_record **out, size_t *n, struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_model_artefacts(struct tr_store *store, const char *id, struct tr_model_artefact **out,
                                         size_t *n, struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_model_events(struct tr_store *store, const struct tr_series_key *series,
                                      struct tr_model_event **out, size_t *n, struct tr_error *err) TR_MUST_CHECK;

/* One row of the registry, or *found false. */
enum tr_status tr_sqlite_model_find(struct tr_sqlite *handle, const char *id, struct tr_model_record *out, bool *found,
                                    struct tr_error *err) TR_MUST_CHECK;
/* The id of a series' champion, "" = none. */
enum tr_status tr_sqlite_model_champion(struct tr_sqlite *handle, const struct tr_series_key *series,
                                        char id[TR_MODEL_ID], struct tr_error *err) TR_MUST_CHECK;

#endif
