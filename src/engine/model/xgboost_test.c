#include "engine/model/xgboost_test.h"

#include <pthread.h>

/* Share of pairs of the rows from `first` on that stand in the right order. */
static double order_share(const struct table *t, const double *p, size_t first)
{
    double right = 0.0, pairs = 0.0;
    for (size_t i = first; i < ROWS; i++) {
        for (size_t j = first; j < ROWS; j++) {
            if (t->y[i] > t->y[j]) {
                pairs += 1.0;
                right += p[i] > p[j] ? 1.0 : p[i] == p[j] ? 0.5 : 0.0;
            }
        }
    }
    return right / pairs;
}

static double out_of_sample(uint64_t seed, double signal)
{
    static struct table t;
    static double p[ROWS];
    fill_table(&t, seed, signal);
    struct tr_fit fit = fit_of(&t, ROWS / 2);
    struct tr_model *model = train(&fit);
    predict(model, &t, p);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(p[i] > 0.0 && p[i] < 1.0);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
    return order_share(&t, p, ROWS / 2);
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

static void the_same_fit_gives_the_same_bytes(void **state)
{
    (void)state;
    static struct table t;
    fill_table(&t, 2, 1.0);
    const struct tr_param random[] = {{"subsample", "0.5"}, {"colsample_bytree", "0.5"}};
    struct tr_fit fit = fit_of(&t, ROWS);
    fit.params = random;
    fit.n_params = 2;
    struct tr_model *a = train(&fit), *b = train(&fit);
    assert_same_file(a, b);
    fit.seed = 10;
    struct tr_model *c = train(&fit);
    struct tr_buf first, third;
    save(a, &first);
    save(c, &third);
    assert_true(first.len != third.len || memcmp(first.data, third.data, first.len) != 0);
    tr_buf_finish(&third);
    tr_buf_finish(&first);
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
    const struct tr_param random[] = {{"subsample", "0.7"}};
    struct tr_fit fit = fit_of(&job->table, ROWS);
    fit.params = random;
    fit.n_params = 1;
    job->status = tr_model_xgboost.train(&fit, &job->model, &err);
    return NULL;
}

static void two_threads_at_once_train_what_one_trains(void **state)
{
    (void)state;
    static struct job job[2], alone;
    for (uint64_t round = 0; round < 5; round++) {
        pthread_t thread[2];
        for (uint64_t i = 0; i < 2; i++) {
            fill_table(&job[i].table, 3 + i, 1.0);
            assert_int_equal(pthread_create(&thread[i], NULL, train_in_thread, &job[i]), 0);
        }
        for (uint64_t i = 0; i < 2; i++)
            assert_int_equal(pthread_join(thread[i], NULL), 0);
        for (uint64_t i = 0; i < 2; i++) {
            assert_int_equal(job[i].status, TR_OK);
            fill_table(&alone.table, 3 + i, 1.0);
            train_in_thread(&alone);
            assert_int_equal(alone.status, TR_OK);
            assert_same_file(job[i].model, alone.model);
            alone.model->impl->destroy(alone.model);
            job[i].model->impl->destroy(job[i].model);
            tr_matrix_finish(&alone.table.x);
            tr_matrix_finish(&job[i].table.x);
        }
    }
}

struct reader {
    const struct tr_model *model;
    const struct table *table;
    double p[ROWS];
};

static void *predict_in_thread(void *context)
{
    struct reader *reader = context;
    struct tr_error err;
    for (int i = 0; i < 50; i++)
        if (tr_model_xgboost.predict(reader->model, &reader->table->x, ROWS, reader->table->row, reader->p, &err))
            reader->p[0] = (double)NAN;
    return NULL;
}

static void one_model_may_be_read_by_several_threads(void **state)
{
    (void)state;
    static struct table t;
    static struct reader reader[3];
    static double expected[ROWS];
    fill_table(&t, 5, 1.0);
    struct tr_fit fit = fit_of(&t, ROWS);
    struct tr_model *model = train(&fit);
    pthread_t thread[3];
    for (int i = 0; i < 3; i++) {
        reader[i] = (struct reader){.model = model, .table = &t};
        assert_int_equal(pthread_create(&thread[i], NULL, predict_in_thread, &reader[i]), 0);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    predict(model, &t, expected);
    for (int i = 0; i < 3; i++)
        assert_memory_equal(reader[i].p, expected, sizeof expected);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

static void a_loaded_model_predicts_the_same_bits(void **state)
{
    (void)state;
    static struct table t;
    static double before[ROWS], after[ROWS];
    fill_table(&t, 6, 1.0);
    const size_t some[] = {1, 2, 5};
    const char *const names[] = {"rsi", "trend \"x\"", "vol"};
    struct tr_fit fit = fit_of(&t, ROWS);
    fit.cols = 3;
    fit.col = some;
    fit.names = names;
    struct tr_model *model = train(&fit), *loaded;
    struct tr_buf file;
    struct tr_error err;
    save(model, &file);
    assert_non_null(strstr(tr_buf_string(&file), "\"rsi\""));
    assert_ok(tr_model_xgboost.load(file.data, file.len, 0, NULL, &loaded, &err), &err);
    predict(model, &t, before);
    predict(loaded, &t, after);
    assert_memory_equal(before, after, sizeof before);
    assert_same_file(model, loaded);
    tr_buf_finish(&file);
    loaded->impl->destroy(loaded);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

static void only_the_chosen_rows_and_columns_are_seen(void **state)
{
    (void)state;
    static struct table t, dense;
    static double p[ROWS], q[ROWS];
    fill_table(&t, 7, 1.0);
    fill_table(&dense, 8, 1.0);
    const size_t cols[] = {0, 2, 4}, front[] = {0, 1, 2};
    size_t odd[ROWS / 2];
    for (size_t i = 0; i < ROWS / 2; i++) {
        odd[i] = 2 * i + 1;
        for (size_t j = 0; j < 3; j++)
            tr_matrix_column(&dense.x, j)[i] = tr_matrix_at(&t.x, odd[i], cols[j]);
    }
    struct tr_fit fit = fit_of(&t, ROWS / 2), copy = fit_of(&dense, ROWS / 2);
    fit.row = odd;
    fit.y = copy.y = t.y;
    fit.weight = copy.weight = t.weight;
    fit.cols = copy.cols = 3;
    fit.col = cols;
    copy.col = front;
    struct tr_model *model = train(&fit), *other = train(&copy);
    struct tr_error err;
    assert_ok(model->impl->predict(model, &t.x, ROWS / 2, odd, p, &err), &err);
    assert_ok(other->impl->predict(other, &dense.x, ROWS / 2, dense.row, q, &err), &err);
    assert_memory_equal(p, q, sizeof p / 2);
    /* and what stands in the other cells has no say */
    for (size_t i = 0; i < ROWS; i++)
        tr_matrix_column(&t.x, 1)[i] = tr_matrix_column(&t.x, 3)[i] = tr_matrix_column(&t.x, 5)[i] = -77.0;
    assert_ok(model->impl->predict(model, &t.x, ROWS / 2, odd, q, &err), &err);
    assert_memory_equal(p, q, sizeof p / 2);
    other->impl->destroy(other);
    model->impl->destroy(model);
    tr_matrix_finish(&dense.x);
    tr_matrix_finish(&t.x);
}

static void many_rows_are_predicted_as_each_row_alone(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    static struct table t;
    static size_t row[MANY];
    static double p[MANY];
    fill_table(&t, 9, 1.0);
    struct tr_fit fit = fit_of(&t, ROWS);
    struct tr_model *model = train(&fit);
    struct tr_error err;
    for (size_t i = 0; i < MANY; i++)
        row[i] = (i * 7) % ROWS;
    assert_ok(model->impl->predict(model, &t.x, MANY, row, p, &err), &err);
    for (size_t i = 0; i < MANY; i += 331) {
        double alone;
        assert_ok(model->impl->predict(model, &t.x, 1, &row[i], &alone, &err), &err);
        assert_same_bits(alone, p[i]);
    }
    assert_ok(model->impl->predict(model, &t.x, 0, NULL, NULL, &err), &err);
    model->impl->destroy(model);
    tr_matrix_finish(&t.x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_is_learnt_and_noise_is_not),
        cmocka_unit_test(the_same_fit_gives_the_same_bytes),
        cmocka_unit_test(two_threads_at_once_train_what_one_trains),
        cmocka_unit_test(one_model_may_be_read_by_several_threads),
        cmocka_unit_test(a_loaded_model_predicts_the_same_bits),
        cmocka_unit_test(only_the_chosen_rows_and_columns_are_seen),
        cmocka_unit_test(many_rows_are_predicted_as_each_row_alone),
    };
    return cmocka_run_group_tests_name("engine/model/xgboost", tests, NULL, NULL);
}
