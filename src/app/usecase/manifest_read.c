/* Reading is strict: a manifest is named by its hash, so what does not fit was never one of ours, or is of another
 * program version. */
#include "app/usecase/manifest.h"

#include "base/alloc.h"
#include "base/order.h"
#include "engine/feature/list.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static enum tr_status not_one(struct tr_error *err, const char *what)
{
    return tr_error_set(err, TR_CORRUPT, "not a model's manifest: %s is missing or malformed", what);
}

static bool text(const json_t *object, const char *key, char *out, size_t size)
{
    const char *value = json_string_value(json_object_get(object, key));
    if (!value || strlen(value) >= size)
        return false;
    memcpy(out, value, strlen(value) + 1);
    return true;
}

static bool hash(const json_t *object, const char *key, char out[TR_HASH_TEXT])
{
    return text(object, key, out, TR_HASH_TEXT) && strlen(out) == TR_HASH_TEXT - 1 &&
           strspn(out, "0123456789abcdef") == TR_HASH_TEXT - 1;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static bool instant(const json_t *object, const char *key, tr_time_ms *out)
{
    char name[64];
    snprintf(name, sizeof name, "%s_timestamp", key);
    const json_t *value = json_object_get(object, name);
    *out = json_integer_value(value);
    return json_is_integer(value);
}

static bool read_window(const json_t *root, struct tr_fold *fold)
{
    const json_t *window = json_object_get(root, "window");
    return instant(window, "train_from", &fold->train_from) && instant(window, "fit_to", &fold->fit_to) &&
           instant(window, "reference_from", &fold->reference_from) && instant(window, "train_to", &fold->train_to) &&
           instant(window, "test_from", &fold->test_from) && instant(window, "test_to", &fold->test_to);
}

static enum tr_status read_inputs(const json_t *inputs, struct tr_manifest_head *head, struct tr_error *err)
{
    size_t n = json_array_size(inputs);
    if (!n || n > TR_FEATURE_INPUTS)
        return not_one(err, "heads.inputs");
    for (size_t i = 0; i < n; i++) {
        const json_t *input = json_array_get(inputs, i);
        const char *name = json_string_value(json_object_get(input, "name"));
        size_t column = name ? tr_feature_find(name) : TR_FEATURE_COLUMNS;
        if (!name)
            return not_one(err, "heads.inputs.name");
        if (column < TR_FEATURE_OVERLAYS || column >= TR_FEATURE_COLUMNS)
            return tr_error_set(err, TR_UNSUPPORTED,
                                "the model uses an input \"%.40s\" that this program does not compute: train it anew",
                                name);
        head->col[head->cols] = column - TR_FEATURE_OVERLAYS;
        if (head->cols && head->col[head->cols] <= head->col[head->cols - 1])
            return not_one(err, "the order of heads.inputs");
        head->gain[head->col[head->cols]] = number(input, "gain");
        head->permutation[head->col[head->cols]] = number(input, "permutation");
        head->cols++;
    }
    return TR_OK;
}

static enum tr_status read_members(const json_t *members, struct tr_manifest_head *head, struct tr_error *err)
{
    size_t n = json_array_size(members);
    if (!n || n > TR_ENSEMBLE_MEMBERS)
        return not_one(err, "heads.members");
    for (size_t m = 0; m < n; m++) {
        const json_t *member = json_array_get(members, m);
        if (!text(member, "name", head->member[m], sizeof head->member[m]) ||
            !hash(member, "artefact", head->artefact[m]))
            return not_one(err, "heads.members");
    }
    head->members = n;
    return TR_OK;
}

static enum tr_status read_reference(const json_t *scores, struct tr_manifest_head *head, struct tr_error *err)
{
    head->reference_rows = json_array_size(scores);
    head->reference = tr_alloc(head->reference_rows, sizeof *head->reference);
    if (!head->reference)
        return tr_error_nomem(err);
    for (size_t i = 0; i < head->reference_rows; i++) {
        const json_t *score = json_array_get(scores, i);
        if (!json_is_number(score))
            return not_one(err, "heads.reference_scores");
        head->reference[i] = json_number_value(score);
    }
    tr_sort_doubles(head->reference_rows, head->reference);
    return head->reference_rows ? TR_OK : not_one(err, "heads.reference_scores");
}

static enum tr_status read_head(const json_t *object, struct tr_manifest_head *head, struct tr_error *err)
{
    enum tr_status status;
    head->trained = json_is_true(json_object_get(object, "trained"));
    if (!head->trained)
        return text(object, "reason", head->reason, sizeof head->reason) ? TR_OK : not_one(err, "heads.reason");
    head->fit_rows = (size_t)json_integer_value(json_object_get(object, "fit_rows"));
    head->fit_n = number(object, "fit_effective_n");
    head->fit_positive = number(object, "fit_positive");
    status = read_inputs(json_object_get(object, "inputs"), head, err);
    if (status == TR_OK)
        status = read_members(json_object_get(object, "members"), head, err);
    if (status == TR_OK)
        status = read_reference(json_object_get(object, "reference_scores"), head, err);
    return status;
}

static enum tr_status read_origin(const json_t *root, struct tr_manifest *out, struct tr_error *err)
{
    char timeframe[8];
    const char *kind = json_string_value(json_object_get(root, "kind"));
    if (!kind || strcmp(kind, "traderai model") != 0)
        return not_one(err, "kind");
    if (json_integer_value(json_object_get(root, "version")) != 1)
        return tr_error_set(err, TR_VERSION, "the model was registered by a newer program: update this one");
    if (!text(root, "exchange", out->series.exchange, sizeof out->series.exchange) ||
        !text(root, "symbol", out->series.symbol, sizeof out->series.symbol) ||
        !text(root, "timeframe", timeframe, sizeof timeframe) ||
        tr_timeframe_parse(timeframe, &out->series.timeframe, err) != TR_OK)
        return not_one(err, "the series");
    out->imported = json_is_true(json_object_get(root, "imported"));
    if (!text(root, "learns", out->label, sizeof out->label))
        return not_one(err, "learns");
    if (!hash(root, "data", out->data_hash) || !hash(root, "recipe_hash", out->recipe_hash) ||
        !text(root, "code", out->code, sizeof out->code))
        return not_one(err, "data, recipe_hash or code");
    if (!json_is_null(json_object_get(root, "drift")) && !hash(root, "drift", out->drift))
        return not_one(err, "drift");
    out->seed = json_integer_value(json_object_get(root, "seed"));
    return read_window(root, &out->window) ? TR_OK : not_one(err, "window");
}

enum tr_status tr_manifest_read(const char *bytes, size_t len, struct tr_manifest *out, struct tr_error *err)
{
    json_error_t where;
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &where);
    enum tr_status status;

    memset(out, 0, sizeof *out);
    if (!root)
        return tr_error_set(err, TR_CORRUPT, "not a model's manifest: line %d: %s", where.line, where.text);
    status = read_origin(root, out, err);
    for (int side = 0; side < TR_SIDE_COUNT && status == TR_OK; side++) {
        struct tr_manifest_head *head = &out->head[side];
        const json_t *object = json_object_get(json_object_get(root, "heads"), tr_side_name((enum tr_side)side));
        for (size_t j = 0; j < TR_FEATURE_INPUTS; j++)
            head->permutation[j] = (double)NAN;
        if (object)
            status = read_head(object, head, err);
        else
            snprintf(head->reason, sizeof head->reason, "this side is left out");
    }
    json_decref(root);
    return status;
}

void tr_manifest_finish(struct tr_manifest *manifest)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        tr_free(manifest->head[side].reference);
    memset(manifest, 0, sizeof *manifest);
}
