#include "app/usecase/record.h"

#include "engine/trade/settle.h"

#include <stdio.h>

static const char *status_word(const struct tr_outcome *outcome)
{
    if (tr_outcome_expired(outcome))
        return "expired";
    if (outcome->reason != TR_EXIT_OPEN)
        return "closed";
    return outcome->targets_hit >= 2 ? "tp2" : outcome->targets_hit == 1 ? "tp1" : "active";
}

void tr_record_outcome(const struct tr_recipe *recipe, const struct tr_outcome_rules *rules, const struct tr_bars *bars,
                       size_t row, const struct tr_outcome *outcome, struct tr_stored_signal *record)
{
    struct tr_settlement money;

    snprintf(record->status, sizeof record->status, "%s", status_word(outcome));
    if (outcome->reason == TR_EXIT_OPEN || tr_outcome_expired(outcome))
        return;
    tr_settle(&recipe->gate.cost, &recipe->funding, rules, &record->signal.levels, outcome, bars, row, &money);
    snprintf(record->exit_reason, sizeof record->exit_reason, "%s", tr_exit_reason_name(outcome->reason));
    record->closed = bars->time[row + outcome->bars] + tr_timeframe_ms(bars->timeframe);
    record->net_frac = money.net_frac;
}
