#define KERNEL tr_kernel_avx2
#define KERNEL_NAME "avx2"
#define BYTES 32
#include "engine/model/forest/kernel_body.h"

static int supported(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}
