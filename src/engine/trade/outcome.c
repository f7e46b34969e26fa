#include "engine/trade/outcome.h"

#include <math.h>

/* A bar seen from the position's side: a short sees all prices negated, high and low swapped. Negation is exact, so
 * that one set of comparisons serves both sides and mirrored markets give mirrored outcomes to the bit. */
struct sight {
    double open, high, low, close;
    bool late;    /* opens at the deadline or later: time was up before it */
    bool time_up; /* closes at the deadline or later */
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
    case TR_EXIT_OPEN:
        break;
    }
    return "open";
}

void tr_track_begin(struct tr_track *track, const struct tr_outcome_rules *rules, const struct tr_levels *levels,
                    tr_time_ms decision_time, enum tr_timeframe timeframe)
{
    *track = (struct tr_track){.rules = *rules, .levels = *levels, .timeframe = timeframe};
    track->deadline = decision_time + (tr_time_ms)(rules->horizon_bars + 1) * tr_timeframe_ms(timeframe);
    track->stop = levels->stop;
    track->open_fraction = 1.0;
    track->outcome.reason = TR_EXIT_OPEN;
    track->outcome.average_exit = (double)NAN;
    track->outcome.best = track->outcome.worst = levels->entry;
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

static void finish(struct tr_track *track, enum tr_exit_reason reason)
{
    struct tr_outcome *out = &track->outcome;
    track->open_fraction = 0.0;
    out->reason = reason;
    if (out->tp1_bars == 0)
        out->tp1_bars = out->bars;
    out->average_exit = 0.0;
    for (size_t k = 0; k < out->fills; k++)
        out->average_exit += out->fill[k].fraction * out->fill[k].price;
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

/* The order of events inside a bar. Returns true when the position is closed. */
static bool play(struct tr_track *track, const struct sight *bar)
{
    struct tr_outcome *out = &track->outcome;
    double sign = sign_of(track), stop = sign * track->stop;
    bool before_tp1 = out->targets_hit == 0;
    if (bar->open <= stop) {
        leave(track, sign * bar->open, TR_EXIT_STOP, true);
        return true;
    }
    if (take_targets(track, bar->open, true))
        return true;
    bool stopped = bar->low <= stop;
    if (stopped && bar->high >= sign * track->levels.target[out->targets_hit])
        out->ambiguous = true;
    bool closed = stopped;
    if (stopped)
        leave(track, track->stop, TR_EXIT_STOP, false);
    else
        closed = take_targets(track, bar->high, false);
    bool stop_moves = track->levels.trail_distance > 0.0 && track->rules.targets > 1;
    if (stop_moves && before_tp1 && out->targets_hit > 0 && bar->low <= sign * track->levels.entry)
        out->ambiguous = true;
    return closed;
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

/* What the trailing rule asks for after a bar, as seen from the side. */
static double trailed(double entry, double best, double distance)
{
    return best - distance > entry ? best - distance : entry;
}

static bool stop_follows(const struct tr_track *track)
{
    return track->outcome.targets_hit > 0 && track->levels.trail_distance > 0.0;
}

static bool advance(struct tr_track *track, const struct sight *bar)
{
    struct tr_outcome *out = &track->outcome;
    double sign = sign_of(track);
    out->bars++;
    if (bar->late) {
        leave(track, sign * bar->open, TR_EXIT_TIME, true);
        widen_by_exit(track, bar);
        return true;
    }
    bool quiet = bar->low > sign * track->stop && bar->high < sign * track->levels.target[out->targets_hit];
    if (!quiet && play(track, bar)) {
        widen_by_exit(track, bar);
        return true;
    }
    widen(track, bar->high, bar->low);
    if (bar->time_up) {
        leave(track, sign * bar->close, TR_EXIT_TIME, false);
        return true;
    }
    if (stop_follows(track))
        track->stop = sign * trailed(sign * track->levels.entry, sign * out->best, track->levels.trail_distance);
    return false;
}

static struct sight look(const struct tr_track *track, const struct tr_bar *bar)
{
    bool late = bar->time >= track->deadline;
    bool time_up = bar->time + tr_timeframe_ms(track->timeframe) >= track->deadline;
    if (track->levels.side == TR_LONG)
        return (struct sight){bar->open, bar->high, bar->low, bar->close, late, time_up};
    return (struct sight){-bar->open, -bar->low, -bar->high, -bar->close, late, time_up};
}

bool tr_track_step(struct tr_track *track, const struct tr_bar *bar)
{
    if (track->outcome.reason != TR_EXIT_OPEN)
        return true;
    struct sight seen = look(track, bar);
    return advance(track, &seen);
}

/* The same for a run of bars in which nothing happens, kept in registers. Returns the first row that is not so: it
 * touches a level, or opens at last_open or later. */
static size_t pass_quiet(struct tr_track *track, const struct tr_bars *bars, size_t row, tr_time_ms last_open)
{
    struct tr_outcome *out = &track->outcome;
    bool is_long = track->levels.side == TR_LONG, follows = stop_follows(track);
    const double *favour = is_long ? bars->high : bars->low, *against = is_long ? bars->low : bars->high;
    double sign = sign_of(track), stop = sign * track->stop, entry = sign * track->levels.entry;
    double target = sign * track->levels.target[out->targets_hit], distance = track->levels.trail_distance;
    double best = sign * out->best, worst = sign * out->worst;
    size_t first = row;
    for (; row < bars->n && bars->time[row] < last_open; row++) {
        double high = sign * favour[row], low = sign * against[row];
        if (!(low > stop && high < target))
            break;
        best = high > best ? high : best;
        worst = low < worst ? low : worst;
        stop = follows ? trailed(entry, best, distance) : stop;
    }
    track->stop = sign * stop;
    out->best = sign * best;
    out->worst = sign * worst;
    out->bars += row - first;
    return row;
}

void tr_outcome_run(const struct tr_outcome_rules *rules, const struct tr_levels *levels, const struct tr_bars *bars,
                    size_t decision, struct tr_outcome *out)
{
    struct tr_track track;
    tr_track_begin(&track, rules, levels, bars->time[decision], bars->timeframe);
    tr_time_ms last_open = track.deadline - tr_timeframe_ms(bars->timeframe);
    bool closed = false;
    for (size_t row = decision + 1; !closed && row < bars->n; row++) {
        row = pass_quiet(&track, bars, row, last_open);
        if (row == bars->n)
            break;
        struct tr_bar bar = tr_bars_at(bars, row);
        struct sight seen = look(&track, &bar);
        closed = advance(&track, &seen);
    }
    *out = track.outcome;
}

bool tr_outcome_expired(const struct tr_outcome *outcome)
{
    return outcome->reason == TR_EXIT_TIME && outcome->bars == 1 && outcome->fill[outcome->fills - 1].at_open;
}
