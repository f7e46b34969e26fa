/* Can the figures of a backtest be believed? Random entries on many markets whose truth is known: how often the stated
 * intervals hold it, what a trade earns that can earn nothing, and how often what cannot tell anything claims to. With
 * TRADERAI_TEST_LONG on ten times as many markets: docs/validation.md has its figures from there. */
#include "honesty/ticks.h"

#include "base/alloc.h"
#include "base/order.h"
#include "base/rng.h"
#include "engine/score/pbo.h"
#include "engine/simulate/market.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { YEAR_BARS = 8760, HALF_YEAR_BARS = 4380, DRAWS = 500, TRIES = 10 };

/* How far a share may be off by chance in these tests: four standard errors. */
#define FAR 4.0

enum figure { TP1, TP2, TP3, WIN, NET, GROSS, EXPECTANCY, FACTOR, TOTAL, DRAWDOWN, SHARPE, SORTINO, FIGURES };

static const char *const figure_names[FIGURES] = {"target 1",     "target 2",      "target 3",   "win rate",
                                                  "average net",  "average gross", "expectancy", "profit factor",
                                                  "total return", "max drawdown",  "Sharpe",     "Sortino"};

/* What one market came to. */
struct result {
    double closed, fan_low;
    struct tr_measured figure[FIGURES];
    bool told[TR_TARGETS]; /* apart from random entries */
};

/* Sums over all markets, and what they make the true figures. */
struct truth {
    double trades, hits[TR_TARGETS], wins, net_frac, gross_frac, cost_frac, net_usd, gains, losses;
    double days, r, squares, bad_squares, logs;
    double value[FIGURES];
};

struct scene {
    const char *name;
    struct ticks_spec spec;
    struct ticks_entries how;
};

static const struct scene scenes[] = {
    {"one market, a year", {1, YEAR_BARS, 0.0, 0.004, 1, 1, 0, false}, {1.0 / 12.0, false, 0}},
    {"one market, 120 days", {1, 2880, 0.0, 0.004, 1, 1, 0, false}, {1.0 / 12.0, false, 0}},
    {"one market, volatility in regimes", {1, YEAR_BARS, 0.0, 0.001, 6, 36, 0, false}, {1.0 / 12.0, false, 0}},
    {"five markets, entries apart", {5, YEAR_BARS, 0.8, 0.004, 1, 1, 0, false}, {1.0 / 12.0, false, 0}},
    {"five markets, entries together", {5, YEAR_BARS, 0.8, 0.004, 1, 1, 0, false}, {1.0 / 12.0, true, 0}},
    {"twenty markets, entries together", {20, YEAR_BARS, 0.8, 0.004, 1, 1, 0, false}, {1.0 / 12.0, true, 0}},
};
#define SCENES (sizeof scenes / sizeof *scenes)

static size_t markets_of(size_t few)
{
    return getenv("TRADERAI_TEST_LONG") ? 10 * few : few;
}

static double error_of(double share, double n)
{
    return sqrt(share * (1.0 - share) / n);
}

static void add_trades(const struct tr_account *account, struct truth *truth)
{
    for (size_t i = 0; i < account->n_trades; i++) {
        const struct tr_account_trade *trade = &account->trades[i];
        double net = tr_money_usd(trade->net), gross_frac = tr_money_usd(trade->gross) / trade->size_usd;

        if (trade->open)
            continue;
        truth->trades += 1.0;
        for (size_t k = 0; k < TR_TARGETS; k++)
            truth->hits[k] += trade->outcome.targets_hit > k ? 1.0 : 0.0;
        truth->wins += net > 0.0 ? 1.0 : 0.0;
        truth->net_frac += net / trade->size_usd;
        truth->gross_frac += gross_frac;
        truth->cost_frac += tr_money_usd(trade->fees + trade->slippage + trade->funding) / trade->size_usd;
        truth->net_usd += net;
        truth->gains += net > 0.0 ? net : 0.0;
        truth->losses -= net < 0.0 ? net : 0.0;
    }
}

static void add_days(const struct tr_backtest_measures *m, struct truth *truth)
{
    for (size_t d = 0; d < m->n_days; d++) {
        double r = m->day[d].return_frac;

        truth->days += 1.0;
        truth->r += r;
        truth->squares += r * r;
        truth->bad_squares += r < 0.0 ? r * r : 0.0;
        truth->logs += log1p(r);
    }
}

/* The total return is that of the mean daily log return, which is about the median of all; of the drawdown it is the
 * median itself. All else is the figure of all trades, or days, of all markets together. */
static void finish_truth(struct truth *t, size_t markets, const struct result *results)
{
    double mean = t->r / t->days, *drawdown = tr_alloc(markets, sizeof *drawdown);

    for (size_t k = 0; k < TR_TARGETS; k++)
        t->value[TP1 + k] = t->hits[k] / t->trades;
    t->value[WIN] = t->wins / t->trades;
    t->value[NET] = t->net_frac / t->trades;
    t->value[GROSS] = t->gross_frac / t->trades;
    t->value[EXPECTANCY] = t->net_usd / t->trades;
    t->value[FACTOR] = t->gains / t->losses;
    t->value[TOTAL] = expm1(t->logs / (double)markets);
    t->value[SHARPE] = mean / sqrt(t->squares / t->days - mean * mean) * sqrt(365.0);
    t->value[SORTINO] = mean / sqrt(t->bad_squares / t->days) * sqrt(365.0);
    assert_non_null(drawdown);
    for (size_t i = 0; i < markets; i++)
        drawdown[i] = results[i].figure[DRAWDOWN].value;
    tr_sort_doubles(markets, drawdown);
    t->value[DRAWDOWN] = tr_quantile_sorted(markets, drawdown, 0.5);
    tr_free(drawdown);
}

/* By the rule of the report: more or less often where the interval does not hold the random rate. */
static void find_told(const struct tr_backtest_measures *m, bool told[TR_TARGETS])
{
    for (size_t k = 0; k < TR_TARGETS; k++)
        told[k] = m->random_hit_rate[k] < m->hit_rate[k].interval.lower ||
                  m->random_hit_rate[k] > m->hit_rate[k].interval.upper;
}

static void keep(const struct tr_backtest_measures *m, struct result *out)
{
    const struct tr_measured figure[FIGURES] = {m->hit_rate[0],    m->hit_rate[1],      m->hit_rate[2],
                                                m->win_rate,       m->average_net_frac, m->average_gross_frac,
                                                m->expectancy_usd, m->profit_factor,    m->total_return,
                                                m->max_drawdown,   m->sharpe,           m->sortino};

    for (size_t f = 0; f < FIGURES; f++)
        out->figure[f] = figure[f];
    out->closed = (double)m->closed;
    out->fan_low = m->fan.value[0][m->fan.steps - 1];
    find_told(m, out->told);
}

static void play(const struct scene *scene, uint64_t seed, struct result *out, struct truth *truth)
{
    /* No ATR: shapes move in proportion to the price, and so from grid to grid. */
    const double *const none[TICKS_SERIES] = {NULL};
    size_t series = scene->spec.series;
    struct ticks market;
    struct tr_account_entry *entries;
    struct tr_account account;
    struct tr_backtest_measures m;
    struct tr_error err;

    ticks_make(&market, &scene->spec, seed);
    size_t n = ticks_enter(&market, &scene->how, seed, &entries);
    struct tr_account_options options = ticks_options(scene->spec.bars, true);
    assert_ok(tr_account_run(&options, market.account, series, entries, n, &account, &err), &err);
    assert_ok(tr_backtest_measure(&account, entries, series, DRAWS, seed, &m, &err), &err);
    assert_ok(tr_random_hits(&account, &options, market.account, entries, none, seed, m.random_hit_rate, &err), &err);
    keep(&m, out);
    add_trades(&account, truth);
    add_days(&m, truth);
    tr_measures_finish(&m);
    tr_account_finish(&account);
    tr_free(entries);
    ticks_free(&market);
}

/* Of the markets whose interval is known the share that holds the truth. */
static double coverage(enum figure f, size_t markets, const struct result *results, double truth, double *known)
{
    double covered = 0.0;

    *known = 0.0;
    for (size_t i = 0; i < markets; i++) {
        struct tr_interval interval = results[i].figure[f].interval;

        *known += isnan(interval.lower) ? 0.0 : 1.0;
        covered += interval.lower <= truth && truth <= interval.upper ? 1.0 : 0.0;
    }
    return covered / *known;
}

/* What Wilson's interval on all trades would hold, and how much wider than it the stated ones are on average. */
static double plain_coverage(enum figure f, size_t markets, const struct result *results, double truth, double *wider)
{
    double covered = 0.0;

    *wider = 0.0;
    for (size_t i = 0; i < markets; i++) {
        const struct tr_measured *rate = &results[i].figure[f];
        struct tr_interval plain = tr_rate_wilson(rate->value * results[i].closed, results[i].closed, 0.05);

        covered += plain.lower <= truth && truth <= plain.upper ? 1.0 : 0.0;
        *wider += (rate->interval.upper - rate->interval.lower) / (plain.upper - plain.lower) / (double)markets;
    }
    return covered / (double)markets;
}

static void judge_intervals(size_t markets, const struct result *results, const struct truth *truth)
{
    for (size_t f = 0; f < FIGURES; f++) {
        double known, wider, rate = coverage((enum figure)f, markets, results, truth->value[f], &known);

        printf("#   %-13s %9.5f: held by %.3f (%.3f) of %.0f", figure_names[f], truth->value[f], rate,
               error_of(rate, known), known);
        if (f <= WIN) {
            double plain = plain_coverage((enum figure)f, markets, results, truth->value[f], &wider);

            printf("; by Wilson on all trades, of 1/%.2f of the width, %.3f", wider, plain);
        }
        printf("\n");
        assert_true(known > 0.95 * (double)markets);
        assert_true(rate > 0.95 - 0.02 - FAR * error_of(0.93, known));
        assert_true(rate < 0.97 + FAR * error_of(0.97, known));
    }
}

/* A fresh path of the same process against the fan of another: it misses the fan's lowest line more often than the 5 %
 * say, because the fan goes through the other's own mean as if that were known; by the normal law 12 %. */
static void judge_fan(size_t markets, const struct result *results)
{
    double n = (double)markets, below = 0.0;

    for (size_t i = 0; i < markets; i++)
        below += 1.0 + results[(i + 1) % markets].figure[TOTAL].value < results[i].fan_low ? 1.0 : 0.0;
    printf("#   below the fan's 5 %% line ends a fresh path of the same process in %.3f (%.3f)\n", below / n,
           error_of(below / n, n));
    assert_true(below / n < 0.15 + FAR * error_of(0.15, n));
    assert_true(below / n > 0.05);
}

static void judge_random_entries(size_t markets, const struct result *results)
{
    double n = (double)markets;

    printf("#   told apart from random entries, targets 1 to 3:");
    for (size_t k = 0; k < TR_TARGETS; k++) {
        double told = 0.0;

        for (size_t i = 0; i < markets; i++)
            told += results[i].told[k] ? 1.0 : 0.0;
        printf(" %.3f (%.3f)", told / n, error_of(told / n, n));
        assert_true(told / n < 0.07 + FAR * error_of(0.07, n));
    }
    printf("\n");
}

/* What a trade earns before costs is 0, its standard error that of the markets' sums: within one, trades overlap. */
static void judge_money(size_t markets, const struct result *results, const struct truth *truth, bool fair)
{
    double n = truth->trades, gross = truth->gross_frac / n, net = truth->net_frac / n, cost = truth->cost_frac / n;
    double squares = 0.0;

    for (size_t i = 0; i < markets; i++)
        squares += pow(results[i].figure[GROSS].value * results[i].closed, 2.0);
    printf("#   a trade: gross %+.5f %% (%.5f), net %+.5f %%, costs %.5f %%\n", 100.0 * gross,
           100.0 * sqrt(squares) / n, 100.0 * net, 100.0 * cost);
    assert_true(cost > 0.001);
    assert_near(net, gross - cost, 1e-9);
    if (fair)
        assert_true(fabs(gross) < FAR * sqrt(squares) / n);
}

static void intervals_hold_the_truth_as_often_as_they_say(void **state)
{
    size_t markets = markets_of(60);

    (void)state;
    for (size_t s = 0; s < SCENES; s++) {
        struct result *results = tr_alloc(markets, sizeof *results);
        struct truth truth = {0};

        assert_non_null(results);
        for (size_t i = 0; i < markets; i++)
            play(&scenes[s], 100000 * (s + 1) + i, &results[i], &truth);
        finish_truth(&truth, markets, results);
        printf("# %s: %zu times, %.0f trades each\n", scenes[s].name, markets, truth.trades / (double)markets);
        judge_intervals(markets, results, &truth);
        judge_fan(markets, results);
        if (scenes[s].spec.wild == 1) /* else random entries take an ATR */
            judge_random_entries(markets, results);
        judge_money(markets, results, &truth, scenes[s].spec.wild == 1);
        tr_free(results);
    }
}

/* One run of random entries before costs, without funding; its days go into `daily`. */
static void play_try(struct ticks *market, uint64_t seed, double *daily, size_t days, struct tr_sharpe *sharpe)
{
    const struct ticks_entries how = {1.0 / 12.0, false, 0};
    struct tr_account_options options = ticks_options(market->spec.bars, false);
    struct tr_account_entry *entries;
    struct tr_account account;
    struct tr_backtest_measures m;
    struct tr_error err;

    market->funding.default_rate = 0.0;
    size_t n = ticks_enter(market, &how, seed, &entries);
    assert_ok(tr_account_run(&options, market->account, 1, entries, n, &account, &err), &err);
    assert_ok(tr_backtest_measure(&account, entries, 1, 0, seed, &m, &err), &err);
    assert_true(m.n_days == days);
    for (size_t d = 0; d < days; d++)
        daily[d] = m.day[d].return_frac;
    *sharpe = m.daily;
    tr_measures_finish(&m);
    tr_account_finish(&account);
    tr_free(entries);
}

/* How often each figure is above 95 %. */
struct luck {
    double tries, groups, psr, best_psr, deflated, pbo, pbo_squares;
};

static void play_group(uint64_t seed, struct luck *luck)
{
    const size_t days = YEAR_BARS / 24;
    struct tr_sharpe sharpe[TRIES];
    double mean = 0.0, variance = 0.0;
    size_t best = 0;
    struct ticks market;
    struct tr_matrix daily;
    struct tr_pbo pbo;
    struct tr_error err;

    ticks_make(&market, &scenes[0].spec, seed);
    assert_ok(tr_matrix_init(&daily, days, TRIES, &err), &err);
    for (size_t k = 0; k < TRIES; k++) {
        play_try(&market, seed * TRIES + k, tr_matrix_column(&daily, k), days, &sharpe[k]);
        luck->psr += tr_psr(&sharpe[k], 0.0) > 0.95 ? 1.0 : 0.0;
        mean += sharpe[k].ratio / TRIES;
        best = sharpe[k].ratio > sharpe[best].ratio ? k : best;
    }
    for (size_t k = 0; k < TRIES; k++)
        variance += (sharpe[k].ratio - mean) * (sharpe[k].ratio - mean) / (TRIES - 1);
    luck->tries += TRIES;
    luck->groups += 1.0;
    luck->best_psr += tr_psr(&sharpe[best], 0.0) > 0.95 ? 1.0 : 0.0;
    luck->deflated += tr_dsr(&sharpe[best], variance, TRIES) > 0.95 ? 1.0 : 0.0;
    assert_ok(tr_pbo_estimate(&daily, TR_PBO_BLOCKS, &pbo, &err), &err);
    luck->pbo += pbo.pbo;
    luck->pbo_squares += pbo.pbo * pbo.pbo;
    tr_matrix_finish(&daily);
    ticks_free(&market);
}

static void the_best_of_many_tries_is_not_taken_for_skill(void **state)
{
    size_t groups = markets_of(60);
    struct luck luck = {0};

    (void)state;
    for (size_t i = 0; i < groups; i++)
        play_group(700000 + i, &luck);
    double n = luck.groups, psr = luck.psr / luck.tries, best = luck.best_psr / n, deflated = luck.deflated / n;
    double pbo = luck.pbo / n, pbo_error = sqrt((luck.pbo_squares / n - pbo * pbo) / n);
    printf("# %zu times %d tries without skill, before costs: PSR above 95 %% in %.3f (%.3f), of the best try %.3f "
           "(%.3f),\n"
           "#   deflated %.3f (%.3f); PBO %.3f (%.3f)\n",
           groups, TRIES, psr, error_of(psr, luck.tries), best, error_of(best, n), deflated, error_of(deflated, n), pbo,
           pbo_error);
    assert_true(fabs(psr - 0.05) < 0.01 + FAR * error_of(0.05, luck.tries));
    assert_true(best > 0.25);
    assert_true(deflated < 0.05 + FAR * error_of(0.05, n));
    assert_true(fabs(pbo - 0.5) < FAR * pbo_error);
}

/* A market out of the simulator, where levels lie anywhere. */
struct simulated {
    struct tr_bar_list list;
    struct tr_bars bars;
    double *atr, *drift; /* of each bar: how far the planted edge moves it */
};

static void simulate(uint64_t seed, double edge, struct simulated *out)
{
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_bar_list plain;
    struct tr_error err;

    options.seed = seed;
    options.timeframe = TR_TIMEFRAME_1H;
    options.start = TICKS_START;
    options.n = HALF_YEAR_BARS;
    tr_bar_list_init(&plain, options.timeframe);
    tr_bar_list_init(&out->list, options.timeframe);
    assert_ok(tr_simulate_market(&options, &plain, &err), &err);
    options.edge = edge;
    assert_ok(tr_simulate_market(&options, &out->list, &err), &err);
    out->bars = tr_bar_list_view(&out->list);
    out->atr = tr_alloc_zero(options.n, sizeof *out->atr);
    out->drift = tr_alloc(options.n, sizeof *out->drift);
    assert_true(out->atr && out->drift);
    for (size_t row = 0; row < options.n; row++) {
        size_t n = row < 14 ? row + 1 : 14;

        for (size_t i = 0; i < n; i++)
            out->atr[row] += (out->bars.high[row - i] - out->bars.low[row - i]) / (double)n;
        /* The same seed with another edge meets the same noise. */
        out->drift[row] = log(out->bars.close[row] / out->bars.open[row]) - log(plain.close[row] / plain.open[row]);
    }
    tr_bar_list_finish(&plain);
}

/* In one hour of twelve; those that know enter with the drift, where there is one. */
static size_t enter_simulated(const struct simulated *market, bool knows, uint64_t seed,
                              struct tr_account_entry entries[HALF_YEAR_BARS])
{
    const struct tr_ladder ladder = tr_ladder_defaults();
    struct tr_rng rng;
    struct tr_error err;
    size_t n = 0;

    tr_rng_init(&rng, seed, 2);
    for (size_t row = 14; row + 1 < HALF_YEAR_BARS; row++) {
        bool enters = tr_rng_below(&rng, 12) == 0, up = tr_rng_below(&rng, 2) > 0;
        double drift = market->drift[row];

        if (!enters || (knows && fabs(drift) < 1e-5))
            continue;
        if (knows)
            up = drift > 0.0;
        struct tr_account_entry *entry = &entries[n++];
        *entry = (struct tr_account_entry){.row = row, .targets = TR_TARGETS};
        for (size_t k = 0; k < TR_TARGETS; k++)
            entry->fraction[k] = ladder.fraction[k];
        assert_ok(tr_levels_make(&ladder, up ? TR_LONG : TR_SHORT, market->bars.close[row], market->atr[row], NULL,
                                 &entry->levels, &err),
                  &err);
    }
    return n;
}

/* Sums over markets: reached by the entries and by random ones, and markets in which the two are told apart. */
struct against_random {
    double markets, hit[TR_TARGETS], random[TR_TARGETS], more[TR_TARGETS], less[TR_TARGETS];
};

static void play_simulated(uint64_t seed, double edge, bool knows, struct against_random *sums)
{
    static struct tr_account_entry entries[HALF_YEAR_BARS];
    const struct tr_funding funding = tr_funding_none();
    struct tr_account_options options = ticks_options(HALF_YEAR_BARS, true);
    struct simulated market;
    struct tr_account account;
    struct tr_backtest_measures m;
    struct tr_error err;

    simulate(seed, edge, &market);
    const struct tr_account_series series = {.bars = &market.bars, .funding = &funding};
    const double *const atr[1] = {market.atr};
    size_t n = enter_simulated(&market, knows, seed, entries);
    assert_ok(tr_account_run(&options, &series, 1, entries, n, &account, &err), &err);
    assert_ok(tr_backtest_measure(&account, entries, 1, DRAWS, seed, &m, &err), &err);
    assert_ok(tr_random_hits(&account, &options, &series, entries, atr, seed, m.random_hit_rate, &err), &err);
    sums->markets += 1.0;
    for (size_t k = 0; k < TR_TARGETS; k++) {
        sums->hit[k] += m.hit_rate[k].value;
        sums->random[k] += m.random_hit_rate[k];
        sums->more[k] += m.random_hit_rate[k] < m.hit_rate[k].interval.lower ? 1.0 : 0.0;
        sums->less[k] += m.random_hit_rate[k] > m.hit_rate[k].interval.upper ? 1.0 : 0.0;
    }
    tr_measures_finish(&m);
    tr_account_finish(&account);
    tr_free(market.atr);
    tr_free(market.drift);
    tr_bar_list_finish(&market.list);
}

static void entries_that_know_are_told_from_random_ones_and_random_ones_are_not(void **state)
{
    static const struct {
        const char *name;
        double edge;
        bool knows;
    } cases[] = {{"random entries, nothing planted", 0.0, false},
                 {"random entries, edge 1 planted", 1.0, false},
                 {"entries that know the edge", 1.0, true}};
    size_t markets = markets_of(60);

    (void)state;
    for (size_t c = 0; c < 3; c++) {
        struct against_random sums = {0};

        for (size_t i = 0; i < markets; i++)
            play_simulated(800000 + i, cases[c].edge, cases[c].knows, &sums);
        printf("# %s, %zu markets:\n", cases[c].name, markets);
        for (size_t k = 0; k < TR_TARGETS; k++) {
            double n = sums.markets, more = sums.more[k] / n, less = sums.less[k] / n;

            printf("#   target %zu reached by %.3f, random %.3f: more often %.3f, less often %.3f\n", k + 1,
                   sums.hit[k] / n, sums.random[k] / n, more, less);
            assert_true(cases[c].knows ? more > 0.9 : more + less < 0.07 + FAR * error_of(0.07, n));
        }
    }
}

/* Nets of three readings of the same trades, and how often they are in order. */
struct readings {
    double trades, ambiguous, differing, sum[3], squares, reversed, outside;
};

enum { PESSIMISTIC, DETAIL, OPTIMISTIC };

static void play_readings(uint64_t seed, size_t nearer, struct readings *sums)
{
    const struct ticks_spec spec = {1, HALF_YEAR_BARS / 2, 0.0, 0.001, 6, 36, nearer, true};
    const struct ticks_entries how = {0.0, false, 50};
    struct tr_account_options options = ticks_options(spec.bars, true);
    struct tr_account account[3];
    struct tr_account_entry *entries;
    struct ticks market;
    struct tr_error err;

    ticks_make(&market, &spec, seed);
    size_t n = ticks_enter(&market, &how, seed, &entries);
    options.compound = false;
    for (int k = 0; k < 3; k++) {
        options.intrabar = k == OPTIMISTIC ? TR_INTRABAR_OPTIMISTIC : TR_INTRABAR_PESSIMISTIC;
        market.account[0].detail = k == DETAIL ? &market.detail[0] : NULL;
        assert_ok(tr_account_run(&options, market.account, 1, entries, n, &account[k], &err), &err);
        assert_true(account[k].n_trades == account[0].n_trades && account[k].n_trades > 30);
    }
    assert_true(account[PESSIMISTIC].final_equity <= account[OPTIMISTIC].final_equity);
    double squares = 0.0;
    for (size_t i = 0; i < account[0].n_trades; i++) {
        tr_money net[3];

        for (int k = 0; k < 3; k++) {
            net[k] = account[k].trades[i].net;
            sums->sum[k] += tr_money_usd(account[k].trades[i].gross) / account[k].trades[i].size_usd;
        }
        double gross = tr_money_usd(account[DETAIL].trades[i].gross) / account[DETAIL].trades[i].size_usd;
        squares += gross * gross;
        sums->trades += 1.0;
        sums->ambiguous += account[PESSIMISTIC].trades[i].outcome.ambiguous ? 1.0 : 0.0;
        sums->differing += account[PESSIMISTIC].trades[i].outcome.order_unclear ? 1.0 : 0.0;
        sums->reversed += net[PESSIMISTIC] > net[OPTIMISTIC] ? 1.0 : 0.0;
        sums->outside += net[DETAIL] < net[PESSIMISTIC] || net[DETAIL] > net[OPTIMISTIC] ? 1.0 : 0.0;
    }
    sums->squares += squares;
    for (int k = 0; k < 3; k++)
        tr_account_finish(&account[k]);
    tr_free(entries);
    ticks_free(&market);
}

static void the_two_readings_bound_what_finer_bars_tell(void **state)
{
    size_t markets = markets_of(20);

    (void)state;
    for (size_t nearer = 1; nearer <= 3; nearer += 2) {
        struct readings sums = {0};

        for (size_t i = 0; i < markets; i++)
            play_readings(600000 + i, nearer, &sums);
        double n = sums.trades, error = sqrt(sums.squares) / n;
        printf(
            "# levels %zu times nearer, %zu markets, %.0f trades: ambiguous %.3f, readings differ %.3f; pessimistic\n"
            "#   above optimistic %.4f, minutes outside the two %.4f\n",
            nearer, markets, n, sums.ambiguous / n, sums.differing / n, sums.reversed / n, sums.outside / n);
        printf("#   gross a trade: pessimistic %+.4f %%, by minutes %+.4f %% (%.4f), optimistic %+.4f %%\n",
               100.0 * sums.sum[PESSIMISTIC] / n, 100.0 * sums.sum[DETAIL] / n, 100.0 * error,
               100.0 * sums.sum[OPTIMISTIC] / n);
        assert_true(fabs(sums.sum[DETAIL] / n) < FAR * error);
        assert_true(sums.reversed == 0.0 && sums.outside == 0.0);
        assert_true(sums.ambiguous > 0.1 * n && sums.differing > (nearer == 1 ? 0.001 : 0.01) * n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_say),
        cmocka_unit_test(the_best_of_many_tries_is_not_taken_for_skill),
        cmocka_unit_test(entries_that_know_are_told_from_random_ones_and_random_ones_are_not),
        cmocka_unit_test(the_two_readings_bound_what_finer_bars_tell),
    };
    return cmocka_run_group_tests_name("honesty/backtest", tests, NULL, NULL);
}
