#include "engine/model/forest/stop.h"

#include <math.h>

void tr_stop_init(struct tr_stop *stop, size_t patience, size_t min_rounds)
{
    *stop = (struct tr_stop){.patience = patience, .min_rounds = min_rounds, .best = (double)INFINITY};
}

bool tr_stop_note(struct tr_stop *stop, size_t rounds, double loss)
{
    if (rounds < stop->min_rounds)
        return false;
    if (loss < stop->best) {
        stop->best = loss;
        stop->best_round = rounds;
    }
    return rounds - stop->best_round >= stop->patience;
}

size_t tr_stop_kept(const struct tr_stop *stop, size_t trained)
{
    return stop->best_round ? stop->best_round : trained;
}
