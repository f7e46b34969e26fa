/* Why a row was scored as it was: what each feature added to the margin.
 * Source: Lundberg, Erion, Lee, "Consistent individualized feature attribution for tree ensembles" (2018): the values
 * of their path-dependent TreeSHAP. The weight of a branch is its share of training rows: LightGBM's counts (its sums
 * of hessians where a file has no counts), XGBoost's sums of hessians. */
#ifndef TR_FOREST_SHAP_H
#define TR_FOREST_SHAP_H

#include "base/matrix.h"
#include "engine/model/forest/forest.h"

/* x [features] of one row, NaN = missing. phi [classes * (features + 1)]: for each class one value a feature, then the
 * expected margin over the training rows; together they add up to the row's margin (to rounding: sums are in double;
 * for XGBoost's rules the margin itself is a float sum). Errors: TR_NOMEM, TR_INVALID where a tree carries no row
 * counts. Cost: O(trees * leaves * depth^2). */
enum tr_status tr_shap(const struct tr_forest *forest, const double *x, double *phi,
                       struct tr_error *err) TR_MUST_CHECK;

#endif
