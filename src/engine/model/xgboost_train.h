/* Trains with libxgboost and takes the trees out of it: nothing of the library outlives the call. */
#ifndef TR_MODEL_XGBOOST_TRAIN_H
#define TR_MODEL_XGBOOST_TRAIN_H

#include "engine/model/model.h"

/* out: not initialised before; a forest of kind TR_FOREST_XGBOOST over fit->cols features, with the names of the fit;
 * finish with tr_forest_finish, also after an error. With early stopping the trees after the best round are left out:
 * the best of those from min_rounds on; training ends when `patience` rounds were not better than it.
 * Errors: TR_INVALID (no rows, columns or rounds, a label or weight that cannot be, a parameter that the library or
 * this program refuses), TR_NOMEM, TR_INTERNAL. */
enum tr_status tr_xgboost_train(const struct tr_fit *fit, struct tr_forest *out, struct tr_error *err) TR_MUST_CHECK;

#endif
