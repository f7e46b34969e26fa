/* The mean of several boosters' probabilities. */
#ifndef TR_MODEL_ENSEMBLE_H
#define TR_MODEL_ENSEMBLE_H

#include "engine/model/model.h"

#define TR_ENSEMBLE_MEMBERS 4

/* What to train: one entry a member. */
struct tr_member {
    const struct tr_model_impl *impl;
    const struct tr_param *params; /* borrowed */
    size_t n_params;
    size_t rounds;
    const void *context; /* handed to the implementation with each fit; NULL for most */
};

struct tr_ensemble_plan {
    size_t n;
    struct tr_member member[TR_ENSEMBLE_MEMBERS];
};

struct tr_ensemble {
    size_t n;
    struct tr_model *member[TR_ENSEMBLE_MEMBERS]; /* owned */
    size_t cols;
    size_t *col; /* [cols] the columns it was fitted on; owned */
};

/* fit's params, n_params and rounds are ignored: the plan's count. Finish with tr_ensemble_finish. */
enum tr_status tr_ensemble_train(const struct tr_ensemble_plan *plan, const struct tr_fit *fit, struct tr_ensemble *out,
                                 struct tr_error *err) TR_MUST_CHECK;
/* out [n] = mean of the members' probabilities, added in member order. member_out (may be NULL): [ensemble->n * n],
 * member after member. */
enum tr_status tr_ensemble_predict(const struct tr_ensemble *ensemble, const struct tr_matrix *x, size_t n,
                                   const size_t *row, double *out, double *member_out,
                                   struct tr_error *err) TR_MUST_CHECK;
void tr_ensemble_finish(struct tr_ensemble *ensemble);

#endif
