#include "app/view/account_view.h"

#include "app/view/account_text.h"
#include "app/view/account_words.h"
#include "app/view/figure.h"
#include "app/view/run_view.h"
#include "app/view/table.h"
#include "app/view/walkforward_view.h"
#include "engine/feature/list.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDTH 100
#define INDENT 18
#define EXAMPLES ((size_t)10) /* of refused rows */

void tr_view_wrapped(const char *text, size_t indent, struct tr_buf *out)
{
    size_t column = indent;

    while (*text) {
        size_t len = strcspn(text, " ");

        if (text[len] == ' ' && text[len + 1] == '%')
            len += 2 + strcspn(text + len + 2, " "); /* a figure and its sign stay together */
        if (column + 1 + len > WIDTH && column > indent) {
            tr_buf_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            tr_buf_char(out, ' ');
            column++;
        }
        tr_buf_add(out, text, len);
        column += len;
        text += len + strspn(text + len, " ");
    }
    tr_buf_char(out, '\n');
}

static void print_line(const char *name, const char *text, struct tr_buf *out)
{
    tr_buf_printf(out, "  %-*s", INDENT - 2, name);
    tr_view_wrapped(text, INDENT, out);
}

static void text_title(const struct tr_backtest *b, struct tr_buf *out)
{
    char from[TR_TIME_TEXT], to[TR_TIME_TEXT];
    size_t column = 0;
    bool synthetic = false;

    tr_view_date(b->from, from);
    tr_view_date(b->to, to);
    tr_buf_printf(out, "BACKTEST %s, %s, %s to %s UTC (%s days)%s%s\n", b->id, tr_timeframe_name(b->timeframe), from,
                  to, tr_figure_number(b->measures.days, 1).text, b->options.label && *b->options.label ? ": " : "",
                  b->options.label ? b->options.label : "");
    for (size_t i = 0; i < b->n_series; i++) {
        const struct tr_series_key *key = &b->series[i].key;
        size_t len = strlen(key->symbol) + strlen(key->exchange) + 5;

        tr_buf_text(out, i == 0 || column + len > WIDTH ? i ? ",\n  " : "  " : ", ");
        column = i == 0 || column + len > WIDTH ? len : column + len;
        tr_buf_printf(out, "%s (%s)", key->symbol, key->exchange);
        synthetic = synthetic || strcmp(key->exchange, "synthetic") == 0;
    }
    tr_buf_text(out, "\n");
    if (synthetic)
        tr_buf_text(out, "*** SYNTHETIC MARKET: made from a seed; nothing below speaks of a real one ***\n");
    tr_buf_text(out, "\n");
}

static void text_assumptions(const struct tr_backtest *b, struct tr_buf *out)
{
    struct tr_view_line line[TR_VIEW_ASSUMPTIONS];
    size_t n = tr_view_account_assumptions(b, line);

    tr_buf_text(out, "ASSUMPTIONS\n");
    for (size_t i = 0; i < n; i++)
        print_line(line[i].name, line[i].text, out);
    tr_buf_text(out, "\n");
}

static void text_bad_columns(const struct tr_backtest_series *s, struct tr_buf *out)
{
    for (size_t c = 0; c < s->lookahead.columns; c++) {
        const struct tr_lookahead_column *column = &s->lookahead.column[c];
        char time[TR_TIME_TEXT] = "-";

        if (column->verdict == TR_CAUSAL)
            continue;
        if (column->first_bad < s->bars.n)
            tr_time_format(s->bars.time[column->first_bad], time);
        tr_buf_printf(out, "  *** %s %s: %s, %zu rows, the first at %s (%s, but %s with all bars)\n", s->key.symbol,
                      tr_view_column_name(c), tr_causal_verdict_name(column->verdict), column->rows_bad, time,
                      tr_figure_number(column->stream, 6).text, tr_figure_number(column->batch, 6).text);
    }
}

/* The longest history that a column needs until it is within a level of what the whole one makes it. */
static size_t longest_need(const struct tr_backtest *b, int level, size_t *column, double *error)
{
    size_t need = 0;

    *column = 0;
    *error = (double)NAN;
    for (size_t i = 0; i < b->n_series; i++) {
        const struct tr_recursive *r = &b->series[i].recursive;

        for (size_t c = 0; r->trials && c < r->columns; c++) {
            if (r->column[c].bars[level] > need) {
                need = r->column[c].bars[level];
                *column = c;
            }
            *error = fmax(*error, r->column[c].error_at_warmup);
        }
    }
    return need;
}

static void text_warmup(const struct tr_backtest *b, struct tr_buf *out)
{
    enum { PER_MILLE = 1 };
    size_t column, trials = 0, need;
    double error;
    char text[TR_VIEW_LINE_TEXT];

    need = longest_need(b, PER_MILLE, &column, &error);
    for (size_t i = 0; i < b->n_series; i++)
        trials += b->series[i].recursive.trials;
    if (!trials)
        snprintf(text, sizeof text, "not measured: too few bars");
    else if (need == SIZE_MAX)
        snprintf(text, sizeof text,
                 "*** %s is not within 0.1 %% of what the whole history makes it in any of the bars looked at",
                 tr_view_column_name(column));
    else
        snprintf(text, sizeof text,
                 "after %zu bars of history every column is within 0.1 %% of what the whole history makes it (the last "
                 "one: %s); %zu bars in, from where on models are fitted, the largest difference is %.40s %%",
                 need, tr_view_column_name(column), TR_FEATURE_WARMUP_ROWS, tr_figure_number(error * 100, 3).text);
    print_line("Warm-up", text, out);
}

static void text_checks(const struct tr_backtest *b, struct tr_buf *out)
{
    size_t columns = tr_view_columns_checked(b), points = 0, bad = 0;
    char text[TR_VIEW_LINE_TEXT];

    for (size_t i = 0; i < b->n_series; i++) {
        points += b->series[i].lookahead.rows;
        bad += b->series[i].lookahead.bad;
    }
    tr_buf_text(out, "CHECK\n");
    if (!columns)
        snprintf(text, sizeof text, "nothing was checked");
    else if (!bad)
        snprintf(text, sizeof text,
                 "%zu %s at every one of %zu truncation points: none changes when later bars are cut off", columns,
                 columns == 1 ? "column (the ATR, which sets levels)" : "columns (the models' inputs and the ATR)",
                 points);
    else
        snprintf(
            text, sizeof text,
            "*** FAILED: columns that do not stand at every one of %zu truncation points: %zu; nothing below is to be "
            "believed ***",
            points, bad);
    print_line("Look-ahead", text, out);
    for (size_t i = 0; bad && i < b->n_series; i++)
        text_bad_columns(&b->series[i], out);
    text_warmup(b, out);
    tr_buf_text(out, "\n");
}

static void text_read(const struct tr_entries_report *read, const char *what, const char *one, struct tr_buf *out)
{
    size_t refused = 0;

    for (int d = 0; d < TR_ENTRIES_DEFECT_COUNT; d++)
        refused += read->refused[d];
    tr_buf_printf(out, "  %7zu  %s read%s\n", read->rows, what,
                  read->newest_first ? " (newest first: turned round)" : "");
    if (refused)
        tr_buf_printf(out, "  %7zu  %s refused\n", refused, what);
    for (int d = 0; d < TR_ENTRIES_DEFECT_COUNT; d++) {
        if (read->refused[d])
            tr_buf_printf(out, "  %7zu    %s\n", read->refused[d],
                          tr_view_entries_defect_text((enum tr_entries_defect)d));
    }
    for (size_t i = 0; i < read->examples && i < EXAMPLES; i++)
        tr_buf_printf(out, "             %s %zu: %.75s\n", one, read->example[i].line, read->example[i].reason);
    if (refused > EXAMPLES)
        tr_buf_text(out, "             (more with --json)\n");
    if (read->others)
        tr_buf_printf(out, "  %7zu  %s passed over, the first of them \"%s\"\n", read->others,
                      read->others == 1 ? "column" : "columns", read->other[0]);
}

static void text_entries(const struct tr_backtest *b, struct tr_buf *out)
{
    const struct tr_account *a = &b->account;

    tr_buf_text(out, "ENTRIES\n");
    if (b->options.source == TR_BACKTEST_FILE)
        text_read(&b->file, "rows", "line", out);
    else if (b->options.source == TR_BACKTEST_STORED)
        text_read(&b->file, "signals", "signal", out);
    tr_buf_printf(out, "  %7zu  entries in the tested span\n", b->n_entries);
    tr_buf_printf(out, "  %7zu  became positions\n", a->n_trades);
    for (int r = TR_REFUSAL_NONE + 1; r < TR_REFUSALS; r++) {
        if (a->refused[r])
            tr_buf_printf(out, "  %7zu  refused: %s\n", a->refused[r], tr_view_refusal_text((enum tr_refusal)r));
    }
    tr_buf_text(out, "\n");
}

const char *tr_view_no_signal_text(const struct tr_backtest *b)
{
    size_t folds = 0, walked = 0;

    for (size_t i = 0; i < b->n_series; i++) {
        walked += b->series[i].run != NULL;
        folds += b->series[i].run ? b->series[i].run->wf.n_folds : 0;
    }
    if (walked && !folds)
        return "the bars are too few for a single walk-forward fold, so that no model could be made";
    return b->options.proven_only ? "there is no proven signal in the tested span"
                                  : "there is no signal in the tested span";
}

static void text_nothing(const struct tr_backtest *b, struct tr_buf *out)
{
    enum tr_refusal most = TR_REFUSAL_NONE;
    char text[TR_VIEW_LINE_TEXT];

    for (int r = TR_REFUSAL_NONE + 1; r < TR_REFUSALS; r++) {
        if (b->account.refused[r] > (most == TR_REFUSAL_NONE ? 0 : b->account.refused[most]))
            most = (enum tr_refusal)r;
    }
    if (most != TR_REFUSAL_NONE)
        snprintf(text, sizeof text, "NO TRADES: all %zu entries were refused, most of them (%zu) since %s.",
                 b->n_entries, b->account.refused[most], tr_view_refusal_text(most));
    else if (b->options.source == TR_BACKTEST_FILE)
        snprintf(text, sizeof text, "NO TRADES: %s.",
                 b->file.rows ? "every row of the file was refused" : "the file has no rows");
    else
        snprintf(text, sizeof text, "NO TRADES: %s.", tr_view_no_signal_text(b));
    tr_view_wrapped(text, 0, out);
}

void tr_view_account_text(const struct tr_backtest *b, struct tr_buf *out)
{
    text_title(b, out);
    text_assumptions(b, out);
    text_checks(b, out);
    text_entries(b, out);
    if (!b->account.n_trades) {
        text_nothing(b, out);
        return;
    }
    tr_view_account_report_text(b, out);
    tr_view_account_summary_text(b, out);
    tr_view_account_judgement_text(b, out);
    tr_view_wrapped(TR_VIEW_RISK_NOTICE, 0, out);
}
