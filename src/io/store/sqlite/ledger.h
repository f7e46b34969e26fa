/* Tables trials, drift_reports and steps. */
#ifndef TR_STORE_SQLITE_LEDGER_H
#define TR_STORE_SQLITE_LEDGER_H

#include "io/store/ledger.h"
#include "io/store/sqlite/handle.h"

enum tr_status tr_sqlite_trial_put(struct tr_store *store, const struct tr_trial *trial,
                                   struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_trial_list(struct tr_store *store, const struct tr_series_key *series, struct tr_trial **out,
                                    size_t *n, struct tr_error *err) TR_MUST_CHECK;

enum tr_status tr_sqlite_drift_put(struct tr_store *store, const struct tr_drift_record *record,
                                   struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_drift_list(struct tr_store *store, const struct tr_series_key *series, size_t limit,
                                    struct tr_drift_record **out, size_t *n, struct tr_error *err) TR_MUST_CHECK;

enum tr_status tr_sqlite_step_put(struct tr_store *store, const char *key, const void *bytes, size_t n, tr_time_ms time,
                                  struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_step_get(struct tr_store *store, const char *key, struct tr_buf *out, bool *found,
                                  struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_step_forget(struct tr_store *store, const char *prefix, tr_time_ms before, size_t *n,
                                     struct tr_error *err) TR_MUST_CHECK;

#endif
