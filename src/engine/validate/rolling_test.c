#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/validate/rolling.h"

#include <math.h>
#include <stdlib.h>

enum { N = 3000, FOLDS = 5, FOLD_ROWS = 400, FIRST_TEST = 900, HORIZON = 48 };

/* A walk made up by hand: hourly bars with one hole, five folds of 400 bars, the first of which has no long model. */
struct world {
    struct tr_bars bars;
    tr_time_ms time[N];
    double price[N];
    int8_t tp1[N];
    uint16_t tp1_bars[N];
    double gain[N];
    struct tr_rolling_outcomes outcomes;
    struct tr_walk walk;
    struct tr_walk_fit fit[TR_WALK_HEADS][FOLDS];
    int fold[N];
    double rank[TR_WALK_HEADS][N];
    size_t reference_row[300];
    double reference_rank[300];
    struct tr_walk_fit newest;
    uint8_t category[N];
    struct tr_rolling_options options;
};

static void fill_reference(struct world *w, struct tr_walk_fit *fit, size_t first_row)
{
    fit->trained = true;
    fit->reference_rows = 300;
    fit->reference_row = w->reference_row;
    fit->reference_rank = w->reference_rank;
    for (size_t i = 0; i < 300; i++) {
        w->reference_row[i] = first_row + i;
        w->reference_rank[i] = ((double)(i * 7 % 300) + 1.0) / 301.0;
    }
}

static void fill_row(struct world *w, size_t i, struct tr_rng *rng)
{
    size_t hole = i >= 1500 ? 100 : 0;
    bool labelled = i + HORIZON < N && (i >= 1500 || i + HORIZON < 1500);
    w->time[i] = (tr_time_ms)(i + hole) * TR_HOUR_MS;
    w->price[i] = 100.0;
    w->tp1[i] = (int8_t)(labelled ? tr_rng_uniform(rng) < 0.6 : -1);
    w->tp1_bars[i] = (uint16_t)(labelled ? 1 + tr_rng_below(rng, HORIZON) : 0);
    w->gain[i] = labelled ? tr_rng_normal(rng) : (double)NAN;
    w->fold[i] = i >= FIRST_TEST && i < FIRST_TEST + FOLDS * FOLD_ROWS ? (int)((i - FIRST_TEST) / FOLD_ROWS) : -1;
    for (size_t head = 0; head < TR_WALK_HEADS; head++) {
        bool scored = w->fold[i] >= (head == 0 ? 1 : 0) && tr_rng_below(rng, 10);
        w->rank[head][i] = scored ? tr_rng_uniform(rng) : (double)NAN;
    }
    /* by the rank, so that rows given to the wrong category would show in its quantile */
    w->category[i] = (uint8_t)(isnan(w->rank[1][i]) ? 3 : w->rank[1][i] < 0.4 ? 0 : 1);
}

static struct world *world_make(void)
{
    struct world *w = calloc(1, sizeof *w);
    struct tr_rng rng;
    tr_rng_init(&rng, 11, 0);
    for (size_t i = 0; i < N; i++)
        fill_row(w, i, &rng);
    for (size_t head = 0; head < TR_WALK_HEADS; head++) {
        for (size_t k = 0; k < FOLDS; k++)
            w->fit[head][k] = (struct tr_walk_fit){.trained = head == 1 || k > 0, .test_rows = FOLD_ROWS};
        w->walk.fit[head] = w->fit[head];
        w->walk.rank[head] = w->rank[head];
    }
    w->bars = (struct tr_bars){N, TR_TIMEFRAME_1H, w->time, w->price, w->price, w->price, w->price, w->price};
    w->walk.n_folds = FOLDS;
    w->walk.n_bars = N;
    w->walk.fold = w->fold;
    w->outcomes = (struct tr_rolling_outcomes){w->tp1, w->tp1_bars, w->gain};
    w->options = (struct tr_rolling_options){
        .capacity = 500, .horizon_ms = HORIZON * TR_HOUR_MS, .calibration = tr_calibration_defaults()};
    w->options.calibration.sets = TR_SETS_BY_CATEGORY;
    w->options.calibration.categories = 4;
    return w;
}

static struct tr_calibration *calibrate(const struct world *w, size_t head, size_t fold, tr_time_ms instant,
                                        bool *from_reference)
{
    struct tr_calibration *c;
    struct tr_error err;
    struct tr_rolling_query query = {&w->bars,     &w->walk,   head,
                                     &w->outcomes, fold,       fold == w->walk.n_folds ? &w->newest : NULL,
                                     instant,      w->category};
    assert_ok(tr_rolling_calibration(&w->options, &query, &c, from_reference, &err), &err);
    return c;
}

/* The same rows chosen by looking at every bar, from the words of the specification. rank [N], NaN = not in the pool.
 */
static struct tr_calibration *calibrate_slowly(const struct world *w, const double *rank, tr_time_ms instant)
{
    static double r[N], y[N], g[N];
    static size_t first[N], last[N], category[N];
    static int64_t time[N];
    size_t n = 0;
    for (size_t i = 0; i < N; i++) {
        tr_time_ms close = w->time[i] + TR_HOUR_MS;
        if (isnan(rank[i]) || w->tp1[i] < 0 || close + w->options.horizon_ms > instant)
            continue;
        r[n] = rank[i];
        y[n] = w->tp1[i];
        g[n] = w->gain[i];
        first[n] = i + 1;
        last[n] = i + w->tp1_bars[i];
        category[n] = w->category[i];
        time[n++] = w->time[i];
    }
    size_t skip = n > w->options.capacity ? n - w->options.capacity : 0;
    struct tr_calibration_rows rows = {n - skip,     r + skip,    y + skip,    g + skip,
                                       first + skip, last + skip, time + skip, category + skip};
    struct tr_calibration *c;
    struct tr_error err;
    assert_ok(tr_calibration_create(&w->options.calibration, &rows, &c, &err), &err);
    return c;
}

/* Same facts, probabilities and gains to the bit. */
static void assert_same_calibration(const struct tr_calibration *a, const struct tr_calibration *b)
{
    const struct tr_calibration_facts *fa = tr_calibration_facts(a), *fb = tr_calibration_facts(b);
    assert_int_equal(fa->rows, fb->rows);
    assert_same_bits(fa->n, fb->n);
    assert_same_bits(fa->k, fb->k);
    assert_same_bits(fa->proven_threshold, fb->proven_threshold);
    assert_int_equal(fa->first_ms, fb->first_ms);
    assert_int_equal(fa->last_ms, fb->last_ms);
    for (double rank = 0.05; rank < 1.0; rank += 0.15) {
        struct tr_error err;
        struct tr_expected_value ea, eb;
        assert_same_bits(tr_calibration_probability(a, rank).p0, tr_calibration_probability(b, rank).p0);
        assert_same_bits(tr_calibration_probability(a, rank).p, tr_calibration_probability(b, rank).p);
        assert_ok(tr_calibration_expected_value(a, rank, false, &ea, &err), &err);
        assert_ok(tr_calibration_expected_value(b, rank, false, &eb, &err), &err);
        assert_int_equal(ea.rows, eb.rows);
        assert_same_bits(ea.mean_atr, eb.mean_atr);
        for (size_t category = 0; category < 4; category++)
            assert_int_equal(tr_calibration_set(a, rank, category), tr_calibration_set(b, rank, category));
    }
}

static void the_pool_is_the_newest_matured_rows_whatever_the_instant(void **state)
{
    (void)state;
    struct world *w = world_make();
    const size_t capacities[] = {1, 60, 500, 100000};
    size_t full = 0, partly = 0, empty = 0;
    for (size_t c = 0; c < 4; c++) {
        w->options.capacity = capacities[c];
        for (size_t head = 0; head < TR_WALK_HEADS; head++) {
            for (tr_time_ms instant = w->time[FIRST_TEST]; instant < w->time[N - 1] + TR_DAY_MS;
                 instant += 13 * TR_HOUR_MS + 1) {
                size_t row = tr_bars_find(&w->bars, instant);
                size_t fold = row < N && w->fold[row] >= 0 ? (size_t)w->fold[row] : FOLDS;
                if (fold <= (head == 0 ? 1 : 0))
                    continue;
                bool from_reference = true;
                struct tr_calibration *fast = calibrate(w, head, fold, instant, &from_reference);
                struct tr_calibration *slow = calibrate_slowly(w, w->rank[head], instant);
                const struct tr_calibration_facts *facts = tr_calibration_facts(fast);
                assert_false(from_reference);
                assert_same_calibration(fast, slow);
                if (facts->rows > 0)
                    assert_true(facts->last_ms + TR_HOUR_MS + w->options.horizon_ms <= instant);
                full += facts->rows == w->options.capacity;
                partly += facts->rows > 0 && facts->rows < w->options.capacity;
                empty += facts->rows == 0;
                tr_calibration_destroy(fast);
                tr_calibration_destroy(slow);
            }
        }
    }
    assert_true(full > 500 && partly > 200 && empty == 0);
    free(w);
}

static void a_row_matures_exactly_when_the_horizon_has_passed_since_its_close(void **state)
{
    (void)state;
    struct world *w = world_make();
    const size_t row = 1400;
    bool from_reference;
    w->options.capacity = 1;
    w->rank[1][row] = 0.5;
    w->tp1[row] = 1;
    w->tp1_bars[row] = 1; /* decided early: no matter */
    tr_time_ms matures = w->time[row] + TR_HOUR_MS + HORIZON * TR_HOUR_MS;
    struct tr_calibration *c = calibrate(w, 1, 1, matures - 1, &from_reference);
    assert_true(tr_calibration_facts(c)->last_ms < w->time[row]);
    tr_calibration_destroy(c);
    c = calibrate(w, 1, 1, matures, &from_reference);
    assert_int_equal(tr_calibration_facts(c)->last_ms, w->time[row]);
    tr_calibration_destroy(c);
    free(w);
}

static void what_matures_after_the_instant_changes_nothing(void **state)
{
    (void)state;
    struct world *w = world_make();
    struct tr_rng rng;
    tr_rng_init(&rng, 3, 0);
    for (tr_time_ms instant = w->time[FIRST_TEST + FOLD_ROWS]; instant < w->time[N - 1]; instant += 31 * TR_HOUR_MS) {
        size_t row = tr_bars_find(&w->bars, instant);
        size_t fold = w->fold[row] >= 0 ? (size_t)w->fold[row] : FOLDS;
        bool from_reference;
        struct tr_calibration *before = calibrate(w, 1, fold, instant, &from_reference);
        for (size_t i = 0; i < N; i++) {
            if (w->time[i] + TR_HOUR_MS + w->options.horizon_ms <= instant)
                continue;
            w->tp1[i] = (int8_t)((int)tr_rng_below(&rng, 3) - 1);
            w->tp1_bars[i] = (uint16_t)(1 + tr_rng_below(&rng, HORIZON));
            w->gain[i] = tr_rng_normal(&rng);
            w->rank[1][i] = tr_rng_below(&rng, 2) ? tr_rng_uniform(&rng) : (double)NAN;
        }
        struct tr_calibration *after = calibrate(w, 1, fold, instant, &from_reference);
        assert_same_calibration(before, after);
        tr_calibration_destroy(before);
        tr_calibration_destroy(after);
    }
    free(w);
}

static void the_first_model_is_calibrated_on_its_own_matured_reference_rows(void **state)
{
    (void)state;
    struct world *w = world_make();
    double rank[N];
    fill_reference(w, &w->fit[0][1],
                   850); /* the long side's first model is that of fold 1, which tests from row 1300 */
    for (size_t i = 0; i < N; i++)
        rank[i] = (double)NAN;
    for (size_t i = 0; i < 300; i++)
        rank[w->reference_row[i]] = w->reference_rank[i];
    for (tr_time_ms instant = w->time[860]; instant <= w->time[1699]; instant += 7 * TR_HOUR_MS) {
        bool from_reference = false;
        struct tr_calibration *fast = calibrate(w, 0, 1, instant, &from_reference);
        struct tr_calibration *slow = calibrate_slowly(w, rank, instant);
        assert_true(from_reference);
        assert_same_calibration(fast, slow);
        tr_calibration_destroy(fast);
        tr_calibration_destroy(slow);
    }
    /* The next fold's model inherits the pool of scored rows instead. */
    fill_reference(w, &w->fit[0][2], 1250);
    bool from_reference = true;
    struct tr_calibration *c = calibrate(w, 0, 2, w->time[1750], &from_reference);
    assert_false(from_reference);
    assert_true(tr_calibration_facts(c)->first_ms >= w->time[1300]);
    tr_calibration_destroy(c);
    free(w);
}

static void the_newest_model_uses_its_reference_only_where_no_fold_was_ever_scored(void **state)
{
    (void)state;
    struct world *w = world_make();
    bool from_reference = true;
    const tr_time_ms now = w->time[N - 1] + TR_HOUR_MS;
    fill_reference(w, &w->newest, 2600);
    struct tr_calibration *c = calibrate(w, 1, FOLDS, now, &from_reference);
    assert_false(from_reference);
    assert_int_equal(tr_calibration_facts(c)->rows, 500);
    tr_calibration_destroy(c);
    for (size_t k = 0; k < FOLDS; k++)
        w->fit[1][k].trained = false;
    c = calibrate(w, 1, FOLDS, now, &from_reference);
    assert_true(from_reference);
    assert_int_equal(tr_calibration_facts(c)->first_ms, w->time[2600]);
    tr_calibration_destroy(c);
    /* A walk without any fold: nothing but the newest model exists. */
    w->walk = (struct tr_walk){0};
    c = calibrate(w, 1, 0, now, &from_reference);
    assert_true(from_reference);
    assert_int_equal(tr_calibration_facts(c)->rows, 300);
    tr_calibration_destroy(c);
    free(w);
}

static void without_any_model_the_calibration_knows_nothing(void **state)
{
    (void)state;
    struct world *w = world_make();
    bool from_reference;
    struct tr_calibration *c = calibrate(w, 0, 0, w->time[1000], &from_reference);
    assert_int_equal(tr_calibration_facts(c)->rows, 0);
    assert_false(tr_calibration_facts(c)->enough);
    tr_calibration_destroy(c);
    c = calibrate(w, 1, 0, w->time[FIRST_TEST], &from_reference); /* nothing has matured yet */
    assert_int_equal(tr_calibration_facts(c)->rows, 0);
    tr_calibration_destroy(c);
    /* Not even a walk: no folds, no newest model. */
    struct tr_walk none = {0};
    struct tr_error err;
    struct tr_rolling_query query = {&w->bars, &none, 1, &w->outcomes, 0, NULL, w->time[2000], NULL};
    assert_ok(tr_rolling_calibration(&w->options, &query, &c, &from_reference, &err), &err);
    assert_int_equal(tr_calibration_facts(c)->rows, 0);
    tr_calibration_destroy(c);
    free(w);
}

static void every_failing_allocation_is_a_status(void **state)
{
    (void)state;
    struct world *w = world_make();
    size_t k = 1;
    for (;; k++) {
        struct tr_calibration *c;
        struct tr_error err;
        bool from_reference;
        tr_alloc_fail_at(k);
        struct tr_rolling_query query = {&w->bars, &w->walk, 1, &w->outcomes, 3, NULL, w->time[2300], w->category};
        enum tr_status status = tr_rolling_calibration(&w->options, &query, &c, &from_reference, &err);
        tr_alloc_fail_at(0);
        if (status == TR_OK) {
            tr_calibration_destroy(c);
            break;
        }
        assert_int_equal(status, TR_NOMEM);
        assert_null(c);
    }
    assert_true(k > 8);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pool_is_the_newest_matured_rows_whatever_the_instant),
        cmocka_unit_test(a_row_matures_exactly_when_the_horizon_has_passed_since_its_close),
        cmocka_unit_test(what_matures_after_the_instant_changes_nothing),
        cmocka_unit_test(the_first_model_is_calibrated_on_its_own_matured_reference_rows),
        cmocka_unit_test(the_newest_model_uses_its_reference_only_where_no_fold_was_ever_scored),
        cmocka_unit_test(without_any_model_the_calibration_knows_nothing),
        cmocka_unit_test(every_failing_allocation_is_a_status),
    };
    return cmocka_run_group_tests_name("validate/rolling", tests, NULL, NULL);
}
