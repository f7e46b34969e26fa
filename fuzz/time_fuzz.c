/* Instants: what is read prints as text that reads back as the same instant; calendar and instant are inverse. */
#include "fuzz.h"

#include "base/time.h"
#include "io/format/stamp.h"

#include <string.h>

static void check_calendar(tr_time_ms time)
{
    struct tr_civil civil = tr_civil_from_time(time);
    FUZZ_CHECK(tr_time_from_civil(&civil) == time);
    FUZZ_CHECK(tr_time_weekday(time) >= 0 && tr_time_weekday(time) <= 6);
    if (civil.year < 0 || civil.year > 9999)
        return;
    char text[TR_TIME_TEXT];
    tr_time_ms back;
    tr_time_format(time, text);
    FUZZ_CHECK(tr_time_parse(text, strlen(text), &back) && back == time);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* A copy of just the size, so that a byte read behind it is seen. */
    char *text = malloc(size ? size : 1);
    tr_time_ms time;
    enum tr_format_unit unit;
    bool whole_day;
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    if (tr_time_parse(text, size, &time))
        check_calendar(time);
    if (tr_format_date_read(text, text + size, &time, &whole_day))
        check_calendar(time);
    if (tr_format_stamp_read(text, text + size, &time, &unit))
        check_calendar(time);
    free(text);
    return 0;
}
