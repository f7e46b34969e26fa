#include "support/test.h"

#include "engine/market/timeframe.h"

#include <string.h>

static void every_name_reads_back_as_its_timeframe(void **state)
{
    (void)state;
    struct tr_error err;
    int64_t previous = 0;
    for (int i = 0; i < TR_TIMEFRAME_COUNT; i++) {
        enum tr_timeframe got = TR_TIMEFRAME_COUNT, want = (enum tr_timeframe)i;
        assert_ok(tr_timeframe_parse(tr_timeframe_name(want), &got, &err), &err);
        assert_int_equal(got, want);
        assert_true(tr_timeframe_ms(want) > previous);
        assert_int_equal(TR_DAY_MS % tr_timeframe_ms(want), 0);
        previous = tr_timeframe_ms(want);
    }
}

static void lengths_are_what_the_names_say(void **state)
{
    (void)state;
    static const int64_t minutes[TR_TIMEFRAME_COUNT] = {1, 3, 5, 15, 30, 60, 120, 240, 360, 720, 1440};
    for (int i = 0; i < TR_TIMEFRAME_COUNT; i++)
        assert_int_equal(tr_timeframe_ms((enum tr_timeframe)i), minutes[i] * 60000);
}

static void other_names_are_refused_with_the_list(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "1M", "1H", "8h", "3d", "1w", "1s", "h1", "60", "1m ", " 1m", "1mo", "1D"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct tr_error err = {0};
        enum tr_timeframe untouched = TR_TIMEFRAME_6H;
        assert_int_equal(tr_timeframe_parse(wrong[i], &untouched, &err), TR_INVALID);
        assert_int_equal(untouched, TR_TIMEFRAME_6H);
        assert_non_null(strstr(err.text, "1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_reads_back_as_its_timeframe),
        cmocka_unit_test(lengths_are_what_the_names_say),
        cmocka_unit_test(other_names_are_refused_with_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
