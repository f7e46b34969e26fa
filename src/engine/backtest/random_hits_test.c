#include "support/test.h"

#include "base/rng.h"
#include "engine/backtest/measure.h"
#include "engine/simulate/market.h"

#include <math.h>
#include <string.h>

enum { BARS = 6000, MOST = 4000, HORIZON = 48 };

/* A market out of the simulator, and an account on it whose trades are played by the kernel alone. */
struct scene {
    struct tr_bar_list list;
    struct tr_bars bars;
    double atr[BARS];
    const double *atrs[1];
    struct tr_account_series series[1];
    struct tr_account_options options;
    struct tr_account account;
    struct tr_account_trade trades[MOST];
    struct tr_account_entry entries[MOST];
};

static struct scene scene; /* too large for the stack */

static void make_scene(uint64_t seed)
{
    struct tr_simulate_options market = tr_simulate_defaults();
    struct tr_error err;
    memset(&scene, 0, sizeof scene);
    market.seed = seed;
    market.n = BARS;
    market.timeframe = TR_TIMEFRAME_1H;
    tr_bar_list_init(&scene.list, TR_TIMEFRAME_1H);
    assert_ok(tr_simulate_market(&market, &scene.list, &err), &err);
    scene.bars = tr_bar_list_view(&scene.list);
    for (size_t i = 0; i < BARS; i++) {
        size_t first = i < 14 ? 0 : i - 13;
        for (size_t k = first; k <= i; k++)
            scene.atr[i] += (scene.bars.high[k] - scene.bars.low[k]) / (double)(i + 1 - first);
    }
    scene.atrs[0] = scene.atr;
    scene.series[0].bars = &scene.bars;
    scene.options = (struct tr_account_options){.size = tr_size_defaults(),
                                                .horizon_bars = HORIZON,
                                                .from = scene.bars.time[0] + TR_HOUR_MS,
                                                .to = scene.bars.time[BARS - 1] + TR_HOUR_MS};
    scene.account = (struct tr_account){.trades = scene.trades};
}

static void finish_scene(void)
{
    tr_bar_list_finish(&scene.list);
}

static struct tr_levels levels_at(size_t row, enum tr_side side)
{
    const struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_levels levels;
    struct tr_error err;
    assert_ok(tr_levels_make(&ladder, side, scene.bars.close[row], scene.atr[row], NULL, &levels, &err), &err);
    return levels;
}

static void add_trade(size_t row, enum tr_side side, size_t targets)
{
    size_t i = scene.account.n_trades++;
    assert_true(i < MOST);
    struct tr_account_entry *e = &scene.entries[i];
    *e = (struct tr_account_entry){.row = row, .levels = levels_at(row, side), .targets = targets};
    for (size_t k = 0; k < targets; k++)
        e->fraction[k] = 1.0 / (double)targets;
    scene.trades[i] = (struct tr_account_trade){.entry = i, .side = side, .size_usd = 1000.0, .leverage = 1.0};
}

static void rates_ok(uint64_t seed, double rate[TR_TARGETS])
{
    struct tr_error err;
    assert_ok(tr_random_hits(&scene.account, &scene.options, scene.series, scene.entries, scene.atrs, seed, rate, &err),
              &err);
}

/* Every row of a span, played by the kernel: what drawing rows must come near to. */
static void play_all(size_t first, size_t end, enum tr_side side, double rate[TR_TARGETS])
{
    double hits[TR_TARGETS] = {0.0};
    for (size_t row = first; row < end; row++) {
        struct tr_levels levels = levels_at(row, side);
        const struct tr_outcome_rules rules = {.targets = TR_TARGETS,
                                               .fraction = {1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0},
                                               .horizon_bars = HORIZON,
                                               .margin_frac = 1.0,
                                               .maintenance_frac = scene.options.size.maintenance_frac};
        struct tr_outcome outcome;
        tr_outcome_run(&rules, &levels, &scene.bars, row, &outcome);
        assert_true(outcome.reason != TR_EXIT_OPEN);
        for (size_t k = 0; k < TR_TARGETS; k++)
            hits[k] += outcome.targets_hit > k ? 1.0 : 0.0;
    }
    for (size_t k = 0; k < TR_TARGETS; k++)
        rate[k] = hits[k] / (double)(end - first);
}

static void rates_are_those_of_all_rows_of_the_span(void **state)
{
    (void)state;
    const size_t spans[][2] = {{0, BARS - HORIZON}, {100, 400}, {3000, 3100}};
    for (size_t s = 0; s < 3; s++) {
        make_scene(31 + s);
        if (s > 0) {
            scene.options.from = scene.bars.time[spans[s][0]] + TR_HOUR_MS;
            scene.options.to = scene.bars.time[spans[s][1]] + TR_HOUR_MS;
        }
        for (int side = 0; side < TR_SIDE_COUNT; side++) {
            scene.account.n_trades = 0;
            for (size_t i = 0; i < 40; i++)
                add_trade(20 + 100 * i, (enum tr_side)side, TR_TARGETS);
            double expected[TR_TARGETS], rate[TR_TARGETS];
            play_all(spans[s][0], spans[s][1], (enum tr_side)side, expected);
            rates_ok(7, rate);
            /* 10,000 draws: 4.5 standard errors. */
            for (size_t k = 0; k < TR_TARGETS; k++)
                assert_near(rate[k], expected[k], 4.5 * sqrt(expected[k] * (1.0 - expected[k]) / 10000.0));
        }
        finish_scene();
    }
}

static void trades_of_random_entries_reach_as_much(void **state)
{
    (void)state;
    for (uint64_t seed = 51; seed < 55; seed++) {
        make_scene(seed);
        struct tr_rng rng;
        tr_rng_init(&rng, seed, 3);
        double hits[TR_TARGETS] = {0.0}, rate[TR_TARGETS];
        for (size_t i = 0; i < MOST; i++) {
            size_t row = 14 + (size_t)tr_rng_below(&rng, BARS - HORIZON - 14);
            enum tr_side side = tr_rng_uniform(&rng) < 0.5 ? TR_LONG : TR_SHORT;
            add_trade(row, side, TR_TARGETS);
            double one[TR_TARGETS];
            play_all(row, row + 1, side, one);
            for (size_t k = 0; k < TR_TARGETS; k++)
                hits[k] += one[k] / MOST;
        }
        rates_ok(seed, rate);
        for (size_t k = 0; k < TR_TARGETS; k++) {
            double variance = rate[k] * (1.0 - rate[k]) * (1.0 / MOST + 1.0 / (10.0 * MOST));
            assert_near(hits[k], rate[k], 4.5 * sqrt(variance));
        }
        assert_true(rate[0] > 0.4 && rate[0] < 0.75 && rate[1] < rate[0] && rate[2] < rate[1]);
        finish_scene();
    }
}

/* The whole way: an account of entries at random on the market, its own hit rates against these, its sums and spans
 * against each other. */
static void an_account_of_random_entries_reaches_as_much(void **state)
{
    (void)state;
    const struct tr_funding funding = tr_funding_none();
    double hits = 0.0, drawn = 0.0, expected = 0.0;
    for (uint64_t seed = 71; seed < 77; seed++) {
        make_scene(seed);
        struct tr_rng rng;
        struct tr_error err;
        tr_rng_init(&rng, seed, 4);
        for (size_t row = 14; row < BARS; row += 1 + (size_t)tr_rng_below(&rng, 40))
            add_trade(row, tr_rng_uniform(&rng) < 0.5 ? TR_LONG : TR_SHORT, TR_TARGETS);
        size_t entries = scene.account.n_trades;
        scene.series[0].funding = &funding;
        scene.options.cost = tr_cost_defaults();
        scene.options.profile = TR_CONSERVATIVE;
        assert_ok(tr_account_run(&scene.options, scene.series, 1, scene.entries, entries, &scene.account, &err), &err);
        struct tr_backtest_measures m;
        assert_ok(tr_backtest_measure(&scene.account, scene.entries, 1, 100, seed, &m, &err), &err);
        rates_ok(seed, m.random_hit_rate);
        hits += m.hit_rate[0].value * (double)m.closed;
        drawn += (double)m.closed;
        expected += m.random_hit_rate[0] * (double)m.closed;
        assert_true(m.closed > 100 && scene.account.capital + m.net == scene.account.final_equity);
        double growth = 1.0;
        for (size_t k = 0; k < m.n_months; k++)
            growth *= isnan(m.month[k].return_frac) ? 1.0 : 1.0 + m.month[k].return_frac;
        assert_near(growth - 1.0, m.total_return.value, 1e-9);
        assert_near(m.day[m.n_days - 1].equity, tr_money_usd(scene.account.final_equity), 1e-6);
        assert_near(m.cost_net_usd[10], tr_money_usd(m.net), 1e-6);
        /* Of the closes of a position's bars the last no longer shows it. */
        double marked = (m.all.average_hours - 1.0) * (double)m.closed / (double)scene.account.points;
        assert_near(m.time_in_market, marked, 0.01);
        assert_true(m.average_exposure > 0.0);
        tr_measures_finish(&m);
        tr_account_finish(&scene.account);
        finish_scene();
    }
    assert_near(hits / drawn, expected / drawn, 4.5 * sqrt(0.25 / drawn));
}

/* Bars that reach every target of a long at once, but only behind decisions of rows first .. end - 1; elsewhere they
 * stop it. A draw outside them would show. */
static void make_telling_bars(size_t first, size_t end)
{
    for (size_t i = 0; i < BARS; i++) {
        bool inside = i >= first + 1 && i < end + 1;
        scene.list.open[i] = scene.list.close[i] = 100.0;
        scene.list.high[i] = inside ? 110.0 : 100.0;
        scene.list.low[i] = inside ? 100.0 : 90.0;
        scene.atr[i] = 2.0;
    }
}

static void every_draw_lies_in_the_tested_span(void **state)
{
    (void)state;
    make_scene(61);
    make_telling_bars(1000, 1200);
    add_trade(1050, TR_LONG, TR_TARGETS);
    double rate[TR_TARGETS];
    scene.options.from = scene.bars.time[1000] + TR_HOUR_MS; /* the close of row 1000 */
    scene.options.to = scene.bars.time[1200] + TR_HOUR_MS;   /* that of row 1200 is outside */
    rates_ok(1, rate);
    for (size_t k = 0; k < TR_TARGETS; k++)
        assert_true(rate[k] == 1.0);
    scene.options.from -= 1; /* grid or not, the same rows */
    rates_ok(1, rate);
    assert_true(rate[2] == 1.0);
    scene.options.from -= TR_HOUR_MS;
    rates_ok(1, rate);
    assert_near(rate[2], 200.0 / 201.0, 0.004);
    assert_true(rate[2] < 1.0);
    scene.options.from += TR_HOUR_MS;
    scene.options.to += TR_HOUR_MS;
    rates_ok(2, rate);
    assert_true(rate[2] < 1.0);
    finish_scene();
}

static void a_horizon_that_the_bars_do_not_hold_is_not_drawn(void **state)
{
    (void)state;
    make_scene(62);
    add_trade(1000, TR_SHORT, TR_TARGETS);
    make_telling_bars(BARS - HORIZON, BARS); /* for a short the end of the bars is the only place of losses */
    scene.options.from = scene.bars.time[BARS - 2 * HORIZON];
    double rate[TR_TARGETS];
    rates_ok(1, rate);
    assert_true(rate[0] == 1.0);
    scene.options.from = scene.bars.time[BARS - HORIZON - 1] + TR_HOUR_MS; /* one row is left, and is drawn */
    rates_ok(1, rate);
    assert_true(rate[0] == 1.0);
    scene.options.from = scene.bars.time[BARS - HORIZON] + TR_HOUR_MS; /* none is */
    rates_ok(1, rate);
    assert_true(isnan(rate[0]) && isnan(rate[2]));
    finish_scene();
}

static void the_same_seed_gives_the_same_bits(void **state)
{
    (void)state;
    make_scene(63);
    for (size_t i = 0; i < 33; i++)
        add_trade(50 * (i + 1), i % 3 ? TR_LONG : TR_SHORT, TR_TARGETS);
    double a[TR_TARGETS], b[TR_TARGETS], c[TR_TARGETS];
    rates_ok(5, a);
    rates_ok(5, b);
    rates_ok(6, c);
    for (size_t k = 0; k < TR_TARGETS; k++)
        assert_same_bits(a[k], b[k]);
    assert_true(a[0] != c[0]);
    finish_scene();
}

static void distances_follow_the_atr_or_else_the_price(void **state)
{
    (void)state;
    make_scene(64);
    /* Every bar goes 3 up from 100: within reach of distances of 2, not of 4. Half the rows have twice the ATR. */
    for (size_t i = 0; i < BARS; i++) {
        scene.list.open[i] = scene.list.close[i] = scene.list.low[i] = 100.0;
        scene.list.high[i] = 103.0;
        scene.atr[i] = i < BARS / 2 ? 2.0 : 4.0;
    }
    add_trade(10, TR_LONG, 1);
    scene.options.from = scene.bars.time[BARS / 2 - 500];
    scene.options.to = scene.bars.time[BARS / 2 + 500];
    double rate[TR_TARGETS];
    rates_ok(1, rate);
    assert_near(rate[0], 0.5, 0.025);
    assert_true(isnan(rate[1]) && isnan(rate[2])); /* no closed trade has them */
    scene.atr[10] = (double)NAN;
    rates_ok(1, rate);
    assert_true(rate[0] == 1.0);
    scene.atr[10] = 2.0;
    scene.atrs[0] = NULL;
    rates_ok(1, rate);
    assert_true(rate[0] == 1.0);
    finish_scene();
}

static void limit_orders_that_are_not_touched_are_drawn_again(void **state)
{
    (void)state;
    make_scene(65);
    scene.options.entry = TR_ENTRY_LIMIT;
    /* Even rows close at 100 before a bar that opens and stays above; odd rows close at 101 before one that falls to
     * 100 and rises no more than to 101 before the next falls again. */
    for (size_t i = 0; i < BARS; i++) {
        bool after_even = i % 2;
        scene.list.open[i] = after_even ? 101.0 : 100.5;
        scene.list.high[i] = after_even ? 104.0 : 104.5;
        scene.list.low[i] = after_even ? 100.5 : 100.0;
        scene.list.close[i] = after_even ? 101.0 : 100.0;
        scene.atr[i] = 3.0;
    }
    add_trade(21, TR_LONG, 1);
    double rate[TR_TARGETS];
    rates_ok(1, rate);
    assert_true(rate[0] == 1.0); /* an order that was not touched would have counted as a miss */
    for (size_t i = 0; i < BARS; i++) {
        scene.list.low[i] = scene.list.open[i] = scene.list.close[i] = 100.0 + (double)i;
        scene.list.high[i] = scene.list.low[i] + 0.5;
    }
    rates_ok(1, rate);
    assert_true(isnan(rate[0])); /* none is ever touched, and the search ends */
    finish_scene();
}

static enum tr_status no_detail(void *context, tr_time_ms from, tr_time_ms to, struct tr_bars *out,
                                struct tr_error *err)
{
    (void)context;
    (void)from;
    (void)to;
    *out = (struct tr_bars){0};
    return tr_error_set(err, TR_IO, "the finer bars cannot be read");
}

static void an_error_of_the_finer_bars_is_handed_on(void **state)
{
    (void)state;
    make_scene(66);
    add_trade(100, TR_LONG, TR_TARGETS);
    const struct tr_detail detail = {no_detail, NULL};
    scene.series[0].detail = &detail;
    for (size_t i = 0; i < BARS; i++) { /* every bar touches all there is */
        scene.list.high[i] *= 1.3;
        scene.list.low[i] *= 0.7;
    }
    double rate[TR_TARGETS];
    struct tr_error err;
    assert_int_equal(
        tr_random_hits(&scene.account, &scene.options, scene.series, scene.entries, scene.atrs, 1, rate, &err), TR_IO);
    finish_scene();
}

static void open_trades_alone_give_nothing(void **state)
{
    (void)state;
    make_scene(67);
    double rate[TR_TARGETS];
    rates_ok(1, rate);
    assert_true(isnan(rate[0]));
    add_trade(100, TR_LONG, TR_TARGETS);
    scene.trades[0].open = true;
    rates_ok(1, rate);
    assert_true(isnan(rate[0]) && isnan(rate[1]) && isnan(rate[2]));
    add_trade(200, TR_LONG, 1);
    rates_ok(1, rate);
    assert_true(rate[0] > 0.0 && isnan(rate[1]) && isnan(rate[2]));
    finish_scene();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_those_of_all_rows_of_the_span),
        cmocka_unit_test(trades_of_random_entries_reach_as_much),
        cmocka_unit_test(an_account_of_random_entries_reaches_as_much),
        cmocka_unit_test(every_draw_lies_in_the_tested_span),
        cmocka_unit_test(a_horizon_that_the_bars_do_not_hold_is_not_drawn),
        cmocka_unit_test(the_same_seed_gives_the_same_bits),
        cmocka_unit_test(distances_follow_the_atr_or_else_the_price),
        cmocka_unit_test(limit_orders_that_are_not_touched_are_drawn_again),
        cmocka_unit_test(an_error_of_the_finer_bars_is_handed_on),
        cmocka_unit_test(open_trades_alone_give_nothing),
    };
    return cmocka_run_group_tests_name("engine/backtest/random_hits", tests, NULL, NULL);
}
