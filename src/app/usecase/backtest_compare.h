/* Backtests side by side, on the days they share. */
#ifndef TR_USECASE_BACKTEST_COMPARE_H
#define TR_USECASE_BACKTEST_COMPARE_H

#include "app/usecase/backtest_report.h"
#include "engine/score/paired.h"
#include "engine/score/pbo.h"

#define TR_BACKTEST_COMPARED 8

struct tr_backtest_comparison {
    size_t n;
    struct tr_backtest_report report[TR_BACKTEST_COMPARED]; /* owned */
    bool same_series;                                       /* all of them are over the same series */
    size_t days;                                            /* that all of them have */
    tr_time_ms first_day, last_day;
    double total_return[TR_BACKTEST_COMPARED]; /* over the shared days: product of 1 + daily - 1 */
    double correlation[TR_BACKTEST_COMPARED];  /* of the daily returns with those of the first; NaN where constant */
    /* The difference of daily returns from the first run's, positive = better than it; 95 %. verdict as of returns:
     * better = the interval lies above 0. [0] is empty. */
    struct tr_paired paired[TR_BACKTEST_COMPARED];
    bool has_pbo;
    struct tr_pbo pbo; /* of choosing the one with the best Sharpe ratio */
    double block_days; /* mean block of the paired bootstrap */
};

/* name [n], 2 .. TR_BACKTEST_COMPARED: a file that `backtest --json` wrote, where there is one of that name, else the
 * id of a kept run. bytes of files are the caller's work: read reads one (TR_NOT_FOUND: there is no such file). Errors:
 * TR_NOT_FOUND, TR_INVALID (not a report; one run named twice; no shared day). Finish with
 * tr_backtest_comparison_finish, also after an error. */
typedef enum tr_status (*tr_backtest_read_fn)(const char *path, struct tr_buf *out, struct tr_error *err);
enum tr_status tr_backtest_compare(const char *const *name, size_t n, tr_backtest_read_fn read, struct tr_store *store,
                                   uint64_t seed, struct tr_backtest_comparison *out,
                                   struct tr_error *err) TR_MUST_CHECK;
void tr_backtest_comparison_finish(struct tr_backtest_comparison *comparison);

/* Rows: the days that all of `days` have, ascending; columns: the runs' returns. m: made here, for tr_matrix_finish;
 * first and last may be NULL. What comparison and variants share. */
struct tr_backtest_days {
    size_t n;
    const tr_time_ms *day;
    const double *ret;
};
enum tr_status tr_backtest_join(const struct tr_backtest_days *days, size_t n, struct tr_matrix *m, tr_time_ms *first,
                                tr_time_ms *last, struct tr_error *err) TR_MUST_CHECK;

#endif
