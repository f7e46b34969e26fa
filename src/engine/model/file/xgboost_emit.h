/* One writer for the two formats of XGBoost's files, so that the layout of a model is written down once. */
#ifndef TR_FILE_XGBOOST_EMIT_H
#define TR_FILE_XGBOOST_EMIT_H

#include "base/json.h"
#include "engine/model/file/xgboost_file.h"

struct tr_xgboost_emit {
    enum tr_xgboost_format format;
    struct tr_buf *out;
    struct tr_json json;
    bool lost; /* a number that JSON has no way to write */
};

void tr_xgboost_emit_init(struct tr_xgboost_emit *emit, enum tr_xgboost_format format, struct tr_buf *out);
/* key is NULL inside lists and at the top, else the member's name. */
void tr_xgboost_emit_object(struct tr_xgboost_emit *emit, const char *key);
void tr_xgboost_emit_object_end(struct tr_xgboost_emit *emit);
void tr_xgboost_emit_list(struct tr_xgboost_emit *emit, const char *key, size_t n);
void tr_xgboost_emit_list_end(struct tr_xgboost_emit *emit);
void tr_xgboost_emit_text(struct tr_xgboost_emit *emit, const char *key, const char *text);
void tr_xgboost_emit_count(struct tr_xgboost_emit *emit, const char *key, size_t value);
/* Whole numbers and counts that XGBoost keeps as text. */
void tr_xgboost_emit_count_text(struct tr_xgboost_emit *emit, const char *key, size_t value);

/* Lists of numbers x [n]. */
void tr_xgboost_emit_floats(struct tr_xgboost_emit *emit, const char *key, size_t n, const float *x);
void tr_xgboost_emit_int32s(struct tr_xgboost_emit *emit, const char *key, size_t n, const int32_t *x);
void tr_xgboost_emit_bytes(struct tr_xgboost_emit *emit, const char *key, size_t n, const uint8_t *x);
/* A list of no numbers of UBJSON's type. */
void tr_xgboost_emit_none(struct tr_xgboost_emit *emit, const char *key, char type);

#endif
