/* What is minimised: log loss of a yes/no event or of one class out of several, as LightGBM 4 defines both. Gradients
 * are floats, everything else doubles; exponentials are our own, which give the same bits on every machine. */
#ifndef TR_GBDT_OBJECTIVE_H
#define TR_GBDT_OBJECTIVE_H

#include "base/error.h"
#include "engine/model/gbdt/params.h"
#include "engine/model/gbdt/train.h"

/* LightGBM's kEpsilon, a float. */
#define TR_GBDT_EPSILON ((double)1e-15F)

struct tr_gbdt_target {
    size_t n, classes;      /* classes: margins a row, 1 of a binary target */
    double sigmoid;         /* binary */
    double class_weight[2]; /* binary: of label 0 and 1 */
    double *side;           /* [n] binary: the sigmoid, negative where the label is 0 */
    double *factor;         /* [n] binary: weight of the row and its class */
    uint16_t *label;        /* [n] */
    float *weight;          /* [n], or NULL */
    double *scratch;        /* [classes] */
};

/* Checks labels and weights (TR_INVALID). Finish with tr_gbdt_target_finish, also after an error. */
enum tr_status tr_gbdt_target_init(struct tr_gbdt_target *out, const struct tr_gbdt_params *params,
                                   const struct tr_gbdt_rows *rows, struct tr_error *err) TR_MUST_CHECK;
void tr_gbdt_target_finish(struct tr_gbdt_target *target);

/* The margin of a class that fits all rows best. */
double tr_gbdt_target_average(const struct tr_gbdt_target *target, size_t class);
/* Whether trees can better that margin: not where all rows agree. */
bool tr_gbdt_target_open(const struct tr_gbdt_target *target, size_t class);

/* score [classes * n], class after class -> gradient [classes * n][2]: slope and curvature of each row's loss. */
void tr_gbdt_target_gradients(const struct tr_gbdt_target *target, const double *score, float *gradient);

/* The inner loop of a binary target, in variants by instruction set: with r = -side / (1 + exp(side * score)),
 * gradient [n][2] = r * factor, |r| (sigmoid - |r|) * factor. All variants agree to the bit. */
#define TR_GBDT_SLOPES_ARGUMENTS                                                                                       \
    size_t n, double sigmoid, const double *restrict side, const double *restrict factor,                              \
        const double *restrict score, float *restrict gradient
void tr_gbdt_slopes_plain(TR_GBDT_SLOPES_ARGUMENTS);
void tr_gbdt_slopes_avx2(TR_GBDT_SLOPES_ARGUMENTS);
void tr_gbdt_slopes_avx512(TR_GBDT_SLOPES_ARGUMENTS);

/* Weighted mean log loss. */
double tr_gbdt_target_loss(const struct tr_gbdt_target *target, const double *score);

#endif
