/* A decision about one side at the close of one bar: a signal, or the first stage that refused it. */
#ifndef TR_SIGNAL_SIGNAL_H
#define TR_SIGNAL_SIGNAL_H

#include "base/time.h"
#include "engine/trade/cost.h"
#include "engine/trade/levels.h"
#include "engine/trade/size.h"

#include <stdbool.h>
#include <stddef.h>

/* In the order of the checks; the first failure wins. */
enum tr_stage {
    TR_STAGE_NO_MODEL,       /* no model, or under 50 effective calibration rows */
    TR_STAGE_STALE_DATA,     /* newest bar older than 2 bars (live only) */
    TR_STAGE_DRIFT_LOCK,     /* a drift verdict whose retrain has been pending over 7 days */
    TR_STAGE_CONFIDENCE,     /* p under 0.55 */
    TR_STAGE_NET_PROFIT,     /* net after all costs under 2 % */
    TR_STAGE_EXPECTED_VALUE, /* where that gate is on */
    TR_STAGE_RISK,           /* size under the market's minimum, or liquidation inside the stop */
    TR_STAGE_CONFLICT,       /* both sides pass: the larger edge wins, equal edges: none */
    TR_STAGE_DUPLICATE,      /* one active signal per series and side */
    TR_STAGE_COUNT,
    TR_STAGE_SIGNAL = TR_STAGE_COUNT /* nothing refused it */
};

const char *tr_stage_name(enum tr_stage stage); /* "no_model", ..., "signal" */

/* What the calibration says about a candidate's score; numbers only, NaN = unknown. */
struct tr_evidence {
    double score;      /* the ensemble's raw probability of the model's own target */
    double rank;       /* of the score among the model's reference scores */
    double confidence; /* p: calibrated probability that TP1 comes before the stop within 48 h */
    double p0, p1;     /* what p would be if this very bar were to fail, or succeed; no confidence interval */
    double base_rate;  /* b: the same event's rate over all calibration rows of the side */
    double edge;       /* p - b */
    size_t calibration_rows;
    double calibration_n;    /* effective */
    bool enough;             /* calibration_n reaches the minimum */
    double proven_threshold; /* rank; +inf = nothing is proven */
    bool proven;             /* rank >= proven_threshold */
    size_t expected_rows;
    double expected_gain_atr, expected_lower_atr, expected_upper_atr; /* gross, in ATR; see tr_expected_value */
    size_t top_rows;                                                  /* calibration rows ranked at least as high ... */
    double top_n, top_k;                                              /* ... effective, and reaching TP1 */
    double top_lower;                                                 /* one-sided 90 % bound of their rate */
};

struct tr_signal {
    tr_time_ms time;    /* open stamp of the decision bar */
    tr_time_ms decided; /* its close instant */
    tr_time_ms expires; /* decided + the ladder's horizon */
    enum tr_side side;
    struct tr_levels levels;
    struct tr_size size[TR_PROFILE_COUNT];
    struct tr_evidence evidence;
    double gross_frac; /* if all three targets fill */
    struct tr_cost cost;
    double net_frac; /* gross - costs: expected_net_profit_pct / 100 */
    bool passed_profit_filter;
    double expected_value_frac, expected_value_lower, expected_value_upper; /* what such candidates really returned */
    double funding_rate_per_hour;
    bool funding_assumed; /* no rate is recorded: the default stood in */
};

struct tr_decision {
    enum tr_stage stage;
    double value, threshold; /* of the failed check, in the check's own unit; NaN where it has none */
    double margin;           /* distance from the threshold, negative = how much was missing; NaN where it has none */
    struct tr_signal signal; /* filled as far as the inputs allow, also when refused */
};

/* One line for people: "confidence 0.48 is under 0.55 (0.07 missing)". */
void tr_decision_text(const struct tr_decision *decision, char *out, size_t size);

#endif
