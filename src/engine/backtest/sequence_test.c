#include "support/test.h"

#include "base/alloc.h"
#include "base/rng.h"
#include "engine/backtest/sequence.h"
#include "engine/score/bootstrap.h"

#include <math.h>

enum { MAX_BARS = 4000 };

struct series {
    struct tr_bars bars;
    tr_time_ms time[MAX_BARS];
    double open[MAX_BARS], high[MAX_BARS], low[MAX_BARS], close[MAX_BARS], volume[MAX_BARS];
};

static struct series series; /* too large for the stack */

static void series_view(size_t n)
{
    series.bars = (struct tr_bars){n,           TR_TIMEFRAME_1H, series.time,  series.open,
                                   series.high, series.low,      series.close, series.volume};
}

static struct tr_levels levels_at(const struct tr_ladder *ladder, enum tr_side side, double entry, double atr)
{
    struct tr_levels levels;
    struct tr_error err;
    assert_ok(tr_levels_make(ladder, side, entry, atr, NULL, &levels, &err), &err);
    return levels;
}

/* Eleven bars made for five trades of at most three bars; ATR 2 throughout. */
static const double hand_bars[][4] = {
    {100, 100, 100, 100},       /* 0: long */
    {101, 107, 100.5, 105},     /* 1: all three targets; long again */
    {104, 105, 101, 103},       /* 2: stop at 102 */
    {103, 103, 100, 100},       /* 3: short */
    {100, 101, 97.5, 98.5},     /* 4: target 1 at 98, entry touched as well: ambiguous */
    {100.5, 101, 99, 100},      /* 5: opens beyond the stop at 100: out at the open; long */
    {100, 101, 99.5, 100.5},    /* 6 */
    {100.5, 101.5, 100, 101},   /* 7 */
    {101, 101.5, 100.5, 101},   /* 8: time is up */
    {101, 101, 101, 101},       /* 9: long, never closed */
    {101, 101.5, 100.5, 101.5}, /* 10 */
};

enum { HAND_BARS = 11, HAND_ENTRIES = 8 };

static struct tr_sequence_options free_of_cost(const struct tr_funding *funding)
{
    struct tr_sequence_options o = {.ladder = tr_ladder_defaults(), .funding = funding, .seed = 1};
    o.ladder.horizon_hours = 3.0;
    return o;
}

static struct tr_funding no_funding(void)
{
    struct tr_funding funding = tr_funding_none();
    funding.default_rate = 0.0;
    return funding;
}

static void make_hand_series(const struct tr_ladder *ladder, struct tr_entry entries[HAND_ENTRIES])
{
    for (size_t i = 0; i < HAND_BARS; i++) {
        series.time[i] = (tr_time_ms)i * TR_HOUR_MS;
        series.open[i] = hand_bars[i][0];
        series.high[i] = hand_bars[i][1];
        series.low[i] = hand_bars[i][2];
        series.close[i] = hand_bars[i][3];
    }
    series_view(HAND_BARS);
    const struct {
        size_t row;
        enum tr_side side;
    } plan[HAND_ENTRIES] = {{0, TR_LONG}, {1, TR_LONG}, {3, TR_SHORT}, {3, TR_LONG},
                            {4, TR_LONG}, {5, TR_LONG}, {9, TR_LONG},  {10, TR_SHORT}};
    for (size_t i = 0; i < HAND_ENTRIES; i++)
        entries[i] = (struct tr_entry){.row = plan[i].row,
                                       .levels = levels_at(ladder, plan[i].side, series.close[plan[i].row], 2.0),
                                       .proven = i % 2};
}

static struct tr_trade *run_ok(const struct tr_sequence_options *o, const struct tr_entry *entries, size_t n,
                               struct tr_sequence_summary *summary)
{
    struct tr_trade *trades;
    struct tr_error err;
    assert_ok(tr_sequence_run(o, &series.bars, entries, n, &trades, summary, &err), &err);
    return trades;
}

static void trades_worked_out_by_hand(void **state)
{
    (void)state;
    struct tr_funding funding = no_funding();
    struct tr_sequence_options o = free_of_cost(&funding);
    struct tr_entry entries[HAND_ENTRIES];
    struct tr_sequence_summary s;
    make_hand_series(&o.ladder, entries);
    struct tr_trade *t = run_ok(&o, entries, HAND_ENTRIES, &s);
    assert_int_equal(s.taken, 5);
    const struct {
        size_t row;
        int entry_hour, exit_hour;
        enum tr_exit_reason reason;
        double net;
    } expected[4] = {{0, 1, 2, TR_EXIT_TARGET, (104.0 - 101.0) / 101.0},
                     {1, 2, 3, TR_EXIT_STOP, (102.0 - 104.0) / 104.0},
                     {3, 4, 5, TR_EXIT_TRAILING, (100.0 - (0.3 * 98.0 + 0.7 * 100.5)) / 100.0},
                     {5, 6, 9, TR_EXIT_TIME, (101.0 - 100.0) / 100.0}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(t[i].entry.row, expected[i].row);
        assert_int_equal(t[i].entry_time, expected[i].entry_hour * TR_HOUR_MS);
        assert_int_equal(t[i].exit_time, expected[i].exit_hour * TR_HOUR_MS);
        assert_int_equal(t[i].outcome.reason, expected[i].reason);
        assert_near(t[i].money.net_frac, expected[i].net, 1e-15);
        assert_int_equal(s.reasons[expected[i].reason], 1);
    }
    assert_int_equal(t[4].outcome.reason, TR_EXIT_OPEN);
    assert_int_equal(t[4].entry_time, 10 * TR_HOUR_MS);
    assert_int_equal(t[4].exit_time, 11 * TR_HOUR_MS);
    assert_true(isnan(t[4].money.net_frac));
    tr_free(t);
}

static void the_summary_of_the_trades_worked_out_by_hand(void **state)
{
    (void)state;
    struct tr_funding funding = no_funding();
    struct tr_sequence_options o = free_of_cost(&funding);
    struct tr_entry entries[HAND_ENTRIES];
    struct tr_sequence_summary s;
    make_hand_series(&o.ladder, entries);
    tr_free(run_ok(&o, entries, HAND_ENTRIES, &s));
    const double a = 3.0 / 101.0, b = -2.0 / 104.0, c = 0.0025, d = 0.01;
    assert_int_equal(s.offered, 8);
    assert_int_equal(s.taken, 5);
    assert_int_equal(s.passed_by, 3);
    assert_int_equal(s.unfinished, 1);
    assert_int_equal(s.closed, 4);
    assert_int_equal(s.closed_by_side[TR_LONG] + s.closed_by_side[TR_SHORT], 4);
    assert_near(s.win_rate, 0.75, 0);
    assert_near(s.profit_factor, (a + c + d) / -b, 1e-12);
    assert_near(s.sum_net_frac, a + b + c + d, 1e-15);
    assert_near(s.average_net_frac, (a + b + c + d) / 4.0, 1e-15);
    assert_near(s.average_gross_frac, s.average_net_frac, 1e-15);
    assert_near(s.max_drawdown_frac, -b, 1e-15);
    assert_near(s.average_bars, (1 + 1 + 2 + 3) / 4.0, 0);
    assert_int_equal(s.ambiguous, 1);
    assert_near(s.market_change_frac, 101.5 / 100.0 - 1.0, 1e-15);
    o.first_row = 5;
    tr_free(run_ok(&o, entries, HAND_ENTRIES, &s));
    assert_near(s.market_change_frac, 101.5 / 100.5 - 1.0, 1e-15);
}

static void hit_rates_count_every_closed_trade_below_the_line(void **state)
{
    (void)state;
    struct tr_funding funding = no_funding();
    struct tr_sequence_options o = free_of_cost(&funding);
    struct tr_entry entries[HAND_ENTRIES];
    struct tr_sequence_summary s;
    make_hand_series(&o.ladder, entries);
    tr_free(run_ok(&o, entries, HAND_ENTRIES, &s));
    /* Of four closed trades two reached target 1 and one all three; the stopped and the timed-out one count as misses,
     * the one still open does not count. */
    assert_near(s.hit_rate[0], 2.0 / 4.0, 0);
    assert_near(s.hit_rate[1], 1.0 / 4.0, 0);
    assert_near(s.hit_rate[2], 1.0 / 4.0, 0);
    /* Wilson 95 % for 2 of 4 and 1 of 4: published formula, computed apart. */
    assert_near(s.hit_rate_interval[0].lower, 0.15003898915214947, 1e-9);
    assert_near(s.hit_rate_interval[0].upper, 0.8499610108478506, 1e-9);
    assert_near(s.hit_rate_interval[1].lower, 0.04558726080970055, 1e-9);
    assert_near(s.hit_rate_interval[1].upper, 0.6993581574175981, 1e-9);
}

static void costs_are_those_of_the_fills(void **state)
{
    (void)state;
    struct tr_funding funding = no_funding();
    struct tr_sequence_options o = free_of_cost(&funding);
    o.cost = tr_cost_defaults();
    struct tr_entry entries[HAND_ENTRIES];
    struct tr_sequence_summary s;
    make_hand_series(&o.ladder, entries);
    struct tr_trade *t = run_ok(&o, entries, HAND_ENTRIES, &s);
    /* Targets: taker in at 101 and slippage, maker out at the targets' mean of 104, no slippage there. */
    double fees = 0.0006 * 1.0005 + 0.0002 * 104.0 / 101.0;
    assert_near(t[0].money.net_frac, 3.0 / 101.0 - fees - 0.0005, 1e-15);
    /* Time: taker and slippage on both sides, out at 101 from 100. */
    fees = 0.0006 * 1.0005 + 0.0006 * 1.01 * 0.9995;
    assert_near(t[3].money.net_frac, 0.01 - fees - 0.0005 - 0.0005 * 1.01, 1e-15);
    assert_near(s.average_gross_frac - s.fees_frac - s.slippage_frac - s.funding_frac, s.average_net_frac, 1e-15);
    assert_true(s.fees_frac > 0.0008 && s.slippage_frac > 0.0005 && s.funding_frac == 0.0);
    tr_free(t);
}

static void a_signal_of_the_last_bar_cannot_be_entered(void **state)
{
    (void)state;
    struct tr_funding funding = no_funding();
    struct tr_sequence_options o = free_of_cost(&funding);
    struct tr_entry entries[HAND_ENTRIES];
    struct tr_sequence_summary s;
    make_hand_series(&o.ladder, entries);
    struct tr_trade *t = run_ok(&o, &entries[7], 1, &s);
    assert_int_equal(s.taken, 1);
    assert_int_equal(s.unfinished, 1);
    assert_int_equal(s.closed, 0);
    assert_int_equal(t[0].entry_time, 11 * TR_HOUR_MS);
    assert_int_equal(t[0].exit_time, 11 * TR_HOUR_MS);
    tr_free(t);
}

/* Row 1 opens so many hours after row 0 closed. */
static void open_hole(tr_time_ms hours)
{
    for (size_t i = 1; i < HAND_BARS; i++)
        series.time[i] += hours * TR_HOUR_MS;
}

static void an_entry_whose_next_bar_opens_after_the_horizon_expires(void **state)
{
    (void)state;
    struct tr_funding funding = no_funding();
    struct tr_sequence_options o = free_of_cost(&funding);
    struct tr_entry entries[HAND_ENTRIES];
    struct tr_sequence_summary s;
    make_hand_series(&o.ladder, entries);
    open_hole(3); /* row 1, which reaches all three targets, opens at the deadline */
    struct tr_trade *t = run_ok(&o, entries, HAND_ENTRIES, &s);
    assert_int_equal(s.expired, 1);
    assert_int_equal(s.taken, 4);
    assert_int_equal(s.offered, s.taken + s.passed_by + s.expired);
    assert_int_equal(s.closed, 3);
    assert_near(s.hit_rate[0], 1.0 / 3.0, 1e-15);
    assert_near(s.sum_net_frac, -2.0 / 104.0 + 0.0025 + 0.01, 1e-15);
    assert_int_equal(t[0].entry.row, 1); /* not in the way of the next */
    tr_free(t);
    /* Alone it leaves nothing to speak of. */
    tr_free(run_ok(&o, entries, 1, &s));
    assert_int_equal(s.expired, 1);
    assert_int_equal(s.taken + s.closed + s.unfinished + s.passed_by, 0);
    assert_true(isnan(s.hit_rate[0]));
}

static void an_entry_whose_next_bar_comes_late_but_in_time_is_taken_there(void **state)
{
    (void)state;
    struct tr_funding funding = no_funding();
    struct tr_sequence_options o = free_of_cost(&funding);
    struct tr_entry entries[HAND_ENTRIES];
    struct tr_sequence_summary s;
    make_hand_series(&o.ladder, entries);
    open_hole(2);
    struct tr_trade *t = run_ok(&o, entries, HAND_ENTRIES, &s);
    assert_int_equal(s.expired, 0);
    assert_int_equal(s.taken, 5);
    assert_int_equal(t[0].entry_time, 3 * TR_HOUR_MS);
    assert_near(t[0].money.net_frac, 3.0 / 101.0, 1e-15);
    tr_free(t);
}

static void without_trades_there_are_no_rates(void **state)
{
    (void)state;
    struct tr_funding funding = no_funding();
    struct tr_sequence_options o = free_of_cost(&funding);
    struct tr_sequence_summary s;
    struct tr_entry entries[HAND_ENTRIES];
    make_hand_series(&o.ladder, entries);
    tr_free(run_ok(&o, NULL, 0, &s));
    assert_int_equal(s.offered + s.taken + s.passed_by + s.closed + s.unfinished, 0);
    assert_true(isnan(s.hit_rate[0]) && isnan(s.hit_rate_interval[0].lower) && isnan(s.win_rate));
    assert_true(isnan(s.average_net_frac) && isnan(s.average_net_interval.lower) && isnan(s.profit_factor));
    assert_near(s.sum_net_frac, 0.0, 0);
    assert_near(s.max_drawdown_frac, 0.0, 0);
    /* Gains alone have no profit factor either. */
    tr_free(run_ok(&o, entries, 1, &s));
    assert_int_equal(s.closed, 1);
    assert_true(isnan(s.profit_factor));
    assert_near(s.win_rate, 1.0, 0);
}

/* A random walk with holes, and an entry on about every third bar. */
static size_t random_case(uint64_t seed, const struct tr_ladder *ladder, struct tr_entry *entries)
{
    struct tr_rng rng;
    size_t n = 0;
    double price = 100.0;
    tr_time_ms time = 0;
    tr_rng_init(&rng, seed, 0);
    for (size_t i = 0; i < MAX_BARS; i++) {
        time += TR_HOUR_MS * (tr_rng_below(&rng, 100) ? 1 : 1 + (tr_time_ms)tr_rng_below(&rng, 120));
        series.time[i] = time;
        series.open[i] = price * exp(0.002 * tr_rng_normal(&rng));
        price = series.open[i] * exp(0.01 * tr_rng_normal(&rng));
        series.close[i] = price;
        series.high[i] = fmax(series.open[i], price) * exp(0.004 * fabs(tr_rng_normal(&rng)));
        series.low[i] = fmin(series.open[i], price) * exp(-0.004 * fabs(tr_rng_normal(&rng)));
        if (tr_rng_below(&rng, 3) == 0)
            entries[n++] = (struct tr_entry){
                .row = i,
                .levels = levels_at(ladder, tr_rng_below(&rng, 2) ? TR_LONG : TR_SHORT, price, 0.015 * price)};
    }
    series_view(MAX_BARS);
    return n;
}

/* Steps the position bar by bar and tells in which row it ended (MAX_BARS: it did not). */
static size_t follow(const struct tr_sequence_options *o, const struct tr_entry *entry, struct tr_outcome *outcome)
{
    struct tr_outcome_rules rules = tr_outcome_rules_ladder(&o->ladder, TR_TIMEFRAME_1H);
    struct tr_track track;
    size_t row = entry->row + 1;
    tr_track_begin(&track, &rules, &entry->levels, series.time[entry->row], TR_TIMEFRAME_1H);
    for (; row < MAX_BARS; row++) {
        struct tr_bar bar = tr_bars_at(&series.bars, row);
        if (tr_track_step(&track, &bar))
            break;
    }
    *outcome = track.outcome;
    return row;
}

struct slow_account {
    size_t taken, passed_by, expired, closed, hits[TR_TARGETS], wins, bars;
    double net[MAX_BARS], sum, gains, losses, drawdown;
    tr_time_ms time[MAX_BARS];
    size_t exit_row[MAX_BARS];
};

/* Takes an entry when none of the trades taken before is still open at its close, and when some bar opens before 48
 * hours after that close have passed. */
static void account_slowly(const struct tr_sequence_options *o, const struct tr_entry *entries, size_t n,
                           struct slow_account *a)
{
    *a = (struct slow_account){0};
    for (size_t i = 0; i < n; i++) {
        bool busy = false;
        for (size_t k = 0; k < a->taken; k++)
            busy = busy || a->exit_row[k] > entries[i].row;
        if (busy) {
            a->passed_by++;
            continue;
        }
        size_t next = entries[i].row + 1;
        if (next < MAX_BARS && series.time[next] - series.time[next - 1] - TR_HOUR_MS >= 48 * TR_HOUR_MS) {
            a->expired++;
            continue;
        }
        struct tr_outcome outcome;
        struct tr_settlement money;
        size_t row = a->exit_row[a->taken++] = follow(o, &entries[i], &outcome);
        if (row == MAX_BARS)
            continue;
        struct tr_outcome_rules rules = tr_outcome_rules_ladder(&o->ladder, series.bars.timeframe);
        tr_settle(&o->cost, o->funding, &rules, &entries[i].levels, &outcome, &series.bars, entries[i].row, &money);
        a->net[a->closed] = money.net_frac;
        a->time[a->closed++] = series.time[entries[i].row + 1];
        for (size_t k = 0; k < TR_TARGETS; k++)
            a->hits[k] += outcome.target_bar[k] > 0;
        a->wins += money.net_frac > 0.0;
        a->bars += row - entries[i].row;
    }
    for (size_t i = 0; i < a->closed; i++) {
        a->sum += a->net[i];
        *(a->net[i] > 0.0 ? &a->gains : &a->losses) += a->net[i];
        double kept = 1.0; /* of the equity before each stretch of trades that ends here: the smallest share */
        for (size_t j = i + 1; j-- > 0;) {
            kept *= 1.0 + a->net[j];
            a->drawdown = fmax(a->drawdown, 1.0 - kept);
        }
    }
}

static void a_slow_account_comes_to_the_same_figures(void **state)
{
    (void)state;
    static struct tr_entry entries[MAX_BARS];
    static struct slow_account slow;
    struct tr_funding funding = tr_funding_none();
    struct tr_sequence_options o = {
        .ladder = tr_ladder_defaults(), .cost = tr_cost_defaults(), .funding = &funding, .seed = 9};
    size_t unfinished = 0, expired = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        size_t n = random_case(seed, &o.ladder, entries);
        struct tr_sequence_summary s;
        struct tr_trade *t = run_ok(&o, entries, n, &s);
        account_slowly(&o, entries, n, &slow);
        assert_true(s.closed > 100);
        assert_int_equal(s.offered, n);
        assert_int_equal(s.taken, slow.taken);
        assert_int_equal(s.passed_by, slow.passed_by);
        assert_int_equal(s.expired, slow.expired);
        assert_int_equal(s.offered, s.taken + s.passed_by + s.expired);
        assert_int_equal(s.closed, slow.closed);
        assert_int_equal(s.taken, s.closed + s.unfinished);
        assert_true(s.unfinished <= 1);
        unfinished += s.unfinished;
        expired += s.expired;
        for (size_t i = 0; i < s.closed; i++)
            assert_same_bits(t[i].money.net_frac, slow.net[i]);
        double closed = (double)slow.closed;
        for (size_t k = 0; k < TR_TARGETS; k++)
            assert_near(s.hit_rate[k], (double)slow.hits[k] / closed, 1e-15);
        assert_near(s.win_rate, (double)slow.wins / closed, 1e-15);
        assert_near(s.sum_net_frac, slow.sum, 1e-12);
        assert_near(s.profit_factor, -slow.gains / slow.losses, 1e-9);
        assert_near(s.max_drawdown_frac, slow.drawdown, 1e-12);
        assert_near(s.average_bars, (double)slow.bars / closed, 1e-12);
        struct tr_bootstrap_options b = {.block_ms = 48 * TR_HOUR_MS, .draws = 1000, .seed = 9, .alpha = 0.05};
        struct tr_interval interval;
        struct tr_error err;
        assert_ok(tr_bootstrap_mean(&b, slow.closed, slow.net, NULL, slow.time, &interval, &err), &err);
        assert_same_bits(s.average_net_interval.lower, interval.lower);
        assert_same_bits(s.average_net_interval.upper, interval.upper);
        assert_true(interval.lower < s.average_net_frac && s.average_net_frac < interval.upper);
        tr_free(t);
    }
    assert_true(unfinished > 0);
    assert_true(expired > 5);
}

static void no_two_positions_are_open_at_once(void **state)
{
    (void)state;
    static struct tr_entry entries[MAX_BARS];
    struct tr_funding funding = no_funding();
    struct tr_sequence_options o = {.ladder = tr_ladder_defaults(), .funding = &funding};
    size_t back_to_back = 0;
    for (uint64_t seed = 100; seed < 110; seed++) {
        size_t n = random_case(seed, &o.ladder, entries);
        struct tr_sequence_summary s;
        struct tr_trade *t = run_ok(&o, entries, n, &s);
        for (size_t i = 0; i < s.taken; i++) {
            assert_true(t[i].entry_time <= t[i].exit_time);
            if (i > 0)
                assert_true(t[i].entry_time >= t[i - 1].exit_time);
            back_to_back += i > 0 && t[i].entry_time == t[i - 1].exit_time;
        }
        tr_free(t);
    }
    assert_true(back_to_back > 100);
}

static void every_failing_allocation_is_a_status(void **state)
{
    (void)state;
    static struct tr_entry entries[MAX_BARS];
    struct tr_funding funding = no_funding();
    struct tr_sequence_options o = {.ladder = tr_ladder_defaults(), .funding = &funding};
    size_t n = random_case(1, &o.ladder, entries), k = 1;
    for (;; k++) {
        struct tr_trade *trades;
        struct tr_sequence_summary s;
        struct tr_error err;
        tr_alloc_fail_at(k);
        enum tr_status status = tr_sequence_run(&o, &series.bars, entries, n, &trades, &s, &err);
        tr_alloc_fail_at(0);
        if (status == TR_OK) {
            tr_free(trades);
            break;
        }
        assert_int_equal(status, TR_NOMEM);
        assert_null(trades);
    }
    assert_true(k > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"hit-rate calculation: every closed trade counts below the line",
         hit_rates_count_every_closed_trade_below_the_line, NULL, NULL, NULL},
        cmocka_unit_test(trades_worked_out_by_hand),
        cmocka_unit_test(the_summary_of_the_trades_worked_out_by_hand),
        cmocka_unit_test(costs_are_those_of_the_fills),
        cmocka_unit_test(a_signal_of_the_last_bar_cannot_be_entered),
        cmocka_unit_test(an_entry_whose_next_bar_opens_after_the_horizon_expires),
        cmocka_unit_test(an_entry_whose_next_bar_comes_late_but_in_time_is_taken_there),
        cmocka_unit_test(without_trades_there_are_no_rates),
        cmocka_unit_test(a_slow_account_comes_to_the_same_figures),
        cmocka_unit_test(no_two_positions_are_open_at_once),
        cmocka_unit_test(every_failing_allocation_is_a_status),
    };
    return cmocka_run_group_tests_name("backtest/sequence", tests, NULL, NULL);
}
