#include "app/view/signal_view.h"

#include "app/view/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double pct(double frac)
{
    return frac * 100;
}

static void json_size(const char *key, const struct tr_size *size, struct tr_json *json)
{
    tr_json_object(json, key);
    tr_json_number(json, "position_size_usd", size->position_usd);
    tr_json_number(json, "leverage", size->leverage);
    tr_json_number(json, "margin_usd", size->margin_usd);
    tr_json_number(json, "risk_usd", size->risk_usd);
    tr_json_number(json, "quantity", size->quantity);
    tr_json_number(json, "liquidation_price", size->liquidation_price > 0 ? size->liquidation_price : (double)NAN);
    tr_json_bool(json, "capped", size->capped);
    tr_json_object_end(json);
}

static void json_sizes(const struct tr_signal *signal, enum tr_risk_profile profile, struct tr_json *json)
{
    const struct tr_size *size = &signal->size[profile];

    tr_json_string(json, "risk_profile", tr_profile_name(profile));
    tr_json_number(json, "position_size_usd", size->position_usd);
    tr_json_number(json, "leverage", size->leverage);
    tr_json_number(json, "margin_usd", size->margin_usd);
    tr_json_number(json, "risk_usd", size->risk_usd);
    tr_json_number(json, "quantity", size->quantity);
    tr_json_number(json, "sl_distance_pct", pct(size->sl_distance_frac));
    tr_json_object(json, "sizes");
    for (int p = 0; p < TR_PROFILE_COUNT; p++)
        json_size(tr_profile_name((enum tr_risk_profile)p), &signal->size[p], json);
    tr_json_object_end(json);
}

static void json_evidence(const struct tr_evidence *e, struct tr_json *json)
{
    tr_json_number(json, "score", e->score);
    tr_json_number(json, "rank", e->rank);
    tr_json_number(json, "confidence", e->confidence);
    tr_json_number(json, "p0", e->p0);
    tr_json_number(json, "p1", e->p1);
    tr_json_number(json, "base_rate", e->base_rate);
    tr_json_number(json, "edge", e->edge);
    tr_json_bool(json, "proven", e->proven);
    tr_json_number(json, "proven_threshold", e->proven_threshold);
    tr_json_object(json, "evidence");
    tr_json_int(json, "calibration_rows", (int64_t)e->calibration_rows);
    tr_json_number(json, "calibration_effective_n", e->calibration_n);
    tr_json_int(json, "ranked_as_high_rows", (int64_t)e->top_rows);
    tr_json_number(json, "ranked_as_high_effective_n", e->top_n);
    tr_json_number(json, "ranked_as_high_effective_tp1", e->top_k);
    tr_json_number(json, "ranked_as_high_lower_90", e->top_lower);
    tr_json_int(json, "expected_value_rows", (int64_t)e->expected_rows);
    tr_json_object_end(json);
}

static void json_money(const struct tr_signal *signal, struct tr_json *json)
{
    tr_json_bool(json, "passed_profit_filter", signal->passed_profit_filter);
    tr_json_number(json, "gross_profit_pct", pct(signal->gross_frac));
    tr_json_number(json, "expected_net_profit_pct", pct(signal->net_frac));
    tr_json_string(json, "expected_net_profit_means", "if all three targets fill");
    tr_json_number(json, "expected_value_pct", pct(signal->expected_value_frac));
    tr_json_object(json, "expected_value_interval_pct");
    tr_json_number(json, "lower", pct(signal->expected_value_lower));
    tr_json_number(json, "upper", pct(signal->expected_value_upper));
    tr_json_object_end(json);
    tr_json_object(json, "costs");
    tr_json_number(json, "entry_pct", pct(signal->cost.entry_frac));
    tr_json_number(json, "exit_pct", pct(signal->cost.exit_frac));
    tr_json_number(json, "funding_pct", pct(signal->cost.funding_frac));
    tr_json_number(json, "total_pct", pct(signal->cost.total_frac));
    tr_json_bool(json, "funding_assumed", signal->funding_assumed);
    tr_json_object_end(json);
}

static void json_levels(const struct tr_levels *levels, struct tr_json *json)
{
    tr_json_number(json, "entry", levels->entry);
    tr_json_number(json, "stop_loss", levels->stop);
    tr_json_array(json, "take_profits");
    for (int i = 0; i < TR_TARGETS; i++)
        tr_json_number(json, NULL, levels->target[i]);
    tr_json_array_end(json);
    tr_json_number(json, "atr", levels->atr);
    tr_json_number(json, "trail_distance", levels->trail_distance);
}

void tr_view_signal_json(const struct tr_signal *signal, enum tr_risk_profile profile, struct tr_json *json)
{
    tr_json_time(json, "time", signal->time);
    tr_json_time(json, "decided", signal->decided);
    tr_json_time(json, "expires", signal->expires);
    tr_json_string(json, "side", tr_side_name(signal->side));
    json_levels(&signal->levels, json);
    json_sizes(signal, profile, json);
    json_evidence(&signal->evidence, json);
    json_money(signal, json);
}

void tr_view_price(double price, char out[TR_VIEW_PRICE])
{
    int before = price > 0 ? (int)floor(log10(price)) + 1 : 1, decimals = 7 - before;
    char *end;

    decimals = decimals < 0 ? 0 : decimals > 20 ? 20 : decimals;
    snprintf(out, TR_VIEW_PRICE, "%.*f", decimals, price);
    if (!decimals || isnan(price))
        return;
    for (end = out + strlen(out) - 1; *end == '0'; end--)
        *end = '\0';
    if (*end == '.')
        *end = '\0';
}

static void text_price(struct tr_buf *out, const char *name, double price, double entry)
{
    char text[TR_VIEW_PRICE];

    tr_view_price(price, text);
    tr_buf_printf(out, "  %-12s %14s  (%+.2f %%)", name, text, (price / entry - 1) * 100);
}

static void text_levels(const struct tr_levels *levels, const struct tr_ladder *ladder, struct tr_buf *out)
{
    static const char *const names[TR_TARGETS] = {"Target 1", "Target 2", "Target 3"};
    char text[TR_VIEW_PRICE];

    tr_view_price(levels->entry, text);
    tr_buf_printf(out, "  %-12s %14s\n", "Entry", text);
    text_price(out, "Stop", levels->stop, levels->entry);
    tr_buf_text(out, "\n");
    for (int i = 0; i < TR_TARGETS; i++) {
        text_price(out, names[i], levels->target[i], levels->entry);
        tr_buf_printf(out, "  close %.3g %% of the position\n", pct(ladder->fraction[i]));
    }
    if (levels->trail_distance > 0)
        tr_buf_printf(out, "  After target 1 the stop moves to the entry and trails %.3g ATR behind the best price.\n",
                      ladder->trail_atr);
}

static void text_expected(const struct tr_signal *signal, struct tr_buf *out)
{
    if (isnan(signal->expected_value_frac)) {
        tr_buf_text(out, "  Expected     not known: fewer than 30 comparable rows\n");
        return;
    }
    tr_buf_printf(out, "  Expected     %+.2f %% ", pct(signal->expected_value_frac));
    if (isnan(signal->expected_value_lower))
        tr_buf_text(out, "[not known: too little time]");
    else
        tr_buf_printf(out, "[%+.2f, %+.2f]", pct(signal->expected_value_lower), pct(signal->expected_value_upper));
    tr_buf_text(out, ": what such candidates really returned on average\n");
}

/* p alone looks surer than it is: the rows behind it overlap. What is known stands beside it, and on how little. */
static void text_confidence(const struct tr_evidence *e, struct tr_buf *out)
{
    tr_buf_printf(out, "  Confidence   p = %.1f %% that target 1 comes before the stop in time\n", pct(e->confidence));
    tr_buf_printf(out, "               random entries: b = %.1f %%; edge p - b = %+.1f points\n", pct(e->base_rate),
                  pct(e->edge));
    if (e->top_n > 0)
        tr_buf_printf(out,
                      "  How sure     of bars ranked as high %.1f %% reached target 1; 90 %% lower bound %.1f %%, for\n"
                      "               the %zu that matured overlap and tell only as much as %.0f independent ones\n",
                      pct(e->top_k / e->top_n), pct(e->top_lower), e->top_rows, e->top_n);
    else
        tr_buf_text(out, "  How sure     not known: no bar that has matured was ranked as high\n");
    tr_buf_printf(out, "  p0 / p1      %.1f %% / %.1f %%: what p would be if this very bar were to fail / succeed\n",
                  pct(e->p0), pct(e->p1));
}

static void text_why(const struct tr_signal *signal, struct tr_buf *out)
{
    const struct tr_evidence *e = &signal->evidence;

    text_confidence(e, out);
    tr_buf_printf(out, "  Net profit   %+.2f %% if all three targets fill, after %.2f %% of costs%s\n",
                  pct(signal->net_frac), pct(signal->cost.total_frac),
                  signal->funding_assumed ? " (funding assumed)" : "");
    text_expected(signal, out);
    tr_buf_text(out, e->proven ? "  Proven       yes: its score lies above a threshold shown to beat random entries\n"
                               : "  Proven       no: nothing shows that it beats a random entry\n");
}

void tr_view_signal_text(const struct tr_series_key *series, const struct tr_signal *signal,
                         const struct tr_ladder *ladder, enum tr_risk_profile profile, struct tr_buf *out)
{
    const struct tr_size *size = &signal->size[profile];
    char time[TR_TIME_TEXT];

    tr_time_format(signal->decided, time);
    tr_buf_printf(out, "%s %s %s, decided %s\n", series->symbol, tr_timeframe_name(series->timeframe),
                  signal->side == TR_LONG ? "LONG" : "SHORT", time);
    text_levels(&signal->levels, ladder, out);
    tr_time_format(signal->expires, time);
    tr_buf_printf(out, "  Valid until  %s\n", time);
    tr_buf_printf(out, "  Size         %.2f USD at %.2fx, margin %.2f USD, risk %.2f USD (%s%s)\n", size->position_usd,
                  size->leverage, size->margin_usd, size->risk_usd, tr_profile_name(profile),
                  size->capped ? ", leverage cap binds" : "");
    text_why(signal, out);
}

void tr_view_decision_json(const struct tr_decision *decision, struct tr_json *json)
{
    char text[256];

    tr_decision_text(decision, text, sizeof text);
    tr_json_string(json, "side", tr_side_name(decision->signal.side));
    tr_json_string(json, "stage", tr_stage_name(decision->stage));
    tr_json_number(json, "value", decision->value);
    tr_json_number(json, "threshold", decision->threshold);
    tr_json_number(json, "margin", decision->margin);
    tr_json_string(json, "text", text);
    json_evidence(&decision->signal.evidence, json);
    json_money(&decision->signal, json);
}

void tr_view_funnel_json(const struct tr_funnel *funnel, struct tr_json *json)
{
    tr_json_int(json, "bars", (int64_t)funnel->bars);
    tr_json_int(json, "candidates", (int64_t)funnel->candidates);
    for (int side = 0; side < TR_SIDE_COUNT; side++) {
        tr_json_object(json, tr_side_name((enum tr_side)side));
        tr_json_object(json, "refused");
        for (int stage = 0; stage < TR_STAGE_COUNT; stage++)
            tr_json_int(json, tr_stage_name((enum tr_stage)stage), (int64_t)funnel->refused[side][stage]);
        tr_json_object_end(json);
        tr_json_object(json, "closest_margin");
        for (int stage = 0; stage < TR_STAGE_COUNT; stage++)
            tr_json_number(json, tr_stage_name((enum tr_stage)stage), funnel->best_margin[side][stage]);
        tr_json_object_end(json);
        tr_json_int(json, "signals", (int64_t)funnel->signals[side]);
        tr_json_int(json, "proven", (int64_t)funnel->proven[side]);
        tr_json_object_end(json);
    }
    tr_json_int(json, "signals", (int64_t)(funnel->signals[TR_LONG] + funnel->signals[TR_SHORT]));
    tr_json_int(json, "proven", (int64_t)(funnel->proven[TR_LONG] + funnel->proven[TR_SHORT]));
}

static void funnel_row(struct tr_table *table, const char *name, size_t l, size_t s)
{
    tr_table_cell(table, "%s", name);
    tr_table_cell(table, "%zu", l);
    tr_table_cell(table, "%zu", s);
}

void tr_view_funnel_text(const struct tr_funnel *funnel, struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<FUNNEL|long|short");

    if (!funnel->bars) {
        tr_buf_text(out, "FUNNEL: no bar was decided out of sample.\n");
        tr_table_destroy(table);
        return;
    }
    for (int stage = 0; stage < TR_STAGE_COUNT; stage++) {
        size_t l = funnel->refused[TR_LONG][stage], s = funnel->refused[TR_SHORT][stage];
        char name[48];

        snprintf(name, sizeof name, "refused: %s", tr_stage_name((enum tr_stage)stage));
        if (l + s)
            funnel_row(table, name, l, s);
    }
    funnel_row(table, "signals", funnel->signals[TR_LONG], funnel->signals[TR_SHORT]);
    funnel_row(table, "  of these proven", funnel->proven[TR_LONG], funnel->proven[TR_SHORT]);
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_printf(out, "%zu bars decided out of sample, %zu candidates.\n", funnel->bars, funnel->candidates);
}

static void json_stored(const struct tr_stored_signal *s, enum tr_risk_profile profile, struct tr_json *json)
{
    tr_json_string(json, "exchange", s->series.exchange);
    tr_json_string(json, "symbol", s->series.symbol);
    tr_json_string(json, "timeframe", tr_timeframe_name(s->series.timeframe));
    tr_json_string(json, "origin", s->origin == TR_ORIGIN_WALKFORWARD ? "walkforward" : "newest");
    tr_json_string(json, "status", s->status);
    tr_json_string(json, "exit_reason", s->exit_reason[0] ? s->exit_reason : NULL);
    if (s->closed)
        tr_json_time(json, "closed", s->closed);
    else
        tr_json_null(json, "closed");
    tr_json_number(json, "net_pct", pct(s->net_frac));
    tr_view_signal_json(&s->signal, profile, json);
}

void tr_view_stored_json(const struct tr_stored_signal *signals, size_t n, enum tr_risk_profile profile,
                         struct tr_json *json)
{
    tr_json_array(json, "signals");
    for (size_t i = 0; i < n; i++) {
        tr_json_object(json, NULL);
        json_stored(&signals[i], profile, json);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

/* "open", "open, tp1", "trailing +0.51 %"; of a decision on a newest bar only the state, since nothing follows it. */
/* "open", "open, tp1", "expired", "sl -1.23 %"; signals issued at a newest bar are marked, the others are replayed. */
static void stored_outcome(struct tr_table *table, const struct tr_stored_signal *s)
{
    const char *mark = s->origin == TR_ORIGIN_NEWEST ? " (newest)" : "";

    if (s->exit_reason[0] && !isnan(s->net_frac))
        tr_table_cell(table, "%s %+.2f %%%s", s->exit_reason, pct(s->net_frac), mark);
    else if (strcmp(s->status, "active") == 0)
        tr_table_cell(table, "open%s", mark);
    else if (strcmp(s->status, "expired") == 0 || strcmp(s->status, "closed") == 0)
        tr_table_cell(table, "%s%s", s->status, mark);
    else
        tr_table_cell(table, "open, %s%s", s->status, mark);
}

static void stored_row(struct tr_table *table, const struct tr_stored_signal *s)
{
    const struct tr_signal *signal = &s->signal;
    char time[TR_TIME_TEXT], price[TR_VIEW_PRICE];

    tr_time_format(signal->decided, time);
    time[10] = ' ';
    tr_view_price(signal->levels.entry, price);
    tr_table_cell(table, "%.16s", time);
    tr_table_cell(table, "%s %s", s->series.symbol, tr_timeframe_name(s->series.timeframe));
    tr_table_cell(table, "%s", tr_side_name(signal->side));
    tr_table_cell(table, "%s", price);
    tr_table_percent(table, signal->evidence.confidence, 1);
    tr_table_percent(table, signal->evidence.base_rate, 1);
    tr_table_percent(table, signal->net_frac, 2);
    tr_table_percent(table, signal->expected_value_frac, 2);
    tr_table_cell(table, signal->evidence.proven ? "yes" : "no");
    stored_outcome(table, s);
}

void tr_view_stored_text(const struct tr_stored_signal *signals, size_t n, struct tr_buf *out)
{
    struct tr_table *table;

    if (!n) {
        tr_buf_text(out, "No stored signals match.\n");
        return;
    }
    table = tr_table_create("<decided|<market|<side|entry|p|b|all fill|expected|<proven|<outcome");
    for (size_t i = 0; i < n; i++)
        stored_row(table, &signals[i]);
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_text(
        out, "p: probability of target 1 before the stop; b: the same of random entries. all fill: net profit if all\n"
             "three targets fill; expected: what such candidates really returned on average. outcome: net of costs.\n");
}

static void csv_number(struct tr_buf *out, double value)
{
    tr_buf_char(out, ',');
    if (!isnan(value))
        tr_buf_printf(out, "%.17g", value);
}

void tr_view_stored_csv(const struct tr_stored_signal *signals, size_t n, struct tr_buf *out)
{
    tr_buf_text(
        out, "timestamp_ms,exchange,symbol,timeframe,side,entry,stop_loss,tp1,tp2,tp3,confidence,base_rate,edge,proven,"
             "expected_net_profit_pct,expected_value_pct,status,exit_reason,net_pct\n");
    for (size_t i = 0; i < n; i++) {
        const struct tr_signal *s = &signals[i].signal;
        const double numbers[] = {
            s->levels.entry,     s->levels.stop,         s->levels.target[0],        s->levels.target[1],
            s->levels.target[2], s->evidence.confidence, s->evidence.base_rate,      s->evidence.edge,
            s->evidence.proven,  pct(s->net_frac),       pct(s->expected_value_frac)};

        tr_buf_printf(out, "%lld,%s,%s,%s,%s", (long long)s->time, signals[i].series.exchange, signals[i].series.symbol,
                      tr_timeframe_name(signals[i].series.timeframe), tr_side_name(s->side));
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            csv_number(out, numbers[k]);
        tr_buf_printf(out, ",%s,%s", signals[i].status, signals[i].exit_reason);
        csv_number(out, pct(signals[i].net_frac));
        tr_buf_char(out, '\n');
    }
}
