#include "support/test.h"

#include "app/usecase/funding.h"
#include "base/alloc.h"
#include "engine/market/funding.h"
#include "io/store/funding.h"
#include "io/store/sqlite/sqlite.h"

#include <stdio.h>

#define START (INT64_C(473352) * TR_HOUR_MS) /* 2024-01-01 */
#define STEP (8 * TR_HOUR_MS)
enum { N = 300 };

static char dir[256];
static struct tr_store *store;
static tr_time_ms time[N];
static double rate[N];

static int set_up(void **state)
{
    (void)state;
    struct tr_error err = {0};
    struct tr_put_report report;
    char path[300];
    test_make_dir(dir);
    snprintf(path, sizeof path, "%s/test.db", dir);
    assert_ok(tr_store_sqlite_open(path, 1000, &store, &err), &err);
    for (size_t i = 0; i < N; i++) {
        time[i] = START + (tr_time_ms)i * STEP;
        rate[i] = 1e-6 * (double)i;
    }
    assert_ok(tr_store_funding_put(store, "bitget", "BTC/USDT:USDT", time, rate, N, &report, &err), &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    tr_store_close(store);
    test_remove_dir(dir);
    return 0;
}

/* The rows first .. first + n - 1 are what lies from `from` to `to` with the margin. */
static void assert_loaded(tr_time_ms from, tr_time_ms to, size_t first, size_t n)
{
    tr_time_ms *times;
    double *rates;
    struct tr_error err;
    size_t found = 99;
    assert_ok(tr_funding_load(store, "bitget", "BTC/USDT:USDT", from, to, &times, &rates, &found, &err), &err);
    assert_true(found == n);
    for (size_t i = 0; i < n; i++) {
        assert_true(times[i] == time[first + i]);
        assert_same_bits(rates[i], rate[first + i]);
    }
    tr_free(times);
    tr_free(rates);
}

static void the_week_before_and_the_settlement_at_the_end_are_among_them(void **state)
{
    (void)state;
    assert_loaded(time[100], time[110], 79, 32);
    assert_loaded(time[100] + 1, time[110] - 1, 80, 30);
    assert_loaded(time[0], time[0], 0, 1);
    assert_loaded(time[N - 1] + 8 * TR_DAY_MS, INT64_MAX, 0, 0);
    assert_loaded(INT64_MIN, INT64_MAX, 0, N);
    assert_loaded(time[5], time[5] - 8 * TR_DAY_MS, 0, 0);
}

static void a_rate_at_the_beginning_has_its_own_interval(void **state)
{
    (void)state;
    struct tr_funding funding = tr_funding_none();
    tr_time_ms *times;
    double *rates;
    struct tr_error err;
    int assumed = 1;
    assert_ok(tr_funding_load(store, "bitget", "BTC/USDT:USDT", time[100], time[110], &times, &rates, &funding.n, &err),
              &err);
    funding.time = times;
    funding.rate = rates;
    assert_near(tr_funding_rate_per_hour(&funding, time[100], &assumed), rate[100] / 8, 1e-18);
    assert_int_equal(assumed, 0);
    tr_free(times);
    tr_free(rates);
}

static void another_market_and_no_store_have_none(void **state)
{
    (void)state;
    tr_time_ms *times = time;
    double *rates = rate;
    struct tr_error err;
    size_t n = 7;
    static const char *const others[][2] = {{"okx", "BTC/USDT:USDT"}, {"bitget", "ETH/USDT:USDT"}};
    for (size_t i = 0; i < 2; i++) {
        assert_ok(tr_funding_load(store, others[i][0], others[i][1], INT64_MIN, INT64_MAX, &times, &rates, &n, &err),
                  &err);
        assert_true(n == 0 && !times && !rates);
    }
    times = time;
    n = 7;
    assert_ok(tr_funding_load(NULL, "bitget", "BTC/USDT:USDT", INT64_MIN, INT64_MAX, &times, &rates, &n, &err), &err);
    assert_true(n == 0 && !times && !rates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_week_before_and_the_settlement_at_the_end_are_among_them),
        cmocka_unit_test(a_rate_at_the_beginning_has_its_own_interval),
        cmocka_unit_test(another_market_and_no_store_have_none),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
