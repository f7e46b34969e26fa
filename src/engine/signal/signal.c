#include "engine/signal/signal.h"

#include <math.h>
#include <stdio.h>

static const char *const stage_names[] = {
    [TR_STAGE_NO_MODEL] = "no_model",
    [TR_STAGE_STALE_DATA] = "stale_data",
    [TR_STAGE_DRIFT_LOCK] = "drift_lock",
    [TR_STAGE_CONFIDENCE] = "confidence",
    [TR_STAGE_NET_PROFIT] = "net_profit",
    [TR_STAGE_EXPECTED_VALUE] = "expected_value",
    [TR_STAGE_RISK] = "risk",
    [TR_STAGE_CONFLICT] = "conflict",
    [TR_STAGE_DUPLICATE] = "duplicate",
    [TR_STAGE_SIGNAL] = "signal",
};

const char *tr_stage_name(enum tr_stage stage)
{
    size_t index = (size_t)stage;
    return index < sizeof stage_names / sizeof *stage_names ? stage_names[index] : "unknown";
}

static void no_model_text(const struct tr_signal *signal, char *out, size_t size)
{
    const struct tr_levels *levels = &signal->levels;
    const struct tr_evidence *evidence = &signal->evidence;
    if (isnan(levels->entry) || isnan(levels->atr))
        snprintf(out, size, "no model: close or ATR is not known yet (warm-up)");
    else if (isnan(levels->stop))
        snprintf(out, size, "no model: an ATR of %g at a price of %g leaves no valid stop and targets", levels->atr,
                 levels->entry);
    else if (isnan(evidence->rank))
        snprintf(out, size, "no model scores this bar");
    else if (!evidence->enough)
        snprintf(out, size, "no model: only %.1f effective calibration rows (%zu rows)", evidence->calibration_n,
                 evidence->calibration_rows);
    else
        snprintf(out, size, "no model: its score has no calibrated probability");
}

static void net_text(const struct tr_decision *decision, char *out, size_t size)
{
    snprintf(out, size, "net profit %.4g %% is under %.4g %% (%.3g %% missing: gross %.4g %%, costs %.4g %%)",
             100.0 * decision->value, 100.0 * decision->threshold, -100.0 * decision->margin,
             100.0 * decision->signal.gross_frac, 100.0 * decision->signal.cost.total_frac);
}

static void expected_value_text(const struct tr_decision *decision, char *out, size_t size)
{
    if (isnan(decision->value))
        snprintf(out, size, "expected value is unknown: only %zu calibration rows ranked as high",
                 decision->signal.evidence.expected_rows);
    else
        snprintf(out, size, "expected value %.4g %% is under %.4g %% (%.3g %% missing)", 100.0 * decision->value,
                 100.0 * decision->threshold, -100.0 * decision->margin);
}

/* The decision does not say which profile was judged; the judged number stands in one of the sizes. */
static void risk_text(const struct tr_decision *decision, char *out, size_t size)
{
    for (enum tr_risk_profile p = TR_CONSERVATIVE; p < TR_PROFILE_COUNT; p++) {
        const struct tr_size *s = &decision->signal.size[p];
        if (s->too_small && s->position_usd == decision->value) {
            snprintf(out, size, "a %s position of %.2f USD is under the market's minimum of %.2f USD",
                     tr_profile_name(p), decision->value, decision->threshold);
            return;
        }
        if (s->liquidation_inside_stop && s->liquidation_price == decision->value) {
            snprintf(out, size, "liquidation at %g would come before the stop at %g (%s, leverage %.1f)",
                     decision->value, decision->threshold, tr_profile_name(p), s->leverage);
            return;
        }
    }
    snprintf(out, size, "a quantity of %g is under the market's minimum of %g", decision->value, decision->threshold);
}

static void signal_text(const struct tr_signal *signal, char *out, size_t size)
{
    const struct tr_evidence *e = &signal->evidence;
    char expected[48] = "unknown", bound[64] = "none seen";
    if (!isnan(signal->expected_value_frac))
        snprintf(expected, sizeof expected, "%.2f %%", 100.0 * signal->expected_value_frac);
    if (e->top_n > 0)
        snprintf(bound, sizeof bound, "90 %% lower bound %.2f on %.0f independent rows", e->top_lower, e->top_n);
    snprintf(out, size,
             "%s: confidence %.2f (%.2f / %.2f were this bar to fail / succeed); bars ranked as high: %s; "
             "random entries %.2f; net %.2f %% if all targets fill, expected value %s; %s",
             tr_side_name(signal->side), e->confidence, e->p0, e->p1, bound, e->base_rate, 100.0 * signal->net_frac,
             expected, e->proven ? "proven" : "not proven");
}

void tr_decision_text(const struct tr_decision *decision, char *out, size_t size)
{
    const double value = decision->value, threshold = decision->threshold;
    switch (decision->stage) {
    case TR_STAGE_NO_MODEL:
        no_model_text(&decision->signal, out, size);
        break;
    case TR_STAGE_STALE_DATA:
        snprintf(out, size, "the newest bar is %.1f bars old: over %.1f", value, threshold);
        break;
    case TR_STAGE_DRIFT_LOCK:
        snprintf(out, size, "a drift verdict has waited %.1f days for its retrain: over %.1f", value, threshold);
        break;
    case TR_STAGE_CONFIDENCE:
        snprintf(out, size, "confidence %.4g is under %.4g (%.3g missing)", value, threshold, -decision->margin);
        break;
    case TR_STAGE_NET_PROFIT:
        net_text(decision, out, size);
        break;
    case TR_STAGE_EXPECTED_VALUE:
        expected_value_text(decision, out, size);
        break;
    case TR_STAGE_RISK:
        risk_text(decision, out, size);
        break;
    case TR_STAGE_CONFLICT:
        snprintf(out, size, "both sides pass and the edge %.4g does not beat the other side's %.4g", value, threshold);
        break;
    case TR_STAGE_DUPLICATE:
        snprintf(out, size, "a %s signal is still active", tr_side_name(decision->signal.side));
        break;
    case TR_STAGE_SIGNAL:
        signal_text(&decision->signal, out, size);
        break;
    }
}
