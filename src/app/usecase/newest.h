/* The decision on the newest bar: a model on the newest window, calibrated by the newest matured rows. */
#ifndef TR_USECASE_NEWEST_H
#define TR_USECASE_NEWEST_H

#include "app/usecase/explain.h"
#include "app/usecase/walkforward.h"

struct tr_newest {
    struct tr_fold fold;                /* the window of the deciding model */
    struct tr_walk walk;                /* its single fold, with the models */
    tr_time_ms time;                    /* open stamp of the newest bar */
    bool from_reference[TR_SIDE_COUNT]; /* calibrated on the model's own reference part */
    bool calibrated[TR_SIDE_COUNT];
    struct tr_calibration_facts calibration[TR_SIDE_COUNT];
    enum tr_outcome_set set[TR_SIDE_COUNT]; /* of the score at the newest bar */
    struct tr_decision decision[TR_SIDE_COUNT];
    struct tr_explanation explanation[TR_SIDE_COUNT]; /* of the score at the newest bar */
    bool side[TR_SIDE_COUNT];                         /* that was run */
    int signal;                                       /* side of the signal, -1 = none */
};

/* wf may hold no folds. active [TR_SIDE_COUNT]: a signal of that side that was issued earlier is still open; it blocks
 * as one of the replay does. Finish with tr_newest_finish, also after an error. */
enum tr_status tr_newest_decide(const struct tr_study *study, const struct tr_recipe *recipe,
                                const struct tr_walkforward *wf, const bool active[TR_SIDE_COUNT],
                                const struct tr_world *world, struct tr_newest *out,
                                struct tr_error *err) TR_MUST_CHECK;
void tr_newest_finish(struct tr_newest *newest);

/* Why this side gives no signal: the gate's words, or what kept its model from being trained. */
void tr_newest_side_reason(const struct tr_newest *newest, enum tr_side side, char *out, size_t size);
/* Why there is no signal, one line over the sides that were run; "" where there is one. */
void tr_newest_reason(const struct tr_newest *newest, char *out, size_t size);

#endif
