#include "engine/score/kolmogorov.h"

#include "base/special.h"

#include <math.h>

/* The matrix method holds up to here; beyond, sums and expansions are accurate. n d^2 < 4 keeps the matrix small. */
enum { MOST_EXACT = 140, MOST_ORDER = 47 };

#define EXACT_BELOW 4.0
#define EXPANSION_BELOW 2.2

struct square {
    size_t order;
    double cell[MOST_ORDER * MOST_ORDER];
    int exponent; /* the matrix is cell * 10^exponent */
};

static void multiply(const struct square *a, const struct square *b, struct square *out)
{
    size_t m = out->order = a->order;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < m; j++) {
            double sum = 0.0;
            for (size_t k = 0; k < m; k++)
                sum += a->cell[i * m + k] * b->cell[k * m + j];
            out->cell[i * m + j] = sum;
        }
    }
    out->exponent = a->exponent + b->exponent;
    if (out->cell[m / 2 * m + m / 2] > 1e140) {
        for (size_t i = 0; i < m * m; i++)
            out->cell[i] *= 1e-140;
        out->exponent += 140;
    }
}

/* Durbin's matrix for t = n d; its n-th power holds P(D_n < d) n^n / n! in the middle. */
static void make_durbin(double t, struct square *h)
{
    size_t k = (size_t)t + 1, m = h->order = 2 * k - 1;
    double rest = (double)k - t, power = 1.0;
    h->exponent = 0;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < m; j++)
            h->cell[i * m + j] = j <= i + 1 ? 1.0 : 0.0;
    for (size_t i = 0; i < m; i++) {
        power *= rest;
        h->cell[i * m] -= power;
        h->cell[(m - 1) * m + m - 1 - i] -= power;
    }
    if (2.0 * rest > 1.0)
        h->cell[(m - 1) * m] += pow(2.0 * rest - 1.0, (double)m);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j <= i; j++)
            for (size_t g = 2; g <= i - j + 1; g++)
                h->cell[i * m + j] /= (double)g;
}

/* P(D_n < d) by Marsaglia, Tsang and Wang; squarings and products as the bits of n ask for them. */
static double matrix_below(size_t n, double t)
{
    struct square power = {0}, base = {0}, product = {0};
    make_durbin(t, &base);
    size_t m = base.order;
    power.order = m;
    for (size_t i = 0; i < m; i++)
        power.cell[i * m + i] = 1.0;
    for (size_t bits = n; bits > 0; bits /= 2) {
        if (bits % 2) {
            multiply(&power, &base, &product);
            power = product;
        }
        if (bits > 1) {
            multiply(&base, &base, &product);
            base = product;
        }
    }
    double below = power.cell[m / 2 * m + m / 2];
    int exponent = power.exponent;
    for (size_t i = 1; i <= n; i++) {
        below *= (double)i / (double)n;
        if (below < 1e-140) {
            below *= 1e140;
            exponent -= 140;
        }
    }
    return below * pow(10.0, exponent);
}

/* P(D_n < d) by the first four terms in 1 / sqrt(n); z = sqrt(n) d. */
static double expansion_below(double n, double z)
{
    const double pi2 = TR_PI * TR_PI, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2;
    double k0 = 0.0, k1 = 0.0, k2 = 0.0, k3 = 0.0, k2_whole = 0.0, k3_whole = 0.0;
    for (int k = 0; k < 12; k++) { /* for z < 1.5 the 12th term is below e^-300 */
        double half = pi2 * (k + 0.5) * (k + 0.5), whole = pi2 * k * k;
        double e_half = exp(-half / (2.0 * z2)), e_whole = exp(-whole / (2.0 * z2));
        k0 += e_half;
        k1 += (half - z2) * e_half;
        k2 += (6.0 * z6 + 2.0 * z4 + half * (2.0 * z4 - 5.0 * z2) + half * half * (1.0 - 2.0 * z2)) * e_half;
        k3 += (half * half * half * (5.0 - 30.0 * z2) + half * half * (212.0 * z4 - 60.0 * z2) +
               half * (135.0 * z4 - 96.0 * z6) - 30.0 * z6 - 90.0 * z4 * z4) *
              e_half;
        k2_whole += whole * e_whole;
        k3_whole += (3.0 * whole * z2 - whole * whole) * e_whole;
    }
    /* The sums run over all whole numbers of either sign, which doubles every term here. */
    const double twice = 2.0 * sqrt(0.5 * TR_PI), root = sqrt(n);
    double first = twice * k0 / z, second = twice * k1 / (6.0 * z4);
    double third = twice * (k2 / (72.0 * z6 * z) - k2_whole / (36.0 * z2 * z));
    double fourth = twice * (k3 / (6480.0 * z6 * z4) + k3_whole / (216.0 * z6));
    return first + second / root + third / n + fourth / (n * root);
}

/* P(D_n^+ >= d), a sum of binomial terms without any cancellation. */
static double one_sided_tail(double n, double d)
{
    double sum = 0.0;
    for (double j = 0.0; j <= n * (1.0 - d); j += 1.0) {
        double p = fmin(d + j / n, 1.0);
        sum += d / p * tr_binomial_pmf(j, n, p);
    }
    return sum;
}

double tr_kolmogorov_tail(size_t n, double d)
{
    double count = (double)n, spread = count * d * d;
    if (isnan(d))
        return d;
    if (d <= 0.0 || d >= 1.0)
        return d <= 0.0 ? 1.0 : 0.0;
    if (spread > 380.0) /* below 2 exp(-760), the smallest double */
        return 0.0;
    double tail;
    if (d < 0.5 && n <= MOST_EXACT && spread < EXACT_BELOW)
        tail = 1.0 - matrix_below(n, count * d);
    else if (d < 0.5 && spread < EXPANSION_BELOW)
        tail = 1.0 - expansion_below(count, sqrt(spread));
    else
        tail = 2.0 * one_sided_tail(count, d);
    return fmin(fmax(tail, 0.0), 1.0);
}

double tr_kolmogorov_stephens(double n, double d)
{
    double root = sqrt(n), l = (root + 0.12 + 0.11 / root) * d;
    if (isnan(l))
        return l;
    if (l < 0.2) /* 1 - 1e-12; the series hardly converges */
        return 1.0;
    double sum = 0.0, sign = 1.0;
    for (int j = 1; j < 100; j++) {
        double term = exp(-2.0 * j * j * l * l);
        sum += sign * term;
        sign = -sign;
        if (term < 1e-17 * sum)
            break;
    }
    return fmin(fmax(2.0 * sum, 0.0), 1.0);
}
