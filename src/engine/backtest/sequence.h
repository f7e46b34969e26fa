/* Signals over history, taken one at a time through the outcome kernel: while a position is open, further signals are
 * passed by. Entry at the next bar's open at market; every cent by trade/. */
#ifndef TR_BACKTEST_SEQUENCE_H
#define TR_BACKTEST_SEQUENCE_H

#include "base/error.h"
#include "engine/market/funding.h"
#include "engine/score/interval.h"
#include "engine/signal/signal.h"
#include "engine/trade/outcome.h"
#include "engine/trade/settle.h"

struct tr_entry {
    size_t row; /* decision bar */
    struct tr_levels levels;
    bool proven;
};

/* An unfinished trade (at most one, the last) has outcome.reason TR_EXIT_OPEN, NaN for money, and the close of the last
 * bar as exit_time. */
struct tr_trade {
    struct tr_entry entry;
    tr_time_ms entry_time; /* open of the next bar */
    tr_time_ms exit_time;  /* close of the bar of the last fill; its open where that was at_open */
    struct tr_outcome outcome;
    struct tr_settlement money;
};

struct tr_sequence_options {
    struct tr_ladder ladder;
    struct tr_cost_options cost;
    const struct tr_funding *funding; /* borrowed */
    uint64_t seed;                    /* of the bootstrap */
    size_t first_row;                 /* where the tested span begins (market change only); 0 = with the bars */
};

struct tr_sequence_summary {
    size_t offered, taken, passed_by; /* offered = taken + passed_by + expired; taken = closed + unfinished */
    size_t expired;                   /* the next bar opens after the horizon: never entered, not in the figures */
    size_t closed_by_side[TR_SIDE_COUNT];
    size_t closed, unfinished;                        /* unfinished: still open at the last bar, not in the figures */
    double hit_rate[TR_TARGETS];                      /* over all closed trades */
    struct tr_interval hit_rate_interval[TR_TARGETS]; /* Wilson 95 % */
    double win_rate;
    struct tr_interval win_rate_interval;
    double profit_factor; /* sum of gains over sum of losses; NaN without losses */
    double average_net_frac, sum_net_frac;
    struct tr_interval average_net_interval; /* moving blocks over trades in order of time, 95 % */
    double average_gross_frac, fees_frac, slippage_frac, funding_frac; /* averages a trade */
    double max_drawdown_frac; /* (peak - equity) / peak, the whole equity in every trade at 1x */
    double average_bars;
    size_t ambiguous;                /* trades with a bar that could be read another way */
    size_t funding_assumed;          /* settlements for which no rate was recorded */
    size_t reasons[TR_EXIT_REASONS]; /* of closed trades */
    double market_change_frac;       /* last close over the open of first_row, less 1; NaN without bars */
};

/* entries [n] ascending by row; one is taken where no position is open at its close: a position that ends inside a bar
 * leaves that bar's own signal free. One that no bar opens for within its horizon expires and blocks none. Rates and
 * averages are NaN without closed trades. *trades [taken]: owned by the caller, free with tr_free. */
enum tr_status tr_sequence_run(const struct tr_sequence_options *options, const struct tr_bars *bars,
                               const struct tr_entry *entries, size_t n, struct tr_trade **trades,
                               struct tr_sequence_summary *summary, struct tr_error *err) TR_MUST_CHECK;

#endif
