#include "engine/score/bootstrap.h"

#include "base/alloc.h"
#include "base/order.h"
#include "base/rng.h"
#include "base/special.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

/* Fewer rows or blocks than this say nothing about how far a mean may be off: two trades would give an interval that
 * ends at the two trades. */
enum { MIN_ROWS = 15, MIN_BLOCKS = 15 };

/* Sums over the first i rows, so that a block of any length costs two subtractions. */
struct sums {
    double *weight, *product; /* [n + 1] */
};

static void add_up(size_t n, const double *x, const double *weight, const struct sums *sums)
{
    sums->weight[0] = sums->product[0] = 0.0;
    for (size_t i = 0; i < n; i++) {
        double w = weight ? weight[i] : 1.0;
        sums->weight[i + 1] = sums->weight[i] + w;
        sums->product[i + 1] = sums->product[i] + w * x[i];
    }
}

/* end [n]: the row behind the block that starts at row i. Rows go round in a circle, row n being row 0 again one mean
 * step after the last: otherwise the first and the last rows would be drawn less often than the others. */
static void find_blocks(size_t n, const int64_t *time_ms, int64_t block_ms, size_t *end)
{
    double span = (double)(time_ms[n - 1] - time_ms[0]);
    double round_ms = n > 1 ? span + span / (double)(n - 1) : 0.0;
    size_t e = 0;
    for (size_t i = 0; i < n; i++) {
        e = e > i ? e : i + 1;
        for (; e < i + n; e++) {
            double at = e < n ? (double)time_ms[e] : (double)time_ms[e - n] + round_ms;
            if (at - (double)time_ms[i] >= (double)block_ms)
                break;
        }
        end[i] = e;
    }
}

/* Sum of the rows first .. end - 1, where rows from n on are rows 0, 1 ... again. */
static double sum_block(const double *sum, size_t n, size_t first, size_t end)
{
    return end <= n ? sum[end] - sum[first] : sum[n] - sum[first] + sum[end - n];
}

/* The mean of one sample of n rows; NaN where its weights are all zero. */
static double draw_mean(size_t n, const struct sums *sums, const size_t *block_end, struct tr_rng *rng)
{
    double weight = 0.0, product = 0.0;
    for (size_t rows = 0; rows < n;) {
        size_t first = (size_t)tr_rng_below(rng, n);
        size_t length = block_end[first] - first;
        length = length < n - rows ? length : n - rows;
        weight += sum_block(sums->weight, n, first, first + length);
        product += sum_block(sums->product, n, first, first + length);
        rows += length;
    }
    return weight > 0.0 ? product / weight : (double)NAN;
}

/* Percentiles of draws [n], NaN ones left out. Sorts draws. */
static struct tr_interval percentiles(size_t n, double *draws, double alpha)
{
    tr_sort_doubles(n, draws);
    while (n > 0 && isnan(draws[n - 1]))
        n--;
    return (struct tr_interval){tr_quantile_sorted(n, draws, 0.5 * alpha),
                                tr_quantile_sorted(n, draws, 1.0 - 0.5 * alpha)};
}

static enum tr_status bootstrap_mean(const struct tr_bootstrap_options *options, size_t n, const double *x,
                                     const double *weight, const int64_t *time_ms, struct tr_interval *out,
                                     struct tr_error *err)
{
    enum tr_status status = TR_OK;
    struct sums sums = {tr_alloc(n + 1, sizeof(double)), tr_alloc(n + 1, sizeof(double))};
    size_t *block_end = tr_alloc(n, sizeof *block_end);
    double *draws = tr_alloc(options->draws, sizeof *draws);
    if (!sums.weight || !sums.product || !block_end || !draws) {
        status = tr_error_nomem(err);
        goto out;
    }
    add_up(n, x, weight, &sums);
    find_blocks(n, time_ms, options->block_ms, block_end);
    struct tr_rng rng;
    tr_rng_init(&rng, options->seed, 0);
    for (size_t d = 0; d < options->draws; d++)
        draws[d] = draw_mean(n, &sums, block_end, &rng);
    *out = percentiles(options->draws, draws, options->alpha);
out:
    tr_free(draws);
    tr_free(block_end);
    tr_free(sums.product);
    tr_free(sums.weight);
    return status;
}

enum tr_status tr_bootstrap_mean(const struct tr_bootstrap_options *options, size_t n, const double *x,
                                 const double *weight, const int64_t *time_ms, struct tr_interval *out,
                                 struct tr_error *err)
{
    *out = (struct tr_interval){(double)NAN, (double)NAN};
    if (n < MIN_ROWS || options->draws == 0 || time_ms[n - 1] - time_ms[0] < MIN_BLOCKS * options->block_ms)
        return TR_OK;
    return bootstrap_mean(options, n, x, weight, time_ms, out, err);
}

enum tr_status tr_bootstrap_mean_few(const struct tr_bootstrap_options *options, size_t least, size_t n,
                                     const double *x, const double *weight, const int64_t *time_ms,
                                     struct tr_interval *out, struct tr_error *err)
{
    *out = (struct tr_interval){(double)NAN, (double)NAN};
    if (n < 2 || n < least || options->draws == 0)
        return TR_OK;
    double round_ms = (double)(time_ms[n - 1] - time_ms[0]) * ((double)n / (double)(n - 1));
    if (round_ms < (double)least * (double)options->block_ms)
        return TR_OK;
    return bootstrap_mean(options, n, x, weight, time_ms, out, err);
}

/* Student's quantile by way of Beta's: t^2 = d (1 - x) / x where x is Beta(d / 2, 1 / 2). */
double tr_bootstrap_level(double blocks, double alpha)
{
    if (!(blocks > 1.0))
        return (double)NAN;
    double degrees = blocks - 1.0, tail = tr_beta_quantile(alpha, 0.5 * degrees, 0.5);
    double t = sqrt(degrees * (1.0 - tail) / tail);
    return 2.0 * tr_normal_cdf(-sqrt(blocks / degrees) * t);
}

void tr_stationary_rows(size_t n, double block_rows, struct tr_rng *rng, size_t *row)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        bool anew = i == 0 || tr_rng_uniform(rng) * block_rows < 1.0;
        at = anew ? (size_t)tr_rng_below(rng, n) : at + 1 < n ? at + 1 : 0;
        row[i] = at;
    }
}

enum tr_status tr_bootstrap_stationary_all(const struct tr_stationary_options *options, size_t n, size_t figures,
                                           tr_statistics_fn statistics, const void *data, struct tr_interval *out,
                                           struct tr_error *err)
{
    assert(options->block_rows >= 1.0 && figures > 0);
    for (size_t k = 0; k < figures; k++)
        out[k] = (struct tr_interval){(double)NAN, (double)NAN};
    if (n < MIN_ROWS || options->draws == 0 || (double)n < MIN_BLOCKS * options->block_rows)
        return TR_OK;
    enum tr_status status = TR_OK;
    size_t *row = tr_alloc(n, sizeof *row);
    double *draws = tr_alloc(figures, (options->draws + 1) * sizeof *draws); /* a column a figure, then one draw's */
    if (!row || !draws) {
        status = tr_error_nomem(err);
        goto out;
    }
    double *figure = draws + figures * options->draws;
    struct tr_rng rng;
    tr_rng_init(&rng, options->seed, 0);
    for (size_t d = 0; d < options->draws; d++) {
        tr_stationary_rows(n, options->block_rows, &rng, row);
        statistics(n, row, data, figure);
        for (size_t k = 0; k < figures; k++)
            draws[k * options->draws + d] = figure[k];
    }
    for (size_t k = 0; k < figures; k++)
        out[k] = percentiles(options->draws, draws + k * options->draws, options->alpha);
out:
    tr_free(draws);
    tr_free(row);
    return status;
}

struct single {
    tr_statistic_fn statistic;
    const void *data;
};

static void single_figure(size_t n, const size_t *row, const void *data, double *figure)
{
    const struct single *single = data;
    figure[0] = single->statistic(n, row, single->data);
}

enum tr_status tr_bootstrap_stationary(const struct tr_stationary_options *options, size_t n, tr_statistic_fn statistic,
                                       const void *data, struct tr_interval *out, struct tr_error *err)
{
    const struct single single = {statistic, data};
    return tr_bootstrap_stationary_all(options, n, 1, single_figure, &single, out, err);
}
