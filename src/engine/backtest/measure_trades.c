#include "engine/backtest/measure_trades.h"

#include "base/alloc.h"
#include "base/special.h"
#include "engine/score/bootstrap.h"

#include <assert.h>
#include <math.h>

#define UNKNOWN ((double)NAN)
#define ALPHA 0.05
#define MIN_BLOCK 2.0
#define BLOCK_OVERLAPS 4.0 /* a block's length in trades that are open at one time */
#define BLOCKS_LEFT 16.0   /* that it must leave; under 15 there would be no interval */

/* Rates: of the targets, of wins, and of target 1 among proven entries. */
enum { WINS = TR_TARGETS, PROVEN, RATES };

enum figure { PROFIT_FACTOR, EXPECTANCY, AVERAGE_NET, AVERAGE_GROSS, FIRST_RATE, FIGURES = FIRST_RATE + RATES };

/* A closed trade as the draws see it. */
struct row {
    double net_usd, net_frac, gross_frac;
    bool counts[RATES], hits[RATES];
    tr_time_ms entry, exit;
};

static double hours_of(const struct tr_account_trade *trade)
{
    return (double)(trade->exit_time - trade->entry_time) / (double)TR_HOUR_MS;
}

static struct row row_of(const struct tr_account_trade *trade)
{
    double net = tr_money_usd(trade->net);
    return (struct row){
        .net_usd = net, .net_frac = net / trade->size_usd, .gross_frac = tr_money_usd(trade->gross) / trade->size_usd};
}

static struct row row_with_rates(const struct tr_account_trade *trade, const struct tr_account_entry *entry)
{
    struct row row = row_of(trade);
    row.entry = trade->entry_time;
    row.exit = trade->exit_time;
    for (size_t k = 0; k < TR_TARGETS; k++) {
        row.counts[k] = entry->targets > k;
        row.hits[k] = row.counts[k] && trade->outcome.targets_hit > k;
    }
    row.counts[WINS] = true;
    row.hits[WINS] = trade->net > 0;
    row.counts[PROVEN] = entry->proven;
    row.hits[PROVEN] = entry->proven && trade->outcome.targets_hit > 0;
    return row;
}

/* Averages are sums until finish_group divides them. */
static void add_to_group(struct tr_trade_group *group, const struct tr_account_trade *trade)
{
    group->trades++;
    group->wins += trade->net > 0;
    group->draws += trade->net == 0;
    group->losses += trade->net < 0;
    group->net += trade->net;
    group->average_net_frac += row_of(trade).net_frac;
    group->average_hours += hours_of(trade);
}

static void finish_group(struct tr_trade_group *group, tr_money capital)
{
    double n = (double)group->trades;
    group->average_net_frac = group->trades ? group->average_net_frac / n : UNKNOWN;
    group->average_hours = group->trades ? group->average_hours / n : UNKNOWN;
    group->net_capital_frac = tr_money_usd(group->net) / tr_money_usd(capital);
}

static void measure_groups(const struct tr_account *account, const struct tr_account_entry *entries,
                           struct tr_backtest_measures *out)
{
    for (size_t i = 0; i < account->n_trades; i++) {
        const struct tr_account_trade *trade = &account->trades[i];
        if (trade->open)
            continue;
        assert(trade->series < out->n_series);
        add_to_group(&out->all, trade);
        add_to_group(&out->side[trade->side], trade);
        add_to_group(&out->reason[trade->outcome.reason], trade);
        add_to_group(&out->series[trade->series], trade);
        out->ambiguous += trade->outcome.ambiguous;
        out->order_unclear += trade->outcome.order_unclear;
        if (entries[trade->entry].proven)
            add_to_group(&out->proven, trade);
    }
    finish_group(&out->all, account->capital);
    finish_group(&out->proven, account->capital);
    for (size_t k = 0; k < TR_SIDE_COUNT; k++)
        finish_group(&out->side[k], account->capital);
    for (size_t k = 0; k < TR_EXIT_REASONS; k++)
        finish_group(&out->reason[k], account->capital);
    for (size_t k = 0; k < out->n_series; k++)
        finish_group(&out->series[k], account->capital);
    out->closed = out->all.trades;
    out->open = account->n_trades - out->closed;
}

static void measure_streaks(const struct tr_account *account, struct tr_backtest_measures *out)
{
    size_t wins = 0, losses = 0;
    double won = 0.0, lost = 0.0, best = 0.0, worst = 0.0;
    out->best = out->worst = account->n_trades;
    for (size_t i = 0; i < account->n_trades; i++) {
        const struct tr_account_trade *trade = &account->trades[i];
        if (trade->open)
            continue;
        double net = row_of(trade).net_frac;
        if (out->best == account->n_trades || net > best) {
            best = net;
            out->best = i;
        }
        if (out->worst == account->n_trades || net < worst) {
            worst = net;
            out->worst = i;
        }
        wins = trade->net > 0 ? wins + 1 : 0;
        losses = trade->net < 0 ? losses + 1 : 0;
        won += trade->net > 0 ? hours_of(trade) : 0.0;
        lost += trade->net < 0 ? hours_of(trade) : 0.0;
        out->wins_in_row = wins > out->wins_in_row ? wins : out->wins_in_row;
        out->losses_in_row = losses > out->losses_in_row ? losses : out->losses_in_row;
    }
    out->winner_hours = out->all.wins ? won / (double)out->all.wins : UNKNOWN;
    out->loser_hours = out->all.losses ? lost / (double)out->all.losses : UNKNOWN;
}

/* Trades that a rate is of; row NULL: all, in their order. */
static size_t count_rate(size_t n, const size_t *row, const struct row *rows, size_t k, size_t *hits)
{
    size_t with = 0;
    *hits = 0;
    for (size_t i = 0; i < n; i++) {
        const struct row *drawn = &rows[row ? row[i] : i];
        with += drawn->counts[k];
        *hits += drawn->hits[k];
    }
    return with;
}

/* Wilson's interval on as many independent trades as would make the rate spread as far as the draws do, which keep
 * what comes together together; at most the trades there are. */
static struct tr_measured rate_of(size_t n, const struct row *rows, size_t k, struct tr_interval drawn)
{
    size_t hits = 0, with = count_rate(n, NULL, rows, k, &hits);
    double count = (double)with, rate = with ? (double)hits / count : UNKNOWN;
    double sd = (drawn.upper - drawn.lower) / (2.0 * tr_normal_quantile(1.0 - 0.5 * ALPHA));
    double effective = sd > 0.0 ? fmin(count, rate * (1.0 - rate) / (sd * sd)) : count;
    return (struct tr_measured){rate, tr_rate_wilson(rate * effective, effective, ALPHA)};
}

static void measure_rates(size_t n, const struct row *rows, const struct tr_interval drawn[RATES],
                          struct tr_backtest_measures *out)
{
    for (size_t k = 0; k < TR_TARGETS; k++) {
        out->hit_rate[k] = rate_of(n, rows, k, drawn[k]);
        out->random_hit_rate[k] = UNKNOWN;
    }
    out->win_rate = rate_of(n, rows, WINS, drawn[WINS]);
    out->proven_hit_rate = rate_of(n, rows, PROVEN, drawn[PROVEN]);
}

/* A draw without losses counts as infinite: left out, it would make the upper bound look nearer than it is. */
static void figures_of_rows(size_t n, const size_t *row, const void *data, double *figure)
{
    const struct row *rows = data;
    double net = 0.0, losses = 0.0, net_frac = 0.0, gross_frac = 0.0;
    for (size_t i = 0; i < n; i++) {
        const struct row *drawn = &rows[row[i]];
        net += drawn->net_usd;
        losses += drawn->net_usd < 0.0 ? -drawn->net_usd : 0.0;
        net_frac += drawn->net_frac;
        gross_frac += drawn->gross_frac;
    }
    for (size_t k = 0; k < RATES; k++) {
        size_t hits = 0, with = count_rate(n, row, rows, k, &hits);
        figure[FIRST_RATE + k] = with ? (double)hits / (double)with : UNKNOWN;
    }
    double count = (double)n;
    figure[PROFIT_FACTOR] = losses > 0.0 ? (net + losses) / losses : net > 0.0 ? (double)INFINITY : UNKNOWN;
    figure[EXPECTANCY] = net / count;
    figure[AVERAGE_NET] = net_frac / count;
    figure[AVERAGE_GROSS] = gross_frac / count;
}

static double profit_factor_of(const struct tr_account *account)
{
    tr_money gains = 0, losses = 0;
    for (size_t i = 0; i < account->n_trades; i++) {
        const struct tr_account_trade *trade = &account->trades[i];
        if (trade->open)
            continue;
        gains += trade->net > 0 ? trade->net : 0;
        losses -= trade->net < 0 ? trade->net : 0;
    }
    return losses > 0 ? tr_money_usd(gains) / tr_money_usd(losses) : UNKNOWN;
}

static void measure_averages(const struct tr_account *account, size_t n, const struct row *rows,
                             struct tr_backtest_measures *out)
{
    double gross_frac = 0.0;
    for (size_t i = 0; i < n; i++)
        gross_frac += rows[i].gross_frac;
    out->profit_factor.value = profit_factor_of(account);
    out->expectancy_usd.value = n ? tr_money_usd(out->all.net) / (double)n : UNKNOWN;
    out->average_net_frac.value = out->all.average_net_frac;
    out->average_gross_frac.value = n ? gross_frac / (double)n : UNKNOWN;
}

/* A trade and those that are entered while it is open, on average. Entries ascend. */
static double overlap_of(size_t n, const struct row *rows)
{
    size_t pairs = 0;
    for (size_t i = 0; i < n; i++) {
        size_t first = i + 1, end = n;
        while (first < end) {
            size_t middle = first + (end - first) / 2;
            if (rows[middle].entry < rows[i].exit)
                first = middle + 1;
            else
                end = middle;
        }
        pairs += first - i - 1;
    }
    return 1.0 + (double)pairs / (double)n;
}

/* Long enough to keep trades together that were open together, but not so long that too few blocks are left. */
static double block_of(size_t n, const struct row *rows)
{
    double together = n ? fmin(BLOCK_OVERLAPS * overlap_of(n, rows), (double)n / BLOCKS_LEFT) : 0.0;
    return fmax(fmax(MIN_BLOCK, cbrt((double)n)), together);
}

static enum tr_status draw_intervals(const struct tr_account *account, const struct tr_account_entry *entries,
                                     size_t draws, uint64_t seed, struct tr_backtest_measures *out,
                                     struct tr_error *err)
{
    struct row *rows = tr_alloc(account->n_trades, sizeof *rows);
    if (!rows)
        return tr_error_nomem(err);
    size_t n = 0;
    for (size_t i = 0; i < account->n_trades; i++)
        if (!account->trades[i].open)
            rows[n++] = row_with_rates(&account->trades[i], &entries[account->trades[i].entry]);
    measure_averages(account, n, rows, out);
    struct tr_interval interval[FIGURES];
    double block = block_of(n, rows);
    const struct tr_stationary_options options = {block, draws, seed, tr_bootstrap_level((double)n / block, ALPHA)};
    enum tr_status status = tr_bootstrap_stationary_all(&options, n, FIGURES, figures_of_rows, rows, interval, err);
    const struct tr_interval none = {UNKNOWN, UNKNOWN};
    out->profit_factor.interval = isnan(out->profit_factor.value) ? none : interval[PROFIT_FACTOR];
    out->expectancy_usd.interval = interval[EXPECTANCY];
    out->average_net_frac.interval = interval[AVERAGE_NET];
    out->average_gross_frac.interval = interval[AVERAGE_GROSS];
    measure_rates(n, rows, &interval[FIRST_RATE], out);
    tr_free(rows);
    return status;
}

enum tr_status tr_measure_trades(const struct tr_account *account, const struct tr_account_entry *entries,
                                 size_t n_series, size_t draws, uint64_t seed, struct tr_backtest_measures *out,
                                 struct tr_error *err)
{
    out->series = tr_alloc_zero(n_series, sizeof *out->series);
    if (!out->series)
        return tr_error_nomem(err);
    out->n_series = n_series;
    measure_groups(account, entries, out);
    measure_streaks(account, out);
    return draw_intervals(account, entries, draws, seed, out, err);
}
