/* Backtests small enough to follow with pencil and paper. Every sum stands beside what it is held against: ten coins at
 * 100, maker 0.02 %, taker 0.06 %, slippage 0.05 %; long stop 94, targets 104, 108, 112 with 30, 40, 30 %, trailing by
 * 6 (an ATR of 4); shorts mirrored. The account has 10,000 USD. Bars of an hour. */
#include "support/test.h"

#include "engine/backtest/account.h"

#include <math.h>

#define ROWS 64

struct row {
    int hour;
    double open, high, low, close;
};

struct hand {
    tr_time_ms time[ROWS], fine_time[4];
    double price[5][ROWS], fine_price[5][4];
    struct tr_bars bars, fine;
    struct tr_funding funding;
    struct tr_detail detail;
    struct tr_account_series series;
    struct tr_account_options options;
    struct tr_account_entry entry;
    struct tr_account account;
};

static void put(double price[5][ROWS], size_t i, const struct row *row)
{
    price[0][i] = row->open;
    price[1][i] = row->high;
    price[2][i] = row->low;
    price[3][i] = row->close;
    price[4][i] = 1;
}

/* Decided at the close of the first row, entered at the open of the second. No funding. */
static void begin(struct hand *h, enum tr_side side, size_t n, const struct row *rows)
{
    double sign = tr_side_sign(side);

    *h = (struct hand){.funding = tr_funding_none(), .options = {.size = tr_size_defaults()}};
    for (size_t i = 0; i < n; i++) {
        h->time[i] = rows[i].hour * TR_HOUR_MS;
        put(h->price, i, &rows[i]);
    }
    h->bars =
        (struct tr_bars){n, TR_TIMEFRAME_1H, h->time, h->price[0], h->price[1], h->price[2], h->price[3], h->price[4]};
    h->funding.default_rate = 0;
    h->series = (struct tr_account_series){&h->bars, &h->funding, NULL, NULL};
    h->options.profile = TR_MODERATE;
    h->options.leverage = 1;
    h->options.cost = tr_cost_defaults();
    h->options.horizon_bars = 48;
    h->options.from = h->time[0] + TR_HOUR_MS;
    h->options.to = h->time[n - 1] + TR_HOUR_MS;
    h->entry = (struct tr_account_entry){.targets = 3, .fraction = {0.3, 0.4, 0.3}, .quantity = 10};
    h->entry.levels = (struct tr_levels){.side = side, .entry = 100, .atr = 4, .trail_distance = 6};
    h->entry.levels.stop = 100 - sign * 6;
    for (int k = 0; k < TR_TARGETS; k++)
        h->entry.levels.target[k] = 100 + sign * 4 * (k + 1);
}

/* The trade, or NULL where the entry was refused. */
static const struct tr_account_trade *run(struct hand *h)
{
    struct tr_error err;

    assert_ok(tr_account_run(&h->options, &h->series, 1, &h->entry, 1, &h->account, &err), &err);
    assert_true(h->account.final_equity == h->account.capital + (h->account.n_trades ? h->account.trades[0].net : 0));
    return h->account.n_trades ? &h->account.trades[0] : NULL;
}

static double usd(tr_money amount)
{
    return (double)amount / 1e8;
}

/* To the last digit that money has. */
static void assert_money(const struct tr_account_trade *t, double gross, double fees, double slippage, double funding)
{
    assert_near(usd(t->gross), gross, 2e-8);
    assert_near(usd(t->fees), fees, 2e-8);
    assert_near(usd(t->slippage), slippage, 2e-8);
    assert_near(usd(t->funding), funding, 2e-8);
    assert_near(usd(t->net), gross - fees - slippage - funding, 4e-8);
}

static void three_targets_in_three_bars(void **state)
{
    const struct row rows[] = {
        {0, 100, 100, 100, 100}, {1, 100, 105, 99, 104}, {2, 104, 109, 103, 108}, {3, 108, 113, 107, 112}};
    struct hand h;

    (void)state;
    begin(&h, TR_LONG, 4, rows);
    const struct tr_account_trade *t = run(&h);
    assert_int_equal(t->outcome.reason, TR_EXIT_TARGET);
    assert_int_equal(t->outcome.fills, 3);
    /* Gross: 3 * 4 + 4 * 8 + 3 * 12 = 12 + 32 + 36 = 80.
     * Entry at 100 + 0.05: slippage 10 * 0.05 = 0.5, taker 0.0006 * 1000.5 = 0.6003.
     * Targets as maker: 0.0002 * (3 * 104 + 4 * 108 + 3 * 112 = 312 + 432 + 336 = 1080) = 0.216; nothing slips. */
    assert_money(t, 80, 0.6003 + 0.216, 0.5, 0);
    /* At the close of the first bar: 10,000 - 0.5 - 0.6003 + 12 - 0.0002 * 312 + 7 coins * 4 = 10,038.8373;
     * of the second: + 32 - 0.0002 * 432 - 28 + 3 coins * 8 = 10,066.7509; of the third: 10,000 + 78.6837. */
    const double equity[] = {10000, 10038.8373, 10066.7509, 10078.6837}, exposure[] = {0, 728, 324, 0};
    assert_int_equal(h.account.points, 4);
    for (size_t k = 0; k < 4; k++) {
        assert_true(h.account.time[k] == (tr_time_ms)(k + 1) * TR_HOUR_MS);
        assert_near(h.account.equity[k], equity[k], 1e-7);
        assert_near(h.account.exposure[k], exposure[k], 1e-9);
    }
    tr_account_finish(&h.account);
}

static void the_stop_trails_after_target_1(void **state)
{
    /* Target 1 in bar 1, best 105: stop max(100, 105 - 6 = 99) = 100. Bar 2, best 107: stop 101. Bar 3 falls to 100. */
    const struct row rows[] = {
        {0, 100, 100, 100, 100}, {1, 100, 105, 99, 104}, {2, 104, 107, 103, 106}, {3, 106, 106, 100, 102}};
    struct hand h;

    (void)state;
    begin(&h, TR_LONG, 4, rows);
    const struct tr_account_trade *t = run(&h);
    assert_int_equal(t->outcome.reason, TR_EXIT_TRAILING);
    assert_near(t->outcome.fill[1].price, 101, 1e-12);
    assert_true(t->exit_time == 4 * TR_HOUR_MS);
    /* Gross: 3 * 4 + 7 * 1 = 19. The seven leave at 101 - 0.0505 = 100.9495: slippage 7 * 0.0505 = 0.3535, taker
     * 0.0006 * 7 * 100.9495 = 0.4239879; entry 0.5 and 0.6003; target 1 as maker 0.0002 * 312 = 0.0624. */
    assert_money(t, 19, 0.6003 + 0.0624 + 0.4239879, 0.5 + 0.3535, 0);
    tr_account_finish(&h.account);
}

static void a_gap_through_the_stop_fills_at_the_open(void **state)
{
    const struct row rows[] = {{0, 100, 100, 100, 100}, {1, 100, 101, 99, 100}, {2, 109, 110, 107, 108}};
    struct hand h;

    (void)state;
    begin(&h, TR_SHORT, 3, rows);
    const struct tr_account_trade *t = run(&h);
    assert_int_equal(t->outcome.reason, TR_EXIT_STOP);
    assert_true(t->outcome.fill[0].at_open);
    assert_true(t->exit_time == 2 * TR_HOUR_MS); /* the open of its bar */
    /* Gross: 10 * (100 - 109) = -90, not -60. Sold at 100 - 0.05: slippage 0.5, taker 0.0006 * 999.5 = 0.5997. Bought
     * back at 109 + 0.0545 = 109.0545: slippage 0.545, taker 0.0006 * 1090.545 = 0.654327. */
    assert_money(t, -90, 0.5997 + 0.654327, 0.5 + 0.545, 0);
    tr_account_finish(&h.account);
}

static enum tr_status give_fine(void *context, tr_time_ms from, tr_time_ms to, struct tr_bars *out,
                                struct tr_error *err)
{
    const struct hand *h = context;

    (void)err;
    *out = h->fine;
    if (from != h->fine_time[0] || to != from + TR_HOUR_MS)
        out->n = 0;
    return TR_OK;
}

static void give_quarters(struct hand *h, int hour, const double quarters[4][4])
{
    for (size_t i = 0; i < 4; i++) {
        h->fine_time[i] = hour * TR_HOUR_MS + (tr_time_ms)i * 15 * TR_MINUTE_MS;
        for (int k = 0; k < 4; k++)
            h->fine_price[k][i] = quarters[i][k];
    }
    h->fine = (struct tr_bars){4,
                               TR_TIMEFRAME_15M,
                               h->fine_time,
                               h->fine_price[0],
                               h->fine_price[1],
                               h->fine_price[2],
                               h->fine_price[3],
                               h->fine_price[4]};
    h->detail = (struct tr_detail){give_fine, h};
    h->series.detail = &h->detail;
}

/* The bar after the decision reaches 105 and 93: target 1 and the stop. */
static const struct row both_rows[] = {{0, 100, 100, 100, 100}, {1, 100, 105, 93, 95}, {2, 95, 96, 95, 96}};

/* Stop first. Gross: 10 * -6 = -60. Entry 0.5 and 0.6003; out at 94 - 0.047 = 93.953: slippage 0.47, taker
 * 0.0006 * 939.53 = 0.563718. */
static void assert_stop_first(const struct tr_account_trade *t)
{
    assert_int_equal(t->outcome.reason, TR_EXIT_STOP);
    assert_int_equal(t->outcome.targets_hit, 0);
    assert_money(t, -60, 0.6003 + 0.563718, 0.5 + 0.47, 0);
}

/* Target first. Gross: 3 * 4 - 7 * 6 = 12 - 42 = -30. Entry 0.5 and 0.6003; target 1 0.0002 * 312 = 0.0624; seven out
 * at 93.953: slippage 7 * 0.047 = 0.329, taker 0.0006 * 7 * 93.953 = 0.3946026. */
static void assert_target_first(const struct tr_account_trade *t)
{
    assert_int_equal(t->outcome.reason, TR_EXIT_TRAILING);
    assert_int_equal(t->outcome.targets_hit, 1);
    assert_money(t, -30, 0.6003 + 0.0624 + 0.3946026, 0.5 + 0.329, 0);
}

static void stop_and_target_in_one_bar_are_read_both_ways(void **state)
{
    struct hand h;

    (void)state;
    begin(&h, TR_LONG, 3, both_rows);
    const struct tr_account_trade *t = run(&h);
    assert_stop_first(t);
    assert_true(t->outcome.ambiguous && t->outcome.resolved == 0);
    tr_account_finish(&h.account);

    begin(&h, TR_LONG, 3, both_rows);
    h.options.intrabar = TR_INTRABAR_OPTIMISTIC;
    t = run(&h);
    assert_target_first(t);
    assert_true(t->outcome.ambiguous && t->outcome.resolved == 0);
    tr_account_finish(&h.account);
}

static void finer_bars_say_which_came_first(void **state)
{
    const double up[4][4] = {{100, 102, 99, 101}, {101, 105, 101, 102}, {102, 102, 93, 94}, {94, 95, 94, 95}};
    const double down[4][4] = {{100, 101, 99, 99}, {99, 99, 93, 94}, {94, 105, 94, 104}, {104, 104, 95, 95}};

    (void)state;
    for (int reading = 0; reading < 2; reading++) { /* which of the readings is asked for makes no difference now */
        struct hand h;
        begin(&h, TR_LONG, 3, both_rows);
        h.options.intrabar = reading ? TR_INTRABAR_OPTIMISTIC : TR_INTRABAR_PESSIMISTIC;
        give_quarters(&h, 1, up);
        const struct tr_account_trade *t = run(&h);
        assert_target_first(t);
        assert_true(!t->outcome.order_unclear && t->outcome.resolved == 1);
        assert_true(t->outcome.ambiguous); /* 100 is touched after target 1: a stop moved at once would be met there */
        tr_account_finish(&h.account);

        begin(&h, TR_LONG, 3, both_rows);
        h.options.intrabar = reading ? TR_INTRABAR_OPTIMISTIC : TR_INTRABAR_PESSIMISTIC;
        give_quarters(&h, 1, down);
        t = run(&h);
        assert_stop_first(t);
        assert_true(!t->outcome.ambiguous && t->outcome.resolved == 1);
        tr_account_finish(&h.account);
    }
}

static void after_48_hours_what_is_open_leaves(void **state)
{
    struct row rows[60];
    struct hand h;

    (void)state;
    for (int i = 0; i < 60; i++)
        rows[i] = (struct row){i, 100, 101, 99, 100};
    rows[48] = (struct row){48, 100, 101.5, 99, 101.5};
    begin(&h, TR_LONG, 60, rows);
    const struct tr_account_trade *t = run(&h);
    assert_int_equal(t->outcome.reason, TR_EXIT_TIME);
    assert_true(t->exit_time - t->entry_time == 48 * TR_HOUR_MS); /* from the decision's close at 01:00 on */
    /* Gross: 10 * 1.5 = 15. Out at 101.5 - 0.05075 = 101.44925: slippage 0.5075, taker 0.0006 * 1014.4925 = 0.6086955.
     */
    assert_money(t, 15, 0.6003 + 0.6086955, 0.5 + 0.5075, 0);
    tr_account_finish(&h.account);

    /* The bars of hours 47 to 52 are missing: the next one opens at 53, after the deadline at 49, beyond the stop. Out
     * at its open all the same: gross 10 * (92 - 100) = -80; at 92 - 0.046 = 91.954: 0.46 and 0.0006 * 919.54 =
     * 0.551724. */
    for (int i = 47; i < 54; i++)
        rows[i] = (struct row){i + 6, 92, 93, 91, 92};
    begin(&h, TR_LONG, 54, rows);
    t = run(&h);
    assert_int_equal(t->outcome.reason, TR_EXIT_TIME);
    assert_true(t->exit_time == 53 * TR_HOUR_MS && t->outcome.fill[0].at_open);
    assert_money(t, -80, 0.6003 + 0.551724, 0.5 + 0.46, 0);
    tr_account_finish(&h.account);
}

static void a_missed_settlement_is_charged_at_the_default(void **state)
{
    /* Recorded every 8 hours, but not at 24: the gap from 16 to 32 is wider than 1.5 steps. */
    const tr_time_ms time[] = {0, 8 * TR_HOUR_MS, 16 * TR_HOUR_MS, 32 * TR_HOUR_MS, 40 * TR_HOUR_MS};
    const double rate[] = {0.001, 0.0002, -0.0003, -0.0004, 0.001};
    struct row rows[44];
    struct hand h;

    (void)state;
    for (int horizon = 31; horizon <= 32; horizon++) {
        for (int i = 0; i < 44; i++)
            rows[i] = (struct row){i, 100, 103, 99, 100};
        rows[7].close = 101; /* the bars that close at 8, 16, 24 and 32 */
        rows[15].close = 102;
        rows[23].close = 103;
        rows[31].close = 99;
        begin(&h, TR_LONG, 44, rows);
        h.funding = (struct tr_funding){5, time, rate, 0.0001, 8 * TR_HOUR_MS};
        h.options.horizon_bars = (size_t)horizon;
        const struct tr_account_trade *t = run(&h);
        assert_int_equal(t->outcome.reason, TR_EXIT_TIME);
        assert_int_equal(t->money.funding_assumed, 1);
        /* At 8: 10 * 101 * 0.0002 = 0.202 paid; at 16: 10 * 102 * 0.0003 = 0.306 received; at 24, assumed:
         * 10 * 103 * 0.0001 = 0.103 paid; at 32: 10 * 99 * 0.0004 = 0.396 received, but not by the one that leaves in
         * the bar that ends then. */
        double until_24 = 0.202 - 0.306 + 0.103;
        if (horizon == 31) /* out at 32:00 at 99 - 0.0495 = 98.9505: 0.495 and 0.0006 * 989.505 = 0.593703 */
            assert_money(t, -10, 0.6003 + 0.593703, 0.5 + 0.495, until_24);
        else /* out at 33:00 at 100 - 0.05 = 99.95: 0.5 and 0.0006 * 999.5 = 0.5997 */
            assert_money(t, 0, 0.6003 + 0.5997, 0.5 + 0.5, until_24 - 0.396);
        tr_account_finish(&h.account);
    }
}

static void a_thin_margin_is_liquidated_before_the_stop(void **state)
{
    /* 25x: margin 1,000 / 25 = 40; liquidated at 100 (1 - 0.04 + 0.005) = 96.5, above the stop at 94. */
    const struct row inside[] = {{0, 100, 100, 100, 100}, {1, 100, 101, 99, 100}, {2, 99, 99, 95, 97}};
    const struct row gap[] = {{0, 100, 100, 100, 100}, {1, 100, 101, 99, 100}, {2, 80, 99, 80, 97}};

    (void)state;
    for (int k = 0; k < 2; k++) {
        struct hand h;
        begin(&h, TR_LONG, 3, k ? gap : inside);
        h.options.leverage = 25;
        const struct tr_account_trade *t = run(&h);
        assert_int_equal(t->outcome.reason, TR_EXIT_LIQUIDATION);
        assert_near(t->margin_usd, 40, 1e-12);
        assert_near(t->outcome.liquidation_price, 96.5, 1e-12);
        assert_near(t->outcome.fill[0].price, 96.5, 1e-12); /* also where the market opened at 80 */
        /* Gross: 10 * -3.5 = -35; what is left of the margin, 40 - 35 = 5, goes as a fee; nothing slips. Entry as ever.
         */
        assert_money(t, -35, 0.6003 + 5, 0.5, 0);
        tr_account_finish(&h.account);
    }
}

static void the_leverage_cap_bounds_the_size(void **state)
{
    /* 2 % of 10,000 = 200 at risk over a stop 0.2 % away asks for 100,000; five times the capital is 50,000. */
    const struct row rows[] = {{0, 100, 100, 100, 100}, {1, 100, 100.1, 99.7, 99.75}};
    struct hand h;

    (void)state;
    begin(&h, TR_LONG, 2, rows);
    h.entry.quantity = 0;
    h.entry.levels.stop = 99.8;
    h.options.leverage = 10;
    const struct tr_account_trade *t = run(&h);
    assert_near(t->quantity, 500, 1e-9);
    assert_near(t->size_usd, 50000, 1e-6);
    assert_near(t->margin_usd, 5000, 1e-6); /* 50,000 / 10 */
    assert_int_equal(t->outcome.reason, TR_EXIT_STOP);
    /* Gross: 500 * -0.2 = -100. Entry: 500 * 0.05 = 25, 0.0006 * 50,025 = 30.015. Out at 99.8 - 0.0499 = 99.7501:
     * 500 * 0.0499 = 24.95, 0.0006 * 500 * 99.7501 = 29.92503. */
    assert_money(t, -100, 30.015 + 29.92503, 25 + 24.95, 0);
    tr_account_finish(&h.account);
}

static void a_margin_is_made_to_fit_the_free_money(void **state)
{
    /* Set aside for each dollar of size: 0.0006 + 0.0005 = 0.0011. */
    const struct row rows[] = {{0, 100, 100, 100, 100}, {1, 100, 100.1, 99.7, 99.75}};
    struct hand h;

    (void)state;
    /* 15,000 are 1.5 times the capital: the margin of 10,000 and 16.5 aside do not fit into 10,000, so that the
     * leverage rises to 15,000 / (10,000 - 16.5) = 15,000 / 9,983.5. */
    begin(&h, TR_LONG, 2, rows);
    h.entry.quantity = 150;
    h.options.leverage = 0;
    const struct tr_account_trade *t = run(&h);
    assert_near(t->margin_usd, 9983.5, 1e-6);
    assert_near(t->leverage, 15000 / 9983.5, 1e-12);
    tr_account_finish(&h.account);

    /* 50,000 by risk, at 5x the largest: 10,000 and 55 aside. Cut to 10,000 / (1/5 + 0.0011) = 10,000 / 0.2011. */
    begin(&h, TR_LONG, 2, rows);
    h.entry.quantity = 0;
    h.entry.levels.stop = 99.8;
    h.options.leverage = 0;
    t = run(&h);
    assert_near(t->size_usd, 10000 / 0.2011, 1e-6);
    assert_near(t->leverage, 5, 1e-12);
    assert_near(t->margin_usd, 10000 / 0.2011 / 5, 1e-6);
    tr_account_finish(&h.account);

    /* A quantity that the entry asks for is not cut: 60,000 / 5 = 12,000. */
    begin(&h, TR_LONG, 2, rows);
    h.entry.quantity = 600;
    h.options.leverage = 0;
    assert_null(run(&h));
    assert_int_equal(h.account.refusal[0], TR_REFUSAL_MARGIN);
    tr_account_finish(&h.account);

    /* Nor is a size of which less than half would be left: at 2x 10,000 / (1/2 + 0.0011) = 19,956 of 50,000. */
    begin(&h, TR_LONG, 2, rows);
    h.entry.quantity = 0;
    h.entry.levels.stop = 99.8;
    h.options.leverage = 2;
    assert_null(run(&h));
    assert_int_equal(h.account.refusal[0], TR_REFUSAL_MARGIN);
    tr_account_finish(&h.account);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_targets_in_three_bars),
        cmocka_unit_test(the_stop_trails_after_target_1),
        cmocka_unit_test(a_gap_through_the_stop_fills_at_the_open),
        cmocka_unit_test(stop_and_target_in_one_bar_are_read_both_ways),
        cmocka_unit_test(finer_bars_say_which_came_first),
        cmocka_unit_test(after_48_hours_what_is_open_leaves),
        cmocka_unit_test(a_missed_settlement_is_charged_at_the_default),
        cmocka_unit_test(a_thin_margin_is_liquidated_before_the_stop),
        cmocka_unit_test(the_leverage_cap_bounds_the_size),
        cmocka_unit_test(a_margin_is_made_to_fit_the_free_money),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
