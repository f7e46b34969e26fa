/* The shape of one column (an input, a head's scores) over a window of rows, kept small enough to be stored with a
 * model: what later rows are compared with, and how far the window's own parts lie from each other. */
#ifndef TR_USECASE_DRIFT_SHAPE_H
#define TR_USECASE_DRIFT_SHAPE_H

#include "base/json.h"
#include "engine/score/drift.h"

#include <jansson.h>

struct tr_drift_shape {
    size_t rows, missing; /* of rows, those that are NaN */
    struct tr_psi_bins bins;
    struct tr_quantile_sketch sketch;
    size_t blocks;          /* the window was cut into; 0 = not cut */
    double own_psi, own_ks; /* largest of a block against the rest; NaN = none can be told */
};

/* values [n] in order of time, finite or NaN, n >= 1; cut into `blocks` equal blocks, 0 or 2 .. n, each of which is
 * compared with all others together. Plain memory: nothing to free. Cost: O(n (log n + blocks)). */
enum tr_status tr_drift_shape_make(size_t n, const double *values, size_t blocks, struct tr_drift_shape *out,
                                   struct tr_error *err) TR_MUST_CHECK;
/* The figures of values [n], n >= 1, against the shape. ks is NaN where either side has no value; its error against the
 * whole window is bounded (engine/score/drift.h). */
enum tr_status tr_drift_shape_compare(const struct tr_drift_shape *shape, size_t n, const double *values, double *psi,
                                      double *ks, struct tr_error *err) TR_MUST_CHECK;
/* Members of the open object, and back to the same bits; TR_CORRUPT where they are not such a shape. */
void tr_drift_shape_json(const struct tr_drift_shape *shape, struct tr_json *json);
enum tr_status tr_drift_shape_read(const json_t *object, struct tr_drift_shape *out,
                                   struct tr_error *err) TR_MUST_CHECK;

#endif
