#include "engine/model/gbdt/scan.h"

#include "engine/model/gbdt/objective.h"

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
    {"avx512", tr_gbdt_down_avx512, tr_gbdt_up_avx512, tr_gbdt_peek_avx512, has_avx512},
    {"avx2", tr_gbdt_down_avx2, tr_gbdt_up_avx2, NULL, has_avx2},
#endif
    {"plain", tr_gbdt_down_plain, tr_gbdt_up_plain, NULL, always},
};

const size_t tr_gbdt_scanner_count = sizeof tr_gbdt_scanners / sizeof tr_gbdt_scanners[0];

const struct tr_gbdt_scanner *tr_gbdt_scanner_best(void)
{
    const struct tr_gbdt_scanner *scanner = tr_gbdt_scanners;
    while (!scanner->supported())
        scanner++;
    return scanner;
}

/* Rows told from hessians; the same additions as in the registers (scan_lanes.h), so that even absurd numbers agree. */
static double nearest(double x)
{
    double moved = x + 0.5, rounded = (moved + 0x1p52) - 0x1p52;
    return rounded > moved ? rounded - 1.0 : rounded;
}

void tr_gbdt_down_lane(const struct tr_gbdt_scan *leaf, size_t bins, const double *cells, size_t lane,
                       struct tr_gbdt_lanes *best)
{
    double g = 0.0, h = TR_GBDT_EPSILON, rows = 0.0, gain = best->gain[lane];
    for (size_t b = bins - 1; b > 0; b--) {
        const double *cell = cells + 2 * (b * TR_GBDT_LANES + lane);
        g += cell[0];
        h += cell[1];
        rows += nearest(cell[1] * leaf->rows_by_h);
        double g_rest = leaf->g - g, h_rest = leaf->h - h;
        bool sound =
            rows >= leaf->min_rows && rows <= leaf->rows - leaf->min_rows && h >= leaf->min_h && h_rest >= leaf->min_h;
        double here = g * g / (h + leaf->l2) + g_rest * g_rest / (h_rest + leaf->l2);
        if (!sound || !(here > gain))
            continue;
        gain = best->gain[lane] = here;
        best->bin[lane] = (double)(b - 1);
        best->g[lane] = g;
        best->h[lane] = h;
    }
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
