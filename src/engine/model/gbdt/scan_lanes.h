/* Registers of LANES doubles and what the scan does with them. Part of the template scan_body.h: no include guard. */
#include <stdint.h>
#include <string.h>
#if LANES > 2
#include <immintrin.h>
#endif

/* What differs between the walks is known where they are called: each gets its own code. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

typedef double lanes __attribute__((vector_size(LANES * 8)));
typedef int64_t mask __attribute__((vector_size(LANES * 8)));

#if LANES == 8
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#elif LANES == 4
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#else
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2)
#define ODD(a, b) __builtin_shufflevector(a, b, 1, 3)
#endif

static ALWAYS_INLINE lanes load(const double *from)
{
    lanes x;
    memcpy(&x, from, sizeof x);
    return x;
}

static ALWAYS_INLINE void store(double *to, lanes x)
{
    memcpy(to, &x, sizeof x);
}

static ALWAYS_INLINE lanes all(double x)
{
    return (lanes){0} + x;
}

/* yes where m is set, no elsewhere */
static ALWAYS_INLINE lanes pick(mask m, lanes yes, lanes no)
{
#if LANES == 8
    return (lanes)_mm512_mask_blend_pd(_mm512_movepi64_mask((__m512i)m), (__m512d)no, (__m512d)yes);
#elif LANES == 4
    return (lanes)_mm256_blendv_pd((__m256d)no, (__m256d)yes, (__m256d)m);
#else
    return (lanes)((m & (mask)yes) | (~m & (mask)no));
#endif
}

/* floor(x + 0.5) for |x| < 2^51, in additions that every machine has */
static ALWAYS_INLINE lanes nearest(lanes x)
{
    lanes moved = x + 0.5, rounded = (moved + 0x1p52) - 0x1p52;
    return rounded - (lanes)((mask)all(1.0) & (rounded > moved));
}

static ALWAYS_INLINE lanes magnitude(lanes x)
{
    return (lanes)((mask)x & INT64_MAX);
}
