/* What an inner node asks, in one form for the rules of both libraries: "cut < value" goes right, all else goes left,
 * and a missing value goes where the node says. */
#ifndef TR_FOREST_CUT_H
#define TR_FOREST_CUT_H

#include "engine/model/forest/forest.h"

#include <math.h>

/* Which values a node takes as missing, and where it sends them. */
enum tr_missing {
    TR_MISSING_NONE, /* NaN counts as 0 */
    TR_MISSING_ZERO_LEFT,
    TR_MISSING_ZERO_RIGHT,
    TR_MISSING_NAN_LEFT,
    TR_MISSING_NAN_RIGHT,
    TR_MISSING_KINDS
};

/* LightGBM's zero, a float. Its interfaces turn values up to this one into 0 when they read a row. */
#define TR_CUT_ZERO ((double)1e-35F)

/* XGBoost gets floats, and our training keeps them within +-1e37, beyond which its arithmetic overflows: the same bound
 * holds here, for infinities too. */
#define TR_CUT_FLOAT_MAX 1e37

/* x <= threshold is not (threshold < x). Of floats, x < threshold is x <= the float below. Between LightGBM's zeros a
 * threshold stands where it parts what it parts of them: all on one side. */
static inline double tr_cut_of(enum tr_forest_kind kind, double threshold)
{
    if (kind == TR_FOREST_XGBOOST)
        return (double)nextafterf((float)threshold, -INFINITY);
    if (fabs(threshold) > TR_CUT_ZERO)
        return threshold;
    return threshold >= 0.0 ? TR_CUT_ZERO : nextafter(-TR_CUT_ZERO, -(double)INFINITY);
}

static inline enum tr_missing tr_cut_missing(enum tr_forest_kind kind, uint8_t flags)
{
    bool left = flags & TR_NODE_DEFAULT_LEFT;
    if (kind == TR_FOREST_XGBOOST || (flags & TR_NODE_MISSING_NAN))
        return left ? TR_MISSING_NAN_LEFT : TR_MISSING_NAN_RIGHT;
    if (flags & TR_NODE_MISSING_ZERO)
        return left ? TR_MISSING_ZERO_LEFT : TR_MISSING_ZERO_RIGHT;
    return TR_MISSING_NONE;
}

/* x as the library sees it; NaN stays NaN. */
static inline double tr_cut_value(enum tr_forest_kind kind, double x)
{
    if (kind == TR_FOREST_LIGHTGBM)
        return x;
    return (double)(float)(x > TR_CUT_FLOAT_MAX ? TR_CUT_FLOAT_MAX : x < -TR_CUT_FLOAT_MAX ? -TR_CUT_FLOAT_MAX : x);
}

/* value: of tr_cut_value. */
static inline bool tr_cut_right(double cut, enum tr_missing missing, double value)
{
    bool zero = missing == TR_MISSING_ZERO_LEFT || missing == TR_MISSING_ZERO_RIGHT;
    if (isnan(value) || (zero && fabs(value) <= TR_CUT_ZERO)) {
        if (missing != TR_MISSING_NONE)
            return missing == TR_MISSING_ZERO_RIGHT || missing == TR_MISSING_NAN_RIGHT;
        value = 0.0;
    }
    return cut < value;
}

#endif
