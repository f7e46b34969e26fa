/* What the honesty checks share: a synthetic series taken through the chain. */
#ifndef TEST_HONESTY_MARKET_H
#define TEST_HONESTY_MARKET_H

#include "support/test.h"

#include "app/usecase/run.h"
#include "base/pool.h"
#include "engine/simulate/market.h"

/* A series, its recipe and what the chain made of it. */
struct market {
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_recipe recipe; /* of the last market_run */
    struct tr_run run;
};

/* n hourly bars of the given seed and edge. */
void market_make(struct market *m, uint64_t seed, size_t n, double edge, double volatility);
/* The specification's recipe: both sides, all folds. */
void market_recipe(struct tr_recipe *recipe);
/* Runs the chain without a store; fails the test on an error. */
void market_run(struct market *m, const struct tr_recipe *recipe, struct tr_pool *pool);
void market_free(struct market *m);

#endif
