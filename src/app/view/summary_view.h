/* Features and labels of a series in figures: what `features` and `label` show without --format csv. */
#ifndef TR_VIEW_SUMMARY_VIEW_H
#define TR_VIEW_SUMMARY_VIEW_H

#include "app/usecase/study.h"
#include "base/buf.h"
#include "base/json.h"

/* Per column: name, family, unit, kind, first row, share of values, newest value, minimum, mean, maximum. */
void tr_view_features_json(const struct tr_study *study, struct tr_json *json);
void tr_view_features_text(const struct tr_study *study, struct tr_buf *out);

/* Per side: labelled rows, shares of tp, sl, time, mean bars to hit, mean return, and the ladder's TP1 share. */
void tr_view_labels_json(const struct tr_study *study, struct tr_json *json);
void tr_view_labels_text(const struct tr_study *study, struct tr_buf *out);

#endif
