/* A drift check for people, and the list of stored ones. */
#ifndef TR_VIEW_DRIFT_VIEW_H
#define TR_VIEW_DRIFT_VIEW_H

#include "app/usecase/drift.h"
#include "base/buf.h"
#include "base/json.h"
#include "io/store/ledger.h"

/* The verdict, each head, and the inputs, worst first, with what is allowed beside each figure: all of them, or the
 * first `most` (0 = all). */
void tr_view_drift_text(const struct tr_drift *drift, size_t most, struct tr_buf *out);

/* Stored checks of one series, record [n], as given. JSON: members of the open object. */
void tr_view_drift_history_json(const struct tr_series_key *series, const struct tr_drift_record *record, size_t n,
                                struct tr_json *json);
void tr_view_drift_history_text(const struct tr_series_key *series, const struct tr_drift_record *record, size_t n,
                                struct tr_buf *out);

#endif
