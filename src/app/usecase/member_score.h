/* How each member of the ensemble did out of sample on what it was trained for, beside the ensemble. */
#ifndef TR_USECASE_MEMBER_SCORE_H
#define TR_USECASE_MEMBER_SCORE_H

#include "app/usecase/study.h"
#include "engine/validate/walk.h"

struct tr_member_score {
    const char *name;  /* of the implementation; "ensemble" */
    size_t rows;       /* test rows with a label */
    double auc;        /* of the score for the label; NaN where undefined */
    double log_loss;   /* of the score as a probability of the label */
    double mean_trees; /* per fit */
};

#define TR_MEMBER_SCORES (TR_ENSEMBLE_MEMBERS + 1)

/* The members in order of the recipe, then the ensemble; *n receives how many. Over the test rows of all trained folds
 * of this side. */
enum tr_status tr_member_scores(const struct tr_study *study, const struct tr_recipe *recipe,
                                const struct tr_walk *walk, enum tr_side side,
                                struct tr_member_score out[TR_MEMBER_SCORES], size_t *n,
                                struct tr_error *err) TR_MUST_CHECK;

#endif
