/* The gate: what is known about both sides at the close of a bar -> a signal, or the reason for none. */
#ifndef TR_SIGNAL_GATE_H
#define TR_SIGNAL_GATE_H

#include "engine/signal/signal.h"

struct tr_gate_options {
    double min_confidence;          /* 0.55 */
    double min_net_frac;            /* 0.02: never below, whatever is configured (TR_GATE_NET_FLOOR) */
    bool expected_value_gate;       /* off */
    double min_expected_value_frac; /* 0 */
    double stale_bars;              /* 2 */
    double drift_lock_days;         /* 7 */
    struct tr_ladder ladder;
    struct tr_cost_options cost;
    struct tr_size_options size;
    enum tr_risk_profile profile; /* whose size the risk stage judges */
};

#define TR_GATE_NET_FLOOR 0.02

struct tr_gate_options tr_gate_defaults(void);

/* Everything known about one side. */
struct tr_candidate {
    enum tr_side side;
    tr_time_ms time; /* open stamp of the decision bar */
    enum tr_timeframe timeframe;
    double close, atr;
    bool has_model;
    struct tr_evidence evidence;
    double funding_rate_per_hour;
    bool funding_assumed;
    double age_bars;           /* live: bars since the newest bar closed; 0 in replays */
    double drift_pending_days; /* 0 = no drift verdict pending */
};

/* Both sides, all stages. active [TR_SIDE_COUNT]: a signal of that side is still open. limits may be NULL.
 * decision [TR_SIDE_COUNT] is filled for both sides; at most one has stage TR_STAGE_SIGNAL.
 * A candidate without levels is refused as no_model: NaN close or ATR (warm-up), an ATR of 0, or one so large that a
 * level would not be positive. What is NaN fails its check. evidence.proven decides nothing here. */
void tr_gate_decide(const struct tr_gate_options *options, const struct tr_candidate candidate[TR_SIDE_COUNT],
                    const struct tr_market_limits *limits, const bool active[TR_SIDE_COUNT],
                    struct tr_decision decision[TR_SIDE_COUNT]);

/* The expected value and its interval out of the signal's own levels and evidence: for evidence that came later than
 * the decision (the interval costs a bootstrap, so only what became a signal gets one). */
void tr_gate_expect(const struct tr_gate_options *options, struct tr_signal *signal);

#endif
