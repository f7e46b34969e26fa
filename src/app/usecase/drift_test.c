#include "support/test.h"

#include "app/usecase/drift.h"
#include "base/alloc.h"
#include "support/chain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A market of which the first part is learnt from, and 30 days at its end, the current rows. */
enum { BARS = 4200, LEARNT = 3000, CURRENT = 720 };

static struct tr_recipe recipe;
static struct tr_bar_list list;
static struct tr_run run;     /* over the first LEARNT bars */
static struct tr_study study; /* over all of them */
static struct tr_drift_reference reference;
static struct tr_buf reference_text;
static struct tr_ensemble ensemble[TR_SIDE_COUNT]; /* the run's own */
static const struct tr_series_key key = {"synthetic", "TEST/USDT:USDT", TR_TIMEFRAME_1H};

/* The plain model of the tests has no trees to tell gains from: some are planted. */
static void plant_gains(void)
{
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        struct tr_walk_fit *fit = run.newest.walk.fit[side];
        double sum = 0.0;
        for (size_t j = 0; j < TR_FEATURE_INPUTS; j++)
            sum += fit->gain[j] = fit->used[j] ? 1.0 + (double)((j * 7 + (size_t)side) % 5) : 0.0;
        for (size_t j = 0; j < TR_FEATURE_INPUTS; j++)
            fit->gain[j] /= sum;
        ensemble[side] = fit->model;
    }
}

static void make_study(const struct tr_bars *bars, struct tr_study *out)
{
    struct tr_error err;
    assert_ok(tr_study_init(out, &run.recipe, bars, &err), &err);
}

static int set_up(void **state)
{
    struct tr_error err;
    (void)state;
    test_chain_recipe(&recipe);
    recipe.plan.train_days = 100;
    recipe.folds = false;
    test_chain_market(BARS, 11, &list);
    struct tr_bars all = tr_bar_list_view(&list), learnt = tr_bars_slice(&all, 0, LEARNT);
    assert_ok(tr_run_series(&key, &learnt, &recipe, NULL, &run, &err), &err);
    plant_gains();
    make_study(&all, &study);
    tr_buf_init(&reference_text);
    assert_ok(tr_drift_reference_make(&run, &reference_text, &err), &err);
    assert_ok(tr_drift_reference_read(reference_text.data, reference_text.len, &reference, &err), &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tr_drift_reference_finish(&reference);
    tr_buf_finish(&reference_text);
    tr_study_finish(&study);
    tr_run_finish(&run);
    tr_bar_list_finish(&list);
    return 0;
}

static void compare(const struct tr_study *now, const struct tr_drift_options *options, struct tr_drift *out)
{
    struct tr_error err;
    assert_ok(tr_drift_compare(now, &reference, ensemble, options, out, &err), &err);
}

/* A copy of the market whose moves of the last 30 days are so many times as large. */
static void louden(double times, struct tr_bar_list *out)
{
    struct tr_error err;
    struct tr_bars bars = tr_bar_list_view(&list);
    double anchor = 0.0;
    tr_bar_list_init(out, TR_TIMEFRAME_1H);
    for (size_t t = 0; t < BARS; t++) {
        struct tr_bar bar = tr_bars_at(&bars, t);
        if (t == BARS - CURRENT)
            anchor = log(bar.open);
        if (t >= BARS - CURRENT) {
            double scale = exp(anchor + times * (log(bar.open) - anchor));
            bar.high = scale * pow(bar.high / bar.open, times);
            bar.low = scale * pow(bar.low / bar.open, times);
            bar.close = scale * pow(bar.close / bar.open, times);
            bar.open = scale;
        }
        assert_ok(tr_bar_list_add(out, &bar, &err), &err);
    }
}

static void a_market_that_goes_on_is_stable_by_the_noise_rule(void **state)
{
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift;
    (void)state;
    compare(&study, &options, &drift);
    printf("# stable market: share %.3f by noise, %.3f by thresholds alone\n", drift.share,
           drift.head[TR_LONG].share[TR_DRIFT_SEED]);
    assert_int_equal(drift.verdict[TR_DRIFT_NOISE], TR_DRIFT_STABLE);
    assert_true(drift.rows == CURRENT && drift.to == list.time[BARS - 1]);
    assert_true(drift.from == list.time[BARS - CURRENT]);
    assert_true(drift.reference_rows == reference.rows && drift.columns == reference.inputs);
    assert_true(drift.rows_trained_on == 0);
    assert_non_null(strstr(drift.reason, "; no scores have drifted"));
}

static void three_times_the_volatility_is_drift(void **state)
{
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_bar_list loud;
    struct tr_study now;
    struct tr_drift drift;
    (void)state;
    louden(3.0, &loud);
    struct tr_bars bars = tr_bar_list_view(&loud);
    make_study(&bars, &now);
    compare(&now, &options, &drift);
    assert_int_equal(drift.verdict[TR_DRIFT_NOISE], TR_DRIFT_FOUND);
    assert_int_equal(drift.verdict[TR_DRIFT_SEED], TR_DRIFT_FOUND);
    assert_true(drift.share >= 0.3);
    assert_non_null(strstr(drift.reason, "importance has drifted, furthest "));
    tr_study_finish(&now);
    tr_bar_list_finish(&loud);
}

static double larger(double threshold, double own)
{
    return own > threshold ? own : threshold;
}

static void check_column(const struct tr_drift_figure *f, const struct tr_drift_options *options)
{
    assert_true(f->drifted[TR_DRIFT_SEED] == (f->psi > options->psi || f->ks > options->ks));
    assert_true(f->drifted[TR_DRIFT_NOISE] ==
                (f->psi > larger(options->psi, f->own_psi) || f->ks > larger(options->ks, f->own_ks)));
    for (int rule = 0; rule < TR_DRIFT_RULES; rule++)
        assert_true(f->drifted[rule] == (tr_drift_excess(f, options, (enum tr_drift_rule)rule) > 1.0));
}

static void shares_and_verdicts_follow_from_the_columns(void **state)
{
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift;
    size_t drifted[TR_DRIFT_RULES] = {0, 0};
    (void)state;
    compare(&study, &options, &drift);
    for (size_t i = 0; i < drift.columns; i++) {
        const struct tr_drift_column *c = &drift.column[i];
        check_column(&c->figure, &options);
        assert_same_bits(c->figure.own_psi, reference.input[i].shape.own_psi);
        for (int rule = 0; rule < TR_DRIFT_RULES; rule++)
            drifted[rule] += c->figure.drifted[rule];
    }
    assert_true(drifted[TR_DRIFT_SEED] > drifted[TR_DRIFT_NOISE]);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        double share = 0.0;
        for (size_t i = 0; i < drift.columns; i++)
            share += drift.column[i].figure.drifted[TR_DRIFT_SEED]
                         ? run.newest.walk.fit[side]->gain[drift.column[i].input]
                         : 0.0;
        assert_near(drift.head[side].share[TR_DRIFT_SEED], share, 1e-12);
        check_column(&drift.head[side].score, &options);
    }
    options.importance_share = drift.head[TR_LONG].share[TR_DRIFT_SEED]; /* just enough */
    compare(&study, &options, &drift);
    assert_int_equal(drift.verdict[TR_DRIFT_SEED], TR_DRIFT_FOUND);
}

static void the_worst_column_comes_first(void **state)
{
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift;
    size_t order[TR_FEATURE_INPUTS];
    (void)state;
    compare(&study, &options, &drift);
    tr_drift_order(&drift, order);
    bool seen[TR_FEATURE_INPUTS] = {false};
    for (size_t i = 0; i < drift.columns; i++) {
        assert_false(seen[order[i]]);
        seen[order[i]] = true;
        if (i > 0)
            assert_true(tr_drift_excess(&drift.column[order[i - 1]].figure, &options, options.rule) >=
                        tr_drift_excess(&drift.column[order[i]].figure, &options, options.rule));
    }
}

static void scores_that_move_are_drift_whatever_the_inputs_do(void **state)
{
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift;
    struct tr_study now = study;
    (void)state;
    options.importance_share = 1.0;
    make_study(&study.bars, &now);
    /* The plain model's score is a function of the first input alone. */
    double *first = tr_matrix_column(&now.set.inputs, ensemble[TR_LONG].col[0]);
    for (size_t t = BARS - CURRENT; t < BARS; t++)
        first[t] = 5.0;
    compare(&now, &options, &drift);
    for (int side = 0; side < TR_SIDE_COUNT; side++)
        assert_true(drift.head[side].judged && drift.head[side].score.drifted[TR_DRIFT_NOISE]);
    assert_int_equal(drift.verdict[TR_DRIFT_NOISE], TR_DRIFT_FOUND);
    assert_non_null(strstr(drift.reason, "long: the scores have drifted; short: the scores have drifted"));
    tr_study_finish(&now);
}

static void an_input_that_is_no_longer_recorded_has_drifted(void **state)
{
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift;
    struct tr_study now;
    size_t gone = 5;
    (void)state;
    make_study(&study.bars, &now);
    for (size_t t = BARS - CURRENT; t < BARS; t++)
        tr_matrix_column(&now.set.inputs, reference.input[gone].input)[t] = (double)NAN;
    compare(&now, &options, &drift);
    assert_true(isnan(drift.column[gone].figure.ks) && drift.column[gone].figure.psi > 5.0);
    assert_true(drift.column[gone].figure.drifted[TR_DRIFT_NOISE]);
    assert_same_bits(drift.column[gone].figure.missing, 1.0);
    assert_same_bits(drift.column[gone].figure.reference_missing, 0.0);
    tr_study_finish(&now);
}

static void too_few_rows_on_either_side_give_no_verdict(void **state)
{
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift;
    struct tr_study brief;
    struct tr_bars bars = tr_bars_slice(&study.bars, 0, 219 + 399);
    (void)state;
    make_study(&bars, &brief);
    compare(&brief, &options, &drift);
    for (int rule = 0; rule < TR_DRIFT_RULES; rule++)
        assert_int_equal(drift.verdict[rule], TR_DRIFT_TOO_FEW);
    assert_true(drift.rows == 399 && isnan(drift.share));
    assert_non_null(strstr(drift.reason, "only 399 of the newest bars"));
    tr_study_finish(&brief);
    bars = tr_bars_slice(&study.bars, 0, 219 + 400);
    make_study(&bars, &brief);
    compare(&brief, &options, &drift);
    assert_int_not_equal(drift.verdict[TR_DRIFT_NOISE], TR_DRIFT_TOO_FEW);
    tr_study_finish(&brief);
    options.min_bars = reference.rows + 1;
    compare(&study, &options, &drift);
    assert_int_equal(drift.verdict[TR_DRIFT_NOISE], TR_DRIFT_TOO_FEW);
    assert_non_null(strstr(drift.reason, "training window holds only"));
}

/* min_days and min_bars say how many rows are current; rows before a long hole are not. */
static void current_rows_are_the_newest_and_not_too_old(void **state)
{
    static tr_time_ms time[BARS];
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift;
    struct tr_study holed;
    struct tr_bars bars = study.bars;
    (void)state;
    options.min_bars = 1000;
    compare(&study, &options, &drift);
    assert_true(drift.rows == 1000);
    options.min_bars = 50;
    options.min_days = 2.01;
    compare(&study, &options, &drift);
    assert_true(drift.rows == 50);
    options = tr_drift_defaults();
    for (size_t i = 0; i < BARS; i++) /* the last 500 bars come 100 days later */
        time[i] = bars.time[i] + (i >= BARS - 500 ? 100 * TR_DAY_MS : 0);
    bars.time = time;
    make_study(&bars, &holed);
    compare(&holed, &options, &drift);
    assert_true(drift.rows == 500 - TR_FEATURE_WARMUP_ROWS);
    assert_int_equal(drift.verdict[TR_DRIFT_NOISE], TR_DRIFT_TOO_FEW);
    tr_study_finish(&holed);
}

static void failing_allocations_are_errors_and_leak_nothing(void **state)
{
    struct tr_drift_options options = tr_drift_defaults();
    struct tr_drift drift;
    struct tr_error err;
    (void)state;
    tr_alloc_fail_at(0);
    compare(&study, &options, &drift);
    size_t total = tr_alloc_fail_at(0);
    assert_true(total > reference.inputs);
    for (size_t k = 1; k <= total; k++) {
        tr_alloc_fail_at(k);
        enum tr_status status = tr_drift_compare(&study, &reference, ensemble, &options, &drift, &err);
        tr_alloc_fail_at(0);
        assert_int_equal(status, TR_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_market_that_goes_on_is_stable_by_the_noise_rule),
        cmocka_unit_test(three_times_the_volatility_is_drift),
        cmocka_unit_test(shares_and_verdicts_follow_from_the_columns),
        cmocka_unit_test(the_worst_column_comes_first),
        cmocka_unit_test(scores_that_move_are_drift_whatever_the_inputs_do),
        cmocka_unit_test(an_input_that_is_no_longer_recorded_has_drifted),
        cmocka_unit_test(too_few_rows_on_either_side_give_no_verdict),
        cmocka_unit_test(current_rows_are_the_newest_and_not_too_old),
        cmocka_unit_test(failing_allocations_are_errors_and_leak_nothing),
    };
    return cmocka_run_group_tests_name("usecase/drift", tests, set_up, tear_down);
}
