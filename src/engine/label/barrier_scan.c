#include "engine/label/barrier_scan.h"

#if defined(__x86_64__)
static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") != 0;
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

const struct tr_barrier_variant tr_barrier_variants[] = {
#if defined(__x86_64__)
    {"avx512", tr_barrier_scan_avx512, has_avx512},
    {"avx2", tr_barrier_scan_avx2, has_avx2},
#endif
    {"plain", tr_barrier_scan_plain, always},
};

const size_t tr_barrier_variant_count = sizeof tr_barrier_variants / sizeof tr_barrier_variants[0];
