/* What became of the signals that earlier runs issued on their newest bars: each is followed by the outcome kernel
 * until it is over, proven or not. Those still open block another one of their side. */
#ifndef TR_USECASE_FOLLOW_H
#define TR_USECASE_FOLLOW_H

#include "app/usecase/recipe.h"
#include "io/store/store.h"

struct tr_follow {
    struct tr_stored_signal *changed; /* [n_changed] whose status moved on, as they are to be stored; owned */
    size_t n_changed;
    bool active[TR_SIDE_COUNT]; /* an earlier signal of that side is still open at the close of the newest bar */
    bool kept[TR_SIDE_COUNT]; /* that side's signal of the newest bar itself is stored and was followed further already,
                                 over longer data: it is not to be stored anew */
};

/* Reads the series' stored signals of origin TR_ORIGIN_NEWEST that are not over and lie before the newest bar, and runs
 * them over the bars after their own, with their own levels and horizon and the recipe's fractions, costs and funding.
 * Status moves forward only: active, tp1, tp2, then closed (reason, instant, net), or expired where no bar opens
 * between its own and its end (nothing was entered: neither instant nor net). One whose bar is not in `bars` is left
 * alone, and blocks until it expires. Nothing is written. store may be NULL: nothing to follow. Finish with
 * tr_follow_finish, also after an error. */
enum tr_status tr_follow_read(struct tr_store *store, const struct tr_series_key *key, const struct tr_bars *bars,
                              const struct tr_recipe *recipe, struct tr_follow *out,
                              struct tr_error *err) TR_MUST_CHECK;
/* Stores what changed, in one transaction. */
enum tr_status tr_follow_write(const struct tr_follow *follow, struct tr_store *store,
                               struct tr_error *err) TR_MUST_CHECK;
void tr_follow_finish(struct tr_follow *follow);

#endif
