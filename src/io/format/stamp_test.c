#include "support/test.h"

#include "io/format/stamp.h"

#include <string.h>

static bool read_stamp(const char *text, tr_time_ms *time, enum tr_format_unit *unit)
{
    return tr_format_stamp_read(text, text + strlen(text), time, unit);
}

static void the_size_of_a_number_tells_its_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        tr_time_ms time;
        enum tr_format_unit unit;
    } cases[] = {
        {"1502942400", INT64_C(1502942400000), TR_FORMAT_SECONDS},
        {"1502942400.0", INT64_C(1502942400000), TR_FORMAT_SECONDS},
        {"1502942400.250", INT64_C(1502942400250), TR_FORMAT_SECONDS},
        {"1.5029424e9", INT64_C(1502942400000), TR_FORMAT_SECONDS},
        {"100000000", INT64_C(100000000000), TR_FORMAT_SECONDS},
        {"1502942400000", INT64_C(1502942400000), TR_FORMAT_MILLISECONDS},
        {"1502942400000.0", INT64_C(1502942400000), TR_FORMAT_MILLISECONDS},
        {"100000000000", INT64_C(100000000000), TR_FORMAT_MILLISECONDS},
        {"1735689600000000", INT64_C(1735689600000), TR_FORMAT_MICROSECONDS},
        {"2017-08-17 04:00:00", INT64_C(1502942400000), TR_FORMAT_CALENDAR},
        {"2017-08-17T04:00:00Z", INT64_C(1502942400000), TR_FORMAT_CALENDAR},
        {"2017-08-17T06:00:00+02:00", INT64_C(1502942400000), TR_FORMAT_CALENDAR},
        {"2017-08-17 04-AM", INT64_C(1502942400000), TR_FORMAT_CALENDAR},
        {"2017-08-17", INT64_C(1502928000000), TR_FORMAT_CALENDAR},
        {"20170817", INT64_C(1502928000000), TR_FORMAT_CALENDAR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tr_time_ms time = 0;
        enum tr_format_unit unit = TR_FORMAT_UNIT_COUNT;
        if (!read_stamp(cases[i].text, &time, &unit))
            fail_msg("'%s' was refused", cases[i].text);
        assert_int_equal(time, cases[i].time);
        assert_int_equal(unit, cases[i].unit);
    }
}

static void what_is_no_instant_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "x",
        "0",
        "-1502942400",
        "99999999",
        "1502942400x",
        "1e17",
        "1735689600000000000",
        "1e300",
        "1e999",
        "nan",
        "inf",
        "0x5993",
        "1502942400.0001",
        "1735689600000001",
        "1502942400000.5",
        "2017-13-01",
        "2017-02-30",
        "2017-08-17 13-PM",
        "2017-08-17 00-AM",
        "2017-08-17 04-XM",
        "2017-08-17 4-PM",
        "2017-08-17 04-PMx",
        "17.08.2017",
        "08/17/2017",
        "20171301",
        "2017-08-17 25:00",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        tr_time_ms time;
        enum tr_format_unit unit;
        if (read_stamp(wrong[i], &time, &unit))
            fail_msg("'%s' was read as %lld", wrong[i], (long long)time);
    }
}

static void the_twelve_hour_clock_goes_round_at_noon_and_midnight(void **state)
{
    (void)state;
    for (int hour = 0; hour < 24; hour++) {
        char text[] = "2019-04-02 00-AM";
        int shown = hour % 12 == 0 ? 12 : hour % 12;
        text[11] = (char)('0' + shown / 10);
        text[12] = (char)('0' + shown % 10);
        text[14] = hour < 12 ? 'A' : 'P';
        tr_time_ms time;
        bool whole_day;
        assert_true(tr_format_date_read(text, text + 16, &time, &whole_day));
        assert_false(whole_day);
        assert_int_equal(time, INT64_C(1554163200000) + hour * TR_HOUR_MS);
    }
}

static void a_date_alone_is_a_whole_day(void **state)
{
    (void)state;
    tr_time_ms time;
    bool whole_day = false;
    const char *date = "2019-04-02", *epoch = "1554163200";
    assert_true(tr_format_date_read(date, date + 10, &time, &whole_day));
    assert_true(whole_day);
    assert_false(tr_format_date_read(epoch, epoch + 10, &time, &whole_day)); /* a number, not a date */
}

static void dates_written_alike_have_one_shape(void **state)
{
    (void)state;
    char a[TR_FORMAT_SHAPE], b[TR_FORMAT_SHAPE];
    const char *am = "2019-04-02 09-AM", *pm = "2020-12-31 11-PM", *iso = "2019-04-02 09:00";
    tr_format_date_shape(am, am + 16, a);
    tr_format_date_shape(pm, pm + 16, b);
    assert_string_equal(a, "9999-99-99 99-AA");
    assert_memory_equal(a, b, sizeof a);
    tr_format_date_shape(iso, iso + 16, b);
    assert_memory_not_equal(a, b, sizeof a);
    const char *endless = "2019-04-02T09:00:00.123456+00:00";
    tr_format_date_shape(endless, endless + strlen(endless), a);
    assert_string_equal(a, "9999-99-99A99:99:99.999");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_size_of_a_number_tells_its_unit),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(the_twelve_hour_clock_goes_round_at_noon_and_midnight),
        cmocka_unit_test(a_date_alone_is_a_whole_day),
        cmocka_unit_test(dates_written_alike_have_one_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
