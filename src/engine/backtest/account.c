#include "engine/backtest/account.h"

#include "base/alloc.h"
#include "base/order.h"
#include "engine/backtest/account_curve.h"
#include "engine/backtest/correlation.h"

#include <assert.h>
#include <math.h>

#define LEAST_SIZE_USD 0.01 /* what is smaller would drown in the rounding of money */
#define LEAST_CUT 0.5       /* of a size by risk, where the free money does not carry it whole */
#define NO_TRADE SIZE_MAX
#define NEVER INT64_MAX
#define TURNOVER_DAYS 30
#define MARGIN_SLACK_USD 1e-6 /* sums of doubles stand against each other; a millionth of a dollar decides nothing */
#define CAP_SLACK 1e-9

/* A position as it is known by now, or the order that will become one or come to nothing. */
struct held {
    size_t entry, trade; /* NO_TRADE: an order in vain */
    tr_time_ms next;     /* when it changes: its next booking's bar closes, or the order is gone */
    size_t booked;       /* bookings behind it; 0: still an order */
    double left;         /* fraction still there */
    double size, margin; /* what of them is left; of an order: as decided */
    double aside;        /* fee and slippage of an order's entry */
};

/* An entry as decided. */
struct decision {
    tr_time_ms time;
    double capital; /* that sizes, leverage and caps go by */
    double quantity, size, leverage, margin, aside;
    struct tr_cost_options cost; /* at the tier of that day */
};

struct book {
    const struct tr_account_options *options;
    const struct tr_account_series *series;
    size_t n_series;
    const struct tr_account_entry *entries;
    size_t n_entries;
    struct tr_account *account;
    size_t capacity;   /* of the trades */
    struct held *held; /* [n_held] in order of their decisions; at most one a series */
    size_t n_held;
    tr_time_ms next; /* the first of theirs */
    tr_money cash;   /* capital and what is booked by now */
    double *turnover;
    tr_time_ms first_day; /* of turnover */
};

const char *tr_refusal_name(enum tr_refusal refusal)
{
    static const char *const names[TR_REFUSALS] = {"taken",  "no_bar", "busy",       "size",    "max_open",
                                                   "margin", "side",   "correlated", "expired", "unfilled"};
    return (unsigned)refusal < TR_REFUSALS ? names[refusal] : "unknown";
}

static tr_time_ms close_time(const struct tr_bars *bars, size_t row)
{
    return bars->time[row] + tr_timeframe_ms(bars->timeframe);
}

static const struct tr_bars *bars_of(const struct book *book, const struct tr_account_entry *entry)
{
    return book->series[entry->series].bars;
}

/* --- What time brings --- */

static void add_turnover(struct book *book, const struct tr_account_trade *trade, size_t booking)
{
    if (!book->turnover)
        return;
    double usd = trade->size_usd;
    if (booking > 0)
        usd = trade->outcome.fill[booking - 1].fraction * trade->quantity * trade->outcome.fill[booking - 1].price;
    book->turnover[(trade->money.booking[booking].time - book->first_day) / TR_DAY_MS] += usd;
}

/* The next booking becomes known. Returns false where it was the last, or the order is gone. */
static bool step(struct book *book, struct held *held)
{
    if (held->trade == NO_TRADE)
        return false;
    const struct tr_account_trade *trade = &book->account->trades[held->trade];
    const struct tr_account_entry *entry = &book->entries[held->entry];
    size_t k = held->booked++;
    struct tr_account_amounts amounts = tr_account_amounts_of(trade, k);
    book->cash += tr_account_net_of(&amounts);
    add_turnover(book, trade, k);
    if (held->booked == trade->money.bookings)
        return false;
    held->left = tr_account_left_after(&trade->outcome, k);
    held->size = held->left * trade->size_usd;
    held->margin = held->left * trade->margin_usd;
    held->aside = 0.0;
    bool valued = trade->open && held->booked + 1 == trade->money.bookings;
    held->next = valued ? NEVER : close_time(bars_of(book, entry), entry->row + trade->outcome.fill[k].bar);
    return true;
}

static void advance(struct book *book, tr_time_ms now)
{
    if (now < book->next)
        return;
    size_t kept = 0;
    book->next = NEVER;
    for (size_t i = 0; i < book->n_held; i++) {
        struct held held = book->held[i];
        bool alive = true;
        while (alive && held.next <= now)
            alive = step(book, &held);
        if (!alive)
            continue;
        book->held[kept++] = held;
        book->next = held.next < book->next ? held.next : book->next;
    }
    book->n_held = kept;
}

/* --- What is known at a decision --- */

/* Booked money and what is open at its last closes. */
static double equity_at(const struct book *book, tr_time_ms now)
{
    double equity = tr_money_usd(book->cash);
    for (size_t i = 0; i < book->n_held; i++) {
        const struct held *held = &book->held[i];
        if (held->booked == 0)
            continue;
        const struct tr_account_trade *trade = &book->account->trades[held->trade];
        const struct tr_bars *bars = book->series[trade->series].bars;
        size_t behind = tr_bars_find(bars, now - tr_timeframe_ms(bars->timeframe) + 1);
        equity += tr_account_units(trade, held->left) * (bars->close[behind - 1] - trade->outcome.entry_price);
    }
    return equity;
}

static double free_margin(const struct book *book)
{
    double locked = 0.0;
    for (size_t i = 0; i < book->n_held; i++)
        locked += book->held[i].margin + book->held[i].aside;
    return tr_money_usd(book->cash) - locked;
}

static bool is_busy(const struct book *book, size_t series)
{
    for (size_t i = 0; i < book->n_held; i++)
        if (book->entries[book->held[i].entry].series == series)
            return true;
    return false;
}

/* Sizes of one side: of all series, or of those correlated to the entry's. */
static double open_size(const struct book *book, const struct tr_account_entry *entry, tr_time_ms now, bool correlated)
{
    const struct tr_account_options *options = book->options;
    double sum = 0.0;
    for (size_t i = 0; i < book->n_held; i++) {
        const struct tr_account_entry *other = &book->entries[book->held[i].entry];
        if (other->levels.side != entry->levels.side)
            continue;
        if (correlated && !(tr_correlation_of_returns(bars_of(book, entry), bars_of(book, other), now,
                                                      options->correlation_bars) >= options->correlation))
            continue;
        sum += book->held[i].size;
    }
    return sum;
}

static bool over_cap(const struct book *book, const struct tr_account_entry *entry, const struct decision *decision,
                     double cap, bool correlated)
{
    double most = cap * decision->capital * (1.0 + CAP_SLACK) - decision->size;
    if (!(cap > 0.0) || open_size(book, entry, decision->time, false) <= most)
        return false;
    return !correlated || open_size(book, entry, decision->time, true) > most;
}

/* --- A decision --- */

static struct tr_cost_options costs_at(const struct book *book, tr_time_ms now)
{
    struct tr_cost_options cost = book->options->cost;
    if (!book->turnover)
        return cost;
    int64_t today = (tr_time_floor(now, TR_DAY_MS) - book->first_day) / TR_DAY_MS;
    double volume = 0.0;
    for (int64_t day = today > TURNOVER_DAYS ? today - TURNOVER_DAYS : 0; day < today; day++)
        volume += book->turnover[day];
    const struct tr_fee_tier *tier = tr_fee_tier_at(&book->options->fees, volume);
    if (tier) {
        cost.maker_frac = tier->maker_frac;
        cost.taker_frac = tier->taker_frac;
    }
    return cost;
}

/* Fee and slippage of the entry as far as they can be told beforehand. */
static double entry_costs(const struct book *book, const struct tr_account_entry *entry,
                          const struct decision *decision)
{
    const struct tr_cost_options *cost = &decision->cost;
    const struct tr_bars *bars = bars_of(book, entry);
    double slip = 0.0;
    if (book->options->entry == TR_ENTRY_MARKET && cost->slippage_model == TR_SLIPPAGE_FRACTION)
        slip = cost->slippage_frac;
    else if (book->options->entry == TR_ENTRY_MARKET)
        slip = fmin(cost->slippage_range * (bars->high[entry->row] - bars->low[entry->row]) / entry->levels.entry, 0.5);
    return decision->size * (fmax(cost->taker_frac, cost->maker_frac) + slip);
}

/* Neither lost in the rounding of money nor beyond what it holds, also where the entry's open doubles it. */
static bool is_countable(double size)
{
    return size >= LEAST_SIZE_USD && size <= TR_MONEY_MOST_USD / 4.0;
}

/* false: the market takes no such size, or there is none. */
static bool find_size(const struct book *book, const struct tr_account_entry *entry, struct decision *decision)
{
    const struct tr_market_limits *limits = book->series[entry->series].limits;
    if (entry->quantity > 0.0) {
        decision->quantity = limits ? tr_size_round_down(entry->quantity, limits->size_step) : entry->quantity;
        decision->size = decision->quantity * entry->levels.entry;
        return is_countable(decision->size) &&
               !(limits && (decision->quantity < limits->min_size || decision->size < limits->min_notional_usd));
    }
    struct tr_size_options options = book->options->size;
    struct tr_size size;
    options.capital_usd = decision->capital;
    if (!(options.capital_usd > 0.0))
        return false;
    tr_size_compute(&options, book->options->profile, &entry->levels, limits, &size);
    decision->quantity = size.quantity;
    decision->size = size.quantity * entry->levels.entry;
    return !size.too_small && is_countable(decision->size);
}

/* A size by risk that the free money does not carry at the largest leverage is cut to what it carries, down to
 * LEAST_CUT of itself. */
static bool cut_to_fit(const struct book *book, const struct tr_account_entry *entry, double leverage,
                       struct decision *decision)
{
    const struct tr_market_limits *limits = book->series[entry->series].limits;
    double carried = free_margin(book) / (1.0 / leverage + decision->aside / decision->size);
    double quantity = carried / entry->levels.entry, wanted = decision->size;
    if (entry->quantity > 0.0 || !(carried >= LEAST_CUT * wanted))
        return false;
    decision->quantity = limits ? tr_size_round_down(quantity, limits->size_step) : quantity;
    decision->size = decision->quantity * entry->levels.entry;
    if (decision->size < LEAST_CUT * wanted ||
        (limits && (decision->quantity < limits->min_size || decision->size < limits->min_notional_usd)))
        return false;
    decision->aside = entry_costs(book, entry, decision);
    decision->leverage = leverage;
    decision->margin = decision->size / leverage;
    return true;
}

/* Leverage and margin of an order; false where the free money does not reach. Without a leverage asked for it is size /
 * capital, and where the margin would not fit then, what makes it fit, up to the most that is allowed. */
static bool find_margin(const struct book *book, const struct tr_account_entry *entry, struct decision *decision)
{
    const struct tr_account_options *options = book->options;
    const struct tr_market_limits *limits = book->series[entry->series].limits;
    bool asked = options->leverage > 0.0;
    double free = free_margin(book) - decision->aside, most = options->size.max_leverage[options->profile];
    if (limits && limits->max_leverage > 0.0)
        most = fmin(most, limits->max_leverage);
    decision->leverage = asked ? options->leverage : fmin(decision->size / decision->capital, most);
    decision->margin = decision->size / fmax(1.0, decision->leverage);
    if (decision->margin <= free + MARGIN_SLACK_USD)
        return true;
    if (asked || !(free > 0.0) || decision->size > free * most)
        return cut_to_fit(book, entry, fmax(1.0, asked ? options->leverage : most), decision);
    decision->leverage = decision->size / free;
    decision->margin = free;
    return true;
}

static enum tr_refusal decide(const struct book *book, const struct tr_account_entry *entry, struct decision *decision)
{
    const struct tr_account_options *options = book->options;
    if (entry->row + 1 >= bars_of(book, entry)->n)
        return TR_REFUSAL_NO_BAR;
    if (is_busy(book, entry->series))
        return TR_REFUSAL_BUSY;
    decision->capital = options->compound ? equity_at(book, decision->time) : options->size.capital_usd;
    if (!find_size(book, entry, decision))
        return TR_REFUSAL_SIZE;
    if (options->max_open > 0 && book->n_held >= options->max_open)
        return TR_REFUSAL_MAX_OPEN;
    decision->cost = costs_at(book, decision->time);
    decision->aside = entry_costs(book, entry, decision);
    if (!find_margin(book, entry, decision))
        return TR_REFUSAL_MARGIN;
    if (over_cap(book, entry, decision, options->max_side_exposure, false))
        return TR_REFUSAL_SIDE;
    if (over_cap(book, entry, decision, options->max_correlated_exposure, true))
        return TR_REFUSAL_CORRELATED;
    return TR_REFUSAL_NONE;
}

/* --- What becomes of it --- */

static struct tr_outcome_rules rules_of(const struct book *book, const struct tr_account_entry *entry, double leverage)
{
    struct tr_outcome_rules rules = {.targets = entry->targets,
                                     .horizon_bars = book->options->horizon_bars,
                                     .intrabar = book->options->intrabar,
                                     .entry = book->options->entry,
                                     .margin_frac = 1.0 / fmax(1.0, leverage),
                                     .maintenance_frac = book->options->size.maintenance_frac};
    for (size_t k = 0; k < entry->targets; k++)
        rules.fraction[k] = entry->fraction[k];
    return rules;
}

/* The sums of a trade's bookings, and the account's. What does not fit is an error: money counts in 64 bits. */
static enum tr_status add_up(struct book *book, struct tr_account_trade *trade, struct tr_error *err)
{
    double moved = 0.0;
    for (size_t k = 0; k < trade->money.bookings; k++) {
        const struct tr_booking *b = &trade->money.booking[k];
        moved += (fabs(b->gross) + fabs(b->fees) + fabs(b->slippage) + fabs(b->funding)) * trade->size_usd;
    }
    if (!(fmax(trade->size_usd, moved) <= TR_MONEY_MOST_USD))
        return tr_error_set(err, TR_INVALID,
                            "entry %zu: a position of %g USD that moves %g: an account counts up to %g",
                            trade->entry + 1, trade->size_usd, moved, TR_MONEY_MOST_USD);
    trade->gross = trade->fees = trade->slippage = trade->funding = 0;
    for (size_t k = 0; k < trade->money.bookings; k++) {
        struct tr_account_amounts amounts = tr_account_amounts_of(trade, k);
        trade->gross += amounts.gross;
        trade->fees += amounts.fees;
        trade->slippage += amounts.slippage;
        trade->funding += amounts.funding;
    }
    trade->net = trade->gross - trade->fees - trade->slippage - trade->funding;
    book->account->final_equity += trade->net;
    double equity = tr_money_usd(book->account->final_equity);
    if (fabs(equity) > TR_MONEY_MOST_USD)
        return tr_error_set(err, TR_INVALID, "entry %zu: the account comes to %g USD: it counts up to %g",
                            trade->entry + 1, equity, TR_MONEY_MOST_USD);
    return TR_OK;
}

static enum tr_status settle(struct book *book, const struct tr_account_entry *entry, const struct decision *decision,
                             const struct tr_outcome_rules *rules, struct tr_account_trade *trade, struct tr_error *err)
{
    const struct tr_account_series *series = &book->series[entry->series];
    const struct tr_cost_options *cost = &decision->cost;
    trade->open = trade->outcome.reason == TR_EXIT_OPEN;
    if (trade->open)
        tr_outcome_value_at_end(rules, series->bars, entry->row, &trade->outcome);
    tr_settle(cost, series->funding, rules, &entry->levels, &trade->outcome, series->bars, entry->row, &trade->money);
    trade->series = entry->series;
    trade->side = entry->levels.side;
    trade->quantity = decision->quantity;
    trade->size_usd = decision->quantity * trade->outcome.entry_price;
    trade->leverage = decision->leverage;
    trade->margin_usd = trade->size_usd / fmax(1.0, decision->leverage);
    trade->maker_frac = cost->maker_frac;
    trade->taker_frac = cost->taker_frac;
    trade->entry_time = trade->money.booking[0].time;
    trade->exit_time = trade->money.booking[trade->money.bookings - 1].time;
    return add_up(book, trade, err);
}

/* The place of the next trade, not yet written. Room is made for as many as there will be at the rate so far: trades
 * are large, and moving them costs more than the sixteenth of it that may stay empty. */
static struct tr_account_trade *next_trade(struct book *book, size_t entry)
{
    struct tr_account *account = book->account;
    if (account->n_trades == book->capacity) {
        size_t left = book->n_entries - entry,
               expected = (size_t)((double)left * (double)account->n_trades / (double)(entry + 1));
        size_t more = account->n_trades / 16 + 16 + expected, bytes = account->n_trades * sizeof *account->trades;
        size_t wider = account->n_trades + (more < left ? more : left);
        struct tr_account_trade *grown = tr_alloc_grow(account->trades, bytes, wider, sizeof *grown);
        if (!grown)
            return NULL;
        account->trades = grown;
        book->capacity = wider;
    }
    return &account->trades[account->n_trades];
}

/* The order is placed: the kernel plays it to its end at once, and the book shows it as time goes by. */
static enum tr_status place(struct book *book, size_t i, const struct decision *decision, struct tr_error *err)
{
    const struct tr_account_entry *entry = &book->entries[i];
    const struct tr_bars *bars = bars_of(book, entry);
    struct tr_outcome_rules rules = rules_of(book, entry, decision->leverage);
    struct tr_account_trade *trade = next_trade(book, i);
    if (!trade)
        return tr_error_nomem(err);
    trade->entry = i;
    enum tr_status status = tr_outcome_run_detail(&rules, &entry->levels, bars, entry->row,
                                                  book->series[entry->series].detail, &trade->outcome, err);
    if (status != TR_OK)
        return status;
    struct held held = {
        i, NO_TRADE, close_time(bars, entry->row + 1), 0, 1.0, decision->size, decision->margin, decision->aside};
    if (trade->outcome.reason == TR_EXIT_UNFILLED) {
        book->account->refusal[i] = TR_REFUSAL_UNFILLED;
    } else if (tr_outcome_expired(&trade->outcome)) {
        book->account->refusal[i] = TR_REFUSAL_EXPIRED;
        held.next = decision->time + (tr_time_ms)rules.horizon_bars * tr_timeframe_ms(bars->timeframe);
    } else {
        status = settle(book, entry, decision, &rules, trade, err);
        held.trade = book->account->n_trades++;
        book->account->n_open += trade->open;
    }
    book->held[book->n_held++] = held;
    book->next = held.next < book->next ? held.next : book->next;
    return status;
}

static enum tr_status take_entries(struct book *book, struct tr_error *err)
{
    struct tr_account *account = book->account;
    tr_time_ms before = INT64_MIN;
    for (size_t i = 0; i < book->n_entries; i++) {
        const struct tr_account_entry *entry = &book->entries[i];
        struct decision decision = {.time = close_time(bars_of(book, entry), entry->row)};
        assert(decision.time >= before);
        before = decision.time;
        advance(book, decision.time);
        account->refusal[i] = decide(book, entry, &decision);
        if (account->refusal[i] == TR_REFUSAL_NONE) {
            enum tr_status status = place(book, i, &decision, err);
            if (status != TR_OK)
                return status;
        }
        account->refused[account->refusal[i]]++;
    }
    return TR_OK;
}

/* One sum a UTC day, where a schedule asks for them. */
static enum tr_status make_turnover(struct book *book, struct tr_error *err)
{
    tr_time_ms first = INT64_MAX, last = INT64_MIN;
    for (size_t s = 0; s < book->n_series; s++) {
        const struct tr_bars *bars = book->series[s].bars;
        if (bars->n == 0)
            continue;
        first = bars->time[0] < first ? bars->time[0] : first;
        last = close_time(bars, bars->n - 1) > last ? close_time(bars, bars->n - 1) : last;
    }
    if (book->options->fees.n == 0 || first > last)
        return TR_OK;
    book->first_day = tr_time_floor(first, TR_DAY_MS);
    book->turnover = tr_alloc_zero((size_t)((last - book->first_day) / TR_DAY_MS) + 1, sizeof *book->turnover);
    return book->turnover ? TR_OK : tr_error_nomem(err);
}

/* Holes may let a later entry in earlier. */
static enum tr_status sort_trades(struct tr_account *account, struct tr_error *err)
{
    size_t n = account->n_trades, sorted = 1;
    while (sorted < n && account->trades[sorted - 1].entry_time <= account->trades[sorted].entry_time)
        sorted++;
    if (sorted >= n)
        return TR_OK;
    double *time = tr_alloc(n, sizeof *time);
    size_t *order = tr_alloc(n, sizeof *order);
    struct tr_account_trade *trades = tr_alloc(n, sizeof *trades);
    enum tr_status status = time && order && trades ? TR_OK : tr_error_nomem(err);
    for (size_t i = 0; i < n && status == TR_OK; i++)
        time[i] = (double)account->trades[i].entry_time;
    if (status == TR_OK)
        status = tr_order_ascending(n, time, order, err);
    if (status == TR_OK) {
        for (size_t i = 0; i < n; i++)
            trades[i] = account->trades[order[i]];
        tr_free(account->trades);
        account->trades = trades;
        trades = NULL;
    }
    tr_free(trades);
    tr_free(order);
    tr_free(time);
    return status;
}

enum tr_status tr_account_run(const struct tr_account_options *options, const struct tr_account_series *series,
                              size_t n_series, const struct tr_account_entry *entries, size_t n, struct tr_account *out,
                              struct tr_error *err)
{
    tr_money capital = tr_money_from_usd(options->size.capital_usd);
    *out = (struct tr_account){.capital = capital, .final_equity = capital};
    struct book book = {.options = options,
                        .series = series,
                        .n_series = n_series,
                        .entries = entries,
                        .n_entries = n,
                        .account = out,
                        .held = tr_alloc(n_series, sizeof *book.held),
                        .next = NEVER,
                        .cash = capital};
    out->refusal = tr_alloc(n, sizeof *out->refusal);
    enum tr_status status = book.held && out->refusal ? make_turnover(&book, err) : tr_error_nomem(err);
    if (status == TR_OK)
        status = take_entries(&book, err);
    if (status == TR_OK)
        status = sort_trades(out, err);
    if (status == TR_OK)
        status = tr_account_draw(options, series, n_series, entries, out, err);
    tr_free(book.turnover);
    tr_free(book.held);
    return status;
}

void tr_account_finish(struct tr_account *account)
{
    tr_free(account->trades);
    tr_free(account->refusal);
    tr_free(account->time);
    tr_free(account->equity);
    tr_free(account->exposure);
    *account = (struct tr_account){0};
}
