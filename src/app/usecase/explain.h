/* Why an ensemble scored a row as it did: what each input added to the margin, averaged over the members. */
#ifndef TR_USECASE_EXPLAIN_H
#define TR_USECASE_EXPLAIN_H

#include "engine/feature/list.h"
#include "engine/model/ensemble.h"

/* Margins are log odds: base + sum of phi = margin, for the means and for each member. The ensemble's probability is
 * the mean of the members' probabilities, not the link of the mean margin; order and signs agree all the same. */
struct tr_explanation {
    size_t members; /* that are forests; 0 = nothing can be said */
    double base;    /* expected margin over the fit rows */
    double margin;
    double phi[TR_FEATURE_INPUTS];   /* 0 for inputs the model does not use */
    double value[TR_FEATURE_INPUTS]; /* of the row; NaN = missing */
    double member_base[TR_ENSEMBLE_MEMBERS], member_margin[TR_ENSEMBLE_MEMBERS];
};

/* x: the inputs, [rows x TR_FEATURE_INPUTS]. */
enum tr_status tr_explain(const struct tr_ensemble *ensemble, const struct tr_matrix *x, size_t row,
                          struct tr_explanation *out, struct tr_error *err) TR_MUST_CHECK;

/* The inputs in order of |phi|, largest first, equal ones by number; order [TR_FEATURE_INPUTS]. Returns how many have a
 * phi that is not 0. */
size_t tr_explanation_order(const struct tr_explanation *explanation, size_t *order);

#endif
