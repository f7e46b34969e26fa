#include "engine/model/gbdt/objective.h"

#include "base/alloc.h"
#include "base/logarithm.h"

#include <math.h>

/* Beyond it sums of weighted curvatures might leave the range of float. */
static const double WEIGHT_MAX = 1e20;

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double exponential(double x)
{
    return tr_exp(clamp(x, -700.0, 700.0));
}

static double weight_of(const struct tr_gbdt_target *target, size_t i)
{
    return target->weight ? (double)target->weight[i] : 1.0;
}

static enum tr_status take_rows(struct tr_gbdt_target *out, size_t labels, const struct tr_gbdt_rows *rows,
                                struct tr_error *err)
{
    double total = 0.0;
    for (size_t i = 0; i < rows->n; i++) {
        if (!(rows->y[i] >= 0.0 && rows->y[i] < (double)labels) || rows->y[i] != floor(rows->y[i]))
            return tr_error_set(err, TR_INVALID, "the label of row %zu is not a whole number from 0 to %zu",
                                rows->row[i], labels - 1);
        out->label[i] = (uint16_t)rows->y[i];
        if (!rows->weight)
            continue;
        if (!(rows->weight[i] >= 0.0 && rows->weight[i] <= WEIGHT_MAX))
            return tr_error_set(err, TR_INVALID, "the weight of row %zu is negative or not a usable number",
                                rows->row[i]);
        out->weight[i] = (float)rows->weight[i];
        total += (double)out->weight[i];
    }
    return rows->weight && !(total > 0.0) ? tr_error_set(err, TR_INVALID, "all weights are 0") : TR_OK;
}

static void balance(struct tr_gbdt_target *target, const struct tr_gbdt_params *params)
{
    size_t positive = 0;
    for (size_t i = 0; i < target->n; i++)
        positive += target->label[i];
    double yes = (double)positive, no = (double)(target->n - positive);
    if (params->is_unbalance && yes > 0.0 && no > 0.0) {
        if (yes > no)
            target->class_weight[0] = yes / no;
        else
            target->class_weight[1] = no / yes;
    }
    target->class_weight[1] *= params->scale_pos_weight;
    for (size_t i = 0; i < target->n; i++) {
        target->side[i] = target->label[i] ? target->sigmoid : -target->sigmoid;
        target->factor[i] = target->class_weight[target->label[i]] * weight_of(target, i);
    }
}

static enum tr_status check_params(const struct tr_gbdt_params *params, struct tr_error *err)
{
    bool binary = params->objective == TR_GBDT_BINARY;
    if (binary ? params->num_class != 1 : params->num_class < 2)
        return tr_error_set(err, TR_INVALID, "num_class must be %s",
                            binary ? "1 for a binary objective" : "at least 2");
    if (params->is_unbalance && params->scale_pos_weight != 1.0)
        return tr_error_set(err, TR_INVALID, "is_unbalance and scale_pos_weight exclude each other");
    return TR_OK;
}

enum tr_status tr_gbdt_target_init(struct tr_gbdt_target *out, const struct tr_gbdt_params *params,
                                   const struct tr_gbdt_rows *rows, struct tr_error *err)
{
    bool binary = params->objective == TR_GBDT_BINARY;
    *out = (struct tr_gbdt_target){
        .n = rows->n, .classes = params->num_class, .sigmoid = params->sigmoid, .class_weight = {1.0, 1.0}};
    enum tr_status status = check_params(params, err);
    if (status != TR_OK)
        return status;
    out->label = tr_alloc(rows->n, sizeof *out->label);
    out->weight = rows->weight ? tr_alloc(rows->n, sizeof *out->weight) : NULL;
    out->scratch = tr_alloc(out->classes, sizeof *out->scratch);
    out->side = tr_alloc(binary ? rows->n : 0, sizeof *out->side);
    out->factor = tr_alloc(binary ? rows->n : 0, sizeof *out->factor);
    if (!out->label || !out->scratch || !out->side || !out->factor || (rows->weight && !out->weight))
        return tr_error_nomem(err);
    status = take_rows(out, binary ? 2 : out->classes, rows, err);
    if (status == TR_OK && binary)
        balance(out, params);
    return status;
}

void tr_gbdt_target_finish(struct tr_gbdt_target *target)
{
    tr_free(target->label);
    tr_free(target->weight);
    tr_free(target->scratch);
    tr_free(target->side);
    tr_free(target->factor);
    *target = (struct tr_gbdt_target){0};
}

/* Share of the weight that rows of this label carry. */
static double share(const struct tr_gbdt_target *target, size_t label)
{
    double sum = 0.0, total = 0.0;
    for (size_t i = 0; i < target->n; i++) {
        sum += target->label[i] == label ? weight_of(target, i) : 0.0;
        total += weight_of(target, i);
    }
    return sum / total;
}

double tr_gbdt_target_average(const struct tr_gbdt_target *target, size_t class)
{
    if (target->classes > 1)
        return tr_ln(fmax(TR_GBDT_EPSILON, share(target, class)));
    double p = clamp(share(target, 1), TR_GBDT_EPSILON, 1.0 - TR_GBDT_EPSILON);
    return tr_ln(p / (1.0 - p)) / target->sigmoid;
}

bool tr_gbdt_target_open(const struct tr_gbdt_target *target, size_t class)
{
    if (target->classes > 1) {
        double p = share(target, class);
        return p > TR_GBDT_EPSILON && p < 1.0 - TR_GBDT_EPSILON;
    }
    size_t positive = 0;
    for (size_t i = 0; i < target->n; i++)
        positive += target->label[i];
    return positive > 0 && positive < target->n;
}

/* p [classes] of row i. */
static void softmax(const struct tr_gbdt_target *target, const double *score, size_t i, double *p)
{
    double top = score[i], sum = 0.0;
    for (size_t k = 1; k < target->classes; k++)
        top = fmax(top, score[k * target->n + i]);
    for (size_t k = 0; k < target->classes; k++) {
        p[k] = exponential(score[k * target->n + i] - top);
        sum += p[k];
    }
    for (size_t k = 0; k < target->classes; k++)
        p[k] /= sum;
}

static void class_gradients(const struct tr_gbdt_target *target, const double *score, float *gradient)
{
    /* makes the redundant K-th margin harmless (Friedman 2001) */
    double factor = (double)target->classes / ((double)target->classes - 1.0);
    double *p = target->scratch;
    for (size_t i = 0; i < target->n; i++) {
        double weight = weight_of(target, i);
        softmax(target, score, i, p);
        for (size_t k = 0; k < target->classes; k++) {
            float *out = gradient + 2 * (k * target->n + i);
            out[0] = (float)((target->label[i] == k ? p[k] - 1.0 : p[k]) * weight);
            out[1] = (float)(factor * p[k] * (1.0 - p[k]) * weight);
        }
    }
}

typedef void (*slopes_fn)(TR_GBDT_SLOPES_ARGUMENTS);

static slopes_fn slopes(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
        return tr_gbdt_slopes_avx512;
    if (__builtin_cpu_supports("avx2"))
        return tr_gbdt_slopes_avx2;
#endif
    return tr_gbdt_slopes_plain;
}

void tr_gbdt_target_gradients(const struct tr_gbdt_target *target, const double *score, float *gradient)
{
    if (target->classes > 1)
        class_gradients(target, score, gradient);
    else
        slopes()(target->n, target->sigmoid, target->side, target->factor, score, gradient);
}

double tr_gbdt_target_loss(const struct tr_gbdt_target *target, const double *score)
{
    double sum = 0.0, total = 0.0;
    for (size_t i = 0; i < target->n; i++) {
        double p;
        if (target->classes > 1) {
            softmax(target, score, i, target->scratch);
            p = target->scratch[target->label[i]];
        } else {
            p = 1.0 / (1.0 + exponential((target->label[i] ? -1.0 : 1.0) * target->sigmoid * score[i]));
        }
        double weight = weight_of(target, i);
        sum -= weight * tr_ln(fmax(p, TR_GBDT_EPSILON));
        total += weight;
    }
    return sum / total;
}
