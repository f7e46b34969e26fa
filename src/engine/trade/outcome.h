/* The outcome kernel: what becomes of one position, bar by bar. Labels, calibration, backtest and live tracking all ask
 * this one, so they cannot disagree.
 *
 * Order inside a bar (the pessimistic reading): the open first (stop or targets gapped through fill at the open), then
 * the stop as it stood at the bar's start, then the targets in order. Stop moves take effect from the next bar: after
 * target 1 the stop of a long is max(entry, best - trail_distance), best = highest high since entry; shorts mirrored.
 * Time limit: what is still open leaves at the close of the bar that closes at the deadline, `horizon_bars` bars after
 * the decision's close. Where a hole swallows that bar, the next one opens at the deadline or later: time was up before
 * it, and what is still open leaves at its open, whatever stop or target that open lies beyond; none of them counts.
 * Levels are anchored to the decision close, whatever the fill of the entry was.
 * Touching is enough: low <= stop, high >= target.
 * A bar is ambiguous when it touches the stop and the next target after the open left both undecided, or, where the
 * stop moves (trailing, more than one target), when it reaches target 1 and touches the entry, or when a limit order
 * fills inside it and it reaches a target that its close does not.
 * The optimistic reading of a bar takes its targets before its stop. Finer bars, read the same way, decide what
 * came first, stop or target, where they are complete and together have its open, high, low and close (within a
 * millionth): they are played in its place, with the stop as it stood at its start. A position on isolated margin is
 * liquidated at entry price (1 -+ margin +- maintenance): inside a bar in its place among the prices that go against
 * the position, at an open beyond it before the stop; always at that price (what the market did beyond it is not the
 * position's any more). */
#ifndef TR_TRADE_OUTCOME_H
#define TR_TRADE_OUTCOME_H

#include "engine/market/bars.h"
#include "engine/trade/levels.h"

enum tr_intrabar { TR_INTRABAR_PESSIMISTIC, TR_INTRABAR_OPTIMISTIC };

/* How the position is entered: at the open of the bar after the decision, or by a limit order at levels.entry that
 * lives for that bar: filled at its open where that is no worse (it takes then), inside it where it is touched (only
 * what certainly comes later counts of that bar: the stop, and the targets up to its close; an optimist takes all of it
 * to come later), else not at all. */
enum tr_entry_kind { TR_ENTRY_MARKET, TR_ENTRY_LIMIT };

/* Members left at 0 stand for: pessimistic, at market, nothing to liquidate. */
struct tr_outcome_rules {
    size_t targets;              /* 1 .. TR_TARGETS used */
    double fraction[TR_TARGETS]; /* of the position that leaves at each; sum 1 over the used ones */
    size_t horizon_bars;         /* >= 1 */
    enum tr_intrabar intrabar;
    enum tr_entry_kind entry;
    double margin_frac;      /* isolated margin over the size at entry, at most 1; 0 = cannot be liquidated */
    double maintenance_frac; /* of the size: what must be left of the margin */
};

/* The ladder's rules on a timeframe. Trailing is in the levels (trail_distance). */
struct tr_outcome_rules tr_outcome_rules_ladder(const struct tr_ladder *ladder, enum tr_timeframe timeframe);

enum tr_exit_reason {
    TR_EXIT_OPEN,
    TR_EXIT_TARGET,
    TR_EXIT_STOP,
    TR_EXIT_TRAILING,
    TR_EXIT_TIME,
    TR_EXIT_LIQUIDATION,
    TR_EXIT_UNFILLED, /* the limit order was not touched: there never was a position; no fills */
    TR_EXIT_REASONS
};
/* "open", "tp3", "sl", "trailing", "time", "liquidation", "unfilled" */
const char *tr_exit_reason_name(enum tr_exit_reason reason);

struct tr_fill {
    size_t bar; /* 1 = the first bar after the decision */
    double price;
    double fraction; /* of the original position */
    enum tr_exit_reason kind;
    bool at_open; /* gapped through: filled at the bar's open */
};

#define TR_FILLS (TR_TARGETS + 1)

struct tr_outcome {
    enum tr_exit_reason reason; /* of the last fill; TR_EXIT_OPEN while not closed */
    size_t bars;                /* bars since the decision; once closed: the bar of the last fill */
    size_t fills;
    struct tr_fill fill[TR_FILLS];
    size_t targets_hit;
    size_t target_bar[TR_TARGETS]; /* bar of each hit target, 0 = not hit */
    bool tp1;                      /* target 1 came before stop and time: the event calibration is about */
    size_t tp1_bars;               /* bar at which that was decided (hit, stop or time); 0 while undecided */
    bool ambiguous;                /* some bar could be read another way */
    bool order_unclear;            /* one of them so that the readings differ: stop and target, or a hidden fill */
    size_t resolved;               /* ambiguous bars that finer ones decided */
    double entry_price;            /* where it was entered, before slippage; 0 = not yet, or never */
    bool entry_inside;             /* a limit order filled inside the bar: the maker's side */
    double liquidation_price;      /* 0 = none */
    double average_exit;           /* sum of fraction * price; NaN while open */
    /* Extreme prices since entry, from its own price on, in favour and against. Of the bar in which a stop, a target or
     * an open after the deadline closed the position only its open and its fills count (the rest may have come later),
     * of all others the whole. */
    double best, worst;
};

/* A position under way: plain data, may be copied and stored. */
struct tr_track {
    struct tr_outcome_rules rules;
    struct tr_levels levels;
    tr_time_ms deadline;  /* instant at which time is up: a close, or an open after a hole */
    tr_time_ms last_open; /* a bar before the deadline: what opens there or later closes at it or after */
    double stop;          /* as it stands for the next bar */
    double open_fraction;
    struct tr_outcome outcome;
};

/* decision_time: open stamp of the decision bar (its close is the entry). */
void tr_track_begin(struct tr_track *track, const struct tr_outcome_rules *rules, const struct tr_levels *levels,
                    tr_time_ms decision_time, enum tr_timeframe timeframe);
/* One closed bar later than all before. Returns true once the position is closed (further bars are ignored). */
bool tr_track_step(struct tr_track *track, const struct tr_bar *bar);
/* Just begun at row `decision` of bars: steps through the rows behind it until closed or the bars end. */
void tr_track_run(struct tr_track *track, const struct tr_bars *bars, size_t decision);

/* Both in one, for the outcome alone (reason TR_EXIT_OPEN where the bars end first). */
void tr_outcome_run(const struct tr_outcome_rules *rules, const struct tr_levels *levels, const struct tr_bars *bars,
                    size_t decision, struct tr_outcome *out);

/* Bars of a finer timeframe of the same market, asked for one coarse bar at a time: those with from <= time < to,
 * ascending; n = 0 where there are none. The view lives until the next call. */
struct tr_detail {
    enum tr_status (*bars)(void *context, tr_time_ms from, tr_time_ms to, struct tr_bars *out, struct tr_error *err);
    void *context;
};

/* tr_outcome_run where finer bars decide ambiguous ones (detail NULL: the same). Errors: the source's. */
enum tr_status tr_outcome_run_detail(const struct tr_outcome_rules *rules, const struct tr_levels *levels,
                                     const struct tr_bars *bars, size_t decision, const struct tr_detail *detail,
                                     struct tr_outcome *out, struct tr_error *err) TR_MUST_CHECK;

/* Values a position that is open when the bars end (reason TR_EXIT_OPEN, at least one bar): what is left of it leaves
 * at the last close, as a fill of kind TR_EXIT_OPEN. The reason stays TR_EXIT_OPEN. */
void tr_outcome_value_at_end(const struct tr_outcome_rules *rules, const struct tr_bars *bars, size_t decision,
                             struct tr_outcome *outcome);

/* There was no bar to enter at: the first one after the decision opened at the deadline or later. The outcome is then
 * in and out at that open, and no trade. */
bool tr_outcome_expired(const struct tr_outcome *outcome);

#endif
