#include "io/format/stamp.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t leading_digits(const char *begin, const char *end)
{
    size_t n = 0;
    while (begin + n < end && is_digit(begin[n]))
        n++;
    return n;
}

/* "2019-04-02 09-PM": the twelve-hour clock of older CryptoDataDownload files. */
static bool read_half_day(const char *begin, const char *end, tr_time_ms *time)
{
    tr_time_ms day;
    if (end - begin != 16 || begin[10] != ' ' || begin[13] != '-' || (begin[15] | 0x20) != 'm')
        return false;
    char half = (char)(begin[14] | 0x20);
    if ((half != 'a' && half != 'p') || leading_digits(begin + 11, end) != 2 || !tr_time_parse(begin, 10, &day))
        return false;
    int hour = (begin[11] - '0') * 10 + (begin[12] - '0');
    if (hour < 1 || hour > 12)
        return false;
    *time = day + (hour % 12 + (half == 'p' ? 12 : 0)) * TR_HOUR_MS;
    return true;
}

bool tr_format_date_read(const char *begin, const char *end, tr_time_ms *time, bool *whole_day)
{
    size_t len = (size_t)(end - begin), digits = leading_digits(begin, end);
    *whole_day = len == 10 || len == 8;
    if (digits != 4 && (digits != 8 || len != 8))
        return false;
    return tr_time_parse(begin, len, time) || read_half_day(begin, end, time);
}

/* value [0, 1e17) of the unit its size tells. */
static bool from_number(double value, tr_time_ms *time, enum tr_format_unit *unit)
{
    double ms;
    if (!(value >= 1e8 && value < 1e17))
        return false;
    if (value < 1e11) {
        *unit = TR_FORMAT_SECONDS;
        ms = value * 1e3;
    } else if (value < 1e14) {
        *unit = TR_FORMAT_MILLISECONDS;
        ms = value;
    } else {
        *unit = TR_FORMAT_MICROSECONDS;
        ms = value / 1e3;
    }
    double whole = rint(ms);
    *time = (tr_time_ms)whole;
    return fabs(ms - whole) < 5e-4; /* more than rounding leaves, less than a microsecond */
}

bool tr_format_stamp_read(const char *begin, const char *end, tr_time_ms *time, enum tr_format_unit *unit)
{
    bool whole_day;
    double value;
    if (tr_format_date_read(begin, end, time, &whole_day)) {
        *unit = TR_FORMAT_CALENDAR;
        return true;
    }
    return tr_text_to_double(begin, end, &value) && from_number(value, time, unit);
}

void tr_format_date_shape(const char *begin, const char *end, char shape[TR_FORMAT_SHAPE])
{
    size_t n = 0;
    for (; begin < end && n < TR_FORMAT_SHAPE - 1; begin++, n++)
        shape[n] = *begin;
    for (size_t i = 0; i < n; i++)
        shape[i] = (char)(is_digit(shape[i]) ? '9' : is_letter(shape[i]) ? 'A' : shape[i]);
    memset(shape + n, 0, TR_FORMAT_SHAPE - n);
}
