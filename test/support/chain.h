/* The whole chain on a small made-up market with a model that needs no library: for tests of what stands above it. */
#ifndef TEST_SUPPORT_CHAIN_H
#define TEST_SUPPORT_CHAIN_H

#include "app/usecase/run.h"

/* A model without training: the score is a smooth function of its first input. Deterministic, and without any edge. */
extern const struct tr_model_impl test_model_plain;

/* Short windows and the plain model: train 20 days, test 10, advance 10. */
void test_chain_recipe(struct tr_recipe *recipe);

/* Hourly bars of a random walk, lively enough for the profit filter. list: initialised here; finish it. */
void test_chain_market(size_t n, uint64_t seed, struct tr_bar_list *list);

struct test_chain {
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_series_key key;
    struct tr_run run;
};

/* The recipe over n bars of the market, nothing stored. Finish with test_chain_finish. */
void test_chain_run(const struct tr_recipe *recipe, size_t n, struct test_chain *out);
void test_chain_finish(struct test_chain *chain);

#endif
