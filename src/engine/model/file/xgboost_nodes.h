/* The nodes of one tree as XGBoost's files list them, and their way to a tree of ours and back.
 * There every node, leaf or not, has a number; a deleted one keeps its place but nobody points to it. Ours are numbered
 * level by level from the root, inner nodes and leaves each by themselves. */
#ifndef TR_FILE_XGBOOST_NODES_H
#define TR_FILE_XGBOOST_NODES_H

#include "engine/model/forest/forest.h"

/* XGBoost's parent of the root. */
#define TR_XGBOOST_NO_PARENT INT32_MAX

struct tr_xgboost_nodes {
    size_t n;
    int32_t *left, *right, *parent; /* [n]; children of a leaf: -1 */
    int32_t *feature;               /* [n] 0 for a leaf */
    uint8_t *default_left;          /* [n] */
    float *condition;               /* [n] of a leaf its value */
    float *weight, *gain, *hessian; /* [n] */
    void *memory;                   /* the block behind the arrays */
};

/* n >= 1; all zero. Finish with tr_xgboost_nodes_finish. */
enum tr_status tr_xgboost_nodes_init(struct tr_xgboost_nodes *nodes, size_t n, struct tr_error *err) TR_MUST_CHECK;
void tr_xgboost_nodes_finish(struct tr_xgboost_nodes *nodes);

/* out: initialised on success. TR_CORRUPT where links run in circles or out of range, a parent is another one than the
 * links say, or not exactly `deleted` nodes are left over. Features and values are not looked at. */
enum tr_status tr_xgboost_nodes_to_tree(const struct tr_xgboost_nodes *nodes, size_t deleted, struct tr_tree *out,
                                        struct tr_error *err) TR_MUST_CHECK;
/* out: initialised on success. */
enum tr_status tr_xgboost_nodes_from_tree(const struct tr_tree *tree, struct tr_xgboost_nodes *out,
                                          struct tr_error *err) TR_MUST_CHECK;

#endif
