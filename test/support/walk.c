#include "support/test.h"

#include "support/walk.h"

#include "base/alloc.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct test_spy test_spy = {.lock = PTHREAD_MUTEX_INITIALIZER, .fail_from = SIZE_MAX};

void test_spy_reset(bool recording)
{
    for (size_t i = 0; i < TEST_SPY_CALLS; i++) {
        free(test_spy.train[i].row);
        free(test_spy.predict[i].row);
    }
    memset(test_spy.train, 0, sizeof test_spy.train);
    memset(test_spy.predict, 0, sizeof test_spy.predict);
    test_spy.trainings = test_spy.predictions = 0;
    test_spy.recording = recording;
    test_spy.fail_from = SIZE_MAX;
}

static void note_sighting(struct test_sighting *list, size_t *count, size_t n, const size_t *row, uint64_t seed)
{
    pthread_mutex_lock(&test_spy.lock);
    if (test_spy.recording && *count < TEST_SPY_CALLS) {
        struct test_sighting *s = &list[(*count)++];
        *s = (struct test_sighting){.n = n, .row = malloc((n + 1) * sizeof *row), .seed = seed};
        memcpy(s->row, row, n * sizeof *row);
    }
    pthread_mutex_unlock(&test_spy.lock);
}

struct spy_model {
    struct tr_model base;
    size_t cols;
    size_t col[TR_FEATURE_INPUTS];
    double slope[TR_FEATURE_INPUTS];
    double shift;
};

static double value_or_zero(double x)
{
    return isnan(x) ? 0.0 : x;
}

static enum tr_status spy_train(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err)
{
    note_sighting(test_spy.train, &test_spy.trainings, fit->n, fit->row, fit->seed);
    if (fit->row[fit->n - 1] >= test_spy.fail_from)
        return tr_error_set(err, TR_INTERNAL, "the spy was caught");
    struct spy_model *model = tr_alloc_zero(1, sizeof *model);
    if (!model)
        return tr_error_nomem(err);
    model->base.impl = &test_spy_impl;
    model->cols = fit->cols;
    for (size_t c = 0; c < fit->cols; c++) {
        model->col[c] = fit->col[c];
        for (size_t i = 0; i < fit->n; i++)
            model->slope[c] += fit->weight[i] * (fit->y[i] - 0.5) *
                               value_or_zero(tr_matrix_at(fit->x, fit->row[i], fit->col[c])) / (double)fit->n;
    }
    model->shift = (double)(fit->seed >> 11) * 0x1p-53 - 0.5;
    *out = &model->base;
    return TR_OK;
}

static enum tr_status spy_predict(const struct tr_model *base, const struct tr_matrix *x, size_t n, const size_t *row,
                                  double *out, struct tr_error *err)
{
    (void)err;
    const struct spy_model *model = (const struct spy_model *)(const void *)base;
    note_sighting(test_spy.predict, &test_spy.predictions, n, row, 0);
    for (size_t i = 0; i < n; i++) {
        double sum = model->shift;
        for (size_t c = 0; c < model->cols; c++)
            sum += model->slope[c] * value_or_zero(tr_matrix_at(x, row[i], model->col[c]));
        out[i] = 1.0 / (1.0 + exp(-sum));
    }
    return TR_OK;
}

static void spy_destroy(struct tr_model *model)
{
    tr_free(model);
}

const struct tr_model_impl test_spy_impl = {
    .name = "spy", .train = spy_train, .predict = spy_predict, .destroy = spy_destroy};

const struct tr_ensemble_plan test_spy_plan = {.n = 1, .member = {{.impl = &test_spy_impl}}};

void test_walk_world_fill(struct test_walk_world *w)
{
    size_t n = w->n;
    struct tr_rng rng;
    tr_rng_init(&rng, 99, 0);
    for (size_t row = 0; row < n; row++) {
        w->time[row] = (tr_time_ms)(row + (row >= n / 2 ? 24 : 0)) * TR_HOUR_MS;
        w->price[row] = 100.0 + tr_rng_normal(&rng);
        for (size_t c = 0; c < TR_FEATURE_COLUMNS; c++)
            tr_matrix_column(&w->features, c)[row] = tr_rng_below(&rng, 50) ? tr_rng_normal(&rng) : (double)NAN;
        for (size_t head = 0; head < TR_WALK_HEADS; head++) {
            bool labelled = row + TEST_WALK_HORIZON < n && (row + TEST_WALK_HORIZON < n / 2 || row >= n / 2);
            w->target[head].y[row] = (int8_t)(labelled ? (int)tr_rng_below(&rng, 2) : -1);
            w->target[head].span[row] = (uint16_t)(1 + tr_rng_below(&rng, TEST_WALK_HORIZON));
        }
    }
}

void test_walk_world_init(struct test_walk_world *w, size_t n)
{
    struct tr_error err;
    *w = (struct test_walk_world){.n = n};
    w->time = tr_alloc(n, sizeof *w->time);
    w->price = tr_alloc(n, sizeof *w->price);
    assert_ok(tr_matrix_init(&w->features, n, TR_FEATURE_COLUMNS, &err), &err);
    for (size_t head = 0; head < TR_WALK_HEADS; head++) {
        w->target[head].y = tr_alloc(n, sizeof *w->target[head].y);
        w->target[head].span = tr_alloc(n, sizeof *w->target[head].span);
    }
    test_walk_world_fill(w);
    w->bars = (struct tr_bars){n, TR_TIMEFRAME_1H, w->time, w->price, w->price, w->price, w->price, w->price};
    assert_ok(tr_dataset_init(&w->set, &w->bars, &w->features, &err), &err);
    w->options = tr_plan_defaults(TR_HOUR_MS);
    w->options.train_days = 20.0;
    w->options.min_train_bars = 0;
    w->options.test_days = w->options.advance_days = 5.0;
    w->options.min_last_days = 2.0;
    assert_ok(tr_plan_walk_forward(&w->options, w->time[TR_FEATURE_WARMUP_ROWS], w->time[n - 1] + TR_HOUR_MS, &w->folds,
                                   &w->n_folds, &err),
              &err);
    w->input = (struct tr_walk_input){.set = &w->set,
                                      .target = {w->target[0], w->target[1]},
                                      .folds = w->folds,
                                      .n_folds = w->n_folds,
                                      .plan = &test_spy_plan,
                                      .seed = 5,
                                      .min_share = 0.8,
                                      .min_fit_rows = 100};
}

void test_walk_world_finish(struct test_walk_world *w)
{
    tr_free(w->folds);
    tr_dataset_finish(&w->set);
    for (size_t head = 0; head < TR_WALK_HEADS; head++) {
        tr_free(w->target[head].y);
        tr_free(w->target[head].span);
    }
    tr_matrix_finish(&w->features);
    tr_free(w->price);
    tr_free(w->time);
    test_spy_reset(false);
}

struct tr_walk test_walk_run(const struct tr_walk_input *input)
{
    struct tr_walk walk;
    struct tr_error err;
    assert_ok(tr_walk_run(input, &walk, &err), &err);
    return walk;
}

size_t test_walk_rows(const struct test_walk_world *w, const struct tr_target *target, tr_time_ms from, tr_time_ms to,
                      size_t *row)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->set.ready[i] && w->time[i] >= from && w->time[i] < to && (!target || target->y[i] >= 0))
            row[n++] = i;
    return n;
}

static void assert_same_fit(const struct tr_walk_fit *a, const struct tr_walk_fit *b)
{
    assert_int_equal(a->trained, b->trained);
    assert_int_equal(a->reference_rows, b->reference_rows);
    assert_same_bits(a->fit_n, b->fit_n);
    assert_same_bits(a->fit_positive, b->fit_positive);
    assert_memory_equal(a->used, b->used, sizeof a->used);
    for (size_t i = 0; i < a->reference_rows && a->trained; i++) {
        assert_int_equal(a->reference_row[i], b->reference_row[i]);
        assert_same_bits(a->reference_score[i], b->reference_score[i]);
        assert_same_bits(a->reference_rank[i], b->reference_rank[i]);
    }
}

void test_assert_same_walk(const struct tr_walk *a, const struct tr_walk *b, size_t folds, size_t end)
{
    for (size_t head = 0; head < TR_WALK_HEADS; head++) {
        for (size_t k = 0; k < folds; k++)
            assert_same_fit(&a->fit[head][k], &b->fit[head][k]);
        for (size_t i = 0; i < end; i++) {
            assert_same_bits(a->score[head][i], b->score[head][i]);
            assert_same_bits(a->rank[head][i], b->rank[head][i]);
        }
    }
}
