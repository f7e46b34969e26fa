#include "engine/market/funding.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>

#define RATE_LIMIT 0.05
#define TIME_LIMIT INT64_C(9246182400000) /* 2263-01-01 */

enum tr_funding_defect tr_funding_check(tr_time_ms time, double rate)
{
    if (!isfinite(rate))
        return TR_FUNDING_NOT_FINITE;
    if (fabs(rate) > RATE_LIMIT)
        return TR_FUNDING_TOO_LARGE;
    if (time < 0 || time >= TIME_LIMIT)
        return TR_FUNDING_TIME_OUTSIDE;
    return time % TR_SECOND_MS == 0 ? TR_FUNDING_FINE : TR_FUNDING_OFF_SECOND;
}

static const struct {
    const char *name, *text;
} defects[TR_FUNDING_DEFECT_COUNT] = {
    [TR_FUNDING_FINE] = {"fine", "nothing is wrong"},
    [TR_FUNDING_NOT_FINITE] = {"not_finite", "the rate is not a finite number"},
    [TR_FUNDING_TOO_LARGE] = {"too_large", "the rate is beyond 5 % a settlement"},
    [TR_FUNDING_TIME_OUTSIDE] = {"time_outside", "the time is outside the years 1970 to 2262"},
    [TR_FUNDING_OFF_SECOND] = {"off_second", "the time is no whole second"},
};

const char *tr_funding_defect_name(enum tr_funding_defect defect)
{
    return defects[defect].name;
}

const char *tr_funding_defect_text(enum tr_funding_defect defect)
{
    return defects[defect].text;
}

struct tr_funding tr_funding_none(void)
{
    return (struct tr_funding){.default_rate = 0.0001, .default_step_ms = 8 * TR_HOUR_MS};
}

/* First record with time > instant. */
static size_t record_after(const struct tr_funding *funding, tr_time_ms instant)
{
    size_t low = 0, high = funding->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (funding->time[middle] <= instant)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add(struct tr_funding_sum *sum, double rate, size_t times)
{
    if (rate > 0)
        sum->paid += rate * (double)times;
    else
        sum->received -= rate * (double)times;
}

/* Default settlements at the multiples of the default step in [first, last]. */
static void assume(const struct tr_funding *funding, tr_time_ms first, tr_time_ms last, struct tr_funding_sum *sum)
{
    int64_t step = funding->default_step_ms;
    if (first > last)
        return;
    size_t times = (size_t)((tr_time_floor(last, step) - tr_time_floor(first - 1, step)) / step);
    if (times > 0)
        add(sum, funding->default_rate, times);
    sum->assumed += times;
}

static tr_time_ms later(tr_time_ms a, tr_time_ms b)
{
    return a > b ? a : b;
}
static tr_time_ms earlier(tr_time_ms a, tr_time_ms b)
{
    return a < b ? a : b;
}

/* The step that rules after record i: the shorter of its neighbours', the hole itself (i to i + 1) not counted. */
static int64_t step_at(const struct tr_funding *funding, size_t i)
{
    const tr_time_ms *time = funding->time;
    int64_t before = i > 0 ? time[i] - time[i - 1] : 0;
    int64_t after = i + 2 < funding->n ? time[i + 2] - time[i + 1] : 0;
    if (before && after)
        return before < after ? before : after;
    return before ? before : after ? after : funding->default_step_ms;
}

struct tr_funding_sum tr_funding_between(const struct tr_funding *funding, tr_time_ms from, tr_time_ms to)
{
    struct tr_funding_sum sum = {0};
    assert(funding->default_step_ms > 0);
    if (from >= to)
        return sum;
    const tr_time_ms *time = funding->time;
    size_t n = funding->n, first = record_after(funding, from);
    if (first == 0)
        assume(funding, from + 1, n > 0 ? earlier(time[0] - 1, to) : to, &sum);
    for (size_t i = first > 0 ? first - 1 : 0; i < n && time[i] <= to; i++) {
        if (time[i] > from)
            add(&sum, funding->rate[i], 1);
        int64_t step = step_at(funding, i);
        bool last = i + 1 == n;
        if (last || time[i + 1] - time[i] > step + step / 2)
            assume(funding, later(time[i] + step, from + 1), last ? to : earlier(time[i + 1] - 1, to), &sum);
    }
    return sum;
}

/* The step that led to record i, as far as i and what came before it tell: a hole is wider than the step before it. */
static int64_t step_to(const struct tr_funding *funding, size_t i)
{
    const tr_time_ms *time = funding->time;
    int64_t last = i > 0 ? time[i] - time[i - 1] : funding->default_step_ms;
    int64_t before = i > 1 ? time[i - 1] - time[i - 2] : funding->default_step_ms;
    return earlier(last, before);
}

double tr_funding_rate_per_hour(const struct tr_funding *funding, tr_time_ms instant, int *assumed)
{
    size_t i = record_after(funding, instant);
    if (i > 0) {
        tr_time_ms stamp = funding->time[i - 1];
        int64_t interval = step_to(funding, i - 1);
        if (instant - stamp < interval + interval / 2) {
            *assumed = 0;
            return funding->rate[i - 1] / ((double)interval / (double)TR_HOUR_MS);
        }
    }
    *assumed = 1;
    return funding->default_rate / ((double)funding->default_step_ms / (double)TR_HOUR_MS);
}
