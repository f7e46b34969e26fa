#include "app/usecase/drift_check.h"

#include "io/store/ledger.h"

#include <stdio.h>
#include <string.h>

static enum tr_status load_reference(const struct tr_registered *model, struct tr_store *store,
                                     struct tr_drift_reference *out, struct tr_error *err)
{
    struct tr_buf text;
    enum tr_status status;
    memset(out, 0, sizeof *out);
    if (!model->manifest.drift[0])
        return tr_error_set(err, TR_NOT_FOUND, "model %s was registered without a drift reference: train it anew",
                            model->record.id);
    tr_buf_init(&text);
    status = tr_store_blob_get(store, model->manifest.drift, &text, err);
    if (status == TR_OK)
        status = tr_drift_reference_read(tr_buf_string(&text), text.len, out, err);
    tr_buf_finish(&text);
    if (status != TR_OK && status != TR_NOMEM)
        tr_error_prepend(err, "model %s", model->record.id);
    return status;
}

static enum tr_status record(const struct tr_drift *drift, const struct tr_world *world, struct tr_error *err)
{
    struct tr_drift_record row = {.series = drift->series, .time = world->now, .share = drift->share};
    struct tr_buf text;
    struct tr_json json;
    enum tr_status status;
    tr_buf_init(&text);
    tr_json_init(&json, &text, 1);
    tr_json_object(&json, NULL);
    tr_drift_json(drift, &json);
    tr_json_object_end(&json);
    tr_buf_char(&text, '\n');
    status = tr_buf_status(&text, err);
    if (status == TR_OK)
        status = tr_store_blob_put(world->store, text.data, text.len, row.report, err);
    tr_buf_finish(&text);
    memcpy(row.model, drift->model, sizeof row.model);
    snprintf(row.verdict, sizeof row.verdict, "%s", tr_drift_verdict_name(drift->verdict[drift->options.rule]));
    return status == TR_OK ? tr_store_drift_put(world->store, &row, err) : status;
}

enum tr_status tr_drift_check(const struct tr_study *study, const struct tr_registered *model,
                              const struct tr_drift_options *options, const struct tr_world *world,
                              struct tr_drift *out, struct tr_error *err)
{
    struct tr_drift_reference reference;
    enum tr_status status = load_reference(model, world->store, &reference, err);
    memset(out, 0, sizeof *out);
    if (status == TR_OK)
        status = tr_drift_compare(study, &reference, model->ensemble, options, out, err);
    tr_drift_reference_finish(&reference);
    out->series = model->record.series;
    memcpy(out->model, model->record.id, sizeof out->model);
    return status == TR_OK ? record(out, world, err) : status;
}
