/* The one source of all variants of tr_gbdt_slopes: each slopes_*.c defines SLOPES (the function's name), includes this
 * and is compiled with its own flags. No include guard: it is a template. */
#include "base/logarithm.h"
#include "engine/model/gbdt/objective.h"

void SLOPES(TR_GBDT_SLOPES_ARGUMENTS)
{
    for (size_t i = 0; i < n; i++) {
        double x = side[i] * score[i];
        x = x < -700.0 ? -700.0 : x;
        x = x > 700.0 ? 700.0 : x;
        double r = -side[i] / (1.0 + tr_exp(x)), size = fabs(r);
        gradient[2 * i] = (float)(r * factor[i]);
        gradient[2 * i + 1] = (float)(size * (sigmoid - size) * factor[i]);
    }
}
