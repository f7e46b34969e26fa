#include "engine/validate/walk.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* What the tasks share. A task is fold * TR_WALK_HEADS + head. */
struct run {
    const struct tr_walk_input *input;
    struct tr_walk *out;
    size_t total; /* fits to be told to progress */
    pthread_mutex_t lock;
    /* under the lock */
    size_t done;
    bool cancelled;
    size_t failed; /* lowest task that failed; SIZE_MAX = none */
    enum tr_status status;
    struct tr_error error;
};

static bool wanted(const struct tr_walk_input *input, size_t task)
{
    size_t fold = task / TR_WALK_HEADS, head = task % TR_WALK_HEADS;
    return input->target[head].y && (!input->plan_of || input->plan_of[head * input->n_folds + fold]);
}

static struct tr_walk_fit_input request_of(const struct tr_walk_input *input, size_t task)
{
    size_t fold = task / TR_WALK_HEADS, head = task % TR_WALK_HEADS;
    struct tr_rng rng;
    tr_rng_init(&rng, input->seed, task);
    return (struct tr_walk_fit_input){
        .set = input->set,
        .target = input->target[head],
        .fold = &input->folds[fold],
        .plan = input->plan_of ? input->plan_of[head * input->n_folds + fold] : input->plan,
        .tail = input->tail,
        .min_share = input->min_share,
        .min_fit_rows = input->min_fit_rows,
        .keep_model = input->keep_models,
        .importance = input->importance,
        .seed = tr_rng_u64(&rng),
    };
}

/* What is damaged in the cache is as good as not there. */
static bool resume(struct run *run, size_t head, size_t fold, struct tr_walk_fit *fit)
{
    const struct tr_walk_cache *cache = run->input->keep_models ? NULL : run->input->cache;
    struct tr_buf bytes;
    struct tr_error ignored;
    bool found;
    if (!cache)
        return false;
    tr_buf_init(&bytes);
    pthread_mutex_lock(&run->lock);
    found = cache->find(cache->context, head, fold, &bytes);
    pthread_mutex_unlock(&run->lock);
    found = found && tr_walk_fit_unpack(bytes.data, bytes.len, run->out->n_bars, fit, &ignored) == TR_OK;
    tr_buf_finish(&bytes);
    if (!found)
        tr_walk_fit_finish(fit);
    return found;
}

static void remember(struct run *run, size_t head, size_t fold, const struct tr_walk_fit *fit)
{
    const struct tr_walk_cache *cache = run->input->keep_models ? NULL : run->input->cache;
    struct tr_buf bytes;
    if (!cache)
        return;
    tr_buf_init(&bytes);
    tr_walk_fit_pack(fit, &bytes);
    pthread_mutex_lock(&run->lock);
    if (!bytes.failed)
        cache->keep(cache->context, head, fold, &bytes);
    pthread_mutex_unlock(&run->lock);
    tr_buf_finish(&bytes);
}

static enum tr_status fit_head(struct run *run, size_t task, bool *resumed, struct tr_error *err)
{
    size_t fold = task / TR_WALK_HEADS, head = task % TR_WALK_HEADS;
    struct tr_walk_fit *fit = &run->out->fit[head][fold];
    struct tr_walk_fit_input request = request_of(run->input, task);
    enum tr_status status = TR_OK;
    *resumed = resume(run, head, fold, fit);
    if (!*resumed) {
        status = tr_walk_fit_run(&request, fit, err);
        if (status == TR_OK)
            remember(run, head, fold, fit);
    }
    for (size_t i = 0; status == TR_OK && fit->trained && i < fit->test_rows; i++) {
        run->out->score[head][fit->test_row[i]] = fit->test_score[i];
        run->out->rank[head][fit->test_row[i]] = fit->test_rank[i];
    }
    return status;
}

/* A task behind a failed one need not run, one before it must: the error that is reported is then always that of the
 * lowest number that fails, whatever the threads did. */
static bool may_start(struct run *run, size_t task)
{
    pthread_mutex_lock(&run->lock);
    bool go = !run->cancelled && task < run->failed;
    pthread_mutex_unlock(&run->lock);
    return go;
}

static void note(struct run *run, size_t task, bool resumed, enum tr_status status, const struct tr_error *error)
{
    pthread_mutex_lock(&run->lock);
    if (status != TR_OK && task < run->failed) {
        run->failed = task;
        run->status = status;
        run->error = *error;
    }
    run->done++;
    run->out->resumed += resumed;
    if (!run->cancelled && run->failed == SIZE_MAX)
        run->cancelled = !tr_progress_tell(run->input->progress, "walk-forward", run->done, run->total, "fits");
    pthread_mutex_unlock(&run->lock);
}

static void run_task(void *context, size_t task)
{
    struct run *run = context;
    size_t head = task % TR_WALK_HEADS;
    if (!wanted(run->input, task) || !may_start(run, task))
        return;
    struct tr_error error = {0};
    bool resumed;
    enum tr_status status = fit_head(run, task, &resumed, &error);
    if (status != TR_OK)
        tr_error_prepend(&error, "fold %zu, %s side", task / TR_WALK_HEADS + 1, head == 0 ? "long" : "short");
    note(run, task, resumed, status, &error);
}

/* Instants in order and test blocks apart: what keeps two tasks from writing one row. */
static enum tr_status check_folds(const struct tr_walk_input *input, struct tr_error *err)
{
    for (size_t k = 0; k < input->n_folds; k++) {
        const struct tr_fold *f = &input->folds[k];
        bool ordered = f->train_from <= f->fit_to && f->fit_to <= f->reference_from &&
                       f->reference_from <= f->train_to && f->train_to <= f->test_from && f->test_from <= f->test_to;
        if (!ordered || (k > 0 && f->test_from < input->folds[k - 1].test_to))
            return tr_error_set(err, TR_INVALID, "fold %zu: its windows overlap or are out of order", k + 1);
    }
    return TR_OK;
}

static enum tr_status allocate(const struct tr_walk_input *input, struct tr_walk *out, struct tr_error *err)
{
    size_t n = input->set->bars->n;
    out->fold = tr_alloc(n, sizeof *out->fold);
    bool complete = out->fold != NULL;
    for (size_t head = 0; head < TR_WALK_HEADS; head++) {
        out->fit[head] = tr_alloc_zero(input->n_folds, sizeof **out->fit);
        out->score[head] = tr_alloc(n, sizeof **out->score);
        out->rank[head] = tr_alloc(n, sizeof **out->rank);
        complete = complete && out->fit[head] && out->score[head] && out->rank[head];
    }
    if (!complete)
        return tr_error_nomem(err);
    out->n_bars = n;
    out->n_folds = input->n_folds;
    for (size_t row = 0; row < n; row++)
        out->fold[row] = -1;
    for (size_t head = 0; head < TR_WALK_HEADS; head++)
        for (size_t row = 0; row < n; row++)
            out->score[head][row] = out->rank[head][row] = (double)NAN;
    return TR_OK;
}

static void mark_test_rows(const struct tr_walk_input *input, struct tr_walk *out)
{
    for (size_t k = 0; k < input->n_folds; k++) {
        size_t end = tr_bars_find(input->set->bars, input->folds[k].test_to);
        for (size_t row = tr_bars_find(input->set->bars, input->folds[k].test_from); row < end; row++)
            out->fold[row] = (int)k;
        for (size_t head = 0; head < TR_WALK_HEADS; head++)
            if (!wanted(input, k * TR_WALK_HEADS + head))
                snprintf(out->fit[head][k].reason, sizeof out->fit[head][k].reason, "this side is left out");
    }
}

enum tr_status tr_walk_run(const struct tr_walk_input *input, struct tr_walk *out, struct tr_error *err)
{
    *out = (struct tr_walk){0};
    enum tr_status status = check_folds(input, err);
    if (status == TR_OK)
        status = allocate(input, out, err);
    if (status != TR_OK)
        return status;
    mark_test_rows(input, out);
    struct run run = {.input = input, .out = out, .failed = SIZE_MAX};
    for (size_t task = 0; task < input->n_folds * TR_WALK_HEADS; task++)
        run.total += wanted(input, task);
    if (run.total == 0)
        return TR_OK;
    run.cancelled = !tr_progress_tell(input->progress, "walk-forward", 0, run.total, "fits");
    pthread_mutex_init(&run.lock, NULL);
    tr_pool_run(input->pool, input->n_folds * TR_WALK_HEADS, run_task, &run);
    pthread_mutex_destroy(&run.lock);
    if (run.failed != SIZE_MAX) {
        if (err)
            *err = run.error;
        return run.status;
    }
    return run.cancelled
               ? tr_error_set(err, TR_CANCELLED, "walk-forward stopped after %zu of %zu fits", run.done, run.total)
               : TR_OK;
}

void tr_walk_adopt(struct tr_walk *walk, struct tr_walk *from, size_t head, size_t fold)
{
    struct tr_walk_fit *fit = &walk->fit[head][fold];
    assert(walk->n_folds == from->n_folds && walk->n_bars == from->n_bars);
    tr_walk_fit_finish(fit);
    *fit = from->fit[head][fold];
    from->fit[head][fold] = (struct tr_walk_fit){0};
    for (size_t row = 0; row < walk->n_bars; row++) {
        if (walk->fold[row] != (int)fold)
            continue;
        walk->score[head][row] = from->score[head][row];
        walk->rank[head][row] = from->rank[head][row];
    }
}

void tr_walk_finish(struct tr_walk *walk)
{
    for (size_t head = 0; head < TR_WALK_HEADS; head++) {
        for (size_t k = 0; walk->fit[head] && k < walk->n_folds; k++)
            tr_walk_fit_finish(&walk->fit[head][k]);
        tr_free(walk->fit[head]);
        tr_free(walk->score[head]);
        tr_free(walk->rank[head]);
    }
    tr_free(walk->fold);
    *walk = (struct tr_walk){0};
}
