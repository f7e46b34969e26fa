#include "engine/trade/outcome.h"

#include "engine/trade/scan.h"

#include <assert.h>
#include <math.h>

#define DETAIL_TOLERANCE 1e-6 /* between a bar's prices and what finer bars make of them */

/* A bar seen from the position's side: a short sees all prices negated, high and low swapped. Negation is exact, so
 * that one set of comparisons serves both sides and mirrored markets give mirrored outcomes to the bit. */
struct sight {
    double open, high, low, close;
    bool late;    /* opens at the deadline or later: time was up before it */
    bool time_up; /* closes at the deadline or later */
    bool hidden;  /* entered inside it, and a target may have been reached before or after */
};

struct tr_outcome_rules tr_outcome_rules_ladder(const struct tr_ladder *ladder, enum tr_timeframe timeframe)
{
    struct tr_outcome_rules rules = {.targets = TR_TARGETS, .horizon_bars = tr_ladder_horizon_bars(ladder, timeframe)};
    for (int k = 0; k < TR_TARGETS; k++)
        rules.fraction[k] = ladder->fraction[k];
    return rules;
}

const char *tr_exit_reason_name(enum tr_exit_reason reason)
{
    switch (reason) {
    case TR_EXIT_TARGET:
        return "tp3";
    case TR_EXIT_STOP:
        return "sl";
    case TR_EXIT_TRAILING:
        return "trailing";
    case TR_EXIT_TIME:
        return "time";
    case TR_EXIT_LIQUIDATION:
        return "liquidation";
    case TR_EXIT_UNFILLED:
        return "unfilled";
    case TR_EXIT_OPEN:
    case TR_EXIT_REASONS:
        break;
    }
    return "open";
}

void tr_track_begin(struct tr_track *track, const struct tr_outcome_rules *rules, const struct tr_levels *levels,
                    tr_time_ms decision_time, enum tr_timeframe timeframe)
{
    int64_t step = tr_timeframe_ms(timeframe);
    track->rules = *rules;
    track->levels = *levels;
    track->last_open = decision_time + (tr_time_ms)rules->horizon_bars * step;
    track->deadline = track->last_open + step;
    track->stop = levels->stop;
    track->open_fraction = 1.0;
    track->outcome = (struct tr_outcome){
        .reason = TR_EXIT_OPEN, .average_exit = (double)NAN, .best = levels->entry, .worst = levels->entry};
}

static double sign_of(const struct tr_track *track)
{
    return tr_side_sign(track->levels.side);
}

/* Added up from what is left instead of subtracted, so that 0.3 stays 0.3. */
static double fraction_left(const struct tr_outcome_rules *rules, size_t targets_hit)
{
    double left = 0.0;
    for (size_t k = targets_hit; k < rules->targets; k++)
        left += rules->fraction[k];
    return left;
}

static void add_fill(struct tr_track *track, double price, double fraction, enum tr_exit_reason kind, bool at_open)
{
    struct tr_outcome *out = &track->outcome;
    out->fill[out->fills++] =
        (struct tr_fill){.bar = out->bars, .price = price, .fraction = fraction, .kind = kind, .at_open = at_open};
}

static double average_of(const struct tr_outcome *out)
{
    double average = 0.0;
    for (size_t k = 0; k < out->fills; k++)
        average += out->fill[k].fraction * out->fill[k].price;
    return average;
}

static void finish(struct tr_track *track, enum tr_exit_reason reason)
{
    struct tr_outcome *out = &track->outcome;
    track->open_fraction = 0.0;
    out->reason = reason;
    if (out->tp1_bars == 0)
        out->tp1_bars = out->bars;
    out->average_exit = average_of(out);
}

/* The price at which what goes against the position ends it, as seen from the side: the stop as it stands, or the
 * liquidation where that comes before it. */
static double barrier_of(const struct tr_track *track)
{
    double sign = sign_of(track), stop = sign * track->stop, liquidation = sign * track->outcome.liquidation_price;
    return track->outcome.liquidation_price > 0.0 && liquidation > stop ? liquidation : stop;
}

/* All that is left leaves at `price` (a true price). */
static void leave(struct tr_track *track, double price, enum tr_exit_reason reason, bool at_open)
{
    if (reason == TR_EXIT_STOP && track->outcome.targets_hit > 0)
        reason = TR_EXIT_TRAILING;
    add_fill(track, price, track->open_fraction, reason, at_open);
    finish(track, reason);
}

/* Targets in order, as far as `reach` goes; at the open they fill at the open. Returns true when that closes it. */
static bool take_targets(struct tr_track *track, double reach, bool at_open)
{
    struct tr_outcome *out = &track->outcome;
    double sign = sign_of(track);
    while (out->targets_hit < track->rules.targets) {
        size_t k = out->targets_hit;
        double target = track->levels.target[k];
        if (!(reach >= sign * target))
            return false;
        add_fill(track, at_open ? sign * reach : target, track->rules.fraction[k], TR_EXIT_TARGET, at_open);
        out->target_bar[k] = out->bars;
        out->targets_hit = k + 1;
        track->open_fraction = fraction_left(&track->rules, k + 1);
        if (k == 0) {
            out->tp1 = true;
            out->tp1_bars = out->bars;
        }
    }
    finish(track, TR_EXIT_TARGET);
    return true;
}

/* An open beyond the liquidation price ends it there, beyond the stop alone at the open. */
static bool leave_at_open(struct tr_track *track, double open)
{
    double sign = sign_of(track), liquidation = track->outcome.liquidation_price;
    if (liquidation > 0.0 && open <= sign * liquidation) {
        leave(track, liquidation, TR_EXIT_LIQUIDATION, true);
        return true;
    }
    if (!(open <= sign * track->stop))
        return false;
    leave(track, sign * open, TR_EXIT_STOP, true);
    return true;
}

static void leave_at_barrier(struct tr_track *track)
{
    double barrier = barrier_of(track), sign = sign_of(track);
    bool stop_first = barrier <= sign * track->stop;
    leave(track, sign * barrier, stop_first ? TR_EXIT_STOP : TR_EXIT_LIQUIDATION, false);
}

static bool reaches_next(const struct tr_track *track, const struct sight *bar)
{
    return bar->high >= sign_of(track) * track->levels.target[track->outcome.targets_hit];
}

/* Stop and next target in one bar whose open decided neither. */
static bool order_unclear(const struct tr_track *track, const struct sight *bar)
{
    return reaches_next(track, bar) && bar->low <= barrier_of(track);
}

/* Target 1 and the entry in one bar, where the stop moves there. */
static bool move_unclear(const struct tr_track *track, const struct sight *bar)
{
    bool stop_moves = track->levels.trail_distance > 0.0 && track->rules.targets > 1;
    return stop_moves && track->outcome.targets_hit == 0 && reaches_next(track, bar) &&
           bar->low <= sign_of(track) * track->levels.entry;
}

/* What happens inside a bar whose open did not end the position. */
static void play_inside(struct tr_track *track, const struct sight *bar)
{
    bool stopped = bar->low <= barrier_of(track);
    bool stop_first = stopped && track->rules.intrabar == TR_INTRABAR_PESSIMISTIC;
    if (!stop_first && take_targets(track, bar->high, false))
        return;
    if (stopped)
        leave_at_barrier(track);
}

/* Target 1 at the open moves the stop like anywhere else in the bar, which then touches the entry. */
static bool moves_at_open(const struct tr_track *track, size_t hit_before, const struct sight *bar)
{
    return hit_before == 0 && track->outcome.targets_hit > 0 && track->levels.trail_distance > 0.0 &&
           bar->low <= sign_of(track) * track->levels.entry;
}

static void play(struct tr_track *track, const struct sight *bar)
{
    struct tr_outcome *out = &track->outcome;
    size_t hit = out->targets_hit;
    if (leave_at_open(track, bar->open) || take_targets(track, bar->open, true))
        return;
    bool unclear = order_unclear(track, bar);
    out->order_unclear = out->order_unclear || unclear;
    out->ambiguous = out->ambiguous || unclear || move_unclear(track, bar) || moves_at_open(track, hit, bar);
    play_inside(track, bar);
}

static void widen(struct tr_track *track, double high, double low)
{
    struct tr_outcome *out = &track->outcome;
    double sign = sign_of(track);
    if (high > sign * out->best)
        out->best = sign * high;
    if (low < sign * out->worst)
        out->worst = sign * low;
}

/* Of a bar that closed the position before its own close only the open and the fills are certain. */
static void widen_by_exit(struct tr_track *track, const struct sight *bar)
{
    const struct tr_outcome *out = &track->outcome;
    double sign = sign_of(track);
    widen(track, bar->open, bar->open);
    for (size_t k = 0; k < out->fills; k++)
        if (out->fill[k].bar == out->bars)
            widen(track, sign * out->fill[k].price, sign * out->fill[k].price);
}

static bool stop_follows(const struct tr_track *track)
{
    return track->outcome.targets_hit > 0 && track->levels.trail_distance > 0.0;
}

/* Targets in order that a price (as seen from the side) reaches. */
static size_t reached_by(const struct tr_track *track, double price)
{
    size_t k = 0;
    while (k < track->rules.targets && price >= sign_of(track) * track->levels.target[k])
        k++;
    return k;
}

/* A limit order that fills inside a bar: of that bar only its close is sure to come later, on the side of the targets.
 * An optimist takes all of it to come later. */
static void cut_before_entry(const struct tr_track *track, struct sight *bar)
{
    double entry = sign_of(track) * track->levels.entry, sure = bar->close > entry ? bar->close : entry;
    bar->open = entry;
    bar->hidden = reached_by(track, bar->high) > reached_by(track, sure);
    if (track->rules.intrabar == TR_INTRABAR_PESSIMISTIC)
        bar->high = sure;
}

static struct sight look(const struct tr_track *track, const struct tr_bar *bar)
{
    struct sight seen = {bar->open, bar->high, bar->low, bar->close, false, false, false};
    if (track->levels.side == TR_SHORT)
        seen = (struct sight){-bar->open, -bar->low, -bar->high, -bar->close, false, false, false};
    seen.late = bar->time >= track->deadline;
    seen.time_up = bar->time >= track->last_open;
    return seen;
}

static void play_fine_bar(struct tr_track *track, const struct sight *bar, bool first)
{
    struct tr_outcome *out = &track->outcome;
    size_t filled = out->fills;
    out->order_unclear = out->order_unclear || bar->hidden;
    out->ambiguous = out->ambiguous || bar->hidden;
    play(track, bar);
    for (size_t k = filled; k < out->fills; k++)
        out->fill[k].at_open = out->fill[k].at_open && first; /* else at an open inside the coarse bar */
    if (out->reason == TR_EXIT_OPEN)
        widen(track, bar->high, bar->low);
    else
        widen_by_exit(track, bar);
}

/* The fine bars of one bar in its place: the stop stays where it stood at its start, whatever is reached inside it. A
 * limit order still waits for its price where `waiting`. */
static void play_fine(struct tr_track *track, const struct tr_bars *fine, bool waiting)
{
    double entry = sign_of(track) * track->levels.entry;
    size_t hit = track->outcome.targets_hit;
    bool moves = hit == 0 && track->levels.trail_distance > 0.0; /* target 1 in here would move the stop */
    for (size_t i = 0; i < fine->n && track->outcome.reason == TR_EXIT_OPEN; i++) {
        struct tr_bar bar = tr_bars_at(fine, i);
        struct sight seen = look(track, &bar);
        if (waiting && seen.low > entry)
            continue;
        if (waiting)
            cut_before_entry(track, &seen);
        waiting = false;
        track->outcome.ambiguous =
            track->outcome.ambiguous || (moves && track->outcome.targets_hit > hit && seen.low <= entry);
        play_fine_bar(track, &seen, i == 0);
    }
    track->outcome.resolved++;
}

/* Time was up before the bar: all leaves at its open, unless that lies beyond the liquidation. */
static void leave_late(struct tr_track *track, const struct sight *bar)
{
    double sign = sign_of(track), liquidation = track->outcome.liquidation_price;
    if (liquidation > 0.0 && bar->open <= sign * liquidation)
        leave(track, liquidation, TR_EXIT_LIQUIDATION, true);
    else
        leave(track, sign * bar->open, TR_EXIT_TIME, true);
    widen_by_exit(track, bar);
}

static void play_bar(struct tr_track *track, const struct sight *bar)
{
    struct tr_outcome *out = &track->outcome;
    bool quiet = bar->low > barrier_of(track) && bar->high < sign_of(track) * track->levels.target[out->targets_hit];
    out->order_unclear = out->order_unclear || bar->hidden;
    out->ambiguous = out->ambiguous || bar->hidden;
    if (!quiet)
        play(track, bar);
    if (out->reason == TR_EXIT_OPEN)
        widen(track, bar->high, bar->low);
    else
        widen_by_exit(track, bar);
}

/* fine: bars that are played in the bar's place; NULL = none. Returns true once the position is closed. */
static bool advance(struct tr_track *track, const struct sight *bar, const struct tr_bars *fine)
{
    struct tr_outcome *out = &track->outcome;
    double sign = sign_of(track);
    bool first = out->bars++ == 0;
    if (bar->late) {
        leave_late(track, bar);
        return true;
    }
    if (fine)
        play_fine(track, fine, first && out->entry_inside);
    else
        play_bar(track, bar);
    if (out->reason != TR_EXIT_OPEN)
        return true;
    if (bar->time_up) {
        leave(track, sign * bar->close, TR_EXIT_TIME, false);
        return true;
    }
    if (stop_follows(track))
        track->stop =
            sign * tr_scan_trailed(sign * track->levels.entry, sign * out->best, track->levels.trail_distance);
    return false;
}

/* Price at which only the maintenance part of the margin is left; 0 = none. */
static double liquidation_of(const struct tr_track *track)
{
    double room = track->rules.margin_frac - track->rules.maintenance_frac;
    double price = track->outcome.entry_price * (1.0 - sign_of(track) * room);
    return track->rules.margin_frac > 0.0 && price > 0.0 ? price : 0.0;
}

/* The first bar, before anything else: false where the limit order was not touched, and all is over. */
static bool enter(struct tr_track *track, struct sight *bar)
{
    struct tr_outcome *out = &track->outcome;
    double sign = sign_of(track), limit = sign * track->levels.entry;
    bool at_open = track->rules.entry == TR_ENTRY_MARKET || bar->late || bar->open <= limit;
    if (!at_open && bar->low > limit) {
        out->bars = 1;
        out->reason = TR_EXIT_UNFILLED;
        track->open_fraction = 0.0;
        return false;
    }
    out->entry_inside = !at_open;
    out->entry_price = at_open ? sign * bar->open : track->levels.entry;
    out->best = out->worst = out->entry_price;
    out->liquidation_price = liquidation_of(track);
    if (!at_open)
        cut_before_entry(track, bar);
    return true;
}

bool tr_track_step(struct tr_track *track, const struct tr_bar *bar)
{
    if (track->outcome.reason != TR_EXIT_OPEN)
        return true;
    struct sight seen = look(track, bar);
    if (track->outcome.bars == 0 && !enter(track, &seen))
        return true;
    return advance(track, &seen, NULL);
}

static struct tr_scan scan_from(const struct tr_track *track, const struct tr_bars *bars)
{
    const struct tr_outcome *out = &track->outcome;
    bool is_long = track->levels.side == TR_LONG;
    double sign = sign_of(track);
    return (struct tr_scan){.favour = is_long ? bars->high : bars->low,
                            .against = is_long ? bars->low : bars->high,
                            .sign = sign,
                            .target = sign * track->levels.target[out->targets_hit],
                            .entry = sign * track->levels.entry,
                            .distance = stop_follows(track) ? track->levels.trail_distance : 0.0,
                            .stop = sign * track->stop,
                            .barrier = barrier_of(track),
                            .best = sign * out->best,
                            .worst = sign * out->worst};
}

/* The same for a run of bars in which nothing happens. Returns the first row that is not so: it touches a level, or
 * opens at the last open or later, as all rows from `end` on do. */
static size_t pass_quiet(struct tr_track *track, const struct tr_bars *bars, size_t row, size_t end)
{
    if (row >= end)
        return row;
    struct tr_scan scan = scan_from(track, bars);
    size_t stop = tr_scan_quiet(&scan, row, end);
    if (stop > row && bars->time[stop - 1] >= track->last_open) { /* holes brought time on faster than rows */
        if (bars->time[row] >= track->last_open)
            return row;
        scan = scan_from(track, bars);
        stop = tr_scan_quiet(&scan, row, tr_bars_find(bars, track->last_open));
    }
    double sign = scan.sign;
    track->stop = sign * scan.stop;
    track->outcome.best = sign * scan.best;
    track->outcome.worst = sign * scan.worst;
    track->outcome.bars += stop - row;
    return stop;
}

static bool same_price(double a, double b)
{
    return fabs(a - b) <= DETAIL_TOLERANCE * b;
}

/* Whole finer bars that together are `bar`; *fine NULL where there are none. */
static enum tr_status ask_detail(const struct tr_detail *detail, enum tr_timeframe timeframe, const struct tr_bar *bar,
                                 struct tr_bars *view, const struct tr_bars **fine, struct tr_error *err)
{
    tr_time_ms end = bar->time + tr_timeframe_ms(timeframe);
    *fine = NULL;
    enum tr_status status = detail->bars(detail->context, bar->time, end, view, err);
    if (status != TR_OK || view->n == 0)
        return status;
    int64_t step = tr_timeframe_ms(view->timeframe);
    bool whole = view->n == (size_t)((end - bar->time) / step);
    double high = view->high[0], low = view->low[0];
    for (size_t i = 1; i < view->n; i++) {
        high = view->high[i] > high ? view->high[i] : high;
        low = view->low[i] < low ? view->low[i] : low;
    }
    if (whole && same_price(view->open[0], bar->open) && same_price(high, bar->high) && same_price(low, bar->low) &&
        same_price(view->close[view->n - 1], bar->close))
        *fine = view;
    return TR_OK;
}

/* Would finer bars tell something about this bar? Not where it holds target 1 and the entry alone: the stop moves from
 * the next bar on, whatever comes first. */
static bool undecided(const struct tr_track *track, const struct sight *bar)
{
    if (bar->late || bar->hidden)
        return bar->hidden;
    if (bar->high < sign_of(track) * track->levels.target[track->outcome.targets_hit])
        return false;
    struct tr_track after = *track;
    if (leave_at_open(&after, bar->open) || take_targets(&after, bar->open, true))
        return false;
    return order_unclear(&after, bar);
}

/* Begun at row `decision` of bars: steps until closed or the bars end. */
static enum tr_status run(struct tr_track *track, const struct tr_bars *bars, size_t decision,
                          const struct tr_detail *detail, struct tr_error *err)
{
    /* No two rows are closer than a bar, so that the last bar in time stands there or, behind holes, earlier. */
    size_t horizon = track->rules.horizon_bars, end = horizon < bars->n - decision ? decision + horizon : bars->n;
    enum tr_status status = TR_OK;
    bool closed = false;
    for (size_t row = decision + 1; !closed && row < bars->n; row++) {
        bool first = track->outcome.bars == 0;
        if (!first)
            row = pass_quiet(track, bars, row, end);
        if (row == bars->n)
            break;
        struct tr_bar bar = tr_bars_at(bars, row);
        struct sight seen = look(track, &bar);
        if (first && !enter(track, &seen))
            break;
        struct tr_bars view;
        const struct tr_bars *fine = NULL;
        if (detail && undecided(track, &seen))
            status = ask_detail(detail, bars->timeframe, &bar, &view, &fine, err);
        if (status != TR_OK)
            return status;
        closed = advance(track, &seen, fine);
    }
    return TR_OK;
}

void tr_track_run(struct tr_track *track, const struct tr_bars *bars, size_t decision)
{
    enum tr_status status = run(track, bars, decision, NULL, NULL);
    assert(status == TR_OK); /* only a detail source can fail */
    (void)status;
}

enum tr_status tr_outcome_run_detail(const struct tr_outcome_rules *rules, const struct tr_levels *levels,
                                     const struct tr_bars *bars, size_t decision, const struct tr_detail *detail,
                                     struct tr_outcome *out, struct tr_error *err)
{
    struct tr_track track;
    tr_track_begin(&track, rules, levels, bars->time[decision], bars->timeframe);
    enum tr_status status = run(&track, bars, decision, detail, err);
    if (status == TR_OK)
        *out = track.outcome;
    return status;
}

void tr_outcome_run(const struct tr_outcome_rules *rules, const struct tr_levels *levels, const struct tr_bars *bars,
                    size_t decision, struct tr_outcome *out)
{
    struct tr_track track;
    tr_track_begin(&track, rules, levels, bars->time[decision], bars->timeframe);
    tr_track_run(&track, bars, decision);
    *out = track.outcome;
}

void tr_outcome_value_at_end(const struct tr_outcome_rules *rules, const struct tr_bars *bars, size_t decision,
                             struct tr_outcome *outcome)
{
    assert(outcome->reason == TR_EXIT_OPEN && outcome->bars > 0);
    size_t last = decision + outcome->bars;
    outcome->fill[outcome->fills++] = (struct tr_fill){.bar = outcome->bars,
                                                       .price = bars->close[last],
                                                       .fraction = fraction_left(rules, outcome->targets_hit),
                                                       .kind = TR_EXIT_OPEN};
    outcome->average_exit = average_of(outcome);
}

bool tr_outcome_expired(const struct tr_outcome *outcome)
{
    return outcome->reason == TR_EXIT_TIME && outcome->bars == 1 && outcome->fill[outcome->fills - 1].at_open;
}
