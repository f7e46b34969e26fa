/* XGBoost models: trained through the library's C API (libxgboost 1.7 and 3.x), predicted here, to the same bits.
 * Single-threaded, deterministic: same rows, parameters and seed give byte-identical artefacts. The artefact is
 * XGBoost's JSON, with the columns of the fit as an attribute; UBJSON is read as well. */
#ifndef TR_MODEL_XGBOOST_H
#define TR_MODEL_XGBOOST_H

#include "engine/model/model.h"

extern const struct tr_model_impl tr_model_xgboost;

/* The parameters of specification section 4 (hist, depth 6, eta 0.05, max_bin 64, base_score 0.5, nthread 1 ...);
 * *n receives how many. Rounds (200) are given in the fit. */
const struct tr_param *tr_xgboost_defaults(size_t *n);

/* "1.7.4": asked of the library at run time. out is at least 16 bytes. */
void tr_xgboost_version(char *out, size_t size);

#endif
