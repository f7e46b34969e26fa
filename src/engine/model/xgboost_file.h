/* Checks an XGBoost model file (JSON) before the library sees it: XGBoost trusts node numbers in a file and would read
 * outside its arrays. Also keeps the columns of the fit, which XGBoost itself does not know, in a model attribute.
 * Source of the layout: XGBoost's doc/model.schema. */
#ifndef TR_MODEL_XGBOOST_FILE_H
#define TR_MODEL_XGBOOST_FILE_H

#include "base/buf.h"
#include "base/error.h"

#include <stddef.h>

#define TR_XGBOOST_COLUMNS "traderai_columns"
#define TR_XGBOOST_FILE_MAX ((size_t)256 << 20) /* bytes */

/* col [cols] -> "0 3 17", the attribute's text. */
void tr_xgboost_columns_text(size_t cols, const size_t *col, struct tr_buf *out);

/* Accepts a gbtree model with objective binary:logistic, numeric splits and sound trees. col [*cols] receives the
 * columns of the fit, 0, 1, 2 ... where the file does not name them; free with tr_free.
 * Errors: TR_CORRUPT (not such a file, damaged), TR_UNSUPPORTED (another kind of model), TR_NOMEM. */
enum tr_status tr_xgboost_file_check(const void *bytes, size_t n, size_t *cols, size_t **col,
                                     struct tr_error *err) TR_MUST_CHECK;

#endif
