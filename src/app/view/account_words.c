#include "app/view/account_words.h"

#include "app/usecase/backtest_report.h"
#include "base/text.h"
#include "engine/feature/column.h"
#include "engine/feature/list.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A number without trailing zeros and without the locale's point; returned by value so that several fit one line. */
struct number {
    char text[TR_NUMBER_TEXT];
};

static struct number number(double value)
{
    struct number n = {""};

    tr_text_from_double_digits(value, 8, n.text);
    return n;
}

static struct number pct(double frac)
{
    return number(frac * 100);
}

struct lines {
    struct tr_view_line *line;
    size_t n;
};

static void add(struct lines *lines, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void add(struct lines *lines, const char *name, const char *format, ...)
{
    struct tr_view_line *line = &lines->line[lines->n++];
    va_list args;

    line->name = name;
    va_start(args, format);
    vsnprintf(line->text, sizeof line->text, format, args);
    va_end(args);
}

const char *tr_view_refusal_text(enum tr_refusal refusal)
{
    static const char *const text[TR_REFUSALS] = {
        [TR_REFUSAL_NONE] = "became a position",
        [TR_REFUSAL_NO_BAR] = "no bar came after it to enter at",
        [TR_REFUSAL_BUSY] = "a position of its series was open",
        [TR_REFUSAL_SIZE] = "the size was under the market's minimum, under a cent, or beyond all bounds",
        [TR_REFUSAL_MAX_OPEN] = "as many positions as allowed were open",
        [TR_REFUSAL_MARGIN] = "the free money did not reach for margin, fee and slippage",
        [TR_REFUSAL_SIDE] = "it went over the cap on open sizes of its side",
        [TR_REFUSAL_CORRELATED] = "it went over the cap on open sizes of correlated series",
        [TR_REFUSAL_EXPIRED] = "the next bar opened after its time limit",
        [TR_REFUSAL_UNFILLED] = "its limit order was not touched",
    };

    return text[refusal];
}

const char *tr_view_entries_defect_text(enum tr_entries_defect defect)
{
    static const char *const text[TR_ENTRIES_DEFECT_COUNT] = {
        [TR_ENTRIES_TOO_FEW_COLUMNS] = "too few columns",
        [TR_ENTRIES_TOO_MANY_COLUMNS] = "more cells than the header has",
        [TR_ENTRIES_LINE_TOO_LONG] = "line too long",
        [TR_ENTRIES_BAD_TIME] = "no time that can be read",
        [TR_ENTRIES_BAD_SYMBOL] = "no symbol that can be read",
        [TR_ENTRIES_BAD_SIDE] = "the side is neither long nor short",
        [TR_ENTRIES_BAD_NUMBER] = "no number, or not above 0",
        [TR_ENTRIES_BAD_SIZE] = "the size is not above 0, or qty and size_usd are both given",
        [TR_ENTRIES_BAD_TARGETS] = "a target is given without the one before it, or without a stop",
        [TR_ENTRIES_OUT_OF_ORDER] = "earlier than the row above it of the same symbol",
        [TR_ENTRIES_DUPLICATE] = "symbol, time and side as a row above",
        [TR_ENTRIES_UNKNOWN_SYMBOL] = "a symbol that is not among the tested series",
        [TR_ENTRIES_OTHER_TIMEFRAME] = "another timeframe",
        [TR_ENTRIES_OUTSIDE] = "no bar at its time in the tested span",
        [TR_ENTRIES_NO_ATR] = "no ATR yet to set stop and targets by",
        [TR_ENTRIES_WRONG_SIDE] = "stop or targets on the wrong side of the close, or not rising",
    };

    return text[defect];
}

static void entries_line(const struct tr_backtest *b, struct lines *lines)
{
    switch (b->options.source) {
    case TR_BACKTEST_WALKFORWARD:
        add(lines, "Entries", "signals of walk-forward models, none of which saw the bar it decides on%s",
            b->options.proven_only ? "; proven ones only" : "");
        break;
    case TR_BACKTEST_STORED:
        add(lines, "Entries", "signals in the store, %s%s",
            b->options.origin == TR_ORIGIN_WALKFORWARD ? "of walk-forward models" : "as issued on the newest bar",
            b->options.proven_only ? "; proven ones only" : "");
        break;
    case TR_BACKTEST_FILE:
        add(lines, "Entries",
            "the file %.200s; whether a row of it knew what came after its time cannot be seen from here",
            b->options.entries ? b->options.entries : "-");
        break;
    }
    if (b->options.account.entry == TR_ENTRY_LIMIT)
        add(lines, "Entered",
            "decided at a bar's close; a limit order at that close lives for the next bar: filled at its open where "
            "that is no worse, inside it where it is touched, else there is no trade");
    else
        add(lines, "Entered", "decided at a bar's close, entered at market at the next bar's open, with slippage");
}

static void ladder_line(const struct tr_backtest *b, struct lines *lines)
{
    const struct tr_ladder *l = &b->recipe.gate.ladder;
    char trail[128] = "the stop never moves";

    if (l->trail_atr > 0)
        snprintf(trail, sizeof trail, "after target 1 the stop follows %s ATR behind the best price",
                 number(l->trail_atr).text);
    if (b->options.source == TR_BACKTEST_STORED) {
        add(lines, "Levels",
            "stop, targets and the stop's distance as stored with each signal; at the targets %s, %s, %s %% leave, and "
            "what is left after %zu bars leaves at the close, as set here",
            pct(l->fraction[0]).text, pct(l->fraction[1]).text, pct(l->fraction[2]).text,
            tr_ladder_horizon_bars(l, b->timeframe));
        return;
    }
    add(lines, "Levels",
        "%sstop %s ATR, targets %s, %s, %s ATR from the close of the decision, where %s, %s, %s %% leave; %s; what is "
        "left after %zu bars leaves at the close",
        b->options.source == TR_BACKTEST_FILE ? "as the file gives them, else " : "", number(l->stop_atr).text,
        number(l->target_atr[0]).text, number(l->target_atr[1]).text, number(l->target_atr[2]).text,
        pct(l->fraction[0]).text, pct(l->fraction[1]).text, pct(l->fraction[2]).text, trail,
        tr_ladder_horizon_bars(l, b->timeframe));
}

/* "5m", "1m/5m" where the series have different ones, "finer" where none has any. */
static void detail_names(const struct tr_backtest *b, char *out, size_t size)
{
    bool listed[TR_TIMEFRAME_COUNT] = {false};
    int len = snprintf(out, size, "finer");

    for (size_t i = 0, n = 0; i < b->n_series; i++) {
        const struct tr_backtest_series *s = &b->series[i];

        if (!s->has_detail || listed[s->detail_timeframe])
            continue;
        listed[s->detail_timeframe] = true;
        len = n ? len : 0;
        len += snprintf(out + len, size - (size_t)len, "%s%s", n++ ? "/" : "", tr_timeframe_name(s->detail_timeframe));
    }
}

static void intrabar_line(const struct tr_backtest *b, struct lines *lines)
{
    size_t asked = 0, lacking = 0;
    char names[64];

    add(lines, "Inside a bar",
        "the open first (what it jumped over fills there), then the stop as it stood at the bar's start, then the "
        "targets in order; a moved stop counts from the next bar");
    for (size_t i = 0; i < b->n_series; i++) {
        asked += b->series[i].detail_asked;
        lacking += b->series[i].detail_lacking;
    }
    detail_names(b, names, sizeof names);
    if (b->options.intrabar == TR_BACKTEST_DETAIL)
        add(lines, "Ambiguous bars",
            "decided by %s bars: asked for %zu, of which %zu lacked whole finer bars of the same prices and were read "
            "against the trade",
            names, asked, lacking);
    else if (b->options.intrabar == TR_BACKTEST_OPTIMISTIC)
        add(lines, "Ambiguous bars",
            "optimistic: the targets come before the stop; the figures are an upper bound, see BOUNDS");
    else
        add(lines, "Ambiguous bars",
            "pessimistic: the stop comes before the targets; see BOUNDS for the other reading");
}

static void cost_lines(const struct tr_backtest *b, struct lines *lines)
{
    const struct tr_cost_options *c = &b->options.account.cost;
    const struct tr_fee_schedule *fees = &b->options.account.fees;
    char tiers[200] = "the same at any volume";
    int len = 0;

    for (size_t i = 0; i < fees->n && (size_t)len < sizeof tiers - 70; i++)
        len += snprintf(tiers + len, sizeof tiers - (size_t)len, "%s%s / %s %% from %s USD", i ? ", " : "",
                        pct(fees->tier[i].maker_frac).text, pct(fees->tier[i].taker_frac).text,
                        number(fees->tier[i].volume_usd).text);
    add(lines, "Fees", "maker %s %% (targets, limit orders filled inside a bar), taker %s %% (all else); %s%s",
        pct(c->maker_frac).text, pct(c->taker_frac).text, tiers, fees->n ? " turned over in the 30 days before" : "");
    if (c->slippage_model == TR_SLIPPAGE_RANGE)
        add(lines, "Slippage", "%s of the high - low of the bar it fills in, on all that fills at market",
            number(c->slippage_range).text);
    else
        add(lines, "Slippage", "%s %% of the price, on all that fills at market", pct(c->slippage_frac).text);
}

static void funding_line(const struct tr_backtest *b, struct lines *lines)
{
    struct tr_funding none = b->n_series ? b->series[0].funding : tr_funding_none();
    size_t records = 0, with = 0;

    for (size_t i = 0; i < b->n_series; i++) {
        records += b->series[i].funding.n;
        with += b->series[i].funding.n > 0;
    }
    add(lines, "Funding",
        "%zu recorded rates (%zu of %zu series); where none is recorded %s %% every %s h is assumed: so for %zu "
        "settlements of these trades",
        records, with, b->n_series, pct(none.default_rate).text,
        number((double)none.default_step_ms / (double)TR_HOUR_MS).text, b->measures.funding_assumed);
}

static void money_lines(const struct tr_backtest *b, struct lines *lines)
{
    const struct tr_account_options *a = &b->options.account;
    char leverage[128];

    if (a->leverage > 0)
        snprintf(leverage, sizeof leverage, "leverage %.24s", number(a->leverage).text);
    else
        snprintf(leverage, sizeof leverage,
                 "leverage size / %s, at least 1, more (up to %.24s) where free money is short",
                 a->compound ? "equity" : "capital", number(a->size.max_leverage[a->profile]).text);
    add(lines, "Margin",
        "isolated: size / leverage is locked at entry; %s; a size by risk that does not fit is cut, to half at most; "
        "maintenance %s %% of the size; a liquidation loses the whole margin",
        leverage, pct(a->size.maintenance_frac).text);
    add(lines, "Capital", "%s USD; %s profile: %s %% of the %s at the stop, size at most %s times it; %s",
        number(a->size.capital_usd).text, tr_profile_name(a->profile), pct(a->size.risk_frac[a->profile]).text,
        a->compound ? "equity" : "capital", number(a->size.max_leverage[a->profile]).text,
        a->compound ? "compounding: profits raise the next size" : "no compounding: each size is set by the same sum");
}

static void cap_text(char *out, size_t size, const char *what, double cap, bool compound)
{
    if (cap > 0)
        snprintf(out, size, "%s %s times the %s", what, number(cap).text, compound ? "equity" : "capital");
    else
        snprintf(out, size, "%s without limit", what);
}

static void caps_line(const struct tr_backtest *b, struct lines *lines)
{
    const struct tr_account_options *a = &b->options.account;
    char open[64], side[128], correlated[256];

    if (a->max_open)
        snprintf(open, sizeof open, "at most %zu in all", a->max_open);
    else
        snprintf(open, sizeof open, "any number in all");
    cap_text(side, sizeof side, "sizes of one side", a->max_side_exposure, a->compound);
    cap_text(correlated, sizeof correlated, "of correlated series", a->max_correlated_exposure, a->compound);
    if (a->max_correlated_exposure > 0)
        snprintf(correlated + strlen(correlated), sizeof correlated - strlen(correlated),
                 " (correlation from %s on over %zu bars)", number(a->correlation).text, a->correlation_bars);
    add(lines, "Positions", "one at a time in a series, %s; %s, %s", open, side, correlated);
}

static void market_line(const struct tr_backtest *b, struct lines *lines)
{
    const struct tr_market_limits *m = &b->recipe.limits;

    if (m->price_step <= 0 && m->size_step <= 0 && m->min_size <= 0 && m->min_notional_usd <= 0 && m->max_leverage <= 0)
        add(lines, "Market", "no steps of price or size, no minimum");
    else
        add(lines, "Market",
            "price step %s, size step %s, least size %s, least worth %s USD, leverage at most %s "
            "(0 = none such)",
            number(m->price_step).text, number(m->size_step).text, number(m->min_size).text,
            number(m->min_notional_usd).text, number(m->max_leverage).text);
}

size_t tr_view_account_assumptions(const struct tr_backtest *b, struct tr_view_line line[TR_VIEW_ASSUMPTIONS])
{
    struct lines lines = {line, 0};

    entries_line(b, &lines);
    ladder_line(b, &lines);
    intrabar_line(b, &lines);
    cost_lines(b, &lines);
    funding_line(b, &lines);
    money_lines(b, &lines);
    caps_line(b, &lines);
    market_line(b, &lines);
    add(&lines, "At the end",
        "positions that are open when the bars end are valued at the last close, with the costs of leaving there; they "
        "count in the equity and the total, in no rate");
    add(&lines, "Figures",
        "equity at every close, ratios from its daily returns, 365 days a year; 95 %% intervals: Wilson on effective "
        "counts for rates, "
        "stationary block bootstrap for the rest (%zu draws)",
        b->options.draws);
    return lines.n;
}

const char *tr_view_psr_unknown(const struct tr_backtest *b)
{
    if (!isnan(b->measures.psr))
        return NULL;
    if (b->measures.n_days < 2)
        return "under two days were tested";
    return isnan(b->measures.daily.ratio) ? "no day differs from the others"
                                          : "the daily returns are too lopsided for it";
}

const char *tr_view_deflated_unknown(const struct tr_backtest *b)
{
    if (!b->counted)
        return "the ledger holds no trial of it";
    if (isnan(b->expected_max))
        return "fewer than two of the trials have a Sharpe ratio over 15 days or more";
    return isnan(b->deflated) ? "the Sharpe ratio is not defined" : NULL;
}

const char *tr_view_pbo_unknown(const struct tr_backtest *b)
{
    if (!isnan(b->pbo))
        return NULL;
    return b->variants < 2 ? "it takes at least two stored runs of these series and entries"
                           : "the runs share too few days";
}

/* The one recorded column that bars give: out of finer ones, where there are any. */
static bool makes_realized(const struct tr_backtest *b, size_t column)
{
    bool fine = false;

    for (size_t i = 0; i < b->n_series; i++)
        fine = fine || b->series[i].fine.n > 0;
    return fine && column == TR_REALIZED_VOL;
}

size_t tr_view_columns_checked(const struct tr_backtest *b)
{
    size_t checked = 0, used = 1;

    for (size_t k = TR_FEATURE_OVERLAYS; k < TR_FEATURE_COLUMNS; k++)
        used += b->options.source == TR_BACKTEST_WALKFORWARD && (!tr_feature_info(k)->recorded || makes_realized(b, k));

    for (size_t i = 0; i < b->n_series; i++) {
        size_t columns = b->series[i].lookahead.rows ? b->series[i].lookahead.columns : 0;

        checked = columns > checked ? columns : checked;
    }
    return checked < used ? checked : used;
}

const char *tr_view_column_name(size_t column)
{
    return column < TR_FEATURE_COLUMNS ? tr_feature_info(column)->name : "a column of another source";
}

/* + 0.0: what is nothing has no sign. */
double tr_view_trade_mae(const struct tr_account_trade *t)
{
    double entry = t->outcome.entry_price;

    return fmin(0, tr_side_sign(t->side) * (t->outcome.worst - entry) / entry) + 0.0;
}

double tr_view_trade_mfe(const struct tr_account_trade *t)
{
    double entry = t->outcome.entry_price;

    return fmax(0, tr_side_sign(t->side) * (t->outcome.best - entry) / entry) + 0.0;
}

double tr_view_trade_net_pct(const struct tr_account_trade *t)
{
    return 100 * tr_money_usd(t->net) / t->size_usd + 0.0;
}
