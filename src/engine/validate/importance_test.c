#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/model/xgboost.h"
#include "engine/validate/importance.h"

#include <math.h>

enum { ROWS = 600, COLS = 5 };

/* y depends strongly on column 3, weakly on column 1, on nothing else; column 4 is not offered to the model. */
struct world {
    struct tr_matrix x;
    double y[ROWS];
    size_t row[ROWS];
    struct tr_ensemble ensemble;
};

static void world_init(struct world *w)
{
    static const size_t col[COLS - 1] = {0, 1, 2, 3};
    const struct tr_ensemble_plan plan = {.n = 1, .member = {{.impl = &tr_model_xgboost, .rounds = 30}}};
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 4, 0);
    assert_ok(tr_matrix_init(&w->x, ROWS, COLS, &err), &err);
    for (size_t j = 0; j < COLS; j++)
        for (size_t i = 0; i < ROWS; i++)
            tr_matrix_column(&w->x, j)[i] = tr_rng_normal(&rng);
    for (size_t i = 0; i < ROWS; i++) {
        double z = 3.0 * tr_matrix_at(&w->x, i, 3) + 0.8 * tr_matrix_at(&w->x, i, 1);
        w->row[i] = i;
        w->y[i] = tr_rng_uniform(&rng) < 1.0 / (1.0 + exp(-z)) ? 1.0 : 0.0;
    }
    struct tr_fit fit = {
        .x = &w->x, .n = ROWS / 2, .row = w->row, .y = w->y, .cols = COLS - 1, .col = col, .rounds = 30, .seed = 1};
    assert_ok(tr_ensemble_train(&plan, &fit, &w->ensemble, &err), &err);
}

static void world_finish(struct world *w)
{
    tr_ensemble_finish(&w->ensemble);
    tr_matrix_finish(&w->x);
}

static void shuffling_what_matters_costs_most(void **state)
{
    struct world w;
    struct tr_error err;
    double loss[COLS], again[COLS];
    (void)state;
    world_init(&w);
    struct tr_importance_rows rows = {&w.x, ROWS / 2, w.row + ROWS / 2, w.y + ROWS / 2, NULL, 7};
    assert_ok(tr_permutation_importance(&w.ensemble, &rows, loss, &err), &err);
    assert_true(loss[3] > 0.1 && loss[3] > 3.0 * loss[1] && loss[1] > loss[0] && loss[1] > loss[2]);
    assert_true(loss[4] == 0.0);
    assert_ok(tr_permutation_importance(&w.ensemble, &rows, again, &err), &err);
    for (size_t j = 0; j < COLS; j++)
        assert_same_bits(loss[j], again[j]);
    world_finish(&w);
}

/* A member that is only a forest: one split on its feature 1 with gain 3, one on its feature 0 with gain 1. */
struct planted {
    struct tr_model base;
    struct tr_forest forest;
};

static const size_t planted_col[2] = {1, 3};

static const struct tr_forest *planted_forest(const struct tr_model *model, const size_t **col)
{
    *col = planted_col;
    return &((const struct planted *)(const void *)model)->forest;
}

static void planted_destroy(struct tr_model *model)
{
    tr_forest_finish(&((struct planted *)(void *)model)->forest);
}

static const struct tr_model_impl planted_impl = {
    .name = "planted", .forest = planted_forest, .destroy = planted_destroy};
static const struct tr_model_impl treeless_impl = {.name = "treeless", .destroy = NULL};

static void shares_of_gain_add_up_to_one(void **state)
{
    struct planted planted = {.base.impl = &planted_impl};
    struct tr_model treeless = {&treeless_impl};
    struct tr_ensemble ensemble = {.n = 2, .member = {&treeless, &planted.base}};
    struct tr_tree tree;
    struct tr_error err;
    double share[COLS];
    (void)state;
    tr_forest_init(&planted.forest, TR_FOREST_LIGHTGBM);
    planted.forest.features = 2;
    assert_ok(tr_tree_init(&tree, 3, &err), &err);
    tree.feature[0] = 1;
    tree.gain[0] = 3.0;
    tree.gain[1] = 1.0;
    assert_ok(tr_forest_add(&planted.forest, &tree, &err), &err);
    assert_ok(tr_gain_importance(&ensemble, COLS, share, &err), &err);
    assert_true(share[0] == 0.0 && share[1] == 0.25 && share[2] == 0.0 && share[3] == 0.75 && share[4] == 0.0);
    planted_destroy(&planted.base);
}

static void failing_allocations_leave_nothing_behind(void **state)
{
    struct world w;
    struct tr_error err;
    double out[COLS];
    enum tr_status status = TR_NOMEM;
    (void)state;
    world_init(&w);
    struct tr_importance_rows rows = {&w.x, 100, w.row, w.y, NULL, 7};
    for (size_t k = 1; status == TR_NOMEM; k++) {
        tr_alloc_fail_at(k);
        status = tr_permutation_importance(&w.ensemble, &rows, out, &err);
        tr_alloc_fail_at(0);
        assert_true(k < 100);
    }
    assert_ok(status, &err);
    world_finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shuffling_what_matters_costs_most),
        cmocka_unit_test(shares_of_gain_add_up_to_one),
        cmocka_unit_test(failing_allocations_leave_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
