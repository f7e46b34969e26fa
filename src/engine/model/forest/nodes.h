/* One row through all trees: nodes of four bytes, eight trees at a time, so that the walks' waiting times overlap. */
#ifndef TR_FOREST_NODES_H
#define TR_FOREST_NODES_H

#include "engine/model/forest/code.h"

#define TR_NODES_COLUMNS ((size_t)2048) /* at most */
#define TR_NODES_LEAVES ((size_t)4096)  /* of a tree, at most */

struct tr_nodes; /* read-only once made */

/* code: of this forest, with at most TR_NODES_COLUMNS columns. */
enum tr_status tr_nodes_create(const struct tr_forest *forest, const struct tr_code *code, struct tr_nodes **out,
                               struct tr_error *err) TR_MUST_CHECK;
void tr_nodes_destroy(struct tr_nodes *nodes);

/* Adds the leaves of a row of these codes to margin [classes], in the order of the trees; XGBoost's kind in float.
 * 3 kB of stack. */
void tr_nodes_add(const struct tr_nodes *nodes, const int8_t *codes, double *margin);

#endif
