/* When a fit may stop early: the one rule of all trainers. */
#ifndef TR_FOREST_STOP_H
#define TR_FOREST_STOP_H

#include <stdbool.h>
#include <stddef.h>

struct tr_stop {
    size_t patience;   /* rounds without a better one */
    size_t min_rounds; /* the best is looked for among the rounds from here on */
    double best;       /* its loss */
    size_t best_round; /* 0 while there is none: so far the fit is kept whole */
};

void tr_stop_init(struct tr_stop *stop, size_t patience, size_t min_rounds);
/* The loss after so many rounds (1, 2 ...; NaN is never better). true: enough was seen. */
bool tr_stop_note(struct tr_stop *stop, size_t rounds, double loss);
/* How many of the rounds trained are to be kept. */
size_t tr_stop_kept(const struct tr_stop *stop, size_t trained);

#endif
