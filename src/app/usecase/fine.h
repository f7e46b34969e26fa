/* The finer series of a market that is stored beside the one in work: what realized_vol is made of. */
#ifndef TR_USECASE_FINE_H
#define TR_USECASE_FINE_H

#include "io/store/store.h"

/* The 1m bars of the same exchange and symbol, else the 5m ones, from two hours before the first of `bars` to its last
 * close; a 1m series is its own, and so is a 5m one without 1m bars beside it. list: initialised, holds what was read.
 * *fine: a view on list or on bars; n = 0 where nothing is stored. store may be NULL. */
enum tr_status tr_fine_load(struct tr_store *store, const struct tr_series_key *key, const struct tr_bars *bars,
                            struct tr_bar_list *list, struct tr_bars *fine, struct tr_error *err) TR_MUST_CHECK;

#endif
