/* Accounts made by hand and at random, for the tests of what measures them; nothing here is played. */
#ifndef TR_BACKTEST_MEASURE_TEST_H
#define TR_BACKTEST_MEASURE_TEST_H

#include "support/test.h"

#include "base/rng.h"
#include "engine/backtest/measure.h"

#include <math.h>
#include <string.h>

enum { MOST_TRADES = 400, MOST_POINTS = 24 * 200 + 1, SERIES = 3, DRAWS = 300 };

#define START INT64_C(1704067200000) /* 2024-01-01 */
#define CAPITAL 10000.0

struct made {
    struct tr_account account;
    struct tr_account_trade trades[MOST_TRADES];
    struct tr_account_entry entries[MOST_TRADES];
    tr_time_ms time[MOST_POINTS];
    double equity[MOST_POINTS], exposure[MOST_POINTS];
};

static struct made made; /* too large for the stack */

static inline tr_money money(double usd)
{
    return (tr_money)llround(usd * (double)TR_MONEY_USD);
}

static inline double usd(tr_money amount)
{
    return (double)amount / (double)TR_MONEY_USD;
}

static inline void begin(size_t trades, size_t points)
{
    memset(&made, 0, sizeof made);
    made.account = (struct tr_account){.trades = made.trades,
                                       .n_trades = trades,
                                       .points = points,
                                       .time = made.time,
                                       .equity = made.equity,
                                       .exposure = made.exposure,
                                       .capital = money(CAPITAL),
                                       .final_equity = money(CAPITAL)};
    for (size_t i = 0; i < points; i++) {
        made.time[i] = START + (tr_time_ms)i * TR_HOUR_MS;
        made.equity[i] = CAPITAL;
    }
    for (size_t i = 0; i < trades; i++) {
        made.entries[i] = (struct tr_account_entry){.targets = TR_TARGETS};
        made.trades[i] = (struct tr_account_trade){.entry = i, .size_usd = 1000.0, .leverage = 1.0};
        made.trades[i].entry_time = made.trades[i].exit_time = START + TR_HOUR_MS;
    }
}

static inline void set_money(struct tr_account_trade *t, double gross, double fees, double slippage, double funding)
{
    t->gross = money(gross);
    t->fees = money(fees);
    t->slippage = money(slippage);
    t->funding = money(funding);
    t->net = t->gross - t->fees - t->slippage - t->funding;
}

/* Hours from `start`; a walk with a drift; trades spread over it, some open, some that exit later than the points. */
static inline void make_random(uint64_t seed, size_t trades, size_t points, tr_time_ms start)
{
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    begin(trades, points);
    for (size_t i = 0; i < points; i++) {
        made.time[i] = start + (tr_time_ms)i * TR_HOUR_MS;
        made.equity[i] = i ? made.equity[i - 1] * (1.0 + 0.0002 + 0.004 * tr_rng_normal(&rng)) : CAPITAL;
        made.exposure[i] = tr_rng_uniform(&rng) < 0.4 ? 0.0 : made.equity[i] * tr_rng_uniform(&rng);
    }
    made.account.final_equity = money(made.equity[points - 1]);
    tr_time_ms span = (tr_time_ms)points * TR_HOUR_MS;
    for (size_t i = 0; i < trades; i++) {
        struct tr_account_trade *t = &made.trades[i];
        struct tr_account_entry *e = &made.entries[i];
        e->targets = 1 + (size_t)tr_rng_below(&rng, TR_TARGETS);
        e->proven = tr_rng_uniform(&rng) < 0.3;
        t->series = e->series = (size_t)tr_rng_below(&rng, SERIES);
        t->side = tr_rng_uniform(&rng) < 0.5 ? TR_LONG : TR_SHORT;
        t->size_usd = 500.0 + 2000.0 * tr_rng_uniform(&rng);
        t->entry_time = start + span * (tr_time_ms)i / (tr_time_ms)trades;
        t->exit_time = t->entry_time + (tr_time_ms)(1 + tr_rng_below(&rng, 200)) * TR_HOUR_MS;
        t->outcome.targets_hit = (size_t)tr_rng_below(&rng, e->targets + 1);
        t->outcome.reason = (enum tr_exit_reason)(TR_EXIT_TARGET + (int)tr_rng_below(&rng, 5));
        t->outcome.ambiguous = tr_rng_uniform(&rng) < 0.2;
        t->outcome.resolved = (size_t)tr_rng_below(&rng, 3);
        t->money.funding_assumed = (size_t)tr_rng_below(&rng, 4);
        t->open = tr_rng_uniform(&rng) < 0.05;
        set_money(t, 12.0 * tr_rng_normal(&rng) + 3.0, 1.2 * tr_rng_uniform(&rng), tr_rng_uniform(&rng),
                  0.3 * tr_rng_normal(&rng));
        if (tr_rng_uniform(&rng) < 0.05)
            set_money(t, 1.0, 0.5, 0.5, 0.0); /* neither won nor lost */
    }
}

static inline struct tr_backtest_measures measure(size_t draws, uint64_t seed)
{
    struct tr_backtest_measures m;
    struct tr_error err;
    assert_ok(tr_backtest_measure(&made.account, made.entries, SERIES, draws, seed, &m, &err), &err);
    return m;
}

static inline bool is_closed(size_t i)
{
    return !made.trades[i].open;
}

#endif
