#include "app/view/account_text.h"

#include "app/view/figure.h"
#include "app/view/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void tr_view_duration(double hours, char out[TR_VIEW_DURATION])
{
    long long minutes;

    if (!isfinite(hours) || fabs(hours) > 1e12) {
        snprintf(out, TR_VIEW_DURATION, "-");
        return;
    }
    minutes = llround(hours * 60);
    if (minutes >= 24 * 60)
        snprintf(out, TR_VIEW_DURATION, "%lldd %02lld:%02lld", minutes / (24 * 60), minutes / 60 % 24, minutes % 60);
    else
        snprintf(out, TR_VIEW_DURATION, "%lld:%02lld", minutes / 60, minutes % 60);
}

static void money_cell(struct tr_table *table, double usd)
{
    tr_table_cell(table, "%s", tr_figure_signed(usd, 2).text);
}

static void win_cells(struct tr_table *table, const struct tr_trade_group *g)
{
    tr_table_cell(table, "%zu", g->wins);
    tr_table_cell(table, "%zu", g->draws);
    tr_table_cell(table, "%zu", g->losses);
    tr_table_number(table, g->trades ? 100 * (double)g->wins / (double)g->trades : (double)NAN, 1);
}

static void group_row(struct tr_table *table, const char *name, const struct tr_trade_group *g)
{
    char duration[TR_VIEW_DURATION];

    tr_view_duration(g->average_hours, duration);
    tr_table_cell(table, "%s", name);
    tr_table_cell(table, "%zu", g->trades);
    tr_table_cell(table, "%s", tr_figure_signed(100 * g->average_net_frac, 2).text);
    money_cell(table, tr_money_usd(g->net));
    tr_table_cell(table, "%s", tr_figure_signed(100 * g->net_capital_frac, 2).text);
    tr_table_cell(table, "%s", duration);
    win_cells(table, g);
}

#define NAME_MOST 16

void tr_view_series_name(const struct tr_backtest *b, size_t number, char out[TR_VIEW_SERIES_NAME])
{
    const struct tr_series_key *key = &b->series[number].key;

    snprintf(out, TR_VIEW_SERIES_NAME, "%s", key->symbol);
    if (strlen(out) > NAME_MOST)
        out[strcspn(out, ":")] = '\0'; /* the coin it settles in */
    if (strlen(out) > NAME_MOST)
        memcpy(out + NAME_MOST - 3, "...", 4);
}

static void text_series(const struct tr_backtest *b, struct tr_buf *out)
{
    struct tr_table *table =
        tr_table_create("<Series|Trades|Avg profit %|Tot profit USD|Tot %|Duration|Win|Draw|Loss|Win %");
    char name[TR_VIEW_SERIES_NAME];

    tr_buf_text(
        out, "BACKTESTING REPORT (closed trades, net of all costs; Avg in % of the size, Tot in % of the capital)\n");
    for (size_t i = 0; i < b->measures.n_series; i++) {
        tr_view_series_name(b, i, name);
        group_row(table, name, &b->measures.series[i]);
    }
    group_row(table, "TOTAL", &b->measures.all);
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_text(out, "\n");
}

static void text_open(const struct tr_backtest *b, struct tr_buf *out)
{
    struct tr_table *table;
    char time[TR_TIME_TEXT], name[TR_VIEW_SERIES_NAME];

    tr_buf_text(out, "LEFT OPEN TRADES (valued at the last close)\n");
    if (!b->account.n_open) {
        tr_buf_text(out, "None.\n\n");
        return;
    }
    table = tr_table_create("<Series|<Side|<Entered|Size USD|Profit %|Profit USD");
    for (size_t i = 0; i < b->account.n_trades; i++) {
        const struct tr_account_trade *t = &b->account.trades[i];

        if (!t->open)
            continue;
        tr_view_series_name(b, t->series, name);
        tr_time_format(t->entry_time, time);
        time[10] = ' ';
        tr_table_cell(table, "%s", name);
        tr_table_cell(table, "%s", tr_side_name(t->side));
        tr_table_cell(table, "%.16s", time);
        tr_table_number(table, t->size_usd, 2);
        tr_table_cell(table, "%s", tr_figure_signed(100 * tr_money_usd(t->net) / t->size_usd, 2).text);
        money_cell(table, tr_money_usd(t->net));
    }
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_text(out, "\n");
}

static void text_reasons(const struct tr_backtest *b, struct tr_buf *out)
{
    struct tr_table *table =
        tr_table_create("<Exit reason|Trades|Avg profit %|Tot profit USD|Tot %|Duration|Win|Draw|Loss|Win %");

    tr_buf_text(out, "EXIT REASONS (of what left last: tp3 = the last target it had)\n");
    for (int r = 0; r < TR_EXIT_REASONS; r++) {
        if (b->measures.reason[r].trades)
            group_row(table, tr_exit_reason_name((enum tr_exit_reason)r), &b->measures.reason[r]);
    }
    group_row(table, "TOTAL", &b->measures.all);
    tr_table_print(table, out);
    tr_table_destroy(table);
    tr_buf_text(out, "\n");
}

void tr_view_account_report_text(const struct tr_backtest *b, struct tr_buf *out)
{
    text_series(b, out);
    text_open(b, out);
    text_reasons(b, out);
}
