#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "base/span.h"
#include "base/special.h"
#include "engine/calibrate/calibration.h"
#include "engine/score/bootstrap.h"
#include "engine/score/interval.h"

#include <math.h>

enum { WINDOW = 2000, HORIZON = 48 };
#define HOUR_MS INT64_C(3600000)

struct window {
    size_t n;
    double rank[WINDOW], y[WINDOW], gain[WINDOW];
    size_t first[WINDOW], last[WINDOW];
    int64_t time_ms[WINDOW];
};

/* A market of independent hourly steps. A range of 1.7 steps stands for the ATR: the event is to rise by one of them
 * before falling by one and a half, within 48 hours. Scores are an AR(1) that knows nothing of it, plus edge * event.
 */
static void draw_window(struct tr_rng *rng, size_t n, double memory, double edge, struct window *w)
{
    static double step[WINDOW + HORIZON];
    const double atr = 1.7;
    for (size_t i = 0; i < n + HORIZON; i++)
        step[i] = tr_rng_normal(rng);
    double score = tr_rng_normal(rng);
    w->n = n;
    for (size_t i = 0; i < n; i++) {
        double path = 0.0;
        size_t j = 0;
        while (j < HORIZON && path < atr && path > -1.5 * atr)
            path += step[i + j++];
        w->y[i] = path >= atr ? 1.0 : 0.0;
        w->gain[i] = path / atr;
        w->first[i] = i + 1;
        w->last[i] = i + j;
        w->time_ms[i] = (int64_t)i * HOUR_MS;
        w->rank[i] = tr_normal_cdf(score + edge * w->y[i]);
        score = memory * score + sqrt(1.0 - memory * memory) * tr_rng_normal(rng);
    }
}

static struct tr_calibration_rows rows_of(const struct window *w)
{
    return (struct tr_calibration_rows){.n = w->n,
                                        .rank = w->rank,
                                        .y = w->y,
                                        .gain_atr = w->gain,
                                        .first = w->first,
                                        .last = w->last,
                                        .time_ms = w->time_ms};
}

static struct tr_calibration *create(const struct window *w)
{
    struct tr_calibration_options options = tr_calibration_defaults();
    struct tr_calibration_rows rows = rows_of(w);
    struct tr_calibration *c;
    struct tr_error err;
    assert_ok(tr_calibration_create(&options, &rows, &c, &err), &err);
    return c;
}

static void counts_are_effective(void **state)
{
    (void)state;
    static struct window w;
    static double weight[WINDOW];
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 71, 0);
    draw_window(&rng, WINDOW, 0.9, 0.0, &w);
    struct tr_calibration *c = create(&w);
    const struct tr_calibration_facts *facts = tr_calibration_facts(c);
    assert_ok(tr_span_uniqueness(w.n, w.first, w.last, weight, &err), &err);
    double n = 0.0, hits = 0.0;
    for (size_t i = 0; i < w.n; i++) {
        n += weight[i];
        hits += w.y[i];
    }
    double k = n * hits / WINDOW;
    assert_int_equal(facts->rows, WINDOW);
    assert_near(facts->n, n, 1e-9);
    assert_near(facts->k, k, 1e-9);
    assert_near(facts->base_rate, hits / WINDOW, 1e-12);
    assert_near(facts->base_lower, tr_rate_lower(k, n, 0.025), 1e-9);
    assert_near(facts->base_upper, tr_rate_upper(k, n, 0.025), 1e-9);
    assert_true(facts->enough && facts->n < 0.5 * WINDOW);
    assert_int_equal(facts->first_ms, 0);
    assert_int_equal(facts->last_ms, (WINDOW - 1) * HOUR_MS);
    tr_calibration_destroy(c);
}

static void under_fifty_effective_rows_are_not_enough(void **state)
{
    (void)state;
    static struct window w;
    struct tr_rng rng;
    tr_rng_init(&rng, 72, 0);
    draw_window(&rng, 100, 0.9, 5.0, &w);
    for (size_t i = 0; i < w.n; i++)
        w.last[i] = w.first[i] = i + 1; /* no overlap: every row counts whole */
    struct tr_calibration *c = create(&w);
    assert_near(tr_calibration_facts(c)->n, 100.0, 1e-9);
    assert_true(tr_calibration_facts(c)->enough);
    tr_calibration_destroy(c);
    for (size_t i = 0; i < w.n; i++)
        w.first[i] = w.last[i] = i / 4; /* four rows share each bar */
    c = create(&w);
    assert_near(tr_calibration_facts(c)->n, 25.0, 1e-9);
    assert_false(tr_calibration_facts(c)->enough);
    assert_false(tr_calibration_facts(c)->proven_any);
    tr_calibration_destroy(c);
}

static void the_rate_to_beat_is_the_base_rate_where_that_is_higher(void **state)
{
    (void)state;
    static struct window w;
    w.n = WINDOW;
    for (size_t i = 0; i < w.n; i++) {
        w.rank[i] = (double)(i * 7919 % WINDOW) / WINDOW;
        w.y[i] = i % 5 ? 1.0 : 0.0; /* 80 %, whatever the rank */
        w.gain[i] = 0.0;
        w.first[i] = w.last[i] = i + 1;
        w.time_ms[i] = (int64_t)i * HOUR_MS;
    }
    struct tr_calibration *c = create(&w);
    const struct tr_calibration_facts *facts = tr_calibration_facts(c);
    assert_near(facts->base_rate, 0.8, 1e-9);
    assert_true(facts->ltt.first >= 0 && !facts->proven_any && isinf(facts->proven_threshold));
    const struct tr_ltt_step *step = &facts->ltt.step[facts->ltt.first];
    assert_near(step->p_value, tr_rate_p_value(step->k, step->n, 0.8), 1e-9);
    tr_calibration_destroy(c);
}

static void probabilities_are_those_of_venn_abers(void **state)
{
    (void)state;
    static struct window w;
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 73, 0);
    draw_window(&rng, 500, 0.9, 1.0, &w);
    struct tr_calibration *c = create(&w);
    struct tr_venn_abers *va;
    assert_ok(tr_venn_abers_create(w.n, w.rank, w.y, &va, &err), &err);
    for (double rank = 0.0; rank <= 1.0; rank += 1.0 / 256) {
        struct tr_venn_abers_value found = tr_calibration_probability(c, rank), expected = tr_venn_abers_at(va, rank);
        assert_same_bits(found.p0, expected.p0);
        assert_same_bits(found.p1, expected.p1);
        assert_same_bits(found.p, expected.p);
    }
    assert_true(isnan(tr_calibration_probability(c, (double)NAN).p));
    tr_venn_abers_destroy(va);
    tr_calibration_destroy(c);
}

static void the_expected_value_is_the_plain_mean_of_the_fifth_and_above(void **state)
{
    (void)state;
    static struct window w;
    static double gain[WINDOW];
    static int64_t time_ms[WINDOW];
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 74, 0);
    draw_window(&rng, WINDOW, 0.9, 0.3, &w);
    struct tr_calibration *c = create(&w);
    const double rank[] = {0.05, 0.2, 0.39, 0.6, 0.99}, from[] = {0.0, 0.2, 0.2, 0.6, 0.8};
    for (size_t q = 0; q < 5; q++) {
        size_t n = 0;
        double sum = 0.0;
        for (size_t i = 0; i < w.n; i++) {
            if (w.rank[i] < from[q])
                continue;
            sum += w.gain[i];
            gain[n] = w.gain[i];
            time_ms[n++] = w.time_ms[i];
        }
        struct tr_expected_value found;
        assert_ok(tr_calibration_expected_value(c, rank[q], false, &found, &err), &err);
        assert_int_equal(found.rows, n);
        assert_near(found.mean_atr, sum / (double)n, 1e-12);
        assert_true(isnan(found.lower_atr) && isnan(found.upper_atr));
        assert_ok(tr_calibration_expected_value(c, rank[q], true, &found, &err), &err);
        struct tr_bootstrap_options options = {.block_ms = 48 * HOUR_MS, .draws = 1000, .seed = 1, .alpha = 0.05};
        struct tr_interval expected;
        assert_ok(tr_bootstrap_mean(&options, n, gain, NULL, time_ms, &expected, &err), &err);
        assert_same_bits(found.lower_atr, expected.lower);
        assert_same_bits(found.upper_atr, expected.upper);
        assert_true(found.lower_atr < found.mean_atr && found.mean_atr < found.upper_atr);
    }
    tr_calibration_destroy(c);
}

static void ranks_that_know_nothing_have_no_edge_on_average(void **state)
{
    (void)state;
    enum { WINDOWS = 60 };
    static struct window w;
    struct tr_rng rng;
    double edge = 0.0, squares = 0.0;
    for (uint64_t i = 0; i < WINDOWS; i++) {
        tr_rng_init(&rng, 900, i);
        draw_window(&rng, WINDOW, 0.7, 0.0, &w);
        struct tr_calibration *c = create(&w);
        double mean = 0.0;
        for (size_t r = 0; r < 100; r++)
            mean += tr_calibration_probability(c, ((double)r + 0.5) / 100.0).p / 100.0;
        mean -= tr_calibration_facts(c)->base_rate;
        edge += mean;
        squares += mean * mean;
        tr_calibration_destroy(c);
    }
    print_message("# mean edge %.4f, standard error %.4f\n", edge / WINDOWS, sqrt(squares) / WINDOWS);
    assert_true(fabs(edge / WINDOWS) < 0.005);
}

static void under_thirty_rows_there_is_no_expected_value(void **state)
{
    (void)state;
    static struct window w;
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 75, 0);
    draw_window(&rng, 100, 0.9, 0.0, &w);
    for (size_t i = 0; i < w.n; i++)
        w.rank[i] = i < 29 ? 0.9 : i < 30 ? 0.7 : 0.1;
    struct tr_calibration *c = create(&w);
    struct tr_expected_value found;
    assert_ok(tr_calibration_expected_value(c, 0.95, true, &found, &err), &err);
    assert_true(found.rows == 29 && isnan(found.mean_atr) && isnan(found.lower_atr));
    assert_ok(tr_calibration_expected_value(c, 0.75, true, &found, &err), &err);
    assert_true(found.rows == 30 && !isnan(found.mean_atr));
    tr_calibration_destroy(c);
}

static void the_top_rate_counts_rows_ranked_at_least_as_high(void **state)
{
    (void)state;
    static struct window w;
    static double weight[WINDOW];
    struct tr_rng rng;
    struct tr_error err;
    tr_rng_init(&rng, 76, 0);
    draw_window(&rng, 700, 0.9, 0.5, &w);
    for (size_t i = 0; i < w.n; i++)
        w.rank[i] = floor(50.0 * w.rank[i]) / 50.0;
    struct tr_calibration *c = create(&w);
    assert_ok(tr_span_uniqueness(w.n, w.first, w.last, weight, &err), &err);
    for (double rank = -0.02; rank < 1.1; rank += 0.01) {
        size_t rows = 0;
        double n = 0.0, hits = 0.0;
        for (size_t i = 0; i < w.n; i++) {
            if (w.rank[i] < rank)
                continue;
            rows++;
            n += weight[i];
            hits += w.y[i];
        }
        double k = rows ? n * hits / (double)rows : 0.0;
        struct tr_top_rate found = tr_calibration_top_rate(c, rank);
        assert_int_equal(found.rows, rows);
        assert_near(found.n, n, 1e-9);
        assert_near(found.k, k, 1e-9);
        assert_near(found.lower, rows ? tr_rate_lower(k, n, 0.1) : (double)NAN, 1e-9);
    }
    tr_calibration_destroy(c);
}

static void without_rows_nothing_is_known(void **state)
{
    (void)state;
    static struct window w;
    w.n = 0;
    struct tr_calibration *c = create(&w);
    const struct tr_calibration_facts *facts = tr_calibration_facts(c);
    assert_true(facts->rows == 0 && !facts->enough && !facts->proven_any && isinf(facts->proven_threshold));
    assert_true(isnan(facts->base_rate) && isnan(facts->base_lower) && isnan(facts->base_upper));
    assert_true(facts->n == 0.0 && facts->k == 0.0);
    assert_true(isnan(tr_calibration_probability(c, 0.5).p));
    struct tr_expected_value value;
    struct tr_error err;
    assert_ok(tr_calibration_expected_value(c, 0.5, true, &value, &err), &err);
    assert_true(value.rows == 0 && isnan(value.mean_atr));
    struct tr_top_rate top = tr_calibration_top_rate(c, 0.5);
    assert_true(top.rows == 0 && isnan(top.lower));
    tr_calibration_destroy(c);
    tr_calibration_destroy(NULL);
}

static void rows_that_cannot_be_used_are_refused(void **state)
{
    (void)state;
    static struct window good, w;
    struct tr_rng rng;
    tr_rng_init(&rng, 77, 0);
    draw_window(&rng, 100, 0.9, 0.0, &good);
    for (int wrong = 0; wrong < 4; wrong++) {
        w = good;
        if (wrong == 0)
            w.rank[5] = (double)NAN;
        else if (wrong == 1)
            w.gain[5] = (double)INFINITY;
        else if (wrong == 2)
            w.y[5] = 0.5;
        else
            w.time_ms[5] = 0;
        struct tr_calibration_options options = tr_calibration_defaults();
        struct tr_calibration_rows rows = rows_of(&w);
        struct tr_calibration *c;
        struct tr_error err;
        assert_int_equal(tr_calibration_create(&options, &rows, &c, &err), TR_INVALID);
        assert_null(c);
    }
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static struct window w;
    struct tr_rng rng;
    tr_rng_init(&rng, 78, 0);
    draw_window(&rng, 200, 0.9, 0.0, &w);
    struct tr_calibration_options options = tr_calibration_defaults();
    options.sets = TR_SETS_BY_CLASS;
    struct tr_calibration_rows rows = rows_of(&w);
    enum tr_status status = TR_NOMEM;
    size_t k = 1;
    for (; status != TR_OK; k++) {
        assert_true(k < 80);
        struct tr_calibration *c;
        struct tr_error err;
        struct tr_expected_value value;
        tr_alloc_fail_at(k);
        status = tr_calibration_create(&options, &rows, &c, &err);
        if (status == TR_OK)
            status = tr_calibration_expected_value(c, 0.1, true, &value, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_OK || status == TR_NOMEM);
        tr_calibration_destroy(c);
    }
    assert_true(k > 20);
}

/* Share of windows in which some threshold is proven. */
static double proven_share(double memory, double edge, int windows)
{
    static struct window w;
    struct tr_rng rng;
    tr_rng_init(&rng, 79, (uint64_t)(1000.0 * memory));
    int proven = 0;
    double base = 0.0;
    for (int i = 0; i < windows; i++) {
        draw_window(&rng, WINDOW, memory, edge, &w);
        struct tr_calibration *c = create(&w);
        proven += tr_calibration_facts(c)->proven_any;
        base += tr_calibration_facts(c)->base_rate / windows;
        tr_calibration_destroy(c);
    }
    assert_true(base > 0.55 && base < 0.64); /* the rate of real hourly series */
    return (double)proven / windows;
}

static void scores_that_know_nothing_are_proven_in_at_most_13_percent_of_windows(void **state)
{
    (void)state;
    enum { WINDOWS = 600 };
    const double memory[] = {0.0, 0.9, 0.97, 0.99};
    for (size_t i = 0; i < sizeof memory / sizeof memory[0]; i++) {
        double share = proven_share(memory[i], 0.0, WINDOWS);
        if (share > 0.13)
            fail_msg("%.1f %% of windows were proven at an autocorrelation of %.2f", 100.0 * share, memory[i]);
    }
}

static void scores_that_know_the_event_are_proven(void **state)
{
    (void)state;
    assert_true(proven_share(0.9, 2.0, 60) > 0.9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_effective),
        cmocka_unit_test(under_fifty_effective_rows_are_not_enough),
        cmocka_unit_test(the_rate_to_beat_is_the_base_rate_where_that_is_higher),
        cmocka_unit_test(probabilities_are_those_of_venn_abers),
        cmocka_unit_test(the_expected_value_is_the_plain_mean_of_the_fifth_and_above),
        cmocka_unit_test(ranks_that_know_nothing_have_no_edge_on_average),
        cmocka_unit_test(under_thirty_rows_there_is_no_expected_value),
        cmocka_unit_test(the_top_rate_counts_rows_ranked_at_least_as_high),
        cmocka_unit_test(without_rows_nothing_is_known),
        cmocka_unit_test(rows_that_cannot_be_used_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(scores_that_know_nothing_are_proven_in_at_most_13_percent_of_windows),
        cmocka_unit_test(scores_that_know_the_event_are_proven),
    };
    return cmocka_run_group_tests_name("engine/calibrate/calibration", tests, NULL, NULL);
}
