#include "support/test.h"

#include "support/bars.h"

#include "base/alloc.h"
#include "engine/label/barrier.h"
#include "engine/label/barrier_scan.h"
#include "engine/trade/outcome.h"

#include <math.h>
#include <string.h>

static struct tr_barrier_labels make_labels(size_t n)
{
    struct tr_barrier_labels labels = {tr_alloc(n, 1), tr_alloc(n, 1), tr_alloc(n, sizeof(double))};
    assert_true(labels.hit && labels.bars && labels.return_frac);
    memset(labels.hit, 77, n); /* every row must be written */
    memset(labels.bars, 77, n);
    memset(labels.return_frac, 77, n * sizeof(double));
    return labels;
}

static void free_labels(struct tr_barrier_labels *labels)
{
    tr_free(labels->hit);
    tr_free(labels->bars);
    tr_free(labels->return_frac);
}

static void assert_row(const struct tr_barrier_labels *labels, size_t t, enum tr_barrier_hit hit, size_t bars,
                       double return_frac)
{
    assert_int_equal(labels->hit[t], hit);
    assert_int_equal(labels->bars[t], bars);
    assert_near(labels->return_frac[t], return_frac, 1e-15);
}

static void stop_target_and_time_are_told_apart(void **state)
{
    (void)state;
    const double rows[][4] = {
        {100, 100, 100, 100}, {100, 102, 99.5, 101}, {101, 101, 99, 100}, {100, 101, 99.5, 100}, {100, 101, 99.5, 100}};
    struct tr_barrier_options options = {.take_profit_frac = 0.02, .stop_frac = 0.01, .horizon_bars = 2};
    struct test_bars bars;
    test_bars_rows(5, rows, &bars);
    struct tr_barrier_labels labels = make_labels(5);
    tr_barrier_label(&bars.view, &options, TR_LONG, &labels);
    assert_row(&labels, 0, TR_HIT_TP, 1, 0.02);
    assert_row(&labels, 1, TR_HIT_SL, 1, -0.01); /* 99 <= 99.99 */
    assert_row(&labels, 2, TR_HIT_TIME, 2, 0.0);
    assert_row(&labels, 3, TR_HIT_NONE, 0, (double)NAN);
    assert_row(&labels, 4, TR_HIT_NONE, 0, (double)NAN);
    tr_barrier_label(&bars.view, &options, TR_SHORT, &labels);
    assert_row(&labels, 0, TR_HIT_SL, 1, -0.01);         /* 102 >= 101 */
    assert_row(&labels, 1, TR_HIT_TIME, 2, 1.0 / 101.0); /* the target at 98.98 is not reached */
    free_labels(&labels);
    test_bars_free(&bars);
}

static void both_touched_is_the_stop_unless_the_open_decides(void **state)
{
    (void)state;
    const double wide[][4] = {{100, 100, 100, 100}, {100, 103, 97, 100}};
    const double above[][4] = {{100, 100, 100, 100}, {102.5, 103, 97, 100}};
    const double below[][4] = {{100, 100, 100, 100}, {97.5, 103, 97, 100}};
    const double returns[2][3] = {{-0.01, 0.025, -0.025}, {-0.01, -0.025, 0.025}};
    struct tr_barrier_options options = {.take_profit_frac = 0.02, .stop_frac = 0.01, .horizon_bars = 1};
    struct tr_barrier_labels labels = make_labels(2);
    for (int side = 0; side < 2; side++) {
        for (int k = 0; k < 3; k++) {
            struct test_bars bars;
            test_bars_rows(2, k == 0 ? wide : k == 1 ? above : below, &bars);
            tr_barrier_label(&bars.view, &options, (enum tr_side)side, &labels);
            double expected = returns[side][k];
            assert_row(&labels, 0, expected > 0 ? TR_HIT_TP : TR_HIT_SL, 1, expected);
            test_bars_free(&bars);
        }
    }
    free_labels(&labels);
}

/* The same question put to the outcome kernel: one target, no trailing. */
static void assert_equals_kernel(const struct tr_bars *bars, const struct tr_barrier_options *options,
                                 enum tr_side side, size_t counts[TR_HIT_TIME + 1])
{
    static const enum tr_barrier_hit hits[] = {
        [TR_EXIT_TARGET] = TR_HIT_TP, [TR_EXIT_STOP] = TR_HIT_SL, [TR_EXIT_TIME] = TR_HIT_TIME};
    struct tr_outcome_rules rules = {.targets = 1, .fraction = {1.0}, .horizon_bars = options->horizon_bars};
    struct tr_barrier_labels labels = make_labels(bars->n);
    tr_barrier_label(bars, options, side, &labels);
    double sign = tr_side_sign(side);
    size_t following = 0; /* bars that follow row t without a hole, counted from the end */
    for (size_t t = bars->n; t-- > 0;) {
        bool joined = t + 1 < bars->n && bars->time[t + 1] - bars->time[t] == tr_timeframe_ms(bars->timeframe);
        following = joined ? following + 1 : 0;
        if (following < options->horizon_bars) {
            assert_row(&labels, t, TR_HIT_NONE, 0, (double)NAN);
            counts[TR_HIT_NONE]++;
            continue;
        }
        double entry = bars->close[t];
        struct tr_levels levels = {.side = side, .entry = entry};
        levels.target[0] = entry * (1.0 + sign * options->take_profit_frac);
        levels.stop = entry * (1.0 - sign * options->stop_frac);
        struct tr_outcome out;
        tr_outcome_run(&rules, &levels, bars, t, &out);
        assert_int_equal(labels.hit[t], hits[out.reason]);
        assert_int_equal(labels.bars[t], out.bars);
        assert_same_bits(labels.return_frac[t], sign * (out.average_exit - entry) / entry);
        counts[labels.hit[t]]++;
    }
    free_labels(&labels);
}

static void labels_equal_the_outcome_kernel_in_every_field(void **state)
{
    (void)state;
    static const size_t horizons[] = {1, 2, 3, 4, 5, 7, 8, 24, 63, 100, 255};
    static const double fracs[] = {0.01, 0.02, 0.0125, 0.05, 0.2}; /* 0.0125 of 100 lies on the tick */
    struct tr_rng rng;
    tr_rng_init(&rng, 41, 0);
    size_t counts[TR_HIT_TIME + 1] = {0};
    for (size_t series = 0; series < 300; series++) {
        struct test_bars_options make = test_bars_defaults(1 + tr_rng_below(&rng, 900));
        make.hole_share = series % 3 ? 0.01 : 0.0;
        make.timeframe = series % 2 ? TR_TIMEFRAME_1H : TR_TIMEFRAME_5M;
        struct test_bars bars;
        test_bars_random(&rng, &make, &bars);
        struct tr_barrier_options options = {.take_profit_frac = fracs[tr_rng_below(&rng, 5)],
                                             .stop_frac = fracs[tr_rng_below(&rng, 5)],
                                             .horizon_bars = horizons[series % 11]};
        assert_equals_kernel(&bars.view, &options, TR_LONG, counts);
        assert_equals_kernel(&bars.view, &options, TR_SHORT, counts);
        test_bars_free(&bars);
    }
    for (int hit = TR_HIT_NONE; hit <= TR_HIT_TIME; hit++)
        assert_true(counts[hit] > 3000);
}

static void every_instruction_set_counts_the_same(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 42, 0);
    size_t tested = 0, touches = 0;
    for (int round = 0; round < 500; round++) {
        size_t horizon = 1 + tr_rng_below(&rng, round % 2 ? TR_BARRIER_MAX_HORIZON : 30);
        double low[TR_BARRIER_BLOCK + TR_BARRIER_MAX_HORIZON] = {0},
                                      high[TR_BARRIER_BLOCK + TR_BARRIER_MAX_HORIZON] = {0};
        double floor[TR_BARRIER_BLOCK], ceiling[TR_BARRIER_BLOCK];
        double spread = 0.2 + 0.8 * tr_rng_uniform(&rng);
        for (size_t i = 0; i < TR_BARRIER_BLOCK + horizon; i++) {
            low[i] = tr_rng_uniform(&rng);
            high[i] = low[i] + tr_rng_uniform(&rng);
        }
        for (size_t i = 0; i < TR_BARRIER_BLOCK; i++) {
            floor[i] = tr_rng_below(&rng, 8) ? spread * tr_rng_uniform(&rng) * 0.05 : low[i + 1];
            ceiling[i] = tr_rng_below(&rng, 8) ? 2.0 - spread * tr_rng_uniform(&rng) * 0.05 : high[i + 1];
        }
        for (size_t v = 0; v < tr_barrier_variant_count; v++) {
            struct tr_barrier_touch touch[TR_BARRIER_BLOCK];
            if (!tr_barrier_variants[v].supported())
                continue;
            size_t n = tr_barrier_variants[v].scan(horizon, low, high, floor, ceiling, touch), found = 0;
            tested++;
            for (size_t i = 0; i < TR_BARRIER_BLOCK; i++) {
                size_t j = 1;
                while (j <= horizon && low[i + j] > floor[i] && high[i + j] < ceiling[i])
                    j++;
                if (j > horizon)
                    continue;
                assert_true(found < n);
                assert_int_equal(touch[found].row, i);
                assert_int_equal(touch[found].bars, j);
                found++;
            }
            assert_int_equal(found, n);
            touches += n;
        }
    }
    assert_true(touches > 10000 && touches < tested * TR_BARRIER_BLOCK - 10000);
    assert_string_equal(tr_barrier_variants[tr_barrier_variant_count - 1].name, "plain");
    print_message("# %zu variants on this machine\n", tested / 500);
}

/* Specification 3: measured 0.22-0.34 at 30m and slower. */
static void on_real_hours_the_take_profit_comes_first_in_about_a_third(void **state)
{
    (void)state;
    static const char *const files[] = {"data/okx-ETHUSDT-perp-1h.csv.gz", "data/binance-BTCUSDT-perp-4h.csv.gz",
                                        "data/binance-ETHUSDT-perp-30m.csv.gz"};
    static const enum tr_timeframe timeframes[] = {TR_TIMEFRAME_1H, TR_TIMEFRAME_4H, TR_TIMEFRAME_30M};
    struct tr_barrier_options options = tr_barrier_defaults();
    for (int f = 0; f < 3; f++) {
        struct test_bars bars;
        test_bars_read(files[f], timeframes[f], &bars);
        struct tr_barrier_labels labels = make_labels(bars.view.n);
        for (int side = TR_LONG; side < TR_SIDE_COUNT; side++) {
            size_t n = 0, tp = 0;
            tr_barrier_label(&bars.view, &options, (enum tr_side)side, &labels);
            for (size_t t = 0; t < bars.view.n; t++) {
                n += labels.hit[t] != TR_HIT_NONE;
                tp += labels.hit[t] == TR_HIT_TP;
            }
            double share = (double)tp / (double)n;
            print_message("# %s %s: take-profit first in %.4f of %zu\n", files[f], tr_side_name((enum tr_side)side),
                          share, n);
            assert_true(n > 9 * bars.view.n / 10);
            assert_true(share > 0.22 && share < 0.34);
        }
        free_labels(&labels);
        test_bars_free(&bars);
    }
}

static void options_out_of_range_are_refused_by_name(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_barrier_options options = tr_barrier_defaults();
    assert_ok(tr_barrier_check(&options, &err), &err);
    options.take_profit_frac = (double)NAN;
    assert_int_equal(tr_barrier_check(&options, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "take_profit_frac"));
    options = tr_barrier_defaults();
    options.stop_frac = 1.0;
    assert_int_equal(tr_barrier_check(&options, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "stop_frac"));
    options = tr_barrier_defaults();
    options.horizon_bars = 256;
    assert_int_equal(tr_barrier_check(&options, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "horizon_bars"));
    options.horizon_bars = 0;
    assert_int_equal(tr_barrier_check(&options, &err), TR_INVALID);
}

static void hits_have_the_names_of_the_specification(void **state)
{
    (void)state;
    assert_string_equal(tr_barrier_hit_name(TR_HIT_NONE), "");
    assert_string_equal(tr_barrier_hit_name(TR_HIT_TP), "tp");
    assert_string_equal(tr_barrier_hit_name(TR_HIT_SL), "sl");
    assert_string_equal(tr_barrier_hit_name(TR_HIT_TIME), "time");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stop_target_and_time_are_told_apart),
        cmocka_unit_test(both_touched_is_the_stop_unless_the_open_decides),
        cmocka_unit_test(labels_equal_the_outcome_kernel_in_every_field),
        cmocka_unit_test(every_instruction_set_counts_the_same),
        cmocka_unit_test(on_real_hours_the_take_profit_comes_first_in_about_a_third),
        cmocka_unit_test(options_out_of_range_are_refused_by_name),
        cmocka_unit_test(hits_have_the_names_of_the_specification),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
