#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "base/time.h"

#include <string.h>
#include <time.h>

static void assert_civil(tr_time_ms time, int year, int month, int day, int hour, int minute, int second, int ms)
{
    struct tr_civil expected = {year, month, day, hour, minute, second, ms}, civil = tr_civil_from_time(time);
    assert_memory_equal(&civil, &expected, sizeof civil);
    assert_true(tr_time_from_civil(&expected) == time);
}

static void known_instants_have_their_dates(void **state)
{
    (void)state;
    assert_civil(0, 1970, 1, 1, 0, 0, 0, 0);
    assert_civil(-1, 1969, 12, 31, 23, 59, 59, 999);
    assert_civil(INT64_C(951782400000), 2000, 2, 29, 0, 0, 0, 0);
    assert_civil(INT64_C(1730131200123), 2024, 10, 28, 16, 0, 0, 123);
    assert_civil(INT64_C(4107542400000), 2100, 3, 1, 0, 0, 0, 0);
    assert_civil(INT64_C(-2208988800000), 1900, 1, 1, 0, 0, 0, 0);
    assert_civil(INT64_C(253402300799999), 9999, 12, 31, 23, 59, 59, 999);
    assert_civil(INT64_C(-62167219200000), 0, 1, 1, 0, 0, 0, 0);
}

/* A calendar that only knows how to turn one page: independent of any formula. */
static void next_day(int *year, int *month, int *day)
{
    bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
    int length = *month == 2 ? 28 + leap : *month == 4 || *month == 6 || *month == 9 || *month == 11 ? 30 : 31;
    if (++*day <= length)
        return;
    *day = 1;
    if (++*month <= 12)
        return;
    *month = 1;
    ++*year;
}

static void every_day_of_ten_thousand_years_follows_the_last(void **state)
{
    (void)state;
    int year = 0, month = 1, day = 1;
    tr_time_ms time = INT64_C(-62167219200000);
    int weekday = 5; /* 0000-01-01 was a Saturday */
    for (; year < 10000; time += TR_DAY_MS) {
        struct tr_civil civil = tr_civil_from_time(time + TR_DAY_MS - 1);
        if (civil.year != year || civil.month != month || civil.day != day || tr_time_weekday(time) != weekday)
            fail_msg("%d-%d-%d is read as %d-%d-%d", year, month, day, civil.year, civil.month, civil.day);
        civil = (struct tr_civil){.year = year, .month = month, .day = day};
        assert_true(tr_time_from_civil(&civil) == time);
        next_day(&year, &month, &day);
        weekday = (weekday + 1) % 7;
    }
}

static tr_time_ms random_instant(struct tr_rng *rng)
{
    const tr_time_ms first = INT64_C(-62167219200000), last = INT64_C(253402300799999);
    return first + (tr_time_ms)tr_rng_below(rng, (uint64_t)(last - first + 1));
}

static void random_instants_agree_with_the_c_library(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 1, 0);
    for (int i = 0; i < 100000; i++) {
        tr_time_ms time = random_instant(&rng);
        struct tr_civil civil = tr_civil_from_time(time);
        time_t seconds = (time_t)((time - civil.millisecond) / 1000);
        struct tm tm;
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_true(civil.year == tm.tm_year + 1900 && civil.month == tm.tm_mon + 1 && civil.day == tm.tm_mday);
        assert_true(civil.hour == tm.tm_hour && civil.minute == tm.tm_min && civil.second == tm.tm_sec);
        assert_in_range(civil.millisecond, 0, 999);
        assert_int_equal(tr_time_weekday(time), (tm.tm_wday + 6) % 7);
        assert_true(tr_time_from_civil(&civil) == time);
    }
}

static void text_reads_back_as_the_same_instant(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 2, 0);
    for (int i = 0; i < 100000; i++) {
        tr_time_ms time = random_instant(&rng), back;
        if (i % 2)
            time = tr_time_floor(time, TR_SECOND_MS);
        char text[TR_TIME_TEXT];
        tr_time_format(time, text);
        assert_int_equal(strlen(text), i % 2 || time % 1000 == 0 ? 20 : 24);
        assert_true(tr_time_parse(text, strlen(text), &back));
        assert_true(back == time);
    }
}

static void instants_are_written_in_iso_8601(void **state)
{
    (void)state;
    char text[TR_TIME_TEXT];
    tr_time_format(INT64_C(1730131200000), text);
    assert_string_equal(text, "2024-10-28T16:00:00Z");
    tr_time_format(INT64_C(1730131200007), text);
    assert_string_equal(text, "2024-10-28T16:00:00.007Z");
    tr_time_format(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void no_instant_overruns_the_text(void **state)
{
    (void)state;
    const tr_time_ms times[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_C(253402300800000),
                                INT64_C(-62167219200001)};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        char text[TR_TIME_TEXT];
        memset(text, 'x', sizeof text);
        tr_time_format(times[i], text);
        assert_non_null(memchr(text, '\0', sizeof text));
        assert_int_equal(text[strlen(text) - 1], 'Z');
    }
    char text[TR_TIME_TEXT];
    tr_time_format(INT64_C(253402300800000), text);
    assert_string_equal(text, "+10000-01-01T00:00:00Z");
}

static void floors_go_down_also_before_1970(void **state)
{
    (void)state;
    assert_true(tr_time_floor(0, TR_HOUR_MS) == 0);
    assert_true(tr_time_floor(TR_HOUR_MS - 1, TR_HOUR_MS) == 0);
    assert_true(tr_time_floor(TR_HOUR_MS, TR_HOUR_MS) == TR_HOUR_MS);
    assert_true(tr_time_floor(-1, TR_HOUR_MS) == -TR_HOUR_MS);
    assert_true(tr_time_floor(-TR_HOUR_MS, TR_HOUR_MS) == -TR_HOUR_MS);
    assert_true(tr_time_floor(-TR_HOUR_MS - 1, TR_HOUR_MS) == -2 * TR_HOUR_MS);
}

static void weekdays_count_from_monday(void **state)
{
    (void)state;
    assert_int_equal(tr_time_weekday(INT64_C(1730073600000)), 0); /* Monday, 28 October 2024 */
    assert_int_equal(tr_time_weekday(INT64_C(1730073600000) - 1), 6);
    assert_int_equal(tr_time_weekday(0), 3);
    assert_int_equal(tr_time_weekday(-1), 2);
}

static void all_accepted_spellings_are_read(void **state)
{
    (void)state;
    const struct {
        const char *text;
        tr_time_ms time;
    } cases[] = {
        {"2024-10-28", INT64_C(1730073600000)},
        {"20241028", INT64_C(1730073600000)},
        {"2024-10-28 16:00", INT64_C(1730131200000)},
        {"2024-10-28T16:00", INT64_C(1730131200000)},
        {"2024-10-28T16:00Z", INT64_C(1730131200000)},
        {"2024-10-28 16:00:01", INT64_C(1730131201000)},
        {"2024-10-28T16:00:01Z", INT64_C(1730131201000)},
        {"2024-10-28T16:00:00.1", INT64_C(1730131200100)},
        {"2024-10-28T16:00:00.123456", INT64_C(1730131200123)},
        {"2024-10-28T16:00:00.999999999Z", INT64_C(1730131200999)},
        {"2024-10-28T16:00:00+00:00", INT64_C(1730131200000)},
        {"2024-10-28T21:30:00+05:30", INT64_C(1730131200000)},
        {"2024-10-28 12:00:00.5-04:00", INT64_C(1730131200500)},
        {"1730131200", INT64_C(1730131200000)},
        {"1730131200123", INT64_C(1730131200123)},
        {"1730131200123456", INT64_C(1730131200123)},
        {"1969-12-31T23:59:59.999Z", -1},
        {"2024-02-29", INT64_C(1709164800000)},
        {"2000-02-29", INT64_C(951782400000)},
        {"0000-02-29", INT64_C(-62162121600000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tr_time_ms time;
        if (!tr_time_parse(cases[i].text, strlen(cases[i].text), &time))
            fail_msg("%s is not read", cases[i].text);
        if (time != cases[i].time)
            fail_msg("%s is read as %lld", cases[i].text, (long long)time);
    }
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "now",
        "2024",
        "2024-10",
        "2024-1-28",
        "2024-10-28 ",
        "2024-10-28T",
        "2024-10-28T16",
        "2024-10-28T16:",
        "2024-10-28T16:0",
        "2024-10-28T16:00:",
        "2024-10-28T16:00:0",
        "2024-10-28T16:00:00.",
        "2024-10-28T16:00:00.Z",
        "2024-10-28T16:00:00.1x",
        "2024-10-28T16:00:00ZZ",
        "2024-10-28T16:00:00+",
        "2024-10-28T16:00:00+01",
        "2024-10-28T16:00:00+0100",
        "2024-10-28T16:00:00+01:00Z",
        "2024-10-28T16:00:00+24:00",
        "2024-10-28T16:00:00+01:60",
        "2024-10-28Z",
        "2024-10-28x16:00",
        " 2024-10-28",
        "-2024-10-28",
        "2024-00-28",
        "2024-13-28",
        "2024-10-00",
        "2024-10-32",
        "2024-11-31",
        "2024-02-30",
        "2023-02-29",
        "2100-02-29",
        "1900-02-29",
        "20230229",
        "20241301",
        "2024-10-28T24:00",
        "2024-10-28T16:60",
        "2024-10-28T23:59:60",
        "1",
        "123456789",
        "12345678901",
        "123456789012",
        "12345678901234",
        "123456789012345",
        "12345678901234567",
        "123456789012345678901234567890",
        "173013120x",
        "1730131200.5",
        "-1730131200",
        "+1730131200",
        "2024/10/28",
        "2024-10/28",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tr_time_ms time = 77;
        if (tr_time_parse(cases[i], strlen(cases[i]), &time))
            fail_msg("'%s' is read as %lld", cases[i], (long long)time);
        assert_true(time == 77);
    }
}

static void every_truncation_is_a_time_or_refused(void **state)
{
    (void)state;
    static const char text[] = "2024-10-28T21:30:00.123+05:30";
    const size_t good[] = {10, 16, 19, 21, 22, 23, 29};
    for (size_t len = 0, next = 0; len < sizeof text; len++) {
        bool expected = next < 7 && good[next] == len;
        next += expected;
        char *exact = tr_alloc(len, 1); /* of just this size, so that a sanitizer sees a step too far */
        assert_non_null(exact);
        memcpy(exact, text, len);
        tr_time_ms time;
        assert_int_equal(tr_time_parse(exact, len, &time), expected);
        tr_free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_instants_have_their_dates),
        cmocka_unit_test(every_day_of_ten_thousand_years_follows_the_last),
        cmocka_unit_test(random_instants_agree_with_the_c_library),
        cmocka_unit_test(text_reads_back_as_the_same_instant),
        cmocka_unit_test(instants_are_written_in_iso_8601),
        cmocka_unit_test(no_instant_overruns_the_text),
        cmocka_unit_test(floors_go_down_also_before_1970),
        cmocka_unit_test(weekdays_count_from_monday),
        cmocka_unit_test(all_accepted_spellings_are_read),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(every_truncation_is_a_time_or_refused),
    };
    return cmocka_run_group_tests_name("base/time", tests, NULL, NULL);
}
