#include "engine/feature/causal.h"

#include "base/alloc.h"
#include "base/order.h"
#include "engine/market/gaps.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

const double tr_recursive_level[TR_RECURSIVE_LEVELS] = {1e-2, 1e-3, 1e-6, 0.0};

struct trials {
    const struct tr_causal_source *source;
    const struct tr_bars *bars;
    size_t warmup;
    struct tr_matrix all;   /* [n x columns]: with the whole history */
    struct tr_matrix anew;  /* [longest x columns]: of one trial */
    double *scale;          /* [columns]; NaN: not yet computed */
    double *sorted, *spare; /* [n] */
    struct tr_recursive *out;
};

/* --- places where the history is begun anew --- */

/* How many places are in the segment [start, end). */
static size_t places_in(size_t start, size_t end, size_t longest)
{
    return end - start > longest ? end - start - longest : 0;
}

static size_t count_places(const struct tr_bars *bars, size_t longest)
{
    size_t places = 0;
    for (size_t start = 0, end; start < bars->n; start = end) {
        end = tr_segment_end(bars, start);
        places += places_in(start, end, longest);
    }
    return places;
}

/* The row of the k-th place, counted from 1. */
static size_t place_row(const struct tr_bars *bars, size_t longest, size_t k)
{
    size_t start = 0, end = tr_segment_end(bars, 0);
    for (size_t here; (here = places_in(start, end, longest)) < k; k -= here) {
        start = end;
        end = tr_segment_end(bars, start);
    }
    return start + k;
}

/* --- how far apart --- */

static double median_magnitude(struct trials *trials, size_t column)
{
    const double *x = tr_matrix_column(&trials->all, column);
    size_t n = 0;
    for (size_t i = 0; i < trials->bars->n; i++)
        if (isfinite(x[i]))
            trials->sorted[n++] = fabs(x[i]);
    tr_sort_doubles_spare(n, trials->sorted, trials->spare);
    return n > 0 ? tr_quantile_sorted(n, trials->sorted, 0.5) : 0.0;
}

/* 0 only for the same bits or two NaNs. */
static double distance(struct trials *trials, size_t column, double a, double b)
{
    if (memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)))
        return 0.0;
    if (a == b)
        return DBL_MIN; /* zeros of two signs */
    if (isnan(trials->scale[column]))
        trials->scale[column] = median_magnitude(trials, column);
    double apart = fabs(a - b) / fmax(fmax(fabs(a), fabs(b)), trials->scale[column]);
    return isnan(apart) ? (double)INFINITY : apart;
}

/* From the last row of the trial to its first: the row behind the last one that is too far off is where a level is
 * reached. */
static void compare_column(struct trials *trials, size_t column, size_t row)
{
    struct tr_recursive_column *found = &trials->out->column[column];
    const double *all = tr_matrix_column(&trials->all, column) + row, *anew = tr_matrix_column(&trials->anew, column);
    size_t longest = trials->out->longest, need[TR_RECURSIVE_LEVELS] = {0};
    double worst = 0.0, worst_warm = (double)NAN;
    for (size_t i = longest; i-- > 0;) {
        double apart = distance(trials, column, all[i], anew[i]);
        if (apart > worst) {
            worst = apart;
            for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++)
                if (need[level] == 0 && worst > tr_recursive_level[level])
                    need[level] = i + 1;
        }
        if (i >= trials->warmup && !(isnan(all[i]) && isnan(anew[i])))
            worst_warm = worst;
    }
    for (size_t level = 0; level < TR_RECURSIVE_LEVELS; level++) {
        size_t bars = need[level] == longest ? SIZE_MAX : need[level];
        if (bars > found->bars[level])
            found->bars[level] = bars;
    }
    if (!isnan(worst_warm) && !(worst_warm <= found->error_at_warmup))
        found->error_at_warmup = worst_warm;
}

/* Evenly spread, but for up to a quarter of the way back to the one before: else all could begin at the same hour of a
 * day, and columns that count by days would look better or worse than they are. */
static size_t trial_place(size_t t, size_t trials, size_t places)
{
    size_t golden = t * 618034 % 1000000;
    return (t + 1) * places / trials - places / trials / 4 * golden / 1000000;
}

static enum tr_status run_trial(struct trials *trials, size_t row, struct tr_error *err)
{
    struct tr_bars bars = tr_bars_slice(trials->bars, row, trials->out->longest);
    enum tr_status status = tr_causal_run(trials->source, &bars, &trials->anew, err);
    for (size_t column = 0; column < trials->source->columns && status == TR_OK; column++)
        if (tr_causal_uses(trials->source, column))
            compare_column(trials, column, row);
    return status;
}

/* --- all of it --- */

static enum tr_status prepare(struct trials *trials, struct tr_error *err)
{
    size_t columns = trials->source->columns, n = trials->bars->n;
    struct tr_recursive *out = trials->out;
    out->columns = columns;
    out->column = tr_alloc_zero(columns, sizeof *out->column);
    trials->scale = tr_alloc(columns, sizeof *trials->scale);
    trials->sorted = tr_alloc(n, sizeof *trials->sorted);
    trials->spare = tr_alloc(n, sizeof *trials->spare);
    if (!out->column || !trials->scale || !trials->sorted || !trials->spare)
        return tr_error_nomem(err);
    for (size_t column = 0; column < columns; column++) {
        out->column[column].error_at_warmup = (double)NAN;
        trials->scale[column] = (double)NAN;
        for (size_t level = 0; level < TR_RECURSIVE_LEVELS && out->trials == 0; level++)
            out->column[column].bars[level] = SIZE_MAX;
    }
    if (tr_matrix_init(&trials->all, n, columns, err))
        return err->code;
    return tr_matrix_init(&trials->anew, out->longest, columns, err);
}

enum tr_status tr_recursive_check(const struct tr_causal_source *source, const struct tr_bars *bars, size_t trials,
                                  size_t longest, size_t warmup, struct tr_recursive *out, struct tr_error *err)
{
    struct trials work = {.source = source, .bars = bars, .warmup = warmup, .out = out};
    size_t places = longest > 0 ? count_places(bars, longest) : 0;
    *out = (struct tr_recursive){.trials = trials < places ? trials : places, .longest = longest};
    enum tr_status status = prepare(&work, err);
    if (status == TR_OK && out->trials > 0)
        status = tr_causal_run(source, bars, &work.all, err);
    for (size_t t = 0; t < out->trials && status == TR_OK; t++)
        status = run_trial(&work, place_row(bars, longest, trial_place(t, out->trials, places)), err);
    tr_matrix_finish(&work.all);
    tr_matrix_finish(&work.anew);
    tr_free(work.scale);
    tr_free(work.sorted);
    tr_free(work.spare);
    return status;
}

void tr_recursive_finish(struct tr_recursive *recursive)
{
    tr_free(recursive->column);
    *recursive = (struct tr_recursive){0};
}
