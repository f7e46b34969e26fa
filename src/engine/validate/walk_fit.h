/* One head of one fold: fitted on the older part of its window, its scores ranked among those of the newer part, its
 * test rows scored. */
#ifndef TR_VALIDATE_WALK_FIT_H
#define TR_VALIDATE_WALK_FIT_H

#include "base/buf.h"
#include "engine/dataset/dataset.h"
#include "engine/model/ensemble.h"
#include "engine/validate/plan.h"

/* The newest part of the fit window may be held back from the fit, to stop it early or to judge it: then the fit ends
 * one purge before that part, so that no label's span meets a row of it. */
struct tr_tail {
    double share;      /* of the fit window's time: 0 = nothing is held back */
    int64_t purge_ms;  /* tr_plan_purge_ms */
    size_t patience;   /* early stopping: rounds without a better one; 0 = off */
    size_t min_rounds; /* early stopping */
};

struct tr_walk_fit_input {
    const struct tr_dataset *set;
    struct tr_target target;
    const struct tr_fold *fold;
    const struct tr_ensemble_plan *plan;
    struct tr_tail tail;
    double min_share;    /* of values a recorded column needs: 0.8 */
    size_t min_fit_rows; /* fewer labelled fit rows, or reference rows under a tenth of it: no model */
    bool keep_model;
    bool importance; /* fill permutation */
    uint64_t seed;
};

struct tr_walk_fit {
    bool trained;
    char reason[96]; /* why not */
    size_t fit_rows, reference_rows, test_rows;
    double fit_n;         /* effective fit rows: sum of uniqueness before scaling */
    double fit_positive;  /* weighted share of y = 1 */
    size_t cols, dropped; /* inputs used, and left out by the 80 % rule */
    bool used[TR_FEATURE_INPUTS];
    size_t members;
    size_t trees[TR_ENSEMBLE_MEMBERS];     /* of each member; 0 where it has none */
    double gain[TR_FEATURE_INPUTS];        /* share of all gain, mean over the members; sums to 1 */
    double permutation[TR_FEATURE_INPUTS]; /* by how much the log loss of the reference rows' labels grows
                                              when the column is shuffled; NaN unless asked for */
    size_t tail_rows;                      /* held back */
    double tail_loss;                      /* weighted log loss over them; NaN without any */
    size_t *reference_row;                 /* [reference_rows] rows of the bars; owned, as all below */
    double *reference_score;               /* [reference_rows] in order of rows */
    double *reference_rank;                /* [reference_rows] rank of each among all of them */
    size_t *test_row;                      /* [test_rows] */
    double *test_score, *test_rank;        /* [test_rows] */
    double *member_score;                  /* [members * test_rows], member after member */
    struct tr_ensemble model;              /* empty unless kept */
};

/* out: not initialised before; finish with tr_walk_fit_finish, also after an error. What keeps a head from having a
 * model is a value (reason), not an error. */
enum tr_status tr_walk_fit_run(const struct tr_walk_fit_input *input, struct tr_walk_fit *out,
                               struct tr_error *err) TR_MUST_CHECK;
void tr_walk_fit_finish(struct tr_walk_fit *fit);

/* The result (without the model) as bytes, for resuming long work: read back it is the same to the bit. For this
 * machine and program only. */
void tr_walk_fit_pack(const struct tr_walk_fit *fit, struct tr_buf *out);
/* TR_CORRUPT where the bytes are not such a result, or speak of rows beyond n_bars. */
enum tr_status tr_walk_fit_unpack(const void *bytes, size_t n, size_t n_bars, struct tr_walk_fit *out,
                                  struct tr_error *err) TR_MUST_CHECK;

#endif
