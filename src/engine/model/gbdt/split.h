/* The best cut of a leaf: eight columns at a time are scanned and compared with what was found before. */
#ifndef TR_GBDT_SPLIT_H
#define TR_GBDT_SPLIT_H

#include "engine/model/gbdt/scan.h"

struct tr_gbdt_split {
    double gain;       /* of the cut over the uncut leaf; -infinity: none found */
    size_t used;       /* column, as the bins count them */
    size_t feature;    /* column of the fit */
    size_t bin;        /* the last one of the left side */
    bool default_left; /* where missing values go */
    double left_g, left_h, right_g, right_h;
    double left_value, right_value;
};

#define TR_GBDT_NO_SPLIT ((struct tr_gbdt_split){.gain = -(double)INFINITY})

/* What must be known of the leaf, from the sums of its gradients and its hessians. */
struct tr_gbdt_scan tr_gbdt_scan_of(const struct tr_gbdt_params *params, double g, double h, size_t rows);

struct tr_gbdt_split_search {
    const struct tr_gbdt_scanner *scanner;
    const struct tr_gbdt_params *params;
    const struct tr_gbdt_binned *binned;
};

/* Looks at the columns of one group. cells [bins of the group]: unchanged afterwards, though written to. open
 * [TR_GBDT_LANES]: columns to look at; becomes false for those no cut of which gains anything, which LightGBM does not
 * look at again further down. allowed [TR_GBDT_LANES]: those that may be the answer; NULL = all. */
void tr_gbdt_split_search(const struct tr_gbdt_split_search *search, const struct tr_gbdt_scan *leaf, size_t group,
                          double *cells, bool *open, const bool *allowed, struct tr_gbdt_split *best);

#endif
