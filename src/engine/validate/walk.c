#include "engine/validate/walk.h"

#include "base/alloc.h"
#include "base/order.h"
#include "base/rng.h"
#include "engine/calibrate/rank.h"

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

/* One task's rows and scratch; all owned. */
struct work {
    struct tr_sample fit, reference, test;
    struct tr_ensemble ensemble;
    double *sorted; /* [reference.n] */
    double *scores; /* [test.n] */
    size_t col[TR_FEATURE_INPUTS];
};

static void work_finish(struct work *work)
{
    tr_free(work->scores);
    tr_free(work->sorted);
    tr_ensemble_finish(&work->ensemble);
    tr_sample_finish(&work->test);
    tr_sample_finish(&work->reference);
    tr_sample_finish(&work->fit);
}

static enum tr_status gather(const struct tr_walk_input *input, const struct tr_fold *fold, size_t head,
                             struct work *work, struct tr_error *err)
{
    const struct tr_dataset *set = input->set;
    enum tr_status status =
        tr_dataset_sample(set, &input->target[head], fold->train_from, fold->fit_to, &work->fit, err);
    if (status == TR_OK)
        status = tr_dataset_rows(set, fold->reference_from, fold->train_to, &work->reference, err);
    if (status == TR_OK)
        status = tr_dataset_rows(set, fold->test_from, fold->test_to, &work->test, err);
    return status;
}

static void describe(const struct tr_walk_input *input, struct work *work, struct tr_walk_fit *fit)
{
    fit->fit_rows = work->fit.n;
    fit->reference_rows = work->reference.n;
    fit->test_rows = work->test.n;
    fit->fit_positive = (double)NAN;
    if (work->fit.n == 0)
        return;
    double sum = 0.0, positive = 0.0;
    for (size_t i = 0; i < work->fit.n; i++) {
        sum += work->fit.weight[i];
        positive += work->fit.weight[i] * work->fit.y[i];
    }
    fit->fit_positive = positive / sum;
    fit->cols = tr_dataset_columns(input->set, &work->fit, input->min_share, work->col);
    fit->dropped = TR_FEATURE_INPUTS - fit->cols;
    for (size_t i = 0; i < fit->cols; i++)
        fit->used[work->col[i]] = true;
    fit->fit_n = work->fit.effective;
}

/* Says in fit->reason what keeps this head from having a model. */
static bool can_train(const struct tr_walk_input *input, const struct work *work, struct tr_walk_fit *fit)
{
    size_t min_reference = input->min_fit_rows / 10;
    size_t positives = 0;
    for (size_t i = 0; i < work->fit.n; i++)
        positives += work->fit.y[i] > 0.5;
    if (fit->fit_rows < input->min_fit_rows || fit->fit_rows == 0)
        snprintf(fit->reason, sizeof fit->reason, "%zu labelled rows to fit, %zu are needed", fit->fit_rows,
                 input->min_fit_rows);
    else if (fit->reference_rows < min_reference || fit->reference_rows == 0)
        snprintf(fit->reason, sizeof fit->reason, "%zu reference rows, %zu are needed", fit->reference_rows,
                 min_reference);
    else if (positives == 0 || positives == fit->fit_rows)
        snprintf(fit->reason, sizeof fit->reason, "all %zu fit rows have the same label", fit->fit_rows);
    else if (fit->cols == 0)
        snprintf(fit->reason, sizeof fit->reason, "no input has values in the fit rows");
    return fit->reason[0] == '\0';
}

static enum tr_status train(const struct tr_walk_input *input, size_t task, struct work *work, size_t cols,
                            struct tr_error *err)
{
    struct tr_rng rng;
    tr_rng_init(&rng, input->seed, task);
    struct tr_fit request = {
        .x = &input->set->inputs,
        .n = work->fit.n,
        .row = work->fit.row,
        .y = work->fit.y,
        .weight = work->fit.weight,
        .cols = cols,
        .col = work->col,
        .seed = tr_rng_u64(&rng),
    };
    return tr_ensemble_train(input->plan, &request, &work->ensemble, err);
}

/* Scores of the reference rows and their ranks among themselves; leaves them sorted in work->sorted. */
static enum tr_status score_reference(const struct tr_walk_input *input, struct work *work, struct tr_walk_fit *fit,
                                      struct tr_error *err)
{
    size_t m = work->reference.n;
    fit->reference_row = tr_alloc(m, sizeof *fit->reference_row);
    fit->reference_score = tr_alloc(m, sizeof *fit->reference_score);
    fit->reference_rank = tr_alloc(m, sizeof *fit->reference_rank);
    work->sorted = tr_alloc(m, sizeof *work->sorted);
    if (!fit->reference_row || !fit->reference_score || !fit->reference_rank || !work->sorted)
        return tr_error_nomem(err);
    enum tr_status status = tr_ensemble_predict(&work->ensemble, &input->set->inputs, m, work->reference.row,
                                                fit->reference_score, NULL, err);
    if (status != TR_OK)
        return status;
    memcpy(fit->reference_row, work->reference.row, m * sizeof *fit->reference_row);
    memcpy(work->sorted, fit->reference_score, m * sizeof *work->sorted);
    tr_sort_doubles(m, work->sorted);
    for (size_t i = 0; i < m; i++)
        fit->reference_rank[i] = tr_rank(m, work->sorted, fit->reference_score[i]);
    return TR_OK;
}

static enum tr_status score_test(const struct run *run, size_t head, struct work *work, struct tr_error *err)
{
    const struct tr_sample *test = &work->test;
    work->scores = tr_alloc(test->n, sizeof *work->scores);
    if (!work->scores)
        return tr_error_nomem(err);
    enum tr_status status =
        tr_ensemble_predict(&work->ensemble, &run->input->set->inputs, test->n, test->row, work->scores, NULL, err);
    for (size_t i = 0; i < test->n && status == TR_OK; i++) {
        run->out->score[head][test->row[i]] = work->scores[i];
        run->out->rank[head][test->row[i]] = tr_rank(work->reference.n, work->sorted, work->scores[i]);
    }
    return status;
}

static enum tr_status fit_head(const struct run *run, size_t task, struct tr_error *err)
{
    const struct tr_walk_input *input = run->input;
    size_t k = task / TR_WALK_HEADS, head = task % TR_WALK_HEADS;
    struct tr_walk_fit *fit = &run->out->fit[head][k];
    struct work work = {0};
    enum tr_status status = gather(input, &input->folds[k], head, &work, err);
    if (status == TR_OK)
        describe(input, &work, fit);
    if (status != TR_OK || !can_train(input, &work, fit))
        goto out;
    status = train(input, task, &work, fit->cols, err);
    if (status == TR_OK)
        status = score_reference(input, &work, fit, err);
    if (status == TR_OK)
        status = score_test(run, head, &work, err);
    fit->trained = status == TR_OK;
    if (fit->trained && input->keep_models) {
        fit->model = work.ensemble;
        work.ensemble = (struct tr_ensemble){0};
    }
out:
    work_finish(&work);
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

static void note(struct run *run, size_t task, enum tr_status status, const struct tr_error *error)
{
    pthread_mutex_lock(&run->lock);
    if (status != TR_OK && task < run->failed) {
        run->failed = task;
        run->status = status;
        run->error = *error;
    }
    run->done++;
    if (!run->cancelled && run->failed == SIZE_MAX)
        run->cancelled = !tr_progress_tell(run->input->progress, "walk-forward", run->done, run->total, "fits");
    pthread_mutex_unlock(&run->lock);
}

static void run_task(void *context, size_t task)
{
    struct run *run = context;
    size_t head = task % TR_WALK_HEADS;
    if (!run->input->target[head].y || !may_start(run, task))
        return;
    struct tr_error error = {0};
    enum tr_status status = fit_head(run, task, &error);
    if (status != TR_OK)
        tr_error_prepend(&error, "fold %zu, %s side", task / TR_WALK_HEADS + 1, head == 0 ? "long" : "short");
    note(run, task, status, &error);
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
            if (!input->target[head].y)
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
    for (size_t head = 0; head < TR_WALK_HEADS; head++)
        run.total += input->target[head].y ? input->n_folds : 0;
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

void tr_walk_finish(struct tr_walk *walk)
{
    for (size_t head = 0; head < TR_WALK_HEADS; head++) {
        for (size_t k = 0; walk->fit[head] && k < walk->n_folds; k++) {
            tr_ensemble_finish(&walk->fit[head][k].model);
            tr_free(walk->fit[head][k].reference_row);
            tr_free(walk->fit[head][k].reference_score);
            tr_free(walk->fit[head][k].reference_rank);
        }
        tr_free(walk->fit[head]);
        tr_free(walk->score[head]);
        tr_free(walk->rank[head]);
    }
    tr_free(walk->fold);
    *walk = (struct tr_walk){0};
}
