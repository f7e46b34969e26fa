/* The parts of the report of a run, one function each: they write the body of an open section. */
#ifndef TR_VIEW_REPORT_SECTION_H
#define TR_VIEW_REPORT_SECTION_H

#include "app/usecase/run.h"
#include "app/view/html.h"

/* When each fold learnt and when it was tested. */
void tr_report_folds(const struct tr_run *run, struct tr_html *page);
/* How each side's model did, fold by fold and over all of them. */
void tr_report_scores(const struct tr_run *run, struct tr_html *page);
/* What p said, and what happened: by p, and over time. */
void tr_report_calibration(const struct tr_run *run, struct tr_html *page);
/* Which stage refused how many candidates. */
void tr_report_funnel(const struct tr_run *run, struct tr_html *page);
/* The decision at the newest bar. */
void tr_report_newest(const struct tr_run *run, struct tr_html *page);
/* What the signals came to as trades. */
void tr_report_backtest(const struct tr_run *run, struct tr_html *page);
/* How much of that may be luck. */
void tr_report_luck(const struct tr_run *run, struct tr_html *page);
/* Each trade; of many the first and the last ones. */
void tr_report_trades(const struct tr_run *run, struct tr_html *page);

/* Part of the newest bar: the inputs that moved the score of one side, as bars. Nothing where nothing is known. */
void tr_report_explanation(const struct tr_explanation *explanation, enum tr_side side, struct tr_html *page);

#define TR_REPORT_TRADES 100 /* listed from each end */

/* "Long", "Short" */
const char *tr_report_side(enum tr_side side);
/* Of a chart with one mark a fold: half a row, or a whole one for many. */
double tr_report_width(size_t folds);

#endif
