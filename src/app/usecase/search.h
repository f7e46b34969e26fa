/* Parameter search nested in the walk-forward folds. In each fold every configuration is fitted on the older part of
 * the fit window and judged by its log loss on the newer part, one purge apart; the best one is then fitted on the
 * whole fit window and tested on the fold's test block, which no part of the choice has seen. Each configuration's own
 * test results enter the trial ledger and the probability of backtest overfitting; the nested result is a trial too.
 * Source: nested cross-validation, Varma and Simon (2006); successive halving, Jamieson and Talwalkar (2016). */
#ifndef TR_USECASE_SEARCH_H
#define TR_USECASE_SEARCH_H

#include "app/usecase/luck.h"
#include "app/usecase/search_space.h"
#include "app/usecase/walkforward.h"
#include "base/hash.h"
#include "engine/score/pbo.h"

enum tr_search_method {
    TR_SEARCH_GRID,   /* every configuration with all its rounds */
    TR_SEARCH_HALVING /* all with few rounds, the better third with three times as many, and so on */
};

struct tr_search_options {
    enum tr_search_method method;
    struct tr_search_space space;
    double tail_share; /* newest part of the fit window that judges: 0.2 */
};

struct tr_search_candidate {
    char label[TR_SEARCH_LABEL];
    char config[TR_HASH_TEXT]; /* of the recipe with all its rounds */
    size_t fits;               /* in which it was judged (folds and sides) */
    double loss;               /* mean log loss over them, each at its last rung */
    size_t chosen;             /* in how many it was the best */
    size_t days;
    double sharpe; /* per day, of its own test results */
};

struct tr_search {
    enum tr_search_method method;
    size_t rungs;
    size_t n;
    struct tr_search_candidate *candidate; /* [n]; owned */
    size_t *choice[TR_SIDE_COUNT];         /* [n_folds] candidate chosen; n = none could be judged; owned */
    struct tr_walkforward wf;              /* the nested result */
    struct tr_luck luck;                   /* of the nested result; deflated by all trials of the series */
    char config[TR_HASH_TEXT];             /* the nested trial's name */
    size_t resumed;                        /* fits that an earlier search had finished */
    struct tr_pbo pbo;                     /* over the configurations' daily returns; NaN for fewer than two */
};

/* With a store in the world the search resumes where an earlier one of the same kind was stopped, and every trial is in
 * the ledger. Finish with tr_search_finish, also after an error. */
enum tr_status tr_search_run(const struct tr_study *study, const struct tr_recipe *recipe,
                             const struct tr_search_options *options, const struct tr_series_key *series,
                             const struct tr_world *world, struct tr_search *out, struct tr_error *err) TR_MUST_CHECK;
void tr_search_finish(struct tr_search *search);

#endif
