/* The account by hand: what is refused and why, what is booked, what the equity shows. */
#include "support/test.h"

#include "support/bars.h"

#include "base/buf.h"
#include "engine/backtest/account.h"

#include <math.h>
#include <string.h>

enum { MOST_ROWS = 1000, MOST_SERIES = 3 };

static const struct tr_funding no_funding = {.default_step_ms = TR_DAY_MS};

/* A market a test changes as it likes: columns of its own. */
struct market {
    struct tr_bars view;
    tr_time_ms time[MOST_ROWS];
    double open[MOST_ROWS], high[MOST_ROWS], low[MOST_ROWS], close[MOST_ROWS], volume[MOST_ROWS];
};
static struct market markets[MOST_SERIES];
static struct tr_account_series series[MOST_SERIES];
static struct tr_market_limits limits;

static void market_rows(struct market *m, size_t n, const double rows[][4])
{
    m->view = (struct tr_bars){n, TR_TIMEFRAME_1H, m->time, m->open, m->high, m->low, m->close, m->volume};
    for (size_t i = 0; i < n; i++) {
        const double *row = rows ? rows[i] : (const double[]){100.0, 100.0, 100.0, 100.0};
        m->time[i] = (tr_time_ms)i * TR_HOUR_MS;
        m->open[i] = row[0];
        m->high[i] = row[1];
        m->low[i] = row[2];
        m->close[i] = row[3];
        m->volume[i] = 1.0;
    }
}

/* All series at 100 without a move, no costs, leverage 10, three hours a position. */
static struct tr_account_options still_markets(size_t n)
{
    struct tr_account_options options = {.size = tr_size_defaults(), .leverage = 10.0, .horizon_bars = 3};
    options.from = TR_HOUR_MS;
    options.to = (tr_time_ms)n * TR_HOUR_MS;
    limits = (struct tr_market_limits){0};
    for (size_t s = 0; s < MOST_SERIES; s++) {
        market_rows(&markets[s], n, NULL);
        series[s] = (struct tr_account_series){&markets[s].view, &no_funding, &limits, NULL};
    }
    return options;
}

/* ATR 4 % of the close: stop 6 % away, targets 4, 8 and 12 %. */
static struct tr_account_entry entry_at(size_t s, size_t row, enum tr_side side, double quantity)
{
    struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_account_entry entry = {.series = s, .row = row, .targets = 3, .quantity = quantity};
    struct tr_error err;
    double close = markets[s].close[row];
    assert_ok(tr_levels_make(&ladder, side, close, 0.04 * close, NULL, &entry.levels, &err), &err);
    memcpy(entry.fraction, ladder.fraction, sizeof entry.fraction);
    return entry;
}

static struct tr_account run(const struct tr_account_options *options, size_t n, const struct tr_account_entry *entries)
{
    struct tr_account account;
    struct tr_error err;
    assert_ok(tr_account_run(options, series, MOST_SERIES, entries, n, &account, &err), &err);
    return account;
}

/* Runs the entries and holds their fates against the names in `expected`, with blanks between. */
static struct tr_account run_expecting(const struct tr_account_options *options, size_t n,
                                       const struct tr_account_entry *entries, const char *expected)
{
    struct tr_account account = run(options, n, entries);
    struct tr_buf got;
    tr_buf_init(&got);
    for (size_t i = 0; i < n; i++)
        tr_buf_printf(&got, "%s%s", i > 0 ? " " : "", tr_refusal_name(account.refusal[i]));
    assert_string_equal(tr_buf_string(&got), expected);
    tr_buf_finish(&got);
    return account;
}

static void expect(const struct tr_account_options *options, size_t n, const struct tr_account_entry *entries,
                   const char *expected)
{
    struct tr_account account = run_expecting(options, n, entries, expected);
    tr_account_finish(&account);
}

static void change_row(size_t s, size_t row, double open, double high, double low, double close)
{
    markets[s].open[row] = open;
    markets[s].high[row] = high;
    markets[s].low[row] = low;
    markets[s].close[row] = close;
}

static void assert_money(tr_money amount, const char *text)
{
    char got[TR_MONEY_TEXT];
    tr_money_format(amount, got);
    assert_string_equal(got, text);
}

static const double three_targets[][4] = {{99, 101, 99, 100}, {100, 104, 100, 103}, {103, 113, 102, 112}};

/* 10 coins at 100; 3 leave at 104, 4 at 108, 3 at 112. Maker 0.02 %, taker 0.06 %, slippage 0.05 %. */
static void a_long_through_three_targets(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(3);
    options.cost = tr_cost_defaults();
    options.leverage = 0.0;
    market_rows(&markets[0], 3, three_targets);
    struct tr_account_entry entry = entry_at(0, 0, TR_LONG, 10.0);
    struct tr_account a = run_expecting(&options, 1, &entry, "taken");
    assert_int_equal(a.n_trades, 1);
    assert_int_equal(a.n_open, 0);
    const struct tr_account_trade *t = &a.trades[0];
    assert_near(t->size_usd, 1000.0, 1e-9);
    assert_near(t->leverage, 0.1, 1e-15); /* 1,000 of 10,000 */
    assert_near(t->margin_usd, 1000.0, 1e-9);
    assert_int_equal(t->entry_time, TR_HOUR_MS);
    assert_int_equal(t->exit_time, 3 * TR_HOUR_MS);
    assert_int_equal(t->outcome.reason, TR_EXIT_TARGET);
    assert_money(t->gross, "80.00");   /* 3 * 4 + 4 * 8 + 3 * 12 */
    assert_money(t->fees, "0.8163");   /* 0.0006 * 1000.5 + 0.0002 * (312 + 432 + 336) */
    assert_money(t->slippage, "0.50"); /* 0.0005 * 1000: targets do not slip */
    assert_money(t->funding, "0.00");
    assert_money(t->net, "78.6837");
    assert_money(a.final_equity, "10078.6837");
    /* 2:00: entry 0.6003 + 0.5 paid, 12 less 0.0624 earned, 7 coins 3 dollars up. */
    const double equity[] = {10000.0, 10000.0 - 1.1003 + 12.0 - 0.0624 + 21.0, 10078.6837}, open[] = {0.0, 721.0, 0.0};
    assert_int_equal(a.points, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(a.time[i], (tr_time_ms)(i + 1) * TR_HOUR_MS);
        assert_near(a.equity[i], equity[i], 1e-9);
        assert_near(a.exposure[i], open[i], 1e-9);
    }
    assert_same_bits(a.equity[2], tr_money_usd(a.final_equity));
    tr_account_finish(&a);
}

static void a_short_pays_its_funding_and_its_stop(void **state)
{
    (void)state;
    static const double rows[][4] = {{99, 101, 99, 100}, {100, 101, 99, 98}, {98, 107, 98, 105}};
    static const tr_time_ms stamps[] = {2 * TR_HOUR_MS, 3 * TR_HOUR_MS};
    static const double rates[] = {-0.001, -0.002};
    struct tr_funding funding = {2, stamps, rates, 0.0, TR_DAY_MS};
    struct tr_account_options options = still_markets(3);
    options.cost = tr_cost_defaults();
    market_rows(&markets[0], 3, rows);
    series[0].funding = &funding;
    struct tr_account_entry entry = entry_at(0, 0, TR_SHORT, 10.0);
    struct tr_account a = run_expecting(&options, 1, &entry, "taken");
    const struct tr_account_trade *t = &a.trades[0];
    assert_money(t->gross, "-60.00");  /* 100 -> 106 */
    assert_money(t->slippage, "1.03"); /* 0.0005 * (1000 + 1060) */
    assert_money(t->funding, "3.08");  /* 0.001 * 980 + 0.002 * 1050 */
    assert_money(t->fees, "1.236018"); /* 0.0006 * (999.5 + 1060.53) */
    assert_money(t->net, "-65.346018");
    assert_near(a.equity[1], 10000.0 - 0.5 - 0.5997 + 20.0, 1e-9); /* funding is booked with the fill that ends it */
    tr_account_finish(&a);
}

static void margin_fee_and_slippage_must_fit(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    options.size.capital_usd = 1000.0;
    options.leverage = 1.0;
    struct tr_account_entry all = entry_at(0, 2, TR_LONG, 10.0);
    expect(&options, 1, &all, "taken"); /* 1,000 of 1,000 */
    options.cost.taker_frac = 0.0006;
    expect(&options, 1, &all, "margin"); /* 0.60 short */
    options.fees = (struct tr_fee_schedule){1, {{0.0, 0.0, 0.0}}};
    expect(&options, 1, &all, "taken"); /* its tier is free of charge */
    options.fees.n = 0;
    options.leverage = 2.0;
    expect(&options, 1, &all, "taken"); /* 500.60 */
    options.leverage = 1.0;
    options.cost = (struct tr_cost_options){.slippage_frac = 0.001};
    all.quantity = 9.995;
    expect(&options, 1, &all, "margin"); /* 999.5 + 0.9995 */
    options.cost = (struct tr_cost_options){.slippage_model = TR_SLIPPAGE_RANGE, .slippage_range = 0.1};
    expect(&options, 1, &all, "taken"); /* the bar has no range */
    markets[0].high[2] = 101.0;
    expect(&options, 1, &all, "margin"); /* 0.1 of 1 dollar on 10 coins */
}

/* Conservative: at most 3. Given quantities are not cut. */
static void without_a_leverage_the_margin_is_what_is_free(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    options.size.capital_usd = 1000.0;
    options.leverage = 0.0;
    options.cost.taker_frac = 0.001;
    struct tr_account_entry entries[] = {entry_at(0, 0, TR_LONG, 15.0), entry_at(1, 0, TR_LONG, 0.1)};
    struct tr_account a = run_expecting(&options, 2, entries, "taken margin");
    assert_near(a.trades[0].leverage, 1500.0 / 998.5, 1e-12); /* 1.50 for the fee: 1.5 would ask for all of it */
    assert_near(a.trades[0].margin_usd, 998.5, 1e-9);
    tr_account_finish(&a);
    entries[0].quantity = 29.92; /* 2,992 / 3 + 2.992 = 1,000.33 */
    expect(&options, 1, entries, "margin");
    entries[0].quantity = 29.91;
    expect(&options, 1, entries, "taken");
    limits.max_leverage = 2.0;
    expect(&options, 1, entries, "margin");
}

/* By risk 1,666.67 (100 / 0.06) is wanted; 9,000 of 10,000 are locked by another. */
static void a_size_by_risk_is_cut_to_what_is_free_down_to_half(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    options.leverage = 1.0;
    struct tr_account_entry entries[] = {entry_at(0, 0, TR_LONG, 90.0), entry_at(1, 0, TR_LONG, 0.0)};
    struct tr_account a = run_expecting(&options, 2, entries, "taken taken");
    assert_near(a.trades[1].size_usd, 1000.0, 1e-9);
    tr_account_finish(&a);
    options.cost.taker_frac = 0.001;
    a = run_expecting(&options, 2, entries, "taken taken");
    assert_near(a.trades[1].size_usd, (1000.0 - 9.0) / 1.001, 1e-9); /* with its own fee it takes all */
    tr_account_finish(&a);
    limits.size_step = 3.0;
    a = run_expecting(&options, 2, entries, "taken taken");
    assert_near(a.trades[1].quantity, 9.0, 1e-12);
    tr_account_finish(&a);
    limits = (struct tr_market_limits){.min_notional_usd = 995.0};
    expect(&options, 2, entries, "taken margin");
    limits.min_notional_usd = 0.0;
    entries[0].quantity = 91.6; /* 830.84 are left: less than half */
    expect(&options, 2, entries, "taken margin");
}

static void an_order_sets_its_costs_aside(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    options.size.capital_usd = 1000.0;
    options.leverage = 1.0;
    options.cost.taker_frac = 0.0006;
    /* 500.30 for the first; 499.70 are left, 499.70 + 0.29982 are asked for */
    struct tr_account_entry entries[] = {entry_at(0, 0, TR_LONG, 5.0), entry_at(1, 0, TR_LONG, 4.997),
                                         entry_at(1, 0, TR_LONG, 4.99)};
    expect(&options, 3, entries, "taken margin taken");
}

static void what_is_locked_comes_back_with_each_fill(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    options.size.capital_usd = 1000.0;
    options.leverage = 1.0;
    /* 6 of 10 coins' worth are locked at 1:00; at 3:00 30 % of them leave at target 1, at 4:00 time is up. */
    markets[0].high[2] = 104.0;
    struct tr_account_entry entries[] = {entry_at(0, 0, TR_LONG, 6.0), entry_at(1, 0, TR_LONG, 6.0),
                                         entry_at(1, 1, TR_LONG, 5.0), entry_at(1, 2, TR_LONG, 5.9),
                                         entry_at(1, 2, TR_LONG, 5.8), entry_at(2, 3, TR_LONG, 4.2)};
    /* 3:00: free 1000 + 7.2 - 420 = 587.2. 4:00: 1007.2 - 580 = 427.2. */
    expect(&options, 6, entries, "taken margin margin margin taken taken");
}

static void a_series_holds_one_position_and_the_account_max_open(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    options.max_open = 2;
    /* Three hours from 1:00 on: at the close of row 3 both are out. */
    struct tr_account_entry entries[] = {
        entry_at(0, 0, TR_LONG, 1.0), entry_at(0, 0, TR_SHORT, 1.0), entry_at(1, 0, TR_SHORT, 1.0),
        entry_at(2, 0, TR_LONG, 1.0), entry_at(0, 1, TR_LONG, 1.0),  entry_at(2, 2, TR_LONG, 1.0),
        entry_at(0, 3, TR_LONG, 1.0), entry_at(2, 3, TR_LONG, 1.0),  entry_at(1, 3, TR_LONG, 1.0)};
    expect(&options, 9, entries, "taken busy taken max_open busy max_open taken taken max_open");
    options.max_open = 0;
    expect(&options, 9, entries, "taken busy taken taken busy busy taken taken taken");
}

/* Row 2 opens beyond the stop. At the close of row 1, the same instant, nobody knows. */
static void an_open_is_not_known_at_the_close_before_it(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    markets[0].open[2] = markets[0].low[2] = 90.0;
    struct tr_account_entry entries[] = {entry_at(0, 0, TR_LONG, 1.0), entry_at(0, 1, TR_LONG, 1.0),
                                         entry_at(0, 2, TR_LONG, 1.0)};
    struct tr_account a = run_expecting(&options, 3, entries, "taken busy taken");
    assert_int_equal(a.trades[0].exit_time, 2 * TR_HOUR_MS);
    assert_near(a.equity[1], 10000.0, 1e-9); /* 2:00 */
    assert_near(a.equity[2], 9990.0, 1e-9);
    tr_account_finish(&a);
}

static void one_side_may_hold_so_much_of_the_capital(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    options.max_side_exposure = 1.0;
    struct tr_account_entry entries[] = {entry_at(0, 0, TR_LONG, 60.0), entry_at(1, 0, TR_LONG, 50.0),
                                         entry_at(1, 0, TR_SHORT, 50.0), entry_at(2, 0, TR_LONG, 40.0),
                                         entry_at(1, 3, TR_LONG, 100.1)};
    expect(&options, 5, entries, "taken side taken taken side"); /* 1.1; other side; 1.0 exactly; 1.001 alone */
    options.size.capital_usd = 20000.0;
    expect(&options, 5, entries, "taken taken busy taken taken");
    /* What has left at target 1 has left the cap as well: 4,200 stay of 6,000. */
    options.size.capital_usd = 10000.0;
    markets[0].high[2] = 104.0;
    struct tr_account_entry later[] = {entry_at(0, 0, TR_LONG, 60.0), entry_at(1, 1, TR_LONG, 41.0),
                                       entry_at(1, 2, TR_LONG, 59.0), entry_at(1, 2, TR_LONG, 58.0)};
    expect(&options, 4, later, "taken side side taken");
}

/* Series 1 follows series 0 through small noise, series 2 goes its own way. */
static void correlated_walks(size_t n)
{
    struct tr_rng rng;
    tr_rng_init(&rng, 8, 0);
    double price[MOST_SERIES] = {100.0, 20.0, 50.0};
    for (size_t i = 0; i < n; i++) {
        double common = 0.001 * tr_rng_normal(&rng);
        const double move[] = {common, common + 0.0002 * tr_rng_normal(&rng), 0.001 * tr_rng_normal(&rng)};
        for (size_t s = 0; s < MOST_SERIES; s++) {
            struct market *m = &markets[s];
            m->open[i] = price[s];
            price[s] *= exp(move[s]);
            m->close[i] = price[s];
            m->high[i] = fmax(m->open[i], price[s]);
            m->low[i] = fmin(m->open[i], price[s]);
        }
    }
}

static void series_that_move_together_share_a_cap(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(300);
    correlated_walks(300);
    options.max_correlated_exposure = 1.0;
    options.correlation = 0.7;
    options.correlation_bars = 168;
    /* 6,000 dollars each of 10,000 */
    struct tr_account_entry entries[] = {entry_at(0, 200, TR_LONG, 6000.0 / markets[0].close[200]),
                                         entry_at(1, 200, TR_LONG, 6000.0 / markets[1].close[200]),
                                         entry_at(2, 200, TR_LONG, 6000.0 / markets[2].close[200]),
                                         entry_at(1, 201, TR_SHORT, 6000.0 / markets[1].close[201]),
                                         entry_at(0, 204, TR_LONG, 10100.0 / markets[0].close[204])};
    expect(&options, 5, entries, "taken correlated taken taken correlated");
    options.max_correlated_exposure = 1.25;
    expect(&options, 5, entries, "taken taken taken busy taken");
    /* Two bars are one return: that tells nothing. */
    options.max_correlated_exposure = 1.0;
    struct tr_account_entry early[] = {entry_at(0, 1, TR_LONG, 60.0), entry_at(1, 1, TR_LONG, 300.0)};
    expect(&options, 2, early, "taken taken");
}

/* 1 % of the money at a stop 6 % away: size = money / 6. */
static void compound_sizes_go_by_the_equity(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    /* Series 0 makes 12 % on a given 50 coins; half-way series 1 is sized by what is booked and what is open. */
    change_row(0, 2, 100, 104, 100, 103);
    change_row(0, 3, 103, 113, 102, 112);
    struct tr_account_entry entries[] = {entry_at(0, 0, TR_LONG, 50.0), entry_at(1, 2, TR_LONG, 0.0),
                                         entry_at(2, 3, TR_LONG, 0.0)};
    struct tr_account a = run_expecting(&options, 3, entries, "taken taken taken");
    assert_near(a.trades[1].size_usd, 10000.0 / 6.0, 1e-9);
    assert_near(a.trades[2].size_usd, 10000.0 / 6.0, 1e-9);
    tr_account_finish(&a);
    options.compound = true;
    a = run_expecting(&options, 3, entries, "taken taken taken");
    assert_near(a.equity[2], 10000.0 + 15 * 4 + 35 * 3, 1e-9);
    assert_near(a.trades[1].size_usd, 10165.0 / 6.0, 1e-9);
    assert_near(a.trades[2].size_usd, (10000.0 + 15 * 4 + 20 * 8 + 15 * 12) / 6.0, 1e-9);
    tr_account_finish(&a);
    options.leverage = 0.0;
    a = run_expecting(&options, 3, entries, "taken taken taken");
    assert_near(a.trades[1].leverage, 1.0 / 6.0, 1e-12);
    tr_account_finish(&a);
}

static void the_fee_tier_is_that_of_the_thirty_days_before(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(24 * 33);
    struct tr_error err;
    options.cost = tr_cost_defaults();
    assert_ok(tr_fee_schedule_parse("2000:0.0001/0.0003,2200:0/0.0002", &options.fees, &err), &err);
    /* In and out for 1,000 each on day 0; the small ones turn over 20 each. Row 719 closes as day 30 begins. */
    struct tr_account_entry entries[] = {entry_at(0, 5, TR_LONG, 10.0),  entry_at(0, 15, TR_LONG, 0.1),
                                         entry_at(0, 20, TR_LONG, 0.9),  entry_at(0, 23, TR_LONG, 0.1),
                                         entry_at(0, 719, TR_LONG, 0.1), entry_at(0, 742, TR_LONG, 0.1),
                                         entry_at(0, 743, TR_LONG, 0.1), entry_at(1, 743, TR_LONG, 0.1)};
    /* Day 0: 2,000 + 20 + 90 (the other 90 leave at the close that begins day 1). Day 1: 90 + 20. Day 30: 20. */
    struct tr_account a = run_expecting(&options, 8, entries, "taken taken taken taken taken taken busy taken");
    const double taker[] = {0.0006, 0.0006, 0.0006, 0.0003, 0.0002, 0.0002, 0.0006};
    const double maker[] = {0.0002, 0.0002, 0.0002, 0.0001, 0.0, 0.0, 0.0002};
    for (size_t i = 0; i < 7; i++) {
        assert_same_bits(a.trades[i].taker_frac, taker[i]);
        assert_same_bits(a.trades[i].maker_frac, maker[i]);
    }
    assert_money(a.trades[3].slippage, "0.01");
    assert_money(a.trades[3].fees, "0.006"); /* 0.0003 on 10.005 and 9.995: both at its tier */
    tr_account_finish(&a);
}

static void sizes_keep_to_the_market(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    limits = (struct tr_market_limits){.size_step = 0.1, .min_size = 0.5, .min_notional_usd = 80.0};
    struct tr_account_entry entries[] = {entry_at(0, 0, TR_LONG, 1.27), entry_at(1, 0, TR_LONG, 0.09),
                                         entry_at(1, 0, TR_LONG, 0.49), entry_at(1, 0, TR_LONG, 0.79),
                                         entry_at(1, 0, TR_LONG, 0.8),  entry_at(2, 0, TR_LONG, 0.0)};
    struct tr_account a = run_expecting(&options, 6, entries, "taken size size size taken taken");
    assert_near(a.trades[0].quantity, 1.2, 1e-12);
    assert_near(a.trades[1].quantity, 0.8, 1e-12);
    assert_near(a.trades[2].quantity, 16.6, 1e-12); /* 100 / 0.06 / 100 = 16.67 */
    tr_account_finish(&a);
    limits.min_size = 17.0;
    expect(&options, 1, &entries[5], "size");
}

static void the_last_bar_and_what_comes_too_late(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(6);
    options.max_open = 1;
    /* Series 0 stands still after row 1 until 10:00; its order would have been over at 5:00. */
    for (size_t i = 2; i < 6; i++)
        markets[0].time[i] += 8 * TR_HOUR_MS;
    options.to = 14 * TR_HOUR_MS;
    struct tr_account_entry entries[] = {entry_at(0, 1, TR_LONG, 1.0), entry_at(1, 2, TR_LONG, 1.0),
                                         entry_at(1, 3, TR_LONG, 1.0), entry_at(1, 4, TR_LONG, 1.0),
                                         entry_at(1, 5, TR_LONG, 1.0), entry_at(0, 5, TR_LONG, 1.0)};
    expect(&options, 6, entries, "expired max_open max_open taken no_bar no_bar");
}

static void a_limit_order_waits_one_bar(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(20);
    options.entry = TR_ENTRY_LIMIT;
    options.max_open = 1;
    options.cost = tr_cost_defaults();
    /* Row 3 runs away from a long at 100, row 4 comes back. */
    change_row(0, 3, 101, 102, 101, 102);
    change_row(0, 4, 103, 103, 100, 100);
    struct tr_account_entry entries[] = {entry_at(0, 2, TR_LONG, 1.0), entry_at(1, 2, TR_LONG, 1.0),
                                         entry_at(0, 3, TR_LONG, 1.0), entry_at(1, 3, TR_LONG, 1.0)};
    /* At 3:00 it is an order like any other; at 4:00 it is known to be gone. */
    struct tr_account a = run_expecting(&options, 4, entries, "unfilled max_open taken max_open");
    assert_int_equal(a.n_trades, 1);
    assert_near(a.trades[0].size_usd, 102.0, 1e-12);
    assert_true(a.trades[0].outcome.entry_inside);
    assert_near(a.trades[0].money.booking[0].fees, 0.0002, 1e-15);
    assert_near(a.equity[3], 10000.0, 1e-12);
    tr_account_finish(&a);
}

static void what_is_open_at_the_end_is_valued(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(4);
    options.cost = tr_cost_defaults();
    options.horizon_bars = 10;
    change_row(0, 2, 100, 104, 100, 103);
    change_row(0, 3, 103, 103, 102, 102);
    struct tr_account_entry entry = entry_at(0, 0, TR_LONG, 10.0);
    struct tr_account a = run_expecting(&options, 1, &entry, "taken");
    assert_int_equal(a.n_open, 1);
    assert_true(a.trades[0].open);
    assert_int_equal(a.trades[0].exit_time, 4 * TR_HOUR_MS);
    assert_money(a.trades[0].gross, "26.00"); /* 3 * 4 + 7 * 2 */
    /* 0.0006 * (1000.5 + 714 * 0.9995) + 0.0002 * 312; 0.0005 * 1714 */
    assert_money(a.trades[0].fees, "1.0908858");
    assert_money(a.trades[0].slippage, "0.857");
    assert_near(a.equity[2], 10000.0 - 1.1003 + 12.0 - 0.0624 + 21.0, 1e-9);
    assert_near(a.exposure[2], 721.0, 1e-9);
    assert_same_bits(a.equity[3], tr_money_usd(a.final_equity));
    assert_same_bits(a.exposure[3], 0.0);
    tr_account_finish(&a);
    options.to = 3 * TR_HOUR_MS; /* a grid that ends before the bars knows nothing of their end */
    a = run(&options, 1, &entry);
    assert_int_equal(a.points, 3);
    assert_near(a.equity[2], 10000.0 - 1.1003 + 12.0 - 0.0624 + 21.0, 1e-9);
    tr_account_finish(&a);
}

/* Series 0 has a hole, series 1 begins late: every close of either is a point, and a position stands at its last. */
static void the_grid_is_the_union_of_closes(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(6);
    for (size_t i = 3; i < 6; i++)
        markets[0].time[i] += 2 * TR_HOUR_MS; /* closes 1 2 3 6 7 8 */
    for (size_t i = 0; i < 6; i++)
        markets[1].time[i] += 4 * TR_HOUR_MS; /* closes 5 .. 10 */
    markets[2].view.n = 0;
    markets[0].close[2] = 99.0;
    markets[0].close[3] = 101.0;
    options.from = 2 * TR_HOUR_MS;
    options.to = 9 * TR_HOUR_MS;
    options.horizon_bars = 6; /* until 8:00 */
    struct tr_account_entry entry = entry_at(0, 1, TR_SHORT, 2.0);
    struct tr_account a = run_expecting(&options, 1, &entry, "taken");
    const double equity[] = {10000, 10002, 10002, 9998, 10000, 10000, 10000},
                 exposure[] = {0, 198, 198, 202, 200, 0, 0};
    const int hour[] = {2, 3, 5, 6, 7, 8, 9};
    assert_int_equal(a.points, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(a.time[i], hour[i] * TR_HOUR_MS);
        assert_near(a.equity[i], equity[i], 1e-9);
        assert_near(a.exposure[i], exposure[i], 1e-9);
    }
    tr_account_finish(&a);
}

static void no_entries_and_no_series_leave_the_capital(void **state)
{
    (void)state;
    struct tr_account_options options = still_markets(6);
    struct tr_account a = run(&options, 0, NULL);
    assert_int_equal(a.points, 6);
    for (size_t i = 0; i < 6; i++)
        assert_same_bits(a.equity[i], 10000.0);
    tr_account_finish(&a);
    struct tr_error err;
    assert_ok(tr_account_run(&options, series, 0, NULL, 0, &a, &err), &err);
    assert_int_equal(a.points, 1);
    assert_int_equal(a.time[0], options.from);
    assert_int_equal(a.final_equity, a.capital);
    tr_account_finish(&a);
}

static enum tr_status broken_source(void *context, tr_time_ms from, tr_time_ms to, struct tr_bars *out,
                                    struct tr_error *err)
{
    (void)context, (void)from, (void)to, (void)out;
    return tr_error_set(err, TR_IO, "no finer bars today");
}

static void what_cannot_be_read_or_counted_is_an_error(void **state)
{
    (void)state;
    struct tr_detail detail = {broken_source, NULL};
    struct tr_account_options options = still_markets(6);
    struct tr_account_entry entry = entry_at(0, 0, TR_LONG, 1.0);
    struct tr_account a;
    struct tr_error err;
    series[0].detail = &detail;
    change_row(0, 2, 100, 105, 93, 100);
    assert_int_equal(tr_account_run(&options, series, 1, &entry, 1, &a, &err), TR_IO);
    tr_account_finish(&a);
    series[0].detail = NULL;
    entry.quantity = 2e8;
    options.leverage = 1e9;
    options.size.maintenance_frac = 0.0;
    expect(&options, 1, &entry, "size");
    entry.quantity = 2.4e7; /* 2.4e9 USD when it is decided, 1.2e10 at the open that follows */
    change_row(0, 1, 500, 505, 495, 500);
    assert_int_equal(tr_account_run(&options, series, 1, &entry, 1, &a, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "entry 1: a position of 1.2e+10 USD"));
    tr_account_finish(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_through_three_targets),
        cmocka_unit_test(a_short_pays_its_funding_and_its_stop),
        cmocka_unit_test(margin_fee_and_slippage_must_fit),
        cmocka_unit_test(without_a_leverage_the_margin_is_what_is_free),
        cmocka_unit_test(a_size_by_risk_is_cut_to_what_is_free_down_to_half),
        cmocka_unit_test(an_order_sets_its_costs_aside),
        cmocka_unit_test(what_is_locked_comes_back_with_each_fill),
        cmocka_unit_test(a_series_holds_one_position_and_the_account_max_open),
        cmocka_unit_test(an_open_is_not_known_at_the_close_before_it),
        cmocka_unit_test(one_side_may_hold_so_much_of_the_capital),
        cmocka_unit_test(series_that_move_together_share_a_cap),
        cmocka_unit_test(compound_sizes_go_by_the_equity),
        cmocka_unit_test(the_fee_tier_is_that_of_the_thirty_days_before),
        cmocka_unit_test(sizes_keep_to_the_market),
        cmocka_unit_test(the_last_bar_and_what_comes_too_late),
        cmocka_unit_test(a_limit_order_waits_one_bar),
        cmocka_unit_test(what_is_open_at_the_end_is_valued),
        cmocka_unit_test(the_grid_is_the_union_of_closes),
        cmocka_unit_test(no_entries_and_no_series_leave_the_capital),
        cmocka_unit_test(what_cannot_be_read_or_counted_is_an_error),
    };
    return cmocka_run_group_tests_name("backtest/account", tests, NULL, NULL);
}
