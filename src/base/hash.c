#include "base/hash.h"

#include <sodium/crypto_hash_sha256.h>
#include <string.h>

/* The library's SHA-256 is plain code without tables chosen at start: it needs no sodium_init. */

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(((struct tr_hash *)0)->state), "the state must fit");
_Static_assert(_Alignof(crypto_hash_sha256_state) <= _Alignof(struct tr_hash), "the state must be aligned");

static crypto_hash_sha256_state *state_of(struct tr_hash *hash)
{
    return (crypto_hash_sha256_state *)(void *)hash->state;
}

void tr_hash_init(struct tr_hash *hash)
{
    crypto_hash_sha256_init(state_of(hash));
}

void tr_hash_add(struct tr_hash *hash, const void *bytes, size_t n)
{
    if (n > 0)
        crypto_hash_sha256_update(state_of(hash), bytes, n);
}

void tr_hash_u64(struct tr_hash *hash, uint64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    tr_hash_add(hash, bytes, sizeof bytes);
}

void tr_hash_double(struct tr_hash *hash, double value)
{
    uint64_t bits = 0; /* of 0, and of -0 */
    if (value != value)
        bits = UINT64_C(0x7ff8000000000000);
    else if (value != 0.0)
        memcpy(&bits, &value, sizeof bits);
    tr_hash_u64(hash, bits);
}

void tr_hash_text(struct tr_hash *hash, const char *text)
{
    size_t len = strlen(text);
    tr_hash_u64(hash, len);
    tr_hash_add(hash, text, len);
}

void tr_hash_end(struct tr_hash *hash, char out[TR_HASH_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[crypto_hash_sha256_BYTES];
    _Static_assert(2 * sizeof sum + 1 == TR_HASH_TEXT, "two digits a byte");
    crypto_hash_sha256_final(state_of(hash), sum);
    for (size_t i = 0; i < sizeof sum; i++) {
        out[2 * i] = digits[sum[i] >> 4];
        out[2 * i + 1] = digits[sum[i] & 15];
    }
    out[2 * sizeof sum] = '\0';
}

void tr_hash_of(const void *bytes, size_t n, char out[TR_HASH_TEXT])
{
    struct tr_hash hash = {0};
    tr_hash_init(&hash);
    tr_hash_add(&hash, bytes, n);
    tr_hash_end(&hash, out);
}
