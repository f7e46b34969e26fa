/* Table rejections. */
#ifndef TR_STORE_SQLITE_REJECTIONS_H
#define TR_STORE_SQLITE_REJECTIONS_H

#include "io/store/sqlite/handle.h"

enum tr_status tr_sqlite_rejections_put(struct tr_store *store, const struct tr_rejection *rejections, size_t n,
                                        struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_rejections_count(struct tr_store *store, const struct tr_series_key *key, size_t *n,
                                          struct tr_error *err) TR_MUST_CHECK;

#endif
