/* Tables signals and signal_sizes. */
#ifndef TR_STORE_SQLITE_SIGNALS_H
#define TR_STORE_SQLITE_SIGNALS_H

#include "io/store/sqlite/handle.h"

enum tr_status tr_sqlite_signals_put(struct tr_store *store, const struct tr_stored_signal *signals, size_t n,
                                     struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_signals_replace(struct tr_store *store, const struct tr_series_key *key,
                                         enum tr_signal_origin origin, const struct tr_stored_signal *signals, size_t n,
                                         struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_signals_get(struct tr_store *store, const struct tr_signal_query *query,
                                     struct tr_stored_signal **out, size_t *n, struct tr_error *err) TR_MUST_CHECK;

#endif
