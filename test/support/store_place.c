#include "support/store_place.h"
#include "support/test.h"

#include "base/rng.h"
#include "io/store/sqlite/sqlite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const struct tr_series_key store_btc = {"bitget", "BTC/USDT:USDT", TR_TIMEFRAME_1H};

void store_place_make(struct store_place *place)
{
    test_make_dir(place->dir);
    snprintf(place->path, sizeof place->path, "%s/t.db", place->dir);
}

void store_place_finish(struct store_place *place)
{
    test_remove_dir(place->dir);
}

struct tr_store *store_place_open(const struct store_place *place)
{
    struct tr_store *store = NULL;
    struct tr_error err;
    assert_ok(tr_store_sqlite_open(place->path, 5000, &store, &err), &err);
    return store;
}

void store_place_fill(const struct store_place *place, size_t bars)
{
    struct tr_error err;
    struct tr_store *store = store_place_open(place);
    assert_ok(store_put_bars(store, bars, &err), &err);
    tr_store_close(store);
}

enum tr_status store_put_bars(struct tr_store *store, size_t n, struct tr_error *err)
{
    struct tr_bar_list list;
    struct tr_put_report report;
    store_make_bars(&list, store_btc.timeframe, 0, n, 1);
    struct tr_bars bars = tr_bar_list_view(&list);
    enum tr_status status = tr_store_bars_put(store, &store_btc, &bars, &report, err);
    tr_bar_list_finish(&list);
    return status;
}

void store_assert_holds(struct tr_store *store, size_t n)
{
    struct tr_bar_list list, back;
    struct tr_error err;
    store_make_bars(&list, store_btc.timeframe, 0, n, 1);
    tr_bar_list_init(&back, store_btc.timeframe);
    assert_ok(tr_store_bars_get(store, &store_btc, INT64_MIN, INT64_MAX, &back, &err), &err);
    assert_int_equal(back.n, n);
    assert_memory_equal(back.close, list.close, n * sizeof *list.close);
    tr_bar_list_finish(&list);
    tr_bar_list_finish(&back);
}

int store_in_child(int (*run)(const struct store_place *place), const struct store_place *place)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(run(place));
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void store_make_bars(struct tr_bar_list *out, enum tr_timeframe timeframe, tr_time_ms first, size_t n, unsigned seed)
{
    struct tr_error err;
    struct tr_rng rng;
    tr_rng_init(&rng, seed, 0);
    tr_bar_list_init(out, timeframe);
    for (size_t i = 0; i < n; i++) {
        double open = 1.0 + 50000.0 * tr_rng_uniform(&rng), close = 1.0 + 50000.0 * tr_rng_uniform(&rng);
        struct tr_bar bar = {
            .time = first + (int64_t)i * tr_timeframe_ms(timeframe),
            .open = open,
            .high = fmax(open, close) * (1.0 + tr_rng_uniform(&rng)),
            .low = fmin(open, close) * (1.0 - tr_rng_uniform(&rng) / 2.0),
            .close = close,
            .volume = i % 7 == 0    ? 0.0
                      : i % 11 == 0 ? 5e-324
                                    : 1e6 * tr_rng_uniform(&rng),
        };
        assert_ok(tr_bar_list_add(out, &bar, &err), &err);
    }
}

static double next(double *counter)
{
    *counter += 1.0 / 3.0;
    return *counter;
}

static void fill_evidence(struct tr_evidence *evidence, double *x)
{
    evidence->score = next(x);
    evidence->rank = next(x);
    evidence->confidence = next(x);
    evidence->p0 = next(x);
    evidence->p1 = next(x);
    evidence->base_rate = next(x);
    evidence->edge = -next(x);
    evidence->calibration_rows = 1234;
    evidence->calibration_n = next(x);
    evidence->enough = true;
    evidence->proven_threshold = (double)INFINITY;
    evidence->proven = true;
    evidence->expected_rows = 567;
    evidence->expected_gain_atr = next(x);
    evidence->expected_lower_atr = -next(x);
    evidence->expected_upper_atr = (double)NAN;
    evidence->top_rows = 89;
    evidence->top_n = next(x);
    evidence->top_k = next(x);
    evidence->top_lower = next(x);
}

static void fill_size(struct tr_size *size, int profile, double *x)
{
    size->risk_usd = next(x);
    size->sl_distance_frac = next(x);
    size->position_usd = next(x);
    size->quantity = next(x);
    size->leverage = next(x);
    size->margin_usd = next(x);
    size->liquidation_price = next(x);
    size->capped = profile == 0;
    size->too_small = profile == 1;
    size->liquidation_inside_stop = profile == 2;
}

void store_make_signal(struct tr_stored_signal *out, const struct tr_series_key *key, tr_time_ms time,
                       enum tr_side side)
{
    double x = (double)(time % 977) + (side == TR_SHORT ? 0.1 : 0.0);
    memset(out, 0, sizeof *out); /* padding too: records are compared whole */
    out->series = *key;
    out->origin = TR_ORIGIN_NEWEST;
    snprintf(out->status, sizeof out->status, "active");
    out->net_frac = (double)NAN;
    struct tr_signal *signal = &out->signal;
    signal->time = time;
    signal->decided = time + TR_HOUR_MS;
    signal->expires = time + 49 * TR_HOUR_MS;
    signal->side = side;
    signal->levels.side = side;
    signal->levels.entry = next(&x);
    signal->levels.atr = next(&x);
    signal->levels.stop = next(&x);
    for (int i = 0; i < TR_TARGETS; i++)
        signal->levels.target[i] = next(&x);
    signal->levels.trail_distance = next(&x);
    for (int i = 0; i < TR_PROFILE_COUNT; i++)
        fill_size(&signal->size[i], i, &x);
    fill_evidence(&signal->evidence, &x);
    signal->gross_frac = next(&x);
    signal->cost.entry_frac = next(&x);
    signal->cost.exit_frac = next(&x);
    signal->cost.funding_frac = next(&x);
    signal->cost.total_frac = next(&x);
    signal->net_frac = next(&x);
    signal->passed_profit_filter = true;
    signal->expected_value_frac = -next(&x);
    signal->expected_value_lower = -next(&x);
    signal->expected_value_upper = next(&x);
    signal->funding_rate_per_hour = -next(&x);
    signal->funding_assumed = true;
}
