#include "base/special.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* x and y = 1 - x. One of them is exact; the other is rounded, and its _low is what the rounding took. With parameters
 * near 1e6 that last bit of 1 - x is worth 1e-10 of the result. */
struct share {
    double x, y, x_low, y_low;
};

static struct share share_of_x(double x)
{
    double y = 1.0 - x;
    return (struct share){.x = x, .y = y, .y_low = (1.0 - y) - x};
}

static struct share mirror(struct share s)
{
    return (struct share){.x = s.y, .y = s.x, .x_low = s.y_low, .y_low = s.x_low};
}

/* log Gamma(z + 1) - [(z + 1/2) log z - z + log(2 pi) / 2]: Stirling's error. By its asymptotic series from 16 up, by
 * recursion below. (lgamma would write the global signgam.) */
static double stirling_error(double z)
{
    double shifted = 0.0;
    for (; z < 16.0; z += 1.0)
        shifted += (z + 0.5) * log1p(1.0 / z) - 1.0;
    double w = 1.0 / (z * z);
    return shifted + (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w / 1188)))) / z;
}

/* a log(a / m) - d, where d = a - m is known better than the difference of the rounded a and m. Near m by the series of
 * 2 atanh(v), which has no cancellation (Loader 2000, "Fast and accurate computation of binomial probabilities"). */
static double deviance(double a, double m, double d)
{
    double v = d / (a + m);
    if (fabs(v) >= 0.3)
        return a * log(a / m) - d;
    double v2 = v * v, power = 2.0 * a * v, sum = d * v;
    for (int k = 3;; k += 2) {
        power *= v2;
        double next = sum + power / k;
        if (next == sum)
            return sum;
        sum = next;
    }
}

/* a y - b x: how far the mean of Beta(a, b) lies above x, times a + b. */
static double distance(double a, double b, struct share s)
{
    double ay = a * s.y, bx = b * s.x;
    return (ay - bx) + (fma(a, s.y, -ay) - fma(b, s.x, -bx)) + (a * s.y_low - b * s.x_low);
}

/* x^a y^b / B(a, b) in Loader's saddle-point form: no difference of large logarithms anywhere. */
static double beta_power(double a, double b, struct share s, double d)
{
    double n = a + b;
    double gamma_part = stirling_error(n) - stirling_error(a) - stirling_error(b);
    return sqrt(a / n * b / (2.0 * TR_PI)) * exp(gamma_part - deviance(a, n * s.x, d) - deviance(b, n * s.y, -d));
}

/* The continued fraction DLMF 8.17.22, contracted to its even part (Didonato and Morris 1992, TOMS 708, bfrac): half
 * the steps, and for d + 1 > 0 no cancellation. Evaluated by the modified Lentz method; takes some sqrt(max(a, b))
 * steps. */
static double beta_fraction(double a, double b, double x, double d)
{
    double f = a * (d + 1.0) / (a + 1.0);
    double upper = f, lower = 0.0;
    for (int m = 1; m < 100000; m++) {
        double width = a + 2.0 * m;
        double numerator = (a + m - 1.0) / (width - 1.0) * ((a + b + m - 1.0) / (width - 1.0)) * m * (b - m) * x * x;
        double denominator = m + m * (b - m) * x / (width - 1.0) + (a + m) * (d + 1.0 + m * (2.0 - x)) / (width + 1.0);
        lower = 1.0 / (denominator + numerator * lower);
        upper = denominator + numerator / upper;
        double change = upper * lower;
        f *= change;
        if (fabs(change - 1.0) <= DBL_EPSILON)
            break;
    }
    return f;
}

/* The distribution function and its complement, whichever is smaller to full relative precision. */
struct tails {
    double lower, upper;
    double power; /* x^a y^b / B(a, b) = density * x * y */
};

static struct tails beta_tails(double a, double b, struct share s)
{
    bool swap = s.x > (a + 1.0) / (a + b + 2.0);
    if (swap) {
        double kept = a;
        a = b;
        b = kept;
        s = mirror(s);
    }
    double d = distance(a, b, s);
    double power = beta_power(a, b, s, d);
    double near = power / beta_fraction(a, b, s.x, d), far = 1.0 - near;
    return swap ? (struct tails){far, near, power} : (struct tails){near, far, power};
}

double tr_beta_inc(double a, double b, double x)
{
    assert(a > 0.0 && b > 0.0);
    if (!(x > 0.0 && x < 1.0))
        return x <= 0.0 ? 0.0 : x >= 1.0 ? 1.0 : x;
    return beta_tails(a, b, share_of_x(x)).lower;
}

/* Halfway in the order of the doubles themselves, so that 64 steps reach any of them, down to 1e-300. */
static double between(double low, double high)
{
    uint64_t low_bits, high_bits;
    memcpy(&low_bits, &low, sizeof low);
    memcpy(&high_bits, &high, sizeof high);
    uint64_t bits = low_bits + (high_bits - low_bits) / 2;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* x in (0, 1/2] with I_x(a, b) = p; the caller knows p and q = 1 - p, each exactly enough in its own tail. Newton's
 * method for the logarithm of the smaller tail as a function of log x, where it is nearly straight; bisection wherever
 * a step leaves the bracket. */
static double beta_quantile_low_half(double p, double q, double a, double b)
{
    enum { NEWTON_STEPS = 40, STEPS = NEWTON_STEPS + 70 };
    double low = 0.0, high = 0.5;
    double x = fmin(a / (a + b), 0.5);
    for (int i = 0; i < STEPS; i++) {
        struct share s = share_of_x(x);
        struct tails t = beta_tails(a, b, s);
        double tail = p <= q ? t.lower : t.upper;
        double excess = p <= q ? log(t.lower) - log(p) : log(q) - log(t.upper);
        if (excess == 0.0)
            return x;
        if (excess > 0.0)
            high = x;
        else
            low = x;
        double next = x * exp(-excess * tail * s.y / t.power);
        if (fabs(next - x) < 0.5 * DBL_EPSILON * x)
            return next;
        if (!(next > low && next < high) || i >= NEWTON_STEPS)
            next = between(low, high);
        if (next == low)
            return x;
        x = next;
    }
    return x;
}

double tr_beta_quantile(double p, double a, double b)
{
    assert(a > 0.0 && b > 0.0);
    if (!(p > 0.0 && p < 1.0))
        return p <= 0.0 ? 0.0 : p >= 1.0 ? 1.0 : p;
    if (tr_beta_inc(a, b, 0.5) >= p)
        return beta_quantile_low_half(p, 1.0 - p, a, b);
    return 1.0 - beta_quantile_low_half(1.0 - p, p, b, a);
}

double tr_binomial_pmf(double k, double n, double p)
{
    assert(k >= 0.0 && k <= n);
    if (!(p > 0.0 && p < 1.0))
        return isnan(p) ? p : k == (p <= 0.0 ? 0.0 : n) ? 1.0 : 0.0;
    if (k == 0.0)
        return exp(n * log1p(-p));
    if (k == n)
        return exp(n * log(p));
    struct share s = share_of_x(p);
    return beta_power(k, n - k, s, distance(k, n - k, s)) * (n / (k * (n - k)));
}

double tr_normal_cdf(double z)
{
    return 0.5 * erfc(-z * 0.70710678118654752440);
}

static double polynomial(double x, const double c[8])
{
    return ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];
}

double tr_normal_quantile(double p)
{
    static const double central[2][8] = {
        {3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
         45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727},
        {1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077, 21213.794301586595867,
         39307.895800092710610, 28729.085735721942674, 5226.4952788528545610}};
    static const double outer[2][8] = {
        {1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
         1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4},
        {1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550, 0.148103976427480074590,
         0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9}};
    static const double extreme[2][8] = {
        {6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
         0.0265321895265761230930, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
        {1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525, 7.86869131145613259100e-4,
         1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}};
    if (!(p > 0.0 && p < 1.0))
        return p <= 0.0 ? -HUGE_VAL : p >= 1.0 ? HUGE_VAL : p;
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        return q * polynomial(r, central[0]) / polynomial(r, central[1]);
    }
    double r = sqrt(-log(q < 0.0 ? p : 1.0 - p));
    double z = r <= 5.0 ? polynomial(r - 1.6, outer[0]) / polynomial(r - 1.6, outer[1])
                        : polynomial(r - 5.0, extreme[0]) / polynomial(r - 5.0, extreme[1]);
    return q < 0.0 ? -z : z;
}
