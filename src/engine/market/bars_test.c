#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/market/bars.h"

#include <math.h>
#include <string.h>

#define HOUR TR_HOUR_MS

static const struct tr_bar fine = {.time = 5 * HOUR, .open = 10, .high = 12, .low = 9, .close = 11, .volume = 3};

static void a_fine_bar_is_accepted(void **state)
{
    (void)state;
    struct tr_bar flat = {.time = 0, .open = 7, .high = 7, .low = 7, .close = 7, .volume = 0};
    assert_int_equal(tr_bar_check(&fine, TR_TIMEFRAME_1H), TR_BAR_FINE);
    assert_int_equal(tr_bar_check(&flat, TR_TIMEFRAME_1D), TR_BAR_FINE);
}

static double *field(struct tr_bar *bar, size_t i)
{
    double *fields[] = {&bar->open, &bar->high, &bar->low, &bar->close, &bar->volume};
    return fields[i];
}

static void values_that_are_not_finite_are_named_first(void **state)
{
    (void)state;
    const double values[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (size_t i = 0; i < 5; i++) {
        for (size_t v = 0; v < 3; v++) {
            struct tr_bar bar = fine;
            bar.time = -1;
            *field(&bar, i) = values[v];
            assert_int_equal(tr_bar_check(&bar, TR_TIMEFRAME_1H), TR_BAR_NOT_FINITE);
        }
    }
}

static void zero_negative_and_huge_values_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct tr_bar bar = fine;
        *field(&bar, i) = -1;
        assert_int_equal(tr_bar_check(&bar, TR_TIMEFRAME_1H),
                         i < 4 ? TR_BAR_PRICE_NOT_POSITIVE : TR_BAR_VOLUME_NEGATIVE);
        *field(&bar, i) = 0;
        assert_int_equal(tr_bar_check(&bar, TR_TIMEFRAME_1H), i < 4 ? TR_BAR_PRICE_NOT_POSITIVE : TR_BAR_FINE);
        *field(&bar, i) = 1e24;
        assert_int_equal(tr_bar_check(&bar, TR_TIMEFRAME_1H), TR_BAR_TOO_LARGE);
    }
}

static void the_body_must_lie_inside_low_and_high(void **state)
{
    (void)state;
    struct tr_bar bar = fine;
    bar.low = 10.5;
    assert_int_equal(tr_bar_check(&bar, TR_TIMEFRAME_1H), TR_BAR_LOW_ABOVE_BODY);
    bar = fine;
    bar.close = 8;
    assert_int_equal(tr_bar_check(&bar, TR_TIMEFRAME_1H), TR_BAR_LOW_ABOVE_BODY);
    bar = fine;
    bar.high = 10.5;
    assert_int_equal(tr_bar_check(&bar, TR_TIMEFRAME_1H), TR_BAR_HIGH_BELOW_BODY);
    bar = fine;
    bar.open = 13;
    assert_int_equal(tr_bar_check(&bar, TR_TIMEFRAME_1H), TR_BAR_HIGH_BELOW_BODY);
}

static void the_time_must_be_on_the_grid_and_in_range(void **state)
{
    (void)state;
    const tr_time_ms wrong[] = {-HOUR, 1, HOUR - 1, INT64_MIN, INT64_MAX, INT64_C(9246182400000)};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct tr_bar bar = fine;
        bar.time = wrong[i];
        assert_int_equal(tr_bar_check(&bar, TR_TIMEFRAME_1H), TR_BAR_OFF_GRID);
    }
    struct tr_bar last = fine;
    last.time = INT64_C(9246182400000) - HOUR;
    assert_int_equal(tr_bar_check(&last, TR_TIMEFRAME_1H), TR_BAR_FINE);
    assert_int_equal(tr_bar_check(&last, TR_TIMEFRAME_1D), TR_BAR_OFF_GRID);
}

static void every_defect_has_a_name_and_a_text(void **state)
{
    (void)state;
    for (int i = 0; i < TR_BAR_DEFECT_COUNT; i++) {
        assert_non_null(tr_bar_defect_name((enum tr_bar_defect)i));
        assert_null(strchr(tr_bar_defect_name((enum tr_bar_defect)i), ' '));
        assert_true(strlen(tr_bar_defect_text((enum tr_bar_defect)i)) > 5);
    }
}

/* A bar that can be told from others by its number. */
static struct tr_bar numbered(tr_time_ms time, size_t number)
{
    double x = (double)number + 1;
    return (struct tr_bar){
        .time = time, .open = x, .high = x + 0.5, .low = x - 0.5, .close = x + 0.25, .volume = 2 * x};
}

static void assert_same_bar(struct tr_bar a, struct tr_bar b)
{
    assert_int_equal(a.time, b.time);
    assert_same_bits(a.open, b.open);
    assert_same_bits(a.high, b.high);
    assert_same_bits(a.low, b.low);
    assert_same_bits(a.close, b.close);
    assert_same_bits(a.volume, b.volume);
}

static void a_list_gives_back_what_was_added(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_error err;
    tr_bar_list_init(&list, TR_TIMEFRAME_1M);
    for (size_t i = 0; i < 1000; i++) {
        struct tr_bar bar = numbered((tr_time_ms)i * TR_MINUTE_MS, i);
        assert_ok(tr_bar_list_add(&list, &bar, &err), &err);
    }
    struct tr_bars view = tr_bar_list_view(&list);
    assert_int_equal(view.n, 1000);
    assert_int_equal(view.timeframe, TR_TIMEFRAME_1M);
    for (size_t i = 0; i < 1000; i++)
        assert_same_bar(tr_bars_at(&view, i), numbered((tr_time_ms)i * TR_MINUTE_MS, i));
    tr_bar_list_finish(&list);
    assert_int_equal(list.n, 0);
    tr_bar_list_finish(&list);
}

static void a_slice_is_a_window_on_the_same_rows(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_error err;
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    struct tr_bars empty = tr_bar_list_view(&list);
    assert_int_equal(tr_bars_slice(&empty, 0, 0).n, 0);
    for (size_t i = 0; i < 20; i++) {
        struct tr_bar bar = numbered((tr_time_ms)i * HOUR, i);
        assert_ok(tr_bar_list_add(&list, &bar, &err), &err);
    }
    struct tr_bars all = tr_bar_list_view(&list), slice = tr_bars_slice(&all, 7, 5);
    assert_int_equal(slice.n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_same_bar(tr_bars_at(&slice, i), numbered((tr_time_ms)(i + 7) * HOUR, i + 7));
    assert_int_equal(tr_bars_slice(&all, 20, 0).n, 0);
    tr_bar_list_finish(&list);
}

static void find_agrees_with_a_walk(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_error err;
    struct tr_rng rng;
    tr_rng_init(&rng, 11, 0);
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    for (tr_time_ms time = 3 * HOUR; list.n < 300; time += HOUR * (1 + (tr_time_ms)tr_rng_below(&rng, 3))) {
        struct tr_bar bar = numbered(time, list.n);
        assert_ok(tr_bar_list_add(&list, &bar, &err), &err);
    }
    for (size_t n = 0; n <= list.n; n += n < 5 ? 1 : 59) {
        struct tr_bars view = tr_bar_list_view(&list);
        view = tr_bars_slice(&view, 0, n);
        for (tr_time_ms instant = 0; instant < 1000 * HOUR; instant += HOUR / 2) {
            size_t row = 0;
            while (row < n && view.time[row] < instant)
                row++;
            assert_int_equal(tr_bars_find(&view, instant), row);
        }
    }
    tr_bar_list_finish(&list);
}

#define SORT_MAX 400

struct dropped {
    size_t n;
    size_t origin[SORT_MAX];
};

static void note_dropped(void *context, const struct tr_bar *kept, const struct tr_bar *dropped, size_t origin)
{
    struct dropped *notes = context;
    assert_int_equal(kept->time, dropped->time);
    notes->origin[notes->n++] = origin;
}

/* What sorting must do, by the slowest road: for each row ask whether an earlier one has its time. */
static void check_sort(const struct tr_bar *bars, size_t n)
{
    struct tr_bar_list list;
    struct tr_error err;
    struct tr_bar_merge merge;
    struct dropped notes = {0};
    size_t origin[SORT_MAX], identical = 0, differing = 0, kept = 0;
    bool is_kept[SORT_MAX];
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    for (size_t i = 0; i < n; i++) {
        assert_ok(tr_bar_list_add(&list, &bars[i], &err), &err);
        origin[i] = 1000 + i;
        size_t first = 0;
        while (bars[first].time != bars[i].time)
            first++;
        bool same = memcmp(&bars[first], &bars[i], sizeof *bars) == 0;
        is_kept[i] = first == i;
        kept += is_kept[i];
        identical += !is_kept[i] && same;
        differing += !is_kept[i] && !same;
    }
    assert_ok(tr_bar_list_sort(&list, origin, note_dropped, &notes, &merge, &err), &err);
    assert_int_equal(list.n, kept);
    assert_int_equal(merge.identical, identical);
    assert_int_equal(merge.differing, differing);
    assert_int_equal(notes.n, differing);
    struct tr_bars view = tr_bar_list_view(&list);
    for (size_t row = 0; row < list.n; row++) {
        assert_true(row == 0 || view.time[row] > view.time[row - 1]);
        assert_in_range(origin[row], 1000, 1000 + n - 1);
        assert_true(is_kept[origin[row] - 1000]);
        assert_same_bar(tr_bars_at(&view, row), bars[origin[row] - 1000]);
    }
    for (size_t i = 0; i < notes.n; i++)
        assert_false(is_kept[notes.origin[i] - 1000]);
    tr_bar_list_finish(&list);
}

static void sorting_agrees_with_the_slow_road(void **state)
{
    (void)state;
    struct tr_rng rng;
    struct tr_bar bars[SORT_MAX];
    tr_rng_init(&rng, 5, 0);
    for (size_t round = 0; round < 300; round++) {
        size_t n = tr_rng_below(&rng, SORT_MAX + 1), range = 1 + tr_rng_below(&rng, 2 * SORT_MAX);
        for (size_t i = 0; i < n; i++)
            bars[i] = numbered((tr_time_ms)tr_rng_below(&rng, range) * HOUR, tr_rng_below(&rng, 3));
        check_sort(bars, n);
    }
}

static void ascending_and_descending_runs_with_equal_times_stay_stable(void **state)
{
    (void)state;
    struct tr_bar bars[SORT_MAX];
    for (int direction = -1; direction <= 1; direction += 2) {
        for (size_t run = 1; run < 5; run++) {
            for (size_t i = 0; i < 100; i++)
                bars[i] = numbered((1000 + direction * (tr_time_ms)(i / run)) * HOUR, i);
            check_sort(bars, 100);
        }
    }
}

static void a_difference_in_any_one_value_is_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct tr_bar bars[2] = {numbered(HOUR, 1), numbered(HOUR, 1)};
        *field(&bars[1], i) += 0.125;
        check_sort(bars, 2);
    }
}

static void sorting_needs_neither_origin_nor_callback(void **state)
{
    (void)state;
    struct tr_bar_list list;
    struct tr_error err;
    struct tr_bar_merge merge;
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    assert_ok(tr_bar_list_sort(&list, NULL, NULL, NULL, &merge, &err), &err);
    const tr_time_ms hours[] = {3, 1, 2, 3, 1};
    for (size_t i = 0; i < 5; i++) {
        struct tr_bar bar = numbered(hours[i] * HOUR, i);
        assert_ok(tr_bar_list_add(&list, &bar, &err), &err);
    }
    assert_ok(tr_bar_list_sort(&list, NULL, NULL, NULL, &merge, &err), &err);
    assert_int_equal(list.n, 3);
    assert_int_equal(merge.differing, 2);
    assert_int_equal(list.open[0], 2);
    tr_bar_list_finish(&list);
}

static void a_refused_allocation_leaves_the_list_as_it_was(void **state)
{
    (void)state;
    struct tr_error err;
    struct tr_bar_merge merge;
    for (size_t k = 1; k <= 6; k++) {
        struct tr_bar_list list;
        tr_bar_list_init(&list, TR_TIMEFRAME_1H);
        struct tr_bar bar = numbered(9 * HOUR, 1);
        tr_alloc_fail_at(k);
        assert_int_equal(tr_bar_list_add(&list, &bar, &err), TR_NOMEM);
        assert_int_equal(list.n, 0);
        assert_ok(tr_bar_list_add(&list, &bar, &err), &err);
        bar = numbered(4 * HOUR, 2);
        assert_ok(tr_bar_list_add(&list, &bar, &err), &err);
        if (k <= 3) {
            tr_alloc_fail_at(k);
            assert_int_equal(tr_bar_list_sort(&list, NULL, NULL, NULL, &merge, &err), TR_NOMEM);
            assert_int_equal(list.n, 2);
            assert_int_equal(list.time[0], 9 * HOUR);
        }
        tr_alloc_fail_at(0);
        tr_bar_list_finish(&list);
    }
    struct tr_bar_list list;
    tr_bar_list_init(&list, TR_TIMEFRAME_1H);
    assert_int_equal(tr_bar_list_reserve(&list, SIZE_MAX / 4, &err), TR_NOMEM);
    tr_bar_list_finish(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fine_bar_is_accepted),
        cmocka_unit_test(values_that_are_not_finite_are_named_first),
        cmocka_unit_test(zero_negative_and_huge_values_are_named),
        cmocka_unit_test(the_body_must_lie_inside_low_and_high),
        cmocka_unit_test(the_time_must_be_on_the_grid_and_in_range),
        cmocka_unit_test(every_defect_has_a_name_and_a_text),
        cmocka_unit_test(a_list_gives_back_what_was_added),
        cmocka_unit_test(a_slice_is_a_window_on_the_same_rows),
        cmocka_unit_test(find_agrees_with_a_walk),
        cmocka_unit_test(sorting_agrees_with_the_slow_road),
        cmocka_unit_test(ascending_and_descending_runs_with_equal_times_stay_stable),
        cmocka_unit_test(a_difference_in_any_one_value_is_seen),
        cmocka_unit_test(sorting_needs_neither_origin_nor_callback),
        cmocka_unit_test(a_refused_allocation_leaves_the_list_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
