/* The out-of-sample run: each fold fitted, its scores turned into ranks, its test rows scored; folds and sides in
 * parallel, results independent of the number of threads. */
#ifndef TR_VALIDATE_WALK_H
#define TR_VALIDATE_WALK_H

#include "base/pool.h"
#include "base/progress.h"
#include "engine/dataset/dataset.h"
#include "engine/model/ensemble.h"
#include "engine/validate/plan.h"

#define TR_WALK_HEADS 2 /* long, short */

struct tr_walk_input {
    const struct tr_dataset *set;
    struct tr_target target[TR_WALK_HEADS]; /* what each head learns; y NULL = the head is left out */
    const struct tr_fold *folds;
    size_t n_folds;
    const struct tr_ensemble_plan *plan;
    uint64_t seed;
    double min_share;     /* of values a recorded column needs: 0.8 */
    size_t min_fit_rows;  /* a head with fewer labelled fit rows, or reference rows under a tenth of it, has no model:
                             200 */
    bool keep_models;     /* leave each trained ensemble in its fit */
    struct tr_pool *pool; /* may be NULL */
    const struct tr_progress *progress; /* units: fits */
};

/* One head of one fold. */
struct tr_walk_fit {
    bool trained;
    char reason[96]; /* why not */
    size_t fit_rows, reference_rows, test_rows;
    double fit_n;         /* effective fit rows: sum of uniqueness before scaling */
    double fit_positive;  /* weighted share of y = 1 */
    size_t cols, dropped; /* inputs used, and left out by the 80 % rule */
    bool used[TR_FEATURE_INPUTS];
    size_t *reference_row;    /* [reference_rows] rows of the bars */
    double *reference_score;  /* [reference_rows] in order of rows */
    double *reference_rank;   /* [reference_rows] rank of each among all of them */
    struct tr_ensemble model; /* empty unless keep_models; owned */
};

struct tr_walk {
    size_t n_folds, n_bars;
    struct tr_walk_fit *fit[TR_WALK_HEADS]; /* [n_folds] */
    int *fold;                              /* [n_bars] fold that tests this bar, -1 = none */
    double *score[TR_WALK_HEADS];           /* [n_bars] out-of-sample score, NaN where none */
    double *rank[TR_WALK_HEADS];            /* [n_bars] */
};

/* Finish with tr_walk_finish, also after an error. TR_CANCELLED when progress asks to stop. */
enum tr_status tr_walk_run(const struct tr_walk_input *input, struct tr_walk *out, struct tr_error *err) TR_MUST_CHECK;
void tr_walk_finish(struct tr_walk *walk);

#endif
