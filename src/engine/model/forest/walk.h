/* The walk from root to leaf, node after node: for forests of any shape and size. What fits takes the packed form
 * (pack.h), which is many times faster. */
#ifndef TR_FOREST_WALK_H
#define TR_FOREST_WALK_H

#include "engine/model/forest/forest.h"

struct tr_walk; /* read-only once made */

enum tr_status tr_walk_create(const struct tr_forest *forest, struct tr_walk **out, struct tr_error *err) TR_MUST_CHECK;
void tr_walk_destroy(struct tr_walk *walk);

/* The value of the leaf that x [features] falls into. */
double tr_walk_leaf(const struct tr_walk *walk, size_t tree, const double *x);

#endif
