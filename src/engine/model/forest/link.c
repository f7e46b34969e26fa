#include "engine/model/forest/link.h"

#include <math.h>

struct tr_link tr_link_of(const struct tr_forest *forest)
{
    struct tr_link link = {forest->kind, forest->link, forest->sigmoid, 0.0, forest->classes};
    if (forest->kind == TR_FOREST_XGBOOST) {
        float base = (float)forest->base_score;
        if (forest->link == TR_LINK_LOGISTIC)
            base = -logf(1.0F / base - 1.0F);
        link.base_margin = (double)base;
    }
    return link;
}

/* The small summand is XGBoost's own; as a float it never changes the sum. */
static float float_sigmoid(float margin)
{
    float x = 88.7F < -margin ? 88.7F : -margin;
    return 1.0F / (expf(x) + 1.0F + 1e-16F);
}

static void double_softmax(size_t n, double *x)
{
    double most = x[0], sum = 0.0;
    for (size_t i = 1; i < n; i++)
        most = x[i] < most ? most : x[i];
    for (size_t i = 0; i < n; i++) {
        x[i] = exp(x[i] - most);
        sum += x[i];
    }
    for (size_t i = 0; i < n; i++)
        x[i] /= sum;
}

/* Floats, but their sum is a double. */
static void float_softmax(size_t n, double *x)
{
    float most = (float)x[0];
    double sum = 0.0;
    for (size_t i = 1; i < n; i++)
        most = fmaxf((float)x[i], most);
    for (size_t i = 0; i < n; i++) {
        float e = expf((float)x[i] - most);
        x[i] = (double)e;
        sum += (double)e;
    }
    for (size_t i = 0; i < n; i++)
        x[i] = (double)((float)x[i] / (float)sum);
}

void tr_link_apply(const struct tr_link *link, double *margin)
{
    bool floats = link->kind == TR_FOREST_XGBOOST;
    if (link->link == TR_LINK_SOFTMAX) {
        (floats ? float_softmax : double_softmax)(link->classes, margin);
        return;
    }
    for (size_t c = 0; c < link->classes && link->link == TR_LINK_LOGISTIC; c++)
        margin[c] = floats ? (double)float_sigmoid((float)margin[c]) : 1.0 / (1.0 + exp(-link->sigmoid * margin[c]));
}
