/* The main job's report: data, walk-forward table, calibration table, backtest table, funnel, newest signal or the
 * reason for none. */
#ifndef TR_VIEW_RUN_VIEW_H
#define TR_VIEW_RUN_VIEW_H

#include "app/usecase/run.h"
#include "base/buf.h"
#include "base/json.h"

#define TR_VIEW_RISK_NOTICE                                                                                            \
    "These are statistics about the past, not advice. Trading with leverage can lose more than you put in."

/* Members of the open object: data, walkforward, calibration, backtest, funnel, signal (or null) and reason, decisions.
 */
void tr_view_run_json(const struct tr_run *run, struct tr_json *json);
void tr_view_run_text(const struct tr_run *run, struct tr_buf *out);

/* Parts of it, for the verbs that show only one. JSON: members of the open object. */
void tr_view_data_json(const struct tr_run *run, struct tr_json *json);
void tr_view_data_text(const struct tr_run *run, struct tr_buf *out);
void tr_view_newest_json(const struct tr_run *run, struct tr_json *json);
void tr_view_newest_text(const struct tr_run *run, struct tr_buf *out);
/* What was trained: windows, rows, inputs used and dropped, reference scores. */
void tr_view_train_json(const struct tr_run *run, struct tr_json *json);
void tr_view_train_text(const struct tr_run *run, struct tr_buf *out);

#endif
