/* LightGBM models: trained by our own trainer of its algorithm (engine/model/gbdt), kept in its file format. */
#ifndef TR_MODEL_LIGHTGBM_H
#define TR_MODEL_LIGHTGBM_H

#include "engine/model/gbdt/params.h"
#include "engine/model/model.h"

extern const struct tr_model_impl tr_model_lightgbm;

/* The parameters of specification section 4 (31 leaves, learning rate 0.05, max_bin 63, min_data_in_leaf 40,
 * lambda_l2 1); *n receives how many. Rounds (200) are given in the fit. */
const struct tr_param *tr_lightgbm_defaults(size_t *n);

/* What a fit is trained with, here or by LightGBM's own library: its seed, the defaults above, then its params.
 * TR_INVALID: those of tr_gbdt_params_set, or another objective than binary. */
enum tr_status tr_lightgbm_params(const struct tr_fit *fit, struct tr_gbdt_params *params,
                                  struct tr_error *err) TR_MUST_CHECK;

#endif
