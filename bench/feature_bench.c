/* Feature columns, nanoseconds a bar: all columns in one batch by every instruction set, the indicator set (EMA 9, 21,
 * 50, 200, MACD, RSI, stochastic, ATR, Bollinger bands, six rolling extremes) in one batch and in slices of 4,320 bars,
 * and all columns bar by bar. CPU time of one thread, medians; the output's pages are touched before.
 *
 * Usage: feature_bench [CSV]: timestamp_ms,open,high,low,close,volume of a minute series, gzipped or not; synthetic
 * bars where it is absent. TALIB_LIBRARY, where set, names a shared TA-Lib that computes the indicator set in the same
 * run. */
#include "base/alloc.h"
#include "engine/feature/column.h"
#include "engine/feature/state.h"
#include "engine/simulate/market.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

enum { BARS = 1000000, SLICE = 4320, ROUNDS = 7, LIVE = 50000 };

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

static void must(enum tr_status status, const struct tr_error *err)
{
    if (status == TR_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static bool load_csv(const char *path, struct tr_bar_list *list)
{
    struct tr_error err;
    char line[256];
    gzFile file = path ? gzopen(path, "rb") : NULL;
    if (!file)
        return false;
    while (list->n < BARS && gzgets(file, line, sizeof line)) {
        char *at;
        struct tr_bar bar = {.time = strtoll(line, &at, 10)};
        double *field[] = {&bar.open, &bar.high, &bar.low, &bar.close, &bar.volume};
        for (int k = 0; k < 5 && *at == ','; k++)
            *field[k] = strtod(at + 1, &at);
        if (bar.time > 0)
            must(tr_bar_list_add(list, &bar, &err), &err);
    }
    gzclose(file);
    return list->n == BARS;
}

static void simulate(struct tr_bar_list *list)
{
    struct tr_error err;
    struct tr_simulate_options options = tr_simulate_defaults();
    options.timeframe = TR_TIMEFRAME_1M;
    options.n = BARS;
    must(tr_simulate_market(&options, list, &err), &err);
}

/* The columns that hold the indicator set; the six extremes are those of Ichimoku's lines. */
static tr_part_set indicator_set(void)
{
    static const enum tr_feature_column column[] = {TR_EMA_9,    TR_EMA_21,   TR_EMA_50,           TR_EMA_200,
                                                    TR_MACD,     TR_RSI_14,   TR_STOCH_K,          TR_ATR_14,
                                                    TR_BB_UPPER, TR_BB_LOWER, TR_ICHIMOKU_SENKOU_B};
    bool wanted[TR_FEATURE_COLUMNS] = {false};
    for (size_t k = 0; k < sizeof column / sizeof *column; k++)
        wanted[column[k]] = true;
    return tr_parts_for(wanted);
}

static void run_once(const struct tr_bars *bars, const tr_part_fn *table, tr_part_set parts,
                     const struct tr_matrix *out)
{
    struct tr_error err;
    struct tr_feature_state *state;
    must(tr_feature_create_with(bars->timeframe, table, parts, &state, &err), &err);
    tr_feature_run(state, bars, out);
    tr_feature_destroy(state);
}

struct work {
    struct tr_bars bars;
    struct tr_matrix out;
    const tr_part_fn *table;
    tr_part_set parts;
    size_t slice; /* bars at a time, each slice with a new state and into the same rows */
};

static void run_work(const struct work *w)
{
    for (size_t row = 0; row + w->slice <= w->bars.n; row += w->slice) {
        struct tr_bars slice = tr_bars_slice(&w->bars, row, w->slice);
        run_once(&slice, w->table, w->parts, &w->out);
    }
}

static void run_live(const struct work *w)
{
    struct tr_error err;
    struct tr_feature_state *state;
    struct tr_bars start = tr_bars_slice(&w->bars, 0, SLICE);
    must(tr_feature_create_with(w->bars.timeframe, w->table, w->parts, &state, &err), &err);
    tr_feature_run(state, &start, &w->out);
    for (size_t row = SLICE; row < SLICE + LIVE; row++) {
        struct tr_bars bar = tr_bars_slice(&w->bars, row, 1);
        struct tr_matrix one = tr_matrix_view(&w->out, 0, 1, 0, TR_FEATURE_COLUMNS);
        tr_feature_run(state, &bar, &one);
    }
    tr_feature_destroy(state);
}

/* TA-Lib's functions of the indicator set, and room for their results. */
struct talib {
    int (*ema)(int, int, const double *, int, int *, int *, double *);
    int (*macd)(int, int, const double *, int, int, int, int *, int *, double *, double *, double *);
    int (*rsi)(int, int, const double *, int, int *, int *, double *);
    int (*stoch)(int, int, const double *, const double *, const double *, int, int, int, int, int, int *, int *,
                 double *, double *);
    int (*atr)(int, int, const double *, const double *, const double *, int, int *, int *, double *);
    int (*bbands)(int, int, const double *, int, double, double, int, int *, int *, double *, double *, double *);
    int (*max)(int, int, const double *, int, int *, int *, double *);
    int (*min)(int, int, const double *, int, int *, int *, double *);
    int (*initialize)(void);
};

static void find(void *library, const char *name, void *function, size_t size)
{
    void *symbol = dlsym(library, name);
    if (!symbol) {
        fprintf(stderr, "TALIB_LIBRARY has no %s\n", name);
        exit(1);
    }
    memcpy(function, &symbol, size);
}

static bool open_talib(struct talib *ta)
{
    const char *path = getenv("TALIB_LIBRARY");
    void *library = path ? dlopen(path, RTLD_NOW) : NULL;
    if (!library)
        return false;
    find(library, "TA_EMA", &ta->ema, sizeof ta->ema);
    find(library, "TA_MACD", &ta->macd, sizeof ta->macd);
    find(library, "TA_RSI", &ta->rsi, sizeof ta->rsi);
    find(library, "TA_STOCH", &ta->stoch, sizeof ta->stoch);
    find(library, "TA_ATR", &ta->atr, sizeof ta->atr);
    find(library, "TA_BBANDS", &ta->bbands, sizeof ta->bbands);
    find(library, "TA_MAX", &ta->max, sizeof ta->max);
    find(library, "TA_MIN", &ta->min, sizeof ta->min);
    find(library, "TA_Initialize", &ta->initialize, sizeof ta->initialize);
    return ta->initialize() == 0;
}

static void run_talib_slice(const struct talib *ta, const struct tr_bars *b, const struct tr_matrix *out)
{
    static const int ema[] = {9, 21, 50, 200}, window[] = {9, 26, 52};
    int last = (int)b->n - 1, from, n;
    size_t column = 0;
#define NEXT tr_matrix_column(out, column++)
    for (size_t k = 0; k < 4; k++)
        ta->ema(0, last, b->close, ema[k], &from, &n, NEXT);
    double *a = NEXT, *c = NEXT, *d = NEXT;
    ta->macd(0, last, b->close, 12, 26, 9, &from, &n, a, c, d);
    ta->rsi(0, last, b->close, 14, &from, &n, NEXT);
    a = NEXT;
    c = NEXT;
    ta->stoch(0, last, b->high, b->low, b->close, 14, 3, 0, 3, 0, &from, &n, a, c);
    ta->atr(0, last, b->high, b->low, b->close, 14, &from, &n, NEXT);
    a = NEXT;
    c = NEXT;
    d = NEXT;
    ta->bbands(0, last, b->close, 20, 2, 2, 0, &from, &n, a, c, d);
    for (size_t k = 0; k < 3; k++) {
        ta->max(0, last, b->high, window[k], &from, &n, NEXT);
        ta->min(0, last, b->low, window[k], &from, &n, NEXT);
    }
#undef NEXT
}

static void run_talib(const struct work *w, const struct talib *ta)
{
    for (size_t row = 0; row + w->slice <= w->bars.n; row += w->slice) {
        struct tr_bars slice = tr_bars_slice(&w->bars, row, w->slice);
        run_talib_slice(ta, &slice, &w->out);
    }
}

/* Medians of ROUNDS; peer (may be NULL) runs in turn with ours. */
static void measure(const char *what, const char *isa, void (*run)(const struct work *), const struct work *w,
                    size_t bars, const struct talib *peer)
{
    double ours[ROUNDS], theirs[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
        double start = cpu_seconds(), middle, end;
        run(w);
        middle = cpu_seconds();
        if (peer)
            run_talib(w, peer);
        end = cpu_seconds();
        if (round < 0) /* the first touches fresh pages */
            continue;
        ours[round] = (middle - start) / (double)bars * 1e9;
        theirs[round] = (end - middle) / (double)bars * 1e9;
    }
    qsort(ours, ROUNDS, sizeof *ours, by_value);
    qsort(theirs, ROUNDS, sizeof *theirs, by_value);
    printf("%-32s %-7s %8.1f ns/bar (best %.1f)", what, isa, ours[ROUNDS / 2], ours[0]);
    if (peer)
        printf("   TA-Lib %.1f, ratio %.2f", theirs[ROUNDS / 2], theirs[ROUNDS / 2] / ours[ROUNDS / 2]);
    putchar('\n');
}

int main(int argc, char **argv)
{
    static const char *const isa_names[] = {"plain", "avx2"};
    struct tr_bar_list list;
    struct tr_error err;
    struct talib talib;
    const struct talib *peer = open_talib(&talib) ? &talib : NULL;
    tr_bar_list_init(&list, TR_TIMEFRAME_1M);
    bool real = load_csv(argc > 1 ? argv[1] : NULL, &list);
    if (!real)
        simulate(&list);
    printf("%zu %s bars of a minute\n", list.n, real ? "real" : "synthetic");
    struct work w = {.bars = tr_bar_list_view(&list)};
    must(tr_matrix_init(&w.out, list.n, TR_FEATURE_COLUMNS, &err), &err);
    for (int isa = 0; isa < TR_ISA_COUNT; isa++) {
        w.table = tr_parts_of_isa((enum tr_isa)isa);
        if (!w.table)
            continue;
        bool best = w.table == tr_parts_best();
        w.parts = ((tr_part_set)1 << TR_PART_COUNT) - 1;
        w.slice = list.n;
        measure("all columns, batch", isa_names[isa], run_work, &w, list.n, NULL);
        w.slice = SLICE;
        measure("all columns, 4,320-bar slices", isa_names[isa], run_work, &w, list.n / SLICE * SLICE, NULL);
        measure("all columns, one bar at a time", isa_names[isa], run_live, &w, LIVE, NULL);
        w.parts = indicator_set();
        w.slice = list.n;
        measure("indicator set, batch", isa_names[isa], run_work, &w, list.n, best ? peer : NULL);
        w.slice = SLICE;
        measure("indicator set, 4,320-bar slices", isa_names[isa], run_work, &w, list.n / SLICE * SLICE,
                best ? peer : NULL);
    }
    tr_matrix_finish(&w.out);
    tr_bar_list_finish(&list);
    return 0;
}
