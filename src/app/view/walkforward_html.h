/* The report of a walk-forward run as one self-contained HTML page: a summary in plain words, the folds, their scores,
 * calibration, funnel, backtest, the newest decision, how to read all this, and the trades. The same run gives the same
 * bytes: no clock is read. */
#ifndef TR_VIEW_WALKFORWARD_HTML_H
#define TR_VIEW_WALKFORWARD_HTML_H

#include "app/usecase/run.h"
#include "base/buf.h"

void tr_view_walkforward_html(const struct tr_run *run, struct tr_buf *out);

#endif
