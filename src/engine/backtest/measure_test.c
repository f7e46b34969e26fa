#include "support/test.h"

#include "base/alloc.h"
#include "base/order.h"
#include "engine/backtest/measure_test.h"
#include "engine/score/bootstrap.h"

#include <math.h>

/* The rate whose own distance to k / n is z standard errors, found by halving: Wilson's bound by its definition. */
static double wilson_bound(double k, double n, bool upper)
{
    const double z = 1.959963984540054;
    double inside = k / n, outside = upper ? 1.0 : 0.0;
    for (int i = 0; i < 200; i++) {
        double p = 0.5 * (inside + outside);
        if (fabs(k / n - p) <= z * sqrt(p * (1.0 - p) / n))
            inside = p;
        else
            outside = p;
    }
    return inside;
}

static void check_rate(const struct tr_measured *rate, size_t k, size_t n)
{
    if (n == 0) {
        assert_true(isnan(rate->value) && isnan(rate->interval.lower) && isnan(rate->interval.upper));
        return;
    }
    assert_near(rate->value, (double)k / (double)n, 1e-15);
    assert_near(rate->interval.lower, wilson_bound((double)k, (double)n, false), 1e-9);
    assert_near(rate->interval.upper, wilson_bound((double)k, (double)n, true), 1e-9);
    assert_true(rate->interval.lower <= rate->value && rate->value <= rate->interval.upper);
}

static void rates_and_wilson_equal_a_slow_reference(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 30; seed++) {
        make_random(seed, 5 + 9 * (size_t)seed, 50, START);
        struct tr_backtest_measures m = measure(0, 1);
        size_t wins = 0, closed = 0, proven = 0, proven_hits = 0, ambiguous = 0;
        for (size_t i = 0; i < made.account.n_trades; i++) {
            closed += is_closed(i);
            wins += is_closed(i) && made.trades[i].net > 0;
            proven += is_closed(i) && made.entries[i].proven;
            proven_hits += is_closed(i) && made.entries[i].proven && made.trades[i].outcome.targets_hit >= 1;
            ambiguous += is_closed(i) && made.trades[i].outcome.ambiguous;
        }
        assert_int_equal(m.closed, closed);
        assert_int_equal(m.open, made.account.n_trades - closed);
        assert_int_equal(m.ambiguous, ambiguous);
        check_rate(&m.win_rate, wins, closed);
        check_rate(&m.proven_hit_rate, proven_hits, proven);
        for (size_t k = 0; k < TR_TARGETS; k++) {
            size_t hits = 0, with = 0;
            for (size_t i = 0; i < made.account.n_trades; i++) {
                with += is_closed(i) && made.entries[i].targets >= k + 1;
                hits += is_closed(i) && made.entries[i].targets >= k + 1 && made.trades[i].outcome.targets_hit >= k + 1;
            }
            check_rate(&m.hit_rate[k], hits, with);
            assert_true(isnan(m.random_hit_rate[k]));
        }
        tr_measures_finish(&m);
    }
}

/* Each run of trades is looked at whole: is it all wins (losses)? Open trades are not there. */
static size_t longest_run(int sign)
{
    tr_money net[MOST_TRADES];
    size_t n = 0, longest = 0;
    for (size_t i = 0; i < made.account.n_trades; i++)
        if (is_closed(i))
            net[n++] = made.trades[i].net;
    for (size_t first = 0; first < n; first++) {
        for (size_t length = 1; first + length <= n; length++) {
            bool all = true;
            for (size_t i = first; i < first + length; i++)
                all = all && (sign > 0 ? net[i] > 0 : net[i] < 0);
            longest = all && length > longest ? length : longest;
        }
    }
    return longest;
}

static double fraction_of(size_t i)
{
    return usd(made.trades[i].net) / made.trades[i].size_usd;
}

static void streaks_extremes_and_averages_equal_a_slow_reference(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        make_random(seed, 70, 50, START);
        struct tr_backtest_measures m = measure(0, 1);
        assert_int_equal(m.wins_in_row, longest_run(1));
        assert_int_equal(m.losses_in_row, longest_run(-1));
        double gains = 0.0, losses = 0.0, net_frac = 0.0, gross_frac = 0.0, won_hours = 0.0, lost_hours = 0.0;
        for (size_t i = 0; i < 70; i++) {
            const struct tr_account_trade *t = &made.trades[i];
            if (t->open)
                continue;
            assert_true(fraction_of(i) <= fraction_of(m.best) && fraction_of(i) >= fraction_of(m.worst));
            gains += fmax(usd(t->net), 0.0);
            losses -= fmin(usd(t->net), 0.0);
            net_frac += fraction_of(i);
            gross_frac += usd(t->gross) / t->size_usd;
            won_hours += t->net > 0 ? (double)(t->exit_time - t->entry_time) / 3600000.0 : 0.0;
            lost_hours += t->net < 0 ? (double)(t->exit_time - t->entry_time) / 3600000.0 : 0.0;
        }
        double n = (double)m.closed;
        assert_true(is_closed(m.best) && is_closed(m.worst));
        assert_near(m.profit_factor.value, gains / losses, 1e-9);
        assert_near(m.expectancy_usd.value, (gains - losses) / n, 1e-9);
        assert_near(m.average_net_frac.value, net_frac / n, 1e-12);
        assert_near(m.average_gross_frac.value, gross_frac / n, 1e-12);
        assert_near(m.winner_hours, won_hours / (double)m.all.wins, 1e-9);
        assert_near(m.loser_hours, lost_hours / (double)m.all.losses, 1e-9);
        tr_measures_finish(&m);
    }
}

static void check_sum(const struct tr_trade_group *group, size_t n, const struct tr_trade_group *all)
{
    struct tr_trade_group sum = {0};
    double net_frac = 0.0, hours = 0.0;
    for (size_t k = 0; k < n; k++) {
        sum.trades += group[k].trades;
        sum.wins += group[k].wins;
        sum.draws += group[k].draws;
        sum.losses += group[k].losses;
        sum.net += group[k].net;
        sum.net_capital_frac += group[k].net_capital_frac;
        assert_true(group[k].trades > 0 || (isnan(group[k].average_net_frac) && isnan(group[k].average_hours)));
        net_frac += group[k].trades ? group[k].average_net_frac * (double)group[k].trades : 0.0;
        hours += group[k].trades ? group[k].average_hours * (double)group[k].trades : 0.0;
    }
    assert_true(sum.trades == all->trades && sum.wins == all->wins && sum.draws == all->draws);
    assert_true(sum.losses == all->losses && sum.net == all->net);
    assert_int_equal(sum.trades, sum.wins + sum.draws + sum.losses);
    assert_near(sum.net_capital_frac, usd(all->net) / CAPITAL, 1e-12);
    assert_near(net_frac / (double)all->trades, all->average_net_frac, 1e-12);
    assert_near(hours / (double)all->trades, all->average_hours, 1e-9);
}

static void groups_add_up_to_all_closed_trades(void **state)
{
    (void)state;
    make_random(3, 200, 50, START);
    struct tr_backtest_measures m = measure(0, 1);
    assert_int_equal(m.n_series, SERIES);
    check_sum(m.side, TR_SIDE_COUNT, &m.all);
    check_sum(m.reason, TR_EXIT_REASONS, &m.all);
    check_sum(m.series, SERIES, &m.all);
    struct tr_trade_group long_trades = {0};
    for (size_t i = 0; i < 200; i++) {
        long_trades.trades += is_closed(i) && made.trades[i].side == TR_LONG;
        long_trades.net += is_closed(i) && made.trades[i].side == TR_LONG ? made.trades[i].net : 0;
    }
    assert_true(m.side[TR_LONG].trades == long_trades.trades && m.side[TR_LONG].net == long_trades.net);
    assert_true(m.proven.trades > 0 && m.proven.trades < m.all.trades);
    tr_measures_finish(&m);
}

static void the_curve_of_costs_is_exact(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        make_random(seed, 150, 50, START);
        struct tr_backtest_measures m = measure(0, 1);
        double sizes = 0.0, turnover = 0.0;
        size_t assumed = 0, resolved = 0;
        for (size_t i = 0; i < 150; i++) {
            const struct tr_account_trade *t = &made.trades[i];
            sizes += t->size_usd;
            turnover += t->size_usd + t->size_usd * (1.0 + tr_side_sign(t->side) * usd(t->gross) / t->size_usd);
            assumed += t->money.funding_assumed;
            resolved += t->outcome.resolved;
        }
        assert_true(m.net == m.gross - m.fees - m.slippage - m.funding);
        assert_true(m.funding_assumed == assumed && m.resolved == resolved);
        assert_near(m.turnover_usd, turnover, 1e-6);
        assert_near(m.cost_factor[10], 1.0, 0);
        assert_near(m.cost_net_usd[10], usd(m.net), 1e-6);
        assert_near(m.cost_net_usd[0], usd(m.gross - m.funding), 1e-6);
        for (size_t k = 0; k < TR_COST_STEPS; k++) {
            assert_near(m.cost_factor[k], 0.1 * (double)k, 1e-15);
            assert_near(m.cost_net_usd[k], usd(m.gross - m.funding) - m.cost_factor[k] * usd(m.fees + m.slippage),
                        1e-6);
        }
        double step = (m.cost_net_usd[1] - m.cost_net_usd[0]) / 0.1;
        assert_near(m.cost_net_usd[0] + m.break_even_factor * step, 0.0, 1e-6);
        assert_near(m.cost_frac * sizes, usd(m.fees + m.slippage), 1e-6);
        assert_near(m.break_even_frac, m.break_even_factor * m.cost_frac, 1e-12);
        tr_measures_finish(&m);
    }
}

static double break_even(double gross, double fees, double slippage, double funding)
{
    begin(1, 2);
    set_money(&made.trades[0], gross, fees, slippage, funding);
    struct tr_backtest_measures m = measure(0, 1);
    tr_measures_finish(&m);
    return m.break_even_factor;
}

static void break_even_knows_its_special_cases(void **state)
{
    (void)state;
    assert_near(break_even(10.0, 3.0, 1.0, 2.0), 2.0, 1e-12);
    assert_near(break_even(-10.0, 3.0, 1.0, 2.0), -3.0, 1e-12); /* loses without any */
    assert_true(isnan(break_even(10.0, 0.0, 0.0, 1.0)));
    assert_true(isinf(break_even(10.0, -1.0, 0.0, 1.0))); /* paid to trade, and won */
    assert_near(break_even(-10.0, -4.0, 0.0, 0.0), 2.5, 1e-12);
}

static void check_contains(const struct tr_measured *figure)
{
    assert_true(figure->interval.lower <= figure->value && figure->value <= figure->interval.upper);
    assert_true(figure->interval.lower < figure->interval.upper);
}

static void intervals_contain_the_value_in_ordinary_cases(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 8; seed++) {
        make_random(seed, 120, 24 * 120 + 1, START);
        struct tr_backtest_measures m = measure(DRAWS, seed);
        check_contains(&m.profit_factor);
        check_contains(&m.expectancy_usd);
        check_contains(&m.average_net_frac);
        check_contains(&m.average_gross_frac);
        check_contains(&m.total_return);
        check_contains(&m.annual_return);
        check_contains(&m.max_drawdown);
        check_contains(&m.sharpe);
        check_contains(&m.sortino);
        check_contains(&m.calmar);
        assert_int_equal(m.fan.steps, 100);
        assert_true(m.fan.value[0][99] < 1.0 + m.total_return.value && m.fan.value[4][99] > 1.0 + m.total_return.value);
        tr_measures_finish(&m);
    }
}

static void check_scaled(const struct tr_measured *a, const struct tr_measured *b, double factor)
{
    assert_near(a->value * factor, b->value, 1e-6 * fabs(b->value));
    assert_near(a->interval.lower * factor, b->interval.lower, 1e-6 * fabs(b->interval.lower));
    assert_near(a->interval.upper * factor, b->interval.upper, 1e-6 * fabs(b->interval.upper));
}

static bool hits_second(size_t i)
{
    return made.entries[i].targets >= 2 && made.trades[i].outcome.targets_hit >= 2;
}

/* Wilson's interval on the trades that a spread as wide as that of the draws would take. Sorts drawn. */
static void check_drawn_rate(const struct tr_measured *rate, double k, double n, double drawn[DRAWS], double level)
{
    tr_sort_doubles(DRAWS, drawn);
    double width = tr_quantile_sorted(DRAWS, drawn, 1.0 - 0.5 * level) - tr_quantile_sorted(DRAWS, drawn, 0.5 * level);
    double sd = width / (2.0 * 1.959963984540054), worth = fmin(n, k / n * (1.0 - k / n) / (sd * sd));
    assert_near(rate->value, k / n, 1e-15);
    assert_near(rate->interval.lower, wilson_bound(k / n * worth, worth, false), 1e-9);
    assert_near(rate->interval.upper, wilson_bound(k / n * worth, worth, true), 1e-9);
}

/* What comes in fours with one outcome is worth about a quarter; what comes alone is worth itself. */
static void rates_of_trades_that_share_their_outcome_are_less_certain(void **state)
{
    (void)state;
    double width[2];
    for (size_t run = 0; run < 2; run++) {
        struct tr_rng rng;
        size_t wins = 0;
        tr_rng_init(&rng, 5, 0);
        make_random(3, 400, 2, START);
        for (size_t i = 0; i < 400; i++) {
            bool again = run == 1 && i % 4 > 0, won = again ? made.trades[i - 1].net > 0 : tr_rng_below(&rng, 2) > 0;
            made.trades[i].open = false;
            set_money(&made.trades[i], won ? 1.0 : -1.0, 0.0, 0.0, 0.0);
            wins += won;
        }
        struct tr_backtest_measures m = measure(DRAWS, 1);
        width[run] = m.win_rate.interval.upper - m.win_rate.interval.lower;
        double plain = wilson_bound((double)wins, 400.0, true) - wilson_bound((double)wins, 400.0, false);
        assert_true(width[run] > (run ? 1.5 : 0.999) * plain && width[run] < (run ? 2.3 : 1.25) * plain);
        tr_measures_finish(&m);
    }
    assert_true(width[1] > 1.4 * width[0]);
}

/* Four times the trades open at one time, counted pair by pair, where that leaves sixteen blocks. */
static double slow_block(size_t n, const size_t *closed)
{
    double open = (double)n;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n; k++)
            open += made.trades[closed[k]].entry_time < made.trades[closed[i]].exit_time ? 1.0 : 0.0;
    return fmax(fmax(2.0, pow((double)n, 1.0 / 3.0)), fmin(4.0 * open / (double)n, (double)n / 16.0));
}

enum { DRAWN = 5 };

/* One draw, trade by trade: profit factor, expectancy, average net, win rate, rate of target 2. */
static void draw_slowly(size_t n, const size_t *closed, double block, struct tr_rng *rng, double figure[DRAWN])
{
    size_t row[MOST_TRADES];
    double gains = 0.0, losses = 0.0, net_frac = 0.0, wins = 0.0, hits = 0.0, with = 0.0;
    tr_stationary_rows(n, block, rng, row);
    for (size_t i = 0; i < n; i++) {
        double net = usd(made.trades[closed[row[i]]].net);
        gains += net > 0.0 ? net : 0.0;
        losses += net < 0.0 ? -net : 0.0;
        net_frac += fraction_of(closed[row[i]]);
        wins += net > 0.0 ? 1.0 : 0.0;
        with += made.entries[closed[row[i]]].targets >= 2 ? 1.0 : 0.0;
        hits += hits_second(closed[row[i]]) ? 1.0 : 0.0;
    }
    figure[0] = gains / losses;
    figure[1] = (gains - losses) / (double)n;
    figure[2] = net_frac / (double)n;
    figure[3] = wins / (double)n;
    figure[4] = hits / with;
}

/* Each draw one after the other, over an array of the closed trades alone. hours: that each is held. */
static double check_intervals_over_trades(tr_time_ms hours)
{
    static double drawn[DRAWN][DRAWS];
    make_random(10, 150, 4801, START);
    for (size_t i = 0; i < 150; i++)
        made.trades[i].exit_time = made.trades[i].entry_time + hours * TR_HOUR_MS;
    struct tr_backtest_measures m = measure(DRAWS, 17);
    size_t closed[MOST_TRADES], n = 0;
    double with = 0.0, hits = 0.0;
    for (size_t i = 0; i < 150; i++) {
        if (!is_closed(i))
            continue;
        closed[n++] = i;
        with += made.entries[i].targets >= 2 ? 1.0 : 0.0;
        hits += hits_second(i) ? 1.0 : 0.0;
    }
    double block = slow_block(n, closed), level = tr_bootstrap_level((double)n / block, 0.05);
    struct tr_rng rng;
    tr_rng_init(&rng, 17, 0);
    for (size_t d = 0; d < DRAWS; d++) {
        double figure[DRAWN];
        draw_slowly(n, closed, block, &rng, figure);
        for (size_t k = 0; k < DRAWN; k++)
            drawn[k][d] = figure[k];
    }
    check_drawn_rate(&m.win_rate, (double)m.all.wins, (double)n, drawn[3], level);
    check_drawn_rate(&m.hit_rate[1], hits, with, drawn[4], level);
    const struct tr_measured *figure[3] = {&m.profit_factor, &m.expectancy_usd, &m.average_net_frac};
    for (size_t k = 0; k < 3; k++) {
        tr_sort_doubles(DRAWS, drawn[k]);
        assert_near(figure[k]->interval.lower, tr_quantile_sorted(DRAWS, drawn[k], 0.5 * level), 1e-9);
        assert_near(figure[k]->interval.upper, tr_quantile_sorted(DRAWS, drawn[k], 1.0 - 0.5 * level), 1e-9);
    }
    tr_measures_finish(&m);
    return block / (double)n;
}

static void intervals_over_trades_equal_a_slow_reference(void **state)
{
    (void)state;
    double alone = check_intervals_over_trades(1), some = check_intervals_over_trades(50);
    assert_true(some > alone && check_intervals_over_trades(500) > some);
}

static void fractions_do_not_depend_on_the_size_of_the_account(void **state)
{
    (void)state;
    make_random(6, 100, 24 * 100 + 1, START);
    struct tr_backtest_measures small = measure(DRAWS, 2);
    made.account.capital *= 8;
    made.account.final_equity *= 8;
    for (size_t i = 0; i < made.account.points; i++)
        made.equity[i] *= 8.0;
    for (size_t i = 0; i < 100; i++) {
        struct tr_account_trade *t = &made.trades[i];
        t->size_usd *= 8.0;
        t->gross *= 8;
        t->net *= 8;
    }
    struct tr_backtest_measures large = measure(DRAWS, 2);
    check_scaled(&small.expectancy_usd, &large.expectancy_usd, 8.0);
    check_scaled(&small.profit_factor, &large.profit_factor, 1.0);
    check_scaled(&small.average_net_frac, &large.average_net_frac, 1.0);
    check_scaled(&small.total_return, &large.total_return, 1.0);
    check_scaled(&small.sharpe, &large.sharpe, 1.0);
    check_scaled(&small.calmar, &large.calmar, 1.0);
    tr_measures_finish(&small);
    tr_measures_finish(&large);
}

/* Independent trades whose mean is known: 95 % intervals hold it about so often. */
static void intervals_hold_the_truth_about_as_often_as_they_say(void **state)
{
    (void)state;
    int held = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        make_random(seed, 150, 2, START);
        struct tr_rng rng;
        tr_rng_init(&rng, seed, 9);
        for (size_t i = 0; i < 150; i++) {
            made.trades[i].open = false;
            set_money(&made.trades[i], 2.0 + 10.0 * tr_rng_normal(&rng), 0.0, 0.0, 0.0);
        }
        struct tr_backtest_measures m = measure(200, seed);
        held += m.expectancy_usd.interval.lower <= 2.0 && 2.0 <= m.expectancy_usd.interval.upper;
        tr_measures_finish(&m);
    }
    assert_true(held >= 174 && held <= 199);
}

static void check_nan(size_t n, const double *values)
{
    for (size_t i = 0; i < n; i++)
        assert_true(isnan(values[i]));
}

static void nothing_at_all_is_nan_or_zero(void **state)
{
    (void)state;
    for (size_t points = 0; points <= 1; points++) {
        begin(0, points);
        struct tr_backtest_measures m = measure(DRAWS, 1);
        const size_t counts[] = {m.closed, m.n_days, m.n_months, m.best, m.worst, m.fan.steps};
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
            assert_int_equal(counts[i], 0);
        const double unknown[] = {m.win_rate.value,
                                  m.hit_rate[0].interval.upper,
                                  m.profit_factor.value,
                                  m.sharpe.value,
                                  m.expectancy_usd.value,
                                  m.psr,
                                  m.best_day,
                                  m.annual_return.value,
                                  m.calmar.value,
                                  m.cost_frac,
                                  m.all.average_hours,
                                  m.total_return.interval.lower,
                                  m.break_even_factor,
                                  m.winner_hours};
        check_nan(sizeof unknown / sizeof *unknown, unknown);
        assert_true(m.total_return.value == 0.0 && m.net == 0 && m.days == 0.0 && m.all.net_capital_frac == 0.0);
        assert_near(m.max_drawdown.value, points ? 0.0 : (double)NAN, 0);
        tr_measures_finish(&m);
    }
}

static void one_trade_without_a_loss(void **state)
{
    (void)state;
    begin(1, 2);
    made.trades[0].exit_time = START + 5 * TR_HOUR_MS;
    set_money(&made.trades[0], 40.0, 1.0, 1.0, -2.0);
    struct tr_backtest_measures m = measure(DRAWS, 1);
    assert_true(m.closed == 1 && m.wins_in_row == 1 && m.losses_in_row == 0 && m.best == 0 && m.worst == 0);
    assert_true(isnan(m.profit_factor.value) && isnan(m.profit_factor.interval.lower) && isnan(m.loser_hours));
    assert_near(m.expectancy_usd.value, 40.0, 1e-9);
    assert_near(m.average_net_frac.value, 0.04, 1e-12);
    assert_near(m.winner_hours, 4.0, 1e-12);
    assert_true(isnan(m.expectancy_usd.interval.lower));
    assert_true(m.n_days == 1 && m.n_months == 1 && m.month[0].year == 2024 && m.month[0].month == 1);
    assert_near(m.month[0].return_frac, 0.0, 0);
    tr_measures_finish(&m);
}

static void a_rare_loss_leaves_the_upper_bound_open(void **state)
{
    (void)state;
    begin(100, 2);
    for (size_t i = 0; i < 100; i++)
        set_money(&made.trades[i], i == 50 ? -10.0 : 2.0, 0.0, 0.0, 0.0);
    struct tr_backtest_measures m = measure(DRAWS, 1);
    assert_near(m.profit_factor.value, 19.8, 1e-9);
    assert_true(isfinite(m.profit_factor.interval.lower) && isinf(m.profit_factor.interval.upper));
    tr_measures_finish(&m);
    set_money(&made.trades[50], 2.0, 0.0, 0.0, 0.0);
    m = measure(DRAWS, 1);
    assert_true(isnan(m.profit_factor.value) && isnan(m.profit_factor.interval.lower));
    assert_true(isnan(m.profit_factor.interval.upper) && m.expectancy_usd.interval.lower == 2.0);
    tr_measures_finish(&m);
}

static void the_same_seed_gives_the_same_bits(void **state)
{
    (void)state;
    make_random(7, 100, 24 * 90, START);
    struct tr_backtest_measures a = measure(DRAWS, 5), b = measure(DRAWS, 5), c = measure(DRAWS, 6);
    assert_same_bits(a.expectancy_usd.interval.lower, b.expectancy_usd.interval.lower);
    assert_same_bits(a.calmar.interval.upper, b.calmar.interval.upper);
    assert_same_bits(a.fan.drawdown_95, b.fan.drawdown_95);
    assert_true(a.expectancy_usd.interval.lower != c.expectancy_usd.interval.lower);
    assert_true(a.sharpe.interval.upper != c.sharpe.interval.upper);
    tr_measures_finish(&a);
    tr_measures_finish(&b);
    tr_measures_finish(&c);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    make_random(8, 100, 24 * 90, START);
    enum tr_status status = TR_NOMEM;
    for (size_t k = 1; status != TR_OK; k++) {
        struct tr_backtest_measures m;
        struct tr_error err;
        assert_true(k < 40);
        tr_alloc_fail_at(k);
        status = tr_backtest_measure(&made.account, made.entries, SERIES, 50, 1, &m, &err);
        tr_alloc_fail_at(0);
        assert_true(status == TR_NOMEM || (status == TR_OK && k > 15));
        tr_measures_finish(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_and_wilson_equal_a_slow_reference),
        cmocka_unit_test(streaks_extremes_and_averages_equal_a_slow_reference),
        cmocka_unit_test(groups_add_up_to_all_closed_trades),
        cmocka_unit_test(the_curve_of_costs_is_exact),
        cmocka_unit_test(break_even_knows_its_special_cases),
        cmocka_unit_test(intervals_contain_the_value_in_ordinary_cases),
        cmocka_unit_test(intervals_over_trades_equal_a_slow_reference),
        cmocka_unit_test(rates_of_trades_that_share_their_outcome_are_less_certain),
        cmocka_unit_test(fractions_do_not_depend_on_the_size_of_the_account),
        cmocka_unit_test(intervals_hold_the_truth_about_as_often_as_they_say),
        cmocka_unit_test(nothing_at_all_is_nan_or_zero),
        cmocka_unit_test(one_trade_without_a_loss),
        cmocka_unit_test(a_rare_loss_leaves_the_upper_bound_open),
        cmocka_unit_test(the_same_seed_gives_the_same_bits),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("engine/backtest/measure", tests, NULL, NULL);
}
