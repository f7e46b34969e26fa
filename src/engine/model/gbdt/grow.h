/* One tree, leaf by leaf: the leaf whose best cut gains most is split next, until there are num_leaves or nothing
 * gains. Only the smaller child's histograms are built; the larger one's are the parent's minus those. */
#ifndef TR_GBDT_GROW_H
#define TR_GBDT_GROW_H

#include "base/rng.h"
#include "engine/model/gbdt/split.h"

struct tr_gbdt_grower;

/* Histograms of leaves that may still be split are kept up to so many bytes; beyond it they are built again. */
#define TR_GBDT_POOL_BYTES ((size_t)512 << 20)

/* Everything borrowed; all memory that growing needs is taken here or with the first trees, except the trees' own.
 * scanner NULL = the best one for this CPU. Destroy with tr_gbdt_grower_destroy. */
enum tr_status tr_gbdt_grower_create(const struct tr_gbdt_binned *binned, const struct tr_gbdt_params *params,
                                     const struct tr_gbdt_scanner *scanner, size_t pool_bytes,
                                     struct tr_gbdt_grower **out, struct tr_error *err) TR_MUST_CHECK;
void tr_gbdt_grower_destroy(struct tr_gbdt_grower *grower);

/* gradient [rows][2]; row [n] ascending: those to fit on. open [binned->used]: columns to use. rng: for
 * feature_fraction_bynode. out: not initialised before; values without learning rate; one leaf where nothing gains. */
enum tr_status tr_gbdt_grow(struct tr_gbdt_grower *grower, const float *gradient, size_t n, const uint32_t *row,
                            const bool *open, struct tr_rng *rng, struct tr_tree *out,
                            struct tr_error *err) TR_MUST_CHECK;

/* Of the tree grown last: score of each row it was fitted on += value [leaf]. */
void tr_gbdt_grown_add(const struct tr_gbdt_grower *grower, const double *value, double *score);
/* The same for rows elsewhere in the same bins: column [used * stride], row [n] (NULL = 0 .. n - 1). */
void tr_gbdt_grown_walk(const struct tr_gbdt_grower *grower, const struct tr_tree *tree, const uint8_t *column,
                        size_t stride, size_t n, const uint32_t *row, double *score);

#endif
