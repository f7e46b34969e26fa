#include "engine/backtest/sequence.h"

#include "base/alloc.h"
#include "engine/score/bootstrap.h"

#include <assert.h>
#include <math.h>

#define UNKNOWN ((double)NAN)
#define ALPHA 0.05
#define DRAWS 1000
#define MIN_BLOCK_HOURS 48.0

/* Where the row stands at whose close the position is over; n where that lies behind the bars. */
static size_t play(const struct tr_sequence_options *options, const struct tr_bars *bars, const struct tr_entry *entry,
                   struct tr_trade *trade)
{
    struct tr_outcome_rules rules = tr_outcome_rules_ladder(&options->ladder, bars->timeframe);
    int64_t bar_ms = tr_timeframe_ms(bars->timeframe);
    *trade = (struct tr_trade){.entry = *entry};
    tr_outcome_run(&rules, &entry->levels, bars, entry->row, &trade->outcome);
    const struct tr_outcome *outcome = &trade->outcome;
    trade->entry_time = entry->row + 1 < bars->n ? bars->time[entry->row + 1] : bars->time[entry->row] + bar_ms;
    if (outcome->reason == TR_EXIT_OPEN) {
        trade->exit_time = bars->time[bars->n - 1] + bar_ms;
        trade->money = (struct tr_settlement){.entry_price = UNKNOWN,
                                              .exit_price = UNKNOWN,
                                              .gross_frac = UNKNOWN,
                                              .fees_frac = UNKNOWN,
                                              .slippage_frac = UNKNOWN,
                                              .funding_frac = UNKNOWN,
                                              .net_frac = UNKNOWN};
        return bars->n;
    }
    size_t exit_row = entry->row + outcome->bars;
    bool at_open = outcome->fill[outcome->fills - 1].at_open;
    trade->exit_time = bars->time[exit_row] + (at_open ? 0 : bar_ms);
    tr_settle(&options->cost, options->funding, &rules, &entry->levels, outcome, bars, entry->row, &trade->money);
    return exit_row;
}

static void add_sums(struct tr_sequence_summary *sum, const struct tr_trade *trade)
{
    const struct tr_settlement *money = &trade->money;
    sum->closed_by_side[trade->entry.levels.side]++;
    for (size_t k = 0; k < TR_TARGETS; k++)
        sum->hit_rate[k] += trade->outcome.targets_hit > k ? 1.0 : 0.0;
    sum->win_rate += money->net_frac > 0.0 ? 1.0 : 0.0;
    sum->sum_net_frac += money->net_frac;
    sum->average_gross_frac += money->gross_frac;
    sum->fees_frac += money->fees_frac;
    sum->slippage_frac += money->slippage_frac;
    sum->funding_frac += money->funding_frac;
    sum->average_bars += (double)trade->outcome.bars;
    sum->ambiguous += trade->outcome.ambiguous;
    sum->funding_assumed += money->funding_assumed;
    sum->reasons[trade->outcome.reason]++;
}

/* Counts become rates, sums become averages. */
static void divide_sums(struct tr_sequence_summary *sum)
{
    double n = (double)sum->closed;
    for (size_t k = 0; k < TR_TARGETS; k++) {
        sum->hit_rate_interval[k] = tr_rate_wilson(sum->hit_rate[k], n, ALPHA);
        sum->hit_rate[k] /= n;
    }
    sum->win_rate_interval = tr_rate_wilson(sum->win_rate, n, ALPHA);
    sum->win_rate /= n;
    sum->average_net_frac = sum->sum_net_frac / n;
    sum->average_gross_frac /= n;
    sum->fees_frac /= n;
    sum->slippage_frac /= n;
    sum->funding_frac /= n;
    sum->average_bars /= n;
}

static void draw_curve(const struct tr_trade *trades, struct tr_sequence_summary *sum)
{
    double gains = 0.0, losses = 0.0, equity = 1.0, peak = 1.0;
    for (size_t i = 0; i < sum->closed; i++) {
        double net = trades[i].money.net_frac;
        gains += net > 0.0 ? net : 0.0;
        losses -= net < 0.0 ? net : 0.0;
        equity *= fmax(0.0, 1.0 + net);
        peak = fmax(peak, equity);
        sum->max_drawdown_frac = fmax(sum->max_drawdown_frac, (peak - equity) / peak);
    }
    sum->profit_factor = losses > 0.0 ? gains / losses : UNKNOWN;
}

static enum tr_status interval_of_net(const struct tr_sequence_options *options, const struct tr_trade *trades,
                                      struct tr_sequence_summary *sum, struct tr_error *err)
{
    enum tr_status status = TR_OK;
    size_t n = sum->closed;
    double *net = tr_alloc(n, sizeof *net);
    int64_t *time = tr_alloc(n, sizeof *time);
    if (!net || !time) {
        status = tr_error_nomem(err);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        net[i] = trades[i].money.net_frac;
        time[i] = trades[i].entry_time;
    }
    double block_hours = fmax(MIN_BLOCK_HOURS, options->ladder.horizon_hours);
    struct tr_bootstrap_options bootstrap = {
        .block_ms = llround(block_hours * (double)TR_HOUR_MS), .draws = DRAWS, .seed = options->seed, .alpha = ALPHA};
    status = tr_bootstrap_mean(&bootstrap, n, net, NULL, time, &sum->average_net_interval, err);
out:
    tr_free(time);
    tr_free(net);
    return status;
}

/* The trades that the entries become, one at a time. trades [n] has room for all. */
static void take_turns(const struct tr_sequence_options *options, const struct tr_bars *bars,
                       const struct tr_entry *entries, size_t n, struct tr_trade *trades,
                       struct tr_sequence_summary *sum)
{
    size_t free_from = 0;
    for (size_t i = 0; i < n; i++) {
        assert(entries[i].row < bars->n && (i == 0 || entries[i].row >= entries[i - 1].row));
        if (entries[i].row < free_from) {
            sum->passed_by++;
            continue;
        }
        struct tr_trade *trade = &trades[sum->taken];
        size_t over = play(options, bars, &entries[i], trade);
        if (tr_outcome_expired(&trade->outcome)) {
            sum->expired++;
            continue;
        }
        sum->taken++;
        free_from = over;
        if (trade->outcome.reason == TR_EXIT_OPEN)
            sum->unfinished++;
        else
            add_sums(sum, trade);
    }
    sum->closed = sum->taken - sum->unfinished;
}

enum tr_status tr_sequence_run(const struct tr_sequence_options *options, const struct tr_bars *bars,
                               const struct tr_entry *entries, size_t n, struct tr_trade **trades,
                               struct tr_sequence_summary *summary, struct tr_error *err)
{
    *trades = NULL;
    *summary = (struct tr_sequence_summary){.offered = n};
    struct tr_trade *made = tr_alloc(n, sizeof *made);
    if (!made)
        return tr_error_nomem(err);
    take_turns(options, bars, entries, n, made, summary);
    divide_sums(summary);
    draw_curve(made, summary);
    bool spans = options->first_row < bars->n;
    summary->market_change_frac = spans ? bars->close[bars->n - 1] / bars->open[options->first_row] - 1.0 : UNKNOWN;
    enum tr_status status = interval_of_net(options, made, summary, err);
    if (status != TR_OK) {
        tr_free(made);
        return status;
    }
    *trades = made;
    return TR_OK;
}
