#include "support/test.h"

#include "base/rng.h"
#include "engine/market/gaps.h"

#define HOUR TR_HOUR_MS
#define N 500

/* Only the times matter here. */
static struct tr_bars series(const tr_time_ms *time, size_t n)
{
    return (struct tr_bars){.n = n, .timeframe = TR_TIMEFRAME_1H, .time = time};
}

static void a_series_without_holes_has_no_gaps(void **state)
{
    (void)state;
    tr_time_ms time[N];
    for (size_t i = 0; i < N; i++)
        time[i] = (tr_time_ms)i * HOUR;
    for (size_t n = 0; n < 3; n++) {
        struct tr_bars bars = series(time, n == 2 ? N : n);
        size_t missing = 9, longest = 9;
        assert_int_equal(tr_gaps_count(&bars, &missing, &longest), 0);
        assert_int_equal(missing, 0);
        assert_int_equal(longest, 0);
        assert_int_equal(tr_gaps_list(&bars, NULL, 0), 0);
        assert_int_equal(tr_segment_end(&bars, 0), bars.n);
    }
}

static void a_gap_names_its_first_and_last_missing_bar(void **state)
{
    (void)state;
    const tr_time_ms time[] = {10 * HOUR, 11 * HOUR, 15 * HOUR, 16 * HOUR, 18 * HOUR};
    struct tr_bars bars = series(time, 5);
    struct tr_gap gaps[3] = {{.row = 99}, {.row = 99}, {.row = 99}};
    size_t missing, longest;
    assert_int_equal(tr_gaps_count(&bars, &missing, &longest), 2);
    assert_int_equal(missing, 4);
    assert_int_equal(longest, 3);
    assert_int_equal(tr_gaps_list(&bars, gaps, 3), 2);
    assert_int_equal(gaps[0].row, 2);
    assert_int_equal(gaps[0].from, 12 * HOUR);
    assert_int_equal(gaps[0].to, 14 * HOUR);
    assert_int_equal(gaps[0].missing, 3);
    assert_int_equal(gaps[1].from, 17 * HOUR);
    assert_int_equal(gaps[1].to, 17 * HOUR);
    assert_int_equal(gaps[2].row, 99);
}

static void a_short_array_is_filled_and_the_whole_count_returned(void **state)
{
    (void)state;
    const tr_time_ms time[] = {0, 2 * HOUR, 4 * HOUR, 6 * HOUR};
    struct tr_bars bars = series(time, 4);
    struct tr_gap gaps[2] = {{0}, {.row = 99}};
    assert_int_equal(tr_gaps_list(&bars, gaps, 1), 3);
    assert_int_equal(gaps[0].row, 1);
    assert_int_equal(gaps[1].row, 99);
}

/* Reference: go through the calendar hour by hour. */
static void counts_agree_with_the_calendar(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_time_ms time[N];
    tr_rng_init(&rng, 3, 0);
    for (size_t round = 0; round < 50; round++) {
        tr_time_ms now = 7 * HOUR;
        for (size_t i = 0; i < N; i++, now += HOUR)
            time[i] = now += HOUR * (tr_time_ms)(tr_rng_below(&rng, 20) == 0 ? tr_rng_below(&rng, 40) : 0);
        size_t gaps = 0, missing = 0, longest = 0, here = 0, row = 1;
        for (tr_time_ms hour = time[0] + HOUR; hour <= time[N - 1]; hour += HOUR) {
            if (time[row] == hour) {
                row++;
                here = 0;
                continue;
            }
            gaps += here == 0;
            here++;
            missing++;
            longest = here > longest ? here : longest;
        }
        struct tr_bars bars = series(time, N);
        size_t got_missing, got_longest;
        assert_int_equal(tr_gaps_count(&bars, &got_missing, &got_longest), gaps);
        assert_int_equal(got_missing, missing);
        assert_int_equal(got_longest, longest);
        assert_int_equal(tr_gaps_list(&bars, NULL, 0), gaps);
    }
}

static void a_segment_ends_only_at_more_than_24_missing_bars(void **state)
{
    (void)state;
    const tr_time_ms time[] = {0, 25 * HOUR, 26 * HOUR, 52 * HOUR, 53 * HOUR};
    struct tr_bars bars = series(time, 5);
    assert_int_equal(tr_segment_end(&bars, 0), 3); /* 24 missing are stepped over, 25 are not */
    assert_int_equal(tr_segment_end(&bars, 1), 3);
    assert_int_equal(tr_segment_end(&bars, 3), 5);
    assert_int_equal(tr_segment_end(&bars, 4), 5);
}

static void segments_cover_every_row_once(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_time_ms time[N], now = 0;
    tr_rng_init(&rng, 8, 0);
    size_t large = 0;
    for (size_t i = 0; i < N; i++) {
        tr_time_ms hole = tr_rng_below(&rng, 10) == 0 ? (tr_time_ms)tr_rng_below(&rng, 50) : 0;
        large += i > 0 && hole > 24;
        time[i] = now += HOUR * (1 + hole);
    }
    struct tr_bars bars = series(time, N);
    size_t segments = 0;
    for (size_t start = 0, end; start < N; start = end, segments++) {
        end = tr_segment_end(&bars, start);
        assert_true(end > start && end <= N);
        for (size_t row = start + 1; row < end; row++)
            assert_true(time[row] - time[row - 1] <= 25 * HOUR);
        assert_true(end == N || time[end] - time[end - 1] > 25 * HOUR);
    }
    assert_int_equal(segments, large + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_series_without_holes_has_no_gaps),
        cmocka_unit_test(a_gap_names_its_first_and_last_missing_bar),
        cmocka_unit_test(a_short_array_is_filled_and_the_whole_count_returned),
        cmocka_unit_test(counts_agree_with_the_calendar),
        cmocka_unit_test(a_segment_ends_only_at_more_than_24_missing_bars),
        cmocka_unit_test(segments_cover_every_row_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
