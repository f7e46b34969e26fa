/* A parameter search finds no more than there is: on random walks the nested result claims no edge. The probability of
 * backtest overfitting is not quite 1/2 there: costs are real, and what trades less loses less, again and again. */
#include "app/usecase/search.h"
#include "honesty/market.h"

#include <math.h>
#include <stdio.h>

#define MARKETS 20
#define BARS 7300
#define FOLDS ((size_t)3)
#define ROUNDS 100   /* half of the usual, for the time it takes */
#define MAX_CLAIMS 4 /* of 20 at the 5 % level: P(more) = 0.3 % */

struct tally {
    size_t claims, judged;
    double auc_sum, auc_squares, pbo, z_squares;
    size_t chosen[2]; /* how often small trees, large trees won */
};

static void add(struct tally *t, const struct tr_search *search, enum tr_side side)
{
    const struct tr_head_score *total = &search->wf.total[side];
    double off = total->auc.auc - 0.5;

    assert_int_equal(search->wf.n_folds, FOLDS);
    assert_false(isnan(total->auc.auc) || isnan(search->pbo.pbo));
    t->judged++;
    t->claims += search->wf.claims_edge[side] ? 1 : 0;
    t->auc_sum += off;
    t->auc_squares += off * off;
    t->z_squares += off * off / (total->auc.standard_error * total->auc.standard_error);
    t->pbo += search->pbo.pbo;
    for (size_t k = 0; k < FOLDS; k++)
        t->chosen[search->choice[side][k] >= search->n / 2]++;
}

static void run_market(struct tally *t, size_t i, struct tr_pool *pool)
{
    static const char *const params[] = {"lightgbm.num_leaves=4,31", "xgboost.eta=0.02,0.2"};
    const struct tr_series_key key = {"synthetic", "TEST/USDT:USDT", TR_TIMEFRAME_1H};
    enum tr_side side = i % 2 ? TR_SHORT : TR_LONG;
    struct tr_search_options options = {.method = i % 4 < 2 ? TR_SEARCH_GRID : TR_SEARCH_HALVING, .tail_share = 0.2};
    struct tr_search search;
    struct tr_recipe recipe;
    struct tr_error err;
    struct market m;

    market_recipe(&recipe);
    for (size_t k = 0; k < recipe.ensemble.n; k++)
        recipe.ensemble.member[k].rounds = ROUNDS;
    recipe.max_folds = FOLDS;
    recipe.side[side == TR_LONG ? TR_SHORT : TR_LONG] = false;
    market_make(&m, 3000 + i, BARS, 0, 0.006);
    for (size_t p = 0; p < 2; p++)
        assert_ok(tr_search_space_add(&options.space, params[p], &err), &err);
    assert_ok(tr_run_prepare(&key, &m.bars, &recipe, &m.run, &err), &err);
    assert_ok(
        tr_search_run(&m.run.study, &m.run.recipe, &options, &key, &(struct tr_world){.pool = pool}, &search, &err),
        &err);
    add(t, &search, side);
    tr_search_finish(&search);
    market_free(&m);
}

static void a_search_on_random_walks_shows_no_edge(void **state)
{
    struct tally t = {0};
    struct tr_pool *pool;
    struct tr_error err;
    double mean, error;

    (void)state;
    assert_ok(tr_pool_create(2, &pool, &err), &err);
    for (size_t i = 0; i < MARKETS; i++)
        run_market(&t, i, pool);
    tr_pool_destroy(pool);
    mean = t.auc_sum / (double)t.judged;
    error = sqrt(t.auc_squares) / (double)t.judged;
    printf("# %zu of %zu searches on random walks claim an edge\n", t.claims, t.judged);
    printf("# mean AUC %.4f, standard error %.4f; mean z^2 %.2f\n", 0.5 + mean, error, t.z_squares / (double)t.judged);
    printf("# mean probability of backtest overfitting %.2f; small trees chosen %zu times, large ones %zu\n",
           t.pbo / (double)t.judged, t.chosen[0], t.chosen[1]);
    assert_true(t.claims <= MAX_CLAIMS);
    assert_true(fabs(mean) < 3 * error);
    assert_true(t.z_squares / (double)t.judged < 2.5); /* the stated standard errors are not too small */
    assert_true(t.pbo / (double)t.judged > 0.2 && t.pbo / (double)t.judged < 0.7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_search_on_random_walks_shows_no_edge)};
    return cmocka_run_group_tests_name("honesty/search", tests, NULL, NULL);
}
