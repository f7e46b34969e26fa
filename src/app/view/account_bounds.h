/* The readings of ambiguous bars side by side: one wording for text, JSON and HTML. */
#ifndef TR_VIEW_ACCOUNT_BOUNDS_H
#define TR_VIEW_ACCOUNT_BOUNDS_H

#include "app/view/account_words.h"
#include "app/view/figure.h"

/* The figures of the chosen reading in the shape of the bounds. */
struct tr_backtest_bound tr_view_chosen_bound(const struct tr_backtest *backtest);

/* The rows of a table of bounds, in their order: what each is called, and its figure. */
#define TR_VIEW_BOUND_ROWS 8
const char *tr_view_bound_name(int row);
struct tr_figure tr_view_bound_figure(const struct tr_backtest_bound *bound, int row);

/* How many closed trades met an ambiguous bar, and what the readings can and cannot tell of them: two sentences. */
void tr_view_ambiguity(const struct tr_backtest *backtest, char out[TR_VIEW_LINE_TEXT]);

#endif
