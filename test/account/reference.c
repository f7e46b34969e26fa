#include "account/reference.h"
#include "account/reference_position.h"

#include "base/alloc.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400000)

struct world {
    const struct ref_options *o;
    const struct ref_series *series;
    size_t n_series;
    const struct ref_entry *entry;
    struct ref_account *out;
};

static void *room(size_t n, size_t size)
{
    void *block = tr_alloc_zero(n ? n : 1, size);

    if (!block)
        abort();
    return block;
}

static struct ref_place place_of(const struct world *w, const struct ref_trade *t)
{
    const struct ref_entry *e = &w->entry[t->entry];

    return (struct ref_place){w->o, &w->series[e->series], e};
}

static bool is_open(const struct ref_trade *t)
{
    return t->state == REF_POSITION && t->left > 0;
}

/* A position or an order. */
static bool holds(const struct ref_trade *t)
{
    return t->state == REF_ORDER || is_open(t);
}

static double cash(const struct world *w)
{
    int64_t sum = ref_money(w->o->capital);

    for (size_t k = 0; k < w->out->n_trades; k++) {
        const struct ref_trade *t = &w->out->trade[k];
        sum += t->gross - t->fees - t->slippage - t->funding;
    }
    return (double)sum / 1e8;
}

static double equity(const struct world *w)
{
    double sum = cash(w);

    for (size_t k = 0; k < w->out->n_trades; k++) {
        const struct ref_trade *t = &w->out->trade[k];
        if (is_open(t))
            sum += w->entry[t->entry].sign * t->quantity * t->left * (t->mark - t->entry_price);
    }
    return sum;
}

static double exposure(const struct world *w)
{
    double sum = 0;

    for (size_t k = 0; k < w->out->n_trades; k++)
        if (is_open(&w->out->trade[k]))
            sum += w->out->trade[k].quantity * w->out->trade[k].left * w->out->trade[k].mark;
    return sum;
}

/* Correlation of two series' log returns over the newest bars that both have and that closed by `now`. */
static double correlation(const struct world *w, size_t a, size_t b, int64_t now)
{
    const struct ref_bars *x = &w->series[a].bars, *y = &w->series[b].bars;
    size_t n = 0, want = w->o->correlation_bars;
    double newer[2] = {0, 0}, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
    bool have = false;

    for (size_t i = x->n; i-- > 0 && n + 1 < want;)
        for (size_t j = y->n; j-- > 0;)
            if (x->bar[i].time == y->bar[j].time && x->bar[i].time + x->step <= now) {
                double rx = log(newer[0] / x->bar[i].close), ry = log(newer[1] / y->bar[j].close);
                if (have) {
                    sx += rx, sy += ry, sxx += rx * rx, syy += ry * ry, sxy += rx * ry;
                    n++;
                }
                have = true;
                newer[0] = x->bar[i].close;
                newer[1] = y->bar[j].close;
            }
    double m = (double)n;
    double vx = sxx - sx * sx / m, vy = syy - sy * sy / m;
    return n < 2 || vx <= 0 || vy <= 0 ? 0 : (sxy - sx * sy / m) / sqrt(vx * vy);
}

/* Sizes of positions and orders on a side, of all series or those correlated to `series`. */
static double open_sizes(const struct world *w, double sign, size_t series, bool correlated, int64_t now)
{
    double sum = 0;

    for (size_t k = 0; k < w->out->n_trades; k++) {
        const struct ref_trade *t = &w->out->trade[k];
        const struct ref_entry *e = &w->entry[t->entry];
        if (holds(t) && e->sign == sign &&
            (!correlated || e->series == series || correlation(w, series, e->series, now) >= w->o->correlation))
            sum += t->size * t->left;
    }
    return sum;
}

/* The largest leverage that profile and market allow. */
static double largest(const struct ref_options *o, const struct ref_series *s)
{
    return s->max_leverage > 0 ? fmin(o->max_leverage, s->max_leverage) : o->max_leverage;
}

static double to_step(const struct ref_series *s, double amount)
{
    return s->size_step > 0 ? floor(amount / s->size_step + 1e-9) * s->size_step : amount;
}

static double quantity(const struct ref_options *o, const struct ref_series *s, const struct ref_entry *e,
                       double capital)
{
    double usd = fmin(capital * o->risk / (fabs(e->price - e->stop) / e->price), capital * largest(o, s));

    return to_step(s, e->quantity > 0 ? e->quantity : usd / e->price);
}

static bool is_too_small(const struct ref_series *s, const struct ref_entry *e, double amount)
{
    return !(amount * e->price >= 0.01) || amount < s->min_size || amount * e->price < s->min_notional;
}

static void choose_tier(const struct world *w, struct ref_trade *t, int64_t now)
{
    int64_t day = now / DAY * DAY;
    double sum = 0;

    for (size_t k = 0; k < w->out->n_trades; k++)
        for (size_t b = 0; b < w->out->trade[k].bookings; b++) {
            const struct ref_booking *booking = &w->out->trade[k].booking[b];
            if (booking->time >= day - 30 * DAY && booking->time < day)
                sum += booking->notional;
        }
    t->maker = w->o->maker;
    t->taker = w->o->taker;
    for (size_t k = 0; k < w->o->tiers; k++)
        if (sum >= w->o->tier_volume[k]) {
            t->maker = w->o->tier_maker[k];
            t->taker = w->o->tier_taker[k];
        }
}

/* Fee and slippage of an order, by the newest bar's range; a limit order does not slip. */
static double set_aside(const struct ref_options *o, const struct ref_series *s, const struct ref_entry *e,
                        const struct ref_trade *t)
{
    double slips = o->limit ? 0 : ref_slip(o, &s->bars.bar[e->row], e->price);

    return t->quantity * (slips + fmax(t->taker, t->maker) * e->price);
}

/* What the free money carries of a size by risk, margin at this leverage and what is set aside for it; false: less than
 * half, or too little for the market. */
static bool cut(const struct ref_options *o, const struct ref_series *s, const struct ref_entry *e, struct ref_trade *t,
                double leverage, double free)
{
    double wanted = t->size, carried = free / (1 / leverage + set_aside(o, s, e, t) / wanted);

    if (e->quantity > 0 || carried < wanted / 2)
        return false;
    t->quantity = to_step(s, carried / e->price);
    t->size = t->quantity * e->price;
    t->cut = true;
    t->leverage = leverage;
    t->margin = t->size / leverage + set_aside(o, s, e, t);
    return t->size >= wanted / 2 && !is_too_small(s, e, t->quantity);
}

/* Leverage and margin with what is set aside; false: the free money does not reach. */
static bool afford(const struct ref_options *o, const struct ref_series *s, const struct ref_entry *e,
                   struct ref_trade *t, double capital, double free)
{
    double aside = set_aside(o, s, e, t), most = largest(o, s);

    t->leverage = o->leverage > 0 ? o->leverage : fmin(t->size / capital, most);
    t->margin = t->size / fmax(1, t->leverage) + aside;
    if (t->margin <= free + 1e-6)
        return true;
    if (o->leverage > 0)
        return cut(o, s, e, t, fmax(1, o->leverage), free);
    if (free <= aside || t->size / (free - aside) > most)
        return cut(o, s, e, t, fmax(1, most), free);
    t->raised = true;
    t->leverage = t->size / (free - aside);
    t->margin = free;
    return true;
}

static enum ref_refusal check_caps(const struct world *w, const struct ref_entry *e, const struct ref_trade *t,
                                   double capital, int64_t now)
{
    double side = open_sizes(w, e->sign, e->series, false, now), alike = open_sizes(w, e->sign, e->series, true, now);
    double most = capital * (1 + 1e-9);

    if (w->o->max_side > 0 && side + t->size > w->o->max_side * most)
        return REF_SIDE;
    if (w->o->max_correlated > 0 && alike + t->size > w->o->max_correlated * most)
        return REF_CORRELATED;
    return REF_TAKEN;
}

/* What can be said of an entry at its decision. */
static enum ref_refusal judge(const struct world *w, const struct ref_entry *e, struct ref_trade *t, int64_t now)
{
    const struct ref_series *s = &w->series[e->series];
    const struct ref_options *o = w->o;
    double capital = o->compound ? equity(w) : o->capital, free = cash(w);
    size_t open = 0;

    if (e->row + 1 >= s->bars.n)
        return REF_NO_BAR;
    for (size_t k = 0; k < w->out->n_trades; k++) {
        const struct ref_trade *other = &w->out->trade[k];
        if (holds(other) && w->entry[other->entry].series == e->series)
            return REF_BUSY;
        open += holds(other) ? 1 : 0;
        free -= holds(other) ? other->margin * other->left : 0;
    }
    t->quantity = quantity(o, s, e, capital);
    t->size = t->quantity * e->price;
    if (is_too_small(s, e, t->quantity))
        return REF_SIZE;
    if (o->max_open > 0 && open >= o->max_open)
        return REF_MAX_OPEN;
    choose_tier(w, t, now);
    if (!afford(o, s, e, t, capital, free))
        return REF_MARGIN;
    return check_caps(w, e, t, capital, now);
}

static void decide(const struct world *w, size_t i, int64_t now)
{
    const struct ref_entry *e = &w->entry[i];
    int64_t horizon = (int64_t)w->o->horizon * w->series[e->series].bars.step;
    struct ref_trade t = {.entry = i, .next = e->row + 1, .stop = e->stop, .left = 1, .deadline = now + horizon};

    w->out->refusal[i] = judge(w, e, &t, now);
    if (w->out->refusal[i] == REF_TAKEN)
        w->out->trade[w->out->n_trades++] = t;
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* Opens and closes of all bars, ascending, each once. */
static int64_t *instants(const struct world *w, size_t *n)
{
    size_t all = 0, kept = 0;
    int64_t *time;

    for (size_t s = 0; s < w->n_series; s++)
        all += 2 * w->series[s].bars.n;
    time = room(all, sizeof *time);
    for (size_t s = 0; s < w->n_series; s++)
        for (size_t k = 0; k < w->series[s].bars.n; k++) {
            time[kept++] = w->series[s].bars.bar[k].time;
            time[kept++] = w->series[s].bars.bar[k].time + w->series[s].bars.step;
        }
    qsort(time, all, sizeof *time, by_time);
    *n = 0;
    for (size_t k = 0; k < all; k++)
        if (!k || time[k] != time[*n - 1])
            time[(*n)++] = time[k];
    return time;
}

static void drop(const struct world *w, struct ref_trade *t, enum ref_refusal refusal)
{
    t->state = REF_GONE;
    w->out->refusal[t->entry] = refusal;
}

/* One order or position at an instant: what its bar that closes now has done to it. */
static void live(const struct world *w, struct ref_trade *t, int64_t now)
{
    const struct ref_place place = place_of(w, t);
    const struct ref_bars *bars = &place.s->bars;
    const struct ref_bar *bar = &bars->bar[t->next];

    if (t->state == REF_ORDER && bar->time >= t->deadline) {
        if (now >= t->deadline)
            drop(w, t, REF_EXPIRED);
        return;
    }
    if (!holds(t) || t->next >= bars->n || bar->time + bars->step != now)
        return;
    if (!ref_play(&place, t))
        drop(w, t, REF_UNFILLED);
}

static void mark_point(const struct world *w, int64_t time)
{
    struct ref_account *a = w->out;

    a->time[a->points] = time;
    a->equity[a->points] = equity(w);
    a->exposure[a->points++] = exposure(w);
}

static bool is_close(const struct world *w, int64_t now)
{
    for (size_t s = 0; s < w->n_series; s++)
        for (size_t k = 0; k < w->series[s].bars.n; k++)
            if (w->series[s].bars.bar[k].time + w->series[s].bars.step == now)
                return true;
    return false;
}

/* The last point shows what has left by being valued as left. */
static void finish(const struct world *w)
{
    struct ref_account *a = w->out;
    size_t kept = 0, last = a->points - 1;

    a->final_equity = ref_money(w->o->capital);
    for (size_t k = 0; k < a->n_trades; k++) {
        struct ref_trade *t = &a->trade[k];
        const struct ref_place place = place_of(w, t);
        double open = place.e->sign * t->left * t->quantity;

        if (t->state == REF_GONE)
            continue;
        t->net = t->gross - t->fees - t->slippage - t->funding;
        if (is_open(t)) {
            int64_t before = t->net;
            ref_value(&place, t);
            t->net = t->gross - t->fees - t->slippage - t->funding;
            if (t->exit_time <= a->time[last]) {
                a->equity[last] += (double)(t->net - before) / 1e8 - open * (t->mark - t->entry_price);
                a->exposure[last] -= fabs(open) * t->mark;
            }
        }
        a->final_equity += t->net;
        a->trade[kept++] = *t;
    }
    a->n_trades = kept;
}

void ref_account_run(const struct ref_options *options, const struct ref_series *series, size_t n_series,
                     const struct ref_entry *entries, size_t n, struct ref_account *out)
{
    const struct world w = {options, series, n_series, entries, out};
    size_t n_instants;
    int64_t *time = instants(&w, &n_instants);

    *out = (struct ref_account){.trade = room(n, sizeof *out->trade),
                                .refusal = room(n, sizeof *out->refusal),
                                .time = room(n_instants + 1, sizeof *out->time),
                                .equity = room(n_instants + 1, sizeof(double)),
                                .exposure = room(n_instants + 1, sizeof(double))};
    for (size_t i = 0; i < n_instants; i++) {
        if (!out->points && time[i] > options->from)
            mark_point(&w, options->from);
        for (size_t k = 0; k < out->n_trades; k++)
            live(&w, &out->trade[k], time[i]);
        for (size_t k = 0; k < n; k++) {
            const struct ref_bars *bars = &series[entries[k].series].bars;
            if (bars->bar[entries[k].row].time + bars->step == time[i])
                decide(&w, k, time[i]);
        }
        if (time[i] > options->from && time[i] <= options->to && is_close(&w, time[i]))
            mark_point(&w, time[i]);
    }
    if (!out->points)
        mark_point(&w, options->from);
    finish(&w);
    tr_free(time);
}

void ref_account_free(struct ref_account *account)
{
    tr_free(account->trade);
    tr_free(account->refusal);
    tr_free(account->time);
    tr_free(account->equity);
    tr_free(account->exposure);
}
