/* Table backtest_runs. */
#ifndef TR_STORE_SQLITE_RUNS_H
#define TR_STORE_SQLITE_RUNS_H

#include "io/store/runs.h"
#include "io/store/sqlite/handle.h"

enum tr_status tr_sqlite_run_put(struct tr_store *store, const struct tr_backtest_row *row,
                                 struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_run_list(struct tr_store *store, size_t limit, struct tr_backtest_row **out, size_t *n,
                                  struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_sqlite_run_remove(struct tr_store *store, const char *id, struct tr_error *err) TR_MUST_CHECK;

#endif
