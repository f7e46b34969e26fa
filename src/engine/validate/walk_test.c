#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/validate/walk.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { HORIZON = 24, MAX_CALLS = 64 };

/* What the spy saw, call by call. In one thread, calls come in the order of the tasks. */
struct sighting {
    size_t n;
    size_t *row; /* copies; owned */
    uint64_t seed;
};

static struct {
    pthread_mutex_t lock;
    bool recording;
    size_t trainings, predictions;
    struct sighting train[MAX_CALLS], predict[MAX_CALLS];
    size_t fail_from; /* training on rows from here on fails; SIZE_MAX = never */
} spy = {.lock = PTHREAD_MUTEX_INITIALIZER, .fail_from = SIZE_MAX};

static void spy_reset(bool recording)
{
    for (size_t i = 0; i < MAX_CALLS; i++) {
        free(spy.train[i].row);
        free(spy.predict[i].row);
    }
    memset(spy.train, 0, sizeof spy.train);
    memset(spy.predict, 0, sizeof spy.predict);
    spy.trainings = spy.predictions = 0;
    spy.recording = recording;
    spy.fail_from = SIZE_MAX;
}

static void note_sighting(struct sighting *list, size_t *count, size_t n, const size_t *row, uint64_t seed)
{
    pthread_mutex_lock(&spy.lock);
    if (spy.recording && *count < MAX_CALLS) {
        struct sighting *s = &list[(*count)++];
        *s = (struct sighting){.n = n, .row = malloc((n + 1) * sizeof *row), .seed = seed};
        memcpy(s->row, row, n * sizeof *row);
    }
    pthread_mutex_unlock(&spy.lock);
}

/* Learns one slope a column, so that every row, label, weight and the seed leave their mark on each score. */
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

extern const struct tr_model_impl spy_impl;

static enum tr_status spy_train(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err)
{
    note_sighting(spy.train, &spy.trainings, fit->n, fit->row, fit->seed);
    if (fit->row[fit->n - 1] >= spy.fail_from)
        return tr_error_set(err, TR_INTERNAL, "the spy was caught");
    struct spy_model *model = tr_alloc_zero(1, sizeof *model);
    if (!model)
        return tr_error_nomem(err);
    model->base.impl = &spy_impl;
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
    note_sighting(spy.predict, &spy.predictions, n, row, 0);
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

const struct tr_model_impl spy_impl = {
    .name = "spy", .train = spy_train, .predict = spy_predict, .destroy = spy_destroy};

static const struct tr_ensemble_plan spy_plan = {.n = 1, .member = {{.impl = &spy_impl}}};

/* Hourly bars with random features and labels, one day of them missing. */
struct world {
    size_t n;
    struct tr_bars bars;
    tr_time_ms *time;
    double *price;
    struct tr_matrix features;
    struct tr_target target[TR_WALK_HEADS];
    struct tr_dataset set;
    struct tr_plan_options options;
    struct tr_fold *folds;
    size_t n_folds;
    struct tr_walk_input input;
};

static void world_fill(struct world *w, size_t n)
{
    struct tr_rng rng;
    tr_rng_init(&rng, 99, 0);
    for (size_t row = 0; row < n; row++) {
        w->time[row] = (tr_time_ms)(row + (row >= n / 2 ? 24 : 0)) * TR_HOUR_MS;
        w->price[row] = 100.0 + tr_rng_normal(&rng);
        for (size_t c = 0; c < TR_FEATURE_COLUMNS; c++)
            tr_matrix_column(&w->features, c)[row] = tr_rng_below(&rng, 50) ? tr_rng_normal(&rng) : (double)NAN;
        for (size_t head = 0; head < TR_WALK_HEADS; head++) {
            bool labelled = row + HORIZON < n && (row + HORIZON < n / 2 || row >= n / 2);
            w->target[head].y[row] = (int8_t)(labelled ? (int)tr_rng_below(&rng, 2) : -1);
            w->target[head].span[row] = (uint16_t)(1 + tr_rng_below(&rng, HORIZON));
        }
    }
}

static void world_init(struct world *w, size_t n)
{
    struct tr_error err;
    *w = (struct world){.n = n};
    w->time = tr_alloc(n, sizeof *w->time);
    w->price = tr_alloc(n, sizeof *w->price);
    assert_ok(tr_matrix_init(&w->features, n, TR_FEATURE_COLUMNS, &err), &err);
    for (size_t head = 0; head < TR_WALK_HEADS; head++) {
        w->target[head].y = tr_alloc(n, sizeof *w->target[head].y);
        w->target[head].span = tr_alloc(n, sizeof *w->target[head].span);
    }
    world_fill(w, n);
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
                                      .plan = &spy_plan,
                                      .seed = 5,
                                      .min_share = 0.8,
                                      .min_fit_rows = 100};
}

static void world_finish(struct world *w)
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
    spy_reset(false);
}

static struct tr_walk run_ok(const struct tr_walk_input *input)
{
    struct tr_walk walk;
    struct tr_error err;
    assert_ok(tr_walk_run(input, &walk, &err), &err);
    return walk;
}

/* The rows of a window, listed the slow way. */
static size_t list(const struct world *w, const struct tr_target *target, tr_time_ms from, tr_time_ms to, size_t *row)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->set.ready[i] && w->time[i] >= from && w->time[i] < to && (!target || target->y[i] >= 0))
            row[n++] = i;
    return n;
}

static void assert_saw(const struct sighting *s, size_t n, const size_t *row)
{
    assert_int_equal(s->n, n);
    assert_memory_equal(s->row, row, n * sizeof *row);
}

static void a_member_sees_exactly_its_fit_rows_and_no_label_of_them_reaches_further(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2000);
    assert_true(w.n_folds >= 8);
    spy_reset(true);
    struct tr_walk walk = run_ok(&w.input);
    assert_int_equal(spy.trainings, 2 * w.n_folds);
    assert_int_equal(spy.predictions, 4 * w.n_folds);
    size_t *row = malloc(w.n * sizeof *row);
    for (size_t task = 0; task < spy.trainings; task++) {
        const struct tr_fold *f = &w.folds[task / 2];
        size_t head = task % 2;
        const struct sighting *s = &spy.train[task];
        assert_saw(s, list(&w, &w.target[head], f->train_from, f->fit_to, row), row);
        for (size_t i = 0; i < s->n; i++) {
            tr_time_ms reached = w.time[s->row[i] + HORIZON] + TR_HOUR_MS; /* the label's last possible bar */
            assert_true(reached <= f->reference_from && reached <= f->test_from);
        }
        assert_saw(&spy.predict[2 * task], list(&w, NULL, f->reference_from, f->train_to, row), row);
        assert_saw(&spy.predict[2 * task + 1], list(&w, NULL, f->test_from, f->test_to, row), row);
    }
    free(row);
    tr_walk_finish(&walk);
    world_finish(&w);
}

static void ranks_count_the_reference_scores_below_each_score(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1400);
    struct tr_walk walk = run_ok(&w.input);
    size_t ranked = 0;
    for (size_t i = 0; i < w.n; i++) {
        assert_int_equal(isnan(walk.score[1][i]), isnan(walk.rank[1][i]));
        assert_int_equal(isnan(walk.score[1][i]), walk.fold[i] < 0 || !w.set.ready[i]);
        if (walk.fold[i] < 0 || !w.set.ready[i])
            continue;
        const struct tr_fold *f = &w.folds[walk.fold[i]];
        assert_true(w.time[i] >= f->test_from && w.time[i] < f->test_to);
        const struct tr_walk_fit *fit = &walk.fit[1][walk.fold[i]];
        double below = 0.5;
        for (size_t j = 0; j < fit->reference_rows; j++)
            below += 0.5 * (fit->reference_score[j] < walk.score[1][i]) +
                     0.5 * (fit->reference_score[j] <= walk.score[1][i]);
        assert_near(walk.rank[1][i], below / ((double)fit->reference_rows + 1.0), 1e-12);
        ranked++;
    }
    assert_true(ranked > 400);
    for (size_t k = 0; k < walk.n_folds; k++) {
        const struct tr_walk_fit *fit = &walk.fit[0][k];
        double sum = 0.0;
        for (size_t j = 0; j < fit->reference_rows; j++) {
            assert_true(w.time[fit->reference_row[j]] >= w.folds[k].reference_from);
            sum += fit->reference_rank[j];
        }
        assert_near(sum / (double)fit->reference_rows, 0.5, 1e-12); /* ranks of a set among itself */
    }
    tr_walk_finish(&walk);
    world_finish(&w);
}

static void a_fit_reports_its_rows_weights_and_columns(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1200);
    double *empty = tr_matrix_column(&w.features, TR_FEATURE_OVERLAYS + 3);
    for (size_t i = 0; i < w.n; i++)
        empty[i] = NAN;
    for (size_t i = 0; i < w.n; i++) /* spans that do not touch: each row is worth one */
        w.target[0].span[i] = 1;
    struct tr_walk walk = run_ok(&w.input);
    const struct tr_walk_fit *fit = &walk.fit[0][0];
    double positive = 0.0;
    size_t *row = malloc(w.n * sizeof *row);
    size_t n = list(&w, &w.target[0], w.folds[0].train_from, w.folds[0].fit_to, row);
    for (size_t i = 0; i < n; i++)
        positive += w.target[0].y[row[i]];
    assert_true(fit->trained);
    assert_int_equal(fit->fit_rows, n);
    assert_near(fit->fit_n, (double)n, 1e-9);
    assert_near(fit->fit_positive, positive / (double)n, 1e-12);
    assert_int_equal(fit->cols + fit->dropped, TR_FEATURE_INPUTS);
    assert_true(fit->dropped >= 1 && !fit->used[3] && fit->used[4]);
    /* The other side's spans overlap: far fewer effective rows. */
    assert_true(walk.fit[1][0].fit_n < 0.5 * (double)walk.fit[1][0].fit_rows);
    free(row);
    tr_walk_finish(&walk);
    world_finish(&w);
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

/* Folds first .. last - 1 and all bars before `end` agree to the bit. */
static void assert_same_walk(const struct tr_walk *a, const struct tr_walk *b, size_t folds, size_t end)
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

static void nothing_after_a_test_block_changes_its_scores(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2000);
    struct tr_walk before = run_ok(&w.input);
    for (size_t k = 0; k + 1 < w.n_folds; k += 3) {
        struct tr_rng rng;
        tr_rng_init(&rng, 1000 + k, 0);
        const struct tr_fold *f = &w.folds[k];
        size_t end = tr_bars_find(&w.bars, f->test_to);
        for (size_t i = 0; i < w.n; i++) {
            for (size_t head = 0; head < TR_WALK_HEADS; head++) {
                /* labels that a bar of the test block or later could have decided */
                if (w.target[head].y[i] >= 0 && w.time[i + HORIZON] >= f->test_from)
                    w.target[head].y[i] = (int8_t)!w.target[head].y[i];
            }
            for (size_t c = 0; i >= end && c < TR_FEATURE_COLUMNS; c++)
                tr_matrix_column(&w.features, c)[i] = 5.0 * tr_rng_normal(&rng);
            w.price[i] = i >= end ? 1.0 + tr_rng_uniform(&rng) : w.price[i];
        }
        struct tr_walk after = run_ok(&w.input);
        assert_same_walk(&before, &after, k + 1, end);
        size_t changed = 0; /* and it did matter to what comes later */
        for (size_t i = end; i < w.n; i++)
            changed += !test_same_bits(before.score[0][i], after.score[0][i]);
        assert_true(changed > 10);
        tr_walk_finish(&after);
        world_fill(&w, w.n);
    }
    tr_walk_finish(&before);
    world_finish(&w);
}

static void bars_that_do_not_exist_yet_change_nothing(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2000);
    struct tr_walk whole = run_ok(&w.input);
    for (size_t k = 0; k < w.n_folds; k += 4) {
        size_t end = tr_bars_find(&w.bars, w.folds[k].test_to);
        struct tr_error err;
        struct tr_bars bars = tr_bars_slice(&w.bars, 0, end);
        struct tr_matrix features = tr_matrix_view(&w.features, 0, end, 0, TR_FEATURE_COLUMNS);
        struct tr_dataset set;
        assert_ok(tr_dataset_init(&set, &bars, &features, &err), &err);
        struct tr_walk_input input = w.input;
        input.set = &set;
        input.n_folds = k + 1;
        struct tr_walk part = run_ok(&input);
        assert_same_walk(&whole, &part, k + 1, end);
        tr_walk_finish(&part);
        tr_dataset_finish(&set);
    }
    tr_walk_finish(&whole);
    world_finish(&w);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2000);
    struct tr_walk one = run_ok(&w.input);
    for (size_t threads = 1; threads <= 4; threads++) {
        struct tr_error err;
        assert_ok(tr_pool_create(threads, &w.input.pool, &err), &err);
        struct tr_walk many = run_ok(&w.input);
        assert_same_walk(&one, &many, w.n_folds, w.n);
        tr_walk_finish(&many);
        tr_pool_destroy(w.input.pool);
    }
    tr_walk_finish(&one);
    world_finish(&w);
}

static void each_fit_has_its_own_seed_and_another_run_seed_gives_others(void **state)
{
    (void)state;
    struct world w;
    uint64_t seeds[MAX_CALLS];
    world_init(&w, 1600);
    spy_reset(true);
    struct tr_walk walk = run_ok(&w.input);
    size_t n = spy.trainings;
    assert_true(n >= 8);
    for (size_t i = 0; i < n; i++) {
        seeds[i] = spy.train[i].seed;
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(seeds[i], seeds[j]);
    }
    tr_walk_finish(&walk);
    spy_reset(true);
    w.input.seed = 6;
    walk = run_ok(&w.input);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(spy.train[i].seed, seeds[i]);
    tr_walk_finish(&walk);
    /* Leaving a side out does not move the other side's seeds. */
    spy_reset(true);
    w.input.seed = 5;
    w.input.target[0].y = NULL;
    walk = run_ok(&w.input);
    assert_int_equal(spy.trainings, n / 2);
    for (size_t k = 0; k < n / 2; k++)
        assert_int_equal(spy.train[k].seed, seeds[2 * k + 1]);
    assert_false(walk.fit[0][0].trained);
    assert_string_equal(walk.fit[0][0].reason, "this side is left out");
    assert_true(walk.fit[1][0].trained);
    tr_walk_finish(&walk);
    world_finish(&w);
}

static void expect_untrained(const struct tr_walk_input *input, size_t n, const char *reason)
{
    struct tr_walk walk = run_ok(input);
    assert_false(walk.fit[0][0].trained);
    assert_non_null(strstr(walk.fit[0][0].reason, reason));
    assert_null(walk.fit[0][0].reference_score);
    for (size_t i = 0; i < n; i++)
        if (walk.fold[i] == 0)
            assert_true(isnan(walk.score[0][i]) && isnan(walk.rank[0][i]));
    tr_walk_finish(&walk);
}

static void too_little_to_learn_from_is_a_reason_not_an_error(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1200);
    struct tr_walk_input input = w.input;
    input.min_fit_rows = 400;
    expect_untrained(&input, w.n, "labelled rows to fit, 400 are needed");

    struct tr_fold fold = w.folds[0];
    fold.reference_from = fold.train_to - 9 * TR_HOUR_MS;
    input = w.input;
    input.folds = &fold;
    input.n_folds = 1;
    expect_untrained(&input, w.n, "9 reference rows, 10 are needed");

    for (size_t i = 0; i < w.n; i++)
        w.target[0].y[i] = w.target[0].y[i] < 0 ? -1 : 0;
    expect_untrained(&w.input, w.n, "same label");
    world_fill(&w, w.n);
    for (size_t i = 0; i < w.features.cols * w.features.stride; i++)
        w.features.data[i] = NAN;
    expect_untrained(&w.input, w.n, "no input has values");
    world_finish(&w);
}

static void folds_that_overlap_are_refused(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1200);
    struct tr_walk walk;
    struct tr_error err = {0};
    w.folds[1].test_from -= TR_HOUR_MS;
    assert_int_equal(tr_walk_run(&w.input, &walk, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "fold 2"));
    tr_walk_finish(&walk);
    world_finish(&w);
}

static void of_several_errors_the_first_in_order_is_told_whatever_the_threads_do(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 2000);
    spy.fail_from = tr_bars_find(&w.bars, w.folds[2].fit_to - 2 * TR_HOUR_MS); /* every fit from the third fold on */
    for (int attempt = 0; attempt < 40; attempt++) {
        struct tr_error err = {0};
        struct tr_walk walk;
        assert_ok(tr_pool_create(1 + (size_t)attempt % 4, &w.input.pool, &err), &err);
        assert_int_equal(tr_walk_run(&w.input, &walk, &err), TR_INTERNAL);
        assert_string_equal(err.text, "fold 3, long side: the spy was caught");
        tr_walk_finish(&walk);
        tr_pool_destroy(w.input.pool);
    }
    world_finish(&w);
}

struct watcher {
    atomic_int inside;
    size_t calls, last, total, stop_at;
    bool ascending, alone;
};

static bool watch(void *context, const char *stage, size_t done, size_t total, const char *units)
{
    struct watcher *w = context;
    w->alone = w->alone && atomic_fetch_add(&w->inside, 1) == 0;
    w->ascending = w->ascending && (w->calls == 0 ? done == 0 : done == w->last + 1);
    w->calls++;
    w->last = done;
    w->total = total;
    assert_string_equal(stage, "walk-forward");
    assert_string_equal(units, "fits");
    atomic_fetch_sub(&w->inside, 1);
    return done < w->stop_at;
}

static void progress_counts_every_fit_one_at_a_time_and_can_stop_the_run(void **state)
{
    (void)state;
    struct world w;
    struct tr_error err;
    world_init(&w, 2000);
    assert_ok(tr_pool_create(2, &w.input.pool, &err), &err);
    struct watcher watcher = {.stop_at = SIZE_MAX, .ascending = true, .alone = true};
    struct tr_progress progress = {watch, &watcher};
    w.input.progress = &progress;
    struct tr_walk walk = run_ok(&w.input);
    assert_int_equal(watcher.last, 2 * w.n_folds);
    assert_int_equal(watcher.total, 2 * w.n_folds);
    assert_true(watcher.ascending && watcher.alone);
    tr_walk_finish(&walk);
    for (size_t stop = 0; stop < 5; stop++) {
        watcher = (struct watcher){.stop_at = stop, .ascending = true, .alone = true};
        assert_int_equal(tr_walk_run(&w.input, &walk, &err), TR_CANCELLED);
        assert_int_equal(watcher.calls, stop + 1);
        tr_walk_finish(&walk);
    }
    tr_pool_destroy(w.input.pool);
    world_finish(&w);
}

static void no_folds_give_an_empty_walk(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 500);
    w.input.n_folds = 0;
    struct tr_walk walk = run_ok(&w.input);
    assert_int_equal(walk.n_folds, 0);
    for (size_t i = 0; i < w.n; i++)
        assert_true(walk.fold[i] == -1 && isnan(walk.rank[0][i]));
    tr_walk_finish(&walk);
    world_finish(&w);
}

static void every_failing_allocation_is_a_status_and_leaks_nothing(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 1000);
    assert_true(w.n_folds >= 2);
    w.input.n_folds = 2;
    size_t k = 1;
    for (;; k++) {
        struct tr_walk walk;
        struct tr_error err = {0};
        tr_alloc_fail_at(k);
        enum tr_status status = tr_walk_run(&w.input, &walk, &err);
        size_t calls = tr_alloc_fail_at(0);
        tr_walk_finish(&walk);
        if (status == TR_OK) {
            assert_true(calls < k);
            break;
        }
        assert_int_equal(status, TR_NOMEM);
        assert_int_equal(err.code, TR_NOMEM);
    }
    assert_true(k > 60);
    world_finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"walk-forward without leakage: a member sees exactly its fit rows and no label of them reaches further",
         a_member_sees_exactly_its_fit_rows_and_no_label_of_them_reaches_further, NULL, NULL, NULL},
        {"walk-forward without leakage: nothing after a test block changes its scores",
         nothing_after_a_test_block_changes_its_scores, NULL, NULL, NULL},
        {"walk-forward without leakage: bars that do not exist yet change nothing",
         bars_that_do_not_exist_yet_change_nothing, NULL, NULL, NULL},
        cmocka_unit_test(ranks_count_the_reference_scores_below_each_score),
        cmocka_unit_test(a_fit_reports_its_rows_weights_and_columns),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(each_fit_has_its_own_seed_and_another_run_seed_gives_others),
        cmocka_unit_test(too_little_to_learn_from_is_a_reason_not_an_error),
        cmocka_unit_test(folds_that_overlap_are_refused),
        cmocka_unit_test(of_several_errors_the_first_in_order_is_told_whatever_the_threads_do),
        cmocka_unit_test(progress_counts_every_fit_one_at_a_time_and_can_stop_the_run),
        cmocka_unit_test(no_folds_give_an_empty_walk),
        cmocka_unit_test(every_failing_allocation_is_a_status_and_leaks_nothing),
    };
    return cmocka_run_group_tests_name("validate/walk", tests, NULL, NULL);
}
