#include "base/rng.h"

#include <assert.h>
#include <math.h>

__extension__ typedef unsigned __int128 u128;

static uint64_t rotate(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Stream 0 is the seeding that the authors of the generator recommend: mix(0) = 0. */
void tr_rng_init(struct tr_rng *rng, uint64_t seed, uint64_t stream)
{
    uint64_t z = seed ^ mix(stream);
    for (size_t i = 0; i < 4; i++) {
        z += UINT64_C(0x9e3779b97f4a7c15);
        rng->s[i] = mix(z);
    }
}

uint64_t tr_rng_u64(struct tr_rng *rng)
{
    uint64_t *s = rng->s;
    uint64_t result = rotate(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

double tr_rng_uniform(struct tr_rng *rng)
{
    return (double)(tr_rng_u64(rng) >> 11) * 0x1p-53;
}

/* Lemire (2019), "Fast random integer generation in an interval": a division only where a bias is possible. */
uint64_t tr_rng_below(struct tr_rng *rng, uint64_t n)
{
    assert(n > 0);
    u128 product = (u128)tr_rng_u64(rng) * n;
    if ((uint64_t)product < n) {
        uint64_t threshold = (0 - n) % n;
        while ((uint64_t)product < threshold)
            product = (u128)tr_rng_u64(rng) * n;
    }
    return (uint64_t)(product >> 64);
}

/* Ratio of uniforms with the quadratic bounds of Leva (1992), "A fast normal random number generator". The number
 * itself is a plain quotient, and the logarithm only decides the one draw in eighty that falls between the bounds: so
 * the last bit of a libm cannot change what comes out. */
double tr_rng_normal(struct tr_rng *rng)
{
    for (;;) {
        double u = 1.0 - tr_rng_uniform(rng);
        double v = 1.7156 * (tr_rng_uniform(rng) - 0.5);
        double x = u - 0.449871;
        double y = fabs(v) + 0.386595;
        double q = x * x + y * (0.19600 * y - 0.25472 * x);
        if (q < 0.27597 || (q <= 0.27846 && v * v <= -4.0 * u * u * log(u)))
            return v / u;
    }
}

/* Gamma with shape >= 1 and scale 1. Source: Marsaglia and Tsang (2000). */
static double gamma_variate(struct tr_rng *rng, double shape)
{
    double d = shape - 1.0 / 3.0;
    double c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double x = tr_rng_normal(rng);
        double root = 1.0 + c * x;
        if (root <= 0.0)
            continue;
        double v = root * root * root;
        double u = 1.0 - tr_rng_uniform(rng);
        double x2 = x * x;
        if (u < 1.0 - 0.0331 * x2 * x2 || log(u) < 0.5 * x2 + d * (1.0 - v + log(v)))
            return d * v;
    }
}

/* normal / sqrt(chi2 / degrees) * sqrt((degrees - 2) / degrees), with chi2 = twice a gamma variate. */
double tr_rng_student(struct tr_rng *rng, double degrees)
{
    assert(degrees > 2.0);
    double normal = tr_rng_normal(rng);
    double chi2 = 2.0 * gamma_variate(rng, 0.5 * degrees);
    return normal * sqrt((degrees - 2.0) / chi2);
}

void tr_rng_shuffle(struct tr_rng *rng, size_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)tr_rng_below(rng, i);
        size_t kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}
