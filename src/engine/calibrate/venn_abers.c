#include "engine/calibrate/venn_abers.h"

#include "base/alloc.h"
#include "base/order.h"

#include <math.h>
#include <stdbool.h>

/* With m distinct scores there are m + 1 gaps and m ties a query can fall on: position 2 a is the gap above a scores,
 * 2 a + 1 the tie with score a. */
struct tr_venn_abers {
    size_t m;
    double *score; /* [m] distinct, ascending */
    double *low;   /* [2 m + 1] p0 by position */
    double *high;  /* [2 m + 1] p1 by position */
};

/* Cumulative counts and labels up to the i-th distinct score, and the hulls through them as links: before[i] is the
 * neighbour of i on the lower hull of points 0 .. i, after[i] that on the lower hull of points i .. m. */
struct points {
    double *count, *label;  /* [m + 1] whole numbers, so that slopes compare exactly */
    size_t *before, *after; /* [m + 1] */
};

/* Sign of (slope from a to b) - (slope from b to c) for a < b < c: positive means that b lies above the line a c. */
static double bend(const struct points *p, size_t a, size_t b, size_t c)
{
    return (p->label[b] - p->label[a]) * (p->count[c] - p->count[b]) -
           (p->label[c] - p->label[b]) * (p->count[b] - p->count[a]);
}

static void link_hulls(const struct points *p, size_t m)
{
    p->before[0] = 0;
    for (size_t i = 1; i <= m; i++) {
        size_t a = i - 1;
        while (a > 0 && bend(p, p->before[a], a, i) >= 0.0)
            a = p->before[a];
        p->before[i] = a;
    }
    p->after[m] = m;
    for (size_t i = m; i-- > 0;) {
        size_t b = i + 1;
        while (b < m && bend(p, i, b, p->after[b]) >= 0.0)
            b = p->after[b];
        p->after[i] = b;
    }
}

/* max over i <= left of min over j >= right of (Y_j + y - Y_i) / (W_j + 1 - W_i): the slope of the common lower tangent
 * of the hull left of the object and the hull right of it, moved by the object. Both ends only ever walk outwards. */
static double tangent(const struct points *p, size_t m, size_t left, size_t right, double y)
{
    size_t i = left, j = right;
    double rise = p->label[j] + y - p->label[i], run = p->count[j] + 1.0 - p->count[i];
    for (bool moved = true; moved;) {
        moved = false;
        while (j < m) {
            size_t next = p->after[j];
            double up = p->label[next] + y - p->label[i], along = p->count[next] + 1.0 - p->count[i];
            if (up * run > rise * along)
                break;
            j = next, rise = up, run = along, moved = true;
        }
        while (i > 0) {
            size_t next = p->before[i];
            double up = p->label[j] + y - p->label[next], along = p->count[j] + 1.0 - p->count[next];
            if (up * run < rise * along)
                break;
            i = next, rise = up, run = along, moved = true;
        }
    }
    return rise / run;
}

/* Distinct scores and the cumulative points behind them. */
static void gather(size_t n, const double *score, const double *y, const size_t *order, struct tr_venn_abers *va,
                   struct points *p)
{
    p->count[0] = p->label[0] = 0.0;
    va->m = 0;
    for (size_t i = 0; i < n; i++) {
        size_t row = order[i];
        if (va->m == 0 || score[row] != va->score[va->m - 1]) {
            va->score[va->m++] = score[row];
            p->count[va->m] = p->count[va->m - 1];
            p->label[va->m] = p->label[va->m - 1];
        }
        p->count[va->m] += 1.0;
        p->label[va->m] += y[row];
    }
}

static void fill_values(struct tr_venn_abers *va, const struct points *p)
{
    for (size_t a = 0; a <= va->m; a++) {
        va->low[2 * a] = tangent(p, va->m, a, a, 0.0);
        va->high[2 * a] = tangent(p, va->m, a, a, 1.0);
        if (a == va->m)
            break;
        va->low[2 * a + 1] = tangent(p, va->m, a, a + 1, 0.0);
        va->high[2 * a + 1] = tangent(p, va->m, a, a + 1, 1.0);
    }
}

static enum tr_status check_rows(size_t n, const double *score, const double *y, struct tr_error *err)
{
    if (n == 0)
        return tr_error_set(err, TR_INVALID, "no calibration rows");
    for (size_t i = 0; i < n; i++) {
        if (isnan(score[i]))
            return tr_error_set(err, TR_INVALID, "the score of calibration row %zu is not a number", i);
        if (y[i] != 0.0 && y[i] != 1.0)
            return tr_error_set(err, TR_INVALID, "the label of calibration row %zu is neither 0 nor 1", i);
    }
    return TR_OK;
}

enum tr_status tr_venn_abers_create(size_t n, const double *score, const double *y, struct tr_venn_abers **out,
                                    struct tr_error *err)
{
    *out = NULL;
    enum tr_status status = check_rows(n, score, y, err);
    if (status != TR_OK)
        return status;
    struct tr_venn_abers *va = tr_alloc_zero(1, sizeof *va);
    double *sums = tr_alloc(n + 1, 2 * sizeof *sums);
    size_t *links = tr_alloc(n + 1, 2 * sizeof *links);
    size_t *order = tr_alloc(n, sizeof *order);
    if (!va || !sums || !links || !order || !(va->score = tr_alloc(n, sizeof *va->score)) ||
        !(va->low = tr_alloc(2 * n + 1, sizeof *va->low)) || !(va->high = tr_alloc(2 * n + 1, sizeof *va->high))) {
        status = tr_error_nomem(err);
        goto out;
    }
    status = tr_order_ascending(n, score, order, err);
    if (status != TR_OK)
        goto out;
    struct points p = {sums, sums + n + 1, links, links + n + 1};
    gather(n, score, y, order, va, &p);
    link_hulls(&p, va->m);
    fill_values(va, &p);
    *out = va;
    va = NULL;
out:
    tr_venn_abers_destroy(va);
    tr_free(order);
    tr_free(links);
    tr_free(sums);
    return status;
}

void tr_venn_abers_destroy(struct tr_venn_abers *va)
{
    if (!va)
        return;
    tr_free(va->high);
    tr_free(va->low);
    tr_free(va->score);
    tr_free(va);
}

struct tr_venn_abers_value tr_venn_abers_at(const struct tr_venn_abers *va, double score)
{
    size_t below = 0, end = va->m;
    while (below < end) {
        size_t middle = below + (end - below) / 2;
        if (va->score[middle] < score)
            below = middle + 1;
        else
            end = middle;
    }
    size_t position = 2 * below + (below < va->m && va->score[below] == score ? 1 : 0);
    double p0 = va->low[position], p1 = va->high[position];
    return (struct tr_venn_abers_value){p0, p1, p1 / (1.0 - p0 + p1)};
}
