#include "honesty/market.h"

#include "engine/model/lightgbm.h"

#include <string.h>

void market_make(struct market *m, uint64_t seed, size_t n, double edge, double volatility)
{
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_error err;

    memset(m, 0, sizeof *m);
    options.seed = seed;
    options.n = n;
    options.timeframe = TR_TIMEFRAME_1H;
    options.edge = edge;
    options.volatility = volatility;
    tr_bar_list_init(&m->list, options.timeframe);
    assert_ok(tr_simulate_market(&options, &m->list, &err), &err);
    m->bars = tr_bar_list_view(&m->list);
}

void market_recipe(struct tr_recipe *recipe)
{
    struct tr_error err;

    tr_recipe_defaults(recipe);
    assert_ok(tr_recipe_add_lightgbm(recipe, &tr_model_lightgbm, NULL, NULL, 0, 200, &err), &err);
    assert_ok(tr_recipe_add_xgboost(recipe, NULL, 0, 200, &err), &err);
}

void market_run(struct market *m, const struct tr_recipe *recipe, struct tr_pool *pool)
{
    struct tr_series_key key = {"synthetic", "TEST/USDT:USDT", TR_TIMEFRAME_1H};
    struct tr_error err;

    tr_recipe_copy(&m->recipe, recipe);
    assert_ok(tr_run_series(&key, &m->bars, recipe, &(struct tr_world){.pool = pool}, &m->run, &err), &err);
}

void market_free(struct market *m)
{
    tr_run_finish(&m->run);
    tr_bar_list_finish(&m->list);
}
