#include "base/alloc.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

/* The one mutable global of the program. Fault injection has to reach every allocation of every module, and a counter
 * handed down through each signature would make tests dictate the interfaces. In production fail_call stays 0 and
 * nothing depends on either value. */
static atomic_size_t calls;
static atomic_size_t fail_call;

size_t tr_alloc_fail_at(size_t k)
{
    atomic_store(&fail_call, 0);
    size_t made = atomic_exchange(&calls, 0);
    atomic_store(&fail_call, k);
    return made;
}

void *tr_alloc(size_t count, size_t size)
{
    size_t call = atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed) + 1;
    if (call == atomic_load_explicit(&fail_call, memory_order_relaxed))
        return NULL;
    if (size != 0 && count > (size_t)PTRDIFF_MAX / size)
        return NULL;
    size_t bytes = count * size;
    /* Not aligned_alloc: it asks for sizes in whole lines, and the padding would hide an overrun from the sanitizers.
     */
    void *block;
    return posix_memalign(&block, ALIGNMENT, bytes ? bytes : 1) == 0 ? block : NULL;
}

void *tr_alloc_zero(size_t count, size_t size)
{
    void *block = tr_alloc(count, size);
    if (block)
        memset(block, 0, count * size);
    return block;
}

void *tr_alloc_grow(void *block, size_t old_bytes, size_t count, size_t size)
{
    void *grown = tr_alloc(count, size);
    if (!grown)
        return NULL;
    size_t kept = old_bytes < count * size ? old_bytes : count * size;
    if (block && kept)
        memcpy(grown, block, kept);
    tr_free(block);
    return grown;
}

char *tr_alloc_string(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = tr_alloc(bytes, 1);
    if (copy)
        memcpy(copy, text, bytes);
    return copy;
}

void tr_free(void *block)
{
    free(block);
}
