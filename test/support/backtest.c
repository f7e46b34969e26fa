#include "support/backtest.h"

#include "base/alloc.h"
#include "engine/feature/list.h"
#include "engine/simulate/market.h"
#include "support/test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIRST_ROW 48 /* of the tested span */
#define CAPITAL ((tr_money)10000 * TR_MONEY_USD)
#define ATR_FRAC 0.01
#define INVENTED_TRIALS 7

static const struct planned {
    size_t series;
    enum tr_side side;
    size_t row;
    enum tr_exit_reason reason;
    size_t bars, hits;
    bool proven, ambiguous;
} plan[TEST_BACKTEST_TRADES] = {
    {0, TR_LONG, 100, TR_EXIT_TARGET, 14, 3, true, false},      {1, TR_SHORT, 110, TR_EXIT_STOP, 5, 0, false, false},
    {0, TR_LONG, 200, TR_EXIT_TRAILING, 20, 1, true, true},     {1, TR_LONG, 260, TR_EXIT_TIME, 48, 0, false, false},
    {0, TR_SHORT, 400, TR_EXIT_TRAILING, 9, 2, true, true},     {1, TR_SHORT, 520, TR_EXIT_TARGET, 30, 3, true, false},
    {0, TR_LONG, 700, TR_EXIT_LIQUIDATION, 3, 0, false, false}, {1, TR_LONG, 800, TR_EXIT_STOP, 7, 0, false, true},
    {0, TR_SHORT, 1000, TR_EXIT_TIME, 48, 1, false, false},     {1, TR_LONG, 1420, TR_EXIT_OPEN, 19, 1, true, false},
};
static const enum tr_refusal refused[TEST_BACKTEST_ENTRIES - TEST_BACKTEST_TRADES] = {
    TR_REFUSAL_BUSY, TR_REFUSAL_BUSY, TR_REFUSAL_SIZE, TR_REFUSAL_MARGIN, TR_REFUSAL_SIDE, TR_REFUSAL_NO_BAR};

static tr_money cents(double usd)
{
    return (tr_money)llround(usd * (double)TR_MONEY_USD);
}

static double usd(tr_money amount)
{
    return (double)amount / (double)TR_MONEY_USD;
}

static void *zeros(size_t n, size_t size)
{
    void *block = tr_alloc_zero(n, size);

    assert_non_null(block);
    return block;
}

static void make_checks(struct tr_backtest_series *s)
{
    s->lookahead = (struct tr_lookahead){.rows = s->bars.n, .columns = TR_FEATURE_COLUMNS};
    s->lookahead.column = zeros(TR_FEATURE_COLUMNS, sizeof *s->lookahead.column);
    s->recursive = (struct tr_recursive){.trials = 8, .longest = 600, .columns = TR_FEATURE_COLUMNS};
    s->recursive.column = zeros(TR_FEATURE_COLUMNS, sizeof *s->recursive.column);
    for (size_t c = 0; c < TR_FEATURE_COLUMNS; c++) {
        struct tr_recursive_column *r = &s->recursive.column[c];

        s->lookahead.column[c] = (struct tr_lookahead_column){TR_CAUSAL, 0, s->bars.n, (double)NAN, (double)NAN};
        for (size_t l = 0; l < TR_RECURSIVE_LEVELS; l++)
            r->bars[l] = 20 + 5 * c % 200 + 60 * l;
        r->error_at_warmup = 1e-4 * (double)(c % 7);
    }
}

static void make_series(size_t number, struct tr_backtest_series *s)
{
    static const char *const symbol[TEST_BACKTEST_SERIES] = {"BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"};
    static const double price[TEST_BACKTEST_SERIES] = {60000, 3400, 130};
    struct tr_simulate_options options = tr_simulate_defaults();
    struct tr_error err = {0};

    options.seed = 11 + number;
    options.n = TEST_BACKTEST_BARS;
    options.price = price[number];
    options.start = tr_time_from_civil(&(struct tr_civil){.year = 2024, .month = 3, .day = 1});
    tr_bar_list_init(&s->list, TR_TIMEFRAME_1H);
    assert_ok(tr_simulate_market(&options, &s->list, &err), &err);
    s->bars = tr_bar_list_view(&s->list);
    snprintf(s->key.exchange, sizeof s->key.exchange, "sandbox");
    snprintf(s->key.symbol, sizeof s->key.symbol, "%s", symbol[number]);
    s->key.timeframe = TR_TIMEFRAME_1H;
    s->atr = zeros(s->bars.n, sizeof *s->atr);
    for (size_t i = 0; i < s->bars.n; i++)
        s->atr[i] = ATR_FRAC * s->bars.close[i];
    s->funding = tr_funding_none();
    if (number == 0) {
        s->funding.n = 3;
        s->funding_time = zeros(3, sizeof *s->funding_time);
        s->funding_rate = zeros(3, sizeof *s->funding_rate);
        for (size_t i = 0; i < 3; i++) {
            s->funding_time[i] = s->bars.time[96 + 8 * i];
            s->funding_rate[i] = 0.0001 * (double)(i + 1);
        }
        s->funding.time = s->funding_time;
        s->funding.rate = s->funding_rate;
    }
    s->market_change = s->bars.close[s->bars.n - 1] / s->bars.open[FIRST_ROW] - 1;
    s->detail_timeframe = TR_TIMEFRAME_5M;
    s->has_detail = number < 2;
    s->detail_asked = number == 0 ? 4 : number == 1 ? 1 : 0;
    s->detail_lacking = number == 0 ? 1 : 0;
    make_checks(s);
}

static struct tr_levels make_levels(const struct tr_ladder *ladder, const struct tr_bars *bars, size_t row,
                                    enum tr_side side)
{
    struct tr_levels l = {.side = side, .entry = bars->close[row], .atr = ATR_FRAC * bars->close[row]};

    l.stop = l.entry - tr_side_sign(side) * ladder->stop_atr * l.atr;
    for (int i = 0; i < TR_TARGETS; i++)
        l.target[i] = l.entry + tr_side_sign(side) * ladder->target_atr[i] * l.atr;
    l.trail_distance = ladder->trail_atr * l.atr;
    return l;
}

static double leaving_price(const struct planned *p, const struct tr_levels *l, const struct tr_account_trade *t,
                            double close)
{
    switch (p->reason) {
    case TR_EXIT_STOP:
        return l->stop;
    case TR_EXIT_TRAILING:
        return p->hits > 1 ? l->target[0] : l->entry;
    case TR_EXIT_LIQUIDATION:
        return t->outcome.liquidation_price;
    case TR_EXIT_OPEN:
    case TR_EXIT_TARGET:
    case TR_EXIT_TIME:
    case TR_EXIT_UNFILLED:
    case TR_EXIT_REASONS:
        break;
    }
    return close;
}

static void make_outcome(const struct planned *p, const struct tr_ladder *ladder, const struct tr_levels *l,
                         const struct tr_bars *bars, struct tr_account_trade *t)
{
    struct tr_outcome *o = &t->outcome;
    double sign = tr_side_sign(p->side), left = 1;

    o->reason = p->reason;
    o->bars = p->bars;
    o->targets_hit = p->hits;
    o->tp1 = p->hits > 0;
    o->ambiguous = p->ambiguous;
    o->resolved = p->ambiguous && p->series == 0;
    o->entry_price = bars->open[p->row + 1];
    o->liquidation_price = t->leverage > 1 ? o->entry_price * (1 - sign * (1 / t->leverage - 0.005)) : 0;
    for (size_t i = 0; i < p->hits; i++) {
        size_t bar = p->reason == TR_EXIT_TARGET ? p->bars * (i + 1) / p->hits : p->bars * (i + 1) / (p->hits + 1);

        o->target_bar[i] = bar;
        o->fill[o->fills++] = (struct tr_fill){bar, l->target[i], ladder->fraction[i], TR_EXIT_TARGET, false};
        left -= ladder->fraction[i];
    }
    if (p->reason != TR_EXIT_TARGET) {
        double price = leaving_price(p, l, t, bars->close[p->row + p->bars]);

        o->fill[o->fills++] = (struct tr_fill){p->bars, price, left, p->reason, false};
    }
    o->tp1_bars = p->hits ? o->target_bar[0] : p->bars;
    o->best = o->worst = o->entry_price;
    for (size_t i = 0; i < o->fills; i++) {
        double price = o->fill[i].price;

        o->average_exit += o->fill[i].fraction * price;
        o->best = sign * (price - o->best) > 0 ? price : o->best;
        o->worst = sign * (price - o->worst) < 0 ? price : o->worst;
    }
    o->average_exit = p->reason == TR_EXIT_OPEN ? (double)NAN : o->average_exit;
}

static void book(struct tr_account_trade *t, tr_time_ms time, double gross, double fees, double slippage,
                 double funding)
{
    struct tr_settlement *m = &t->money;

    m->booking[m->bookings++] = (struct tr_booking){time, gross, fees, slippage, funding};
    m->gross_frac += gross;
    m->fees_frac += fees;
    m->slippage_frac += slippage;
    m->funding_frac += funding;
    t->gross += cents(gross * t->size_usd);
    t->fees += cents(fees * t->size_usd);
    t->slippage += cents(slippage * t->size_usd);
    t->funding += cents(funding * t->size_usd);
}

static void make_money(const struct tr_bars *bars, const struct planned *p, double slippage, struct tr_account_trade *t)
{
    const struct tr_outcome *o = &t->outcome;
    double sign = tr_side_sign(t->side), leaving = 0;

    t->money.entry_price = o->entry_price * (1 + sign * slippage);
    book(t, t->entry_time, 0, t->taker_frac, slippage, 0);
    for (size_t i = 0; i < o->fills; i++) {
        const struct tr_fill *f = &o->fill[i];
        bool market = f->kind != TR_EXIT_TARGET && f->kind != TR_EXIT_LIQUIDATION;
        double worth = f->fraction * f->price / o->entry_price, slip = market ? slippage * worth : 0;
        size_t settlements = f->bar / 8;
        double gross = sign * (worth - f->fraction), fee = worth * t->taker_frac;

        if (f->kind == TR_EXIT_TARGET)
            fee = worth * t->maker_frac;
        if (f->kind == TR_EXIT_LIQUIDATION)
            fee = f->fraction / t->leverage + gross; /* what is left of the margin */
        leaving += f->fraction * f->price * (1 - (market ? sign * slippage : 0));
        book(t, bars->time[p->row + f->bar] + TR_HOUR_MS, gross, fee, slip,
             sign * 0.0001 * f->fraction * (double)settlements);
    }
    t->money.exit_price = leaving;
    t->money.funding_assumed = p->series == 0 && p->row < 120 ? 0 : p->bars / 8;
    t->money.net_frac = t->money.gross_frac - t->money.fees_frac - t->money.slippage_frac - t->money.funding_frac;
    t->net = t->gross - t->fees - t->slippage - t->funding;
}

static void make_trade(const struct tr_backtest *b, size_t number, struct tr_account_trade *t)
{
    const struct planned *p = &plan[number];
    const struct tr_bars *bars = &b->series[p->series].bars;
    double entry = bars->open[p->row + 1];

    memset(t, 0, sizeof *t);
    t->entry = number;
    t->series = p->series;
    t->side = p->side;
    t->quantity = rint(12000 / entry * 1000) / 1000;
    t->size_usd = t->quantity * entry;
    t->leverage = b->options.account.leverage;
    t->margin_usd = t->size_usd / t->leverage;
    t->maker_frac = b->options.account.cost.maker_frac;
    t->taker_frac = b->options.account.cost.taker_frac;
    t->entry_time = bars->time[p->row + 1];
    t->exit_time = bars->time[p->row + p->bars] + TR_HOUR_MS;
    t->open = p->reason == TR_EXIT_OPEN;
    make_outcome(p, &b->recipe.gate.ladder, &b->entries[number].levels, bars, t);
    make_money(bars, p, b->options.account.cost.slippage_frac, t);
}

static void make_entries(struct tr_backtest *b)
{
    b->n_entries = TEST_BACKTEST_ENTRIES;
    b->entries = zeros(b->n_entries, sizeof *b->entries);
    for (size_t i = 0; i < b->n_entries; i++) {
        const struct planned *p = &plan[i < TEST_BACKTEST_TRADES ? i : TEST_BACKTEST_TRADES - 1];
        size_t row = i < TEST_BACKTEST_TRADES ? p->row : 1424 + 3 * (i - TEST_BACKTEST_TRADES);
        struct tr_account_entry *e = &b->entries[i];

        e->series = p->series;
        e->row = row;
        e->levels = make_levels(&b->recipe.gate.ladder, &b->series[p->series].bars, row, p->side);
        e->targets = TR_TARGETS;
        memcpy(e->fraction, b->recipe.gate.ladder.fraction, sizeof e->fraction);
        e->proven = p->proven;
        e->source = i + 2 + (i > 4);
        b->series[p->series].entries++;
    }
    b->file = (struct tr_entries_report){.rows = TEST_BACKTEST_ENTRIES + 4, .accepted = TEST_BACKTEST_ENTRIES};
    b->file.refused[TR_ENTRIES_BAD_TIME] = 1;
    b->file.refused[TR_ENTRIES_OUTSIDE] = 3;
    b->file.others = 1;
    snprintf(b->file.other[0], sizeof b->file.other[0], "comment");
    b->file.examples = 2;
    b->file.example[0] = (struct tr_entries_example){7, TR_ENTRIES_BAD_TIME, "\"yesterday\" is no time"};
    b->file.example[1] =
        (struct tr_entries_example){19, TR_ENTRIES_OUTSIDE, "2024-05-02T00:00:00Z lies after the last bar"};
}

static void make_equity(struct tr_backtest *b)
{
    struct tr_account *a = &b->account;

    a->points = TEST_BACKTEST_BARS - FIRST_ROW + 1;
    a->time = zeros(a->points, sizeof *a->time);
    a->equity = zeros(a->points, sizeof *a->equity);
    a->exposure = zeros(a->points, sizeof *a->exposure);
    a->capital = a->final_equity = CAPITAL;
    for (size_t i = 0; i < a->n_trades; i++)
        a->final_equity += a->trades[i].net;
    for (size_t k = 0; k < a->points; k++) {
        tr_money cash = a->capital;
        double open = 0;

        a->time[k] = b->from + (tr_time_ms)k * TR_HOUR_MS;
        for (size_t i = 0; i < a->n_trades; i++) {
            const struct tr_account_trade *t = &a->trades[i];

            if (t->exit_time <= a->time[k]) {
                cash += t->net;
            } else if (t->entry_time < a->time[k]) {
                double close = b->series[t->series].bars.close[FIRST_ROW + k - 1];

                open += tr_side_sign(t->side) * t->quantity * (close - t->outcome.entry_price);
                a->exposure[k] += t->quantity * close;
            }
        }
        a->equity[k] = usd(cash) + open;
    }
    a->equity[a->points - 1] = usd(a->final_equity);
}

static void make_fan(struct tr_fan *fan, size_t n)
{
    fan->steps = 20;
    fan->row = zeros(fan->steps, sizeof *fan->row);
    for (size_t q = 0; q < TR_FAN_QUANTILES; q++)
        fan->value[q] = zeros(fan->steps, sizeof *fan->value[q]);
    for (size_t k = 0; k < fan->steps; k++) {
        fan->row[k] = k * n / (fan->steps - 1);
        for (size_t q = 0; q < TR_FAN_QUANTILES; q++)
            fan->value[q][k] = 1 + ((double)q - 1.9) * 0.02 * sqrt((double)k);
    }
    fan->loss_chance = 0.62;
    fan->drawdown_median = 0.07;
    fan->drawdown_95 = 0.16;
}

static void make_world(struct tr_backtest *b)
{
    struct tr_account_options *a = &b->options.account;

    memset(b, 0, sizeof *b);
    tr_recipe_defaults(&b->recipe);
    b->timeframe = TR_TIMEFRAME_1H;
    b->n_series = TEST_BACKTEST_SERIES;
    b->series = zeros(b->n_series, sizeof *b->series);
    for (size_t i = 0; i < b->n_series; i++)
        make_series(i, &b->series[i]);
    b->from = b->series[0].bars.time[FIRST_ROW];
    b->to = b->series[0].bars.time[TEST_BACKTEST_BARS - 1] + TR_HOUR_MS;
    b->options = (struct tr_backtest_options){.source = TR_BACKTEST_FILE,
                                              .entries = "entries.csv",
                                              .intrabar = TR_BACKTEST_DETAIL,
                                              .draws = 1000,
                                              .label = "first try"};
    a->size = tr_size_defaults();
    a->profile = TR_MODERATE;
    a->leverage = 10;
    a->max_open = 3;
    a->max_side_exposure = 4;
    a->correlation = 0.7;
    a->correlation_bars = 168;
    a->cost = tr_cost_defaults();
    a->fees = (struct tr_fee_schedule){1, {{5e6, 0.00016, 0.0005}}};
    a->from = b->from;
    a->to = b->to;
    make_entries(b);
    b->account.refusal = zeros(b->n_entries, sizeof *b->account.refusal);
    b->market_change = (b->series[0].market_change + b->series[1].market_change + b->series[2].market_change) / 3;
    b->counted = true;
    b->trials = INVENTED_TRIALS;
    b->expected_max = 0.08;
    b->deflated = 0.21;
    b->variants = 3;
    b->pbo_days = 58;
    b->pbo = 0.4;
    snprintf(b->id, sizeof b->id, "0123456789abcdef");
    for (size_t i = 0; i + 1 < sizeof b->config; i++)
        b->config[i] = "0123456789abcdef"[i * 7 % 16];
}

void test_backtest_make(struct tr_backtest *b)
{
    make_world(b);
    b->account.n_trades = TEST_BACKTEST_TRADES;
    b->account.n_open = 1;
    b->account.trades = zeros(TEST_BACKTEST_TRADES, sizeof *b->account.trades);
    for (size_t i = 0; i < TEST_BACKTEST_TRADES; i++)
        make_trade(b, i, &b->account.trades[i]);
    for (size_t i = TEST_BACKTEST_TRADES; i < b->n_entries; i++)
        b->account.refusal[i] = refused[i - TEST_BACKTEST_TRADES];
    for (size_t i = 0; i < b->n_entries; i++)
        b->account.refused[b->account.refusal[i]]++;
    make_equity(b);
    test_backtest_measure(b);
    make_fan(&b->measures.fan, b->measures.n_days);
    b->pessimistic = (struct tr_backtest_bound){9, 3, -310.25, -0.031, 0.12, 0.33, 0.71, 0.44};
    b->optimistic = (struct tr_backtest_bound){9, 3, 182.5, 0.01825, 0.09, 0.56, 1.22, 0.67};
}

void test_backtest_make_empty(struct tr_backtest *b)
{
    make_world(b);
    for (size_t i = 0; i < b->n_entries; i++)
        b->account.refusal[i] = i % 2 ? TR_REFUSAL_SIZE : TR_REFUSAL_MARGIN;
    for (size_t i = 0; i < b->n_entries; i++)
        b->account.refused[b->account.refusal[i]]++;
    make_equity(b);
    test_backtest_measure(b);
    b->measures.fan =
        (struct tr_fan){.loss_chance = (double)NAN, .drawdown_median = (double)NAN, .drawdown_95 = (double)NAN};
    b->pessimistic = b->optimistic =
        (struct tr_backtest_bound){.win_rate = (double)NAN, .profit_factor = (double)NAN, .hit_rate_tp1 = (double)NAN};
    b->counted = false;
    b->deflated = b->expected_max = b->pbo = (double)NAN;
    b->variants = 1;
    b->pbo_days = 0;
}

static void finish_measures(struct tr_backtest_measures *m)
{
    tr_free(m->series);
    tr_free(m->day);
    tr_free(m->month);
    tr_free(m->fan.row);
    for (size_t q = 0; q < TR_FAN_QUANTILES; q++)
        tr_free(m->fan.value[q]);
}

void test_backtest_finish(struct tr_backtest *b)
{
    for (size_t i = 0; i < b->n_series; i++) {
        tr_bar_list_finish(&b->series[i].list);
        tr_free(b->series[i].atr);
        tr_free(b->series[i].funding_time);
        tr_free(b->series[i].funding_rate);
        tr_free(b->series[i].lookahead.column);
        tr_free(b->series[i].recursive.column);
    }
    tr_free(b->series);
    tr_free(b->entries);
    tr_free(b->account.trades);
    tr_free(b->account.refusal);
    tr_free(b->account.time);
    tr_free(b->account.equity);
    tr_free(b->account.exposure);
    finish_measures(&b->measures);
    memset(b, 0, sizeof *b);
}
