#include "app/view/runs_view.h"

#include "app/view/figure.h"
#include "app/view/table.h"
#include "app/view/walkforward_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SERIES_WIDTH 24 /* of a line of runs, which a screen has to hold ... */
#define ID_WIDTH 8      /* ... and enough of the id to name the run by */

static double pct(double frac)
{
    return frac * 100;
}

void tr_view_runs_json(const struct tr_backtest_row *rows, size_t n, struct tr_json *json)
{
    tr_json_array(json, "runs");
    for (size_t i = 0; i < n; i++) {
        const struct tr_backtest_row *r = &rows[i];

        tr_json_object(json, NULL);
        tr_json_string(json, "id", r->id);
        tr_json_string(json, "label", r->label);
        tr_json_time(json, "created", r->created);
        tr_json_string(json, "series", r->series);
        tr_json_string(json, "entries", r->entries);
        tr_json_time(json, "from", r->from);
        tr_json_time(json, "to", r->to);
        tr_json_int(json, "trades", (int64_t)r->trades);
        tr_json_number(json, "total_profit_pct", pct(r->total_return_frac));
        tr_json_number(json, "max_drawdown_pct", pct(r->max_drawdown_frac));
        tr_json_number(json, "sharpe_ratio", r->sharpe);
        tr_json_number(json, "profit_factor", r->profit_factor);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void day_of(tr_time_ms time, char out[TR_TIME_TEXT])
{
    tr_time_format(time, out);
    out[10] = '\0';
}

/* The first `most` characters, the last three of them dots where there are more. */
static void shorten(const char *text, size_t most, char *out)
{
    size_t len = strlen(text);

    memcpy(out, text, len < most ? len : most);
    out[len < most ? len : most] = '\0';
    if (len > most)
        memcpy(out + most - 3, "...", 3);
}

void tr_view_runs_text(const struct tr_backtest_row *rows, size_t n, struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<Run|<Series|<Entries|<From|Days|Trades|Profit|Drawdown|Sharpe|<Label");

    for (size_t i = 0; i < n; i++) {
        const struct tr_backtest_row *r = &rows[i];
        char from[TR_TIME_TEXT], series[SERIES_WIDTH + 1];

        day_of(r->from, from);
        shorten(r->series, SERIES_WIDTH, series);
        tr_table_cell(table, "%.*s", ID_WIDTH, r->id);
        tr_table_cell(table, "%s", series);
        tr_table_cell(table, "%s", r->entries);
        tr_table_cell(table, "%s", from);
        tr_table_number(table, (double)(r->to - r->from) / (double)TR_DAY_MS, 0);
        tr_table_cell(table, "%zu", r->trades);
        tr_table_cell(table, "%s", tr_figure_signed_percent(r->total_return_frac, 2).text);
        tr_table_percent(table, r->max_drawdown_frac, 1);
        tr_table_number(table, r->sharpe, 2);
        tr_table_cell(table, "%s", r->label);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
}

static void csv_text(struct tr_buf *out, const char *text)
{
    tr_buf_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            tr_buf_char(out, '"');
        tr_buf_char(out, *text);
    }
    tr_buf_char(out, '"');
}

void tr_view_runs_csv(const struct tr_backtest_row *rows, size_t n, struct tr_buf *out)
{
    tr_buf_text(out, "id,created,series,entries,label,from,to,trades,total_profit_pct,max_drawdown_pct,sharpe_ratio,"
                     "profit_factor\n");
    for (size_t i = 0; i < n; i++) {
        const struct tr_backtest_row *r = &rows[i];
        const double figures[] = {pct(r->total_return_frac), pct(r->max_drawdown_frac), r->sharpe, r->profit_factor};

        tr_buf_printf(out, "%s,%lld,", r->id, (long long)r->created);
        csv_text(out, r->series);
        tr_buf_printf(out, ",%s,", r->entries);
        csv_text(out, r->label);
        tr_buf_printf(out, ",%lld,%lld,%zu", (long long)r->from, (long long)r->to, r->trades);
        for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
            tr_buf_char(out, ',');
            if (isfinite(figures[k]))
                tr_buf_printf(out, "%.10g", figures[k]);
        }
        tr_buf_char(out, '\n');
    }
}

static const char *verdict_word(const struct tr_paired *paired)
{
    switch (paired->verdict) {
    case TR_PAIRED_BETTER:
        return "better";
    case TR_PAIRED_WORSE:
        return "worse";
    case TR_PAIRED_UNDECIDED:
        return "undecided";
    case TR_PAIRED_UNKNOWN:
        break;
    }
    return "unknown";
}

/* The figure and its interval, by the names a report has for them: "win_rate_interval", "total_profit_interval_pct". */
static void json_measured(const char *key, double scale, const struct tr_measured *m, struct tr_json *json)
{
    struct tr_interval interval = {m->interval.lower * scale, m->interval.upper * scale};
    size_t len = strlen(key), percent = len > 4 && strcmp(key + len - 4, "_pct") == 0 ? 4 : 0;
    char name[64];

    tr_json_number(json, key, m->value * scale);
    snprintf(name, sizeof name, "%.*s_interval%s", (int)(len - percent), key, key + len - percent);
    tr_view_interval_json(name, &interval, json);
}

static void json_run(const struct tr_backtest_comparison *c, size_t v, struct tr_json *json)
{
    const struct tr_backtest_report *r = &c->report[v];

    tr_json_object(json, NULL);
    tr_json_string(json, "id", r->id);
    tr_json_string(json, "label", r->label);
    tr_json_string(json, "series", r->series);
    tr_json_string(json, "entries", r->entries);
    tr_json_time(json, "from", r->from);
    tr_json_time(json, "to", r->to);
    tr_json_int(json, "trades", (int64_t)r->trades);
    json_measured("total_profit_pct", 100, &r->total_return, json);
    json_measured("max_drawdown_pct", 100, &r->max_drawdown, json);
    json_measured("sharpe_ratio", 1, &r->sharpe, json);
    json_measured("profit_factor", 1, &r->profit_factor, json);
    json_measured("win_rate", 1, &r->win_rate, json);
    json_measured("hit_rate_tp1", 1, &r->hit_rate_tp1, json);
    json_measured("avg_net_profit_pct", 100, &r->average_net_frac, json);
    tr_json_number(json, "net_usd", r->net_usd);
    tr_json_number(json, "fees_usd", r->fees_usd);
    tr_json_number(json, "slippage_usd", r->slippage_usd);
    tr_json_number(json, "funding_usd", r->funding_usd);
    tr_json_number(json, "shared_days_profit_pct", pct(c->total_return[v]));
    tr_json_number(json, "correlation", c->correlation[v]);
    if (v) {
        struct tr_interval interval = {pct(c->paired[v].interval.lower), pct(c->paired[v].interval.upper)};

        tr_json_number(json, "daily_difference_pct", pct(c->paired[v].difference));
        tr_view_interval_json("daily_difference_interval_pct", &interval, json);
        tr_json_string(json, "verdict", verdict_word(&c->paired[v]));
    }
    tr_json_object_end(json);
}

void tr_view_comparison_json(const struct tr_backtest_comparison *c, struct tr_json *json)
{
    tr_json_bool(json, "same_series", c->same_series);
    tr_json_int(json, "shared_days", (int64_t)c->days);
    tr_json_time(json, "first_day", c->first_day);
    tr_json_time(json, "last_day", c->last_day);
    tr_json_number(json, "block_days", c->block_days);
    tr_json_array(json, "runs");
    for (size_t v = 0; v < c->n; v++)
        json_run(c, v, json);
    tr_json_array_end(json);
    tr_json_number(json, "pbo", c->has_pbo ? c->pbo.pbo : (double)NAN);
    tr_json_int(json, "pbo_choices", c->has_pbo ? (int64_t)c->pbo.choices : 0);
}

static void number_cell(struct tr_table *table, const struct tr_measured *m)
{
    struct tr_figure figure = tr_figure_number(m->value, 2);
    const char *value = figure.text;

    if (!isfinite(m->value))
        tr_table_cell(table, "%s", value);
    else if (isfinite(m->interval.lower) && isinf(m->interval.upper))
        tr_table_cell(table, "%s [%s, unbounded]", value, tr_figure_number(m->interval.lower, 2).text);
    else if (isfinite(m->interval.lower) && isfinite(m->interval.upper))
        tr_table_cell(table, "%s %s", value, tr_figure_interval(m->interval, 2).text);
    else
        tr_table_cell(table, "%s [not known]", value);
}

enum { COLUMNS = 3 }; /* runs beside each other: more are wider than a screen; the first has no difference */

struct columns {
    const struct tr_backtest_comparison *of;
    size_t from, to;
    struct tr_table *table;
};

/* As a percentage with so many digits, or with 0 digits as the number it is. */
static void measured_row(const struct columns *shown, const char *name, int percent_digits, size_t offset)
{
    tr_table_cell(shown->table, "%s", name);
    for (size_t v = shown->from; v < shown->to; v++) {
        const struct tr_measured *m = (const void *)((const char *)&shown->of->report[v] + offset);

        if (percent_digits)
            tr_table_cell(shown->table, "%s", tr_figure_rate(m->value, m->interval, percent_digits).text);
        else
            number_cell(shown->table, m);
    }
}

static void money_row(const struct columns *shown, const char *name, size_t offset)
{
    tr_table_cell(shown->table, "%s", name);
    for (size_t v = shown->from; v < shown->to; v++)
        tr_table_cell(
            shown->table, "%s",
            tr_figure_number(*(const double *)(const void *)((const char *)&shown->of->report[v] + offset), 2).text);
}

static void figures(const struct columns *shown)
{
    tr_table_cell(shown->table, "Trades");
    for (size_t v = shown->from; v < shown->to; v++)
        tr_table_cell(shown->table, "%zu", shown->of->report[v].trades);
    measured_row(shown, "Total profit", 1, offsetof(struct tr_backtest_report, total_return));
    measured_row(shown, "Average net a trade", 2, offsetof(struct tr_backtest_report, average_net_frac));
    measured_row(shown, "Largest drawdown", 1, offsetof(struct tr_backtest_report, max_drawdown));
    measured_row(shown, "Sharpe ratio", 0, offsetof(struct tr_backtest_report, sharpe));
    measured_row(shown, "Profit factor", 0, offsetof(struct tr_backtest_report, profit_factor));
    measured_row(shown, "Win rate", 1, offsetof(struct tr_backtest_report, win_rate));
    measured_row(shown, "Target 1 reached", 1, offsetof(struct tr_backtest_report, hit_rate_tp1));
    money_row(shown, "Net USD", offsetof(struct tr_backtest_report, net_usd));
    money_row(shown, "Fees USD", offsetof(struct tr_backtest_report, fees_usd));
    money_row(shown, "Slippage USD", offsetof(struct tr_backtest_report, slippage_usd));
    money_row(shown, "Funding USD", offsetof(struct tr_backtest_report, funding_usd));
}

static void shared(const struct columns *shown)
{
    tr_table_cell(shown->table, "Profit over shared days");
    for (size_t v = shown->from; v < shown->to; v++)
        tr_table_cell(shown->table, "%s", tr_figure_signed_percent(shown->of->total_return[v], 2).text);
    tr_table_cell(shown->table, "A day more than the first");
    for (size_t v = shown->from; v < shown->to; v++)
        tr_table_cell(shown->table, "%s",
                      v ? tr_figure_signed_rate(shown->of->paired[v].difference, shown->of->paired[v].interval, 3).text
                        : "-");
    tr_table_cell(shown->table, "Verdict");
    for (size_t v = shown->from; v < shown->to; v++)
        tr_table_cell(shown->table, "%s", v ? verdict_word(&shown->of->paired[v]) : "-");
    tr_table_cell(shown->table, "Correlation to the first");
    for (size_t v = shown->from; v < shown->to; v++)
        tr_table_number(shown->table, v ? shown->of->correlation[v] : (double)NAN, 2);
}

static void columns(const struct tr_backtest_comparison *c, size_t from, size_t to, struct tr_buf *out)
{
    char header[64 * COLUMNS] = "<";
    struct columns shown = {.of = c, .from = from, .to = to};

    for (size_t v = from; v < to; v++) {
        size_t used = strlen(header);

        snprintf(header + used, sizeof header - used, "|%s", c->report[v].id);
    }
    shown.table = tr_table_create(header);
    figures(&shown);
    shared(&shown);
    tr_table_print(shown.table, out);
    tr_table_destroy(shown.table);
}

void tr_view_comparison_text(const struct tr_backtest_comparison *c, struct tr_buf *out)
{
    char from[TR_TIME_TEXT], to[TR_TIME_TEXT];

    day_of(c->first_day, from);
    day_of(c->last_day, to);
    tr_buf_printf(out, "BACKTESTS side by side; %zu days are shared, %s to %s.\n", c->days, from, to);
    for (size_t v = 0; v < c->n; v++)
        tr_buf_printf(out, "  %s  %s, entries: %s%s%s\n", c->report[v].id, c->report[v].series, c->report[v].entries,
                      c->report[v].label[0] ? ", " : "", c->report[v].label);
    if (!c->same_series)
        tr_buf_text(out, "They are of different series: differences are of markets as much as of entries.\n");
    for (size_t v = 0, end; v < c->n; v = end) {
        end = v + (v ? COLUMNS - 1 : COLUMNS);
        end = end < c->n ? end : c->n;
        tr_buf_char(out, '\n');
        columns(c, v, end, out);
    }
    tr_buf_printf(
        out, "\nIntervals are 95 %%. The difference a day is paired, so that days good or bad for all cancel out;\n"
             "\"undecided\" means its interval holds 0.\n");
    if (c->has_pbo)
        tr_buf_printf(out,
                      "Chance that the best of these %zu by Sharpe ratio is overfit: %s (of %zu ways to halve the "
                      "days).\n",
                      c->n, tr_figure_chance(c->pbo.pbo).text, c->pbo.choices);
    else
        tr_buf_text(out, "Too few shared days to say whether the best of them is overfit.\n");
}
