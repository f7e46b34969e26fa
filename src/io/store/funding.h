/* Recorded funding rates of a market: one row a settlement, of an exchange and symbol (every timeframe of a market has
 * the same). What is done with them: engine/market/funding.h. */
#ifndef TR_STORE_FUNDING_H
#define TR_STORE_FUNDING_H

#include "io/store/store.h"

struct tr_funding_info {
    char exchange[32];
    char symbol[TR_SYMBOL_TEXT];
    size_t records;
    tr_time_ms first, last; /* settlements */
};

/* What a store implements for funding; reached by the functions below. */
struct tr_funding_store_impl {
    enum tr_status (*put)(struct tr_store *store, const char *exchange, const char *symbol, const tr_time_ms *time,
                          const double *rate, size_t n, struct tr_put_report *report, struct tr_error *err);
    enum tr_status (*get)(struct tr_store *store, const char *exchange, const char *symbol, tr_time_ms from,
                          tr_time_ms to, tr_time_ms **time, double **rate, size_t *n, struct tr_error *err);
    enum tr_status (*list)(struct tr_store *store, struct tr_funding_info **out, size_t *n, struct tr_error *err);
};

/* One transaction: all records or none. time [n]: ascending; rate [n]: fractions per settlement; each accepted by
 * tr_funding_check, else TR_INVALID names the first that is not. What is there already stays: report says how many were
 * the same and how many differ (all 0 after an error). */
enum tr_status tr_store_funding_put(struct tr_store *store, const char *exchange, const char *symbol,
                                    const tr_time_ms *time, const double *rate, size_t n, struct tr_put_report *report,
                                    struct tr_error *err) TR_MUST_CHECK;

/* Records with from <= time < to, ascending. *time [n], *rate [n]: owned by the caller, tr_free; NULL where there are
 * none. A market without records gives none. */
enum tr_status tr_store_funding_get(struct tr_store *store, const char *exchange, const char *symbol, tr_time_ms from,
                                    tr_time_ms to, tr_time_ms **time, double **rate, size_t *n,
                                    struct tr_error *err) TR_MUST_CHECK;

/* All markets with records, in order of exchange and symbol. *out: owned by the caller, tr_free. */
enum tr_status tr_store_funding_list(struct tr_store *store, struct tr_funding_info **out, size_t *n,
                                     struct tr_error *err) TR_MUST_CHECK;

#endif
