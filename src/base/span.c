#include "base/span.h"

#include "base/alloc.h"

#include <assert.h>
#include <stdint.h>

/* The running sum of 1 / alive in two doubles: a span's share is the difference of two sums that may be a million times
 * larger than it, and a single double would lose six digits there. */
struct sum {
    double high, low;
};

static struct sum sum_add(struct sum s, double x)
{
    double total = s.high + x;
    double part = total - s.high;
    double lost = (s.high - (total - part)) + (x - part);
    return (struct sum){total, s.low + lost};
}

static double sum_between(struct sum from, struct sum to)
{
    return (to.high - from.high) + (to.low - from.low);
}

/* change [length + 1]: +1 where a span begins, -1 behind its end (modulo 2^N, so that no sign is needed). */
static void count_changes(size_t n, const size_t *first, const size_t *last, size_t origin, size_t *change)
{
    for (size_t i = 0; i < n; i++) {
        change[first[i] - origin]++;
        change[last[i] - origin + 1]--;
    }
}

enum tr_status tr_span_uniqueness(size_t n, const size_t *first, const size_t *last, double *weight,
                                  struct tr_error *err)
{
    if (n == 0)
        return TR_OK;
    size_t origin = SIZE_MAX, end = 0;
    for (size_t i = 0; i < n; i++) {
        assert(first[i] <= last[i]);
        origin = first[i] < origin ? first[i] : origin;
        end = last[i] > end ? last[i] : end;
    }
    if (end - origin > SIZE_MAX - 2)
        return tr_error_nomem(err);
    size_t length = end - origin + 1;

    enum tr_status status = TR_OK;
    size_t *change = tr_alloc_zero(length + 1, sizeof *change);
    struct sum *before = tr_alloc(length + 1, sizeof *before);
    if (!change || !before) {
        status = tr_error_nomem(err);
        goto out;
    }
    count_changes(n, first, last, origin, change);
    before[0] = (struct sum){0.0, 0.0};
    size_t alive = 0;
    for (size_t t = 0; t < length; t++) {
        alive += change[t];
        before[t + 1] = alive ? sum_add(before[t], 1.0 / (double)alive) : before[t];
    }
    for (size_t i = 0; i < n; i++) {
        double own = sum_between(before[first[i] - origin], before[last[i] - origin + 1]);
        weight[i] = own / (double)(last[i] - first[i] + 1);
    }
out:
    tr_free(before);
    tr_free(change);
    return status;
}
