#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

enum {
    FAST_DIGITS = 19,     /* always fit into 64 bits */
    FAST_POWER = 22,      /* 10^22 is the last power of ten that is a double */
    KEPT_DIGITS = 800,    /* more than the 767 that a point halfway between two doubles can have */
    EXPONENT_LIMIT = 9999 /* beyond any double, with KEPT_DIGITS digits in front */
};

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

static double with_sign(double x, bool negative)
{
    return negative ? -x : x;
}

/* m / 10^k for 1 <= k <= 19, correctly rounded: the quotient gets 63 or 64 bits, its last one stands for all that
 * follow, and the conversion to double rounds once. */
static double divide(uint64_t m, uint64_t power)
{
    int m_zeros = __builtin_clzll(m), power_zeros = __builtin_clzll(power);
    u128 dividend = (u128)(m << m_zeros) << 63;
    uint64_t divisor = power << power_zeros;
    uint64_t quotient = (uint64_t)(dividend / divisor);
    bool exact = (u128)quotient * divisor == dividend;
    return ldexp((double)(quotient | !exact), power_zeros - m_zeros - 63);
}

/* m * 10^exponent where that can be had exactly rounded without long arithmetic; false where not. */
static bool from_decimal(uint64_t m, int64_t exponent, double *out)
{
    static const double doubles[FAST_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (m <= UINT64_C(1) << 53) {
        if (exponent >= -FAST_POWER && exponent <= 0) {
            *out = (double)m / doubles[-exponent];
            return true;
        }
        if (exponent > 0 && exponent <= FAST_POWER) {
            *out = (double)m * doubles[exponent];
            return true;
        }
    } else if (exponent >= -FAST_DIGITS && exponent <= FAST_DIGITS) {
        if (exponent < 0)
            *out = divide(m, (uint64_t)doubles[-exponent]);
        else
            *out = (double)((u128)m * (uint64_t)doubles[exponent]);
        return true;
    }
    return false;
}

/* Any number of digits in [p, end), with at most one point among them. They go to strtod as "<integer>e<exponent>":
 * no point, so no locale. Digits past KEPT_DIGITS can only break a tie, and a single 1 does that as well. */
static bool from_long_decimal(const char *p, const char *end, int64_t exponent, double *out)
{
    char text[KEPT_DIGITS + 16];
    size_t n = 0;
    bool after_point = false, more = false;
    for (; p < end; p++) {
        if (*p == '.') {
            after_point = true;
            continue;
        }
        bool kept = n < KEPT_DIGITS;
        if (kept && (n > 0 || *p != '0'))
            text[n++] = *p;
        else if (!kept)
            more = more || *p != '0';
        exponent += !kept - after_point;
    }
    if (n == 0) {
        *out = 0.0;
        return true;
    }
    if (more) {
        text[n++] = '1';
        exponent--;
    }
    int limited = (int)(exponent < -EXPONENT_LIMIT  ? -EXPONENT_LIMIT
                        : exponent > EXPONENT_LIMIT ? EXPONENT_LIMIT
                                                    : exponent);
    snprintf(text + n, sizeof text - n, "e%d", limited);
    *out = strtod(text, NULL);
    return isfinite(*out);
}

/* Behind an "e": p is left where it was unless at least one digit follows. */
static const char *scan_exponent(const char *p, const char *end, int64_t *exponent)
{
    const char *digits = p + 1;
    bool negative = digits < end && *digits == '-';
    if (digits < end && (*digits == '-' || *digits == '+'))
        digits++;
    if (digits >= end || !is_digit(*digits))
        return p;
    int64_t value = 0;
    for (; digits < end && is_digit(*digits); digits++)
        if (value < INT64_C(1000000000000000)) /* longer than any text's digits could make up for */
            value = value * 10 + (*digits - '0');
    *exponent = negative ? -value : value;
    return digits;
}

static inline const char *scan_digits(const char *p, const char *end, uint64_t *m)
{
    uint64_t value = *m;
    for (; p < end && is_digit(*p); p++)
        value = value * 10 + (uint64_t)(*p - '0');
    *m = value;
    return p;
}

bool tr_text_scan_double(const char **cursor, const char *end, double *out)
{
    const char *p = *cursor;
    if (p >= end)
        return false;
    bool negative = *p == '-';
    if (negative || *p == '+')
        p++;
    const char *begin = p;
    uint64_t m = 0;
    p = scan_digits(p, end, &m);
    int64_t digits = p - begin, fraction = 0;
    if (p < end && *p == '.') {
        const char *point = p++;
        p = scan_digits(p, end, &m);
        fraction = p - point - 1;
        digits += fraction;
    }
    if (digits == 0)
        return false;
    const char *behind = p;
    int64_t exponent = 0;
    if (p < end && (*p == 'e' || *p == 'E'))
        behind = scan_exponent(p, end, &exponent);
    double value;
    if ((digits > FAST_DIGITS || !from_decimal(m, exponent - fraction, &value)) &&
        !from_long_decimal(begin, p, exponent, &value))
        return false;
    *out = with_sign(value, negative);
    *cursor = behind;
    return true;
}

bool tr_text_to_double(const char *begin, const char *end, double *out)
{
    double value;
    if (!tr_text_scan_double(&begin, end, &value) || begin != end)
        return false;
    *out = value;
    return true;
}

bool tr_text_to_int64(const char *begin, const char *end, int64_t *out)
{
    bool negative = begin < end && *begin == '-';
    if (begin < end && (*begin == '-' || *begin == '+'))
        begin++;
    if (begin >= end)
        return false;
    uint64_t limit = (uint64_t)INT64_MAX + negative, value = 0;
    for (; begin < end; begin++) {
        if (!is_digit(*begin))
            return false;
        uint64_t digit = (uint64_t)(*begin - '0');
        if (value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    /* Negated as value - 1 and back, because -INT64_MIN does not exist. */
    *out = negative && value ? -(int64_t)(value - 1) - 1 : (int64_t)value;
    return true;
}

/* %.<precision>g whatever the locale's decimal point looks like. */
static size_t print(double value, int precision, char out[TR_NUMBER_TEXT])
{
    char text[64];
    snprintf(text, sizeof text, "%.*g", precision, value);
    size_t n = 0;
    bool point = false;
    for (const char *p = text; *p; p++) {
        if (is_digit(*p) || *p == '-' || *p == '+' || *p == 'e') {
            out[n++] = *p;
        } else if (!point) {
            out[n++] = '.';
            point = true;
        }
    }
    out[n] = '\0';
    return n;
}

static size_t print_special(double value, char out[TR_NUMBER_TEXT])
{
    const char *name = isnan(value) ? "nan" : value > 0.0 ? "inf" : "-inf";
    size_t n = strlen(name);
    memcpy(out, name, n + 1);
    return n;
}

size_t tr_text_from_double(double value, char out[TR_NUMBER_TEXT])
{
    if (!isfinite(value))
        return print_special(value, out);
    for (int precision = 15;; precision++) {
        size_t n = print(value, precision, out);
        double back;
        if (precision == 17 || (tr_text_to_double(out, out + n, &back) && back == value))
            return n;
    }
}

size_t tr_text_from_double17(double value, char out[TR_NUMBER_TEXT])
{
    return tr_text_from_double_digits(value, 17, out);
}

size_t tr_text_from_double_digits(double value, int digits, char out[TR_NUMBER_TEXT])
{
    return isfinite(value) ? print(value, digits, out) : print_special(value, out);
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

bool tr_text_equal_nocase(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

size_t tr_text_utf8_length(const char *text, size_t *bad)
{
    const unsigned char *p = (const unsigned char *)text;
    static const struct {
        unsigned char first, last, second_low, second_high;
        size_t length;
    } rows[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    *bad = 1;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (p[0] < rows[r].first || p[0] > rows[r].last)
            continue;
        for (size_t i = 1; i < rows[r].length; i++) {
            unsigned char low = i == 1 ? rows[r].second_low : 0x80, high = i == 1 ? rows[r].second_high : 0xbf;
            if (p[i] < low || p[i] > high) {
                *bad = i;
                return 0;
            }
        }
        return rows[r].length;
    }
    return 0;
}
