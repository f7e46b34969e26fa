#include "engine/model/forest/kernel.h"

const struct tr_kernel *const tr_kernels[] = {
#if defined(__x86_64__)
    &tr_kernel_avx2,
#endif
    &tr_kernel_plain,
};

const size_t tr_kernel_count = sizeof tr_kernels / sizeof tr_kernels[0];

const struct tr_kernel *tr_kernel_best(void)
{
    for (size_t k = 0; k + 1 < tr_kernel_count; k++)
        if (tr_kernels[k]->supported())
            return tr_kernels[k];
    return &tr_kernel_plain;
}
