/* The markets a backtest trades on: bars, recorded funding, ATR, and finer bars on request. */
#ifndef TR_USECASE_BACKTEST_SERIES_H
#define TR_USECASE_BACKTEST_SERIES_H

#include "app/usecase/backtest.h"

/* Bars with a close up to `to` (0 = all), funding, ATR(14). TR_NOT_FOUND where there are no bars. Finish with
 * tr_backtest_series_finish, also after an error. */
enum tr_status tr_backtest_series_load(struct tr_store *store, const struct tr_series_key *key,
                                       const struct tr_funding *defaults, tr_time_ms to, struct tr_backtest_series *out,
                                       struct tr_error *err) TR_MUST_CHECK;
void tr_backtest_series_finish(struct tr_backtest_series *series);

/* Finer bars of a series read from the store where an ambiguous bar asks for them: a detail source with its memory. */
struct tr_backtest_detail {
    struct tr_store *store;
    struct tr_series_key key; /* of the finest stored timeframe that divides the series' own */
    struct tr_backtest_series *series;
    struct tr_bar_list list;
    struct tr_hash read; /* of all bars given so far */
    bool silent;         /* what is asked is not counted in the series */
};

/* series->has_detail says whether there are any. Finish with tr_backtest_detail_finish, also after an error. */
enum tr_status tr_backtest_detail_init(struct tr_backtest_detail *detail, struct tr_store *store,
                                       struct tr_backtest_series *series, struct tr_error *err) TR_MUST_CHECK;
void tr_backtest_detail_finish(struct tr_backtest_detail *detail);
struct tr_detail tr_backtest_detail_source(struct tr_backtest_detail *detail);

#endif
