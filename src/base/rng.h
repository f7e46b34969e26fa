/* Seeded random numbers: xoshiro256++ (Blackman and Vigna 2019), state filled by splitmix64.
 * Same seed and stream, same numbers, on every machine. */
#ifndef TR_BASE_RNG_H
#define TR_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct tr_rng {
    uint64_t s[4];
};

/* Different streams of one seed are independent for all practical purposes. */
void tr_rng_init(struct tr_rng *rng, uint64_t seed, uint64_t stream);
uint64_t tr_rng_u64(struct tr_rng *rng);
double tr_rng_uniform(struct tr_rng *rng);                 /* [0, 1), 53 bits */
uint64_t tr_rng_below(struct tr_rng *rng, uint64_t n);     /* 0 .. n-1 without bias; n > 0 */
double tr_rng_normal(struct tr_rng *rng);                  /* mean 0, variance 1 */
double tr_rng_student(struct tr_rng *rng, double degrees); /* Student t, scaled to variance 1; degrees > 2 */
void tr_rng_shuffle(struct tr_rng *rng, size_t *items, size_t n);

#endif
