#include "engine/backtest/correlation.h"

#include <math.h>

/* Running means and sums of squares (Welford 1962): one pass, no cancellation. */
struct moments {
    size_t n;
    double mean_a, mean_b, aa, bb, ab;
};

static void add(struct moments *m, double a, double b)
{
    m->n++;
    double from_a = a - m->mean_a, from_b = b - m->mean_b;
    m->mean_a += from_a / (double)m->n;
    m->mean_b += from_b / (double)m->n;
    m->aa += from_a * (a - m->mean_a);
    m->bb += from_b * (b - m->mean_b);
    m->ab += from_a * (b - m->mean_b);
}

double tr_correlation_of_returns(const struct tr_bars *a, const struct tr_bars *b, tr_time_ms until, size_t most)
{
    tr_time_ms behind = until - tr_timeframe_ms(a->timeframe) + 1;
    size_t left_a = tr_bars_find(a, behind), left_b = tr_bars_find(b, behind), common = 0;
    double newer_a = 0.0, newer_b = 0.0;
    struct moments moments = {0};
    while (left_a > 0 && left_b > 0 && common < most) {
        tr_time_ms at_a = a->time[left_a - 1], at_b = b->time[left_b - 1];
        if (at_a == at_b) {
            double older_a = a->close[left_a - 1], older_b = b->close[left_b - 1];
            if (common++ > 0)
                add(&moments, log(newer_a / older_a), log(newer_b / older_b));
            newer_a = older_a;
            newer_b = older_b;
        }
        left_a -= at_a >= at_b;
        left_b -= at_b >= at_a;
    }
    if (moments.n < 2 || !(moments.aa > 0.0) || !(moments.bb > 0.0))
        return (double)NAN;
    return moments.ab / sqrt(moments.aa * moments.bb);
}
