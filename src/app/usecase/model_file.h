/* Any model file -> a forest: LightGBM's text, XGBoost's JSON and UBJSON, told apart by content; gzipped ones too. */
#ifndef TR_USECASE_MODEL_FILE_H
#define TR_USECASE_MODEL_FILE_H

#include "base/buf.h"
#include "engine/model/forest/forest.h"

enum tr_model_file_kind { TR_MODEL_FILE_LIGHTGBM, TR_MODEL_FILE_XGBOOST_JSON, TR_MODEL_FILE_XGBOOST_UBJ };

struct tr_model_file {
    enum tr_model_file_kind kind;
    struct tr_buf bytes; /* the file's, unpacked */
    struct tr_forest forest;
    char *columns; /* XGBoost: the attribute "traderai_columns", or NULL */
};

const char *tr_model_file_kind_name(enum tr_model_file_kind kind); /* "lightgbm", "xgboost-json", "xgboost-ubj" */

/* path "-" is standard input. out: not initialised before; finish with tr_model_file_finish, also after an error.
 * Errors, naming the file: TR_NOT_FOUND, TR_IO, TR_INVALID (empty, no model file, more than TR_MODEL_FILE_MAX bytes),
 * those of tr_lightgbm_read and tr_xgboost_read, TR_NOMEM. */
enum tr_status tr_model_file_read(const char *path, struct tr_model_file *out, struct tr_error *err) TR_MUST_CHECK;
void tr_model_file_finish(struct tr_model_file *file);

#endif
