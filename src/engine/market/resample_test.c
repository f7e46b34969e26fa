#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/market/resample.h"

#include <string.h>

/* n minutes from `start`, each kept with the given chance in percent. */
static void fill(struct tr_bar_list *list, struct tr_rng *rng, tr_time_ms start, size_t n, uint64_t keep)
{
    struct tr_error err;
    double price = 100;
    list->n = 0;
    for (size_t i = 0; i < n; i++) {
        double open = price, close = open * (1 + 0.01 * (tr_rng_uniform(rng) - 0.5));
        double top = open > close ? open : close, bottom = open < close ? open : close;
        price = close;
        struct tr_bar bar = {start + (tr_time_ms)i * TR_MINUTE_MS, open,  top + tr_rng_uniform(rng),
                             bottom - tr_rng_uniform(rng),         close, tr_rng_uniform(rng)};
        if (tr_rng_below(rng, 100) < keep)
            assert_ok(tr_bar_list_add(list, &bar, &err), &err);
    }
}

/* The slow road: for every bucket of the calendar look for each of its minutes. */
static void check_against_calendar(const struct tr_bars *bars, enum tr_timeframe target)
{
    struct tr_bar_list out;
    struct tr_error err;
    size_t incomplete, row = 0, partial = 0;
    int64_t step = tr_timeframe_ms(target);
    tr_bar_list_init(&out, TR_TIMEFRAME_1M);
    assert_ok(tr_bars_resample(bars, target, &out, &incomplete, &err), &err);
    assert_int_equal(out.timeframe, target);
    for (tr_time_ms bucket = bars->time[0] / step * step; bucket <= bars->time[bars->n - 1]; bucket += step) {
        struct tr_bar want = {.time = bucket};
        size_t found = 0;
        for (tr_time_ms minute = bucket; minute < bucket + step; minute += TR_MINUTE_MS) {
            size_t at = tr_bars_find(bars, minute);
            if (at == bars->n || bars->time[at] != minute)
                continue;
            want.open = found ? want.open : bars->open[at];
            want.high = !found || bars->high[at] > want.high ? bars->high[at] : want.high;
            want.low = !found || bars->low[at] < want.low ? bars->low[at] : want.low;
            want.close = bars->close[at];
            want.volume += bars->volume[at];
            found++;
        }
        partial += found > 0 && found < (size_t)(step / TR_MINUTE_MS);
        if (found < (size_t)(step / TR_MINUTE_MS))
            continue;
        struct tr_bars view = tr_bar_list_view(&out);
        assert_true(row < out.n);
        struct tr_bar got = tr_bars_at(&view, row++);
        assert_int_equal(got.time, want.time);
        assert_same_bits(got.open, want.open);
        assert_same_bits(got.high, want.high);
        assert_same_bits(got.low, want.low);
        assert_same_bits(got.close, want.close);
        assert_same_bits(got.volume, want.volume);
        assert_int_equal(tr_bar_check(&got, target), TR_BAR_FINE);
    }
    assert_int_equal(row, out.n);
    assert_int_equal(incomplete, partial);
    tr_bar_list_finish(&out);
}

static void every_longer_timeframe_agrees_with_the_calendar(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_rng rng;
    tr_rng_init(&rng, 21, 0);
    tr_bar_list_init(&list, TR_TIMEFRAME_1M);
    const uint64_t keep[] = {100, 99, 60};
    for (size_t k = 0; k < 3; k++) {
        fill(&list, &rng, 3 * TR_DAY_MS + 7 * TR_MINUTE_MS, 4000, keep[k]);
        struct tr_bars bars = tr_bar_list_view(&list);
        for (int target = TR_TIMEFRAME_3M; target < TR_TIMEFRAME_COUNT; target++)
            check_against_calendar(&bars, (enum tr_timeframe)target);
    }
    tr_bar_list_finish(&list);
}

static void days_begin_at_midnight_utc_and_partial_ones_are_dropped(void **state)
{
    (void)state;
    struct tr_bar_list list, out;
    struct tr_error err;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    tr_bar_list_init(&list, TR_TIMEFRAME_1M);
    tr_bar_list_init(&out, TR_TIMEFRAME_1M);
    fill(&list, &rng, 2 * TR_DAY_MS - TR_MINUTE_MS, 1440 + 2, 100);
    struct tr_bars bars = tr_bar_list_view(&list);
    size_t incomplete;
    assert_ok(tr_bars_resample(&bars, TR_TIMEFRAME_1D, &out, &incomplete, &err), &err);
    assert_int_equal(out.n, 1);
    assert_int_equal(out.time[0], 2 * TR_DAY_MS);
    assert_int_equal(incomplete, 2);
    assert_ok(tr_bars_resample(&bars, TR_TIMEFRAME_1H, &out, NULL, &err), &err);
    assert_int_equal(out.n, 24);
    tr_bar_list_finish(&out);
    tr_bar_list_finish(&list);
}

static void what_is_not_a_longer_multiple_is_refused(void **state)
{
    (void)state;
    static const enum tr_timeframe pairs[][2] = {{TR_TIMEFRAME_1H, TR_TIMEFRAME_1H},
                                                 {TR_TIMEFRAME_1H, TR_TIMEFRAME_30M},
                                                 {TR_TIMEFRAME_3M, TR_TIMEFRAME_5M},
                                                 {TR_TIMEFRAME_4H, TR_TIMEFRAME_6H}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct tr_bars bars = {.timeframe = pairs[i][0]};
        struct tr_bar_list out;
        struct tr_error err;
        size_t incomplete = 5;
        tr_bar_list_init(&out, TR_TIMEFRAME_1M);
        assert_int_equal(tr_bars_resample(&bars, pairs[i][1], &out, &incomplete, &err), TR_INVALID);
        assert_non_null(strstr(err.text, tr_timeframe_name(pairs[i][1])));
        assert_int_equal(out.n, 0);
        assert_int_equal(incomplete, 0);
        tr_bar_list_finish(&out);
    }
}

static void no_bars_give_no_bars(void **state)
{
    (void)state;
    struct tr_bars bars = {.timeframe = TR_TIMEFRAME_1M};
    struct tr_bar_list out;
    struct tr_error err;
    tr_bar_list_init(&out, TR_TIMEFRAME_1M);
    assert_ok(tr_bars_resample(&bars, TR_TIMEFRAME_1H, &out, NULL, &err), &err);
    assert_int_equal(out.n, 0);
    tr_bar_list_finish(&out);
}

static void out_of_memory_is_a_status(void **state)
{
    (void)state;
    struct tr_bar_list list, out;
    struct tr_error err;
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    tr_bar_list_init(&list, TR_TIMEFRAME_1M);
    fill(&list, &rng, 0, 600, 100);
    struct tr_bars bars = tr_bar_list_view(&list);
    for (size_t k = 1; k <= 6; k++) {
        tr_bar_list_init(&out, TR_TIMEFRAME_1M);
        tr_alloc_fail_at(k);
        assert_int_equal(tr_bars_resample(&bars, TR_TIMEFRAME_1H, &out, NULL, &err), TR_NOMEM);
        tr_alloc_fail_at(0);
        tr_bar_list_finish(&out);
    }
    tr_bar_list_finish(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_longer_timeframe_agrees_with_the_calendar),
        cmocka_unit_test(days_begin_at_midnight_utc_and_partial_ones_are_dropped),
        cmocka_unit_test(what_is_not_a_longer_multiple_is_refused),
        cmocka_unit_test(no_bars_give_no_bars),
        cmocka_unit_test(out_of_memory_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
