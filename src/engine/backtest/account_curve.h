/* The equity and exposure of an account over its grid of closes, drawn from its trades. */
#ifndef TR_BACKTEST_ACCOUNT_CURVE_H
#define TR_BACKTEST_ACCOUNT_CURVE_H

#include "engine/backtest/account.h"

/* What one booking of a trade moves; each part is rounded on its own. */
struct tr_account_amounts {
    tr_money gross, fees, slippage, funding;
};

static inline struct tr_account_amounts tr_account_amounts_of(const struct tr_account_trade *trade, size_t k)
{
    const struct tr_booking *booking = &trade->money.booking[k];
    return (struct tr_account_amounts){
        tr_money_from_usd(booking->gross * trade->size_usd), tr_money_from_usd(booking->fees * trade->size_usd),
        tr_money_from_usd(booking->slippage * trade->size_usd), tr_money_from_usd(booking->funding * trade->size_usd)};
}

static inline tr_money tr_account_net_of(const struct tr_account_amounts *amounts)
{
    return amounts->gross - amounts->fees - amounts->slippage - amounts->funding;
}

/* What is still open once `filled` fills are booked: added up from the fills to come, so that it ends at 0. */
static inline double tr_account_left_after(const struct tr_outcome *outcome, size_t filled)
{
    double left = 0.0;
    for (size_t k = filled; k < outcome->fills; k++)
        left += outcome->fill[k].fraction;
    return left;
}

/* Base coins of a position, negative for shorts, of which `left` is still there. */
static inline double tr_account_units(const struct tr_account_trade *trade, double left)
{
    return tr_side_sign(trade->side) * (left * trade->quantity);
}

/* Fills points, time, equity and exposure of an account whose trades and capital stand. Errors: TR_NOMEM; what was
 * allocated until then is the account's. Cost: O(bars of the grid * series + bars held). */
enum tr_status tr_account_draw(const struct tr_account_options *options, const struct tr_account_series *series,
                               size_t n_series, const struct tr_account_entry *entries, struct tr_account *account,
                               struct tr_error *err) TR_MUST_CHECK;

#endif
