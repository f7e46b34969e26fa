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

/* The booking that what is owed in a bar belongs to: of the first fill after it was due. inside: due in the bar, after
 * its open. */
static struct tr_booking *booking_of(struct tr_settlement *out, const struct tr_outcome *outcome, size_t bar,
                                     bool inside)
{
    size_t k = 0;
    while (k + 1 < outcome->fills &&
           (outcome->fill[k].bar < bar || (inside && outcome->fill[k].bar == bar && outcome->fill[k].at_open)))
        k++;
    return &out->booking[k + 1];
}

struct charge {
    const struct tr_funding *funding;
    enum tr_side side;
    const struct tr_outcome *outcome;
    const struct tr_bars *bars;
    size_t decision;
    struct tr_settlement *out;
};

/* Where the stretch of a row begins: behind the row before it; the first one's at its open. */
static tr_time_ms stretch_begin(const struct charge *charge, size_t row)
{
    const struct tr_bars *bars = charge->bars;
    bool first = row == charge->decision + 1;
    return first ? bars->time[row] : bars->time[row - 1] + tr_timeframe_ms(bars->timeframe);
}

/* Settlements in the hole before a bar (at the last close known then) and in (open, close] of the bar. */
static void charge_row(const struct charge *charge, size_t row)
{
    const struct tr_bars *bars = charge->bars;
    const struct tr_outcome *outcome = charge->outcome;
    size_t bar = row - charge->decision;
    tr_time_ms opens = bars->time[row], begin = stretch_begin(charge, row);
    double left = bar > 1 ? exposure_in(outcome, bar - 1).through_bar : 1.0;
    struct exposure before = {left, left}, open = exposure_in(outcome, bar);
    if (bar == 1 && outcome->entry_inside)
        open.through_bar = 0.0;
    if (begin < opens)
        booking_of(charge->out, outcome, bar, false)->funding +=
            funding_owed(charge->funding, charge->side, begin, opens, before, &charge->out->funding_assumed) *
            bars->close[row - 1] / outcome->entry_price;
    booking_of(charge->out, outcome, bar, true)->funding +=
        funding_owed(charge->funding, charge->side, opens, opens + tr_timeframe_ms(bars->timeframe), open,
                     &charge->out->funding_assumed) *
        bars->close[row] / outcome->entry_price;
}

/* Rows first .. last in order: halved until a part is without settlements, or a single bar. */
static void charge_rows(const struct charge *charge, size_t first, size_t last)
{
    tr_time_ms end = charge->bars->time[last] + tr_timeframe_ms(charge->bars->timeframe);
    struct tr_funding_sum sum = tr_funding_between(charge->funding, stretch_begin(charge, first), end);
    if (!(sum.paid > 0.0) && !(sum.received > 0.0) && sum.assumed == 0)
        return;
    if (first == last) {
        charge_row(charge, first);
        return;
    }
    size_t middle = first + (last - first) / 2;
    charge_rows(charge, first, middle);
    charge_rows(charge, middle + 1, last);
}

/* What slipping costs at a price in a bar, in price units. */
static double slippage_at(const struct tr_cost_options *costs, const struct tr_bars *bars, size_t row, double price)
{
    if (costs->slippage_model == TR_SLIPPAGE_FRACTION)
        return costs->slippage_frac * price;
    return fmin(costs->slippage_range * (bars->high[row] - bars->low[row]), price / 2.0);
}

static void book_entry(const struct tr_cost_options *costs, const struct tr_outcome_rules *rules,
                       const struct tr_levels *levels, const struct tr_outcome *outcome, const struct tr_bars *bars,
                       size_t row, struct tr_settlement *out)
{
    double sign = tr_side_sign(levels->side), entry = outcome->entry_price;
    double slip = outcome->entry_inside ? 0.0 : slippage_at(costs, bars, row, entry);
    if (rules->entry == TR_ENTRY_LIMIT) /* an order that takes is still no worse than its limit */
        slip = fmin(slip, fmax(0.0, sign * (levels->entry - entry)));
    double fee = outcome->entry_inside ? costs->maker_frac : costs->taker_frac;
    out->entry_price = entry + sign * slip;
    out->booking[0] =
        (struct tr_booking){.time = bars->time[row], .fees = fee * out->entry_price / entry, .slippage = slip / entry};
}

static void book_fill(const struct tr_cost_options *costs, const struct tr_outcome_rules *rules,
                      const struct tr_levels *levels, const struct tr_outcome *outcome, const struct tr_fill *fill,
                      const struct tr_bars *bars, size_t row, struct tr_settlement *out)
{
    double sign = tr_side_sign(levels->side), entry = outcome->entry_price, price = fill->price;
    bool market = fill->kind != TR_EXIT_TARGET && fill->kind != TR_EXIT_LIQUIDATION;
    double slip = market ? slippage_at(costs, bars, row, price) : 0.0;
    struct tr_booking *booking = &out->booking[out->bookings++];
    *booking = (struct tr_booking){.time = bars->time[row] + (fill->at_open ? 0 : tr_timeframe_ms(bars->timeframe)),
                                   .gross = fill->fraction * sign * (price - entry) / entry,
                                   .fees = fill->fraction * (market ? costs->taker_frac : costs->maker_frac) *
                                           (price - sign * slip) / entry,
                                   .slippage = fill->fraction * slip / entry};
    if (fill->kind == TR_EXIT_LIQUIDATION)
        booking->fees = fill->fraction * fmax(0.0, rules->margin_frac + sign * (price - entry) / entry);
    out->exit_price += fill->fraction * (price - sign * slip);
}

void tr_settle(const struct tr_cost_options *costs, const struct tr_funding *funding,
               const struct tr_outcome_rules *rules, const struct tr_levels *levels, const struct tr_outcome *outcome,
               const struct tr_bars *bars, size_t decision, struct tr_settlement *out)
{
    *out = (struct tr_settlement){.bookings = 1};
    book_entry(costs, rules, levels, outcome, bars, decision + 1, out);
    for (size_t k = 0; k < outcome->fills; k++)
        book_fill(costs, rules, levels, outcome, &outcome->fill[k], bars, decision + outcome->fill[k].bar, out);
    struct charge charge = {funding, levels->side, outcome, bars, decision, out};
    charge_rows(&charge, decision + 1, decision + outcome->bars);
    for (size_t k = 0; k < out->bookings; k++) {
        out->gross_frac += out->booking[k].gross;
        out->fees_frac += out->booking[k].fees;
        out->slippage_frac += out->booking[k].slippage;
        out->funding_frac += out->booking[k].funding;
    }
    out->net_frac = out->gross_frac - out->fees_frac - out->slippage_frac - out->funding_frac;
}
