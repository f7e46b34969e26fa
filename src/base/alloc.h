/* The one door to the heap. Every allocation of the program goes through here, so that tests can fail the k-th one.
 * Blocks are aligned to 64 bytes (a cache line, an AVX-512 register). Free with tr_free. Thread-safe. */
#ifndef TR_BASE_ALLOC_H
#define TR_BASE_ALLOC_H

#include <stddef.h>

/* count * size bytes, uninitialised; NULL when out of memory or when the product overflows. Zero bytes give a valid
 * block. */
void *tr_alloc(size_t count, size_t size);

/* The same, all bytes zero. */
void *tr_alloc_zero(size_t count, size_t size);

/* Moves block (may be NULL) of old_bytes to a new one of count * size bytes. On failure NULL is returned and the old
 * block is still there. */
void *tr_alloc_grow(void *block, size_t old_bytes, size_t count, size_t size);

/* A copy of the string, or NULL. */
char *tr_alloc_string(const char *text);

void tr_free(void *block);

/* For tests: the k-th call from now (1 = the next) fails, once; 0 switches it off. Returns how many calls were made
 * since the last tr_alloc_fail_at. */
size_t tr_alloc_fail_at(size_t k);

#endif
