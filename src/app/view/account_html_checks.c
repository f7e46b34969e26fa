#include "app/view/account_section.h"
#include "app/view/account_words.h"
#include "app/view/figure.h"
#include "engine/feature/list.h"

#include <math.h>
#include <stdio.h>

void tr_report_account_assumptions(const struct tr_backtest *b, struct tr_html *page)
{
    struct tr_view_line line[TR_VIEW_ASSUMPTIONS];
    size_t n = tr_view_account_assumptions(b, line);

    tr_html_open(page, "div.assumed");
    tr_html_table(page, "Every figure below holds under these, and under no others", "<of|<assumed");
    for (size_t i = 0; i < n; i++) {
        tr_html_cell(page, "%s", line[i].name);
        tr_html_cell(page, "%s", line[i].text);
    }
    tr_html_table_end(page);
    tr_html_close(page, "div");
}

static void row(struct tr_html *page, const char *name, const char *result, const char *meaning)
{
    tr_html_cell(page, "%s", name);
    tr_html_cell(page, "%s", result);
    tr_html_cell(page, "%s", meaning);
}

static void bad_columns(const struct tr_backtest_series *s, struct tr_html *page)
{
    for (size_t c = 0; c < s->lookahead.columns; c++) {
        const struct tr_lookahead_column *column = &s->lookahead.column[c];
        char time[TR_TIME_TEXT] = "-";

        if (column->verdict == TR_CAUSAL)
            continue;
        if (column->first_bad < s->bars.n)
            tr_time_format(s->bars.time[column->first_bad], time);
        tr_html_wide_row(page, "%s %s: %s, %zu rows, the first at %s (%s, but %s with all bars)", s->key.symbol,
                         tr_view_column_name(c), tr_causal_verdict_name(column->verdict), column->rows_bad, time,
                         tr_figure_number(column->stream, 6).text, tr_figure_number(column->batch, 6).text);
    }
}

static void lookahead_rows(const struct tr_backtest *b, struct tr_html *page)
{
    size_t columns = tr_view_columns_checked(b), points = 0, bad = 0;

    for (size_t i = 0; i < b->n_series; i++) {
        points += b->series[i].lookahead.rows;
        bad += b->series[i].lookahead.bad;
    }
    tr_html_cell(page, "Look-ahead");
    if (!columns) {
        tr_html_cell(page, "nothing was checked");
        tr_html_cell(page, "these entries rest on no column that is computed here");
    } else if (!bad) {
        tr_html_cell(page, "none");
        tr_html_cell(
            page, "%zu %s at every one of %zu truncation points: none changes when later bars are cut off", columns,
            columns == 1 ? "column (the ATR, which sets levels)" : "columns (the models' inputs and the ATR)", points);
    } else {
        tr_html_cell(page, "FAILED");
        tr_html_cell(page,
                     "columns that do not stand at every one of %zu truncation points: %zu; nothing below is to be "
                     "believed",
                     points, bad);
    }
    for (size_t i = 0; bad && i < b->n_series; i++)
        bad_columns(&b->series[i], page);
}

#define PER_MILLE 1 /* of tr_recursive_level: 0.1 % */

static void warmup_row(const struct tr_backtest *b, struct tr_html *page)
{
    size_t need = 0, slowest = 0, trials = 0;
    double error = (double)NAN;

    for (size_t i = 0; i < b->n_series; i++) {
        const struct tr_recursive *r = &b->series[i].recursive;

        trials += r->trials;
        for (size_t c = 0; r->trials && c < r->columns; c++) {
            if (r->column[c].bars[PER_MILLE] > need) {
                need = r->column[c].bars[PER_MILLE];
                slowest = c;
            }
            error = fmax(error, r->column[c].error_at_warmup);
        }
    }
    tr_html_cell(page, "Warm-up");
    if (!trials) {
        tr_html_cell(page, "not measured");
        tr_html_cell(page, "too few bars, or no column to measure");
    } else if (need == SIZE_MAX) {
        tr_html_cell(page, "not reached");
        tr_html_cell(page, "%s is not within 0.1 %% of what the whole history makes it in any of the bars looked at",
                     tr_view_column_name(slowest));
    } else {
        tr_html_cell(page, "%zu bars", need);
        tr_html_cell(page,
                     "after so much history every column is within 0.1 %% of what the whole history makes it (the last "
                     "one: %s); %zu bars in, from where on models are fitted, the largest difference is %s %%",
                     tr_view_column_name(slowest), TR_FEATURE_WARMUP_ROWS, tr_figure_number(error * 100, 3).text);
    }
}

/* Of the series that could not decide all their ambiguous bars. */
static void detail_rows(const struct tr_backtest *b, struct tr_html *page)
{
    for (size_t i = 0; i < b->n_series; i++) {
        const struct tr_backtest_series *s = &b->series[i];

        if (s->has_detail && !s->detail_lacking)
            continue;
        tr_html_cell(page, "Finer bars of %s", s->key.symbol);
        if (s->has_detail)
            tr_html_cell(page, "%zu of %zu whole", s->detail_asked - s->detail_lacking, s->detail_asked);
        else
            tr_html_cell(page, "none");
        tr_html_cell(page, "what they do not decide is read against the trade");
    }
}

/* The account's own promise, added up here once more. */
static void sum_row(const struct tr_backtest *b, struct tr_html *page)
{
    tr_money sum = b->account.capital;
    char text[TR_MONEY_TEXT];

    for (size_t i = 0; i < b->account.n_trades; i++) {
        const struct tr_account_trade *t = &b->account.trades[i];

        sum += t->gross - t->fees - t->slippage - t->funding;
    }
    if (sum == b->account.final_equity) {
        row(page, "Money", "adds up",
            "capital and the gross of all trades, less fees, slippage and funding, is the final balance to the last "
            "hundred-millionth of a dollar");
        return;
    }
    tr_money_format(sum - b->account.final_equity, text);
    tr_html_cell(page, "Money");
    tr_html_cell(page, "off by %s USD", text);
    tr_html_cell(page, "the trades do not add up to the final balance: a fault of the program, please report it");
}

static void entry_rows(const struct tr_backtest *b, struct tr_html *page)
{
    tr_html_cell(page, "Entries that became positions");
    tr_html_cell(page, "%zu of %zu", b->account.n_trades, b->n_entries);
    tr_html_cell(page, b->account.n_open ? "some of them are still open: valued at the last close"
                                         : "all of them are closed");
    for (int i = TR_REFUSAL_NONE + 1; i < TR_REFUSALS; i++) {
        if (!b->account.refused[i])
            continue;
        tr_html_cell(page, "Refused: %s", tr_refusal_name((enum tr_refusal)i));
        tr_html_cell(page, "%zu", b->account.refused[i]);
        tr_html_cell(page, "%s", tr_view_refusal_text((enum tr_refusal)i));
    }
}

static void read_rows(const struct tr_entries_report *read, bool file, struct tr_html *page)
{
    const char *what = file ? "Rows" : "Signals", *one = file ? "line" : "signal";

    tr_html_cell(page, "%s read", what);
    tr_html_cell(page, "%zu", read->rows);
    tr_html_cell(page, "%s", read->newest_first ? "newest first: turned round" : "");
    for (int i = 0; i < TR_ENTRIES_DEFECT_COUNT; i++) {
        if (!read->refused[i])
            continue;
        tr_html_cell(page, "%s refused: %s", what, tr_entries_defect_name((enum tr_entries_defect)i));
        tr_html_cell(page, "%zu", read->refused[i]);
        tr_html_cell(page, "%s", tr_view_entries_defect_text((enum tr_entries_defect)i));
    }
    for (size_t i = 0; i < read->examples; i++)
        tr_html_wide_row(page, "%s %zu: %s", one, read->example[i].line, read->example[i].reason);
    if (read->others)
        tr_html_wide_row(page, "Columns passed over: %zu, the first of them \"%s\"", read->others, read->other[0]);
}

void tr_report_account_checks(const struct tr_backtest *b, struct tr_html *page)
{
    tr_html_open(page, "div.assumed");
    tr_html_table(page, "What was looked into, and what came out", "<check|<result|<meaning");
    lookahead_rows(b, page);
    warmup_row(b, page);
    if (b->options.intrabar == TR_BACKTEST_DETAIL)
        detail_rows(b, page);
    if (b->options.source != TR_BACKTEST_WALKFORWARD)
        read_rows(&b->file, b->options.source == TR_BACKTEST_FILE, page);
    entry_rows(b, page);
    sum_row(b, page);
    tr_html_table_end(page);
    tr_html_close(page, "div");
}
