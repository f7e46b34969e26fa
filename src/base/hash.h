/* SHA-256 (FIPS 180-4): names of contents. */
#ifndef TR_BASE_HASH_H
#define TR_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define TR_HASH_TEXT 65 /* 64 hexadecimal digits and the end */

/* A running hash; plain memory of the caller, nothing to free. */
struct tr_hash {
    _Alignas(16) unsigned char state[128];
};

void tr_hash_init(struct tr_hash *hash);
void tr_hash_add(struct tr_hash *hash, const void *bytes, size_t n);
/* Little-endian on every machine; NaN as one bit pattern, -0 as 0, so that equal numbers hash alike. */
void tr_hash_u64(struct tr_hash *hash, uint64_t value);
void tr_hash_double(struct tr_hash *hash, double value);
/* With its length in front, so that neighbouring texts do not run together. */
void tr_hash_text(struct tr_hash *hash, const char *text);
/* Lower-case hexadecimal; the hash is used up. */
void tr_hash_end(struct tr_hash *hash, char out[TR_HASH_TEXT]);
/* All at once. */
void tr_hash_of(const void *bytes, size_t n, char out[TR_HASH_TEXT]);

#endif
