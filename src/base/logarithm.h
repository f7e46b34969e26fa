/* Natural logarithm and exponential without branches: compilers turn a loop over them into vector code, and one value
 * alone gives the same bits as in a loop, on every instruction set. */
#ifndef TR_BASE_LOGARITHM_H
#define TR_BASE_LOGARITHM_H

#include <math.h>
#include <stdint.h>
#include <string.h>

static inline double tr_from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint64_t tr_to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* ln x, within 1 unit in the last place. NaN unless x is a normal positive number (a ratio that under- or overflowed
 * has no meaning here). x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2); ln(1 + f) by the minimax polynomial of s =
 * f/(2 + f). Source: FreeBSD msun, e_log.c (Sun Microsystems, 1993). */
static inline double tr_ln(double x)
{
    const uint64_t root_half = UINT64_C(0x3fe6a09e00000000), one = UINT64_C(0x3ff0000000000000);
    uint64_t bits = tr_to_bits(x) + (one - root_half);
    double k = tr_from_bits(UINT64_C(0x4330000000000000) | bits >> 52) - (0x1p52 + 1023);
    double f = tr_from_bits((bits & UINT64_C(0x000fffffffffffff)) + root_half) - 1.0;
    double half_square = 0.5 * f * f, s = f / (2.0 + f), z = s * s, w = z * z;
    double even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    double odd = z * (6.666666666666735130e-01 +
                      w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    double tail = s * (half_square + (odd + even)) + k * 1.90821492927058770002e-10;
    double y = k * 6.93147180369123816490e-01 - ((half_square - tail) - f);
    return x >= 0x1p-1022 && x <= 1.7976931348623157e308 ? y : (double)NAN;
}

/* e^x for -700 <= x <= 700, within 2 units in the last place: x = n ln 2 + r, abs(r) <= ln(2)/2, Taylor to r^13. */
static inline double tr_exp(double x)
{
    double shifted = x * 1.44269504088896340736 + 0x1.8p52, n = shifted - 0x1.8p52;
    double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    return tr_from_bits(tr_to_bits(p) + (tr_to_bits(shifted) << 52));
}

#endif
