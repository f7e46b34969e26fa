#include "engine/score/interval.h"

#include "base/special.h"

#include <math.h>

double tr_rate_lower(double k, double n, double delta)
{
    if (!(n > 0.0))
        return (double)NAN;
    return k > 0.0 ? tr_beta_quantile(delta, k, n - k + 1.0) : 0.0;
}

double tr_rate_upper(double k, double n, double delta)
{
    if (!(n > 0.0))
        return (double)NAN;
    return k < n ? tr_beta_quantile(1.0 - delta, k + 1.0, n - k) : 1.0;
}

struct tr_interval tr_rate_interval(double k, double n, double alpha)
{
    return (struct tr_interval){tr_rate_lower(k, n, 0.5 * alpha), tr_rate_upper(k, n, 0.5 * alpha)};
}

struct tr_interval tr_rate_wilson(double k, double n, double alpha)
{
    if (!(n > 0.0))
        return (struct tr_interval){(double)NAN, (double)NAN};
    double z = tr_normal_quantile(1.0 - 0.5 * alpha);
    double rate = k / n, z2n = z * z / n;
    double centre = (rate + 0.5 * z2n) / (1.0 + z2n);
    double half = z / (1.0 + z2n) * sqrt(rate * (1.0 - rate) / n + 0.25 * z2n / n);
    return (struct tr_interval){fmax(centre - half, 0.0), fmin(centre + half, 1.0)};
}

double tr_rate_p_value(double k, double n, double pi)
{
    return k > 0.0 ? tr_beta_inc(k, n - k + 1.0, pi) : 1.0;
}
