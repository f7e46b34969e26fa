#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/calibrate/learn_then_test.h"
#include "engine/score/interval.h"

#include <math.h>

enum { MOST = 2000 };

static const struct tr_ltt_options usual = {.target = 0.55, .delta = 0.1, .min_n = 50.0};

/* The lowest score that still belongs to the `count` highest ones, by asking each row how many are above it. */
static double cut_of(size_t n, const double *score, size_t count)
{
    double cut = (double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        size_t above = 0;
        for (size_t j = 0; j < n; j++)
            above += score[j] > score[i];
        if (above < count && score[i] < cut)
            cut = score[i];
    }
    return cut;
}

/* The definition, without sorting or running sums. */
static void run_by_definition(const struct tr_ltt_options *o, size_t n, const double *score, const double *y,
                              const double *weight, struct tr_ltt *out)
{
    bool stopped = false;
    *out = (struct tr_ltt){.threshold = (double)INFINITY, .first = -1, .last = -1};
    for (int s = 0; s < TR_LTT_STEPS; s++) {
        struct tr_ltt_step *step = &out->step[s];
        step->threshold = cut_of(n, score, (size_t)ceil((double)n * (s + 1) / TR_LTT_STEPS - 1e-9));
        step->p_value = (double)NAN;
        double hits = 0.0;
        for (size_t i = 0; i < n; i++) {
            if (score[i] < step->threshold)
                continue;
            step->rows++;
            step->n += weight[i];
            hits += y[i];
        }
        step->k = step->n * hits / (double)step->rows;
        if (stopped || (out->first < 0 && step->n < o->min_n))
            continue;
        if (out->first < 0)
            out->first = s;
        out->tested++;
        step->p_value = tr_rate_p_value(step->k, step->n, o->target);
        stopped = step->p_value > o->delta;
        if (!stopped) {
            out->proven = true;
            out->last = s;
            out->threshold = step->threshold;
        }
    }
}

static void random_rows_agree_with_the_definition(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 21, 0);
    size_t proven = 0, none = 0;
    for (int round = 0; round < 400; round++) {
        size_t n = 1 + (size_t)tr_rng_below(&rng, 300);
        double score[300], y[300], weight[300];
        double levels = round % 2 ? 8.0 : 1e6, gain = 0.6 * tr_rng_uniform(&rng);
        for (size_t i = 0; i < n; i++) {
            score[i] = floor(levels * tr_rng_uniform(&rng)) / levels;
            y[i] = tr_rng_uniform(&rng) < 0.45 + gain * score[i] ? 1.0 : 0.0;
            weight[i] = 0.2 + 0.8 * tr_rng_uniform(&rng);
        }
        struct tr_ltt found, expected;
        struct tr_error err;
        struct tr_ltt_options options = {.target = 0.55, .delta = 0.1, .min_n = 20.0};
        assert_ok(tr_ltt_run(&options, n, score, y, weight, &found, &err), &err);
        run_by_definition(&options, n, score, y, weight, &expected);
        assert_int_equal(found.proven, expected.proven);
        assert_int_equal(found.first, expected.first);
        assert_int_equal(found.last, expected.last);
        assert_int_equal(found.tested, expected.tested);
        assert_same_bits(found.threshold, expected.threshold);
        for (int s = 0; s < TR_LTT_STEPS; s++) {
            assert_same_bits(found.step[s].threshold, expected.step[s].threshold);
            assert_int_equal(found.step[s].rows, expected.step[s].rows);
            assert_near(found.step[s].n, expected.step[s].n, 1e-11);
            assert_near(found.step[s].k, expected.step[s].k, 1e-11);
            assert_near(found.step[s].p_value, expected.step[s].p_value, 1e-10);
        }
        proven += found.proven;
        none += !found.proven;
    }
    assert_true(proven > 50 && none > 50);
}

static void steps_take_rows_by_count_and_round_up(void **state)
{
    (void)state;
    double score[41], y[41], weight[41];
    for (size_t i = 0; i < 41; i++) {
        score[i] = (double)i;
        y[i] = weight[i] = 1.0;
    }
    struct tr_ltt found;
    struct tr_error err;
    assert_ok(tr_ltt_run(&usual, 41, score, y, weight, &found, &err), &err);
    assert_int_equal(found.step[0].rows, 3); /* 2.05 */
    assert_int_equal(found.step[1].rows, 5); /* 4.1 */
    assert_int_equal(found.step[19].rows, 41);
    assert_near(found.step[0].threshold, 38.0, 0.0);
}

static void the_sequence_starts_at_fifty_effective_rows(void **state)
{
    (void)state;
    enum { N = 1000 };
    double score[N], y[N], weight[N];
    for (size_t i = 0; i < N; i++) {
        score[i] = (double)i;
        y[i] = i % 10 < 9 ? 1.0 : 0.0;
        weight[i] = 0.25;
    }
    struct tr_ltt found;
    struct tr_error err;
    assert_ok(tr_ltt_run(&usual, N, score, y, weight, &found, &err), &err);
    assert_int_equal(found.first, 3); /* 200 rows of a quarter */
    assert_true(isnan(found.step[2].p_value) && found.step[3].p_value < 0.1);
    assert_int_equal(found.tested, 17);
    assert_int_equal(found.last, 19);
    assert_near(found.threshold, 0.0, 0.0);
}

static void nothing_below_the_first_failure_is_looked_at(void **state)
{
    (void)state;
    enum { N = 2000 };
    double score[N], y[N], weight[N];
    for (size_t i = 0; i < N; i++) {
        double top = 1.0 - (double)i / N; /* the share of rows above */
        score[i] = (double)i;
        weight[i] = 1.0;
        /* good in the top fifth, bad in the second, perfect below */
        y[i] = top <= 0.2 ? (i % 4 != 0 ? 1.0 : 0.0) : top <= 0.4 ? 0.0 : 1.0;
    }
    struct tr_ltt found;
    struct tr_error err;
    assert_ok(tr_ltt_run(&usual, N, score, y, weight, &found, &err), &err);
    assert_true(found.proven);
    assert_true(found.last >= 3 && found.last < 7);
    assert_int_equal(found.tested, found.last - found.first + 2);
    assert_true(tr_rate_p_value(found.step[19].k, found.step[19].n, 0.55) < 1e-6);
    assert_true(isnan(found.step[19].p_value));
}

static void no_event_at_all_has_p_value_one(void **state)
{
    (void)state;
    double score[100], y[100] = {0}, weight[100];
    for (size_t i = 0; i < 100; i++) {
        score[i] = (double)i;
        weight[i] = 1.0;
    }
    struct tr_ltt found;
    struct tr_error err;
    assert_ok(tr_ltt_run(&usual, 100, score, y, weight, &found, &err), &err);
    assert_int_equal(found.tested, 1);
    assert_near(found.step[found.first].p_value, 1.0, 0.0);
    assert_false(found.proven);
}

/* Share of sets that prove anything when every row has the event with probability rate, whatever its score. */
static double proven_share(double rate, double gain, int sets, size_t n)
{
    static double score[MOST], y[MOST], weight[MOST];
    struct tr_rng rng;
    tr_rng_init(&rng, 22, 0);
    int proven = 0;
    for (int set = 0; set < sets; set++) {
        for (size_t i = 0; i < n; i++) {
            score[i] = tr_rng_uniform(&rng);
            y[i] = tr_rng_uniform(&rng) < rate + gain * (score[i] - 0.5) ? 1.0 : 0.0;
            weight[i] = 1.0;
        }
        struct tr_ltt found;
        struct tr_error err;
        assert_ok(tr_ltt_run(&usual, n, score, y, weight, &found, &err), &err);
        proven += found.proven;
    }
    return (double)proven / sets;
}

static void at_exactly_the_target_rate_at_most_delta_are_proven_wrongly(void **state)
{
    (void)state;
    enum { SETS = 4000 };
    double share = proven_share(0.55, 0.0, SETS, 1000);
    assert_true(share <= 0.1 + 3.0 * sqrt(0.1 * 0.9 / SETS));
    assert_true(share >= 0.05); /* and it is a test, not a refusal */
}

static void a_real_edge_is_proven(void **state)
{
    (void)state;
    assert_true(proven_share(0.55, 0.5, 400, MOST) > 0.95);
}

static void no_rows_prove_nothing(void **state)
{
    (void)state;
    struct tr_ltt found;
    struct tr_error err;
    assert_ok(tr_ltt_run(&usual, 0, NULL, NULL, NULL, &found, &err), &err);
    assert_false(found.proven);
    assert_true(isinf(found.threshold) && found.first == -1 && found.last == -1 && found.tested == 0);
}

static void a_score_that_is_no_number_is_refused(void **state)
{
    (void)state;
    const double score[] = {0.5, (double)NAN}, one[] = {1.0, 1.0};
    struct tr_ltt found;
    struct tr_error err;
    assert_int_equal(tr_ltt_run(&usual, 2, score, one, one, &found, &err), TR_INVALID);
    assert_false(found.proven);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    double rows[60];
    for (size_t i = 0; i < 60; i++)
        rows[i] = 1.0 / (double)(i + 1);
    struct tr_ltt found;
    struct tr_error err;
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status != TR_OK; k++) {
        assert_true(k < 20);
        tr_alloc_fail_at(k);
        status = tr_ltt_run(&usual, 60, rows, rows, rows, &found, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_OK || (status == TR_NOMEM && !found.proven));
        assert_true(k > 1 || status == TR_NOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_rows_agree_with_the_definition),
        cmocka_unit_test(steps_take_rows_by_count_and_round_up),
        cmocka_unit_test(the_sequence_starts_at_fifty_effective_rows),
        cmocka_unit_test(nothing_below_the_first_failure_is_looked_at),
        cmocka_unit_test(no_event_at_all_has_p_value_one),
        cmocka_unit_test(at_exactly_the_target_rate_at_most_delta_are_proven_wrongly),
        cmocka_unit_test(a_real_edge_is_proven),
        cmocka_unit_test(no_rows_prove_nothing),
        cmocka_unit_test(a_score_that_is_no_number_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/calibrate/learn_then_test", tests, NULL, NULL);
}
