/* The registry's rows: models, what they consist of, and every change of their state. The bytes of artefacts are blobs
 * named by the SHA-256 of their content, so that equal ones are stored once and a damaged one is noticed. */
#ifndef TR_STORE_MODELS_H
#define TR_STORE_MODELS_H

#include "base/buf.h"
#include "base/hash.h"
#include "io/store/store.h"

#define TR_MODEL_ID 17 /* 16 hexadecimal digits and the end */

enum tr_model_state { TR_MODEL_CANDIDATE, TR_MODEL_CHAMPION, TR_MODEL_ARCHIVED };

/* "candidate", "champion", "archived" */
const char *tr_model_state_name(enum tr_model_state state);
/* false: none of these. */
bool tr_model_state_parse(const char *text, enum tr_model_state *out);

/* One row of the registry. Fractions; NaN = not measured. */
struct tr_model_record {
    char id[TR_MODEL_ID]; /* the first digits of the manifest's hash: same data, recipe, program, seed: same id */
    struct tr_series_key series;
    enum tr_model_state state;
    tr_time_ms created;              /* by the wall clock */
    tr_time_ms train_from, train_to; /* window of its data */
    char parent[TR_MODEL_ID];        /* champion when it was made; "" = none */
    char manifest[TR_HASH_TEXT];     /* blob: members, columns, parameters, folds, drift reference */
    char data_hash[TR_HASH_TEXT];    /* of the bars it learnt from */
    char recipe_hash[TR_HASH_TEXT];  /* of everything that decides the computation */
    char code_version[32];
    int64_t seed;
    size_t folds, signals;
    double hit_rate_tp1, avg_net_profit_frac, auc, log_loss, brier, calibration_error;
};

/* A part of a model: "long.lightgbm" and the blob that holds it. */
struct tr_model_artefact {
    char name[48];
    char hash[TR_HASH_TEXT];
};

/* A change of state, for the log. */
struct tr_model_event {
    char id[TR_MODEL_ID];
    tr_time_ms time;
    char from[12], to[12]; /* "" = was not there before */
    char reason[128];
};

/* What a store implements for the registry; reached by the functions below. */
struct tr_model_store_impl {
    enum tr_status (*blob_put)(struct tr_store *store, const char *hash, const void *bytes, size_t n,
                               struct tr_error *err);
    enum tr_status (*blob_get)(struct tr_store *store, const char *hash, struct tr_buf *out, struct tr_error *err);
    enum tr_status (*put)(struct tr_store *store, const struct tr_model_record *record,
                          const struct tr_model_artefact *artefacts, size_t n, const char *reason, bool *is_new,
                          struct tr_error *err);
    enum tr_status (*list)(struct tr_store *store, const struct tr_series_key *series, const char *id,
                           struct tr_model_record **out, size_t *n, struct tr_error *err);
    enum tr_status (*artefacts)(struct tr_store *store, const char *id, struct tr_model_artefact **out, size_t *n,
                                struct tr_error *err);
    enum tr_status (*promote)(struct tr_store *store, const char *id, const char *expected, tr_time_ms time,
                              const char *reason, struct tr_error *err);
    enum tr_status (*events)(struct tr_store *store, const struct tr_series_key *series, struct tr_model_event **out,
                             size_t *n, struct tr_error *err);
};

/* Stores bytes under their hash, which hash receives; storing them again does nothing. */
enum tr_status tr_store_blob_put(struct tr_store *store, const void *bytes, size_t n, char hash[TR_HASH_TEXT],
                                 struct tr_error *err) TR_MUST_CHECK;
/* out: initialised, emptied first. TR_NOT_FOUND; TR_CORRUPT where the content no longer has that hash: nothing is
 * given out then. */
enum tr_status tr_store_blob_get(struct tr_store *store, const char *hash, struct tr_buf *out,
                                 struct tr_error *err) TR_MUST_CHECK;

/* One transaction: the row, its artefacts (whose blobs must be stored already) and the event of its coming. A model of
 * that id that is there already stays as it is: *is_new false. record->state must be candidate, or champion where the
 * series has none (TR_BUSY otherwise). */
enum tr_status tr_store_model_put(struct tr_store *store, const struct tr_model_record *record,
                                  const struct tr_model_artefact *artefacts, size_t n, const char *reason, bool *is_new,
                                  struct tr_error *err) TR_MUST_CHECK;
/* series NULL = all (exchange "" and symbol "" match any); id NULL or "" = all, else those whose id begins so. Champion
 * first within a series, then the newest. *out: owned by the caller, tr_free. */
enum tr_status tr_store_model_list(struct tr_store *store, const struct tr_series_key *series, const char *id,
                                   struct tr_model_record **out, size_t *n, struct tr_error *err) TR_MUST_CHECK;
/* In order of name. *out: tr_free. */
enum tr_status tr_store_model_artefacts(struct tr_store *store, const char *id, struct tr_model_artefact **out,
                                        size_t *n, struct tr_error *err) TR_MUST_CHECK;
/* One transaction: the series' champion, which must be `expected` ("" = none; else TR_BUSY: somebody was faster), is
 * archived, id becomes champion, both changes are logged. TR_NOT_FOUND for an unknown id. Promoting the champion does
 * nothing. */
enum tr_status tr_store_model_promote(struct tr_store *store, const char *id, const char *expected, tr_time_ms time,
                                      const char *reason, struct tr_error *err) TR_MUST_CHECK;
/* Of one series, oldest first. *out: tr_free. */
enum tr_status tr_store_model_events(struct tr_store *store, const struct tr_series_key *series,
                                     struct tr_model_event **out, size_t *n, struct tr_error *err) TR_MUST_CHECK;

#endif
