/* One source, several instruction sets: the kernels of this folder are compiled once plain and again with wider vector
 * flags; TR_ISA() gives each copy its own names. Every operation is a correctly rounded IEEE one in a written order and
 * contraction is off, so all copies give the same bits (variant_test.c). */
#ifndef TR_FEATURE_ISA_H
#define TR_FEATURE_ISA_H

#include <stddef.h>
#include <string.h>

#ifndef TR_FEATURE_ISA
#define TR_FEATURE_ISA plain
#endif
#define TR_ISA_PASTE(name, isa) name##_##isa
#define TR_ISA_EXPAND(name, isa) TR_ISA_PASTE(name, isa)
#define TR_ISA(name) TR_ISA_EXPAND(name, TR_FEATURE_ISA)

#if defined(__AVX__)
#define TR_LANES 4
#else
#define TR_LANES 2
#endif

typedef double tr_lanes __attribute__((vector_size(8 * TR_LANES)));
typedef long long tr_lane_mask __attribute__((vector_size(8 * TR_LANES)));

static inline tr_lanes tr_lanes_load(const double *from)
{
    tr_lanes v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline void tr_lanes_store(double *to, tr_lanes v)
{
    memcpy(to, &v, sizeof v);
}

#endif
