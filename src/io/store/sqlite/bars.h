/* Table bars. */
#ifndef TR_STORE_SQLITE_BARS_H
#define TR_STORE_SQLITE_BARS_H

#include "io/store/sqlite/handle.h"

enum tr_status tr_sqlite_bars_put(struct tr_store *store, const struct tr_series_key *key, const struct tr_bars *bars,
                                  struct tr_put_report *report, struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_bars_get(struct tr_store *store, const struct tr_series_key *key, tr_time_ms from,
                                  tr_time_ms to, struct tr_bar_list *out, struct tr_error *err) TR_MUST_CHECK;

#endif
