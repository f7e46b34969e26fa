/* The whole command, as a user waits for it: `traderai backtest` of 500 entries out of a file over two years of bars in
 * SQLite, hourly with minute bars deciding the ambiguous ones, and minute by minute. Elapsed and CPU time, medians.
 *
 * Usage: backtest_command_bench TRADERAI CSV: the program, and timestamp_ms,open,high,low,close,volume of a minute
 * series, gzipped or not. */
#include "base/rng.h"
#include "io/format/bars_file.h"
#include "io/store/sqlite/sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { ENTRIES = 500, ROUNDS = 7, FIRST_ENTRY = 100, LAST_BARS = 60, BUSY_MS = 5000 };

static const char symbol[] = "BTC/USD";

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double elapsed_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double seconds_of(const struct timeval *time)
{
    return (double)time->tv_sec + 1e-6 * (double)time->tv_usec;
}

/* Of all programs run so far. */
static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime);
}

/* Two years from the first whole hour on. */
static struct tr_bars two_years(const struct tr_bars *bars)
{
    tr_time_ms from = tr_time_floor(bars->time[0], TR_HOUR_MS) + TR_HOUR_MS;
    size_t first = tr_bars_find(bars, from), end = tr_bars_find(bars, from + 730 * TR_DAY_MS);
    return tr_bars_slice(bars, first, end - first);
}

/* Hours of what minutes there are, as an exchange would have them. */
static enum tr_status make_hours(const struct tr_bars *bars, struct tr_bar_list *hours, struct tr_error *err)
{
    for (size_t row = 0; row < bars->n;) {
        struct tr_bar hour = tr_bars_at(bars, row);
        hour.time = tr_time_floor(hour.time, TR_HOUR_MS);
        for (row++; row < bars->n && bars->time[row] < hour.time + TR_HOUR_MS; row++) {
            hour.high = bars->high[row] > hour.high ? bars->high[row] : hour.high;
            hour.low = bars->low[row] < hour.low ? bars->low[row] : hour.low;
            hour.close = bars->close[row];
            hour.volume += bars->volume[row];
        }
        enum tr_status status = tr_bar_list_add(hours, &hour, err);
        if (status != TR_OK)
            return status;
    }
    return TR_OK;
}

static enum tr_status write_entries(const char *path, const struct tr_bars *hours, struct tr_error *err)
{
    FILE *file = fopen(path, "w");
    struct tr_rng rng;
    tr_rng_init(&rng, 7, 0);
    if (!file)
        return tr_error_set(err, TR_IO, "%s: cannot be written", path);
    fprintf(file, "time,symbol,side\n");
    size_t rows = hours->n - FIRST_ENTRY - LAST_BARS;
    for (size_t k = 0; k < ENTRIES; k++) {
        size_t row = FIRST_ENTRY + (k * rows + (size_t)tr_rng_below(&rng, rows)) / ENTRIES;
        fprintf(file, "%lld,%s,%s\n", (long long)hours->time[row], symbol, tr_rng_u64(&rng) >> 63 ? "short" : "long");
    }
    return fclose(file) == 0 ? TR_OK : tr_error_set(err, TR_IO, "%s: cannot be written", path);
}

static enum tr_status store_bars(struct tr_store *store, const struct tr_bars *bars, struct tr_error *err)
{
    struct tr_series_key key = {"bitfinex", "", bars->timeframe};
    struct tr_put_report report;
    snprintf(key.symbol, sizeof key.symbol, "%s", symbol);
    return tr_store_bars_put(store, &key, bars, &report, err);
}

static enum tr_status prepare(const char *csv, const char *database, const char *entries, struct tr_error *err)
{
    struct tr_format_options options = {.path = csv, .timeframe_known = true, .timeframe = TR_TIMEFRAME_1M};
    struct tr_format_report report;
    struct tr_bar_list list, hour_list;
    struct tr_store *store = NULL;
    tr_bar_list_init(&list, TR_TIMEFRAME_1M);
    tr_bar_list_init(&hour_list, TR_TIMEFRAME_1H);
    enum tr_status status = tr_format_read_bars(&options, &list, &report, err);
    if (status != TR_OK)
        goto out;
    struct tr_bars all = tr_bar_list_view(&list), minutes = two_years(&all);
    status = make_hours(&minutes, &hour_list, err);
    struct tr_bars hours = tr_bar_list_view(&hour_list);
    if (status == TR_OK && hours.n <= FIRST_ENTRY + LAST_BARS + ENTRIES)
        status = tr_error_set(err, TR_INVALID, "%s: too short", csv);
    if (status == TR_OK)
        status = write_entries(entries, &hours, err);
    if (status == TR_OK)
        status = tr_store_sqlite_open(database, BUSY_MS, &store, err);
    if (status == TR_OK)
        status = store_bars(store, &minutes, err);
    if (status == TR_OK)
        status = store_bars(store, &hours, err);
    if (status == TR_OK)
        printf("%zu minute bars, %zu hourly ones, %d entries\n", minutes.n, hours.n, ENTRIES);
out:
    if (store)
        tr_store_close(store);
    tr_bar_list_finish(&hour_list);
    tr_bar_list_finish(&list);
    return status;
}

static int measure(const char *program, const char *options, const char *home, const char *entries)
{
    char command[1024];
    double elapsed[ROUNDS], cpu[ROUNDS];
    snprintf(command, sizeof command, "'%s' backtest %s %s --entries '%s' --home '%s' -q >/dev/null", program, symbol,
             options, entries, home);
    for (int round = -1; round < ROUNDS; round++) {
        double began = elapsed_seconds(), cpu_before = cpu_seconds();
        if (system(command) != 0) {
            fprintf(stderr, "backtest_command_bench: failed: %s\n", command);
            return 1;
        }
        if (round < 0) /* the first fills the system's file cache */
            continue;
        elapsed[round] = elapsed_seconds() - began;
        cpu[round] = cpu_seconds() - cpu_before;
    }
    qsort(elapsed, ROUNDS, sizeof *elapsed, by_value);
    qsort(cpu, ROUNDS, sizeof *cpu, by_value);
    printf("%-36s %6.3f s elapsed (best %.3f), %6.3f s CPU\n", options, elapsed[ROUNDS / 2], elapsed[0],
           cpu[ROUNDS / 2]);
    return 0;
}

int main(int argc, char **argv)
{
    char home[] = "/tmp/backtest_bench.XXXXXX", database[64], entries[64];
    struct tr_error err;
    if (argc < 3) {
        fprintf(stderr, "usage: backtest_command_bench TRADERAI CSV\n");
        return 2;
    }
    if (!mkdtemp(home))
        return 1;
    snprintf(database, sizeof database, "%s/traderai.db", home);
    snprintf(entries, sizeof entries, "%s/entries.csv", home);
    int failed = prepare(argv[2], database, entries, &err) != TR_OK;
    if (failed)
        fprintf(stderr, "backtest_command_bench: %s\n", err.text);
    else
        failed = measure(argv[1], "--timeframe 1h --intrabar detail", home, entries) |
                 measure(argv[1], "--timeframe 1m", home, entries);
    unlink(database);
    unlink(entries);
    rmdir(home);
    return failed;
}
