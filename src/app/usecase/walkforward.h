/* Walk-forward validation of one series: plan, fits, replay, scores with intervals, and the trades of its signals. */
#ifndef TR_USECASE_WALKFORWARD_H
#define TR_USECASE_WALKFORWARD_H

#include "app/usecase/fold_score.h"
#include "app/usecase/member_score.h"
#include "app/usecase/replay.h"
#include "app/usecase/world.h"

struct tr_walkforward {
    int64_t gap_ms, purge_ms, train_ms;
    bool gap_lengthened;   /* beyond purge_days + embargo_days */
    bool train_lengthened; /* beyond train_days */
    size_t n_folds;
    struct tr_fold *folds;                      /* [n_folds]; owned */
    struct tr_head_score *score[TR_SIDE_COUNT]; /* [n_folds]; owned */
    struct tr_head_score total[TR_SIDE_COUNT];
    size_t members; /* of the ensemble, and the ensemble itself */
    struct tr_member_score member[TR_SIDE_COUNT][TR_MEMBER_SCORES];
    bool claims_edge[TR_SIDE_COUNT];                  /* tr_head_score_claims_edge of the total */
    struct tr_reliability reliability[TR_SIDE_COUNT]; /* of p against the event, all folds */
    struct tr_walk walk;
    struct tr_replay replay;
    struct tr_trade *trades; /* [backtest.taken]; owned */
    struct tr_sequence_summary backtest, backtest_proven;
};

/* The three steps of tr_walkforward_run. plan: windows and folds into out, which it initialises; fit: the walk; judge:
 * replay, scores, trades of the walk. plan_of as in struct tr_walk_input, or NULL for the recipe's ensemble everywhere.
 * Finish with tr_walkforward_finish, also after an error. */
enum tr_status tr_walkforward_plan(const struct tr_study *study, const struct tr_recipe *recipe,
                                   struct tr_walkforward *out, struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_walkforward_fit(const struct tr_study *study, const struct tr_recipe *recipe,
                                  const struct tr_ensemble_plan *const *plan_of, const struct tr_world *world,
                                  struct tr_walkforward *out, struct tr_error *err) TR_MUST_CHECK;
enum tr_status tr_walkforward_judge(const struct tr_study *study, const struct tr_recipe *recipe,
                                    const struct tr_world *world, struct tr_walkforward *out,
                                    struct tr_error *err) TR_MUST_CHECK;

/* A series too short for a single fold gives n_folds 0: a value, not an error. Finish with tr_walkforward_finish, also
 * after an error. With a store in the world, fits of an earlier run that was stopped are taken from it. */
enum tr_status tr_walkforward_run(const struct tr_study *study, const struct tr_recipe *recipe,
                                  const struct tr_world *world, struct tr_walkforward *out,
                                  struct tr_error *err) TR_MUST_CHECK;
void tr_walkforward_finish(struct tr_walkforward *wf);

#endif
