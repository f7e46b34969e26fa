/* One series made ready for learning: bars, features, labels of both kinds, the data set. */
#ifndef TR_USECASE_STUDY_H
#define TR_USECASE_STUDY_H

#include "app/usecase/recipe.h"
#include "base/progress.h"
#include "engine/dataset/dataset.h"

#include <stdint.h>

struct tr_study {
    struct tr_bars bars;       /* borrowed */
    struct tr_matrix features; /* [n x TR_FEATURE_COLUMNS]; owned, as all below */
    struct tr_barrier_labels barrier[TR_SIDE_COUNT];
    struct tr_ladder_labels ladder[TR_SIDE_COUNT];
    struct tr_target target[TR_SIDE_COUNT]; /* of the recipe's label kind */
    struct tr_dataset set;
    uint8_t *regime;            /* [n] of volatility, below TR_RECIPE_REGIMES */
    double *atr;                /* [n] the atr_14 overlay: a column of features, not owned apart */
    double min_atr_frac;        /* smallest ATR / close at which the profit filter can pass (long, default funding) */
    double share_above_min_atr; /* of the ready bars */
};

/* bars must outlive the study. Finish with tr_study_finish, also after an error. */
enum tr_status tr_study_init(struct tr_study *study, const struct tr_recipe *recipe, const struct tr_bars *bars,
                             struct tr_error *err) TR_MUST_CHECK;
/* Open stamp of the first bar that may be learnt from; of the last bar where none is past its warm-up, 0 without bars.
 */
tr_time_ms tr_study_first_ready(const struct tr_study *study);
void tr_study_finish(struct tr_study *study);

#endif
