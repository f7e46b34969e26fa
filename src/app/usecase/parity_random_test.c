/* Records made by the live kernels at any row of any market: the replay has to come to the same. */
#include "support/test.h"

#include "app/usecase/parity.h"
#include "app/usecase/record.h"
#include "base/alloc.h"
#include "engine/feature/column.h"
#include "engine/feature/feature.h"
#include "io/store/funding.h"
#include "support/bars.h"
#include "support/store_place.h"

#include <math.h>
#include <string.h>

static const struct tr_series_key key = {"file", "TEST/USDT:USDT", TR_TIMEFRAME_1H};

static double *atr_of(const struct tr_bars *market)
{
    struct tr_matrix features;
    struct tr_error err = {0};
    double *atr = tr_alloc(market->n, sizeof *atr);
    assert_non_null(atr);
    assert_ok(tr_matrix_init(&features, market->n, TR_FEATURE_COLUMNS, &err), &err);
    assert_ok(tr_feature_compute(market, &features, &err), &err);
    memcpy(atr, tr_matrix_column(&features, TR_ATR_14), market->n * sizeof *atr);
    tr_matrix_finish(&features);
    return atr;
}

/* The signal of a row as the gate fills it, and what it came to as a live run records it. False without levels. */
static bool make_record(const struct tr_recipe *r, const struct tr_bars *market, const double *atr, size_t row,
                        enum tr_side side, struct tr_stored_signal *out)
{
    struct tr_outcome_rules rules = tr_outcome_rules_ladder(&r->gate.ladder, market->timeframe);
    struct tr_candidate candidate[TR_SIDE_COUNT];
    struct tr_decision decision[TR_SIDE_COUNT];
    struct tr_outcome outcome;
    bool active[TR_SIDE_COUNT] = {false};
    int assumed;
    for (int s = 0; s < TR_SIDE_COUNT; s++) {
        candidate[s] = (struct tr_candidate){.side = (enum tr_side)s,
                                             .time = market->time[row],
                                             .timeframe = market->timeframe,
                                             .close = market->close[row],
                                             .atr = atr[row],
                                             .has_model = true};
        candidate[s].funding_rate_per_hour =
            tr_funding_rate_per_hour(&r->funding, market->time[row] + tr_timeframe_ms(market->timeframe), &assumed);
        candidate[s].funding_assumed = assumed;
        candidate[s].evidence.expected_rows = 100;
        candidate[s].evidence.expected_gain_atr = 0.3;
    }
    tr_gate_decide(&r->gate, candidate, &r->limits, active, decision);
    *out = (struct tr_stored_signal){
        .series = key, .origin = TR_ORIGIN_NEWEST, .signal = decision[side].signal, .net_frac = (double)NAN};
    if (isnan(out->signal.levels.stop))
        return false;
    tr_outcome_run(&rules, &out->signal.levels, market, row, &outcome);
    tr_record_outcome(r, &rules, market, row, &outcome, out);
    return true;
}

static void vary(struct tr_rng *rng, struct tr_recipe *r)
{
    struct tr_gate_options *gate = &r->gate;
    gate->ladder.trail_atr = (double)tr_rng_below(rng, 3);
    gate->ladder.horizon_hours = (double)(1 + tr_rng_below(rng, 60));
    gate->ladder.stop_atr = 0.5 + tr_rng_uniform(rng);
    gate->cost.slippage_model = tr_rng_below(rng, 2) ? TR_SLIPPAGE_RANGE : TR_SLIPPAGE_FRACTION;
    gate->cost.credit_funding = tr_rng_below(rng, 2);
    gate->cost.exit_model = tr_rng_below(rng, 2) ? TR_EXIT_WEIGHTED : TR_EXIT_PER_EXIT_FULL;
    r->limits = (struct tr_market_limits){0};
    if (tr_rng_below(rng, 2))
        r->limits = (struct tr_market_limits){0.5, 0.001, 0.01, 5, 20};
}

#define RATES 60

/* Recorded rates of part of the time: the rest is assumed. */
struct rates {
    tr_time_ms time[RATES];
    double rate[RATES];
};

static void put_rates(struct tr_rng *rng, struct tr_store *store, tr_time_ms first, struct rates *out,
                      struct tr_funding *funding)
{
    struct tr_put_report report;
    struct tr_error err = {0};
    for (size_t i = 0; i < RATES; i++) {
        out->time[i] = first + (tr_time_ms)(i + 10) * 8 * TR_HOUR_MS;
        out->rate[i] = 0.002 * (tr_rng_uniform(rng) - 0.5);
    }
    assert_ok(tr_store_funding_put(store, key.exchange, key.symbol, out->time, out->rate, RATES, &report, &err), &err);
    funding->n = RATES;
    funding->time = out->time;
    funding->rate = out->rate;
}

static struct test_bars random_market(struct tr_rng *rng)
{
    struct test_bars_options options = test_bars_defaults(400);
    struct test_bars market;
    options.timeframe = TR_TIMEFRAME_1H;
    options.hole_share = 0.03;
    options.hole_bars = 40;
    options.jump_share = 0.2;
    options.jump_ticks = 40;
    test_bars_random(rng, &options, &market);
    return market;
}

struct tally {
    size_t made, expired, open;
};

/* Signals of every third row, as a live run leaves them when the last bar has come. */
static void put_signals(struct tr_rng *rng, struct tr_store *store, const struct tr_recipe *r,
                        const struct tr_bars *market, struct tally *tally)
{
    double *atr = atr_of(market);
    for (size_t row = 0; row < market->n; row += 3) {
        enum tr_side side = tr_rng_below(rng, 2) ? TR_SHORT : TR_LONG;
        struct tr_stored_signal record;
        struct tr_error err = {0};
        if (!make_record(r, market, atr, row, side, &record))
            continue;
        assert_ok(tr_store_signals_put(store, &record, 1, &err), &err);
        bool expired = strcmp(record.status, "expired") == 0;
        tally->made++;
        tally->expired += expired;
        tally->open += !expired && strcmp(record.status, "closed") != 0;
    }
    tr_free(atr);
}

static void check_parity(struct tr_store *store, const struct tr_recipe *r, size_t made)
{
    struct tr_parity_options options = {.origin = TR_ORIGIN_NEWEST};
    struct tr_parity parity;
    struct tr_error err = {0};
    assert_ok(tr_parity_run(store, &options, r, NULL, &parity, &err), &err);
    if (parity.n_differences) {
        const struct tr_parity_difference *d = &parity.differences[0];
        fail_msg("%zu differences; %s: %.17g %lld '%s' is replayed as %.17g %lld '%s'", parity.n_differences, d->field,
                 d->stored.number, (long long)d->stored.time, d->stored.word, d->replayed.number,
                 (long long)d->replayed.time, d->replayed.word);
    }
    assert_true(parity.compared == made && parity.n_signals == made && parity.n_behind == 0);
    tr_parity_finish(&parity);
}

static void any_signal_of_any_market_is_replayed_to_the_same_record(void **state)
{
    (void)state;
    struct tr_rng rng;
    struct tally all = {0, 0, 0};
    tr_rng_init(&rng, 11, 0);
    for (int trial = 0; trial < 12; trial++) {
        struct test_bars market = random_market(&rng);
        struct store_place place;
        struct tr_put_report report;
        struct tr_error err = {0};
        struct tr_recipe r;
        struct rates rates;
        size_t before = all.made;
        store_place_make(&place);
        struct tr_store *store = store_place_open(&place);
        tr_recipe_defaults(&r);
        vary(&rng, &r);
        assert_ok(tr_store_bars_put(store, &key, &market.view, &report, &err), &err);
        if (trial % 2)
            put_rates(&rng, store, market.view.time[0], &rates, &r.funding);
        put_signals(&rng, store, &r, &market.view, &all);
        r.funding = tr_funding_none(); /* the store has them */
        check_parity(store, &r, all.made - before);
        tr_store_close(store);
        store_place_finish(&place);
        test_bars_free(&market);
    }
    print_message("# %zu signals, %zu expired, %zu open\n", all.made, all.expired, all.open);
    assert_true(all.made > 500 && all.expired > 3 && all.open > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_signal_of_any_market_is_replayed_to_the_same_record),
    };
    return cmocka_run_group_tests_name("usecase/parity_random", tests, NULL, NULL);
}
