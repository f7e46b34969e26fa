/* Reading is strict: a reference is named by its hash, so what does not fit was never one of ours, or is of another
 * program version. */
#include "app/usecase/drift_reference.h"

#include "base/alloc.h"

#include <math.h>
#include <string.h>

#define KIND "traderai drift reference"
#define TIME_END INT64_C(9246182400000) /* 2263-01-01: no bar is later */

static const char *input_name(size_t input)
{
    return tr_feature_info(TR_FEATURE_OVERLAYS + input)->name;
}

static void write_head(const struct tr_drift_reference *reference, int side, struct tr_json *json)
{
    const struct tr_drift_reference_head *head = &reference->head[side];
    tr_json_object(json, tr_side_name((enum tr_side)side));
    tr_json_array(json, "importance");
    for (size_t i = 0; i < reference->inputs; i++)
        tr_json_number(json, NULL, head->importance[reference->input[i].input]);
    tr_json_array_end(json);
    tr_json_object(json, "score");
    tr_drift_shape_json(&head->score, json);
    tr_json_object_end(json);
    tr_json_object_end(json);
}

void tr_drift_reference_write(const struct tr_drift_reference *reference, struct tr_buf *text)
{
    struct tr_json json;
    tr_json_init(&json, text, 0);
    tr_json_object(&json, NULL);
    tr_json_string(&json, "kind", KIND);
    tr_json_int(&json, "version", 1);
    tr_json_string(&json, "timeframe", tr_timeframe_name(reference->timeframe));
    tr_json_time(&json, "from", reference->from);
    tr_json_time(&json, "to", reference->to);
    tr_json_int(&json, "rows", (int64_t)reference->rows);
    tr_json_array(&json, "inputs");
    for (size_t i = 0; i < reference->inputs; i++) {
        tr_json_object(&json, NULL);
        tr_json_string(&json, "name", input_name(reference->input[i].input));
        tr_drift_shape_json(&reference->input[i].shape, &json);
        tr_json_object_end(&json);
    }
    tr_json_array_end(&json);
    tr_json_object(&json, "heads");
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        if (reference->head[side].trained)
            write_head(reference, side, &json);
    tr_json_object_end(&json);
    tr_json_object_end(&json);
    tr_buf_char(text, '\n');
}

static enum tr_status not_one(struct tr_error *err, const char *what)
{
    return tr_error_set(err, TR_CORRUPT, "not a drift reference: %s is missing or malformed", what);
}

static enum tr_status read_origin(const json_t *root, struct tr_drift_reference *out, struct tr_error *err)
{
    const char *kind = json_string_value(json_object_get(root, "kind"));
    const char *timeframe = json_string_value(json_object_get(root, "timeframe"));
    const json_t *version = json_object_get(root, "version"), *rows = json_object_get(root, "rows");
    const json_t *from = json_object_get(root, "from_timestamp"), *to = json_object_get(root, "to_timestamp");
    if (!kind || strcmp(kind, KIND) != 0 || json_integer_value(version) < 1)
        return not_one(err, "kind or version");
    if (json_integer_value(version) > 1)
        return tr_error_set(err, TR_VERSION, "the drift reference was made by a newer program: update this one");
    if (!timeframe || tr_timeframe_parse(timeframe, &out->timeframe, err) != TR_OK)
        return not_one(err, "timeframe");
    out->from = json_integer_value(from);
    out->to = json_integer_value(to);
    if (!json_is_integer(from) || !json_is_integer(to) || out->from < 0 || out->to > TIME_END || out->from >= out->to)
        return not_one(err, "the window");
    if (!json_is_integer(rows) || json_integer_value(rows) < 1)
        return not_one(err, "rows");
    out->rows = (size_t)json_integer_value(rows);
    return TR_OK;
}

static enum tr_status read_input(const json_t *object, struct tr_drift_reference *out, struct tr_error *err)
{
    const char *name = json_string_value(json_object_get(object, "name"));
    size_t column = name ? tr_feature_find(name) : TR_FEATURE_COLUMNS;
    struct tr_drift_reference_input *input = &out->input[out->inputs];
    enum tr_status status;
    if (!name)
        return not_one(err, "inputs.name");
    if (column < TR_FEATURE_OVERLAYS || column >= TR_FEATURE_COLUMNS)
        return tr_error_set(err, TR_UNSUPPORTED,
                            "the drift reference holds an input \"%.40s\" that this program does not compute", name);
    input->input = column - TR_FEATURE_OVERLAYS;
    if (out->inputs && input->input <= input[-1].input)
        return not_one(err, "the order of inputs");
    out->inputs++;
    status = tr_drift_shape_read(object, &input->shape, err);
    if (status == TR_CORRUPT)
        tr_error_prepend(err, "not a drift reference: %s", name);
    if (status != TR_OK)
        return status;
    return input->shape.rows == out->rows ? TR_OK : not_one(err, "the number of rows of an input");
}

static enum tr_status read_inputs(const json_t *inputs, struct tr_drift_reference *out, struct tr_error *err)
{
    size_t n = json_array_size(inputs);
    enum tr_status status = TR_OK;
    if (!n || n > TR_FEATURE_INPUTS)
        return not_one(err, "inputs");
    out->input = tr_alloc_zero(n, sizeof *out->input);
    if (!out->input)
        return tr_error_nomem(err);
    for (size_t i = 0; i < n && status == TR_OK; i++)
        status = read_input(json_array_get(inputs, i), out, err);
    return status;
}

static enum tr_status read_head(const json_t *object, const struct tr_drift_reference *reference,
                                struct tr_drift_reference_head *head, struct tr_error *err)
{
    const json_t *importance = json_object_get(object, "importance");
    enum tr_status status;
    if (json_array_size(importance) != reference->inputs)
        return not_one(err, "heads.importance");
    for (size_t i = 0; i < reference->inputs; i++) {
        const json_t *share = json_array_get(importance, i);
        double value = json_number_value(share) + 0.0; /* -0 becomes 0 */
        if (!json_is_number(share) || !(value >= 0.0 && value <= 1.0 + 1e-9))
            return not_one(err, "heads.importance");
        head->importance[reference->input[i].input] = value;
    }
    head->trained = true;
    status = tr_drift_shape_read(json_object_get(object, "score"), &head->score, err);
    if (status == TR_CORRUPT)
        tr_error_prepend(err, "not a drift reference: heads.score");
    return status;
}

enum tr_status tr_drift_reference_read(const char *text, size_t len, struct tr_drift_reference *out,
                                       struct tr_error *err)
{
    json_error_t where;
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
    const json_t *heads = json_object_get(root, "heads");
    enum tr_status status;
    memset(out, 0, sizeof *out);
    if (!root)
        return tr_error_set(err, TR_CORRUPT, "not a drift reference: line %d: %s", where.line, where.text);
    status = read_origin(root, out, err);
    if (status == TR_OK)
        status = read_inputs(json_object_get(root, "inputs"), out, err);
    for (int side = 0; side < TR_SIDE_COUNT && status == TR_OK; side++) {
        const json_t *head = json_object_get(heads, tr_side_name((enum tr_side)side));
        if (head)
            status = read_head(head, out, &out->head[side], err);
    }
    if (status == TR_OK && !out->head[TR_LONG].trained && !out->head[TR_SHORT].trained)
        status = not_one(err, "heads");
    json_decref(root);
    return status;
}
