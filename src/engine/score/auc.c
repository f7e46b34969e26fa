#include "engine/score/auc.h"

#include "base/alloc.h"
#include "base/order.h"
#include "base/special.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

/* Row by row, and over all groups that count. */
struct influence {
    double *scale;     /* [n] n_g / n_class; 0 in groups that do not count */
    double *placement; /* [n] share of the other class on the right side of the row, ties half */
    double rows, auc;  /* of the groups that count; auc is their rows-weighted sum until divided */
    double windows;    /* m: their time in units of the bandwidth */
};

static size_t group_end(size_t n, const size_t *group, size_t first)
{
    size_t end = first + 1;
    while (end < n && group[end] == group[first])
        end++;
    return end;
}

/* One group of n rows. Leaves scale at 0 where a class is missing. */
static double place(size_t n, const double *score, const double *y, const size_t *order, double *scale,
                    double *placement)
{
    double positive = 0.0;
    for (size_t i = 0; i < n; i++)
        positive += y[i] > 0.5 ? 1.0 : 0.0;
    double negative = (double)n - positive;
    if (positive == 0.0 || negative == 0.0)
        return (double)NAN;
    double below[2] = {0.0, 0.0}, auc = 0.0; /* rows of each class with a lower score */
    for (size_t i = 0; i < n;) {
        size_t end = i;
        double tied[2] = {0.0, 0.0};
        for (; end < n && score[order[end]] == score[order[i]]; end++)
            tied[y[order[end]] > 0.5] += 1.0;
        for (; i < end; i++) {
            size_t row = order[i];
            if (y[row] > 0.5) {
                placement[row] = (below[0] + 0.5 * tied[0]) / negative;
                scale[row] = (double)n / positive;
                auc += placement[row];
            } else {
                placement[row] = 1.0 - (below[1] + 0.5 * tied[1]) / positive;
                scale[row] = (double)n / negative;
            }
        }
        below[0] += tied[0];
        below[1] += tied[1];
    }
    return auc / positive;
}

static enum tr_status find_influence(size_t n, const double *score, const double *y, const size_t *group,
                                     const int64_t *time_ms, int64_t bandwidth, struct influence *in,
                                     struct tr_error *err)
{
    size_t *order = tr_alloc(n, sizeof *order);
    if (!order)
        return tr_error_nomem(err);
    enum tr_status status = TR_OK;
    for (size_t first = 0, end; first < n; first = end) {
        end = group_end(n, group, first);
        size_t rows = end - first;
        status = tr_order_ascending(rows, score + first, order, err);
        if (status != TR_OK)
            break;
        double auc = place(rows, score + first, y + first, order, in->scale + first, in->placement + first);
        if (isnan(auc))
            continue;
        double span = (double)(time_ms[end - 1] - time_ms[first]);
        in->rows += (double)rows;
        in->auc += (double)rows * auc;
        in->windows += (span + span / (double)(rows - 1)) / (double)bandwidth;
    }
    in->auc /= in->rows;
    tr_free(order);
    return status;
}

/* A sum that keeps what rounding would drop (Neumaier 1974): what enters a window and leaves it again leaves nothing.
 */
struct exact_sum {
    double sum, lost;
};

static void add(struct exact_sum *s, double x)
{
    double sum = s->sum + x;
    s->lost += fabs(s->sum) >= fabs(x) ? (s->sum - sum) + x : (x - sum) + s->sum;
    s->sum = sum;
}

/* Sum of k(t - u) psi_t psi_u over the pairs of one group. Bartlett's k is how much two windows of the bandwidth's
 * length share, so this is the integral over x of (the sum of psi within the bandwidth after x)^2, over the bandwidth:
 * one pass with two ends, and no term below 0. */
static double long_run_sum(size_t n, const double *psi, const int64_t *time_ms, int64_t bandwidth_ms)
{
    struct exact_sum window = {0.0, 0.0}, integral = {0.0, 0.0};
    int64_t now = time_ms[0] - bandwidth_ms;
    for (size_t entered = 0, left = 0; left < n;) {
        bool enters = entered < n && time_ms[entered] - bandwidth_ms <= time_ms[left];
        int64_t next = enters ? time_ms[entered] - bandwidth_ms : time_ms[left];
        double inside = window.sum + window.lost;
        add(&integral, inside * inside * ((double)(next - now) / (double)bandwidth_ms));
        add(&window, enters ? psi[entered++] : -psi[left++]);
        now = next;
    }
    return integral.sum + integral.lost;
}

/* P(T > t) of Student's t. */
static double student_above(double t, double degrees)
{
    double tail = 0.5 * tr_beta_inc(0.5 * degrees, 0.5, degrees / (degrees + t * t));
    return t > 0.0 ? tail : 1.0 - tail;
}

static void judge(double variance, double windows, double alpha, struct tr_auc_estimate *out)
{
    double degrees = 1.5 * windows;
    out->standard_error = sqrt(variance / (1.0 - 1.0 / windows));
    double tail = tr_beta_quantile(alpha, 0.5 * degrees, 0.5);
    double half = sqrt(degrees * (1.0 - tail) / tail) * out->standard_error;
    out->interval = (struct tr_interval){fmax(out->auc - half, 0.0), fmin(out->auc + half, 1.0)};
    if (out->standard_error > 0.0)
        out->p_value = student_above((out->auc - 0.5) / out->standard_error, degrees);
    else
        out->p_value = out->auc > 0.5 ? 0.0 : 1.0;
}

enum tr_status tr_auc_clustered(const struct tr_auc_options *options, size_t n, const double *score, const double *y,
                                const size_t *group, const int64_t *time_ms, struct tr_auc_estimate *out,
                                struct tr_error *err)
{
    const double unknown = (double)NAN;
    const int64_t bandwidth = 2 * options->block_ms;
    assert(options->block_ms > 0);
    *out = (struct tr_auc_estimate){unknown, unknown, {unknown, unknown}, unknown};
    for (size_t i = 0; i < n; i++)
        if (isnan(score[i]))
            return tr_error_set(err, TR_INVALID, "the score of row %zu is not a number", i);
    if (n == 0)
        return TR_OK;
    struct influence in = {.scale = tr_alloc_zero(n, sizeof(double)), .placement = tr_alloc_zero(n, sizeof(double))};
    enum tr_status status = TR_OK;
    if (!in.scale || !in.placement) {
        status = tr_error_nomem(err);
        goto out;
    }
    status = find_influence(n, score, y, group, time_ms, bandwidth, &in, err);
    if (status != TR_OK)
        goto out;
    out->auc = in.auc;
    if (!(in.windows >= 2.0))
        goto out;
    double *psi = in.placement;
    for (size_t i = 0; i < n; i++)
        psi[i] = in.scale[i] * (in.placement[i] - in.auc);
    double sum = 0.0;
    for (size_t first = 0, end; first < n; first = end) {
        end = group_end(n, group, first);
        sum += long_run_sum(end - first, psi + first, time_ms + first, bandwidth);
    }
    judge(sum / (in.rows * in.rows), in.windows, options->alpha, out);
out:
    tr_free(in.placement);
    tr_free(in.scale);
    return status;
}
