/* What a backtest is called by content, and how much of it may be luck. */
#ifndef TR_USECASE_BACKTEST_LUCK_H
#define TR_USECASE_BACKTEST_LUCK_H

#include "app/usecase/backtest.h"

/* backtest->config: the hash of everything that decides entries, costs and account, not of the bars; backtest->id: the
 * same with the bars and the tested time. */
enum tr_status tr_backtest_name(struct tr_backtest *backtest, struct tr_error *err) TR_MUST_CHECK;
/* Enters the trial on each series and fills trials, expected_max, deflated from the series with the most trials; then
 * variants and pbo from the stored runs of the same series and kind of entries. Needs measures and names. */
enum tr_status tr_backtest_luck(struct tr_backtest *backtest, const struct tr_world *world,
                                struct tr_error *err) TR_MUST_CHECK;

#endif
