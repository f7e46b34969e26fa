#include "engine/model/gbdt/bin.h"

#include "base/order.h"

#include <math.h>
#include <string.h>

/* LightGBM writes no threshold beyond this. */
static const double THRESHOLD_MAX = 1e300;

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static double above(double x)
{
    return nextafter(x, (double)INFINITY);
}

/* Ascending values and how often each occurs. */
struct spectrum {
    const double *value;
    const size_t *count;
    size_t n, total;
};

/* Appends a bound between two neighbours unless it equals the one before; returns the new number of bounds. */
static size_t add_bound(double *bound, size_t n, double below, double next)
{
    double cut = above((below + next) / 2.0);
    if (n > 0 && cut <= above(bound[n - 1]))
        return n;
    bound[n] = cut;
    return n + 1;
}

/* Enough bins for all values: a bin is closed once it holds min_data. */
static size_t cut_few(const struct spectrum *s, size_t min_data, double *bound)
{
    size_t n = 0, held = 0;
    for (size_t i = 0; i + 1 < s->n; i++) {
        held += s->count[i];
        if (held < min_data)
            continue;
        size_t more = add_bound(bound, n, s->value[i], s->value[i + 1]);
        if (more > n)
            held = 0;
        n = more;
    }
    bound[n] = (double)INFINITY;
    return n + 1;
}

/* Bins of equal count. A value that fills a bin by itself gets one; the mean of the others is taken anew after each. */
static size_t cut_many(const struct spectrum *s, size_t max_bin, size_t min_data, double *bound)
{
    max_bin = larger(1, max_bin < s->total / min_data ? max_bin : s->total / min_data);
    const double big = (double)s->total / (double)max_bin;
    double rest = (double)s->total, rest_bins = (double)max_bin;
    for (size_t i = 0; i < s->n; i++) {
        if ((double)s->count[i] >= big) {
            rest -= (double)s->count[i];
            rest_bins -= 1.0;
        }
    }
    double mean = rest / rest_bins;
    size_t n = 0, closed = 0;
    double held = 0.0;
    for (size_t i = 0; i + 1 < s->n && closed + 1 < max_bin; i++) {
        bool is_big = (double)s->count[i] >= big, next_big = (double)s->count[i + 1] >= big;
        if (!is_big)
            rest -= (double)s->count[i];
        held += (double)s->count[i];
        if (!is_big && !(held >= mean) && !(next_big && held >= fmax(1.0, mean * 0.5)))
            continue;
        n = add_bound(bound, n, s->value[i], s->value[i + 1]);
        closed++;
        held = 0.0;
        if (!is_big) {
            rest_bins -= 1.0;
            mean = rest / rest_bins;
        }
    }
    bound[n] = (double)INFINITY;
    return n + 1;
}

static size_t cut(const struct spectrum *s, size_t max_bin, size_t min_data, double *bound)
{
    return s->n <= max_bin ? cut_few(s, min_data, bound) : cut_many(s, max_bin, min_data, bound);
}

static struct spectrum part_of(const struct spectrum *s, size_t first, size_t end)
{
    struct spectrum part = {s->value + first, s->count + first, end - first, 0};
    for (size_t i = 0; i < part.n; i++)
        part.total += part.count[i];
    return part;
}

/* Below, at and above zero. */
static size_t cut_around_zero(const struct spectrum *s, size_t max_bin, size_t min_data, double *bound)
{
    size_t below = 0, not_above = 0, n = 0;
    while (below < s->n && s->value[below] <= -TR_GBDT_ZERO)
        below++;
    not_above = below;
    while (not_above < s->n && s->value[not_above] <= TR_GBDT_ZERO)
        not_above++;
    struct spectrum negative = part_of(s, 0, below), positive = part_of(s, not_above, s->n);
    if (negative.n > 0 && max_bin > 1) {
        double share = (double)negative.total / (double)(negative.total + positive.total);
        n = cut(&negative, larger(1, (size_t)(share * (double)(max_bin - 1))), min_data, bound);
        bound[n - 1] = -TR_GBDT_ZERO;
    }
    if (positive.n > 0 && max_bin > n + 1) {
        bound[n] = TR_GBDT_ZERO;
        return n + 1 + cut(&positive, max_bin - 1 - n, min_data, bound + n + 1);
    }
    bound[n] = (double)INFINITY;
    return n + 1;
}

/* Distinct values of sorted value [n], those one ulp apart as one (the larger), and zero in its place. */
static size_t find_distinct(size_t n, const double *value, size_t zeros, double *distinct, size_t *count)
{
    size_t d = 0;
    bool zero_due = zeros > 0;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && value[i] <= above(value[i - 1])) {
            distinct[d - 1] = value[i];
            count[d - 1]++;
            continue;
        }
        if (zero_due && value[i] > 0.0) {
            distinct[d] = 0.0;
            count[d++] = zeros;
            zero_due = false;
        }
        distinct[d] = value[i];
        count[d++] = 1;
    }
    if (zero_due || d == 0) {
        distinct[d] = 0.0;
        count[d++] = zeros;
    }
    return d;
}

/* Whether no cut leaves filter_count values on both sides. */
static bool is_useless(const struct tr_gbdt_bins *bins, const struct spectrum *s, size_t nan, size_t filter_count)
{
    size_t held[TR_GBDT_BINS] = {0}, b = 0, left = 0;
    for (size_t i = 0; i < s->n; i++) {
        while (b < bins->n - 1 && s->value[i] > bins->upper[b])
            b++;
        held[b] += s->count[i];
    }
    if (bins->missing == TR_GBDT_MISSING_NAN)
        held[bins->n - 1] = nan;
    for (b = 0; b + 1 < bins->n; b++) {
        left += held[b];
        if (left >= filter_count && s->total + nan - left >= filter_count)
            return false;
    }
    return true;
}

void tr_gbdt_bins_find(const struct tr_gbdt_bin_options *options, size_t n, double *value, double *distinct,
                       size_t *count, struct tr_gbdt_bins *out)
{
    size_t kept = 0, nan = 0;
    for (size_t i = 0; i < n; i++) {
        nan += isnan(value[i]) != 0;
        if (fabs(value[i]) > TR_GBDT_ZERO)
            value[kept++] = value[i];
    }
    bool nan_apart = options->use_missing && !options->zero_as_missing && nan > 0;
    if (!nan_apart)
        nan = 0;
    tr_sort_doubles_spare(kept, value, distinct);
    struct spectrum s = {distinct, count, find_distinct(kept, value, n - nan - kept, distinct, count), n - nan};
    out->min = distinct[0];
    out->max = distinct[s.n - 1];
    out->n = cut_around_zero(&s, options->max_bin - nan_apart, options->min_data_in_bin, out->upper);
    out->missing = TR_GBDT_MISSING_NONE;
    if (nan_apart) {
        out->missing = TR_GBDT_MISSING_NAN;
        out->upper[out->n++] = (double)NAN;
    } else if (options->use_missing && options->zero_as_missing && out->n > 2) {
        out->missing = TR_GBDT_MISSING_ZERO;
    }
    out->zero = tr_gbdt_bins_of(out, 0.0);
    out->trivial = out->n <= 1 || (options->filter && is_useless(out, &s, nan, options->filter_count));
}

uint8_t tr_gbdt_bins_of(const struct tr_gbdt_bins *bins, double value)
{
    size_t last = bins->n - 1;
    if (isnan(value)) {
        if (bins->missing == TR_GBDT_MISSING_NAN)
            return (uint8_t)last;
        value = 0.0;
    }
    if (bins->missing == TR_GBDT_MISSING_NAN)
        last--;
    size_t low = 0;
    while (low < last) {
        size_t middle = (low + last) / 2;
        if (value <= bins->upper[middle])
            last = middle;
        else
            low = middle + 1;
    }
    return (uint8_t)low;
}

double tr_gbdt_bins_threshold(const struct tr_gbdt_bins *bins, size_t bin)
{
    double bound = bins->upper[bin];
    if (bound >= THRESHOLD_MAX && bins->max <= THRESHOLD_MAX)
        return THRESHOLD_MAX;
    return bound;
}
