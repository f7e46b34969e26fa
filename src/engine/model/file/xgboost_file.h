/* XGBoost's model files, JSON and UBJSON, as libxgboost 1.7 to 3.x write them, read and written. XGBoost trusts node
 * numbers in a file and would read outside its arrays: here everything is checked first.
 * Source of the layout: XGBoost's doc/model.schema. */
#ifndef TR_FILE_XGBOOST_FILE_H
#define TR_FILE_XGBOOST_FILE_H

#include "base/buf.h"
#include "engine/model/forest/forest.h"

#define TR_XGBOOST_COLUMNS "traderai_columns" /* the attribute that names the columns of the fit */

enum tr_xgboost_format { TR_XGBOOST_JSON, TR_XGBOOST_UBJ };

/* Tells JSON from UBJSON by content. out: not initialised before; finish with tr_forest_finish, also after an error.
 * Objectives binary:logistic, multi:softprob, multi:softmax, reg:squarederror; booster gbtree. base_score as a number
 * or as a vector (3.1 and later) of equal ones. *columns (may be NULL) receives the text of the attribute
 * "traderai_columns", or NULL (also after an error); free with tr_free. Errors: TR_CORRUPT (not such a file, damaged,
 * circles, node numbers out of range), TR_UNSUPPORTED (dart, gblinear, categorical splits, several trees a round and
 * class, vector leaves, another base score for each class; JSON of more than some ten million numbers, which would take
 * gigabytes to read), TR_NOMEM. */
enum tr_status tr_xgboost_read(const void *bytes, size_t n, struct tr_forest *out, char **columns,
                               struct tr_error *err) TR_MUST_CHECK;

/* A forest of kind TR_FOREST_XGBOOST, so that libxgboost 1.7 and 3.x load it and predict the same bits. columns: the
 * attribute's text, or NULL for none. */
enum tr_status tr_xgboost_write(const struct tr_forest *forest, enum tr_xgboost_format format, const char *columns,
                                struct tr_buf *out, struct tr_error *err) TR_MUST_CHECK;

#endif
