#include "engine/trade/settle.h"

#include <math.h>

/* How much of the position is under way in one bar: what left before, at its open, or inside it. */
struct exposure {
    double through_open; /* still there after the fills at this bar's open: it pays */
    double through_bar;  /* still there at the bar's close: only this receives */
};

static struct exposure exposure_in(const struct tr_outcome *outcome, size_t bar)
{
    struct exposure open = {1.0, 1.0};
    for (size_t k = 0; k < outcome->fills; k++) {
        const struct tr_fill *fill = &outcome->fill[k];
        if (fill->bar > bar)
            continue;
        open.through_bar -= fill->fraction;
        if (fill->bar < bar || fill->at_open)
            open.through_open -= fill->fraction;
    }
    return open;
}

/* What fractions `paying` and `receiving` of a position owe for settlements in (from, to]. */
static double funding_owed(const struct tr_funding *funding, enum tr_side side, tr_time_ms from, tr_time_ms to,
                           struct exposure open, size_t *assumed)
{
    if (from >= to || open.through_open <= 1e-12)
        return 0.0;
    struct tr_funding_sum sum = tr_funding_between(funding, from, to);
    *assumed += sum.assumed;
    double paid = side == TR_LONG ? sum.paid : sum.received;
    double received = side == TR_LONG ? sum.received : sum.paid;
    return paid * open.through_open - received * fmax(0.0, open.through_bar);
}

/* Bar by bar: settlements in the hole before a bar (at the last close known then) and in (open, close] of the bar. */
static void charge_funding(const struct tr_funding *funding, enum tr_side side, const struct tr_outcome *outcome,
                           const struct tr_bars *bars, size_t decision, struct tr_settlement *out)
{
    size_t first = decision + 1, last = decision + outcome->bars;
    int64_t step = tr_timeframe_ms(bars->timeframe);
    double entry = bars->open[first];
    struct tr_funding_sum life = tr_funding_between(funding, bars->time[first], bars->time[last] + step);
    if (!(life.paid > 0.0) && !(life.received > 0.0) && life.assumed == 0)
        return;
    struct exposure before = {1.0, 1.0};
    for (size_t row = first; row <= last; row++) {
        tr_time_ms opens = bars->time[row];
        if (row > first)
            out->funding_frac +=
                funding_owed(funding, side, bars->time[row - 1] + step, opens, before, &out->funding_assumed) *
                bars->close[row - 1] / entry;
        struct exposure open = exposure_in(outcome, row - decision);
        out->funding_frac +=
            funding_owed(funding, side, opens, opens + step, open, &out->funding_assumed) * bars->close[row] / entry;
        before = (struct exposure){open.through_bar, open.through_bar};
    }
}

void tr_settle(const struct tr_cost_options *costs, const struct tr_funding *funding, const struct tr_levels *levels,
               const struct tr_outcome *outcome, const struct tr_bars *bars, size_t decision, struct tr_settlement *out)
{
    double sign = tr_side_sign(levels->side), entry = bars->open[decision + 1], slip = costs->slippage_frac;
    *out = (struct tr_settlement){.entry_price = entry * (1.0 + sign * slip)};
    out->slippage_frac = slip;
    out->fees_frac = costs->taker_frac * out->entry_price / entry;
    double average = 0.0;
    for (size_t k = 0; k < outcome->fills; k++) {
        const struct tr_fill *fill = &outcome->fill[k];
        bool market = fill->kind != TR_EXIT_TARGET;
        double price = market ? fill->price * (1.0 - sign * slip) : fill->price;
        double fee = market ? costs->taker_frac : costs->maker_frac;
        out->fees_frac += fee * fill->fraction * price / entry;
        if (market)
            out->slippage_frac += slip * fill->fraction * fill->price / entry;
        out->exit_price += fill->fraction * price;
        average += fill->fraction * fill->price;
    }
    out->gross_frac = sign * (average - entry) / entry;
    charge_funding(funding, levels->side, outcome, bars, decision, out);
    out->net_frac = out->gross_frac - out->fees_frac - out->slippage_frac - out->funding_frac;
}
