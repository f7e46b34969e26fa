#include "engine/validate/plan.h"

#include "base/alloc.h"

#include <math.h>

#define MAX_DAYS 36500.0
#define MAX_BARS ((size_t)10000000)
#define MAX_BAR_MS (7 * TR_DAY_MS)

struct tr_plan_options tr_plan_defaults(int64_t bar_ms)
{
    return (struct tr_plan_options){
        .train_days = 180.0,
        .purge_days = 2.0,
        .embargo_days = 1.0,
        .test_days = 30.0,
        .advance_days = 30.0,
        .min_last_days = 7.0,
        .min_train_bars = 2000,
        .fit_share = 0.8,
        .bar_ms = bar_ms,
        .label_bars = 24,
        .horizon_ms = 48 * TR_HOUR_MS,
    };
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t days_to_ms(double days)
{
    return llround(days * (double)TR_DAY_MS);
}

/* Up to a whole number of bars: windows on the grid keep the law without a word about rounding anywhere else. */
static int64_t whole_bars(const struct tr_plan_options *options, int64_t ms)
{
    int64_t over = ms % options->bar_ms;
    return over ? ms + options->bar_ms - over : ms;
}

static tr_time_ms grid_from(const struct tr_plan_options *options, tr_time_ms instant)
{
    tr_time_ms below = tr_time_floor(instant, options->bar_ms);
    return below == instant ? instant : below + options->bar_ms;
}

static enum tr_status check_days(const struct tr_plan_options *options, struct tr_error *err)
{
    const struct {
        const char *name;
        double value, min;
    } days[] = {
        {"train_days", options->train_days, 0.001},     {"purge_days", options->purge_days, 0.0},
        {"embargo_days", options->embargo_days, 0.0},   {"test_days", options->test_days, 0.001},
        {"advance_days", options->advance_days, 0.001}, {"min_last_days", options->min_last_days, 0.0},
    };
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (!(days[i].value >= days[i].min && days[i].value <= MAX_DAYS))
            return tr_error_set(err, TR_INVALID, "walkforward: %s must be %g to %g, not %g", days[i].name, days[i].min,
                                MAX_DAYS, days[i].value);
    if (options->advance_days < options->test_days)
        return tr_error_set(err, TR_INVALID,
                            "walkforward: advance_days (%g) under test_days (%g) would test bars twice",
                            options->advance_days, options->test_days);
    return TR_OK;
}

/* How a training window is divided; both parts end on the grid. */
static void divide(const struct tr_plan_options *options, struct tr_fold *fold)
{
    int64_t bars = (fold->train_to - fold->train_from) / options->bar_ms;
    int64_t reference = smaller(bars, larger(1, llround((1.0 - options->fit_share) * (double)bars)));
    fold->reference_from = fold->train_to - reference * options->bar_ms;
    fold->fit_to = larger(fold->train_from, fold->reference_from - tr_plan_purge_ms(options));
}

enum tr_status tr_plan_check(const struct tr_plan_options *options, struct tr_error *err)
{
    if (check_days(options, err) != TR_OK)
        return TR_INVALID;
    if (options->bar_ms < 1 || options->bar_ms > MAX_BAR_MS)
        return tr_error_set(err, TR_INVALID, "walkforward: a bar of %lld ms is not possible",
                            (long long)options->bar_ms);
    if (options->min_train_bars > MAX_BARS)
        return tr_error_set(err, TR_INVALID, "walkforward: min_train_bars must be 0 to %zu, not %zu", MAX_BARS,
                            options->min_train_bars);
    if (options->label_bars < 1 || options->label_bars > MAX_BARS)
        return tr_error_set(err, TR_INVALID, "walkforward: label_bars must be 1 to %zu, not %zu", MAX_BARS,
                            options->label_bars);
    if (options->horizon_ms < 0 || options->horizon_ms > days_to_ms(MAX_DAYS))
        return tr_error_set(err, TR_INVALID, "walkforward: a horizon of %lld ms is not possible",
                            (long long)options->horizon_ms);
    if (!(options->fit_share > 0.0 && options->fit_share < 1.0))
        return tr_error_set(err, TR_INVALID, "walkforward: fit_share must lie between 0 and 1, not %g",
                            options->fit_share);
    struct tr_fold window = {.train_to = tr_plan_train_ms(options)};
    divide(options, &window);
    if (window.fit_to <= window.train_from)
        return tr_error_set(err, TR_INVALID,
                            "walkforward: a training window of %.1f days leaves nothing to fit: %.1f days are its "
                            "reference and %.1f days the purge before it",
                            (double)window.train_to / (double)TR_DAY_MS,
                            (double)(window.train_to - window.reference_from) / (double)TR_DAY_MS,
                            (double)tr_plan_purge_ms(options) / (double)TR_DAY_MS);
    return TR_OK;
}

int64_t tr_plan_purge_ms(const struct tr_plan_options *options)
{
    int64_t label = (int64_t)options->label_bars * options->bar_ms;
    int64_t reach = larger(larger(days_to_ms(options->purge_days), label), options->horizon_ms);
    return whole_bars(options, reach);
}

int64_t tr_plan_gap_ms(const struct tr_plan_options *options)
{
    return tr_plan_purge_ms(options) + whole_bars(options, days_to_ms(options->embargo_days));
}

int64_t tr_plan_train_ms(const struct tr_plan_options *options)
{
    int64_t days = whole_bars(options, days_to_ms(options->train_days));
    return options->exact_days ? days : larger(days, (int64_t)options->min_train_bars * options->bar_ms);
}

/* Fold number k of a series that begins at `start`; false where its test block would be too short or lie behind `end`.
 */
static bool make_fold(const struct tr_plan_options *options, tr_time_ms start, tr_time_ms end, size_t k,
                      struct tr_fold *fold)
{
    int64_t train = tr_plan_train_ms(options), gap = tr_plan_gap_ms(options);
    int64_t test = whole_bars(options, days_to_ms(options->test_days));
    int64_t advance = whole_bars(options, days_to_ms(options->advance_days));
    fold->train_from = start + (int64_t)k * advance;
    fold->train_to = fold->train_from + train;
    fold->test_from = fold->train_to + gap;
    fold->test_to = smaller(fold->test_from + test, end);
    divide(options, fold);
    int64_t tested = fold->test_to - fold->test_from;
    return tested > 0 && (tested == test || tested >= days_to_ms(options->min_last_days));
}

enum tr_status tr_plan_walk_forward(const struct tr_plan_options *options, tr_time_ms first, tr_time_ms end,
                                    struct tr_fold **folds, size_t *n, struct tr_error *err)
{
    *folds = NULL;
    *n = 0;
    if (tr_plan_check(options, err) != TR_OK)
        return TR_INVALID;
    tr_time_ms start = grid_from(options, first);
    tr_time_ms stop = tr_time_floor(end, options->bar_ms);
    struct tr_fold fold;
    size_t count = 0;
    while (make_fold(options, start, stop, count, &fold))
        count++;
    if (count == 0)
        return TR_OK;
    struct tr_fold *made = tr_alloc(count, sizeof *made);
    if (!made)
        return tr_error_nomem(err);
    for (size_t k = 0; k < count; k++)
        make_fold(options, start, stop, k, &made[k]);
    *folds = made;
    *n = count;
    return TR_OK;
}

struct tr_fold tr_plan_newest(const struct tr_plan_options *options, tr_time_ms first, tr_time_ms last_open)
{
    struct tr_fold fold = {0};
    fold.test_from = tr_time_floor(last_open, options->bar_ms);
    fold.test_to = fold.test_from + options->bar_ms;
    fold.train_to = fold.test_from - tr_plan_purge_ms(options);
    fold.train_from = larger(grid_from(options, first), fold.train_to - tr_plan_train_ms(options));
    fold.train_from = smaller(fold.train_from, fold.train_to);
    divide(options, &fold);
    return fold;
}
