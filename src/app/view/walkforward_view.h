/* Walk-forward folds and calibration. JSON: one member of the open object. */
#ifndef TR_VIEW_WALKFORWARD_VIEW_H
#define TR_VIEW_WALKFORWARD_VIEW_H

#include "app/usecase/run.h"
#include "base/buf.h"
#include "base/json.h"

void tr_view_walkforward_json(const struct tr_run *run, struct tr_json *json);
void tr_view_walkforward_text(const struct tr_run *run, struct tr_buf *out);
void tr_view_calibration_json(const struct tr_run *run, struct tr_json *json);
void tr_view_calibration_text(const struct tr_run *run, struct tr_buf *out);

/* A member {"lower": l, "upper": u}. */
void tr_view_interval_json(const char *key, const struct tr_interval *interval, struct tr_json *json);
/* "2024-01-31" */
void tr_view_date(tr_time_ms time, char out[TR_TIME_TEXT]);

#endif
