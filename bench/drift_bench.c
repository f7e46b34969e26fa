/* KS and PSI of 45 features, 10,000 rows against 10,000, sorting included, beside the same by qsort, a plain merge and
 * a search of each value's bin: CPU time of one thread, median of the rounds. Once without drift, where the largest gap
 * is hardest to find, and once with it. */
#include "base/alloc.h"
#include "base/order.h"
#include "base/rng.h"
#include "engine/score/drift.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FEATURES = 45, ROWS = 10000, ROUNDS = 15 };

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
    const double *reference, *current; /* [FEATURES * ROWS] */
    double *sorted[2], *spare;         /* [ROWS] */
    struct tr_psi_bins bins[FEATURES]; /* frozen */
    struct tr_quantile_sketch *sketch; /* [FEATURES] */
};

/* What is timed; returns the sum over the features, which both ways must agree on. */
typedef double work_fn(struct work *w);

static const double *sort_copy(struct work *w, int side, const double *x, int plain)
{
    memcpy(w->sorted[side], x, ROWS * sizeof *x);
    if (plain)
        qsort(w->sorted[side], ROWS, sizeof *x, by_value);
    else
        tr_sort_doubles_spare(ROWS, w->sorted[side], w->spare);
    return w->sorted[side];
}

static double merge(const double *a, const double *b)
{
    double worst = 0.0;
    for (size_t i = 0, j = 0; i < ROWS && j < ROWS;) {
        double value = a[i] < b[j] ? a[i] : b[j];
        while (i < ROWS && a[i] == value)
            i++;
        while (j < ROWS && b[j] == value)
            j++;
        worst = fmax(worst, fabs((double)i - (double)j) / ROWS);
    }
    return worst;
}

static double ks_plain(struct work *w)
{
    double sum = 0.0;
    for (size_t f = 0; f < FEATURES; f++)
        sum += merge(sort_copy(w, 0, w->reference + f * ROWS, 1), sort_copy(w, 1, w->current + f * ROWS, 1));
    return sum;
}

static double ks_ours(struct work *w)
{
    double sum = 0.0;
    for (size_t f = 0; f < FEATURES; f++)
        sum += tr_ks_statistic(ROWS, sort_copy(w, 0, w->reference + f * ROWS, 0), ROWS,
                               sort_copy(w, 1, w->current + f * ROWS, 0));
    return sum;
}

static double ks_sketch(struct work *w)
{
    double sum = 0.0;
    for (size_t f = 0; f < FEATURES; f++)
        sum += tr_ks_sketch(&w->sketch[f], ROWS, sort_copy(w, 1, w->current + f * ROWS, 0));
    return sum;
}

static double psi_plain(struct work *w)
{
    double sum = 0.0;
    for (size_t f = 0; f < FEATURES; f++) {
        struct tr_psi_bins bins;
        tr_psi_bins_init(ROWS, sort_copy(w, 0, w->reference + f * ROWS, 1), &bins);
        double counts[TR_PSI_BINS] = {0.0};
        for (size_t i = 0; i < ROWS; i++) {
            size_t bin = 0;
            while (bin < bins.edges && bins.edge[bin] <= w->current[f * ROWS + i])
                bin++;
            counts[bin] += 1.0;
        }
        for (size_t b = 0; b <= bins.edges; b++) {
            double r = fmax(bins.share[b], 1e-4), c = fmax(counts[b] / ROWS, 1e-4);
            sum += (c - r) * log(c / r);
        }
    }
    return sum;
}

static double psi_ours(struct work *w)
{
    double sum = 0.0;
    for (size_t f = 0; f < FEATURES; f++) {
        struct tr_psi_bins bins;
        tr_psi_bins_init(ROWS, sort_copy(w, 0, w->reference + f * ROWS, 0), &bins);
        sum += tr_psi(&bins, ROWS, w->current + f * ROWS);
    }
    return sum;
}

static double psi_frozen(struct work *w)
{
    double sum = 0.0;
    for (size_t f = 0; f < FEATURES; f++)
        sum += tr_psi(&w->bins[f], ROWS, w->current + f * ROWS);
    return sum;
}

static double median_seconds(work_fn *run, struct work *w, double *result)
{
    double seconds[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_seconds();
        *result = run(w);
        seconds[round] = cpu_seconds() - start;
    }
    qsort(seconds, ROUNDS, sizeof *seconds, by_value);
    return seconds[ROUNDS / 2];
}

static void compare(const char *what, work_fn *plain, work_fn *ours, struct work *w)
{
    double expected, found, slow = median_seconds(plain, w, &expected), fast = median_seconds(ours, w, &found);
    printf("  %-34s %7.2f ms   plain %7.2f ms   ratio %5.1f   results differ by %.1g\n", what, 1e3 * fast, 1e3 * slow,
           slow / fast, fabs(found - expected) / FEATURES);
}

static void freeze(struct work *w)
{
    for (size_t f = 0; f < FEATURES; f++) {
        const double *sorted = sort_copy(w, 0, w->reference + f * ROWS, 0);
        tr_psi_bins_init(ROWS, sorted, &w->bins[f]);
        tr_quantile_sketch_init(ROWS, sorted, &w->sketch[f]);
    }
}

int main(void)
{
    double *reference = tr_alloc(FEATURES * ROWS, sizeof *reference),
           *current = tr_alloc(FEATURES * ROWS, sizeof(double));
    struct work w = {reference,
                     current,
                     {tr_alloc(ROWS, sizeof(double)), tr_alloc(ROWS, sizeof(double))},
                     .spare = tr_alloc(ROWS, sizeof(double)),
                     .sketch = tr_alloc(FEATURES, sizeof *w.sketch)};
    if (!reference || !current || !w.sorted[0] || !w.sorted[1] || !w.spare || !w.sketch)
        return 1;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    for (int drift = 0; drift < 2; drift++) {
        for (size_t i = 0; i < FEATURES * ROWS; i++) {
            reference[i] = tr_rng_normal(&rng);
            current[i] = tr_rng_normal(&rng) + 0.3 * drift;
        }
        freeze(&w);
        printf("%s, %d features of %d rows a side\n", drift ? "shifted by 0.3 sd" : "no drift", FEATURES, ROWS);
        compare("KS, both sides sorted here", ks_plain, ks_ours, &w);
        compare("KS against the frozen sketch", ks_plain, ks_sketch, &w);
        compare("PSI, bins made here", psi_plain, psi_ours, &w);
        compare("PSI, bins frozen", psi_plain, psi_frozen, &w);
    }
    tr_free(w.sketch);
    tr_free(w.spare);
    tr_free(w.sorted[1]);
    tr_free(w.sorted[0]);
    tr_free(current);
    tr_free(reference);
    return 0;
}
