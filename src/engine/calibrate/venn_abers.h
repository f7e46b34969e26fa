/* Inductive Venn-Abers: two isotonic fits per query, exactly, after one pass over the calibration rows.
 * Source: Vovk, Petej, Fedorova, "Large-scale probabilistic predictors with and without guarantees of validity" (2015).
 */
#ifndef TR_CALIBRATE_VENN_ABERS_H
#define TR_CALIBRATE_VENN_ABERS_H

#include "base/error.h"

#include <stddef.h>

struct tr_venn_abers; /* read-only once made: may be queried from several threads */

struct tr_venn_abers_value {
    double p0, p1; /* isotonic value at the score with the object labelled 0, and 1 */
    double p;      /* p1 / (1 - p0 + p1) */
};

/* score [n], y [n] in {0, 1}, any order; n >= 1 (else TR_INVALID). Destroy with tr_venn_abers_destroy. */
enum tr_status tr_venn_abers_create(size_t n, const double *score, const double *y, struct tr_venn_abers **out,
                                    struct tr_error *err) TR_MUST_CHECK;
void tr_venn_abers_destroy(struct tr_venn_abers *va);
/* A score equal to a calibration score pools with it. Cost: O(log n). */
struct tr_venn_abers_value tr_venn_abers_at(const struct tr_venn_abers *va, double score);

#endif
