/* Boosted trees as plain arrays: what the files of both libraries hold, what both trainers give, what everything reads
 * (predictor, writers, explanations, importance). Shapes are checked once, by whoever makes a forest from outside data
 * (tr_forest_check); after that every walk ends. */
#ifndef TR_FOREST_FOREST_H
#define TR_FOREST_FOREST_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose rules decide a node and add up a margin. */
enum tr_forest_kind {
    TR_FOREST_LIGHTGBM, /* double: x <= threshold goes left; sums in double, tree after tree from 0 */
    TR_FOREST_XGBOOST   /* float: (float)x < threshold goes left; sums in float, from the base margin */
};

/* How margins become what is shown. */
enum tr_forest_link {
    TR_LINK_IDENTITY,
    TR_LINK_LOGISTIC, /* 1 / (1 + exp(-sigmoid * margin)) */
    TR_LINK_SOFTMAX
};

/* Flags of an inner node. Without a missing type (LightGBM only) NaN counts as 0. */
#define TR_NODE_DEFAULT_LEFT 1u /* where a missing value goes */
#define TR_NODE_MISSING_ZERO 2u /* |x| <= 1e-35 (as a float) and NaN are missing */
#define TR_NODE_MISSING_NAN 4u  /* NaN is missing; every node of XGBoost */

/* inner = leaves - 1. Children: >= 0 an inner node, negative ~leaf (-1 = leaf 0). Node 0 is the root and every child
 * number is larger than its parent's, so that a walk cannot run in circles. */
struct tr_tree {
    size_t leaves;         /* >= 1 */
    int32_t *feature;      /* [inner] */
    uint8_t *flags;        /* [inner] TR_NODE_... */
    double *threshold;     /* [inner]; XGBoost's are floats */
    int32_t *left, *right; /* [inner] */
    double *gain;          /* [inner] of the split */
    double *inner_value;   /* [inner] what the node would answer as a leaf */
    double *inner_weight;  /* [inner] sum of hessians; 0 where the file does not say */
    double *inner_count;   /* [inner] rows; 0 likewise */
    double *leaf_value;    /* [leaves], the learning rate applied */
    double *leaf_weight;   /* [leaves] */
    double *leaf_count;    /* [leaves] */
    double shrinkage;      /* for the file only */
    void *memory;          /* the block behind the arrays */
};

struct tr_forest {
    enum tr_forest_kind kind;
    enum tr_forest_link link;
    double sigmoid;       /* of the logistic link: 1 */
    size_t classes;       /* margins a row: 1, or K of a softmax; tree i belongs to class i mod classes */
    double base_score;    /* XGBoost: as the file gives it (a probability for the logistic link); LightGBM: 0 */
    size_t features;      /* columns a row must have */
    char **feature_name;  /* [features], no blanks inside; or NULL */
    char **feature_info;  /* [features] LightGBM's "[min:max]" or "none"; or NULL */
    size_t n, capacity;   /* trees; n is a multiple of classes */
    struct tr_tree *tree; /* [n] */
    char *parameters;     /* LightGBM: the lines between "parameters:" and "end of parameters"; or NULL */
};

/* Empty: kind as given, one class, logistic link, sigmoid 1. Finish with tr_forest_finish, also after an error. */
void tr_forest_init(struct tr_forest *forest, enum tr_forest_kind kind);
void tr_forest_finish(struct tr_forest *forest);

/* A tree of so many leaves (<= 2^24), all arrays zero, shrinkage 1, to be filled by the caller. */
enum tr_status tr_tree_init(struct tr_tree *tree, size_t leaves, struct tr_error *err) TR_MUST_CHECK;
void tr_tree_finish(struct tr_tree *tree);
/* Takes the tree over (also on error). */
enum tr_status tr_forest_add(struct tr_forest *forest, struct tr_tree *tree, struct tr_error *err) TR_MUST_CHECK;
/* Copies names [features]; blanks and control characters become '_'. forest->features must be set. */
enum tr_status tr_forest_name(struct tr_forest *forest, const char *const *names, struct tr_error *err) TR_MUST_CHECK;

/* Every rule above, and finite thresholds (infinite ones are allowed, NaN is not) and leaf values: TR_CORRUPT names
 * tree and node. */
enum tr_status tr_forest_check(const struct tr_forest *forest, struct tr_error *err) TR_MUST_CHECK;

/* Importance: gain [features] = sum of the gains of the splits on each feature, splits [features] their number; either
 * may be NULL. */
void tr_forest_importance(const struct tr_forest *forest, double *gain, double *splits);

#endif
