/* The registry: models, their parts, their history, two of them side by side. JSON: members of the open object. */
#ifndef TR_VIEW_MODEL_VIEW_H
#define TR_VIEW_MODEL_VIEW_H

#include "app/usecase/compare.h"
#include "base/buf.h"
#include "base/json.h"

void tr_view_model_json(const struct tr_model_record *record, struct tr_json *json);
void tr_view_models_text(const struct tr_model_record *records, size_t n, struct tr_buf *out);
void tr_view_models_csv(const struct tr_model_record *records, size_t n, struct tr_buf *out);

/* Everything about one: row, artefacts, inputs with their importance, the log of its series. */
struct tr_model_details {
    const struct tr_registered *model;
    const struct tr_model_artefact *artefact; /* [n_artefacts] */
    size_t n_artefacts;
    const struct tr_model_event *event; /* [n_events] */
    size_t n_events;
};
void tr_view_model_details_json(const struct tr_model_details *details, struct tr_json *json);
void tr_view_model_details_text(const struct tr_model_details *details, struct tr_buf *out);

void tr_view_compare_json(const struct tr_compare *compare, struct tr_json *json);
void tr_view_compare_text(const struct tr_compare *compare, struct tr_buf *out);

#endif
