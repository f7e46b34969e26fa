#include "app/view/account_view.h"

#include "app/view/account_words.h"
#include "base/text.h"

#include <math.h>

static void add_number(struct tr_buf *out, double value)
{
    char text[TR_NUMBER_TEXT];

    tr_buf_char(out, ',');
    if (isnan(value))
        return;
    tr_text_from_double(value, text);
    tr_buf_text(out, text);
}

static void add_money(struct tr_buf *out, tr_money amount)
{
    char text[TR_MONEY_TEXT];

    tr_money_format(amount, text);
    tr_buf_char(out, ',');
    tr_buf_text(out, text);
}

static void add_row(const struct tr_backtest *b, const struct tr_account_trade *t, struct tr_buf *out)
{
    const struct tr_outcome *o = &t->outcome;

    tr_buf_printf(out, "%s,%s,%lld", b->series[t->series].key.symbol, tr_side_name(t->side), (long long)t->entry_time);
    add_number(out, t->money.entry_price);
    tr_buf_printf(out, ",%lld", (long long)t->exit_time);
    add_number(out, t->money.exit_price);
    tr_buf_printf(out, ",%s", tr_exit_reason_name(o->reason));
    add_number(out, t->quantity);
    add_money(out, t->gross);
    add_money(out, t->fees);
    add_money(out, t->slippage);
    add_money(out, t->funding);
    add_money(out, t->net);
    add_number(out, tr_view_trade_net_pct(t));
    tr_buf_printf(out, ",%zu,%d,%d,%d", o->bars, o->targets_hit >= 1, o->targets_hit >= 2, o->targets_hit >= 3);
    add_number(out, tr_view_trade_mae(t));
    add_number(out, tr_view_trade_mfe(t));
    tr_buf_printf(out, ",%d\n", o->ambiguous);
}

void tr_view_account_trades_csv(const struct tr_backtest *b, struct tr_buf *out)
{
    tr_buf_text(out, "symbol,side,entry_time,entry,exit_time,exit_avg,exit_reason,qty,gross_usd,fees_usd,slippage_usd,"
                     "funding_usd,net_usd,net_pct,bars,tp1,tp2,tp3,mae,mfe,ambiguous\n");
    for (size_t i = 0; i < b->account.n_trades; i++)
        add_row(b, &b->account.trades[i], out);
}

void tr_view_account_equity_csv(const struct tr_backtest *b, struct tr_buf *out)
{
    const struct tr_account *a = &b->account;
    double peak = a->points ? a->equity[0] : 0;

    tr_buf_text(out, "time,equity_usd,drawdown_frac\n");
    for (size_t i = 0; i < a->points; i++) {
        peak = fmax(peak, a->equity[i]);
        tr_buf_printf(out, "%lld", (long long)a->time[i]);
        add_number(out, a->equity[i]);
        add_number(out, peak > 0 ? (peak - a->equity[i]) / peak : 0);
        tr_buf_char(out, '\n');
    }
}
