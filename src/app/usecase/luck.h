/* How much of a walk-forward result may be luck: the daily returns of its trades, the probabilistic Sharpe ratio, and
 * the same deflated by how many configurations were tried on this series.
 * Source: Bailey and Lopez de Prado (2012, 2014); the trial ledger of specification 7. */
#ifndef TR_USECASE_LUCK_H
#define TR_USECASE_LUCK_H

#include "app/usecase/walkforward.h"
#include "engine/score/sharpe.h"

struct tr_luck {
    size_t days;             /* UTC days from the first test block's start to its last one's end, or the last bar */
    double *daily;           /* [days] return of the account, all of it in every trade at 1x, booked on the day a trade
                                ends; 0 on days without; owned */
    struct tr_sharpe sharpe; /* per day */
    double psr;              /* probability that the true ratio is above 0 */
    double min_days;         /* days until that is shown at the one-sided 5 % level; infinite for a ratio <= 0 */
    bool counted;            /* the ledger was there to ask */
    size_t trials;           /* distinct configurations evaluated on this series, this one among them */
    double trial_variance;   /* of their daily ratios over 15 days or more; 0 for one trial; NaN, as the next two, where
                                of several fewer than two have one */
    double expected_max;     /* SR0: what the best of so many without skill would show */
    double deflated;         /* probability that the true ratio is above that */
};

/* Daily returns and what they alone say. Without folds: days 0, all NaN. Finish with tr_luck_finish, also after an
 * error. */
enum tr_status tr_luck_measure(const struct tr_walkforward *wf, const struct tr_bars *bars, struct tr_luck *out,
                               struct tr_error *err) TR_MUST_CHECK;
/* Enters the configuration into the ledger of the series (a record of more days that is there stays) and fills what
 * depends on all trials. config: its name by content. */
enum tr_status tr_luck_enter(struct tr_luck *luck, struct tr_store *store, const struct tr_series_key *series,
                             const char *config, const char *label, tr_time_ms now, struct tr_error *err) TR_MUST_CHECK;
/* A configuration that was judged out of sample without trades: it counts, and what is known of its days stays. */
enum tr_status tr_luck_count(struct tr_store *store, const struct tr_series_key *series, const char *config,
                             const char *label, tr_time_ms now, struct tr_error *err) TR_MUST_CHECK;
void tr_luck_finish(struct tr_luck *luck);

#endif
