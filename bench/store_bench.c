/* Bars into SQLite and out of it: rows per second of elapsed time, the commit and its fsync included, best and median
 * of the rounds. The database stands in the folder given, else in the current one. */
#include "engine/simulate/market.h"
#include "io/store/sqlite/sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { BARS = 1000000, ROUNDS = 5, KINDS = 3 };

static const char *const kinds[KINDS] = {"insert", "compare", "read"};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static enum tr_status round_trip(struct tr_store *store, const struct tr_bars *bars, double seconds[KINDS],
                                 struct tr_error *err)
{
    static const struct tr_series_key key = {"sandbox", "BTC/USDT:USDT", TR_TIMEFRAME_1M};
    struct tr_put_report report;
    struct tr_bar_list back;
    double began = now();
    enum tr_status status = TR_OK;
    for (int i = 0; i < 2 && !status; i++) {
        status = tr_store_bars_put(store, &key, bars, &report, err);
        seconds[i] = now() - began;
        began = now();
    }
    tr_bar_list_init(&back, TR_TIMEFRAME_1M);
    if (!status)
        status = tr_store_bars_get(store, &key, INT64_MIN, INT64_MAX, &back, err);
    seconds[2] = now() - began;
    if (!status && (report.identical != bars->n || back.n != bars->n))
        status = tr_error_set(err, TR_INTERNAL, "not all bars came back");
    tr_bar_list_finish(&back);
    return status;
}

static enum tr_status measure(const char *path, const struct tr_bars *bars, double seconds[KINDS], struct tr_error *err)
{
    struct tr_store *store;
    unlink(path);
    enum tr_status status = tr_store_sqlite_open(path, 5000, &store, err);
    if (!status)
        status = round_trip(store, bars, seconds, err);
    tr_store_close(store);
    unlink(path);
    return status;
}

int main(int argc, char **argv)
{
    char path[512];
    double seconds[KINDS][ROUNDS] = {{0}};
    struct tr_bar_list list;
    struct tr_error err;
    struct tr_simulate_options options = tr_simulate_defaults();
    options.timeframe = TR_TIMEFRAME_1M;
    options.n = BARS;
    snprintf(path, sizeof path, "%s/store_bench.db", argc > 1 ? argv[1] : ".");
    tr_bar_list_init(&list, TR_TIMEFRAME_1M);
    enum tr_status status = tr_simulate_market(&options, &list, &err);
    struct tr_bars bars = tr_bar_list_view(&list);
    for (int round = 0; round < ROUNDS && !status; round++) {
        double taken[KINDS] = {0};
        status = measure(path, &bars, taken, &err);
        for (int k = 0; k < KINDS; k++)
            seconds[k][round] = taken[k];
    }
    for (int k = 0; k < KINDS && !status; k++) {
        qsort(seconds[k], ROUNDS, sizeof *seconds[k], by_value);
        printf("%-8s %8d bars  %6.2f M rows/s (best %.2f)\n", kinds[k], BARS, BARS / seconds[k][ROUNDS / 2] / 1e6,
               BARS / seconds[k][0] / 1e6);
    }
    if (status)
        fprintf(stderr, "store_bench: %s\n", err.text);
    tr_bar_list_finish(&list);
    return status ? 1 : 0;
}
