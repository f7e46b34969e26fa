#define KERNEL tr_kernel_plain
#define KERNEL_NAME "plain"
#define BYTES 16
#include "engine/model/forest/kernel_body.h"

static int supported(void)
{
    return 1;
}
