#include "engine/validate/rolling.h"

#include "base/alloc.h"

#include <assert.h>
#include <math.h>

/* Rows gathered from the newest to the oldest: the columns are filled from their ends. */
struct pool {
    const struct tr_bars *bars;
    const struct tr_rolling_outcomes *outcomes;
    const uint8_t *category; /* NULL: none */
    size_t capacity, n;
    double *rank, *y, *gain_atr; /* [capacity] */
    size_t *first, *last, *of_category;
    int64_t *time_ms;
};

static enum tr_status pool_init(struct pool *pool, size_t capacity, struct tr_error *err)
{
    pool->capacity = capacity;
    pool->rank = tr_alloc(capacity, sizeof *pool->rank);
    pool->y = tr_alloc(capacity, sizeof *pool->y);
    pool->gain_atr = tr_alloc(capacity, sizeof *pool->gain_atr);
    pool->first = tr_alloc(capacity, sizeof *pool->first);
    pool->last = tr_alloc(capacity, sizeof *pool->last);
    pool->time_ms = tr_alloc(capacity, sizeof *pool->time_ms);
    pool->of_category = tr_alloc(pool->category ? capacity : 0, sizeof *pool->of_category);
    if (!pool->of_category || !pool->rank || !pool->y || !pool->gain_atr || !pool->first || !pool->last ||
        !pool->time_ms)
        return tr_error_nomem(err);
    return TR_OK;
}

static void pool_finish(struct pool *pool)
{
    tr_free(pool->rank);
    tr_free(pool->y);
    tr_free(pool->gain_atr);
    tr_free(pool->first);
    tr_free(pool->last);
    tr_free(pool->of_category);
    tr_free(pool->time_ms);
}

static void pool_add(struct pool *pool, size_t row, double rank)
{
    int8_t event = pool->outcomes->tp1[row];
    if (event < 0 || isnan(rank))
        return;
    size_t i = pool->capacity - ++pool->n;
    pool->rank[i] = rank;
    pool->y[i] = event;
    pool->gain_atr[i] = pool->outcomes->gain_atr[row];
    pool->first[i] = row + 1;
    pool->last[i] = row + pool->outcomes->tp1_bars[row];
    pool->time_ms[i] = pool->bars->time[row];
    if (pool->category)
        pool->of_category[i] = pool->category[row];
}

static struct tr_calibration_rows pool_rows(const struct pool *pool)
{
    size_t start = pool->capacity - pool->n;
    return (struct tr_calibration_rows){
        .n = pool->n,
        .rank = pool->rank + start,
        .y = pool->y + start,
        .gain_atr = pool->gain_atr + start,
        .first = pool->first + start,
        .last = pool->last + start,
        .time_ms = pool->time_ms + start,
        .category = pool->category ? pool->of_category + start : NULL,
    };
}

/* Rows before the returned one have matured: their close + horizon lies at or before `instant`. */
static size_t matured_end(const struct tr_rolling_options *options, const struct tr_bars *bars, tr_time_ms instant)
{
    return tr_bars_find(bars, instant - options->horizon_ms - tr_timeframe_ms(bars->timeframe) + 1);
}

/* The first fold whose model gave out-of-sample rows; n_folds where none did. */
static size_t first_scored_fold(const struct tr_walk *walk, size_t head)
{
    size_t k = 0;
    while (k < walk->n_folds && !(walk->fit[head][k].trained && walk->fit[head][k].test_rows > 0))
        k++;
    return k;
}

static void gather_reference(struct pool *pool, const struct tr_walk_fit *fit, size_t end)
{
    for (size_t i = fit->trained ? fit->reference_rows : 0; i-- > 0 && pool->n < pool->capacity;)
        if (fit->reference_row[i] < end)
            pool_add(pool, fit->reference_row[i], fit->reference_rank[i]);
}

/* Backwards through the bars that have matured, until the pool is full or the first scored fold is behind. */
static void gather_walk(struct pool *pool, const struct tr_walk *walk, size_t head, size_t first_fold, size_t end)
{
    for (size_t row = end; row-- > 0 && pool->n < pool->capacity;) {
        if (walk->fold[row] >= 0 && (size_t)walk->fold[row] < first_fold)
            return;
        pool_add(pool, row, walk->rank[head][row]);
    }
}

enum tr_status tr_rolling_calibration(const struct tr_rolling_options *options, const struct tr_rolling_query *query,
                                      struct tr_calibration **out, bool *from_reference, struct tr_error *err)
{
    const struct tr_walk *walk = query->walk;
    assert(query->head < TR_WALK_HEADS && query->fold <= walk->n_folds);
    *out = NULL;
    size_t first_fold = first_scored_fold(walk, query->head);
    const struct tr_walk_fit *deciding =
        query->fold < walk->n_folds ? &walk->fit[query->head][query->fold] : query->newest;
    *from_reference = first_fold >= query->fold && deciding;
    size_t end = matured_end(options, query->bars, query->instant);
    struct pool pool = {.bars = query->bars, .outcomes = query->outcomes, .category = query->category};
    size_t capacity = options->capacity < query->bars->n ? options->capacity : query->bars->n;
    enum tr_status status = pool_init(&pool, capacity, err);
    if (status != TR_OK)
        goto out;
    if (*from_reference)
        gather_reference(&pool, deciding, end);
    else if (first_fold < walk->n_folds)
        gather_walk(&pool, walk, query->head, first_fold, end);
    struct tr_calibration_rows rows = pool_rows(&pool);
    status = tr_calibration_create(&options->calibration, &rows, out, err);
out:
    pool_finish(&pool);
    return status;
}
