#include "engine/score/fan.h"

#include "base/alloc.h"
#include "base/order.h"
#include "base/rng.h"
#include "engine/score/bootstrap.h"

#include <assert.h>
#include <math.h>

enum { MIN_RETURNS = 15 };

const double tr_fan_level[TR_FAN_QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};

/* What one path leaves behind: its equity at the steps, step by step, and its largest drawdown. */
struct paths {
    size_t n;
    double *equity;   /* [steps][n] */
    double *drawdown; /* [n] */
    double *spare;    /* [n] for sorting */
    size_t *drawn;    /* rows of one path */
};

static void follow_path(size_t n, const double *r, const struct tr_fan *fan, const struct paths *paths, size_t path)
{
    double equity = 1.0, peak = 1.0, worst = 0.0;
    size_t step = 0;
    for (size_t i = 0; i <= n; i++) {
        if (step < fan->steps && fan->row[step] == i)
            paths->equity[step++ * paths->n + path] = equity;
        if (i == n)
            break;
        equity *= 1.0 + r[paths->drawn[i]];
        peak = equity > peak ? equity : peak;
        double drawdown = (peak - equity) / peak;
        worst = drawdown > worst ? drawdown : worst;
    }
    paths->drawdown[path] = worst;
}

static void take_quantiles(const struct tr_fan *fan, const struct paths *paths)
{
    for (size_t step = 0; step < fan->steps; step++) {
        double *equity = &paths->equity[step * paths->n];
        tr_sort_doubles_spare(paths->n, equity, paths->spare);
        for (size_t q = 0; q < TR_FAN_QUANTILES; q++)
            fan->value[q][step] = tr_quantile_sorted(paths->n, equity, tr_fan_level[q]);
    }
}

/* The paths' ends stand sorted in the last step. */
static double share_below_start(const struct tr_fan *fan, const struct paths *paths)
{
    const double *end = &paths->equity[(fan->steps - 1) * paths->n];
    size_t below = 0;
    while (below < paths->n && end[below] < 1.0)
        below++;
    return (double)below / (double)paths->n;
}

static enum tr_status allocate(struct tr_fan *fan, size_t steps, struct tr_error *err)
{
    fan->row = tr_alloc(steps, sizeof *fan->row);
    if (!fan->row)
        return tr_error_nomem(err);
    for (size_t q = 0; q < TR_FAN_QUANTILES; q++) {
        fan->value[q] = tr_alloc(steps, sizeof *fan->value[q]);
        if (!fan->value[q])
            return tr_error_nomem(err);
    }
    fan->steps = steps;
    return TR_OK;
}

static void place_rows(size_t n, struct tr_fan *fan)
{
    double apart = (double)n / (double)(fan->steps - 1);
    for (size_t step = 0; step < fan->steps; step++)
        fan->row[step] = (size_t)floor((double)step * apart + 0.5);
    fan->row[fan->steps - 1] = n;
}

enum tr_status tr_fan_draw(size_t n, const double *r, double block_rows, size_t paths, uint64_t seed, size_t most,
                           struct tr_fan *out, struct tr_error *err)
{
    assert(block_rows >= 1.0 && most >= 2);
    const double unknown = (double)NAN;
    *out = (struct tr_fan){.loss_chance = unknown, .drawdown_median = unknown, .drawdown_95 = unknown};
    if (n < MIN_RETURNS || paths == 0)
        return TR_OK;
    enum tr_status status = allocate(out, most < n + 1 ? most : n + 1, err);
    if (status != TR_OK)
        return status;
    struct paths made = {.n = paths,
                         .equity = tr_alloc(paths, out->steps * sizeof *made.equity),
                         .drawdown = tr_alloc(paths, sizeof *made.drawdown),
                         .spare = tr_alloc(paths, sizeof *made.spare),
                         .drawn = tr_alloc(n, sizeof *made.drawn)};
    if (!made.equity || !made.drawdown || !made.spare || !made.drawn) {
        status = tr_error_nomem(err);
        goto out;
    }
    place_rows(n, out);
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    for (size_t path = 0; path < paths; path++) {
        tr_stationary_rows(n, block_rows, &rng, made.drawn);
        follow_path(n, r, out, &made, path);
    }
    take_quantiles(out, &made);
    out->loss_chance = share_below_start(out, &made);
    tr_sort_doubles_spare(paths, made.drawdown, made.spare);
    out->drawdown_median = tr_quantile_sorted(paths, made.drawdown, 0.5);
    out->drawdown_95 = tr_quantile_sorted(paths, made.drawdown, 0.95);
out:
    tr_free(made.drawn);
    tr_free(made.spare);
    tr_free(made.drawdown);
    tr_free(made.equity);
    return status;
}

void tr_fan_finish(struct tr_fan *fan)
{
    tr_free(fan->row);
    for (size_t q = 0; q < TR_FAN_QUANTILES; q++)
        tr_free(fan->value[q]);
    *fan = (struct tr_fan){0};
}
