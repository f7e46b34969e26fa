#include "account/reference_position.h"

#include <math.h>

#define NONE ((size_t)-1)

int64_t ref_money(double usd)
{
    return (int64_t)(usd < 0 ? -floor(-usd * 1e8 + 0.5) : floor(usd * 1e8 + 0.5));
}

/* Funding. */

/* The shorter one of the step that led to record i and the step behind the record after it. */
static int64_t step_at(const struct ref_series *s, size_t i)
{
    int64_t step = 0;

    if (i > 0)
        step = s->rate[i].time - s->rate[i - 1].time;
    if (i + 2 < s->rates && (!step || s->rate[i + 2].time - s->rate[i + 1].time < step))
        step = s->rate[i + 2].time - s->rate[i + 1].time;
    return step ? step : s->default_step;
}

static bool assumed_at(const struct ref_series *s, int64_t stamp)
{
    size_t i = NONE;

    for (size_t k = 0; k < s->rates; k++)
        if (s->rate[k].time <= stamp)
            i = k;
    if (i == NONE)
        return true;
    if (stamp < s->rate[i].time + step_at(s, i))
        return false;
    return i + 1 == s->rates || (double)(s->rate[i + 1].time - s->rate[i].time) > 1.5 * (double)step_at(s, i);
}

struct owing {
    double sum;
    size_t assumed;
};

/* One settlement: the leaving fraction `go` and the staying one `stay`, the row in which the first leaves. */
static void settle_one(const struct ref_series *s, const struct ref_entry *e, const struct ref_trade *t, int64_t stamp,
                       double rate, bool assumed, double go, double stay, size_t row, struct owing *owing)
{
    size_t held = e->row + 1;
    double pays = e->sign * rate, fraction = go + stay;

    for (size_t k = held; k < s->bars.n; k++)
        if (s->bars.bar[k].time < stamp)
            held = k;
    if (pays < 0 && held == row)
        fraction = stay;
    if (pays < 0 && held == e->row + 1 && t->inside && stamp <= s->bars.bar[held].time + s->bars.step)
        fraction = 0;
    owing->sum += pays * fraction * s->bars.bar[held].close / t->entry_price;
    owing->assumed += assumed ? 1 : 0;
}

static struct owing owed(const struct ref_series *s, const struct ref_entry *e, const struct ref_trade *t, int64_t from,
                         int64_t to, double go, double stay, size_t row)
{
    struct owing owing = {0, 0};

    for (size_t i = 0; i < s->rates; i++)
        if (s->rate[i].time > from && s->rate[i].time <= to)
            settle_one(s, e, t, s->rate[i].time, s->rate[i].rate, false, go, stay, row, &owing);
    for (int64_t k = from / s->default_step; k * s->default_step <= to; k++)
        if (k * s->default_step > from && assumed_at(s, k * s->default_step))
            settle_one(s, e, t, k * s->default_step, s->default_rate, true, go, stay, row, &owing);
    return owing;
}

/* Bookings. */

/* What slips of a price in a row's bar, in price. */
double ref_slip(const struct ref_options *o, const struct ref_bar *bar, double price)
{
    if (o->by_range)
        return fmin(o->slippage_range * (bar->high - bar->low), price / 2);
    return o->slippage * price;
}

static void book_entry(const struct ref_place *p, struct ref_trade *t)
{
    const struct ref_entry *e = p->e;
    const struct ref_bar *bar = &p->s->bars.bar[e->row + 1];
    double slips = t->inside ? 0 : ref_slip(p->o, bar, t->entry_price);
    struct ref_booking b = {.time = bar->time, .notional = t->size};

    if (p->o->limit)
        slips = fmin(slips, fabs(e->price - t->entry_price));
    t->slipped_entry = t->entry_price + e->sign * slips;
    b.fees = (t->inside ? t->maker : t->taker) * t->slipped_entry / t->entry_price;
    b.slippage = slips / t->entry_price;
    t->booking[t->bookings++] = b;
    t->fees += ref_money(b.fees * t->size);
    t->slippage += ref_money(b.slippage * t->size);
}

static void add_money(struct ref_trade *t, const struct ref_booking *b)
{
    t->gross += ref_money(b->gross * t->size);
    t->fees += ref_money(b->fees * t->size);
    t->slippage += ref_money(b->slippage * t->size);
    t->funding += ref_money(b->funding * t->size);
}

static void book_fill(const struct ref_place *p, struct ref_trade *t, const struct ref_fill *f, int64_t when,
                      double funding)
{
    const struct ref_entry *e = p->e;
    const struct ref_bar *bar = &p->s->bars.bar[e->row + f->bar];
    struct ref_booking b = {.time = when, .funding = funding};
    double slips = 0;

    b.gross = e->sign * f->fraction * (f->price - t->entry_price) / t->entry_price;
    b.notional = t->quantity * f->fraction * f->price;
    if (f->kind == REF_LIQUIDATION) {
        b.fees = t->margin_frac * f->fraction + b.gross;
    } else if (f->kind == REF_TARGET) {
        b.fees = t->maker * f->fraction * f->price / t->entry_price;
    } else {
        slips = ref_slip(p->o, bar, f->price);
        b.fees = t->taker * f->fraction * (f->price - e->sign * slips) / t->entry_price;
        b.slippage = slips * f->fraction / t->entry_price;
    }
    t->slipped_exit += f->fraction * (f->price - e->sign * slips);
    t->booking[t->bookings++] = b;
    t->exit_time = when;
    add_money(t, &b);
}

/* The fills that are not booked yet, all of one instant in the bar of a row; the first carries the funding. A position
 * that is valued leaves in the last bar, whatever of it left before. */
static void book_fills(const struct ref_place *p, struct ref_trade *t, size_t row, int64_t when)
{
    const struct ref_entry *e = p->e;
    const struct ref_series *s = p->s;
    double go = 0, stay = t->left;

    if (t->booked_fills == t->fills)
        return;
    for (size_t k = t->booked_fills; k < t->fills; k++)
        go += t->fill[k].fraction;
    if (row + 1 == s->bars.n && when > s->bars.bar[row].time) {
        go += stay;
        stay = 0;
    }
    struct owing owing = owed(s, e, t, t->booking[t->bookings - 1].time, when, go, stay, row);
    t->assumed += owing.assumed;
    for (; t->booked_fills < t->fills; t->booked_fills++) {
        book_fill(p, t, &t->fill[t->booked_fills], when, owing.sum);
        owing.sum = 0;
    }
}

/* What happens in a bar. */

static void see(struct ref_trade *t, double sign, double price)
{
    t->best = sign > 0 ? fmax(t->best, price) : fmin(t->best, price);
    t->worst = sign > 0 ? fmin(t->worst, price) : fmax(t->worst, price);
}

static void leave(const struct ref_entry *e, struct ref_trade *t, double price, double fraction, enum ref_exit kind,
                  bool at_open)
{
    size_t bar = t->next - e->row;

    t->fill[t->fills++] = (struct ref_fill){bar, price, fraction, kind, at_open};
    t->average_exit += fraction * price;
    if (kind != REF_TARGET) {
        t->left = 0;
        if (kind != REF_OPEN && !t->tp1_bars)
            t->tp1_bars = bar;
    } else {
        if (!t->targets_hit) {
            t->tp1 = true;
            t->tp1_bars = bar;
        }
        t->target_bar[t->targets_hit++] = bar;
        t->left = t->targets_hit == e->targets ? 0 : t->left - fraction;
    }
    if (t->left <= 0) {
        t->reason = kind;
        t->bars = bar;
    }
    see(t, e->sign, price);
}

static enum ref_exit stop_kind(const struct ref_trade *t)
{
    return t->targets_hit ? REF_TRAILING : REF_STOP;
}

static bool liquidates_first(const struct ref_entry *e, const struct ref_trade *t)
{
    return t->liquidation > 0 && e->sign * (t->liquidation - t->stop) > 0;
}

static void take_targets(const struct ref_entry *e, struct ref_trade *t, double reach)
{
    while (t->left > 0 && e->sign * (reach - e->target[t->targets_hit]) >= 0)
        leave(e, t, e->target[t->targets_hit], e->fraction[t->targets_hit], REF_TARGET, false);
}

/* The open of a bar; `gap` says that this is the coarse bar's own open. */
static void play_open(const struct ref_entry *e, struct ref_trade *t, double open, int64_t time, bool gap)
{
    see(t, e->sign, open);
    if (t->liquidation > 0 && e->sign * (open - t->liquidation) <= 0) {
        leave(e, t, t->liquidation, t->left, REF_LIQUIDATION, gap);
        return;
    }
    if (time >= t->deadline)
        leave(e, t, open, t->left, REF_TIME, gap);
    else if (e->sign * (open - t->stop) <= 0)
        leave(e, t, open, t->left, stop_kind(t), gap);
    while (t->left > 0 && e->sign * (open - e->target[t->targets_hit]) >= 0)
        leave(e, t, open, e->fraction[t->targets_hit], REF_TARGET, gap);
}

static double far_side(const struct ref_entry *e, const struct ref_bar *bar)
{
    return e->sign > 0 ? bar->high : bar->low;
}

static double near_side(const struct ref_entry *e, const struct ref_bar *bar)
{
    return e->sign > 0 ? bar->low : bar->high;
}

static bool touches(const struct ref_entry *e, const struct ref_bar *bar, double level)
{
    return e->sign * (near_side(e, bar) - level) <= 0;
}

static bool reaches(const struct ref_entry *e, const struct ref_bar *bar, double level)
{
    return e->sign * (far_side(e, bar) - level) >= 0;
}

static void play_against(const struct ref_entry *e, struct ref_trade *t, const struct ref_bar *bar)
{
    if (t->left <= 0)
        return;
    if (liquidates_first(e, t)) {
        if (touches(e, bar, t->liquidation))
            leave(e, t, t->liquidation, t->left, REF_LIQUIDATION, false);
    } else if (touches(e, bar, t->stop)) {
        leave(e, t, t->stop, t->left, stop_kind(t), false);
    }
}

/* The inside of a bar; `filling`: a limit order filled in it, so that its far side counts up to the close only. */
static void play_inside(const struct ref_options *o, const struct ref_entry *e, struct ref_trade *t,
                        const struct ref_bar *bar, bool filling)
{
    double reach = filling && !o->optimistic ? bar->close : far_side(e, bar);

    if (o->optimistic) {
        take_targets(e, t, reach);
        play_against(e, t, bar);
    } else {
        play_against(e, t, bar);
        if (t->left > 0)
            take_targets(e, t, reach);
    }
    if (t->left > 0) { /* of a bar that closed it only the open and the fills are sure */
        see(t, e->sign, reach);
        see(t, e->sign, near_side(e, bar));
    }
}

/* hit: how many targets were taken before the bar. */
static bool is_ambiguous(const struct ref_entry *e, const struct ref_trade *t, const struct ref_bar *bar, size_t hit,
                         bool filling)
{
    double against = liquidates_first(e, t) ? t->liquidation : t->stop;

    if (t->left <= 0)
        return false;
    if (touches(e, bar, against) && reaches(e, bar, e->target[t->targets_hit]))
        return true;
    if (e->trail > 0 && e->targets > 1 && !hit && reaches(e, bar, e->target[0]) && touches(e, bar, e->price))
        return true;
    for (size_t k = 0; filling && k < e->targets; k++)
        if (reaches(e, bar, e->target[k]) && e->sign * (bar->close - e->target[k]) < 0)
            return true;
    return false;
}

static bool is_near(double a, double b)
{
    return fabs(a - b) <= b / 1e6;
}

/* The finer bars of a bar, where they are complete and add up to it within a millionth. */
static const struct ref_bar *finer(const struct ref_series *s, const struct ref_bar *bar, size_t *n)
{
    size_t first = NONE, want = s->fine.n ? (size_t)(s->bars.step / s->fine.step) : 0;
    struct ref_bar all = *bar;

    *n = 0;
    for (size_t k = 0; k < s->fine.n; k++)
        if (s->fine.bar[k].time >= bar->time && s->fine.bar[k].time < bar->time + s->bars.step) {
            first = first == NONE ? k : first;
            all.high = first == k ? s->fine.bar[k].high : fmax(all.high, s->fine.bar[k].high);
            all.low = first == k ? s->fine.bar[k].low : fmin(all.low, s->fine.bar[k].low);
            all.open = first == k ? s->fine.bar[k].open : all.open;
            all.close = s->fine.bar[k].close;
            ++*n;
        }
    if (!*n || *n < want)
        return NULL;
    if (!is_near(all.open, bar->open) || !is_near(all.high, bar->high) || !is_near(all.low, bar->low) ||
        !is_near(all.close, bar->close))
        return NULL;
    return &s->fine.bar[first];
}

/* Is it unclear which came first, so that finer bars may tell? The same without target 1 and the entry. */
static bool order_matters(const struct ref_entry *e, const struct ref_trade *t, const struct ref_bar *bar, bool filling)
{
    return is_ambiguous(e, t, bar, 1, filling);
}

static void play_finer(const struct ref_options *o, const struct ref_entry *e, struct ref_trade *t,
                       const struct ref_bar *fine, size_t n, size_t before, bool filling)
{
    for (size_t k = 0; k < n && t->left > 0; k++) {
        bool fills_now = filling && touches(e, &fine[k], e->price);
        size_t hit = k ? t->targets_hit : before;

        if (filling && !fills_now)
            continue;
        filling = false;
        if (!before && t->targets_hit && e->trail > 0 && e->targets > 1 && touches(e, &fine[k], e->price))
            t->ambiguous = true; /* target 1 was an earlier one: a stop moved at once would be met */
        if (!fills_now)
            play_open(e, t, fine[k].open, fine[k].time, false);
        t->ambiguous = t->ambiguous || is_ambiguous(e, t, &fine[k], hit, fills_now);
        if (t->left > 0)
            play_inside(o, e, t, &fine[k], fills_now);
    }
    t->resolved++;
}

/* The bar of row t->next after its open, its close and what follows from it. */
static void play_bar(const struct ref_place *p, struct ref_trade *t)
{
    const struct ref_entry *e = p->e;
    const struct ref_series *s = p->s;
    const struct ref_bar *bar = &s->bars.bar[t->next];
    bool filling = t->inside && t->next == e->row + 1;
    const struct ref_bar *fine = NULL;
    size_t n = 0;

    size_t before = t->targets_hit && t->target_bar[0] < t->next - e->row ? t->targets_hit : 0;
    if (order_matters(e, t, bar, filling))
        fine = finer(s, bar, &n);
    if (!fine && is_ambiguous(e, t, bar, before, filling))
        t->ambiguous = true;
    if (fine)
        play_finer(p->o, e, t, fine, n, before, filling);
    else
        play_inside(p->o, e, t, bar, filling);
    if (t->left > 0 && bar->time + s->bars.step == t->deadline)
        leave(e, t, bar->close, t->left, REF_TIME, false);
    if (t->targets_hit && e->trail > 0)
        t->stop = e->sign > 0 ? fmax(e->price, t->best - e->trail) : fmin(e->price, t->best + e->trail);
    t->mark = bar->close;
    book_fills(p, t, t->next, bar->time + s->bars.step);
}

/* Where the order is filled in its bar: 0 = not at all. */
static double entered_at(const struct ref_options *o, const struct ref_entry *e, const struct ref_bar *bar,
                         bool *inside)
{
    *inside = false;
    if (!o->limit || e->sign * (bar->open - e->price) <= 0)
        return bar->open;
    *inside = true;
    return touches(e, bar, e->price) ? e->price : 0;
}

/* What an order becomes in its bar; false: nothing. */
static bool enter(const struct ref_place *p, struct ref_trade *t)
{
    const struct ref_entry *e = p->e;
    const struct ref_bar *bar = &p->s->bars.bar[t->next];

    t->entry_price = entered_at(p->o, e, bar, &t->inside);
    if (t->entry_price <= 0)
        return false;
    t->size = t->quantity * t->entry_price;
    t->margin_frac = 1 / fmax(1, t->leverage);
    t->margin = t->size * t->margin_frac;
    t->liquidation = t->entry_price * (1 - e->sign * (t->margin_frac - p->o->maintenance));
    t->entry_time = bar->time;
    t->best = t->worst = t->mark = t->entry_price;
    t->state = REF_POSITION;
    book_entry(p, t);
    return true;
}

bool ref_play(const struct ref_place *p, struct ref_trade *t)
{
    const struct ref_bar *bar = &p->s->bars.bar[t->next];
    bool entry = t->state == REF_ORDER;

    if (entry && !enter(p, t))
        return false;
    if (!entry || !t->inside) {
        play_open(p->e, t, bar->open, bar->time, true);
        book_fills(p, t, t->next, bar->time);
    }
    if (t->left > 0)
        play_bar(p, t);
    t->next++;
    return true;
}

/* What is open when the bars end leaves, for its own account, at the last close. */
void ref_value(const struct ref_place *p, struct ref_trade *t)
{
    const struct ref_entry *e = p->e;
    const struct ref_bars *bars = &p->s->bars;
    const struct ref_bar *last = &bars->bar[bars->n - 1];

    t->open = true;
    t->next = bars->n - 1;
    leave(e, t, last->close, t->left, REF_OPEN, false);
    book_fills(p, t, t->next, last->time + bars->step);
}
