/* Candle files into columns: rows per second, CPU time of one thread, median of the rounds. Without arguments 500,000
 * synthetic minute bars as a plain and as a gzipped file of our layout; else the files named. */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/text.h"
#include "engine/simulate/market.h"
#include "io/format/bars_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { BARS = 500000, ROUNDS = 7 };

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

static int measure(const char *name, const char *path)
{
    struct tr_format_options options = {.path = path};
    struct tr_format_report report;
    struct tr_error err;
    double seconds[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        struct tr_bar_list list;
        tr_bar_list_init(&list, TR_TIMEFRAME_1M);
        double began = cpu_seconds();
        enum tr_status status = tr_format_read_bars(&options, &list, &report, &err);
        seconds[round] = cpu_seconds() - began;
        tr_bar_list_finish(&list);
        if (status) {
            fprintf(stderr, "import_bench: %s\n", err.text);
            return 1;
        }
    }
    qsort(seconds, ROUNDS, sizeof *seconds, by_value);
    printf("%-10s %9zu rows  %6.2f M rows/s (best %.2f)\n", name, report.rows,
           (double)report.rows / seconds[ROUNDS / 2] / 1e6, (double)report.rows / seconds[0] / 1e6);
    return 0;
}

static void print_bars(const struct tr_bar_list *list, struct tr_buf *text)
{
    tr_buf_text(text, "timestamp_ms,open,high,low,close,volume\n");
    for (size_t i = 0; i < list->n; i++) {
        const double values[] = {list->open[i], list->high[i], list->low[i], list->close[i], list->volume[i]};
        tr_buf_printf(text, "%lld", (long long)list->time[i]);
        for (size_t k = 0; k < 5; k++) {
            char number[TR_NUMBER_TEXT];
            tr_text_from_double(values[k], number);
            tr_buf_char(text, ',');
            tr_buf_text(text, number);
        }
        tr_buf_char(text, '\n');
    }
}

static int write_files(const char *plain, const char *packed)
{
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list list;
    struct tr_buf text;
    struct tr_error err;
    int failed = 1;
    tr_bar_list_init(&list, TR_TIMEFRAME_1M);
    tr_buf_init(&text);
    options.n = BARS;
    options.timeframe = TR_TIMEFRAME_1M;
    options.price = 60000;
    if (tr_simulate_market(&options, &list, &err))
        goto out;
    print_bars(&list, &text);
    FILE *file = fopen(plain, "wb");
    gzFile gz = gzopen(packed, "wb6");
    if (file && gz && !tr_buf_status(&text, &err))
        failed = fwrite(text.data, 1, text.len, file) != text.len || gzwrite(gz, text.data, (unsigned)text.len) <= 0;
    if (file)
        failed |= fclose(file) != 0;
    if (gz)
        failed |= gzclose(gz) != Z_OK;
out:
    tr_buf_finish(&text);
    tr_bar_list_finish(&list);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    if (argc > 1) {
        for (int i = 1; i < argc; i++)
            failed |= measure(argv[i], argv[i]);
        return failed;
    }
    char dir[] = "/tmp/import_bench.XXXXXX", plain[64], packed[64];
    if (!mkdtemp(dir))
        return 1;
    snprintf(plain, sizeof plain, "%s/bars.csv", dir);
    snprintf(packed, sizeof packed, "%s/bars.csv.gz", dir);
    failed = write_files(plain, packed);
    if (failed)
        fprintf(stderr, "import_bench: the files could not be written\n");
    else
        failed = measure("plain", plain) | measure("gzip", packed);
    unlink(plain);
    unlink(packed);
    rmdir(dir);
    return failed;
}
