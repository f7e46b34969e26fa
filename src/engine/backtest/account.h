/* One account over one or many series: entries in order of time become positions or are refused with a reason, every
 * cent is booked, and the equity is marked at each bar's close.
 *
 * What is known at an instant: the bars closed by then. A bar's fills, those at its open too, and the entry into it
 * count from its close on, for decisions and on the grid alike; the booking keeps its own time. Order at one instant:
 * what has left positions is booked before new entries are looked at; entries of one instant in the order given. A
 * series holds one position at a time: an entry whose series has one is refused (busy). The checks, first failure wins,
 * are those of enum tr_refusal in its order (margins to a millionth of a dollar, caps to a billionth of themselves).
 * What passes them is an order from its decision on and counts as a position of the size that its quantity has at the
 * decision's close, with margin and, of that size, the entry fee of its tier (taker's, or maker's where that is more)
 * and a market order's slippage (range: of the decision bar) set aside, until its bar has closed: then it is a
 * position, or unfilled and gone. Where its next bar opens after its horizon, it is gone when that is over.
 *
 * Size: the entry's own quantity (down to the size step), else by risk (engine/trade/size.h) from the capital, or with
 * `compound` from the equity: booked, open positions at their last closes. The leverage of the margin is `leverage`
 * where that is set, else size / that capital, at most the profile's (and the market's) largest; where the free money
 * does not reach for the margin then, the leverage that makes it fit, up to that largest; where that (or the `leverage`
 * set) is not enough, a size by risk is cut to what free money carries with its margin and what is set aside, down to
 * half of it; all at the decision. The margin is size / max(1, leverage), locked at entry, given back with each fill in
 * proportion, as the position's size for the caps is. The fee tier is that of the turnover (entries and exits,
 * undisturbed notionals, by the UTC day of their booking) in the 30 whole UTC days before the entry's decision day, for
 * the whole position.
 *
 * A position whose series ends before the others keeps its place and its margin to the end of all.
 *
 * Money is exact: each booking's gross, fees, slippage and funding are rounded to 1e-8 USD on their own, and everything
 * else is a sum of these: capital + sum of nets over all trades (the valued open ones too) = last equity. */
#ifndef TR_BACKTEST_ACCOUNT_H
#define TR_BACKTEST_ACCOUNT_H

#include "engine/market/funding.h"
#include "engine/trade/fee.h"
#include "engine/trade/money.h"
#include "engine/trade/outcome.h"
#include "engine/trade/settle.h"
#include "engine/trade/size.h"

/* A market the account trades on; all of one account have one timeframe. Everything borrowed. */
struct tr_account_series {
    const struct tr_bars *bars;
    const struct tr_funding *funding;
    const struct tr_market_limits *limits; /* NULL: none */
    const struct tr_detail *detail;        /* NULL: ambiguous bars stay as the reading has them */
};

struct tr_account_entry {
    size_t series;
    size_t row; /* decision bar */
    struct tr_levels levels;
    size_t targets;              /* used, 1 .. TR_TARGETS */
    double fraction[TR_TARGETS]; /* sum 1 over the used ones */
    double quantity;             /* base coin; 0 = by risk */
    bool proven;
    size_t source; /* the caller's number for it: the line in a file, the place in a list */
};

struct tr_account_options {
    struct tr_size_options size; /* capital_usd is the account's */
    enum tr_risk_profile profile;
    bool compound;
    double leverage;                /* of the margin; 0 = size / capital, more where the free money asks for it */
    size_t max_open;                /* positions at a time; 0 = no limit */
    double max_side_exposure;       /* sum of open sizes on one side / capital (equity with compound); 0 = no limit */
    double max_correlated_exposure; /* the same over the entry's series and those correlated to it; 0 = no limit */
    double correlation;             /* two series are correlated from here on: 0.7 */
    size_t correlation_bars;        /* ... over log returns between the newest so many bars both have: 168; under 3 of
                                       them, or where one does not move: not correlated */
    struct tr_cost_options cost;
    struct tr_fee_schedule fees;
    size_t horizon_bars;
    enum tr_intrabar intrabar;
    enum tr_entry_kind entry;
    tr_time_ms from, to; /* the equity is marked at closes after `from` up to `to`; the account exists from `from` on */
};

enum tr_refusal {
    TR_REFUSAL_NONE,       /* it became a position */
    TR_REFUSAL_NO_BAR,     /* the bars end with it: nothing to enter at */
    TR_REFUSAL_BUSY,       /* a position of its series is open */
    TR_REFUSAL_SIZE,       /* under the market's minimum, under a cent, or over TR_MONEY_MOST_USD / 4 */
    TR_REFUSAL_MAX_OPEN,   /* as many positions as allowed are open */
    TR_REFUSAL_MARGIN,     /* the free margin does not reach: cash less margins locked, for margin, fee and slippage */
    TR_REFUSAL_SIDE,       /* over the exposure cap of its side */
    TR_REFUSAL_CORRELATED, /* over the exposure cap of correlated series on its side */
    TR_REFUSAL_EXPIRED,    /* the next bar opens after its horizon */
    TR_REFUSAL_UNFILLED,   /* its limit order was not touched: known when its bar has closed, an order until then */
    TR_REFUSALS
};
const char *tr_refusal_name(enum tr_refusal refusal); /* "no_bar", "busy", ... ; "taken" for NONE */

struct tr_account_trade {
    size_t entry;  /* which of the entries */
    size_t series; /* as of that entry */
    enum tr_side side;
    double quantity; /* base coin */
    double size_usd; /* quantity * undisturbed entry price */
    double leverage, margin_usd;
    double maker_frac, taker_frac; /* of its fee tier */
    tr_time_ms entry_time,
        exit_time; /* open of the entry bar; of the last fill, as its booking; open ones: last close */
    bool open;     /* still open when the bars end: valued at the last close, as if it left there */
    struct tr_outcome outcome;
    struct tr_settlement money;                   /* fractions of size_usd */
    tr_money gross, fees, slippage, funding, net; /* net = gross - fees - slippage - funding, exactly */
};

/* The equity at one instant of the grid: closes of any series after `from`, ascending; point 0 is `from` itself. */
struct tr_account {
    struct tr_account_trade *trades; /* [n_trades] by entry time, then order of the entries; owned, as all below */
    size_t n_trades, n_open;
    enum tr_refusal *refusal;    /* [n entries] */
    size_t refused[TR_REFUSALS]; /* of TR_REFUSAL_NONE: n_trades */
    size_t points;
    tr_time_ms *time;
    double *equity;   /* capital + booked + open positions at their last closes, before the costs of leaving */
    double *exposure; /* sum of open sizes, marked, over both sides, USD */
    tr_money capital, final_equity; /* final: capital + nets of all trades */
};

/* series [n_series], entries [n] ascending by decision close (ties as given); rows inside the bars; levels that
 * tr_levels_make could have made (stop and targets on their sides, positive). Where an open position is valued, the
 * last point of equity and exposure shows it as left (at all points before it stands at its last close): there
 * equity[points - 1] = final_equity, where `to` reaches the end of the bars. Errors: TR_NOMEM; the detail source's;
 * TR_INVALID for a position over TR_MONEY_MOST_USD. Cost: O(entries log + bars). Finish with tr_account_finish, also
 * after an error. */
enum tr_status tr_account_run(const struct tr_account_options *options, const struct tr_account_series *series,
                              size_t n_series, const struct tr_account_entry *entries, size_t n, struct tr_account *out,
                              struct tr_error *err) TR_MUST_CHECK;
void tr_account_finish(struct tr_account *account);

#endif
