/* The trades of the walk-forward signals, what was assumed first. JSON: one member of the open object. */
#ifndef TR_VIEW_BACKTEST_VIEW_H
#define TR_VIEW_BACKTEST_VIEW_H

#include "app/usecase/run.h"
#include "base/buf.h"
#include "base/json.h"

void tr_view_backtest_json(const struct tr_run *run, struct tr_json *json);
void tr_view_backtest_text(const struct tr_run *run, struct tr_buf *out);

/* What random entries on the same sides reach: each side's base rate, weighted by its trades. NaN without trades. */
double tr_view_random_rate(const struct tr_run *run, const struct tr_sequence_summary *summary);
/* The largest drawdown; NaN without a trade: there is none to speak of, not one of zero. */
double tr_view_drawdown(const struct tr_sequence_summary *summary);

#endif
