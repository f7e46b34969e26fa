#include "engine/validate/walk_fit.h"

#include "base/alloc.h"
#include "base/order.h"
#include "engine/calibrate/rank.h"
#include "engine/score/classify.h"
#include "engine/validate/importance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A task's rows and scratch; all owned. */
struct work {
    struct tr_sample fit, tail, reference, test;
    struct tr_ensemble ensemble;
    double *sorted; /* [reference.n] */
    size_t col[TR_FEATURE_INPUTS];
};

static void work_finish(struct work *work)
{
    tr_free(work->sorted);
    tr_ensemble_finish(&work->ensemble);
    tr_sample_finish(&work->test);
    tr_sample_finish(&work->reference);
    tr_sample_finish(&work->tail);
    tr_sample_finish(&work->fit);
}

static enum tr_status gather(const struct tr_walk_fit_input *input, struct work *work, struct tr_error *err)
{
    const struct tr_fold *fold = input->fold;
    tr_time_ms tail_from = fold->fit_to, fit_to = tail_from;
    enum tr_status status;
    if (input->tail.share > 0.0) {
        tail_from -= (int64_t)(input->tail.share * (double)(fold->fit_to - fold->train_from));
        fit_to = tail_from - input->tail.purge_ms;
    }
    status = tr_dataset_sample(input->set, &input->target, fold->train_from, fit_to, &work->fit, err);
    if (status == TR_OK && input->tail.share > 0.0)
        status = tr_dataset_sample(input->set, &input->target, tail_from, fold->fit_to, &work->tail, err);
    if (status == TR_OK)
        status = tr_dataset_rows(input->set, fold->reference_from, fold->train_to, &work->reference, err);
    if (status == TR_OK)
        status = tr_dataset_rows(input->set, fold->test_from, fold->test_to, &work->test, err);
    return status;
}

static void describe(const struct tr_walk_fit_input *input, struct work *work, struct tr_walk_fit *fit)
{
    fit->fit_rows = work->fit.n;
    fit->tail_rows = work->tail.n;
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
static bool can_train(const struct tr_walk_fit_input *input, const struct work *work, struct tr_walk_fit *fit)
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
    else if (input->tail.share > 0.0 && fit->tail_rows == 0)
        snprintf(fit->reason, sizeof fit->reason, "no labelled row is left to hold back from the fit");
    return fit->reason[0] == '\0';
}

static enum tr_status train(const struct tr_walk_fit_input *input, struct work *work, size_t cols, struct tr_error *err)
{
    struct tr_fit_stop stop = {
        .n = work->tail.n,
        .row = work->tail.row,
        .y = work->tail.y,
        .weight = work->tail.weight,
        .patience = input->tail.patience,
        .min_rounds = input->tail.min_rounds,
    };
    const char *names[TR_FEATURE_INPUTS];
    for (size_t i = 0; i < cols; i++)
        names[i] = tr_feature_info(TR_FEATURE_OVERLAYS + work->col[i])->name;
    struct tr_fit request = {
        .x = &input->set->inputs,
        .n = work->fit.n,
        .row = work->fit.row,
        .y = work->fit.y,
        .weight = work->fit.weight,
        .cols = cols,
        .col = work->col,
        .names = names,
        .stop = input->tail.patience ? &stop : NULL,
        .seed = input->seed,
    };
    return tr_ensemble_train(input->plan, &request, &work->ensemble, err);
}

static enum tr_status judge_tail(const struct tr_walk_fit_input *input, struct work *work, struct tr_walk_fit *fit,
                                 struct tr_error *err)
{
    double *p = tr_alloc(work->tail.n, sizeof *p);
    enum tr_status status = p ? TR_OK : tr_error_nomem(err);
    if (status == TR_OK)
        status = tr_ensemble_predict(&work->ensemble, &input->set->inputs, work->tail.n, work->tail.row, p, NULL, err);
    if (status == TR_OK)
        fit->tail_loss = tr_log_loss(work->tail.n, p, work->tail.y, work->tail.weight);
    tr_free(p);
    return status;
}

/* Scores of the reference rows and their ranks among themselves; leaves them sorted in work->sorted. */
static enum tr_status score_reference(const struct tr_walk_fit_input *input, struct work *work, struct tr_walk_fit *fit,
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

static enum tr_status score_test(const struct tr_walk_fit_input *input, struct work *work, struct tr_walk_fit *fit,
                                 struct tr_error *err)
{
    size_t n = work->test.n;
    fit->test_row = tr_alloc(n, sizeof *fit->test_row);
    fit->test_score = tr_alloc(n, sizeof *fit->test_score);
    fit->test_rank = tr_alloc(n, sizeof *fit->test_rank);
    fit->member_score = tr_alloc(fit->members * n, sizeof *fit->member_score);
    if (!fit->test_row || !fit->test_score || !fit->test_rank || !fit->member_score)
        return tr_error_nomem(err);
    if (n)
        memcpy(fit->test_row, work->test.row, n * sizeof *fit->test_row);
    enum tr_status status = tr_ensemble_predict(&work->ensemble, &input->set->inputs, n, work->test.row,
                                                fit->test_score, fit->member_score, err);
    for (size_t i = 0; i < n && status == TR_OK; i++)
        fit->test_rank[i] = tr_rank(work->reference.n, work->sorted, fit->test_score[i]);
    return status;
}

static void count_trees(const struct tr_ensemble *ensemble, struct tr_walk_fit *fit)
{
    fit->members = ensemble->n;
    for (size_t m = 0; m < ensemble->n; m++) {
        const struct tr_model *member = ensemble->member[m];
        const size_t *col;
        const struct tr_forest *forest = member->impl->forest ? member->impl->forest(member, &col) : NULL;
        fit->trees[m] = forest ? forest->n : 0;
    }
}

static enum tr_status weigh_inputs(const struct tr_walk_fit_input *input, struct work *work, struct tr_walk_fit *fit,
                                   struct tr_error *err)
{
    struct tr_sample labelled = {0};
    enum tr_status status = tr_gain_importance(&work->ensemble, TR_FEATURE_INPUTS, fit->gain, err);
    if (status != TR_OK || !input->importance)
        return status;
    status = tr_dataset_sample(input->set, &input->target, input->fold->reference_from, input->fold->train_to,
                               &labelled, err);
    struct tr_importance_rows rows = {&input->set->inputs, labelled.n,      labelled.row,
                                      labelled.y,          labelled.weight, input->seed};
    if (status == TR_OK && labelled.n)
        status = tr_permutation_importance(&work->ensemble, &rows, fit->permutation, err);
    tr_sample_finish(&labelled);
    return status;
}

enum tr_status tr_walk_fit_run(const struct tr_walk_fit_input *input, struct tr_walk_fit *out, struct tr_error *err)
{
    struct work work = {0};
    *out = (struct tr_walk_fit){.tail_loss = (double)NAN};
    for (size_t j = 0; j < TR_FEATURE_INPUTS; j++)
        out->permutation[j] = (double)NAN;
    enum tr_status status = gather(input, &work, err);
    if (status == TR_OK)
        describe(input, &work, out);
    if (status != TR_OK || !can_train(input, &work, out))
        goto out;
    status = train(input, &work, out->cols, err);
    if (status == TR_OK && work.tail.n)
        status = judge_tail(input, &work, out, err);
    if (status == TR_OK)
        count_trees(&work.ensemble, out);
    if (status == TR_OK)
        status = score_reference(input, &work, out, err);
    if (status == TR_OK)
        status = score_test(input, &work, out, err);
    if (status == TR_OK)
        status = weigh_inputs(input, &work, out, err);
    out->trained = status == TR_OK;
    if (out->trained && input->keep_model) {
        out->model = work.ensemble;
        work.ensemble = (struct tr_ensemble){0};
    }
out:
    work_finish(&work);
    return status;
}

void tr_walk_fit_finish(struct tr_walk_fit *fit)
{
    tr_ensemble_finish(&fit->model);
    tr_free(fit->reference_row);
    tr_free(fit->reference_score);
    tr_free(fit->reference_rank);
    tr_free(fit->test_row);
    tr_free(fit->test_score);
    tr_free(fit->test_rank);
    tr_free(fit->member_score);
    *fit = (struct tr_walk_fit){0};
}
