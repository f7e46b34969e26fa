#include "support/chain.h"

#include "base/alloc.h"
#include "engine/simulate/market.h"
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct plain {
    struct tr_model model;
    size_t column;
};

static enum tr_status plain_train(const struct tr_fit *fit, struct tr_model **out, struct tr_error *err)
{
    struct plain *plain = tr_alloc_zero(1, sizeof *plain);

    if (!plain)
        return tr_error_nomem(err);
    plain->model.impl = &test_model_plain;
    plain->column = fit->col[0];
    *out = &plain->model;
    return TR_OK;
}

static enum tr_status plain_predict(const struct tr_model *model, const struct tr_matrix *x, size_t n,
                                    const size_t *row, double *out, struct tr_error *err)
{
    const struct plain *plain = (const struct plain *)(const void *)model;

    (void)err;
    for (size_t i = 0; i < n; i++) {
        double value = tr_matrix_at(x, row[i], plain->column);
        out[i] = isnan(value) ? 0.5 : 1 / (1 + exp(-value));
    }
    return TR_OK;
}

static enum tr_status plain_save(const struct tr_model *model, struct tr_buf *out, struct tr_error *err)
{
    (void)model;
    tr_buf_text(out, "{}");
    return tr_buf_status(out, err);
}

static enum tr_status plain_load(const void *bytes, size_t n, size_t cols, const size_t *col, struct tr_model **out,
                                 struct tr_error *err)
{
    (void)cols;
    (void)col;
    (void)bytes;
    (void)n;
    *out = NULL;
    return tr_error_set(err, TR_UNSUPPORTED, "the plain model of the tests is not read back");
}

static void plain_destroy(struct tr_model *model)
{
    tr_free(model);
}

const struct tr_model_impl test_model_plain = {
    .name = "plain",
    .train = plain_train,
    .predict = plain_predict,
    .save = plain_save,
    .load = plain_load,
    .destroy = plain_destroy,
};

void test_chain_recipe(struct tr_recipe *recipe)
{
    struct tr_error err = {0};

    tr_recipe_defaults(recipe);
    recipe->plan.train_days = 20;
    recipe->plan.test_days = 10;
    recipe->plan.advance_days = 10;
    recipe->plan.min_last_days = 2;
    recipe->plan.min_train_bars = 480;
    recipe->min_fit_rows = 100;
    recipe->rolling.calibration.draws = 100;
    assert_ok(tr_recipe_add_member(recipe, &test_model_plain, NULL, 0, 1, &err), &err);
}

void test_chain_market(size_t n, uint64_t seed, struct tr_bar_list *list)
{
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_error err = {0};

    options.n = n;
    options.seed = seed;
    options.volatility = 0.012;
    tr_bar_list_init(list, TR_TIMEFRAME_1H);
    assert_ok(tr_simulate_market(&options, list, &err), &err);
}

void test_chain_run(const struct tr_recipe *recipe, size_t n, struct test_chain *out)
{
    struct tr_error err = {0};

    memset(out, 0, sizeof *out);
    test_chain_market(n, 3, &out->list);
    out->bars = tr_bar_list_view(&out->list);
    snprintf(out->key.exchange, sizeof out->key.exchange, "synthetic");
    snprintf(out->key.symbol, sizeof out->key.symbol, "TEST/USDT:USDT");
    out->key.timeframe = TR_TIMEFRAME_1H;
    assert_ok(tr_run_series(&out->key, &out->bars, recipe, NULL, &out->run, &err), &err);
}

void test_chain_finish(struct test_chain *chain)
{
    tr_run_finish(&chain->run);
    tr_bar_list_finish(&chain->list);
}
