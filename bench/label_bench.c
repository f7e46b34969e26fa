/* Triple-barrier and ladder labels on 1M synthetic bars of a minute (barriers rarely reached) and of an hour (mostly
 * reached): bars per second and side, CPU time of one thread, median of the rounds. Also each instruction set's scan.
 */
#include "base/alloc.h"
#include "engine/label/barrier.h"
#include "engine/label/barrier_scan.h"
#include "engine/label/ladder.h"
#include "engine/simulate/market.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BARS = 1000000, ROUNDS = 9, HORIZON = 24 };

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

struct work {
    struct tr_bars bars;
    enum tr_side side;
    struct tr_barrier_labels barrier;
    struct tr_ladder_labels ladder;
    double *atr, *floor, *ceiling;
    tr_barrier_scan_fn scan;
};

static void run_barrier(const struct work *w)
{
    struct tr_barrier_options options = tr_barrier_defaults();
    tr_barrier_label(&w->bars, &options, w->side, &w->barrier);
}

static void run_ladder(const struct work *w)
{
    struct tr_ladder ladder = tr_ladder_defaults();
    tr_ladder_label(&w->bars, w->atr, &ladder, w->side, &w->ladder);
}

static void run_scan(const struct work *w)
{
    struct tr_barrier_touch touch[TR_BARRIER_BLOCK];
    for (size_t t = 0; t + TR_BARRIER_BLOCK + HORIZON <= BARS; t += TR_BARRIER_BLOCK)
        w->scan(HORIZON, w->bars.low + t, w->bars.high + t, w->floor + t, w->ceiling + t, touch);
}

static void measure(const char *timeframe, const char *what, const char *detail, void (*run)(const struct work *),
                    const struct work *w)
{
    double seconds[ROUNDS] = {0};
    for (int round = -1; round < ROUNDS; round++) {
        double start = cpu_seconds();
        run(w);
        if (round >= 0) /* the first touches fresh pages */
            seconds[round] = cpu_seconds() - start;
    }
    qsort(seconds, ROUNDS, sizeof seconds[0], by_value);
    double median = seconds[ROUNDS / 2];
    printf("%-3s %-8s %-7s %8.1f M bars/s %8.2f ns/bar\n", timeframe, what, detail, 1e-6 * BARS / median,
           1e9 * median / BARS);
}

/* Wilder's ATR(14), near enough for a load. */
static void fill_inputs(struct work *w)
{
    double atr = w->bars.high[0] - w->bars.low[0];
    for (size_t t = 0; t < BARS; t++) {
        atr += (w->bars.high[t] - w->bars.low[t] - atr) / 14.0;
        w->atr[t] = atr;
        w->floor[t] = w->bars.close[t] * 0.99;
        w->ceiling[t] = w->bars.close[t] * 1.02;
    }
}

static void bench_timeframe(enum tr_timeframe timeframe, struct work *w)
{
    struct tr_error err;
    struct tr_bar_list list;
    struct tr_simulate_options options = tr_simulate_defaults();
    options.timeframe = timeframe;
    options.n = BARS;
    tr_bar_list_init(&list, timeframe);
    if (tr_simulate_market(&options, &list, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    w->bars = tr_bar_list_view(&list);
    fill_inputs(w);
    const char *name = tr_timeframe_name(timeframe);
    for (int side = TR_LONG; side < TR_SIDE_COUNT; side++) {
        w->side = (enum tr_side)side;
        measure(name, "barrier", tr_side_name(w->side), run_barrier, w);
        measure(name, "ladder", tr_side_name(w->side), run_ladder, w);
    }
    for (size_t v = 0; v < tr_barrier_variant_count; v++) {
        w->scan = tr_barrier_variants[v].scan;
        if (tr_barrier_variants[v].supported())
            measure(name, "scan", tr_barrier_variants[v].name, run_scan, w);
    }
    tr_bar_list_finish(&list);
}

int main(void)
{
    struct work w = {
        .barrier = {tr_alloc(BARS, 1), tr_alloc(BARS, 1), tr_alloc(BARS, sizeof(double))},
        .ladder = {tr_alloc(BARS, 1), tr_alloc(BARS, 2), tr_alloc(BARS, 2), tr_alloc(BARS, sizeof(double))},
        .atr = tr_alloc(BARS, sizeof(double)),
        .floor = tr_alloc(BARS, sizeof(double)),
        .ceiling = tr_alloc(BARS, sizeof(double))};
    if (!w.barrier.hit || !w.barrier.bars || !w.barrier.return_frac || !w.ladder.tp1 || !w.ladder.tp1_bars ||
        !w.ladder.exit_bars || !w.ladder.gain_atr || !w.atr || !w.floor || !w.ceiling)
        return 1;
    bench_timeframe(TR_TIMEFRAME_1M, &w);
    bench_timeframe(TR_TIMEFRAME_1H, &w);
    tr_free(w.barrier.hit);
    tr_free(w.barrier.bars);
    tr_free(w.barrier.return_frac);
    tr_free(w.ladder.tp1);
    tr_free(w.ladder.tp1_bars);
    tr_free(w.ladder.exit_bars);
    tr_free(w.ladder.gain_atr);
    tr_free(w.atr);
    tr_free(w.floor);
    tr_free(w.ceiling);
    return 0;
}
