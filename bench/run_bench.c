/* The main job on one year of hourly bars: features, labels, walk-forward fits of both heads, calibration, replay,
 * backtest, newest decision. Both sides, all folds, two threads and one. */
#include "app/usecase/run.h"
#include "base/pool.h"
#include "engine/model/lightgbm.h"
#include "engine/simulate/market.h"

#include <stdio.h>
#include <time.h>

#define BARS ((size_t)8760)

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static enum tr_status run(const struct tr_bars *bars, size_t threads, struct tr_error *err)
{
    struct tr_series_key key = {"synthetic", "BENCH/USDT:USDT", TR_TIMEFRAME_1H};
    struct tr_recipe recipe;
    struct tr_pool *pool = NULL;
    struct tr_run result = {0};
    double began;
    enum tr_status status;

    tr_recipe_defaults(&recipe);
    status = tr_recipe_add_lightgbm(&recipe, &tr_model_lightgbm, NULL, NULL, 0, 200, err);
    if (status == TR_OK)
        status = tr_recipe_add_xgboost(&recipe, NULL, 0, 200, err);
    if (status == TR_OK)
        status = tr_pool_create(threads, &pool, err);
    began = seconds();
    if (status == TR_OK)
        status = tr_run_series(&key, bars, &recipe, &(struct tr_world){.pool = pool}, &result, err);
    if (status == TR_OK)
        printf("%zu bars, %zu folds, %zu thread%s: %.2f s\n", bars->n, result.wf.n_folds, threads,
               threads == 1 ? "" : "s", seconds() - began);
    tr_run_finish(&result);
    tr_pool_destroy(pool);
    return status;
}

int main(void)
{
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list list;
    struct tr_error err = {0};
    struct tr_bars bars;
    enum tr_status status;

    options.timeframe = TR_TIMEFRAME_1H;
    options.n = BARS;
    tr_bar_list_init(&list, options.timeframe);
    status = tr_simulate_market(&options, &list, &err);
    bars = tr_bar_list_view(&list);
    for (size_t threads = 2; threads >= 1 && status == TR_OK; threads--)
        status = run(&bars, threads, &err);
    tr_bar_list_finish(&list);
    if (status != TR_OK)
        fprintf(stderr, "run_bench: %s\n", err.text);
    return status != TR_OK;
}
