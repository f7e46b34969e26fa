/* Everything that decides what the chain computes from given bars: plain options, no configuration, no files. */
#ifndef TR_USECASE_RECIPE_H
#define TR_USECASE_RECIPE_H

#include "engine/label/barrier.h"
#include "engine/label/target.h"
#include "engine/market/funding.h"
#include "engine/model/ensemble.h"
#include "engine/signal/gate.h"
#include "engine/validate/plan.h"
#include "engine/validate/rolling.h"

#define TR_RECIPE_PARAMS 64
#define TR_RECIPE_REGIMES 4 /* of volatility: 0, 1, 2 as the input vol_regime has them, 3 where it is unknown */

struct tr_recipe {
    enum tr_label_kind label_kind;
    struct tr_barrier_options barrier;
    struct tr_gate_options gate; /* holds ladder, costs and sizes */
    struct tr_plan_options plan; /* bar_ms and label_bars are set by tr_recipe_fit_to */
    bool folds;                  /* false: no walk-forward, only the newest model */
    size_t max_folds;            /* 0 = all, else the newest so many */
    struct tr_rolling_options rolling;
    struct tr_ensemble_plan ensemble;
    const char *trainer; /* names what stands behind the members that have a context, to the build; borrowed. NULL:
                            "library". Members without a context are grown by our own trainers, whatever this says */
    struct tr_param param[TR_RECIPE_PARAMS]; /* what the ensemble's members point to */
    size_t params;
    struct tr_tail tail;      /* share 0: nothing is held back; purge_ms is set by tr_recipe_fit_to */
    bool side[TR_SIDE_COUNT]; /* which heads are run */
    double min_share;         /* of values a recorded column needs to enter a fit */
    size_t min_fit_rows;
    struct tr_funding funding; /* borrowed columns; none = the default rate */
    struct tr_bars fine;       /* 1m or 5m bars of the same market, borrowed; n = 0: none */
    struct tr_market_limits limits;
    bool importance; /* what shuffling each input costs the newest model is measured */
    uint64_t seed;
};

void tr_recipe_defaults(struct tr_recipe *recipe);
/* Adapts the plan to a timeframe: bar length, label horizon in bars, ladder horizon. */
void tr_recipe_fit_to(struct tr_recipe *recipe, enum tr_timeframe timeframe);
/* Copies a struct whose ensemble points into its own param list. */
void tr_recipe_copy(struct tr_recipe *to, const struct tr_recipe *from);
/* Adds a member; params [n] are copied as pointers (the texts stay borrowed). TR_INVALID when there is no room. */
enum tr_status tr_recipe_add_member(struct tr_recipe *recipe, const struct tr_model_impl *impl,
                                    const struct tr_param *params, size_t n, size_t rounds,
                                    struct tr_error *err) TR_MUST_CHECK;
/* The lightgbm member: the specification's parameters, with overrides [n] replacing those of the same name (by any of
 * LightGBM's aliases) or joining them. impl: &tr_model_lightgbm, or what trains with the library (context is its). */
enum tr_status tr_recipe_add_lightgbm(struct tr_recipe *recipe, const struct tr_model_impl *impl, const void *context,
                                      const struct tr_param *overrides, size_t n, size_t rounds,
                                      struct tr_error *err) TR_MUST_CHECK;
/* The xgboost member likewise. */
enum tr_status tr_recipe_add_xgboost(struct tr_recipe *recipe, const struct tr_param *overrides, size_t n,
                                     size_t rounds, struct tr_error *err) TR_MUST_CHECK;
/* One name of a member's parameter, whichever of the library's aliases is given: two parameters are the same where
 * these are. */
const char *tr_recipe_param_name(const char *member, const char *name);
enum tr_status tr_recipe_check(const struct tr_recipe *recipe, struct tr_error *err) TR_MUST_CHECK;

#endif
