/* Which inputs a model really uses: how much worse it gets when a column is shuffled.
 * Source: Breiman (2001), "Random forests"; on rows the model was not fitted on. */
#ifndef TR_VALIDATE_IMPORTANCE_H
#define TR_VALIDATE_IMPORTANCE_H

#include "engine/model/ensemble.h"

/* Rows with labels, none of them fitted on. Everything borrowed. */
struct tr_importance_rows {
    const struct tr_matrix *x;
    size_t n;
    const size_t *row;    /* [n] */
    const double *y;      /* [n] 0 or 1 */
    const double *weight; /* [n]; NULL = 1 each */
    uint64_t seed;
};

/* out [x->cols]: weighted log loss with the column shuffled among the rows, less the loss as it is; 0 for columns the
 * ensemble does not use. One shuffle a column. */
enum tr_status tr_permutation_importance(const struct tr_ensemble *ensemble, const struct tr_importance_rows *rows,
                                         double *out, struct tr_error *err) TR_MUST_CHECK;

/* share [inputs]: each column's share of the gain of all splits, averaged over the members that are forests; all 0
 * where none is. inputs > every column the ensemble uses. */
enum tr_status tr_gain_importance(const struct tr_ensemble *ensemble, size_t inputs, double *share,
                                  struct tr_error *err) TR_MUST_CHECK;

#endif
