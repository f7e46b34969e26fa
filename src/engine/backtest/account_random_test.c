/* Laws of the account on random markets, entries and options. */
#include "support/test.h"

#include "support/bars.h"

#include "base/alloc.h"
#include "engine/backtest/account.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SERIES = 4, MOST_ROWS = 160, MOST_ENTRIES = 120 };

struct market {
    struct tr_bars view;
    tr_time_ms time[MOST_ROWS];
    double price[5][MOST_ROWS]; /* open, high, low, close, volume */
};

struct scene {
    struct market market[MOST_SERIES];
    struct tr_market_limits limits;
    struct tr_funding funding;
    struct tr_account_series series[MOST_SERIES];
    size_t n_series;
    struct tr_account_options options;
    struct tr_account_entry entry[MOST_ENTRIES];
    size_t n;
};

static struct scene scene, other; /* too large for the stack */

static bool chance(struct tr_rng *rng, double share)
{
    return tr_rng_uniform(rng) < share;
}

static void attach(struct scene *s)
{
    for (size_t k = 0; k < s->n_series; k++) {
        struct market *m = &s->market[k];
        m->view.time = m->time;
        m->view.open = m->price[0];
        m->view.high = m->price[1];
        m->view.low = m->price[2];
        m->view.close = m->price[3];
        m->view.volume = m->price[4];
        s->series[k] = (struct tr_account_series){&m->view, &s->funding, &s->limits, NULL};
    }
}

static void random_market(struct tr_rng *rng, struct market *m)
{
    struct test_bars bars;
    struct test_bars_options options = test_bars_defaults(20 + tr_rng_below(rng, MOST_ROWS - 19));
    options.hole_share = chance(rng, 0.5) ? 0.05 : 0.0;
    options.jump_share = chance(rng, 0.7) ? 0.3 : 0.0;
    test_bars_random(rng, &options, &bars);
    const double *const column[] = {bars.view.open, bars.view.high, bars.view.low, bars.view.close, bars.view.volume};
    m->view = (struct tr_bars){.n = options.n, .timeframe = options.timeframe};
    tr_time_ms shift = chance(rng, 0.3) ? (tr_time_ms)tr_rng_below(rng, 40) * TR_HOUR_MS : 0;
    for (size_t i = 0; i < options.n; i++) {
        m->time[i] = bars.view.time[i] + shift;
        for (int k = 0; k < 5; k++)
            m->price[k][i] = column[k][i];
    }
    test_bars_free(&bars);
}

static tr_time_ms close_of(const struct scene *s, size_t k, size_t row)
{
    return s->market[k].time[row] + TR_HOUR_MS;
}

/* Entries in order of their closes, several at one instant and one row among them. */
static void random_entries(struct tr_rng *rng, struct scene *s)
{
    size_t row[MOST_SERIES] = {0};
    double share = 0.02 + 0.6 * tr_rng_uniform(rng);
    bool sized = chance(rng, 0.5);
    s->n = 0;
    for (;;) {
        size_t next = s->n_series;
        for (size_t k = 0; k < s->n_series; k++)
            if (row[k] < s->market[k].view.n &&
                (next == s->n_series || close_of(s, k, row[k]) < close_of(s, next, row[next])))
                next = k;
        if (next == s->n_series)
            return;
        while (chance(rng, share) && s->n < MOST_ENTRIES) {
            struct tr_account_entry *entry = &s->entry[s->n++];
            struct tr_ladder ladder = tr_ladder_defaults();
            struct tr_error err;
            *entry = (struct tr_account_entry){.series = next, .row = row[next], .fraction = {1.0}};
            entry->targets = 1 + 2 * tr_rng_below(rng, 2);
            if (entry->targets == 3)
                memcpy(entry->fraction, ladder.fraction, sizeof entry->fraction);
            entry->quantity = sized ? 0.25 * (double)(1 + tr_rng_below(rng, 200)) : 0.0;
            enum tr_side side = chance(rng, 0.5) ? TR_SHORT : TR_LONG;
            double close = s->market[next].price[3][row[next]], atr = 0.5 * (double)(1 + tr_rng_below(rng, 10));
            if (tr_levels_make(&ladder, side, close, atr, NULL, &entry->levels, &err) != TR_OK)
                s->n--;
        }
        row[next]++;
    }
}

static void random_options(struct tr_rng *rng, struct scene *s)
{
    struct tr_account_options *o = &s->options;
    *o = (struct tr_account_options){.size = tr_size_defaults(), .cost = tr_cost_defaults()};
    o->profile = (enum tr_risk_profile)tr_rng_below(rng, TR_PROFILE_COUNT);
    o->compound = chance(rng, 0.5);
    o->leverage = chance(rng, 0.5) ? (double)(1 + tr_rng_below(rng, 20)) : 0.0;
    o->max_open = tr_rng_below(rng, 4);
    o->max_side_exposure = chance(rng, 0.4) ? 3.0 * tr_rng_uniform(rng) : 0.0;
    o->max_correlated_exposure = chance(rng, 0.4) ? 3.0 * tr_rng_uniform(rng) : 0.0;
    o->correlation = chance(rng, 0.5) ? 0.0 : 0.2;
    o->correlation_bars = 30;
    o->cost.slippage_model = chance(rng, 0.3) ? TR_SLIPPAGE_RANGE : TR_SLIPPAGE_FRACTION;
    o->cost.slippage_range = 0.1;
    if (chance(rng, 0.5))
        o->fees = (struct tr_fee_schedule){2, {{5e3, 0.0001, 0.0005}, {1e5, -0.0001, 0.0004}}};
    o->horizon_bars = 1 + tr_rng_below(rng, 30);
    o->intrabar = chance(rng, 0.5) ? TR_INTRABAR_OPTIMISTIC : TR_INTRABAR_PESSIMISTIC;
    o->entry = chance(rng, 0.4) ? TR_ENTRY_LIMIT : TR_ENTRY_MARKET;
    s->limits = (struct tr_market_limits){0};
    if (chance(rng, 0.4))
        s->limits = (struct tr_market_limits){.size_step = 0.5, .min_notional_usd = 500.0, .max_leverage = 4.0};
    s->funding = tr_funding_none();
    o->from = INT64_MAX;
    for (size_t k = 0; k < s->n_series; k++) {
        size_t last = s->market[k].view.n - 1;
        o->from = close_of(s, k, 0) < o->from ? close_of(s, k, 0) : o->from;
        o->to = close_of(s, k, last) > o->to ? close_of(s, k, last) : o->to;
    }
}

static void random_scene(struct tr_rng *rng, struct scene *s)
{
    s->n_series = 1 + tr_rng_below(rng, MOST_SERIES);
    for (size_t k = 0; k < s->n_series; k++)
        random_market(rng, &s->market[k]);
    random_entries(rng, s);
    random_options(rng, s);
    attach(s);
}

static struct tr_account run(const struct scene *s)
{
    struct tr_account account;
    struct tr_error err;
    assert_ok(tr_account_run(&s->options, s->series, s->n_series, s->entry, s->n, &account, &err), &err);
    return account;
}

/* --- Conservation --- */

static void check_trade(const struct scene *s, const struct tr_account_trade *t)
{
    double most = s->options.size.max_leverage[s->options.profile];
    most = s->limits.max_leverage > 0.0 ? fmin(most, s->limits.max_leverage) : most;
    assert_true(t->leverage <= (s->options.leverage > 0.0 ? s->options.leverage : most) * (1.0 + 1e-12));
    tr_money gross = 0, fees = 0, slippage = 0, funding = 0;
    for (size_t k = 0; k < t->money.bookings; k++) {
        gross += tr_money_from_usd(t->money.booking[k].gross * t->size_usd);
        fees += tr_money_from_usd(t->money.booking[k].fees * t->size_usd);
        slippage += tr_money_from_usd(t->money.booking[k].slippage * t->size_usd);
        funding += tr_money_from_usd(t->money.booking[k].funding * t->size_usd);
    }
    assert_int_equal(t->gross, gross);
    assert_int_equal(t->fees, fees);
    assert_int_equal(t->slippage, slippage);
    assert_int_equal(t->funding, funding);
    assert_int_equal(t->net, gross - fees - slippage - funding);
    assert_near(tr_money_usd(t->net), t->money.net_frac * t->size_usd, 2e-7);
    assert_same_bits(t->size_usd, t->quantity * t->outcome.entry_price);
    assert_near(t->margin_usd * fmax(1.0, t->leverage), t->size_usd, 1e-9 * t->size_usd);
    assert_true(t->open == (t->outcome.reason == TR_EXIT_OPEN));
}

static void check_grid(const struct scene *s, const struct tr_account *a)
{
    size_t seen = 1;
    for (size_t i = 1; i < a->points; i++) {
        size_t closes = 0;
        assert_true(a->time[i] > a->time[i - 1]);
        for (size_t k = 0; k < s->n_series; k++) {
            size_t row = tr_bars_find(&s->market[k].view, a->time[i] - TR_HOUR_MS);
            closes += row < s->market[k].view.n && close_of(s, k, row) == a->time[i];
        }
        assert_true(closes > 0);
        seen += closes;
    }
    for (size_t k = 0; k < s->n_series; k++) /* every close is one of them */
        for (size_t row = 0; row < s->market[k].view.n; row++)
            seen -= close_of(s, k, row) > s->options.from;
    assert_int_equal(seen, 1);
    assert_int_equal(a->time[0], s->options.from);
}

/* Positions of a series one after the other; no more than max_open orders and positions at any decision. */
static void check_order(const struct scene *s, const struct tr_account *a)
{
    for (size_t i = 0; i < a->n_trades; i++) {
        const struct tr_account_trade *t = &a->trades[i];
        tr_time_ms decided = close_of(s, t->series, s->entry[t->entry].row);
        size_t open = 1;
        assert_true(i == 0 || t[-1].entry_time < t->entry_time ||
                    (t[-1].entry_time == t->entry_time && t[-1].entry < t->entry));
        for (size_t j = 0; j < a->n_trades; j++) {
            const struct tr_account_trade *before = &a->trades[j];
            size_t exit_row = s->entry[before->entry].row + before->outcome.bars;
            bool over = !before->open && close_of(s, before->series, exit_row) <= decided;
            if (before->entry >= t->entry || over)
                continue;
            assert_true(before->series != t->series);
            open++;
        }
        assert_true(s->options.max_open == 0 || open <= s->options.max_open);
    }
}

static void every_cent_is_somewhere(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 11, 0);
    size_t refused[TR_REFUSALS] = {0}, open = 0;
    for (int round = 0; round < 3000; round++) {
        random_scene(&rng, &scene);
        struct tr_account a = run(&scene);
        tr_money net = 0;
        size_t fates = 0, still_open = 0;
        for (size_t i = 0; i < a.n_trades; i++) {
            check_trade(&scene, &a.trades[i]);
            net += a.trades[i].net;
            still_open += a.trades[i].open;
            assert_int_equal(a.refusal[a.trades[i].entry], TR_REFUSAL_NONE);
        }
        assert_int_equal(a.n_open, still_open);
        assert_int_equal(a.capital, tr_money_from_usd(scene.options.size.capital_usd));
        assert_int_equal(a.final_equity, a.capital + net);
        assert_same_bits(a.equity[0], tr_money_usd(a.capital));
        assert_same_bits(a.equity[a.points - 1], tr_money_usd(a.final_equity));
        assert_near(a.exposure[a.points - 1], 0.0, 0.0);
        for (size_t k = 0; k < TR_REFUSALS; k++) {
            fates += a.refused[k];
            refused[k] += a.refused[k];
        }
        assert_int_equal(fates, scene.n);
        assert_int_equal(a.refused[TR_REFUSAL_NONE], a.n_trades);
        open += a.n_open;
        check_grid(&scene, &a);
        check_order(&scene, &a);
        tr_account_finish(&a);
    }
    for (size_t k = 0; k < TR_REFUSALS; k++)
        if (refused[k] < 20)
            fail_msg("only %zu of \"%s\": too few to tell", refused[k], tr_refusal_name((enum tr_refusal)k));
    assert_true(open > 100);
}

/* --- Nothing of what comes later --- */

/* Entries that passed the checks, whatever their bar then made of them. */
static bool passed(enum tr_refusal refusal)
{
    return refusal == TR_REFUSAL_NONE || refusal == TR_REFUSAL_EXPIRED || refusal == TR_REFUSAL_UNFILLED;
}

/* The same closes up to `now`, another market from there on; positions are another story then, decisions are not. */
static void change_after(struct tr_rng *rng, struct scene *s, tr_time_ms now)
{
    for (size_t k = 0; k < s->n_series; k++)
        for (size_t row = 0; row < s->market[k].view.n; row++) {
            if (close_of(s, k, row) <= now)
                continue;
            double factor = 0.7 + 0.6 * tr_rng_uniform(rng);
            for (int c = 0; c < 4; c++)
                s->market[k].price[c][row] *= factor;
        }
}

static const struct tr_account_trade *trade_of(const struct tr_account *a, size_t entry)
{
    for (size_t i = 0; i < a->n_trades; i++)
        if (a->trades[i].entry == entry)
            return &a->trades[i];
    return NULL;
}

static void no_decision_knows_what_comes_after_it(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 12, 0);
    size_t compared = 0;
    for (int round = 0; round < 2000; round++) {
        random_scene(&rng, &scene);
        if (scene.n == 0)
            continue;
        const struct tr_account_entry *last = &scene.entry[tr_rng_below(&rng, scene.n)];
        tr_time_ms now = close_of(&scene, last->series, last->row);
        other = scene;
        attach(&other);
        change_after(&rng, &other, now);
        struct tr_account a = run(&scene), b = run(&other);
        for (size_t i = 0; i < scene.n && close_of(&scene, scene.entry[i].series, scene.entry[i].row) <= now; i++) {
            assert_int_equal(passed(a.refusal[i]), passed(b.refusal[i]));
            assert_true(passed(a.refusal[i]) || a.refusal[i] == b.refusal[i]);
            const struct tr_account_trade *t = trade_of(&a, i), *u = trade_of(&b, i);
            if (t && u) {
                assert_same_bits(t->quantity, u->quantity);
                assert_same_bits(t->leverage, u->leverage);
                assert_same_bits(t->taker_frac, u->taker_frac);
            }
            compared += t && u;
        }
        assert_int_equal(a.points, b.points);
        for (size_t i = 0; i + 1 < a.points && a.time[i] <= now; i++) {
            assert_near(a.equity[i], b.equity[i], 1e-9 * fabs(a.equity[i]));
            assert_near(a.exposure[i], b.exposure[i], 1e-9 * a.exposure[i]);
        }
        tr_account_finish(&a);
        tr_account_finish(&b);
    }
    assert_true(compared > 5000);
}

static void bars_after_the_last_exit_change_nothing(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 13, 0);
    size_t cut = 0;
    for (int round = 0; round < 1000; round++) {
        random_scene(&rng, &scene);
        scene.n = scene.n / 2;
        struct tr_account a = run(&scene);
        size_t needed[MOST_SERIES] = {0};
        for (size_t i = 0; i < scene.n; i++) { /* an entry's next bar belongs to its fate */
            const struct tr_account_entry *entry = &scene.entry[i];
            needed[entry->series] = entry->row + 2 > needed[entry->series] ? entry->row + 2 : needed[entry->series];
        }
        for (size_t i = 0; i < a.n_trades; i++) {
            const struct tr_account_trade *t = &a.trades[i];
            size_t rows = scene.entry[t->entry].row + t->outcome.bars + 1;
            needed[t->series] = rows > needed[t->series] ? rows : needed[t->series];
        }
        other = scene;
        attach(&other);
        for (size_t k = 0; k < scene.n_series; k++) {
            size_t n = scene.market[k].view.n;
            other.market[k].view.n = needed[k] < n ? needed[k] : n;
            cut += n - other.market[k].view.n;
        }
        struct tr_account b = run(&other);
        assert_int_equal(b.n_trades, a.n_trades);
        assert_int_equal(b.final_equity, a.final_equity);
        assert_memory_equal(b.refusal, a.refusal, scene.n * sizeof *a.refusal);
        for (size_t i = 0; i < a.n_trades; i++) {
            assert_int_equal(b.trades[i].net, a.trades[i].net);
            assert_int_equal(b.trades[i].exit_time, a.trades[i].exit_time);
        }
        tr_account_finish(&a);
        tr_account_finish(&b);
    }
    assert_true(cut > 10000);
}

static void the_same_again_gives_the_same_bits(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 14, 0);
    for (int round = 0; round < 300; round++) {
        random_scene(&rng, &scene);
        struct tr_account a = run(&scene), b = run(&scene);
        assert_int_equal(a.final_equity, b.final_equity);
        assert_int_equal(a.points, b.points);
        assert_memory_equal(a.equity, b.equity, a.points * sizeof *a.equity);
        assert_memory_equal(a.exposure, b.exposure, a.points * sizeof *a.exposure);
        assert_memory_equal(a.refused, b.refused, sizeof a.refused);
        tr_account_finish(&a);
        tr_account_finish(&b);
    }
}

/* --- The mirror: prices against a constant, longs for shorts. In coins, without costs and without liquidations, each
 * position wins what its mirror wins. --- */

static void mirror(const struct scene *s, double about, struct scene *out)
{
    *out = *s;
    for (size_t k = 0; k < s->n_series; k++)
        for (size_t row = 0; row < s->market[k].view.n; row++) {
            out->market[k].price[0][row] = about - s->market[k].price[0][row];
            out->market[k].price[1][row] = about - s->market[k].price[2][row];
            out->market[k].price[2][row] = about - s->market[k].price[1][row];
            out->market[k].price[3][row] = about - s->market[k].price[3][row];
        }
    for (size_t i = 0; i < s->n; i++) {
        struct tr_levels *levels = &out->entry[i].levels;
        levels->side = levels->side == TR_LONG ? TR_SHORT : TR_LONG;
        levels->entry = about - levels->entry;
        levels->stop = about - levels->stop;
        for (int k = 0; k < TR_TARGETS; k++)
            levels->target[k] = about - levels->target[k];
    }
    attach(out);
}

static void a_mirrored_market_earns_its_mirror_the_same(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 15, 0);
    size_t trades = 0;
    for (int round = 0; round < 1000; round++) {
        random_scene(&rng, &scene);
        struct tr_account_options *o = &scene.options;
        o->cost = (struct tr_cost_options){0};
        o->fees.n = 0;
        o->leverage = 1.0;
        o->size.capital_usd = 1e8;
        o->max_side_exposure = o->max_correlated_exposure = 0.0;
        scene.limits = (struct tr_market_limits){0};
        scene.funding.default_rate = 0.0;
        for (size_t i = 0; i < scene.n; i++)
            scene.entry[i].quantity = 2.5;
        mirror(&scene, 1024.0, &other);
        struct tr_account a = run(&scene), b = run(&other);
        assert_memory_equal(a.refusal, b.refusal, scene.n * sizeof *a.refusal);
        assert_int_equal(a.n_trades, b.n_trades);
        for (size_t i = 0; i < a.n_trades; i++) {
            assert_true(a.trades[i].side != b.trades[i].side);
            assert_int_equal(a.trades[i].outcome.reason, b.trades[i].outcome.reason);
            assert_int_equal(a.trades[i].exit_time, b.trades[i].exit_time);
            assert_true(llabs(a.trades[i].net - b.trades[i].net) <= TR_FILLS); /* each booking may round its own way */
        }
        assert_int_equal(a.points, b.points);
        for (size_t i = 0; i < a.points; i++)
            assert_near(a.equity[i], b.equity[i], 1e-5);
        trades += a.n_trades;
        tr_account_finish(&a);
        tr_account_finish(&b);
    }
    assert_true(trades > 5000);
}

static void every_failing_allocation_is_a_status(void **state)
{
    (void)state;
    struct tr_rng rng;
    tr_rng_init(&rng, 16, 0);
    for (int round = 0; round < 20; round++) {
        random_scene(&rng, &scene);
        size_t k = 1;
        for (;; k++) {
            struct tr_account account;
            struct tr_error err;
            tr_alloc_fail_at(k);
            enum tr_status status =
                tr_account_run(&scene.options, scene.series, scene.n_series, scene.entry, scene.n, &account, &err);
            tr_alloc_fail_at(0);
            tr_account_finish(&account);
            if (status == TR_OK)
                break;
            assert_int_equal(status, TR_NOMEM);
        }
        assert_true(k > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cent_is_somewhere),
        cmocka_unit_test(no_decision_knows_what_comes_after_it),
        cmocka_unit_test(bars_after_the_last_exit_change_nothing),
        cmocka_unit_test(the_same_again_gives_the_same_bits),
        cmocka_unit_test(a_mirrored_market_earns_its_mirror_the_same),
        cmocka_unit_test(every_failing_allocation_is_a_status),
    };
    return cmocka_run_group_tests_name("backtest/account_random", tests, NULL, NULL);
}
