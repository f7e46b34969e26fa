/* What a signal came to, in the words and figures the store keeps. */
#ifndef TR_USECASE_RECORD_H
#define TR_USECASE_RECORD_H

#include "app/usecase/recipe.h"
#include "engine/trade/outcome.h"
#include "io/store/store.h"

/* Fills status, and for a closed position exit_reason, closed and net_frac, from the outcome of record->signal decided
 * at `row` of bars under `rules`: "active", "tp1", "tp2" while open, "closed", or "expired" where no bar came in time
 * to enter. */
void tr_record_outcome(const struct tr_recipe *recipe, const struct tr_outcome_rules *rules, const struct tr_bars *bars,
                       size_t row, const struct tr_outcome *outcome, struct tr_stored_signal *record);

#endif
