#include "engine/score/classify.h"

#include "base/alloc.h"
#include "base/order.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static double weight_at(const double *weight, size_t i)
{
    return weight ? weight[i] : 1.0;
}

static bool any_nan(size_t n, const double *x)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return true;
    return false;
}

/* Sum over pairs (positive, negative) of the product of their weights where the positive one has the higher p, half of
 * it where both have the same p, divided by the sum over all pairs. */
static double auc_ordered(size_t n, const double *p, const double *y, const double *weight, const size_t *order)
{
    double positive = 0.0, negative = 0.0, pairs = 0.0;
    for (size_t i = 0; i < n;) {
        double tied_positive = 0.0, tied_negative = 0.0;
        double value = p[order[i]];
        for (; i < n && p[order[i]] == value; i++) {
            double w = weight_at(weight, order[i]);
            *(y[order[i]] > 0.5 ? &tied_positive : &tied_negative) += w;
        }
        pairs += tied_positive * (negative + 0.5 * tied_negative);
        positive += tied_positive;
        negative += tied_negative;
    }
    return positive > 0.0 && negative > 0.0 ? pairs / (positive * negative) : (double)NAN;
}

enum tr_status tr_auc(size_t n, const double *p, const double *y, const double *weight, double *out,
                      struct tr_error *err)
{
    *out = (double)NAN;
    if (n == 0 || any_nan(n, p))
        return TR_OK;
    size_t *order = tr_alloc(n, sizeof *order);
    if (!order)
        return tr_error_nomem(err);
    enum tr_status status = tr_order_ascending(n, p, order, err);
    if (status == TR_OK)
        *out = auc_ordered(n, p, y, weight, order);
    tr_free(order);
    return status;
}

double tr_log_loss(size_t n, const double *p, const double *y, const double *weight)
{
    double loss = 0.0, total = 0.0;
    for (size_t i = 0; i < n; i++) {
        double w = weight_at(weight, i);
        /* min and max that let NaN through */
        double q = p[i] < DBL_EPSILON ? DBL_EPSILON : p[i] > 1.0 - DBL_EPSILON ? 1.0 - DBL_EPSILON : p[i];
        loss -= w * (y[i] > 0.5 ? log(q) : log1p(-q));
        total += w;
    }
    return total > 0.0 ? loss / total : (double)NAN;
}

double tr_brier(size_t n, const double *p, const double *y, const double *weight)
{
    double loss = 0.0, total = 0.0;
    for (size_t i = 0; i < n; i++) {
        double w = weight_at(weight, i);
        loss += w * (p[i] - y[i]) * (p[i] - y[i]);
        total += w;
    }
    return total > 0.0 ? loss / total : (double)NAN;
}

/* One bin over the rows order[first] .. order[end - 1]. */
static struct tr_reliability_bin fill_bin(const double *p, const double *y, const double *weight, const size_t *order,
                                          size_t first, size_t end)
{
    struct tr_reliability_bin bin = {.rows = end - first};
    double sum_p = 0.0;
    for (size_t i = first; i < end; i++) {
        double w = weight_at(weight, order[i]);
        bin.n += w;
        bin.k += w * y[order[i]];
        sum_p += w * p[order[i]];
    }
    bin.mean_p = bin.n > 0.0 ? sum_p / bin.n : (double)NAN;
    bin.rate = bin.n > 0.0 ? bin.k / bin.n : (double)NAN;
    bin.interval = tr_rate_interval(bin.k, bin.n, 0.05);
    return bin;
}

static void fill_table(size_t n, const double *p, const double *y, const double *weight, const size_t *order,
                       struct tr_reliability *out)
{
    size_t first = 0;
    double total = 0.0, gap = 0.0;
    for (size_t b = 1; b <= TR_RELIABILITY_BINS; b++) {
        size_t end = (n * b + TR_RELIABILITY_BINS / 2) / TR_RELIABILITY_BINS;
        if (end <= first)
            continue;
        while (end < n && p[order[end]] == p[order[end - 1]])
            end++;
        struct tr_reliability_bin bin = fill_bin(p, y, weight, order, first, end);
        first = end;
        out->bin[out->bins++] = bin;
        if (bin.n > 0.0) {
            total += bin.n;
            gap += bin.n * fabs(bin.mean_p - bin.rate);
        }
    }
    if (total > 0.0)
        out->error = gap / total;
}

enum tr_status tr_reliability_table(size_t n, const double *p, const double *y, const double *weight,
                                    struct tr_reliability *out, struct tr_error *err)
{
    memset(out, 0, sizeof *out);
    out->error = (double)NAN;
    if (n == 0 || any_nan(n, p))
        return TR_OK;
    size_t *order = tr_alloc(n, sizeof *order);
    if (!order)
        return tr_error_nomem(err);
    enum tr_status status = tr_order_ascending(n, p, order, err);
    if (status == TR_OK)
        fill_table(n, p, y, weight, order, out);
    tr_free(order);
    return status;
}
