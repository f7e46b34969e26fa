/* Thousands of small random markets: the account and its slow reference must agree in every field of every trade, in
 * the fate of every entry and in the equity at every instant. */
#include "support/test.h"

#include "account/market.h"

#include "base/alloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MARKETS 6000
#define OFTEN 100
#define CLOSE_USD 1e-6 /* ... and 1e-12 of the amount */

/* How often each thing happened: a generator that never makes it happen shows nothing. */
enum feature {
    TAKEN,
    STOPPED,
    TRAILED,
    TIMED,
    ALL_TARGETS,
    LIQUIDATED,
    LEFT_OPEN,
    STOP_GAP,
    TARGET_GAP,
    LIQUIDATION_GAP,
    TIME_GAP,
    PARTIAL,
    IN_AND_OUT,
    AMBIGUOUS,
    RESOLVED,
    BOTH,
    LIMIT_INSIDE,
    LIMIT_AT_OPEN,
    LIMIT_OUT_IN_BAR,
    OVER_HOLE,
    ASSUMED,
    FUNDED,
    RECEIVED,
    TIER,
    RANGE_SLIPPAGE,
    COMPOUND,
    GIVEN_QUANTITY,
    STEPPED,
    CAPPED,
    LEVERED,
    EARLIER_END,
    TIES,
    CUT,
    RAISED,
    FEATURES
};

static const char *const FEATURE[FEATURES] = {"taken",
                                              "stop",
                                              "trailing",
                                              "time",
                                              "all targets",
                                              "liquidation",
                                              "open at the end",
                                              "stop gapped through",
                                              "target gapped through",
                                              "liquidation gapped through",
                                              "time was up in a hole",
                                              "left in parts",
                                              "in and out at one open",
                                              "ambiguous",
                                              "decided by finer bars",
                                              "both decided and ambiguous",
                                              "limit inside the bar",
                                              "limit at the open",
                                              "limit, and out in its bar",
                                              "entered after a hole",
                                              "funding assumed",
                                              "funding paid",
                                              "funding received",
                                              "fee tier",
                                              "slippage by range",
                                              "compound size",
                                              "given quantity",
                                              "size step",
                                              "leverage cap",
                                              "margin under the size",
                                              "equity ends before the bars",
                                              "a level touched exactly",
                                              "size cut to the free money",
                                              "leverage raised to fit"};

struct tally {
    size_t feature[FEATURES], refused[REF_REFUSALS], points;
};

static const enum tr_exit_reason REASON[] = {
    [REF_OPEN] = TR_EXIT_OPEN,         [REF_TARGET] = TR_EXIT_TARGET, [REF_STOP] = TR_EXIT_STOP,
    [REF_TRAILING] = TR_EXIT_TRAILING, [REF_TIME] = TR_EXIT_TIME,     [REF_LIQUIDATION] = TR_EXIT_LIQUIDATION};
static const enum tr_refusal REFUSAL[] = {
    [REF_TAKEN] = TR_REFUSAL_NONE,       [REF_NO_BAR] = TR_REFUSAL_NO_BAR,         [REF_BUSY] = TR_REFUSAL_BUSY,
    [REF_SIZE] = TR_REFUSAL_SIZE,        [REF_MAX_OPEN] = TR_REFUSAL_MAX_OPEN,     [REF_MARGIN] = TR_REFUSAL_MARGIN,
    [REF_SIDE] = TR_REFUSAL_SIDE,        [REF_CORRELATED] = TR_REFUSAL_CORRELATED, [REF_EXPIRED] = TR_REFUSAL_EXPIRED,
    [REF_UNFILLED] = TR_REFUSAL_UNFILLED};

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance || (isnan(a) && isnan(b));
}

/* Numbers that are computed in two ways differ in their last bits. */
static bool same(double a, double b)
{
    return near(a, b, 1e-11 * fmax(fabs(a), fabs(b)));
}

static bool same_usd(double a, double b)
{
    return near(a, b, CLOSE_USD + 1e-12 * fmax(fabs(a), fabs(b)));
}

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            if (!*what)                                                                                                \
                *what = #condition;                                                                                    \
            return false;                                                                                              \
        }                                                                                                              \
    } while (0)

static bool same_outcome(const struct tr_account_trade *t, const struct ref_trade *r, const char **what)
{
    const struct tr_outcome *o = &t->outcome;

    HOLDS(o->reason == REASON[r->reason]);
    HOLDS(o->fills == r->fills);
    for (size_t k = 0; k < r->fills; k++) {
        HOLDS(o->fill[k].kind == REASON[r->fill[k].kind]);
        HOLDS(o->fill[k].bar == r->fill[k].bar);
        HOLDS(o->fill[k].at_open == r->fill[k].at_open);
        HOLDS(same(o->fill[k].price, r->fill[k].price));
        HOLDS(near(o->fill[k].fraction, r->fill[k].fraction, 1e-12));
    }
    HOLDS(o->bars == r->bars);
    HOLDS(o->targets_hit == r->targets_hit);
    for (size_t k = 0; k < TR_TARGETS; k++)
        HOLDS(o->target_bar[k] == r->target_bar[k]);
    HOLDS(o->tp1 == r->tp1 && o->tp1_bars == r->tp1_bars);
    HOLDS(o->ambiguous == r->ambiguous);
    HOLDS(o->resolved == r->resolved);
    HOLDS(same(o->entry_price, r->entry_price));
    HOLDS(o->entry_inside == r->inside);
    HOLDS(same(o->liquidation_price, r->liquidation));
    HOLDS(same(o->average_exit, r->average_exit));
    HOLDS(same(o->best, r->best));
    HOLDS(same(o->worst, r->worst));
    return true;
}

static double dollars(tr_money amount)
{
    return (double)amount / 1e8;
}

static bool same_money(const struct tr_account_trade *t, const struct ref_trade *r, const char **what)
{
    const struct tr_settlement *m = &t->money;
    double fees = 0, slippage = 0, funding = 0, gross = 0;

    HOLDS(same(m->entry_price, r->slipped_entry));
    HOLDS(same(m->exit_price, r->slipped_exit));
    HOLDS(m->bookings == r->bookings);
    for (size_t k = 0; k < r->bookings; k++) {
        const struct ref_booking *b = &r->booking[k];
        HOLDS(m->booking[k].time == b->time);
        HOLDS(near(m->booking[k].gross, b->gross, 1e-12));
        HOLDS(near(m->booking[k].fees, b->fees, 1e-12));
        HOLDS(near(m->booking[k].slippage, b->slippage, 1e-12));
        HOLDS(near(m->booking[k].funding, b->funding, 1e-12));
        gross += b->gross;
        fees += b->fees;
        slippage += b->slippage;
        funding += b->funding;
    }
    HOLDS(near(m->gross_frac, gross, 1e-12));
    HOLDS(near(m->fees_frac, fees, 1e-12));
    HOLDS(near(m->slippage_frac, slippage, 1e-12));
    HOLDS(near(m->funding_frac, funding, 1e-12));
    HOLDS(near(m->net_frac, gross - fees - slippage - funding, 1e-12));
    HOLDS(m->funding_assumed == r->assumed);
    return true;
}

static bool same_trade(const struct market *m, const struct tr_account_trade *t, const struct ref_trade *r,
                       const char **what)
{
    HOLDS(t->entry == r->entry);
    HOLDS(t->series == m->entry[r->entry].series);
    HOLDS(t->side == m->entry[r->entry].levels.side);
    HOLDS(same(t->quantity, r->quantity));
    HOLDS(same_usd(t->size_usd, r->size));
    HOLDS(same(t->leverage, r->leverage));
    HOLDS(same_usd(t->margin_usd, r->margin));
    HOLDS(same(t->maker_frac, r->maker) && same(t->taker_frac, r->taker));
    HOLDS(t->entry_time == r->entry_time);
    HOLDS(t->exit_time == r->exit_time);
    HOLDS(t->open == r->open);
    HOLDS(same_outcome(t, r, what));
    HOLDS(same_money(t, r, what));
    HOLDS(same_usd(dollars(t->gross), dollars(r->gross)));
    HOLDS(same_usd(dollars(t->fees), dollars(r->fees)));
    HOLDS(same_usd(dollars(t->slippage), dollars(r->slippage)));
    HOLDS(same_usd(dollars(t->funding), dollars(r->funding)));
    HOLDS(same_usd(dollars(t->net), dollars(r->net)));
    HOLDS(t->net == t->gross - t->fees - t->slippage - t->funding);
    return true;
}

static int by_entry_time(const void *a, const void *b)
{
    const struct ref_trade *x = a, *y = b;

    if (x->entry_time != y->entry_time)
        return x->entry_time < y->entry_time ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static bool same_curve(const struct tr_account *a, const struct ref_account *r, const char **what)
{
    HOLDS(a->points == r->points);
    for (size_t k = 0; k < r->points; k++) {
        HOLDS(a->time[k] == r->time[k]);
        HOLDS(same_usd(a->equity[k], r->equity[k]));
        HOLDS(same_usd(a->exposure[k], r->exposure[k]));
    }
    return true;
}

/* Refusals first: a trade that one takes and the other does not changes all that follows. */
static bool same_account(const struct market *m, const struct tr_account *a, struct ref_account *r, const char **what)
{
    size_t refused[TR_REFUSALS] = {0}, open = 0;
    tr_money net = 0;

    for (size_t k = 0; k < m->n; k++) {
        HOLDS(a->refusal[k] == REFUSAL[r->refusal[k]]);
        refused[a->refusal[k]]++;
    }
    for (size_t k = 0; k < TR_REFUSALS; k++)
        HOLDS(a->refused[k] == refused[k]);
    HOLDS(a->n_trades == r->n_trades);
    qsort(r->trade, r->n_trades, sizeof *r->trade, by_entry_time);
    for (size_t k = 0; k < r->n_trades; k++) {
        if (!same_trade(m, &a->trades[k], &r->trade[k], what))
            return false;
        open += a->trades[k].open ? 1 : 0;
        net += a->trades[k].net;
    }
    HOLDS(a->n_open == open);
    HOLDS(a->final_equity == a->capital + net);
    HOLDS(same_usd(dollars(a->final_equity), dollars(r->final_equity)));
    return same_curve(a, r, what);
}

static void tally_fills(const struct ref_entry *e, const struct ref_series *s, const struct ref_trade *r, size_t *f)
{
    size_t at_open = 0;

    for (size_t k = 0; k < r->fills; k++) {
        const struct ref_fill *fill = &r->fill[k];
        const struct ref_bar *bar = &s->bars.bar[e->row + fill->bar];
        bool level = fill->kind == REF_TARGET || fill->kind == REF_STOP || fill->kind == REF_TRAILING;
        at_open += fill->at_open ? 1 : 0;
        f[TIES] += level && !fill->at_open && !(fill->price < bar->high && fill->price > bar->low);
        f[STOP_GAP] += fill->at_open && (fill->kind == REF_STOP || fill->kind == REF_TRAILING);
        f[TARGET_GAP] += fill->at_open && fill->kind == REF_TARGET;
        f[LIQUIDATION_GAP] += fill->at_open && fill->kind == REF_LIQUIDATION;
        f[TIME_GAP] += fill->at_open && fill->kind == REF_TIME;
    }
    f[PARTIAL] += r->fills > 1;
    f[IN_AND_OUT] += r->bars == 1 && at_open == r->fills;
    f[LIMIT_OUT_IN_BAR] += r->inside && r->bars == 1;
}

static void tally_trade(const struct market *m, const struct ref_trade *r, size_t *f)
{
    static const enum feature REASONS[] = {
        [REF_OPEN] = LEFT_OPEN,   [REF_TARGET] = ALL_TARGETS, [REF_STOP] = STOPPED,
        [REF_TRAILING] = TRAILED, [REF_TIME] = TIMED,         [REF_LIQUIDATION] = LIQUIDATED};
    const struct ref_entry *e = &m->ref_entry[r->entry];
    const struct ref_series *s = &m->ref_series[e->series];
    const struct ref_options *o = &m->ref_options;

    tally_fills(e, s, r, f);
    f[TAKEN]++;
    f[REASONS[r->reason]]++;
    f[AMBIGUOUS] += r->ambiguous;
    f[RESOLVED] += r->resolved > 0;
    f[BOTH] += r->ambiguous && r->resolved;
    f[LIMIT_INSIDE] += r->inside;
    f[LIMIT_AT_OPEN] += o->limit && !r->inside;
    f[OVER_HOLE] += r->entry_time > s->bars.bar[e->row].time + s->bars.step;
    f[ASSUMED] += r->assumed > 0;
    f[FUNDED] += r->funding > 0;
    f[RECEIVED] += r->funding < 0;
    f[TIER] += r->taker < o->taker || r->taker > o->taker;
    f[RANGE_SLIPPAGE] += o->by_range && r->slippage > 0;
    f[COMPOUND] += o->compound;
    f[GIVEN_QUANTITY] += e->quantity > 0;
    f[STEPPED] += s->size_step > 0;
    f[CAPPED] +=
        e->quantity <= 0 && r->leverage > 0.999999 * fmin(o->max_leverage, s->max_leverage > 0 ? s->max_leverage : 1e9);
    f[LEVERED] += r->margin_frac < 1;
    f[CUT] += r->cut;
    f[RAISED] += r->raised;
}

static void tally_market(const struct market *m, const struct ref_account *r, struct tally *t)
{
    for (size_t k = 0; k < m->n; k++)
        t->refused[r->refusal[k]]++;
    for (size_t k = 0; k < r->n_trades; k++)
        tally_trade(m, &r->trade[k], t->feature);
    t->points += r->points;
    for (size_t k = 0; k < m->n_series; k++)
        t->feature[EARLIER_END] += m->own[k].coarse.time[m->own[k].bars.n - 1] >= m->options.to;
}

static void compare(struct market *m, uint64_t seed, struct tally *tally)
{
    struct ref_account r = {0};
    struct tr_account a;
    struct tr_error err;
    const char *what = NULL;

    market_make(m, seed);
    ref_account_run(&m->ref_options, m->ref_series, m->n_series, m->ref_entry, m->n, &r);
    assert_ok(tr_account_run(&m->options, m->series, m->n_series, m->entry, m->n, &a, &err), &err);
    if (!same_account(m, &a, &r, &what))
        fail_msg("market %llu: the account and its reference differ: not %s", (unsigned long long)seed, what);
    tally_market(m, &r, tally);
    tr_account_finish(&a);
    ref_account_free(&r);
}

static void account_and_reference_agree(void **state)
{
    struct market *m = tr_alloc(1, sizeof *m);
    struct tally tally = {{0}, {0}, 0};

    (void)state;
    assert_non_null(m);
    for (uint64_t seed = 0; seed < MARKETS; seed++)
        compare(m, seed, &tally);
    tr_free(m);
    printf("# %d markets, %zu points of equity\n", MARKETS, tally.points);
    for (size_t k = 0; k < FEATURES; k++)
        printf("# %s: %zu\n", FEATURE[k], tally.feature[k]);
    for (size_t k = 0; k < REF_REFUSALS; k++)
        printf("# entries %s: %zu\n", tr_refusal_name(REFUSAL[k]), tally.refused[k]);
    for (size_t k = 0; k < FEATURES; k++)
        assert_true(tally.feature[k] >= OFTEN);
    for (size_t k = 0; k < REF_REFUSALS; k++)
        assert_true(tally.refused[k] >= OFTEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(account_and_reference_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
