/* Where a backtest's entries come from: walk-forward models, stored signals, a file. */
#ifndef TR_USECASE_BACKTEST_ENTRIES_H
#define TR_USECASE_BACKTEST_ENTRIES_H

#include "app/usecase/backtest.h"

/* Fills backtest->entries in the order of their decisions, of one instant in the order of the series (of a file: of its
 * rows); backtest->file with what was refused; each series' count. Those decided outside [from, to) of the backtest are
 * left out. The runs of walk-forward entries are there already. Errors: those of file and store; with options.strict
 * the first refused row. */
enum tr_status tr_backtest_entries(struct tr_backtest *backtest, const struct tr_world *world,
                                   struct tr_error *err) TR_MUST_CHECK;

#endif
