/* What the two tests of the XGBoost model share: a small table and the steps of a fit. */
#ifndef TR_MODEL_XGBOOST_TEST_H
#define TR_MODEL_XGBOOST_TEST_H

#include "support/test.h"

#include "base/rng.h"
#include "engine/model/xgboost.h"

#include <math.h>
#include <string.h>

enum { ROWS = 600, COLS = 6 };

/* A table whose column 2 tells something of y, rows of which half are for fitting. */
struct table {
    struct tr_matrix x;
    double y[ROWS], weight[ROWS];
    size_t row[ROWS], col[COLS];
};

static inline void fill_table(struct table *t, uint64_t seed, double signal)
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

static inline struct tr_fit fit_of(const struct table *t, size_t n)
{
    return (struct tr_fit){.x = &t->x,
                           .n = n,
                           .row = t->row,
                           .y = t->y,
                           .weight = t->weight,
                           .cols = COLS,
                           .col = t->col,
                           .rounds = 20,
                           .seed = 9};
}

static inline struct tr_model *train(const struct tr_fit *fit)
{
    struct tr_model *model;
    struct tr_error err;
    assert_ok(tr_model_xgboost.train(fit, &model, &err), &err);
    return model;
}

static inline void save(const struct tr_model *model, struct tr_buf *out)
{
    struct tr_error err;
    tr_buf_init(out);
    assert_ok(model->impl->save(model, out, &err), &err);
}

static inline void predict(const struct tr_model *model, const struct table *t, double *p)
{
    struct tr_error err;
    assert_ok(model->impl->predict(model, &t->x, ROWS, t->row, p, &err), &err);
}

static inline void assert_same_file(const struct tr_model *a, const struct tr_model *b)
{
    struct tr_buf first, second;
    save(a, &first);
    save(b, &second);
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.data, second.data, first.len);
    tr_buf_finish(&second);
    tr_buf_finish(&first);
}

#endif
