#include "engine/signal/gate.h"

#include <assert.h>
#include <math.h>

#define UNKNOWN ((double)NAN)
#define MIN_EXPECTED_ROWS 30

struct tr_gate_options tr_gate_defaults(void)
{
    return (struct tr_gate_options){
        .min_confidence = 0.55,
        .min_net_frac = TR_GATE_NET_FLOOR,
        .expected_value_gate = false,
        .min_expected_value_frac = 0.0,
        .stale_bars = 2.0,
        .drift_lock_days = 7.0,
        .ladder = tr_ladder_defaults(),
        .cost = tr_cost_defaults(),
        .size = tr_size_defaults(),
        .profile = TR_CONSERVATIVE,
    };
}

/* What a check looks at. */
struct question {
    const struct tr_gate_options *options;
    const struct tr_candidate *candidate;
    const struct tr_market_limits *limits; /* may be NULL */
};

/* Comparisons are written so that NaN fails: what is not known does not pass. */
static bool at_least(struct tr_decision *decision, double value, double threshold)
{
    decision->value = value;
    decision->threshold = threshold;
    decision->margin = value - threshold;
    return value >= threshold;
}

static bool at_most(struct tr_decision *decision, double value, double threshold)
{
    decision->value = value;
    decision->threshold = threshold;
    decision->margin = threshold - value;
    return value <= threshold;
}

static double effective_min_net(const struct tr_gate_options *options)
{
    return fmax(options->min_net_frac, TR_GATE_NET_FLOOR);
}

static struct tr_evidence no_evidence(void)
{
    return (struct tr_evidence){
        .score = UNKNOWN,
        .rank = UNKNOWN,
        .confidence = UNKNOWN,
        .p0 = UNKNOWN,
        .p1 = UNKNOWN,
        .base_rate = UNKNOWN,
        .edge = UNKNOWN,
        .proven_threshold = (double)INFINITY,
        .expected_gain_atr = UNKNOWN,
        .expected_lower_atr = UNKNOWN,
        .expected_upper_atr = UNKNOWN,
        .top_lower = UNKNOWN,
    };
}

/* What the levels decide: gross and sizes. False, and everything unknown, where there can be none. */
static bool fill_from_levels(const struct question *q, struct tr_signal *signal)
{
    const struct tr_candidate *c = q->candidate;
    bool drawn =
        tr_levels_make(&q->options->ladder, c->side, c->close, c->atr, q->limits, &signal->levels, NULL) == TR_OK;
    if (!drawn) {
        signal->levels = (struct tr_levels){.side = c->side,
                                            .entry = c->close,
                                            .atr = c->atr,
                                            .stop = UNKNOWN,
                                            .target = {UNKNOWN, UNKNOWN, UNKNOWN},
                                            .trail_distance = UNKNOWN};
        signal->gross_frac = UNKNOWN;
        return false;
    }
    signal->gross_frac = tr_profit_gross_frac(&q->options->ladder, &signal->levels);
    for (enum tr_risk_profile profile = TR_CONSERVATIVE; profile < TR_PROFILE_COUNT; profile++)
        tr_size_compute(&q->options->size, profile, &signal->levels, q->limits, &signal->size[profile]);
    return true;
}

void tr_gate_expect(const struct tr_gate_options *options, struct tr_signal *signal)
{
    const struct tr_evidence *evidence = &signal->evidence;
    struct tr_cost cost = tr_cost_weighted(&options->cost, signal->side, signal->funding_rate_per_hour);
    double atr_frac = evidence->expected_rows < MIN_EXPECTED_ROWS ? UNKNOWN : signal->levels.atr / signal->levels.entry;
    signal->expected_value_frac = atr_frac * evidence->expected_gain_atr - cost.total_frac;
    signal->expected_value_lower = atr_frac * evidence->expected_lower_atr - cost.total_frac;
    signal->expected_value_upper = atr_frac * evidence->expected_upper_atr - cost.total_frac;
}

static void fill_signal(const struct question *q, struct tr_signal *signal)
{
    const struct tr_candidate *c = q->candidate;
    int64_t bar_ms = tr_timeframe_ms(c->timeframe);
    size_t horizon_bars = tr_ladder_horizon_bars(&q->options->ladder, c->timeframe);
    *signal = (struct tr_signal){
        .time = c->time,
        .decided = c->time + bar_ms,
        .expires = c->time + (int64_t)(horizon_bars + 1) * bar_ms,
        .side = c->side,
        .evidence = c->has_model ? c->evidence : no_evidence(),
        .funding_rate_per_hour = c->funding_rate_per_hour,
        .funding_assumed = c->funding_assumed,
    };
    fill_from_levels(q, signal);
    signal->cost = tr_cost_expected(&q->options->cost, c->side, c->funding_rate_per_hour);
    /* An unknown rate must not count as none, which the cost's max(0, rate) would make of it. */
    if (isnan(c->funding_rate_per_hour))
        signal->cost.funding_frac = signal->cost.total_frac = UNKNOWN;
    signal->net_frac = signal->gross_frac - signal->cost.total_frac;
    signal->passed_profit_filter = signal->net_frac >= effective_min_net(q->options);
    tr_gate_expect(q->options, signal);
}

static bool check_model(const struct question *q, struct tr_decision *decision)
{
    const struct tr_signal *signal = &decision->signal;
    decision->value = decision->threshold = decision->margin = UNKNOWN;
    if (!q->candidate->has_model || isnan(signal->levels.stop))
        return false;
    if (!signal->evidence.enough)
        decision->value = signal->evidence.calibration_n;
    return signal->evidence.enough && !isnan(signal->evidence.confidence);
}

static bool check_stale(const struct question *q, struct tr_decision *decision)
{
    return at_most(decision, q->candidate->age_bars, q->options->stale_bars);
}

static bool check_drift(const struct question *q, struct tr_decision *decision)
{
    return at_most(decision, q->candidate->drift_pending_days, q->options->drift_lock_days);
}

static bool check_confidence(const struct question *q, struct tr_decision *decision)
{
    return at_least(decision, decision->signal.evidence.confidence, q->options->min_confidence);
}

static bool check_net(const struct question *q, struct tr_decision *decision)
{
    return at_least(decision, decision->signal.net_frac, effective_min_net(q->options));
}

static bool check_expected_value(const struct question *q, struct tr_decision *decision)
{
    return !q->options->expected_value_gate ||
           at_least(decision, decision->signal.expected_value_frac, q->options->min_expected_value_frac);
}

static bool check_risk(const struct question *q, struct tr_decision *decision)
{
    const struct tr_size *size = &decision->signal.size[q->options->profile];
    const struct tr_levels *levels = &decision->signal.levels;
    if (size->too_small) {
        double min_usd = q->limits ? q->limits->min_notional_usd : 0.0;
        if (at_least(decision, size->position_usd, min_usd))
            at_least(decision, size->quantity, q->limits ? q->limits->min_size : 0.0);
        return false;
    }
    if (size->liquidation_inside_stop) {
        if (levels->side == TR_LONG)
            at_most(decision, size->liquidation_price, levels->stop);
        else
            at_least(decision, size->liquidation_price, levels->stop);
        return false;
    }
    return true;
}

typedef bool (*check_fn)(const struct question *q, struct tr_decision *decision);

/* What one side can be asked alone; conflict and duplicate come after, with both sides known. */
static const check_fn checks[] = {
    [TR_STAGE_NO_MODEL] = check_model,   [TR_STAGE_STALE_DATA] = check_stale,
    [TR_STAGE_DRIFT_LOCK] = check_drift, [TR_STAGE_CONFIDENCE] = check_confidence,
    [TR_STAGE_NET_PROFIT] = check_net,   [TR_STAGE_EXPECTED_VALUE] = check_expected_value,
    [TR_STAGE_RISK] = check_risk,
};

static void set_passed(struct tr_decision *decision)
{
    decision->stage = TR_STAGE_SIGNAL;
    decision->value = decision->threshold = decision->margin = UNKNOWN;
}

static void decide_alone(const struct question *q, struct tr_decision *decision)
{
    fill_signal(q, &decision->signal);
    for (size_t stage = 0; stage < sizeof checks / sizeof *checks; stage++) {
        if (!checks[stage](q, decision)) {
            decision->stage = (enum tr_stage)stage;
            return;
        }
    }
    set_passed(decision);
}

static void decide_conflict(struct tr_decision decision[TR_SIDE_COUNT])
{
    struct tr_decision *a = &decision[TR_LONG], *b = &decision[TR_SHORT];
    if (a->stage != TR_STAGE_SIGNAL || b->stage != TR_STAGE_SIGNAL)
        return;
    double edge_a = a->signal.evidence.edge, edge_b = b->signal.evidence.edge;
    if (!(edge_a > edge_b)) {
        a->stage = TR_STAGE_CONFLICT;
        at_least(a, edge_a, edge_b);
    }
    if (!(edge_b > edge_a)) {
        b->stage = TR_STAGE_CONFLICT;
        at_least(b, edge_b, edge_a);
    }
}

void tr_gate_decide(const struct tr_gate_options *options, const struct tr_candidate candidate[TR_SIDE_COUNT],
                    const struct tr_market_limits *limits, const bool active[TR_SIDE_COUNT],
                    struct tr_decision decision[TR_SIDE_COUNT])
{
    for (enum tr_side side = TR_LONG; side < TR_SIDE_COUNT; side++) {
        assert(candidate[side].side == side);
        struct question q = {.options = options, .candidate = &candidate[side], .limits = limits};
        decide_alone(&q, &decision[side]);
    }
    decide_conflict(decision);
    for (enum tr_side side = TR_LONG; side < TR_SIDE_COUNT; side++)
        if (decision[side].stage == TR_STAGE_SIGNAL && active[side])
            decision[side].stage = TR_STAGE_DUPLICATE;
}
