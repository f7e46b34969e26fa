/* Signals, refusals and the funnel. */
#ifndef TR_VIEW_SIGNAL_VIEW_H
#define TR_VIEW_SIGNAL_VIEW_H

#include "base/buf.h"
#include "base/json.h"
#include "engine/signal/funnel.h"
#include "io/store/store.h"

/* Members of the open object: time, side, entry, stop_loss, take_profits, sizes of all three profiles (the chosen one
 * on top level), confidence, p0, p1, base_rate, edge, proven, passed_profit_filter, expected_net_profit_pct,
 * expected_value_pct with interval, costs, evidence line. */
void tr_view_signal_json(const struct tr_signal *signal, enum tr_risk_profile profile, struct tr_json *json);
/* A block a trader can copy: market, side, entry, stop, targets with shares, size, leverage, why, risk notice. */
void tr_view_signal_text(const struct tr_series_key *series, const struct tr_signal *signal,
                         const struct tr_ladder *ladder, enum tr_risk_profile profile, struct tr_buf *out);
/* Seven significant digits, never with an exponent: enough for a price of any coin, no noise behind them. */
#define TR_VIEW_PRICE 400
void tr_view_price(double price, char out[TR_VIEW_PRICE]);

/* side, stage, value, threshold, margin, text; and what is known of the candidate. */
void tr_view_decision_json(const struct tr_decision *decision, struct tr_json *json);

void tr_view_funnel_json(const struct tr_funnel *funnel, struct tr_json *json);
void tr_view_funnel_text(const struct tr_funnel *funnel, struct tr_buf *out);

/* Stored signals, newest first. */
void tr_view_stored_json(const struct tr_stored_signal *signals, size_t n, enum tr_risk_profile profile,
                         struct tr_json *json);
void tr_view_stored_text(const struct tr_stored_signal *signals, size_t n, struct tr_buf *out);
void tr_view_stored_csv(const struct tr_stored_signal *signals, size_t n, struct tr_buf *out);

#endif
