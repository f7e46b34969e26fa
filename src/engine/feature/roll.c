#include "engine/feature/roll.h"

#include "engine/feature/block.h"

#include <assert.h>

/* The analyser follows too few rounds of these loops to see that every row is written before it is read.
 * NOLINTBEGIN(clang-analyzer-core.*) */

/* Sums of k rows become sums of 2k rows, counted from their first row. */
static void double_sums(size_t n, size_t k, const double *from, double *restrict to)
{
    for (size_t j = 0; j < n; j++)
        to[j] = from[j] + from[j + k];
}

void tr_roll_sum(size_t n, const double *x, size_t window, double *restrict out)
{
    assert(n > 0 && n <= TR_BLOCK && window > 0 && window <= TR_PAST);
    double room[2][TR_BLOCK + TR_PAST];
    const double *s = x - (window - 1); /* sums of k rows */
    size_t rows = n + window - 1, offset = 0, turn = 0;
    for (size_t k = 1; k <= window; k *= 2) {
        if (window & k) {
            if (offset == 0)
                memcpy(out, s, n * sizeof *s);
            else
                for (size_t i = 0; i < n; i++)
                    out[i] += s[i + offset];
            offset += k;
        }
        if (2 * k <= window) {
            double_sums(rows - (2 * k - 1), k, s, room[turn]);
            s = room[turn];
            turn = !turn;
        }
    }
}

#define INLINE static inline __attribute__((always_inline))
#define GROUPS 4 /* vectors side by side: one sum alone would wait for its own additions */

/* Whether distances are squared or made positive. */
enum distance { SQUARED, ABSOLUTE };

static inline tr_lanes distance_lanes(tr_lanes d, enum distance kind)
{
    return kind == SQUARED ? d * d : (tr_lanes)((tr_lane_mask)d & 0x7fffffffffffffffLL);
}

static inline double distance(double d, enum distance kind)
{
    return kind == SQUARED ? d * d : fabs(d);
}

/* Rows 0 .. groups * TR_LANES - 1 of sum_distances. */
INLINE void sum_of_groups(size_t groups, const double *x, const double *centre, size_t window, enum distance kind,
                          double *restrict sum, double *restrict distances)
{
    tr_lanes c[GROUPS], plain[GROUPS], far[GROUPS];
    for (size_t g = 0; g < groups; g++) {
        c[g] = tr_lanes_load(centre + g * TR_LANES);
        plain[g] = tr_lanes_load(x + g * TR_LANES) - c[g];
        far[g] = distance_lanes(plain[g], kind);
    }
    for (size_t j = 1; j < window; j++)
        for (size_t g = 0; g < groups; g++) {
            tr_lanes d = tr_lanes_load(x + g * TR_LANES - j) - c[g];
            plain[g] += d;
            far[g] += distance_lanes(d, kind);
        }
    for (size_t g = 0; g < groups; g++) {
        tr_lanes_store(sum + g * TR_LANES, plain[g]);
        tr_lanes_store(distances + g * TR_LANES, far[g]);
    }
}

/* Over the window of each row, newest first: the sums of d = x[j] - centre[i] and of its distance. */
INLINE void sum_distances(size_t n, const double *x, const double *centre, size_t window, enum distance kind,
                          double *restrict sum, double *restrict distances)
{
    size_t i = 0;
    for (; i + GROUPS * TR_LANES <= n; i += GROUPS * TR_LANES)
        sum_of_groups(GROUPS, x + i, centre + i, window, kind, sum + i, distances + i);
    for (; i + TR_LANES <= n; i += TR_LANES)
        sum_of_groups(1, x + i, centre + i, window, kind, sum + i, distances + i);
    for (; i < n; i++) {
        double d = x[i] - centre[i], plain = d, far = distance(d, kind);
        for (size_t j = 1; j < window; j++) {
            d = *(x + i - j) - centre[i];
            plain += d;
            far += distance(d, kind);
        }
        sum[i] = plain;
        distances[i] = far;
    }
}

static void rounded_mean(size_t n, const double *x, size_t window, double *restrict mean)
{
    double share = 1 / (double)window;
    tr_roll_sum(n, x, window, mean);
    for (size_t i = 0; i < n; i++)
        mean[i] *= share;
}

void tr_roll_variance(size_t n, const double *x, size_t window, double *restrict mean, double *restrict variance)
{
    double sum[TR_BLOCK], rows = (double)window, share = 1 / rows;
    rounded_mean(n, x, window, mean);
    sum_distances(n, x, mean, window, SQUARED, sum, variance);
    for (size_t i = 0; i < n; i++) {
        double off = sum[i] / rows, square = variance[i] - sum[i] * off;
        mean[i] += off;
        variance[i] = (square < 0 ? 0 : square) * share;
    }
}

void tr_roll_abs_deviation(size_t n, const double *x, size_t window, double *restrict off, double *restrict deviation)
{
    double sum[TR_BLOCK], mean[TR_BLOCK], rows = (double)window, share = 1 / rows;
    rounded_mean(n, x, window, mean);
    sum_distances(n, x, mean, window, ABSOLUTE, sum, deviation);
    for (size_t i = 0; i < n; i++) {
        off[i] = (x[i] - mean[i]) - sum[i] / rows;
        deviation[i] *= share;
    }
}

static inline double better(double a, double b, bool low)
{
    return low ? (a < b ? a : b) : (a > b ? a : b);
}

INLINE void better_of(size_t n, const double *a, const double *b, bool low, double *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = better(a[i], b[i], low);
}

INLINE void extremes(size_t n, const double *x, bool low, size_t count, const size_t *window, double *const *out)
{
    double room[2][TR_BLOCK + TR_PAST];
    size_t widest = window[count - 1], rows = n + widest - 1, turn = 0, k = 1;
    const double *s = x - (widest - 1); /* extremes of k rows */
    for (size_t w = 0; w < count; w++) {
        for (; 2 * k <= window[w]; k *= 2) {
            better_of(rows - (2 * k - 1), s, s + k, low, room[turn]);
            s = room[turn];
            turn = !turn;
        }
        better_of(n, s + (widest - window[w]), s + (widest - k), low, out[w]);
    }
}

void tr_roll_extremes(size_t n, const double *x, bool low, size_t count, const size_t *window, double *const *out)
{
    if (low)
        extremes(n, x, true, count, window, out);
    else
        extremes(n, x, false, count, window, out);
}

/* Singles hold twice as many lanes as doubles. */
typedef float single_lanes __attribute__((vector_size(8 * TR_LANES)));
typedef int single_mask __attribute__((vector_size(8 * TR_LANES)));
#define SINGLES (2 * TR_LANES)

static inline single_lanes load_singles(const float *from)
{
    single_lanes v;
    memcpy(&v, from, sizeof v);
    return v;
}

/* For `groups` vectors of rows: how many of the window before each are below it (a true comparison is -1), and whether
 * one is equal. */
INLINE void compare_singles(size_t groups, const float *x, size_t window, int *restrict below, int *restrict equal)
{
    single_lanes value[GROUPS];
    single_mask count[GROUPS], tie[GROUPS];
    for (size_t g = 0; g < groups; g++) {
        value[g] = load_singles(x + g * SINGLES);
        count[g] = tie[g] = (single_mask){0};
    }
    for (size_t j = 1; j <= window; j++)
        for (size_t g = 0; g < groups; g++) {
            single_lanes other = load_singles(x + g * SINGLES - j);
            count[g] -= other < value[g];
            tie[g] |= other == value[g];
        }
    memcpy(below, count, groups * sizeof *count);
    memcpy(equal, tie, groups * sizeof *tie);
}

static size_t rank_of_row(const double *x, size_t window)
{
    size_t count = 0;
    for (size_t j = 1; j <= window; j++) {
        double other = *(x - j);
        count += (size_t)(other < *x) + (size_t)(other <= *x);
    }
    return count;
}

/* Rounding to single keeps the order but for ties: rows that have one are counted again. */
void tr_roll_rank(size_t n, const double *x, size_t window, double *restrict out)
{
    float single[TR_PAST + TR_BLOCK + SINGLES];
    int below[TR_BLOCK + GROUPS * SINGLES], equal[TR_BLOCK + GROUPS * SINGLES];
    const float *now = single + window;
    if (n < TR_LANES) {
        for (size_t i = 0; i < n; i++)
            out[i] = (double)rank_of_row(x + i, window);
        return;
    }
    for (size_t i = 0; i < window + n; i++)
        single[i] = (float)*(x - window + i);
    for (size_t i = window + n; i < window + n + SINGLES; i++)
        single[i] = 0;
    size_t i = 0;
    for (; i + GROUPS * SINGLES <= n; i += GROUPS * SINGLES)
        compare_singles(GROUPS, now + i, window, below + i, equal + i);
    for (; i < n; i += SINGLES)
        compare_singles(1, now + i, window, below + i, equal + i);
    for (i = 0; i < n; i++)
        out[i] = 2 * (double)below[i];
    for (i = 0; i < n; i++)
        if (equal[i])
            out[i] = (double)rank_of_row(x + i, window);
}

/* NOLINTEND(clang-analyzer-core.*) */
