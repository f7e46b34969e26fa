#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/model/lightgbm.h"
#include "engine/model/trees.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define ROWS ((size_t)600)
#define COLS ((size_t)4)

/* A table whose column 2 tells something of y. */
struct table {
    struct tr_matrix x;
    double y[ROWS], weight[ROWS];
    size_t row[ROWS], col[COLS];
};

static void fill_table(struct table *t, uint64_t seed, double signal)
{
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, seed, 0);
    assert_ok(tr_matrix_init(&t->x, ROWS, COLS, &err), &err);
    for (size_t j = 0; j < COLS; j++) {
        t->col[j] = j;
        for (size_t i = 0; i < ROWS; i++)
            tr_matrix_column(&t->x, j)[i] = tr_rng_uniform(&rng) < 0.1 ? (double)NAN : tr_rng_normal(&rng);
    }
    for (size_t i = 0; i < ROWS; i++) {
        double told = tr_matrix_at(&t->x, i, 2);
        t->row[i] = i;
        t->weight[i] = 0.2 + tr_rng_uniform(&rng);
        t->y[i] = tr_rng_uniform(&rng) < 1.0 / (1.0 + exp(isnan(told) ? 0.0 : -signal * told)) ? 1.0 : 0.0;
    }
}

static struct tr_fit fit_of(const struct table *t, size_t n)
{
    return (struct tr_fit){.x = &t->x,
                           .n = n,
                           .row = t->row,
                           .y = t->y,
                           .weight = t->weight,
                           .cols = COLS,
                           .col = t->col,
                           .rounds = 30,
                           .seed = 9};
}

static struct tr_model *train(const struct tr_fit *fit)
{
    struct tr_model *model;
    struct tr_error err;
    assert_ok(tr_model_lightgbm.train(fit, &model, &err), &err);
    return model;
}

static void save(const struct tr_model *model, struct tr_buf *out)
{
    struct tr_error err;
    tr_buf_init(out);
    assert_ok(model->impl->save(model, out, &err), &err);
}

static bool same_file(const struct tr_model *a, const struct tr_model *b)
{
    struct tr_buf first, second;
    save(a, &first);
    save(b, &second);
    bool same = first.len == second.len && memcmp(first.data, second.data, first.len) == 0;
    tr_buf_finish(&second);
    tr_buf_finish(&first);
    return same;
}

static void predict(const struct tr_model *model, const struct table *t, double *p)
{
    struct tr_error err;
    assert_ok(model->impl->predict(model, &t->x, ROWS, t->row, p, &err), &err);
}

static size_t trees_of(const struct tr_model *model)
{
    const size_t *col;
    return model->impl->forest(model, &col)->n;
}

/* Share of pairs of the second half's rows that stand in the right order. */
static double out_of_sample(uint64_t seed, double signal)
{
    static struct table t;
    static double p[ROWS];
    fill_table(&t, seed, signal);
    struct tr_fit fit = fit_of(&t, ROWS / 2);
    struct tr_model *model = train(&fit);
    predict(model, &t, p);
    double right = 0.0, pairs = 0.0;
    for (size_t i = ROWS / 2; i < ROWS; i++) {
        assert_true(p[i] > 0.0 && p[i] < 1.0);
        for (size_t j = ROWS / 2; j < ROWS; j++) {
            if (t.y[i] > t.y[j]) {
                pairs += 1.0;
                right += p[i] > p[j] ? 1.0 : p[i] == p[j] ? 0.5 : 0.0;
            }
        }
    }
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
    return right / pairs;
}

static void a_signal_is_learnt_and_noise_is_not(void **state)
{
    (void)state;
    double signal = 0.0, noise = 0.0;
    for (uint64_t seed = 0; seed < 5; seed++) {
        signal += out_of_sample(seed, 3.0) / 5.0;
        noise += out_of_sample(seed, 0.0) / 5.0;
    }
    assert_true(signal > 0.78);
    assert_near(noise, 0.5, 0.04);
}

static void the_same_fit_gives_the_same_bytes_and_another_seed_other_ones(void **state)
{
    (void)state;
    static struct table t;
    fill_table(&t, 2, 1.0);
    const struct tr_param random[] = {{"subsample", "0.5"}, {"subsample_freq", "1"}, {"colsample_bytree", "0.5"}};
    struct tr_fit fit = fit_of(&t, ROWS);
    fit.params = random;
    fit.n_params = 3;
    struct tr_model *a = train(&fit), *b = train(&fit);
    fit.seed = 10;
    struct tr_model *c = train(&fit);
    assert_true(same_file(a, b));
    assert_false(same_file(a, c));
    c->impl->destroy(c);
    b->impl->destroy(b);
    a->impl->destroy(a);
    tr_matrix_finish(&t.x);
}

struct job {
    struct table table;
    struct tr_model *model;
    enum tr_status status;
};

static void *train_in_thread(void *context)
{
    struct job *job = context;
    struct tr_error err;
    struct tr_fit fit = fit_of(&job->table, ROWS);
    job->status = tr_model_lightgbm.train(&fit, &job->model, &err);
    return NULL;
}

static void two_threads_at_once_train_what_one_trains(void **state)
{
    (void)state;
    static struct job job[2], alone[2];
    pthread_t thread[2];
    for (uint64_t i = 0; i < 2; i++) {
        fill_table(&job[i].table, 3 + i, 1.0);
        fill_table(&alone[i].table, 3 + i, 1.0);
        train_in_thread(&alone[i]);
    }
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, train_in_thread, &job[i]), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(job[i].status, TR_OK);
        assert_true(same_file(job[i].model, alone[i].model));
        job[i].model->impl->destroy(job[i].model);
        alone[i].model->impl->destroy(alone[i].model);
        tr_matrix_finish(&job[i].table.x);
        tr_matrix_finish(&alone[i].table.x);
    }
}

static void a_loaded_model_predicts_the_same_bits_and_saves_the_same_bytes(void **state)
{
    (void)state;
    static struct table t;
    static double before[ROWS], after[ROWS];
    struct tr_error err;
    struct tr_model *copy;
    struct tr_buf file;
    fill_table(&t, 6, 2.0);
    const size_t chosen[] = {2, 3};
    const char *const names[] = {"slope of it", "other"};
    struct tr_fit fit = fit_of(&t, ROWS);
    fit.cols = 2;
    fit.col = chosen;
    fit.names = names;
    struct tr_model *model = train(&fit);
    save(model, &file);
    assert_non_null(strstr(tr_buf_string(&file), "feature_names=slope_of_it other\n"));
    assert_ok(tr_model_lightgbm.load(file.data, file.len, 2, chosen, &copy, &err), &err);
    predict(model, &t, before);
    predict(copy, &t, after);
    assert_memory_equal(before, after, sizeof before);
    assert_true(same_file(model, copy));
    const size_t *col;
    assert_true(copy->impl->forest(copy, &col)->features == 2 && col[0] == 2 && col[1] == 3);
    copy->impl->destroy(copy);

    assert_int_equal(tr_model_lightgbm.load(file.data, file.len, 3, t.col, &copy, &err), TR_CORRUPT);
    assert_null(copy);
    assert_ok(tr_model_lightgbm.load(file.data, file.len, 0, NULL, &copy, &err), &err);
    assert_true(copy->impl->forest(copy, &col)->features == 2 && col[0] == 0 && col[1] == 1);
    copy->impl->destroy(copy);
    assert_int_equal(tr_model_lightgbm.load("no model", 8, 0, NULL, &copy, &err), TR_CORRUPT);
    tr_buf_finish(&file);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

static void only_the_chosen_rows_and_columns_are_seen(void **state)
{
    (void)state;
    static struct table t, changed;
    static size_t row[ROWS / 3];
    static double y[ROWS / 3];
    const size_t chosen[] = {1, 2};
    fill_table(&t, 7, 2.0);
    fill_table(&changed, 7, 2.0);
    for (size_t i = 0; i < ROWS; i++) {
        tr_matrix_column(&changed.x, 0)[i] = 1e9;
        for (size_t j = 0; i % 3 != 0 && j < COLS; j++)
            tr_matrix_column(&changed.x, j)[i] = -5.0;
    }
    for (size_t i = 0; i < ROWS / 3; i++) {
        row[i] = 3 * i;
        y[i] = t.y[3 * i];
    }
    struct tr_fit fit = fit_of(&t, ROWS / 3), other;
    fit.row = row;
    fit.y = y;
    fit.cols = 2;
    fit.col = chosen;
    other = fit;
    other.x = &changed.x;
    struct tr_model *a = train(&fit), *b = train(&other);
    assert_true(same_file(a, b));
    b->impl->destroy(b);
    a->impl->destroy(a);
    tr_matrix_finish(&changed.x);
    tr_matrix_finish(&t.x);
}

static void early_stopping_leaves_out_the_trees_after_the_best(void **state)
{
    (void)state;
    static struct table t;
    fill_table(&t, 8, 1.0);
    struct tr_fit fit = fit_of(&t, ROWS / 2);
    struct tr_fit_stop stop = {.n = ROWS / 2,
                               .row = t.row + ROWS / 2,
                               .y = t.y + ROWS / 2,
                               .weight = t.weight + ROWS / 2,
                               .patience = 10,
                               .min_rounds = 20};
    fit.rounds = 300;
    struct tr_model *all = train(&fit);
    fit.stop = &stop;
    struct tr_model *stopped = train(&fit);
    assert_true(trees_of(all) == 300);
    assert_true(trees_of(stopped) >= 20 && trees_of(stopped) < 150);
    fit.stop = NULL;
    fit.rounds = trees_of(stopped);
    struct tr_model *as_many = train(&fit);
    static double p[ROWS], q[ROWS];
    predict(stopped, &t, p);
    predict(as_many, &t, q);
    assert_memory_equal(p, q, sizeof p);
    as_many->impl->destroy(as_many);
    stopped->impl->destroy(stopped);
    fit.rounds = 15; /* fewer than may be stopped at: all of them stay */
    fit.stop = &stop;
    stopped = train(&fit);
    assert_true(trees_of(stopped) == 15);
    stopped->impl->destroy(stopped);
    all->impl->destroy(all);
    tr_matrix_finish(&t.x);
}

static void the_defaults_are_those_of_the_specification(void **state)
{
    (void)state;
    static struct table t;
    fill_table(&t, 11, 1.0);
    const struct tr_param spelled[] = {{"num_leaves", "31"},
                                       {"learning_rate", "0.05"},
                                       {"max_bin", "63"},
                                       {"min_data_in_leaf", "40"},
                                       {"lambda_l2", "1"}};
    const struct tr_param alias[] = {
        {"max_leaves", "31"}, {"eta", "0.05"}, {"max_bins", "63"}, {"min_child_samples", "40"}, {"reg_lambda", "1"}};
    const struct tr_param different[] = {{"min_data", "20"}};
    struct tr_fit fit = fit_of(&t, ROWS);
    struct tr_model *plain = train(&fit);
    fit.n_params = 5;
    fit.params = spelled;
    struct tr_model *a = train(&fit);
    fit.params = alias;
    struct tr_model *b = train(&fit);
    fit.n_params = 1;
    fit.params = different;
    struct tr_model *c = train(&fit);
    assert_true(same_file(plain, a) && same_file(plain, b) && !same_file(plain, c));
    c->impl->destroy(c);
    b->impl->destroy(b);
    a->impl->destroy(a);
    plain->impl->destroy(plain);
    tr_matrix_finish(&t.x);
}

static void assert_refused(const struct tr_fit *fit, const char *text)
{
    struct tr_error err = {0};
    struct tr_model *model;
    assert_int_equal(tr_model_lightgbm.train(fit, &model, &err), TR_INVALID);
    assert_null(model);
    if (!strstr(err.text, text))
        fail_msg("'%s' does not say '%s'", err.text, text);
}

static void a_fit_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static struct table t;
    static double zero[ROWS];
    fill_table(&t, 12, 1.0);
    struct tr_fit good = fit_of(&t, ROWS), fit = good;
    const struct tr_param wrong[] = {{"num_leafs", "3"}}, classes[] = {{"objective", "multiclass"}};
    fit.n_params = 1;
    fit.params = wrong;
    assert_refused(&fit, "num_leaves");
    fit.params = classes;
    assert_refused(&fit, "binary");
    fit = good;
    fit.n = 0;
    assert_refused(&fit, "no rows");
    fit = good;
    fit.cols = 0;
    assert_refused(&fit, "no columns");
    fit = good;
    fit.rounds = 0;
    assert_refused(&fit, "no rounds");
    fit = good;
    fit.weight = zero;
    assert_refused(&fit, "all weights are 0");
    t.y[17] = 2.0;
    assert_refused(&good, "row 17");
    tr_matrix_finish(&t.x);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static struct table t;
    fill_table(&t, 13, 2.0);
    struct tr_fit fit = fit_of(&t, 200);
    const char *const names[COLS] = {"a", "b", "c", "d"};
    struct tr_fit_stop stop = {.n = 50, .row = t.row + 200, .y = t.y + 200, .patience = 2, .min_rounds = 1};
    fit.names = names;
    fit.rounds = 3;
    fit.stop = &stop;
    struct tr_model *model = train(&fit), *copy;
    struct tr_error err;
    struct tr_buf file;
    save(model, &file);
    size_t k = 1;
    for (enum tr_status status = TR_NOMEM; status != TR_OK; k++) {
        tr_alloc_fail_at(k);
        status = tr_model_lightgbm.train(&fit, &copy, &err);
        tr_alloc_fail_at(0);
        if (status == TR_OK) {
            assert_true(same_file(model, copy));
            copy->impl->destroy(copy);
        } else {
            assert_int_equal(status, TR_NOMEM);
            assert_null(copy);
        }
    }
    assert_true(k > 40);
    k = 1;
    for (enum tr_status status = TR_NOMEM; status != TR_OK; k++) {
        tr_alloc_fail_at(k);
        status = tr_model_lightgbm.load(file.data, file.len, COLS, t.col, &copy, &err);
        tr_alloc_fail_at(0);
        if (status == TR_OK)
            copy->impl->destroy(copy);
        else
            assert_int_equal(status, TR_NOMEM);
    }
    assert_true(k > 5);
    tr_buf_finish(&file);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_is_learnt_and_noise_is_not),
        cmocka_unit_test(the_same_fit_gives_the_same_bytes_and_another_seed_other_ones),
        cmocka_unit_test(two_threads_at_once_train_what_one_trains),
        cmocka_unit_test(a_loaded_model_predicts_the_same_bits_and_saves_the_same_bytes),
        cmocka_unit_test(only_the_chosen_rows_and_columns_are_seen),
        cmocka_unit_test(early_stopping_leaves_out_the_trees_after_the_best),
        cmocka_unit_test(the_defaults_are_those_of_the_specification),
        cmocka_unit_test(a_fit_that_makes_no_sense_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
