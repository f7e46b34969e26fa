#include "app/view/account_view.h"

#include "app/view/account_words.h"

#include <math.h>
#include <stdio.h>

static void json_levels(const struct tr_account_entry *entry, struct tr_json *json)
{
    tr_json_object(json, "levels");
    tr_json_number(json, "decision_close", entry->levels.entry);
    tr_json_number(json, "atr", entry->levels.atr);
    tr_json_number(json, "stop_loss", entry->levels.stop);
    tr_json_array(json, "take_profits");
    for (size_t i = 0; i < entry->targets; i++)
        tr_json_number(json, NULL, entry->levels.target[i]);
    tr_json_array_end(json);
    tr_json_array(json, "exit_fractions");
    for (size_t i = 0; i < entry->targets; i++)
        tr_json_number(json, NULL, entry->fraction[i]);
    tr_json_array_end(json);
    tr_json_number(json, "trail_distance", entry->levels.trail_distance);
    tr_json_object_end(json);
}

static void json_fills(const struct tr_outcome *o, struct tr_json *json)
{
    size_t targets = 0;

    tr_json_array(json, "fills");
    for (size_t i = 0; i < o->fills; i++) {
        const struct tr_fill *fill = &o->fill[i];
        char name[32];

        /* The name of a target's exit is that of the last one; each fill has its own. */
        if (fill->kind == TR_EXIT_TARGET)
            snprintf(name, sizeof name, "tp%zu", ++targets);
        else
            snprintf(name, sizeof name, "%s", tr_exit_reason_name(fill->kind));
        tr_json_object(json, NULL);
        tr_json_string(json, "kind", name);
        tr_json_int(json, "bar", (int64_t)fill->bar);
        tr_json_number(json, "price", fill->price);
        tr_json_number(json, "fraction", fill->fraction);
        tr_json_bool(json, "at_open", fill->at_open);
        tr_json_object_end(json);
    }
    tr_json_array_end(json);
}

static void json_money(const struct tr_account_trade *t, struct tr_json *json)
{
    tr_json_number(json, "qty", t->quantity);
    tr_json_number(json, "size_usd", t->size_usd);
    tr_json_number(json, "leverage", t->leverage);
    tr_json_number(json, "margin_usd", t->margin_usd);
    tr_json_number(json, "liquidation_price",
                   t->outcome.liquidation_price > 0 ? t->outcome.liquidation_price : (double)NAN);
    tr_json_number(json, "maker_fee_pct", 100 * t->maker_frac);
    tr_json_number(json, "taker_fee_pct", 100 * t->taker_frac);
    tr_json_number(json, "gross_usd", tr_money_usd(t->gross));
    tr_json_number(json, "fees_usd", tr_money_usd(t->fees));
    tr_json_number(json, "slippage_usd", tr_money_usd(t->slippage));
    tr_json_number(json, "funding_usd", tr_money_usd(t->funding));
    tr_json_number(json, "net_usd", tr_money_usd(t->net));
    tr_json_number(json, "net_pct", tr_view_trade_net_pct(t));
    tr_json_int(json, "funding_assumed", (int64_t)t->money.funding_assumed);
}

static void json_trade(const struct tr_backtest *b, const struct tr_account_trade *t, struct tr_json *json)
{
    const struct tr_account_entry *entry = &b->entries[t->entry];
    const struct tr_series_key *key = &b->series[t->series].key;

    tr_json_object(json, NULL);
    tr_json_string(json, "exchange", key->exchange);
    tr_json_string(json, "symbol", key->symbol);
    tr_json_string(json, "side", tr_side_name(t->side));
    tr_json_bool(json, "proven", entry->proven);
    if (b->options.source == TR_BACKTEST_FILE)
        tr_json_int(json, "source_line", (int64_t)entry->source);
    else
        tr_json_null(json, "source_line");
    tr_json_time(json, "entry_time", t->entry_time);
    tr_json_number(json, "entry", t->money.entry_price);
    tr_json_number(json, "entry_undisturbed", t->outcome.entry_price);
    tr_json_time(json, "exit_time", t->exit_time);
    tr_json_number(json, "exit_avg", t->money.exit_price);
    tr_json_string(json, "exit_reason", tr_exit_reason_name(t->outcome.reason));
    tr_json_bool(json, "open", t->open);
    json_money(t, json);
    tr_json_int(json, "bars", (int64_t)t->outcome.bars);
    tr_json_bool(json, "tp1", t->outcome.targets_hit >= 1);
    tr_json_bool(json, "tp2", t->outcome.targets_hit >= 2);
    tr_json_bool(json, "tp3", t->outcome.targets_hit >= 3);
    tr_json_number(json, "mae", tr_view_trade_mae(t));
    tr_json_number(json, "mfe", tr_view_trade_mfe(t));
    tr_json_bool(json, "ambiguous", t->outcome.ambiguous);
    tr_json_int(json, "resolved_bars", (int64_t)t->outcome.resolved);
    json_levels(entry, json);
    json_fills(&t->outcome, json);
    tr_json_object_end(json);
}

void tr_view_account_trades_json(const struct tr_backtest *b, struct tr_json *json)
{
    tr_json_array(json, "trades");
    for (size_t i = 0; i < b->account.n_trades; i++)
        json_trade(b, &b->account.trades[i], json);
    tr_json_array_end(json);
}

void tr_view_account_daily_json(const struct tr_backtest *b, struct tr_json *json)
{
    const struct tr_backtest_measures *m = &b->measures;

    tr_json_object(json, "daily");
    tr_json_array(json, "time");
    for (size_t i = 0; i < m->n_days; i++)
        tr_json_int(json, NULL, m->day[i].day);
    tr_json_array_end(json);
    tr_json_array(json, "equity_usd");
    for (size_t i = 0; i < m->n_days; i++)
        tr_json_number(json, NULL, m->day[i].equity);
    tr_json_array_end(json);
    tr_json_array(json, "return");
    for (size_t i = 0; i < m->n_days; i++)
        tr_json_number(json, NULL, m->day[i].return_frac);
    tr_json_array_end(json);
    tr_json_object_end(json);
}
