#include "app/usecase/model_file.h"

#include "base/alloc.h"
#include "engine/model/file/lightgbm_text.h"
#include "engine/model/file/xgboost_file.h"
#include "io/format/source.h"

#include <string.h>

#define BLOCK ((size_t)1 << 16)

const char *tr_model_file_kind_name(enum tr_model_file_kind kind)
{
    static const char *const names[] = {"lightgbm", "xgboost-json", "xgboost-ubj"};
    return names[kind];
}

static enum tr_status read_bytes(const char *path, struct tr_buf *bytes, struct tr_error *err)
{
    struct tr_format_source *source;
    size_t got = 1;
    enum tr_status status = tr_format_source_open(path, &source, err);
    if (status)
        return status;
    while (!status && got > 0) {
        char *to = tr_buf_reserve(bytes, BLOCK);
        status = to ? tr_format_source_read(source, to, BLOCK, &got, err) : tr_error_nomem(err);
        if (status)
            break;
        bytes->len += got;
        if (bytes->len > TR_MODEL_FILE_MAX)
            status =
                tr_error_set(err, TR_INVALID, "more than %zu MiB: no model is that large", TR_MODEL_FILE_MAX >> 20);
    }
    tr_format_source_close(source);
    return status;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum tr_status tell_kind(const char *at, size_t n, enum tr_model_file_kind *kind, struct tr_error *err)
{
    size_t blanks = 0;
    if (n == 0)
        return tr_error_set(err, TR_INVALID, "empty: is it the file you meant?");
    while (blanks < n && is_blank(at[blanks]))
        blanks++;
    if (n > 5 && memcmp(at, "tree", 4) == 0 && (at[4] == '\n' || at[4] == '\r'))
        *kind = TR_MODEL_FILE_LIGHTGBM;
    else if (n > 1 && *at == '{' && memchr("LlIiU$#", at[1], 7)) /* the length of a key, or of the object */
        *kind = TR_MODEL_FILE_XGBOOST_UBJ;
    else if (blanks < n && at[blanks] == '{')
        *kind = TR_MODEL_FILE_XGBOOST_JSON;
    else
        return tr_error_set(err, TR_INVALID,
                            "no model file that is known: LightGBM's text begins with 'tree', XGBoost's JSON and "
                            "UBJSON with '{' (save its older binary form as .json or .ubj)");
    return TR_OK;
}

enum tr_status tr_model_file_read(const char *path, struct tr_model_file *out, struct tr_error *err)
{
    *out = (struct tr_model_file){0};
    tr_buf_init(&out->bytes);
    tr_forest_init(&out->forest, TR_FOREST_LIGHTGBM);
    enum tr_status status = read_bytes(path, &out->bytes, err);
    if (!status)
        status = tell_kind(out->bytes.data, out->bytes.len, &out->kind, err);
    if (!status && out->kind == TR_MODEL_FILE_LIGHTGBM)
        status = tr_lightgbm_read(out->bytes.data, out->bytes.len, &out->forest, err);
    else if (!status)
        status = tr_xgboost_read(out->bytes.data, out->bytes.len, &out->forest, &out->columns, err);
    return status ? tr_error_prepend(err, "%s", strcmp(path, "-") == 0 ? "standard input" : path) : TR_OK;
}

void tr_model_file_finish(struct tr_model_file *file)
{
    tr_buf_finish(&file->bytes);
    tr_forest_finish(&file->forest);
    tr_free(file->columns);
    file->columns = NULL;
}
