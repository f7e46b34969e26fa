/* Scores that know nothing, on real outcomes: how often does a calibration window call them proven?
 * The scores are autocorrelated as a model's are, the outcomes overlap as outcomes do. */
#include "honesty/market.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "io/format/bars_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WINDOW 2000
#define STEP 500
#define REPEATS 4
#define MAX_SHARE 0.13
#define MEMORY 0.97 /* of the AR(1) score from bar to bar */

struct counts {
    size_t windows, proven;
};

static void read_bars(const char *file, enum tr_timeframe timeframe, struct tr_bar_list *list)
{
    struct tr_format_options options = {.path = test_shared(file), .timeframe_known = true, .timeframe = timeframe};
    struct tr_format_report report;
    struct tr_error err;

    tr_bar_list_init(list, timeframe);
    assert_ok(tr_format_read_bars(&options, list, &report, &err), &err);
}

static void draw_ranks(uint64_t seed, size_t n, double *rank)
{
    struct tr_rng rng;
    double x = 0, scale = sqrt(1 - MEMORY * MEMORY);

    tr_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < n; i++) {
        x = MEMORY * x + scale * tr_rng_normal(&rng);
        rank[i] = 0.5 * erfc(-x / sqrt(2.0));
    }
}

static void count_windows(const struct tr_bars *bars, const struct tr_study *study, enum tr_side side,
                          const double *rank, struct counts *counts)
{
    const struct tr_ladder_labels *ladder = &study->ladder[side];
    struct tr_calibration_options options = tr_calibration_defaults();
    static double r[WINDOW], y[WINDOW], gain[WINDOW];
    static size_t first[WINDOW], last[WINDOW];
    static int64_t time[WINDOW];

    for (size_t start = TR_FEATURE_WARMUP_ROWS; start + WINDOW + 48 < bars->n; start += STEP) {
        struct tr_calibration_rows rows = {0, r, y, gain, first, last, time, NULL};
        struct tr_calibration *calibration;
        struct tr_error err;

        for (size_t i = start; i < start + WINDOW; i++) {
            if (ladder->tp1[i] < 0)
                continue;
            r[rows.n] = rank[i];
            y[rows.n] = ladder->tp1[i];
            gain[rows.n] = ladder->gain_atr[i];
            first[rows.n] = i + 1;
            last[rows.n] = i + ladder->tp1_bars[i];
            time[rows.n++] = bars->time[i];
        }
        assert_ok(tr_calibration_create(&options, &rows, &calibration, &err), &err);
        counts->windows++;
        counts->proven += tr_calibration_facts(calibration)->proven_any;
        tr_calibration_destroy(calibration);
    }
}

static void count_series(const char *file, enum tr_timeframe timeframe, struct counts *counts)
{
    struct tr_bar_list list;
    struct tr_bars bars;
    struct tr_recipe recipe;
    struct tr_study study;
    struct tr_error err;
    double *rank;

    read_bars(file, timeframe, &list);
    bars = tr_bar_list_view(&list);
    market_recipe(&recipe);
    tr_recipe_fit_to(&recipe, timeframe);
    assert_ok(tr_study_init(&study, &recipe, &bars, &err), &err);
    rank = tr_alloc(bars.n, sizeof *rank);
    assert_non_null(rank);
    for (uint64_t repeat = 0; repeat < REPEATS; repeat++) {
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            draw_ranks(100 * repeat + (uint64_t)side, bars.n, rank);
            count_windows(&bars, &study, (enum tr_side)side, rank, counts);
        }
    }
    tr_free(rank);
    tr_study_finish(&study);
    tr_bar_list_finish(&list);
}

static void chance_is_seldom_called_proven(void **state)
{
    struct counts counts = {0, 0};

    (void)state;
    count_series("data/okx-ETHUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, &counts);
    count_series("data/okx-PEPEUSDT-perp-1h.csv.gz", TR_TIMEFRAME_1H, &counts);
    count_series("data/binance-ETHUSDT-perp-30m.csv.gz", TR_TIMEFRAME_30M, &counts);
    count_series("data/binance-BTCUSDT-perp-4h.csv.gz", TR_TIMEFRAME_4H, &counts);
    printf("# %zu of %zu windows of random scores are called proven (%.1f %%)\n", counts.proven, counts.windows,
           100.0 * (double)counts.proven / (double)counts.windows);
    assert_true(counts.windows > 1000);
    assert_true((double)counts.proven <= MAX_SHARE * (double)counts.windows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(chance_is_seldom_called_proven)};
    return cmocka_run_group_tests_name("honesty/chance", tests, NULL, NULL);
}
