#include "engine/feature/circle.h"

/* Taylor series around 0 for abs(x) <= pi/4; the terms left out are below 2^-55. */
static double sine(double x)
{
    double z = x * x;
    double p = -1.0 / 1307674368000.0;
    p = p * z + 1.0 / 6227020800.0;
    p = p * z - 1.0 / 39916800.0;
    p = p * z + 1.0 / 362880.0;
    p = p * z - 1.0 / 5040.0;
    p = p * z + 1.0 / 120.0;
    p = p * z - 1.0 / 6.0;
    return x + x * (z * p);
}

static double cosine(double x)
{
    double z = x * x;
    double p = 1.0 / 20922789888000.0;
    p = p * z - 1.0 / 87178291200.0;
    p = p * z + 1.0 / 479001600.0;
    p = p * z - 1.0 / 3628800.0;
    p = p * z + 1.0 / 40320.0;
    p = p * z - 1.0 / 720.0;
    p = p * z + 1.0 / 24.0;
    p = p * z - 0.5;
    return 1.0 + z * p;
}

/* part/whole <= 1/4: above 1/8, sine and cosine change places. */
static struct tr_circle_point quarter(unsigned part, unsigned whole)
{
    const double two_pi = 6.28318530717958647693;
    unsigned mirrored = whole - 4 * part; /* (1/4 - part/whole) * 4 whole */
    if (8 * part <= whole) {
        double x = two_pi * (double)part / (double)whole;
        return (struct tr_circle_point){.sin = sine(x), .cos = cosine(x)};
    }
    double x = two_pi * (double)mirrored / (4.0 * (double)whole);
    return (struct tr_circle_point){.sin = cosine(x), .cos = sine(x)};
}

struct tr_circle_point tr_circle_point(unsigned part, unsigned whole)
{
    if (2 * part > whole) {
        struct tr_circle_point p = tr_circle_point(whole - part, whole);
        return (struct tr_circle_point){.sin = -p.sin, .cos = p.cos};
    }
    if (4 * part > whole) {
        struct tr_circle_point p = quarter(whole - 2 * part, 2 * whole);
        return (struct tr_circle_point){.sin = p.sin, .cos = -p.cos};
    }
    return quarter(part, whole);
}

void tr_circle_init(struct tr_circle *circle)
{
    for (unsigned i = 0; i < 24; i++)
        circle->hour[i] = tr_circle_point(i, 24);
    for (unsigned i = 0; i < 60; i++)
        circle->minute[i] = tr_circle_point(i, 1440);
    for (unsigned i = 0; i < 7; i++)
        circle->weekday[i] = tr_circle_point(i, 7);
}
