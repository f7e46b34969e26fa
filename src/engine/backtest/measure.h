/* What an account came to: every figure of a backtest's report with its interval. All but rates: stationary block
 * bootstrap 95 % (engine/score/bootstrap.h, percentiles at tr_bootstrap_level), over closed trades in order of time
 * with mean blocks of max(2, n^(1/3), min(4 k, n / 16)) trades, k = 1 + the trades entered while one is open, on
 * average, or over UTC days with mean blocks of max(3, n^(1/3)) days; NaN bounds where that is too little to tell:
 * fewer than 15 blocks, which are 59 trades or days. Rates: Wilson 95 % on effective counts, rate (1 - rate) / sd^2
 * with sd = width of the rate's own such interval / (2 z), at most the trades there are; on all trades where there are
 * no draws. How often they hold the truth: docs/validation.md. Draws without a loss make a ratio infinite, and so may
 * its upper bound be. Open trades (valued at the end) count in equity and in sums of money over all trades, nowhere
 * else. Averages and rates over nothing are NaN. What happens at the instant at which a day or a month begins ends the
 * one before: the close of its last bar. */
#ifndef TR_BACKTEST_MEASURE_H
#define TR_BACKTEST_MEASURE_H

#include "engine/backtest/account.h"
#include "engine/score/fan.h"
#include "engine/score/interval.h"
#include "engine/score/sharpe.h"

#include <stdint.h>

/* A figure with what the data do not contradict. */
struct tr_measured {
    double value;
    struct tr_interval interval;
};

/* Of a group of closed trades: all, a side, a series, an exit reason, a month. */
struct tr_trade_group {
    size_t trades, wins, draws, losses; /* by net: above 0, 0, below */
    double average_net_frac;            /* net / size, mean over trades */
    tr_money net;
    double net_capital_frac; /* net / capital */
    double average_hours;    /* held */
};

struct tr_month {
    int year, month;    /* UTC */
    size_t trades;      /* closed in it */
    double return_frac; /* of the marked equity over it; NaN outside the points */
    tr_money net;       /* of the trades closed in it */
};

struct tr_day {
    tr_time_ms day;     /* its start */
    double equity;      /* at its end: the last point at or before the next day's start */
    double return_frac; /* 0 once no equity is left */
};

/* Net as costs grow: fees and slippage times a factor, funding as it was. Exact where no liquidation depends on it. */
#define TR_COST_STEPS 31 /* factors 0, 0.1 ... 3 */

struct tr_backtest_measures {
    double days; /* tested span */
    size_t closed, open;
    struct tr_measured hit_rate[TR_TARGETS]; /* targets reached over closed trades that have such a target */
    double random_hit_rate[TR_TARGETS];      /* random entries, see tr_random_hits; NaN until set by the caller */
    struct tr_measured win_rate;
    struct tr_measured profit_factor;    /* NaN without losses */
    struct tr_measured expectancy_usd;   /* net a trade */
    struct tr_measured average_net_frac; /* avg_net_profit: net / size, mean over trades */
    struct tr_measured average_gross_frac;
    struct tr_measured total_return;       /* final equity / capital - 1; interval over days */
    struct tr_measured annual_return;      /* compound, 365 days; NaN under a day, -1 where nothing is left */
    struct tr_measured max_drawdown;       /* fraction of the peak; value over all points, interval over days' closes */
    double max_drawdown_usd;               /* of that drawdown */
    tr_time_ms drawdown_from, drawdown_to; /* its peak and trough; 0 without one */
    struct tr_measured sharpe, sortino;    /* daily equity, 365 days a year (engine/score/performance.h) */
    struct tr_measured calmar;             /* the annual return over the maximum drawdown, as they stand here */
    struct tr_sharpe daily;                /* per day */
    double psr;                            /* probability that the true ratio is above 0 */
    double min_equity, max_equity;
    double time_in_market;                        /* share of the points with a position */
    double average_exposure;                      /* mean of exposure / equity over points with equity */
    tr_money gross, fees, slippage, funding, net; /* of all trades, open ones too */
    double turnover_usd;                          /* of all trades: sizes in, and out what they were worth then */
    size_t funding_assumed;                       /* settlements without a recorded rate */
    size_t ambiguous, order_unclear;              /* closed trades with such a bar (struct tr_outcome) */
    size_t resolved;                              /* ambiguous bars that finer ones decided */
    struct tr_trade_group all, side[TR_SIDE_COUNT], reason[TR_EXIT_REASONS], proven;
    struct tr_measured proven_hit_rate; /* of target 1, over proven entries only */
    struct tr_trade_group *series;      /* [n_series]; owned, as the lists below */
    size_t n_series;
    double winner_hours, loser_hours;  /* mean held */
    size_t wins_in_row, losses_in_row; /* in order of entry */
    size_t best, worst;                /* closed trades by net / size, the first of equals; n_trades without one */
    double best_day, worst_day;        /* return; NaN without days */
    size_t days_won, days_drawn, days_lost;
    struct tr_day *day;
    size_t n_days;
    struct tr_month *month;
    size_t n_months;
    double cost_factor[TR_COST_STEPS], cost_net_usd[TR_COST_STEPS];
    double break_even_factor; /* of fees and slippage at which the net is 0: below 0 it loses even without them; NaN
                                 without costs, infinite where they are credits and it never loses */
    double cost_frac;         /* fees and slippage a round trip: over sizes at entry, as paid */
    double break_even_frac;   /* the same figure at which the net would be 0: gross - funding over sizes */
    struct tr_fan fan;        /* of the daily returns; 1,000 paths, 100 places */
};

/* series as given to the account. draws of the bootstraps (1,000 usually; 0: no intervals but those of rates, no fan),
 * seed. Finish with tr_measures_finish, also after an error. Errors: TR_NOMEM. Cost: O(draws * (days + trades)); 18 ms
 * for 730 days, 500 trades, 17,520 points and 1,000 draws. */
enum tr_status tr_backtest_measure(const struct tr_account *account, const struct tr_account_entry *entries,
                                   size_t n_series, size_t draws, uint64_t seed, struct tr_backtest_measures *out,
                                   struct tr_error *err) TR_MUST_CHECK;
void tr_measures_finish(struct tr_backtest_measures *measures);

/* How often entries at random reach each target: for each closed trade max(10, 10000 / closed) rows are drawn evenly
 * from those of its series that are decided (close) inside [from, to) and whose horizon ends inside the bars; the
 * trade's side, leverage, targets and distances in ATR (in fractions of the price where an ATR is not known) are put on
 * each, and the kernel plays it by `options` and, like the trades, by the series' detail. Where that gives no position
 * (a limit order not touched, a hole, a level below 0) another row is drawn, at most 100 times. atr [n_series][bars]:
 * ATR(14) in price, entries may be NULL. A rate is NaN where no closed trade has that target, or nothing could be
 * drawn. Errors: the detail source's. Cost: O(draws * bars held). */
enum tr_status tr_random_hits(const struct tr_account *account, const struct tr_account_options *options,
                              const struct tr_account_series *series, const struct tr_account_entry *entries,
                              const double *const *atr, uint64_t seed, double rate[TR_TARGETS],
                              struct tr_error *err) TR_MUST_CHECK;

#endif
