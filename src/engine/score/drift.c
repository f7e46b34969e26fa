#include "engine/score/drift.h"

#include "base/order.h"
#include "engine/score/kolmogorov.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define SHARE_FLOOR 1e-4

/* How many of sorted x [n] are < value (<= value where equal counts too); no NaN among them. Without branches to guess.
 */
static size_t count_below(size_t n, const double *x, double value, bool equal)
{
    const double *from = x;
    if (n == 0)
        return 0;
    while (n > 1) {
        size_t half = n / 2;
        bool below = equal ? from[half - 1] <= value : from[half - 1] < value;
        from = below ? from + half : from;
        n -= half;
    }
    return (size_t)(from - x) + (equal ? *from <= value : *from < value);
}

/* Numbers come first. */
static size_t count_numbers(size_t n, const double *sorted)
{
    return count_below(n, sorted, HUGE_VAL, true);
}

/* shares [edges + 2] from how many of n values are numbers, and how many reach each edge. */
static void make_shares(size_t n, size_t edges, size_t numbers, const size_t *reach, double *share)
{
    size_t above = numbers;
    for (size_t b = 0; b < edges; b++) {
        share[b] = (double)(above - reach[b]) / (double)n;
        above = reach[b];
    }
    share[edges] = (double)above / (double)n;
    share[edges + 1] = (double)(n - numbers) / (double)n;
}

static void share_sorted(const struct tr_psi_bins *bins, size_t n, const double *sorted, double *share)
{
    size_t numbers = count_numbers(n, sorted), reach[TR_PSI_EDGES];
    for (size_t e = 0; e < bins->edges; e++)
        reach[e] = numbers - count_below(numbers, sorted, bins->edge[e], false);
    make_shares(n, bins->edges, numbers, reach, share);
}

void tr_psi_bins_init(size_t n, const double *sorted, struct tr_psi_bins *out)
{
    size_t numbers = count_numbers(n, sorted);
    out->edges = 0;
    for (int decile = 1; decile <= TR_PSI_EDGES && numbers > 0; decile++) {
        double edge = tr_quantile_sorted(numbers, sorted, decile / 10.0);
        if (!isnan(edge) && (out->edges == 0 || edge > out->edge[out->edges - 1]))
            out->edge[out->edges++] = edge;
    }
    share_sorted(out, n, sorted, out->share);
}

/* How many of x are >= edge. Lanes and a block that stays in the first cache let the compiler use vectors. */
enum { LANES = 8, BLOCK = 1024 };

static size_t count_reaching(size_t n, const double *x, double edge)
{
    double count[LANES] = {0.0};
    size_t i = 0, rest = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            count[k] += x[i + k] >= edge ? 1.0 : 0.0;
    for (; i < n; i++)
        rest += x[i] >= edge;
    for (size_t k = 0; k < LANES; k++)
        rest += (size_t)count[k];
    return rest;
}

static void share_unsorted(const struct tr_psi_bins *bins, size_t n, const double *x, double *share)
{
    size_t numbers = 0, reach[TR_PSI_EDGES] = {0};
    for (size_t first = 0; first < n; first += BLOCK) {
        size_t rows = n - first < BLOCK ? n - first : BLOCK;
        numbers += count_reaching(rows, x + first, -HUGE_VAL);
        for (size_t e = 0; e < bins->edges; e++)
            reach[e] += count_reaching(rows, x + first, bins->edge[e]);
    }
    make_shares(n, bins->edges, numbers, reach, share);
}

static double index_of_shares(size_t count, const double *reference, const double *current)
{
    double sum = 0.0;
    for (size_t b = 0; b < count; b++) {
        if (isnan(reference[b]) || isnan(current[b]))
            return (double)NAN;
        double r = fmax(reference[b], SHARE_FLOOR), c = fmax(current[b], SHARE_FLOOR);
        sum += (c - r) * log(c / r);
    }
    return sum;
}

double tr_psi(const struct tr_psi_bins *bins, size_t n, const double *x)
{
    double share[TR_PSI_BINS];
    share_unsorted(bins, n, x, share);
    return index_of_shares(bins->edges + 2, bins->share, share);
}

double tr_psi_sorted(const struct tr_psi_bins *bins, size_t n, const double *sorted)
{
    double share[TR_PSI_BINS];
    share_sorted(bins, n, sorted, share);
    return index_of_shares(bins->edges + 2, bins->share, share);
}

/* Two sorted samples without NaN. */
struct samples {
    size_t n, m;
    const double *a, *b;
};

/* i values of a and j of b lie below some point. */
struct place {
    size_t i, j;
};

/* n m (F_a - F_b) there. */
static int64_t lead(const struct samples *s, size_t i, size_t j)
{
    return (int64_t)(i * s->m) - (int64_t)(j * s->n);
}

static int64_t largest(int64_t best, int64_t gap)
{
    gap = gap < 0 ? -gap : gap;
    return gap > best ? gap : best;
}

/* The largest gap behind every value between two places, or best where that is larger. */
static int64_t walk(const struct samples *s, struct place at, struct place end, int64_t best)
{
    while (at.i < end.i || at.j < end.j) {
        bool from_a = at.j == end.j || (at.i < end.i && s->a[at.i] < s->b[at.j]);
        double value = from_a ? s->a[at.i] : s->b[at.j];
        while (at.i < end.i && s->a[at.i] == value)
            at.i++;
        while (at.j < end.j && s->b[at.j] == value)
            at.j++;
        best = largest(best, lead(s, at.i, at.j));
    }
    return best;
}

enum { STRIDE = 16, MOST_BORDERS = 1024 };

/* Places right below every STRIDE-th value of a, the last one behind all values; a run of equal values is not split. */
static size_t find_borders(const struct samples *s, struct place *border)
{
    size_t stride = s->n / (MOST_BORDERS - 1) + 1, count = 0;
    stride = stride > STRIDE ? stride : STRIDE;
    struct place at = {0, 0};
    for (size_t next = 0; next < s->n; next += stride) {
        double value = s->a[next];
        size_t i = at.i + count_below(next - at.i, s->a + at.i, value, false);
        if (count > 0 && i == at.i)
            continue;
        at = (struct place){i, at.j + count_below(s->m - at.j, s->b + at.j, value, false)};
        border[count++] = at;
    }
    border[count++] = (struct place){s->n, s->m};
    return count;
}

double tr_ks_statistic(size_t n, const double *a, size_t m, const double *b)
{
    const struct samples s = {count_numbers(n, a), count_numbers(m, b), a, b};
    if (s.n == 0 || s.m == 0)
        return (double)NAN;
    struct place border[MOST_BORDERS + 1];
    size_t count = find_borders(&s, border);
    int64_t best = 0;
    for (size_t k = 0; k < count; k++)
        best = largest(best, lead(&s, border[k].i, border[k].j));
    for (size_t k = 0; k + 1 < count; k++) {
        /* Between two borders a's count and b's can only grow: no gap is beyond these. */
        int64_t a_ahead = lead(&s, border[k + 1].i, border[k].j), b_ahead = -lead(&s, border[k].i, border[k + 1].j);
        if (a_ahead > best || b_ahead > best)
            best = walk(&s, border[k], border[k + 1], best);
    }
    return (double)best / ((double)s.n * (double)s.m);
}

double tr_ks_p_value(size_t n, size_t m, double d)
{
    double count = (double)n * (double)m / ((double)n + (double)m);
    if (n == 0 || m == 0)
        return (double)NAN;
    return tr_kolmogorov_tail((size_t)fmax(rint(count), 1.0), d);
}

static size_t sketch_position(size_t n, size_t i)
{
    const size_t parts = TR_SKETCH_QUANTILES - 1;
    size_t whole = (n - 1) / parts, rest = (n - 1) % parts;
    return i * whole + i * rest / parts;
}

void tr_quantile_sketch_init(size_t n, const double *sorted, struct tr_quantile_sketch *out)
{
    out->n = count_numbers(n, sorted);
    for (size_t i = 0; i < TR_SKETCH_QUANTILES; i++)
        out->value[i] = out->n > 0 ? sorted[sketch_position(out->n, i)] : (double)NAN;
}

double tr_ks_sketch(const struct tr_quantile_sketch *sketch, size_t m, const double *b)
{
    m = count_numbers(m, b);
    if (sketch->n == 0 || m == 0)
        return (double)NAN;
    const double *v = sketch->value;
    double share = 0.0, worst = 0.0;
    for (size_t i = 0, j = 0; i < TR_SKETCH_QUANTILES || j < m;) {
        bool from_sketch = j == m || (i < TR_SKETCH_QUANTILES && v[i] <= b[j]);
        double value = from_sketch ? v[i] : b[j];
        if (from_sketch) {
            while (i < TR_SKETCH_QUANTILES && v[i] == value)
                i++;
            /* At least the values up to the last position here are <= value, and those before the next one at most. */
            size_t least = sketch_position(sketch->n, i - 1) + 1;
            size_t most = i < TR_SKETCH_QUANTILES ? sketch_position(sketch->n, i) : sketch->n;
            share = 0.5 * ((double)least + (double)most) / (double)sketch->n;
        }
        while (j < m && b[j] == value)
            j++;
        worst = fmax(worst, fabs(share - (double)j / (double)m));
    }
    return worst;
}
