/* The out-of-sample run: each fold fitted, its scores turned into ranks, its test rows scored; folds and sides in
 * parallel, results independent of the number of threads. */
#ifndef TR_VALIDATE_WALK_H
#define TR_VALIDATE_WALK_H

#include "base/pool.h"
#include "base/progress.h"
#include "engine/validate/walk_fit.h"

#define TR_WALK_HEADS 2 /* long, short */

/* Where finished fits are kept, so that a run that was stopped goes on where it was. Called by one thread at a time,
 * from any thread. */
struct tr_walk_cache {
    void *context;
    bool (*find)(void *context, size_t head, size_t fold, struct tr_buf *bytes);
    void (*keep)(void *context, size_t head, size_t fold, const struct tr_buf *bytes);
};

struct tr_walk_input {
    const struct tr_dataset *set;
    struct tr_target target[TR_WALK_HEADS]; /* what each head learns; y NULL = the head is left out */
    const struct tr_fold *folds;
    size_t n_folds;
    const struct tr_ensemble_plan *plan;
    const struct tr_ensemble_plan *const *plan_of; /* [TR_WALK_HEADS * n_folds], head * n_folds + fold: a plan for each,
                                                      NULL = not this one; NULL = plan for all */
    struct tr_tail tail;
    uint64_t seed;
    double min_share;    /* of values a recorded column needs: 0.8 */
    size_t min_fit_rows; /* a head with fewer labelled fit rows, or reference rows under a tenth of it, has no model:
                            200 */
    bool keep_models;    /* leave each trained ensemble in its fit */
    bool importance;     /* measure what shuffling each column costs */
    const struct tr_walk_cache *cache;  /* NULL = none; not asked when models are kept */
    struct tr_pool *pool;               /* may be NULL */
    const struct tr_progress *progress; /* units: fits */
};

struct tr_walk {
    size_t n_folds, n_bars;
    struct tr_walk_fit *fit[TR_WALK_HEADS]; /* [n_folds] */
    int *fold;                              /* [n_bars] fold that tests this bar, -1 = none */
    double *score[TR_WALK_HEADS];           /* [n_bars] out-of-sample score, NaN where none */
    double *rank[TR_WALK_HEADS];            /* [n_bars] */
    size_t resumed;                         /* fits that came from the cache */
};

/* Finish with tr_walk_finish, also after an error. TR_CANCELLED when progress asks to stop. */
enum tr_status tr_walk_run(const struct tr_walk_input *input, struct tr_walk *out, struct tr_error *err) TR_MUST_CHECK;
/* Moves one fit with its scores and ranks from another walk over the same folds and bars, in place of what is there. */
void tr_walk_adopt(struct tr_walk *walk, struct tr_walk *from, size_t head, size_t fold);
void tr_walk_finish(struct tr_walk *walk);

#endif
