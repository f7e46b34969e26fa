/* How one head did out of sample: per fold and over all folds, with intervals on effective counts. */
#ifndef TR_USECASE_FOLD_SCORE_H
#define TR_USECASE_FOLD_SCORE_H

#include "app/usecase/replay.h"
#include "engine/score/auc.h"
#include "engine/score/classify.h"

/* One head over one fold's test rows, or over all of them. The event is TP1 before the stop within the ladder's
 * horizon. NaN where undefined. */
struct tr_head_score {
    size_t rows; /* test rows with an outcome */
    double n, k; /* effective */
    double base_rate;
    struct tr_interval base_interval;
    struct tr_auc_estimate auc; /* of the rank for the event */
    /* Gross gain in ATR per unit of rank: the mean of (rank - 1/2) * gain over the mean square of (rank - 1/2). Nothing
     * is centred, so that on a fair game its expectation is 0 whatever the volatility does. Where a model's ranks do
     * not average 1/2 and the mean gain is not 0, a little of the mean gain enters. */
    double gain_slope;
    struct tr_interval gain_interval; /* of gain_slope: two-sided 90 %, moving blocks */
    double label_auc;                 /* of the score for the model's own label */
    double log_loss, base_log_loss;   /* of p, and of always saying the base rate known at the time */
    double brier;
    double calibration_error;
    size_t top_rows; /* rows in the top fifth of ranks (rank >= 0.8) */
    double top_n, top_k, top_rate;
    struct tr_interval top_interval;
    size_t signals, signals_closed, signals_tp1;
};

struct tr_fold_score_input {
    const struct tr_study *study;
    const struct tr_recipe *recipe;
    const struct tr_walk *walk;
    const struct tr_replay *replay;
    enum tr_side side;
};

/* An edge is claimed where the rank tells the event (AUC above 0.5 at the one-sided 5 % level) and the gross gain too
 * (gain_slope above 0 at the one-sided 5 % level). The first alone can be had from volatility that is predictable: it
 * moves the event's rate, but no money. */
bool tr_head_score_claims_edge(const struct tr_head_score *score);

/* fold [walk->n_folds] and total receive the scores; reliability the table over all folds. */
enum tr_status tr_fold_score(const struct tr_fold_score_input *input, struct tr_head_score *fold,
                             struct tr_head_score *total, struct tr_reliability *reliability,
                             struct tr_error *err) TR_MUST_CHECK;

#endif
