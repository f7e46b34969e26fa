/* The whole training chain on two years of hourly bars: features, labels, 18 walk-forward folds with both members on
 * one side over the first 45 inputs, ranks, calibration, replay, scores. Wall time on two threads and on one, and the
 * largest memory of the process. Usage: chain_bench [CSV.gz] (hourly, our layout); without a file a synthetic market.
 */
#include "app/usecase/walkforward.h"
#include "engine/model/lightgbm.h"
#include "engine/simulate/market.h"
#include "io/format/bars_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define BARS ((size_t)17520)
#define INPUTS 45

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static enum tr_status load(const char *path, struct tr_bar_list *list, struct tr_error *err)
{
    struct tr_simulate_options market = tr_simulate_defaults();
    struct tr_format_options options = {.path = path, .timeframe_known = true, .timeframe = TR_TIMEFRAME_1H};
    struct tr_format_report report;

    if (path)
        return tr_format_read_bars(&options, list, &report, err);
    market.timeframe = TR_TIMEFRAME_1H;
    market.n = BARS;
    return tr_simulate_market(&market, list, err);
}

static enum tr_status make_recipe(struct tr_recipe *recipe, const char *bins, struct tr_error *err)
{
    const struct tr_param light[] = {{"max_bin", bins}};
    const struct tr_param xgboost[] = {{"max_bin", strcmp(bins, "63") == 0 ? "64" : "256"}};
    enum tr_status status;

    tr_recipe_defaults(recipe);
    recipe->side[TR_SHORT] = false;
    status = tr_recipe_add_lightgbm(recipe, &tr_model_lightgbm, NULL, light, 1, 200, err);
    if (status == TR_OK)
        status = tr_recipe_add_xgboost(recipe, xgboost, 1, 200, err);
    tr_recipe_fit_to(recipe, TR_TIMEFRAME_1H);
    return status;
}

/* What a fit may see: the other inputs have no values. */
static void keep_inputs(struct tr_study *study)
{
    for (size_t j = INPUTS; j < TR_FEATURE_INPUTS; j++) {
        double *column = tr_matrix_column(&study->set.inputs, j);

        for (size_t i = 0; i < study->bars.n; i++)
            column[i] = (double)NAN;
    }
}

static enum tr_status run(const struct tr_bars *bars, const char *bins, size_t threads, struct tr_error *err)
{
    struct tr_recipe recipe;
    struct tr_study study = {0};
    struct tr_walkforward wf = {0};
    struct tr_world world = {0};
    struct rusage use;
    double began = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    enum tr_status status = make_recipe(&recipe, bins, err);

    if (status == TR_OK)
        status = tr_pool_create(threads, &world.pool, err);
    if (status == TR_OK)
        status = tr_study_init(&study, &recipe, bars, err);
    if (status == TR_OK)
        keep_inputs(&study);
    if (status == TR_OK)
        status = tr_walkforward_run(&study, &recipe, &world, &wf, err);
    getrusage(RUSAGE_SELF, &use);
    if (status == TR_OK)
        printf("%zu bars, %zu folds, %s bins, %zu thread%s: %.2f s wall, %.2f s CPU, %ld MB\n", bars->n, wf.n_folds,
               bins, threads, threads == 1 ? "" : "s", seconds(CLOCK_MONOTONIC) - began,
               seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, use.ru_maxrss / 1024);
    tr_walkforward_finish(&wf);
    tr_study_finish(&study);
    tr_pool_destroy(world.pool);
    return status;
}

int main(int argc, char **argv)
{
    static const char *const bins[] = {"63", "255"};
    struct tr_bar_list list;
    struct tr_error err = {0};
    struct tr_bars bars;
    enum tr_status status;

    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    status = load(argc > 1 ? argv[1] : NULL, &list, &err);
    bars = tr_bar_list_view(&list);
    if (bars.n > BARS)
        bars = tr_bars_slice(&bars, bars.n - BARS, BARS);
    for (size_t i = 0; i < 2; i++) {
        for (size_t threads = 2; threads >= 1 && status == TR_OK; threads--)
            status = run(&bars, bins[i], threads, &err);
    }
    tr_bar_list_finish(&list);
    if (status != TR_OK)
        fprintf(stderr, "chain_bench: %s\n", err.text);
    return status != TR_OK;
}
