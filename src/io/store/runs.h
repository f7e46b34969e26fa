/* Backtests that were run: what they were, their figures, and where the whole report lies, so that they can be listed,
 * shown again and compared. The report's bytes are a blob (models.h). */
#ifndef TR_STORE_RUNS_H
#define TR_STORE_RUNS_H

#include "base/hash.h"
#include "io/store/store.h"

#define TR_RUN_ID 17 /* 16 hexadecimal digits and the end */

struct tr_backtest_row {
    char id[TR_RUN_ID]; /* first digits of the hash of everything that decides the result: the same again is the same
                           run */
    tr_time_ms created; /* by the wall clock, of the newest such run */
    char series[256];   /* "BTC/USDT:USDT 1h (binance), ETH/USDT:USDT 1h (okx)" */
    char entries[32];   /* "walk-forward", "stored signals", "file" */
    char label[96];     /* the user's, or "" */
    tr_time_ms from, to;
    size_t trades;
    double total_return_frac, max_drawdown_frac, sharpe, profit_factor; /* NaN = undefined */
    char report[TR_HASH_TEXT];                                          /* blob: the JSON report */
};

/* What a store implements for runs; reached by the functions below. */
struct tr_run_store_impl {
    enum tr_status (*put)(struct tr_store *store, const struct tr_backtest_row *row, struct tr_error *err);
    enum tr_status (*list)(struct tr_store *store, size_t limit, struct tr_backtest_row **out, size_t *n,
                           struct tr_error *err);
    enum tr_status (*remove)(struct tr_store *store, const char *id, struct tr_error *err);
};

/* Identified by id: putting it again replaces it, and the report it had before goes, where nothing else names the same
 * content. The report's blob must be stored (TR_INVALID else). */
enum tr_status tr_store_run_put(struct tr_store *store, const struct tr_backtest_row *row,
                                struct tr_error *err) TR_MUST_CHECK;
/* Newest first, of one instant by id; limit 0 = all. *out: owned by the caller, tr_free. */
enum tr_status tr_store_run_list(struct tr_store *store, size_t limit, struct tr_backtest_row **out, size_t *n,
                                 struct tr_error *err) TR_MUST_CHECK;
/* By id or an unambiguous beginning of it of at least 4 digits. TR_NOT_FOUND, TR_INVALID (several) say what is there.
 */
enum tr_status tr_store_run_find(struct tr_store *store, const char *id, struct tr_backtest_row *out,
                                 struct tr_error *err) TR_MUST_CHECK;
/* By the whole id. Its report goes too, where nothing else names the same content. TR_NOT_FOUND: there is none. */
enum tr_status tr_store_run_remove(struct tr_store *store, const char *id, struct tr_error *err) TR_MUST_CHECK;

#endif
