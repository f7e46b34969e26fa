/* Walk-forward validation of one series: plan, fits, replay, scores with intervals, and the trades of its signals. */
#ifndef TR_USECASE_WALKFORWARD_H
#define TR_USECASE_WALKFORWARD_H

#include "app/usecase/replay.h"
#include "base/pool.h"
#include "engine/score/bootstrap.h"
#include "engine/score/classify.h"

/* One head over one fold's test rows, or over all of them. The event is TP1 before the stop within the ladder's horizon.
 * NaN where undefined. */
struct tr_head_score {
    size_t rows;               /* test rows with an outcome */
    double n, k;               /* effective */
    double base_rate;
    struct tr_interval base_interval;
    struct tr_auc_estimate auc;       /* of the rank for the event */
    double label_auc;                 /* of the score for the model's own label */
    double log_loss, base_log_loss;   /* of p, and of always saying the base rate known at the time */
    double brier;
    double calibration_error;
    size_t top_rows;           /* rows in the top fifth of ranks (rank >= 0.8) */
    double top_n, top_k, top_rate;
    struct tr_interval top_interval;
    size_t signals, signals_closed, signals_tp1;
};

struct tr_fold_report {
    struct tr_fold fold;
    struct tr_head_score head[TR_SIDE_COUNT];
};

struct tr_walkforward {
    int64_t gap_ms, purge_ms, train_ms;
    bool gap_lengthened;   /* beyond purge_days + embargo_days */
    bool train_lengthened; /* beyond train_days */
    size_t n_folds;
    struct tr_fold *folds;          /* owned */
    struct tr_fold_report *report;  /* [n_folds]; owned */
    struct tr_head_score total[TR_SIDE_COUNT];
    bool claims_edge[TR_SIDE_COUNT]; /* AUC above 0.5 at the one-sided 5 % level */
    struct tr_reliability reliability[TR_SIDE_COUNT]; /* of p against the event, all folds */
    struct tr_walk walk;
    struct tr_replay replay;
    struct tr_trade *trades;        /* owned */
    struct tr_sequence_summary backtest, backtest_proven;
};

/* A series too short for a single fold gives n_folds 0: a value, not an error. Finish with tr_walkforward_finish, also
 * after an error. */
enum tr_status tr_walkforward_run(const struct tr_study *study, const struct tr_recipe *recipe, struct tr_pool *pool,
                                  const struct tr_progress *progress, struct tr_walkforward *out,
                                  struct tr_error *err) TR_MUST_CHECK;
void tr_walkforward_finish(struct tr_walkforward *wf);

#endif
