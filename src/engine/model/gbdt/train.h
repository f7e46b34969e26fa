/* LightGBM's algorithm in C: histograms over binned columns, leaf-wise trees, gradients as floats, sums as doubles.
 * Single-threaded and deterministic: same rows, parameters and seed give the same bits, whatever the machine has in
 * vector units.
 * What differs from LightGBM: its random choices of rows and columns (only the shares are the same); sums of the most
 * frequent bin, which it may take from the others by subtraction; no side of a cut without a row. Left out: categorical
 * columns, bundling, dart, random forests, goss, monotone constraints, quantised gradients.
 * Source: Ke et al., "LightGBM: a highly efficient gradient boosting decision tree" (2017); bins, scans and leaf values
 * as LightGBM 4 has them. */
#ifndef TR_GBDT_TRAIN_H
#define TR_GBDT_TRAIN_H

#include "base/matrix.h"
#include "engine/model/forest/forest.h"
#include "engine/model/gbdt/params.h"

/* Everything borrowed. */
struct tr_gbdt_rows {
    const struct tr_matrix *x; /* NaN = missing; infinities are legal */
    size_t n;
    const size_t *row;    /* [n] rows of x */
    const double *y;      /* [n] 0 or 1; of multiclass 0 ... num_class - 1 */
    const double *weight; /* [n] >= 0, not all 0; NULL = 1 each */
    size_t cols;
    const size_t *col; /* [cols] columns of x */
};

struct tr_gbdt_stop {
    const struct tr_gbdt_rows *valid; /* same columns; log loss over it decides */
    size_t patience;                  /* rounds without a better one: 50 */
    size_t min_rounds;                /* 50: the best round is looked for from here on */
};

/* out: not initialised before; a forest of kind TR_FOREST_LIGHTGBM over `cols` features (feature j = col [j]), with
 * feature_info and parameters; finish with tr_forest_finish, also after an error. stop may be NULL. With early stopping
 * the trees after the best round are left out. Labels all equal, constant or empty columns, three rows: trees of one
 * leaf, the first holding the average, and no more trees than needed.
 * Errors: TR_INVALID (no rows, no columns, a label or weight that cannot be), TR_NOMEM. */
enum tr_status tr_gbdt_train(const struct tr_gbdt_params *params, const struct tr_gbdt_rows *rows,
                             const struct tr_gbdt_stop *stop, size_t rounds, struct tr_forest *out,
                             struct tr_error *err) TR_MUST_CHECK;

#endif
