/* LightGBM's own trainer out of a lib_lightgbm.so that the user names: an alternative to engine/model/gbdt under the
 * same parameters. No package of the distributions has that library, so it is opened at run time, and never needed.
 * Source of the calls: LightGBM's C API (include/LightGBM/c_api.h), version 4. */
#ifndef TR_PLUGIN_LIGHTGBM_LIBRARY_H
#define TR_PLUGIN_LIGHTGBM_LIBRARY_H

#include "engine/model/model.h"

struct tr_lightgbm_library; /* read-only once open: may be used by several threads */

/* path: a file, never searched for. Close with tr_lightgbm_library_close when nothing trains any more.
 * Errors, naming the path: TR_NOT_FOUND (no such file), TR_IO (unreadable), TR_UNSUPPORTED (no shared library, not
 * LightGBM's, one without a call that is needed: says which), TR_NOMEM. */
enum tr_status tr_lightgbm_library_open(const char *path, struct tr_lightgbm_library **out,
                                        struct tr_error *err) TR_MUST_CHECK;
void tr_lightgbm_library_close(struct tr_lightgbm_library *library);

/* "library " and the SHA-256 of the file: two builds may grow different trees from the same rows. Lives as long as the
 * library. */
const char *tr_lightgbm_library_trainer(const struct tr_lightgbm_library *library);

/* Trains with the library, which is fit->context (a struct tr_lightgbm_library); defaults and parameters are those of
 * tr_model_lightgbm, so that the same settings hold for both. Rows go in as doubles, labels and weights as floats;
 * single-threaded and deterministic. What comes out is a model of tr_model_lightgbm, which does everything else: it
 * outlives the library. Early stopping: log loss over fit->stop as LightGBM computes it.
 * Errors: TR_INVALID (parameters; more than 2^31 - 1 rows or columns), TR_INTERNAL (the library refused: its words),
 * those of tr_lightgbm_read, TR_NOMEM. */
extern const struct tr_model_impl tr_lightgbm_library_impl;

#endif
