/* The inner loop of split finding: eight histograms walked side by side from one end to the other, in variants by
 * instruction set. Every variant adds and divides in the same order, so all agree to the bit.
 *
 * A histogram cell is the pair (sum of gradients, sum of hessians); the cells of eight columns stand side by side:
 * cells [bins][TR_GBDT_LANES][2]. Rows of a bin are not counted but told from its hessians, as LightGBM does:
 * round(h * rows / sum_h). */
#ifndef TR_GBDT_SCAN_H
#define TR_GBDT_SCAN_H

#include "engine/model/gbdt/binned.h"

struct tr_gbdt_scan {
    double g, h;             /* sums of the leaf; h with LightGBM's 2 epsilon on top */
    double rows;             /* of the leaf */
    double rows_by_h;        /* rows / h */
    double min_rows;         /* a side must have */
    double min_h;            /* a side must have */
    double l1, l2, max_step; /* max_step 0 = none */
};

/* A lane's best cut so far. A cut counts only if its gain is above the one that stands here before. */
struct tr_gbdt_lanes {
    double gain[TR_GBDT_LANES];                /* of both sides together; +infinity: do not look at this lane */
    double bin[TR_GBDT_LANES];                 /* the last bin of the left side */
    double g[TR_GBDT_LANES], h[TR_GBDT_LANES]; /* sums of the side walked over; h with one epsilon */
};

/* Down: from the highest bin, the walked side is the right one; cuts after bins - 2 .. 0. Up: from bin 0, the left one;
 * cuts after 0 .. last [lane]. */
typedef void (*tr_gbdt_down_fn)(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells,
                                struct tr_gbdt_lanes *best);
typedef void (*tr_gbdt_up_fn)(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, const double *last,
                              struct tr_gbdt_lanes *best);

/* A look without divisions, for leaves without l1 and max_step: high [lane] is at least the gain of the lane's best cut
 * on the way down and at most TR_GBDT_PEEK times that; -infinity where no cut is allowed. What it cannot tell is
 * scanned exactly, so that it changes no result. */
#define TR_GBDT_PEEK (1.0 + 0x1p-12)
typedef void (*tr_gbdt_peek_fn)(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, double *high);

struct tr_gbdt_scanner {
    const char *name;
    tr_gbdt_down_fn down;
    tr_gbdt_up_fn up;
    tr_gbdt_peek_fn peek;   /* NULL where it would gain nothing */
    int (*supported)(void); /* by this CPU */
};

/* Fastest first; the last is the plain one, which every CPU runs. */
extern const struct tr_gbdt_scanner tr_gbdt_scanners[];
extern const size_t tr_gbdt_scanner_count;
const struct tr_gbdt_scanner *tr_gbdt_scanner_best(void);

void tr_gbdt_down_plain(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, struct tr_gbdt_lanes *best);
void tr_gbdt_up_plain(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, const double *last,
                      struct tr_gbdt_lanes *best);
void tr_gbdt_down_avx2(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, struct tr_gbdt_lanes *best);
void tr_gbdt_up_avx2(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, const double *last,
                     struct tr_gbdt_lanes *best);
void tr_gbdt_down_avx512(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, struct tr_gbdt_lanes *best);
void tr_gbdt_up_avx512(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, const double *last,
                       struct tr_gbdt_lanes *best);

void tr_gbdt_peek_avx512(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, double *high);

/* The way down of one lane alone, with the same bits; without l1 and max_step. */
void tr_gbdt_down_lane(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, size_t lane,
                       struct tr_gbdt_lanes *best);

/* T(G)^2 / (H + l2) with T(G) = sign(G) max(0, |G| - l1), or the loss that a clipped leaf value leaves. */
double tr_gbdt_leaf_gain(const struct tr_gbdt_scan *leaf, double g, double h);
/* -T(G) / (H + l2), clipped to max_step; 0 where it is not a number that a leaf may have. */
double tr_gbdt_leaf_value(const struct tr_gbdt_scan *leaf, double g, double h);

#endif
