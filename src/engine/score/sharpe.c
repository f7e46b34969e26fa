#include "engine/score/sharpe.h"

#include "base/special.h"

#include <math.h>
#include <stdbool.h>

#define EULER_GAMMA 0.57721566490153286061
#define EULER_E 2.71828182845904523536

static bool all_equal(size_t n, const double *x)
{
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0])
            return false;
    return true;
}

void tr_sharpe_measure(size_t n, const double *x, struct tr_sharpe *out)
{
    const double unknown = (double)NAN;
    *out = (struct tr_sharpe){n, unknown, unknown, unknown, unknown, unknown};
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    if (n > 0)
        out->mean = sum / (double)n;
    if (n < 2 || isnan(sum))
        return;
    if (all_equal(n, x)) { /* the rounded mean need not be that value */
        out->sd = 0.0;
        return;
    }
    double m2 = 0.0, m3 = 0.0, m4 = 0.0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - out->mean, d2 = d * d;
        m2 += d2;
        m3 += d2 * d;
        m4 += d2 * d2;
    }
    out->sd = sqrt(m2 / (double)(n - 1));
    out->ratio = out->mean / out->sd;
    m2 /= (double)n;
    out->skewness = m3 / (double)n / (m2 * sqrt(m2));
    out->kurtosis = m4 / (double)n / (m2 * m2);
}

/* n - 1 times the variance of an estimated ratio (Mertens 2002); NaN where the formula gives none. */
static double ratio_spread(const struct tr_sharpe *s)
{
    double spread = 1.0 - s->skewness * s->ratio + 0.25 * (s->kurtosis - 1.0) * s->ratio * s->ratio;
    return s->n >= 2 && spread > 0.0 ? spread : (double)NAN;
}

double tr_psr(const struct tr_sharpe *sharpe, double benchmark)
{
    double spread = ratio_spread(sharpe);
    if (isnan(spread))
        return spread;
    return tr_normal_cdf((sharpe->ratio - benchmark) * sqrt((double)(sharpe->n - 1)) / sqrt(spread));
}

double tr_sharpe_expected_max(double variance, double trials)
{
    if (!(variance >= 0.0) || isnan(trials))
        return (double)NAN;
    if (trials <= 1.0)
        return 0.0;
    double best = (1.0 - EULER_GAMMA) * tr_normal_quantile(1.0 - 1.0 / trials) +
                  EULER_GAMMA * tr_normal_quantile(1.0 - 1.0 / (trials * EULER_E));
    return best > 0.0 ? sqrt(variance) * best : 0.0;
}

double tr_dsr(const struct tr_sharpe *sharpe, double variance, double trials)
{
    return tr_psr(sharpe, tr_sharpe_expected_max(variance, trials));
}

double tr_min_track_record(const struct tr_sharpe *sharpe, double benchmark, double alpha)
{
    double spread = ratio_spread(sharpe), excess = sharpe->ratio - benchmark;
    if (isnan(spread) || isnan(excess))
        return (double)NAN;
    if (excess <= 0.0)
        return (double)INFINITY;
    double z = tr_normal_quantile(1.0 - alpha) / excess;
    return 1.0 + spread * z * z;
}

double tr_sharpe_annualise(double ratio, double periods_per_year, size_t lags, const double *rho)
{
    double q = periods_per_year, shared = q;
    for (size_t k = 1; k <= lags && (double)k < q; k++)
        shared += 2.0 * (q - (double)k) * rho[k - 1];
    return q > 0.0 && shared > 0.0 ? ratio * sqrt(q) * sqrt(q / shared) : (double)NAN;
}
