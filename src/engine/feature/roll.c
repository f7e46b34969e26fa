#include "engine/feature/roll.h"

#include "engine/feature/block.h"

/* s[j] += s[j + k]: sums of k rows become sums of 2k rows, counted from their first row. */
static void double_sums(size_t n, size_t k, double *s)
{
    for (size_t j = 0; j < n; j++)
        s[j] += s[j + k];
}

void tr_roll_sum(size_t n, const double *x, size_t window, double *restrict out)
{
    double s[TR_BLOCK + TR_PAST];
    size_t rows = n + window - 1, offset = 0;
    memcpy(s, x - (window - 1), rows * sizeof *s);
    for (size_t k = 1; k <= window; k *= 2) {
        if (window & k) {
            if (offset == 0)
                memcpy(out, s, n * sizeof *s);
            else
                for (size_t i = 0; i < n; i++)
                    out[i] += s[i + offset];
            offset += k;
        }
        if (2 * k <= window)
            double_sums(rows - (2 * k - 1), k, s);
    }
}

/* What is added up over a window, for all lanes of rows i .. i + TR_LANES - 1 at once. */
enum deviation { FROM_LAST, SQUARE, ABSOLUTE };

static inline tr_lanes term_lanes(tr_lanes x, tr_lanes centre, enum deviation kind)
{
    tr_lanes d = x - centre;
    if (kind == SQUARE)
        return d * d;
    if (kind == ABSOLUTE)
        return (tr_lanes)((tr_lane_mask)d & 0x7fffffffffffffffLL);
    return d;
}

static inline double term(double x, double centre, enum deviation kind)
{
    double d = x - centre;
    return kind == SQUARE ? d * d : kind == ABSOLUTE ? fabs(d) : d;
}

/* Sum over the window of each row of term(x[j], centre[i]), newest row first. */
static inline __attribute__((always_inline)) void sum_terms(size_t n, const double *x, const double *centre,
                                                            size_t window, enum deviation kind, double *restrict out)
{
    size_t i = 0;
    for (; i + TR_LANES <= n; i += TR_LANES) {
        tr_lanes c = tr_lanes_load(centre + i), sum = term_lanes(tr_lanes_load(x + i), c, kind);
        for (size_t j = 1; j < window; j++)
            sum += term_lanes(tr_lanes_load(x + i - j), c, kind);
        tr_lanes_store(out + i, sum);
    }
    for (; i < n; i++) {
        double sum = term(x[i], centre[i], kind);
        for (size_t j = 1; j < window; j++)
            sum += term(x[i - j], centre[i], kind);
        out[i] = sum;
    }
}

void tr_roll_mean(size_t n, const double *x, size_t window, double *restrict out)
{
    sum_terms(n, x, x, window, FROM_LAST, out);
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] + out[i] / (double)window;
}

void tr_roll_square_dev(size_t n, const double *x, const double *mean, size_t window, double *restrict out)
{
    sum_terms(n, x, mean, window, SQUARE, out);
}

void tr_roll_abs_dev(size_t n, const double *x, const double *mean, size_t window, double *restrict out)
{
    sum_terms(n, x, mean, window, ABSOLUTE, out);
}

static inline double better(double a, double b, bool low)
{
    return low ? (a < b ? a : b) : (a > b ? a : b);
}

/* out[i] = the better of a[i] and b[i]; out may be a (each value is read before it is replaced) with b behind it. */
static inline __attribute__((always_inline)) void better_of(size_t n, const double *a, const double *b, bool low,
                                                            double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = better(a[i], b[i], low);
}

static inline __attribute__((always_inline)) void extremes(size_t n, const double *x, bool low, size_t count,
                                                           const size_t *window, double *const *out)
{
    double s[TR_BLOCK + TR_PAST];
    size_t widest = window[count - 1], rows = n + widest - 1, k = 1;
    memcpy(s, x - (widest - 1), rows * sizeof *s);
    for (size_t w = 0; w < count; w++) {
        for (; 2 * k <= window[w]; k *= 2)
            better_of(rows - (2 * k - 1), s, s + k, low, s);
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

void tr_roll_rank(size_t n, const double *x, size_t window, double *restrict out)
{
    size_t i = 0;
    for (; i + TR_LANES <= n; i += TR_LANES) {
        tr_lanes value = tr_lanes_load(x + i);
        tr_lane_mask count = {0}; /* a true comparison is -1 in its lane */
        for (size_t j = 1; j <= window; j++) {
            tr_lanes other = tr_lanes_load(x + i - j);
            count += (tr_lane_mask)(other < value) + (tr_lane_mask)(other <= value);
        }
        for (size_t lane = 0; lane < TR_LANES; lane++)
            out[i + lane] = (double)-count[lane];
    }
    for (; i < n; i++) {
        size_t count = 0;
        for (size_t j = 1; j <= window; j++)
            count += (size_t)(x[i - j] < x[i]) + (size_t)(x[i - j] <= x[i]);
        out[i] = (double)count;
    }
}
