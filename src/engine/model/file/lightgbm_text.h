/* LightGBM's model file, text format v4 (written alike by 4.0 to 4.6), read and written. */
#ifndef TR_FILE_LIGHTGBM_TEXT_H
#define TR_FILE_LIGHTGBM_TEXT_H

#include "base/buf.h"
#include "engine/model/forest/forest.h"

#define TR_MODEL_FILE_MAX ((size_t)256 << 20) /* bytes of any model file */

/* out: not initialised before; finish with tr_forest_finish, also after an error. Objectives binary, multiclass,
 * regression (and its kin without a link). Trees may number their nodes in any order: they are renumbered.
 * Errors, naming the line or tree: TR_CORRUPT (damaged, truncated, circles, counts that cannot be), TR_UNSUPPORTED
 * (categorical or linear trees, another objective, random forest), TR_NOMEM. Never reads outside [bytes, bytes + n). */
enum tr_status tr_lightgbm_read(const void *bytes, size_t n, struct tr_forest *out, struct tr_error *err) TR_MUST_CHECK;

/* A forest of kind TR_FOREST_LIGHTGBM; tree_sizes are exact, numbers have 17 digits where they decide. */
enum tr_status tr_lightgbm_write(const struct tr_forest *forest, struct tr_buf *out,
                                 struct tr_error *err) TR_MUST_CHECK;

#endif
