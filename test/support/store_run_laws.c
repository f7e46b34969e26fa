#include "support/store_laws.h"
#include "support/store_place.h"
#include "support/test.h"

#include "base/alloc.h"
#include "io/store/funding.h"
#include "io/store/models.h"
#include "io/store/runs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define START (INT64_C(473352) * TR_HOUR_MS) /* 2024-01-01 */
#define STEP (8 * TR_HOUR_MS)

static const char market[] = "BTC/USDT:USDT";

static struct tr_backtest_row make_run(struct tr_store *store, unsigned k)
{
    char text[40];
    struct tr_backtest_row row;
    double x = k + 1.0 / 3.0;
    memset(&row, 0, sizeof row); /* padding too: records are compared whole */
    snprintf(row.id, sizeof row.id, "%08x%08x", k, k);
    row.created = START + k;
    snprintf(row.series, sizeof row.series, "BTC/USDT:USDT 1h, ETH/USDT:USDT 30m %u", k);
    snprintf(row.entries, sizeof row.entries, "walk-forward");
    snprintf(row.label, sizeof row.label, "it's \"%u\"", k);
    row.from = START - 100 * TR_DAY_MS;
    row.to = START - k;
    row.trades = 17 + k;
    row.total_return_frac = -x;
    row.max_drawdown_frac = x / 7;
    row.sharpe = x / 11;
    row.profit_factor = x / 13;
    snprintf(text, sizeof text, "report %u", k);
    store_put_blob(store, text, row.report);
    return row;
}

static void put_run(struct tr_store *store, const struct tr_backtest_row *row)
{
    struct tr_error err;
    assert_ok(tr_store_run_put(store, row, &err), &err);
}

static struct tr_backtest_row *runs(struct tr_store *store, size_t limit, size_t expected)
{
    struct tr_backtest_row *out;
    struct tr_error err;
    size_t n;
    assert_ok(tr_store_run_list(store, limit, &out, &n, &err), &err);
    assert_true(n == expected);
    return out;
}

static void a_backtest_comes_back_in_every_field(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_backtest_row wide = make_run(store, 1), plain = make_run(store, 2), *back;
    wide.created = INT64_MIN;
    wide.from = INT64_MIN;
    wide.to = INT64_MAX;
    wide.trades = INT64_MAX;
    wide.total_return_frac = wide.max_drawdown_frac = wide.sharpe = (double)NAN;
    wide.profit_factor = (double)INFINITY;
    memset(wide.series, 's', sizeof wide.series - 1);
    memset(wide.entries, 'e', sizeof wide.entries - 1);
    memset(wide.label, 'l', sizeof wide.label - 1);
    memset(plain.label, 0, sizeof plain.label);
    put_run(store, &wide);
    put_run(store, &plain);
    store = store_open_again(state, store);
    back = runs(store, 0, 2);
    assert_memory_equal(&back[0], &plain, sizeof plain);
    assert_memory_equal(&back[1], &wide, sizeof wide);
    tr_free(back);
    tr_store_close(store);
}

static bool has_blob(struct tr_store *store, const char *hash)
{
    struct tr_error err;
    struct tr_buf bytes;
    tr_buf_init(&bytes);
    enum tr_status status = tr_store_blob_get(store, hash, &bytes, &err);
    tr_buf_finish(&bytes);
    return status == TR_OK;
}

static void a_backtest_put_again_replaces_itself_alone(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_backtest_row first = make_run(store, 1), other = make_run(store, 2), again = make_run(store, 3), *back;
    put_run(store, &first);
    put_run(store, &other);
    memcpy(again.id, first.id, sizeof again.id);
    put_run(store, &again);
    back = runs(store, 0, 2);
    assert_memory_equal(&back[0], &again, sizeof again);
    assert_memory_equal(&back[1], &other, sizeof other);
    tr_free(back);
    assert_false(has_blob(store, first.report)); /* nothing names it any more */
    assert_true(has_blob(store, other.report) && has_blob(store, again.report));
    memcpy(again.report, other.report, sizeof again.report);
    put_run(store, &again);
    store_put_blob(store, "report 3", again.report);
    put_run(store, &again);
    assert_true(has_blob(store, other.report)); /* another run still does */
    tr_store_close(store);
}

static void a_backtest_that_is_removed_takes_only_its_own_report_with_it(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_backtest_row first = make_run(store, 1), twin = make_run(store, 2), other = make_run(store, 3), *back;
    struct tr_error err;
    memcpy(twin.report, first.report, sizeof twin.report);
    put_run(store, &first);
    put_run(store, &twin);
    put_run(store, &other);
    assert_int_equal(tr_store_run_remove(store, "0000000400000004", &err), TR_NOT_FOUND);
    assert_non_null(strstr(err.text, "backtest 0000000400000004"));
    assert_int_equal(tr_store_run_remove(store, "00000001", &err), TR_INVALID); /* not the whole id */
    tr_free(runs(store, 0, 3));
    assert_ok(tr_store_run_remove(store, first.id, &err), &err);
    assert_true(has_blob(store, first.report)); /* the twin still names it */
    assert_ok(tr_store_run_remove(store, other.id, &err), &err);
    assert_false(has_blob(store, other.report));
    assert_int_equal(tr_store_run_remove(store, other.id, &err), TR_NOT_FOUND);
    store = store_open_again(state, store);
    back = runs(store, 0, 1);
    assert_memory_equal(back, &twin, sizeof twin);
    tr_free(back);
    assert_ok(tr_store_run_remove(store, twin.id, &err), &err);
    assert_false(has_blob(store, twin.report));
    tr_free(runs(store, 0, 0));
    store_put_blob(store, "report 1", first.report);
    put_run(store, &first); /* as if it had never been */
    tr_free(runs(store, 0, 1));
    tr_store_close(store);
}

static void the_newest_backtests_come_first_up_to_the_limit(void **state)
{
    enum { N = 120 };
    struct tr_store *store = store_open_empty(state);
    tr_free(runs(store, 0, 0));
    for (unsigned k = 0; k < N; k++) {
        struct tr_backtest_row row = make_run(store, k * 7 % N);
        row.created = START + (k * 7 % N) / 2; /* two of an instant */
        put_run(store, &row);
    }
    static const size_t limits[] = {0, 1, 3, N, N + 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        size_t expected = limits[i] > 0 && limits[i] < N ? limits[i] : N;
        struct tr_backtest_row *back = runs(store, limits[i], expected);
        for (size_t j = 1; j < expected; j++)
            assert_true(back[j - 1].created > back[j].created ||
                        (back[j - 1].created == back[j].created && strcmp(back[j - 1].id, back[j].id) < 0));
        assert_string_equal(back[0].id, "0000007600000076");
        tr_free(back);
    }
    tr_store_close(store);
}

static void a_backtest_needs_its_report(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_backtest_row row = make_run(store, 1), found;
    struct tr_error err;
    tr_hash_of("not stored", 10, row.report);
    assert_int_equal(tr_store_run_put(store, &row, &err), TR_INVALID);
    assert_non_null(strstr(err.text, "must be stored before"));
    tr_free(runs(store, 0, 0));
    row = make_run(store, 1);
    put_run(store, &row);
    assert_ok(tr_store_run_find(store, "00000001", &found, &err), &err);
    assert_memory_equal(&found, &row, sizeof row);
    assert_int_equal(tr_store_run_find(store, "00000002", &found, &err), TR_NOT_FOUND);
    tr_store_close(store);
}

static void make_rates(tr_time_ms *time, double *rate, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        time[i] = START + (tr_time_ms)i * STEP;
        rate[i] = ((double)i - (double)n / 2) * 1e-5 / 3;
    }
}

static struct tr_put_report put_rates(struct tr_store *store, const char *exchange, const char *symbol,
                                      const tr_time_ms *time, const double *rate, size_t n)
{
    struct tr_put_report report;
    struct tr_error err;
    assert_ok(tr_store_funding_put(store, exchange, symbol, time, rate, n, &report, &err), &err);
    assert_true(report.inserted + report.identical + report.differing == n);
    return report;
}

static void assert_rates(struct tr_store *store, const char *exchange, tr_time_ms from, tr_time_ms to,
                         const tr_time_ms *time, const double *rate, size_t n)
{
    tr_time_ms *times;
    double *rates;
    size_t found;
    struct tr_error err;
    assert_ok(tr_store_funding_get(store, exchange, market, from, to, &times, &rates, &found, &err), &err);
    assert_true(found == n);
    if (n > 0) {
        assert_memory_equal(times, time, n * sizeof *time);
        assert_memory_equal(rates, rate, n * sizeof *rate);
    }
    tr_free(times);
    tr_free(rates);
}

static void funding_comes_back_to_the_bit_also_after_reopening(void **state)
{
    enum { N = 500 };
    struct tr_store *store = store_open_empty(state);
    tr_time_ms time[N];
    double rate[N];
    make_rates(time, rate, N);
    rate[0] = 0.05;
    rate[1] = -5e-324;
    assert_true(put_rates(store, "bitget", market, time, rate, N).inserted == N);
    store = store_open_again(state, store);
    assert_rates(store, "bitget", INT64_MIN, INT64_MAX, time, rate, N);
    assert_rates(store, "bitget", time[3], time[9], time + 3, rate + 3, 6); /* from is included, to is not */
    assert_rates(store, "bitget", time[3] + 1, time[9] + 1, time + 4, rate + 4, 6);
    assert_rates(store, "bitget", time[3], time[3], NULL, NULL, 0);
    assert_rates(store, "bitget", time[9], time[3], NULL, NULL, 0);
    assert_rates(store, "okx", INT64_MIN, INT64_MAX, NULL, NULL, 0);
    tr_store_close(store);
}

static void a_differing_rate_is_reported_and_the_stored_one_stays(void **state)
{
    enum { N = 10 };
    struct tr_store *store = store_open_empty(state);
    tr_time_ms time[N];
    double rate[N], other[N];
    make_rates(time, rate, N);
    put_rates(store, "bitget", market, time + 2, rate + 2, 4);
    memcpy(other, rate, sizeof rate);
    other[3] = other[5] = 0.01;
    struct tr_put_report report = put_rates(store, "bitget", market, time, other, N);
    assert_true(report.inserted == 6 && report.identical == 2 && report.differing == 2);
    assert_true(report.first_differing == time[3]);
    assert_rates(store, "bitget", INT64_MIN, INT64_MAX, time, rate, N);
    report = put_rates(store, "bitget", market, time, rate, N);
    assert_true(report.identical == N);
    tr_store_close(store);
}

static void a_bad_rate_keeps_all_the_others_out(void **state)
{
    struct tr_store *store = store_open_empty(state);
    tr_time_ms time[4];
    double rate[4];
    struct tr_put_report report;
    struct tr_error err;
    make_rates(time, rate, 4);
    rate[3] = 0.051;
    assert_int_equal(tr_store_funding_put(store, "bitget", market, time, rate, 4, &report, &err), TR_INVALID);
    assert_rates(store, "bitget", INT64_MIN, INT64_MAX, NULL, NULL, 0);
    tr_store_close(store);
}

static void markets_with_funding_are_listed_in_order(void **state)
{
    static const char *const markets[][2] = {
        {"bitget", "BTC/USDT:USDT"}, {"bitget", "ETH/USDT:USDT"}, {"okx", "BTC/USDT:USDT"}};
    static const size_t put_order[] = {2, 1, 0}, n = 3;
    struct tr_store *store = store_open_empty(state);
    struct tr_funding_info *infos;
    struct tr_error err;
    tr_time_ms time[4];
    double rate[4];
    size_t found = 9;
    make_rates(time, rate, 4);
    assert_ok(tr_store_funding_list(store, &infos, &found, &err), &err);
    assert_true(found == 0);
    tr_free(infos);
    for (size_t i = 0; i < n; i++)
        put_rates(store, markets[put_order[i]][0], markets[put_order[i]][1], time + 1, rate + 1, put_order[i] + 1);
    assert_ok(tr_store_funding_list(store, &infos, &found, &err), &err);
    assert_true(found == n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(infos[i].exchange, markets[i][0]);
        assert_string_equal(infos[i].symbol, markets[i][1]);
        assert_true(infos[i].records == i + 1);
        assert_true(infos[i].first == time[1] && infos[i].last == time[1 + i]);
    }
    tr_free(infos);
    tr_store_close(store);
}

/* A removal that fails leaves the run as it was, which the list afterwards shows. */
static enum tr_status remove_and_keep_again(struct tr_store *store, const struct tr_backtest_row *row,
                                            struct tr_error *err)
{
    char report[TR_HASH_TEXT];
    enum tr_status status = tr_store_run_remove(store, row->id, err);
    if (!status)
        status = tr_store_blob_put(store, "report 1", 8, report, err);
    return status ? status : tr_store_run_put(store, row, err);
}

/* Everything once; false where an allocation failed, which it must say. */
static bool use_all(struct tr_store *store, const struct tr_backtest_row *row, const tr_time_ms *time,
                    const double *rate)
{
    struct tr_error err = {0};
    struct tr_backtest_row *rows = NULL, found;
    struct tr_funding_info *infos = NULL;
    struct tr_put_report report;
    tr_time_ms *times = NULL;
    double *rates = NULL;
    size_t n;
    enum tr_status status = tr_store_run_put(store, row, &err);
    if (!status)
        status = tr_store_run_list(store, 0, &rows, &n, &err);
    if (!status)
        status = tr_store_run_find(store, row->id, &found, &err);
    if (!status)
        status = remove_and_keep_again(store, row, &err);
    if (!status)
        status = tr_store_funding_put(store, "bitget", market, time, rate, 100, &report, &err);
    if (!status)
        status = tr_store_funding_get(store, "bitget", market, INT64_MIN, INT64_MAX, &times, &rates, &n, &err);
    if (!status)
        status = tr_store_funding_list(store, &infos, &n, &err);
    tr_free(rows);
    tr_free(infos);
    tr_free(times);
    tr_free(rates);
    assert_true(status == TR_OK || status == TR_NOMEM);
    assert_true(status == TR_OK || strstr(err.text, "out of memory"));
    return status == TR_OK;
}

static void running_out_of_memory_leaves_runs_and_funding_whole(void **state)
{
    struct tr_store *store = store_open_empty(state);
    struct tr_backtest_row row = make_run(store, 1);
    tr_time_ms time[100];
    double rate[100];
    size_t failures = 0;
    make_rates(time, rate, 100);
    for (bool done = false; !done; failures += !done) {
        tr_alloc_fail_at(failures + 1);
        done = use_all(store, &row, time, rate);
        tr_alloc_fail_at(0);
        assert_true(failures < 1000);
    }
    assert_true(failures >= 6);
    tr_free(runs(store, 0, 1));
    assert_rates(store, "bitget", INT64_MIN, INT64_MAX, time, rate, 100);
    tr_store_close(store);
}

const struct store_law store_run_laws[] = {
    STORE_LAW(a_backtest_comes_back_in_every_field),
    STORE_LAW(a_backtest_put_again_replaces_itself_alone),
    STORE_LAW(a_backtest_that_is_removed_takes_only_its_own_report_with_it),
    STORE_LAW(the_newest_backtests_come_first_up_to_the_limit),
    STORE_LAW(a_backtest_needs_its_report),
    STORE_LAW(funding_comes_back_to_the_bit_also_after_reopening),
    STORE_LAW(a_differing_rate_is_reported_and_the_stored_one_stays),
    STORE_LAW(a_bad_rate_keeps_all_the_others_out),
    STORE_LAW(markets_with_funding_are_listed_in_order),
    STORE_LAW(running_out_of_memory_leaves_runs_and_funding_whole),
};
const size_t store_run_law_count = sizeof store_run_laws / sizeof *store_run_laws;
