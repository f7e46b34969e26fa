#include "app/view/figure.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* printf writes the locale's decimal mark, which may have several bytes; "nan" and "inf" do not come here. */
static void plain_point(char *text)
{
    char *to = text;
    bool point = false;

    for (const char *from = text; *from; from++) {
        bool kept = (*from >= '0' && *from <= '9') || *from == '-' || *from == '+';

        if (kept)
            *to++ = *from;
        else if (!point)
            *to++ = '.';
        point = point || !kept;
    }
    *to = '\0';
}

static struct tr_figure plain(double value, int digits, bool sign)
{
    struct tr_figure figure = {"-"};

    if (!isfinite(value))
        return figure;
    digits = digits < 0 ? 0 : digits > 15 ? 15 : digits;
    snprintf(figure.text, sizeof figure.text, sign ? "%+.*f" : "%.*f", digits, value);
    plain_point(figure.text);
    if (strchr("+-", figure.text[0]) && strspn(figure.text + 1, "0.") == strlen(figure.text + 1))
        memmove(figure.text, figure.text + 1, strlen(figure.text));
    return figure;
}

static void append(struct tr_figure *to, const char *text)
{
    size_t len = strlen(to->text);

    snprintf(to->text + len, sizeof to->text - len, "%s", text);
}

static struct tr_figure percent(double frac, int digits, bool sign)
{
    struct tr_figure figure = plain(frac * 100, digits, sign);

    if (isfinite(frac))
        append(&figure, " %");
    return figure;
}

static struct tr_figure interval_of(struct tr_interval interval, double scale, int digits, bool sign)
{
    struct tr_figure figure = {"-"}, bound;

    if (!isfinite(interval.lower) || !isfinite(interval.upper))
        return figure;
    figure.text[0] = '[';
    bound = plain(interval.lower * scale, digits, sign);
    append(&figure, bound.text);
    append(&figure, ", ");
    bound = plain(interval.upper * scale, digits, sign);
    append(&figure, bound.text);
    append(&figure, "]");
    return figure;
}

static struct tr_figure rate_of(double rate, struct tr_interval interval, int digits, bool sign)
{
    struct tr_figure figure = percent(rate, digits, sign), range = interval_of(interval, 100, digits, sign);

    if (!isfinite(rate))
        return figure;
    append(&figure, " ");
    append(&figure, range.text[0] == '[' ? range.text : "[not known]");
    return figure;
}

struct tr_figure tr_figure_number(double value, int digits)
{
    return plain(value, digits, false);
}

struct tr_figure tr_figure_signed(double value, int digits)
{
    return plain(value, digits, true);
}

struct tr_figure tr_figure_percent(double frac, int digits)
{
    return percent(frac, digits, false);
}

struct tr_figure tr_figure_signed_percent(double frac, int digits)
{
    return percent(frac, digits, true);
}

struct tr_figure tr_figure_interval(struct tr_interval interval, int digits)
{
    return interval_of(interval, 1, digits, false);
}

struct tr_figure tr_figure_rate(double rate, struct tr_interval interval, int digits)
{
    return rate_of(rate, interval, digits, false);
}

struct tr_figure tr_figure_signed_rate(double rate, struct tr_interval interval, int digits)
{
    return rate_of(rate, interval, digits, true);
}

static struct tr_figure words(const char *text)
{
    struct tr_figure figure = {""};

    append(&figure, text);
    return figure;
}

struct tr_figure tr_figure_p_value(double p)
{
    return p < 0.001 ? words("under 0.001") : plain(p, 3, false);
}

struct tr_figure tr_figure_chance(double p)
{
    return p < 0.01 ? words("under 1 %") : p > 0.99 ? words("over 99 %") : percent(p, 0, false);
}

void tr_figure_px(double px, char out[TR_FIGURE_PX])
{
    long long tenths = llround(fmin(fmax(px, -1e9), 1e9) * 10);
    char digits[TR_FIGURE_PX], *at = digits + sizeof digits;
    bool minus = tenths < 0;

    if (minus)
        tenths = -tenths;
    *--at = '\0';
    if (tenths % 10) {
        *--at = (char)('0' + tenths % 10);
        *--at = '.';
    }
    tenths /= 10;
    do {
        *--at = (char)('0' + tenths % 10);
        tenths /= 10;
    } while (tenths);
    if (minus)
        *--at = '-';
    memcpy(out, at, (size_t)(digits + sizeof digits - at));
}
