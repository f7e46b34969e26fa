#include "support/test.h"

#include "base/alloc.h"
#include "engine/model/ensemble.h"
#include "engine/model/xgboost.h"

#include <math.h>
#include <string.h>

/* A member that predicts what its only parameter says, times the row's first column. */
struct constant {
    struct tr_model base;
    double value;
    size_t rounds, col;
};

static size_t alive, trained, fails_at;
static const struct tr_model_impl constant_impl;

static enum tr_status constant_train(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err)
{
    *out = NULL;
    if (++trained == fails_at)
        return tr_error_set(err, TR_INVALID, "asked to fail");
    struct constant *model = tr_alloc(1, sizeof *model);
    if (!model)
        return tr_error_nomem(err);
    *model = (struct constant){.base.impl = &constant_impl, .rounds = fit->rounds, .col = fit->col[0]};
    model->value = strcmp(fit->params[0].value, "a") == 0 ? 0.1 : strcmp(fit->params[0].value, "b") == 0 ? 0.2 : 0.7;
    alive++;
    *out = &model->base;
    return TR_OK;
}

static enum tr_status constant_predict(const struct tr_model *model, const struct tr_matrix *x, size_t n,
                                       const size_t *row, double *out, struct tr_error *err)
{
    const struct constant *constant = (const struct constant *)model;
    for (size_t i = 0; i < n; i++) {
        double cell = tr_matrix_at(x, row[i], constant->col);
        if (isnan(cell))
            return tr_error_set(err, TR_INVALID, "asked to fail");
        out[i] = constant->value * cell;
    }
    return TR_OK;
}

static void constant_destroy(struct tr_model *model)
{
    alive--;
    tr_free(model);
}

static const struct tr_model_impl constant_impl = {
    .name = "constant", .train = constant_train, .predict = constant_predict, .destroy = constant_destroy};

static const struct tr_param a = {"value", "a"}, b = {"value", "b"}, c = {"value", "c"};
static const struct tr_ensemble_plan plan = {
    3, {{&constant_impl, &a, 1, 10, NULL}, {&constant_impl, &b, 1, 20, NULL}, {&constant_impl, &c, 1, 30, NULL}}};

static double cells[8] = {9, 9, 9, 9, 1, 2, 3, 4};
static const struct tr_matrix x = {.rows = 4, .cols = 2, .stride = 4, .data = cells};
static const size_t row[4] = {0, 1, 2, 3}, col[1] = {1};
static const double y[4] = {0, 1, 0, 1};
static const struct tr_fit fit = {.x = &x, .n = 4, .row = row, .y = y, .cols = 1, .col = col, .rounds = 99};

static void the_mean_is_taken_in_member_order(void **state)
{
    (void)state;
    struct tr_ensemble ensemble;
    struct tr_error err;
    trained = fails_at = 0;
    assert_ok(tr_ensemble_train(&plan, &fit, &ensemble, &err), &err);
    assert_int_equal(ensemble.n, 3);
    assert_true(ensemble.cols == 1 && ensemble.col[0] == 1 && ensemble.col != col);
    for (size_t m = 0; m < 3; m++)
        assert_int_equal(((struct constant *)ensemble.member[m])->rounds, 10 * (m + 1));
    double out[4], member[12], again[4];
    assert_ok(tr_ensemble_predict(&ensemble, &x, 4, row, out, member, &err), &err);
    assert_ok(tr_ensemble_predict(&ensemble, &x, 4, row, again, NULL, &err), &err);
    const double value[] = {0.1, 0.2, 0.7};
    for (size_t i = 0; i < 4; i++) {
        for (size_t m = 0; m < 3; m++)
            assert_same_bits(member[m * 4 + i], value[m] * cells[4 + i]);
        assert_same_bits(out[i], ((member[i] + member[4 + i]) + member[8 + i]) / 3.0);
        assert_same_bits(out[i], again[i]);
    }
    tr_ensemble_finish(&ensemble);
    assert_int_equal(alive, 0);
    assert_null(ensemble.col);
    tr_ensemble_finish(&ensemble);
}

static void a_member_that_fails_leaves_nothing_behind(void **state)
{
    (void)state;
    struct tr_error err;
    for (fails_at = 1; fails_at <= 3; fails_at++) {
        struct tr_ensemble ensemble;
        trained = 0;
        assert_int_equal(tr_ensemble_train(&plan, &fit, &ensemble, &err), TR_INVALID);
        assert_int_equal(alive, 0);
        assert_int_equal(ensemble.n, 0);
    }
    fails_at = 0;
}

static void a_prediction_that_fails_is_an_error(void **state)
{
    (void)state;
    double empty[8] = {0, 0, 0, 0, (double)NAN, 1, 1, 1}, out[4];
    struct tr_matrix other = x;
    other.data = empty;
    struct tr_ensemble ensemble;
    struct tr_error err;
    assert_ok(tr_ensemble_train(&plan, &fit, &ensemble, &err), &err);
    assert_int_equal(tr_ensemble_predict(&ensemble, &other, 4, row, out, NULL, &err), TR_INVALID);
    tr_ensemble_finish(&ensemble);
}

static void one_real_member_is_its_own_mean(void **state)
{
    (void)state;
    struct tr_ensemble_plan real = {1, {{&tr_model_xgboost, NULL, 0, 5, NULL}}};
    struct tr_ensemble ensemble;
    struct tr_error err;
    double out[4], member[4];
    assert_ok(tr_ensemble_train(&real, &fit, &ensemble, &err), &err);
    assert_ok(tr_ensemble_predict(&ensemble, &x, 4, row, out, member, &err), &err);
    for (size_t i = 0; i < 4; i++)
        assert_same_bits(out[i], member[i]);
    tr_ensemble_finish(&ensemble);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status != TR_OK; k++) {
        assert_true(k < 20);
        struct tr_ensemble ensemble;
        struct tr_error err;
        double out[4];
        tr_alloc_fail_at(k);
        status = tr_ensemble_train(&plan, &fit, &ensemble, &err);
        if (status == TR_OK)
            status = tr_ensemble_predict(&ensemble, &x, 4, row, out, NULL, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_NOMEM || (status == TR_OK && k == 6));
        tr_ensemble_finish(&ensemble);
        assert_int_equal(alive, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_is_taken_in_member_order),
        cmocka_unit_test(a_member_that_fails_leaves_nothing_behind),
        cmocka_unit_test(a_prediction_that_fails_is_an_error),
        cmocka_unit_test(one_real_member_is_its_own_mean),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/model/ensemble", tests, NULL, NULL);
}
