#include "engine/label/ladder.h"

#include <math.h>

static bool label_row(const struct tr_bars *bars, double atr, const struct tr_ladder *ladder,
                      const struct tr_outcome_rules *rules, enum tr_side side, size_t row, struct tr_track *track)
{
    struct tr_levels levels;
    if (tr_levels_make(ladder, side, bars->close[row], atr, NULL, &levels, NULL))
        return false;
    tr_track_begin(track, rules, &levels, bars->time[row], bars->timeframe);
    tr_track_run(track, bars, row);
    return true;
}

void tr_ladder_label(const struct tr_bars *bars, const double *atr, const struct tr_ladder *ladder, enum tr_side side,
                     const struct tr_ladder_labels *out)
{
    struct tr_outcome_rules rules = tr_outcome_rules_ladder(ladder, bars->timeframe);
    size_t horizon = rules.horizon_bars;
    int64_t span_ms = (int64_t)horizon * tr_timeframe_ms(bars->timeframe);
    double sign = tr_side_sign(side);
    for (size_t t = 0; t < bars->n; t++) {
        /* Times ascend on a grid: the horizon-th next bar is there in time exactly when none is missing. */
        bool whole = t + horizon < bars->n && bars->time[t + horizon] - bars->time[t] == span_ms;
        struct tr_track track; /* read in place: a copy of its outcome would take a tenth of the time */
        const struct tr_outcome *outcome = &track.outcome;
        if (!whole || !label_row(bars, atr[t], ladder, &rules, side, t, &track)) {
            out->tp1[t] = -1;
            out->tp1_bars[t] = out->exit_bars[t] = 0;
            out->gain_atr[t] = (double)NAN;
            continue;
        }
        out->tp1[t] = outcome->tp1;
        out->tp1_bars[t] = (uint16_t)outcome->tp1_bars;
        out->exit_bars[t] = (uint16_t)outcome->bars;
        out->gain_atr[t] = sign * (outcome->average_exit - bars->close[t]) / atr[t];
    }
}
