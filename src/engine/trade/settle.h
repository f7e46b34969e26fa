/* The money of a closed position: gross, fees, slippage, funding, net, as fractions of its size at entry. */
#ifndef TR_TRADE_SETTLE_H
#define TR_TRADE_SETTLE_H

#include "engine/market/funding.h"
#include "engine/trade/cost.h"
#include "engine/trade/outcome.h"

/* What is booked at one instant of a position's life: its entry, or one of its fills with the funding that the open
 * position owed since the booking before. Fractions of the size at entry (quantity * undisturbed entry price). */
struct tr_booking {
    tr_time_ms time; /* open of the entry bar; of a fill: its bar's open where it filled there, else its bar's close */
    double gross, fees, slippage, funding;
};

struct tr_settlement {
    double entry_price; /* with slippage */
    double exit_price;  /* average, with slippage on what left at market */
    double gross_frac;  /* before all costs: from the undisturbed entry and fill prices */
    double fees_frac;   /* market entries, stop and time exits as taker, targets and limit orders filled inside a bar as
                           maker, on the notional of each fill; a liquidation takes what is left of the margin */
    double slippage_frac;   /* market entries, stop and time fills; a limit order that takes at an open up to its limit;
                             never targets, limit orders filled inside a bar, liquidations */
    double funding_frac;    /* paid > 0, received < 0 */
    double net_frac;        /* gross - fees - slippage - funding */
    size_t funding_assumed; /* settlements for which no rate was recorded */
    size_t bookings;        /* 1 + fills */
    struct tr_booking booking[TR_FILLS + 1]; /* entry first; they add up to the four above */
};

/* outcome: closed, or valued at the end of the bars; from tr_outcome_run on the same bars, entered (neither expired nor
 * unfilled). rules: those it ran by (margin). What a valued position has left leaves at market.
 * Funding is charged on the still open fraction at each settlement with entry < stamp <= exit, at the price of the
 * close of the bar that holds it over the entry price (a bar holds open < stamp <= close; in a hole: the bar before);
 * in a fraction's exit bar a paid rate is charged, a received one is not, and a fill at the bar's open is not charged
 * for that bar. A position entered inside a bar pays, and does not receive, what is settled in that bar. */
void tr_settle(const struct tr_cost_options *costs, const struct tr_funding *funding,
               const struct tr_outcome_rules *rules, const struct tr_levels *levels, const struct tr_outcome *outcome,
               const struct tr_bars *bars, size_t decision, struct tr_settlement *out);

#endif
