#include "engine/model/gbdt/scan.h"

#include <math.h>

#if defined(__x86_64__)
static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}
static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}
#endif

static int always(void)
{
    return 1;
}

const struct tr_gbdt_scanner tr_gbdt_scanners[] = {
#if defined(__x86_64__)
    {"avx512", tr_gbdt_down_avx512, tr_gbdt_up_avx512, has_avx512},
    {"avx2", tr_gbdt_down_avx2, tr_gbdt_up_avx2, has_avx2},
#endif
    {"plain", tr_gbdt_down_plain, tr_gbdt_up_plain, always},
};

const size_t tr_gbdt_scanner_count = sizeof tr_gbdt_scanners / sizeof tr_gbdt_scanners[0];

const struct tr_gbdt_scanner *tr_gbdt_scanner_best(void)
{
    const struct tr_gbdt_scanner *scanner = tr_gbdt_scanners;
    while (!scanner->supported())
        scanner++;
    return scanner;
}

static double shrunk(const struct tr_gbdt_scan *leaf, double g)
{
    return copysign(fmax(0.0, fabs(g) - leaf->l1), g);
}

double tr_gbdt_leaf_gain(const struct tr_gbdt_scan *leaf, double g, double h)
{
    double t = shrunk(leaf, g), weight = h + leaf->l2;
    if (!(leaf->max_step > 0.0))
        return t * t / weight;
    double value = tr_gbdt_leaf_value(leaf, g, h);
    return -(2.0 * t * value + weight * value * value);
}

double tr_gbdt_leaf_value(const struct tr_gbdt_scan *leaf, double g, double h)
{
    double value = -shrunk(leaf, g) / (h + leaf->l2);
    if (leaf->max_step > 0.0 && fabs(value) > leaf->max_step)
        value = copysign(leaf->max_step, value);
    return isfinite(value) ? value : 0.0;
}
