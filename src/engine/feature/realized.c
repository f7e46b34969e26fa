#include "engine/feature/realized.h"

#include "base/alloc.h"
#include "base/logarithm.h"

#include <math.h>

static void square_returns(const struct tr_bars *fine, double *squares)
{
    for (size_t i = 1; i < fine->n; i++) {
        double r = tr_ln(fine->close[i] / fine->close[i - 1]);
        squares[i] = r * r;
    }
}

/* Over the returns that end with row `last` of fine; NaN where a close among them is missing. */
static double window(const struct tr_bars *fine, const double *squares, size_t last, size_t returns)
{
    int64_t step = tr_timeframe_ms(fine->timeframe);
    double sum = 0.0;
    if (last < returns || fine->time[last] - fine->time[last - returns] != (int64_t)returns * step)
        return (double)NAN;
    for (size_t i = last + 1 - returns; i <= last; i++)
        sum += squares[i];
    return sqrt(sum);
}

static size_t returns_per_hour(const struct tr_bars *fine)
{
    bool known = fine->timeframe == TR_TIMEFRAME_1M || fine->timeframe == TR_TIMEFRAME_5M;
    return known ? (size_t)(TR_HOUR_MS / tr_timeframe_ms(fine->timeframe)) : 0;
}

enum tr_status tr_realized_vol(const struct tr_bars *bars, const struct tr_bars *fine, double *out,
                               struct tr_error *err)
{
    size_t returns = fine->n ? returns_per_hour(fine) : 0, j = 0;
    double *squares = tr_alloc(fine->n, sizeof *squares);
    if (!squares)
        return tr_error_nomem(err);
    if (returns)
        square_returns(fine, squares);
    for (size_t i = 0; i < bars->n; i++) {
        tr_time_ms close = bars->time[i] + tr_timeframe_ms(bars->timeframe);
        tr_time_ms last_open = close - tr_timeframe_ms(fine->timeframe);
        while (returns && j < fine->n && fine->time[j] < last_open)
            j++;
        bool there = returns && j < fine->n && fine->time[j] == last_open;
        out[i] = there ? window(fine, squares, j, returns) : (double)NAN;
    }
    tr_free(squares);
    return TR_OK;
}
