/* Table series: which markets are stored, and how much of each. */
#ifndef TR_STORE_SQLITE_SERIES_H
#define TR_STORE_SQLITE_SERIES_H

#include "io/store/sqlite/handle.h"

struct tr_sqlite_series {
    int64_t id; /* 0 = not stored */
    size_t bars;
    tr_time_ms first, last;
};

enum tr_status tr_sqlite_series_get(struct tr_sqlite *handle, const struct tr_series_key *key,
                                    struct tr_sqlite_series *out, struct tr_error *err) TR_MUST_CHECK;
/* Makes the row where it is new; inside a transaction. */
enum tr_status tr_sqlite_series_make(struct tr_sqlite *handle, const struct tr_series_key *key,
                                     struct tr_sqlite_series *out, struct tr_error *err) TR_MUST_CHECK;
/* Writes the counters of series->id; inside the transaction that changed its bars. */
enum tr_status tr_sqlite_series_count(struct tr_sqlite *handle, const struct tr_sqlite_series *series,
                                      struct tr_error *err) TR_MUST_CHECK;

enum tr_status tr_sqlite_series_list(struct tr_store *store, struct tr_series_info **out, size_t *n,
                                     struct tr_error *err) TR_MUST_CHECK;

/* Binds exchange, symbol and timeframe to three parameters. */
void tr_sqlite_series_bind(sqlite3_stmt *statement, int first, const struct tr_series_key *key);
/* Reads exchange, symbol and timeframe from three columns. TR_CORRUPT where they are none. */
enum tr_status tr_sqlite_series_key(const struct tr_sqlite *handle, sqlite3_stmt *statement, int column,
                                    struct tr_series_key *out, struct tr_error *err) TR_MUST_CHECK;

#endif
