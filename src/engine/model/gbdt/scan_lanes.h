/* Registers of LANES doubles and what the scan does with them. Part of the template scan_body.h: no include guard. */
#include <stdint.h>
#include <string.h>

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

static inline lanes load(const double *from)
{
    lanes x;
    memcpy(&x, from, sizeof x);
    return x;
}

static inline void store(double *to, lanes x)
{
    memcpy(to, &x, sizeof x);
}

static inline lanes all(double x)
{
    return (lanes){0} + x;
}

/* yes where m is set, no elsewhere */
static inline lanes pick(mask m, lanes yes, lanes no)
{
    return (lanes)((m & (mask)yes) | (~m & (mask)no));
}

/* floor(x + 0.5) for |x| < 2^51, in additions that every machine has */
static inline lanes nearest(lanes x)
{
    lanes moved = x + 0.5, rounded = (moved + 0x1p52) - 0x1p52;
    return rounded - (lanes)((mask)all(1.0) & (rounded > moved));
}

static inline lanes magnitude(lanes x)
{
    return (lanes)((mask)x & INT64_MAX);
}
