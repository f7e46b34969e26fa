/* One series made ready for learning: bars, features, labels of both kinds, the data set. */
#ifndef TR_USECASE_STUDY_H
#define TR_USECASE_STUDY_H

#include "app/usecase/recipe.h"
#include "base/progress.h"
#include "engine/dataset/dataset.h"

struct tr_study {
    struct tr_bars bars;       /* borrowed */
    struct tr_matrix features; /* [n x TR_FEATURE_COLUMNS]; owned, as all below */
    struct tr_barrier_labels barrier[TR_SIDE_COUNT];
    struct tr_ladder_labels ladder[TR_SIDE_COUNT];
    struct tr_target target[TR_SIDE_COUNT]; /* of the recipe's label kind */
    struct tr_dataset set;
    double *atr;                /* [n] the atr_14 overlay: a column of features, not owned apart */
    double min_atr_frac;        /* smallest ATR / close at which the profit filter can pass (long, default funding) */
    double share_above_min_atr; /* of the ready bars */
};

/* bars must outlive the study. Finish with tr_study_finish, also after an error. */
enum tr_status tr_study_init(struct tr_study *study, const struct tr_recipe *recipe, const struct tr_bars *bars,
                             struct tr_error *err) TR_MUST_CHECK;
void tr_study_finish(struct tr_study *study);

#endif
