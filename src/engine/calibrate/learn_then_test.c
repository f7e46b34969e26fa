#include "engine/calibrate/learn_then_test.h"

#include "base/alloc.h"
#include "base/order.h"
#include "engine/score/interval.h"

#include <math.h>

/* Thresholds and effective counts of all steps; order ascends by score. */
static void fill_steps(size_t n, const double *score, const double *y, const double *weight, const size_t *order,
                       struct tr_ltt_step *step)
{
    size_t rows = 0;
    double sum_n = 0.0, hits = 0.0;
    for (size_t s = 0; s < TR_LTT_STEPS; s++) {
        size_t end = (n * (s + 1) + TR_LTT_STEPS - 1) / TR_LTT_STEPS;
        end = end > rows ? end : rows;
        while (end < n && score[order[n - 1 - end]] == score[order[n - end]])
            end++;
        for (; rows < end; rows++) {
            size_t i = order[n - 1 - rows];
            sum_n += weight[i];
            hits += y[i];
        }
        step[s].threshold = score[order[n - rows]];
        step[s].rows = rows;
        step[s].n = sum_n;
        step[s].k = sum_n * (hits / (double)rows);
    }
}

/* The fixed sequence: no correction for many tests is needed because it ends at the first failure. */
static void test_steps(const struct tr_ltt_options *options, struct tr_ltt *out)
{
    for (int s = 0; s < TR_LTT_STEPS; s++) {
        struct tr_ltt_step *step = &out->step[s];
        if (out->first < 0 && !(step->n >= options->min_n))
            continue;
        if (out->first < 0)
            out->first = s;
        out->tested++;
        step->p_value = tr_rate_p_value(step->k, step->n, options->target);
        if (!(step->p_value <= options->delta))
            break;
        out->proven = true;
        out->last = s;
        out->threshold = step->threshold;
    }
}

enum tr_status tr_ltt_run(const struct tr_ltt_options *options, size_t n, const double *score, const double *y,
                          const double *weight, struct tr_ltt *out, struct tr_error *err)
{
    *out = (struct tr_ltt){.threshold = (double)INFINITY, .first = -1, .last = -1};
    for (size_t s = 0; s < TR_LTT_STEPS; s++) {
        out->step[s].threshold = (double)NAN;
        out->step[s].p_value = (double)NAN;
    }
    if (n == 0)
        return TR_OK;
    for (size_t i = 0; i < n; i++)
        if (isnan(score[i]))
            return tr_error_set(err, TR_INVALID, "the score of calibration row %zu is not a number", i);
    size_t *order = tr_alloc(n, sizeof *order);
    if (!order)
        return tr_error_nomem(err);
    enum tr_status status = tr_order_ascending(n, score, order, err);
    if (status == TR_OK) {
        fill_steps(n, score, y, weight, order, out->step);
        test_steps(options, out);
    }
    tr_free(order);
    return status;
}
