/* How often the drift check cries wolf, and whether it sees the wolf: markets whose law never changes, and the same
 * ones whose last month is three times as volatile. */
#include "honesty/market.h"

#include "app/usecase/drift.h"
#include "base/alloc.h"
#include "engine/model/lightgbm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARKETS = 40, MONTH = 720, BARS = 219 + 4320 + 72 + MONTH };

/* What the checks of all markets came to, for each of the two rules. */
struct tally {
    size_t checks, alarms[TR_DRIFT_RULES], by_score[TR_DRIFT_RULES];
    double share[TR_DRIFT_RULES]; /* sum of the larger head's */
};

static struct tally still, loud;

static void add(struct tally *tally, const struct tr_drift *drift)
{
    tally->checks++;
    for (int rule = 0; rule < TR_DRIFT_RULES; rule++) {
        tally->alarms[rule] += drift->verdict[rule] == TR_DRIFT_FOUND;
        tally->by_score[rule] += drift->head[TR_LONG].score.drifted[rule] || drift->head[TR_SHORT].score.drifted[rule];
        tally->share[rule] += fmax(drift->head[TR_LONG].share[rule], drift->head[TR_SHORT].share[rule]);
    }
}

static void check(const struct tr_run *run, const struct tr_drift_reference *reference, const struct tr_bars *bars,
                  struct tally *tally)
{
    struct tr_ensemble ensemble[TR_SIDE_COUNT];
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_study study;
    struct tr_drift drift;
    struct tr_error err;
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        ensemble[side] = run->newest.walk.fit[side]->model; /* borrowed */
    assert_ok(tr_study_init(&study, &run->recipe, bars, &err), &err);
    assert_ok(tr_drift_compare(&study, reference, ensemble, &options, &drift, &err), &err);
    assert_true(drift.rows == MONTH && drift.rows_trained_on == 0);
    add(tally, &drift);
    tr_study_finish(&study);
}

/* The moves of the last month three times as large. */
static void louden(struct tr_bar_list *list)
{
    double anchor = log(list->open[list->n - MONTH]);
    double *const column[] = {list->open, list->high, list->low, list->close};
    for (size_t t = list->n - MONTH; t < list->n; t++)
        for (size_t c = 0; c < 4; c++)
            column[c][t] = exp(anchor + 3.0 * (log(column[c][t]) - anchor));
}

static void run_market(uint64_t seed, struct tr_pool *pool)
{
    static const struct tr_param params[] = {{"num_leaves", "15"}};
    struct tr_series_key key = {"synthetic", "TEST/USDT:USDT", TR_TIMEFRAME_1H};
    struct tr_drift_reference reference;
    struct tr_recipe recipe;
    struct market m;
    struct tr_run run;
    struct tr_error err;
    market_make(&m, seed, BARS, 0.0, 0.006);
    tr_recipe_defaults(&recipe);
    recipe.folds = false;
    assert_ok(tr_recipe_add_lightgbm(&recipe, &tr_model_lightgbm, NULL, params, 1, 60, &err), &err);
    struct tr_bars learnt = tr_bars_slice(&m.bars, 0, BARS - MONTH);
    assert_ok(tr_run_series(&key, &learnt, &recipe, &(struct tr_world){.pool = pool}, &run, &err), &err);
    assert_ok(tr_drift_reference_measure(&run, &reference, &err), &err);
    check(&run, &reference, &m.bars, &still);
    louden(&m.list);
    check(&run, &reference, &m.bars, &loud);
    tr_drift_reference_finish(&reference);
    tr_run_finish(&run);
    market_free(&m);
}

static int set_up(void **state)
{
    struct tr_pool *pool = NULL;
    struct tr_error err;
    (void)state;
    assert_ok(tr_pool_create(2, &pool, &err), &err);
    for (uint64_t seed = 1; seed <= MARKETS; seed++)
        run_market(seed, pool);
    tr_pool_destroy(pool);
    return 0;
}

static void print(const char *what, const struct tally *tally)
{
    for (int rule = 0; rule < TR_DRIFT_RULES; rule++)
        printf("# %s, rule %s: drift in %zu of %zu, by the scores %zu, mean share of importance %.3f\n", what,
               tr_drift_rule_name((enum tr_drift_rule)rule), tally->alarms[rule], tally->checks, tally->by_score[rule],
               tally->share[rule] / (double)tally->checks);
}

static void a_market_that_never_changes_is_seldom_called_drift(void **state)
{
    (void)state;
    print("unchanged", &still);
    assert_true(still.checks == MARKETS);
    assert_true(still.alarms[TR_DRIFT_NOISE] <= 12);
    assert_true(still.alarms[TR_DRIFT_SEED] >= 36); /* which is why the thresholds alone are not the default */
}

static void a_month_three_times_as_volatile_is_called_drift(void **state)
{
    (void)state;
    print("three times as volatile", &loud);
    assert_true(loud.checks == MARKETS);
    assert_true(loud.alarms[TR_DRIFT_NOISE] >= 38);
    assert_true(loud.alarms[TR_DRIFT_SEED] == MARKETS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_market_that_never_changes_is_seldom_called_drift),
        cmocka_unit_test(a_month_three_times_as_volatile_is_called_drift),
    };
    return cmocka_run_group_tests_name("honesty/drift", tests, set_up, NULL);
}
