/* An account by the words of the specification (sections 6 and 7) and of the headers of engine/trade and
 * engine/backtest: written before a look at their code, and sharing none of it. One instant after the other, every
 * position looked at in each, every sum made anew where it is asked for: slow and plain.
 * Where the words leave something open, this is how they are read here, and what else they could mean:
 *  - Where the liquidation lies before the stop, a bar is ambiguous that touches the liquidation and a target (or: the
 *    stop and a target). Where both are one price, it is the stop inside a bar and the liquidation at an open.
 *  - Of finer bars each that is played counts as a bar: for ambiguity, and for the extremes since entry. A bar in whose
 *    place they are played is resolved, also where one of them is ambiguous itself (or: only where none is).
 *  - A fill at the open of a finer bar other than the first is no fill at the open: its booking is of the bar's close.
 *  - An assumed settlement that would be received and is not, because it lies in the exit bar, still counts as assumed.
 *  - The fee that an order sets aside is on its size at the decision's close, before slippage.
 *  - A position whose series has ended keeps its place and its margin until the account ends (or: it frees them).
 *  - Equity and exposure show a valued position as left at the last point, also where `to` comes before the end of
 *    another series. */
#ifndef TEST_ACCOUNT_REFERENCE_H
#define TEST_ACCOUNT_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ref_bar {
    int64_t time; /* open, ms */
    double open, high, low, close;
};

struct ref_bars {
    size_t n;
    int64_t step; /* ms */
    const struct ref_bar *bar;
};

struct ref_rate {
    int64_t time;
    double rate;
};

struct ref_series {
    struct ref_bars bars, fine; /* fine.n = 0: none */
    size_t rates;
    const struct ref_rate *rate;
    double default_rate;
    int64_t default_step;
    double size_step, min_size, min_notional, max_leverage; /* 0 = none */
};

struct ref_entry {
    size_t series, row;
    double sign; /* 1 long, -1 short */
    double price, stop, target[3], trail;
    size_t targets;
    double fraction[3];
    double quantity;
};

#define REF_TIERS 4

struct ref_options {
    double capital, risk, max_leverage, maintenance;
    bool compound;
    double leverage;
    size_t max_open;
    double max_side, max_correlated, correlation;
    size_t correlation_bars;
    double maker, taker, slippage, slippage_range;
    bool by_range;
    size_t tiers;
    double tier_volume[REF_TIERS], tier_maker[REF_TIERS], tier_taker[REF_TIERS];
    size_t horizon;
    bool optimistic, limit;
    int64_t from, to;
};

enum ref_exit { REF_OPEN, REF_TARGET, REF_STOP, REF_TRAILING, REF_TIME, REF_LIQUIDATION };

enum ref_refusal {
    REF_TAKEN,
    REF_NO_BAR,
    REF_BUSY,
    REF_SIZE,
    REF_MAX_OPEN,
    REF_MARGIN,
    REF_SIDE,
    REF_CORRELATED,
    REF_EXPIRED,
    REF_UNFILLED,
    REF_REFUSALS
};

enum ref_state { REF_ORDER, REF_POSITION, REF_GONE };

struct ref_fill {
    size_t bar;
    double price, fraction;
    enum ref_exit kind;
    bool at_open;
};

struct ref_booking {
    int64_t time;
    double gross, fees, slippage, funding; /* of the size */
    double notional;                       /* USD turned over */
};

struct ref_trade {
    size_t entry;
    double quantity, size, leverage, margin, margin_frac, maker, taker;
    bool cut, raised; /* the size, or the leverage, to what the free money carries */
    int64_t entry_time, exit_time;
    bool open;
    enum ref_exit reason;
    size_t fills, targets_hit, target_bar[3], tp1_bars, resolved, bars;
    struct ref_fill fill[4];
    bool tp1, ambiguous, inside;
    double entry_price, liquidation, average_exit, best, worst;
    double slipped_entry, slipped_exit;
    size_t assumed, bookings;
    struct ref_booking booking[5];
    int64_t gross, fees, slippage, funding, net; /* 1e-8 USD */
    /* under way */
    enum ref_state state;
    size_t next; /* row */
    double stop, left, mark, slipped;
    size_t booked_fills;
    int64_t deadline;
};

struct ref_account {
    size_t n_trades;
    struct ref_trade *trade; /* in the order of the entries */
    enum ref_refusal *refusal;
    size_t points;
    int64_t *time;
    double *equity, *exposure;
    int64_t final_equity; /* 1e-8 USD */
};

/* Entries ascending by decision close. Free with ref_account_free. */
void ref_account_run(const struct ref_options *options, const struct ref_series *series, size_t n_series,
                     const struct ref_entry *entries, size_t n, struct ref_account *out);
void ref_account_free(struct ref_account *account);

#endif
