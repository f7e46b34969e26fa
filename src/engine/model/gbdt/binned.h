/* The rows of a fit as bin numbers, twice: column by column for partitioning, and eight columns side by side for
 * histograms. Columns with nothing to split are left out. */
#ifndef TR_GBDT_BINNED_H
#define TR_GBDT_BINNED_H

#include "base/error.h"
#include "engine/model/gbdt/bin.h"
#include "engine/model/gbdt/params.h"
#include "engine/model/gbdt/train.h"

#define TR_GBDT_LANES 8

/* Eight columns whose histograms are filled and scanned together. Lane l of group g is column g * 8 + l of the used
 * ones; those behind the last hold bin 0 throughout. */
struct tr_gbdt_group {
    size_t bins;                    /* of the lane with most */
    size_t lanes;                   /* in use, 1 .. 8 */
    size_t n_bins[TR_GBDT_LANES];   /* 0 of lanes not in use */
    int missing_bin[TR_GBDT_LANES]; /* whose rows go to either side as a whole; -1 = no such bin */
    bool nan_right[TR_GBDT_LANES];  /* two bins, values and NaN: flagged as LightGBM does */
    bool any_missing;
    const uint8_t *packed; /* [rows][TR_GBDT_LANES] */
};

struct tr_gbdt_binned {
    size_t rows, cols, used, groups;
    struct tr_gbdt_bins *bins; /* [cols] */
    size_t *feature;           /* [used] the column of the fit, 0 .. cols - 1 */
    uint8_t *column;           /* [used * rows] */
    uint8_t *packed;           /* [groups * rows * TR_GBDT_LANES] */
    struct tr_gbdt_group *group;
};

/* Finds the bins on a sample of at most bin_construct_sample_cnt rows. Finish with tr_gbdt_binned_finish, also after an
 * error. */
enum tr_status tr_gbdt_binned_init(struct tr_gbdt_binned *out, const struct tr_gbdt_params *params,
                                   const struct tr_gbdt_rows *rows, struct tr_error *err) TR_MUST_CHECK;
void tr_gbdt_binned_finish(struct tr_gbdt_binned *binned);

/* Other rows in the bins of `like`: column [like->used * rows->n], free with tr_free. */
enum tr_status tr_gbdt_binned_other(const struct tr_gbdt_binned *like, const struct tr_gbdt_rows *rows,
                                    uint8_t **column, struct tr_error *err) TR_MUST_CHECK;

#endif
