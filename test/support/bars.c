#include "support/test.h"

#include "support/bars.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>

/* The columns of a view are const; these are the same arrays for the one who fills them. */
struct columns {
    tr_time_ms *time;
    double *price[5]; /* open, high, low, close, volume */
};

static struct columns make(size_t n, enum tr_timeframe timeframe, struct test_bars *out)
{
    struct columns c = {.time = tr_alloc(n, sizeof(tr_time_ms))};
    assert_non_null(c.time);
    for (int k = 0; k < 5; k++) {
        c.price[k] = tr_alloc(n, sizeof(double));
        assert_non_null(c.price[k]);
    }
    out->view = (struct tr_bars){n, timeframe, c.time, c.price[0], c.price[1], c.price[2], c.price[3], c.price[4]};
    return c;
}

struct test_bars_options test_bars_defaults(size_t n)
{
    return (struct test_bars_options){.n = n,
                                      .timeframe = TR_TIMEFRAME_1H,
                                      .tick = 0.25,
                                      .start = 100.0,
                                      .body_ticks = 6,
                                      .wick_ticks = 5,
                                      .jump_ticks = 14,
                                      .jump_share = 0.2,
                                      .hole_share = 0.01,
                                      .hole_bars = 5};
}

static double up_to(struct tr_rng *rng, unsigned ticks)
{
    return (double)tr_rng_below(rng, (uint64_t)ticks + 1);
}

static double either_way(struct tr_rng *rng, unsigned ticks)
{
    return (double)tr_rng_below(rng, 2 * (uint64_t)ticks + 1) - (double)ticks;
}

void test_bars_random(struct tr_rng *rng, const struct test_bars_options *options, struct test_bars *out)
{
    struct columns c = make(options->n, options->timeframe, out);
    int64_t step = tr_timeframe_ms(options->timeframe);
    tr_time_ms time = 400000 * step;
    double close = rint(options->start / options->tick), lowest = 4.0 * (options->jump_ticks + options->body_ticks + 8);
    for (size_t i = 0; i < options->n; i++, time += step) {
        double open = close;
        if (tr_rng_uniform(rng) < options->jump_share)
            open += either_way(rng, options->jump_ticks);
        close = open + either_way(rng, options->body_ticks);
        if (close < lowest)
            close = open + up_to(rng, options->body_ticks);
        c.time[i] = time;
        c.price[0][i] = open * options->tick;
        c.price[1][i] = (fmax(open, close) + up_to(rng, options->wick_ticks)) * options->tick;
        c.price[2][i] = (fmin(open, close) - up_to(rng, options->wick_ticks)) * options->tick;
        c.price[3][i] = close * options->tick;
        c.price[4][i] = 1.0 + up_to(rng, 1000);
        if (tr_rng_uniform(rng) < options->hole_share)
            time += (1 + (tr_time_ms)tr_rng_below(rng, options->hole_bars)) * step;
    }
}

void test_bars_rows(size_t n, const double rows[][4], struct test_bars *out)
{
    struct columns c = make(n, TR_TIMEFRAME_1H, out);
    for (size_t i = 0; i < n; i++) {
        c.time[i] = (tr_time_ms)i * TR_HOUR_MS;
        for (int k = 0; k < 4; k++)
            c.price[k][i] = rows[i][k];
        c.price[4][i] = 1.0;
    }
}

void test_bars_read(const char *relative, enum tr_timeframe timeframe, struct test_bars *out)
{
    static const char *const names[] = {"open", "high", "low", "close", "volume"};
    struct test_table table;
    test_table_read(test_shared(relative), &table);
    struct columns c = make(table.rows, timeframe, out);
    const double *time = test_table_column(&table, "timestamp_ms");
    for (size_t i = 0; i < table.rows; i++)
        c.time[i] = (tr_time_ms)time[i];
    for (int k = 0; k < 5; k++) {
        const double *column = test_table_column(&table, names[k]);
        for (size_t i = 0; i < table.rows; i++)
            c.price[k][i] = column[i];
    }
    test_table_free(&table);
}

void test_bars_negate(const struct tr_bars *bars, struct test_bars *out)
{
    struct columns c = make(bars->n, bars->timeframe, out);
    for (size_t i = 0; i < bars->n; i++) {
        c.time[i] = bars->time[i];
        c.price[0][i] = -bars->open[i];
        c.price[1][i] = -bars->low[i];
        c.price[2][i] = -bars->high[i];
        c.price[3][i] = -bars->close[i];
        c.price[4][i] = bars->volume[i];
    }
}

/* The view's columns were allocated by make, so taking the const away is safe. */
static void drop(const void *column)
{
    tr_free((void *)(uintptr_t)column);
}

void test_bars_free(struct test_bars *bars)
{
    drop(bars->view.time);
    drop(bars->view.open);
    drop(bars->view.high);
    drop(bars->view.low);
    drop(bars->view.close);
    drop(bars->view.volume);
    bars->view = (struct tr_bars){0};
}
