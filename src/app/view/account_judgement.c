#include "app/view/account_text.h"

#include "app/view/account_bounds.h"
#include "app/view/account_words.h"
#include "app/view/figure.h"
#include "app/view/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#define BPS 1e4

static void text_targets(const struct tr_backtest *b, struct tr_buf *out)
{
    const struct tr_backtest_measures *m = &b->measures;
    struct tr_table *table = tr_table_create("<Target|reached by|95 % interval|random entries|<against random");

    tr_buf_text(out, "TARGETS (of closed trades that have such a target; Wilson intervals)\n");
    for (int i = 0; i < TR_TARGETS; i++) {
        const struct tr_measured *rate = &m->hit_rate[i];
        const char *verdict = rate->interval.lower > m->random_hit_rate[i]   ? "more often"
                              : rate->interval.upper < m->random_hit_rate[i] ? "less often"
                                                                             : "cannot be told apart";

        tr_table_cell(table, "target %d", i + 1);
        tr_table_percent(table, rate->value, 1);
        tr_table_cell(
            table, "%s",
            tr_figure_interval((struct tr_interval){100 * rate->interval.lower, 100 * rate->interval.upper}, 1).text);
        tr_table_percent(table, m->random_hit_rate[i], 1);
        tr_table_cell(table, "%s", isnan(rate->value) || isnan(m->random_hit_rate[i]) ? "-" : verdict);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    if (m->proven.trades)
        tr_buf_printf(out, "Of the %zu trades of proven entries %s reached target 1.\n", m->proven.trades,
                      tr_figure_rate(m->proven_hit_rate.value, m->proven_hit_rate.interval, 1).text);
    tr_buf_text(out, "\n");
}

static void text_bounds(const struct tr_backtest *b, struct tr_buf *out)
{
    const struct tr_backtest_bound chosen = tr_view_chosen_bound(b);
    bool detail = b->options.intrabar == TR_BACKTEST_DETAIL;
    char text[TR_VIEW_LINE_TEXT];
    struct tr_table *table = tr_table_create(detail ? "<Reading|pessimistic|finer bars (chosen)|optimistic"
                                                    : "<Reading|pessimistic|optimistic");

    tr_buf_text(out, "BOUNDS (bars that hold stop and target read against the trade, and for it)\n");
    for (int row = 0; row < TR_VIEW_BOUND_ROWS; row++) {
        tr_table_cell(table, "%s", tr_view_bound_name(row));
        tr_table_cell(table, "%s", tr_view_bound_figure(&b->pessimistic, row).text);
        if (detail)
            tr_table_cell(table, "%s", tr_view_bound_figure(&chosen, row).text);
        tr_table_cell(table, "%s", tr_view_bound_figure(&b->optimistic, row).text);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_view_ambiguity(b, text);
    tr_view_wrapped(text, 0, out);
    tr_buf_char(out, '\n');
}

static void cost_row(struct tr_table *table, const char *name, tr_money amount, double sizes)
{
    tr_table_cell(table, "%s", name);
    tr_table_cell(table, "%s", tr_figure_signed(tr_money_usd(amount), 2).text);
    tr_table_cell(table, "%s", tr_figure_signed(100 * tr_money_usd(amount) / sizes, 4).text);
}

static void text_costs(const struct tr_backtest *b, struct tr_buf *out)
{
    const struct tr_backtest_measures *m = &b->measures;
    struct tr_table *table = tr_table_create("<Costs|USD|% of sizes");
    double sizes = 0;

    for (size_t i = 0; i < b->account.n_trades; i++)
        sizes += b->account.trades[i].size_usd;
    tr_buf_text(out, "COSTS (all trades, open ones too)\n");
    cost_row(table, "Gross profit", m->gross, sizes);
    cost_row(table, "- fees", -m->fees, sizes);
    cost_row(table, "- slippage", -m->slippage, sizes);
    cost_row(table, m->funding < 0 ? "+ funding received" : "- funding paid", -m->funding, sizes);
    cost_row(table, "Net profit", m->net, sizes);
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_printf(out, "A round trip cost %s bps in fees and slippage; ", tr_figure_number(m->cost_frac * BPS, 1).text);
    if (m->break_even_frac > 0)
        tr_buf_printf(out, "the net would be 0 at %s bps.\n\n", tr_figure_number(m->break_even_frac * BPS, 1).text);
    else
        tr_buf_text(out, "these trades lose without any, too.\n\n");
}

static bool is_empty(const struct tr_month *m)
{
    return !m->trades && !(fabs(m->return_frac) > 0);
}

/* Months in which nothing happened are one row for all that follow one another. */
static void text_months(const struct tr_backtest *b, struct tr_buf *out)
{
    struct tr_table *table = tr_table_create("<Month|Closed trades|Net USD|Equity %");
    const struct tr_month *month = b->measures.month;

    tr_buf_text(out, "MONTHS (UTC)\n");
    for (size_t i = 0, last; i < b->measures.n_months; i = last + 1) {
        last = i;
        while (is_empty(&month[i]) && last + 1 < b->measures.n_months && is_empty(&month[last + 1]))
            last++;
        if (last > i)
            tr_table_cell(table, "%04d-%02d to %04d-%02d", month[i].year, month[i].month, month[last].year,
                          month[last].month);
        else
            tr_table_cell(table, "%04d-%02d", month[i].year, month[i].month);
        tr_table_cell(table, "%zu", month[i].trades);
        tr_table_cell(table, "%s", tr_figure_signed(tr_money_usd(month[i].net), 2).text);
        tr_table_cell(table, "%s", tr_figure_signed(100 * month[i].return_frac, 2).text);
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_text(out, "\n");
}

static void line(struct tr_buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void line(struct tr_buf *out, const char *format, ...)
{
    char text[TR_VIEW_LINE_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tr_view_wrapped(text, 0, out);
}

static void text_trials(const struct tr_backtest *b, struct tr_buf *out)
{
    const char *why = tr_view_deflated_unknown(b);

    if (why)
        line(out, "Deflated Sharpe ratio: not known, since %s.", why);
    else if (b->trials <= 1)
        line(out, "Deflated Sharpe ratio: %s; it is the first configuration tried, so nothing is deflated.",
             tr_figure_chance(b->deflated).text);
    else
        line(out,
             "Deflated Sharpe ratio: %s. %zu configurations were tried; the best of as many without skill would show "
             "a Sharpe ratio of %s a day.",
             tr_figure_chance(b->deflated).text, b->trials, tr_figure_number(b->expected_max, 3).text);
}

static void text_luck(const struct tr_backtest *b, struct tr_buf *out)
{
    const struct tr_backtest_measures *m = &b->measures;
    const char *why = tr_view_psr_unknown(b);

    tr_buf_text(out, "LUCK\n");
    if (why)
        line(out, "Probability that the true Sharpe ratio is above 0 (PSR): not known, since %s.", why);
    else
        line(out, "Probability that the true Sharpe ratio is above 0 (PSR): %s, by %zu days with a ratio of %s a day.",
             tr_figure_chance(m->psr).text, m->n_days, tr_figure_signed(m->daily.ratio, 3).text);
    text_trials(b, out);
    why = tr_view_pbo_unknown(b);
    if (why)
        line(out, "Probability of backtest overfitting (PBO): not known, since %s.", why);
    else
        line(out, "Probability of backtest overfitting (PBO): %s, over %zu stored variants and %zu days.",
             tr_figure_percent(b->pbo, 0).text, b->variants, b->pbo_days);
    if (b->passed_over)
        line(out, "%zu kept runs of these series are no variants: other costs, readings or days, or the same entries.",
             b->passed_over);
    if (m->fan.steps)
        line(out,
             "The same days drawn anew in blocks: a loss in %s of the paths; largest drawdown %s in the middle one, "
             "over %s in one of twenty.",
             tr_figure_chance(m->fan.loss_chance).text, tr_figure_percent(m->fan.drawdown_median, 1).text,
             tr_figure_percent(m->fan.drawdown_95, 1).text);
    tr_buf_text(out, "\n");
}

void tr_view_account_judgement_text(const struct tr_backtest *b, struct tr_buf *out)
{
    text_targets(b, out);
    text_bounds(b, out);
    text_costs(b, out);
    text_months(b, out);
    text_luck(b, out);
}
