#include "engine/score/paired.h"

#include "base/alloc.h"
#include "base/special.h"

#include <math.h>

/* How much too close the percentiles lie: Student's t for a normal deviate and the lost degree of freedom, because
 * blocks are few; and 3/2, because blocks as long as labels overlap see two thirds of the variance that the overlap
 * makes (autocorrelations 1 - k/h, weighted once more by 1 - k/h). */
static double stretch_factor(double blocks, double alpha)
{
    double degrees = blocks - 1.0, tail = tr_beta_quantile(alpha, 0.5 * degrees, 0.5);
    double t = sqrt(degrees * (1.0 - tail) / tail);
    return t / tr_normal_quantile(1.0 - 0.5 * alpha) * sqrt(1.5 * blocks / degrees);
}

static enum tr_paired_verdict judge(struct tr_interval interval)
{
    if (isnan(interval.lower) || isnan(interval.upper))
        return TR_PAIRED_UNKNOWN;
    if (interval.upper < 0.0)
        return TR_PAIRED_BETTER;
    return interval.lower > 0.0 ? TR_PAIRED_WORSE : TR_PAIRED_UNDECIDED;
}

static enum tr_status fill_differences(size_t n, const double *loss_a, const double *loss_b, double *d,
                                       struct tr_paired *out, struct tr_error *err)
{
    double sum_a = 0.0, sum_b = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(loss_a[i]) || !isfinite(loss_b[i]))
            return tr_error_set(err, TR_INVALID, "a loss of row %zu is not a finite number", i);
        d[i] = loss_a[i] - loss_b[i];
        sum_a += loss_a[i];
        sum_b += loss_b[i];
        sum += d[i];
    }
    out->mean_a = sum_a / (double)n;
    out->mean_b = sum_b / (double)n;
    out->difference = sum / (double)n;
    return TR_OK;
}

enum tr_status tr_paired_compare(const struct tr_bootstrap_options *options, size_t n, const double *loss_a,
                                 const double *loss_b, const int64_t *time_ms, struct tr_paired *out,
                                 struct tr_error *err)
{
    const double unknown = (double)NAN;
    *out = (struct tr_paired){n, unknown, unknown, unknown, 0.0, {unknown, unknown}, TR_PAIRED_UNKNOWN};
    if (n == 0)
        return TR_OK;
    double *d = tr_alloc(n, sizeof *d);
    if (!d)
        return tr_error_nomem(err);
    enum tr_status status = fill_differences(n, loss_a, loss_b, d, out, err);
    if (status != TR_OK)
        goto out;
    status = tr_bootstrap_mean_few(options, TR_PAIRED_MIN_BLOCKS, n, d, NULL, time_ms, &out->interval, err);
    if (status != TR_OK || isnan(out->interval.lower))
        goto out;
    double steps = (double)(time_ms[n - 1] - time_ms[0]) * ((double)n / (double)(n - 1));
    out->blocks = fmin(steps / (double)options->block_ms, (double)n);
    double factor = stretch_factor(out->blocks, options->alpha);
    out->interval.lower = out->difference - factor * (out->difference - out->interval.lower);
    out->interval.upper = out->difference + factor * (out->interval.upper - out->difference);
    out->verdict = judge(out->interval);
out:
    tr_free(d);
    return status;
}
