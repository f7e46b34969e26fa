#include "base/time.h"

#include <stdio.h>
#include <string.h>

/* Days since 1970-01-01 and back, by 400-year eras that begin on 1 March: the leap day is then the last of its year.
 * Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013). */
enum { ERA_DAYS = 146097, EPOCH_DAY = 719468 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t floor_mod(int64_t a, int64_t b)
{
    return a % b + (a % b < 0 ? b : 0);
}

static int64_t days_from_date(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_DAY;
}

static void date_from_days(int64_t days, struct tr_civil *civil)
{
    days += EPOCH_DAY;
    int64_t era = floor_div(days, ERA_DAYS);
    int64_t day_of_era = days - era * ERA_DAYS;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153; /* 0 = March */
    civil->day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    civil->month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    civil->year = (int)(year_of_era + era * 400 + (civil->month <= 2));
}

struct tr_civil tr_civil_from_time(tr_time_ms time)
{
    struct tr_civil civil;
    int64_t rest = floor_mod(time, TR_DAY_MS);
    date_from_days(floor_div(time, TR_DAY_MS), &civil);
    civil.hour = (int)(rest / TR_HOUR_MS);
    civil.minute = (int)(rest / TR_MINUTE_MS % 60);
    civil.second = (int)(rest / TR_SECOND_MS % 60);
    civil.millisecond = (int)(rest % TR_SECOND_MS);
    return civil;
}

tr_time_ms tr_time_from_civil(const struct tr_civil *civil)
{
    return days_from_date(civil->year, civil->month, civil->day) * TR_DAY_MS + civil->hour * TR_HOUR_MS +
           civil->minute * TR_MINUTE_MS + civil->second * TR_SECOND_MS + civil->millisecond;
}

tr_time_ms tr_time_floor(tr_time_ms time, int64_t unit_ms)
{
    return floor_div(time, unit_ms) * unit_ms;
}

int tr_time_weekday(tr_time_ms time)
{
    return (int)floor_mod(floor_div(time, TR_DAY_MS) + 3, 7); /* 1970-01-01 was a Thursday */
}

static char *put(char *p, int value, int width)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        p[i] = (char)('0' + value % 10);
    return p + width;
}

/* By hand, because snprintf would be the larger part of writing a bar to a file. */
void tr_time_format(tr_time_ms time, char out[TR_TIME_TEXT])
{
    struct tr_civil civil = tr_civil_from_time(time);
    char *p = out;
    if (civil.year >= 0 && civil.year <= 9999)
        p = put(p, civil.year, 4);
    else
        p += snprintf(p, 12, "%+d", civil.year); /* ISO 8601's expanded form has the sign */
    *p++ = '-';
    p = put(p, civil.month, 2);
    *p++ = '-';
    p = put(p, civil.day, 2);
    *p++ = 'T';
    p = put(p, civil.hour, 2);
    *p++ = ':';
    p = put(p, civil.minute, 2);
    *p++ = ':';
    p = put(p, civil.second, 2);
    if (civil.millisecond) {
        *p++ = '.';
        p = put(p, civil.millisecond, 3);
    }
    *p++ = 'Z';
    *p = '\0';
}

/* What is left of the text. Each reader below takes its part off the front, or says false. */
struct text {
    const char *p, *end;
};

static bool take(struct text *text, char c)
{
    if (text->p == text->end || *text->p != c)
        return false;
    text->p++;
    return true;
}

static bool digit_at(const struct text *text, size_t i)
{
    return i < (size_t)(text->end - text->p) && text->p[i] >= '0' && text->p[i] <= '9';
}

static bool take_number(struct text *text, size_t width, int max, int *out)
{
    int value = 0;
    for (size_t i = 0; i < width; i++) {
        if (!digit_at(text, i))
            return false;
        value = value * 10 + (text->p[i] - '0');
    }
    text->p += width;
    *out = value;
    return value <= max;
}

static bool date_exists(const struct tr_civil *civil)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = civil->year, month = civil->month;
    if (month < 1 || month > 12)
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return civil->day >= 1 && civil->day <= days[month - 1] + (month == 2 && leap);
}

/* "20241028" or "2024-10-28". */
static bool take_date(struct text *text, bool dashes, struct tr_civil *civil)
{
    return take_number(text, 4, 9999, &civil->year) && (!dashes || take(text, '-')) &&
           take_number(text, 2, 12, &civil->month) && (!dashes || take(text, '-')) &&
           take_number(text, 2, 31, &civil->day) && date_exists(civil);
}

/* Digits behind the point: at least one; those past the third are cut off, not rounded. */
static bool take_fraction(struct text *text, int *millisecond)
{
    if (!digit_at(text, 0))
        return false;
    int unit = 100;
    for (; digit_at(text, 0); text->p++, unit /= 10)
        *millisecond += (*text->p - '0') * unit;
    return true;
}

/* "16:00", "16:00:00" or "16:00:00.123". */
static bool take_clock(struct text *text, struct tr_civil *civil)
{
    if (!take_number(text, 2, 23, &civil->hour) || !take(text, ':') || !take_number(text, 2, 59, &civil->minute))
        return false;
    if (!take(text, ':'))
        return true;
    if (!take_number(text, 2, 59, &civil->second))
        return false;
    return !take(text, '.') || take_fraction(text, &civil->millisecond);
}

/* Nothing, "Z", "+05:30": how far the text's clock is ahead of UTC. */
static bool take_zone(struct text *text, int64_t *ahead_ms)
{
    *ahead_ms = 0;
    if (text->p == text->end || take(text, 'Z'))
        return true;
    int64_t sign = *text->p == '-' ? -1 : 1;
    int hours, minutes;
    if (!take(text, '+') && !take(text, '-'))
        return false;
    if (!take_number(text, 2, 23, &hours) || !take(text, ':') || !take_number(text, 2, 59, &minutes))
        return false;
    *ahead_ms = sign * (hours * TR_HOUR_MS + minutes * TR_MINUTE_MS);
    return true;
}

static bool all_digits(struct text text)
{
    while (digit_at(&text, 0))
        text.p++;
    return text.p == text.end;
}

/* Digits alone: their count tells a date from seconds, milliseconds and microseconds since 1970. */
static bool parse_digits(struct text text, tr_time_ms *out)
{
    struct tr_civil civil = {0};
    size_t len = (size_t)(text.end - text.p);
    if (len == 8) {
        if (!take_date(&text, false, &civil))
            return false;
        *out = tr_time_from_civil(&civil);
        return true;
    }
    if (len != 10 && len != 13 && len != 16)
        return false;
    int64_t value = 0;
    for (; text.p < text.end; text.p++)
        value = value * 10 + (*text.p - '0');
    *out = len == 10 ? value * TR_SECOND_MS : len == 13 ? value : value / 1000;
    return true;
}

static bool parse_calendar(struct text text, tr_time_ms *out)
{
    struct tr_civil civil = {0};
    int64_t ahead_ms = 0;
    if (!take_date(&text, true, &civil))
        return false;
    if (text.p < text.end) {
        if (!take(&text, 'T') && !take(&text, ' '))
            return false;
        if (!take_clock(&text, &civil) || !take_zone(&text, &ahead_ms))
            return false;
    }
    if (text.p != text.end)
        return false;
    *out = tr_time_from_civil(&civil) - ahead_ms;
    return true;
}

bool tr_time_parse(const char *text, size_t len, tr_time_ms *out)
{
    struct text whole = {text, text + len};
    /* The fifth character decides: a calendar text has its first dash there. */
    return digit_at(&whole, 4) ? all_digits(whole) && parse_digits(whole, out) : parse_calendar(whole, out);
}
