/* The main job: the whole chain on one series, from stored bars to the newest signal or the reason for none. */
#ifndef TR_USECASE_RUN_H
#define TR_USECASE_RUN_H

#include "app/usecase/follow.h"
#include "app/usecase/luck.h"
#include "app/usecase/newest.h"
#include "base/hash.h"
#include "io/store/store.h"

struct tr_run {
    struct tr_series_key key;
    bool synthetic;
    size_t bars, gaps, missing_bars, longest_gap;
    tr_time_ms first, last;  /* open stamps */
    struct tr_recipe recipe; /* as used on this timeframe */
    struct tr_study study;
    struct tr_walkforward wf;
    char config[TR_HASH_TEXT]; /* the recipe's name by content */
    struct tr_luck luck;       /* of the trades of the walk-forward signals */
    struct tr_follow follow;   /* of the store's earlier signals; empty without one */
    struct tr_newest newest;
};

/* The data summary, the recipe as it fits the timeframe, and the study: what every chain begins with. Without bars:
 * TR_NOT_FOUND. Finish with tr_run_finish, also after an error. */
enum tr_status tr_run_prepare(const struct tr_series_key *key, const struct tr_bars *bars,
                              const struct tr_recipe *recipe, struct tr_run *out, struct tr_error *err) TR_MUST_CHECK;

/* bars must outlive the run. world NULL: one thread, nothing stored. With a store, signals issued by earlier runs are
 * followed on; with keep_signals they, the walk-forward signals and the newest decision are stored, idempotently, after
 * all else.
 * Finish with tr_run_finish, also after an error. */
enum tr_status tr_run_series(const struct tr_series_key *key, const struct tr_bars *bars,
                             const struct tr_recipe *recipe, const struct tr_world *world, struct tr_run *out,
                             struct tr_error *err) TR_MUST_CHECK;
void tr_run_finish(struct tr_run *run);

#endif
