#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/validate/plan.h"

#include <math.h>
#include <string.h>

static const int64_t bar_lengths[] = {1, 3, 5, 15, 30, 60, 120, 240, 360, 720, 1440}; /* minutes */

static double days(int64_t ms)
{
    return (double)ms / (double)TR_DAY_MS;
}

static void gap_and_window_are_those_of_the_specification_on_each_timeframe(void **state)
{
    (void)state;
    struct {
        int64_t bar_ms;
        double purge, gap, train;
    } expected[] = {
        {TR_MINUTE_MS, 2, 3, 180},       {30 * TR_MINUTE_MS, 2, 3, 180},     {TR_HOUR_MS, 2, 3, 180},
        {2 * TR_HOUR_MS, 2, 3, 180},     {4 * TR_HOUR_MS, 4, 5, 2000 / 6.0}, {12 * TR_HOUR_MS, 12, 13, 1000},
        {24 * TR_HOUR_MS, 24, 25, 2000},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct tr_plan_options o = tr_plan_defaults(expected[i].bar_ms);
        struct tr_error err;
        assert_ok(tr_plan_check(&o, &err), &err);
        assert_near(days(tr_plan_purge_ms(&o)), expected[i].purge, 0);
        assert_near(days(tr_plan_gap_ms(&o)), expected[i].gap, 0);
        assert_near(days(tr_plan_train_ms(&o)), expected[i].train, 1e-9);
        o.exact_days = true;
        assert_near(days(tr_plan_train_ms(&o)), 180, 0);
    }
}

static void an_hourly_year_gives_the_folds_counted_by_hand(void **state)
{
    (void)state;
    struct tr_plan_options o = tr_plan_defaults(TR_HOUR_MS);
    struct tr_error err;
    struct tr_fold *folds;
    size_t n;
    const tr_time_ms first = 20000 * TR_DAY_MS;
    /* 183 days until the first test, then 30-day blocks: 365 days hold six and 2 days, which is too short a block. */
    assert_ok(tr_plan_walk_forward(&o, first, first + 365 * TR_DAY_MS, &folds, &n, &err), &err);
    assert_int_equal(n, 6);
    assert_int_equal(folds[0].train_from, first);
    assert_int_equal(folds[0].reference_from, first + 144 * TR_DAY_MS);
    assert_int_equal(folds[0].fit_to, first + 142 * TR_DAY_MS);
    assert_int_equal(folds[0].train_to, first + 180 * TR_DAY_MS);
    assert_int_equal(folds[0].test_from, first + 183 * TR_DAY_MS);
    assert_int_equal(folds[0].test_to, first + 213 * TR_DAY_MS);
    assert_int_equal(folds[5].test_to, first + 363 * TR_DAY_MS);
    tr_free(folds);
    /* Five more days make it 7: tested. */
    assert_ok(tr_plan_walk_forward(&o, first, first + 370 * TR_DAY_MS, &folds, &n, &err), &err);
    assert_int_equal(n, 7);
    assert_int_equal(folds[6].test_to - folds[6].test_from, 7 * TR_DAY_MS);
    tr_free(folds);
}

static void a_series_too_short_has_no_folds_and_that_is_no_error(void **state)
{
    (void)state;
    struct tr_plan_options o = tr_plan_defaults(TR_HOUR_MS);
    struct tr_error err;
    struct tr_fold *folds;
    size_t n;
    const int64_t lengths[] = {-5, 0, 100, 183, 189};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        assert_ok(tr_plan_walk_forward(&o, 0, lengths[i] * TR_DAY_MS, &folds, &n, &err), &err);
        assert_int_equal(n, 0);
        assert_null(folds);
    }
    assert_ok(tr_plan_walk_forward(&o, 0, 190 * TR_DAY_MS, &folds, &n, &err), &err);
    assert_int_equal(n, 1);
    tr_free(folds);
}

static struct tr_plan_options random_options(struct tr_rng *rng)
{
    int64_t bar_ms = bar_lengths[tr_rng_below(rng, sizeof bar_lengths / sizeof *bar_lengths)] * TR_MINUTE_MS;
    struct tr_plan_options o = tr_plan_defaults(bar_ms);
    o.train_days = 1.0 + 400.0 * tr_rng_uniform(rng);
    o.purge_days = 5.0 * tr_rng_uniform(rng);
    o.embargo_days = tr_rng_below(rng, 3) ? 3.0 * tr_rng_uniform(rng) : 0.0;
    o.test_days = 0.1 + 60.0 * tr_rng_uniform(rng);
    o.advance_days = o.test_days;
    o.min_last_days = 10.0 * tr_rng_uniform(rng);
    o.min_train_bars = (size_t)tr_rng_below(rng, 3000);
    o.exact_days = tr_rng_below(rng, 2);
    o.fit_share = 0.02 + 0.96 * tr_rng_uniform(rng);
    o.label_bars = 1 + (size_t)tr_rng_below(rng, 100);
    o.horizon_ms = (int64_t)tr_rng_below(rng, 100 * (uint64_t)TR_HOUR_MS);
    return o;
}

/* Close of the last bar that the labels of a row may look at, bars being consecutive: the training label's, and the
 * ladder's, which leaves at the close of bar floor(horizon / bar), at least 1. */
static tr_time_ms label_end(const struct tr_plan_options *o, tr_time_ms row)
{
    int64_t ladder = o->horizon_ms / o->bar_ms > 1 ? o->horizon_ms / o->bar_ms : 1;
    int64_t bars = (int64_t)o->label_bars > ladder ? (int64_t)o->label_bars : ladder;
    return row + (bars + 1) * o->bar_ms;
}

static void assert_on_grid(const struct tr_plan_options *o, const struct tr_fold *f)
{
    const tr_time_ms instants[] = {f->train_from, f->train_to, f->fit_to, f->test_from, f->test_to, f->reference_from};
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++)
        assert_int_equal(instants[i] % o->bar_ms, 0);
}

/* The last row of a window reaches furthest, so it stands for all of them. */
static void assert_law(const struct tr_plan_options *o, const struct tr_fold *f)
{
    assert_on_grid(o, f);
    assert_true(f->train_from <= f->fit_to && f->fit_to <= f->reference_from && f->reference_from <= f->train_to);
    assert_true(f->test_from < f->test_to);
    if (f->train_to > f->train_from)
        assert_true(label_end(o, f->train_to - o->bar_ms) <= f->test_from);
    if (f->fit_to > f->train_from)
        assert_true(label_end(o, f->fit_to - o->bar_ms) <= f->reference_from);
}

static void no_label_of_a_training_row_meets_a_test_bar(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    size_t planned = 0, several = 0;
    for (int i = 0; i < 20000; i++) {
        struct tr_plan_options o = random_options(&rng);
        struct tr_error err;
        if (tr_plan_check(&o, &err) != TR_OK)
            continue;
        tr_time_ms first = (tr_time_ms)tr_rng_below(&rng, 50 * 365 * (uint64_t)TR_DAY_MS);
        tr_time_ms end = first + (tr_time_ms)tr_rng_below(&rng, 1500 * (uint64_t)TR_DAY_MS);
        struct tr_fold *folds;
        size_t n;
        assert_ok(tr_plan_walk_forward(&o, first, end, &folds, &n, &err), &err);
        for (size_t k = 0; k < n; k++) {
            const struct tr_fold *f = &folds[k];
            assert_law(&o, f);
            assert_true(f->train_from >= first && f->test_to <= end);
            assert_int_equal(f->train_to - f->train_from, tr_plan_train_ms(&o));
            assert_int_equal(f->test_from - f->train_to, tr_plan_gap_ms(&o));
            double share = (double)(f->train_to - f->reference_from) / (double)(f->train_to - f->train_from);
            double bar = (double)o.bar_ms / (double)(f->train_to - f->train_from);
            assert_true(fabs(share - (1.0 - o.fit_share)) <= 1.001 * bar);
            if (k > 0) /* contiguous: neither a hole nor a bar tested twice */
                assert_int_equal(f->test_from, folds[k - 1].test_to);
        }
        if (n > 0) /* what is left at the end is shorter than a block worth testing */
            assert_true(days(end - folds[n - 1].test_to) < o.min_last_days + days(o.bar_ms) &&
                        days(end - folds[n - 1].test_to) < o.test_days + days(o.bar_ms));
        planned += n > 0;
        several += n > 3;
        tr_free(folds);
    }
    assert_true(planned > 5000 && several > 1000);
}

static void a_last_block_is_tested_exactly_from_the_shortest_length_on(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    for (int i = 0; i < 300; i++) {
        struct tr_plan_options o = tr_plan_defaults(TR_HOUR_MS);
        int64_t rest = (int64_t)tr_rng_below(&rng, 30 * 24);
        struct tr_error err;
        struct tr_fold *folds;
        size_t n;
        assert_ok(tr_plan_walk_forward(&o, 0, 213 * TR_DAY_MS + rest * TR_HOUR_MS, &folds, &n, &err), &err);
        assert_int_equal(n, rest >= 7 * 24 ? 2 : 1);
        tr_free(folds);
    }
}

static void row_by_row_no_fold_tests_what_it_or_a_fold_before_it_has_seen(void **state)
{
    (void)state;
    struct tr_plan_options o = tr_plan_defaults(TR_HOUR_MS);
    o.train_days = 12.0;
    o.min_train_bars = 0;
    o.test_days = o.advance_days = 4.0;
    o.min_last_days = 1.0;
    enum { ROWS = 40 * 24 };
    struct tr_error err;
    struct tr_fold *folds;
    size_t n, tested = 0;
    assert_ok(tr_plan_walk_forward(&o, 0, ROWS * TR_HOUR_MS, &folds, &n, &err), &err);
    assert_int_equal(n, 7);
    for (size_t k = 0; k < n; k++) {
        for (size_t row = 0; row < ROWS; row++) {
            tr_time_ms at = (tr_time_ms)row * TR_HOUR_MS;
            bool test = at >= folds[k].test_from && at < folds[k].test_to;
            bool fit = at >= folds[k].train_from && at < folds[k].fit_to;
            bool reference = at >= folds[k].reference_from && at < folds[k].train_to;
            tested += test;
            assert_true(test + fit + reference <= 1);
            for (size_t later = k; later < n && (fit || reference); later++)
                assert_true(label_end(&o, at) <= folds[later].test_from);
            if (fit)
                assert_true(label_end(&o, at) <= folds[k].reference_from);
        }
    }
    assert_int_equal(tested, ROWS - 15 * 24);
    tr_free(folds);
}

static void the_newest_window_ends_one_purge_before_the_last_bar(void **state)
{
    (void)state;
    struct tr_plan_options o = tr_plan_defaults(4 * TR_HOUR_MS);
    const tr_time_ms last = 6000 * o.bar_ms;
    struct tr_fold f = tr_plan_newest(&o, 0, last);
    assert_int_equal(f.test_from, last);
    assert_int_equal(f.test_to, last + o.bar_ms);
    assert_int_equal(last - f.train_to, 4 * TR_DAY_MS);
    assert_int_equal(f.train_to - f.train_from, 2000 * o.bar_ms);
    assert_int_equal(f.train_to - f.reference_from, 400 * o.bar_ms);
    assert_int_equal(f.reference_from - f.fit_to, 24 * o.bar_ms);
    /* A shorter series gives a shorter window, divided in the same shares. */
    f = tr_plan_newest(&o, last - 524 * o.bar_ms, last);
    assert_int_equal(f.train_from, last - 524 * o.bar_ms);
    assert_int_equal(f.train_to - f.reference_from, 100 * o.bar_ms);
    /* No window at all is an empty one. */
    f = tr_plan_newest(&o, last, last);
    assert_int_equal(f.train_from, f.train_to);
    assert_law(&o, &f);
}

static void the_newest_window_keeps_the_law_for_any_series(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 3, 0);
    for (int i = 0; i < 20000; i++) {
        struct tr_plan_options o = random_options(&rng);
        struct tr_error err;
        if (tr_plan_check(&o, &err) != TR_OK)
            continue;
        tr_time_ms last = (tr_time_ms)tr_rng_below(&rng, 3000) * o.bar_ms + 10 * 365 * TR_DAY_MS;
        last -= last % o.bar_ms;
        tr_time_ms first = last - (tr_time_ms)tr_rng_below(&rng, 800 * (uint64_t)TR_DAY_MS);
        struct tr_fold f = tr_plan_newest(&o, first, last);
        assert_law(&o, &f);
        assert_true(f.train_from >= first || f.train_from == f.train_to);
        assert_true(f.train_to - f.train_from <= tr_plan_train_ms(&o));
        assert_int_equal(last - f.train_to, tr_plan_purge_ms(&o));
    }
}

static void options_out_of_range_are_refused_by_name(void **state)
{
    (void)state;
    struct tr_plan_options bad[12];
    for (size_t i = 0; i < 12; i++)
        bad[i] = tr_plan_defaults(TR_HOUR_MS);
    bad[0].train_days = (double)NAN;
    bad[1].purge_days = -1.0;
    bad[2].embargo_days = (double)INFINITY;
    bad[3].test_days = 0.0;
    bad[4].advance_days = 20.0;
    bad[5].min_last_days = -0.5;
    bad[6].bar_ms = 0;
    bad[7].min_train_bars = SIZE_MAX;
    bad[8].label_bars = 0;
    bad[9].horizon_ms = -1;
    bad[10].fit_share = 1.0;
    bad[11].train_days = 9.0;
    bad[11].exact_days = true;
    bad[11].purge_days = 8.0;
    const char *named[] = {"train_days",   "purge_days",    "embargo_days",  "test_days",
                           "advance_days", "min_last_days", "a bar of 0 ms", "min_train_bars",
                           "label_bars",   "horizon",       "fit_share",     "nothing to fit"};
    for (size_t i = 0; i < 12; i++) {
        struct tr_error err = {0};
        struct tr_fold *folds;
        size_t n;
        assert_int_equal(tr_plan_check(&bad[i], &err), TR_INVALID);
        assert_non_null(strstr(err.text, named[i]));
        assert_int_equal(tr_plan_walk_forward(&bad[i], 0, 1000 * TR_DAY_MS, &folds, &n, &err), TR_INVALID);
        assert_null(folds);
    }
}

static void running_out_of_memory_is_a_status(void **state)
{
    (void)state;
    struct tr_plan_options o = tr_plan_defaults(TR_HOUR_MS);
    struct tr_error err;
    struct tr_fold *folds;
    size_t n = 1;
    tr_alloc_fail_at(1);
    assert_int_equal(tr_plan_walk_forward(&o, 0, 400 * TR_DAY_MS, &folds, &n, &err), TR_NOMEM);
    tr_alloc_fail_at(0);
    assert_null(folds);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gap_and_window_are_those_of_the_specification_on_each_timeframe),
        cmocka_unit_test(an_hourly_year_gives_the_folds_counted_by_hand),
        cmocka_unit_test(a_series_too_short_has_no_folds_and_that_is_no_error),
        {"walk-forward without leakage: no label of a training row meets a test bar",
         no_label_of_a_training_row_meets_a_test_bar, NULL, NULL, NULL},
        cmocka_unit_test(a_last_block_is_tested_exactly_from_the_shortest_length_on),
        cmocka_unit_test(row_by_row_no_fold_tests_what_it_or_a_fold_before_it_has_seen),
        cmocka_unit_test(the_newest_window_ends_one_purge_before_the_last_bar),
        cmocka_unit_test(the_newest_window_keeps_the_law_for_any_series),
        cmocka_unit_test(options_out_of_range_are_refused_by_name),
        cmocka_unit_test(running_out_of_memory_is_a_status),
    };
    return cmocka_run_group_tests_name("validate/plan", tests, NULL, NULL);
}
