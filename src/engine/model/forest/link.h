/* How margins begin and how they become what is shown, to the bit as each library computes it.
 * Sources: LightGBM 4, objective/binary_objective.hpp (ConvertOutput), utils/common.h (Softmax): all in double.
 * XGBoost, common/math.h (Sigmoid, Softmax), objective/regression_loss.h (ProbToMargin), predictor/predictor.cc
 * (InitOutPredictions), predictor/cpu_predictor.cc: in float; every margin begins with the base margin, then the trees
 * are added one after the other. The same in 1.7.4, 2.x and 3.0 to 3.4. */
#ifndef TR_FOREST_LINK_H
#define TR_FOREST_LINK_H

#include "engine/model/forest/forest.h"

struct tr_link {
    enum tr_forest_kind kind;
    enum tr_forest_link link;
    double sigmoid;
    double base_margin; /* of XGBoost's kind a float; 0 otherwise */
    size_t classes;
};

struct tr_link tr_link_of(const struct tr_forest *forest);

/* margin [classes] of one row, in place. */
void tr_link_apply(const struct tr_link *link, double *margin);

#endif
