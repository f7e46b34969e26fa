/* Every out-of-sample bar decided again as it would have been live: rolling calibration, gate, duplicates, and what the
 * signals came to. */
#ifndef TR_USECASE_REPLAY_H
#define TR_USECASE_REPLAY_H

#include "app/usecase/coverage.h"
#include "app/usecase/study.h"
#include "engine/backtest/sequence.h"
#include "engine/signal/funnel.h"

struct tr_replay_signal {
    size_t row;
    struct tr_signal signal;
    struct tr_outcome outcome; /* reason TR_EXIT_OPEN while unfinished */
};

struct tr_replay {
    double *confidence[TR_SIDE_COUNT]; /* [n_bars] calibrated p, NaN where undecided; owned */
    double *base_rate[TR_SIDE_COUNT];  /* [n_bars] the base rate known at that bar, NaN likewise; owned */
    struct tr_funnel funnel;
    struct tr_replay_signal *signals; /* ascending by row; owned */
    size_t n_signals;
    size_t calibrations;                        /* how often the calibration was renewed */
    struct tr_coverage coverage[TR_SIDE_COUNT]; /* all 0 where conformal sets are off */
    size_t calibrations_proven[TR_SIDE_COUNT], calibrations_by_side[TR_SIDE_COUNT];
};

/* Finish with tr_replay_finish, also after an error. */
enum tr_status tr_replay_run(const struct tr_study *study, const struct tr_recipe *recipe, const struct tr_walk *walk,
                             const struct tr_progress *progress, struct tr_replay *out,
                             struct tr_error *err) TR_MUST_CHECK;
void tr_replay_finish(struct tr_replay *replay);

/* What a calibration knows about a score: the evidence of one candidate. interval: with the bootstrap interval of the
 * expected value. calibration may be NULL: nothing is known but score and rank. */
enum tr_status tr_replay_evidence(const struct tr_calibration *calibration, double score, double rank, bool interval,
                                  struct tr_evidence *out, struct tr_error *err) TR_MUST_CHECK;

/* One side's candidate at a row of the study. */
struct tr_candidate tr_replay_candidate(const struct tr_study *study, const struct tr_recipe *recipe, size_t row,
                                        enum tr_side side, const struct tr_evidence *evidence, bool has_model);

#endif
