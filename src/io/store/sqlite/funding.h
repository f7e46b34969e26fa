/* Table funding. */
#ifndef TR_STORE_SQLITE_FUNDING_H
#define TR_STORE_SQLITE_FUNDING_H

#include "io/store/funding.h"
#include "io/store/sqlite/handle.h"

enum tr_status tr_sqlite_funding_put(struct tr_store *store, const char *exchange, const char *symbol,
                                     const tr_time_ms *time, const double *rate, size_t n, struct tr_put_report *report,
                                     struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_funding_get(struct tr_store *store, const char *exchange, const char *symbol, tr_time_ms from,
                                     tr_time_ms to, tr_time_ms **time, double **rate, size_t *n,
                                     struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_funding_list(struct tr_store *store, struct tr_funding_info **out, size_t *n,
                                      struct tr_error *err) TR_MUST_CHECK;

#endif
