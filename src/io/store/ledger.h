/* What is remembered of computations: the trial ledger, drift reports, and finished steps of long work. */
#ifndef TR_STORE_LEDGER_H
#define TR_STORE_LEDGER_H

#include "base/buf.h"
#include "base/hash.h"
#include "io/store/store.h"

/* A distinct configuration evaluated out of sample on a series (specification 7). Nothing removes one. */
struct tr_trial {
    struct tr_series_key series;
    char config_hash[TR_HASH_TEXT];
    char label[96];         /* "walk-forward", "search num_leaves=15" */
    tr_time_ms first, last; /* by the wall clock: first evaluated, last evaluated */
    size_t runs;            /* evaluations of the same configuration: still one trial */
    size_t days;            /* of the newest evaluation */
    double sharpe;          /* per day, not annualised, of the newest evaluation; NaN = undefined */
};

struct tr_drift_record {
    struct tr_series_key series;
    char model[17]; /* id in the registry */
    tr_time_ms time;
    char verdict[24];          /* "stable", "drift", "insufficient_data" */
    double share;              /* of the importance that drifted; NaN = unknown */
    char report[TR_HASH_TEXT]; /* blob with the whole report, JSON */
};

/* What a store implements for the ledger; reached by the functions below. */
struct tr_ledger_store_impl {
    enum tr_status (*trial_put)(struct tr_store *store, const struct tr_trial *trial, struct tr_error *err);
    enum tr_status (*trial_list)(struct tr_store *store, const struct tr_series_key *series, struct tr_trial **out,
                                 size_t *n, struct tr_error *err);
    enum tr_status (*drift_put)(struct tr_store *store, const struct tr_drift_record *record, struct tr_error *err);
    enum tr_status (*drift_list)(struct tr_store *store, const struct tr_series_key *series, size_t limit,
                                 struct tr_drift_record **out, size_t *n, struct tr_error *err);
    enum tr_status (*step_put)(struct tr_store *store, const char *key, const void *bytes, size_t n, tr_time_ms time,
                               struct tr_error *err);
    enum tr_status (*step_get)(struct tr_store *store, const char *key, struct tr_buf *out, bool *found,
                               struct tr_error *err);
    enum tr_status (*step_forget)(struct tr_store *store, const char *prefix, tr_time_ms before, size_t *n,
                                  struct tr_error *err);
};

/* Identified by series and config_hash: an evaluation of a known one counts a run, replaces label, days and sharpe, and
 * keeps first. runs of the record is ignored. */
enum tr_status tr_store_trial_put(struct tr_store *store, const struct tr_trial *trial,
                                  struct tr_error *err) TR_MUST_CHECK;
/* series NULL = all; oldest first, of one instant by config_hash. *out: owned by the caller, tr_free. */
enum tr_status tr_store_trial_list(struct tr_store *store, const struct tr_series_key *series, struct tr_trial **out,
                                   size_t *n, struct tr_error *err) TR_MUST_CHECK;

/* Identified by series, model and time. */
enum tr_status tr_store_drift_put(struct tr_store *store, const struct tr_drift_record *record,
                                  struct tr_error *err) TR_MUST_CHECK;
/* Newest first; series NULL = all; limit 0 = 100. *out: tr_free. */
enum tr_status tr_store_drift_list(struct tr_store *store, const struct tr_series_key *series, size_t limit,
                                   struct tr_drift_record **out, size_t *n, struct tr_error *err) TR_MUST_CHECK;

/* A finished step of resumable work: key (at most 160 characters) names everything that decides its result. Putting it
 * again replaces it. A step is only a saving of time: it may be forgotten at any moment. */
enum tr_status tr_store_step_put(struct tr_store *store, const char *key, const void *bytes, size_t n, tr_time_ms time,
                                 struct tr_error *err) TR_MUST_CHECK;
/* out: initialised, emptied first. A damaged one is forgotten and not found. */
enum tr_status tr_store_step_get(struct tr_store *store, const char *key, struct tr_buf *out, bool *found,
                                 struct tr_error *err) TR_MUST_CHECK;
/* Those whose key begins with prefix ("" = all) and that were put before the instant; *n = how many. */
enum tr_status tr_store_step_forget(struct tr_store *store, const char *prefix, tr_time_ms before, size_t *n,
                                    struct tr_error *err) TR_MUST_CHECK;

#endif
