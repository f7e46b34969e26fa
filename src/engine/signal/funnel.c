#include "engine/signal/funnel.h"

#include <math.h>

void tr_funnel_init(struct tr_funnel *funnel)
{
    *funnel = (struct tr_funnel){0};
    for (size_t side = 0; side < TR_SIDE_COUNT; side++)
        for (size_t stage = 0; stage < TR_STAGE_COUNT; stage++)
            funnel->best_margin[side][stage] = (double)NAN;
}

void tr_funnel_count(struct tr_funnel *funnel, const struct tr_decision *decision)
{
    enum tr_side side = decision->signal.side;
    funnel->candidates++;
    if (decision->stage == TR_STAGE_SIGNAL) {
        funnel->signals[side]++;
        funnel->proven[side] += decision->signal.evidence.proven;
        return;
    }
    funnel->refused[side][decision->stage]++;
    double *best = &funnel->best_margin[side][decision->stage];
    *best = fmax(*best, decision->margin); /* ignores what is NaN */
}
